"""What an engine is given and what it must do. It knows arrays and rows, nothing about people."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from glassnet import activations, losses
from glassnet.activations import ActivationFunction
from glassnet.errors import ArgumentError, EngineError
from glassnet.layers import Layer
from glassnet.layers.base import computes_like, registry
from glassnet.losses import Loss
from glassnet.optimizers import Optimizer
from glassnet.plan import Plan
from glassnet.support import checks
from glassnet.support.arrays import Array
from glassnet.support.cached import cached_property

DType = np.dtype[Any]
Body = TypeVar("Body")


def is_own(part: ActivationFunction | Loss | Optimizer) -> bool:
    """Whether a formula of this part is a user's own."""
    holder = part.rule if isinstance(part, Optimizer) else type(part)
    functions = isinstance(part, (activations.Function, losses.Function))
    return functions or not holder.__module__.startswith("glassnet.")


def found_for(bodies: Mapping[type[Layer], Body], layer: Layer) -> Body | None:
    """What a reader of plans has for this layer.

    A subclass that computes something else than the class that is known counts as unknown.
    """
    return next(
        (bodies[base] for base in type(layer).__mro__ if base in bodies and computes_like(layer, base)), None
    )


def unknown(layer: Layer, reader: str, kinds: Iterable[type[Layer]]) -> EngineError:
    """The error for a layer that a reader of plans, such as "engine='torch'", has nothing for; it knows these kinds."""
    public = {kind.__name__ for kind in kinds} & {kind.__name__ for kind in registry.classes().values()}
    return EngineError(
        f"{layer!r} has no body in {reader}, which knows {', '.join(sorted(public))}; use engine='numpy'"
    )


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
    dtype : numpy.dtype
        Of all arrays of numbers.
    states : ndarray
        The optimizer's vectors, (n_states, n_parameters); changed by training, like the vectors.
    batch_size : int
        The largest batch.
    gathers : bool
        Whether steps come with an order of rows.
    threads : int or None
        How many threads matrix products may use; None lets the engine choose.
    """

    plan: Plan
    vectors: Vectors
    optimizer: Optimizer
    states: Array
    dtype: np.dtype[Any]
    batch_size: int
    gathers: bool
    threads: int | None = None

    @cached_property
    def learning_rate_factors(self) -> Array:
        """The factor of each parameter's steps; empty where all are 1."""
        return self.plan.layout.learning_rate_factors(self.dtype)

    @property
    def loss(self) -> Loss:
        """The loss of the plan."""
        return self.plan.objective

    @property
    def n_targets(self) -> int:
        """Columns of a batch's targets, with classes expanded to one-hot rows."""
        return 1 if self.loss.targets == "labels" else self.plan.n_outputs


@dataclass(frozen=True)
class Slice:
    """Data of consecutive steps.

    Attributes
    ----------
    x, y, weights : ndarray
        Samples (n, n_features), targets (n, n_targets) and sample weights (n, 1), C-contiguous, of one dtype.
    order : ndarray of int64
        Rows of x in the order of training; empty: the rows themselves, from the first.
    starts, stops : ndarray of int64
        Batch k is ``order[starts[k]:stops[k]]``.
    """

    x: Array
    y: Array
    weights: Array
    order: NDArray[np.int64]
    starts: NDArray[np.int64]
    stops: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.starts)

    @property
    def sizes(self) -> NDArray[np.int64]:
        """Samples of each batch."""
        return self.stops - self.starts


@dataclass(frozen=True)
class Steps:
    """Consecutive steps for an engine to take.

    Attributes
    ----------
    data : Slice
    masks : ndarray of uint8
        Dropout masks of all steps, one after the other.
    epochs : ndarray of float64
        Where in the training each step is; schedules of dropout ask for it.
    rates : ndarray of float64
        The learning rate of each step.
    coefficients : ndarray of float64
        The optimizer's coefficients of each step, (n_steps, n_coefficients).
    first_step : int
        The number of the first of these steps in the whole training, counted from 1.
    """

    data: Slice
    masks: NDArray[np.uint8]
    epochs: NDArray[np.float64]
    rates: NDArray[np.float64]
    coefficients: NDArray[np.float64]
    first_step: int

    def __len__(self) -> int:
        return len(self.data)

    def first(self, n: int) -> Steps:
        """The first `n` of these steps."""
        data = replace(self.data, starts=self.data.starts[:n], stops=self.data.stops[:n])
        return Steps(
            data, self.masks, self.epochs[:n], self.rates[:n], self.coefficients[:n], self.first_step
        )


@dataclass(frozen=True)
class Placement:
    """Where and how the torch engine computes.

    Attributes
    ----------
    device : str
        "cpu", "cuda", "cuda:1" or "mps".
    mixed_precision : bool
        Compute in bfloat16 where that is harmless; parameters, losses and updates stay in float32.
    torch_compile : bool
        Let torch.compile translate forward and backward pass first.
    """

    device: str = "cpu"
    mixed_precision: bool = False
    torch_compile: bool = False

    def __post_init__(self) -> None:
        if not isinstance(self.device, str):
            raise no_device(self.device)


def no_device(name: Any) -> ArgumentError:
    """The error for what no device is ever called."""
    return ArgumentError(
        f"device must be 'cpu', 'cuda', 'cuda:1' (a second GPU) or 'mps'; got {checks.shown(name)}"
    )


Predict = Callable[[Vectors, Array], Array]


class Trainer(Protocol):
    """An engine at work on one task."""

    def run(self, steps: Steps, losses: NDArray[np.float64]) -> int:
        """Take the steps and note their losses; the number of steps until a loss that is not finite."""
        ...


class Engine(Protocol):
    """A way to carry out plans."""

    name: str

    def trainer(self, task: Task) -> Trainer:
        """Prepare to train: whatever takes long and is the same for every step."""
        ...

    def predictor(self, plan: Plan, dtype: DType) -> Predict:
        """Prepare to predict again and again: what then turns vectors and samples into outputs."""
        ...

    def forward(self, plan: Plan, vectors: Vectors, x: Array) -> Array:
        """The last row's output in prediction, (n_samples, n_outputs)."""
        ...
