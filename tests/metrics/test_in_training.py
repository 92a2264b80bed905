"""Every metric can be measured by fit, watched by callbacks, aimed at by a sweep, and asked of evaluate."""

from __future__ import annotations

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pytest

import glassnet as gn
from glassnet import metrics
from glassnet.errors import ArgumentError
from glassnet.sweeps import goal
from glassnet.training.progress import _told

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(40, 3))
CLASSES = np.arange(40) % 3
SEVERAL = np.stack([np.arange(40) % 2, np.arange(40) % 3 == 0], axis=1).astype(float)
SEVERAL[:6] = [[1, 1], [0, 0], [1, 0], [0, 1], [0, 0], [1, 1]]

# Losses of one target and several outputs are needed to train what it judges.
WITHOUT_A_LOSS = {"coverage"}
TRAINED = [name for name in metrics.names() if name not in WITHOUT_A_LOSS]


def task(name: str) -> tuple[Any, gn.Dense, str, metrics.Metric]:
    """Targets, a last layer, a loss, and the metric."""
    metric = metrics.get(name)
    assert metric.facts is not None
    if metric.facts.reads == "values":
        return X.sum(axis=1) + 10, gn.Dense(1), "mse", metric
    if name == "label_accuracy":
        return SEVERAL, gn.Dense(2, "sigmoid"), "bce", metric
    return CLASSES, gn.Dense(3, "softmax"), "scce", metrics.TopK(2) if name == "top_k_accuracy" else metric


@pytest.mark.parametrize("name", TRAINED)
def test_a_metric_is_measured_watched_and_aimed_at(name: str) -> None:
    y, last, loss, metric = task(name)
    net = gn.Network([gn.Dense(4, "tanh"), last], seed=0)
    column = f"validation_{metric.name}"
    stop = gn.callbacks.EarlyStopping(column, patience=9, restore_best=True)
    options: dict[str, Any] = {"loss": loss, "metrics": [metric], "progress": False, "engine": "numpy"}
    history = net.fit(X, y, epochs=3, validation_data=(X, y), callbacks=[stop], **options)
    assert history[column] == history[metric.name]
    assert history.direction(column) is metric.greater_is_better
    assert history.is_share(column) is metric.is_share
    found = net.evaluate(X, y, loss=loss, metrics=[metric])
    assert found[metric.name] == pytest.approx(history.kept(column), rel=1e-6)
    limit = {metric.name: -1e9 if metric.greater_is_better else 1e9}
    rows = gn.sweep(
        lambda seed, units: gn.Network([gn.Dense(units, "tanh"), last], seed=seed),
        {"units": [2]},
        X,
        y,
        seeds=[0],
        epochs=1,
        solved=limit,
        jobs=1,
        **options,
    ).rows
    assert rows[0]["solved"] is True


OF_SEVERAL_CLASSES = [
    name for name in TRAINED
    if isinstance(metric := metrics.get(name), metrics.OfClasses)
    and type(metric).of_several is not metrics.OfClasses.of_several
]  # fmt: skip


@pytest.mark.parametrize("name", OF_SEVERAL_CLASSES)
def test_a_metric_of_several_classes_is_told_so_by_the_network(name: str) -> None:
    net = gn.Network([gn.Dense(2, "sigmoid")], seed=0)
    metric = metrics.get(name)
    history = net.fit(X, SEVERAL, loss="bce", metrics=[name], epochs=1, progress=False, engine="numpy")
    told = type(metric)(multi_label=True)  # type: ignore[call-arg]
    assert history.last(metric.name) == pytest.approx(told(SEVERAL, net.predict(X)), rel=1e-6)


def test_what_has_no_direction_is_not_watched() -> None:
    stop = gn.callbacks.EarlyStopping("validation_coverage")
    with pytest.raises(
        ArgumentError, match="of the built-in coverage neither more nor less is better; choose another"
    ):
        stop.check({"validation_coverage": None})
    with pytest.raises(
        ArgumentError, match="solved looks at .coverage., and of the built-in coverage neither"
    ):
        goal.goal_of({"coverage": 0.8}, ["coverage"])


def hit_rate(y_true: Any, y_pred: Any) -> float:
    return float(np.mean(y_true == y_pred.argmax(axis=1)))


def test_one_function_is_a_metric_with_a_direction_and_a_share() -> None:
    net = gn.Network([gn.Dense(3, "softmax")], seed=0)
    own = metrics.Custom(hit_rate, greater_is_better=True, is_share=True)
    stop = gn.callbacks.EarlyStopping("hit_rate", patience=9)
    history = net.fit(
        X, CLASSES, loss="scce", metrics=[own, "accuracy"], callbacks=[stop], epochs=2, progress=False
    )
    assert history["hit_rate"] == history["accuracy"]
    assert history.is_share("hit_rate") and history.is_share("validation_hit_rate")
    assert not history.is_share("loss")
    ax = history.plot("hit_rate")
    assert ax.yaxis.get_major_formatter()(0.25) == "25 %"
    plt.close(ax.figure)
    shown = f"{100 * history['hit_rate'][-1]:.2f} %"
    assert f"<td>{shown}</td>" in gn.report(net, X, CLASSES, history=history).html
    assert (
        _told({"loss": 1.0, "validation_hit_rate": 0.5}, 2, history.shares)[1] == "validation hit rate 50.0 %"
    )
