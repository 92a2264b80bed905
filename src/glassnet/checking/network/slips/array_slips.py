"""The gradients of weights and biases from dZ, as they should be and as slips make them.

A choice may have another shape than the parameter, where the slip gives one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from glassnet.checking.network.slips.chain import StageChain
from glassnet.checking.network.slips.places import Choice, Place, Places, known
from glassnet.checking.network.slips.stages import Affine, Drop, Gate
from glassnet.checking.numerics.rounding import Rounded, alike


def bias_choices(stage: Affine, error: Rounded, before: Rounded | None) -> Iterator[Choice]:
    """db for this dZ, the right one first: the sum over the samples.

    `before` is dA, the error before the activation's derivative, where one was just applied.
    """
    right = error.sum(0)
    averaged = [
        Choice(places, lambda: right).then((), _times(by)) for places, by in _by_inputs(stage, "bias")
    ]
    ungated = []
    if before is not None:
        ungated = [
            choice.then(_ungated(stage, "bias"), _as_it_is) for choice in bias_sums(before, stage.layer)
        ]
    penalties = list(_bias_penalties(stage, len(error.value)))
    for choice in (*bias_sums(error, stage.layer), *averaged, *ungated):
        for places, penalty in penalties:
            yield choice.then(places, _adding(penalty)) if penalty is not None or places else choice


def _bias_penalties(stage: Affine, m: int) -> Iterator[tuple[Places, Rounded | None]]:
    """The gradient of the penalties on the bias, and those on the weights that reached it."""
    if stage.bias is None:
        return
    yield from _penalties(stage.bias, stage.bias_l1, stage.bias_l2, m, stage.layer, "bias")
    sizes = ("l2_on_biases", stage.l2, stage.bias_l2), ("l1_on_biases", stage.l1, stage.bias_l1)
    for code, of_weights, of_bias in sizes:
        if of_weights > 0 and of_bias == 0:
            bias = stage.bias if code == "l2_on_biases" else stage.bias.apply_pieces(np.sign)
            yield (Place(code, stage.layer, "bias"),), bias.times(of_weights)


def _ungated(stage: Affine, part: str) -> Places:
    """The derivative left out in a gradient, though the error that is carried on has it."""
    return (Place("gradient_without_derivative", stage.layer, part),)


def _by_inputs(stage: Affine, part: str) -> list[tuple[Places, float]]:
    """The mean over A.shape[1], the layer's inputs, in the place of that over the samples."""
    m, n = stage.x.value.shape
    place = Place("batch_mean_wrong_axis", stage.layer, part, "the number of the layer's inputs")
    return [((place,), m / n)] if m > 1 and n not in (1, m) else []


def _adding(penalty: Rounded | None) -> Callable[[Rounded], Rounded]:
    """Adds a penalty as it is or transposed, where the shapes allow it."""

    def added(value: Rounded) -> Rounded:
        if penalty is None:
            return value
        if value.value.shape[-1:] == penalty.value.shape[-1:]:
            return value + penalty
        return value + penalty.T if value.value.shape == penalty.value.T.shape else value

    return added


def _as_it_is(value: Rounded) -> Rounded:
    return value


def _times(factor: float) -> Callable[[Rounded], Rounded]:
    """Multiplies by a factor."""
    return lambda value: value.times(factor)


def bias_sums(error: Rounded, layer: int) -> Iterator[Choice]:
    """The sum of an error over the samples, the right one first."""
    m, n = error.value.shape
    right = error.sum(0)

    def place(code: str, variant: str = "") -> tuple[Place]:
        return (Place(code, layer, "bias", variant),)

    yield Choice((), lambda: right)
    yield Choice(place("gradient_sign_flipped"), lambda: -right)
    yield Choice(place("bias_gradient_missing"), lambda: right.times(0))
    if m > 1:
        yield Choice(place("bias_gradient_averaged"), lambda: right.times(1 / m))
        yield Choice(place("batch_mean_twice"), lambda: right.times(1 / m))
        yield Choice(place("batch_mean_missing"), lambda: right.times(m))
        yield Choice(place("bias_gradient_last_sample"), lambda: error[-1])
        yield Choice(
            place("bias_gradient_last_sample") + place("batch_mean_missing"), lambda: error[-1].times(m)
        )
        yield Choice(place("bias_gradient_not_summed"), lambda: error if n > 1 else error[:, 0])
    wrong = place("bias_gradient_wrong_axis")
    yield Choice(wrong, lambda: error.sum(1))
    yield Choice(wrong + place("bias_gradient_averaged"), lambda: error.sum(1).times(1 / n))
    yield Choice(wrong + place("batch_mean_missing"), lambda: error.sum(1).times(m))
    yield Choice(place("bias_gradient_wrong_axis", "no axis"), lambda: error.sum(None))
    if n > 1:
        ones = right.exactly(np.ones(n))
        yield Choice(place("bias_gradient_wrong_axis", "no axis"), lambda: error.sum(None) * ones)


