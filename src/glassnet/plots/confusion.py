"""Which classes are taken for which."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from glassnet import metrics
from glassnet.errors import DataError, ShapeError
from glassnet.metrics.class_names import Named, named
from glassnet.plots.drawing import canvas
from glassnet.plots.drawing.naming import drawn_names
from glassnet.support import checks
from glassnet.support.calls import explained

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from glassnet.plots.drawing.picture import Picture

_MOST_CLASSES_WITH_NUMBERS = 20
_MOST_NAMES = 30
_LONGEST_UPRIGHT_NAME = 3
_TINT = 0.45  # of blue in the darkest shade below numbers, which can be read on it on light pages and on dark ones
_SMALLEST_FONT, _SMALLEST_NAME, _LARGEST_FONT = 4.0, 6.0, 10.0  # points


@explained
def confusion_matrix(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    class_names: Sequence[str] | None = None,
    ax: Axes | None = None,
) -> Picture:
    """Draw how many samples of each class (row) are predicted as each class (column).

    The number is the count, none where it is 0; the shade is the share of the row's samples. With more than 20
    classes there are no numbers, and a colour bar instead.

    Parameters
    ----------
    y_true : array
        Labels ``(n,)`` or one-hot rows ``(n, n_classes)``.
    y_pred : array
        What the network predicts, ``(n, n_classes)`` or ``(n, 1)``, or labels ``(n,)``.
    class_names : sequence of str, optional
        A name for each class; by default its number. Where y_true and y_pred hold names, all of these names, in the
        order of rows and columns; by default those that occur, sorted.

    Raises
    ------
    ShapeError, DataError
        As :func:`glassnet.metrics.confusion_matrix`, and if there is not one name for each class.
    """
    own_names = None if class_names is None else checks.names("class_names", class_names)
    by_name = named(y_true, y_pred)
    if by_name is None:
        counts = metrics.confusion_matrix(y_true, y_pred)
        names = list(map(str, range(len(counts)))) if own_names is None else own_names
    else:
        names = list(map(str, by_name.names)) if own_names is None else own_names
        counts = _counts_in_order(by_name, names)
    n_classes = len(counts)
    if len(names) != n_classes:
        raise ShapeError(
            f"class_names must have one name for each of the {n_classes} classes; got {len(names)}"
        )
    side = min(3.0 + 0.2 * n_classes, 8.0)
    ax = canvas.axes_of(ax, side, side)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    has_numbers = n_classes <= _MOST_CLASSES_WITH_NUMBERS
    image = ax.imshow(shares, cmap=canvas.tints(_TINT if has_numbers else 1.0), vmin=0.0, vmax=1.0)
    _name_classes(ax, drawn_names(names, canvas.letters_of_names(ax)))
    if has_numbers:
        _write_counts(ax, counts)
    else:
        ax.figure.colorbar(image, ax=ax, format=canvas.percent(), label="share of the true class", shrink=0.8)
    right, total = int(np.trace(counts)), int(counts.sum())
    ax.set_title(f"{100 * right / total:.1f} % of {total:,} right", fontsize="medium")
    return ax


def _counts_in_order(named: Named, names: Sequence[str]) -> NDArray[np.int64]:
    """The table of named classes, its rows and columns in the order of `names`."""
    unknown = sorted({str(name) for name in named.names} - set(names))
    if unknown or len(set(names)) < len(names):
        problem = f"lacks {unknown[0]!r}" if unknown else "names a class twice"
        raise DataError(f"class_names must hold each name of y_true and y_pred once; it {problem}")
    places = np.array([list(names).index(str(name)) for name in named.names])
    counts = np.zeros((len(names), len(names)), np.int64)
    np.add.at(counts, (places[named.true], places[named.predicted]), 1)
    return counts


def _name_classes(ax: Axes, names: Sequence[str]) -> None:
    shown = slice(None, None, -(-len(names) // _MOST_NAMES))
    places = np.arange(len(names))
    longest = max(map(len, names))
    upright = longest <= _LONGEST_UPRIGHT_NAME
    fitting = _cell(ax, len(names)) / (0.7 * longest) if upright else _LARGEST_FONT
    size = float(np.clip(fitting, _SMALLEST_NAME, _LARGEST_FONT))
    ax.set_xticks(
        places[shown],
        names[shown],
        fontsize=size,
        rotation=0 if upright else 45,
        ha="center" if upright else "right",
        rotation_mode="anchor",
    )
    ax.set_yticks(places[shown], names[shown], fontsize=size)
    ax.set_xlabel("predicted class")
    ax.set_ylabel("true class")
    ax.set_xticks(places[1:] - 0.5, minor=True)
    ax.set_yticks(places[1:] - 0.5, minor=True)
    ax.grid(which="minor", color="white", linewidth=1)
    ax.tick_params(which="both", length=0)
    ax.spines[:].set_color("0.8")


def _cell(ax: Axes, n_classes: int) -> float:
    """The side of a cell in points."""
    return min(canvas.size_of(ax)) / n_classes


def _write_counts(ax: Axes, counts: NDArray[np.int64]) -> None:
    cell = _cell(ax, len(counts))
    digits = len(f"{counts.max():,}")
    size = float(np.clip(1.2 * cell / (digits + 1), _SMALLEST_FONT, min(0.5 * cell, _LARGEST_FONT)))
    for row, column in np.argwhere(counts):
        ax.text(
            column, row, f"{counts[row, column]:,}", ha="center", va="center", color="black", fontsize=size
        )
