"""Losses as curves over the prediction, for one target."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from glassnet import losses as formulas
from glassnet.activations import Linear
from glassnet.errors import ArgumentError
from glassnet.losses import ElementwiseLoss, Function, Loss
from glassnet.plots.drawing import canvas
from glassnet.plots.drawing.naming import shown_name
from glassnet.plots.functions import broken, grid, several
from glassnet.support import checks
from glassnet.support.calls import explained

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from glassnet.plots.drawing.picture import Picture

Span = tuple[float, float]
_PROBABILITIES, _AMOUNTS, _VALUES = (0.02, 0.98), (0.1, 6.0), (-4.0, 4.0)


@explained
def loss(
    choice: str | Loss, *, target: float | None = None, span: Span | None = None, ax: Axes | None = None
) -> Picture:
    """Draw what a loss makes of the predictions for one target, and its derivative in the prediction.

    Parameters
    ----------
    choice : str or Loss
        One that compares entry by entry, so not softmax_cross_entropy, and none of distances.
    target : float, optional
        By default 1 where targets are probabilities or signs, else 0, or 2 for counts.
    span : (float, float), optional
        The first and the last prediction: by default probabilities, counts, or -4 to 4.

    Raises
    ------
    ArgumentError
        If there is no such loss, it has no such curve, or target or span are not in its range.
    """
    function = _elementwise(choice)
    y, p = _target(function, target), _predictions(function, span)
    ax = canvas.axes_of(ax, 4.6, 3.2)
    ax.plot(p, _values(function, y, p), "-", color=canvas.BLUE, linewidth=2, label="loss")
    slope = broken(_slopes(function, y, p))
    ax.plot(p, slope, "--", color=canvas.VERMILLION, linewidth=2, label="∂loss/∂prediction")
    ax.set_title(f"{shown_name(function.name)}, target {y:g}", fontsize="medium")
    _finish(ax, function, y, p)
    return ax


@explained
def losses(
    choices: Sequence[str | Loss],
    *,
    target: float | None = None,
    span: Span | None = None,
    derivatives: bool = False,
    ax: Axes | None = None,
) -> Picture:
    """Draw several losses of one target beside each other, or their derivatives.

    Parameters
    ----------
    choices : sequence of str or Loss
        At least one; all of predictions of one kind: values, probabilities, logits or counts.
    target, span
        As for :func:`loss`.
    derivatives : bool
        Draw the derivatives in the place of the losses.

    Raises
    ------
    ArgumentError
        As for :func:`loss`.
    """
    checks.truth("derivatives", derivatives)
    functions = [_elementwise(choice) for choice in several(choices, "losses, such as ['mse', 'huber']")]
    kinds = {_kind(function) for function in functions}
    if len(kinds) > 1:
        raise ArgumentError(
            f"these losses read predictions of several kinds: {', '.join(sorted(kinds))}; draw each kind for itself"
        )
    y, p = _target(functions[0], target), _predictions(functions[0], span)
    ax = canvas.axes_of(ax, 4.6, 3.2)
    for number, function in enumerate(functions):
        curve = broken(_slopes(function, y, p)) if derivatives else _values(function, y, p)
        ax.plot(
            p, curve, canvas.LINES[number % len(canvas.LINES)], linewidth=1.8,
            color=canvas.COLOURS[number % len(canvas.COLOURS)], label=shown_name(function.name),
        )  # fmt: skip
    ax.set_ylabel("∂loss/∂prediction" if derivatives else "loss")
    ax.set_title(f"target {y:g}", fontsize="medium")
    _finish(ax, functions[0], y, p)
    return ax


def _elementwise(choice: str | Loss) -> ElementwiseLoss:
    function = formulas.get(choice)
    if not isinstance(function, ElementwiseLoss) or function.takes_classes:
        raise ArgumentError(
            f"{function.name} has no curve to draw: it does not compare entry by entry. Of cross-entropies draw "
            "categorical_cross_entropy, binary_cross_entropy or sigmoid_cross_entropy"
        )
    if function.label_smoothing > 0 and function.rows_sum_to_one:
        raise ArgumentError(
            f"what {function.name} makes of a smoothed target depends on the number of classes; draw it without "
            "label_smoothing"
        )
    return function


def _kind(function: Loss) -> str:
    if function.domain == (0.0, 1.0):
        return "probabilities" if function.activation == Linear() else "logits"
    if function.only_targets:
        return "margins"
    if function.domain == (0.0, np.inf):
        return "counts" if function.activation == Linear() else "logarithms of rates"
    return "values"


def _target(function: Loss, target: float | None) -> float:
    usual = {
        "probabilities": 1.0,
        "logits": 1.0,
        "counts": 2.0,
        "margins": 1.0,
        "logarithms of rates": 2.0,
        "values": 0.0,
    }[_kind(function)]
    y = usual if target is None else checks.number("target", target)
    low, high = function.domain
    if not low <= y <= high:
        raise ArgumentError(f"target of {function.name} must be from {low:g} to {high:g}; got {y:g}")
    function.refuse_other_targets("target", np.array([y]))
    return y


def _predictions(function: Loss, span: Span | None) -> NDArray[np.float64]:
    kind = _kind(function)
    usual = {"probabilities": _PROBABILITIES, "counts": _AMOUNTS}.get(kind, _VALUES)
    p = grid(usual if span is None else span)
    highest = {"probabilities": 1.0, "counts": np.inf}.get(kind)
    if highest is not None and not (p[0] > 0 and p[-1] <= highest):
        raise ArgumentError(f"span of {function.name} must lie above 0 and up to {highest:g}; got {span!r}")
    return p


def _values(function: ElementwiseLoss, y: float, p: NDArray[np.float64]) -> NDArray[np.float64]:
    formula = function.function if isinstance(function, Function) else type(function).formula
    return np.asarray(formula(_compared(function, y, p), p, *function.parameters), np.float64)


def _slopes(function: ElementwiseLoss, y: float, p: NDArray[np.float64]) -> NDArray[np.float64]:
    formula = function.derivative if isinstance(function, Function) else type(function).slope_formula
    return np.asarray(formula(_compared(function, y, p), p, *function.parameters), np.float64)


def _compared(function: ElementwiseLoss, y: float, p: NDArray[np.float64]) -> NDArray[np.float64]:
    """What each prediction is compared with."""
    return function.smoothed(np.full((len(p), 1), y))[:, 0]


def _finish(ax: Axes, function: Loss, y: float, p: NDArray[Any]) -> None:
    ax.axhline(0.0, color="0.6", linewidth=0.8, zorder=0)
    kind = _kind(function)
    if kind != "logits":
        ax.axvline(y, color="0.6", linewidth=0.8, zorder=0)
    ax.set_xlim(float(p[0]), float(p[-1]))
    names = {"probabilities": "predicted probability", "logits": "logit z", "counts": "predicted rate"}
    ax.set_xlabel(names.get(kind, "prediction"))
    canvas.quieten(ax)
    canvas.name_curves(ax)
