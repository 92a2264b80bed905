"""What every layer is: shapes, parameters, and how it computes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from glassnet.errors import NotBuiltError, ShapeError
from glassnet.initializers import Initializer
from glassnet.kernels.arrays import Own
from glassnet.layers.facts import LayerFacts, LayerWords
from glassnet.layers.steps import Steps, TrainingSteps, V
from glassnet.support import checks
from glassnet.support.arrays import Array
from glassnet.support.registry import Registry, compact_repr

Shape = tuple[int, ...]


class Parameter(NamedTuple):
    """A named array of a layer and how it begins."""

    name: str
    shape: Shape
    initializer: Initializer
    fan_in: int
    fan_out: int
    learning_rate_factor: float = 1.0


@dataclass(repr=False)
class Layer:
    """Base of all layers.

    One that is computed by its own functions overrides :meth:`forward` and :meth:`backward`, and :meth:`infer` where
    prediction differs from training. They are given its arrays as :class:`~glassnet.kernels.arrays.Own`: parameters and
    statistics in the order in which the layer names them, and what forward keeps for backward. They write into the
    arrays that they are given last.
    """

    in_place: ClassVar[bool] = True
    """Whether backward turns the error into that of the input where it stands: both have one size."""

    reads_data: ClassVar[bool] = False
    """Whether it must be the first layer, since it checks what the samples hold."""

    is_affine: ClassVar[bool] = False
    """Whether a layer of its own functions gives, in prediction, an affine function of each sample."""

    facts: ClassVar[LayerFacts | LayerWords | None] = None
    """How it is written: one entry, or in words; for people alone."""

    def output_shape(self, input_shape: Shape) -> Shape:
        """Shape of one sample behind this layer; raises `ShapeError` if it cannot read `input_shape`."""
        return input_shape

    def parameters(self, input_shape: Shape) -> list[Parameter]:
        """The trained arrays, in the order in which they are drawn and laid out."""
        return []

    def statistics(self, input_shape: Shape) -> list[Parameter]:
        """Arrays that are collected, not trained."""
        return []

    @property
    def inner(self) -> tuple[Layer, ...]:
        """Layers inside of this one, which the plan holds in its place."""
        return ()

    @property
    def ends(self) -> tuple[Layer, Layer]:
        """What stands before and behind the layers inside."""
        raise NotImplementedError

    def check_samples(self, name: str, samples: Array) -> None:
        """Raise `DataError` where it cannot read the samples called `name`, (n_samples, n_features)."""

    def integers(self, input_shape: Shape) -> NDArray[np.int64]:
        """What compiled code needs beside the numbers of its row."""
        none: NDArray[np.int64] = np.empty(0, np.int64)
        return none

    def kept(self, input_shape: Shape) -> tuple[int, ...]:
        """Widths of the arrays (n_samples, width) in which forward keeps something for backward."""
        return ()

    def row_fields(self) -> dict[str, Any] | None:
        """What this layer writes into its row of the plan; None if it only changes the shape."""
        return {"kind": registry.called(self)}

    def forward(self, x: Array, own: Own, a: Array) -> None:
        """A = f(X), in training."""
        raise NotImplementedError

    def infer(self, x: Array, own: Own, a: Array) -> None:
        """A = f(X), in prediction."""
        self.forward(x, own, a)

    def backward(self, x: Array, a: Array, own: Own, error: Array, d_x: Array) -> None:
        """The gradients of the parameters, and dX from the error dA; only where :attr:`in_place` is d_x the error."""
        raise NotImplementedError

    def describe(self, steps: Steps[V], x: V, n_inputs: int) -> V:
        """What prediction makes of x (n_samples, n_inputs), in steps that others write down: PyTorch, ONNX, programs.

        The default is the formula of the facts. A layer without either is computed by NumPy, and refused elsewhere.
        """
        if not isinstance(self.facts, LayerFacts):
            raise NotImplementedError(f"{type(self).__name__} does not describe what it computes")
        return steps.formula("a", self.facts.value, x=x, w=steps.row("weights"))

    def describe_training(self, steps: TrainingSteps[V], x: V, n_inputs: int) -> V:
        """What training makes of x, in steps: as :meth:`describe`, where a layer does not say otherwise."""
        return self.describe(steps, x, n_inputs)

    def penalty(self) -> float:
        """What this layer adds to the loss, with its parameters as they are."""
        return 0.0

    def bind(self, views: dict[str, NDArray[Any]]) -> None:
        """Take the arrays of this layer, views into the network's flat vectors."""
        self._views = views

    def view(self, name: str) -> NDArray[Any]:
        """The array called `name`."""
        views: dict[str, NDArray[Any]] = getattr(self, "_views", {})
        if name not in views:
            if all(part.name != name for part in (*self.parameters((1,)), *self.statistics((1,)))):
                raise AttributeError(f"{self!r} has no {name}")
            raise NotBuiltError(
                f"{self!r} has no {name} yet; they exist in net.layers once the network is built: "
                "give Network(..., input_shape=...) or call fit"
            )
        return views[name]

    @property
    def weights(self) -> NDArray[Any]:
        """Weights, a view into ``net.parameters``, of a layer that has them."""
        return self.view("weights")

    @weights.setter
    def weights(self, values: ArrayLike) -> None:
        self._assign("weights", values)

    @property
    def bias(self) -> NDArray[Any]:
        """Bias, a view into ``net.parameters``, of a layer that has one."""
        return self.view("bias")

    @bias.setter
    def bias(self, values: ArrayLike) -> None:
        self._assign("bias", values)

    def _assign(self, name: str, values: ArrayLike) -> None:
        """Write an array of the right shape, or one number everywhere, into the parameters."""
        view, array = self.view(name), checks.real(f"{name} of {self!r}", values)
        if array.ndim > 0 and array.shape != view.shape:
            hint = (
                "; transpose it: rows are inputs, columns are outputs" if array.T.shape == view.shape else ""
            )
            raise ShapeError(f"{name} of {self!r} must have shape {view.shape}; got {array.shape}{hint}")
        view[...] = array

    def __repr__(self) -> str:
        return compact_repr(self)


