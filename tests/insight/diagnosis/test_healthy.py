"""Trainings that go well are left alone, whatever the data, the seed and the settings."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import glassnet as gn
from tests.insight.diagnosis.cases import sine, wine


def scaled(dataset: Any) -> tuple[Any, Any]:
    X, y = dataset
    return gn.Standardizer().fit(X).transform(X), y


DATA = {
    "digits": (lambda: gn.datasets.digits(), "scce", 10, [32], 8),
    "iris": (lambda: scaled(gn.datasets.iris()), "scce", 3, [16], 60),
    "wine": (wine, "scce", 3, [16], 40),
    "breast_cancer": (lambda: scaled(gn.datasets.breast_cancer()), "scce", 2, [16, 8], 30),
    "moons": (lambda: gn.datasets.moons(), "scce", 2, [32, 32], 80),
    "sine": (sine, "mse", 1, [32], 150),
}


@pytest.mark.parametrize("name", DATA)
@pytest.mark.parametrize("activation", ["relu", "tanh"])
def test_a_good_training_has_no_finding_but_notes(name: str, activation: str) -> None:
    data, loss, n_outputs, hidden, epochs = DATA[name]
    X, y = data()
    order = np.random.default_rng(0).permutation(len(X))
    X, y = X[order], y[order]
    held = len(X) // 5
    last = "softmax" if n_outputs > 1 else "linear"
    net = gn.Network([*[gn.Dense(n, activation) for n in hidden], gn.Dense(n_outputs, last)], seed=1)
    history = net.fit(
        X[held:], y[held:], loss=loss, optimizer=gn.Adam(0.01), epochs=epochs, batch_size=32, engine="numpy",
        progress=False, callbacks=[gn.Diagnosis()], validation_data=(X[:held], y[:held]),
    )  # fmt: skip
    report = gn.diagnose(net, X[held:], y[held:], history, validation_data=(X[:held], y[:held]))
    assert report.ok, report


@given(
    seed=st.integers(0, 10_000),
    hidden=st.sampled_from([8, 16, 32]),
    activation=st.sampled_from(["tanh", "relu"]),
)
@settings(max_examples=6)
def test_xor_that_is_solved_has_no_error(seed: int, hidden: int, activation: str) -> None:
    X, y = gn.datasets.xor()
    net = gn.Network([gn.Dense(hidden, activation), gn.Dense(1, "sigmoid")], seed=seed)
    history = net.fit(X, y, loss="bce", optimizer=gn.Adam(0.05), epochs=200, engine="numpy", progress=False,
                      callbacks=[gn.Diagnosis(warn=False)])  # fmt: skip
    report = gn.diagnose(net, X, y, history)
    if net.evaluate(X, y)["accuracy"] == 1:
        assert all(finding.severity == "note" for finding in report.findings), report
    else:
        assert not report.ok, "a training that failed has a reason"
