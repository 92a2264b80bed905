"""What a loss is: a mean over a batch, its gradient, and how one is named."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike

from glassnet.activations import ActivationFunction, Exponential, Linear, Sigmoid, Softmax
from glassnet.errors import DataError, ShapeError
from glassnet.formulas.losses import TINY
from glassnet.losses.facts import LossFacts
from glassnet.losses.targets import advice_for_shapes, label_column, one_hot_rows
from glassnet.support import checks
from glassnet.support.arrays import Array
from glassnet.support.cached import cached_property
from glassnet.support.calls import explained
from glassnet.support.fields import check_fields
from glassnet.support.registry import Registry

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
        rows), or "labels" (integers that only say which samples belong together, or of a pair, whether).
    takes_targets : bool
        Whether there is a y_true; without one it is None.
    members : tuple of str
        What a sample is made of, where it is no single row: of a pair ("first", "second"). Empty for all others.
    domain : tuple of float
        The range of valid targets, lowest and highest.
    only_targets : tuple of float
        The only numbers that targets may be, where not all of the domain are.
    outputs : tuple of float
        The range of what it compares with targets: probabilities, rates, or any numbers.
    rows_sum_to_one : bool
        Whether targets are shares of classes, one-hot rows or probabilities, and predictions after `activation` too.
    least_outputs : int
        How many outputs a network must have: 2 where each output is a class.
    activation : ActivationFunction
        What the loss itself applies to predictions: sigmoid or softmax where they are logits.
    for_classes, for_rows : str
        The loss of the same predictions that takes integer classes, and the one that takes one-hot rows; empty where
        there is none.
    for_groups : mapping
        Of a loss that makes pairs or triplets itself, by how many members: those that take them as they are given.
    facts : LossFacts or None
        How it is written, what it is for, what it is called elsewhere; None for a user's own.
    """

    facts: ClassVar[LossFacts | None] = None
    targets: ClassVar[str] = "values"
    takes_targets: ClassVar[bool] = True
    members: ClassVar[tuple[str, ...]] = ()
    domain: ClassVar[tuple[float, float]] = (-np.inf, np.inf)
    only_targets: ClassVar[tuple[float, ...]] = ()
    outputs: ClassVar[tuple[float, float]] = (-np.inf, np.inf)
    rows_sum_to_one: ClassVar[bool] = False
    least_outputs: ClassVar[int] = 1
    activation: ClassVar[ActivationFunction] = Linear()
    for_classes: ClassVar[str] = "sparse_categorical_cross_entropy"
    for_rows: ClassVar[str] = ""
    for_groups: ClassVar[Mapping[int, str]] = {}

    def __post_init__(self) -> None:
        check_fields(self)

    @property
    def name(self) -> str:
        """The registered name, in snake case."""
        return registry.name_of(self)

    @property
    def takes_classes(self) -> bool:
        """Whether targets are integer classes, to be expanded to one-hot rows."""
        return self.targets == "classes"

    @property
    def rows_per_sample(self) -> int:
        """How many rows of X a sample has: one for each of its members."""
        return max(len(self.members), 1)

    @cached_property
    def parameters(self) -> tuple[float, ...]:
        """What the formulas take beside target and prediction, in order."""
        fields = (part.name for part in dataclasses.fields(self))
        return tuple(getattr(self, name) for name in fields if name != "label_smoothing")

    @property
    def written(self) -> LossFacts | None:
        """Its facts, with the formulas that hold for its own arguments."""
        facts = self.facts
        return None if facts is None else facts.of({name: getattr(self, name) for name in facts.letters})

    def best_constant(self, y: Array, weights: Array | None = None) -> Array:
        """The prediction, one for all samples, that suits targets as they are compared best: as a rule their mean."""
        return np.asarray(np.average(y, axis=0, weights=weights))

    @property
    def outputs_per_target(self) -> int:
        """How many outputs it reads for each column of the targets."""
        return 1

    def n_targets(self, n_outputs: int) -> int:
        """How many columns targets of values have beside so many outputs."""
        return n_outputs

    def repeated(self, y: Array) -> Array:
        """Targets (n, n_targets) of values, once for each output that is compared with them."""
        return y

    def limits(self, output: Array) -> Array:
        """What a metric of intervals reads: every output. Raises `ArgumentError` where these are no limits."""
        return output

    def centre(self, output: Array) -> Array:
        """Of a network's outputs what stands for targets themselves, (n, n_targets): probabilities, rates, values."""
        return self.activation.value(output)

    @property
    def label_smoothing(self) -> float:
        """The share of each target that is spread evenly over all classes, before predictions are compared with it."""
        return 0.0

    def share_of_each(self, n_outputs: int) -> float:
        """What `label_smoothing` gives each class."""
        return 0.0

    def smoothed(self, y: Array) -> Array:
        """What predictions are compared with, for targets y as rows."""
        return y

    @explained
    def __call__(self, y_true: ArrayLike | None, y_pred: ArrayLike) -> float:
        """The mean loss of the batch, as :meth:`value`."""
        return self.value(y_true, y_pred)

    @explained
    def value(self, y_true: ArrayLike | None, y_pred: ArrayLike) -> float:
        """The mean loss of the batch."""
        y, p = self.prepare(y_true, y_pred)
        return self.compare(y, p, None)[0]

    @explained
    def gradient(self, y_true: ArrayLike | None, y_pred: ArrayLike) -> Array:
        """The gradient of :meth:`value` with respect to y_pred, of its shape and dtype."""
        y, p = self.prepare(y_true, y_pred)
        return self.compare(y, p, None)[1].reshape(np.shape(y_pred))

    def compared(self, y: Array, p: Array) -> Array:
        """What predictions p are compared with, of targets that were checked beside the network's outputs."""
        return self.smoothed(one_hot_rows(self, y, p) if self.takes_classes else y)

    def prepare(self, y_true: ArrayLike | None, y_pred: ArrayLike) -> tuple[Array, Array]:
        """What is compared, as arrays whose shapes fit, or an error that says why not."""
        y, p = self._checked(y_true, y_pred)
        return self.smoothed(y), p

    def _checked(self, y_true: ArrayLike | None, y_pred: ArrayLike) -> tuple[Array, Array]:
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
                f"y_true has shape {y.shape}, y_pred has shape {p.shape}{advice_for_shapes(self, y, p)}"
            )
        self._must_lie("y_true", y, self.domain)
        self.refuse_other_targets("y_true", y)
        return y.astype(p.dtype, copy=False), p

    def _must_lie(self, name: str, array: Array, limits: tuple[float, float]) -> None:
        low, high = limits
        outside = (array < low - _ROUNDING) | (array > high + _ROUNDING)
        if outside.any():
            range_of = f">= {low:g}" if high == np.inf else f"from {low:g} to {high:g}"
            raise DataError(f"{self.name} takes {name} {range_of}; it holds {array[outside].flat[0]:g}")

    def refuse_other_targets(self, name: str, y: Array) -> None:
        """Raise `DataError` where targets called `name` are none of `only_targets`."""
        wrong = ~np.isin(y, self.only_targets) if self.only_targets else np.zeros(y.shape, bool)
        if wrong.any():
            allowed = " and ".join(f"{value:g}" for value in self.only_targets)
            advice = self._advice_for_other_targets(name, y)
            raise DataError(f"{self.name} takes targets {allowed}; {name} holds {y[wrong].flat[0]:g}{advice}")

    def _advice_for_other_targets(self, name: str, y: Array) -> str:
        if -1 in self.only_targets and np.isin(y, (0, 1)).all():
            return f"; for 0 and 1 pass 2 * {name} - 1"
        if -1 not in self.only_targets and np.isin(y, (-1, 1)).all():
            return f"; for -1 and 1 pass ({name} + 1) / 2"
        return ""

    def compare(self, y: Array, p: Array, weights: Array | None) -> tuple[float, Array]:
        """Value and gradient for prepared arrays, smoothed targets; `weights` (n_samples,) multiply samples' shares."""
        raise NotImplementedError

    def on_logits(self, activation: ActivationFunction) -> Loss | None:
        """The loss of the pre-activation that equals this one after `activation`, or None."""
        return None

    def before_activation(self, predictions: Array) -> Array | None:
        """Outputs of which `activation` makes these predictions, 0 held above zero; None where it is unknown."""
        logarithm: Array = (
            np.log(np.maximum(predictions, TINY)) if self.activation != Linear() else predictions
        )
        match self.activation:
            case Linear() | Softmax() | Exponential():
                return logarithm
            case Sigmoid():
                logits: Array = logarithm - np.log(np.maximum(1 - predictions, TINY))
                return logits
        return None

    @property
    def of_probabilities(self) -> str:
        """The name of the loss that is the same behind the activation that this one contains; empty for none."""
        return next(
            (name for name in registry if type(get(name).on_logits(self.activation)) is type(self)), ""
        )


registry = Registry("loss", Loss, own="gn.losses.Function(function, derivative)", facts=LossFacts)
get = registry.get
register = registry.add
names = registry.names


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
        return mean(values, gradient, weights, p.size if self.mean_over == "entries" else len(p))


def mean(values: Array, gradient: Array, weights: Array | None, count: int) -> tuple[float, Array]:
    """Sum of weighted values over `count`, and the gradient of that."""
    share = 1 / count
    if weights is None:
        return float(values.sum(dtype=np.float64)) * share, gradient * share
    column = weights.reshape((-1,) + (1,) * (gradient.ndim - 1))
    return float((values * column).sum(dtype=np.float64)) * share, gradient * (column * share)
