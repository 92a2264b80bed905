"""Which tests of a room run which lines, and how long each takes: recorded once, kept until sources or tests change.

Coverage starts with every Python that a test starts, and the lines of a child count for the test that started it, which
pytest names in the environment. What a child ran that was killed from outside is not known, nor what a test took from a
cache that another had filled. So a mutant may be called a survivor that a test would notice, but never the reverse.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from functools import cache, cached_property
from itertools import accumulate
from pathlib import Path

import coverage

from benchmarks.mutants.rooms import PACKAGE, ROOMS, ROOT
from benchmarks.mutants.statements import Statements
from benchmarks.mutants.watching import FIXTURE

KEPT = ROOT / ".mutants"
AT_IMPORT = ""
# What the tests of one mutant may take together. One that only slower tests would notice is called a survivor.
MOST_SECONDS = 200
OPTIONS = ("-x", "-q", "-p", "no:cacheprovider")

SETTINGS = """[run]
parallel = true
data_file = {folder}/lines
include = {sources}
patch = _exit
context = ${{PYTEST_CURRENT_TEST-}}
disable_warnings = no-data-collected, module-not-measured, module-not-imported, no-sysmon
"""


class Recording:
    """Of one room.

    Attributes
    ----------
    seconds : dict of str to float
        What each test takes, with the shared fixtures that it needs.
    imported : list of str
        Modules of other packages that the tests import.
    """

    def __init__(self, folder: Path) -> None:
        watched = json.loads((folder / "watched.json").read_text())
        self.seconds: dict[str, float] = watched["seconds"]
        self.imported: list[str] = watched["imported"]
        self._shared: dict[str, list[str]] = watched["shared"]
        self._lines = coverage.CoverageData(str(folder / "lines"))
        self._lines.read()
        self._sources = folder / "sources" / "glassnet"

    def tests_of(self, path: str, line: int) -> list[str]:
        """The tests that run the statement on a line, the fastest first, up to `MOST_SECONDS` of them together.

        What runs at the import of a module, every test has run. Then come those that run a statement that names it.
        """
        file = self._sources / path
        contexts, statements = self._contexts(file), Statements(file.read_text())
        lines = statements.around(line)
        groups = [self._tests(contexts, lines)]
        if any(AT_IMPORT in contexts.get(number, ()) for number in lines):
            groups.append(self._naming(statements.names(line)))
        ordered = dict.fromkeys(
            test for group in groups for test in sorted(group, key=self.seconds.__getitem__)
        )
        spent = accumulate(self.seconds[test] for test in ordered)
        return [test for test, until_now in zip(ordered, spent, strict=True) if until_now <= MOST_SECONDS]

    def _naming(self, names: set[str]) -> set[str]:
        """The tests that run a statement with one of these names, or with a name that such a one gives at import."""
        tests: set[str] = set()
        known, new = set[str](), names
        while new:
            known |= new
            given: set[str] = set()
            for file in self._files:
                contexts, statements = self._contexts(file), self._statements(file)
                for lines, gives in statements.naming(new):
                    tests |= self._tests(contexts, lines)
                    if any(AT_IMPORT in contexts.get(number, ()) for number in lines):
                        given |= gives
            new = given - known
        return tests

    @cached_property
    def _files(self) -> list[Path]:
        return sorted(map(Path, self._lines.measured_files()))

    @cache  # noqa: B019
    def _statements(self, file: Path) -> Statements:
        return Statements(file.read_text())

    @cache  # noqa: B019
    def _contexts(self, file: Path) -> dict[int, list[str]]:
        return self._lines.contexts_by_lineno(str(file))

    def _tests(self, contexts: dict[int, list[str]], lines: set[int]) -> set[str]:
        """Who ran the lines: tests, their phases in a child process, fixtures that they share."""
        tests: set[str] = set()
        for context in {context for line in lines for context in contexts.get(line, ())}:
            if context.startswith(FIXTURE):
                tests.update(self._shared[context.removeprefix(FIXTURE)])
            else:
                tests.add(context if context in self.seconds else context.rsplit(" (", 1)[0])
        return tests & self.seconds.keys()


def recorded(room: str) -> Recording:
    """The recording of a room, as it is kept, or made now."""
    folder, digest = KEPT / room, _digest(room)
    if not (folder / "digest").exists() or (folder / "digest").read_text() != digest:
        shutil.rmtree(folder, ignore_errors=True)
        _record(room, folder)
        (folder / "digest").write_text(digest)
    return Recording(folder)


def _digest(room: str) -> str:
    """Of all that decides which lines run: the package and the tests."""
    paths = [*PACKAGE.rglob("*.py"), *(ROOT / "tests").rglob("*.py")]
    content = hashlib.sha256(repr(ROOMS[room]).encode())
    for path in sorted(paths):
        content.update(path.read_bytes())
    return content.hexdigest()


def _record(room: str, folder: Path) -> None:
    """Run the tests of a room once, on a copy of the package."""
    copied(folder / "sources")
    pattern, tests = ROOMS[room]
    settings = folder / "coverage.ini"
    settings.write_text(SETTINGS.format(folder=folder, sources=folder / "sources" / "glassnet" / pattern))
    print(f"recording which tests of {room} run which lines", flush=True)
    watched = {
        "COVERAGE_PROCESS_START": str(settings),
        "GLASSNET_TESTS_WATCHED": str(folder / "watched.json"),
    }
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", *OPTIONS, "-p", "benchmarks.mutants.watching", *tests],
        cwd=ROOT, env=os.environ | settings_of(folder) | watched, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if ended.returncode:
        sys.exit(f"{ended.stdout[-5000:]}\nthe tests of {room} fail without any mutant; mend them first")
    lines = coverage.Coverage(config_file=str(settings))
    lines.combine()
    lines.save()


def copied(folder: Path) -> None:
    """The package in a folder."""
    shutil.copytree(PACKAGE, folder / "glassnet", ignore=shutil.ignore_patterns("__pycache__"))


def settings_of(folder: Path) -> dict[str, str]:
    """What tells a process to use the package in ``folder / "sources"``, and to keep there what it compiles."""
    return {
        "PYTHONPATH": str(folder / "sources"),
        "PYTHONPYCACHEPREFIX": str(folder / "bytecode"),
        "GLASSNET_CACHE": str(folder / "kernels"),
    }
