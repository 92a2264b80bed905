"""Metrics have names, a direction, and room for a user's own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from glassnet import metrics
from glassnet.errors import ArgumentError, UnknownNameError
from glassnet.metrics.base import registry
from glassnet.support.registry import from_config, to_config


def largest_error(y_true: Any, y_pred: Any) -> float:
    return float(np.max(np.abs(np.asarray(y_true) - np.asarray(y_pred))))


largest_error.greater_is_better = False  # type: ignore[attr-defined]


@pytest.fixture
def restored_registry(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(registry, "_factories", {**registry._factories})
    yield


@pytest.mark.parametrize(
    ("alias", "metric", "name"),
    [
        ("accuracy", metrics.accuracy, "accuracy"),
        ("acc", metrics.accuracy, "accuracy"),
        ("top_k_accuracy", metrics.top_k_accuracy, "top_5_accuracy"),
        ("top_k", metrics.TopK(5), "top_5_accuracy"),
        ("precision", metrics.precision, "precision"),
        ("recall", metrics.recall, "recall"),
        ("f1", metrics.f1, "f1"),
        ("mae", metrics.mean_absolute_error, "mean_absolute_error"),
        ("rmse", metrics.root_mean_squared_error, "root_mean_squared_error"),
        ("r2", metrics.r2, "r2"),
        ("r_squared", metrics.r2, "r2"),
        ("mape", metrics.mean_absolute_percentage_error, "mean_absolute_percentage_error"),
        ("auc", metrics.roc_auc, "roc_auc"),
        ("pr_auc", metrics.average_precision, "average_precision"),
        ("brier", metrics.brier_score, "brier_score"),
        ("log_loss", metrics.log_loss, "log_loss"),
        ("balanced_accuracy", metrics.balanced_accuracy, "balanced_accuracy"),
        ("f_beta", metrics.FBeta(beta=2), "f_beta_2"),
        ("pinball", metrics.Pinball(0.5), "pinball_0.5"),
        ("coverage", metrics.coverage, "coverage"),
    ],
)
def test_names_and_aliases_find_the_metric(alias: str, metric: metrics.Metric, name: str) -> None:
    assert metrics.get(alias) == metric
    assert metric.name == name


def test_a_chosen_average_or_k_is_part_of_the_name() -> None:
    assert metrics.F1("weighted").name == "f1_weighted"
    assert metrics.Precision("macro").name == "precision_macro"
    assert metrics.TopK(3).name == "top_3_accuracy"
    assert metrics.F1(of_class=2).name == "f1_of_class_2"
    assert metrics.FBeta("micro", beta=0.5).name == "f_beta_0.5_micro"
    assert metrics.RocAuc("weighted").name == "roc_auc_weighted"
    assert metrics.Pinball(0.9).name == "pinball_0.9"
    assert metrics.Pinball([0.1, 0.9]).name == "pinball_0.1_0.9"


SETTINGS = [
    metrics.TopK(3), metrics.F1("micro"), metrics.F1(of_class=12), metrics.FBeta(beta=0.5), metrics.FBeta("macro"),
    metrics.FBeta(beta=1e-9, of_class=0), metrics.RocAuc("micro"), metrics.AveragePrecision(of_class=1),
    metrics.Pinball(0.05), metrics.Pinball(1e-9), metrics.Pinball([0.1, 0.5, 0.9]),
]  # fmt: skip


@pytest.mark.parametrize("metric", [*map(metrics.get, metrics.names()), *SETTINGS], ids=lambda one: one.name)
def test_a_column_tells_its_metric(metric: metrics.Metric) -> None:
    for column in (metric.name, f"validation_{metric.name}"):
        assert type(metrics.measured_in(column)) is type(metric)
        assert metrics.is_share(column) is metric.is_share


@pytest.mark.parametrize(
    ("column", "title"),
    [
        ("r2", "R²"), ("validation_r2", "validation R²"), ("f1_macro", "F1 macro"), ("roc_auc", "ROC AUC"),
        ("mean_absolute_error", "mean absolute error"), ("top_3_accuracy", "top 3 accuracy"), ("my_rmse", "my rmse"),
        ("validation_pinball_0.9", "validation pinball loss 0.9"), ("loss", "loss"), ("f_beta_2", "F-beta 2"),
        ("mae", "mean absolute error"),
    ],
)  # fmt: skip
def test_a_column_has_a_title(column: str, title: str) -> None:
    assert metrics.title(column) == title


def test_only_errors_are_better_when_they_are_smaller() -> None:
    smaller = {name for name in metrics.names() if metrics.get(name).greater_is_better is False}
    assert smaller == {
        "mean_absolute_error", "root_mean_squared_error", "mean_absolute_percentage_error", "log_loss", "brier_score",
        "pinball",
    }  # fmt: skip


def test_of_coverage_neither_more_nor_less_is_better() -> None:
    assert [name for name in metrics.names() if metrics.get(name).greater_is_better is None] == ["coverage"]


@pytest.mark.parametrize(
    "metric",
    [*map(metrics.get, metrics.names()), *SETTINGS],
    ids=repr,
)
def test_configuration_rebuilds_the_metric(metric: metrics.Metric) -> None:
    assert from_config(to_config(metric)) == metric


def test_a_function_is_a_metric_under_its_own_name() -> None:
    metric = metrics.get(largest_error)
    assert metric.name == "largest_error"
    assert metric([1, 2], [1, 5]) == 3.0
    assert metric([1, 2], [1, 5], [1.0, 0.0]) == 3.0
    assert not metric.greater_is_better


def test_of_a_function_that_does_not_say_it_is_not_known_which_way_is_better() -> None:
    def agreement(y_true: Any, y_pred: Any) -> float:
        return 1.0

    assert metrics.get(agreement).greater_is_better is None
    assert metrics.Custom(agreement, greater_is_better=True).greater_is_better is True
    assert metrics.Custom(largest_error, greater_is_better=True).greater_is_better is True


def test_a_function_may_be_a_share() -> None:
    assert metrics.Custom(largest_error).is_share is False
    assert metrics.Custom(largest_error, is_share=True).is_share is True
    with pytest.raises(ArgumentError, match="is_share of metric 'largest_error' must be True or False"):
        metrics.Custom(largest_error, is_share="yes")  # type: ignore[arg-type]


@pytest.mark.parametrize("word", ["no", 0, 1.0])
def test_which_way_is_better_is_true_or_false(word: Any) -> None:
    with pytest.raises(
        ArgumentError, match="greater_is_better of metric 'largest_error' must be True or False"
    ):
        metrics.Custom(largest_error, greater_is_better=word)


@pytest.mark.parametrize("shape", [(3,), (3, 1)])
@pytest.mark.parametrize("predicted_shape", [(3,), (3, 1)])
def test_a_function_gets_target_beside_prediction(shape: Any, predicted_shape: Any) -> None:
    y, p = np.array([1.0, 2.0, 4.0]), np.array([1.0, 3.0, 3.0])
    assert metrics.get(largest_error)(y.reshape(shape), p.reshape(predicted_shape)) == 1.0


def test_a_function_with_a_parameter_for_weights_is_told_them() -> None:
    def mean_error(y_true: Any, y_pred: Any, sample_weight: Any = None) -> float:
        return float(np.average(abs(y_pred - y_true), weights=sample_weight))

    assert metrics.get(mean_error)([1, 2], [1, 5], [3.0, 1.0]) == 0.75
    assert metrics.get(mean_error)([1, 2], [1, 5]) == 1.5


@pytest.mark.parametrize(
    ("column", "share"),
    [
        ("accuracy", True), ("validation_accuracy", True), ("top_3_accuracy", True), ("f1_macro", True),
        ("validation_recall_weighted", True), ("label_accuracy", True), ("loss", False), ("r2", False),
        ("mean_absolute_error", False), ("learning_rate", False), ("my_accuracy", False), ("f1_else", False),
        ("top_accuracy", False),
    ],
)  # fmt: skip
def test_columns_of_shares_are_known_by_their_names(column: str, share: bool) -> None:
    assert metrics.is_share(column) is share


def test_a_metric_means_itself() -> None:
    metric = metrics.TopK(2)
    assert metrics.get(metric) is metric


@pytest.mark.usefixtures("restored_registry")
def test_a_registered_function_is_found_again_from_its_description() -> None:
    metric = metrics.get(largest_error)
    metrics.register("largest_error", metric)
    assert from_config(to_config(metric)) is metric


def test_a_description_of_a_function_that_is_not_registered_says_so() -> None:
    with pytest.raises(UnknownNameError, match="no metric is called 'largest_error'"):
        from_config(to_config(metrics.get(largest_error)))


def test_an_unknown_name_gets_the_nearest_ones() -> None:
    with pytest.raises(UnknownNameError, match=r"no metric is called 'acuracy'.*'accuracy'"):
        metrics.get("acuracy")


@pytest.mark.parametrize("choice", [3, None, metrics.Accuracy])
def test_what_is_no_metric_is_refused(choice: Any) -> None:
    with pytest.raises(ArgumentError, match=r"metric must be a name, .* a function.*; got"):
        metrics.get(choice)


def test_a_function_without_a_name_is_refused() -> None:
    with pytest.raises(ArgumentError, match=r"needs a name for the history.*define it with def"):
        metrics.get(lambda y_true, y_pred: 0.0)


@pytest.mark.parametrize("value", [[0.5], None, "good"])
def test_a_function_that_returns_no_number_is_refused(value: Any) -> None:
    def broken(y_true: Any, y_pred: Any) -> Any:
        return value

    with pytest.raises(ArgumentError, match="metric 'broken' must return one number; got"):
        metrics.get(broken)([0], [0])
