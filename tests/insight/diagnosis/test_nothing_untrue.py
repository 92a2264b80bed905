"""Sentences and remedies that once were false of some training: counts, noise, weights, penalties, dead units."""

from __future__ import annotations

from io import StringIO
from typing import Any

import numpy as np
import pytest
from rich.console import Console
from sklearn.neural_network import MLPRegressor

import glassnet as gn
from glassnet import initializers, losses
from glassnet.insight.diagnosis.report import DiagnosisReport
from glassnet.insight.diagnosis.targets import Targets
from tests.insight.diagnosis.cases import dense, finding, fitted

SCCE = "sparse_categorical_cross_entropy"


def normal(n: int, n_features: int, seed: int = 0) -> Any:
    return np.random.default_rng(seed).normal(size=(n, n_features))


# ---- losses that are not 0 where every output is its target


def counts(log_mean: float, n: int = 400) -> tuple[Any, Any]:
    X = normal(n, 3)
    return X, np.random.default_rng(1).poisson(np.exp(log_mean + 0.4 * X[:, :1])).astype(float)


@pytest.mark.parametrize("log_mean", [0.0, 1.0, 2.0])
def test_counts_that_are_learned_to_their_noise_have_no_finding(log_mean: float) -> None:
    X, y = counts(log_mean)
    net, history = fitted(dense([16, 1], "tanh", "softplus"), X, y, loss="poisson", epochs=60, batch_size=32,
                          optimizer=gn.Adam(0.01))  # fmt: skip
    assert gn.diagnose(net, X, y, history).codes == ()


def test_a_rate_that_is_too_low_for_counts_is_found() -> None:
    X, y = counts(2.0)
    net, history = fitted(dense([16, 1], "tanh", "softplus"), X, y, loss="poisson", epochs=60, batch_size=32,
                          optimizer=gn.Adam(1e-5))  # fmt: skip
    assert "learning_rate_too_low" in gn.diagnose(net, X, y, history).codes


def test_the_floor_of_counts_is_that_of_right_predictions() -> None:
    y = np.array([[0.0], [1.0], [4.0]])
    assert Targets(losses.get("poisson"), y, 1).floor == pytest.approx(
        (0 + 1 + 4 - 4 * np.log(4)) / 3, abs=1e-5
    )
    half = np.array([[0.25, 0.75]])
    entropy = -(0.25 * np.log(0.25) + 0.75 * np.log(0.75))
    for name in ("categorical_cross_entropy", "softmax_cross_entropy"):
        assert Targets(losses.get(name), half, 2).floor == pytest.approx(entropy)
    assert Targets(losses.get("mse"), y, 1).floor == 0


def test_large_counts_are_not_to_be_standardised() -> None:
    X, y = counts(4.0)
    net = gn.Network(dense([16, 1], "tanh", "softplus"), seed=0, input_shape=3)
    found = finding(gn.diagnose(net, X, y, loss="poisson"), "unscaled_targets")
    assert found.severity == "warning" and found.remedy.startswith("divide the targets by their mean")
    scaled = y / y.mean()
    again, history = fitted(dense([16, 1], "tanh", "softplus"), X, scaled, loss="poisson", epochs=60, batch_size=32,
                            optimizer=gn.Adam(0.01))  # fmt: skip
    assert gn.diagnose(again, X, scaled, history).ok
    values = gn.Network(dense([16, 1], "tanh", "linear"), seed=0, input_shape=3)
    assert finding(gn.diagnose(values, X, y), "unscaled_targets").remedy.startswith("standardise the targets")


def test_soft_targets_that_are_met_are_not_at_chance() -> None:
    X = normal(15, 10)
    p = 0.5 + 0.03 * np.sign(X[:, :1])
    y = np.hstack([p, 1 - p])
    net, history = fitted(
        dense([8, 2], "tanh", "softmax"), X, y, loss="cce", epochs=200, optimizer=gn.Adam(0.01)
    )
    assert gn.diagnose(net, X, y, history).codes == ()


