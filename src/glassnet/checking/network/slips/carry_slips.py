"""The error carried back through a stage, as it should be and as slips make it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from glassnet.checking.network.slips.chain import StageChain
from glassnet.checking.network.slips.computed_stages import Computed
from glassnet.checking.network.slips.learned_stages import Factors, Lookup, Norm, Slopes
from glassnet.checking.network.slips.places import Choice, Place, Places, known
from glassnet.checking.network.slips.stages import Affine, Branch, Drop
from glassnet.checking.numerics.rounding import Array, Rounded, alike


class Update(NamedTuple):
    """What an update with the learner's own dW takes from the weights; its rate where it was found out, not given."""

    change: Array
    found_rate: float | None = None


def carry_choices(
    stage: Affine, error: Rounded, before: Rounded | None, chain: StageChain, update: Update | None
) -> Iterator[Choice]:
    """dX for this dZ, the right one first: dZ W^T.

    `before` is the error before the activation's derivative was applied.
    """

    def place(code: str, variant: str = "") -> Places:
        return (Place(code, stage.layer, "carry", variant),)

    weights = stage.weights
    used = [known((), weights)]
    if update is not None:
        change = Rounded(update.change, np.square(weights.unit * update.change), weights.unit)
        rate = update.found_rate
        variant = "" if rate is None else f", with a learning rate of {rate:.4g}"
        used.append(known(place("weights_updated_first", variant), weights - change))
    for other in chain.stages:
        if isinstance(other, Affine) and other is not stage and alike(other.weights, weights):
            used.append(
                known(place("carry_through_wrong_weights", chain.distance(stage, other)), other.weights)
            )
    square = weights.value.shape[0] == weights.value.shape[1] > 1
    for choice in used:
        yield choice.then((), lambda w: error @ w.T)
        if square:
            yield choice.then(place("transposed_carry"), lambda w: error @ w)
        if before is not None:
            yield choice.then(place("carry_without_derivative"), before.times_transposed)
    yield from _without_weights(stage, error)


def _without_weights(stage: Affine, error: Rounded) -> Iterator[Choice]:
    """dZ itself, or its sum over the units, in the place of dZ W^T."""
    n_inputs, n_units = stage.weights.value.shape
    places = (Place("carry_without_weights", stage.layer, "carry"),)
    ones = stage.weights.exactly(np.ones((1, n_inputs)))
    if n_inputs == n_units > 1:
        yield known(places, error)
    if n_inputs > 1 or n_units > 1:
        yield Choice(places, lambda: error.sum(1, keepdims=True) @ ones)
    else:
        yield known(places, error)


def drop_choices(stage: Drop, error: Rounded) -> Iterator[Choice]:
    """dX behind dropout for this dA, the right one first: dA m / (1 - rate)."""

    def place(code: str, variant: str = "") -> Places:
        return (Place(code, stage.layer, "dropout", variant),)

    masked = error * stage.mask
    yield Choice((), lambda: masked.times(stage.scale))
    yield Choice(place("dropout_mask_missing"), lambda: error)
    if stage.scale != 1:
        yield Choice(place("dropout_mask_missing", "scaled"), lambda: error.times(stage.scale))
        yield Choice(place("dropout_scale_missing"), lambda: masked)
        yield Choice(place("dropout_scale_twice"), lambda: masked.times(stage.scale**2))
        yield Choice(place("dropout_scale_inverted"), lambda: masked.times(1 - stage.rate))


def norm_choices(stage: Norm, error: Rounded) -> Iterator[Choice]:
    """dX behind a norm layer for this dA, the right one first.

    dX = inverse (g - mean g - s mean(g s)) with g = dA w: directly, through the mean, and through the variance.
    """

    def place(code: str) -> Places:
        return (Place(f"{stage.kind.replace(' ', '_')}_{code}", stage.layer, "norm"),)

    for places, g in (((), error * stage.weights), (place("weights_missing"), error)):
        if stage.running is not None:
            yield known(places, g * stage.inverse)
            continue
        without_variance = g - g.mean(stage.axis) if stage.centred else g
        through_variance = stage.spread(g, stage.unbiased)
        yield known(places, (without_variance - through_variance) * stage.inverse)
        if stage.unbiased:  # forward alone: the backward pass is that of the variance that divides by n
            by_n = stage.spread(g, unbiased=False)
            yield known(places, (without_variance - by_n) * stage.inverse)
        if stage.centred:
            yield known((*places, *place("mean_path_missing")), (g - through_variance) * stage.inverse)
            yield known((*places, *place("variance_path_missing")), without_variance * stage.inverse)
        yield known((*places, *place("statistics_constant")), g * stage.inverse)


def factor_choices(stage: Factors, error: Rounded) -> Iterator[Choice]:
    """dX behind factors for this dA, the right one first: dA w."""
    yield known((), error * stage.weights)
    yield known((Place("scale_carry_missing", stage.layer, "scale"),), error)


def slope_sides(stage: Slopes, error: Rounded) -> Iterator[Choice]:
    """dX behind a learned slope for this dA, the right one first: dA where x > 0, else dA w."""
    one = stage.weights.exactly(1.0)
    wrong = {
        "prelu_slope_missing": (one, one),
        "prelu_closed_below_zero": (one, one.times(0)),
        "prelu_sides_exchanged": (stage.weights, one),
    }
    yield known((), error * stage.sides(one, stage.weights))
    for code, (above, below) in wrong.items():
        yield known((Place(code, stage.layer, "prelu"),), error * stage.sides(above, below))


def lookup_choices(stage: Lookup, error: Rounded) -> Iterator[Choice]:
    """dX for this dA: dA in the columns that pass, else 0."""
    passes = np.zeros((error.value.shape[1], stage.x.value.shape[1]))
    passes[np.arange(len(stage.passing)), stage.passing] = 1
    yield known((), error @ error.exactly(passes))


def computed_choices(stage: Computed, error: Rounded) -> Iterator[Choice]:
    """dX behind a layer that computes itself for this dA, the right one first."""
    right = stage.backward(error)[0]
    yield known((), right)
    if alike(right, error):
        yield known((Place("layer_not_carried_through", stage.layer, "computed", stage.kind),), error)


def branch_choices(stage: Branch, error: Rounded, past: Rounded) -> Iterator[Choice]:
    """dX of a residual layer, the right one first: the error through the layers inside, and that past them."""

    def place(code: str) -> Places:
        return (Place(code, stage.layer, "residual"),)

    carried = past.times(stage.factor)
    yield known((), error + carried)
    if stage.factor:
        yield known(place("residual_skip_missing"), error)
        yield known(place("residual_skip_doubled"), error + carried.times(2))
        yield known(place("residual_skip_sign_flipped"), error - carried)
    yield known(place("residual_inside_missing"), carried)
