"""Derivatives of functions of whole rows, such as softmax, beside the Jacobian by differences."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import glassnet as gn
from glassnet.checking.numerics import numeric
from glassnet.errors import ArgumentError


def softmax(z: Any) -> Any:
    e = np.exp(z - np.max(z, axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def jacobian(a: Any) -> Any:
    a = np.ravel(a)
    return np.diag(a) - np.outer(a, a)


def of_rows(z: Any) -> Any:
    """Softmax of a matrix alone."""
    return softmax(z) if np.ndim(z) == 2 else np.zeros(3)


def codes(report: Any) -> list[str]:
    return [slip.code for slip in report.slips]


NOTE = "f is no function of single numbers: each output depends on the whole row"


def test_the_right_jacobian_is_right_for_the_input_and_for_the_output() -> None:
    report = gn.check_derivative(softmax, lambda z: jacobian(softmax(z)))
    assert report.ok and report.slips == () and report.notes == (NOTE,)
    assert gn.check_derivative(softmax, jacobian, takes="output").ok
    assert gn.check_derivative(of_rows, lambda z: jacobian(of_rows(z))).ok
    assert gn.check_derivative(softmax, lambda z: jacobian(softmax(z))[None]).ok


def test_a_wrong_jacobian_is_told_what_it_is() -> None:
    def right(z: Any) -> Any:
        return jacobian(softmax(z))

    flipped = gn.check_derivative(softmax, lambda z: -right(z))
    assert (flipped.ok, codes(flipped)) == (False, ["sign_flipped"])
    (wrong,) = gn.check_derivative(softmax, jacobian).slips
    assert wrong.code == "derivative_expects_output" and wrong.fix == "df(f(z))"
    assert wrong.message == "df is written in f's output, but is called with its input."
    (wrong,) = gn.check_derivative(softmax, right, takes="output").slips
    assert wrong.code == "derivative_expects_input" and wrong.fix == "df(z)"
    assert wrong.message == "df is written in f's input, but is called with its output."


def test_a_wrong_entry_is_shown_where_it_is_farthest_off() -> None:
    def off(z: Any) -> Any:
        found = jacobian(softmax(z))
        found[2, 1] += 0.5
        found[0, 3] += 0.1
        return found

    report = gn.check_derivative(softmax, off)
    row = softmax(np.array([0.3, -1.1, 0.8, 0.1]))
    assert report.ok is False and report.slips == ()
    (line,) = report.evidence
    assert line.place == "[2, 1]" and float(line.right.replace("−", "-")) == pytest.approx(
        -row[2] * row[1], rel=1e-4
    )


def test_a_diagonal_is_no_jacobian() -> None:
    report = gn.check_derivative(softmax, lambda z: softmax(z) * (1 - softmax(z)))
    assert (report.ok, codes(report), report.notes) == (False, ["softmax_without_jacobian"], (NOTE,))
    report = gn.check_derivative(softmax, lambda z: softmax(z) * 0.5)
    assert report.ok is False and codes(report) == [] and report.evidence[0].place == "[0]"
    with pytest.raises(
        ArgumentError, match=r"df must give the Jacobian \(4, 4\) of a row of 4; it gave shape \(2,\)"
    ):
        gn.check_derivative(softmax, lambda z: np.ones(2))


def test_a_softmax_that_overflows_is_told_where() -> None:
    def naive(z: Any) -> Any:
        return np.exp(z) / np.exp(z).sum(axis=-1, keepdims=True)

    (found,) = gn.check_derivative(naive, lambda z: jacobian(naive(z))).slips
    assert found.code == "overflow" and found.message == "f gives nan where all numbers are about 750."


@pytest.mark.parametrize("bad", [[], [1.0, np.nan], [np.inf, 1.0]])
def test_points_are_finite_numbers(bad: Any) -> None:
    with pytest.raises(ArgumentError, match="points must hold finite numbers, two at least"):
        gn.check_derivative(np.tanh, lambda z: 1 - np.tanh(z) ** 2, points=bad)


def test_points_that_are_given_are_those_that_are_compared() -> None:
    report = gn.check_derivative(np.log, lambda z: 2 / z, points=[1.0, 2.0, 4.0])
    assert [line.place for line in report.evidence] == ["z = 1", "z = 2", "z = 4"]
    assert [line.right for line in report.evidence] == ["1", "0.5", "0.25"]
    with pytest.raises(
        ArgumentError, match="f has a finite slope at 1 of 3 points from -4 to 2; give points= at which"
    ):
        gn.check_derivative(np.log, lambda z: 1 / z, points=[-4.0, -1.0, 2.0])


def test_a_class_is_no_function() -> None:
    with pytest.raises(ArgumentError, match="df must be a function"):
        gn.check_derivative(np.tanh, dict)


# ---- the referee


def test_differences_are_exact_to_nine_digits_in_double_precision() -> None:
    z = np.array([-2.0, 0.1, 1.5])
    np.testing.assert_allclose(numeric.slope(np.exp, z), np.exp(z), rtol=1e-10)
    array = np.array([[1.0, 2.0], [3.0, -4.0]])
    before = array.copy()
    found = numeric.gradient(lambda: float((array**4).sum()), array)
    np.testing.assert_allclose(found, 4 * before**3, rtol=1e-9)
    np.testing.assert_array_equal(array, before)


@pytest.mark.parametrize(("dtype", "tolerance"), [
    ("float64", 1e-7), ("int64", 1e-7), ("float32", 5e-3), ("float16", 5e-3),
])  # fmt: skip
def test_single_precision_is_held_to_less(dtype: str, tolerance: float) -> None:
    step, allowed = numeric.accuracy(dtype)
    assert allowed == tolerance and step == (2.0**-10 if tolerance == 1e-7 else 2.0**-4)


@pytest.mark.parametrize(("f", "kinks"), [
    (np.tanh, []), (np.abs, [0]), (lambda z: np.clip(z, -1, 2.5), [-1, 2.5]),
    (lambda z: np.where(z > 0.5, 1.002 * z - 0.001, z), [0.5]),
    (lambda z: np.where(z > 0.5, 1.0005 * z - 0.00025, z), []),
    (lambda z: np.maximum(z, 0) ** 2, []), (lambda z: np.abs(np.sin(z)), [-3.14159, 0, 3.14159]),
])  # fmt: skip
def test_kinks_are_jumps_of_the_slope(f: Any, kinks: list[float]) -> None:
    np.testing.assert_allclose(numeric.kinks(f, -6, 6), kinks, atol=2e-5)


@pytest.mark.parametrize("scale", [1e6, 1.0, 1e-6])
@pytest.mark.parametrize(("off", "right"), [(0.9e-7, True), (2.5e-7, False)])
def test_a_derivative_may_be_off_by_a_part_of_its_size_and_of_a_thousandth(
    scale: float, off: float, right: bool
) -> None:
    allowed = 2 * scale + 1e-3  # its own size, that of most, and what is small
    report = gn.check_derivative(lambda z: scale * z, lambda z: scale + off * allowed + 0 * z)
    assert report.ok is right, str(report)


@pytest.mark.parametrize("name", ["dA", "dy", "dout", "dh", "dl", "grad", "error", "delta"])
def test_an_argument_that_is_called_so_is_the_error(name: str) -> None:
    from glassnet.checking.parts import stateful

    assert stateful._is_error(name.lower().strip("_"))
    assert not stateful._is_error("z") and not stateful._is_error("data") and not stateful._is_error("cache")


def test_another_function_is_shown_where_it_is_farthest_off_or_at_the_first_number() -> None:
    (found,) = gn.check_activation(np.tanh, lambda z: 1 - np.tanh(z) ** 2, like="sigmoid").slips
    z = np.array([0.31, -1.17, 0.83, -0.42, 2.13, -2.61, 1.39, -0.28, 0.57, -3.13, 0.71, 1.93])
    far = z[np.argmax(np.abs(np.tanh(z) - 1 / (1 + np.exp(-z))))]
    assert found.code == "other_function" and f"at z = {far:g} it gives {np.tanh(far):.6g}" in found.message
