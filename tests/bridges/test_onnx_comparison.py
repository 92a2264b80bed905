"""What is read of an ONNX file gives what the file gives, or is refused."""

from __future__ import annotations

import itertools
import os
import re
import time
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

import glassnet as gn
from glassnet.errors import ModelFileError

Array = NDArray[Any]

RANDOM = np.random.default_rng(0)
W, B = RANDOM.normal(size=(4, 3)).astype(np.float32), RANDOM.normal(size=3).astype(np.float32)
SCALES = [RANDOM.uniform(0.5, 2, 3).astype(np.float32) for _ in range(4)]


def node(operator: str, inputs: str, output: str, **attributes: Any) -> Any:
    return helper.make_node(operator, inputs.split(), [output], **attributes)


def model(
    nodes: list[Any], shape: tuple[Any, ...] = ("n", 4), opset: int = 17, **constants: Array
) -> onnx.ModelProto:
    """Operators from x to y in float32."""
    graph = helper.make_graph(
        nodes, "test",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, list(shape))],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", "m"])],
        [numpy_helper.from_array(array, name) for name, array in constants.items()],
    )  # fmt: skip
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)


def assert_read(made: onnx.ModelProto, folder: Path) -> gn.Network:
    """The file is read, and ONNX Runtime gives what the network gives."""
    path = folder / "m.onnx"
    onnx.save(made, path)
    net = gn.from_onnx(path)
    n = made.graph.input[0].type.tensor_type.shape.dim[0].dim_value or 7
    X = np.random.default_rng(1).normal(size=(n, *net.layout.input_shape)).astype(np.float32)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    np.testing.assert_allclose(net.predict(X), session.run(None, {"x": X})[0], rtol=1e-5, atol=1e-6)
    return net


READ: dict[str, onnx.ModelProto] = {
    "a bias for all outputs": model([node("Gemm", "x W B", "y")], W=W, B=B[:1]),
    "a bias without axes": model([node("Gemm", "x W B", "y")], W=W, B=np.array(2, np.float32)),
    "a bias as a row": model([node("Gemm", "x W B", "y")], W=W, B=B[None]),
    "two biases": model([node("MatMul", "x W", "a"), node("Add", "a B", "b"), node("Add", "B b", "y")], W=W, B=B),
    "one sample at a time": model(
        [node("Reshape", "x S", "f"), node("Gemm", "f W B", "y")], (1, 2, 2), W=W, B=B, S=np.array([1, -1])
    ),
    "three samples at a time": model([node("Gemm", "x W B", "y")], (3, 4), W=W, B=B),
    "a thousand samples at a time": model([node("Gemm", "x W B", "y")], (1000, 4), W=W, B=B),
}  # fmt: skip


@pytest.mark.parametrize("name", READ)
def test_what_a_layer_can_do_is_read(name: str, tmp_path: Path) -> None:
    assert_read(READ[name], tmp_path)


@pytest.mark.parametrize("opset", range(7, 24))
def test_every_opset_from_7_on_is_read_as_runtimes_read_it(opset: int, tmp_path: Path) -> None:
    nodes = [
        node("Gemm", "x W B", "a"), node("BatchNormalization", "a w b m v", "n", epsilon=0.01, momentum=0.7),
        node("LeakyRelu", "n", "l", alpha=0.2), node("Dropout", "l", "d"), node("Softmax", "d", "y", axis=1),
    ]  # fmt: skip
    made = model(nodes, opset=opset, W=W, B=B, **dict(zip("wbmv", SCALES, strict=True)))
    net = assert_read(made, tmp_path)
    assert net.layers == (
        gn.Dense(3), gn.BatchNorm(0.3, 0.01), gn.Activation(gn.activations.LeakyReLU(0.2)), gn.Activation("softmax"),
    )  # fmt: skip


def test_the_widest_of_several_dtypes_is_kept(tmp_path: Path) -> None:
    V = RANDOM.normal(size=(3, 2))
    nodes = [
        node("Gemm", "x W B", "a"),
        node("Cast", "a", "c", to=TensorProto.DOUBLE),
        node("MatMul", "c V", "y"),
    ]
    onnx.save(model(nodes, W=W, B=B, V=V), tmp_path / "m.onnx")
    net = gn.from_onnx(tmp_path / "m.onnx")
    assert net.dtype == np.float64
    np.testing.assert_array_equal(net.layers[1].weights, V)


