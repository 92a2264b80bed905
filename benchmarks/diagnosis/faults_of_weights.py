"""Faults in how a network begins and in what flows through it."""

from __future__ import annotations

from dataclasses import replace

import glassnet as gn
from benchmarks.diagnosis import learning, measures, problems, sensible
from benchmarks.diagnosis.planting import (
    Fault,
    begun_with,
    does_worse,
    rate,
    stays_at_chance,
    with_dense,
    with_gain,
)
from benchmarks.diagnosis.problems import Random
from benchmarks.diagnosis.sensible import log_uniform, pick
from benchmarks.diagnosis.signals import indistinct
from benchmarks.diagnosis.trainings import Setup, Training


def _dead(random: Random) -> Setup:
    setup = sensible.draw(random, activations=("relu",), depths=(1, 2, 3, 4), extras=False)
    if random.uniform() < 0.3:
        fast = (
            gn.SGD(log_uniform(random, 3, 100))
            if random.uniform() < 0.5
            else gn.Adam(log_uniform(random, 0.3, 3))
        )
        return setup.spoiled(optimizer=fast)
    low = gn.initializers.Constant(-log_uniform(random, 2, 30))
    place = int(random.integers(len(setup.dense) - 1))
    return setup.spoiled(
        layers=with_dense(setup, lambda layer: replace(layer, bias_initializer=low), [place])
    )


def _are_dead(training: Training) -> bool:
    flow = measures.hidden(training.last, training)
    return any(signal.never_active.mean() >= 0.5 for signal in flow)


def _collapsing(random: Random) -> Setup:
    if random.uniform() < 0.4:
        setup = sensible.draw(random, ("xor",), activations=("relu",), depths=(1,), extras=False)
        units = int(random.integers(2, 5))
        return setup.spoiled(layers=with_dense(setup, lambda layer: replace(layer, units=units), [0]))
    setup = sensible.draw(random, activations=("relu",), depths=(2, 3, 4), extras=False)
    place = int(random.integers(len(setup.dense) - 1))
    if random.uniform() < 0.5:
        units = int(random.integers(1, 4))
        return setup.spoiled(layers=with_dense(setup, lambda layer: replace(layer, units=units), [place]))
    low = gn.initializers.Constant(-log_uniform(random, 3, 30))
    return setup.spoiled(
        layers=with_dense(setup, lambda layer: replace(layer, bias_initializer=low), [place])
    )


def _has_collapsed(training: Training) -> bool:
    problem = training.setup.problem
    flow = measures.hidden(training.last, training)
    return max(indistinct(signal.a, problem.y) for signal in flow) >= 0.1 and learning.score(training) < 0.8


def _saturating(random: Random) -> Setup:
    activation = pick(random, ("tanh", "sigmoid"))
    setup = sensible.draw(random, activations=(activation,), depths=(1, 2, 3), extras=False)
    places = pick(random, (range(len(setup.dense) - 1), [0], [len(setup.dense) - 2]))
    return setup.spoiled(layers=with_gain(setup, log_uniform(random, 30, 300), places))


def _are_saturated(training: Training) -> bool:
    flow = measures.hidden(training.last, training)
    return does_worse(training) and any((signal.saturated > 0.9).mean() >= 0.5 for signal in flow)


def _vanishing(random: Random) -> Setup:
    setup = sensible.draw(random, problems.HELD, activations=("tanh", "relu"), depths=(1, 2), extras=False)
    *_, last = setup.layers
    activation = pick(random, ("sigmoid", "sigmoid", "tanh"))
    initializer = "glorot_uniform" if activation == "sigmoid" else gn.initializers.Normal(0.05)
    width, depth = int(pick(random, (8, 16, 32))), int(random.integers(4, 8))
    hidden = [gn.Dense(width, activation, initializer)] * depth
    return setup.spoiled(layers=(*(replace(layer) for layer in hidden), last))


def _vanishes(training: Training) -> bool:
    return stays_at_chance(training) and measures.falling_off(training, training.first) <= 1e-3


def _exploding(random: Random) -> Setup:
    setup = sensible.draw(random, activations=("relu", "leaky_relu", "elu"), depths=(3, 4, 5), extras=False)
    return setup.spoiled(layers=with_gain(setup, log_uniform(random, 5, 30)))


