"""Small choices of the checks: what is found, how often something is tried, and what is said of it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import glassnet as gn
from glassnet.checking.finding import leaves, matching, smooth
from glassnet.checking.finding.matching import Found
from glassnet.checking.layer.backward import ways
from glassnet.checking.layer.building import layer_of
from glassnet.checking.layer.roles import Roles
from glassnet.checking.layer.running import Batch, _is_batch
from glassnet.checking.loss.shapes import broadcast
from glassnet.checking.network.observed import _convention
from glassnet.checking.network.problem import constant_ratio, ratio_of, residual
from glassnet.checking.numerics.calling import Callee, Elementwise, n_required
from glassnet.checking.numerics.rounding import Rounded
from glassnet.checking.optimizer.learner_step import LearnerStep
from glassnet.checking.program.taking.together import together
from glassnet.checking.program.trying import settling
from glassnet.checking.report import Report
from glassnet.errors import ArgumentError

# ---- numbers in what a learner's code returns and holds


def nested(n: int) -> Any:
    """A number in so many lists of lists."""
    thing: Any = [np.ones(1)]
    for _ in range(n - 1):
        thing = {"a": thing}
    return thing


def test_what_is_returned_is_looked_into_up_to_seven_deep() -> None:
    assert [len(list(leaves.flatten(nested(n)))) for n in (1, 6, 7, 8)] == [1, 1, 1, 0]
    assert next(leaves.flatten(nested(2)))[0] == "['a'][0]"
    mixed = np.empty(2, object)
    mixed[:] = [np.ones(2), 3.0]
    assert [name for name, _ in leaves.flatten(mixed)] == ["[0]", "[1]"]
    assert [name for name, _ in leaves.flatten([[1.0, 2.0], [[1.0], [2.0]], 3, True, "x", np.zeros(0)])] == [
        "[0]", "[1]", "[2]",
    ]  # fmt: skip


def test_results_are_named_by_what_stands_behind_return_and_others_by_their_place() -> None:
    def several(x: Any) -> Any:
        dW, cache = x, {"Z": x}
        return dW, "text", cache, [x, "none", x]

    found = list(matching.returned(several(np.ones(2)), several))
    assert [(one.name, one.array.tolist()) for one in found] == [
        ("dW", [1, 1]), ("cache['Z']", [1, 1]), ("[3][0]", [1, 1]), ("[3][2]", [1, 1]),
    ]  # fmt: skip
    assert [one.name for one in matching.returned({"dW": np.ones(2)}, several)] == ["['dW']"]


@pytest.mark.parametrize(
    ("sizes", "one"),
    [([0.1, -0.1, 0.1, 0.1], True), ([0.1, -0.1, 0.1], False), ([0.1, 0, -0.1, 0.1, 0.1], True), ([], False),
     ([0.1, 0.1, 0.1, 0.0991], True), ([0.1, 0.1, 0.1, 0.0989], False)],
)  # fmt: skip
def test_four_steps_of_one_size_to_a_hundredth_are_those_of_a_sign(sizes: list[float], one: bool) -> None:
    assert matching.have_one_size([np.array(sizes[:2]), np.array(sizes[2:])]) is one


# ---- differences


@pytest.mark.parametrize(("unit", "steps"), [
    (smooth.DOUBLE, (2.0**-11, 2.0**-15, 2.0**-19)), (smooth.SINGLE, (2.0**-4, 2.0**-6, 2.0**-8)),
])  # fmt: skip
def test_a_slope_is_taken_as_near_as_a_kink_leaves_room_and_not_at_all_where_it_is_nearer(
    unit: float, steps: tuple[float, ...]
) -> None:
    def kinked(at: float) -> Any:
        return lambda h: 3 * h + 10 * max(0.0, h - at)

    for step in steps:
        assert smooth.slope(kinked(1.01 * step), 1.0, 0.0, unit) == pytest.approx(3, rel=1e-9)
        assert smooth.slope(kinked(2.02 * step), 2.0, 0.0, unit) == pytest.approx(3, rel=1e-9)
    assert np.isnan(smooth.slope(kinked(0.3 * steps[-1]), 1.0, 0.0, unit))
    tried: list[float] = []
    smooth.slope(lambda h: tried.append(h) or np.nan, 1.0, 0.0, unit)  # type: ignore[func-returns-value]
    assert tried == [part * step for step in steps for part in (1, -1, 0.5, -0.5)]


def test_entries_that_are_not_asked_for_are_not_measured_and_the_array_is_put_back() -> None:
    array = np.array([[0.0, 2.0], [1e-9, -3.0]])
    before = array.copy()
    found = smooth.gradient(lambda: float((array**2).sum()), array, np.array([1, 3]))
    np.testing.assert_allclose(found, [[np.nan, 4], [np.nan, -6]], rtol=1e-9)
    np.testing.assert_array_equal(array, before)
    assert smooth.gradient(lambda: 1.0, np.zeros(0)).shape == (0,)


# ---- how gradients stand


@pytest.mark.parametrize(
    ("shapes", "weights", "biases", "convention"),
    [
        ([(3, 4), (4, 1)], [(3, 4), (4, 1)], [(4,), (1,)], "rows"),
        ([(3, 4), (4, 1)], [(4, 3), (1, 4)], [(4,), (1,)], "columns"),
        ([(3, 1)], [(1, 3)], [(1, 1)], "columns"), ([(3, 1)], [(3, 1)], [(1, 1)], "rows"),
        ([(1, 1)], [(1, 1)], [(1, 1)], "undecided"), ([(4, 4)], [(4, 4)], [(4,)], "undecided"),
        ([(4, 4)], [(4, 4)], [(1, 4)], "rows"), ([(4, 4)], [(4, 4)], [(4, 1)], "columns"),
        ([(4, 4), (4, 4)], [(4, 4)] * 2, [(4, 1), (1, 4)], "undecided"), ([(4, 4)], [(4, 4)], [None], "undecided"),
        # most stand in columns, and so do the biases: the others are transposed
        ([(3, 4), (4, 5)], [(3, 4), (5, 4)], [(4, 1), (5, 1)], "columns"),
        ([(3, 4), (4, 5), (5, 2)], [(3, 4), (4, 5), (2, 5)], [(4, 1), (5, 1), (2, 1)], "rows"),
        ([(3, 4), (4, 5)], [(3, 4), (5, 4)], [(4, 1), (5,)], "rows"),
        ([(3, 4), (4, 5)], [(4, 3), (5, 4)], [(1, 4), (1, 5)], "rows"),
    ],
)  # fmt: skip
def test_shapes_tell_whether_samples_stand_in_rows_or_in_columns(
    shapes: Any, weights: Any, biases: Any, convention: str
) -> None:
    given = [(np.zeros(w), None if b is None else np.zeros(b)) for w, b in zip(weights, biases, strict=True)]
    assert _convention(shapes, given) == convention


def test_a_ratio_is_one_number_for_all_and_of_one_number_it_says_nothing() -> None:
    right = Rounded(np.array([1.0, -2.0]), np.full(2, 1e-20), 1e-16)
    assert ratio_of(np.array([3.0, -6.0]), right) == pytest.approx(3)
    assert ratio_of(np.array([3.0, -5.0]), right) is None and ratio_of(np.ones(3), right) is None
    assert ratio_of(np.array([np.nan, 1.0]), right) is None
    one, nothing = (Rounded(np.array([at]), np.zeros(1), 1e-16) for at in (2.0, 0.0))
    assert constant_ratio(np.array([6.0]), one) is None and ratio_of(np.array([6.0]), one) == 3
    assert ratio_of(np.array([6.0]), nothing) is None
    assert residual(np.zeros(0), Rounded(np.zeros(0), np.zeros(0), 1e-16)) == 0
    assert residual(np.array([np.nan]), one) == residual(np.ones(2), one) == np.inf


# ---- layers, losses, optimizers


@pytest.mark.parametrize(
    ("shape", "batch", "fits"),
    [((5, 3), Batch(5, False, False), True), ((3, 5), Batch(5, False, False), False),
     ((3, 5), Batch(5, True, False), True),
     ((5,), Batch(5, False, False), False), ((5, 3, 1), Batch(5, False, False), False),
     ((3,), Batch(1, False, True), True),
     ((), Batch(1, False, True), True), ((1, 3), Batch(1, False, True), True),
     ((1, 1, 3), Batch(1, False, True), False),
     ((0,), Batch(1, False, True), False)],
)  # fmt: skip
def test_an_output_has_a_row_or_a_column_for_each_sample(shape: Any, batch: Batch, fits: bool) -> None:
    assert _is_batch(np.zeros(shape), batch) is fits
    assert not _is_batch(np.zeros(shape, bool), batch)


def test_a_layer_of_single_samples_or_of_columns_is_noted() -> None:
    class Alone:
        def __init__(self) -> None:
            self.W = np.array([[0.3, -0.2, 0.5], [0.1, 0.4, -0.7]])

        def forward(self, x: Any) -> Any:
            if x.shape != (3,):
                raise ValueError("one sample")
            self.x = x
            return self.W @ x

        def backward(self, error: Any) -> Any:
            self.dW = np.outer(error, self.x)
            return self.W.T @ error

    class Columns(Alone):
        def forward(self, x: Any) -> Any:
            self.x = x
            return self.W @ x

        def backward(self, error: Any) -> Any:
            self.dW = error @ self.x.T
            return self.W.T @ error

    class Rows(Columns):
        def forward(self, x: Any) -> Any:
            self.x = x
            return x @ self.W.T

        def backward(self, error: Any) -> Any:
            self.dW = error.T @ self.x
            return error @ self.W

    for layer, notes in ((Alone, ("one sample at a time",)), (Columns, ("samples in columns",)), (Rows, ())):
        report = gn.check_layer(layer())
        assert report.ok is True and report.notes == notes, str(report)


@pytest.mark.parametrize(
    ("shape", "n_inputs", "n_units", "columns", "turned"),
    [((3, 4), 3, 4, False, False), ((4, 3), 3, 4, False, True), ((4, 4), 4, 4, False, False),
     ((4, 4), 4, 4, True, True),
     ((3, 4), 3, 4, True, False), ((5, 6), 3, 4, False, False)],
)  # fmt: skip
def test_weights_are_turned_where_they_lie_the_other_way_round(
    shape: Any, n_inputs: int, n_units: int, columns: bool, turned: bool
) -> None:
    batch = Batch(5, False, False)
    roles: Any = SimpleNamespace(
        learner=SimpleNamespace(batch=batch, X=np.zeros((5, n_inputs)), columns=columns), error=np.zeros((5, n_units))
    )  # fmt: skip
    weights = np.arange(float(np.prod(shape))).reshape(shape)
    np.testing.assert_array_equal(Roles._in_rows(roles, weights), weights.T if turned else weights)
    roles.learner.X, roles.error = np.zeros((5, 4)), np.zeros((5, 4))
    assert Roles._in_rows(roles, np.zeros((4, 1))).shape == (4,)


def test_of_two_arguments_that_may_be_the_error_the_first_is_it() -> None:
    class Layer:
        def forward(self, X: Any) -> Any: ...
        def backward(self, d_out: Any, d_in: Any) -> Any: ...

    learner: Any = SimpleNamespace(thing=Layer())
    assert next(ways(learner)).order == ("error", "input")


def test_two_functions_read_as_many_features_as_are_said_or_three() -> None:
    pair = (lambda x, w: x @ w), (lambda error, cache: error)
    assert layer_of(pair, None).w.shape == (3, 4) and layer_of(pair, 7).w.shape == (7, 4)
    assert layer_of(pair, 7).backward is not layer_of(pair, 7).forward


def test_targets_that_are_broadcast_are_a_slip_only_where_that_changes_the_loss() -> None:
    y, p = np.array([1.0, 2.0, 4.0]), np.array([[1.0], [0.0], [2.0]])

    def found(value: Any) -> list[Any]:
        learner: Any = SimpleNamespace(value=SimpleNamespace(raw=value))
        return list(broadcast(learner, y, p))

    (slip,) = found(lambda y, p: ((y - p) ** 2).mean())
    assert slip.code == "broadcast_to_matrix" and slip.fix == "y_true = y_true.reshape((3, 1))"
    assert "y_true (3,) beside y_pred (3, 1) is broadcast to (3, 3)" in slip.message
    assert "and the loss is 4 in the place of 2.66667." in slip.message
    y, p = np.array([0.1, 0.2, 0.4]), np.array([[0.7], [0.11], [0.3]])
    as_given, reshaped = (y - p).mean(), (y[:, None] - p).mean()
    assert 0 < abs(as_given - reshaped) < 1e-15  # the mean of all differences is the same to rounding
    assert found(lambda y, p: (y - p).mean()) == []
    assert found(lambda y, p: float(y.sum() + p.sum())) == []
    assert found(lambda y, p: 1 / 0) == []
    learner: Any = SimpleNamespace(value=SimpleNamespace(raw=lambda y, p: ((y - p) ** 2).mean()))
    for other in (y[:, None], y[:2]):
        assert list(broadcast(learner, other, p)) == []


def test_no_more_ways_to_call_an_optimizer_are_tried_than_are_asked_for() -> None:
    def step(w: Any, g: Any, a: Any, b: Any) -> Any:
        raise TypeError("none of these")

    failed = []
    for most in (0, 1, 2):
        learner = LearnerStep(step, {"learning_rate": 0.1, "momentum": 0.9}, {})
        assert not list(learner.paths([np.zeros((1, 2))] * 4, [[np.ones((1, 2))] * 4], most))
        failed.append(len(learner.reasons))
    assert failed[0] == 0 < failed[1] < failed[2]


def test_steps_of_another_shape_are_refused_with_both_shapes() -> None:
    with pytest.raises(ArgumentError, match=r"it gives shape \(6,\) for parameters of shape \(3, 2\)"):
        gn.check_optimizer(lambda w, g, lr: (w - lr * g).ravel(), like="sgd", learning_rate=0.1)


# ---- calling


def test_functions_are_called_with_arrays_then_with_lists_and_the_way_that_works_is_kept() -> None:
    given: list[Any] = []

    def of_lists(z: Any) -> Any:
        given.append(type(z))
        if not isinstance(z, list):
            raise TypeError("lists only")
        return [2 * one for one in z]

    double = Callee("f", of_lists)
    assert double.raw(np.ones(2)) == [2, 2] and given[0] is np.ndarray and given[-1] is list
    given.clear()
    double.raw(np.ones(2))
    assert given == [list]
    with pytest.raises(ArgumentError, match=r"called with arrays of shape \(2,\), \(3,\); ZeroDivisionError"):
        Callee("f", lambda a, b: 1 / 0).raw(np.ones(2), np.ones(3))
    with pytest.raises(ArgumentError, match="f must be a function; got 3"):
        Callee("f", 3)  # type: ignore[arg-type]


def test_values_have_the_shape_of_the_points() -> None:
    points = np.arange(3.0)
    assert Elementwise("f", lambda z: 4)(points).tolist() == [4, 4, 4]
    assert Elementwise("f", lambda z: z[None])(points).tolist() == [0, 1, 2]
    assert Elementwise("f", lambda z: z.astype(int))(points).dtype == np.float64
    assert Elementwise("f", lambda z: 1 / 0)(np.zeros((0, 2))).shape == (0, 2)
    with pytest.raises(ArgumentError, match=r"for shape \(3,\) it gave \(2,\)"):
        Elementwise("f", lambda z: z[:2])(points)
    assert Elementwise("f", lambda z: z.astype(np.float32)).dtype == np.float32
    assert Elementwise("f", lambda z: 3).dtype == np.float64


@pytest.mark.parametrize(
    ("function", "n"),
    [(lambda: 0, 0), (lambda a: 0, 1), (lambda a, b=1: 0, 1), (lambda *a: 0, 1), (lambda a, b, *c: 0, 2),
     (lambda a=1, *b: 0, 1), (lambda *, a: 0, 0), (lambda **a: 0, 0), (np.exp, 1)],
)  # fmt: skip
def test_arguments_that_a_function_cannot_do_without_are_counted(function: Any, n: int) -> None:
    assert n_required(function) == n


# ---- several reports, and draws


@pytest.mark.parametrize(
    ("oks", "ok"), [([True, True], True), ([True, None], None), ([None, False], False), ([True, False], False)]
)  # fmt: skip
def test_a_report_of_several_is_right_where_all_are(oks: list[Any], ok: bool | None) -> None:
    reports = [
        (f"part {i}", Report("check", one is not False, not_checked=("what",) if one is None else ()))
        for i, one in enumerate(oks)
    ]
    assert together(reports).ok is ok


def test_every_draw_of_parameters_is_another() -> None:
    assert (
        len({*settling.SEEDS, *settling.OTHER_SEEDS}) == len(settling.SEEDS) + len(settling.OTHER_SEEDS) == 12
    )
    assert Found("a", np.ones(1)).name == "a"
