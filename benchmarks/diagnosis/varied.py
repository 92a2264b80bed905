"""Healthy trainings of other kinds: several outputs, embeddings, few samples, weights, schedules, clipping, norms."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

import glassnet as gn
from benchmarks.diagnosis import problems, sensible
from benchmarks.diagnosis.problems import Problem, Random, held_back
from benchmarks.diagnosis.sensible import log_uniform, pick
from benchmarks.diagnosis.trainings import Setup


def draw(random: Random) -> Setup:
    """One of the kinds, and now and then float64."""
    setup = pick(random, KINDS)(random)
    return replace(setup, dtype=pick(random, ("float32", "float64")))


def _several_labels(random: Random) -> Setup:
    X = random.normal(size=(int(random.integers(200, 500)), int(random.integers(3, 8))))
    Y = (X[:, :3] + 0.5 * np.roll(X, 1, axis=1)[:, :3] > random.uniform(-0.5, 0.5)).astype(float)
    setup = sensible.of_problem(random, held_back("labels", X, Y, random), "tanh", 1)
    return replace(
        setup, loss="bce", layers=(gn.Dense(24, "tanh"), gn.Dense(3, "sigmoid")), optimizer=gn.Adam(0.01), epochs=60,
        batch_size=32,
    )  # fmt: skip


def _several_values(random: Random) -> Setup:
    problem = problems.draw("waves", random)
    Y, Y_held = (np.hstack([y, X[:, :1] * X[:, 1:]]) for X, y in
                 ((problem.X, problem.y), (problem.X_held, problem.y_held)))  # fmt: skip
    setup = sensible.of_problem(
        random, replace(problem, y=Y, y_held=Y_held), pick(random, ("tanh", "silu")), 2
    )
    return replace(setup, loss="mse", layers=(*setup.layers[:-1], gn.Dense(2)), optimizer=gn.Adam(0.01), epochs=120,
                   batch_size=32)  # fmt: skip


def _embedding(random: Random) -> Setup:
    problem = problems.draw(pick(random, ("blobs", "iris", "wine")), random)
    few = Problem(problem.name, problem.X[:120], problem.y[:120], problem.X[:0], problem.y[:0])
    loss = pick(random, ("contrastive", "triplet_hard", "triplet_all"))
    layers = (gn.Dense(16, "tanh"), gn.Dense(2))
    return Setup(few, layers, loss, gn.Adam(0.01), 60, None, int(random.integers(2**31)))


def _few_samples(random: Random) -> Setup:
    problem = problems.draw(pick(random, ("blobs", "moons", "iris", "wine", "plane", "xor")), random)
    n = int(random.integers(8, 30))
    few = Problem(problem.name, problem.X[:n], problem.y[:n], problem.X[:0], problem.y[:0])
    setup = sensible.of_problem(random, few, pick(random, ("tanh", "relu")), 1)
    return replace(setup, optimizer=gn.Adam(log_uniform(random, 0.01, 0.03)), epochs=300, batch_size=None)


def _weighed(random: Random) -> Setup:
    setup = sensible.draw(random, problems.HELD_CLASSES, extras=False)
    if random.uniform() < 0.5:
        return replace(setup, options={"class_weight": "balanced"})
    return replace(setup, options={"sample_weight": random.uniform(0.3, 3, len(setup.problem.X))})


def _scheduled(random: Random) -> Setup:
    setup = sensible.draw(random, extras=False)
    rate, n = log_uniform(random, 5e-3, 2e-2), setup.epochs
    schedule = pick(
        random,
        (
            gn.schedules.ExponentialDecay(rate, 0.1 ** (1 / n)), gn.schedules.CosineDecay(rate, n),
            gn.schedules.LinearWarmup(rate, max(1, n // 10)), gn.schedules.StepDecay(rate, max(1, n // 2), 0.5),
        ),
    )  # fmt: skip
    return replace(setup, optimizer=gn.Adam(schedule))


def _clipped(random: Random) -> Setup:
    setup = sensible.draw(random, extras=False)
    limit = pick(random, ({"clip_norm": 1.0}, {"clip_norm": 5.0}, {"clip_value": 0.5}))
    return replace(setup, optimizer=replace(setup.optimizer, **limit))


def _normalised(random: Random) -> Setup:
    setup = sensible.draw(random, problems.HELD, extras=False)
    *hidden, last = setup.layers
    kind = pick(random, (gn.BatchNorm, gn.LayerNorm))
    parts = [
        part
        for layer in hidden
        if isinstance(layer, gn.Dense)
        for part in (gn.Dense(max(layer.units, 8), use_bias=False), kind(), gn.Activation(layer.activation))
    ]
    size = 32 if len(setup.problem.X) % 32 != 1 else 16
    return replace(setup, layers=(*parts, last), batch_size=size)


def _dropped(random: Random) -> Setup:
    setup = sensible.draw(random, problems.HELD, extras=False)
    *hidden, last = setup.layers
    parts = [part for layer in hidden for part in (layer, gn.Dropout(float(random.uniform(0.1, 0.3))))]
    return replace(setup, layers=(*parts, last))


def _penalised(random: Random) -> Setup:
    setup = sensible.draw(random, problems.HELD, extras=False)
    penalty = log_uniform(random, 1e-5, 1e-3)
    layers = tuple(replace(p, l2=penalty) if isinstance(p, gn.Dense) else p for p in setup.layers)
    return replace(setup, layers=layers)


KINDS: tuple[Callable[[Random], Setup], ...] = (
    _several_labels, _several_values, _embedding, _few_samples, _weighed, _scheduled, _clipped, _normalised, _dropped,
    _penalised,
)  # fmt: skip
