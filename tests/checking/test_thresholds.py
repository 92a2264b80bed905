"""The numbers at which the gradient check changes its mind: one case just inside, one just outside each."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from glassnet.checking.network import measured, problem, verdict
from glassnet.checking.network.problem import Unexplained, residual
from glassnet.checking.network.search import Hypothesis
from glassnet.checking.network.slips import chain
from glassnet.checking.network.slips.places import Place
from glassnet.checking.numerics import rounding
from glassnet.checking.numerics.rounding import DOUBLE, SINGLE, Rounded
from tests.checking.test_codes import network

IN, OUT = 0.99, 1.01


def exactly(value: Any, reach: Any, unit: float = 1e-300) -> Rounded:
    """Numbers that rounding may carry so far."""
    value = np.asarray(value, float)
    return Rounded(value, np.square(np.broadcast_to(reach, value.shape) / rounding.REACH), unit)


@pytest.mark.parametrize(("part", "right"), [(IN, True), (OUT, False)])
def test_a_number_is_right_within_the_reach_of_rounding(part: float, right: bool) -> None:
    assert rounding.REACH == 16
    computed = exactly([1.0, 2.0, 3.0], 0.5)
    assert (residual(np.array([1.0, 2.0 + 0.5 * part, 3.0]), computed) <= 1) is right


@pytest.mark.parametrize(("part", "right"), [(IN, True), (OUT, False)])
@pytest.mark.parametrize(("precision", "least"), [(SINGLE, 1e-36), (DOUBLE, 1e-140)])
def test_what_underflows_is_right(
    precision: rounding.Precision, least: float, part: float, right: bool
) -> None:
    assert (residual(np.array([part * least]), exactly([0.0], 0.0, precision.unit)) <= 1) is right


@pytest.mark.parametrize(("part", "fits"), [(IN, True), (OUT, False)])
def test_an_explanation_may_be_as_wide_as_a_fifth_of_the_difference(part: float, fits: bool) -> None:
    observed, right = np.array([1.0, 0.0]), exactly([0.0, 0.0], 0.0)
    explanation = exactly(observed, np.array([part * problem.WIDEST, 0.0]))
    assert problem.WIDEST == 0.2
    assert (Unexplained.of(observed, right).residual(explanation) <= 1) is fits


@pytest.mark.parametrize(("part", "fits"), [(IN, True), (OUT, False)])
def test_or_as_four_times_the_reach_of_the_right_gradient(part: float, fits: bool) -> None:
    observed, right = np.array([1e-3, 0.0]), exactly([0.0, 0.0], np.array([9e-4, 0.0]))
    explanation = exactly(observed, np.array([part * problem.NEAR * 9e-4, 0.0]))
    assert problem.NEAR == 4
    assert (Unexplained.of(observed, right).residual(explanation) <= 1) is fits


@pytest.mark.parametrize(("part", "fits"), [(IN, True), (OUT, False)])
def test_of_an_array_that_is_right_as_a_thousandth_of_it(part: float, fits: bool) -> None:
    observed, right = np.array([10.0, 0.0]), exactly([10.0, 0.0], 0.0)
    width = part * problem.WIDEST * problem.SMALL * 10
    assert problem.SMALL == 1e-3
    explanation = exactly(observed, np.array([width, 0.0]))
    assert (Unexplained.of(observed, right).residual(explanation) <= 1) is fits


@pytest.mark.parametrize(("part", "good"), [(IN, True), (OUT, False)])
def test_others_are_as_good_up_to_five_times_the_distance(part: float, good: bool) -> None:
    nearest = 0.1
    found: Any = [verdict.Explanation(None, Hypothesis((), one, {})) for one in (nearest, 5 * nearest * part)]
    assert (len(verdict.as_good(found)) == 2) is good


@pytest.mark.parametrize(("part", "good"), [(IN, True), (OUT, False)])
def test_or_where_they_are_as_near_as_rounding_usually_leaves(part: float, good: bool) -> None:
    found: Any = [verdict.Explanation(None, Hypothesis((), one, {})) for one in (1e-5, 0.05 * part)]
    assert (len(verdict.as_good(found)) == 2) is good


def test_slips_of_the_forward_pass_stand_at_any_of_four_places_or_at_one_or_all_of_five() -> None:
    four: Any = [("dropout_unscaled", i, {}) for i in range(4)]
    five: Any = [("dropout_unscaled", i, {}) for i in range(5)]
    assert sorted(len(one) for one in chain._choices(four, ("dropout_unscaled",))) == [1] * 4 + [2] * 6 + [
        3
    ] * 4 + [4]
    assert sorted(len(one) for one in chain._choices(five, ("dropout_unscaled",))) == [1] * 5 + [5]


def test_so_many_other_slips_are_listed() -> None:
    def found(n: int) -> Any:
        places = [(Place(f"code_{i}", 0, "weights"),) for i in range(n)]
        return [verdict.Explanation(None, Hypothesis(one, 0.0, {})) for one in places]

    assert [len(verdict._equals(found(n))) for n in (1, 2, 5, 6)] == [0, 1, 4, 4]


def test_an_epsilon_does_harm_from_a_ten_thousandth_of_the_largest_gradient() -> None:
    """The more a probability nears 0, the more 1e-7 beside it counts: biases just before and behind the bound."""
    found = {}
    for bias in np.linspace(-9, -3, 400):
        case = network(["tanh", "softmax"], "cce", [3, 4, 3])
        case.task.Y = np.eye(3)[[0] * 7]
        case.task.b[1][0] = case.net.layers[1].view("bias")[0] = bias
        mine, right = (case.gradients("rows", bugs) for bugs in ({"clipped_logarithm": (1,)}, {}))
        difference = max(
            np.abs(one - other).max() / np.abs(other).max()
            for pair, true in zip(mine, right, strict=True)
            for one, other in zip(pair, true, strict=True)
        )
        if 0.9 < difference / verdict.HARMLESS < 1.1:
            found[difference < verdict.HARMLESS] = case.check(mine)
    assert verdict.HARMLESS == 1e-4
    assert found[True].ok is True and found[True].notes[0].endswith("It does no harm.")
    assert found[False].ok is False and found[False].slips[0].code == "clipped_logarithm"


def test_three_slips_are_named_and_of_four_those_that_reproduce_most() -> None:
    case = network(["tanh", "sigmoid", "tanh", "linear"], "mse", [3, 4, 5, 4, 2])
    three = {"bias_gradient_averaged": (3,), "gradient_sign_flipped": (2,), "weight_gradient_missing": (1,)}
    report = case.check(case.gradients("rows", three))
    assert {slip.code: slip.layers for slip in report.slips} == three
    four = three | {"transposed_weight_gradient": (0,)}
    report = case.check(case.gradients("rows", four))
    named = {slip.code: slip.layers for slip in report.slips}
    assert len(named) == 3 and named.items() <= four.items()
    assert any(note.startswith("not reproduced by them") for note in report.notes)


@pytest.mark.parametrize(("part", "seen"), [(IN, True), (OUT, False)])
def test_a_factor_is_seen_where_an_array_is_known_to_a_hundredth(part: float, seen: bool) -> None:
    assert measured.CLEAR == 0.01
    right = exactly([3.0, 4.0], [0.0, part * 0.05])
    assert bool(list(measured._measured(3.7 * right.value, right))) is seen


def test_no_more_than_three_odd_factors_are_tried() -> None:
    case = network(["tanh", "tanh", "tanh", "linear"], "mse", [3, 4, 4, 4, 2])
    gradients = [
        (by * dW, by * db)
        for by, (dW, db) in zip((3.1, 3.3, 3.7, 3.9), case.gradients("rows", {}), strict=True)
    ]
    report = case.check(gradients)
    assert report.ok is False and report.slips == ()
    assert measured.MOST_ODD == 3
