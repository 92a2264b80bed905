"""``glassnet predict``, ``evaluate`` and ``summary``: what a model file is good for."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import glassnet as gn
from tests.cli.conftest import Complaint, Run
from tests.cli.output import cells, table

MODEL = "runs/{}/model.safetensors"


@pytest.fixture
def iris(run: Run) -> str:
    run("train", "iris", "--epochs", "30", "--engine", "numpy")
    return MODEL.format("iris")


@pytest.fixture
def diabetes(run: Run) -> str:
    run("train", "diabetes", "--epochs", "10", "--engine", "numpy")
    return MODEL.format("diabetes")


def predictions(run: Run, model: str, data: str) -> list[dict[str, str]]:
    run("predict", model, data, "--output", "predictions.csv")
    return table(Path("predictions.csv"))


# ---- predict


def test_classes_are_predicted_by_name_with_the_probability_of_each(run: Run, iris: str) -> None:
    rows = predictions(run, iris, "iris")
    names = gn.datasets.iris().target_names
    assert names is not None
    assert list(rows[0]) == ["class", *(f"probability_{name}" for name in names)]
    shares = np.array([[float(row[f"probability_{name}"]) for name in names] for row in rows])
    np.testing.assert_allclose(shares.sum(axis=1), 1, atol=1e-5)
    assert [row["class"] for row in rows] == [names[place] for place in shares.argmax(axis=1)]


def test_predictions_are_those_of_the_network(run: Run, iris: str) -> None:
    rows = predictions(run, iris, "iris")
    expected = gn.load(iris).predict(gn.datasets.iris().X)
    found = [[float(value) for name, value in row.items() if name != "class"] for row in rows]
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-7)


def test_values_are_predicted_in_their_own_unit(run: Run, diabetes: str) -> None:
    predicted = [float(row["prediction"]) for row in predictions(run, diabetes, "diabetes")]
    y = gn.datasets.diabetes().y
    assert gn.metrics.r2(y, np.array(predicted)) > 0.4
    assert y.min() < min(predicted) < max(predicted) < y.max()


def test_several_values_have_a_column_each(run: Run) -> None:
    X = np.random.default_rng(0).normal(size=(40, 3))
    np.savez("data.npz", X=X, y=X[:, :2])
    run("train", "data.npz", "--epochs", "1")
    assert list(predictions(run, MODEL.format("data"), "data.npz")[0]) == ["prediction_0", "prediction_1"]


def test_predictions_go_to_standard_output_as_the_same_table(run: Run, iris: str) -> None:
    shown = run("predict", iris, "iris").stdout
    run("predict", iris, "iris", "--output", "predictions.csv")
    assert Path("predictions.csv").read_text() == shown
    assert len(shown.splitlines()) == 151


def test_predicting_needs_no_y(run: Run, iris: str) -> None:
    np.savez("new.npz", X=gn.datasets.iris().X[:3])
    assert [row["class"] for row in predictions(run, iris, "new.npz")] == ["setosa"] * 3


def test_class_names_may_hold_what_a_csv_file_uses(run: Run) -> None:
    X = np.random.default_rng(0).normal(size=(40, 3))
    np.savez("data.npz", X=X, y=np.array(['a "b", c', "line\nbreak"] * 20))
    run("train", "data.npz", "--epochs", "1")
    row = predictions(run, MODEL.format("data"), "data.npz")[0]
    assert list(row) == ["class", 'probability_a "b", c', "probability_line\nbreak"]


# ---- evaluate


def test_samples_of_the_training_are_evaluated_apart_from_those_held_back(run: Run) -> None:
    trained = run("train", "iris", "--epochs", "5", "--engine", "numpy")
    again = run("evaluate", MODEL.format("iris"), "iris")
    assert "training (105)   validation (15)   test (30)" in again.stdout
    for row in ("loss", "accuracy"):
        assert cells(again.stdout, row) == cells(trained.stdout, row)


def test_other_samples_are_evaluated_together(run: Run, iris: str) -> None:
    X, y = gn.datasets.iris()
    names = np.array(["setosa", "versicolor", "virginica"])
    np.savez("other.npz", X=X[::2], y=names[y[::2]])
    shown = run("evaluate", iris, "other.npz").stdout
    assert "all samples (75)" in shown
    right = [row["class"] for row in predictions(run, iris, "other.npz")] == names[y[::2]]
    assert cells(shown, "accuracy") == [f"{100 * np.mean(right):.2f} %"]


def test_errors_are_in_the_unit_of_y(run: Run, diabetes: str) -> None:
    X, y = gn.datasets.diabetes()
    np.savez("other.npz", X=X[:50], y=y[:50])
    predicted = np.array([float(row["prediction"]) for row in predictions(run, diabetes, "other.npz")])
    shown = run("evaluate", diabetes, "other.npz").stdout
    assert cells(shown, "mean absolute error") == [f"{np.abs(predicted - y[:50, 0]).mean():.4g}"]


def test_a_single_value_has_no_r2(run: Run, diabetes: str) -> None:
    X, y = gn.datasets.diabetes()
    np.savez("other.npz", X=X[:1], y=y[:1])
    assert "R²" not in run("evaluate", diabetes, "other.npz").stdout


# ---- summary


def test_the_summary_tells_what_the_network_is_and_was_trained_on(run: Run, iris: str) -> None:
    shown = run("summary", iris).stdout
    assert shown.startswith(str(gn.load(iris).summary()))
    assert shown.partition("parameters, ")[2].splitlines()[2:] == [
        "trained on  iris, 10 % held back to validate, 20 % held back to test",
        "training    30 epochs by Adam(0.01)",
        "loss        sparse_categorical_cross_entropy",
        "features    4: sepal length (cm), sepal width (cm), petal length (cm), petal width (cm)",
        "classes     3: setosa, versicolor, virginica",
        "scaling     features to mean 0 and standard deviation 1",
    ]


# ---- models from Python


@pytest.mark.parametrize(
    ("layers", "options"),
    [
        ([gn.Flatten(), gn.Dense(3, "softmax")], {"loss": "sparse_categorical_cross_entropy"}),
        ([gn.Flatten(), gn.Dense(1, "sigmoid")], {"loss": "binary_cross_entropy"}),
        ([gn.Flatten(), gn.Dense(1)], {"loss": "huber"}),
    ],
)
def test_models_saved_from_python_take_samples_as_they_are(
    run: Run, layers: list[gn.Dense], options: dict[str, Any]
) -> None:
    X = np.random.default_rng(0).normal(size=(30, 2, 2))
    y = np.arange(30) % (3 if options["loss"].startswith("sparse") else 2)
    network = gn.Network(layers, seed=0)
    network.fit(X, y, progress=False, **options)
    network.save("mine.safetensors")
    np.savez("data.npz", X=X, y=y)
    found = network.evaluate(X, y)
    shown = run("evaluate", "mine.safetensors", "data.npz").stdout
    assert cells(shown, "loss") == [f"{found['loss']:.4g}"]
    assert len(predictions(run, "mine.safetensors", "data.npz")) == 30
    assert "trained on  not recorded\n" in run("summary", "mine.safetensors").stdout


@pytest.mark.parametrize(
    ("activation", "columns"),
    [
        ("softmax", ["class", "probability_0", "probability_1"]),
        ("sigmoid", ["prediction_0", "prediction_1"]),
        ("linear", ["prediction_0", "prediction_1"]),
    ],
)
def test_an_untrained_network_predicts_what_its_last_layer_says(
    run: Run, activation: str, columns: list[str]
) -> None:
    gn.Network([gn.Dense(2, activation)], input_shape=4).save("mine.safetensors")
    assert list(predictions(run, "mine.safetensors", "iris")[0]) == columns


def altered(network: gn.Network, **changes: Any) -> None:
    network.metadata["data"] = network.metadata["data"] | changes
    network.save("altered.safetensors")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"feature_names": ["a"]}, "1 feature names for 4 features"),
        ({"class_names": ["a"]}, "1 class names for 3 outputs"),
        ({"test_share": 2}, "a test share of 2.0"),
        ({"inputs": {"mean": [0, 0], "scale": [1, 1]}}, "a scaling does not fit the network"),
        ({"inputs": {"mean": [0] * 4, "scale": [0] * 4}}, "a scale is not above 0"),
        ({"inputs": 3}, "'int' object is not subscriptable"),
        ({"inputs": {}}, "'mean'"),
    ],
)
def test_metadata_that_do_not_fit_the_network_are_refused(
    iris: str, complaint: Complaint, changes: dict[str, Any], reason: str
) -> None:
    altered(gn.load(iris), **changes)
    assert complaint("summary", "altered.safetensors") == (
        f"the metadata of this model do not describe its data as glassnet train writes it: {reason}"
    )