def weights_choices(
    stage: Affine, error: Rounded, chain: StageChain, before: Rounded | None
) -> Iterator[Choice]:
    """dW for this dZ, the right one first: X^T dZ and the gradient of the penalties.

    `before` is dA, the error before the activation's derivative, where one was just applied.
    """
    m = len(error.value)
    penalties = list(_penalties(stage.weights, stage.l1, stage.l2, m, stage.layer, "weights"))
    for choice in _products(stage, error, chain, before):
        for places, penalty in penalties:
            yield choice.then(places, _adding(penalty))
    if stage.l1 + stage.l2 > 0:
        yield Choice(
            (Place("weight_gradient_missing", stage.layer, "weights"),), lambda: stage.weights.times(0)
        )


def _products(stage: Affine, error: Rounded, chain: StageChain, before: Rounded | None) -> Iterator[Choice]:
    """X^T dZ: of which X, of which dZ, of which samples, transposed or not, with which mean and which sign."""
    m = len(error.value)

    def place(code: str, variant: str = "") -> Place:
        return Place(code, stage.layer, "weights", variant)

    inputs = [known((), stage.x)]
    inputs += [known((place(code, variant),), x) for code, variant, x in _other_inputs(stage, chain)]
    variants = [choice.then((), lambda x: x.T @ error) for choice in inputs]
    if m > 1:
        variants.append(Choice((place("weight_gradient_last_sample"),), lambda: stage.x[-1:].T @ error[-1:]))
    if before is not None:
        variants.append(Choice(_ungated(stage, "weights"), lambda: stage.x.T @ before))
    variants += _with_weights_for_inputs(stage, error)
    if stage.weights.value.shape != (1, 1):
        variants += [v.then((place("transposed_weight_gradient"),), lambda value: value.T) for v in variants]
    means: list[tuple[Places, float]] = [((), 1.0)]
    if m > 1:
        means += [((place("batch_mean_missing"),), m), ((place("batch_mean_twice"),), 1 / m)]
    means += _by_inputs(stage, "weights")
    signs: list[tuple[Places, float]] = [((), 1.0), ((place("gradient_sign_flipped"),), -1.0)]
    yield variants[0]
    for choice in variants:
        for mean, by in means:
            for sign, factor in signs:
                if choice.places or mean or sign:
                    yield choice.then((*mean, *sign), _times(by * factor))
    yield Choice((place("weight_gradient_missing"),), lambda: stage.weights.times(0))


def _with_weights_for_inputs(stage: Affine, error: Rounded) -> Iterator[Choice]:
    """The weights in the place of the inputs: entry by entry, W_ij times dZ_j, summed; or as the matrix."""
    places = (Place("weights_for_inputs", stage.layer, "weights"),)
    yield Choice(places, lambda: stage.weights * error.sum(0))
    if len(error.value) > 1:
        yield Choice(places, lambda: stage.weights * error[-1])
    if alike(stage.weights, stage.x):
        yield Choice(places, lambda: stage.weights.T @ error)


def _other_inputs(stage: Affine, chain: StageChain) -> Iterator[tuple[str, str, Rounded]]:
    """Arrays of the input's shape that a learner could take for it: code, variant and array."""
    i = chain.stages.index(stage) - 1
    if i >= 0 and isinstance(chain.stages[i], Drop):
        yield "weight_gradient_from_undropped", "", chain.stages[i].x
        i -= 1
    below = chain.stages[i] if i >= 0 else None
    if isinstance(below, Gate):
        yield "weight_gradient_from_preactivation", "", below.z
    for other in chain.stages:
        if isinstance(other, Affine) and other is not stage and alike(other.x, stage.x):
            yield "weight_gradient_from_wrong_layer", chain.distance(stage, other), other.x
            if other.layer == 0:
                yield "weight_gradient_from_wrong_layer", "X", other.x
    if stage.layer == chain.last and alike(chain.output, stage.x):
        yield "weight_gradient_from_wrong_layer", "1 layer above", chain.output


def _penalties(
    array: Rounded, l1: float, l2: float, m: int, layer: int, part: str
) -> Iterator[tuple[Places, Rounded | None]]:
    """The gradient of l1 sum abs(W) + l2 / 2 sum W^2, the right one first, and of what was meant to be it."""

    def place(code: str) -> Places:
        return (Place(code, layer, part),)

    squares: list[tuple[Places, float]] = [((), l2)]
    if l2 > 0:
        squares += [(place("l2_forgotten"), 0.0), (place("l2_doubled"), 2 * l2), (place("l2_halved"), l2 / 2)]
        squares += [(place("l2_sign_flipped"), -l2)]
        squares += [(place("l2_averaged"), l2 / m)] if m > 1 else []
        squares += [(place("l2_averaged") + place("l2_doubled"), 2 * l2 / m)] if m > 2 else []
    sizes: list[tuple[Places, Rounded | None]] = [((), None)]
    if l1 > 0:
        signs = array.apply_pieces(np.sign)
        sizes = [((), signs.times(l1)), (place("l1_forgotten"), None)]
        sizes += [(place("l1_sign_missing"), array.exactly(np.full_like(array.value, l1)))]
        sizes += [(place("l1_averaged"), signs.times(l1 / m))] if m > 1 else []
    for of_squares, factor in squares:
        for of_sizes, size in sizes:
            penalty = array.times(factor) if factor else None
            if size is not None:
                penalty = size if penalty is None else penalty + size
            yield (*of_squares, *of_sizes), penalty
