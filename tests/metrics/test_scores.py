"""Metrics of scores and probabilities, and the newer ones of classes and values, are scikit-learn's."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn import metrics as referee

from glassnet import metrics
from glassnet.errors import ArgumentError, DataError, ShapeError

CLOSE = {"rel": 1e-12, "abs": 1e-14}
AVERAGES = ["micro", "macro", "weighted"]


class Case(NamedTuple):
    true: NDArray[np.int64]
    shares: NDArray[np.float64]
    weight: NDArray[np.float64]

    @property
    def n_classes(self) -> int:
        return self.shares.shape[1]

    @property
    def labels(self) -> NDArray[np.int64]:
        return np.arange(self.n_classes)

    @property
    def rows(self) -> NDArray[np.int64]:
        return np.eye(self.n_classes, dtype=np.int64)[self.true]


@st.composite
def cases(draw: st.DrawFn, least: int = 2, most: int = 5) -> Case:
    """Samples of every class, scores with ties, weights of which some are 0 where a class has several samples."""
    n_classes, more = draw(st.integers(least, most)), draw(st.integers(0, 20))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    true = random.permutation(np.concatenate([np.arange(n_classes), random.integers(0, n_classes, more)]))
    shares = random.integers(1, draw(st.sampled_from([3, 10, 1000])), (len(true), n_classes)).astype(float)
    return Case(true, shares / shares.sum(axis=1, keepdims=True), random.choice([0.25, 1.0, 3.0], len(true)))


@given(cases(most=2))
def test_two_classes_are_ranked_as_by_scikit_learn(case: Case) -> None:
    for weight in (None, case.weight):
        for ours, theirs in (
            (metrics.roc_auc, referee.roc_auc_score),
            (metrics.average_precision, referee.average_precision_score),
        ):
            expected = theirs(case.true, case.shares[:, 1], sample_weight=weight)
            for predicted in (case.shares, case.shares[:, 1], case.shares[:, 1:], 9 * case.shares[:, 1] - 4):
                assert ours(case.true, predicted, weight) == pytest.approx(expected, **CLOSE)
            assert ours(case.rows, case.shares, weight) == pytest.approx(expected, **CLOSE)


@pytest.mark.parametrize("average", AVERAGES)
@given(case=cases(least=3))
def test_many_classes_are_ranked_one_against_the_rest(average: str, case: Case) -> None:
    for weight in (None, case.weight):
        theirs = referee.roc_auc_score(
            case.true, case.shares, average=average, multi_class="ovr", sample_weight=weight
        )
        assert metrics.RocAuc(average)(case.true, case.shares, weight) == pytest.approx(theirs, **CLOSE)
        theirs = referee.average_precision_score(
            case.true, case.shares, average=average, sample_weight=weight
        )
        assert metrics.AveragePrecision(average)(case.true, case.shares, weight) == pytest.approx(
            theirs, **CLOSE
        )
    assert metrics.roc_auc(case.true, case.shares) == metrics.RocAuc("macro")(case.true, case.shares)


@given(cases())
def test_one_class_is_ranked_above_all_others(case: Case) -> None:
    for k in case.labels:
        expected = referee.roc_auc_score(case.true == k, case.shares[:, k], sample_weight=case.weight)
        ours = metrics.RocAuc(of_class=k)(case.true, case.shares, case.weight)
        assert ours == pytest.approx(expected, **CLOSE)
        expected = referee.average_precision_score(
            case.true == k, case.shares[:, k], sample_weight=case.weight
        )
        ours = metrics.AveragePrecision(of_class=k)(case.true, case.shares, case.weight)
        assert ours == pytest.approx(expected, **CLOSE)


RANDOM = np.random.default_rng(0)
SEVERAL = (RANDOM.random((60, 4)) < [0.5, 0.3, 0.1, 0.9]).astype(int)
SHARES = np.clip(SEVERAL * 0.2 + RANDOM.random((60, 4)) * 0.8, 0, 1).round(2)
WEIGHT = RANDOM.uniform(0, 3, 60)


@pytest.mark.parametrize("weight", [None, WEIGHT])
@pytest.mark.parametrize("average", AVERAGES)
@pytest.mark.parametrize("name", ["roc_auc", "average_precision"])
def test_samples_of_several_classes_are_ranked_class_by_class(name: str, average: str, weight: Any) -> None:
    metric = {"roc_auc": metrics.RocAuc, "average_precision": metrics.AveragePrecision}[name]
    for columns in (slice(None), slice(2)):
        true, shares = SEVERAL[:, columns], SHARES[:, columns]
        theirs = getattr(referee, f"{name}_score")(true, shares, average=average, sample_weight=weight)
        assert metric(average, multi_label=True)(true, shares, weight) == pytest.approx(theirs, **CLOSE)


def test_equal_scores_are_chance() -> None:
    assert metrics.roc_auc([0, 1, 1], [0.3, 0.3, 0.3]) == 0.5
    assert metrics.average_precision([0, 1, 1, 0], [0.3] * 4) == 0.5


def test_samples_without_weight_are_not_there() -> None:
    with_one, without = metrics.roc_auc([0, 1, 0, 1], [0.1, 0.9, 0.8, 0.5], [1, 1, 1, 0]), [0, 1, 0]
    assert with_one == metrics.roc_auc(without, [0.1, 0.9, 0.8])


@pytest.mark.parametrize(
    ("metric", "true", "predicted", "weight", "message"),
    [
        (metrics.roc_auc, [1, 1], [0.1, 0.2], None, "all samples of y_true are of class 1"),
        (metrics.roc_auc, [0, 0], [0.1, 0.2], None, "no sample of y_true is of class 1.*Give more samples$"),
        (metrics.RocAuc("micro"), [0, 0], [0.1, 0.2], None, "no sample of y_true is of class 1.*Give more samples$"),
        (metrics.RocAuc("micro"), np.zeros((2, 3)), np.full((2, 3), 0.3), None, "of any class.*Give more samples$"),
        (metrics.RocAuc(of_class=1), [0, 2], np.full((2, 3), 0.3), None, "is of class 1.*Give more samples$"),
        (metrics.roc_auc, [0, 1], [0.1, 0.2], [1, 0], "no sample of y_true is of class 1 .a weight of 0 counts as"),
        (metrics.average_precision, [0, 0], [0.1, 0.2], None, "no sample of y_true is of class 1"),
        (metrics.roc_auc, [0, 2], np.full((2, 3), 0.3), None, "no sample of y_true is of class 1.*average='micro'"),
        (metrics.RocAuc(of_class=3), [0, 2], np.full((2, 3), 0.3), None, "needs a class 3; there are classes 0 to 2"),
        (metrics.F1(of_class=2), [0, 1], [0, 1], None, "f1_of_class_2 needs a class 2; there are classes 0 to 1"),
        (metrics.roc_auc, [0, 5], np.full((2, 3), 0.3), None, "y_true has class 5 in row 1"),
        (metrics.log_loss, [0, 1], [0.2, 1.2], None, "from 0 to 1; got values from 0.2 to 1.2"),
        (metrics.log_loss, [0, 1], [[0.2, 0.7], [0.5, 0.5]], None, "sum to 1; row 0 sums to 0.9.*softmax"),
        (metrics.brier_score, [0, 1], [[2.0, -1.0], [0, 1]], None, "from 0 to 1; got values from -1 to 2"),
        (metrics.mean_absolute_percentage_error, [1, 0], [1, 1], None, "y_true is 0 in row 1; use mean_absolute_error"),
    ],
)  # fmt: skip
def test_what_cannot_be_says_so(metric: Any, true: Any, predicted: Any, weight: Any, message: str) -> None:
    with pytest.raises(DataError, match=message):
        metric(true, predicted, weight)


def test_of_all_samples_of_the_class_precision_is_1() -> None:
    assert metrics.average_precision([1, 1], [0.1, 0.2]) == 1.0


@given(cases())
def test_probabilities_are_judged_as_by_scikit_learn(case: Case) -> None:
    for weight in (None, case.weight):
        theirs = referee.log_loss(case.true, case.shares, labels=case.labels, sample_weight=weight)
        assert metrics.log_loss(case.true, case.shares, weight) == pytest.approx(theirs, **CLOSE)
        theirs = referee.brier_score_loss(case.true, case.shares, labels=case.labels, sample_weight=weight)
        assert metrics.brier_score(case.true, case.shares, weight) == pytest.approx(theirs, **CLOSE)
        theirs = referee.balanced_accuracy_score(case.true, case.shares.argmax(axis=1), sample_weight=weight)
        assert metrics.balanced_accuracy(case.true, case.shares, weight) == pytest.approx(theirs, **CLOSE)


@given(cases(most=2))
def test_one_column_is_the_probability_of_class_1(case: Case) -> None:
    for metric in (metrics.log_loss, metrics.brier_score):
        expected = metric(case.true, case.shares)
        assert metric(case.true, case.shares[:, 1:]) == pytest.approx(expected, **CLOSE)
        assert metric(case.rows, case.shares[:, 1]) == pytest.approx(expected, **CLOSE)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_what_was_ruled_out_costs_as_much_as_in_scikit_learn(dtype: str) -> None:
    true, shares = [0, 1, 2], np.array([[0, 1, 0], [0, 1, 0], [0.5, 0.5, 0]], dtype)
    assert metrics.log_loss(true, shares) == pytest.approx(referee.log_loss(true, shares), rel=1e-6)


@pytest.mark.parametrize("beta", [0.5, 1.0, 2.0, 10.0])
@pytest.mark.parametrize("average", [*AVERAGES, "auto"])
@given(case=cases())
def test_f_beta_is_that_of_scikit_learn(beta: float, average: str, case: Case) -> None:
    default = "binary" if case.n_classes == 2 else "macro"
    for weight in (None, case.weight):
        theirs = referee.fbeta_score(
            case.true, case.shares.argmax(axis=1), beta=beta, average=default if average == "auto" else average,
            sample_weight=weight, zero_division=0.0,
        )  # fmt: skip
        assert metrics.FBeta(average, beta=beta)(case.true, case.shares, weight) == pytest.approx(
            theirs, **CLOSE
        )


@given(cases())
def test_each_class_has_a_score_of_its_own(case: Case) -> None:
    predicted = case.shares.argmax(axis=1)
    for metric, theirs in (
        (metrics.Precision, referee.precision_score),
        (metrics.Recall, referee.recall_score),
        (metrics.F1, referee.f1_score),
    ):
        expected = theirs(
            case.true, predicted, average=None, labels=case.labels, sample_weight=case.weight, zero_division=0
        )
        ours = [metric(of_class=k)(case.true, case.shares, case.weight) for k in case.labels]
        np.testing.assert_allclose(ours, expected, rtol=1e-12)


@pytest.mark.parametrize("weight", [None, WEIGHT])
def test_f_beta_of_several_classes(weight: Any) -> None:
    found = (SHARES > 0.5).astype(int)
    for average in AVERAGES:
        theirs = referee.fbeta_score(SEVERAL, found, beta=2, average=average, sample_weight=weight)
        assert metrics.FBeta(average)(SEVERAL, SHARES, weight) == pytest.approx(theirs, **CLOSE)
    theirs = referee.f1_score(SEVERAL, found, average=None, sample_weight=weight)
    ours = [metrics.F1(of_class=k)(SEVERAL, SHARES, weight) for k in range(4)]
    np.testing.assert_allclose(ours, theirs, rtol=1e-12)


@pytest.mark.parametrize("weight", [None, [1.0, 0.5, 0.0]])
def test_percentages_are_of_the_targets(weight: Any) -> None:
    true, predicted = np.array([[1.0, -2], [4, 0.5], [-8, 3]]), np.array([[2.0, -1], [4, 0.25], [-9, 3.5]])
    theirs = referee.mean_absolute_percentage_error(true, predicted, sample_weight=weight)
    assert metrics.mean_absolute_percentage_error(true, predicted, weight) == pytest.approx(theirs, **CLOSE)
    assert metrics.mean_absolute_percentage_error([4.0], [5.0]) == 0.25


@pytest.mark.parametrize("weight", [None, [1.0, 0.5, 2.0]])
def test_several_quantiles_of_one_target(weight: Any) -> None:
    true, levels = np.array([1.0, 2.0, 5.0]), (0.1, 0.5, 0.9)
    predicted = np.array([[0.0, 1.0, 3.0], [2.5, 3.0, 4.0], [1.0, 2.0, 4.0]])
    theirs = [
        referee.mean_pinball_loss(true, predicted[:, place], alpha=level, sample_weight=weight)
        for place, level in enumerate(levels)
    ]
    for targets in (true, true[:, np.newaxis], np.tile(true[:, np.newaxis], 3)):
        assert metrics.Pinball(levels)(targets, predicted, weight) == pytest.approx(np.mean(theirs), **CLOSE)
    with pytest.raises(ShapeError, match="an output for each of its 2 levels"):
        metrics.Pinball([0.1, 0.9])(true, predicted)
    with pytest.raises(ArgumentError, match="level of Pinball must be .* < 1; got 1"):
        metrics.Pinball([0.5, 1])


def test_coverage_is_the_share_inside_the_limits() -> None:
    true = np.array([1.0, 2.0, 3.0, 4.0])
    limits = np.array([[1.0, 2.0], [2.1, 3.0], [0.0, 3.0], [0.0, 3.9]])
    assert metrics.coverage(true, limits) == 0.5
    assert metrics.coverage(true[:, np.newaxis], limits, [3, 1, 1, 1]) == pytest.approx(4 / 6)
    assert metrics.coverage(true, np.insert(limits, 1, 0.0, axis=1)) == 0.5
    for predicted in (limits[:, :1], limits[:, 0]):
        with pytest.raises(ShapeError, match="lower and upper limits as the first and the last column"):
            metrics.coverage(true, predicted)


@pytest.mark.parametrize("of_class", [-1, 1.5, True])
def test_a_class_is_an_integer(of_class: Any) -> None:
    with pytest.raises(ArgumentError, match="of_class of Recall must be an integer >= 0"):
        metrics.Recall(of_class=of_class)


def test_an_average_of_one_class_is_refused() -> None:
    with pytest.raises(ArgumentError, match="F1 takes average='macro' or of_class=1, not both"):
        metrics.F1("macro", of_class=1)


@pytest.mark.parametrize("beta", [0, -1, np.nan, "2"])
def test_a_beta_that_weighs_nothing_is_refused(beta: Any) -> None:
    with pytest.raises(ArgumentError, match="beta of FBeta must be a finite number and > 0"):
        metrics.FBeta(beta=beta)
