"""Where the checks draw a line: one case just inside and one just outside; and what they are called with."""

from __future__ import annotations

import inspect
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import glassnet as gn
from glassnet.checking.finding import smooth
from glassnet.checking.layer import checking as layer_checking
from glassnet.checking.layer.running import _cuts
from glassnet.checking.loss.batches import draw
from glassnet.checking.loss.epsilon import gradients_with_each
from glassnet.checking.network import updated_first
from glassnet.checking.numerics import numeric
from glassnet.checking.numerics.rounding import Rounded
from glassnet.checking.optimizer import names
from glassnet.checking.optimizer.learner_run import fresh
from glassnet.checking.optimizer.search import _values
from glassnet.checking.optimizer.steps import COARSE, FINE, LearnerSteps
from glassnet.errors import ArgumentError

# ---- how the checks are called


@pytest.mark.parametrize(
    ("check", "by_place", "by_name"),
    [
        (gn.check_activation, ["activation", "derivative"], ["like", "takes"]),
        (gn.check_derivative, ["f", "df"], ["takes", "points", "subject"]),
        (gn.check_layer, ["layer"], ["n_inputs"]),
        (gn.check_optimizer, ["step_function", "like"], []),
    ],
)
def test_what_is_no_plain_argument_is_given_by_its_name(
    check: Any, by_place: list[str], by_name: list[str]
) -> None:
    kinds: dict[Any, list[str]] = {}
    for parameter in inspect.signature(check).parameters.values():
        kinds.setdefault(parameter.kind, []).append(parameter.name)
    assert kinds.get(inspect.Parameter.POSITIONAL_OR_KEYWORD, []) == by_place
    assert kinds.get(inspect.Parameter.KEYWORD_ONLY, []) == by_name
    assert inspect.Parameter.POSITIONAL_ONLY not in kinds


# ---- points at which a function is compared


@pytest.mark.parametrize("at", [-5.96, -3.0, 3.0, 5.95])
def test_a_derivative_that_is_wrong_at_an_end_alone_is_seen_from_minus_6_to_6(at: float) -> None:
    def df(z: Any) -> Any:
        beyond = z >= at if at > 0 else z <= at
        return np.where(beyond, 2.0, 1.0) * np.cos(z)

    report = gn.check_derivative(np.sin, df)
    assert report.ok is False and report.evidence
    assert all(abs(float(line.place.removeprefix("z = "))) >= abs(at) - 1e-3 for line in report.evidence)


def test_about_a_hundred_points_are_compared_and_three_at_most_are_shown() -> None:
    asked: list[Any] = []

    def df(z: Any) -> Any:
        asked.append(np.size(z))
        return np.cos(z) + 1

    report = gn.check_derivative(np.sin, df)
    assert max(asked) == 101 and len(report.evidence) == 3
    places = [float(line.place.removeprefix("z = ")) for line in report.evidence]
    assert places == sorted(places) and places[0] < -2 < places[1] < 2 < places[2]


@pytest.mark.parametrize(("off", "right"), [(0.9e-7, True), (1.1e-7, False)])
def test_a_slope_is_right_to_a_ten_millionth_of_it_and_of_the_middle_one(off: float, right: bool) -> None:
    step = 1 * 2 + 1e-3  # of a slope of 1 everywhere: the slope, the middle slope, and a thousandth
    report = gn.check_derivative(lambda z: 1.0 * z, lambda z: np.ones_like(z) + off * step)
    assert report.ok is right


@pytest.mark.parametrize(("off", "right"), [(0.9 * 5e-3, True), (1.1 * 5e-3, False)])
def test_and_to_half_a_hundredth_where_single_precision_is_computed(off: float, right: bool) -> None:
    def f(z: Any) -> Any:
        return np.asarray(z, np.float32)

    report = gn.check_derivative(f, lambda z: np.ones_like(z) + np.float32(off * 2.001))
    assert report.ok is right


# ---- kinks


@pytest.mark.parametrize("height", [0.01, 1.0, 100.0])
def test_a_jump_is_no_kink_and_a_kink_no_jump_whatever_its_height(height: float) -> None:
    def kinked(z: Any) -> Any:
        return np.maximum(0, height * z)

    def jumping(z: Any) -> Any:
        return z + height * (z > 0)

    assert numeric.kinks(kinked, -6, 6).tolist() == numeric.kinks(jumping, -6, 6).tolist() == [0]
    assert numeric.is_jump(kinked, np.zeros(1)).tolist() == [False]
    assert numeric.is_jump(jumping, np.zeros(1)).tolist() == [True]
    assert (
        not numeric.kinks(np.tanh, -6, 6).size and not numeric.kinks(lambda z: 9 * np.sin(9 * z), -6, 6).size
    )


