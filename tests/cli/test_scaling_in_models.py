"""A model that ``glassnet train`` wrote reads samples as they are, wherever it is used.

The referee is the network before the scaling moved into it, between scalers of scikit-learn.
"""

from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch
from sklearn.preprocessing import StandardScaler

import glassnet as gn
from glassnet.cli.train import choices
from glassnet.recipes import Experiment, Model, Scaling, choose, prepare, read, scaling_inside
from tests.cli.conftest import Run
from tests.cli.output import cells, table

Floats = np.ndarray[tuple[int, ...], np.dtype[np.float64]]
MODEL = "runs/{}/model.safetensors"
CHANGES = [
    ("wine", {}),
    ("wine", {"hidden": ["none"]}),
    ("breast_cancer", {"loss": "binary_cross_entropy"}),
    ("diabetes", {}),
    ("diabetes", {"hidden": ["none"]}),
    ("diabetes", {"loss": "poisson"}),
    ("sine", {"dropout": 0.1, "loss": "huber"}),
    ("xor", {}),
]


def trained(name: str, given: dict[str, object], epochs: int = 3) -> Experiment:
    source = read(name)
    experiment = prepare(source, choose(source, **choices(given)))
    experiment.fit(epochs=epochs, engine="numpy", progress=False)
    return experiment


def refereed(training: Experiment, X: Floats) -> Floats:
    """The network as it was trained, between two scalers of scikit-learn."""
    recipe, part = training.recipe, training.parts["training"]
    network, loss = training.model.network, training.model.loss.name
    inputs = StandardScaler(with_mean=recipe.standardize, with_std=recipe.standardize).fit(part.X)
    output = network.predict(inputs.transform(X)).astype(np.float64)
    if training.model.classifies or not recipe.standardize or loss == "poisson":
        return output
    undone: Floats = StandardScaler().fit(part.y).inverse_transform(output)
    return undone


@pytest.mark.parametrize(("name", "given"), CHANGES)
def test_a_model_predicts_from_raw_samples_what_its_network_did_from_scaled_ones(
    name: str, given: dict[str, object]
) -> None:
    training = trained(name, given)
    expected = refereed(training, training.source.X)
    network = training.model.scaling_inside().network
    found = network.predict(training.source.X)
    np.testing.assert_allclose(found, expected, rtol=2e-5, atol=2e-5 * np.abs(expected).max())
    assert network.layers == training.model.network.layers
    assert network.dtype == np.float32


@pytest.mark.parametrize("name", ["iris", "diabetes"])
def test_python_the_command_onnx_and_torch_agree_on_raw_samples(run: Run, name: str) -> None:
    run("train", name, "--epochs", "5", "--engine", "numpy")
    run("predict", MODEL.format(name), name, "--output", "predictions.csv")
    network, X = gn.load(MODEL.format(name)), gn.datasets.get(name).X
    expected = network.predict(X)
    columns = [column for column in table(Path("predictions.csv"))[0] if column != "class"]
    written = np.array([[float(row[c]) for c in columns] for row in table(Path("predictions.csv"))])
    np.testing.assert_allclose(written, expected, rtol=1e-5, atol=1e-5)
    network.to_onnx("model.onnx")
    session = onnxruntime.InferenceSession("model.onnx")
    (from_onnx,) = session.run(None, {session.get_inputs()[0].name: X.astype(np.float32)})
    np.testing.assert_allclose(from_onnx, expected, rtol=1e-5, atol=1e-5)
    with torch.no_grad():
        from_torch = network.to_torch()(torch.from_numpy(X.astype(np.float32))).numpy()
    np.testing.assert_allclose(from_torch, expected, rtol=1e-5, atol=1e-5)


def test_scores_of_the_command_are_those_of_the_model_in_python(run: Run) -> None:
    run("train", "diabetes", "--epochs", "5", "--engine", "numpy")
    X, y = gn.datasets.diabetes()
    np.savez("some.npz", X=X[:100], y=y[:100])
    shown = run("evaluate", MODEL.format("diabetes"), "some.npz").stdout
    found = gn.load(MODEL.format("diabetes")).evaluate(X[:100], y[:100])
    for row, name in (("loss", "loss"), ("R²", "r2"), ("mean absolute error", "mean_absolute_error")):
        assert cells(shown, row) == [f"{found[name]:.4g}"]


