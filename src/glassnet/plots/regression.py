"""How predicted values compare with true ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from glassnet import metrics
from glassnet.metrics import arrays
from glassnet.plots.drawing import canvas
from glassnet.plots.drawing.naming import drawn_names, names_of, shown_name
from glassnet.plots.drawing.points import area_of
from glassnet.support import checks
from glassnet.support.calls import explained

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from glassnet.plots.drawing.picture import Picture

_MARGIN = 0.05  # of the range, on each side


@explained
def predictions(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    output_names: Sequence[str] | None = None,
    unit: str = "",
    ax: Axes | None = None,
) -> Picture:
    """Draw predicted against true values; on the line both are equal.

    Parameters
    ----------
    y_true, y_pred : array_like, (n_samples,) or (n_samples, n_outputs)
        Of several outputs each has its colour and marker.
    output_names : sequence of str, optional
        One for each output.
    unit : str
        Of the values, such as "mm".

    Returns
    -------
    matplotlib Axes
        The title gives the mean absolute error and, of more than one sample, R².

    Raises
    ------
    ShapeError, DataError
        If the arrays do not fit each other, are empty or not finite.
    """
    checks.text("unit", unit, least=0)
    true, predicted = arrays.values(y_true, y_pred)
    ax = canvas.axes_of(ax, 4.2, 4.0)
    both = np.concatenate([true.ravel(), predicted.ravel()])
    ends = [float(both.min()), float(both.max())]
    margin = _MARGIN * (ends[1] - ends[0]) or 1.0
    ax.plot(ends, ends, "-", color="0.4", linewidth=1, zorder=1)
    _scatter(ax, true, predicted, output_names)
    ax.set(xlim=(ends[0] - margin, ends[1] + margin), ylim=(ends[0] - margin, ends[1] + margin))
    ax.set_aspect("equal")
    canvas.few_ticks(ax)
    ax.set_xlabel(_with_unit("true value", unit))
    ax.set_ylabel(_with_unit("predicted value", unit))
    error = f"mean absolute error {metrics.get('mae')(true, predicted):.3g}{unit and ' ' + shown_name(unit)}"
    share = f", R² {metrics.get('r2')(true, predicted):.3g}" if len(true) > 1 else ""
    ax.set_title(error + share, fontsize="small")
    return ax


@explained
def residuals(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    output_names: Sequence[str] | None = None,
    unit: str = "",
    ax: Axes | None = None,
) -> Picture:
    """Draw what is left to explain, true minus predicted, against the predicted value.

    A pattern in it (a bend, a fan) is something that the network has not learned. Arguments, result and errors are
    those of :func:`predictions`.
    """
    checks.text("unit", unit, least=0)
    true, predicted = arrays.values(y_true, y_pred)
    ax = canvas.axes_of(ax, 4.8, 3.4)
    ax.axhline(0.0, color="0.4", linewidth=1, zorder=1)
    _scatter(ax, predicted, true - predicted, output_names)
    canvas.few_ticks(ax)
    ax.set_xlabel(_with_unit("predicted value", unit))
    ax.set_ylabel(_with_unit("true − predicted", unit))
    canvas.quieten(ax)
    return ax


def _scatter(
    ax: Axes, across: NDArray[np.float64], up: NDArray[np.float64], names: Sequence[str] | None
) -> None:
    n_outputs = across.shape[1]
    titles = drawn_names(names_of("output_names", names, n_outputs, "output "), canvas.letters_of_names(ax))
    for number in range(n_outputs):
        ax.scatter(
            across[:, number], up[:, number], s=area_of(ax, len(across)), alpha=0.7,
            color=canvas.COLOURS[number % len(canvas.COLOURS)], marker=canvas.MARKERS[number % len(canvas.MARKERS)],
            linewidths=0, label=titles[number], zorder=2,
        )  # fmt: skip
    if n_outputs > 1:
        canvas.name_curves(ax, handlelength=1.0)


def _with_unit(label: str, unit: str) -> str:
    return f"{label} ({shown_name(unit)})" if unit else label
