"""``glassnet diagnose``: why a model in a file does not learn."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner, Result

import glassnet as gn
from glassnet.cli.app import app
from tests.cli.conftest import Complaint, Run

MODEL = "runs/{}/model.safetensors"


@pytest.fixture
def ill(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[str, str]:
    """A model whose hidden units are all dead, and its data."""
    monkeypatch.chdir(tmp_path)
    X, y = gn.datasets.moons(100)
    hidden = gn.Dense(8, "relu", bias_initializer=gn.initializers.Constant(-50))
    network = gn.Network([hidden, gn.Dense(2, "softmax")], seed=0)
    network.fit(X, y, loss="scce", epochs=3, progress=False, engine="numpy")
    network.save("ill.safetensors")
    np.savez("data.npz", X=X, y=y)
    return "ill.safetensors", "data.npz"


def diagnosed(*arguments: str) -> Result:
    result = CliRunner().invoke(app, ["diagnose", *arguments], prog_name="glassnet")
    assert result.stderr == ""
    return result


def report(*arguments: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(diagnosed(*arguments, "--json").stdout)
    return found


def codes(*arguments: str) -> list[str]:
    return [finding["code"] for finding in report(*arguments)["findings"]]


def test_a_healthy_model_has_no_errors_and_exit_code_0(run: Run) -> None:
    run("train", "wine", "--epochs", "30", "--engine", "numpy")
    shown = run("diagnose", MODEL.format("wine"), "wine").stdout
    assert shown == (
        "wine: 124 training, 18 validation and 36 test samples\n\nnothing found\n"
        "not looked at: how it began (a model's file does not keep it)\n"
        "not looked at: the steps of its training (--optimizer and --batch-size let copies repeat it)\n"
    )


def test_an_error_is_explained_and_gives_exit_code_1(ill: tuple[str, str]) -> None:
    result = diagnosed(*ill)
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert lines[0] == "data.npz: 100 all samples"
    at = lines.index("error: dead_units, layer 0")
    assert lines[at + 1].startswith("  cause     8 of 8 ReLU units in layer 0 are zero for every sample")
    assert [line.split()[0] for line in lines[at + 1 : at + 4]] == ["cause", "measured", "remedy"]
    assert any(line.startswith("2 errors") for line in lines)


def test_warnings_alone_give_exit_code_0(run: Run) -> None:
    run("train", "wine", "--no-standardize", "--epochs", "5", "--engine", "numpy")
    shown = run("diagnose", MODEL.format("wine"), "wine").stdout
    assert "warning: unscaled_inputs\n" in shown


def test_samples_are_scaled_as_they_were_in_training(run: Run) -> None:
    run("train", "wine", "--epochs", "20", "--engine", "numpy")
    assert codes(MODEL.format("wine"), "wine") == []
    run("train", "diabetes", "--epochs", "20", "--engine", "numpy")
    assert "unscaled_targets" not in codes(MODEL.format("diabetes"), "diabetes")


def test_the_model_is_diagnosed_as_it_was_when_it_learned(run: Run) -> None:
    from glassnet.recipes import Model

    run("train", "diabetes", "--epochs", "5", "--engine", "numpy")
    path = MODEL.format("diabetes")
    network, model = gn.load(path), Model.load_as_trained(path, None)
    X, y = gn.datasets.diabetes()
    scaled = model.network.predict(model.description.inputs.apply(X))
    np.testing.assert_allclose(model.description.targets.undo(scaled), network.predict(X), rtol=1e-3)
    assert 0.1 < np.std(model.network.layers[0].weights) < 1


def test_json_holds_every_part_of_every_finding(ill: tuple[str, str]) -> None:
    found = report(*ill)
    assert found["ok"] is False
    dead = next(finding for finding in found["findings"] if finding["code"] == "dead_units")
    assert list(dead) == ["code", "severity", "layer", "evidence", "cause", "remedy", "reference"]
    assert (dead["severity"], dead["layer"]) == ("error", 0)
    assert dead["evidence"]["dead"] == dead["evidence"]["units"] == 8


def test_the_findings_are_those_of_python(ill: tuple[str, str]) -> None:
    X, y = gn.datasets.moons(100)
    expected = gn.diagnose(gn.load(ill[0]), X, y)
    assert codes(*ill) == [finding.code for finding in expected.findings]


def test_numbers_that_are_not_finite_are_null_in_json() -> None:
    from glassnet.cli.shown.diagnosis import plain

    finding = gn.Finding(
        "x", "note", "cause", "remedy", None, {"loss": float("inf"), "a": "text", "b": np.float32(2)}
    )
    evidence = plain(gn.DiagnosisReport((finding,)))["findings"][0]["evidence"]
    assert evidence == {"loss": None, "a": "text", "b": 2.0}


def test_another_loss_can_be_named(ill: tuple[str, str]) -> None:
    assert "output_loss_mismatch" not in codes(*ill)
    assert "output_loss_mismatch" in codes(*ill, "--loss", "mse")


def test_with_a_learning_rate_other_rates_are_tried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    X, y = gn.datasets.moons(100)
    network = gn.Network([gn.Dense(16, "tanh"), gn.Dense(2, "softmax")], seed=0)
    network.fit(X, y, loss="scce", optimizer=gn.SGD(1e-5), epochs=50, progress=False, engine="numpy")
    network.save("slow.safetensors")
    np.savez("data.npz", X=X, y=y)
    assert "learning_rate_too_low" in codes(
        "slow.safetensors", "data.npz", "--learning-rate", "1e-5", "--optimizer", "sgd"
    )


def test_rates_are_tried_for_a_model_of_the_command(run: Run) -> None:
    run("train", "wine", "--epochs", "20", "--learning-rate", "1e-5", "--engine", "numpy")
    model = MODEL.format("wine"), "wine"
    given = "--optimizer", "adam", "--learning-rate", "1e-5"
    assert "learning_rate_too_low" in codes(*model, *given, "--batch-size", "32")
    assert "learning_rate_too_low" not in codes(*model, *given)
    assert "learning_rate_too_low" not in codes(
        *model, *given[:-1], "1e-2", "--batch-size", "32"
    )  # no copy at this rate ends where the training did


def test_what_nobody_saw_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    X, y = gn.datasets.moons(100)
    pair = np.ones((2, 2)), np.zeros(2)
    gn.adapt([pair, pair], ["tanh", "softmax"]).save("other.safetensors")
    np.savez("data.npz", X=X, y=y)
    shown = diagnosed("other.safetensors", "data.npz").stdout
    assert "not looked at: how it began (a model's file does not keep it)" in shown
    assert len(report("other.safetensors", "data.npz")["not_looked_at"]) == 2


def test_the_history_beside_the_model_is_read(run: Run) -> None:
    from glassnet.cli.results import history_beside

    run("train", "iris", "--epochs", "4", "--engine", "numpy")
    history = history_beside(Path(MODEL.format("iris")))
    assert history is not None
    assert history["epoch"] == [1, 2, 3, 4]
    assert history_beside(Path("elsewhere/model.safetensors")) is None


def test_a_history_that_is_none_is_refused(run: Run, complaint: Complaint) -> None:
    run("train", "iris", "--epochs", "4", "--engine", "numpy")
    Path("runs/iris/history.csv").write_text("epoch,loss\n1,low\n")
    assert complaint("diagnose", MODEL.format("iris"), "iris") == (
        "runs/iris/history.csv is not a history as glassnet train writes it (could not convert string to float: "
        "'low'); move it away, or train again"
    )


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["nothing.safetensors", "data.npz"], "cannot load nothing.safetensors: there is no such file"),
        (["ill.safetensors", "unlabelled.npz"], "must hold y with one class for each sample"),
        (
            ["ill.safetensors", "digits"],
            "holds '2', '3', '4'; the classes known to this network are '0', '1'",
        ),
        (
            ["ill.safetensors", "data.npz", "--loss", "triplet"],
            "knows no last layer for the loss 'triplet_hard'",
        ),
        (["ill.safetensors", "data.npz", "--optimizer", "sdg"], "'sgd'"),
    ],
)
def test_what_cannot_be_diagnosed_is_said_in_one_line(
    ill: tuple[str, str], complaint: Complaint, arguments: list[str], reason: str
) -> None:
    np.savez("unlabelled.npz", X=np.zeros((3, 2)))
    assert reason in complaint("diagnose", *arguments)
