"""Networks to ONNX files, run by ONNX Runtime."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from numpy.typing import NDArray

import glassnet as gn
from glassnet import activations
from glassnet.activations import ActivationFunction
from glassnet.errors import (
    ArgumentError,
    ModelFileError,
    NotBuiltError,
)
from glassnet.network.network import Network
from tests.bridges.networks import BUILT_IN, STACKS, samples, trained, written

Array = NDArray[Any]


def run(path: Path, X: Array) -> Array:
    """What ONNX Runtime gives."""
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    (output,) = session.run(["output"], {"X": X})
    result: Array = output
    return result


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", STACKS)
def test_onnx_runtime_gives_what_predict_gives_for_every_layer(name: str, dtype: str, tmp_path: Path) -> None:
    layers, shape = STACKS[name]
    net = trained(layers, shape, dtype)
    X = samples(shape).astype(dtype)
    np.testing.assert_allclose(run(written(net, tmp_path), X), net.predict(X), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("activation", BUILT_IN, ids=repr)
def test_and_for_every_activation(activation: ActivationFunction, dtype: str, tmp_path: Path) -> None:
    net = trained([gn.Dense(4, activation), gn.Activation(activation), gn.Dense(3, activation)], (5,), dtype)
    X = samples((5,)).astype(dtype)
    np.testing.assert_allclose(run(written(net, tmp_path), X), net.predict(X), rtol=1e-6, atol=1e-6)
    far = np.array([[-1e4, -90.0, -20.0, 0.0, 20.0, 90.0, 1e4]], dtype)
    alone = Network([gn.Activation(activation)], input_shape=7, dtype=dtype)
    np.testing.assert_allclose(run(written(alone, tmp_path), far), alone.predict(far), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("name", STACKS)
def test_the_file_is_valid_and_takes_any_number_of_samples(name: str, tmp_path: Path) -> None:
    layers, shape = STACKS[name]
    net = trained(layers, shape)
    path = written(net, tmp_path)
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    assert (model.producer_name, model.opset_import[0].version, model.ir_version) == ("glassnet", 17, 8)
    assert [axis.dim_param or axis.dim_value for axis in model.graph.input[0].type.tensor_type.shape.dim] == [
        "n_samples", *shape,
    ]  # fmt: skip
    for n in (1, 7):
        assert run(path, samples(shape, n).astype(net.dtype)).shape == (
            n,
            net.predict(samples(shape)).shape[1],
        )


def test_a_network_in_float64_keeps_the_digits_that_float32_would_lose(tmp_path: Path) -> None:
    net = Network([gn.Dense(4, "tanh"), gn.Dense(1)], seed=0, dtype="float64", input_shape=1)
    net.layers[0].bias = -1.7e9 * net.layers[0].weights[0]
    X = 1.7e9 + np.linspace(-2, 2, 9)[:, None]
    np.testing.assert_allclose(run(written(net, tmp_path), X), net.predict(X), rtol=1e-12)
    assert len(np.unique(net.predict(X))) == 9


def test_names_of_classes_and_features_are_in_the_metadata(tmp_path: Path) -> None:
    net = trained([gn.Dense(2, "softmax")], (2,))
    net.metadata = {"class_names": ["ja", "naïve"], "feature_names": ["a", "b"], "note": {"of": 1}}
    properties = {
        entry.key: json.loads(entry.value) for entry in onnx.load(written(net, tmp_path)).metadata_props
    }
    assert properties == net.metadata


def test_names_that_the_command_keeps_under_data_are_found(tmp_path: Path) -> None:
    net = trained([gn.Dense(2, "softmax")], (2,))
    net.metadata = {"data": {"class_names": ["x", "y"], "feature_names": ["a", "b"], "source": "s"}}
    properties = {
        entry.key: json.loads(entry.value) for entry in onnx.load(written(net, tmp_path)).metadata_props
    }
    assert properties["class_names"] == ["x", "y"]
    assert properties["feature_names"] == ["a", "b"]


def test_a_file_that_cannot_be_written_leaves_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    net = trained([gn.Dense(2)], (2,))
    path = written(net, tmp_path)
    before = path.read_bytes()

    def full(self: Path, target: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(ModelFileError, match=r"cannot write .*: No space left on device"):
        trained([gn.Dense(3)], (2,)).to_onnx(path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_what_cannot_be_exported_is_said(tmp_path: Path) -> None:
    own = Network([gn.Dense(2), gn.Dense(2, activations.Function(np.sin, np.cos))], input_shape=3)
    with pytest.raises(
        ArgumentError, match=r"layer 1 has the activation .*, which ONNX has no operators for"
    ):
        own.to_onnx(tmp_path / "m.onnx")
    net = trained([gn.Dense(2)], (2,))
    net.metadata = {"numbers": np.zeros(3)}
    with pytest.raises(ArgumentError, match=r"net\.metadata must be plain data, as JSON has it"):
        net.to_onnx(tmp_path / "m.onnx")
    with pytest.raises(NotBuiltError):
        Network([gn.Dense(2)]).to_onnx(tmp_path / "m.onnx")
    with pytest.raises(ModelFileError, match="its folder does not exist"):
        trained([gn.Dense(2)], (2,)).to_onnx(tmp_path / "nowhere" / "m.onnx")
    assert list(tmp_path.iterdir()) == []
