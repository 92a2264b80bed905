"""ONNX files to networks."""

from __future__ import annotations

import re
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from torch import nn

import glassnet as gn
from glassnet import activations
from glassnet.activations import ActivationFunction
from glassnet.errors import (
    MissingDependencyError,
    MissingFileError,
    ModelFileError,
)
from glassnet.network.network import Network
from tests.bridges.networks import BUILT_IN, STACKS, samples, trained, written

Array = NDArray[Any]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", STACKS)
def test_a_network_comes_back_as_it_went(name: str, dtype: str, tmp_path: Path) -> None:
    layers, shape = STACKS[name]
    net = trained(layers, shape, dtype)
    net.metadata = {"class_names": ["a", "b"]}
    back = gn.from_onnx(written(net, tmp_path))
    np.testing.assert_array_equal(back.parameters, net.parameters)
    np.testing.assert_array_equal(back.running_statistics, net.running_statistics)
    np.testing.assert_array_equal(back.predict(samples(shape)), net.predict(samples(shape)))
    assert back.metadata == net.metadata
    assert back.dtype == dtype


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("activation", BUILT_IN, ids=repr)
def test_with_its_activations(activation: ActivationFunction, dtype: str, tmp_path: Path) -> None:
    net = trained([gn.Dense(4, activation), gn.BatchNorm(0.3, 1e-3), gn.Dense(3, activation)], (5,), dtype)
    assert gn.from_onnx(written(net, tmp_path)) == net


@pytest.mark.parametrize("activation", BUILT_IN, ids=repr)
def test_numbers_that_a_file_rounds_are_no_difference(activation: ActivationFunction, tmp_path: Path) -> None:
    layers = [gn.Dense(7, activation), gn.Scale(), gn.Residual([gn.Activation(activation)])]
    net = Network(layers, seed=0, dtype="float64", input_shape=4)
    net.parameters = 100 * net.parameters
    assert gn.from_onnx(written(net, tmp_path)).layers == net.layers


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("opset", [17, 20])
def test_files_of_pytorchs_exporter_are_read(opset: int, tmp_path: Path) -> None:
    torch.manual_seed(0)
    module = nn.Sequential(
        nn.Flatten(), nn.Linear(8, 6), nn.GELU(), nn.BatchNorm1d(6), nn.Linear(6, 5, bias=False), nn.SiLU(),
        nn.LayerNorm(5), nn.Dropout(0.2), nn.Linear(5, 4), nn.LeakyReLU(0.2), nn.Linear(4, 3), nn.Softmax(dim=1),
    ).eval()  # fmt: skip
    X = torch.randn(7, 2, 4)
    path = tmp_path / "exported.onnx"
    torch.onnx.export(module, (X,), path, dynamo=False, opset_version=opset)
    net = gn.from_onnx(path)
    assert net.layers == (
        gn.Flatten(), gn.Dense(6, "gelu"), gn.BatchNorm(),
        gn.Dense(5, "silu", use_bias=False), gn.LayerNorm(),
        gn.Dense(4, activations.LeakyReLU(0.2)), gn.Dense(3, "softmax"),
    )  # fmt: skip
    np.testing.assert_allclose(net.predict(X), module(X).detach(), rtol=1e-5, atol=1e-6)


def model(*nodes: Any, outputs: tuple[str, ...] = ("y",), **constants: Array) -> Any:
    """A small model of these operators from x (n, 2)."""
    return helper.make_model(
        helper.make_graph(
            nodes, "test", [helper.make_tensor_value_info("x", TensorProto.DOUBLE, ["n", 2])],
            [helper.make_tensor_value_info(name, TensorProto.DOUBLE, ["n", "m"]) for name in outputs],
            [numpy_helper.from_array(array, name) for name, array in constants.items()],
        ),
        opset_imports=[helper.make_opsetid("", 17)],
    )  # fmt: skip


def node(operator: str, inputs: str, output: str, **attributes: Any) -> Any:
    return helper.make_node(operator, inputs.split(), [output], **attributes)


W, B = np.arange(6.0).reshape(2, 3), np.array([1.0, 2.0, 3.0])


@pytest.mark.parametrize(
    "nodes",
    [
        [node("Gemm", "x W B", "y")],
        [node("MatMul", "x W", "z"), node("Add", "z B", "y")],
        [node("MatMul", "x W", "z"), node("Add", "B z", "y")],
        [node("Reshape", "x S", "f"), node("Gemm", "f W B", "g"), node("Dropout", "g", "y")],
        [node("Identity", "B", "C"), node("Gemm", "x W C", "y")],
    ],
)  # fmt: skip
def test_every_way_to_write_a_layer(nodes: list[Any], tmp_path: Path) -> None:
    onnx.save(model(*nodes, W=W, B=B, S=np.array([0, -1])), tmp_path / "m.onnx")
    net = gn.from_onnx(tmp_path / "m.onnx")
    X = samples((2,))
    assert net.dtype == np.float64
    np.testing.assert_allclose(net.predict(X), X @ W + B, rtol=1e-14)


@pytest.mark.parametrize("operator", ["Gemm", "MatMul"])
def test_a_product_without_a_bias_becomes_a_layer_without_one(operator: str, tmp_path: Path) -> None:
    onnx.save(model(node(operator, "x W", "z"), node("Tanh", "z", "y"), W=W), tmp_path / "m.onnx")
    net = gn.from_onnx(tmp_path / "m.onnx")
    assert net.layers == (gn.Dense(3, "tanh", use_bias=False),)
    np.testing.assert_allclose(net.predict(samples((2,))), np.tanh(samples((2,)) @ W), rtol=1e-14)


