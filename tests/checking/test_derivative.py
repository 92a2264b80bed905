"""check_derivative: right derivatives of every style pass, and a wrong one is told what it is instead."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch

import glassnet as gn
from glassnet.checking import Report
from glassnet.errors import ArgumentError


def sigmoid(z: Any) -> Any:
    return 1 / (1 + np.exp(-z))


def codes(report: Report) -> list[str]:
    assert report.ok is (not report.slips and not report.evidence)
    return [slip.code for slip in report.slips]


def relu_in_place(z: Any) -> Any:
    z[z < 0] = 0
    return z


RIGHT = {
    "sigmoid": (sigmoid, lambda z: sigmoid(z) * (1 - sigmoid(z))),
    "tanh": (np.tanh, lambda z: 1 - np.tanh(z) ** 2),
    "relu": (lambda z: np.maximum(0, z), lambda z: np.where(z > 0, 1.0, 0.0)),
    "relu as a boolean": (lambda z: np.maximum(0, z), lambda z: z > 0),
    "relu open at zero": (lambda z: np.maximum(0, z), lambda z: (z >= 0) * 1.0),
    "leaky relu": (lambda z: np.where(z > 0, z, 0.01 * z), lambda z: np.where(z > 0, 1, 0.01)),
    "elu": (lambda z: np.where(z > 0, z, np.expm1(np.minimum(z, 0))), lambda z: np.exp(np.minimum(z, 0))),
    "softplus": (lambda z: np.logaddexp(0, z), sigmoid),
    "hard tanh": (lambda z: np.clip(z, -1, 1), lambda z: (np.abs(z) < 1) * 1.0),
    "absolute value": (np.abs, np.sign),
    "identity": (lambda z: z, lambda z: 1.0),
    "one number at a time": (lambda z: z if z > 0 else 0.0, lambda z: 1.0 if z > 0 else 0.0),
    "math": (lambda z: math.tanh(z), lambda z: 1 - math.tanh(z) ** 2),
    "lists": (lambda z: [x * x for x in z], lambda z: [2 * x for x in z]),
    "tensors": (torch.sigmoid, lambda z: torch.sigmoid(z) * (1 - torch.sigmoid(z))),
    "float32": (lambda z: np.tanh(z.astype("float32")), lambda z: 1 - np.tanh(z.astype("float32")) ** 2),
    "logarithm, finite above 0 alone": (np.log, lambda z: 1 / z),
}


@pytest.mark.parametrize("name", RIGHT)
def test_right_derivatives_are_right(name: str) -> None:
    report = gn.check_derivative(*RIGHT[name])
    assert report.ok and report.slips == ()


def test_a_derivative_written_in_the_output_is_right_where_it_is_called_with_it() -> None:
    assert gn.check_derivative(sigmoid, lambda a: a * (1 - a), takes="output").ok
    assert gn.check_derivative(np.tanh, lambda a: 1 - a * a, takes="output").ok


def exp_sigmoid(z: Any) -> Any:
    return np.exp(z) / (1 + np.exp(z))


WRONG = {
    "derivative_expects_output": (sigmoid, lambda a: a * (1 - a)),
    "sign_flipped": (np.tanh, lambda z: np.tanh(z) ** 2 - 1),
    "constant_factor": (lambda z: z**2, lambda z: z),
    "factor_missing": (sigmoid, lambda z: 1 - sigmoid(z)),
    "square_missing": (np.tanh, lambda z: 1 - np.tanh(z)),
    "sign_inside": (np.tanh, lambda z: 1 + np.tanh(z) ** 2),
    "leaky_slope_forgotten": (lambda z: np.where(z > 0, z, 0.1 * z), lambda z: (z > 0) * 1.0),
    "function_itself": (np.sin, np.sin),
    "derivative_missing": (sigmoid, lambda z: np.ones_like(z)),
    "derivative_of_another_function": (np.tanh, lambda z: sigmoid(z) * (1 - sigmoid(z))),
    "integer_result": (lambda z: np.where(z > 0, z, 0.1 * z), lambda z: np.where(z > 0, 1, 0.1).astype(int)),
    "overflow": (exp_sigmoid, lambda z: sigmoid(z) * (1 - sigmoid(z))),
    "wrong_at_kink": (lambda z: np.maximum(0, z), lambda z: np.where(z == 0, 2.0, z > 0)),
}


@pytest.mark.parametrize("code", WRONG)
def test_a_wrong_derivative_is_named(code: str) -> None:
    report = gn.check_derivative(*WRONG[code])
    assert codes(report) == [code] and not report.ok


def test_a_derivative_in_the_input_that_is_given_the_output_is_named() -> None:
    report = gn.check_derivative(sigmoid, lambda z: sigmoid(z) * (1 - sigmoid(z)), takes="output")
    assert codes(report) == ["derivative_expects_input"]
    assert report.slips[0].fix == "df(z)"


def test_values_cut_off_for_integers_are_named() -> None:
    def leaky(z: Any) -> Any:
        a = np.zeros_like(z)
        a[z > 0] = z[z > 0]
        a[z <= 0] = 0.5 * z[z <= 0]
        return a

    report = gn.check_derivative(leaky, lambda z: np.where(z > 0, 1.0, 0.5))
    assert codes(report) == ["truncated_for_integers"]
    assert report.slips[0].fix == "z = np.asarray(z, dtype=float)"


def test_integers_for_a_slope_of_whole_numbers_are_named_though_the_numbers_are_right() -> None:
    report = gn.check_derivative(lambda z: np.maximum(0, z), lambda z: (z > 0).astype(int))
    assert codes(report) == ["integer_result"]


def slope_in_place(z: Any) -> Any:
    z[z < 0] = 0
    z[z > 0] = 1
    return z


def test_functions_that_change_their_argument_are_named() -> None:
    report = gn.check_derivative(relu_in_place, lambda z: (z > 0) * 1.0)
    assert codes(report) == ["argument_changed"]
    assert report.slips[0].message.startswith("f changes the array that it is given")
    report = gn.check_derivative(lambda z: np.maximum(0, z), slope_in_place)
    assert codes(report) == ["argument_changed"]
    assert report.slips[0].message.startswith("df changes the array that it is given")
    assert gn.check_derivative(lambda z: relu_in_place(z.copy()), lambda z: slope_in_place(z.copy())).ok


def softmax(z: Any) -> Any:
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def jacobian(f: Any) -> Any:
    return lambda z: np.diag(f(z)) - np.outer(f(z), f(z))


@pytest.mark.parametrize("sign", [0, 1])
def test_a_softmax_is_tried_with_large_numbers(sign: int) -> None:
    def other(z: Any) -> Any:
        e = np.exp(z + sign * z.max(axis=-1, keepdims=True))
        return e / e.sum(axis=-1, keepdims=True)

    assert gn.check_derivative(softmax, jacobian(softmax)).ok
    report = gn.check_derivative(other, jacobian(other))
    assert codes(report) == ["overflow"]
    assert report.slips[0].message == "f gives nan where all numbers are about 750."


def test_a_function_that_gives_its_numbers_in_a_row_is_taken() -> None:
    def in_a_row(z: Any) -> Any:
        return np.tanh(z.reshape(1, -1) if z.ndim == 1 else z)

    assert gn.check_derivative(in_a_row, lambda z: 1 - in_a_row(z) ** 2).ok


def test_kinks_are_found_where_they_are() -> None:
    report = gn.check_derivative(
        lambda z: np.maximum(0, np.abs(z) - 2.5), lambda z: np.sign(z) * (np.abs(z) > 2.5)
    )
    assert report.ok
    assert report.notes == ("f has a kink at z = -2.5, 2.5",)


@pytest.mark.parametrize(
    ("f", "df", "note"),
    [
        (lambda z: (z > 0) * 1.0, lambda z: 0 * z, "f jumps at z = 0"),
        (lambda z: z + (z > 2.5), lambda z: 1 + 0 * z, "f jumps at z = 2.5"),
        (
            lambda z: np.clip(50 * z, 0, 1),
            lambda z: 50.0 * ((z > 0) & (z < 0.02)),
            "f has a kink at z = 0, 0.02",
        ),
        (lambda z: np.abs(z - 0.0213), lambda z: np.sign(z - 0.0213), "f has a kink at z = 0.021"),
    ],
)
def test_a_jump_is_no_kink(f: Any, df: Any, note: str) -> None:
    (told,) = gn.check_derivative(f, df).notes
    assert told.startswith(note)


def test_the_factor_is_given_and_the_line_divides_by_it() -> None:
    (slip,) = gn.check_derivative(lambda z: z**3, lambda z: 6 * z**2).slips
    assert (slip.message, slip.fix) == ("df is 2 times the derivative.", "return (...) / 2")


def test_what_is_in_no_catalogue_has_evidence_and_no_name() -> None:
    report = gn.check_derivative(np.sin, lambda z: np.cos(z) + 0.1 * z)
    assert report.verdict == "mismatch, no known slip" and report.slips == ()
    assert len(report.evidence) == 3
    z = float(report.evidence[0].place.removeprefix("z = "))
    assert float(report.evidence[0].right) == pytest.approx(math.cos(z), abs=1e-3)


def test_a_side_that_is_right_is_noted() -> None:
    report = gn.check_derivative(
        lambda z: np.where(z > 0, z, z**2), lambda z: np.where(z > 0, 1.0, z + 3 * z**2)
    )
    assert report.slips == ()
    assert "df is right everywhere above 0, and wrong only on the other side" in report.notes


@pytest.mark.parametrize("shape", [(4,), (1, 4)])
def test_softmax_is_compared_by_its_jacobian(shape: tuple[int, ...]) -> None:
    def softmax(z: Any) -> Any:
        e = np.exp(z - np.max(z))
        return e.reshape(shape) / e.sum()

    def jacobian(z: Any) -> Any:
        a = softmax(z).ravel()
        return np.diag(a) - np.outer(a, a)

    assert gn.check_derivative(softmax, jacobian).ok
    assert codes(gn.check_derivative(softmax, lambda z: -jacobian(z))) == ["sign_flipped"]
    report = gn.check_derivative(softmax, lambda z: softmax(z) * (1 - softmax(z)))
    assert codes(report) == ["softmax_without_jacobian"]


def test_what_cannot_be_called_is_refused() -> None:
    with pytest.raises(ArgumentError, match="f must be a function; got 3"):
        gn.check_derivative(3, np.cos)  # type: ignore[arg-type]
    with pytest.raises(ArgumentError, match="df could not be called .* TypeError: "):
        gn.check_derivative(np.sin, lambda: 1.0)
    with pytest.raises(
        ArgumentError, match="takes must be 'input' or 'output', what df is called with; got 'z'"
    ):
        gn.check_derivative(np.sin, np.cos, takes="z")
    with pytest.raises(
        ArgumentError, match="f has a finite slope at 0 of 101 points from .*; give points= at which"
    ):
        gn.check_derivative(lambda z: z * np.nan, np.cos)
