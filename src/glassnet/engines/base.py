"""What an engine is given and what it must do. It knows arrays and rows, nothing about people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from glassnet.losses import Loss
from glassnet.optimizers import Optimizer
from glassnet.plan import Plan

Array = NDArray[Any]


@dataclass
class Vectors:
    """The flat vectors of a network: parameters, their gradients, and running statistics."""

    parameters: Array
    gradients: Array
    running: Array


@dataclass(frozen=True)
class Task:
    """Everything that stays the same while a network trains.

    Attributes
    ----------
    x, y, weights : ndarray
        Samples (n, n_features), targets (n, n_targets) and sample weights (n, 1), C-contiguous, of one dtype.
    states : ndarray
        The optimizer's vectors, (n_states, n_parameters); changed by training, like the vectors.
    batch_size : int
        The largest batch.
    gathers : bool
        Whether batches come in another order than that of x.
    threads : int or None
        How many threads matrix products may use; None lets the engine choose.
    """

    plan: Plan
    vectors: Vectors
    optimizer: Optimizer
    states: Array
    x: Array
    y: Array
    weights: Array
    batch_size: int
    gathers: bool
    threads: int | None = None

    @property
    def loss(self) -> Loss:
        """The loss of the plan."""
        return self.plan.objective

    @property
    def n_targets(self) -> int:
        """Columns of a batch's targets, with classes expanded to one-hot rows."""
        return self.plan.n_outputs if self.loss.takes_classes else self.y.shape[1]


@dataclass(frozen=True)
class Steps:
    """Consecutive steps for an engine to take.

    Attributes
    ----------
    order : ndarray of int64
        Rows of x in the order of training; empty: the rows themselves, from the first.
    starts, stops : ndarray of int64
        Batch k is ``order[starts[k]:stops[k]]``.
    masks : ndarray of uint8
        Dropout masks of all steps, one after the other.
    coefficients : ndarray of float64
        The optimizer's coefficients of each step, (n_steps, n_coefficients).
    """

    order: NDArray[np.int64]
    starts: NDArray[np.int64]
    stops: NDArray[np.int64]
    masks: NDArray[np.uint8]
    coefficients: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.starts)

    def first(self, n: int) -> Steps:
        """The first `n` of these steps."""
        return Steps(self.order, self.starts[:n], self.stops[:n], self.masks, self.coefficients[:n])


class Trainer(Protocol):
    """An engine at work on one task."""

    def run(self, steps: Steps, losses: NDArray[np.float64]) -> int:
        """Take the steps and note their losses; the number of steps until a loss that is not finite."""
        ...


class Engine(Protocol):
    """A way to carry out plans."""

    name: str

    def trainer(self, task: Task) -> Trainer:
        """Prepare to train."""
        ...

    def forward(self, plan: Plan, vectors: Vectors, x: Array) -> Array:
        """The last row's output in prediction, (n_samples, n_outputs)."""
        ...
