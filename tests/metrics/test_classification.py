"""Metrics of classes agree with scikit-learn."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest
import sklearn.metrics
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray

from glassnet import metrics
from glassnet.errors import ArgumentError, DataError, ShapeError

PER_CLASS = {
    metrics.Precision: sklearn.metrics.precision_score,
    metrics.Recall: sklearn.metrics.recall_score,
    metrics.F1: sklearn.metrics.f1_score,
}


class Case(NamedTuple):
    """Labels, scores that differ within each row, and weights of which some may be zero."""

    true: NDArray[np.int64]
    scores: NDArray[np.float64]
    weight: NDArray[np.float64]

    @property
    def n_classes(self) -> int:
        return int(self.scores.shape[1])

    @property
    def predicted(self) -> NDArray[np.int64]:
        return np.asarray(self.scores.argmax(axis=1), dtype=np.int64)


@st.composite
def cases(draw: st.DrawFn, least_classes: int = 2) -> Case:
    n_samples = draw(st.integers(1, 30))
    n_classes = draw(st.integers(least_classes, 6))
    true = draw(arrays.arrays(np.int64, n_samples, elements=st.integers(0, n_classes - 1)))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    scores = random.permuted(np.tile(np.arange(1.0, n_classes + 1), (n_samples, 1)), axis=1)
    weight = draw(arrays.arrays(np.float64, n_samples, elements=st.sampled_from([0.0, 0.5, 1, 3])))
    weight[draw(st.integers(0, n_samples - 1))] = 1.0
    return Case(true, scores / scores.sum(axis=1, keepdims=True), weight)


@given(cases())
def test_accuracy_is_that_of_scikit_learn(case: Case) -> None:
    for weight in (None, case.weight):
        assert metrics.accuracy(case.true, case.scores, weight) == pytest.approx(
            sklearn.metrics.accuracy_score(case.true, case.predicted, sample_weight=weight)
        )


@given(cases())
def test_accuracy_reads_every_form_of_the_same_classes_alike(case: Case) -> None:
    expected = metrics.accuracy(case.true, case.scores)
    one_hot = np.eye(case.n_classes)[case.true]
    targets: list[NDArray[Any]] = [
        case.true,
        case.true[:, np.newaxis],
        case.true.astype(np.float32),
        one_hot,
        one_hot.astype(bool),
    ]
    predictions: list[NDArray[Any]] = [
        case.scores,
        case.scores.astype(np.float32),
        case.predicted,
        case.predicted[:, np.newaxis].astype(np.uint8),
    ]
    for y_true in targets:
        for y_pred in predictions:
            assert metrics.accuracy(y_true, y_pred) == expected


def test_accuracy_takes_lists() -> None:
    assert metrics.accuracy([0, 1, 2, 2], [0, 1, 1, 2]) == 0.75


def test_a_single_column_of_floats_is_the_probability_of_class_1() -> None:
    probability = np.array([[0.9], [0.4], [0.51], [0.0], [1.0]])
    labels = np.array([1, 0, 0, 0, 1])
    for y_true in (labels, labels[:, np.newaxis].astype(float), np.eye(2)[labels]):
        assert metrics.accuracy(y_true, probability) == 0.8
        assert metrics.accuracy(y_true, probability.ravel()) == 0.8


def test_a_probability_of_one_half_is_class_0_as_with_two_columns() -> None:
    assert metrics.predicted_classes([[0.5]]) == metrics.predicted_classes([[0.5, 0.5]]) == [0]


def test_the_first_of_equal_scores_is_predicted() -> None:
    assert metrics.predicted_classes([[0.2, 0.4, 0.4]]).tolist() == [1]


def test_targets_may_be_soft() -> None:
    assert metrics.accuracy([[0.9, 0.1], [0.3, 0.7]], [[0.6, 0.4], [0.6, 0.4]]) == 0.5


@given(cases(least_classes=3), st.data())
def test_top_k_is_that_of_scikit_learn(case: Case, data: st.DataObject) -> None:
    k = data.draw(st.integers(1, case.n_classes - 1))
    for weight in (None, case.weight):
        theirs = sklearn.metrics.top_k_accuracy_score(
            case.true, case.scores, k=k, labels=np.arange(case.n_classes), sample_weight=weight
        )
        assert metrics.TopK(k)(case.true, case.scores, weight) == pytest.approx(theirs)


@given(
    arrays.arrays(np.float64, (8, 4), elements=st.sampled_from([0.0, 0.5, 1.0])),
    arrays.arrays(np.int64, 8, elements=st.integers(0, 3)),
)
def test_top_1_is_accuracy_even_among_equal_scores(
    scores: NDArray[np.float64], true: NDArray[np.int64]
) -> None:
    assert metrics.TopK(1)(true, scores) == metrics.accuracy(true, scores)


def test_equal_scores_earn_no_credit_beyond_k() -> None:
    assert metrics.TopK(2)(np.arange(40), np.ones((40, 40))) == 2 / 40


@pytest.mark.parametrize("metric", PER_CLASS)
@pytest.mark.parametrize("average", ["auto", "micro", "macro", "weighted"])
@given(case=cases())
def test_scores_per_class_are_those_of_scikit_learn(
    metric: type[metrics.PerClass], average: str, case: Case
) -> None:
    default = "binary" if case.n_classes == 2 else "macro"
    for weight in (None, case.weight):
        theirs = PER_CLASS[metric](
            case.true,
            case.predicted,
            average=default if average == "auto" else average,
            sample_weight=weight,
            zero_division=0.0,
        )
        assert metric(average)(case.true, case.scores, weight) == pytest.approx(theirs)


def test_two_classes_are_scored_by_class_1() -> None:
    y_true, y_pred = [1, 1, 1, 0], [[0.9], [0.2], [0.8], [0.7]]
    assert metrics.precision(y_true, y_pred) == pytest.approx(2 / 3)
    assert metrics.recall(y_true, y_pred) == pytest.approx(2 / 3)
    assert metrics.Recall("macro")(y_true, y_pred) == pytest.approx((2 / 3 + 0) / 2)


def test_labels_without_class_1_still_mean_two_classes() -> None:
    assert metrics.recall([0, 0], [0, 0]) == 0.0
    assert metrics.confusion_matrix([0, 0], [0, 0]).tolist() == [[2, 0], [0, 0]]


@given(cases())
def test_the_confusion_matrix_is_that_of_scikit_learn(case: Case) -> None:
    ours = metrics.confusion_matrix(case.true, case.scores)
    theirs = sklearn.metrics.confusion_matrix(case.true, case.predicted, labels=np.arange(case.n_classes))
    assert ours.dtype == np.int64
    np.testing.assert_array_equal(ours, theirs)


def test_rows_of_the_confusion_matrix_are_true_classes() -> None:
    assert metrics.confusion_matrix([0, 0, 2], [1, 0, 2]).tolist() == [
        [1, 1, 0],
        [0, 0, 0],
        [0, 0, 1],
    ]


ROWS = np.full((3, 4), 0.25)


@pytest.mark.parametrize(
    ("y_true", "y_pred", "error", "message"),
    [
        ([0, 1], [0, 1, 1], ShapeError, r"same number of rows; got shapes \(2,\) and \(3,\)"),
        ([], [], DataError, r"y_true is empty \(shape \(0,\)\); at least one sample is needed"),
        (0, [0], ShapeError, r"y_true must have one or two axes; got shape \(\)"),
        ([0], np.zeros((1, 2, 2)), ShapeError, r"y_pred must have .* got shape \(1, 2, 2\)"),
        ([0, 4, 1], ROWS, DataError, r"y_true has class 4 in row 1; y_pred of shape \(3, 4\) has "),
        ([0, 2], [[0.1], [0.9]], DataError, r"y_true has class 2 in row 1; .* classes 0 to 1"),
        (np.eye(3), [0, 1, 3], DataError, r"y_pred has class 3 in row 2; y_true of shape \(3, 3\)"),
        (np.eye(3), ROWS, ShapeError, r"y_true has 3 classes \(shape \(3, 3\)\), y_pred has 4"),
        (np.eye(3), [[0.1], [0.2], [0.3]], ShapeError, r"y_true has 3 classes .*, y_pred has 2"),
        (
            [0, -1],
            [0, 1],
            DataError,
            "y_true must hold class labels, .*; got -1 in row 1; .* give both sides as text",
        ),
        ([0, 0.5], [0, 1], DataError, r"y_true must hold class labels, .*; got 0\.5 in row 1$"),
        ([0, 1], [0, -2], DataError, "y_pred must hold class labels, .*; got -2 in row 1"),
        ([0, 10**12], [0, 1], DataError, r"from 0 to 999999; got 1e\+12 in row 1"),
        ([[1, 0], [1, 1]], [0, 1], DataError, r"rows >= 0 that sum to 1; row 1 is \[1, 1\]"),
        ([[2, -1], [0, 1]], [0, 1], DataError, r"rows >= 0 that sum to 1; row 0 is \[2, -1\]"),
        (["cat"], [0], DataError, r"y_true holds names of classes, and y_pred numbers \(shape \(1,\)"),
        ([0, 1], [[0.5], [np.nan]], DataError, r"y_pred must be finite; .* at index \(1, 0\)"),
        ([0, np.inf], [0, 1], DataError, r"y_true must be finite; .* at index \(1\)"),
        ([0, 1], [[0.5], [1.5]], DataError, r"from 0 to 1; got values from 0\.5 to 1\.5"),
        ([0, 1], [[-0.5], [0.5]], DataError, r"from 0 to 1; got values from -0\.5 to 0\.5"),
        ([0, 1], [[-3.5], [8.25]], DataError, r"from 0 to 1; got values from -3\.5 to 8\.25"),
    ],
)
@pytest.mark.parametrize("metric", [metrics.accuracy, metrics.f1, metrics.confusion_matrix])
def test_classes_that_do_not_fit_are_refused(
    metric: Callable[[Any, Any], Any],
    y_true: Any,
    y_pred: Any,
    error: type[Exception],
    message: str,
) -> None:
    with pytest.raises(error, match=message):
        metric(y_true, y_pred)


@pytest.mark.parametrize(
    ("weight", "error", "message"),
    [
        ([1, 1], ShapeError, r"sample_weight must have shape \(3,\), .*; got shape \(2,\)"),
        ([[1], [1], [1]], ShapeError, r"sample_weight must have shape \(3,\)"),
        ([1, -1, 1], DataError, "sample_weight must be >= 0, and above 0 for at least one sample"),
        ([0, 0, 0], DataError, "sample_weight must be >= 0, and above 0 for at least one sample"),
        ([1, np.nan, 1], DataError, r"sample_weight must be finite; it is not at index \(1\)"),
    ],
)
@pytest.mark.parametrize("metric", [metrics.accuracy, metrics.f1])
def test_weights_that_do_not_fit_are_refused(
    metric: metrics.Metric, weight: Any, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        metric([0, 1, 1], [0, 1, 0], weight)


def test_top_k_of_no_more_than_k_classes_is_refused() -> None:
    with pytest.raises(ArgumentError, match=r"top_5_accuracy of 4 classes is always 1; choose .* k below 4"):
        metrics.top_k_accuracy([0, 1, 2], ROWS)


@pytest.mark.parametrize("y_pred", [[0, 1], [[0.5], [0.5]]])
def test_top_k_without_scores_is_refused(y_pred: Any) -> None:
    with pytest.raises(ShapeError, match="top_5_accuracy needs scores of all classes"):
        metrics.top_k_accuracy([0, 1], y_pred)


@pytest.mark.parametrize("k", [0, -1, 2.5, True])
def test_a_k_that_counts_nothing_is_refused(k: int) -> None:
    with pytest.raises(ArgumentError, match="k of TopK must be an integer >= 1; got"):
        metrics.TopK(k)


def test_an_unknown_average_is_refused() -> None:
    with pytest.raises(
        ArgumentError,
        match="average of F1 must be one of 'auto', 'micro', 'macro', 'weighted'; got 'samples'",
    ):
        metrics.F1("samples")
