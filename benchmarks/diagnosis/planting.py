"""What a planted fault is, and changes that several faults make."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import glassnet as gn
from benchmarks.diagnosis import learning
from benchmarks.diagnosis.problems import Random
from benchmarks.diagnosis.trainings import Setup, Training
from glassnet.initializers import Initializer
from glassnet.layers import Layer


@dataclass(frozen=True)
class Fault:
    """A cause, and the measurement that says whether it did what it is meant to.

    Attributes
    ----------
    code : str
        What a diagnosis must find.
    plant : callable
        Draws a sensible setup and spoils it.
    shows : callable
        Whether the training shows the fault; another is drawn if not.
    planted_as : tuple of str
        Other codes that name what was planted in order to bring the fault about.
    """

    code: str
    plant: Callable[[Random], Setup]
    shows: Callable[[Training], bool]
    planted_as: tuple[str, ...] = ()


def with_dense(
    setup: Setup, change: Callable[[gn.Dense], gn.Dense], places: Sequence[int] | None = None
) -> tuple[Layer, ...]:
    """The layers with the dense ones at these places (all by default) changed."""
    dense = setup.dense
    wanted = range(len(dense)) if places is None else [place % len(dense) for place in places]
    chosen = [id(dense[place]) for place in wanted]
    return tuple(change(layer) if id(layer) in chosen else layer for layer in setup.layers)


def begun_with(
    setup: Setup, initializer: Callable[[int], Initializer], places: Sequence[int] | None = None
) -> tuple[Layer, ...]:
    """The layers with weights drawn by `initializer(n_inputs)`."""
    inputs = dict(
        zip(
            map(id, setup.dense),
            [setup.problem.X.shape[1], *(layer.units for layer in setup.dense)],
            strict=False,
        )
    )
    return with_dense(setup, lambda layer: replace(layer, initializer=initializer(inputs[id(layer)])), places)


def with_gain(setup: Setup, gain: float, places: Sequence[int] | None = None) -> tuple[Layer, ...]:
    """The layers with normal weights of standard deviation gain / root of the number of inputs."""
    return begun_with(setup, lambda n: gn.initializers.Normal(gain / n**0.5), places)


def rate(setup: Setup) -> float:
    """The learning rate."""
    return float(setup.optimizer.learning_rate)  # type: ignore[arg-type]


def does_worse(training: Training) -> bool:
    """Whether it learned clearly less than without the fault, which learned well."""
    return learning.learns(training.twin, 0.6) and (
        training.diverged or learning.score(training) < learning.score(training.twin) - 0.1
    )


def stays_at_chance(training: Training) -> bool:
    """Whether the loss ends no better than a constant answer, though without the fault it falls."""
    setup = training.setup
    return learning.learns(training.twin, 0.6) and (
        learning.last_loss(training) > 0.9 * learning.chance(setup)
    )
