"""What a network answers everywhere in a plane of two features."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from glassnet.errors import ArgumentError, ShapeError
from glassnet.network import inputs
from glassnet.plots.drawing import canvas
from glassnet.plots.drawing.naming import drawn_names, names_of
from glassnet.plots.drawing.points import (
    classes_of,
    colour_of,
    scatter_classes,
    scatter_values,
    values_of,
)
from glassnet.support import checks
from glassnet.support.calls import explained

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from glassnet.network.network import Network
    from glassnet.plots.drawing.picture import Picture

_GRID = 150  # points along each feature
_MARGIN = 0.12  # of the range of the samples, on each side
_TINT = 0.28  # opacity of a class's colour where that class is answered
_LEVELS = 12


@explained
def decision_boundary(
    network: Network,
    X: ArrayLike,
    y: ArrayLike | None = None,
    *,
    features: tuple[int, int] = (0, 1),
    held: ArrayLike | None = None,
    feature_names: Sequence[str] | None = None,
    class_names: Sequence[str] | None = None,
    ax: Axes | None = None,
) -> Picture:
    """Draw what the network predicts over the plane of two features, and the samples on it.

    Several classes: each point of the plane has the colour of the most probable one, with black lines between
    classes. One probability: its shade, with a black line at 0.5. One value: its shade and contours.

    Parameters
    ----------
    network : Network
        Built, for samples of at least two features; for values, with one output.
    X : array_like, (n_samples, n_features)
        They set how far the plane reaches.
    y : array_like, optional
        Targets of the samples, as for training; without them no sample is drawn.
    features : (int, int)
        Which two features the plane shows, counted from 0.
    held : array_like, (n_features,), optional
        The values at which all others are held; by default their medians.
    feature_names, class_names : sequence of str, optional
        One for each feature; one for each class.

    Raises
    ------
    NotBuiltError, ShapeError, DataError
        If the network is not built, or X, y, `held` or names do not fit it.
    ArgumentError
        If `features` are not two different features, or the network gives several values.
    """
    checks.network("network", network)
    if class_names is not None:
        checks.names("class_names", class_names)
    shape = network.layout.input_shape
    rows = network.features(X).astype(np.float64)
    n_features = rows.shape[1]
    first, second = _checked(features, n_features)
    names = names_of("feature_names", feature_names, n_features, "feature ")
    plane = _Plane(rows, first, second, _held(held, rows))
    answer = _answers(network, plane.samples().reshape(-1, *shape))
    labels = None if y is None else checks.array("y", y)
    ax = canvas.axes_of(ax, 4.8, 3.6)
    points = rows[:, [first, second]]
    if gives_classes(network):
        _draw_classes(ax, plane, answer)
        if labels is not None:
            scatter_classes(ax, points, classes_of(network, labels, len(rows)), class_names)
    else:
        _draw_values(ax, plane, answer, points, None if labels is None else values_of(labels, len(rows)))
    canvas.few_ticks(ax)
    across, up = drawn_names([names[first], names[second]], 2 * canvas.letters_of_names(ax))
    ax.set_xlabel(across)
    ax.set_ylabel(up)
    if n_features > 2:
        others = "1 other feature" if n_features == 3 else f"{n_features - 2} other features"
        at = "its median" if n_features == 3 else "their medians"
        ax.set_title(f"{others} held at {at if held is None else 'given values'}", fontsize="small")
    return ax


class _Plane:
    """A grid over two features, all others held."""

    def __init__(self, rows: NDArray[Any], first: int, second: int, held: NDArray[Any]) -> None:
        self.first, self.second, self.held = first, second, held
        self.x, self.y = (_reach(rows[:, feature]) for feature in (first, second))

    def samples(self) -> NDArray[Any]:
        """(n_points, n_features), the first of the two features running fastest."""
        rows = np.tile(self.held, (len(self.x) * len(self.y), 1))
        rows[:, self.first] = np.tile(self.x, len(self.y))
        rows[:, self.second] = np.repeat(self.y, len(self.x))
        return rows

    def on_grid(self, values: NDArray[Any]) -> NDArray[Any]:
        """One number for each point as rows (second feature) and columns (first feature)."""
        return values.reshape(len(self.y), len(self.x))


def gives_classes(network: Network) -> bool:
    """Whether the outputs are probabilities: by the loss of the last fit, else by the last activation."""
    if network.loss is not None:
        return network.loss.domain == (0.0, 1.0)
    last = network.plan().rows[-1].activation
    return last.outputs in ("classes", "probabilities")


def _answers(network: Network, samples: NDArray[Any]) -> NDArray[Any]:
    output = network.predict(samples)
    if network.loss is not None:
        output = network.loss.activation.value(output)
    if output.shape[1] > 1 and not gives_classes(network):
        raise ArgumentError(
            f"a plane can show classes or one value; this network gives {output.shape[1]} values for each sample"
        )
    return output.astype(np.float64)


def _checked(features: tuple[int, int], n_features: int) -> tuple[int, int]:
    if n_features < 2:
        raise ShapeError("a plane needs two features; this network reads samples of 1 feature")
    pair = list(features) if checks.is_list(features) else []
    whole = all(checks.is_integer(feature) for feature in pair)
    if not whole or len(pair) != 2 or pair[0] == pair[1] or not all(0 <= f < n_features for f in pair):
        raise ArgumentError(
            f"features must be two different numbers from 0 to {n_features - 1}, such as (0, 1); "
            f"got {checks.shown(features)}"
        )
    return int(pair[0]), int(pair[1])


def _held(held: ArrayLike | None, rows: NDArray[Any]) -> NDArray[Any]:
    if held is None:
        return np.asarray(np.median(rows, axis=0))
    values = inputs.numeric("held", held, np.float64).reshape(-1)
    if len(values) != rows.shape[1]:
        raise ShapeError(f"held must hold {rows.shape[1]} numbers, one for each feature; got {len(values)}")
    return values


def _reach(values: NDArray[Any]) -> NDArray[Any]:
    low, high = float(values.min()), float(values.max())
    margin = _MARGIN * (high - low) or 1.0
    return np.linspace(low - margin, high + margin, _GRID)


def _draw_classes(ax: Axes, plane: _Plane, answer: NDArray[Any]) -> None:
    if answer.shape[1] == 1:
        _draw_probability(ax, plane, plane.on_grid(answer[:, 0]))
        return
    classes = plane.on_grid(answer.argmax(axis=1))
    colours = canvas.matplotlib("colors").ListedColormap([colour_of(c) for c in range(answer.shape[1])])
    ax.imshow(
        classes, cmap=colours, vmin=-0.5, vmax=answer.shape[1] - 0.5, alpha=_TINT, interpolation="nearest",
        origin="lower", extent=_extent(plane), aspect="auto",
    )  # fmt: skip
    for number in np.unique(classes)[1:]:
        lead = answer[:, :number].max(axis=1) - answer[:, number:].max(axis=1)
        ax.contour(plane.x, plane.y, plane.on_grid(lead), levels=[0.0], colors="black", linewidths=0.9)


def _draw_probability(ax: Axes, plane: _Plane, probability: NDArray[Any]) -> None:
    shade = ax.imshow(
        probability, cmap=_between_classes(), vmin=0.0, vmax=1.0, origin="lower", extent=_extent(plane),
        aspect="auto", interpolation="bilinear",
    )  # fmt: skip
    if probability.min() < 0.5 < probability.max():
        ax.contour(plane.x, plane.y, probability, levels=[0.5], colors="black", linewidths=1.2)
    ax.figure.colorbar(
        shade,
        ax=ax,
        label="probability of class 1",
        ticks=[0, 0.5, 1],
        format=canvas.percent(),
        location="bottom",
        aspect=40,
    )


def _between_classes() -> Any:
    """From a tint of the colour of class 0 over white to one of class 1."""
    colours = canvas.matplotlib("colors")
    ends = [np.array(colours.to_rgb(colour_of(number))) for number in (0, 1)]
    light = [1 - 0.6 * (1 - end) for end in ends]
    return colours.LinearSegmentedColormap.from_list("between classes", [light[0], (1, 1, 1), light[1]])


def _extent(plane: _Plane) -> tuple[float, float, float, float]:
    """The edges of the grid's cells, whose middles are its points."""
    (a, b), (c, d) = ((line[0], line[-1]) for line in (plane.x, plane.y))
    across, up = (b - a) / (_GRID - 1) / 2, (d - c) / (_GRID - 1) / 2
    return a - across, b + across, c - up, d + up


def _draw_values(
    ax: Axes, plane: _Plane, answer: NDArray[Any], points: NDArray[Any], targets: NDArray[Any] | None
) -> None:
    values = plane.on_grid(answer[:, 0])
    both = values if targets is None else np.concatenate([values.ravel(), targets])
    low, high = float(both.min()), float(both.max())
    levels = canvas.matplotlib("ticker").MaxNLocator(_LEVELS).tick_values(low, high)
    shade = ax.contourf(plane.x, plane.y, values, levels=levels, cmap=canvas.AMOUNTS)
    ax.contour(plane.x, plane.y, values, levels=levels, colors="white", linewidths=0.4, alpha=0.6)
    ax.figure.colorbar(
        shade, ax=ax, label="prediction" if targets is None else "prediction; points: target", aspect=30
    )
    if targets is not None:
        scatter_values(ax, points, targets, shade.norm)
