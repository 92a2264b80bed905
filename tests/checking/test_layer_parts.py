"""What check_layer looks for, part by part: layers made of classes and functions, guesses, layers that drop inputs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import glassnet as gn
from glassnet.checking.layer import slips
from glassnet.checking.layer.building import FunctionPair, layer_of
from glassnet.checking.layer.running import Batch
from glassnet.errors import ArgumentError

random = np.random.default_rng(0)
X, ARRIVED, ERROR = random.normal(size=(5, 3)), random.normal(size=(5, 4)), random.normal(size=(5, 4))
W = random.normal(size=(3, 4))


def setting(**given: Any) -> slips.Setting:
    return slips.Setting(**{
        "x": X, "arrived": ARRIVED, "error": ERROR, "weights": W, "updated": None, "columns": False,
    } | given)  # fmt: skip


def told(guesses: Any, value: Any) -> list[tuple[str, str]]:
    """Code and fix of the guesses that give this value."""
    return [
        (guess.code, guess.fix) for guess in guesses if slips.same(np.asarray(guess.value), np.asarray(value))
    ]


@pytest.mark.parametrize("columns", [False, True])
def test_a_wrong_error_at_the_inputs_is_guessed(columns: bool) -> None:
    right, line = ERROR @ W.T, "dX = W.T @ dZ" if columns else "dX = dZ @ W.T"
    s = setting(columns=columns, updated=W - 0.1)
    guesses = list(slips.of_inputs(s, right))
    assert told(guesses, ARRIVED @ W.T) == [("activation_derivative_missing", "dZ = dA * f'(Z)")]
    assert told(guesses, ERROR @ (W - 0.1).T) == [("weights_updated_first", f"{line}  # before W changes")]
    assert told(guesses, ARRIVED) == [("error_not_carried", line)]
    assert told(guesses, -right) == [("sign_flipped", line)]
    assert told(guesses, right / 5) == [("batch_mean_twice", line)]
    assert told(guesses, right) == [] and "transposed_carry" not in {guess.code for guess in guesses}
    square = random.normal(size=(4, 4))
    s = setting(weights=square, x=ARRIVED, columns=columns)
    assert told(slips.of_inputs(s, ERROR @ square.T), ERROR @ square) == [("transposed_carry", line)]
    assert {guess.code for guess in slips.of_inputs(setting(weights=None), right)} == {
        "error_not_carried", "sign_flipped", "batch_mean_twice",
    }  # fmt: skip


@pytest.mark.parametrize("columns", [False, True])
def test_a_wrong_gradient_of_the_weights_is_guessed(columns: bool) -> None:
    right, line = X.T @ ERROR, "dW = dZ @ X.T" if columns else "dW = X.T @ dZ"
    guesses = list(slips.of_weights(setting(columns=columns), right))
    assert told(guesses, right.T) == [("transposed_weight_gradient", line)]
    assert told(guesses, X.T @ ARRIVED) == [("activation_derivative_missing", "dZ = dA * f'(Z)")]
    assert told(guesses, right / 5) == [("weight_gradient_averaged", line)]
    assert told(guesses, np.outer(X[-1], ERROR[-1])) == [("weight_gradient_last_sample", line)]
    assert told(guesses, np.zeros((3, 4))) == [("weight_gradient_missing", line)]
    assert told(guesses, -right) == [("sign_flipped", line)]
    averaged = next(guess for guess in guesses if guess.code == "weight_gradient_averaged")
    assert averaged.message == "dW is divided by the 5 samples; dZ has its 1/m already."
    linear = slips.of_weights(setting(arrived=ERROR), right)
    assert "activation_derivative_missing" not in {guess.code for guess in linear}


@pytest.mark.parametrize("columns", [False, True])
def test_a_wrong_gradient_of_the_bias_is_guessed(columns: bool) -> None:
    right, line = (
        ERROR.sum(axis=0),
        "db = dZ.sum(axis=1, keepdims=True)" if columns else "db = dZ.sum(axis=0)",
    )
    guesses = list(slips.of_bias(setting(columns=columns), right))
    for value, code in (
        (right / 5, "bias_gradient_averaged"), (ERROR.sum(axis=1), "bias_gradient_wrong_axis"),
        (ERROR.sum(), "bias_gradient_wrong_axis"), (ERROR[-1], "bias_gradient_last_sample"),
        (ERROR, "bias_gradient_not_summed"), (0 * right, "bias_gradient_missing"), (-right, "sign_flipped"),
    ):  # fmt: skip
        assert told(guesses, value) == [(code, line)]
    assert told(guesses, ARRIVED.sum(axis=0)) == [("activation_derivative_missing", "dZ = dA * f'(Z)")]
    assert "db is a mean over the 5 samples; dZ has its 1/m already." in {guess.message for guess in guesses}
    linear = slips.of_bias(setting(arrived=ERROR), right)
    assert "activation_derivative_missing" not in {guess.code for guess in linear}


@pytest.mark.parametrize(("off", "same"), [(1.9e-6, True), (2.1e-6, False)])
def test_numbers_are_the_same_to_a_millionth(off: float, same: bool) -> None:
    assert slips.same(np.array([[1.0 + off, 0]]), np.array([1.0, 0])) is same
    assert not slips.same(np.ones((2, 2)), np.ones(4))


# ---- how samples stand, and what a layer is made of


def test_a_batch_has_a_shape_and_rows() -> None:
    assert [batch.shape(3) for batch in (Batch(5, False, False), Batch(5, True, False), Batch(1, False, True))] == [
        (5, 3), (3, 5), (3,),
    ]  # fmt: skip
    assert Batch(5, True, False).rows(np.ones((3, 5))).shape == (5, 3)
    assert Batch(5, False, False).rows(np.ones((5, 3))).shape == (5, 3)
    assert Batch(1, True, True).rows(np.ones(3)).shape == (1, 3)


def test_a_class_is_made_with_what_its_names_ask_for() -> None:
    class OfArrays:
        def __init__(self, W: Any, b: Any) -> None:
            if b.shape != (4,):
                raise ValueError("another shape")
            self.shapes = W.shape, b.shape

    class OfColumns(OfArrays):
        def __init__(self, weights: Any, bias: Any) -> None:
            if bias.shape != (4, 1):
                raise ValueError("another shape")
            self.shapes = weights.shape, bias.shape

    class OfNorm:
        def __init__(self, gamma: Any, beta: Any) -> None:
            self.shapes = gamma.shape, beta.shape

    class OfSizes:
        def __init__(self, n_in: int, n_out: int) -> None:
            self.shapes = n_in, n_out

    class OfNothing:
        shapes = None

    class OfOne:
        def __init__(self, size: int) -> None:
            self.shapes = size

    assert layer_of(OfArrays, None).shapes == ((3, 4), (4,)) and layer_of(OfArrays, 6).shapes == (
        (6, 4),
        (4,),
    )
    assert layer_of(OfColumns, None).shapes == ((4, 3), (4, 1)) and layer_of(OfNorm, 5).shapes == ((5,), (5,))
    assert layer_of(OfSizes, None).shapes == (3, 4) and layer_of(OfSizes, 2).shapes == (2, 4)
    assert layer_of(OfNothing, None).shapes is None and layer_of(OfOne, None).shapes == 3


def test_a_class_that_cannot_be_made_is_named() -> None:
    class OfThree:
        def __init__(self, a: Any, b: Any, c: Any) -> None: ...

    class Failing:
        def __init__(self, *_: Any) -> None:
            raise ValueError("no luck")

    with pytest.raises(
        ArgumentError, match=r"OfThree cannot be built as OfThree\(3, 4\); pass an object of it"
    ):
        layer_of(OfThree, None)
    with pytest.raises(
        ArgumentError, match="Failing could not be built: ValueError: no luck; pass an object of it"
    ):
        layer_of(Failing, None)


def test_two_functions_are_a_layer_that_keeps_what_goes_back() -> None:
    pair = FunctionPair(lambda x, w, b: (x @ w + b, (x, w)), lambda dout, cache: (dout, cache), 3)
    assert (pair.w.shape, pair.b.shape) == ((3, 4), (4,))  # type: ignore[attr-defined]
    assert pair.forward(X).shape == (5, 4)
    error, cache = pair.backward(ERROR)
    assert error is ERROR and cache[0] is X
    pair.turn()
    assert (pair.w.shape, pair.b.shape) == ((4, 3), (4, 1))  # type: ignore[attr-defined]
    pair.turn()
    assert pair.w.shape == (3, 4)  # type: ignore[attr-defined]
    three = FunctionPair(lambda x, w: (x @ w, x, w), lambda cache, dout: (cache, dout), 3)
    three.forward(X)
    assert three.backward(ERROR)[0][0] is X and three.backward(ERROR)[1] is ERROR
    plain = FunctionPair(lambda x, w: x @ w, lambda x, dout: (x, dout), 3)
    plain.forward(X)
    assert plain.backward(ERROR)[0] is X and plain.backward(ERROR)[1] is ERROR
    alone = FunctionPair(lambda x, w: x @ w, lambda dout: dout, 3)
    alone.forward(X)
    assert alone.backward(ERROR) is ERROR
    swapped = FunctionPair(lambda x, w: x @ w, lambda x, cache: (x, cache), 3)
    swapped.forward(X)
    assert swapped.backward(ERROR)[0] is ERROR


# ---- layers that drop inputs at random


class Drop:
    slip = "none"

    def __init__(self) -> None:
        self.rate, self.rng = 0.5, np.random.default_rng(3)

    def forward(self, X: Any) -> Any:
        self.mask = self.rng.uniform(size=np.shape(X)) >= self.rate
        return X * self.mask / (1 - self.rate)

    def backward(self, dY: Any) -> Any:
        right = dY * self.mask / (1 - self.rate)
        return {
            "none": right, "mask": dY, "mask and scale": dY / (1 - self.rate), "scale": dY * self.mask,
            "twice": right / (1 - self.rate), "other": right + 1, "shape": np.zeros(7),
        }[self.slip]  # fmt: skip


@pytest.mark.parametrize(
    ("slip", "code"),
    [
        ("none", None), ("mask", "dropout_mask_missing"), ("mask and scale", "dropout_mask_missing"),
        ("scale", "dropout_scale_missing"), ("twice", "dropout_scale_twice"),
    ],
)  # fmt: skip
def test_a_layer_that_drops_inputs_hands_the_error_on_where_they_passed(slip: str, code: str | None) -> None:
    layer = Drop()
    layer.slip = slip
    report = gn.check_layer(layer)
    assert report.ok is (code is None), str(report)
    assert [found.code for found in report.slips] == ([] if code is None else [code])
    if code is None:
        assert report.notes == ("the layer drops inputs at random",)
    else:
        assert report.slips[0].fix == "dX = dA * mask / (1 - rate)" and len(report.evidence) == 1


def test_what_a_random_layer_does_not_show_is_not_called_right() -> None:
    layer = Drop()
    layer.slip = "other"
    assert (gn.check_layer(layer).ok, gn.check_layer(layer).slips) == (False, ())
    layer.slip = "shape"
    report = gn.check_layer(layer)
    assert report.ok is None and "no array of its shape (5, 3) was returned or kept" in report.not_checked[0]

    class Noise(Drop):
        def forward(self, X: Any) -> Any:
            return X + self.rng.normal(size=np.shape(X))

        def backward(self, dY: Any) -> Any:
            return dY

    report = gn.check_layer(Noise())
    assert report.ok is None and "two forward passes give two outputs, and not by dropping inputs" in str(
        report
    )
