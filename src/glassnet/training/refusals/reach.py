"""Are the targets within reach of the outputs? A training whose outputs cannot come near them only runs to a border.

What the last layers can give is found by trying them, so that a user's own activation counts as what it is. A loss of a
user's own is left alone, since nobody knows what it compares.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from glassnet import losses
from glassnet.errors import DataError
from glassnet.layers import Layer
from glassnet.losses import ElementwiseLoss, Loss
from glassnet.plan import Plan
from glassnet.support.arrays import Array, Floats
from glassnet.training.refusals.suitability import deciding_layer, passed_on

# A target that lies beyond the outputs by less than this part of their range, and of the spread of the targets, may
# do so by noise.
_SLIGHT = 0.1
# Refused is what holds of at least half: half of the targets, half of the loss.
_MOST = 0.5
_ROUNDING = 1e-6
_NEAR = np.linspace(-10.0, 10.0, 401)
_FAR = 10.0 ** np.array([2, 4, 8, 16, 32, 64, 128, 300])


def refuse_unreachable(
    layers: Sequence[Layer], table: Plan, loss: Loss, name: str, y: Array, weights: Array
) -> None:
    """Raise where outputs of these layers can come near too few of the checked targets `y` (n, n_outputs).

    That is said of a column only where it is beyond doubt: at least half of its targets lie beyond what the outputs can
    give, and not by a little; so does what the loss would have all outputs be, their mean or quantile; and outputs as
    near to every target as they can be still leave more than half of the loss that is left there. Samples of weight 0
    do not count.

    Raises `DataError` with the range of both, and what to do.
    """
    if not isinstance(loss, ElementwiseLoss) or isinstance(loss, losses.Function) or loss.takes_classes:
        return
    low, high = output_range(table, loss)
    outside = (y.min(axis=0).astype(np.float64) < low) | (y.max(axis=0).astype(np.float64) > high)
    spread = float(np.ptp(y)) if outside.any() else 0.0
    for column in np.flatnonzero(outside):
        counted = weights > 0
        targets, w = y[counted, column].astype(np.float64), weights[counted]
        slight = _SLIGHT * min(high - low, spread) + _ROUNDING
        missed = (targets < low - slight) | (targets > high + slight)
        share = float(np.average(missed, weights=w))
        middle = _middle(targets, w, loss)
        if share < _MOST or low - slight <= middle <= high + slight:
            continue
        if _left(targets, np.clip(targets, low, high), w, middle, loss) > _MOST:
            where = name if y.shape[1] == 1 else f"column {column} of {name}"
            raise DataError(
                f"{where} holds {_outlined(targets)}, and {deciding_layer(layers)} gives {_reach(low, high)}: "
                f"{share:.0%} of the targets are out of its reach; {_remedy(targets, loss)}"
            )


def output_range(table: Plan, loss: Loss) -> tuple[float, float]:
    """The least and the greatest number that the loss can be given to compare with targets, as far as one knows."""
    width = table.n_outputs
    sizes = np.concatenate([_NEAR, _FAR, -_FAR])
    alike = np.repeat(sizes[:, None], width, axis=1)
    mixed = np.random.default_rng(0).normal(size=(len(_FAR), width)) * np.array([1, 10, *_FAR[:-2]])[:, None]
    try:
        with np.errstate(all="ignore"):
            outputs = loss.activation.value(passed_on(table.own_rows, np.concatenate([alike, mixed])))
    except (
        Exception
    ):  # a user's own function need not take numbers of these sizes; then its range is not known
        return -np.inf, np.inf
    outputs = outputs[~np.isnan(outputs)]
    return (float(outputs.min()) + 0.0, float(outputs.max()) + 0.0) if outputs.size else (-np.inf, np.inf)


def _middle(targets: Floats, weights: Array, loss: Loss) -> float:
    """What the loss would have all outputs be, if they had to be one number."""
    return float(loss.best_constant(targets[:, None], weights)[0])


def _left(targets: Floats, nearest: Floats, weights: Array, middle: float, loss: Loss) -> float:
    """What the outputs nearest to the targets leave of the loss: 1 as much as `middle` does, 0 none."""
    outputs = [loss.before_activation(p[:, None]) for p in (targets, nearest, np.full_like(targets, middle))]
    at_target, at_nearest, at_middle = (
        np.nan if p is None else loss.compare(loss.smoothed(targets[:, None]), p, weights)[0] for p in outputs
    )
    excess, whole = at_nearest - at_target, at_middle - at_target
    return 0.0 if np.isnan(whole) else excess / whole if whole > 0 else np.inf


def _outlined(targets: Floats) -> str:
    low, high = targets.min(), targets.max()
    if low == high:
        return f"the target {low:g} for every sample"
    return f"targets from {low:g} to {high:g}, on average {targets.mean():g}"


def _reach(low: float, high: float) -> str:
    if high >= _FAR[-1]:
        return f"no number below {low:.3g}"
    return f"no number above {high:.3g}" if low <= -_FAR[-1] else f"numbers from {low:.3g} to {high:.3g}"


def _remedy(targets: Floats, loss: Loss) -> str:
    if loss.outputs == (0.0, np.inf):
        return 'end the network with "softplus"'
    if loss.domain == (0.0, 1.0):
        return "end the network with a linear layer and one activation that gives all numbers from 0 to 1"
    whole = bool((targets == np.round(targets)).all() and targets.min() >= 0)
    classes = "; for classes use softmax and sparse_categorical_cross_entropy" if whole else ""
    return f"make the last layer linear, or bring the targets into that range first{classes}"
