"""Losses as a user names them: ``gn.losses.get("mse")`` or ``gn.losses.Huber(0.5)``.

Each is a function, ``loss(y_true, y_pred) -> float``, with a ``gradient(y_true, y_pred)`` of the predictions' shape.
To add one, write its two formulas in :mod:`glassnet.formulas.losses` and register a class here.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from glassnet.activations import Activation, Linear, Sigmoid, Softmax
from glassnet.errors import ArgumentError, DataError, ShapeError
from glassnet.formulas import losses as formulas
from glassnet.formulas import rows
from glassnet.support import checks
from glassnet.support.calls import explained
from glassnet.support.registry import Registry

__all__ = [
    "BinaryCrossEntropy", "CategoricalCrossEntropy", "Contrastive", "ElementwiseLoss", "EmbeddingLoss",
    "Function", "Huber", "KullbackLeibler", "Loss", "MeanAbsoluteError", "MeanSquaredError", "Poisson",
    "Quantile", "SigmoidCrossEntropy", "SoftmaxCrossEntropy", "SparseCategoricalCrossEntropy",
    "SparseSoftmaxCrossEntropy", "TripletAll", "TripletHard", "get", "names", "register",
]  # fmt: skip


def __dir__() -> list[str]:
    return __all__


Array = NDArray[Any]

_ROUNDING = 1e-6
Formula = Callable[..., Any]


@explained
@dataclass(frozen=True)
class Loss:
    """A mean over a batch that training makes small.

    Attributes
    ----------
    targets : str
        What y_true holds: "values" of the predictions' shape, "classes" (integers 0 to n - 1, expanded to one-hot
        rows), or "labels" (integers that only say which samples belong together).
    domain : tuple of float
        The range of valid targets, lowest and highest.
    outputs : tuple of float
        The range of what it compares with targets: probabilities, rates, or any numbers.
    rows_sum_to_one : bool
        Whether targets are shares of classes, one-hot rows or probabilities, and predictions after `activation` too.
    least_outputs : int
        How many outputs a network must have: 2 where each output is a class.
    activation : Activation
        What the loss itself applies to predictions: sigmoid or softmax where they are logits.
    for_classes, for_rows : str
        The loss of the same predictions that takes integer classes, and the one that takes one-hot rows; empty where
        there is none.
    """

    targets: ClassVar[str] = "values"
    domain: ClassVar[tuple[float, float]] = (-np.inf, np.inf)
    outputs: ClassVar[tuple[float, float]] = (-np.inf, np.inf)
    rows_sum_to_one: ClassVar[bool] = False
    least_outputs: ClassVar[int] = 1
    activation: ClassVar[Activation] = Linear()
    for_classes: ClassVar[str] = "sparse_categorical_cross_entropy"
    for_rows: ClassVar[str] = ""

    @property
    def name(self) -> str:
        """The registered name, in snake case."""
        return _registry.name_of(self)

    @property
    def takes_classes(self) -> bool:
        """Whether targets are integer classes, to be expanded to one-hot rows."""
        return self.targets == "classes"

    @cached_property
    def parameters(self) -> tuple[float, ...]:
        """What the formulas take beside target and prediction, in order."""
        return tuple(getattr(self, part.name) for part in dataclasses.fields(self))

    @explained
    def __call__(self, y_true: ArrayLike, y_pred: ArrayLike) -> float:
        """The mean loss of the batch, as :meth:`value`."""
        return self.value(y_true, y_pred)

    @explained
    def value(self, y_true: ArrayLike, y_pred: ArrayLike) -> float:
        """The mean loss of the batch."""
        y, p = self.prepare(y_true, y_pred)
        return self.compare(y, p, None)[0]

    @explained
    def gradient(self, y_true: ArrayLike, y_pred: ArrayLike) -> Array:
        """The gradient of :meth:`value` with respect to y_pred, of its shape and dtype."""
        y, p = self.prepare(y_true, y_pred)
        return self.compare(y, p, None)[1].reshape(np.shape(y_pred))

    def prepare(self, y_true: ArrayLike, y_pred: ArrayLike) -> tuple[Array, Array]:
        """Targets and predictions as arrays whose shapes fit, or an error that says why not."""
        y, p = checks.array("y_true", y_true), checks.array("y_pred", y_pred)
        for name, array in (("y_true", y), ("y_pred", p)):
            if array.dtype.kind not in "fiub":
                raise DataError(f"{self.name} compares real numbers; {name} has dtype {array.dtype}")
        p = p if np.issubdtype(p.dtype, np.floating) else p.astype(np.float64)
        if y.size == 0:
            raise DataError(f"{self.name} needs at least one sample; y_true is empty (shape {y.shape})")
        self._must_lie("y_pred", p, self.outputs)
        if self.least_outputs > 1 and p.ndim != 2:
            raise ShapeError(
                f"{self.name} needs predictions of shape (n_samples, n_classes); y_pred has shape {p.shape}"
            )
        if self.targets == "classes":
            return one_hot_rows(self, y, p), p
        if self.targets == "labels":
            return label_column(self, y, p), p
        if y.shape != p.shape:
            raise ShapeError(
                f"{self.name} compares targets and predictions one by one, so their shapes must be equal; "
                f"y_true has shape {y.shape}, y_pred has shape {p.shape}{_advice(self, y, p)}"
            )
        self._must_lie("y_true", y, self.domain)
        return y.astype(p.dtype, copy=False), p

    def _must_lie(self, name: str, array: Array, limits: tuple[float, float]) -> None:
        low, high = limits
        outside = (array < low - _ROUNDING) | (array > high + _ROUNDING)
        if outside.any():
            wanted = f">= {low:g}" if high == np.inf else f"from {low:g} to {high:g}"
            raise DataError(f"{self.name} takes {name} {wanted}; it holds {array[outside].flat[0]:g}")

    def compare(self, y: Array, p: Array, weights: Array | None) -> tuple[float, Array]:
        """Value and gradient for prepared arrays; `weights` (n_samples,) multiply each sample's share."""
        raise NotImplementedError

    def on_logits(self, activation: Activation) -> Loss | None:
        """The loss of the pre-activation that equals this one after `activation`, or None."""
        return None


