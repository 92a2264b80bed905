"""Do the outputs of a network, a loss and its targets go together? What cannot is refused before it trains.

What the last layers can give is found by trying them on numbers of all sizes, so that a user's own activation counts
as what it is.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import DTypeLike, NDArray

from glassnet import activations, plan
from glassnet.activations import Linear
from glassnet.errors import ArgumentError, DataError
from glassnet.layers import Dropout, Layer
from glassnet.losses import Loss
from glassnet.network import inputs
from glassnet.plan import Plan, Row
from glassnet.support.arrays import Array
from glassnet.support.registry import compact_repr

# Rows of all other kinds can give any numbers.
_LIMITED = (plan.ACTIVATION, plan.DROPOUT)
_ROUNDING = 1e-3
_LOOKED_AHEAD, _AT_ONCE = 1_000_000, 65_536  # steps
_SCALES = (0.0, 0.1, 1.0, 10.0)
_SEVERAL = (
    "; for samples of several classes, or of none, end the network with sigmoid and use binary_cross_entropy"
)


def refuse_unsuitable(layers: Sequence[Layer], table: Plan, loss: Loss, name: str, y: Array) -> None:
    """Raise where outputs of these layers, or checked targets, can be nothing that the loss compares.

    Raises `ArgumentError` of outputs; the message names the layer that decides, and the loss or the activation
    that is meant; `DataError` of targets called `name`: rows of classes that exclude each other and do not sum to
    1.
    """
    refuse_outputs(layers, table, loss)
    _refuse_targets(name, y, loss)


def refuse_outputs(layers: Sequence[Layer], table: Plan, loss: Loss) -> None:
    """The same of outputs alone."""
    rows = table.own_rows
    possible = _outputs(rows)
    if not possible.size:
        return
    if np.ptp(possible, axis=0).max() == 0:
        raise ArgumentError(
            f"{deciding_layer(layers)} gives {possible[0, 0]:g} whatever its input is, so there is nothing to learn; "
            "for one output use sigmoid, or linear for a value"
        )
    low, high = loss.outputs
    if possible.min() < low - _ROUNDING or possible.max() > high + _ROUNDING:
        raise ArgumentError(
            f"{loss.name} takes {_KINDS[low, high]}, and {deciding_layer(layers)} can give "
            f"{_example(possible, low, high):g}; {_remedy(rows[-1], loss)}"
        )
    if loss.rows_sum_to_one and loss.activation == Linear() and _any_sum(possible):
        raise ArgumentError(
            f"{loss.name} takes probabilities of classes that exclude each other, whose rows sum to 1, and rows of "
            f"{deciding_layer(layers)} need not; {_remedy(rows[-1], loss)}, or for classes that do not exclude each "
            "other use binary_cross_entropy with a column of 0 and 1 for each"
        )
    if (
        loss.activation.outputs in ("classes", "probabilities")
        and possible.min() >= 0
        and possible.max() <= 1
    ):
        inner = compact_repr(loss.activation)
        other = f", or use {loss.of_probabilities}" if loss.of_probabilities else ""
        raise ArgumentError(
            f"{loss.name} takes logits and applies {inner} itself, and {deciding_layer(layers)} gives numbers from "
            f"0 to 1, as if they were probabilities already; make the last layer linear{other}"
        )


def refuse_forward_only(layers: Sequence[Layer], table: Plan) -> None:
    """Raise `ArgumentError` where an activation has no slope that training could follow."""
    for row in table.rows:
        if row.activation.forward_only:
            raise ArgumentError(
                f"layer {row.layer}, {compact_repr(layers[row.layer])}, cannot be trained: its activation has a slope "
                'of 0 everywhere but where it jumps; it is for prediction alone. Train with "sigmoid" or "hard_sigmoid"'
            )


def refuse_dropped(layers: Sequence[Layer], table: Plan, loss: Loss) -> None:
    """Raise `ArgumentError` where training would set some of the probabilities to 0 and enlarge the others."""
    last = table.rows[-1]
    if last.kind == plan.DROPOUT and last.rate != 0 and loss.outputs == (0.0, 1.0):
        raise ArgumentError(
            f"{loss.name} takes {_KINDS[loss.outputs]}, and {_dropping(layers)}, behind the last Dense layer, sets "
            "some of them to 0 in training and enlarges the others; put it before that layer"
        )


def refuse_full_dropout(table: Plan, first_epoch: int, n_epochs: int, n_steps: int | None) -> None:
    """Raise `ArgumentError` where a schedule is going to drop everything, in a million steps from the first epoch on.

    An epoch has `n_steps`; None where nobody knows, and steps count as its beginning.
    """
    if all(isinstance(row.rate, float) for row in table.rows):
        return
    per_epoch = n_steps or 1
    last = min(n_epochs * per_epoch, _LOOKED_AHEAD)
    for start in range(0, last, _AT_ONCE):
        epochs, places = np.divmod(np.arange(start, min(start + _AT_ONCE, last)), per_epoch)
        table.drop_rates(first_epoch + epochs + places / per_epoch)


def _dropping(layers: Sequence[Layer]) -> str:
    place = max(i for i, layer in enumerate(layers) if isinstance(layer, Dropout))
    return f"layer {place}, {compact_repr(layers[place])}"


def try_own_activations(table: Plan, dtype: DTypeLike) -> None:
    """Call a user's own activations on a few numbers, whatever engine is going to: they refuse by name.

    Raises `ArgumentError` if one returns another shape, or numbers that are not real.
    """
    random = np.random.default_rng(0)
    for row in table.rows:
        if isinstance(row.activation, activations.Function):
            z = random.normal(size=(3, row.n_outputs)).astype(dtype)
            row.activation.slope(z, row.activation.value(z.copy()))


def _refuse_targets(name: str, y: Array, loss: Loss) -> None:
    if not loss.rows_sum_to_one or loss.targets != "values":
        return
    wrong = np.abs(y.sum(axis=1, dtype=np.float64) - 1) > _ROUNDING
    if wrong.any():
        row = int(np.argmax(wrong))
        raise DataError(
            f"{loss.name} takes rows that sum to 1, one class for each sample or the probability of each; row {row} of "
            f"{name} sums to {y[row].sum():g}{_SEVERAL if inputs.several_hot(y) else ''}"
        )


_KINDS = {(0.0, 1.0): "probabilities, from 0 to 1", (0.0, np.inf): "rates >= 0"}


def _outputs(rows: Sequence[Row]) -> NDArray[np.float64]:
    """Outputs that the rows of a network can give, (n_tried, n_outputs)."""
    width, random = rows[-1].n_outputs, np.random.default_rng(0)
    values = passed_on(rows, np.concatenate([scale * random.normal(size=(9, width)) for scale in _SCALES]))
    return np.asarray(values[~np.isnan(values).any(axis=1)])


def passed_on(rows: Sequence[Row], values: Array) -> Array:
    """What the activations behind the last row that can give any numbers make of these, (n_tried, n_outputs)."""
    first = max((place for place, row in enumerate(rows) if row.kind not in _LIMITED), default=0)
    for row in rows[first:]:
        if row.kind in (plan.DENSE, plan.ACTIVATION):
            with np.errstate(all="ignore"):
                values = row.activation.value(values)
    return values


def _any_sum(possible: Array) -> bool:
    return bool(np.any(np.abs(possible.sum(axis=1) - 1) > _ROUNDING))


def _example(possible: Array, low: float, high: float) -> float:
    outside = possible[(possible < low - _ROUNDING) | (possible > high + _ROUNDING)]
    return float(outside[np.abs(outside).argmin()])


def deciding_layer(layers: Sequence[Layer]) -> str:
    """The layer that decides what outputs are, by its number."""
    place = max((i for i, layer in enumerate(layers) if _decides(layer)), default=len(layers) - 1)
    return f"layer {place}, {compact_repr(layers[place])},"


def _decides(layer: Layer) -> bool:
    fields = layer.row_fields() or {"kind": plan.DROPOUT}
    kind: str = fields["kind"]
    return kind not in _LIMITED or (kind == plan.ACTIVATION and fields["activation"] != Linear())


def _remedy(last: Row, loss: Loss) -> str:
    name = "linear" if loss.facts is None else loss.facts.last_activation
    logits = loss.on_logits(activations.get(name))
    text = f'end the network with "{name}"'
    linear = last.kind == plan.DENSE and last.activation == Linear()
    return f"{text}, or use {logits.name}, which takes any numbers" if linear and logits is not None else text
