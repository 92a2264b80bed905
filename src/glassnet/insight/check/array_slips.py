"""The gradients of weights and biases from dZ, as they should be and as slips make them.

A choice may have another shape than the parameter, where the slip gives one.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from glassnet.insight.check.chain import Chain
from glassnet.insight.check.places import Choice, Place
from glassnet.insight.check.rounding import Rounded
from glassnet.insight.check.stages import Affine, Gate, Norm


def bias_choices(stage: Affine, error: Rounded) -> Iterator[Choice]:
    """db for this dZ, the right one first: the sum over the samples."""
    for choice in _summed(error, stage.layer):
        yield choice
        for code, size in (("l2_on_biases", stage.l2), ("l1_on_biases", stage.l1)):
            if size > 0 and choice.value.value.shape == stage.bias.value.shape:
                penalty = stage.bias if code == "l2_on_biases" else stage.bias.apply(np.sign)
                places = (*choice.places, Place(code, stage.layer, "bias"))
                yield Choice(places, choice.value + penalty.times(size))


def _summed(error: Rounded, layer: int) -> Iterator[Choice]:
    m = len(error.value)
    right = error.sum(0)
    yield Choice((), right)

    def place(code: str, variant: str = "") -> tuple[Place]:
        return (Place(code, layer, "bias", variant),)

    yield Choice(place("gradient_sign_flipped"), -right)
    yield Choice(place("bias_gradient_missing"), right.times(0))
    if m > 1:
        yield Choice(place("bias_gradient_averaged"), right.times(1 / m))
        yield Choice(place("batch_mean_twice"), right.times(1 / m))
        yield Choice(place("batch_mean_missing"), right.times(m))
        yield Choice(place("bias_gradient_last_sample"), error[-1])
        yield Choice(place("bias_gradient_last_sample") + place("batch_mean_missing"), error[-1].times(m))
        yield Choice(place("bias_gradient_not_summed"), error if right.value.size > 1 else error[:, 0])
    wrong = error.sum(1)
    for code, factor in (("", 1.0), ("bias_gradient_averaged", 1 / error.value.shape[1]), ("batch_mean_missing", m)):
        also = place(code) if code else ()
        yield Choice(place("bias_gradient_wrong_axis") + also, wrong.times(factor))
    total = error.sum(None)
    yield Choice(place("bias_gradient_wrong_axis", "no axis"), total)
    if right.value.size > 1:
        yield Choice(place("bias_gradient_wrong_axis", "no axis"), total * right.exactly(np.ones_like(right.value)))


def weights_choices(stage: Affine, error: Rounded, chain: Chain) -> Iterator[Choice]:
    """dW for this dZ, the right one first: X^T dZ and the gradient of the penalties."""
    for choice in _products(stage, error, chain):
        for places, penalty in _penalties(stage, len(error.value)):
            value = choice.value
            transposed = value.value.shape != stage.weights.value.shape
            if penalty is not None:
                value = value + (penalty.T if transposed else penalty)
            yield Choice((*choice.places, *places), value)


def _products(stage: Affine, error: Rounded, chain: Chain) -> Iterator[Choice]:
    m = len(error.value)
    right = stage.x.T @ error

    def place(code: str) -> Place:
        return Place(code, stage.layer, "weights")

    variants = [Choice((), right)]
    if m > 1:
        last = stage.x[-1:].T @ error[-1:]
        variants.append(Choice((place("weight_gradient_last_sample"),), last))
    below = chain.stages[chain.stages.index(stage) - 1] if chain.stages.index(stage) > 0 else None
    if isinstance(below, Gate):
        variants.append(Choice((place("weight_gradient_from_preactivation"),), below.z.T @ error))
    if right.value.shape != (1, 1):
        variants += [Choice((*v.places, place("transposed_weight_gradient")), v.value.T) for v in variants]
    for choice in variants:
        yield choice
        yield Choice((*choice.places, place("gradient_sign_flipped")), -choice.value)
        if m > 1:
            yield Choice((*choice.places, place("batch_mean_missing")), choice.value.times(m))
            yield Choice((*choice.places, place("batch_mean_twice")), choice.value.times(1 / m))


def _penalties(stage: Affine, m: int) -> Iterator[tuple[tuple[Place, ...], Rounded | None]]:
    """The gradient of l1 sum abs(W) + l2 / 2 sum W^2, and of penalties that were meant to be it."""

    def place(code: str) -> tuple[Place]:
        return (Place(code, stage.layer, "weights"),)

    weights, l1, l2 = stage.weights, stage.l1, stage.l2
    squares = [((), l2)]
    if l2 > 0:
        squares += [(place("l2_forgotten"), 0.0), (place("l2_doubled"), 2 * l2), (place("l2_halved"), l2 / 2)]
        squares += [(place("l2_averaged"), l2 / m)] if m > 1 else []
    sizes = [((), l1)]
    if l1 > 0:
        sizes += [(place("l1_forgotten"), 0.0)]
        sizes += [(place("l1_averaged"), l1 / m)] if m > 1 else []
    for of_squares, factor in squares:
        for of_sizes, size in sizes:
            penalty = weights.times(factor) if factor else None
            if size:
                signs = weights.apply(np.sign).times(size)
                penalty = signs if penalty is None else penalty + signs
            yield (*of_squares, *of_sizes), penalty
    if l1 > 0:
        constant = weights.exactly(np.full_like(weights.value, l1))
        yield place("l1_sign_missing"), constant if not l2 else constant + weights.times(l2)


def scale_choices(stage: Norm, error: Rounded) -> Iterator[Choice]:
    """The gradient of a norm layer's weights for this dA, the right one first: the sum of dA s."""
    m = len(error.value)
    right = (error * stage.standardised).sum(0)

    def place(code: str) -> tuple[Place]:
        return (Place(code, stage.layer, "norm weights"),)

    yield Choice((), right)
    yield Choice(place("gradient_sign_flipped"), -right)
    yield Choice(place("norm_weights_gradient_at_input"), (error * stage.x).sum(0))
    yield Choice(place("norm_weights_gradient_at_output"), (error * stage.output()).sum(0))
    if m > 1:
        yield Choice(place("batch_mean_twice"), right.times(1 / m))
        yield Choice(place("batch_mean_missing"), right.times(m))


def shift_choices(stage: Norm, error: Rounded) -> Iterator[Choice]:
    """The gradient of a norm layer's bias for this dA, the right one first: the sum of dA."""
    for choice in _summed(error, stage.layer):
        yield Choice(tuple(place._replace(part="norm bias") for place in choice.places), choice.value)
