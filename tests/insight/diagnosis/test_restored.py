"""A history whose best epoch was put back is not judged as if the last epoch's parameters were there."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import glassnet as gn
from tests.insight.diagnosis.cases import blobs, dense, finding, wine

SCCE = "sparse_categorical_cross_entropy"


def stopped(X: Any, y: Any, held: Any, layers: Any, **options: Any) -> Any:
    """A network, its history and the callback that put the best epoch back."""
    net = gn.Network(layers, seed=0, input_shape=X.shape[1])
    patience = options.pop("patience", 8)
    stop = gn.callbacks.EarlyStopping(patience=patience)
    history = net.fit(X, y, loss=SCCE, validation_data=held, callbacks=[gn.Diagnosis(warn=False), stop], engine="numpy",
                      progress=False, **options)  # fmt: skip
    return net, history


def noisy(n: int) -> tuple[Any, Any]:
    random = np.random.default_rng(0)
    X = random.normal(size=(n, 6))
    return X, ((X[:, 0] > 0) ^ (random.uniform(size=n) < 0.25)).astype(int)


class Spoil(gn.callbacks.Callback):
    """From an epoch on, spoils the parameters."""

    def epoch_end(self, session: Any) -> None:
        if session.history.n_epochs > 30:
            session.network.parameters[...] = 3 * np.roll(session.network.parameters, 7)


def test_what_spoilt_the_parameters_that_were_taken_back_is_not_blamed_for_what_is_there() -> None:
    X, y = wine()
    train, held = np.arange(len(X)) % 3 != 0, (X[::3], y[::3])
    net = gn.Network(dense([16, 3], "tanh", "softmax"), seed=0, input_shape=X.shape[1])
    callbacks = [gn.Diagnosis(warn=False), gn.callbacks.EarlyStopping(patience=60), Spoil()]
    history = net.fit(X[train], y[train], loss=SCCE, validation_data=held, callbacks=callbacks, epochs=60,
                      batch_size=16, optimizer=gn.SGD(0.3), engine="numpy", progress=False)  # fmt: skip
    assert history.restored_epoch <= 31 < history["epoch"][-1]
    assert history["loss"][-1] > 5 * net.evaluate(X[train], y[train])["loss"]
    report = gn.diagnose(net, X[train], y[train], history, validation_data=held)
    assert report.ok, report


def test_what_is_quoted_is_the_loss_of_the_parameters_that_are_there() -> None:
    X, y = blobs()
    net, history = stopped(X[:200], y[:200], (X[200:], y[200:]), dense([16, 3], "tanh", "softmax"), epochs=40,
                           batch_size=32, optimizer=gn.SGD(1e-5))  # fmt: skip
    kept = history.n_epochs - 10  # as if the validation loss had been best then
    history.restored_epoch = kept
    found = finding(gn.diagnose(net, X[:200], y[:200], history), "learning_rate_too_low")
    loss = net.evaluate(X[:200], y[:200], loss=SCCE)["loss"]
    assert f"the loss is {loss:.4g} with the parameters of epoch {kept}, which were put back" in found.cause
    assert found.evidence["loss"] == pytest.approx(loss, rel=1e-4)
    history.restored_epoch = int(history["epoch"][-1])  # the last one is no other
    assert (
        "in the last 4 of 40 epochs"
        in finding(gn.diagnose(net, X[:200], y[:200], history), "learning_rate_too_low").cause
    )


def test_longer_training_is_not_advised_where_it_was_tried_and_taken_back() -> None:
    X, y = blobs(400)
    layers = dense([16, 3], "tanh", "softmax")
    for patience in (2, 0):
        net = gn.Network(layers, seed=0, input_shape=2)
        history = net.fit(X[:200], y[:200], loss=SCCE, epochs=3, batch_size=50, optimizer=gn.SGD(0.01), engine="numpy",
                          progress=False, callbacks=[gn.Diagnosis(warn=False)])  # fmt: skip
        history.restored_epoch = 1 if patience else 0
        found = finding(gn.diagnose(net, X[:200], y[:200], history), "underfitting")
        assert found is None or ("train longer" in found.remedy) == (patience == 0)


def test_a_rise_that_was_taken_back_is_no_overfitting() -> None:
    X, y = noisy(500)
    held = X[150:], y[150:]
    layers = dense([64, 64, 2], "relu", "softmax")
    options = {"epochs": 80, "batch_size": 16, "optimizer": gn.Adam(0.005)}
    stayed = gn.Network(layers, seed=0, input_shape=6)
    history = stayed.fit(
        X[:150], y[:150], loss=SCCE, validation_data=held, engine="numpy", progress=False, **options
    )
    assert "overfitting" in gn.diagnose(stayed, X[:150], y[:150], history, validation_data=held).codes
    net, history = stopped(X[:150], y[:150], held, layers, **options)
    assert history.restored_epoch < history["epoch"][-1]
    assert "overfitting" not in gn.diagnose(net, X[:150], y[:150], history, validation_data=held).codes


def test_parameters_of_an_earlier_fit_are_not_those_of_this_history() -> None:
    X, y = blobs()
    net, history = stopped(X[:200], y[:200], (X[200:], y[200:]), dense([16, 3], "tanh", "softmax"), epochs=20,
                           batch_size=32, optimizer=gn.Adam(0.01), patience=20)  # fmt: skip
    history.restored_epoch = 999
    assert gn.diagnose(net, X[:200], y[:200], history).ok


def test_weights_that_began_too_large_stand_before_the_numbers_that_are_none() -> None:
    X, y = wine()
    layers = dense([16, 16, 16, 3], "relu", "softmax", gn.initializers.Normal(9.0))
    net = gn.Network(layers, seed=0, input_shape=X.shape[1])
    start = net.copy()
    net.parameters[:5] = np.nan
    codes = gn.diagnose(net, X, y, loss=SCCE, start=start).codes
    assert codes[0] == "scale_too_large" and "not_finite" in codes
