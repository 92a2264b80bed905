"""The weights of the first layer, unit by unit, as the images that they are compared with."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from glassnet.errors import ArgumentError, ShapeError
from glassnet.plan import DENSE, NOWHERE
from glassnet.plots.drawing import canvas
from glassnet.plots.drawing.naming import layer_name
from glassnet.support import checks
from glassnet.support.calls import explained

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from glassnet.network.network import Network
    from glassnet.plots.drawing.picture import Picture


@explained
def weight_images(
    network: Network,
    image_shape: tuple[int, int] | None = None,
    *,
    most: int = 64,
    ax: Axes | None = None,
) -> Picture:
    """Draw the weights of each unit of the first layer as an image of the shape of one sample.

    Blue is a positive weight, vermillion a negative one, white is 0; one scale for all units. Unit 0 is at the upper
    left, unit 1 to its right.

    Parameters
    ----------
    network : Network
        Built; its first layer that computes is dense.
    image_shape : (int, int), optional
        Rows and columns; by default those of the network's samples, or a square.
    most : int
        How many units to draw at most, >= 1; the first ones are.

    Raises
    ------
    NotBuiltError, ArgumentError
        If the network is not built, or does not begin with a dense layer.
    ShapeError
        If the features do not make an image of that shape, or are no square where none is given.
    """
    first = checks.network("network", network).plan().rows[0]
    if first.kind != DENSE or first.source != NOWHERE:
        raise ArgumentError(
            "images need a network that begins with a Dense layer; this one begins with "
            f"{network.layers[first.layer]!r}"
        )
    shape = _shape(image_shape, network.layout.input_shape)
    drawn = min(first.n_outputs, checks.integer("most", most, least=1))
    weights = network.layers[first.layer].weights[:, :drawn].T.reshape(drawn, *shape)
    columns = math.ceil(math.sqrt(drawn))
    ax = canvas.axes_of(ax, 5.0, 4.2)
    largest = float(np.abs(weights).max()) or 1.0
    colours = canvas.signed().with_extremes(bad="0.8")
    image = ax.imshow(
        _mosaic(weights, columns), cmap=colours, vmin=-largest, vmax=largest, interpolation="nearest"
    )
    ax.figure.colorbar(image, ax=ax, label="weight", aspect=30)
    ax.set_axis_off()
    of_all = "" if drawn == first.n_outputs else f", the first {drawn} units"
    ax.set_title(
        f"{first.layer}: {layer_name(network.layers[first.layer])}{of_all}, "
        f"{shape[0]} × {shape[1]} weights each", fontsize="small",
    )  # fmt: skip
    return ax


def _shape(shape: tuple[int, int] | None, input_shape: tuple[int, ...]) -> tuple[int, int]:
    n_features = math.prod(input_shape)
    if shape is None:
        side = math.isqrt(n_features)
        shape = (input_shape[0], input_shape[1]) if len(input_shape) == 2 else (side, side)
        advice = "give image_shape=(rows, columns)"
    else:
        advice = f"their product must be {n_features}"
    rows, columns = sides(shape)
    if rows * columns != n_features:
        raise ShapeError(
            f"{n_features} features make no image of {rows} rows and {columns} columns; {advice}"
        )
    return rows, columns


def sides(image_shape: Any) -> tuple[int, int]:
    """Rows and columns of an image, checked."""
    rows, columns = (
        checks.integer("each of image_shape", side, least=1)
        for side in checks.pair("image_shape", image_shape, "(28, 28)")
    )
    return rows, columns


def _mosaic(images: NDArray[Any], columns: int) -> NDArray[np.float64]:
    """All images in one, with a border of one NaN between two."""
    count, height, width = images.shape
    rows = math.ceil(count / columns)
    grid = np.full((rows * (height + 1) - 1, columns * (width + 1) - 1), np.nan)
    for number, image in enumerate(images):
        top, left = (number // columns) * (height + 1), (number % columns) * (width + 1)
        grid[top : top + height, left : left + width] = image
    return grid
