"""What a user did wrong is said in one line, and nothing has happened."""

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import glassnet as gn
from glassnet.cli import sources
from glassnet.errors import DataError, GlassnetError
from tests.cli.conftest import Complaint, Run

DATA_SETS = "xor, spiral, digits, iris, wine, breast_cancer, diabetes, moons, circles, blobs, sine"
X = np.random.default_rng(0).normal(size=(30, 3))
NO_LAYER = (
    "the command glassnet knows no last layer for the loss 'triplet_hard'; it knows those for "
    "sparse_categorical_cross_entropy, categorical_cross_entropy, kullback_leibler, binary_cross_entropy, "
    "mean_squared_error, mean_absolute_error, huber, quantile, poisson. Python's Network.fit takes every loss"
)
BAD_HIDDEN = (
    "--hidden must be the units of each hidden layer, 1 to 1,000,000, such as 64 or 32,16, or none; got "
)

# ---- arguments and options


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["trian", "digits"], "No such command 'trian'. Did you mean 'train'? (see: glassnet --help)"),
        (["train"], "Missing argument 'SOURCE' (see: glassnet train --help)"),
        (["predict", "model"], "Missing argument 'DATA' (see: glassnet predict --help)"),
        (["train", "digit"], "no data set is called 'digit'; did you mean 'digits'?"),
        (["train", "table"], f"no data set is called 'table'; known names: {DATA_SETS}"),
        (
            ["train", "data.csv"],
            f"'data.csv' is neither the name of a data set ({DATA_SETS}) nor a .npz file with arrays X and y",
        ),
        (["train", "iris", "--hidden", "a"], f"{BAD_HIDDEN}'a'"),
        (["train", "iris", "--hidden", "8,0"], f"{BAD_HIDDEN}'8,0'"),
        (["train", "iris", "--hidden", "8", "--hidden", "none"], f"{BAD_HIDDEN}'8,none'"),
        (["train", "iris", "--hidden", "1000001"], f"{BAD_HIDDEN}'1000001'"),
        (["train", "iris", "--epochs", "0"], "epochs must be an integer >= 1; got 0"),
        (["train", "iris", "--batch-size", "0"], "batch_size must be an integer >= 1; got 0"),
        (
            ["train", "iris", "--learning-rate", "-1"],
            "learning_rate of Adam must be a finite number and >= 0; got -1.0",
        ),
        (
            ["train", "iris", "--learning-rate", "nan"],
            "learning_rate of Adam must be a finite number and >= 0; got nan",
        ),
        (
            ["train", "iris", "--dropout", "1"],
            "rate of Dropout must be a finite number and >= 0 and < 1; got 1.0",
        ),
        (
            ["train", "iris", "--test-share", "1"],
            "--test-share must be a finite number and >= 0 and < 1; got 1.0",
        ),
        (
            ["train", "iris", "--activation", "rel"],
            "no activation is called 'rel'; did you mean 'relu' or 'elu' or 'gelu'?",
        ),
        (["train", "iris", "--loss", "mes"], "no loss is called 'mes'; did you mean 'mse' or 'mae'?"),
        (["train", "iris", "--loss", "triplet"], NO_LAYER),
        (["train", "iris", "--optimizer", "adm"], "no optimizer is called 'adm'; did you mean 'adam' or 'adamw'?"),
        (
            ["train", "iris", "--loss", "binary_cross_entropy"],
            "binary_cross_entropy tells two classes apart; y of iris holds 3. "
            "Use --loss sparse_categorical_cross_entropy",
        ),
        (
            ["train", "diabetes", "--loss", "binary_cross_entropy"],
            "diabetes must hold y with one class for each sample, integers or text; it has values",
        ),
        (["predict", "nowhere", "iris"], "cannot load nowhere: there is no such file"),
        (["evaluate", "nowhere", "iris"], "cannot load nowhere: there is no such file"),
        (["summary", "nowhere"], "cannot load nowhere: there is no such file"),
        (["summary", "."], "cannot load .: it is not a regular file"),
    ],
)  # fmt: skip
def test_bad_usage_is_explained(complaint: Complaint, arguments: list[str], message: str) -> None:
    assert complaint(*arguments) == message
    assert list(Path().iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (["train", "iris", "--hiden", "8"], "--hidden"),
        (["train", "iris", "--epochs", "ten"], "'--epochs'"),
        (["train", "iris", "--learning-rate", "fast"], "'--learning-rate'"),
        (["train", "iris", "--seed", "-1"], "seed must be an integer >= 0"),
        (["train", "iris", "--engine", "nump"], "did you mean 'numpy'?"),
        (["train", "iris", "wine"], "wine"),
    ],
)
def test_bad_usage_names_what_is_wrong(complaint: Complaint, arguments: list[str], part: str) -> None:
    assert part in complaint(*arguments)
    assert list(Path().iterdir()) == []


