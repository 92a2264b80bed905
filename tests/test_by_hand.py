"""Activations and losses are functions, for lists and for one sample as for many."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import glassnet as gn
from glassnet.errors import ArgumentError, DataError, GlassnetError, ShapeError

Z = np.array([[-1.5, 0.2, 2.5], [0.7, -0.1, 2.0]])


@pytest.mark.parametrize("name", gn.activations.names())
def test_an_activation_is_a_function_of_many_samples_of_one_and_of_lists(name: str) -> None:
    f = gn.activations.get(name)
    np.testing.assert_array_equal(f(Z), f.value(Z))
    for row, sample in zip(f(Z), Z, strict=True):
        np.testing.assert_allclose(f(sample), row, rtol=1e-15)
        np.testing.assert_allclose(f(sample.tolist()), row, rtol=1e-15)
    np.testing.assert_allclose(f(Z.reshape(1, 2, 3))[0], f(Z), rtol=1e-15)
    assert f([[-1, 0, 2]]).dtype == np.float64


@pytest.mark.parametrize(
    "name", [name for name in gn.activations.names() if name not in ("softmax", "log_softmax", "step")]
)
def test_a_slope_needs_only_z(name: str) -> None:
    f, step = gn.activations.get(name), 1e-6
    np.testing.assert_allclose(f.slope(Z), (f(Z + step) - f(Z - step)) / (2 * step), rtol=1e-6, atol=1e-8)
    np.testing.assert_array_equal(f.slope(Z), f.slope(Z, f(Z)))


def test_backward_of_softmax_takes_one_sample() -> None:
    f, gradient = gn.activations.get("softmax"), np.array([1.0, -2.0, 0.5])
    whole = f.backward(Z, f(Z), np.stack([gradient, gradient]))
    np.testing.assert_allclose(f.backward(Z[0], f(Z[0]), gradient), whole[0], rtol=1e-15)


def test_a_loss_is_a_function() -> None:
    assert gn.losses.get("mse")([1.0, 2.0], [1.0, 4.0]) == 2.0
    assert gn.losses.Huber(0.5)([[0.0]], [[1.0]]) == gn.losses.Huber(0.5).value([[0.0]], [[1.0]]) == 0.375


def test_a_function_of_ones_own_is_a_function_too() -> None:
    square = gn.activations.Function(np.square, lambda z: 2 * z)
    np.testing.assert_array_equal(square([1.0, -3.0]), [1.0, 9.0])
    np.testing.assert_array_equal(square.slope([1.0, -3.0]), [2.0, -6.0])


@pytest.mark.parametrize(
    ("use", "error", "message"),
    [
        (
            lambda: gn.Dense(4, np.sin),  # type: ignore[arg-type]
            ArgumentError,
            "; a function of your own becomes one by gn.activations.Function(function, derivative)",
        ),
        (
            lambda: gn.losses.get(max),  # type: ignore[arg-type]
            ArgumentError,
            "; a function of your own becomes one by gn.losses.Function(function, derivative)",
        ),
        (lambda: gn.Dense(4, gn.activations.ReLU), ArgumentError, "; call the class: ReLU(...)"),  # type: ignore[arg-type]
        (lambda: gn.activations.ReLU()("abc"), DataError, "z must hold real numbers; its dtype is <U3"),
        (lambda: gn.activations.ReLU()([1j]), DataError, "give real and imaginary parts as features"),
        (
            lambda: gn.activations.Tanh().slope(Z, Z[0]),
            ShapeError,
            "a must have the shape of z, (2, 3); it has (3,)",
        ),
        (
            lambda: gn.activations.Tanh().backward(Z, np.tanh(Z), Z[0]),
            ShapeError,
            "gradient must have the shape of z, (2, 3); it has (3,)",
        ),
        (
            lambda: gn.activations.Softmax()(3.0),
            ShapeError,
            "softmax needs rows of at least one number; z has shape ()",
        ),
        (lambda: gn.activations.Softmax().slope(Z), ArgumentError, "use backward"),
        (lambda: gn.losses.Function(3, max), ArgumentError, "function of a loss must be callable; got 3"),  # type: ignore[arg-type]
    ],
)
def test_what_is_no_number_or_no_function_is_refused(
    use: Callable[[], Any], error: type[GlassnetError], message: str
) -> None:
    with pytest.raises(error) as caught:
        use()
    assert message in str(caught.value)
