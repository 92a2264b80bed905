"""Every code is found where its fault was planted, and not in the healthy twin."""

from __future__ import annotations

import inspect
import re
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import pytest

from benchmarks.diagnosis.generation import FAULTS as GENERATED
from glassnet.insight.diagnosis import rules
from glassnet.insight.diagnosis.rules.table import RULES
from tests.insight.diagnosis.cases import faults

FAULTS = faults()
# Codes whose fault is made by hand in the tests of a room of their own.
BY_HAND = {
    "constant_targets": "test_elsewhere.py", "dropout_at_prediction": "test_diagnose.py",
    "not_finite": "test_elsewhere.py",
}  # fmt: skip


def test_every_rule_stands_in_the_table() -> None:
    """What takes a case and may give a finding, and is no step of another rule."""
    written = {
        name
        for file in iter_modules(rules.__path__, f"{rules.__name__}.")
        for name, function in vars(import_module(file.name)).items()
        if inspect.isfunction(function) and function.__module__ == file.name and not name.startswith("_")
        and str(inspect.signature(function)) == "(case: 'Case') -> 'Finding | None'"
    }  # fmt: skip
    assert written == {rule.find.__name__ for rule in RULES}


def test_every_code_is_planted_somewhere() -> None:
    room = Path(__file__).parents[3] / "docs" / "diagnosis.md"
    codes = set(re.findall(r"^\| `(\w+)` \|", room.read_text(encoding="utf-8"), flags=re.MULTILINE))
    assert codes == {*FAULTS, *GENERATED, *BY_HAND}
    for code, file in BY_HAND.items():
        assert f'"{code}"' in (Path(__file__).parent / file).read_text(encoding="utf-8")


@pytest.mark.parametrize("code", FAULTS)
def test_the_fault_is_found(code: str) -> None:
    report = FAULTS[code].diagnosed()
    assert code in report.codes, report


@pytest.mark.parametrize("code", FAULTS)
def test_its_healthy_twin_has_nothing_to_answer_for(code: str) -> None:
    report = FAULTS[code].healthy().diagnosed()
    assert report.ok, report