@pytest.mark.parametrize(("change", "seen"), [(1.1e-3, True), (0.9e-3, False)])
def test_a_kink_is_one_where_the_slope_changes_by_a_thousandth(change: float, seen: bool) -> None:
    found = numeric.kinks(lambda z: np.where(z > 1.25, change * (z - 1.25), 0), -6, 6)
    assert found.tolist() == ([1.25] if seen else [])


@pytest.mark.parametrize("f", [np.tanh, np.exp, lambda z: z**5, lambda z: 1 / (1 + z * z)])
def test_slopes_are_exact_to_ten_digits(f: Any) -> None:
    z = np.linspace(-2, 2, 8)
    with np.errstate(all="ignore"):
        right = {np.tanh: 1 - np.tanh(z) ** 2, np.exp: np.exp(z)}.get(f, numeric.slope(f, z, 2.0**-8))
    np.testing.assert_allclose(numeric.slope(f, z), right, rtol=1e-10, atol=1e-11)
    one = [smooth.slope(lambda h, at=at: float(f(at + h)), 1.0, float(f(at))) for at in z]  # type: ignore[misc]
    np.testing.assert_allclose(one, right, rtol=1e-8, atol=1e-8)


# ---- layers


@pytest.mark.parametrize(("n", "taken"), [(1, True), (1_000_000, True), (1_000_001, False), (0, False)])
def test_a_layer_reads_a_million_features_at_most(
    n: int, taken: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    class TakenError(Exception):
        pass

    def taken_up(_: Any, n_inputs: int) -> Any:
        raise TakenError(n_inputs)

    monkeypatch.setattr(layer_checking, "layer_of", taken_up)
    with pytest.raises(TakenError if taken else ArgumentError, match=f"{n:}"):
        gn.check_layer(object(), n_inputs=n)


@pytest.mark.parametrize("values", [np.zeros(3), np.ones(3), np.array([0.1, -7.3])])
def test_what_computes_in_single_precision_is_seen_by_digits_that_it_has_not_got(values: Any) -> None:
    def cut(z: Any) -> Any:
        return z.astype(np.float32).astype(np.float64)

    assert _cuts(values, cut) is True
    assert _cuts(values, lambda z: 2 * z) is False
    assert _cuts(values, lambda _: np.ones(2)) is False  # which sees nothing at all
    # whole numbers have the same digits in both; what else is moved has not
    assert _cuts(values, np.round) is False


# ---- losses


def test_every_epsilon_from_1e_15_to_a_hundredth_is_tried_for_a_logarithm() -> None:
    pair = draw("one_hot", 5, 3, one_axis=False), draw("one_hot", 7, 4, one_axis=False)
    tried = [epsilon for epsilon, _ in gradients_with_each("one_hot", pair, 1.0)]
    assert tried == [1e-15, 1e-12, 1e-10, 1e-9, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2]
    for epsilon, (first, second) in gradients_with_each("one_hot", pair, 1.0):
        for batch, found in zip(pair, (first, second), strict=True):
            np.testing.assert_allclose(found, -batch.y / (batch.p + epsilon) / len(batch.p), rtol=1e-14)


# ---- optimizers


def test_every_epsilon_from_1e_16_to_a_tenth_is_tried_and_what_texts_print_beside_the_default() -> None:
    own = {"alpha": 0.99, "epsilon": 1e-8}
    tried = [one["epsilon"] for one in _values(own, set(), 1.0)]
    assert tried[:2] == [1e-8, 1e-8]  # its own first
    assert tried[2:] == [1e-16, 1e-15, 1e-12, 1e-10, 1e-9, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1]
    assert max(one["epsilon"] for one in _values(own, set(), 1e-4)) == 1e-4
    assert {one["alpha"] for one in _values(own, set(), 1.0)} == {0.99}
    assert {one["alpha"] for one in _values(own, {"alpha"}, 1.0)} == {0.9, 0.99}
    assert {one["rho"] for one in _values({"rho": 0.5}, {"rho"}, 1.0)} == {0.5, 0.9, 0.95}


@pytest.mark.parametrize(
    ("setting", "inside", "outside"),
    [
        ("momentum", [0.0, 0.999], [1.0, -0.1]), ("beta2", [0.0, 0.9999], [1.0, 1.5]), ("rho", [0.0], [1.0]),
        ("alpha", [0.5], [1.0]), ("beta1", [0.0], [1.0]), ("epsilon", [1e-16, 0.1], [0.0, 0.11]),
        ("learning_rate", [1e-9, 5.0], [0.0, -1.0]), ("weight_decay", [0.0, 3.0], [-0.1]),
    ],
)  # fmt: skip
def test_a_number_may_be_a_setting_that_it_fits(
    setting: str, inside: list[float], outside: list[float]
) -> None:
    assert all(names.fits(setting, value) for value in inside)
    assert not any(names.fits(setting, value) for value in outside)


def walked(*steps: float, dtype: Any = np.float64) -> LearnerSteps:
    """LearnerSteps of one parameter from 0, so near to it that rounding does not count."""
    path = [np.array([at], dtype).astype(np.float64) for at in np.cumsum(steps)]
    return LearnerSteps(np.zeros(1), path, [np.ones(1)] * len(steps))


@pytest.mark.parametrize(
    ("tolerance", "dtype", "reach"), [(FINE, np.float64, 1e-9), (COARSE, np.float64, 3e-6), (COARSE, np.float32, 1e-4)]
)  # fmt: skip
@pytest.mark.parametrize(("part", "equal"), [(0.98, True), (1.03, False)])
def test_steps_are_equal_in_parts_of_the_largest_of_a_parameter(
    tolerance: float, dtype: Any, reach: float, part: float, equal: bool
) -> None:
    steps = walked(0.3, 1.1, dtype=dtype)
    right = steps.given.copy()
    right[0] += reach * part * 1.1  # of the largest step
    assert steps.equal(right, tolerance) is equal
    assert not steps.equal(np.full((2, 1), np.nan), tolerance)
    right[0] = np.nan
    assert not steps.equal(right, tolerance)


def test_a_factor_between_steps_is_that_of_least_squares_over_what_is_finite() -> None:
    right = np.array([[1.0], [2.0], [np.nan]])
    assert LearnerSteps.ratio(np.array([[3.0], [5.0], [1.0]]), right) == pytest.approx((3 + 10) / 5)
    assert LearnerSteps.ratio(np.ones((3, 1)), np.zeros((3, 1))) == 0


def test_a_function_is_run_afresh_with_copies_of_what_it_keeps() -> None:
    kept, counts = [0.0], np.zeros(1)

    def step(w: Any, g: Any, state: list[float] = [1.0], *, more: list[float] = [2.0]) -> Any:  # noqa: B006
        kept[0] += 1
        state[0] += 1
        more[0] += 1
        counts[0] += 1
        return kept[0], state[0], more[0], counts[0]

    for _ in range(2):
        assert fresh(step)(0, 0) == (1, 2, 3, 1)
    assert kept == [0] and counts == 0

    class Optimizer:
        n = 0

        def step(self, w: Any, g: Any) -> int:
            self.n += 1
            return self.n

    optimizer = Optimizer()
    assert [fresh(optimizer.step)(0, 0) for _ in range(2)] == [1, 1] and optimizer.n == 0
    assert fresh(np.sin) is np.sin


# ---- the rate of an update that came too early


@pytest.mark.parametrize("rate", [0.1, 0.012345, 0.0123456789])
def test_a_rate_is_told_with_as_few_digits_as_give_the_numbers(rate: float) -> None:
    slope = Rounded(np.array([1.0, 2.0, -3.0]), np.zeros(3), 1e-300)
    as_it_is = Rounded(np.ones(3), np.full(3, 1e-24), 1e-300)
    updates = updated_first.Updates(SimpleNamespace(), SimpleNamespace())  # type: ignore[arg-type]
    mine = as_it_is.value - rate * slope.value
    found = updates._fitted([(mine, as_it_is, slope)])
    assert found == pytest.approx(rate, rel=1e-12) and updates.rates == [found]
    if rate != 0.0123456789:
        assert found == rate
    assert updates._fitted([(as_it_is.value + rate * slope.value, as_it_is, slope)]) is None  # it goes up
    assert updates._fitted([(mine, as_it_is, slope.times(0))]) is None
