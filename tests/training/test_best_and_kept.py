"""The value that is compared and the parameters that are kept belong together, on every engine."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import glassnet as gn
from glassnet.callbacks import Callback, Checkpoint, EarlyStopping, ReduceOnPlateau, Session
from glassnet.errors import ArgumentError

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(40, 3))
Y = X @ [1.0, 2.0, 3.0]
W = RANDOM.uniform(0, 3, 40)
ENGINES = ["numpy", "compiled", "torch"]


def network(*between: Any) -> gn.Network:
    layers = [gn.Dense(8, "tanh", l2=0.01), *between, gn.Dense(1)]
    return gn.Network(layers, seed=0, dtype="float64")


def fit(net: gn.Network, *callbacks: Any, **options: Any) -> gn.History:
    usual: dict[str, Any] = {"loss": "mse", "optimizer": gn.SGD(0.35), "epochs": 30, "engine": "numpy"}
    return net.fit(X, Y, callbacks=list(callbacks), progress=False, **(usual | options))


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("batch_size", [None, 7])
@pytest.mark.parametrize(
    "between", [[], [gn.BatchNorm(), gn.Dropout(0.3)]], ids=["plain", "norm and dropout"]
)
def test_early_stopping_puts_back_what_gave_its_best_loss(
    between: list[Any], batch_size: int | None, engine: str
) -> None:
    net, stopping = network(*between), EarlyStopping("loss", patience=5)
    rule = gn.Adam(0.3) if between else gn.SGD(0.35)
    history = fit(net, stopping, batch_size=batch_size, engine=engine, sample_weight=W, optimizer=rule)
    assert net.evaluate(X, Y, sample_weight=W)["loss"] == pytest.approx(stopping.best, rel=1e-10)
    assert 0 < stopping.best_epoch <= history.n_epochs


def test_the_best_loss_is_the_smallest_of_all_epochs_ends() -> None:
    ends: list[float] = []
    stopping = EarlyStopping("loss", patience=100)
    fit(
        network(), lambda session: ends.append(session.network.evaluate(X, Y)["loss"]), stopping, batch_size=7
    )
    assert stopping.best == pytest.approx(min(ends)) and stopping.best_epoch == 1 + int(np.argmin(ends))


def test_of_a_full_batch_it_is_the_smallest_loss_of_the_history_but_the_first() -> None:
    stopping = EarlyStopping("loss", patience=100)
    history = fit(network(), stopping, optimizer=gn.Adam(0.5))
    after = [*history["loss"][1:], np.inf]  # the last one is seen by nobody
    assert stopping.best is not None and stopping.best <= min(after) * (1 + 1e-12)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_checkpoint_of_the_best_loss_holds_the_parameters_of_that_loss(tmp_path: Path, engine: str) -> None:
    path = tmp_path / "best.safetensors"
    checkpoint = Checkpoint(path, best_only=True, metric="loss")
    fit(network(), checkpoint, batch_size=7, engine=engine, epochs=12)
    assert checkpoint.watch is not None
    assert gn.load(path).evaluate(X, Y)["loss"] == pytest.approx(checkpoint.watch.best, rel=1e-10)


@pytest.mark.parametrize("metric", ["validation_loss", "validation_mean_absolute_error", "r2"])
def test_other_metrics_are_those_of_the_kept_parameters_already(metric: str) -> None:
    net, stopping = network(gn.BatchNorm()), EarlyStopping(metric, patience=5)
    options = {"metrics": ["mae", "r2"], "validation_data": (X[:9], Y[:9], W[:9])}
    fit(net, stopping, batch_size=7, optimizer=gn.Adam(0.3), **options)
    if metric == "r2":
        found = net.evaluate(X, Y, metrics=["r2"])["r2"]
    else:
        found = net.evaluate(X[:9], Y[:9], metrics=["mae"], sample_weight=W[:9])[
            metric.removeprefix("validation_")
        ]
    assert found == pytest.approx(stopping.best, rel=1e-10)


def test_what_keeps_no_parameters_compares_the_history() -> None:
    class Unmeasured(Callback):
        def epoch_end(self, session: Session) -> None:
            session.measure = None  # whoever measures fails

    stopping = EarlyStopping("loss", patience=3, restore_best=False)
    history = fit(network(), Unmeasured(), stopping, ReduceOnPlateau("loss", patience=2), batch_size=7)
    assert stopping.best == min(history["loss"]) == history["loss"][stopping.best_epoch - 1]


def test_class_weights_count_in_the_loss_that_is_compared() -> None:
    classes = (Y > 0).astype(int)
    net, stopping = gn.Network([gn.Dense(1, "sigmoid")], seed=0, dtype="float64"), EarlyStopping("loss")
    net.fit(
        X, classes, loss="bce", optimizer=gn.SGD(0.5), epochs=5, class_weight={0: 3.0}, callbacks=[stopping],
        engine="numpy", progress=False,
    )  # fmt: skip
    expected = net.evaluate(X, classes, sample_weight=np.where(classes == 0, 3.0, 1.0))["loss"]
    assert stopping.best == pytest.approx(expected)


def test_a_callback_of_ones_own_can_ask_for_the_loss_of_the_parameters() -> None:
    found: list[tuple[float, float]] = []

    def look(session: Session) -> None:
        found.append((session.loss(), session.network.evaluate(X, Y)["loss"]))

    fit(network(), look, batch_size=7, epochs=3)
    assert len(found) == 3
    for asked, evaluated in found:
        assert asked == pytest.approx(evaluated, rel=1e-12)


@pytest.mark.parametrize("kind", ["stopping", "checkpoint"])
def test_of_batches_the_loss_of_the_parameters_is_not_known(kind: str, tmp_path: Path) -> None:
    stopping = EarlyStopping("loss")
    callback = stopping if kind == "stopping" else Checkpoint(tmp_path / "m", best_only=True, metric="loss")
    net = network()
    with pytest.raises(
        ArgumentError, match=r"\(loss\) keeps the parameters of the smallest loss, and of an iterable"
    ):
        net.fit([(X, Y)], loss="mse", callbacks=[callback], progress=False)
    assert not net.built
    net.fit([(X, Y)], loss="mse", callbacks=[EarlyStopping("loss", restore_best=False)], progress=False)


# ---- what callbacks remember belongs to the data that they saw


def resumed(tmp_path: Path, x: Any, y: Any, **options: Any) -> tuple[gn.Network, gn.Network, EarlyStopping]:
    path = tmp_path / "model.safetensors"
    held = {"validation_data": (X[:9], Y[:9])}
    fit(network(), EarlyStopping(patience=50), Checkpoint(path), epochs=20, **held)
    before, net, stopping = gn.load(path), gn.load(path), EarlyStopping(patience=50)
    usual: dict[str, Any] = {"loss": "mse", "optimizer": gn.SGD(0.35), "epochs": 3, "engine": "numpy"}
    net.fit(x, y, callbacks=[stopping], progress=False, **(usual | held | options))
    return before, net, stopping


@pytest.mark.parametrize(
    ("x", "y", "options"),
    [
        (-X, Y, {}),
        (X, Y - 1, {}),
        (X[:30], Y[:30], {}),
        (X, Y, {"validation_data": (X[:8], Y[:8])}),
        (X, Y, {"validation_data": (X[:9], Y[:9], W[:9])}),
        (X, Y, {"sample_weight": W}),
    ],
    ids=["X", "y", "fewer", "validation data", "their weights", "weights"],
)
def test_on_other_data_callbacks_start_afresh(
    tmp_path: Path, x: Any, y: Any, options: dict[str, Any]
) -> None:
    before, net, stopping = resumed(tmp_path, x, y, **options)
    assert stopping.best_epoch > 20
    assert not np.array_equal(net.parameters, before.parameters)


def test_on_the_same_data_they_go_on(tmp_path: Path) -> None:
    _, _, stopping = resumed(tmp_path, X.tolist(), Y[:, None])
    whole, other = network(), EarlyStopping(patience=50)
    fit(whole, other, epochs=23, validation_data=(X[:9], Y[:9]))
    assert (stopping.best, stopping.best_epoch) == (other.best, other.best_epoch)
