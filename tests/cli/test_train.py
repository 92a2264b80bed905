"""``glassnet train``: what it learns and what it leaves behind."""

import re
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import glassnet as gn
from glassnet.cli.app import app
from glassnet.recipes import sources
from glassnet.recipes.heads import HEADS
from glassnet.recipes.recipe import choose, optimizer_of
from tests.cli.conftest import Run
from tests.cli.output import cells, table

MODEL, PAGE = "model.safetensors", "report.html"
PICTURES = {"learning_curve.png", "confusion_matrix.png"}


def files(folder: str) -> set[str]:
    return {path.name for path in Path(folder).iterdir()}


def samples(n: int = 60) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    return np.random.default_rng(0).normal(size=(n, 3))


def test_digits_are_learned_and_everything_is_kept(run_and_draw: Run) -> None:
    result = run_and_draw("train", "digits", "--output", "runs/digits", "--engine", "numpy")
    assert files("runs/digits") == {MODEL, "history.csv", PAGE, *PICTURES}
    parts = "1,257 training, 180 validation and 360 test samples"
    assert result.stdout.startswith(f"digits: 64 features, 10 classes, {parts}\n")
    accuracy = gn.load(f"runs/digits/{MODEL}").evaluate(*gn.datasets.digits().split()[1::2])["accuracy"]
    assert accuracy >= 0.96
    assert cells(result.stdout, "accuracy")[2] == f"{100 * accuracy:.2f} %"
    assert cells(result.stdout, "parameters") == ["4,810"]


def test_xor_is_solved(run: Run) -> None:
    result = run("train", "xor", "--engine", "numpy")
    assert cells(result.stdout, "accuracy") == ["100.00 %"]
    predicted = gn.load(f"runs/xor/{MODEL}").predict(gn.datasets.xor().X)
    np.testing.assert_allclose(predicted, gn.datasets.xor().y, atol=0.01)


def test_the_spiral_is_learned(run: Run) -> None:
    result = run("train", "spiral", "--engine", "numpy")
    assert float(cells(result.stdout, "accuracy")[0].removesuffix(" %")) >= 92.0
    scores = [gn.load(f"runs/spiral/{MODEL}").evaluate(spiral.X, spiral.y) for spiral in fresh_spirals()]
    assert np.mean([score["accuracy"] for score in scores]) >= 0.83
    assert np.mean([score["loss"] for score in scores]) <= 0.7, "sure of what it cannot know: it overfits"


def fresh_spirals() -> list[gn.datasets.Dataset]:
    """New points of the same arms, of which Bayes' rule names 91 % rightly."""
    return [gn.datasets.spiral(1000, seed=seed) for seed in range(1, 4)]


def test_another_optimizer_has_its_own_rate_and_decay() -> None:
    spiral = sources.read("spiral")
    assert optimizer_of(choose(spiral)) == gn.AdamW(0.01, weight_decay=0.1)
    assert optimizer_of(choose(spiral, optimizer="adam")) == gn.Adam()
    assert optimizer_of(choose(spiral, optimizer="sgd")) == gn.SGD(0.1)


@pytest.mark.parametrize("name", gn.datasets.names())
def test_every_data_set_has_defaults(run_and_draw: Run, name: str) -> None:
    result = run_and_draw("train", name, "--epochs", "2", "--engine", "numpy")
    classifies = gn.datasets.get(name).task == "classification"
    assert files(f"runs/{name}") == {MODEL, "history.csv", PAGE, "learning_curve.png"} | (
        {"confusion_matrix.png"} if classifies else set()
    )
    assert cells(result.stdout, "training")[0].startswith("2 epochs in ")
    assert len(cells(result.stdout, "loss")) >= 1


@pytest.mark.parametrize(
    ("name", "least"), [("iris", 0.9), ("wine", 0.9), ("breast_cancer", 0.9), ("sine", 0.9)]
)
def test_defaults_are_good_ones(run: Run, name: str, least: float) -> None:
    result = run("train", name, "--engine", "numpy")
    _, _, shown = cells(result.stdout, "R²" if name == "sine" else "accuracy")
    assert float(shown.removesuffix(" %")) / (100 if shown.endswith("%") else 1) >= least


def test_the_history_is_a_table_of_epochs(run: Run) -> None:
    run("train", "wine", "--epochs", "3", "--learning-rate", "0.25")
    history = table(Path("runs/wine/history.csv"))
    assert [row["epoch"] for row in history] == ["1", "2", "3"]
    assert {row["learning_rate"] for row in history} == {"0.25"}
    assert set(history[0]) == {
        "epoch", "loss", "learning_rate", "seconds", "accuracy", "validation_loss", "validation_accuracy",
    }  # fmt: skip