_registry = Registry("loss", Loss, own="gn.losses.Function(function, derivative)")
get = _registry.get
register = _registry.add


@explained
def names() -> list[str]:
    """The names of all built-in losses."""
    return list(_registry)


def one_hot_rows(loss: Loss, y: Array, p: Array) -> Array:
    """Integer classes (n,) or (n, 1) as rows of zeros and a one, of the predictions' shape."""
    classes = label_column(loss, y, p)[:, 0]
    if classes.min() < 0 or classes.max() >= p.shape[1]:
        wrong = int(np.flatnonzero((classes < 0) | (classes >= p.shape[1]))[0])
        raise DataError(
            f"{loss.name} takes classes 0 to {p.shape[1] - 1}, as many as the predictions have columns; "
            f"y_true[{wrong}] is {int(classes[wrong])}"
        )
    encoded = np.zeros(p.shape, p.dtype)
    encoded[np.arange(len(p)), classes] = 1
    return encoded


def label_column(loss: Loss, y: Array, p: Array) -> Array:
    """Integer labels (n,) or (n, 1) as a column, for predictions of shape (n, anything)."""
    if p.ndim != 2:
        raise ShapeError(
            f"{loss.name} needs predictions of shape (n_samples, n_outputs); y_pred has shape {p.shape}"
        )
    if y.ndim == 2 and y.shape[1] > 1:
        raise ShapeError(
            f"{loss.name} takes one integer per sample, shape (n_samples,); y_true has shape {y.shape}; "
            f"for one-hot rows {advice_for_rows(loss, 'y_true')}"
        )
    if y.size != len(p):
        raise ShapeError(f"{loss.name} needs one target per prediction: y_true has {y.size}, y_pred {len(p)}")
    column = y.reshape(-1, 1)
    if not np.issubdtype(column.dtype, np.integer):
        if column.dtype.kind not in "fb" or not np.array_equal(column, np.trunc(column)):
            raise DataError(f"{loss.name} takes integers; y_true has dtype {y.dtype} and holds other values")
        column = column.astype(np.int64)
    return column


def advice_for_rows(loss: Loss, y: str) -> str:
    """What to do with one-hot rows where integers are wanted; `y` is what they are called."""
    argmax = f"pass {y}.argmax(axis=1)"
    return f"use {loss.for_rows}, or {argmax}" if loss.for_rows else argmax


def _advice(loss: Loss, y: Array, p: Array) -> str:
    if y.size == p.size:
        return f"; reshape y_true to {p.shape}: broadcasting would compare every pair"
    if p.ndim == 2 and y.size == len(p) and p.shape[1] > 1:
        return f"; for integer classes use {loss.for_classes}, or one-hot rows"
    return ""


@explained
@dataclass(frozen=True)
class ElementwiseLoss(Loss):
    """A loss that is a sum of one formula over all entries, divided by their number."""

    formula: ClassVar[Formula]
    slope_formula: ClassVar[Formula]
    mean_over: ClassVar[str] = "entries"

    def compare(self, y: Array, p: Array, weights: Array | None) -> tuple[float, Array]:
        """Mean and gradient; mean over the entries, or over the rows for a sum over classes."""
        values = type(self).formula(y, p, *self.parameters)
        gradient = type(self).slope_formula(y, p, *self.parameters)
        return _mean(values, gradient, weights, p.size if self.mean_over == "entries" else len(p))


