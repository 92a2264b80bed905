"""Trainings as somebody sets them up who knows how."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import glassnet as gn
from benchmarks.diagnosis import problems
from benchmarks.diagnosis.problems import Problem, Random
from benchmarks.diagnosis.trainings import Setup
from glassnet.layers import Layer
from glassnet.optimizers import Optimizer

T = TypeVar("T")

SMOOTH = ("tanh", "elu", "gelu", "silu")
RECTIFIERS = ("relu", "leaky_relu")
ACTIVATIONS = (*RECTIFIERS, *SMOOTH, "relu", "tanh")
_STEPS = {"xor": 500, "spiral": 2000, "xor_clouds": 700, "circles": 700, "waves": 1200, "sine": 900}
_USUAL_STEPS = 500


def draw(
    random: Random,
    names: Sequence[str] = problems.ALL,
    *,
    activations: Sequence[str] = ACTIVATIONS,
    depths: Sequence[int] = (1, 1, 2, 2, 3, 4),
    extras: bool = True,
) -> Setup:
    """A setup for one of these problems; with `extras` there may be dropout, batch norm and penalties."""
    problem = problems.draw(pick(random, names), random)
    activation, depth = pick(random, activations), int(pick(random, depths))
    return of_problem(random, problem, activation, depth, extras=extras)


def of_problem(
    random: Random, problem: Problem, activation: str, depth: int, *, extras: bool = False
) -> Setup:
    """A setup for this problem."""
    loss, last = _end(random, problem)
    width = int(pick(random, (16, 24, 32, 64) if problem.name in ("spiral", "digits") else (8, 16, 32, 48)))
    hidden = [_hidden(random, max(4, width >> shrink), activation) for shrink in _shrinking(random, depth)]
    n = len(problem.X)
    batch_size = pick(random, (16, 32, 32, 64, 64, None))
    per_epoch = -(-n // batch_size) if batch_size and batch_size < n else 1
    steps = _STEPS.get(problem.name, _USUAL_STEPS)
    epochs = min(max(steps // per_epoch, 12), 160)
    layers: list[Layer] = [*hidden, last]
    if extras:
        layers = _with_extras(random, layers, problem, batch_size or n)
    return Setup(
        problem, tuple(layers), loss, _optimizer(random, depth), epochs, batch_size,
        int(random.integers(2**31)), pick(random, ("float32", "float32", "float64")),
    )  # fmt: skip


def pick(random: Random, choices: Sequence[T]) -> T:
    """One of them."""
    return choices[int(random.integers(len(choices)))]


def log_uniform(random: Random, low: float, high: float) -> float:
    """Between low and high, alike in every decade."""
    return float(low * (high / low) ** random.uniform())


def _shrinking(random: Random, depth: int) -> list[int]:
    return [min(place, 2) if random.uniform() < 0.5 else 0 for place in range(depth)]


def _hidden(random: Random, units: int, activation: str) -> gn.Dense:
    rectifies = activation not in ("tanh", "sigmoid")
    fitting = ("he_normal", "he_uniform") if rectifies else ("glorot_normal", "lecun_uniform")
    return gn.Dense(units, activation, pick(random, (*fitting, "glorot_uniform")))


def _end(random: Random, problem: Problem) -> tuple[str, gn.Dense]:
    """A loss and the last layer that goes with it."""
    if not problem.has_classes:
        return pick(random, ("mse", "mse", "huber", "mae")), gn.Dense(1)
    n = problem.n_classes
    if n == 2 and random.uniform() < 0.6:
        return pick(
            random,
            (("bce", gn.Dense(1, "sigmoid")), ("sigmoid_cross_entropy", gn.Dense(1))),
        )
    return pick(
        random,
        (
            ("scce", gn.Dense(n, "softmax")), ("cce", gn.Dense(n, "softmax")),
            ("sparse_softmax_cross_entropy", gn.Dense(n)), ("scce", gn.Dense(n, "softmax", "zeros")),
        ),
    )  # fmt: skip


def _optimizer(random: Random, depth: int) -> Optimizer:
    kinds = (
        lambda: gn.Adam(log_uniform(random, 3e-3, 2e-2)),
        lambda: gn.Adam(log_uniform(random, 3e-3, 1e-2), clip_norm=5.0),
        lambda: gn.AdamW(log_uniform(random, 3e-3, 2e-2)),
        lambda: gn.RMSProp(log_uniform(random, 2e-3, 6e-3)),
        lambda: gn.SGD(log_uniform(random, 0.1, 0.3) / depth),
        lambda: gn.SGD(log_uniform(random, 0.02, 0.08) / depth, momentum=0.9),
        lambda: gn.SGD(log_uniform(random, 0.02, 0.08) / depth, momentum=0.9, nesterov=True),
        lambda: gn.AdaGrad(log_uniform(random, 0.03, 0.1)),
    )
    return pick(random, kinds)()


def _with_extras(random: Random, layers: list[Layer], problem: Problem, batch_size: int) -> list[Layer]:
    """Dropout, batch norm, activations as layers of their own; each in a small share of the setups."""
    *hidden, last = layers
    drawn = random.uniform()
    if drawn < 0.1 and problem.name != "xor":
        return [part for layer in hidden for part in (layer, gn.Dropout(0.1))] + [last]
    if drawn < 0.2 and problem.name != "xor" and len(problem.X) % batch_size != 1:
        return [part for layer in hidden for part in (layer, gn.BatchNorm())] + [last]
    if drawn < 0.3:
        split = [(gn.Dense(d.units, "linear", d.initializer), gn.Activation(d.activation)) for d in hidden]
        return [part for pair in split for part in pair] + [last]
    return layers