def test_pictures_are_png(run_and_draw: Run) -> None:
    run_and_draw("train", "wine", "--epochs", "2")
    for name in PICTURES:
        assert Path("runs/wine", name).read_bytes().startswith(b"\x89PNG\r\n")


def test_quiet_is_silent(run: Run) -> None:
    assert run("train", "xor", "--epochs", "2", "--quiet").stdout == ""


def test_files_of_an_earlier_training_are_replaced(run: Run) -> None:
    run("train", "wine", "--epochs", "3", "--output", "here")
    run("train", "wine", "--epochs", "2", "--output", "here")
    assert len(table(Path("here/history.csv"))) == 2


@pytest.mark.parametrize(
    ("options", "layers"),
    [
        (["--hidden", "5,4"], [gn.Dense(5, "relu"), gn.Dense(4, "relu"), gn.Dense(3, "softmax")]),
        (["--hidden", "5", "--hidden", "4"], [gn.Dense(5, "relu"), gn.Dense(4, "relu"), gn.Dense(3, "softmax")]),
        (["--hidden", "none"], [gn.Dense(3, "softmax")]),
        (["--activation", "tanh"], [gn.Dense(16, "tanh"), gn.Dense(3, "softmax")]),
        (["--dropout", "0.1"], [gn.Dense(16, "relu"), gn.Dropout(0.1), gn.Dense(3, "softmax")]),
    ],
)  # fmt: skip
def test_layers_follow_the_options(run: Run, options: list[str], layers: list[gn.Dense | gn.Dropout]) -> None:
    run("train", "iris", "--epochs", "1", *options)
    assert gn.load(f"runs/iris/{MODEL}") == gn.Network(layers, input_shape=4)


@pytest.mark.parametrize(
    ("options", "optimizer"),
    [
        ([], gn.Adam(0.01)),
        (["--learning-rate", "0.5"], gn.Adam(0.5)),
        (["--optimizer", "sgd"], gn.SGD(0.1)),
        (["--optimizer", "sgd", "--learning-rate", "0.5"], gn.SGD(0.5)),
        (["--optimizer", "rmsprop"], gn.RMSProp()),
    ],
)
def test_the_optimizer_follows_the_options(run: Run, options: list[str], optimizer: gn.Adam) -> None:
    run("train", "iris", "--epochs", "1", "--no-standardize", *options)
    state = gn.load(f"runs/iris/{MODEL}").state
    assert state is not None
    assert state.optimizer == optimizer


def test_a_batch_larger_than_the_data_is_all_of_them(run: Run) -> None:
    run("train", "iris", "--epochs", "7", "--batch-size", "100000", "--no-standardize")
    state = gn.load(f"runs/iris/{MODEL}").state
    assert state is not None
    assert state.step == 7


def test_the_same_seed_gives_the_same_network_and_the_same_test_samples(run: Run) -> None:
    for folder, seed in (("a", "1"), ("b", "1"), ("c", "2")):
        run("train", "iris", "--epochs", "2", "--seed", seed, "--output", folder)
    a, b, c = (gn.load(f"{folder}/{MODEL}") for folder in "abc")
    np.testing.assert_array_equal(a.parameters, b.parameters)
    assert not np.array_equal(a.parameters, c.parameters)
    assert a.metadata == b.metadata == c.metadata


def test_without_a_test_share_everything_is_trained_on(run: Run) -> None:
    result = run("train", "iris", "--epochs", "1", "--test-share", "0")
    assert "150 training samples" in result.stdout
    assert len(cells(result.stdout, "accuracy")) == 1


def test_features_are_scaled_by_the_training_samples(run: Run) -> None:
    run("train", "wine", "--epochs", "1")
    scaling = gn.load(f"runs/wine/{MODEL}").metadata["data"]["inputs"]
    X, _, y, _ = gn.datasets.wine().split()
    X_train = gn.train_test_split(X, y, test_size=0.1 / 0.8)[0]
    assert len(X_train) == 124
    np.testing.assert_allclose(scaling["mean"], X_train.mean(axis=0))
    np.testing.assert_allclose(scaling["scale"], X_train.std(axis=0))


