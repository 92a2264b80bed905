"""The command speaks its own language, and its help tells what happens where nothing is said."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from glassnet import losses
from glassnet.cli.app import app
from glassnet.recipes import heads
from glassnet.recipes.recipe import Recipe, optimizer_of


def answer(*arguments: str) -> tuple[int, str]:
    result = CliRunner(env={"COLUMNS": "200", "TERM": "dumb"}).invoke(app, arguments)
    return result.exit_code, result.output


def test_the_help_of_train_tells_the_defaults() -> None:
    _, shown = answer("train", "--help")
    lines = {option: line for line in shown.splitlines() for option in re.findall(r"^\W*(--[a-z-]+)", line)}
    usual = Recipe()
    for option, default in {
        "--hidden": ",".join(map(str, usual.hidden)),
        "--activation": usual.activation,
        "--dropout": f"{usual.dropout:g}",
        "--optimizer": usual.optimizer,
        "--learning-rate": f"{usual.learning_rate:g} for adam",
        "--epochs": str(usual.epochs),
        "--batch-size": str(usual.batch_size),
        "--test-share": f"{usual.test_share:g}",
        "--validation-share": f"{usual.validation_share:g}",
        "--standardize": "yes" if usual.standardize else "no",
        "--seed": "0",
        "--engine": "auto",
        "--device": "cpu",
    }.items():
        assert f"Default: {default}" in lines[option], option
    rate_of_sgd = optimizer_of(Recipe(optimizer="sgd", learning_rate=None)).learning_rate
    assert f"{rate_of_sgd} for sgd" in lines["--learning-rate"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["--loss", "cross_entropy"],
            "no loss is called 'cross_entropy'; did you mean 'binary_cross_entropy' or 'categorical_cross_entropy' or "
            "'sparse_categorical_cross_entropy'?",
        ),
        (
            ["--loss", "mse"],
            "digits holds classes, and mean_squared_error compares values; use --loss "
            "sparse_categorical_cross_entropy, or a file whose y holds the values that you mean",
        ),
        (["--epochs", "0"], "--epochs must be an integer >= 1; got 0"),
        (["--seed", "-1"], "--seed must be an integer >= 0; got -1"),
        (["--dropout", "1"], "--dropout must be a finite number and >= 0 and < 1; got 1.0"),
    ],
)
def test_answers_have_no_words_of_python(arguments: list[str], message: str) -> None:
    code, shown = answer("train", "digits", *arguments)
    assert (code, shown.strip()) == (2, f"glassnet: {message}")


def test_every_loss_that_is_proposed_is_taken() -> None:
    for name in (*heads.HEADS, *heads.SHORT):
        assert heads.of_loss(heads.named(name)) is heads.HEADS[losses.get(name).name]


def test_a_folder_of_a_training_stands_for_its_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert answer("train", "xor", "--epochs", "3", "--quiet")[0] == 0
    for command in (["summary"], ["evaluate"], ["predict"], ["diagnose"]):
        data = [] if command == ["summary"] else ["xor"]
        by_folder = answer(*command, "runs/xor", *data)
        assert by_folder == answer(*command, "runs/xor/model.safetensors", *data)
        assert by_folder[0] in (0, 1)
    Path("empty").mkdir()
    assert answer("summary", "empty") == (
        2,
        "glassnet: the folder empty holds no model.safetensors; glassnet train writes one\n",
    )


def test_a_file_of_counts_may_be_a_regression(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    np.savez("counts.npz", X=np.linspace(0, 1, 60).reshape(30, 2), y=np.arange(30) % 3)
    assert answer("train", "counts.npz", "--loss", "mse", "--epochs", "2", "--quiet") == (0, "")
    code, shown = answer("train", "counts.npz", "--loss", "mse", "--epochs", "2")
    assert (code, shown.splitlines()[1]) == (
        0,
        "y holds whole numbers, 3 different ones from 0 to 2; mean_squared_error takes them as values. If they are "
        "classes, leave out --loss",
    )


@pytest.mark.parametrize(("y", "loss", "said"), [
    (np.eye(3)[np.arange(30) % 3], "mae", "y holds rows of 0 and 1; mean_absolute_error takes them as values"),
    ((np.arange(30)[:, None] & [1, 2]) > 0, "mse", "y holds rows of 0 and 1; mean_squared_error takes them as values"),
    (np.arange(30) % 2 == 0, "poisson", "y holds whole numbers, 2 different ones from 0 to 1; poisson"),
    (np.arange(30) % 3, "scce", None),
    (np.arange(30) / 7, "mse", None),
])  # fmt: skip
def test_what_is_assumed_of_targets_is_said(
    y: Any, loss: str, said: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    np.savez("mine.npz", X=np.linspace(0, 1, 60).reshape(30, 2), y=y)
    code, shown = answer("train", "mine.npz", "--loss", loss, "--epochs", "2")
    assert code == 0 and ("as values" in shown) == (said is not None) and (said or "") in shown
