"""What was once said by elimination: each is measured now, and named."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import glassnet as gn
from tests.insight.diagnosis.cases import blobs, dense, finding, fitted, sine, wine

SCCE = "sparse_categorical_cross_entropy"


# ---- data


@pytest.mark.parametrize("side", ["training", "validation"])
def test_a_class_on_one_side_only_is_named_and_no_overfitting(side: str) -> None:
    X, y = blobs(400)
    first, second = (X[:200], y[:200]), (X[200:], y[200:])
    part = first if side == "validation" else second  # which side misses class 2
    kept = part[1] != 2
    less = part[0][kept], part[1][kept]
    train, held = (less, second) if side == "validation" else (first, less)
    net, history = fitted(dense([16, 3], "tanh", "softmax"), *train, loss=SCCE, epochs=60, batch_size=32,
                          optimizer=gn.Adam(0.01), validation_data=held)  # fmt: skip
    report = gn.diagnose(net, *train, history, validation_data=held)
    found = finding(report, "split_differs")
    assert found is not None and found.cause.startswith("class 2 is in ")
    assert f"of the {side} samples and in none of the" in found.cause
    assert "overfitting" not in report.codes


def test_a_class_of_few_samples_may_be_missing_by_chance() -> None:
    X, y = blobs(300)
    rare = np.concatenate([np.flatnonzero(y != 2), np.flatnonzero(y == 2)[:4]])
    net, history = fitted(dense([8, 3], "tanh", "softmax"), X[rare], y[rare], loss=SCCE, epochs=20)
    held = X[:40][y[:40] != 2], y[:40][y[:40] != 2]
    assert "split_differs" not in gn.diagnose(net, X[rare], y[rare], history, validation_data=held).codes


def test_validation_samples_from_elsewhere_are_no_overfitting() -> None:
    X, t = sine()
    order = np.argsort(X[:, 0])
    X, t = X[order], t[order]
    train, held = (X[:150], t[:150]), (X[150:], t[150:])
    net, history = fitted(dense([16, 1], "tanh", "linear"), *train, loss="mse", epochs=300,
                          optimizer=gn.Adam(0.01), validation_data=held)  # fmt: skip
    report = gn.diagnose(net, *train, history, validation_data=held)
    found = finding(report, "split_differs")
    assert found is not None and "feature 0 has mean" in found.cause and "overfitting" not in report.codes


def several(n: int = 300) -> tuple[Any, Any]:
    X = np.random.default_rng(0).normal(size=(n, 4))
    return X, np.column_stack([X[:, 0] > 0, X[:, 1] > 0.3, X[:, 2] + X[:, 3] > 0]).astype(float)


def test_several_classes_at_once_with_softmax_are_a_mismatch() -> None:
    X, Y = several()
    net = gn.Network(dense([16, 3], "tanh", "softmax"), seed=0, input_shape=4)
    report = gn.diagnose(net, X, Y, loss="categorical_cross_entropy", trained=True)
    found = finding(report, "output_loss_mismatch")
    assert found.cause.startswith("outputs of softmax sum to 1, and ") and "sums from 0 to 3" in found.cause
    assert 'end with "sigmoid"' in found.remedy


def test_several_classes_at_once_with_sigmoid_are_in_order() -> None:
    X, Y = several()
    net, history = fitted(dense([16, 3], "tanh", "sigmoid"), X, Y, loss="bce", epochs=150, batch_size=32,
                          optimizer=gn.Adam(0.01))  # fmt: skip
    assert gn.diagnose(net, X, Y, history).ok


@pytest.mark.parametrize("size", [1e-3, 1e-4, 1e-5])
@pytest.mark.parametrize("offset", [0.0, 1.0])
def test_tiny_features_are_named_and_no_rate(size: float, offset: float) -> None:
    X, y = blobs()
    small = size * X + offset
    net, history = fitted(dense([16, 3], "tanh", "softmax"), small, y, loss=SCCE, epochs=60, batch_size=32,
                          optimizer=gn.SGD(0.1))  # fmt: skip
    report = gn.diagnose(net, small, y, history)
    assert report.findings[0].code == "unscaled_inputs", report
    assert not {"underfitting", "learning_rate_too_low"} & set(report.codes)
    assert "the features hardly vary" in report.findings[0].cause


def test_small_features_that_are_learned_from_are_no_fault() -> None:
    X, y = blobs()
    net, history = fitted(dense([16, 3], "tanh", "softmax"), 0.05 * X, y, loss=SCCE, epochs=200, batch_size=16,
                          optimizer=gn.Adam(0.02))  # fmt: skip
    assert "unscaled_inputs" not in gn.diagnose(net, 0.05 * X, y, history).codes


def test_underfitting_is_said_where_a_straight_line_is_as_good_as_the_network() -> None:
    X = np.random.default_rng(0).uniform(-1.7, 1.7, size=(600, 16))
    y = (X[:, 0] * X[:, 1] + X[:, 2] * X[:, 3] + 0.6 * X[:, 4])[:, None]
    W, *_ = np.linalg.lstsq(X, y, rcond=None)
    line = gn.adapt([(W, np.zeros(1))], ["linear"])
    found = finding(gn.diagnose(line, X, y, loss="mse"), "underfitting")
    assert found is not None and "a network of two layers of 32 tanh units" in found.cause
    assert found.evidence["score to be reached"] > found.evidence["score"] + 0.25


# ---- training


def test_statistics_that_lag_are_named() -> None:
    X, y = blobs()
    layers = [gn.Dense(16), gn.BatchNorm(momentum=1e-3), gn.Activation("relu"), gn.Dense(3, "softmax")]
    shifted = 15 * X + 40
    net, history = fitted(layers, shifted, y, loss=SCCE, epochs=30, optimizer=gn.Adam(0.02))
    report = gn.diagnose(net, shifted, y, history)
    found = finding(report, "statistics_lag")
    assert found is not None and found.evidence["score with the samples' statistics"] > 0.8
    assert "underfitting" not in report.codes


@pytest.mark.parametrize("watched", [True, False])
def test_weights_that_leave_most_samples_out_are_named(watched: bool) -> None:
    X, y = blobs()
    weights = {0: 1.0, 1: 1.0, 2: 1e5}
    net, history = fitted(dense([16, 3], "tanh", "softmax"), X, y, watched=watched, loss=SCCE, epochs=60,
                          batch_size=32, optimizer=gn.SGD(0.1), class_weight=weights)  # fmt: skip
    report = gn.diagnose(net, X, y, history, class_weight=None if watched else weights)
    found = finding(report, "weighed_down")
    assert found is not None and "underfitting" not in report.codes
    if not watched:  # it is known that samples were weighed, but not how
        assert not {"weighed_down", "underfitting"} & set(gn.diagnose(net, X, y, history).codes)


def test_weights_inside_of_batches_are_no_underfitting() -> None:
    X, y = blobs()
    net = gn.Network(dense([16, 3], "tanh", "softmax"), seed=0, input_shape=2)
    batches = [(X, y, np.where(y == 2, 1e5, 1.0))]
    history = net.fit(batches, loss=SCCE, epochs=60, optimizer=gn.SGD(0.1), engine="numpy", progress=False,
                      callbacks=[gn.Diagnosis(warn=False)])  # fmt: skip
    assert "underfitting" not in gn.diagnose(net, X, y, history).codes


def test_balanced_weights_are_no_fault() -> None:
    X, y = blobs()
    net, history = fitted(dense([16, 3], "tanh", "softmax"), X, y, loss=SCCE, epochs=60, batch_size=32,
                          optimizer=gn.Adam(0.01), class_weight="balanced")  # fmt: skip
    assert gn.diagnose(net, X, y, history).ok


@pytest.mark.parametrize("clip", [{"clip_norm": 1e-4}, {"clip_value": 1e-5}])
def test_clipping_that_throttles_is_named_and_no_rate(clip: dict[str, float]) -> None:
    X, y = wine()
    net, history = fitted(dense([16, 3], "tanh", "softmax"), X, y, loss=SCCE, epochs=40, batch_size=32,
                          optimizer=gn.SGD(0.1, **clip))  # fmt: skip
    report = gn.diagnose(net, X, y, history)
    assert report.findings[0].code == "clipped_too_much", report
    assert next(iter(clip)) in report.findings[0].cause
    assert "learning_rate_too_low" not in report.codes


def test_sane_clipping_is_no_fault() -> None:
    X, y = wine()
    net, history = fitted(dense([16, 3], "tanh", "softmax"), X, y, loss=SCCE, epochs=40, batch_size=32,
                          optimizer=gn.SGD(0.1, clip_norm=1.0))  # fmt: skip
    assert gn.diagnose(net, X, y, history).ok


def test_a_rate_that_falls_too_early_is_named_by_its_schedule() -> None:
    X, y = wine()
    falling = gn.schedules.ExponentialDecay(0.1, 0.01)
    net, history = fitted(dense([16, 3], "tanh", "softmax"), X, y, loss=SCCE, epochs=40, batch_size=32,
                          optimizer=gn.SGD(falling))  # fmt: skip
    found = finding(gn.diagnose(net, X, y, history), "learning_rate_too_low")
    assert found is not None and "the schedule moves the learning rate between 0.1 and" in found.cause


def test_a_schedule_that_rises_and_falls_within_epochs_is_seen_at_its_highest() -> None:
    X, y = wine()
    one_cycle = gn.schedules.OneCycle(0.1, epochs=4, warmup=0.375)
    net, history = fitted(dense([16, 3], "tanh", "softmax"), X, y, loss=SCCE, epochs=40, batch_size=32,
                          optimizer=gn.SGD(one_cycle))  # fmt: skip
    found = finding(gn.diagnose(net, X, y, history), "learning_rate_too_low")
    assert found is not None
    assert "the schedule moves the learning rate between 0.1 and 4e-07" in found.cause


# ---- order


def test_causes_stand_above_their_consequences() -> None:
    X, y = gn.datasets.wine()
    deep = [*[gn.Dense(16, "sigmoid") for _ in range(6)], gn.Dense(3, "softmax")]
    net, history = fitted(deep, 1000 * X, y, loss=SCCE, epochs=5)
    codes = gn.diagnose(net, 1000 * X, y, history).codes
    assert codes[0] == "unscaled_inputs" and "vanishing_gradient" in codes


def test_a_healthy_training_is_not_warned_of_its_first_loss() -> None:
    X, y = blobs()
    layers = [gn.Dense(32, "relu"), gn.Dense(3, "softmax", gn.initializers.Normal(2.0))]
    net, history = fitted(layers, X, y, loss=SCCE, epochs=100, batch_size=16, optimizer=gn.Adam(0.01))
    report = gn.diagnose(net, X, y, history)
    assert report.ok, report
