"""Short trainings of copies: the training repeated with one thing changed, from the weights with which it began."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from glassnet.errors import ArgumentError, DataError, DivergenceError, ShapeError
from glassnet.insight.diagnosis.copies import changed, every
from glassnet.insight.diagnosis.measure import Pass
from glassnet.insight.diagnosis.targets import Targets
from glassnet.insight.diagnosis.training import Vectors
from glassnet.layers import Dense, Dropout, Layer
from glassnet.network.network import Network
from glassnet.optimizers import Optimizer
from glassnet.support.arrays import Array

# Work of one trial in multiply-adds, about 0.4 s; each step of a layer costs as much as this many, whatever its size.
# Counted and not timed, so that results can be reproduced.
MOST_WORK = 4e8
STEP_OF_LAYER = 4e4
# Operations on each parameter in an update, beside three multiply-adds for each sample.
UPDATE = 10
# Work of all trials of a case together, about 3 s; what is beyond it is not tried.
ALL_WORK = 4e9
# Seeds of the orders of samples and the dropout masks in which a trial is repeated; the training had another.
ORDERS = (1, 2)


def without_penalty(layer: Dense) -> Dense:
    """The layer without l1 and l2."""
    return replace(layer, l1=0.0, l2=0.0, bias_l1=0.0, bias_l2=0.0)


class Budget:
    """The work that all trials of a case share, in multiply-adds."""

    def __init__(self) -> None:
        self.left = ALL_WORK

    def allows(self, work: float) -> bool:
        """Whether so much is left; it is taken off then."""
        if work > self.left:
            return False
        self.left -= work
        return True


@dataclass(frozen=True)
class Trial:
    """How a short training went: its losses by epoch, and the network at its end; None if it failed or was too dear."""

    losses: Array
    end: Pass | None  # the network on what it was trained on
    network: Network | None = None

    @property
    def loss(self) -> float:
        """The mean of the last tenth of the epochs; infinite where it ended with an error."""
        if self.end is None or not len(self.losses):
            return float("inf")
        return float(self.losses[-max(1, len(self.losses) // 10) :].mean())

    @property
    def score(self) -> float:
        """Of the network at the end; minus infinity where it ended with an error."""
        return self.end.score if self.end is not None else float("-inf")


@dataclass(frozen=True)
class Course:
    """How a trial is trained."""

    optimizer: Optimizer
    epochs: int
    batch_size: int
    shuffled: bool = True
    weights: Array | None = None  # (n_samples, 1)
    order: int = ORDERS[0]


def work(network: Network, n_samples: int, course: Course) -> float:
    """Multiply-adds of a trial, its steps counted as some."""
    n_parameters = max(len(network.parameters), 1)
    of_a_step = UPDATE * n_parameters + STEP_OF_LAYER * len(list(every(network.layers)))
    n_steps = -(-n_samples // course.batch_size)
    return course.epochs * (3.0 * n_parameters * n_samples + of_a_step * n_steps)


def like(network: Network, layers: Sequence[Layer], seed: int) -> Network | None:
    """A network that reads the same samples; None where these layers do not fit each other."""
    try:
        return Network(layers, seed=seed, dtype=network.dtype.name, input_shape=network.layout.input_shape)
    except ShapeError:  # such as wider ones inside of a residual layer that reads the samples themselves
        return None


def train(network: Network | None, x: Array, targets: Targets, course: Course, budget: Budget) -> Trial:
    """Train this network, where the budget allows it."""
    failed = Trial(np.empty(0), None)
    if network is None or not budget.allows(work(network, len(x), course)):
        return failed
    weights = None if course.weights is None else course.weights[:: targets.loss.rows_per_sample, 0]
    try:
        with np.errstate(all="ignore"):
            history = network.fit(
                targets.as_given(x, network.layout.input_shape), targets.given,
                loss=targets.loss, optimizer=course.optimizer, epochs=course.epochs,
                batch_size=course.batch_size, shuffle=course.shuffled, sample_weight=weights,
                engine="numpy", seed=course.order, progress=False,
            )  # fmt: skip
    except (DivergenceError, ArgumentError, DataError):  # such as a last batch of one sample before BatchNorm
        return failed
    end = Pass(network, network.parameters, network.running_statistics, x, targets)
    return Trial(np.array(history["loss"]), end, network)


@dataclass(frozen=True, eq=False)
class Trials:
    """The training repeated on the sample, from the weights with which it began; the user's network is not touched."""

    network: Network
    begun: Vectors  # parameters and running statistics with which the training began
    x: Array
    targets: Targets
    course: Course  # as it went, in epochs of the sample, so many that there are as many steps
    budget: Budget
    _done: dict[tuple[float, int], Trial] = field(default_factory=dict, init=False)

    @property
    def repeatable(self) -> bool:
        """Whether every repetition takes the same steps: no order is drawn, and no dropout mask."""
        whole = self.course.batch_size >= len(self.x) or not self.course.shuffled
        return whole and not any(isinstance(layer, Dropout) for layer in every(self.network.layers))

    @property
    def affordable(self) -> int:
        """The epochs of the training, or as many as may be spent on one trial."""
        one = work(self.network, len(self.x), replace(self.course, epochs=1))
        return max(1, min(self.course.epochs, int(MOST_WORK // one)))

    @property
    def whole(self) -> bool:
        """Whether trials are as long as the training."""
        return self.affordable >= self.course.epochs

    @property
    def rate(self) -> float:
        """The learning rate, the largest one of a schedule."""
        return float(self._rates.max())

    @property
    def smallest_rate(self) -> float:
        """The learning rate, the smallest one of a schedule."""
        return float(self._rates.min())

    @property
    def _rates(self) -> Array:
        """The learning rate of every step of the training."""
        n_steps = -(-len(self.x) // self.course.batch_size)
        rates: Array = self.course.optimizer.rates(np.arange(max(self.course.epochs, 1) * n_steps) / n_steps)
        return rates

    def as_it_was(self, order: int = ORDERS[0]) -> Trial:
        """With nothing changed but the order of the samples."""
        return self._kept(0.0, order)

    def at_rate(self, factor: float, order: int = ORDERS[0]) -> Trial:
        """At `factor` times the learning rate, the same in every step."""
        return self._kept(factor, order)

    def _kept(self, factor: float, order: int) -> Trial:
        if (factor, order) not in self._done:
            optimizer = self.course.optimizer
            if factor:
                optimizer = optimizer.with_learning_rate(factor * self.rate)
            self._done[factor, order] = self.repeated(order, optimizer=optimizer)
        return self._done[factor, order]

    def repeated(
        self, order: int, *, layers: Sequence[Layer] | None = None, x: Array | None = None, **changes: Any
    ) -> Trial:
        """With other layers of the same shapes, other samples, or another course."""
        course = replace(self.course, **{"epochs": self.affordable, "order": order} | changes)
        network = Network(
            self.network.layers if layers is None else layers,
            seed=0, dtype=self.network.dtype.name, input_shape=self.network.layout.input_shape,
        )  # fmt: skip
        network.parameters = self.begun[0]
        network.running_statistics[...] = self.begun[1]
        return train(network, self.x if x is None else x, self.targets, course, self.budget)

    def without_penalty(self, order: int) -> Trial:
        """Without l1, l2 and weight decay."""
        layers = changed(
            self.network.layers, lambda layer: without_penalty(layer) if isinstance(layer, Dense) else layer
        )
        return self.repeated(order, layers=layers, optimizer=replace(self.course.optimizer, weight_decay=0.0))
