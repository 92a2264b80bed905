"""How large the gradients of each layer are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from glassnet.errors import ArgumentError, DataError
from glassnet.insight.recording import NOTHING, LayerRecord, Recorder, observe
from glassnet.losses import Loss
from glassnet.plots.drawing import canvas
from glassnet.plots.drawing.naming import layer_name
from glassnet.support import checks
from glassnet.support.calls import explained

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from glassnet.network.network import Network
    from glassnet.plots.drawing.picture import Picture

_LEGEND = 0.3  # of the width, at most, for names of layers
_RECORDINGS_WITH_MARKERS = 30


@explained
def gradient_flow(
    network: Network,
    X: ArrayLike,
    y: ArrayLike,
    *,
    loss: str | Loss | None = None,
    ax: Axes | None = None,
) -> Picture:
    """Draw for one batch the mean and the largest abs(gradient) of the weights of each layer, from input to output.

    Parameters
    ----------
    network : Network
        Built; it stays as it is.
    X, y : array_like
        The batch, as for training.
    loss : str or Loss, optional
        By default the loss of the last fit, or the one that goes with the last activation.

    Returns
    -------
    matplotlib Axes
        A layer whose gradients are all 0 has no point on the logarithmic axis; "all 0" is written in its place.

    Raises
    ------
    NotBuiltError, ShapeError, DataError
        If the network is not built, or X or y do not fit it.
    ArgumentError
        If no layer has weights.
    """
    _, layers = observe(checks.network("network", network), X, y, loss)
    trained = with_weights(layers)
    ax = canvas.axes_of(ax, 5.0, 3.4)
    places = np.arange(len(trained))
    for values, label, colour, style, marker in (
        ([record.largest_gradient for record in trained], "largest", canvas.VERMILLION, "--", "^"),
        ([record.mean_gradient for record in trained], "mean", canvas.BLUE, "-", "o"),
    ):
        ax.plot(places, _above_zero(values), style, color=colour, marker=marker, markersize=5, label=label)
    for place, record in zip(places, trained, strict=True):
        if record.largest_gradient == 0:
            ax.annotate(
                "all 0", (place, 0), (0, 3), xycoords=("data", "axes fraction"),
                textcoords="offset points", ha="center", fontsize="small",
            )  # fmt: skip
    canvas.make_logarithmic(ax)
    ax.set_ylabel("|weight gradient|")
    ax.set_xlabel("layer")
    ax.set_xlim(-0.4, len(trained) - 0.6)
    canvas.label_columns(ax, [_title(network, record.layer) for record in trained])
    canvas.quieten(ax)
    canvas.name_curves(ax)
    return ax


@explained
def gradients_over_time(recorder: Recorder, *, ax: Axes | None = None) -> Picture:
    """Draw the mean abs(gradient) of the weights of each layer against the epoch.

    Parameters
    ----------
    recorder : Recorder
        What it kept during fit.

    Raises
    ------
    DataError
        If the recorder holds no recording.
    ArgumentError
        If no layer has weights.
    """
    network = recorded(recorder)
    ax = canvas.axes_of(ax, 5.6, 3.4)
    epochs = [recording.epoch for recording in recorder.recordings]
    curves = list(zip(*(with_weights(recording.layers) for recording in recorder.recordings), strict=True))
    titles = [_title(network, layers[0].layer) for layers in curves]
    if max(map(len, titles)) * canvas.LETTER > _LEGEND * canvas.size_of(ax)[0]:
        titles = [str(layers[0].layer) for layers in curves]
    marked = len(epochs) <= _RECORDINGS_WITH_MARKERS
    for number, layers in enumerate(curves):
        ax.plot(
            epochs, _above_zero([record.mean_gradient for record in layers]),
            canvas.LINES[number % len(canvas.LINES)], color=canvas.COLOURS[number % len(canvas.COLOURS)],
            marker=canvas.MARKERS[number % len(canvas.MARKERS)] if marked else "", markersize=3.5,
            label=titles[number],
        )  # fmt: skip
    canvas.make_logarithmic(ax)
    ax.set_xlabel("epoch")
    ax.set_ylabel("mean |weight gradient|")
    canvas.count_whole(ax.xaxis)
    canvas.quieten(ax)
    canvas.name_curves(ax, title="layer", title_fontsize="small", loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return ax


def recorded(recorder: Recorder) -> Network:
    """The network that was recorded; raises `DataError` if nothing was."""
    checks.instance("recorder", recorder, Recorder, "gn.Recorder(X, y)")
    if recorder.network is None or not recorder.recordings:
        raise DataError(NOTHING)
    return recorder.network


def with_weights(layers: tuple[LayerRecord, ...]) -> list[LayerRecord]:
    """Those that have weights; raises `ArgumentError` if there are none."""
    records = [record for record in layers if record.gradients is not None]
    if not records:
        raise ArgumentError("no layer of this network has weights, so there are no gradients to draw")
    return records


def _above_zero(values: list[float]) -> list[float]:
    """Zeros, which a logarithmic axis cannot show, as gaps."""
    return [value if value > 0 else np.nan for value in values]


def _title(network: Network, index: int) -> str:
    return f"{index}:\N{NO-BREAK SPACE}{layer_name(network.layers[index])}"
