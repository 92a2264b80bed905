"""What a loss asks for: the last layer, and targets in its own form.

Of the losses whose outputs mean classes or values; `Network.fit` takes the others, too.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches

import numpy as np
from numpy.typing import NDArray

from glassnet import losses
from glassnet.errors import ArgumentError, DataError, UnknownNameError
from glassnet.layers import Dense
from glassnet.losses import Loss
from glassnet.network.network import Network
from glassnet.recipes.sources import Source
from glassnet.support.arrays import Array

_FEW_CLASSES = 10


@dataclass(frozen=True)
class Head:
    """The last activation, the form of the targets, and what is reported beside the loss.

    Attributes
    ----------
    targets : str
        "classes" (0 to n - 1), "rows" (one-hot), "several" (rows of 0 and 1, one place for each class that a sample may
        be of), "column" (0 and 1 for two classes), or "values".
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

    @property
    def scores(self) -> tuple[str, ...]:
        """What a report of quality tells beside the loss."""
        more = {"values": ("mean_absolute_error",), "several": ("label_accuracy", "f1")}
        return (self.metric, *more.get(self.targets, ()))

    def class_names(self, n_outputs: int) -> tuple[str, ...]:
        """Names for the classes of a network with so many outputs; none if they do not stand for classes."""
        return tuple(map(str, range(max(n_outputs, 2)))) if self.classifies else ()

    def layer(self, class_names: tuple[str, ...], n_values: int) -> Dense:
        """The last layer for these classes, or for so many values."""
        wide = {"column": 1, "values": n_values}
        return Dense(wide.get(self.targets, len(class_names)), self.activation)

    def encode(self, source: Source, class_names: tuple[str, ...]) -> Array:
        """The targets of all samples in this head's form, before any scaling.

        Raises
        ------
        DataError
            If the source has none of this kind, or classes that are not among `class_names`.
        """
        if not self.classifies:
            return _values(source)
        if self.targets == "several":
            return _members(source, class_names)
        classes = _classes(source, class_names)
        if self.targets == "column":
            return classes[:, None].astype(np.float64)
        return np.eye(len(class_names))[classes] if self.targets == "rows" else classes


# The form of the targets, by the data that a loss takes; the command standardizes values alone.
_TARGETS = {
    "classes": "classes", "one_hot": "rows", "distributions": "rows", "binary": "column", "values": "values",
    "rates": "values",
}  # fmt: skip
HEADS = {
    loss.name: Head(loss.facts.last_activation, _TARGETS[loss.facts.data], loss.facts.data == "values")
    for loss in map(losses.get, losses.names())
    if loss.facts is not None and loss.facts.data in _TARGETS
}

# Outputs that are probabilities of their own: what they are of is another matter.
_INDEPENDENT = {
    "several": Head("sigmoid", "several"),
    "rows": Head("sigmoid", "rows"),
    "values": Head("sigmoid", "values"),
}

SHORT = ("mse", "mae", "bce", "cce", "scce", "kl", "pinball")


def named(name: str) -> Loss:
    """The loss of that name or short name.

    Raises `UnknownNameError` if there is none; the message lists the nearest that have a head.
    """
    try:
        return losses.get(name)
    except UnknownNameError:
        near = get_close_matches(name, [*HEADS, *SHORT], n=3, cutoff=0.5)
        hint = f"did you mean {' or '.join(map(repr, near))}?" if near else f"known names: {', '.join(HEADS)}"
        raise UnknownNameError(f"no loss is called {name!r}; {hint}") from None


def of_loss(loss: Loss) -> Head:
    """The head that goes with a loss.

    Raises `ArgumentError` if there is none.
    """
    if loss.name not in HEADS:
        raise ArgumentError(
            f"gn.recipes knows no last layer for the loss {loss.name!r}; it knows those for {', '.join(HEADS)}. "
            "Network.fit takes every loss"
        )
    return HEADS[loss.name]


def for_source(loss: Loss, source: Source) -> Head:
    """The head to train on this source with."""
    head = of_loss(loss)
    return _INDEPENDENT["several"] if head.targets == "column" and source.multi_label else head


def of_network(network: Network, loss: Loss) -> Head:
    """The head that a network has for this loss, as far as it is known what its outputs mean.

    Raises `ArgumentError` if there is none for this loss.
    """
    head = of_loss(loss)
    if head.targets != "column":
        return head
    if network.meaning.multi_label:
        return _INDEPENDENT["several"]
    if not network.built or network.plan().n_outputs == 1:
        return head
    is_known = network.loss is not None or "multi_label" in network.metadata
    return _INDEPENDENT["rows" if is_known else "values"]


def check_classes(source: Source, loss: Loss) -> None:
    """Raise `DataError` if the classes of these samples are none to train this loss on."""
    if for_source(loss, source).targets == "several":
        _check_members(source)
        return
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
            "Use loss='sparse_categorical_cross_entropy'"
        )
    if n_classes > _FEW_CLASSES and 2 * n_classes > n_samples:
        raise DataError(
            f"y of {source.name} holds {n_classes} different classes in {n_samples} samples, fewer than 2 of each. "
            "If y is measured or counted, train with loss='mean_squared_error'"
        )


def _check_members(source: Source) -> None:
    y = _values(source)
    if len(y) > 1 and bool((y == y[0]).all()):
        raise DataError(
            f"all {len(y)} rows of y of {source.name} are the same ({_row(y[0])}), so there is nothing to tell apart"
        )


def _members(source: Source, class_names: tuple[str, ...]) -> NDArray[np.float64]:
    y, n_classes = source.values, len(class_names)
    if y is None or y.shape[1] != n_classes or not np.isin(y, (0, 1)).all():
        raise DataError(
            f"a sample of this network may be of several of its {n_classes} classes, so {source.name} must hold y with "
            f"rows of {n_classes} numbers, each 0 or 1; it has {_held(source)}"
        )
    return y


def _row(row: NDArray[np.float64]) -> str:
    return " ".join(f"{value:g}" for value in row[:_FEW_CLASSES]) + (" …" if len(row) > _FEW_CLASSES else "")


def _need_classes(source: Source) -> NDArray[np.str_]:
    if source.labels is None:
        raise DataError(
            f"{source.name} must hold y with one class for each sample, integers or text; it has {_held(source)}"
        )
    return source.labels


def _held(source: Source) -> str:
    if not source.task:
        return "no y"
    if source.multi_label:
        n_classes = len(source.class_names)
        return f"rows of 0 and 1 for {n_classes} classes, of which loss='binary_cross_entropy' takes several"
    if source.labels is not None:
        return f"one of {len(source.class_names)} classes for each sample"
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
        held = "text" if source.task else "no y"
        raise DataError(f"{source.name} must hold y with numbers for a regression; it has {held}")
    return source.values
