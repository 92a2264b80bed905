"""What keeps a network where it was is named: factors of the rate, a schedule far too low, a lagging average."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import glassnet as gn
from glassnet.insight.diagnosis.report import Finding

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(120, 2))
Y = np.sin(2 * X[:, :1]) * X[:, 1:]


def found(
    layers: list[Any], optimizer: Any, epochs: int = 80, callbacks: tuple[Any, ...] = ()
) -> dict[str, Finding]:
    net, watch = gn.Network(layers, seed=0), gn.Diagnosis(warn=False)
    net.fit(X, Y, loss="mse", optimizer=optimizer, epochs=epochs, batch_size=20, engine="numpy", progress=False,
            callbacks=[*callbacks, watch])  # fmt: skip
    return {finding.code: finding for finding in gn.diagnose(net, X, Y, watch.history).findings}


def dense(factor: float) -> list[Any]:
    return [
        gn.Dense(16, "tanh", learning_rate_factor=factor, bias_learning_rate_factor=factor),
        gn.Residual([gn.Dense(16, "tanh", learning_rate_factor=factor, bias_learning_rate_factor=factor)]),
        gn.Dense(1, learning_rate_factor=factor, bias_learning_rate_factor=factor),
    ]


@pytest.mark.parametrize(
    ("factor", "said"), [(0.0, "freezes weights of layer 0 (0)"), (1e-4, "shortens the steps of")]
)
def test_factors_that_hold_the_parameters_back_are_named(factor: float, said: str) -> None:
    finding = found(dense(factor), gn.Adam(0.02))["held_back"]
    assert finding.severity == "warning" and said in finding.cause
    assert finding.evidence["parameters held back"] == 1.0
    assert "learning_rate_too_low" not in found(dense(factor), gn.Adam(0.02))


def test_factors_that_do_no_harm_are_not_named() -> None:
    assert "held_back" not in found(dense(0.5), gn.Adam(0.02))
    assert "held_back" not in found(dense(1.0), gn.Adam(1e-6))


def test_a_schedule_that_is_far_too_low_everywhere_is_named_with_its_largest_rate() -> None:
    layers = [gn.Dense(16, "tanh"), gn.Dense(16, "tanh"), gn.Dense(1)]
    finding = found(layers, gn.Adam(gn.schedules.OneCycle(1e-6, 80)))["learning_rate_too_low"]
    assert "at learning rates of the schedule up to 1e-06" in finding.cause
    assert finding.remedy.startswith("give the schedule a largest rate of about 0.")
    assert "learning_rate_too_low" not in found(layers, gn.Adam(gn.schedules.OneCycle(0.02, 80)))


def test_an_average_that_lags_behind_is_named_and_one_that_follows_is_not() -> None:
    layers = [gn.Dense(16, "tanh"), gn.Dense(16, "tanh"), gn.Dense(1)]
    finding = found(layers, gn.Adam(0.02), callbacks=(gn.callbacks.AverageWeights(0.9999),))["average_lags"]
    assert finding.evidence["score of the training's weights"] - finding.evidence["score"] >= 0.25
    assert "after 480 steps" in finding.cause and "about 0.979" in finding.remedy
    assert "average_lags" not in found(layers, gn.Adam(0.02), callbacks=(gn.callbacks.AverageWeights(0.95),))


@pytest.mark.parametrize("name", ["hard_swish", "hard_sigmoid"])
def test_samples_that_a_flat_activation_makes_alike_are_told_the_way_back_to_its_slope(name: str) -> None:
    net = gn.Network(
        [gn.Dense(6, name, bias_initializer=gn.initializers.Constant(-30.0)), gn.Dense(1)],
        seed=0,
        input_shape=2,
    )
    report = gn.diagnose(net, X, Y, loss="mse", trained=False)
    (finding,) = [finding for finding in report.findings if finding.code == "collapsed_representation"]
    assert f"where {name} is flat, nearer to 0: begin with smaller weights and biases of 0" in finding.remedy
    assert "another seed" not in finding.remedy
