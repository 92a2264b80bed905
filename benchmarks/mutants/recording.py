"""Which tests of a room run which lines, and how long each takes: recorded once, and anew what has changed.

Coverage starts with every Python that a test starts, and the lines of a child count for the test that started it, which
pytest names in the environment. What a child ran that was killed from outside is not known, nor what a test took from a
cache that another had filled. So a mutant may be called a survivor that a test would notice, but never the reverse.

The files are run a few at a time, several such parts beside each other; what is done is kept, also where it is ended.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from functools import cache, cached_property
from itertools import accumulate
from pathlib import Path

import coverage

from benchmarks.mutants.rooms import PACKAGE, ROOMS, ROOT
from benchmarks.mutants.statements import Statements
from benchmarks.mutants.watching import FIXTURE, MOST_SECONDS

KEPT = ROOT / ".mutants"
AT_IMPORT = ""
TESTS_FAILED = 1  # an exit code of pytest
FILES_AT_ONCE = 6
OPTIONS = ("-q", "-p", "no:cacheprovider")

SETTINGS = """[run]
parallel = true
data_file = {folder}/lines
include = {sources}
patch = _exit
context = ${{PYTEST_CURRENT_TEST-}}
disable_warnings = no-data-collected, module-not-measured, module-not-imported, no-sysmon
"""


class Recording:
    """Of one room, from one run of its tests, and those of tests that have changed since.

    Attributes
    ----------
    seconds : dict of str to float
        What each test takes on a core, with the shared fixtures that it needs.
    files : list of str
        Where the tests stand.
    imported : list of str
        Modules of other packages that the tests import.
    kernels : Path
        What was compiled.
    """

    def __init__(self, folder: Path, files: dict[str, str]) -> None:
        self._runs = [run for run in _runs(folder) if run.has_one_of(files)]
        self.seconds = {
            test: seconds
            for run in self._runs
            for test, seconds in run.seconds.items()
            if run.files.get(test.split("::")[0]) == files.get(test.split("::")[0], "")
        }
        self.files = sorted({test.split("::")[0] for test in self.seconds})
        self.imported = sorted({name for run in self._runs for name in run.imported})
        self._sources = folder / "sources" / "glassnet"
        self.kernels = folder / "kernels"

    def tests_of(self, path: str, line: int) -> list[str]:
        """The tests that run the statement on a line, the fastest first, up to `MOST_SECONDS` of them together.

        What runs at the import of a module, every test has run, and those that start a process of their own run it
        again. So those come first that run a statement that names it.
        """
        file = self._sources / path
        contexts, statements = self._contexts(file), self._statements(file)
        lines = statements.around(line)
        groups = [self._tests(contexts, lines)]
        if any(AT_IMPORT in contexts.get(number, ()) for number in lines):
            groups.insert(0, self._naming(statements.names(line)))
        ordered = dict.fromkeys(
            test for group in groups for test in sorted(group, key=self.seconds.__getitem__)
        )
        spent = accumulate(self.seconds[test] for test in ordered)
        return [test for test, until_now in zip(ordered, spent, strict=True) if until_now <= MOST_SECONDS]

    def runs_at_import(self, path: str, line: int) -> bool:
        """Whether the statement on a line has run before any test."""
        file = self._sources / path
        contexts = self._contexts(file)
        return any(AT_IMPORT in contexts.get(number, ()) for number in self._statements(file).around(line))

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
        return sorted({Path(file) for run in self._runs for file in run.lines.measured_files()})

    @cache  # noqa: B019
    def _statements(self, file: Path) -> Statements:
        return Statements(file.read_text())

    @cache  # noqa: B019
    def _contexts(self, file: Path) -> dict[int, set[str]]:
        """Who ran each line: tests, or `AT_IMPORT`."""
        contexts: dict[int, set[str]] = {}
        for run in self._runs:
            for line, tests in run.tests_by_line(str(file)).items():
                contexts.setdefault(line, set()).update(tests)
        return contexts

    def _tests(self, contexts: dict[int, set[str]], lines: set[int]) -> set[str]:
        return {test for line in lines for test in contexts.get(line, ())} & self.seconds.keys()


class _Run:
    """Of some tests, as it is kept in a folder."""

    def __init__(self, folder: Path) -> None:
        watched = json.loads((folder / "watched.json").read_text())
        self.files: dict[str, str] = json.loads((folder / "files.json").read_text())
        self.seconds: dict[str, float] = watched["seconds"]
        self.imported: list[str] = watched["imported"]
        self._shared: dict[str, list[str]] = watched["shared"]
        self.lines = coverage.CoverageData(str(folder / "lines"))
        self.lines.read()

    def has_one_of(self, files: dict[str, str]) -> bool:
        """Whether one of these files was run as it is."""
        return bool(self.files.items() & files.items())

    def tests_by_line(self, file: str) -> dict[int, set[str]]:
        """Who ran the lines: tests, their phases in a child process, fixtures that they share."""
        return {
            line: {test for context in contexts for test in self._tests(context)}
            for line, contexts in self.lines.contexts_by_lineno(file).items()
        }

    def _tests(self, context: str) -> list[str]:
        if context.startswith(FIXTURE):
            return self._shared[context.removeprefix(FIXTURE)]
        return [context if context in self.seconds else context.rsplit(" (", 1)[0]]


def recorded(room: str, jobs: int = 1) -> Recording:
    """The recording of a room, as it is kept, with what is new or has changed since, or made now.

    Another process that wants the same waits for it.
    """
    KEPT.mkdir(exist_ok=True)
    with (KEPT / f"{room}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return _recorded(room, jobs)


def _recorded(room: str, jobs: int) -> Recording:
    folder, digest = KEPT / room, _digest(room)
    if not (folder / "digest").exists() or (folder / "digest").read_text() != digest:
        shutil.rmtree(folder, ignore_errors=True)
        copied(folder / "sources")
        (folder / "kernels").mkdir()
        (folder / "digest").write_text(digest)
    files = {
        path.relative_to(ROOT).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for name in ROOMS[room][1]
        for path in sorted((ROOT / name).rglob("test_*.py") if (ROOT / name).is_dir() else [ROOT / name])
    }
    runs = _runs(folder)
    new = [file for file, one in files.items() if not any(run.has_one_of({file: one}) for run in runs)]
    parts = [new[place : place + FILES_AT_ONCE] for place in range(0, len(new), FILES_AT_ONCE)]
    if parts:
        print(f"recording which tests of {room} run which lines, in {len(new)} files", flush=True)
    with ThreadPoolExecutor(jobs) as pool:
        list(pool.map(lambda part: _record(room, {file: files[file] for file in part}, folder), parts))
    return Recording(folder, files)


def _runs(folder: Path) -> list[_Run]:
    return [_Run(path.parent) for path in sorted(folder.glob("run_*/files.json"))]


def _digest(room: str) -> str:
    """Of all that decides which lines run, the tests themselves left out: the package and what tests share."""
    tests = [path for path in (ROOT / "tests").rglob("*.py") if not path.name.startswith("test_")]
    content = hashlib.sha256(ROOMS[room][0].encode())
    for path in sorted([*PACKAGE.rglob("*.py"), *tests]):
        content.update(path.read_bytes())
    return content.hexdigest()


def _record(room: str, files: dict[str, str], folder: Path) -> None:
    """Run some tests of a room once, on the copy of the package in a folder."""
    kept = Path(tempfile.mkdtemp(prefix="run_", dir=folder))
    sources = folder / "sources" / "glassnet" / ROOMS[room][0]
    settings = kept / "coverage.ini"
    settings.write_text(SETTINGS.format(folder=kept, sources=sources))
    watched = {
        "COVERAGE_PROCESS_START": str(settings),
        "GLASSNET_TESTS_WATCHED": str(kept / "watched.json"),
    }
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", *OPTIONS, "-p", "benchmarks.mutants.watching", *files],
        cwd=ROOT, env=os.environ | settings_of(folder) | watched, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if ended.returncode == TESTS_FAILED:
        print(f"{ended.stdout[-3000:]}\nthese fail without any mutant, and are left out", flush=True)
    elif ended.returncode:
        sys.exit(f"{ended.stdout[-5000:]}\nthe tests of {room} cannot be run")
    lines = coverage.Coverage(config_file=str(settings))
    lines.combine()
    lines.save()
    (kept / "files.json").write_text(json.dumps(files))


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
