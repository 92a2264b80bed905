"""What nothing is said about is named with what would tell, whoever trained; and names stand beside numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import glassnet as gn
from tests.insight.diagnosis.cases import blobs, dense, finding, fitted

SCCE = "sparse_categorical_cross_entropy"
OWN = "how it began (start= gives it, and callbacks=[gn.Diagnosis()] of fit keeps it)"


def trained(**options: Any) -> tuple[gn.Network, gn.History, Any, Any]:
    X, y = blobs(120)
    options = {"loss": SCCE, "epochs": 3, "batch_size": 32} | options
    net, history = fitted(dense([8, 3], "tanh", "softmax"), X, y, **options)
    return net, history, X, y


@pytest.mark.parametrize("watched", [True, False])
def test_of_a_training_that_was_seen_everything_is_looked_at(watched: bool) -> None:
    net, history, X, y = trained(watched=watched)
    assert gn.diagnose(net, X, y, history).not_looked_at == ()


def test_of_a_second_fit_nobody_saw_how_the_first_began() -> None:
    net, _, X, y = trained()
    again = net.fit(X, y, loss=SCCE, epochs=3, batch_size=32, engine="numpy", progress=False)
    assert gn.diagnose(net, X, y, again).not_looked_at == (
        OWN, "the steps of its training (start= lets copies repeat it)",
    )  # fmt: skip


def test_of_a_network_without_its_history_the_start_is_not_known() -> None:
    net, _, X, y = trained()
    assert gn.diagnose(net, X, y).not_looked_at == (OWN,), (
        "a copy that begins as the seed draws it ends where it did"
    )
    net.parameters *= -20.0
    assert gn.diagnose(net, X, y).not_looked_at[1] == (
        "the steps of its training (no copy that begins as the seed draws it ended where it did)"
    )
    net.state = None
    given = gn.diagnose(net, X, y, loss=SCCE).not_looked_at
    assert given == (
        "how it began (start= gives it, or trained=False)",
        "the steps of its training (start=, optimizer= and epochs= let copies repeat it)",
    )


def test_steps_that_no_copy_takes_are_named() -> None:
    net, history, X, y = trained(watched=False, class_weight={0: 1.0, 1: 2.0, 2: 3.0})
    assert gn.diagnose(net, X, y, history).not_looked_at == (
        "the steps of its training (sample_weight= or class_weight= lets copies repeat it)",
    )
    net, history, X, y = trained(optimizer=gn.LBFGS(), batch_size=None)
    (said,) = gn.diagnose(net, X, y, history).not_looked_at
    assert said.startswith("the steps of its training (LBFGS(") and said.endswith(
        "is not repeated on copies)"
    )


def test_of_an_untrained_network_and_of_what_cannot_be_measured_there_is_nothing_more_to_see() -> None:
    X, y = blobs(120)
    net = gn.Network(dense([8, 3], "tanh", "softmax"), seed=0, input_shape=2)
    assert gn.diagnose(net, X, y, loss=SCCE).not_looked_at == ()
    net.parameters += np.nan
    assert gn.diagnose(net, X, y, loss=SCCE).not_looked_at == ()


def test_features_and_classes_are_called_by_their_names() -> None:
    X, y = blobs(300)
    rare = np.concatenate([np.flatnonzero(y != 2), np.flatnonzero(y == 2)[:4]])
    net = gn.Network(dense([8, 3], "tanh", "softmax"), seed=0, input_shape=2)
    net.metadata |= {"feature_names": ["size", "price"], "class_names": ["low", "middle", "high"]}
    X = X * [1.0, 100.0]
    held = X[rare] + [0.0, 500.0], y[rare]
    report = gn.diagnose(net, X[rare], y[rare], loss=SCCE, validation_data=held)
    assert "feature 1 (price) has root mean square" in finding(report, "unscaled_inputs").cause
    assert "class 2 (high) 2.0%" in finding(report, "imbalance").cause
    assert "feature 1 (price) has mean" in finding(report, "split_differs").cause
    missing = gn.diagnose(net, X[y != 2], y[y != 2], loss=SCCE, validation_data=(X, y))
    assert finding(missing, "split_differs").cause.startswith("class 2 (high) is in ")


def test_a_name_that_is_the_number_is_not_said_twice() -> None:
    net = gn.Network(dense([8, 3], "tanh", "softmax"), seed=0, input_shape=2)
    net.metadata |= {"feature_names": ["0", "1"]}
    X, y = blobs(120)
    assert (
        "feature 1 has root"
        in finding(gn.diagnose(net, X * [1.0, 100.0], y, loss=SCCE), "unscaled_inputs").cause
    )