registry = Registry("layer", Layer)

COMPUTING = ("forward", "infer", "backward", "kept", "parameters", "statistics")


def computes_like(layer: Layer, base: type[Layer]) -> bool:
    """Whether a layer computes what the class `base` among its bases does."""
    return all(getattr(type(layer), name) is getattr(base, name) for name in COMPUTING)


def is_built_in(layer: Layer) -> bool:
    """Whether a layer, or that of which it is a subclass, is one of glassnet's, and computes what that does."""
    built_in = registry.classes().values()
    base = next((base for base in type(layer).__mro__ if base in built_in), None)
    return base is not None and computes_like(layer, base)


def describes(kind: type[Any]) -> bool:
    """Whether this class itself says what it computes."""
    return kind is not Layer and ("describe" in vars(kind) or isinstance(vars(kind).get("facts"), LayerFacts))


def is_described(layer: Layer) -> bool:
    """Whether the layer describes what it computes; a description that it inherits may be of something else."""
    for base in type(layer).__mro__:
        if describes(base):
            return computes_like(layer, base)
    return False


def trains_as_described(layer: Layer, input_shape: Shape) -> bool:
    """Whether what the layer describes is what it computes in training too, and all that it then does."""
    same = type(layer).infer is Layer.infer and not layer.statistics(input_shape)
    return same and is_described(layer)


def one_axis(input_shape: Shape) -> int:
    """The number of features, or a `ShapeError` that proposes Flatten."""
    if len(input_shape) != 1:
        raise ShapeError(
            f"reads samples with one axis of features; received samples of shape {input_shape}. "
            "Put Flatten() before it"
        )
    return input_shape[0]


def check_factors(layer: Layer, *names: str) -> None:
    """Replace learning-rate factors by checked numbers, or raise `ArgumentError`."""
    for name in names:
        option = f"{name} of {type(layer).__name__}"
        setattr(layer, name, checks.number(option, getattr(layer, name), least=0))