REFUSED: dict[str, tuple[onnx.ModelProto, str]] = {
    "a bias as a column": (
        model([node("Gemm", "x W B", "y")], (3, 4), W=W, B=B[:, None]), "operator Gemm does what no layer",
    ),
    "a bias for each sample": (
        model([node("Gemm", "x W B", "y")], (3, 4), W=W, B=np.eye(3, dtype=np.float32)),
        "operator Gemm does what no layer",
    ),
    "a column added": (
        model([node("MatMul", "x W", "a"), node("Add", "a B", "y")], (3, 4), W=W, B=B[:, None]),
        "operator Add does what no layer",
    ),
    "a bias of more axes": (
        model([node("MatMul", "x W", "a"), node("Add", "a B", "y")], W=W, B=B[None, None]),
        "operator Add does what no layer",
    ),
    "beta": (model([node("Gemm", "x W B", "y", beta=0.5)], W=W, B=B), "operator Gemm does what no layer"),
    "transA": (
        model([node("Gemm", "x W B", "y", transA=1)], (4, 4), W=W, B=B), "operator Gemm does what no layer",
    ),
    "dropout that stays on": (
        model(
            [node("Gemm", "x W B", "a"), node("Dropout", "a r t", "y")],
            W=W, B=B, r=np.array(0.5, np.float32), t=np.array(True),
        ),
        "it gives other outputs each time that it is asked for the same rows",
    ),
    "a flatten for one sample in a file for many": (
        model([node("Reshape", "x S", "f"), node("Gemm", "f W B", "y")], ("n", 2, 2), W=W, B=B, S=np.array([1, -1])),
        "ONNX's reference evaluator cannot run it on 72 samples of shape (2, 2)",
    ),
    "another meaning of 0 in a shape": (
        model(
            [node("Reshape", "x S", "f", allowzero=1), node("Gemm", "f W B", "y")],
            ("n", 2, 2), W=W, B=B, S=np.array([0, -1]),
        ),
        "ONNX's reference evaluator cannot run it",
    ),
    "lower precision inside": (
        model([node("LayerNormalization", "x w b", "y", stash_type=10)], ("n", 3), w=B, b=B),
        "ONNX's reference evaluator cannot run it",
    ),
    "an opset that matches shapes by attributes": (
        model([node("MatMul", "x W", "a"), node("Add", "a B", "y", broadcast=1, axis=0)], (3, 4), opset=6, W=W, B=B),
        "its opset is 6; glassnet reads 7 and newer ones",
    ),
    "half precision": (
        model([node("Cast", "x", "h", to=TensorProto.FLOAT), node("MatMul", "h W", "y")], W=W.astype(np.float16)),
        "its numbers are float16; glassnet's networks have float32 or float64",
    ),
    "samples larger than any": (
        model([node("Relu", "x", "y")], ("n", 10**12)), "samples of shape (1000000000000,) are too large",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_does_something_else_is_refused(name: str, tmp_path: Path) -> None:
    made, message = REFUSED[name]
    onnx.save(made, tmp_path / "m.onnx")
    with pytest.raises(ModelFileError, match=re.escape(message)):
        gn.from_onnx(tmp_path / "m.onnx")


def test_a_function_of_the_file_in_the_place_of_an_operator_is_found_out(tmp_path: Path) -> None:
    made = model(
        [node("Gemm", "x W B", "a"), node("Relu", "a", "b"), node("MatMul", "b V", "y")], W=W, B=B, V=W[:3]
    )
    body = [node("Neg", "p", "q")]
    made.functions.append(helper.make_function("", "Relu", ["p"], ["q"], body, [helper.make_opsetid("", 17)]))
    onnx.save(made, tmp_path / "m.onnx")
    with pytest.raises(ModelFileError, match="cannot read"):
        gn.from_onnx(tmp_path / "m.onnx")


@pytest.mark.parametrize("kind", ["device", "pipe", "folder"])
def test_what_is_no_regular_file_is_not_opened(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "m.onnx"
    if kind == "device":
        path = Path("/dev/zero")
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        path.mkdir()
    with pytest.raises(ModelFileError, match=r"cannot read .*: it is not a regular file"):
        gn.from_onnx(path)


def test_a_file_larger_than_onnx_allows_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "m.onnx").open("wb") as file:
        file.truncate(2**31)
    with pytest.raises(ModelFileError, match="it is larger than an ONNX file can be, which is 2 GB"):
        gn.from_onnx(tmp_path / "m.onnx")


def test_thousands_of_operators_take_a_time_in_proportion(tmp_path: Path) -> None:
    def seconds(n: int) -> float:
        values = ["x", *(f"v{i}" for i in range(1, n)), "y"]
        nodes = [node("Gemm", f"{before} W B", after) for before, after in itertools.pairwise(values)]
        onnx.save(model(nodes, W=np.eye(4, dtype=np.float32), B=np.zeros(4, np.float32)), tmp_path / "m.onnx")
        before = time.process_time()
        assert len(gn.from_onnx(tmp_path / "m.onnx").layers) == n
        return time.process_time() - before

    few, many = (min(seconds(n), seconds(n)) for n in (1000, 6000))
    assert many < 12 * few  # 6 times as many; 36 times as long would be quadratic
