"""Training as scikit-learn's MLP is trained."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassnet.activations import ActivationFunction, Sigmoid, get
from glassnet.callbacks import Callback
from glassnet.estimators.learning.members import Member, Part
from glassnet.estimators.learning.work import Work
from glassnet.estimators.like_sklearn import losses, optimizers
from glassnet.estimators.like_sklearn.curve import Curve
from glassnet.estimators.like_sklearn.optimizers import SklearnOptimizer
from glassnet.estimators.presets.like_sklearn import ALPHA
from glassnet.network.network import Network
from glassnet.network.random import Random
from glassnet.optimizers import Optimizer


class Order:
    """Orders of rows as ``sklearn.utils.shuffle`` draws them: each one a permutation of the last."""

    def __init__(self, random: np.random.RandomState) -> None:
        self.random = random
        self.places = np.empty(0, np.int64)

    @property
    def bit_generator(self) -> Any:
        """Where the draws come from."""
        return self.random._bit_generator

    def permutation(self, n: int) -> NDArray[np.int64]:
        """The order of the next epoch."""
        if len(self.places) != n:
            self.places = np.arange(n)
        drawn = np.arange(n)
        self.random.shuffle(drawn)
        self.places = self.places[drawn]
        return self.places


@dataclass(frozen=True)
class SklearnWork(Work):
    """The work of ``preset="sklearn"``."""

    alpha: float = 0.0
    # Where orders of batches come from, after the first weights; None where several networks are trained
    random: np.random.RandomState | None = None
    task: str = ""

    def network(self, seed: int | Random) -> Network:
        """First weights have a third of the usual variance where hidden layers are logistic."""
        network = super().network(seed)
        activation = self.settings.activation
        if isinstance(activation, str | ActivationFunction) and type(get(activation)) is Sigmoid:
            network.parameters *= np.sqrt(1 / 3)
        return network

    def optimizer(self, n_rows: int) -> Optimizer:
        """With the penalty of each batch."""
        batch = min(self.batch_size(n_rows) or n_rows, n_rows)
        rule = super().optimizer(n_rows)
        return optimizers.same(rule, alpha=self.alpha, l2=self.settings.l2, n_rows=n_rows, batch=batch)

    def begin(self, member: Member, optimizer: Optimizer) -> None:
        """Take up the state of training, and the order of batches."""
        network = member.network
        network.state = member.state
        if isinstance(optimizer, SklearnOptimizer):
            optimizers.mask_weights(network, optimizer)
            state = network.training_state(optimizer)
            state.optimizer = replace(optimizer, start=state.step)
        if self.random is not None:
            network.streams = replace(network.streams, order=Order(self.random))  # type: ignore[arg-type]

    def end(self, member: Member) -> None:
        """Leave the network with what files can hold."""
        network = member.network
        member.state, network.state = network.state, None
        network.loss = losses.usual(self.head.loss)
        if self.random is not None:
            network.streams = replace(network.streams, order=np.random.default_rng(0))

    def watching(
        self, optimizer: Optimizer, part: Part, held: Part | None, score: Callable[[Network], float] | None
    ) -> tuple[list[Callback], list[str]]:
        """scikit-learn's curve, and its end where no rows are held back."""
        settings = self.settings
        patience = settings.patience if held is None and optimizer.takes_steps else None
        offset = losses.of_targets_alone(self.task, part.y)
        rest = optimizer.mean_decay if isinstance(optimizer, SklearnOptimizer) else 0.0
        divisor = self.head.n_outputs if isinstance(self.head.loss, losses.HalfSquaredError) else 1
        curve = Curve(settings.l2, rest, divisor, offset, patience, settings.minimum_change)
        if held is None:
            return [curve], []
        stopping, metrics = super().watching(optimizer, part, held, score)
        return [curve, *stopping], metrics


def work_of(work: Work, parameters: Any, task: str, n_rows: int) -> SklearnWork:
    """The same work as scikit-learn does it: `l2` is its alpha, which the rows of a batch divide.

    "auto" is numpy, whose functions and sums are scikit-learn's to the last digits.
    """
    batch = min(work.settings.batch_size or n_rows, n_rows)
    alpha = ALPHA if parameters.l2 is None else parameters.l2
    settings = replace(work.settings, l2=alpha / batch)
    engine = "numpy" if work.engine == "auto" and work.device == "cpu" else work.engine
    head = losses.same(work.head, engine)
    shared = {
        name: getattr(work, name) for name in ("preprocessing", "callbacks", "shuffle", "device", "epochs")
    }
    return SklearnWork(
        settings, head, **shared, engine=engine, constant_rate=work.constant_rate, alpha=alpha, task=task
    )
