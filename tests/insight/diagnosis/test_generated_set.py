"""The diagnosis on a part of the generated set of `benchmarks/diagnosis`: the figures it must reach, in aggregate."""

import pytest

from benchmarks.diagnosis.generation import FAULTS, HEALTHY, Case
from benchmarks.diagnosis.scoring import PRECISION, RECALL, Outcome, healthy_severities, judged, rows, total

SEED = 0
N_HEALTHY = 18
# Of the first three trainings of each fault the slowest is left out.
SLOWEST = {
    "dead_units": 0, "collapsed_representation": 0, "saturated_units": 1, "vanishing_gradient": 0,
    "exploding_gradient": 1, "symmetric_weights": 2, "scale_too_small": 0, "scale_too_large": 1,
    "initial_loss_not_chance": 1, "learning_rate_too_high": 1, "learning_rate_too_low": 2, "unscaled_inputs": 2,
    "unscaled_targets": 0, "labels_unrelated": 1, "output_loss_mismatch": 0, "missing_nonlinearity": 0,
    "sorted_not_shuffled": 0, "leakage": 0, "overfitting": 1, "underfitting": 1, "imbalance": 1,
}  # fmt: skip


@pytest.fixture(scope="module")
def outcomes() -> list[Outcome]:
    faulty = [Case(SEED, code, number) for code in FAULTS for number in range(3) if number != SLOWEST[code]]
    return [judged(case) for case in (*faulty, *(Case(SEED, HEALTHY, number) for number in range(N_HEALTHY)))]


def test_every_code_is_planted(outcomes: list[Outcome]) -> None:
    assert len(FAULTS) == 21
    assert [row.planted for row in rows(outcomes)] == [2] * len(FAULTS)


def test_planted_faults_are_found(outcomes: list[Outcome]) -> None:
    everything = total(rows(outcomes))
    assert everything.recall >= RECALL


def test_what_is_found_is_true(outcomes: list[Outcome]) -> None:
    everything = total(rows(outcomes))
    assert everything.said >= everything.found
    assert everything.precision >= PRECISION


def test_healthy_trainings_have_no_error(outcomes: list[Outcome]) -> None:
    severities = healthy_severities(outcomes)
    assert severities.total() == N_HEALTHY
    assert severities["error"] == 0
