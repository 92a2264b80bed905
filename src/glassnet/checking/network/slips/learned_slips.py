"""The gradients of what layers learn that are no dense ones, as they should be and as slips make them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from glassnet.checking.network.slips.array_slips import bias_sums
from glassnet.checking.network.slips.computed_stages import Computed
from glassnet.checking.network.slips.learned_stages import Learned, Lookup, Norm, Slopes
from glassnet.checking.network.slips.places import Choice, Place, Places, known
from glassnet.checking.numerics.rounding import Rounded, joined


def learned_weights(stage: Learned, error: Rounded) -> Iterator[Choice]:
    """The gradient of the weights for this dA, the right one first."""

    def place(code: str, variant: str = "") -> Places:
        return (Place(code, stage.layer, f"{stage.kind} weights", variant),)

    m = len(error.value)
    right = _of_rows(stage, error) if isinstance(stage, Lookup) else _summed(stage, error * stage.times)
    yield from _of_any(right, m, place)
    if isinstance(stage, Lookup):
        yield from _wrong_rows(stage, error)
        return
    product = error * stage.times
    yield known(place("factor_gradient_without_input"), _summed(stage, error))
    if isinstance(stage, Norm):
        yield known(place("norm_weights_gradient_at_input"), _summed(stage, error * stage.x))
        yield known(place("norm_weights_gradient_at_output"), _summed(stage, error * stage.output()))
    else:
        yield known(place("factor_gradient_at_output"), _summed(stage, error * stage.output()))
    if isinstance(stage, Slopes):
        yield known(place("prelu_gradient_of_all_inputs"), _summed(stage, error * stage.x))
        if stage.weights.value.shape == (1,):
            yield known(place("factor_gradient_not_summed", "over the units"), product.sum(0))
    if m > 1:
        yield known(place("factor_gradient_not_summed", "over the samples"), product)
        yield known(place("factor_gradient_last_sample"), _summed(stage, product[-1:]))
    yield known(place("factor_gradient_wrong_axis"), product.sum(1))
    yield known(place("factor_gradient_wrong_axis", "no axis"), product.sum(None))


def computed_gradient(stage: Computed, error: Rounded, part: str) -> Iterator[Choice]:
    """The gradient of what a layer that computes itself learns, the right one first; part "weights" or "bias"."""

    def place(code: str) -> Places:
        return (Place(code, stage.layer, f"{stage.kind} {part}"),)

    yield from _of_any(stage.backward(error)[1 + stage.names.index(part)], len(error.value), place)


def _of_any(right: Rounded, m: int, place: Callable[[str], Places]) -> Iterator[Choice]:
    """A gradient, and what stands in its place whatever the layer."""
    yield known((), right)
    yield known(place("gradient_sign_flipped"), -right)
    yield known(place("factor_gradient_missing"), right.times(0))
    if m > 1:
        yield known(place("batch_mean_twice"), right.times(1 / m))
        yield known(place("batch_mean_missing"), right.times(m))


def _summed(stage: Learned, product: Rounded) -> Rounded:
    """The sum over the samples, and over the units where all have one weight."""
    of_each = product.sum(0)
    return of_each.sum(0, keepdims=True) if stage.weights.value.shape == (1,) else of_each


def _errors_of_rows(stage: Lookup, error: Rounded) -> tuple[list[int], Rounded]:
    """The rows of the weights that were taken, all columns one behind the other, and the error of each."""
    n, d = len(stage.passing), stage.weights.value.shape[1]
    starts = [n + place * d for place in range(len(stage.columns))]
    rows = [int(row) for of_column in stage.rows for row in of_column]
    return rows, joined([error[:, start : start + d] for start in starts], 0)


def _of_rows(stage: Lookup, error: Rounded) -> Rounded:
    """For each row of the weights the sum of the errors where it was taken."""
    rows, errors = _errors_of_rows(stage, error)
    chosen = np.zeros((len(stage.weights.value), len(rows)))
    chosen[rows, np.arange(len(rows))] = 1
    return errors.exactly(chosen) @ errors


def _wrong_rows(stage: Lookup, error: Rounded) -> Iterator[Choice]:
    rows, errors = _errors_of_rows(stage, error)
    last = {row: place for place, row in enumerate(rows)}
    chosen = np.zeros((len(stage.weights.value), len(rows)))
    chosen[list(last), list(last.values())] = 1

    def place(code: str) -> Places:
        return (Place(code, stage.layer, f"{stage.kind} weights"),)

    yield known(place("embedding_assigned"), errors.exactly(chosen) @ errors)
    counts = np.bincount(rows, minlength=len(stage.weights.value))[:, None]
    right = _of_rows(stage, error)
    yield known(place("embedding_averaged"), right * right.exactly(1 / np.maximum(counts, 1)))


def learned_bias(stage: Learned, error: Rounded) -> Iterator[Choice]:
    """The gradient of the bias for this dA, the right one first: the sum of dA."""
    for choice in bias_sums(error, stage.layer):
        places = tuple(place._replace(part=f"{stage.kind} bias") for place in choice.places)
        yield Choice(places, choice.compute)