def _mean(values: Array, gradient: Array, weights: Array | None, count: int) -> tuple[float, Array]:
    """Sum of weighted values over `count`, and the gradient of that."""
    share = 1 / count
    if weights is None:
        return float(values.sum(dtype=np.float64)) * share, gradient * share
    column = weights.reshape((-1,) + (1,) * (gradient.ndim - 1))
    return float((values * column).sum(dtype=np.float64)) * share, gradient * (column * share)


@_registry.register("mean_squared_error", "mse")
@dataclass(frozen=True)
class MeanSquaredError(ElementwiseLoss):
    """Mean of (p - y)^2 over all entries."""

    formula = formulas.squared_error
    slope_formula = formulas.squared_error_slope


@_registry.register("mean_absolute_error", "mae")
@dataclass(frozen=True)
class MeanAbsoluteError(ElementwiseLoss):
    """Mean of abs(p - y) over all entries."""

    formula = formulas.absolute_error
    slope_formula = formulas.absolute_error_slope


@_registry.register("huber")
@dataclass(frozen=True)
class Huber(ElementwiseLoss):
    """Mean of e^2 / 2 where abs(e) <= delta, else delta (abs(e) - delta / 2), e = p - y.

    Parameters
    ----------
    delta : float
        Where the square turns into the absolute value, > 0, in units of y.
    """

    delta: float = 1.0
    formula = formulas.huber
    slope_formula = formulas.huber_slope

    def __post_init__(self) -> None:
        object.__setattr__(self, "delta", checks.number("delta of Huber", self.delta, above=0))


@_registry.register("quantile", "pinball")
@dataclass(frozen=True)
class Quantile(ElementwiseLoss):
    """Mean of level e where e = y - p > 0, else (level - 1) e: smallest at the quantile `level` of y.

    Parameters
    ----------
    level : float
        The quantile that is predicted, between 0 and 1; 0.5 is the median.
    """

    level: float = 0.5
    formula = formulas.quantile
    slope_formula = formulas.quantile_slope

    def __post_init__(self) -> None:
        object.__setattr__(self, "level", checks.number("level of Quantile", self.level, above=0, below=1))


@_registry.register("poisson")
@dataclass(frozen=True)
class Poisson(ElementwiseLoss):
    """Mean of p - y log p for counts y >= 0 at predicted rates p > 0; end the network with softplus."""

    formula = formulas.poisson
    slope_formula = formulas.poisson_slope
    domain = outputs = (0.0, np.inf)


@_registry.register("binary_cross_entropy", "bce")
@dataclass(frozen=True)
class BinaryCrossEntropy(ElementwiseLoss):
    """Mean of -y log p - (1 - y) log(1 - p) over all entries; after sigmoid it is computed from the logits."""

    formula = formulas.binary_cross_entropy
    slope_formula = formulas.binary_cross_entropy_slope
    domain = outputs = (0.0, 1.0)

    def on_logits(self, activation: Activation) -> Loss | None:
        """:class:`SigmoidCrossEntropy` after sigmoid."""
        return SigmoidCrossEntropy() if type(activation) is Sigmoid else None


@_registry.register("categorical_cross_entropy", "cce")
@dataclass(frozen=True)
class CategoricalCrossEntropy(ElementwiseLoss):
    """Mean over rows of -sum_j y_j log p_j for one-hot rows y; after softmax it is computed from the logits."""

    formula = formulas.categorical_cross_entropy
    slope_formula = formulas.categorical_cross_entropy_slope
    mean_over = "rows"
    domain = outputs = (0.0, 1.0)
    rows_sum_to_one = True
    least_outputs = 2

    def on_logits(self, activation: Activation) -> Loss | None:
        """:class:`SoftmaxCrossEntropy` after softmax."""
        return SoftmaxCrossEntropy() if type(activation) is Softmax else None


@_registry.register("sparse_categorical_cross_entropy", "scce")
@dataclass(frozen=True)
class SparseCategoricalCrossEntropy(CategoricalCrossEntropy):
    """:class:`CategoricalCrossEntropy` for integer classes 0 to n_classes - 1, shape (n_samples,)."""

    targets = "classes"
    for_rows = "categorical_cross_entropy"

    def on_logits(self, activation: Activation) -> Loss | None:
        """:class:`SparseSoftmaxCrossEntropy` after softmax."""
        return SparseSoftmaxCrossEntropy() if type(activation) is Softmax else None


@_registry.register("kullback_leibler", "kl", "kl_divergence")
@dataclass(frozen=True)
class KullbackLeibler(ElementwiseLoss):
    """Mean over rows of sum_j y_j log(y_j / p_j) for rows y and p that sum to 1."""

    formula = formulas.kullback_leibler
    slope_formula = formulas.kullback_leibler_slope
    mean_over = "rows"
    domain = outputs = (0.0, 1.0)
    rows_sum_to_one = True
    least_outputs = 2


