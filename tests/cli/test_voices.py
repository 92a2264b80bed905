"""What Python calls one thing and the command another is said to each in its own words."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from glassnet.cli.shown.voices import VOICES, in_command
from glassnet.insight.diagnosis import rules

# Arguments, calls, modules and names of classes that only Python has.
PYTHON = re.compile(r"gn\.|[a-z]=|\w\(\)|\bl[12]\b|\bEarlyStopping\b|weight_decay")
ROOMS = (Path(rules.__file__).parent, Path(rules.__file__).parents[3] / "checking" / "program")


def texts(folder: Path) -> set[str]:
    """All texts in the code of a folder, those of docstrings apart; what is filled in is left out."""
    found = set()
    for file in folder.rglob("*.py"):
        tree = ast.parse(file.read_text())
        said = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            if isinstance(node, ast.JoinedStr):
                found.add(
                    "".join(
                        getattr(value, "value", "")
                        for value in node.values
                        if isinstance(value, ast.Constant)
                    )
                )
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said:
                found.add(node.value)
    return found


@pytest.mark.parametrize("room", ROOMS, ids=["diagnosis", "check"])
def test_no_text_tells_a_user_of_the_command_to_write_python(room: Path) -> None:
    said = [in_command(text) for text in texts(room) if " " in text]
    left = {text for text in said if PYTHON.search(text) and "in Python" not in text}
    # What follows is no advice: patterns, and the layer sizes and names of arrays in a report.
    assert {text for text in left if not re.search(r"\\|\(\?|=[\d{]|__name__|locals\(\)", text)} == set()


def test_every_phrase_stands_in_some_text() -> None:
    said = " ".join(text for room in ROOMS for text in texts(room)) + "".join(
        text for text in texts(Path(rules.__file__).parents[3] / "checking")
    )
    assert [python for python, _ in VOICES if python not in said] == []


def test_longer_phrases_come_before_those_that_they_contain() -> None:
    names = [python for python, _ in VOICES]
    assert [(a, b) for i, a in enumerate(names) for b in names[i + 1 :] if a in b] == []


@pytest.mark.parametrize(
    ("python", "command"),
    [
        ("standardise the inputs: gn.Standardizer().fit(X_train), the same one for all later data",
         "standardise the inputs: glassnet train does so with --standardize, and its model keeps the scales"),
        ("optimizer= and batch_size= let copies repeat it", "--optimizer and --batch-size let copies repeat it"),
        ("other weights (another seed) or more units", "other weights (another --seed) or more units"),
    ],
)  # fmt: skip
def test_a_remedy_has_two_voices(python: str, command: str) -> None:
    assert in_command(python) == command