def test_no_standardize_leaves_features_and_targets_as_they_are(run: Run) -> None:
    result = run("train", "diabetes", "--epochs", "1", "--no-standardize")
    described = gn.load(f"runs/diabetes/{MODEL}").metadata["data"]
    assert described["inputs"] == {"mean": [0.0] * 10, "scale": [1.0] * 10}
    assert described["targets"] == {"mean": [0.0], "scale": [1.0]}
    assert "loss        mean_squared_error\n" in result.stdout


@pytest.mark.parametrize("loss", HEADS)
def test_every_loss_finds_its_last_layer_and_targets(run: Run, loss: str) -> None:
    y = np.random.default_rng(1).integers(0, 2, 60)
    np.savez("data.npz", X=samples(), y=y if HEADS[loss].classifies else y + 0.5)
    result = run("train", "data.npz", "--loss", loss, "--epochs", "2")
    assert f"loss        {loss}" in result.stdout
    assert ("accuracy" in result.stdout) == HEADS[loss].classifies
    again = run("evaluate", f"runs/data/{MODEL}", "data.npz")
    assert cells(again.stdout, "loss") == cells(result.stdout, "loss")


@pytest.mark.parametrize(
    ("y", "classes"),
    [
        (np.arange(60) % 3 + 7, ["7", "8", "9"]),
        (np.arange(60) % 3 * 5, ["0", "5", "10"]),
        (np.array(["dog, big", "cat", "[red]"] * 20), ["[red]", "cat", "dog, big"]),
        (np.array([b"yes", b"no"] * 30), ["no", "yes"]),
        (np.arange(60) % 2 == 0, ["0", "1"]),
        ((np.arange(60) % 3)[:, None], ["0", "1", "2"]),
        (np.eye(3)[np.arange(60) % 3], ["0", "1", "2"]),
    ],
)
def test_classes_of_a_file_keep_their_names(
    run: Run, y: np.ndarray[tuple[int, ...], np.dtype[np.generic]], classes: list[str]
) -> None:
    np.savez("data.npz", X=samples(), y=y)
    run("train", "data.npz", "--epochs", "1")
    assert gn.load(f"runs/data/{MODEL}").metadata["data"]["class_names"] == classes


def test_values_of_a_file_make_a_regression_with_as_many_outputs(run: Run) -> None:
    np.savez("data.npz", X=samples(), y=samples()[:, :2])
    result = run("train", "data.npz", "--epochs", "1")
    assert result.stdout.startswith("data.npz: 3 features, regression, 48 training and 12 test samples\n")
    assert gn.load(f"runs/data/{MODEL}").predict(samples()).shape == (60, 2)


def test_images_of_a_file_are_read_pixel_by_pixel(run: Run) -> None:
    np.savez("data.npz", X=samples().reshape(20, 3, 3), y=np.arange(20) % 2)
    assert "9 features" in run("train", "data.npz", "--epochs", "1").stdout


def test_without_matplotlib_the_model_is_kept_and_the_reason_is_given(run: Run) -> None:
    result = run("train", "xor", "--epochs", "2")
    assert files("runs/xor") == {MODEL, "history.csv", PAGE}
    assert result.stdout.endswith(
        "no pictures: a picture needs matplotlib, which is not installed; "
        "install it with: pip install 'glassnet[plots]'\n"
    )


# ---- divergence


def failed(*arguments: str) -> str:
    """What is on standard error after the command has failed."""
    result = CliRunner().invoke(app, ["train", *arguments], prog_name="glassnet")
    assert result.exit_code == 2
    return result.stderr


def test_a_training_that_diverges_leaves_what_explains_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    message = failed("diabetes", "--optimizer", "sgd", "--learning-rate", "1e4", "--epochs", "5")
    assert message.startswith("glassnet: training stopped: in epoch 1, batch ")
    assert "Try a smaller learning rate (it is 10000.0)" in message
    assert {"model.safetensors", "report.html"} <= {path.name for path in Path("runs/diabetes").iterdir()}
    assert np.isfinite(gn.load("runs/diabetes/model.safetensors").parameters).all()


def test_outputs_that_are_not_finite_end_a_training(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    message = failed("iris", "--optimizer", "sgd", "--learning-rate", "1e6", "--epochs", "5")
    assert re.fullmatch(
        r"glassnet: training stopped: after epoch 1, outputs of the network are not finite, as parameters have grown "
        r"up to \d\.\de\+\d\d\. Try a smaller learning rate \(it is 1000000\.0\), gradients of limited norm, or scaled "
        r"inputs\n",
        message,
    )
