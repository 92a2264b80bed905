"""Short trainings of copies: what would another learning rate, another start, another network have done?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassnet.errors import ArgumentError, DivergenceError
from glassnet.insight.diagnosis.measure import Pass
from glassnet.insight.diagnosis.targets import Targets
from glassnet.layers import Dense, Dropout, Layer
from glassnet.network import Network
from glassnet.optimizers import Adam, Optimizer

Array = NDArray[Any]

# Work of one trial in multiply-adds, about 0.2 s, and the steps that take as long by themselves; each step of a layer
# costs as much as this many multiply-adds, whatever its size. Counted and not timed, so that results can be reproduced.
MOST_WORK = 2e8
MOST_STEPS = 1000
STEP_OF_LAYER = 4e4
# Operations on each parameter in an update, beside three multiply-adds for each sample.
UPDATE = 10
# Work of all trials of a case together, about 2 s; what is beyond it is not tried.
ALL_WORK = 1e9
# How many samples a network should be able to learn by heart, and in how many epochs.
FEW = 20
HEART_EPOCHS = 400


def _without_penalty(layer: Dense) -> Dense:
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
    end: Pass | None

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


@dataclass(frozen=True, eq=False)
class Trials:
    """Trainings of copies on the sample; the user's network is not touched.

    Attributes
    ----------
    start : ndarray or None
        Where the user's training began; None where that is not known.
    """

    network: Network
    start: Array | None
    x: Array
    targets: Targets
    optimizer: Optimizer
    batch_size: int
    shuffled: bool
    budget: Budget = field(default_factory=Budget)
    _done: dict[tuple[float, int], Trial] = field(default_factory=dict, init=False)

    @property
    def steps_per_epoch(self) -> int:
        """Of a trial."""
        return -(-len(self.x) // self.batch_size)

    def affordable(self, epochs: int) -> int:
        """So many epochs, or as many as may be spent on one trial."""
        return max(1, min(epochs, int(MOST_WORK // self.work(1)), MOST_STEPS // self.steps_per_epoch))

    def work(self, epochs: int) -> float:
        """Multiply-adds of so many epochs, steps counted as some."""
        n_parameters = max(len(self.network.parameters), 1)
        of_a_step = UPDATE * n_parameters + STEP_OF_LAYER * len(self.network.layers)
        return epochs * (3.0 * n_parameters * len(self.x) + of_a_step * self.steps_per_epoch)

    def at_rate(self, factor: float, epochs: int) -> Trial:
        """From the start at `factor` times the learning rate, for as many of the epochs as is affordable."""
        key = (factor, self.affordable(epochs))
        if key not in self._done:
            optimizer = self.optimizer.with_learning_rate(factor * self.rate(epochs))
            self._done[key] = self.train(self.fresh(), optimizer, key[1])
        return self._done[key]

    def without_penalty(self, epochs: int) -> Trial:
        """From the start, without l1, l2 and weight decay."""
        layers = [
            _without_penalty(layer) if isinstance(layer, Dense) else layer for layer in self.network.layers
        ]
        free = self.fresh(layers)
        optimizer = replace(self.optimizer, weight_decay=0.0)
        return self.train(free, optimizer, self.affordable(epochs))

    def rate(self, epochs: int) -> float:
        """The learning rate, the largest one of a schedule."""
        return float(self.optimizer.rates(np.arange(max(epochs, 1), dtype=float)).max())

    def fresh(self, layers: Sequence[Layer] | None = None) -> Network:
        """A copy of the network, or of its layers otherwise set, with the parameters of the start if it is known."""
        made = Network(
            self.network.layers if layers is None else layers,
            seed=self.network.streams.seed, dtype=self.network.dtype.name,
            input_shape=self.network.layout.input_shape,
        )  # fmt: skip
        if self.start is not None:
            made.parameters = self.start
        return made

    @property
    def few(self) -> NDArray[np.int64]:
        """Twenty of the samples, the classes in turn."""
        order = np.random.default_rng(0).permutation(len(self.x))
        if self.targets.kind != "classes":
            return order[:FEW]
        classes = self.targets.classes[order]
        turn = np.empty(len(order), np.int64)
        for present in np.unique(classes):
            turn[classes == present] = np.arange((classes == present).sum())
        return order[np.argsort(turn, kind="stable")][:FEW]

    def of_few(self, wider: int, seed: int = 0) -> Trial:
        """Twenty samples learned by heart with Adam, by a copy with `wider` times as many hidden units."""
        layers = [layer for layer in self.network.layers if not isinstance(layer, Dropout)]
        last = max(i for i, layer in enumerate(layers) if isinstance(layer, Dense))
        layers = [
            replace(_without_penalty(layer), units=wider * layer.units)
            if isinstance(layer, Dense) and i < last
            else layer
            for i, layer in enumerate(layers)
        ]
        made = Network(
            layers, seed=seed, dtype=self.network.dtype.name, input_shape=self.network.layout.input_shape
        )
        few = Trials(
            made, None, self.x[self.few], self.targets.take(self.few), Adam(0.01), len(self.few), False,
            self.budget,
        )  # fmt: skip
        return few.train(made, few.optimizer, few.affordable(HEART_EPOCHS))

    def train(self, network: Network, optimizer: Optimizer, epochs: int) -> Trial:
        """Train this network, where the budget allows it."""
        if not self.budget.allows(self.work(epochs)):
            return Trial(np.empty(0), None)
        samples = self.x.reshape(len(self.x), *network.layout.input_shape)
        try:
            with np.errstate(all="ignore"):
                history = network.fit(
                    samples, self.targets.values, loss=self.targets.loss, optimizer=optimizer,
                    epochs=epochs, batch_size=self.batch_size, shuffle=self.shuffled, engine="numpy",
                    progress=False,
                )  # fmt: skip
        except (DivergenceError, ArgumentError):  # such as a last batch of one sample before BatchNorm
            return Trial(np.empty(0), None)
        end = Pass(network, network.parameters, network.running_statistics, self.x, self.targets)
        return Trial(np.array(history["loss"]), end)
