"""How training went, epoch by epoch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glassnet.errors import ArgumentError, DataError
from glassnet.metrics import measured_in
from glassnet.network.history import History
from glassnet.plots.drawing import canvas
from glassnet.support import checks
from glassnet.support.calls import explained

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from glassnet.plots.drawing.picture import Picture

_UNITS = {"seconds": "seconds per epoch", "r2": "R²"}
_DECADES_FOR_A_LOGARITHM = 100.0
_EPOCHS_WITH_MARKERS = 12


@explained
def learning_curves(history: History, column: str = "loss", *, ax: Axes | None = None) -> Picture:
    """Draw a column of the history against the epoch, and beside it the same on validation data if there were any.

    Parameters
    ----------
    history : History
        What `fit` returned; at least one epoch.
    column : str
        "loss", a metric such as "accuracy" (drawn in percent), "learning_rate" or "seconds". The axis is
        logarithmic for a loss or a learning rate whose largest value is 100 times the smallest, or more.

    Raises
    ------
    DataError
        If the history holds no epoch.
    ArgumentError
        If it has no such column.
    """
    checks.instance("history", history, History, "net.fit(...)")
    checks.text("column", column)
    if not history.n_epochs:
        raise DataError("this history holds no epoch yet, so there is no curve to draw")
    if column not in history:
        raise ArgumentError(f"history has no {column!r} to draw; it holds {', '.join(history)}")
    ax = canvas.axes_of(ax, 5.0, 3.2)
    held = f"validation_{column}"
    marker = "o" if history.n_epochs <= _EPOCHS_WITH_MARKERS else ""
    for name, label, colour, style in (
        (column, "training", canvas.BLUE, "-"),
        (held, "validation", canvas.VERMILLION, "--"),
    ):
        if name in history:
            ax.plot(
                history["epoch"], history[name], style, color=colour, label=label, marker=marker, markersize=4
            )
    ax.set_xlabel("epoch")
    ax.set_ylabel(_UNITS.get(column, column.replace("_", " ")))
    _scale(ax, history, column)
    canvas.quieten(ax)
    if held in history:
        canvas.name_curves(ax)
    return ax


def _scale(ax: Axes, history: History, column: str) -> None:
    canvas.count_whole(ax.xaxis)
    if history.is_share(column):
        ax.yaxis.set_major_formatter(canvas.percent())
        return
    values = [*history[column], *history.columns.get(f"validation_{column}", [])]
    can_be_logarithmic = measured_in(column) is None and min(values) > 0
    if can_be_logarithmic and max(values) >= _DECADES_FOR_A_LOGARITHM * min(values):
        ax.set_yscale("log")