@pytest.mark.parametrize(("slope", "said"), [(0.0, "no better than"), (0.1, "hardly better than")])
def test_a_loss_a_little_below_chance_is_not_called_no_better(slope: float, said: str) -> None:
    x = np.tile([-1.0, 1.0], 40)[:, None]
    y = np.repeat([0, 1], 40)
    y[:8:2], y[41:49:2] = 1, 0  # a few more ones where x is -1
    net = gn.adapt([(np.array([[-slope]]), np.zeros(1))], ["sigmoid"])
    report = gn.diagnose(net, x, y[:, None], loss="bce", trained=True)
    assert said in finding(report, "loss_at_chance").cause


def test_an_upper_quantile_is_not_measured_by_how_near_it_is_to_the_mean() -> None:
    X = normal(300, 2)
    y = X[:, :1] + np.random.default_rng(1).exponential(1.0, size=(300, 1))
    net, history = fitted(dense([16, 1], "tanh", "linear"), X, y, loss=losses.Quantile(0.95), epochs=80,
                          batch_size=32, optimizer=gn.Adam(0.01))  # fmt: skip
    assert gn.diagnose(net, X, y, history).ok


# ---- what weights, penalties and small rates are for


def test_balanced_weights_that_serve_every_class_leave_nothing_out() -> None:
    random = np.random.default_rng(0)
    X = np.vstack([random.normal(size=(700, 2)), random.normal(size=(80, 2)) + 1.2])
    y = np.repeat([0, 1], [700, 80])
    net, history = fitted(dense([16, 2], "relu", "softmax"), X, y, loss=SCCE, epochs=40, batch_size=32,
                          optimizer=gn.Adam(0.01), class_weight="balanced")  # fmt: skip
    assert (net.predict(X).argmax(axis=1) == y).mean() < 0.9, "naming class 0 is right more often"
    assert "weighed_down" not in gn.diagnose(net, X, y, history).codes


@pytest.mark.parametrize("weighed", [False, True])
@pytest.mark.parametrize("apart", [0.5, 5.0])
def test_a_rare_class_that_is_told_apart_is_no_warning(weighed: bool, apart: float) -> None:
    random = np.random.default_rng(0)
    X = np.vstack([random.normal(size=(475, 2)), random.normal(size=(25, 2)) + apart])
    y = np.repeat([0, 1], [475, 25])
    net, history = fitted(dense([16, 2], "relu", "softmax"), X, y, loss=SCCE, epochs=40, batch_size=32,
                          optimizer=gn.Adam(0.01), class_weight="balanced" if weighed else None)  # fmt: skip
    found = finding(gn.diagnose(net, X, y, history), "imbalance")
    assert found.severity == ("note" if apart == 5 else "warning")
    assert ("class_weight" in found.remedy) != weighed


def noisy_classes() -> tuple[Any, Any]:
    random = np.random.default_rng(0)
    X = random.normal(size=(500, 30))
    return X, (X @ random.normal(size=(30, 5)) + 3 * random.normal(size=(500, 5))).argmax(axis=1)


@pytest.mark.parametrize("held_back", [False, True])
def test_a_rate_that_would_only_learn_noise_by_heart_is_not_advised(held_back: bool) -> None:
    X, y = noisy_classes()
    held = (X[400:], y[400:]) if held_back else None
    net, history = fitted(dense([16, 5], "relu", "softmax"), X[:400], y[:400], loss=SCCE, epochs=15, batch_size=32,
                          optimizer=gn.Adam(0.003), validation_data=held)  # fmt: skip
    report = gn.diagnose(net, X[:400], y[:400], history, validation_data=held)
    assert "learning_rate_too_low" not in report.codes


def test_a_penalty_that_keeps_noise_out_is_not_to_be_lowered() -> None:
    X, y = noisy_classes()
    layers = [gn.Dense(32, "relu", l2=0.1), gn.Dense(5, "softmax", l2=0.1)]
    net, history = fitted(
        layers, X[:300], y[:300], loss=SCCE, epochs=60, batch_size=32, optimizer=gn.Adam(0.01)
    )
    report = gn.diagnose(net, X[:300], y[:300], history)
    assert not any("penalty" in found.cause for found in report.findings), report