def test_a_network_too_large_for_memory_is_refused(complaint: Complaint) -> None:
    message = complaint("train", "iris", "--hidden", "1000000,1000000", "--engine", "numpy")
    assert message.startswith("there is not enough memory for this: Unable to allocate 3.64 TiB")


def test_a_training_that_diverges_says_where_and_what_to_try(complaint: Complaint) -> None:
    message = complaint(
        "train", "digits", "--optimizer", "sgd", "--learning-rate", "1e30", "--engine", "numpy", "--quiet"
    )
    assert message.startswith("training stopped: in epoch 1, batch 2 of 45, the loss was ")
    assert "Try a smaller learning rate" in message


# ---- files of data


NO_X = (
    "must hold an array 'X', and for training and evaluation 'y'; it holds {}. "
    "Write it with numpy.savez('data.npz', X=X, y=y)"
)
OBJECTS = (
    "cannot be read: an array in it holds Python objects, and restoring those could run code; "
    "save numbers, or text as str"
)


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"x": X, "labels": [1]}, NO_X.format("'x', 'labels'")),
        ({}, NO_X.format("nothing")),
        ({"X": np.array([[None, "a"]], dtype=object), "y": [1]}, OBJECTS),
        ({"X": X, "y": np.array([None] * 30)}, OBJECTS),
    ],
)
def test_a_file_without_samples_is_refused(
    complaint: Complaint, arrays: dict[str, Any], message: str
) -> None:
    np.savez("data.npz", **arrays)
    assert complaint("train", "data.npz") == f"data.npz {message}"


ONE_ROW_EACH = "y of data.npz must have one row for each of the 30 samples of X; it has shape "
ONE_CLASS = "y of data.npz holds one class only ('0' in all 30 samples), so there is nothing to tell apart"
MANY_CLASSES = (
    "y of data.npz holds 30 different classes in 30 samples, fewer than 2 of each. "
    "If y is measured or counted, train with --loss mean_squared_error"
)
TEXT = "data.npz must hold y with numbers for a regression; it has text"
FEW = "a regression needs at least 2 samples to train on and 2 to test; data.npz has 5, split with --test-share 0.2"
LARGE = (
    "X of data.npz holds numbers up to 2e+300, too large to measure their spread; give them in a larger unit"
)


@pytest.mark.parametrize(
    ("X", "y", "message"),
    [
        (X, np.zeros(29), f"{ONE_ROW_EACH}(29,)"),
        (X, np.zeros((30, 2, 2)), f"{ONE_ROW_EACH}(30, 2, 2)"),
        (X, np.float64(3), f"{ONE_ROW_EACH}()"),
        (X, np.zeros(30, int), ONE_CLASS),
        (X, np.arange(30), MANY_CLASSES),
        (X, np.array([["a", "b"]] * 30), TEXT),
        (X[:5], X[:5, 0], FEW),
        (np.linspace(0, 2e300, 30)[:, None], np.arange(30) % 2, LARGE),
    ],
)
def test_samples_that_cannot_be_learned_are_refused(
    complaint: Complaint, X: Any, y: Any, message: str
) -> None:
    np.savez("data.npz", X=X, y=y)
    assert complaint("train", "data.npz") == message
    assert [path.name for path in Path().iterdir()] == ["data.npz"]


@pytest.mark.parametrize(
    ("X", "y", "part"),
    [
        (np.where(X > 1, np.nan, X), np.arange(30) % 2, "X of data.npz holds nan at row "),
        (X, np.full(30, np.inf), "y of data.npz holds inf at row 0"),
        (X.astype(str), np.arange(30) % 2, "X of data.npz must hold "),
        (X.astype(complex), np.arange(30) % 2, "X of data.npz must hold "),
        (X[:0], np.zeros(0), "X of data.npz is empty (shape (0, 3))"),
        (X[:, 0], np.arange(30) % 2, "X of data.npz must have shape (n_samples, n_features); got (30,)"),
    ],
)
def test_numbers_that_are_none_are_found(complaint: Complaint, X: Any, y: Any, part: str) -> None:
    np.savez("data.npz", X=X, y=y)
    assert complaint("train", "data.npz").startswith(part)


