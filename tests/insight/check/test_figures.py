"""The figures that the checker must reach, on random networks of depth 1 to 4 with fixed seeds."""

from __future__ import annotations

import numpy as np

from tests.insight.check import figures


def test_it_names_at_least_95_of_100_single_slips_with_their_layers() -> None:
    outcomes = list(figures.singles(np.random.default_rng(2024), of_each=3))
    wrong = [str(outcome) for outcome in outcomes if not outcome.right]
    assert len(outcomes) >= 150
    assert len(wrong) <= 0.05 * len(outcomes), "\n".join(wrong)


def test_it_names_at_least_80_of_100_pairs_with_their_layers() -> None:
    random = np.random.default_rng(2025)
    outcomes = [figures.pair(random) for _ in range(50)]
    wrong = [str(outcome) for outcome in outcomes if not outcome.right]
    assert len(wrong) <= 0.2 * len(outcomes), "\n".join(wrong)


def test_it_finds_nothing_in_1000_correct_implementations() -> None:
    random = np.random.default_rng(2026)
    reports = [figures.correct(random) for _ in range(1000)]
    assert [report for ok, report in reports if not ok] == []


def test_it_names_no_slip_for_mistakes_that_are_in_no_catalogue() -> None:
    random = np.random.default_rng(2027)
    found = [figures.other_mistake(random) for _ in range(40)]
    assert [(name, str(report)) for name, report in found if report.slips] == []
    assert {report.verdict for _, report in found} == {"mismatch, no known slip"}