def test_a_line_does_not_overfit_where_one_new_sample_lies_far_off() -> None:
    X = normal(80, 1)
    y = X + 0.5 * normal(80, 1, seed=1)
    y[5] += 12.0
    net, history = fitted([gn.Dense(1)], X[20:], y[20:], loss="mse", epochs=60, batch_size=16,
                          optimizer=gn.Adam(0.05))  # fmt: skip
    assert net.evaluate(X[:20], y[:20])["loss"] > 1.5 * history["loss"][-1]
    report = gn.diagnose(net, X[20:], y[20:], history, validation_data=(X[:20], y[:20]))
    assert "overfitting" not in report.codes


@pytest.mark.parametrize("alpha", [100.0, 300.0])
def test_a_strong_penalty_elsewhere_is_no_wrong_shape(alpha: float) -> None:
    X = normal(300, 4)
    y = 3 + X[:, 0] + 0.3 * X[:, 1]
    made = MLPRegressor(
        hidden_layer_sizes=(16,),
        activation="tanh",
        alpha=alpha,
        solver="lbfgs",
        max_iter=5000,
        random_state=0,
    ).fit(X, y)
    net = gn.adapt(list(zip(made.coefs_, made.intercepts_, strict=True)), ["tanh", "linear"])
    assert "broadcast_targets" not in gn.diagnose(net, X, y[:, None], loss="mse").codes


# ---- remedies


def test_units_that_inputs_of_one_sign_leave_dead_are_not_told_to_begin_as_they_did() -> None:
    x = np.linspace(0.05, 1, 200)[:, None]
    y = np.sin(9 * x)
    layers = [gn.Dense(16, "relu", "he_normal"), gn.Dense(1)]
    net, history = fitted(layers, x, y, loss="mse", epochs=20, batch_size=32, seed=1, optimizer=gn.SGD(0.05))
    found = finding(gn.diagnose(net, x, y, history), "dead_units")
    assert "so before training: standardise the inputs" in found.remedy
    centred = gn.Standardizer().fit(x).transform(x)
    again, history = fitted(
        layers, centred, y, loss="mse", epochs=20, batch_size=32, seed=1, optimizer=gn.SGD(0.05)
    )
    assert "dead_units" not in gn.diagnose(again, centred, y, history).codes


def test_units_that_biases_keep_dead_are_to_begin_with_biases_of_0() -> None:
    X, y = gn.datasets.wine()
    X = gn.Standardizer().fit(X).transform(X)
    layers = [gn.Dense(16, "relu", bias_initializer=initializers.Constant(-15.0)), gn.Dense(3, "softmax")]
    net, history = fitted(layers, X, y, loss=SCCE, epochs=5)
    assert "biases of 0" in finding(gn.diagnose(net, X, y, history), "dead_units").remedy


@pytest.mark.parametrize(
    ("size", "said"), [(1.0, "smaller weights in the last layer"), (6.0, "scale what reaches")]
)
def test_what_reaches_the_last_layer_is_to_be_scaled_only_where_it_is_large(size: float, said: str) -> None:
    X = size * np.sign(normal(100, 1)) * np.ones((1, 9))
    W = np.tile([0.4, -0.4], (9, 1)) / size
    net = gn.adapt([(W, np.zeros(2))], ["softmax"])
    report = gn.diagnose(net, X, (X[:, 0] > 0).astype(int), loss=SCCE, trained=False)
    assert said in finding(report, "initial_loss_not_chance").remedy


@pytest.mark.parametrize(("between", "severity"), [(3, "note"), (6, "warning")])
def test_a_linear_layer_narrower_than_both_sides_may_be_meant(between: int, severity: str) -> None:
    X = normal(200, 6)
    net = gn.Network([gn.Dense(between), gn.Dense(6)], seed=0, input_shape=6)
    found = finding(gn.diagnose(net, X, X), "missing_nonlinearity")
    assert found.severity == severity and ("has rank 3" in found.cause) == (between == 3)


def test_a_printed_table_names_what_was_not_looked_at() -> None:
    shown = StringIO()
    Console(file=shown, width=120).print(DiagnosisReport((), ("how it began",)))
    assert "not looked at: how it began" in shown.getvalue()
