"""The loss over a plane of parameters, and the path that training took."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from glassnet.errors import ArgumentError
from glassnet.insight.recording import Recorder
from glassnet.losses import Loss
from glassnet.plots.drawing import canvas
from glassnet.plots.drawing.directions import Directions, principal, random
from glassnet.plots.gradients import recorded
from glassnet.support import checks
from glassnet.support.calls import explained
from glassnet.training.evaluation import default_loss, evaluate

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from glassnet.network.network import Network
    from glassnet.plots.drawing.picture import Picture

_MARGIN = 0.25  # of the path's extent, on each side
_LEVELS, _NAMED_LEVELS = 14, 6
_DECADES_FOR_A_LOGARITHM = 30.0
_MOST_POINTS = 1000


@explained
def loss_surface(
    network: Network,
    X: ArrayLike,
    y: ArrayLike,
    *,
    path: Recorder | None = None,
    directions: str | None = None,
    loss: str | Loss | None = None,
    points: int = 25,
    seed: int = 0,
    ax: Axes | None = None,
) -> Picture:
    """Draw contours of the loss along two directions through the network's parameters, and the path of training.

    Running statistics of batch norm stay as they are. The path is that of the recorder, seen from straight above; the
    loss below it is that of the plane, and away from the end they may differ.

    Parameters
    ----------
    network : Network
        Built; it stays as it is.
    X, y : array_like
        Data, as for training.
    path : Recorder, optional
        What recorded this network's training.
    directions : {"principal", "random"}, optional
        The principal components of the path, by default where there is one; or random directions normalised filter by
        filter, in units of the length of each unit's weights (both Li et al. 2018).
    loss : str or Loss, optional
        By default the loss of the last fit, or the one that goes with the last activation.
    points : int
        Along each direction, from 3 to 1000; the loss is computed at points² places.
    seed : int
        Of random directions, >= 0.

    Raises
    ------
    NotBuiltError, ShapeError, DataError
        If the network is not built, X or y do not fit it, or the path is too short.
    ArgumentError
        If `directions` is neither, or asks for components of a path that is not given, or a number is out of range.

    References
    ----------
    Li, Xu, Taylor, Studer, Goldstein 2018, Visualizing the Loss Landscape of Neural Nets.
    """
    points = checks.integer("points", points, least=3, most=_MOST_POINTS)
    checks.network("network", network)
    objective = default_loss(network, y) if loss is None else loss
    plane = _plane(network, path, directions, checks.integer("seed", seed, least=0))
    steps = (
        None
        if path is None
        else plane.coordinates(np.array([recording.parameters for recording in path.recordings]))
    )
    across, up = (_reach(None if steps is None else steps[:, axis], points) for axis in (0, 1))
    heights = _heights(network, plane, across, up, X, y, objective)
    ax = canvas.axes_of(ax, 5.2, 4.0)
    _draw_heights(ax, across, up, heights)
    if steps is not None:
        _draw_path(ax, steps)
    canvas.few_ticks(ax)
    ax.set_xlabel(plane.labels[0])
    ax.set_ylabel(plane.labels[1])
    return ax


def _plane(network: Network, path: Recorder | None, directions: str | None, seed: int) -> Directions:
    kind = "random" if path is None else "principal"
    if directions is not None:
        kind = checks.choice("directions", directions, ("principal", "random"))
    if path is not None and recorded(path).parameters.shape != network.parameters.shape:
        raise ArgumentError(
            f"path recorded a network of {recorded(path).parameters.size} parameters; this one has "
            f"{network.parameters.size}"
        )
    if kind == "random":
        return random(network, seed)
    if path is None:
        raise ArgumentError(
            "principal components are those of a path; give path=, a Recorder that fit was given"
        )
    return principal(path)


def _reach(steps: NDArray[np.float64] | None, points: int) -> NDArray[np.float64]:
    """Where along one direction the loss is computed: around the path, or one unit to each side."""
    if steps is None:
        return np.linspace(-1.0, 1.0, points)
    low, high = float(steps.min()), float(steps.max())
    margin = _MARGIN * (high - low) or 1.0
    return np.linspace(low - margin, high + margin, points)


def _heights(
    network: Network, plane: Directions, across: NDArray[np.float64], up: NDArray[np.float64],
    X: ArrayLike, y: ArrayLike, loss: str | Loss,
) -> NDArray[np.float64]:  # fmt: skip
    trial = network.copy()
    losses = np.empty((len(up), len(across)))
    for row, second in enumerate(up):
        for column, first in enumerate(across):
            trial.parameters = plane.origin + first * plane.first + second * plane.second
            with np.errstate(over="ignore", invalid="ignore"):
                losses[row, column] = evaluate(trial, X, y, loss=loss, metrics=[])["loss"]
    return losses


def _draw_heights(ax: Axes, across: NDArray[Any], up: NDArray[Any], heights: NDArray[np.float64]) -> None:
    finite = np.ma.masked_invalid(heights)
    low, high = float(finite.min()), float(finite.max())
    if low > 0 and high > _DECADES_FOR_A_LOGARITHM * low:
        levels, norm = np.geomspace(low, high, _LEVELS), canvas.matplotlib("colors").LogNorm(low, high)
    else:
        levels, norm = canvas.matplotlib("ticker").MaxNLocator(_LEVELS).tick_values(low, high), None
    shade = ax.contourf(across, up, finite, levels=levels, norm=norm, cmap=canvas.AMOUNTS)
    ax.contour(across, up, finite, levels=levels, colors="white", linewidths=0.4, alpha=0.6)
    bar = ax.figure.colorbar(shade, ax=ax, label="loss", aspect=30)
    digits = 6 if norm is None else 2  # evenly spaced levels are round numbers
    named = levels[:: math.ceil(len(levels) / _NAMED_LEVELS)]
    bar.set_ticks(named.tolist(), labels=[f"{level:,.{digits}g}" for level in named])
    bar.minorticks_off()


def _draw_path(ax: Axes, steps: NDArray[np.float64]) -> None:
    ax.plot(*steps.T, "-", color="white", linewidth=3.2, zorder=3)
    ax.plot(*steps.T, "-", color=canvas.VERMILLION, linewidth=1.6, zorder=4)
    for place, marker, label in ((steps[0], "o", "start"), (steps[-1], "*", "end")):
        ax.plot(
            *place, marker, color="white", markeredgecolor="black", markersize=9 if marker == "*" else 6,
            linestyle="none", label=label, zorder=5,
        )  # fmt: skip
    canvas.name_curves(
        ax, loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=2, handletextpad=0.2, borderaxespad=0.1
    )
