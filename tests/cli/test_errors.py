"""What a user did wrong is said in one line, and nothing has happened."""

from pathlib import Path

import numpy as np
import pytest

import glassnet as gn
from glassnet.cli.errors import in_options
from tests.cli.conftest import Complaint, Run

DATA_SETS = "xor, spiral, digits, iris, wine, breast_cancer, diabetes, moons, circles, blobs, sine"
X = np.random.default_rng(0).normal(size=(30, 3))
NO_LAYER = (
    "gn.recipes knows no last layer for the loss 'triplet_hard'; it knows those for "
    "mean_squared_error, mean_absolute_error, huber, log_cosh, quantile, poisson, cosine, binary_cross_entropy, "
    "categorical_cross_entropy, sparse_categorical_cross_entropy, kullback_leibler. Network.fit takes every loss"
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
            ["train", "data.mat"],
            f"'data.mat' is neither the name of a data set ({DATA_SETS}) nor a .npz file with arrays X and y",
        ),
        (["train", "iris", "--hidden", "a"], f"{BAD_HIDDEN}'a'"),
        (["train", "iris", "--hidden", "8,0"], f"{BAD_HIDDEN}'8,0'"),
        (["train", "iris", "--hidden", "8", "--hidden", "none"], f"{BAD_HIDDEN}'8,none'"),
        (["train", "iris", "--hidden", "1000001"], f"{BAD_HIDDEN}'1000001'"),
        (["train", "iris", "--epochs", "0"], "--epochs must be an integer >= 1; got 0"),
        (["train", "iris", "--batch-size", "0"], "--batch-size must be an integer >= 1; got 0"),
        (
            ["train", "iris", "--learning-rate", "-1"],
            "--learning-rate must be a finite number and >= 0; got -1.0",
        ),
        (
            ["train", "iris", "--learning-rate", "nan"],
            "--learning-rate must be a finite number and >= 0; got nan",
        ),
        (
            ["train", "iris", "--dropout", "1"],
            "--dropout must be a finite number and >= 0 and < 1; got 1.0",
        ),
        (
            ["train", "iris", "--test-share", "1"],
            "--test-share must be a finite number and >= 0 and < 1; got 1.0",
        ),
        (
            ["train", "iris", "--activation", "rel"],
            "no activation is called 'rel'; did you mean 'relu' or 'elu' or 'selu'?",
        ),
        (["train", "iris", "--loss", "mes"], "no loss is called 'mes'; did you mean 'mse' or 'mae'?"),
        (["train", "iris", "--loss", "triplet"], NO_LAYER),
        (
            ["train", "iris", "--optimizer", "adm"],
            "no optimizer is called 'adm'; did you mean 'adam' or 'nadam' or 'adamw'?",
        ),
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
        (["summary", "."], "the folder . holds no model.safetensors; glassnet train writes one"),
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
        (["train", "iris", "--seed", "-1"], "--seed must be an integer >= 0; got -1"),
        (["train", "iris", "--engine", "nump"], "did you mean 'numpy'?"),
        (["train", "iris", "wine"], "wine"),
    ],
)
def test_bad_usage_names_what_is_wrong(complaint: Complaint, arguments: list[str], part: str) -> None:
    assert part in complaint(*arguments)
    assert list(Path().iterdir()) == []


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("unset it, or use engine='numpy'", "unset it, or use --engine numpy"),
        (
            "device, torch_compile are options of engine='torch'",
            "device, torch_compile are options of --engine torch",
        ),
        ("give loss, such as loss='mse'", "give loss, such as --loss mse"),
        ("optimizer=gn.SGD(learning_rate=0.1)", "optimizer=gn.SGD(learning_rate=0.1)"),
    ],
)
def test_errors_of_the_library_are_shown_in_options_of_the_command(written: str, shown: str) -> None:
    assert in_options(written) == shown


def test_an_engine_that_does_not_go_with_a_device_is_named_as_an_option(complaint: Complaint) -> None:
    message = complaint("train", "xor", "--engine", "numpy", "--device", "cuda")
    assert "options of --engine torch; --engine numpy computes" in message


def test_a_network_too_large_for_memory_is_refused(complaint: Complaint) -> None:
    message = complaint("train", "iris", "--hidden", "1000000,1000000", "--engine", "numpy")
    assert message == "1000009000003 parameters do not fit into memory"


def test_a_training_that_diverges_says_where_and_what_to_try(complaint: Complaint) -> None:
    message = complaint(
        "train", "digits", "--optimizer", "sgd", "--learning-rate", "1e30", "--engine", "numpy", "--quiet"
    )
    assert message.startswith("training stopped: in epoch 1, batch 2 of 40, the loss was ")
    assert "Try a smaller learning rate" in message


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
    assert message == "cannot write nowhere/p.csv: its folder does not exist; create it first"
