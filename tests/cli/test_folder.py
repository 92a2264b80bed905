"""The output folder holds the results of one training, whole, and belongs to one training at a time."""

import errno
import fcntl
import os
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import glassnet as gn
from glassnet.cli import results
from glassnet.cli.app import app
from glassnet.cli.folder import Folder, folder_of
from tests.cli.conftest import Complaint, Run

DIVERGES = ["--optimizer", "sgd", "--learning-rate", "1e4", "--epochs", "5"]


def names(folder: str) -> set[str]:
    return {path.name for path in Path(folder).iterdir()}


def contents(folder: str) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in Path(folder).iterdir() if path.is_file()}


def test_nothing_of_another_training_stays_beside_a_model(run_and_draw: Run) -> None:
    run_and_draw("train", "wine", "--epochs", "2", "--output", "here")
    Path("here/notes.txt").write_text("mine")
    run_and_draw("train", "sine", "--epochs", "2", "--output", "here")
    assert names("here") == {
        "model.safetensors",
        "history.csv",
        "learning_curve.png",
        "report.html",
        "notes.txt",
    }
    assert "sine" in Path("here/report.html").read_text("utf-8")


def test_a_training_that_fails_leaves_a_good_model_as_it_is(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("train", "diabetes", "--epochs", "2", "--output", "here")
    before = contents("here")
    for _ in range(2):
        result = CliRunner().invoke(app, ["train", "diabetes", *DIVERGES, "--output", "here"])
        assert result.exit_code == 2 and f"saved in    {Path('here/failed')}: " in result.stdout
        assert contents("here") == before
        assert names("here/failed") == {"model.safetensors", "report.html"}


def test_a_training_that_fails_where_nothing_is_leaves_what_explains_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert CliRunner().invoke(app, ["train", "diabetes", *DIVERGES, "--output", "here"]).exit_code == 2
    assert names("here") == {"model.safetensors", "report.html"}


def test_on_a_full_disk_the_earlier_results_stay(
    run: Run, complaint: Complaint, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("train", "wine", "--epochs", "2", "--output", "here")
    before = contents("here")
    written = results.sheets.write

    def full(path: Path, table: str) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", str(path))

    monkeypatch.setattr(results.sheets, "write", full)
    result = CliRunner().invoke(app, ["train", "wine", "--epochs", "3", "--output", "here"])
    assert result.exit_code == 2 and "No space left on device" in result.stderr
    assert contents("here") == before and names("here") == before.keys()
    monkeypatch.setattr(results.sheets, "write", written)
    run("train", "wine", "--epochs", "3", "--output", "here")
    assert contents("here") != before


def test_what_a_killed_training_left_half_written_is_removed_by_the_next(run: Run) -> None:
    left = Path("here/.being-written-abc")
    left.mkdir(parents=True)
    (left / "model.safetensors").touch()
    run("train", "xor", "--epochs", "1", "--output", "here")
    assert names("here") == {"model.safetensors", "history.csv", "report.html"}


def test_a_second_training_into_the_same_folder_is_told(run: Run, complaint: Complaint) -> None:
    run("train", "xor", "--epochs", "1", "--output", "here")
    before = contents("here")
    other = os.open("here", os.O_RDONLY)
    fcntl.flock(other, fcntl.LOCK_EX)
    assert complaint("train", "xor", "--output", "here") == (
        "--output: another training is writing into 'here'; wait for it, or give another folder"
    )
    assert contents("here") == before
    os.close(other)
    run("train", "xor", "--epochs", "2", "--output", "here")
    assert contents("here") != before


def test_a_folder_is_free_again_after_whatever_ended_its_training(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    CliRunner().invoke(app, ["train", "diabetes", *DIVERGES, "--output", "here"])
    first, second = Folder("here"), Folder("here")
    first._take()
    first.release()
    second._take()
    second.release()


@pytest.mark.parametrize(
    ("source", "folder"),
    [
        ("digits", "runs/digits"),
        ("a.npz", "runs/a"),
        ("...npz", "runs/data"),
        ("..npz", "runs/data"),
        ("a.b.npz", "runs/a.b"),
    ],
)
def test_results_go_below_runs_whatever_a_file_is_called(source: str, folder: str) -> None:
    assert folder_of(source) == folder


def test_a_file_of_dots_writes_nothing_into_the_parent_folder(run: Run) -> None:
    np.savez("...npz", X=np.random.default_rng(0).normal(size=(40, 2)), y=np.arange(40) % 2)
    run("train", "...npz", "--epochs", "1")
    assert names("runs") == {"data"} and names(".") == {"runs", "...npz"}


HOSTILE = ["=1+1", "\x1b[31mred", "@x", "half \udc80", "<!--"]


def test_names_of_classes_are_shown_and_not_obeyed(run_and_draw: Run) -> None:
    X = np.random.default_rng(0).normal(size=(60, 2))
    X[:, 0] += 10 * (np.arange(60) % 5)
    np.savez("data.npz", X=X, y=np.array(HOSTILE)[np.arange(60) % 5])
    result = run_and_draw("train", "data.npz", "--epochs", "100", "--engine", "numpy")
    shown = run_and_draw("summary", "runs/data/model.safetensors").stdout
    assert "\x1b[31m" not in result.stdout + shown and "\\x1b[31mred" in shown
    table = run_and_draw("predict", "runs/data/model.safetensors", "data.npz").stdout.splitlines()
    cells = {cell for line in table for cell in line.split(",")}
    assert cells & {"'=1+1", "'@x"} and not cells & {"=1+1", "@x", "\x1b[31mred"}
    run_and_draw("predict", "runs/data/model.safetensors", "data.npz", "--output", "p.csv")
    assert Path("p.csv").read_text("utf-8").splitlines() == table
    assert gn.load("runs/data/model.safetensors").metadata["data"]["class_names"] == sorted(HOSTILE)


def test_an_error_does_not_carry_out_what_a_name_holds(complaint: Complaint) -> None:
    message = complaint("train", "a\x1b]0;title\x07.npz")
    assert "\x1b" not in message and "\x07" not in message and "a\\x1b]0;title\\x07.npz" in message


def test_predictions_replace_a_file_when_they_are_whole(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    run("train", "xor", "--epochs", "1")
    Path("p.csv").write_text("earlier")

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    result = CliRunner().invoke(app, ["predict", "runs/xor/model.safetensors", "xor", "--output", "p.csv"])
    assert result.exit_code == 2 and "No space left on device" in result.stderr
    assert Path("p.csv").read_text() == "earlier" and names(".") == {"p.csv", "runs"}


def test_predictions_can_go_to_a_device(run: Run) -> None:
    run("train", "xor", "--epochs", "1")
    run("predict", "runs/xor/model.safetensors", "xor", "--output", os.devnull)
