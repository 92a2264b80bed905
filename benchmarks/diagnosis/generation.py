"""The set of trainings: every case follows from a seed, its kind and its number."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

import glassnet as gn
from benchmarks.diagnosis import (
    faults_of_data,
    faults_of_size,
    faults_of_steps,
    faults_of_training,
    faults_of_weights,
    learning,
    noisy,
    sensible,
    varied,
)
from benchmarks.diagnosis.planting import Fault
from benchmarks.diagnosis.problems import Random
from benchmarks.diagnosis.trainings import Setup, Training, run

FAULTS: dict[str, Fault] = {
    fault.code: fault
    for fault in (
        *faults_of_weights.FAULTS,
        *faults_of_data.FAULTS,
        *faults_of_size.FAULTS,
        *faults_of_training.FAULTS,
        *faults_of_steps.FAULTS,
    )
}
HEALTHY, VARIED, NOISY = "healthy", "varied", "noisy"
GOOD = (HEALTHY, VARIED, NOISY)
# What only the first weights, or the order of the samples, or an error that ended training can show.
_NEED_WATCHING = (
    "vanishing_gradient", "exploding_gradient", "scale_too_small", "scale_too_large", "initial_loss_not_chance",
    "learning_rate_too_high", "learning_rate_too_low", "sorted_not_shuffled", "weighed_down", "held_back",
)  # fmt: skip
_ATTEMPTS = 300
_DRAWN = {HEALTHY: sensible.draw, VARIED: varied.draw, NOISY: noisy.draw}


@dataclass(frozen=True)
class Case:
    """One training of the set: healthy, healthy of another kind, or with the fault of this code."""

    seed: int
    kind: str
    number: int

    @property
    def random(self) -> Random:
        """Its own source of randomness."""
        return np.random.default_rng(
            [self.seed, [HEALTHY, *FAULTS, VARIED, NOISY].index(self.kind), self.number]
        )

    @property
    def watched(self) -> bool:
        """Whether the training has the `Diagnosis` callback; a quarter of those that can do without have not."""
        return self.kind in _NEED_WATCHING or self.number % 4 != 3


def cases(seed: int, of_each_fault: int, healthy: int, others: int, noisy: int) -> list[Case]:
    """The set."""
    counts = dict.fromkeys(FAULTS, of_each_fault) | dict(zip(GOOD, (healthy, others, noisy), strict=True))
    return [Case(seed, kind, number) for kind, count in counts.items() for number in range(count)]


def trained(case: Case) -> Training:
    """The first drawn training that is what the case says."""
    random = case.random
    for _ in range(_ATTEMPTS):
        setup = _DRAWN[case.kind](random) if case.kind in _DRAWN else FAULTS[case.kind].plant(random)
        training = run(setup, [gn.Diagnosis(warn=False)] if case.watched else [])
        if is_healthy(training, case.kind) if case.kind in _DRAWN else FAULTS[case.kind].shows(training):
            return training
    raise RuntimeError(f"{_ATTEMPTS} trainings were drawn for {case}, and none of them is one")


def is_healthy(training: Training, kind: str = HEALTHY) -> bool:
    """Whether it learned well, by what was held back too, without learning the training samples by heart."""
    if kind == NOISY:
        return noisy.is_healthy(training)
    if training.setup.objective.targets == "labels":
        return not training.diverged and learning.alike_are_near(training) >= 0.9
    first, last = (learning.loss_of(training, network) for network in (training.first, training.last))
    held = training.setup.held is None or (
        learning.score(training, held=True) > max(0.4, learning.score(training) - 0.15)
        and training.curve("validation_loss")[-1] < 1.25 * min(training.curve("validation_loss"))
    )
    return (
        not training.diverged
        and last < 0.6 * first
        and learning.learns(training, _enough(training.setup))
        and held
    )


def _enough(setup: Setup) -> float:
    """What a good training learns of what there is to learn; of diabetes, nobody learns more than half."""
    return 0.4 if setup.problem.name == "diabetes" else 0.7
