"""Every activation's slope and backward agree with central differences."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from glassnet import activations
from glassnet.activations import ActivationFunction
from glassnet.errors import ArgumentError
from tests.gradients.differences import STEP, assert_equal, gradient, slope
from tests.gradients.table import ACTIVATIONS, ELEMENTWISE, kinks, label

Array = NDArray[Any]

some = settings(max_examples=40)
shapes = hnp.array_shapes(min_dims=1, max_dims=3, max_side=5)
pre_activations = shapes.flatmap(lambda shape: hnp.arrays(np.float64, shape, elements=st.floats(-20, 20)))
rows = hnp.array_shapes(min_dims=2, max_dims=2, min_side=2, max_side=5)


def test_every_built_in_activation_is_in_the_table() -> None:
    trained = {type(activation) for activation in ACTIVATIONS} | {activations.Step}
    assert trained >= set(activations.base.registry._classes.values())
    assert len(activations.names()) >= 10


@pytest.mark.parametrize("activation", ELEMENTWISE, ids=label)
@some
@given(z=pre_activations)
def test_the_slope_is_the_central_difference_of_the_value(activation: ActivationFunction, z: Array) -> None:
    for kink in kinks(activation):
        z = np.where(np.abs(z - kink) <= STEP, z + 2 * STEP, z)
    a = activation.value(z)
    numeric, _ = slope(lambda t: activation.value(z + t))
    assert_equal(activation.slope(z, a), numeric, float(np.abs(a).max()))


@pytest.mark.parametrize("activation", ACTIVATIONS, ids=label)
@some
@given(shape=rows, seed=st.integers(0, 2**32 - 1))
def test_backward_is_the_gradient_of_any_weighted_sum(
    activation: ActivationFunction, shape: tuple[int, int], seed: int
) -> None:
    random = np.random.default_rng(seed)
    z, weights = random.normal(scale=3, size=shape), random.normal(size=shape)
    z = np.where(np.abs(z) <= STEP, z + 2 * STEP, z)
    numeric, _ = gradient(lambda: float((weights * activation.value(z)).sum()), z)
    ours = activation.backward(z, activation.value(z), weights)
    assert_equal(ours, numeric, float(np.abs(weights * activation.value(z)).sum()))


@given(shape=rows, seed=st.integers(0, 2**32 - 1), shift=st.floats(-1e4, 1e4))
def test_softmax_rows_are_probabilities_and_do_not_change_with_a_shift(
    shape: tuple[int, int], seed: int, shift: float
) -> None:
    softmax = activations.get("softmax")
    z = np.random.default_rng(seed).normal(scale=3, size=shape)
    a = softmax.value(z)
    assert ((a > 0) & (a < 1)).all()
    np.testing.assert_allclose(a.sum(axis=1), 1, rtol=1e-15, atol=0)
    np.testing.assert_allclose(softmax.value(z + shift), a, rtol=1e-10)


def test_softmax_has_no_elementwise_slope() -> None:
    z = np.zeros((1, 2))
    with pytest.raises(ArgumentError, match=r"softmax has no elementwise slope.*use backward"):
        activations.get("softmax").slope(z, z)
