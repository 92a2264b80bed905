"""How the numbers in each layer are spread, and how that changes over training."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from glassnet.insight.recording import LayerRecord, Recorder, Spread
from glassnet.plots.drawing import canvas
from glassnet.plots.drawing.naming import layer_name
from glassnet.plots.gradients import recorded, with_weights
from glassnet.support.calls import explained

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from glassnet.layers import Layer
    from glassnet.plots.drawing.picture import Picture

_FEWEST_ROWS, _MOST_ROWS = 12, 60  # of shades in each panel
_LEAST_PITCH = 40.0  # points from one panel to the next
_MOST_COLUMNS = 2
_TALL = 45.0  # points of a panel that has room for more numbers
_LEFT_FOR_PANELS = 0.75  # of the width, beside the bar of shades
_TITLE, _TICKS = 18.0, 38.0  # points that a panel's title takes above it, and its numbers beside it
_MARGIN = 0.03  # of the height, above and below
_LEAST_SHARE = 1e-3  # what is rarer is not shaded, nor has it room


@explained
def activation_histograms(recorder: Recorder, *, ax: Axes | None = None) -> Picture:
    """Draw for each layer how its outputs are spread, epoch by epoch.

    One panel for each layer that computes, dropout left out, from the input down; along it the epoch, up it the
    output; the shade is the share of outputs, over samples and units, that lie there.

    Parameters
    ----------
    recorder : Recorder
        What it kept during fit.
    ax : matplotlib Axes, optional
        Where to draw; by default on a new figure. The panels are insets of it (``ax.child_axes``).

    Raises
    ------
    DataError
        If the recorder holds no recording.
    """
    return _panels(recorder, lambda layers: list(layers), _outputs, "outputs a of each layer", ax)


@explained
def gradient_histograms(recorder: Recorder, *, ax: Axes | None = None) -> Picture:
    """Draw for each layer with weights how the sizes of their gradients are spread, epoch by epoch.

    As :func:`activation_histograms`, with log10 abs(gradient) up each panel: -3 stands for gradients of 0.001. Entries
    that are exactly 0 lie in none of the shades. Arguments are the same, too.

    Raises
    ------
    ArgumentError
        If no layer has weights.
    """
    return _panels(recorder, with_weights, _gradients, "log10 |weight gradient| of each layer", ax)


def _outputs(record: LayerRecord) -> Spread:
    return record.outputs


def _gradients(record: LayerRecord) -> Spread:
    if record.gradients is None:
        raise ValueError(f"layer {record.layer} has no weights")
    return record.gradients


def _panels(
    recorder: Recorder,
    chosen_of: Callable[[tuple[LayerRecord, ...]], list[LayerRecord]],
    spread: Callable[[LayerRecord], Spread],
    label: str,
    ax: Axes | None,
) -> Picture:
    network = recorded(recorder)
    layers = list(zip(*(chosen_of(recording.layers) for recording in recorder.recordings), strict=True))
    ax = canvas.axes_of(ax, 5.0, min(1.2 + 1.1 * len(layers), 9.0))
    epochs = [recording.epoch for recording in recorder.recordings]
    norm = canvas.matplotlib("colors").LogNorm(_LEAST_SHARE, 1.0)
    for box, over_time in zip(_boxes(ax, len(layers)), layers, strict=True):
        index = over_time[0].layer
        panel = ax.inset_axes(box.bounds)
        mesh = _shade(panel, epochs, [spread(record) for record in over_time], norm)
        panel.set_title(_title(ax, box, index, network.layers[index]), fontsize="small", loc="left", pad=2)
        panel.tick_params(labelsize="small", labelbottom=box.is_lowest)
        panel.set_xlabel("epoch" if box.is_lowest else "")
        n_ticks = 4 if box.bounds[3] * canvas.size_of(ax)[1] > _TALL else 2
        panel.yaxis.set_major_locator(
            canvas.matplotlib("ticker").MaxNLocator(n_ticks, steps=[1, 2, 5, 10], min_n_ticks=1)
        )
        canvas.count_whole(panel.xaxis)
        panel.spines[["top", "right"]].set_visible(False)
    ax.set_axis_off()
    ax.set_title(label, fontsize="medium", pad=16)
    ax.figure.colorbar(
        mesh, ax=ax, format=canvas.percent(), label="share of entries", extend="min", aspect=40
    )
    return ax


def _title(ax: Axes, box: _Box, index: int, layer: Layer) -> str:
    title = f"{index}: {layer_name(layer)}"
    room = _LEFT_FOR_PANELS * box.bounds[2] * canvas.size_of(ax)[0]
    return title if len(title) * canvas.LETTER < room else str(index)


class _Box(NamedTuple):
    """Where a panel stands, in shares of the Axes."""

    bounds: tuple[float, float, float, float]
    is_lowest: bool


def _boxes(ax: Axes, n_panels: int) -> list[_Box]:
    """One below the other, in more columns where they would be too low."""
    width, height = canvas.size_of(ax)
    n_columns = min(math.ceil(_LEAST_PITCH * n_panels / height), _MOST_COLUMNS)
    n_rows = math.ceil(n_panels / n_columns)
    aside, above = _TICKS / width, min(_TITLE / height, 0.5 / n_rows)
    across = (1 - aside * (n_columns - 1)) / n_columns
    up = (1 - above * (n_rows - 1)) / n_rows
    boxes = []
    for place in range(n_panels):
        column, row = divmod(place, n_rows)
        bounds = (column * (across + aside), 1 - up - row * (up + above), across, up)
        boxes.append(_Box(bounds, row == n_rows - 1 or place == n_panels - 1))
    return boxes


def _shade(panel: Axes, epochs: list[int], spreads: list[Spread], norm: Any) -> Any:
    """Draw a column of shades for each epoch, and leave out what holds next to nothing at both ends."""
    rows = int(np.clip(2 * math.sqrt(spreads[0].n_entries), _FEWEST_ROWS, _MOST_ROWS))
    edges = np.linspace(*_reach(spreads), rows + 1)
    shares = np.array([spread.shares(edges) for spread in spreads]).T
    visible = np.ma.masked_less(shares, _LEAST_SHARE)
    return panel.pcolormesh(_borders(epochs), edges, visible, cmap=canvas.AMOUNTS_FROM_WHITE, norm=norm)


def _reach(spreads: list[Spread]) -> tuple[float, float]:
    filled = [spread for spread in spreads if spread.counts.any()]
    if not filled:
        return 0.0, 1.0
    low, high = (
        limit(spread.quantile(share) for spread in filled)
        for limit, share in ((min, _LEAST_SHARE / 2), (max, 1 - _LEAST_SHARE / 2))
    )
    return low - _MARGIN * (high - low), high + _MARGIN * (high - low)


def _borders(epochs: list[int]) -> NDArray[np.float64]:
    """Where the column of each epoch begins and ends: halfway to its neighbours."""
    places = np.array(epochs, dtype=float)
    if len(places) == 1:
        return np.array([places[0] - 0.5, places[0] + 0.5])
    inner = (places[1:] + places[:-1]) / 2
    return np.concatenate([[places[0] - (inner[0] - places[0])], inner, [2 * places[-1] - inner[-1]]])
