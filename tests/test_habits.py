"""What the project promises about itself."""

import ast
import inspect
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import glassnet as gn

ROOT = Path(__file__).parents[1]
SOURCES = ("src", "tests", "docs", "lessons", "benchmarks", ".ci", ".github")
NOT_SOURCES = {"__pycache__", ".ipynb_checkpoints"}

# Written in two pieces, so that this file does not find itself.
REGISTRY_HOSTS = (
    "pypi" + ".org",
    "python" + "hosted",
    "download.py" + "torch",
    "ana" + "conda.org",
)
MACHINE_PATHS = ("/" + "work/", "/" + "home/", "/" + "root/", "/" + "Users/", "/" + "mnt/")

HEAVY = {"numba", "scipy", "sklearn", "torch", "matplotlib", "pandas"}


def source_files() -> Iterator[Path]:
    yield from (path for path in ROOT.iterdir() if path.is_file() and path.name != ".git")
    for folder in SOURCES:
        for path in (ROOT / folder).rglob("*"):
            if path.is_file() and NOT_SOURCES.isdisjoint(path.parts):
                yield path


@pytest.mark.parametrize("forbidden", [*REGISTRY_HOSTS, *MACHINE_PATHS])
def test_no_source_names_a_registry_or_a_place_on_one_machine(forbidden: str) -> None:
    found = [path for path in source_files() if forbidden.encode() in path.read_bytes()]
    assert found == []


def test_the_sources_are_found() -> None:
    names = {path.relative_to(ROOT).as_posix() for path in source_files()}
    assert {"Makefile", ".ci/run", "src/glassnet/errors.py", "tests/test_habits.py"} <= names


def test_every_constraint_is_one_exact_version_without_an_address() -> None:
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    assert "torch==2.13.0" in lines
    assert [line for line in lines if not re.fullmatch(r"[\w.-]+==[\w.]+", line)] == []
    assert not any(line.startswith("glassnet") for line in lines)


def test_pre_commit_runs_the_commands_of_make_lint() -> None:
    recipe = (ROOT / "Makefile").read_text().partition("\nlint:")[2].partition("\n\n")[0]
    commands = re.findall(r"^\t\$\(BIN\)/(.+)$", recipe, flags=re.MULTILINE)
    hooks = (ROOT / ".pre-commit-config.yaml").read_text()
    assert re.findall(r"entry: \.venv/bin/(.+)", hooks) == commands
    assert len(commands) == 4


def test_continuous_integration_can_be_started() -> None:
    assert os.access(ROOT / ".ci/run", os.X_OK)


def test_the_version_stands_in_one_place() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert "version" not in project and project["dynamic"] == ["version"]


def test_the_workflow_runs_every_python_that_the_classifiers_name() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    named = re.findall(r":: (3\.\d+)'", str(project["classifiers"]))
    workflow = (ROOT / ".github/workflows/tests.yml").read_text()
    assert re.findall(r'"(3\.\d+)"', workflow.partition("python: [")[2].partition("]")[0]) == named


def test_importing_glassnet_loads_nothing_heavy() -> None:
    code = "import sys, glassnet; print(*{name.partition('.')[0] for name in sys.modules})"
    process = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert process.returncode == 0, process.stderr
    loaded = set(process.stdout.split())
    assert "glassnet" in loaded
    assert loaded & HEAVY == set()


# ---- the house

PACKAGE = ROOT / "src" / "glassnet"
MOST_LINES, MOST_FILES = 300, 16

# Public names that two families of parts share, since they mean the same in both.
SHARED = {
    "Constant": "a number that stays: of weights, of a learning rate",
    "Embedding": "a layer, and the module that a PyTorch program has for it",
    "Function": "a part made of the user's own functions: an activation, a loss, a callback",
    "MeanAbsoluteError": "one formula, to train on and to measure",
    "Residual": "a layer, and the module that a PyTorch program has for it",
    "Scale": "a layer, and the module that a PyTorch program has for it",
}


def modules() -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        yield path.relative_to(PACKAGE), ast.parse(path.read_text(encoding="utf-8"))


def places_of_classes() -> dict[str, list[Path]]:
    places: dict[str, list[Path]] = {}
    for path, tree in modules():
        for node in tree.body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places.setdefault(node.name, []).append(path)
    return places


def test_no_value_is_computed_under_a_lock_of_python_3_11() -> None:
    texts = {path.name: path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py")}
    assert [name for name, text in texts.items() if "functools import cached_property" in text] == [
        "cached.py"
    ]


def test_no_file_is_longer_than_a_few_screens() -> None:
    long = {
        path.relative_to(PACKAGE).as_posix(): length
        for path in PACKAGE.rglob("*.py")
        if (length := len(path.read_text(encoding="utf-8").splitlines())) > MOST_LINES
    }
    assert long == {}


def test_no_folder_holds_more_files_than_a_reader_can_survey() -> None:
    folders = [
        path for path in (PACKAGE, *PACKAGE.rglob("*")) if path.is_dir() and path.name != "__pycache__"
    ]
    sizes = {folder: sum(path.is_file() for path in folder.iterdir()) for folder in folders}
    assert {folder.name: size for folder, size in sizes.items() if size > MOST_FILES} == {}


def test_a_public_class_is_the_only_one_of_its_name() -> None:
    rooms = [gn, *(getattr(gn, name) for name in gn.__all__ if inspect.ismodule(getattr(gn, name)))]
    public = {
        name
        for room in rooms
        for name in getattr(room, "__all__", ())
        if inspect.isclass(getattr(room, name))
    }
    twice = {name for name, places in places_of_classes().items() if name in public and len(places) > 1}
    assert twice == set(SHARED)


def test_within_a_room_a_class_is_the_only_one_of_its_name() -> None:
    twice = []
    for name, places in places_of_classes().items():
        rooms = [path.parts[0] for path in places]
        twice += [(name, room) for room in set(rooms) if rooms.count(room) > 1]
    assert twice == []


def test_a_docstring_says_something() -> None:
    formula = re.compile(r"[=^|/·()]")
    short = [
        (path.as_posix(), getattr(node, "name", ""), text)
        for path, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and (text := ast.get_docstring(node))
        and len(text.split()) < 3
        and not formula.search(text)
    ]
    assert short == []
