"""What a loss asks for: the last layer, and targets in its own form."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassnet import losses
from glassnet.cli.sources import Source
from glassnet.errors import ArgumentError, DataError, UnknownNameError
from glassnet.layers import Dense
from glassnet.losses import Loss

Array = NDArray[Any]

_FEW_CLASSES = 10


@dataclass(frozen=True)
class Head:
    """The last activation, the form of the targets, and what is reported beside the loss.

    Attributes
    ----------
    targets : str
        "classes" (0 to n - 1), "rows" (one-hot), "column" (0 and 1 for two classes), or "values".
    standardizes : bool
        Whether values may be shifted and scaled.
    """

    activation: str
    targets: str
    standardizes: bool = False

    @property
    def classifies(self) -> bool:
        """Whether targets are classes."""
        return self.targets != "values"

    @property
    def metric(self) -> str:
        """What is watched beside the loss; neither depends on the unit of the targets."""
        return "accuracy" if self.classifies else "r2"

    def class_names(self, n_outputs: int) -> tuple[str, ...]:
        """Names for the classes of a network with so many outputs; none if they do not stand for classes."""
        if not self.classifies or (self.targets == "column" and n_outputs > 1):
            return ()
        return tuple(map(str, range(max(n_outputs, 2))))

    def layer(self, class_names: tuple[str, ...], n_values: int) -> Dense:
        """The last layer."""
        wide = {"classes": len(class_names), "rows": len(class_names), "column": 1, "values": n_values}
        return Dense(wide[self.targets], self.activation)

    def encode(self, source: Source, class_names: tuple[str, ...]) -> Array:
        """The targets of all samples in this head's form, before any scaling.

        Raises
        ------
        DataError
            If the source has none of this kind, or classes that are not among `class_names`.
        """
        if not self.classifies:
            return _values(source)
        classes = _classes(source, class_names)
        if self.targets == "column":
            return classes[:, None].astype(np.float64)
        return np.eye(len(class_names))[classes] if self.targets == "rows" else classes


HEADS = {
    "sparse_categorical_cross_entropy": Head("softmax", "classes"),
    "categorical_cross_entropy": Head("softmax", "rows"),
    "kullback_leibler": Head("softmax", "rows"),
    "binary_cross_entropy": Head("sigmoid", "column"),
    "mean_squared_error": Head("linear", "values", standardizes=True),
    "mean_absolute_error": Head("linear", "values", standardizes=True),
    "huber": Head("linear", "values", standardizes=True),
    "quantile": Head("linear", "values", standardizes=True),
    "poisson": Head("softplus", "values"),
}

SHORT = ("mse", "mae", "bce", "cce", "scce", "kl", "pinball")


def named(name: str) -> Loss:
    """The loss of that name or short name.

    Raises
    ------
    UnknownNameError
        If there is none that the command can train on; the message lists the nearest that it can.
    """
    try:
        return losses.get(name)
    except UnknownNameError:
        near = get_close_matches(name, [*HEADS, *SHORT], n=3, cutoff=0.5)
        hint = f"did you mean {' or '.join(map(repr, near))}?" if near else f"known names: {', '.join(HEADS)}"
        raise UnknownNameError(f"no loss is called {name!r}; {hint}") from None


def of_loss(loss: Loss) -> Head:
    """The head that goes with a loss.

    Raises
    ------
    ArgumentError
        If the command offers none.
    """
    if loss.name not in HEADS:
        raise ArgumentError(
            f"the command glassnet knows no last layer for the loss {loss.name!r}; "
            f"it knows those for {', '.join(HEADS)}. The library takes every loss"
        )
    return HEADS[loss.name]


def check_classes(source: Source, loss: Loss) -> None:
    """Raise `DataError` if the classes of these samples are none to train this loss on."""
    _need_classes(source)
    n_classes, n_samples = len(source.class_names), len(source.X)
    if n_classes < 2:
        raise DataError(
            f"y of {source.name} holds one class only ({source.class_names[0]!r} in all {n_samples} samples), "
            "so there is nothing to tell apart"
        )
    if HEADS[loss.name].targets == "column" and n_classes != 2:
        raise DataError(
            f"{loss.name} tells two classes apart; y of {source.name} holds {n_classes}. "
            "Use --loss sparse_categorical_cross_entropy"
        )
    if n_classes > _FEW_CLASSES and 2 * n_classes > n_samples:
        raise DataError(
            f"y of {source.name} holds {n_classes} different classes in {n_samples} samples, fewer than 2 of each. "
            "If y is measured or counted, train with --loss mean_squared_error"
        )


def _need_classes(source: Source) -> NDArray[np.str_]:
    if source.labels is None:
        raise DataError(
            f"{source.name} must hold y with one class for each sample, integers or text; it has {_held(source)}"
        )
    return source.labels


def _held(source: Source) -> str:
    if not source.task:
        return "no y"
    return "text in several columns" if source.values is None else "values"


def _classes(source: Source, class_names: tuple[str, ...]) -> NDArray[np.int64]:
    labels = _need_classes(source)
    unknown = sorted(set(labels.tolist()) - set(class_names))
    if unknown:
        raise DataError(
            f"y of {source.name} holds {', '.join(map(repr, unknown[:3]))}; the classes known to this network are "
            f"{', '.join(map(repr, class_names[:20]))}"
        )
    place = {name: index for index, name in enumerate(class_names)}
    return np.array([place[name] for name in labels.tolist()])


def _values(source: Source) -> NDArray[np.float64]:
    if source.values is None:
        found = "text" if source.task else "no y"
        raise DataError(f"{source.name} must hold y with numbers for a regression; it has {found}")
    return source.values
