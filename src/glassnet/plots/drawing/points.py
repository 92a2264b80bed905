"""Samples as points in a plane, one colour and marker for each class."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from glassnet.errors import DataError, ShapeError
from glassnet.network import inputs
from glassnet.plots.drawing import canvas
from glassnet.plots.drawing.naming import drawn_names, names_of
from glassnet.support import checks

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from glassnet.network.network import Network

_ALL_POINTS, _SMALLEST, _LARGEST = 4400.0, 11.0, 45.0  # square points
_SMALL_AXES = 40_000.0  # square points
_MANY_CLASSES = 10


def classes_of(network: Network, y: ArrayLike, n_samples: int) -> NDArray[np.int64]:
    """The number of each sample's class (n,), of labels or names (n,) or (n, 1), or one-hot rows (n, n_classes).

    Raises `ShapeError` if there is not one for each of `n_samples` samples; `DataError` if they are not numbers,
    or no classes of the network.
    """
    n_outputs = network.plan().n_outputs
    numbers = inputs.by_number("y", y, n_outputs, network.meaning.classes)
    rows = inputs.numeric("y", numbers, np.float64).reshape(len(np.asarray(y)), -1)
    if len(rows) != n_samples:
        raise ShapeError(f"X has {n_samples} samples and y has {len(rows)}; they must be equal")
    classes, n_classes = inputs.classes_of(rows), max(n_outputs, 2)
    wrong = np.flatnonzero((classes < 0) | (classes >= n_classes))
    if wrong.size:
        raise DataError(
            f"y must hold classes 0 to {n_classes - 1}, as the network gives; it holds {classes[wrong[0]]} "
            f"in row {wrong[0]}"
        )
    return classes


def scatter_classes(
    ax: Axes, points: NDArray[Any], classes: NDArray[np.int64], class_names: Sequence[str] | None
) -> None:
    """Draw points (n, 2), each with the colour and the marker of its class, and name the classes in a legend."""
    n_names = 0 if class_names is None else len(checks.names("class_names", class_names))
    n_classes = max(int(classes.max()) + 1, n_names)
    names = names_of("class_names", class_names, n_classes, "class ")
    titles = drawn_names(names, canvas.letters_of_names(ax))
    for number in np.unique(classes):
        members = points[classes == number]
        ax.scatter(
            members[:, 0], members[:, 1], s=area_of(ax, len(points)), label=titles[number],
            color=colour_of(number), marker=_marker_of(number),
            edgecolors="white", linewidths=0.4, zorder=3,
        )  # fmt: skip
    name_beside(ax, 2 if len(np.unique(classes)) > _MANY_CLASSES else 1)


def values_of(y: ArrayLike, n_samples: int) -> NDArray[np.float64]:
    """One value for each sample, (n,).

    Raises `ShapeError` if there is not one for each of `n_samples` samples; `DataError` if they are not numbers.
    """
    column = inputs.numeric("y", y, np.float64)
    if column.size != n_samples:
        raise ShapeError(
            f"y must have one value for each of the {n_samples} samples; it has shape {column.shape}"
        )
    return column.reshape(-1)


def scatter_values(ax: Axes, points: NDArray[Any], values: NDArray[np.float64], norm: Any = None) -> Any:
    """Draw points (n, 2), each in the shade of its value."""
    return ax.scatter(
        points[:, 0], points[:, 1], s=area_of(ax, len(points)), c=values, cmap=canvas.AMOUNTS, norm=norm,
        edgecolors="white", linewidths=0.5, zorder=3,
    )  # fmt: skip


def colour_of(number: int) -> str:
    """The colour of a class."""
    return canvas.CLASSES[number % len(canvas.CLASSES)]


def _marker_of(number: int) -> str:
    """The marker of a class, another one where its colour comes again."""
    return canvas.MARKERS[(number + number // len(canvas.CLASSES)) % len(canvas.MARKERS)]


def name_beside(ax: Axes, columns: int = 1) -> None:
    """A legend to the right of the Axes, where it hides nothing."""
    canvas.name_curves(
        ax, loc="upper left", bbox_to_anchor=(1.0, 1.0), ncols=columns, handletextpad=0.3, handlelength=1.2,
        borderaxespad=0.3,
    )  # fmt: skip


def area_of(ax: Axes, n_points: int) -> float:
    """The area of one of so many points, in square points."""
    width, height = canvas.size_of(ax)
    room = min(width * height / _SMALL_AXES, 2.5)
    return float(np.clip(_ALL_POINTS / n_points, _SMALLEST, _LARGEST) * max(room, 1.0))
