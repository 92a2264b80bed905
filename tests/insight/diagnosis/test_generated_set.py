"""The diagnosis on a part of the generated set of `benchmarks/diagnosis`: the figures it must reach, in aggregate."""

import pytest

from benchmarks.diagnosis.generation import FAULTS, HEALTHY, Case
from benchmarks.diagnosis.scoring import FIRST, PRECISION, RECALL, Outcome, judged, rows, severities_of, total

SEED = 0
HEALTHY_NUMBERS = range(4, 12)
# Of the first trainings of each fault the fastest.
FASTEST = {
    "dead_units": 1, "collapsed_representation": 3, "saturated_units": 2, "vanishing_gradient": 1,
    "exploding_gradient": 4, "symmetric_weights": 1, "scale_too_small": 1, "scale_too_large": 2,
    "initial_loss_not_chance": 0, "learning_rate_too_high": 2, "learning_rate_too_low": 1, "unscaled_inputs": 1,
    "unscaled_targets": 2, "labels_unrelated": 0, "output_loss_mismatch": 2, "missing_nonlinearity": 1,
    "sorted_not_shuffled": 2, "leakage": 1, "overfitting": 2, "underfitting": 0, "imbalance": 2,
    "loss_at_chance": 2, "too_few_units": 0, "clipped_too_much": 0, "weighed_down": 0, "statistics_lag": 0,
    "split_differs": 0, "no_biases": 1, "broadcast_targets": 0,
    "held_back": 0, "average_lags": 0,
}  # fmt: skip


@pytest.fixture(scope="module")
def outcomes() -> list[Outcome]:
    faulty = [Case(SEED, code, FASTEST[code]) for code in FAULTS]
    return [judged(case) for case in (*faulty, *(Case(SEED, HEALTHY, number) for number in HEALTHY_NUMBERS))]


def test_every_code_is_planted(outcomes: list[Outcome]) -> None:
    assert len(FAULTS) == 31
    assert [row.planted for row in rows(outcomes)] == [1] * len(FAULTS)


def test_planted_faults_are_found(outcomes: list[Outcome]) -> None:
    everything = total(rows(outcomes))
    assert everything.recall >= RECALL
    assert everything.leads >= FIRST


def test_what_is_found_is_true(outcomes: list[Outcome]) -> None:
    everything = total(rows(outcomes))
    assert everything.said >= everything.found
    assert everything.precision >= PRECISION


def test_healthy_trainings_have_no_error(outcomes: list[Outcome]) -> None:
    severities = severities_of(outcomes, HEALTHY)
    assert severities.total() == len(HEALTHY_NUMBERS)
    assert severities["error"] == 0
