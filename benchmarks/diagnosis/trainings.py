"""A training: how it is set up, what came of it, and the run between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any
from unittest import mock

import numpy as np

import glassnet as gn
from benchmarks.diagnosis.problems import Array, Problem
from glassnet.errors import DivergenceError
from glassnet.layers import Layer
from glassnet.losses import Loss
from glassnet.optimizers import Optimizer


@dataclass(frozen=True)
class Setup:
    """A training before it runs.

    Attributes
    ----------
    options : dict
        More options of fit, such as weights of samples.
    patience : int
        Epochs without a lower validation loss after which training ends, the best put back; 0 for none.
    averaged : float
        The decay of an average of the weights that the network is left with; 0 for none.
    own_loop : bool
        Whether it is trained by a loop that compares outputs (n, 1) with targets (n,).
    sensible : Setup or None
        The same before a fault was planted; None where none was.
    """

    problem: Problem
    layers: tuple[Layer, ...]
    loss: str
    optimizer: Optimizer
    epochs: int
    batch_size: int | None
    seed: int
    dtype: str = "float32"
    shuffle: bool = True
    options: dict[str, Any] = field(default_factory=dict)
    patience: int = 0
    averaged: float = 0.0
    own_loop: bool = False
    sensible: Setup | None = field(default=None, repr=False)

    def spoiled(self, **changes: Any) -> Setup:
        """The same with changes for the worse."""
        return replace(self, **changes, sensible=self.sensible or self)

    @property
    def objective(self) -> Loss:
        """The loss itself."""
        return gn.losses.get(self.loss)

    @property
    def n_outputs(self) -> int:
        """Units of the last dense layer."""
        return self.dense[-1].units

    @property
    def dense(self) -> list[gn.Dense]:
        """The dense layers."""
        return [layer for layer in self.layers if isinstance(layer, gn.Dense)]

    @property
    def data(self) -> tuple[Array, Array]:
        """Samples and targets as the loss takes them."""
        return self.problem.X, self._targets(self.problem.y)

    @property
    def held(self) -> tuple[Array, Array] | None:
        """The same of the samples held back, if there are any."""
        if not len(self.problem.X_held):
            return None
        return self.problem.X_held, self._targets(self.problem.y_held)

    def _targets(self, y: Array) -> Array:
        if y.ndim == 2 or self.objective.targets != "values":
            return y
        return y[:, None].astype(float) if self.n_outputs == 1 else np.eye(self.n_outputs)[y]


@dataclass(frozen=True)
class Training:
    """What came of it: the network as it began and as it ended."""

    setup: Setup
    first: gn.Network
    last: gn.Network
    history: gn.History
    diverged: bool

    def curve(self, column: str) -> list[float]:
        """A column of the history; infinite where training ended before it began."""
        return self.history.columns.get(column) or [np.inf]

    @cached_property
    def twin(self) -> Training:
        """The training without the fault."""
        if self.setup.sensible is None:
            return self
        return run(self.setup.sensible)

    def at_rate(self, factor: float) -> Training:
        """The same at another learning rate."""
        rate = float(self.setup.optimizer.rates(np.zeros(1))[0])
        return run(replace(self.setup, optimizer=self.setup.optimizer.with_learning_rate(factor * rate)))


class _Keep(gn.Callback):
    """Keeps the history of a training that ends with an error."""

    def begin(self, session: Any) -> None:
        self.history = session.history


def unrefused() -> Any:
    """fit refuses outputs that cannot go with their loss; these trainings are made elsewhere, where nothing does."""
    return mock.patch("glassnet.training.data.refuse_unsuitable")


def run(setup: Setup, callbacks: Sequence[gn.Callback] = ()) -> Training:
    """Train; a loss that leaves the finite numbers ends it."""
    X, y = setup.data
    network = gn.Network(setup.layers, seed=setup.seed, dtype=setup.dtype, input_shape=X.shape[1])
    first, keep, diverged = network.copy(), _Keep(), False
    more: list[gn.Callback] = [gn.callbacks.AverageWeights(setup.averaged)] if setup.averaged else []
    if setup.patience and setup.held:
        more.append(gn.callbacks.EarlyStopping(patience=setup.patience))
    if setup.own_loop:
        return Training(setup, first, _by_hand(network, setup), gn.History(), diverged)
    try:
        with np.errstate(all="ignore"), unrefused():
            network.fit(
                X, y, loss=setup.loss, optimizer=setup.optimizer, epochs=setup.epochs,
                batch_size=setup.batch_size, shuffle=setup.shuffle, validation_data=setup.held,
                callbacks=[keep, *callbacks, *more], engine="numpy", progress=False, **setup.options,
            )  # fmt: skip
    except DivergenceError:
        diverged = True
    return Training(setup, first, network, keep.history, diverged)


def _by_hand(network: gn.Network, setup: Setup) -> gn.Network:
    """A loop of one's own, whose squared errors compare each output (n, 1) with every target (n,)."""
    X, y = setup.data
    targets = y[:, 0]
    for _ in range(setup.epochs):
        output = network.forward(X)
        errors = output - targets  # (n, n)
        network.backward(2 * errors.mean(axis=1, keepdims=True) / len(X))
        network.step(setup.optimizer)
    network.state = None
    return network