def test_columns_far_from_zero_are_carried_in_float64(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    X = np.column_stack([1.7e9 + 3600 * rng.normal(size=200), rng.normal(size=200)])
    y = 1e7 + X[:, 1:] + (X[:, :1] - 1.7e9) / 3600
    np.savez(tmp_path / "far.npz", X=X, y=y)
    training = trained(str(tmp_path / "far.npz"), {}, epochs=20)
    network = training.model.scaling_inside().network
    assert network.dtype == np.float64
    expected = refereed(training, X)
    np.testing.assert_allclose(network.predict(X), expected, rtol=0, atol=1e-5)
    assert gn.metrics.r2(y, network.predict(X)) > 0.9
    network.to_onnx(tmp_path / "far.onnx")
    (from_onnx,) = onnxruntime.InferenceSession(tmp_path / "far.onnx").run(None, {"X": X})
    np.testing.assert_allclose(from_onnx, network.predict(X), rtol=0, atol=1e-5)
    from_torch = network.to_torch()(torch.from_numpy(X)).detach().numpy()
    np.testing.assert_allclose(from_torch, network.predict(X), rtol=0, atol=1e-5)


SCALING = Scaling(np.array([1.0, -2.0, 0.5]), np.array([0.5, 3.0, 1.0]))


@pytest.mark.parametrize(
    ("layers", "n_dense"),
    [
        ([gn.Dense(4, "relu"), gn.Dense(3)], 2),
        ([gn.Dense(4, "relu", l2=0.1), gn.Dense(3)], 3),
        ([gn.Dense(4, "relu"), gn.Dense(3, l1=0.1)], 3),
        ([gn.Dense(4, "relu"), gn.Dense(3, "tanh")], 3),
        ([gn.BatchNorm(), gn.Dense(3)], 2),
        ([gn.Flatten(), gn.BatchNorm(), gn.Dense(3, "relu"), gn.BatchNorm()], 3),
        ([gn.Dense(3), gn.Dropout(0.5)], 2),
        ([gn.Dense(4, "relu", use_bias=False), gn.Dense(3)], 3),
        ([gn.Dense(4, "relu"), gn.Dense(3, use_bias=False)], 3),
        ([gn.Dense(4, "relu", bias_l1=0.1), gn.Dense(3, bias_l2=0.1)], 4),
    ],
)
def test_any_network_can_carry_a_scaling(layers: list[gn.Dense], n_dense: int) -> None:
    network = gn.Network(layers, seed=0, input_shape=3)
    rng = np.random.default_rng(1)
    network.running_statistics[...] = rng.uniform(0.5, 2, len(network.running_statistics))
    X = rng.normal(size=(20, 3)) * 3
    found = scaling_inside(network, SCALING, SCALING)
    expected = SCALING.undo(network.predict(SCALING.apply(X)))
    np.testing.assert_allclose(found.predict(X), expected, rtol=1e-5, atol=1e-5)
    assert sum(isinstance(layer, gn.Dense) for layer in found.layers) == n_dense
    assert found.penalty() == pytest.approx(network.penalty())


def test_a_checkpoint_holds_the_network_as_it_is_trained_and_predicts_like_the_model(run: Run) -> None:
    run("train", "wine", "--epochs", "4", "--checkpoint-every", "4", "--engine", "numpy")
    kept, model = gn.load("runs/wine/checkpoint.safetensors"), gn.load(MODEL.format("wine"))
    assert not kept.metadata["data"]["carried"]
    assert model.metadata["data"]["carried"]
    assert not np.array_equal(kept.parameters, model.parameters)
    X = gn.datasets.wine().X
    used = Model.load("runs/wine/checkpoint.safetensors").predict(X)
    np.testing.assert_array_equal(used, Model.load(MODEL.format("wine")).predict(X))


def test_a_resumed_training_ends_in_the_same_model(run: Run) -> None:
    run("train", "wine", "--epochs", "6", "--output", "whole", "--engine", "numpy")
    run("train", "wine", "--epochs", "3", "--checkpoint-every", "3", "--output", "parts", "--engine", "numpy")
    run("train", "wine", "--epochs", "6", "--resume", "--output", "parts", "--engine", "numpy")
    whole, parts = (gn.load(f"{folder}/model.safetensors") for folder in ("whole", "parts"))
    np.testing.assert_array_equal(whole.parameters, parts.parameters)
