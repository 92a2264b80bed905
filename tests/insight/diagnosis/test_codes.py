"""Every code is found where its fault was planted, and not in the healthy twin."""

from __future__ import annotations

import pytest

from tests.insight.diagnosis.cases import faults

FAULTS = faults()


@pytest.mark.parametrize("code", FAULTS)
def test_the_fault_is_found(code: str) -> None:
    report = FAULTS[code].diagnosed()
    assert code in report.codes, report


@pytest.mark.parametrize("code", FAULTS)
def test_its_healthy_twin_has_nothing_to_answer_for(code: str) -> None:
    report = FAULTS[code].healthy().diagnosed()
    assert report.ok, report
