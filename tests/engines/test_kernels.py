"""Compiled kernels, one by one, against the NumPy bodies: numbers of all sizes, NaN and infinity."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from glassnet import activations, losses
from glassnet.activations import ActivationFunction
from glassnet.engines.compiled import kernels
from glassnet.engines.compiled.kernels import Kernel
from glassnet.kernels import arrays
from glassnet.losses import Loss
from tests.gradients.table import ACTIVATIONS, LOSSES

Array = NDArray[Any]

BUILT_IN = [activation for activation in ACTIVATIONS if not isinstance(activation, activations.Function)]
# Rounding of sums and of elementary functions, as a share of the number.
TOLERANCES = {"float64": 2e-15, "float32": 1e-6}
SMALLEST = {"float64": 5e-324, "float32": 2e-38}
# The exponent of one holds the cube of z, and with it the rounding of numbers of that size; the largest entry of a row
# of the other is the logarithm of a sum close to 1, known to the rounding of 1.
CUBED = {activations.GELUTanh: 1.0, activations.LogSoftmax: 1.0}


def call(kernel: Kernel | None, *arguments: Any) -> Any:
    """The C function, given arrays by their addresses."""
    assert kernel is not None
    function = kernel.make().ctypes
    passed = [
        argument.ctypes.data_as(kind) if isinstance(argument, np.ndarray) else argument
        for argument, kind in zip(arguments, function.argtypes, strict=True)
    ]
    return function(*passed)


def assert_near(ours: Array, theirs: Array, dtype: str, scale: Any = 0.0) -> None:
    """Equal to rounding, of the number itself or of numbers of size `scale` that it is a difference of."""
    with np.errstate(invalid="ignore"):
        near = np.abs(ours - theirs) <= TOLERANCES[dtype] * (np.abs(theirs) + scale) + SMALLEST[dtype]
    same = near | (ours == theirs) | (np.isnan(ours) & np.isnan(theirs))
    assert same.all(), (ours[~same][:5], theirs[~same][:5])


def numbers(dtype: str, columns: int = 4) -> Array:
    """Rows of all sizes up to 1e4, both signs, and one row each with NaN and with both infinities."""
    sizes = np.geomspace(1e-30, 1e4, 50)
    finite = np.concatenate([[0.0, -0.0], sizes, -sizes, np.linspace(-30, 30, 42)])
    z = np.random.default_rng(0).permutation(finite).reshape(-1, columns)
    special = np.array([[0, np.nan, 1, 2], [np.inf, 1, -2, 0], [0, 1, -np.inf, 0]])
    return np.concatenate([z, special]).astype(dtype)


@pytest.mark.parametrize("dtype", TOLERANCES)
@pytest.mark.parametrize("activation", BUILT_IN, ids=repr)
def test_activations_and_slopes_of_numbers_of_all_sizes(activation: ActivationFunction, dtype: str) -> None:
    z, row = numbers(dtype), SimpleNamespace(activation=activation)
    parameters = kernels.parameters(activation, np.dtype(dtype))
    a, expected, error = np.empty_like(z), np.empty_like(z), np.full_like(z, 0.5)
    expected_error = error.copy()
    call(kernels.activate(activation, np.dtype(dtype), with_bias=False), z, a, *z.shape, parameters)
    with np.errstate(all="ignore"):
        arrays.apply(row, z, expected)
        arrays.gate(row, z, expected, expected_error)
    # 1 - tanh(z)^2 and a softmax entry less others of its row are differences of numbers up to 1.
    assert_near(a, expected, dtype, scale=CUBED.get(type(activation), 0.0))
    if not isinstance(activation, activations.Linear):
        call(kernels.gate(activation, np.dtype(dtype)), z, expected, error, *z.shape, parameters)
    assert_near(error, expected_error, dtype, scale=1.0)


@pytest.mark.parametrize("dtype", TOLERANCES)
@pytest.mark.parametrize("activation", BUILT_IN, ids=repr)
def test_the_bias_is_added_first_and_kept(activation: ActivationFunction, dtype: str) -> None:
    z, bias = numbers(dtype)[:-3], np.array([0.5, -1.5, 0, 3], dtype)
    parameters = kernels.parameters(activation, np.dtype(dtype))
    sums, a, expected = z.copy(), np.empty_like(z), np.empty_like(z)
    call(kernels.activate(activation, np.dtype(dtype), with_bias=True), z, bias, a, *z.shape, parameters)
    with np.errstate(over="ignore"):  # of exponential
        arrays.activate(SimpleNamespace(activation=activation), sums, bias, expected)
    np.testing.assert_array_equal(z, sums)
    assert_near(a, expected, dtype, scale=CUBED.get(type(activation), 0.0))


def compared(loss: Loss, y: Array, p: Array) -> tuple[float, Array, float, Array]:
    """Value and gradient by the kernel, and by NumPy."""
    weights = np.ones((len(p), 1), p.dtype)
    error, expected_error = np.empty_like(p), np.empty_like(p)
    parameters = kernels.parameters(loss, p.dtype)
    value = call(kernels.compare(loss, p.dtype), p, y, weights, error, *p.shape, parameters)
    with np.errstate(all="ignore"):
        expected = arrays.compare(loss, y, p, weights, expected_error)
    return value, error, expected, expected_error


LOGITS = [losses.SigmoidCrossEntropy(), losses.SoftmaxCrossEntropy()]


@pytest.mark.parametrize("dtype", TOLERANCES)
@pytest.mark.parametrize("size", [1.0, 100.0, 1e4])
@pytest.mark.parametrize("loss", LOGITS, ids=repr)
def test_losses_of_logits_are_exact_at_any_size(loss: Loss, size: float, dtype: str) -> None:
    random = np.random.default_rng(0)
    z = (size + random.normal(size=(20, 3))).astype(dtype)
    y = np.eye(3, dtype=dtype)[random.integers(3, size=20)]
    value, error, expected, expected_error = compared(loss, y, z)
    assert value == pytest.approx(expected, rel=TOLERANCES[dtype])
    assert_near(error, expected_error, dtype, scale=0.05)


@pytest.mark.parametrize("dtype", TOLERANCES)
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("loss", [loss for loss in LOSSES if not isinstance(loss, losses.Function)], ids=repr)
def test_a_loss_is_finite_where_it_is_in_numpy(loss: Loss, bad: float, dtype: str) -> None:
    random = np.random.default_rng(0)
    p = random.uniform(0.1, 0.9, (6, 4 * loss.outputs_per_target)).astype(dtype)
    labels = loss.targets == "labels"
    y = np.arange(6)[:, None] % 2 if labels else random.uniform(0.1, 0.9, (6, 4))
    p[2, 1] = bad
    value, _, expected, _ = compared(loss, loss.repeated(y.astype(dtype)), p)
    assert np.isfinite(value) == np.isfinite(expected)
