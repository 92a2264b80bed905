"""The clinic: every patient is sick of what is said, and the diagnosis finds it first."""

from __future__ import annotations

import pytest

import glassnet as gn
from glassnet.lessons.clinic import CAUSES, NUMBERS, chart, patient


def test_each_patient_has_a_cause_that_the_lesson_lists() -> None:
    assert sorted(NUMBERS) == sorted(CAUSES)


@pytest.mark.parametrize("number", range(1, 13))
def test_the_diagnosis_names_the_cause_first(number: int) -> None:
    sick = patient(number)
    report = gn.diagnose(sick.network, sick.X, sick.y, validation_data=sick.validation)
    assert report.findings[0].code == NUMBERS[number - 1]
    assert chart(number).splitlines()[0] == f"patient {number}"