@_registry.register("sigmoid_cross_entropy")
@dataclass(frozen=True)
class SigmoidCrossEntropy(ElementwiseLoss):
    """Binary cross-entropy of sigmoid(z), from the logits z: exact for any size of z."""

    formula = formulas.sigmoid_cross_entropy
    slope_formula = formulas.sigmoid_cross_entropy_slope
    domain = (0.0, 1.0)
    activation = Sigmoid()
    for_classes = "sparse_softmax_cross_entropy"


@_registry.register("softmax_cross_entropy")
@dataclass(frozen=True)
class SoftmaxCrossEntropy(Loss):
    """Categorical cross-entropy of softmax(z), from the logits z: exact for any size of z."""

    domain = (0.0, 1.0)
    rows_sum_to_one = True
    least_outputs = 2
    activation = Softmax()
    for_classes = "sparse_softmax_cross_entropy"

    def compare(self, y: Array, p: Array, weights: Array | None) -> tuple[float, Array]:
        """Mean over rows of log sum_k exp z_k - sum_j y_j z_j; gradient (softmax(z) - y) / n."""
        values, gradient = rows.softmax_cross_entropy(y, p)
        return _mean(values, gradient, weights, len(p))


@_registry.register("sparse_softmax_cross_entropy")
@dataclass(frozen=True)
class SparseSoftmaxCrossEntropy(SoftmaxCrossEntropy):
    """:class:`SoftmaxCrossEntropy` for integer classes 0 to n_classes - 1, shape (n_samples,)."""

    targets = "classes"
    for_rows = "softmax_cross_entropy"


@explained
@dataclass(frozen=True)
class EmbeddingLoss(Loss):
    """A loss of the distances between the embeddings of a batch; `margin` in units of distance."""

    margin: float = 1.0
    targets = "labels"
    formula: ClassVar[Formula]

    def __post_init__(self) -> None:
        margin = checks.number(f"margin of {type(self).__name__}", self.margin, above=0)
        object.__setattr__(self, "margin", margin)

    def compare(self, y: Array, p: Array, weights: Array | None) -> tuple[float, Array]:
        """Value and gradient over the pairs or triplets of the batch."""
        if weights is not None and not (weights == 1).all():
            raise ArgumentError(f"{self.name} is a mean over pairs or triplets and takes no sample weights")
        value, gradient = type(self).formula(y.reshape(-1), p, self.margin)
        return value, gradient


@_registry.register("contrastive")
@dataclass(frozen=True)
class Contrastive(EmbeddingLoss):
    """Mean over all pairs of a batch of d^2 / 2 (one class) or max(0, margin - d)^2 / 2 (two). Hadsell 2006."""

    formula = rows.contrastive


@_registry.register("triplet_hard", "triplet")
@dataclass(frozen=True)
class TripletHard(EmbeddingLoss):
    """Batch-hard triplet loss: each anchor with its farthest positive and nearest negative. Hermans 2017."""

    formula = rows.triplet_hard


@_registry.register("triplet_all")
@dataclass(frozen=True)
class TripletAll(EmbeddingLoss):
    """Batch-all triplet loss: the mean over all valid triplets of the batch. Hermans 2017."""

    formula = rows.triplet_all


@explained
@dataclass(frozen=True)
class Function(ElementwiseLoss):
    """A user's own elementwise loss, averaged over all entries.

    Parameters
    ----------
    function : callable
        ``loss(y, p)``, elementwise.
    derivative : callable
        The derivative of `function` with respect to p, elementwise.
    title : str, optional
        The name in files and messages; the function's own by default.
    """

    function: Formula
    derivative: Formula
    title: str = ""

    def __post_init__(self) -> None:
        checks.function("function of a loss", self.function)
        checks.function("derivative of a loss", self.derivative)
        checks.text("title of a loss", self.title, least=0)

    @property
    def registered_name(self) -> str:
        """The name under which files mention this loss."""
        return self.title or str(getattr(self.function, "__name__", "function"))

    @property
    def parameters(self) -> tuple[float, ...]:
        """None: a user's functions close over their own."""
        return ()

    def compare(self, y: Array, p: Array, weights: Array | None) -> tuple[float, Array]:
        """Mean over all entries and its gradient; the functions are given copies, which they may write into."""
        title = f"loss {self.registered_name!r}"
        values = checks.elementwise(f"the {title}", self.function(y.copy(), p.copy()), p)
        found = self.derivative(y.copy(), p.copy())
        slopes = checks.elementwise(f"the derivative of the {title}", found, p, "fiub")
        return _mean(values, slopes, weights, p.size)
