"""Metrics of values agree with scikit-learn."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pytest
import sklearn.metrics
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray

from glassnet import metrics
from glassnet.errors import DataError, ShapeError

TWINS: dict[metrics.Metric, Any] = {
    metrics.mean_absolute_error: sklearn.metrics.mean_absolute_error,
    metrics.root_mean_squared_error: sklearn.metrics.root_mean_squared_error,
    metrics.r2: sklearn.metrics.r2_score,
}


def pinball(level: float) -> Any:
    return lambda *given, **weights: sklearn.metrics.mean_pinball_loss(*given, alpha=level, **weights)


TWINS |= {metrics.Pinball(level): pinball(level) for level in (0.05, 0.5, 0.9)}

VALUES = st.integers(-1000, 1000).map(lambda thousandths: thousandths / 1000)


class Case(NamedTuple):
    true: NDArray[np.float64]
    predicted: NDArray[np.float64]
    weight: NDArray[np.float64]


@st.composite
def cases(draw: st.DrawFn) -> Case:
    n_samples, n_outputs = draw(st.integers(2, 20)), draw(st.integers(1, 3))
    columns = arrays.arrays(np.float64, (n_samples, n_outputs), elements=VALUES)
    weights = arrays.arrays(np.float64, n_samples, elements=st.sampled_from([0.5, 1.0, 3.0]))
    return Case(draw(columns), draw(columns), draw(weights))


@pytest.mark.parametrize("metric", TWINS, ids=repr)
@given(case=cases())
def test_the_value_is_that_of_scikit_learn(metric: metrics.Metric, case: Case) -> None:
    for weight in (None, case.weight):
        theirs = TWINS[metric](case.true, case.predicted, sample_weight=weight)
        assert metric(case.true, case.predicted, weight) == pytest.approx(theirs, rel=1e-9)


@pytest.mark.parametrize("metric", TWINS, ids=repr)
def test_one_axis_and_one_column_mean_the_same(metric: metrics.Metric) -> None:
    true, predicted = np.array([1.0, 2.0, 4.0]), np.array([1.5, 2.0, 3.0], dtype=np.float32)
    expected = metric(true, predicted)
    assert metric(true, predicted[:, np.newaxis]) == expected
    assert metric(true[:, np.newaxis], predicted) == expected


def test_the_values_of_a_hand_computed_case() -> None:
    y_true, y_pred = [1, 2, 3], [1, 2, 6]
    assert metrics.mean_absolute_error(y_true, y_pred) == 1.0
    assert metrics.root_mean_squared_error(y_true, y_pred) == pytest.approx(3**0.5)
    assert metrics.r2(y_true, y_pred) == pytest.approx(1 - 9 / 2)


def test_predicting_the_mean_has_an_r2_of_0() -> None:
    assert metrics.r2([1, 2, 6], [3, 3, 3]) == 0.0


@pytest.mark.parametrize("weight", [None, [0.1, 0.7, 0.3]])
def test_targets_that_do_not_vary_are_met_or_not(weight: list[float] | None) -> None:
    constant = [0.1, 0.1, 0.1]
    assert metrics.r2(constant, constant, weight) == 1.0
    assert metrics.r2(constant, [0.1, 0.1, 0.2], weight) == 0.0


@pytest.mark.parametrize(
    ("y_true", "y_pred", "error", "message"),
    [
        ([1, 2], [1, 2, 3], ShapeError, r"same number of rows; got shapes \(2,\) and \(3,\)"),
        ([1, 2], [[1, 2], [3, 4]], ShapeError, r"same outputs; got shapes \(2, 1\) and \(2, 2\)"),
        ([], [], DataError, r"y_true is empty \(shape \(0,\)\)"),
        ([1, 2], [1, np.nan], DataError, r"y_pred must be finite; it is not at index \(1\)"),
        ([1, None], [1, 2], DataError, "y_true must hold numbers; got dtype object"),
    ],
)
@pytest.mark.parametrize("metric", TWINS, ids=repr)
def test_values_that_do_not_fit_are_refused(
    metric: metrics.Metric, y_true: Any, y_pred: Any, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        metric(y_true, y_pred)


def test_r2_of_one_sample_is_refused() -> None:
    with pytest.raises(DataError, match="r2 needs at least two samples; y_true has one"):
        metrics.r2([1.0], [1.0])


def test_of_percentages_a_target_of_0_is_refused_only_where_it_counts() -> None:
    mape = metrics.get("mape")
    assert mape([0.0, 1.0, 2.0], [5.0, 1.5, 3.0], [0.0, 1.0, 1.0]) == pytest.approx(0.5)
    with pytest.raises(
        DataError, match="divides by the targets, and y_true is 0 in row 2; use mean_absolute_error"
    ):
        mape([0.0, 1.0, 0.0], [5.0, 1.5, 3.0], [0.0, 1.0, 1e-300])