def test_a_missing_file_a_folder_and_another_format_are_told_apart(
    complaint: Complaint, tmp_path: Path
) -> None:
    Path("folder.npz").mkdir()
    Path("text.npz").write_text("hello")
    Path("empty.npz").touch()
    assert complaint("train", "data.npz") == "there is no file 'data.npz'"
    assert complaint("train", "folder.npz") == "folder.npz cannot be read: Is a directory"
    assert complaint("train", "text.npz") == "text.npz is not a .npz file, or it is cut off"
    assert complaint("train", "empty.npz") == "empty.npz is not a .npz file, or it is cut off"


def test_without_y_there_is_nothing_to_train_on_or_to_compare_with(complaint: Complaint, run: Run) -> None:
    np.savez("data.npz", X=gn.datasets.iris().X)
    run("train", "iris", "--epochs", "1", "--quiet")
    assert complaint("train", "data.npz") == "data.npz must hold y with numbers for a regression; it has no y"
    assert complaint("evaluate", "runs/iris/model.safetensors", "data.npz") == (
        "data.npz must hold y with one class for each sample, integers or text; it has no y"
    )


def test_a_broken_file_never_does_more_than_complain(tmp_path: Path) -> None:
    path = tmp_path / "data.npz"
    np.savez_compressed(path, X=X, y=np.arange(30) % 3)
    whole = path.read_bytes()
    random = np.random.default_rng(0)
    complaints = 0
    for _ in range(300):
        broken = bytearray(whole)
        for place in random.integers(len(broken), size=3):
            broken[place] = random.integers(256)
        path.write_bytes(broken[: random.integers(len(broken) // 2, 2 * len(broken))])
        try:
            assert sources.read(str(path)).X.shape[0] >= 1
        except GlassnetError as error:
            complaints += "data.npz" in str(error)
    assert complaints > 200


def test_a_file_that_claims_to_be_larger_than_memory_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "data.npz"
    header = b"{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000, 1000), }"
    header += b" " * (128 - 10 - len(header) - 1) + b"\n"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("X.npy", b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header)
    with pytest.raises((DataError, MemoryError)):
        sources.read(str(path))


# ---- models beside data that they were not made for


def test_data_must_fit_the_model(complaint: Complaint, run: Run) -> None:
    run("train", "iris", "--epochs", "1", "--quiet")
    model = "runs/iris/model.safetensors"
    assert complaint("predict", model, "digits") == "this model reads 4 features; the data have 64"
    np.savez("data.npz", X=gn.datasets.iris().X, y=np.arange(150) % 3)
    assert complaint("evaluate", model, "data.npz") == (
        "y of data.npz holds '0', '1', '2'; the classes known to this network are "
        "'setosa', 'versicolor', 'virginica'"
    )


def test_a_loss_of_ones_own_is_not_evaluated(complaint: Complaint) -> None:
    network = gn.Network([gn.Dense(2)], seed=0)
    network.fit(X, np.arange(30) % 2, loss="triplet_hard", progress=False)
    network.save("mine.safetensors")
    np.savez("data.npz", X=X, y=np.arange(30) % 2)
    assert complaint("evaluate", "mine.safetensors", "data.npz") == NO_LAYER


# ---- places that cannot be written


def test_an_output_folder_that_cannot_be_made_is_refused_before_training(complaint: Complaint) -> None:
    Path("taken").touch()
    assert complaint("train", "iris", "--output", "taken") == (
        "--output: the folder 'taken' cannot be written: File exists"
    )
    assert complaint("train", "iris", "--output", "taken/below") == (
        "--output: the folder 'taken/below' cannot be written: Not a directory"
    )


def test_predictions_need_a_folder_that_exists(complaint: Complaint, run: Run) -> None:
    run("train", "iris", "--epochs", "1", "--quiet")
    message = complaint("predict", "runs/iris/model.safetensors", "iris", "--output", "nowhere/p.csv")
    assert message == "No such file or directory: nowhere/p.csv"
