"""Which classes are taken for which."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from glassnet import metrics
from glassnet.errors import ShapeError
from glassnet.insight.plots import canvas

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_CLASSES_WITH_NUMBERS = 20
_LONGEST_UPRIGHT_NAME = 3


def confusion_matrix(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    class_names: Sequence[str] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw how many samples of each class (row) are predicted as each class (column).

    The colour is the share of the row's samples, the number their count; an empty cell has none. With more than 20
    classes there are colours only.

    Parameters
    ----------
    y_true : array
        Labels ``(n,)`` or one-hot rows ``(n, n_classes)``.
    y_pred : array
        What the network predicts, ``(n, n_classes)`` or ``(n, 1)``, or labels ``(n,)``.
    class_names : sequence of str, optional
        A name for each class; by default its number.
    ax : matplotlib Axes, optional
        Where to draw; by default on a new figure.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    ShapeError, DataError
        As :func:`glassnet.metrics.confusion_matrix`, and if there is not one name for each class.
    MissingDependencyError
        If matplotlib is not installed.
    """
    counts = metrics.confusion_matrix(y_true, y_pred)
    n_classes = len(counts)
    names = [str(name) for name in (range(n_classes) if class_names is None else class_names)]
    if len(names) != n_classes:
        raise ShapeError(
            f"class_names must have one name for each of the {n_classes} classes; got {len(names)}"
        )
    side = min(3.0 + 0.28 * n_classes, 9.0)
    ax = canvas.axes_of(ax, side + 0.6, side)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    image = ax.imshow(shares, cmap="Blues", vmin=0.0, vmax=1.0)
    _name_axes(ax, names)
    if n_classes <= _MOST_CLASSES_WITH_NUMBERS:
        _write_counts(ax, counts, shares)
    figure = ax.get_figure()
    if figure is not None:
        percent = canvas.matplotlib("ticker").PercentFormatter(1.0, symbol=" %")
        figure.colorbar(
            image, ax=ax, format=percent, label="share of the true class", shrink=0.8
        ).outline.set_visible(False)  # type: ignore[operator]
    right, total = int(np.trace(counts)), int(counts.sum())
    ax.set_title(f"{right:,} of {total:,} right ({right / total:.1%})", fontsize="medium")
    return ax


def _name_axes(ax: Axes, names: Sequence[str]) -> None:
    places = np.arange(len(names))
    upright = max(map(len, names)) <= _LONGEST_UPRIGHT_NAME
    ax.set_xticks(places, names, rotation=0 if upright else 45, ha="center" if upright else "right")
    ax.set_yticks(places, names)
    ax.tick_params(length=0)
    ax.set_xlabel("predicted class")
    ax.set_ylabel("true class")
    ax.spines[:].set_visible(False)
    ax.set_xticks(places[1:] - 0.5, minor=True)
    ax.set_yticks(places[1:] - 0.5, minor=True)
    ax.tick_params(which="minor", length=0)
    ax.grid(which="minor", color="white", linewidth=1)


def _write_counts(ax: Axes, counts: NDArray[np.int64], shares: NDArray[Any]) -> None:
    size = "medium" if len(counts) <= 5 else "small" if len(counts) <= 12 else "xx-small"
    for row, column in np.argwhere(counts):
        colour = "white" if shares[row, column] > 0.5 else "black"
        ax.text(
            column, row, f"{counts[row, column]:,}", ha="center", va="center", color=colour, fontsize=size
        )
