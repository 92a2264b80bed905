"""Which tests of a room run which lines, and how long each takes: recorded once, kept until sources or tests change.

Coverage starts with every Python that a test starts, and the lines of a child count for the test that started it, which
pytest names in the environment. What a child ran that was killed from outside is not known, nor what a test took from a
cache that another had filled. So a mutant may be called a survivor that a test would notice, but never the reverse.
"""

from __future__ import annotations

import ast
import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import coverage

from benchmarks.mutants.rooms import PACKAGE, ROOMS, ROOT
from benchmarks.mutants.watching import FIXTURE

KEPT = ROOT / ".mutants"
AT_IMPORT = ""
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
        """The tests that run the statement on a line: first those that run this line of it, of these the fastest first.

        What runs at the import of a module, every test has run. Then those come first that run the definition that
        stands there, then those that run other lines of the file.
        """
        file = self._sources / path
        contexts = self._lines.contexts_by_lineno(str(file))
        head, whole = _statement(file.read_text(), line)
        groups = [self._tests(contexts, lines) for lines in ({line}, head)]
        if any(AT_IMPORT in contexts.get(number, ()) for number in head):
            groups += [self._tests(contexts, whole), self._tests(contexts, set(contexts)), set(self.seconds)]
        order: dict[str, None] = {}
        for group in groups:
            order.update(dict.fromkeys(sorted(group, key=self.seconds.__getitem__)))
        return list(order)

    def _tests(self, contexts: dict[int, list[str]], lines: set[int]) -> set[str]:
        """Who ran the lines: tests, their phases in a child process, fixtures that they share."""
        tests: set[str] = set()
        for context in {context for line in lines for context in contexts.get(line, ())}:
            if context.startswith(FIXTURE):
                tests.update(self._shared[context.removeprefix(FIXTURE)])
            else:
                tests.add(context if context in self.seconds else context.rsplit(" (", 1)[0])
        return tests & self.seconds.keys()


def _statement(source: str, line: int) -> tuple[set[int], set[int]]:
    """The lines of the innermost statement around a line: without the statements in it, and with them."""
    around = [node for node in _statements(ast.parse(source)) if line in _span(node)]
    inner = min(around, key=lambda node: len(_span(node)))
    whole = set(_span(inner))
    return whole - {
        number for node in _statements(inner) if node is not inner for number in _span(node)
    }, whole


def _statements(tree: ast.AST) -> list[ast.stmt]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.stmt)]


def _span(node: ast.stmt) -> range:
    first = min([node.lineno, *(decorator.lineno for decorator in getattr(node, "decorator_list", ()))])
    return range(first, (node.end_lineno or first) + 1)


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
