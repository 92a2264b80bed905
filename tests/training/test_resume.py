"""Training that is interrupted and resumed is training that never stopped, to the last bit."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import glassnet as gn
from glassnet.bridges.description import describe
from glassnet.callbacks import Callback, Checkpoint, EarlyStopping, ReduceOnPlateau, Session
from glassnet.errors import ArgumentError
from glassnet.training import pace

RANDOM = np.random.default_rng(3)
X = RANDOM.normal(size=(40, 4))
Y = (X[:, 0] + RANDOM.normal(size=40) > 0).astype(int)
HELD = X[:9] + 0.3, Y[:9]
EPOCHS = 24


def network() -> gn.Network:
    layers = [
        gn.Dense(6, "relu", l2=1e-3),
        gn.BatchNorm(),
        gn.Dropout(0.3),
        gn.Dense(5, "tanh"),
        gn.Dropout(0.1),
    ]
    return gn.Network([*layers, gn.Dense(2, "softmax")], seed=11)


def optimizer() -> gn.Adam:
    schedule = gn.schedules.Chain(
        [gn.schedules.LinearWarmup(0.05, 3), gn.schedules.CosineDecay(0.05, 40)], [3]
    )
    return gn.Adam(schedule, clip_norm=1.0)


def fit(net: gn.Network, epochs: int, callbacks: Any = (), **options: Any) -> gn.History:
    options = {"batch_size": 7, "engine": "numpy", **options}
    return net.fit(
        X,
        Y,
        loss="scce",
        optimizer=optimizer(),
        epochs=epochs,
        callbacks=callbacks,
        progress=False,
        **options,
    )


def assert_same(one: gn.Network, other: gn.Network) -> None:
    """Parameters, running statistics, optimizer, streams and counts are equal, to the last bit."""
    config, arrays = describe(one)
    other_config, other_arrays = describe(other)
    assert config == other_config
    assert {name: array.tobytes() for name, array in arrays.items()} == {
        name: array.tobytes() for name, array in other_arrays.items()
    }


def values(history: gn.History) -> dict[str, list[float]]:
    return {name: column for name, column in history.items() if name != "seconds"}


def tail(history: gn.History, first: int) -> dict[str, list[float]]:
    return {name: column[first:] for name, column in values(history).items()}


@pytest.mark.parametrize("engine", ["numpy", "compiled"])
@pytest.mark.parametrize(("batch_size", "shuffle"), [(7, True), (7, False), (None, True)])
def test_two_fits_are_one(engine: str, batch_size: int | None, shuffle: bool) -> None:
    once, twice = network(), network()
    options: dict[str, Any] = {"engine": engine, "batch_size": batch_size, "shuffle": shuffle}
    whole = fit(once, 100, **options)
    first, second = fit(twice, 50, **options), fit(twice, 50, **options)
    assert_same(once, twice)
    joined = {name: values(first)[name] + column for name, column in values(second).items()}
    assert joined == values(whole)


@pytest.mark.parametrize("seconds", [0.0, 1e-4, 1.0])
def test_how_much_the_engine_does_at_once_changes_nothing(
    seconds: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected, found = network(), network()
    whole = fit(expected, EPOCHS, [lambda session: None])
    monkeypatch.setattr(pace, "SECONDS_PER_CALL", seconds)
    history = fit(found, EPOCHS)
    assert_same(found, expected)
    assert values(history) == values(whole)


def callbacks(path: Path) -> list[Callback]:
    return [
        Checkpoint(path / "{epoch}.safetensors"),
        ReduceOnPlateau("loss", 0.5, patience=2),
        EarlyStopping("validation_loss", patience=4),
        EarlyStopping("accuracy", patience=50, restore_best=False),
    ]


@pytest.mark.parametrize("engine", ["numpy", "compiled"])
def test_a_run_resumed_from_any_checkpoint_is_the_uninterrupted_run(engine: str, tmp_path: Path) -> None:
    options: dict[str, Any] = {"validation_data": HELD, "metrics": ["accuracy"]}
    whole = network()
    history = fit(whole, EPOCHS, callbacks(tmp_path), engine=engine, **options)
    assert 8 < history.n_epochs < EPOCHS and history.stopped_by.startswith(
        "EarlyStopping: no better validation_loss"
    )
    assert whole.state is not None and whole.state.rate_factor < 1
    again = tmp_path / "again"
    again.mkdir()
    for epoch in range(1, history.n_epochs + 1):
        net = gn.load(tmp_path / f"{epoch}.safetensors")
        resumed = fit(net, EPOCHS - epoch, callbacks(again), engine="auto", **options)
        assert resumed.engine == engine
        assert values(resumed) == (tail(history, epoch) if epoch < history.n_epochs else {})
        assert resumed.stopped_by == history.stopped_by
        assert_same(net, whole)


def test_checkpoints_written_by_a_resumed_run_are_those_of_the_uninterrupted_one(tmp_path: Path) -> None:
    again = tmp_path / "again"
    again.mkdir()
    fit(network(), 8, callbacks(tmp_path), validation_data=HELD, metrics=["accuracy"])
    net = gn.load(tmp_path / "3.safetensors")
    fit(net, 5, callbacks(again), validation_data=HELD, metrics=["accuracy"])
    for epoch in range(4, 9):
        one, other = gn.load(tmp_path / f"{epoch}.safetensors"), gn.load(again / f"{epoch}.safetensors")
        assert_same(one, other)
        assert one.state is not None and set(one.state.callbacks) == {
            "ReduceOnPlateau(loss)", "EarlyStopping(validation_loss)", "EarlyStopping(accuracy)"
        }  # fmt: skip


def test_the_end_of_a_run_that_was_killed_after_its_last_checkpoint_can_be_carried_out(
    tmp_path: Path,
) -> None:
    def options() -> dict[str, Any]:
        stopping = EarlyStopping("validation_loss", patience=9)
        return {
            "callbacks": [Checkpoint(tmp_path / "{epoch}.safetensors"), stopping],
            "validation_data": HELD,
        }

    whole = network()
    history = fit(whole, EPOCHS, **options())
    best = int(np.argmin(history["validation_loss"])) + 1
    assert best < history.n_epochs, "the last epoch is not the best, or nothing is put back"
    killed = gn.load(tmp_path / f"{history.n_epochs}.safetensors")
    assert killed.parameters.tobytes() != whole.parameters.tobytes()
    assert fit(killed, 0, **options()).n_epochs == 0
    assert killed.parameters.tobytes() == whole.parameters.tobytes()
    assert killed.parameters.tobytes() == gn.load(tmp_path / f"{best}.safetensors").parameters.tobytes()


def test_a_run_that_is_killed_is_resumed_in_another_process(tmp_path: Path) -> None:
    code = """