def _explodes(training: Training) -> bool:
    return measures.error_growth(training, training.first) > 100 and does_worse(training)


def _symmetric(random: Random) -> Setup:
    setup = sensible.draw(random, depths=(1, 1, 2, 3), extras=False)
    value = pick(random, (0.0, 0.0, log_uniform(random, 0.01, 1.0), log_uniform(random, 0.01, 0.3)))
    return setup.spoiled(layers=begun_with(setup, lambda n: gn.initializers.Constant(value)))


def _are_symmetric(training: Training) -> bool:
    return does_worse(training) and all(
        signal.repeated >= 0.9 for signal in measures.hidden(training.last, training)
    )


def _small(random: Random) -> Setup:
    setup = sensible.draw(random, depths=(2, 3, 4), extras=False)
    return setup.spoiled(layers=with_gain(setup, log_uniform(random, 1e-4, 0.05)))


def _too_small(training: Training) -> bool:
    setup, losses = training.setup, training.curve("loss")
    return learning.learns(training.twin, 0.6) and losses[len(losses) // 2] > 0.9 * learning.chance(setup)


def _large(random: Random) -> Setup:
    setup = sensible.draw(random, depths=(1, 2, 3), extras=False)
    return setup.spoiled(layers=with_gain(setup, log_uniform(random, 6, 50)))


def _too_large(training: Training) -> bool:
    first = learning.loss_of(training, training.first)
    return first > 3 * learning.undecided(training.setup) and does_worse(training)


def _off_chance(random: Random) -> Setup:
    setup = sensible.draw(random, depths=(1, 2, 3), extras=False)
    if random.uniform() < 0.5:
        return setup.spoiled(layers=with_gain(setup, log_uniform(random, 5, 30), [-1]))
    size = log_uniform(random, 4, 30)
    bias = (
        gn.initializers.Constant(size * pick(random, (-1, 1)))
        if setup.n_outputs == 1
        else gn.initializers.Uniform(-size, size)
    )
    return setup.spoiled(layers=with_dense(setup, lambda layer: replace(layer, bias_initializer=bias), [-1]))


def _is_off_chance(training: Training) -> bool:
    first = learning.loss_of(training, training.first)
    return first > 3 * max(learning.undecided(training.setup), learning.chance(training.setup))


def _fast(random: Random) -> Setup:
    setup = sensible.draw(random, extras=False)
    if isinstance(setup.optimizer, gn.SGD):
        faster = rate(setup) * log_uniform(random, 30, 1000)
    else:
        faster = log_uniform(random, 0.3, 5)
    return setup.spoiled(optimizer=setup.optimizer.with_learning_rate(faster))


def _slow(random: Random) -> Setup:
    setup = sensible.draw(random, extras=False)
    slower = rate(setup) * log_uniform(random, 1e-5, 3e-3)
    return setup.spoiled(optimizer=setup.optimizer.with_learning_rate(slower))


def _too_slow(training: Training) -> bool:
    first, last = (learning.loss_of(training, network) for network in (training.first, training.last))
    return learning.learns(training.twin, 0.6) and last > 0.9 * first and learning.score(training) < 0.4


FAULTS = (
    Fault("dead_units", _dead, _are_dead, ("learning_rate_too_high",)),
    Fault("collapsed_representation", _collapsing, _has_collapsed, ("dead_units", "too_few_units")),
    Fault("saturated_units", _saturating, _are_saturated, ("scale_too_large",)),
    Fault("vanishing_gradient", _vanishing, _vanishes, ("scale_too_small",)),
    Fault("exploding_gradient", _exploding, _explodes, ("scale_too_large",)),
    Fault("symmetric_weights", _symmetric, _are_symmetric),
    Fault("scale_too_small", _small, _too_small),
    Fault("scale_too_large", _large, _too_large),
    Fault("initial_loss_not_chance", _off_chance, _is_off_chance, ("scale_too_large",)),
    Fault("learning_rate_too_high", _fast, stays_at_chance),
    Fault("learning_rate_too_low", _slow, _too_slow),
)