def test_metadata_of_others_are_kept_as_text(tmp_path: Path) -> None:
    made = model(node("Gemm", "x W", "y"), W=W)
    helper.set_model_props(made, {"author": "somebody else"})
    onnx.save(made, tmp_path / "m.onnx")
    assert gn.from_onnx(tmp_path / "m.onnx").metadata == {"author": "somebody else"}


REFUSED: list[tuple[Any, str]] = [
    (
        model(node("Conv", "x W", "c"), node("MaxPool", "c", "y", kernel_shape=[1]), W=W),
        "it uses operators that glassnet has no layers for: Conv, MaxPool; it reads Add, BatchNormalization, Cast, ",
    ),
    (
        model(helper.make_node("Own", ["x"], ["y"], domain="somebody")),
        "it uses operators that glassnet has no layers for: somebody.Own;",
    ),
    (model(node("Gemm", "x W", "y", alpha=2.0), W=W), "operator Gemm does what no layer of glassnet does"),
    (model(node("Softmax", "x", "y", axis=0)), "operator Softmax does what no layer of glassnet does"),
    (model(node("Flatten", "x", "y", axis=0)), "operator Flatten does what no layer of glassnet does"),
    (
        model(node("Gemm", "V x", "y"), V=W.T),
        "cannot follow operator 'y' (Gemm); glassnet's layers follow one another",
    ),
    (model(node("Mul", "x x", "y")), "cannot follow operator 'y' (Mul)"),
    (
        model(node("Sigmoid", "x", "s"), node("Mul", "x s", "y"), node("Tanh", "x", "t")),
        "cannot follow operator 's' (Sigmoid)",
    ),
    (model(node("Relu", "x", "a"), node("Sub", "x a", "y")), "cannot follow operator 'a' (Relu)"),
    (
        model(node("Relu", "x", "a"), node("Tanh", "x", "b"), node("Add", "a b", "y")),
        "cannot follow operator 'a' (Relu)",
    ),
    (
        model(node("Relu", "x", "a"), node("Add", "x b", "y"), node("Tanh", "x", "b")),
        "it is not a valid ONNX file (ValidationError: Nodes in a graph must be",
    ),
    (model(node("Mul", "x S", "y"), S=np.array(2.0)), "operator Mul does what no layer of glassnet does"),
    (
        model(node("Relu", "x", "y"), node("Tanh", "y", "z"), outputs=("y", "z")),
        "it has 1 inputs and 2 outputs; glassnet's networks have one each",
    ),
    (
        model(node("Gemm", "x W", "z"), node("Gemm", "z W", "y"), W=W),
        "operator Gemm has weights of shape (2, 3), but what comes before it asks for (3, 3)",
    ),
    (
        model(node("Relu", "missing", "y")),
        "it is not a valid ONNX file (ValidationError: Nodes in a graph must be",
    ),
]


@pytest.mark.parametrize(("made", "message"), REFUSED, ids=[message[:60] for _, message in REFUSED])
def test_what_cannot_be_read_is_named(made: Any, message: str, tmp_path: Path) -> None:
    onnx.save(made, tmp_path / "m.onnx")
    with pytest.raises(ModelFileError, match=re.escape(message)) as error:
        gn.from_onnx(tmp_path / "m.onnx")
    assert str(error.value).startswith(f"cannot read {tmp_path / 'm.onnx'}: ")


def test_a_spelled_out_activation_with_other_numbers_is_not_gelu(tmp_path: Path) -> None:
    path = written(trained([gn.Dense(3, "gelu")], (2,)), tmp_path)
    changed = onnx.load(path)
    for constant in changed.graph.initializer:
        if constant.name == "activation_0.1.operand":
            constant.CopyFrom(numpy_helper.from_array(np.array(0.7, np.float32), constant.name))
    onnx.save(changed, path)
    with pytest.raises(ModelFileError, match="cannot follow operator"):
        gn.from_onnx(path)


def test_weights_in_another_file_are_not_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(W.tobytes())
    made = model(node("Gemm", "x W", "y"), W=W)
    tensor = made.graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="secret")
    (tmp_path / "m.onnx").write_bytes(made.SerializeToString())
    with pytest.raises(
        ModelFileError, match="its weights are in another file; save it with its weights inside"
    ):
        gn.from_onnx(tmp_path / "m.onnx")


def test_damaged_files_give_one_kind_of_error(tmp_path: Path) -> None:
    path = written(trained([gn.Dense(3, "gelu"), gn.Dense(1)], (2,)), tmp_path)
    whole = path.read_bytes()
    random = np.random.default_rng(0)
    refused = 0
    for _ in range(150):
        data = bytearray(whole)
        for place in random.integers(len(data), size=random.integers(1, 6)):
            data[place] = random.integers(256)
        path.write_bytes(bytes(data[: random.integers(1, len(data) + 1)]))
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            try:
                gn.from_onnx(path)
            except ModelFileError:
                refused += 1
    assert refused > 75


def test_there_must_be_a_file(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match="there is no such file"):
        gn.from_onnx(tmp_path / "none.onnx")
    with pytest.raises(ModelFileError, match="cannot read"):
        gn.from_onnx(tmp_path)


@pytest.mark.parametrize("call", [lambda net, path: net.to_onnx(path), lambda net, path: gn.from_onnx(path)])
def test_without_onnx_it_says_what_to_install(
    call: Callable[[Network, Path], object], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "onnx", None)
    message = "needs onnx, which is not installed; install it with: pip install 'glassnet[onnx]'"
    with pytest.raises(MissingDependencyError, match=re.escape(message)):
        call(Network([gn.Dense(1)], input_shape=1), tmp_path / "m.onnx")
