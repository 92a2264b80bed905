"""What a metric is, and how one is named."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from glassnet.errors import ArgumentError
from glassnet.metrics import arrays
from glassnet.support import checks
from glassnet.support.arrays import Floats
from glassnet.support.calls import explained
from glassnet.support.facts import Facts
from glassnet.support.registry import Registry

Weight = ArrayLike | None
# What metrics take as predictions.
READS = ("classes", "scores", "probabilities", "values")


@dataclass(frozen=True, kw_only=True)
class MetricFacts(Facts):
    """What a reader is told about a metric.

    Attributes
    ----------
    title : str
        How it is called in a report.
    greater_is_better : bool or None
        Whether more of it is better; None where neither more nor less is.
    is_share : bool
        Whether values are shares of a whole, from 0 to 1, which people read in percent.
    reads : str
        What it takes as predictions: "classes", "scores" (of all classes, only their order counts), "probabilities"
        or "values".
    """

    title: str
    greater_is_better: bool | None
    is_share: bool
    reads: str

    def check(self, name: str, fields: set[str]) -> None:
        """Raise `ArgumentError` where the metric `name` has no title, or reads something else."""
        super().check(name, fields)
        if not self.title or self.reads not in READS:
            raise ArgumentError(
                f"the facts of the metric {name!r} need a title, and reads: one of {', '.join(READS)}; "
                f"got {self.title!r} and {self.reads!r}"
            )


@explained
@dataclass(frozen=True)
class Metric:
    """Base class: one number from targets and predictions.

    Attributes
    ----------
    facts : MetricFacts or None
        Formula, range, direction, source; None for a user's own.
    pattern : str
        The columns of a history that it is called as, a regular expression in its registered ``{name}``.
    """

    facts: ClassVar[MetricFacts | None] = None
    pattern: ClassVar[str] = "{name}"

    @property
    def name(self) -> str:
        """The key in a history, in snake case."""
        return registry.name_of(self)

    @property
    def greater_is_better(self) -> bool | None:
        """Whether early stopping looks for the largest value, or for the smallest; None where nobody has said."""
        return None if self.facts is None else self.facts.greater_is_better

    @property
    def reads_all_outputs(self) -> bool:
        """Whether it reads every output that a target has, such as the limits of an interval, not the middle one."""
        return False

    @property
    def is_share(self) -> bool:
        """Whether values are shares of a whole, from 0 to 1, which people read in percent."""
        return self.facts is not None and self.facts.is_share

    @explained
    def __call__(self, y_true: ArrayLike, y_pred: ArrayLike, sample_weight: Weight = None) -> float:
        """The metric's value.

        Parameters
        ----------
        y_true : array, ``(n,)``, ``(n, 1)`` or ``(n, n_columns)``
        y_pred : array, ``(n,)``, ``(n, 1)`` or ``(n, n_columns)``
        sample_weight : array ``(n,)``, >= 0, optional

        Raises
        ------
        ShapeError
            If the shapes do not fit each other.
        DataError
            If something is empty, not finite, or no class that is known.
        """
        raise NotImplementedError(f"{type(self).__name__} has no formula")


registry = Registry("metric", Metric, facts=MetricFacts)
register = registry.add
names = registry.names


@explained
def get(choice: str | Metric | Callable[[Any, Any], float]) -> Metric:
    """The metric that `choice` names, or `choice` itself; a function becomes a :class:`Custom`.

    Raises
    ------
    UnknownNameError
        If no metric has that name.
    ArgumentError
        If `choice` is neither a name, nor a metric, nor a function with a name.
    """
    if isinstance(choice, (str, Metric)):
        return registry.get(choice)
    if not callable(choice) or isinstance(choice, type):
        raise ArgumentError(
            f"metric must be a name, a Metric or a function(y_true, y_pred) -> float; got {choice!r}"
        )
    return Custom(choice)


@explained
def measured_in(column: str) -> Metric | None:
    """The built-in metric that a column of a history is called after, such as ``"validation_f1_macro"``, or None."""
    plain = checks.text("name of a column", column).removeprefix("validation_")
    if plain in registry:
        return registry.get(plain)
    for name in registry:
        metric = registry.get(name)
        if re.fullmatch(metric.pattern.replace("{name}", re.escape(name)), plain):
            return metric
    return None


@explained
def is_share(column: str) -> bool:
    """Whether a column of a history is a built-in metric that is a share of a whole, which people read in percent."""
    metric = measured_in(column)
    return metric is not None and metric.is_share


@explained
def title(column: str) -> str:
    """A column of a history in words: "R²", "validation F1 macro", "my error"."""
    plain = checks.text("name of a column", column).removeprefix("validation_")
    words, metric = plain.replace("_", " "), measured_in(plain)
    if metric is not None and metric.facts is not None:
        name = registry.name_of(metric)
        if plain in registry:
            words = metric.facts.title
        elif plain.startswith(name):
            words = metric.facts.title + plain.removeprefix(name).replace("_", " ")
    return words if plain == column else f"validation {words}"


@explained
@dataclass(frozen=True)
class Custom(Metric):
    """A user's own ``function(y_true, y_pred) -> float``, or ``function(y_true, y_pred, sample_weight)``.

    It is given arrays of one shape: ``(n,)`` for one output, ``(n, n_outputs)`` for several; classes are ``(n,)``
    beside scores ``(n, n_classes)``; of a loss of given pairs or triplets targets ``(n,)``, 0 where there are none,
    beside embeddings ``(n, n_members, n_outputs)``. A function with a parameter ``sample_weight`` is told the weights
    of the samples ``(n,)``, or None; any other counts every sample alike. Its name is the function's.

    What is not given here is what the function itself says by an attribute, ``function.greater_is_better = False``.
    Without one it is not known which way is better, and a value is no share.

    Parameters
    ----------
    function : callable with a ``__name__``
    greater_is_better : bool, optional
        What callbacks must know to watch it.
    is_share : bool, optional
        Whether its values are shares of a whole, from 0 to 1, which people read in percent.

    Raises
    ------
    ArgumentError
        If the function has no name, or what it returns is not one number.
    """

    function: Callable[..., Any]
    greater_is_better: bool | None = field(default=None, kw_only=True)
    is_share: bool | None = field(default=None, kw_only=True)  # type: ignore[assignment]

    def __post_init__(self) -> None:
        checks.function("function of a metric", self.function)
        if not str(getattr(self.function, "__name__", "")).isidentifier():
            raise ArgumentError(
                f"a metric needs a name for the history; got {self.function!r}; "
                "define it with def name(y_true, y_pred)"
            )
        for said, unsaid in (("greater_is_better", None), ("is_share", False)):
            value = getattr(self, said)
            value = getattr(self.function, said, unsaid) if value is None else value
            value = value if value is None else checks.truth(f"{said} of metric {self.name!r}", value)
            object.__setattr__(self, said, value)

    @property
    def registered_name(self) -> str:
        """The function's name, by which a description in a file refers to it."""
        return self.function.__name__

    @explained
    def __call__(self, y_true: ArrayLike, y_pred: ArrayLike, sample_weight: Weight = None) -> float:
        weights = {"sample_weight": sample_weight} if self._takes_weights else {}
        # Copies, since a function that rounds or cuts them where they stand would change the data and other metrics.
        truth, prediction = (part.copy() for part in arrays.of_one_shape(y_true, y_pred))
        value = self.function(truth, prediction, **weights)
        if np.ndim(value) != 0 or np.asarray(value).dtype.kind not in "biuf":
            raise ArgumentError(f"metric {self.name!r} must return one number; got {value!r}")
        return float(value)

    @property
    def _takes_weights(self) -> bool:
        try:
            return "sample_weight" in inspect.signature(self.function).parameters
        except ValueError:  # a function written in C need not say what it takes
            return False


def mean(values: NDArray[Any], sample_weight: Weight) -> Floats:
    """Weighted mean over the samples, which are the rows: sum w v / sum w."""
    weight = arrays.weights(sample_weight, len(values))
    return np.asarray(np.average(values, axis=0, weights=weight), dtype=np.float64)
