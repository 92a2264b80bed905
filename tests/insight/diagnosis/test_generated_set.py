"""The diagnosis on a part of the generated set of `benchmarks/diagnosis`: the figures it must reach, in aggregate."""

import pytest

from benchmarks.diagnosis.generation import FAULTS, HEALTHY, Case
from benchmarks.diagnosis.scoring import PRECISION, RECALL, Outcome, healthy_severities, judged, rows, total

SEED = 0
OF_EACH_FAULT, N_HEALTHY = 2, 20


@pytest.fixture(scope="module")
def outcomes() -> list[Outcome]:
    faulty = [Case(SEED, code, number) for code in FAULTS for number in range(OF_EACH_FAULT)]
    return [judged(case) for case in (*faulty, *(Case(SEED, HEALTHY, number) for number in range(N_HEALTHY)))]


def test_every_code_is_planted(outcomes: list[Outcome]) -> None:
    assert len(FAULTS) == 21
    assert [row.planted for row in rows(outcomes)] == [OF_EACH_FAULT] * len(FAULTS)


def test_planted_faults_are_found(outcomes: list[Outcome]) -> None:
    everything = total(rows(outcomes))
    assert everything.planted == OF_EACH_FAULT * len(FAULTS)
    assert everything.recall >= RECALL


def test_what_is_found_is_true(outcomes: list[Outcome]) -> None:
    everything = total(rows(outcomes))
    assert everything.said >= everything.found
    assert everything.precision >= PRECISION


def test_healthy_trainings_have_no_error(outcomes: list[Outcome]) -> None:
    severities = healthy_severities(outcomes)
    assert severities.total() == N_HEALTHY
    assert severities["error"] == 0
