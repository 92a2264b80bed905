"""Activations have PyTorch's values, and at a kink the slope that PyTorch chooses."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from glassnet import activations
from glassnet.activations import ActivationFunction
from tests.gradients.table import ACTIVATIONS, ELEMENTWISE, label
from tests.parity.twins import activate, gradients

some = settings(max_examples=20)
shapes = st.tuples(st.integers(1, 5), st.integers(2, 5))
seeds = st.integers(0, 2**32 - 1)


@pytest.mark.parametrize("activation", ACTIVATIONS, ids=label)
@some
@given(shape=shapes, seed=seeds)
def test_values_and_backward_are_those_of_torch(
    activation: ActivationFunction, shape: tuple[int, int], seed: int
) -> None:
    random = np.random.default_rng(seed)
    z, gradient = random.normal(scale=4, size=shape), random.normal(size=shape)
    twin = torch.tensor(z, requires_grad=True)
    theirs = activate(activation, twin)
    (backward,) = gradients(theirs, twin, upstream=gradient)
    a = activation.value(z)
    np.testing.assert_allclose(a, theirs.detach().numpy(), rtol=1e-13, atol=1e-15)
    np.testing.assert_allclose(activation.backward(z, a, gradient), backward, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("activation", ELEMENTWISE, ids=label)
@pytest.mark.parametrize("zero", [0.0, -0.0])
def test_the_slope_at_zero_is_torchs_choice(
    activation: ActivationFunction, zero: float, dtype: torch.dtype
) -> None:
    twin = torch.tensor([zero], dtype=dtype, requires_grad=True)
    (slope,) = gradients(activate(activation, twin).sum(), twin)
    z = twin.detach().numpy()
    np.testing.assert_array_equal(activation.slope(z, activation.value(z)), slope)


@pytest.mark.parametrize(
    ("activation", "slope"),
    [
        (activations.ReLU(), 0.0),
        (activations.LeakyReLU(), 0.01),
        (activations.LeakyReLU(0.2), 0.2),
        (activations.ELU(0.3), 0.3),
    ],
    ids=label,
)
def test_the_slope_at_a_kink_is_the_one_from_below(activation: ActivationFunction, slope: float) -> None:
    z = np.zeros(1)
    assert activation.slope(z, activation.value(z)) == slope


@pytest.mark.parametrize(
    ("activation", "theirs"),
    [
        (activations.GELUTanh(), lambda z: torch.nn.functional.gelu(z, approximate="tanh")),
        (activations.HardSigmoid(), torch.nn.functional.hardsigmoid),
    ],
    ids=label,
)
def test_values_are_those_of_torchs_own_to_its_digits(activation: ActivationFunction, theirs: Any) -> None:
    z = np.linspace(-12, 12, 1001)
    np.testing.assert_allclose(activation.value(z), theirs(torch.tensor(z)).numpy(), rtol=0, atol=2e-15)
