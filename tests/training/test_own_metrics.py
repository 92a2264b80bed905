"""A user's own metric: what it is given, and which way of it is better."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import glassnet as gn
from glassnet.callbacks import Callback, Checkpoint, EarlyStopping, ReduceOnPlateau
from glassnet.errors import ArgumentError

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(30, 3))
VALUES = X @ [1.0, 2.0, 3.0]
QUIET: dict[str, Any] = {"engine": "numpy", "progress": False}


def rmse(y_true: Any, y_pred: Any) -> float:
    return float(np.sqrt(np.mean((y_true - y_pred) ** 2)))


def right(y_true: Any, y_pred: Any) -> float:
    return float(np.mean((y_pred > 0.5) == y_true))


def regressor() -> gn.Network:
    return gn.Network([gn.Dense(8, "tanh"), gn.Dense(1)], seed=0, dtype="float64")


@pytest.mark.parametrize("y", [VALUES, VALUES[:, None]], ids=["vector", "column"])
def test_an_own_metric_of_one_output_is_what_the_built_in_one_is(y: Any) -> None:
    history = regressor().fit(
        X, y, loss="mse", epochs=3, metrics=[rmse, "rmse"], validation_data=(X[:7], y[:7]), **QUIET
    )
    assert history["rmse"] == pytest.approx(history["root_mean_squared_error"], rel=1e-12)
    assert history["validation_rmse"] == pytest.approx(
        history["validation_root_mean_squared_error"], rel=1e-12
    )


def test_an_own_accuracy_of_two_classes_is_what_the_built_in_one_is() -> None:
    net = gn.Network([gn.Dense(8, "tanh"), gn.Dense(1, "sigmoid")], seed=0)
    history = net.fit(X, VALUES > 0, loss="bce", epochs=3, metrics=[right, "accuracy"], **QUIET)
    assert history["right"] == history["accuracy"]
    found = net.evaluate(X, VALUES > 0, metrics=[right, "accuracy"])
    assert found["right"] == found["accuracy"]


def test_a_metric_class_of_ones_own_is_given_the_same() -> None:
    class Largest(gn.metrics.Metric):
        name = "largest"

        def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> float:
            assert y_true.shape == y_pred.shape == (30,)
            return float(abs(y_true - y_pred).max())

    regressor().fit(X, VALUES, loss="mse", metrics=[Largest()], **QUIET)


@pytest.mark.parametrize(
    "callback",
    [
        EarlyStopping("validation_rmse"),
        ReduceOnPlateau("rmse"),
        Checkpoint("model.safetensors", best_only=True, metric="rmse"),
    ],
    ids=lambda callback: type(callback).__name__,
)
def test_who_watches_an_own_metric_asks_which_way_is_better(
    callback: Callback, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    net = regressor()
    options = {"loss": "mse", "validation_data": (X, VALUES), "callbacks": [callback], **QUIET}
    with pytest.raises(
        ArgumentError,
        match=rf"{type(callback).__name__} watches '(validation_)?rmse', a metric of your own, and cannot know whether "
        r"more of it is better; say so before fit: rmse\.greater_is_better = False \(or True\), or "
        r"metrics\.Custom\(rmse, greater_is_better=False\)",
    ):
        net.fit(X, VALUES, metrics=[rmse], **options)
    assert not net.built
    net.fit(X, VALUES, metrics=[gn.metrics.Custom(rmse, greater_is_better=False)], **options)


def test_a_history_knows_which_way_is_better() -> None:
    history = regressor().fit(X, VALUES, loss="mse", metrics=[rmse, "r2", "mae"], **QUIET)
    expected = {"loss": False, "rmse": None, "r2": True, "mean_absolute_error": False}
    assert history.greater_is_better == expected


def test_a_sweep_asks_too() -> None:
    with pytest.raises(ArgumentError, match=r"solved looks at 'rmse', a metric of your own, and cannot know"):
        gn.sweep(
            lambda seed: regressor(), {}, X, VALUES, seeds=[0], loss="mse", metrics=[rmse], solved={"rmse": 0.1},
            progress=False,
        )  # fmt: skip


def test_a_metric_that_writes_into_what_it_is_given_changes_nothing_else() -> None:
    def rough(y_true: Any, y_pred: Any) -> float:
        y_true[...], y_pred[...] = np.round(y_true), np.round(y_pred)
        return float(np.abs(y_true - y_pred).mean())

    net, y = regressor(), VALUES.reshape(-1, 1).astype(np.float32)
    given = y.copy()
    alone = regressor().fit(X, y, loss="mse", epochs=3, metrics=["mae"], validation_data=(X, y), **QUIET)
    beside = net.fit(X, y, loss="mse", epochs=3, metrics=[rough, "mae"], validation_data=(X, y), **QUIET)
    for column in ("loss", "mean_absolute_error", "validation_mean_absolute_error"):
        assert beside[column] == alone[column]
    assert (
        net.evaluate(X, y, metrics=[rough, "mae"])["mean_absolute_error"]
        == net.evaluate(X, y)["mean_absolute_error"]
    )
    np.testing.assert_array_equal(y, given)
