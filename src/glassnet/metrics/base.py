"""What a metric is, and how one is named."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from glassnet.errors import ArgumentError
from glassnet.metrics import targets
from glassnet.registry import Registry

Floats = NDArray[np.float64]
Weight = ArrayLike | None


@dataclass(frozen=True)
class Metric:
    """Base class: one number from targets and predictions."""

    @property
    def name(self) -> str:
        """The key in a history, in snake case."""
        return registry.name_of(self)

    @property
    def greater_is_better(self) -> bool:
        """Whether early stopping looks for the largest value, or for the smallest."""
        return True

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


registry = Registry("metric", Metric)
register = registry.add


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


def names() -> list[str]:
    """The full names of all metrics."""
    return list(registry)


@dataclass(frozen=True)
class Custom(Metric):
    """A user's own ``function(y_true, y_pred) -> float``; it is not told the sample weights.

    Its name is the function's. More is better, unless the function says otherwise by an attribute:
    ``function.greater_is_better = False``.

    Parameters
    ----------
    function : callable with a ``__name__``

    Raises
    ------
    ArgumentError
        If the function has no name, or what it returns is not one number.
    """

    function: Callable[[Any, Any], float]

    def __post_init__(self) -> None:
        if not getattr(self.function, "__name__", "").isidentifier():
            raise ArgumentError(
                f"a metric needs a name for the history; got {self.function!r}; "
                "define it with def name(y_true, y_pred)"
            )

    @property
    def registered_name(self) -> str:
        """The function's name, by which a description in a file refers to it."""
        return self.function.__name__

    @property
    def greater_is_better(self) -> bool:
        """What the function's attribute of that name says; True without one."""
        return bool(getattr(self.function, "greater_is_better", True))

    def __call__(self, y_true: ArrayLike, y_pred: ArrayLike, sample_weight: Weight = None) -> float:
        value = self.function(y_true, y_pred)
        if np.ndim(value) != 0 or np.asarray(value).dtype.kind not in "biuf":
            raise ArgumentError(f"metric {self.name!r} must return one number; got {value!r}")
        return float(value)


def mean(values: NDArray[Any], sample_weight: Weight) -> Floats:
    """Weighted mean over the samples, which are the rows: sum w v / sum w."""
    weight = targets.weights(sample_weight, len(values))
    return np.asarray(np.average(values, axis=0, weights=weight), dtype=np.float64)
