"""The best epoch goes by the direction of the column's own metric."""

import math
from collections.abc import Callable

import numpy as np
import pytest

import glassnet as gn
from glassnet import metrics

VALUES = [0.2, 0.9, 0.1, 0.9, 0.1]
LARGEST, SMALLEST = 1, 2


def history(**columns: list[float]) -> gn.History:
    made = gn.History()
    made.extend({"epoch": range(1, len(VALUES) + 1), **columns})
    return made


@pytest.mark.parametrize("prefix", ["", "validation_"])
@pytest.mark.parametrize(
    ("name", "place"),
    [("loss", SMALLEST), ("mean_absolute_error", SMALLEST), ("root_mean_squared_error", SMALLEST)]
    + [(name, LARGEST) for name in ("accuracy", "r2", "f1", "f1_macro", "precision_weighted", "top_3_accuracy")],
)  # fmt: skip
def test_of_equal_values_the_first_is_the_best(name: str, place: int, prefix: str) -> None:
    assert history(**{prefix + name: VALUES}).best(prefix + name) == place


@pytest.mark.parametrize("name", metrics.names())
def test_every_built_in_metric_has_its_own_direction(name: str) -> None:
    metric = metrics.get(name)
    best = {True: LARGEST, False: SMALLEST, None: None}[metric.greater_is_better]
    assert history(**{metric.name: VALUES}).best(metric.name) == best


def own(more: bool | None) -> Callable[..., float]:
    def error(y_true: np.ndarray, y_pred: np.ndarray) -> float:
        return float(np.abs(y_true - y_pred).max())

    if more is not None:
        error.greater_is_better = more  # type: ignore[attr-defined]
    return error


@pytest.mark.parametrize("more", [True, False, None])
def test_an_own_metric_says_so_itself_or_has_no_best_epoch(more: bool | None) -> None:
    X = np.random.default_rng(0).normal(size=(20, 2))
    net = gn.Network([gn.Dense(1)], seed=0)
    made = net.fit(
        X, X[:, :1], loss="mse", epochs=4, metrics=[own(more)], validation_data=(X, X[:, :1]), progress=False
    )
    for column in ("error", "validation_error"):
        values = made[column]
        expected = None if more is None else int((np.argmax if more else np.argmin)(values))
        assert made.best(column) == expected
        assert made.direction(column) is more


def test_values_that_are_not_finite_are_never_the_best() -> None:
    assert history(loss=[math.nan, 0.5, -math.inf, 0.4, math.inf]).best() == 3
    assert history(accuracy=[math.inf, 0.5, math.nan, 0.4, 0.1]).best("accuracy") == 1
    assert history(loss=[math.nan] * 5).best() is None


def test_columns_without_a_better_have_no_best() -> None:
    assert history(seconds=VALUES).best("seconds") is None
    assert history(mine=VALUES).best("mine") is None
