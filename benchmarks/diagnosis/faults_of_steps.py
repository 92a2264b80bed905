"""Faults in what becomes of steps: parameters that hardly take them, and an average that is still where they began."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from benchmarks.diagnosis import learning, problems, sensible
from benchmarks.diagnosis.measures import holds_back
from benchmarks.diagnosis.planting import Fault, with_dense
from benchmarks.diagnosis.problems import Random
from benchmarks.diagnosis.sensible import log_uniform, pick
from benchmarks.diagnosis.trainings import Setup, Training


def _held(random: Random) -> Setup:
    setup = sensible.draw(random, problems.HELD, depths=(1, 2, 3), extras=False)
    factor = 0.0 if random.uniform() < 0.4 else log_uniform(random, 1e-6, 1e-3)
    n = len(setup.dense)
    places = pick(random, (range(n), range(n), range(n - 1), [n - 1]))
    factors: dict[str, Any] = dict.fromkeys(("learning_rate_factor", "bias_learning_rate_factor"), factor)
    return setup.spoiled(layers=with_dense(setup, lambda layer: replace(layer, **factors), list(places)))


def _is_held(training: Training) -> bool:
    return (
        learning.learns(training.twin, 0.6)
        and learning.score(training) < learning.score(training.twin) - 0.4
        and holds_back(training, None)
    )


def _averaged(random: Random) -> Setup:
    setup = sensible.draw(random, problems.HELD, depths=(1, 2, 3), extras=False)
    n = len(setup.problem.X)
    steps = setup.epochs * -(-n // min(setup.batch_size or n, n))
    return setup.spoiled(averaged=1 - log_uniform(random, 0.02, 1.0) / steps)


def _lags(training: Training) -> bool:
    return learning.learns(training.twin, 0.6) and (
        learning.score(training) < learning.score(training.twin) - 0.4
    )


FAULTS = (
    Fault("held_back", _held, _is_held),
    Fault("average_lags", _averaged, _lags),
)