import os, sys
from tests.training.test_resume import *
folder = Path(sys.argv[1])
def die(session):
    if session.history.n_epochs == 6:
        os._exit(9)
fit(network(), EPOCHS, [*callbacks(folder), die], validation_data=HELD, metrics=["accuracy"])
"""
    root = Path(__file__).parents[2]
    killed = subprocess.run([sys.executable, "-c", code, tmp_path], cwd=root, capture_output=True, text=True)
    assert killed.returncode == 9, killed.stderr
    assert sorted(path.stem for path in tmp_path.iterdir()) == ["1", "2", "3", "4", "5"]
    whole, again = network(), tmp_path / "again"
    again.mkdir()
    fit(whole, EPOCHS, callbacks(again), validation_data=HELD, metrics=["accuracy"])
    net = gn.load(tmp_path / "5.safetensors")
    fit(net, EPOCHS - 5, callbacks(again), validation_data=HELD, metrics=["accuracy"])
    assert_same(net, whole)


def test_a_network_that_was_saved_goes_on_as_if_it_had_not_been(tmp_path: Path) -> None:
    whole, part = network(), network()
    fit(whole, 9)
    fit(part, 4)
    part.save(tmp_path / "model")
    found = gn.load(tmp_path / "model")
    fit(found, 5)
    assert_same(found, whole)


def test_what_callbacks_remember_is_handed_over_once(tmp_path: Path) -> None:
    def stopping() -> EarlyStopping:
        return EarlyStopping("loss", patience=50)

    fit(network(), 4, [stopping(), Checkpoint(tmp_path / "model")])
    net = gn.load(tmp_path / "model")
    assert net.state is not None and set(net.state.callbacks) == {"EarlyStopping(loss)"}
    seen: list[int] = []
    for _ in range(2):
        callback = stopping()
        fit(net, 1, [lambda session, callback=callback: seen.append(callback.best_epoch), callback])
        assert net.state.callbacks == {}
    assert 1 <= seen[0] <= 4 and seen[1] == 0


def test_another_optimizer_starts_callbacks_afresh(tmp_path: Path) -> None:
    fit(network(), 4, [EarlyStopping("loss"), Checkpoint(tmp_path / "model")])
    net, callback = gn.load(tmp_path / "model"), EarlyStopping("loss")
    net.fit(
        X, Y, loss="scce", optimizer="sgd", epochs=1, callbacks=[callback], engine="numpy", progress=False
    )
    assert callback.best_epoch == 1


def test_two_callbacks_of_one_name_remember_each_for_itself(tmp_path: Path) -> None:
    pair = [EarlyStopping("loss", patience=100, minimum_change=change) for change in (0.0, 1e9)]
    fit(network(), 5, [*pair, Checkpoint(tmp_path / "model")])
    again = [EarlyStopping("loss", patience=100) for _ in range(2)]
    found: list[tuple[int, int]] = []

    def look(session: Session) -> None:
        found.append((again[0].best_epoch, again[1].best_epoch))

    fit(gn.load(tmp_path / "model"), 1, [look, *again])
    assert found == [(pair[0].best_epoch, 1)]
    assert pair[0].best_epoch > 1


def test_what_is_remembered_of_another_network_is_refused(tmp_path: Path) -> None:
    fit(network(), 2, [EarlyStopping("loss"), Checkpoint(tmp_path / "model")])
    net = gn.load(tmp_path / "model")
    assert net.state is not None
    net.state.callbacks["EarlyStopping(loss)"]["parameters"] = np.zeros(3, np.float32)
    with pytest.raises(ArgumentError, match=r"what EarlyStopping\(loss\) remembers is not of this network"):
        fit(net, 1, [EarlyStopping("loss")])
    net.state.callbacks["EarlyStopping(loss)"] = {"wait": "long"}
    with pytest.raises(ArgumentError, match=r"wait of EarlyStopping must be an integer"):
        fit(net, 1, [EarlyStopping("loss")])
