"""Samples that may be of several classes, or of none: scikit-learn's numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn import metrics as referee

from glassnet import metrics
from glassnet.errors import DataError, ShapeError

RANDOM = np.random.default_rng(0)
TRUE = (RANDOM.random((60, 4)) < [0.5, 0.3, 0.1, 0.0]).astype(int)
SHARES = np.clip(TRUE * 0.4 + RANDOM.random((60, 4)) * 0.6, 0, 1)
FOUND = (SHARES > 0.5).astype(int)
WEIGHT = RANDOM.uniform(0, 3, 60)


@pytest.mark.parametrize("weight", [None, WEIGHT])
def test_accuracy_counts_samples_whose_classes_are_all_right(weight: Any) -> None:
    expected = referee.accuracy_score(TRUE, FOUND, sample_weight=weight)
    assert metrics.accuracy(TRUE, SHARES, weight) == pytest.approx(expected)
    assert metrics.accuracy(TRUE, FOUND, weight) == pytest.approx(expected)


@pytest.mark.parametrize("weight", [None, WEIGHT])
def test_label_accuracy_counts_entries(weight: Any) -> None:
    expected = 1 - referee.hamming_loss(TRUE, FOUND, sample_weight=weight)
    assert metrics.label_accuracy(TRUE, SHARES, weight) == pytest.approx(expected)


@pytest.mark.parametrize("weight", [None, WEIGHT])
@pytest.mark.parametrize("average", ["auto", "micro", "macro", "weighted"])
@pytest.mark.parametrize("name", ["precision", "recall", "f1"])
def test_scores_per_class_are_those_of_scikit_learn(name: str, average: str, weight: Any) -> None:
    metric = {"precision": metrics.Precision, "recall": metrics.Recall, "f1": metrics.F1}[name]
    score = getattr(referee, f"{name}_score")
    of_all = "macro" if average == "auto" else average
    expected = score(TRUE, FOUND, average=of_all, sample_weight=weight, zero_division=0)
    assert metric(average)(TRUE, SHARES, weight) == pytest.approx(expected)


def test_two_labels_are_not_two_classes() -> None:
    true, found = np.array([[1, 1], [0, 0], [1, 0]]), np.array([[1, 0], [0, 0], [1, 0]])
    expected = referee.f1_score(true, found, average="macro", zero_division=0)
    assert metrics.f1(true, found) == pytest.approx(expected) == 0.5


def test_rows_that_happen_to_be_one_hot_are_classes_unless_it_is_said() -> None:
    true, shares = np.eye(3)[[0, 1]], np.array([[0.9, 0.8, 0.1], [0.2, 0.4, 0.3]])
    assert metrics.accuracy(true, shares) == 1.0
    assert metrics.Accuracy(multi_label=True)(true, shares) == 0.0
    assert metrics.Accuracy(multi_label=True).name == "accuracy"


def test_what_has_one_class_only_says_so() -> None:
    with pytest.raises(DataError, match="top_2_accuracy looks for the one class of each sample"):
        metrics.TopK(2)(TRUE, SHARES)
    for one in (metrics.log_loss, metrics.brier_score, metrics.balanced_accuracy):
        with pytest.raises(
            DataError, match="looks for the one class of each sample; these may be of several"
        ):
            one(TRUE, SHARES)
    with pytest.raises(DataError, match=r"For samples of several classes use accuracy, label_accuracy"):
        metrics.confusion_matrix(TRUE, SHARES)


def test_what_are_no_probabilities_is_refused() -> None:
    with pytest.raises(DataError, match=r"from 0 to 1; got values from -1 to 2.*sigmoid"):
        metrics.label_accuracy(TRUE, np.where(SHARES > 0.5, 2.0, -1.0))
    with pytest.raises(DataError, match="y_true must hold rows of 0 and 1"):
        metrics.label_accuracy(TRUE + 1, SHARES)
    with pytest.raises(ShapeError, match=r"a column for each class; got shapes \(60, 4\) and \(60, 3\)"):
        metrics.label_accuracy(TRUE, SHARES[:, 1:])
