"""Activation functions as curves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from glassnet import activations as functions
from glassnet.activations import ActivationFunction
from glassnet.errors import ArgumentError
from glassnet.plots.drawing import canvas
from glassnet.plots.drawing.naming import function_name
from glassnet.support import checks
from glassnet.support.calls import explained

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from glassnet.plots.drawing.picture import Picture

_POINTS = 801  # odd, so that 0 is one of them
_JUMP = 0.1  # of a slope's range, from one point to the next: it is not continuous there


@explained
def activation(
    choice: str | ActivationFunction, *, span: tuple[float, float] = (-4.0, 4.0), ax: Axes | None = None
) -> Picture:
    """Draw an activation f(z) and its derivative f'(z), if it has one.

    Parameters
    ----------
    choice : str or ActivationFunction
        Elementwise, so not softmax.
    span : (float, float)
        The first and the last z.

    Raises
    ------
    ArgumentError
        If there is no such activation, it is not elementwise, or the span is empty.
    """
    function = _elementwise(choice)
    z = grid(span)
    a = function.value(z)
    ax = canvas.axes_of(ax, 4.6, 3.2)
    ax.plot(
        z, a if not function.forward_only else broken(a), "-", color=canvas.BLUE, linewidth=2, label="f(z)"
    )
    if not function.forward_only:
        ax.plot(z, broken(function.slope(z, a)), "--", color=canvas.VERMILLION, linewidth=2, label="f′(z)")
    ax.set_title(function_name(function), fontsize="medium")
    _finish(ax, span)
    return ax


@explained
def activations(
    choices: Sequence[str | ActivationFunction],
    *,
    span: tuple[float, float] = (-4.0, 4.0),
    derivatives: bool = False,
    ax: Axes | None = None,
) -> Picture:
    """Draw several activations f(z) beside each other, or their derivatives f'(z).

    Parameters
    ----------
    choices : sequence of str or ActivationFunction
        At least one, elementwise.
    span
        As for :func:`activation`.
    derivatives : bool
        Draw f'(z) in the place of f(z).

    Raises
    ------
    ArgumentError
        As for :func:`activation`.
    """
    checks.truth("derivatives", derivatives)
    drawn = [_elementwise(choice) for choice in several(choices, "activations, such as ['relu', 'tanh']")]
    z = grid(span)
    ax = canvas.axes_of(ax, 4.6, 3.2)
    for number, function in enumerate(drawn):
        a = function.value(z)
        ax.plot(
            z, broken(function.slope(z, a)) if derivatives else a, canvas.LINES[number % len(canvas.LINES)],
            color=canvas.COLOURS[number % len(canvas.COLOURS)], linewidth=1.8, label=function_name(function),
        )  # fmt: skip
    _finish(ax, span)
    if derivatives:
        ax.set_ylabel("derivative f′(z)")
    return ax


def _elementwise(choice: str | ActivationFunction) -> ActivationFunction:
    function = functions.get(choice)
    if function.is_of_rows:
        raise ArgumentError(
            f"{function_name(function)} has no curve to draw: each of its outputs depends on all inputs of its row"
        )
    return function


def several(choices: Any, of: str) -> list[Any]:
    """What is to be drawn, which must be something; `of` says what, with an example."""
    if not checks.is_list(choices) or len(choices) == 0:
        raise ArgumentError(f"choices must be a list of {of}; got {checks.shown(choices)}")
    return list(choices)


def grid(span: tuple[float, float]) -> NDArray[np.float64]:
    """Evenly spaced numbers from the first to the last."""
    low, high = (checks.number("each end of span", end) for end in checks.pair("span", span, "(-4.0, 4.0)"))
    if not (low < high and np.isfinite(high - low)):
        raise ArgumentError(f"span must be two finite numbers, the smaller one first; got {span!r}")
    return np.linspace(low, high, _POINTS)


def broken(slope: NDArray[Any]) -> NDArray[np.float64]:
    """A gap in place of each jump, where a line would show values that the slope never has."""
    curve = np.array(slope, np.float64)
    curve[1:][np.abs(np.diff(slope)) > _JUMP * np.ptp(slope)] = np.nan
    return curve


def _finish(ax: Axes, span: tuple[float, float]) -> None:
    for draw in (ax.axhline, ax.axvline):
        draw(0.0, color="0.6", linewidth=0.8, zorder=0)
    ax.set_xlim(*span)
    ax.set_xlabel("pre-activation z")
    ax.set_ylabel("output a")
    canvas.quieten(ax)
    canvas.name_curves(ax)
