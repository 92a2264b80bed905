"""Whether a network is large enough, and whether it learned anything at all."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

import glassnet as gn
from benchmarks.diagnosis.learning import chance, last_loss, score
from benchmarks.diagnosis.problems import Array, Problem
from benchmarks.diagnosis.trainings import Training, run

FEW = 20
TRIES = 3
ROOMY = 64


def at_chance(training: Training, within: float) -> bool:
    """Whether loss and score are those of a constant answer, up to `within` parts of the loss and three of score.

    Of fewer than twenty samples only the loss is asked: nearly equal outputs get three of four right by rounding.
    """
    expected = chance(training.setup)
    knows = len(training.setup.problem.X) >= FEW and score(training) >= 3 * within
    return abs(last_loss(training) - expected) < within * expected and not knows


def learns_by_heart(training: Training, at_least: int, enough: float) -> bool:
    """Whether one of three trainings on twenty samples scores enough, hidden layers widened to `at_least` units."""
    setup = training.setup
    dense = setup.dense
    layers = tuple(
        replace(layer, units=max(layer.units, at_least), l1=0.0, l2=0.0)
        if isinstance(layer, gn.Dense) and layer is not dense[-1]
        else layer
        for layer in setup.layers
        if not isinstance(layer, gn.Dropout)
    )
    few = replace(
        setup,
        problem=_few(setup.problem),
        layers=layers,
        optimizer=gn.Adam(0.02),
        epochs=400,
        batch_size=None,
    )
    return any(score(run(replace(few, seed=seed))) >= enough for seed in range(1, TRIES + 1))


def _few(problem: Problem) -> Problem:
    """Twenty samples, spread over the sorted targets."""
    order = np.argsort(problem.y.ravel(), kind="stable")
    some: Array = order[np.linspace(0, len(order) - 1, min(FEW, len(order))).astype(int)]
    return replace(
        problem, X=problem.X[some], y=problem.y[some], X_held=problem.X_held[:0], y_held=problem.y_held[:0]
    )


def has_too_few_units(training: Training, narrow: float, wide: float) -> bool:
    """Whether it learns twenty samples by heart worse than `narrow`, and with enough units as well as `wide`."""
    return not learns_by_heart(training, 0, narrow) and learns_by_heart(training, ROOMY, wide)
