"""The files that callbacks write: checkpoints and logs."""

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import glassnet as gn
from glassnet.callbacks import Callback, Checkpoint, CSVLog, Session
from glassnet.errors import ArgumentError
from tests.training.runs import HELD, Recorder, fit, network, script

# ---- checkpoints


def test_checkpoints_are_the_network_as_it_was(tmp_path: Path) -> None:
    recorder, net = Recorder(), network()
    checkpoint = Checkpoint(tmp_path / "model-{epoch:03d}.safetensors", every=2)
    fit(net, epochs=3, callbacks=[checkpoint, recorder])
    fit(net, epochs=3, callbacks=[checkpoint, recorder])
    names = ["model-002.safetensors", "model-004.safetensors", "model-006.safetensors"]
    assert sorted(path.name for path in tmp_path.iterdir()) == names
    for epoch, name in zip((2, 4, 6), names, strict=True):
        found = gn.load(tmp_path / name)
        assert found.parameters.tolist() == recorder.parameters[epoch - 1]
        assert found.running_statistics.tolist() == recorder.running[epoch - 1]
        assert found.state is not None and (found.state.epoch, found.state.step) == (epoch, epoch * 3)


def test_the_best_checkpoint_is_kept(tmp_path: Path) -> None:
    checkpoint = Checkpoint(tmp_path / "{epoch}", best_only=True, metric="scripted")
    fit(network(), epochs=6, metrics=[script([3, 4, 2, 2, 1, 5])], callbacks=[checkpoint])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["1", "3", "5"]


def test_the_best_of_every_second_epoch_is_kept(tmp_path: Path) -> None:
    checkpoint = Checkpoint(tmp_path / "{epoch}", every=2, best_only=True, metric="scripted")
    fit(network(), epochs=6, metrics=[script([0, 4, 0, 5, 0, 3])], callbacks=[checkpoint])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["2", "6"]


@pytest.mark.parametrize("make", [Checkpoint, CSVLog])
def test_a_folder_that_does_not_exist_is_noticed_before_any_work(make: Any, tmp_path: Path) -> None:
    net = network()
    with pytest.raises(ArgumentError, match=r"the folder of .*does not exist; create it first"):
        fit(net, epochs=1, callbacks=[make(tmp_path / "nowhere" / "file")])
    assert not net.built


def test_what_callbacks_remember_must_fit_into_a_file(tmp_path: Path) -> None:
    class Forgetful(Callback):
        def __init__(self, kept: Any) -> None:
            self.kept = kept

        def memory(self) -> dict[str, Any]:
            return {"kept": self.kept}

    checkpoint = Checkpoint(tmp_path / "model")
    with pytest.raises(
        ArgumentError, match="callback Forgetful remembers 'kept' of int64; arrays must be float32 or"
    ):
        fit(network(), epochs=1, callbacks=[checkpoint, Forgetful(np.arange(3))])
    with pytest.raises(ArgumentError, match="what callbacks remember must be plain data"):
        fit(network(), epochs=1, callbacks=[checkpoint, Forgetful(object())])
    assert list(tmp_path.iterdir()) == []


# ---- the log


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_the_log_holds_the_history_exactly(tmp_path: Path) -> None:
    log = CSVLog(tmp_path / "log.csv")
    seen: list[int] = []
    count = lambda session: seen.append(len(rows(log.path)) if log.path.exists() else 0)  # noqa: E731
    history = fit(network(), epochs=3, metrics=["accuracy"], validation_data=HELD, callbacks=[count, log])
    written = rows(log.path)
    assert list(written[0]) == list(history)
    assert [row["epoch"] for row in written] == ["1", "2", "3"]
    for name in history:
        assert [float(row[name]) for row in written] == history[name]
    assert seen == [0, 1, 2]


def test_the_log_goes_on_with_the_network_and_begins_anew_with_a_new_one(tmp_path: Path) -> None:
    log, net = CSVLog(tmp_path / "log.csv"), network()
    fit(net, epochs=2, callbacks=[log])
    fit(net, epochs=2, callbacks=[CSVLog(tmp_path / "log.csv")])
    assert [row["epoch"] for row in rows(log.path)] == ["1", "2", "3", "4"]
    fit(network(), epochs=1, callbacks=[log])
    assert [row["epoch"] for row in rows(log.path)] == ["1"]


def test_the_log_replaces_epochs_that_come_again_and_rows_cut_short(tmp_path: Path) -> None:
    log, net = CSVLog(tmp_path / "log.csv"), network()
    fit(net, epochs=2, callbacks=[log, Checkpoint(tmp_path / "model")])
    fit(net, epochs=2, callbacks=[log])
    log.path.write_text(log.path.read_text() + "9" * 5000 + ",0.1\n5,0.12")
    fit(gn.load(tmp_path / "model"), epochs=3, callbacks=[log])
    assert [row["epoch"] for row in rows(log.path)] == ["1", "2", "3", "4", "5"]
    assert all(None not in row.values() for row in rows(log.path))


@pytest.mark.parametrize("order", [0, 1])
def test_a_log_is_never_behind_the_checkpoint(order: int, tmp_path: Path) -> None:
    """A process that ends between the two writes goes on without a gap, whatever their order in the list."""

    class Killed(Exception):
        pass

    class Dying(Checkpoint):
        def save(self, session: Session) -> None:
            super().save(session)
            if session.state.epoch == 3:
                raise Killed

    log, checkpoint = CSVLog(tmp_path / "log.csv"), tmp_path / "model"
    with pytest.raises(Killed):
        fit(network(), epochs=5, callbacks=[log, Dying(checkpoint)][:: 1 if order else -1])
    loaded = gn.load(checkpoint)
    assert loaded.state is not None and loaded.state.epoch == 3
    fit(loaded, epochs=2, callbacks=[Checkpoint(checkpoint), log])
    assert [row["epoch"] for row in rows(log.path)] == ["1", "2", "3", "4", "5"]


@pytest.mark.parametrize(
    "text", ["my notes\n", "epoch,loss\n1,2\n", "loss,epoch,learning_rate,seconds\n", "\n", "\x00\xff"]
)
def test_the_log_does_not_write_over_other_files(text: str, tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text(text)
    net = network()
    with pytest.raises(ArgumentError, match=r"log\.csv is there already and not a log of this training"):
        fit(net, epochs=1, callbacks=[CSVLog(path)])
    assert path.read_text() == text
    assert not net.built
