"""The figures that the checker must reach, on random networks of depth 1 to 4 with fixed seeds."""

from __future__ import annotations

import numpy as np
import pytest

from tests.checking import cases, figures
from tests.checking.figures import Outcome


def share(outcomes: list[Outcome]) -> tuple[float, str]:
    """How many are right, and those that are not."""
    wrong = [str(outcome) for outcome in outcomes if not outcome.right]
    return 1 - len(wrong) / len(outcomes), "\n".join(wrong)


def test_it_names_at_least_97_of_100_single_slips_with_their_layers() -> None:
    outcomes = list(figures.singles(np.random.default_rng(2024), of_each=3))
    assert len(outcomes) >= 180
    right, wrong = share(outcomes)
    assert right >= 0.97, wrong


@pytest.mark.parametrize("form", [form for form in cases.FORMS if form != "as it is"])
def test_it_names_at_least_90_of_100_behind_each_common_form_of_the_loss(form: str) -> None:
    right, wrong = share(list(figures.singles(np.random.default_rng(2028), 1, form)))
    assert right >= 0.9, wrong


def test_it_names_at_least_95_of_100_without_biases() -> None:
    right, wrong = share(list(figures.singles(np.random.default_rng(2029), 1, with_biases=False)))
    assert right >= 0.95, wrong


def test_it_names_at_least_92_of_100_pairs_with_their_layers() -> None:
    random = np.random.default_rng(2025)
    right, wrong = share([figures.several(random, 2) for _ in range(50)])
    assert right >= 0.92, wrong


def test_of_three_slips_it_says_nothing_untrue() -> None:
    """Whatever it names is among the three, or gives the same numbers."""
    random = np.random.default_rng(2030)
    outcomes = [figures.several(random, 3) for _ in range(20)]
    untrue = [str(one) for one in outcomes if one.untrue]
    assert len(untrue) <= 1, "\n".join(untrue)
    assert sum(one.right for one in outcomes) >= 16


def test_it_accuses_none_of_500_correct_implementations() -> None:
    """Also without biases, with penalties on them, in columns, and with a constant in the loss."""
    random = np.random.default_rng(2026)
    reports = [figures.correct(random) for _ in range(500)]
    assert [report for ok, report in reports if not ok] == []


def test_it_names_no_slip_for_mistakes_that_are_in_no_catalogue() -> None:
    random = np.random.default_rng(2027)
    found = [figures.other_mistake(random) for _ in range(40)]
    assert [(name, str(report)) for name, report in found if report.slips] == []
    assert {report.verdict for _, report in found} == {"mismatch, no known slip"}
