"""A network as a diagram: units as circles, weights as lines."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from glassnet.errors import ArgumentError
from glassnet.plan import DENSE
from glassnet.plots.drawing import canvas
from glassnet.plots.drawing.naming import drawn_names, layer_name, names_of
from glassnet.support import checks
from glassnet.support.calls import explained

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from glassnet.layers import Layer
    from glassnet.network.network import Network
    from glassnet.plots.drawing.picture import Picture

_MOST_UNITS = 50
_DRAWN_OF_MANY = 16
_LARGEST_PITCH = 0.24  # of the height, from one unit to the next
_CIRCLE, _LARGEST_CIRCLE = 0.62, 0.1  # diameter, of the pitch and of the height
_FAINTEST = 0.3  # opacity, of few weights
_THINNEST, _THICKEST = (
    0.15,
    2.4,
)  # points, the second where there are at most so many weights between two layers:
_FEW_WEIGHTS = 60
_HEIGHT = 220.0  # points, of an Axes in which lines are as wide as that
_DASHES = (0, (3, 1.5))
_SMALLEST_FONT, _LARGEST_FONT = 5.0, 9.0  # points


class _Column(NamedTuple):
    """The units of one layer: which of them are drawn, and how high."""

    units: NDArray[np.int64]
    heights: NDArray[np.float64]
    pitch: float
    label: str
    is_shortened: bool


@explained
def network_diagram(
    network: Network,
    *,
    input_names: Sequence[str] | None = None,
    output_names: Sequence[str] | None = None,
    ax: Axes | None = None,
) -> Picture:
    """Draw the inputs and the units of every dense layer as circles, and every weight as a line between two.

    Solid blue lines are positive weights, dashed vermillion ones negative; the width grows with the size, up to the
    largest of the network, which the legend gives. Of a layer of more than 50 units the first and last eight are
    drawn. Layers without weights between units (dropout, normalisation, activations) are named below the dense layer
    that they follow; biases are not drawn.

    Parameters
    ----------
    network : Network
        Built, with at least one dense layer.
    input_names, output_names : sequence of str, optional
        One name for each feature, and for each unit of the last dense layer. None are written where units are
        left out.

    Raises
    ------
    NotBuiltError
        If the network is not built.
    ArgumentError
        If it has no dense layer.
    ShapeError
        If there is not one name for each input or output.
    """
    checks.network("network", network)
    for place, layer in enumerate(network.layers):
        if layer.inner:
            raise ArgumentError(
                f"a diagram shows layers that follow one another, and layer {place}, {layer!r}, has layers inside"
            )
    dense = [row for row in network.plan().rows if row.kind == DENSE]
    if not dense:
        raise ArgumentError(
            f"this network has no Dense layer, so there are no weights to draw; its layers are {network.layers!r}"
        )
    counts = [network.layout.n_features, *(row.n_outputs for row in dense)]
    columns = [
        _column(count, label)
        for count, label in zip(counts, _labels(network, [row.layer for row in dense]), strict=True)
    ]
    ax = canvas.axes_of(ax, 2.0 + 1.2 * len(columns), 4.0)
    weights = [network.layers[row.layer].weights for row in dense]
    _draw_weights(ax, columns, weights)
    _draw_units(ax, columns)
    _label(ax, columns)
    if input_names is not None:
        _name_units(ax, columns[0], names_of("input_names", input_names, counts[0], ""), 0)
    if output_names is not None:
        _name_units(ax, columns[-1], names_of("output_names", output_names, counts[-1], ""), len(columns) - 1)
    return ax


def _labels(network: Network, dense: list[int]) -> list[str]:
    """What stands below each column: the layer, and the layers without units of their own up to the next one."""
    starts = [0, *(index + 1 for index in dense)]
    stops = [*dense, len(network.layers)]
    titles = [f"input {network.layout.n_features}", *(layer_name(network.layers[index]) for index in dense)]
    return [
        " ".join([title, *(_in_one_line(layer) for layer in network.layers[start:stop])])
        for title, start, stop in zip(titles, starts, stops, strict=True)
    ]


def _in_one_line(layer: Layer) -> str:
    return layer_name(layer).replace(" ", "\N{NO-BREAK SPACE}")


def _column(count: int, label: str) -> _Column:
    is_shortened = count > _MOST_UNITS
    half = _DRAWN_OF_MANY // 2
    units = np.r_[:half, count - half : count] if is_shortened else np.arange(count)
    places = np.arange(len(units), dtype=float)
    if is_shortened:
        places[half:] += 1
    pitch = min(_LARGEST_PITCH, 1 / (places[-1] + 1))
    drawn = f" ({len(units)}\N{NO-BREAK SPACE}drawn)" if is_shortened else ""
    return _Column(units, 0.5 + pitch * (places[-1] / 2 - places), pitch, label + drawn, is_shortened)


def _draw_weights(ax: Axes, columns: list[_Column], weights: list[NDArray[Any]]) -> None:
    LineCollection, Line2D = (
        canvas.matplotlib("collections").LineCollection,
        canvas.matplotlib("lines").Line2D,
    )
    rgb = canvas.matplotlib("colors").to_rgb
    largest = max(float(np.abs(array).max()) for array in weights)
    crowd = max(len(before.units) * len(behind.units) for before, behind in pairwise(columns))
    room = min(1.0, math.sqrt(_FEW_WEIGHTS / crowd))
    thickest = _THICKEST * room * float(np.clip(canvas.size_of(ax)[1] / _HEIGHT, 0.6, 1.8))
    for place, array in enumerate(weights):
        before, behind = columns[place], columns[place + 1]
        drawn = array[np.ix_(before.units, behind.units)]
        for sign, colour, style in ((1, canvas.POSITIVE, "-"), (-1, canvas.NEGATIVE, _DASHES)):
            sources, targets = np.nonzero(sign * drawn > 0)
            share = np.abs(drawn[sources, targets]) / largest if largest > 0 else np.zeros(0)
            order = np.argsort(share)
            lines = np.empty((len(share), 2, 2))
            lines[:, :, 0] = place, place + 1
            lines[:, 0, 1], lines[:, 1, 1] = before.heights[sources], behind.heights[targets]
            ax.add_collection(
                LineCollection(
                    list(lines[order]),
                    linewidths=(_THINNEST + (thickest - _THINNEST) * share)[order],
                    colors=[(*rgb(colour), max(opacity, _FAINTEST * room**2)) for opacity in share[order]],
                    linestyles=[style],
                    zorder=1,
                )
            )
    keys = [
        Line2D([], [], color=canvas.POSITIVE, linewidth=_THICKEST, label="weight > 0"),
        Line2D([], [], color=canvas.NEGATIVE, linewidth=_THICKEST, linestyle=_DASHES, label="weight < 0"),
    ]  # fmt: skip
    canvas.name_curves(
        ax, handles=keys, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2,
        title=f"thickest line: |weight| = {largest:.3g}", title_fontsize="small", borderaxespad=0.0,
    )  # fmt: skip


def _draw_units(ax: Axes, columns: list[_Column]) -> None:
    circles = canvas.matplotlib("collections").EllipseCollection
    width, height = canvas.size_of(ax)
    largest = min(_LARGEST_CIRCLE, _CIRCLE * width / len(columns) / height)
    for place, column in enumerate(columns):
        size = min(_CIRCLE * column.pitch, largest)
        ax.add_collection(
            circles(
                size, size, 0, units="y", facecolors="white", edgecolors="0.2", linewidths=min(1.2, 14 * size),
                offsets=np.column_stack([np.full(len(column.units), place), column.heights]),
                offset_transform=ax.transData, zorder=2,
            )
        )  # fmt: skip
        if column.is_shortened:
            ax.plot(
                np.full(3, place), 0.5 + 0.25 * column.pitch * np.array([-1.0, 0.0, 1.0]),
                ".", color="0.2", markersize=2.5, zorder=2,
            )  # fmt: skip


def _label(ax: Axes, columns: list[_Column]) -> None:
    ax.set_xlim(-0.3, len(columns) - 0.7)
    ax.set_ylim(-0.02, 1.02)
    canvas.label_columns(ax, [column.label for column in columns])
    ax.set_yticks([])
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)


def _name_units(ax: Axes, column: _Column, names: list[str], place: int) -> None:
    if column.is_shortened:
        return
    height = canvas.size_of(ax)[1]
    size = float(np.clip(0.7 * column.pitch * height, _SMALLEST_FONT, _LARGEST_FONT))
    gap = 0.5 * min(_CIRCLE * column.pitch, _LARGEST_CIRCLE) * height + 3
    aside, edge = (-gap, "right") if place == 0 else (gap, "left")
    for name, at in zip(drawn_names(names, canvas.letters_of_names(ax)), column.heights, strict=True):
        ax.annotate(
            name, (place, at), (aside, 0), textcoords="offset points", ha=edge, va="center",
            fontsize=size, annotation_clip=False,
        )  # fmt: skip
