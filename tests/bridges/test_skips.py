"""Residual and Scale over the bridges: what others write as x + f(x) and x * w, and what looks like it and is not."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn
from torch.nn import functional

import glassnet as gn
from glassnet.errors import ArgumentError, ModelFileError, ShapeError
from glassnet.layers import Layer
from tests.bridges.networks import DTYPES, assert_same_outputs, samples, trained, written

Array = NDArray[Any]

STACKS: dict[str, list[Layer]] = {
    "residual": [gn.Residual([gn.Dense(4, "tanh"), gn.Dense(5)]), gn.Dense(3)],
    "deep": [
        gn.Dense(4), gn.Residual([gn.LayerNorm(), gn.Residual([gn.Dense(4, "gelu_tanh")]), gn.Scale()]), gn.BatchNorm(),
    ],
    "norm of what is carried": [gn.Residual([gn.RMSNorm(0.1), gn.Dense(5, "gelu")]), gn.RMSNorm(0.1)],
    "nothing inside": [gn.Residual([gn.Dropout(0.3)]), gn.Dense(2)],
    "many axes": [gn.Residual([gn.Activation("tanh")]), gn.Flatten(), gn.Residual([gn.PReLU(), gn.Dense(6)])],
}  # fmt: skip
SHAPES: dict[str, tuple[int, ...]] = {"many axes": (2, 3)}


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", STACKS)
def test_pytorch_and_onnx_bring_it_back(name: str, dtype: str, tmp_path: Path) -> None:
    shape = SHAPES.get(name, (5,))
    net, X = trained(STACKS[name], shape, dtype), samples(shape)
    assert_same_outputs(net.to_torch(), net)
    path = written(net, tmp_path)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    theirs = session.run(None, {"X": X.astype(dtype)})[0]
    np.testing.assert_allclose(theirs, net.predict(X), rtol=1e-5, atol=1e-5)
    from_torch, from_onnx = gn.from_torch(net.to_torch(), input_shape=shape), gn.from_onnx(path)
    for back in (from_torch, from_onnx):
        np.testing.assert_array_equal(back.parameters, net.parameters)
        np.testing.assert_array_equal(back.predict(X), net.predict(X))
    if name != "nothing inside":  # there is nothing to see of dropout in a file
        assert from_torch.layers == net.layers


def test_parts_inside_are_named_by_their_places() -> None:
    net = gn.Network([gn.Residual([gn.Dense(3, "relu"), gn.Residual([gn.Scale()])])], input_shape=3)
    names = ["residual_0.dense_0.weight", "residual_0.dense_0.bias", "residual_0.residual_1.scale_0.weight"]
    assert list(net.to_torch().state_dict()) == names
    net = gn.Network(
        [gn.Residual([gn.Activation(gn.activations.Function(np.sin, np.cos, name="sine"))])], input_shape=3
    )
    with pytest.raises(
        ArgumentError, match=r"layer 0 of layer 0 has the activation .* no module of torch.nn"
    ):
        net.to_torch()


def test_a_program_has_the_classes_that_torch_lacks_and_only_those() -> None:
    layers = [gn.Scale(), gn.Residual([gn.Dense(4, "tanh", l2=0.5)]), gn.Dense(1)]
    source = gn.to_torch_source(gn.Network(layers, input_shape=4, seed=0), loss="mse", epochs=1)
    assert re.findall(r"^class (\w+)", source, re.M) == ["Scale", "Residual"]
    assert "loss = loss + 0.25 * model[1][0].weight.square().sum()\n" in source
    assert "    Residual(\n        nn.Linear(4, 4),\n        nn.Tanh(),\n    ),\n" in source
    assert "glassnet" not in source
    plain = gn.to_torch_source(gn.Network([gn.Dense(1)], input_shape=4), loss="mse")
    assert "class " not in plain


class Block(nn.Module):
    """As people write one."""

    def __init__(self, forward: Callable[..., Tensor], n: int = 4) -> None:
        super().__init__()
        self.own = forward
        self.first, self.second, self.norm = nn.Linear(n, n), nn.Linear(n, n), nn.BatchNorm1d(n)
        self.factors = nn.Parameter(torch.linspace(0.5, 2, n))
        self.number = nn.Parameter(torch.tensor(0.3))

    def forward(self, x: Tensor) -> Tensor:
        return self.own(self, x)


def changed(self: Any, x: Tensor) -> Tensor:
    carried = x
    x = functional.relu(self.norm(self.first(x)))
    x = self.second(x)
    x += carried
    return functional.relu(x)


DENSE = gn.Dense(4)
READ: list[tuple[Callable[..., Tensor], tuple[Layer, ...]]] = [
    (lambda self, x: x + self.first(x), (gn.Residual([DENSE]),)),
    (lambda self, x: torch.tanh(self.first(x)) + x, (gn.Residual([gn.Dense(4, "tanh")]),)),
    (lambda self, x: torch.add(x, self.first(x)), (gn.Residual([DENSE]),)),
    (lambda self, x: x.add(self.first(x)), (gn.Residual([DENSE]),)),
    (changed, (gn.Residual([DENSE, gn.BatchNorm(), gn.Activation("relu"), DENSE]), gn.Activation("relu"))),
    (lambda self, x: x + self.factors * self.first(x), (gn.Residual([DENSE, gn.Scale()]),)),
    (lambda self, x: torch.mul(self.first(x), self.factors).tanh(), (DENSE, gn.Scale(), gn.Activation("tanh"))),
    (
        lambda self, x: (lambda h: h + self.second(h))(x + self.first(x)),
        (gn.Residual([DENSE]), gn.Residual([DENSE])),
    ),
    (
        lambda self, x: x + self.second(x + self.first(x)),
        (gn.Residual([gn.Residual([DENSE]), DENSE]),),
    ),
    (lambda self, x: x + x, (gn.Residual([gn.Activation("linear")]),)),
]  # fmt: skip


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize(("forward", "layers"), READ)
def test_every_way_to_write_one_is_read_in_pytorch_and_as_pytorch_exports_it(
    forward: Callable[..., Tensor], layers: tuple[Layer, ...], tmp_path: Path
) -> None:
    torch.manual_seed(0)
    module = Block(forward).eval()
    net = gn.from_torch(module, input_shape=4)
    assert net.layers == layers
    assert_same_outputs(module, net)
    torch.onnx.export(module, (torch.randn(3, 4),), tmp_path / "m.onnx", dynamo=False, opset_version=17)
    exported = gn.from_onnx(tmp_path / "m.onnx")
    np.testing.assert_allclose(
        exported.predict(samples((4,))), net.predict(samples((4,))), rtol=1e-5, atol=1e-5
    )


REFUSED: list[tuple[Callable[..., Tensor], str]] = [
    (
        lambda self, x: self.first(x) + self.second(x),
        "what is added to the output of first (Linear) does not come from that alone; glassnet's Residual adds what",
    ),
    (lambda self, x: x * torch.sigmoid(self.first(x)), "mul in forward has no counterpart in glassnet"),
    (lambda self, x: x + self.factors, "add in forward has no counterpart in glassnet"),
    (
        lambda self, x: x + self.number * self.first(x),
        "add in forward has 1.weights of shape (1,), but what comes before it asks for (4,)",
    ),
    (
        lambda self, x: (lambda h: h + functional.relu(h, inplace=True))(self.first(x)),
        "what was read of Block does not give what Block gives in evaluation mode",
    ),
    (
        lambda self, x: x * self.factors + self.first(x) * self.factors,
        "what is added to the output of mul in forward does not come from that alone",
    ),
]


@pytest.mark.parametrize(("forward", "message"), REFUSED, ids=[message[:30] for _, message in REFUSED])
def test_what_is_no_residual_is_refused(forward: Callable[..., Tensor], message: str) -> None:
    with pytest.raises((ArgumentError, ShapeError), match=re.escape(message)):
        gn.from_torch(Block(forward), input_shape=4)


def model(*nodes: Any, **constants: Array) -> Any:
    """Operators from x (n, 4) to y."""
    graph = helper.make_graph(
        nodes, "test", [helper.make_tensor_value_info("x", TensorProto.DOUBLE, ["n", 4])],
        [helper.make_tensor_value_info("y", TensorProto.DOUBLE, ["n", 4])],
        [numpy_helper.from_array(np.asarray(array), name) for name, array in constants.items()],
    )  # fmt: skip
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])


def node(operator: str, inputs: str, output: str, **attributes: Any) -> Any:
    return helper.make_node(operator, inputs.split(), [output], **attributes)


W, E, TWO, ONE = np.linspace(0.5, 2, 4), np.array(0.01), np.array(2.0), np.array(1.0)
MEAN = node("ReduceMean", "s", "m", axes=[-1])
CENTRED = [node("ReduceMean", "x", "c", axes=[-1]), node("Sub", "x c", "d"), node("Pow", "d two", "s")]
NORMS: dict[str, tuple[list[Any], Layer]] = {
    "as glassnet writes it": ([node("Mul", "x x", "s"), MEAN, node("Add", "m E", "a"), node("Sqrt", "a", "r"),
                               node("Div", "x r", "q"), node("Mul", "q W", "y")], gn.RMSNorm(0.01)),
    "by a power and a reciprocal": ([node("Pow", "x two", "s"), MEAN, node("Add", "m E", "a"), node("Sqrt", "a", "r"),
                                     node("Reciprocal", "r", "i"), node("Mul", "x i", "q"), node("Mul", "q W", "y")],
                                    gn.RMSNorm(0.01)),
    "by a quotient of one": ([node("Pow", "x two", "s"), MEAN, node("Add", "E m", "a"), node("Sqrt", "a", "r"),
                              node("Div", "one r", "i"), node("Mul", "i x", "q"), node("Mul", "W q", "y")],
                             gn.RMSNorm(0.01)),
    "centred": ([*CENTRED, MEAN, node("Add", "m E", "a"), node("Sqrt", "a", "r"), node("Div", "d r", "q"),
                 node("Mul", "q W", "w"), node("Add", "w B", "y")], gn.LayerNorm(0.01)),
    "centred without a bias": ([*CENTRED, MEAN, node("Add", "m E", "a"), node("Sqrt", "a", "r"),
                                node("Div", "d r", "q"), node("Mul", "q W", "y")], gn.LayerNorm(0.01)),
}  # fmt: skip


@pytest.mark.parametrize("name", NORMS)
def test_a_norm_that_is_spelled_out_is_read(name: str, tmp_path: Path) -> None:
    nodes, layer = NORMS[name]
    path = tmp_path / "m.onnx"
    onnx.save(model(*nodes, W=W, E=E, B=W - 1, two=TWO, one=ONE), path)
    net = gn.from_onnx(path)
    assert net.layers == (layer,)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    np.testing.assert_allclose(
        net.predict(samples((4,))), session.run(None, {"x": samples((4,))})[0], rtol=1e-10
    )


WRONG: dict[str, dict[str, Any]] = {
    "a cube": {"two": np.array(3.0)},
    "nothing added": {"E": np.array(0.0)},
    "less than nothing added": {"E": np.array(-0.01)},
    "a quotient of two": {"one": TWO},
}


@pytest.mark.parametrize("name", WRONG)
def test_what_looks_like_a_norm_and_is_none_is_refused(name: str, tmp_path: Path) -> None:
    nodes, _ = NORMS["by a quotient of one"]
    constants = {"W": W, "E": E, "two": TWO, "one": ONE} | WRONG[name]
    onnx.save(model(*nodes, **constants), tmp_path / "m.onnx")
    with pytest.raises(ModelFileError, match=r"cannot follow operator 's' \(Pow\)"):
        gn.from_onnx(tmp_path / "m.onnx")


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_samples_that_are_flattened_by_their_number_are_read(tmp_path: Path) -> None:
    class Flat(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.linear = nn.Linear(4, 2)

        def forward(self, x: Tensor) -> Tensor:
            return self.linear(x.view(x.size(0), -1))

    module, path = Flat().eval(), tmp_path / "m.onnx"
    torch.onnx.export(
        module, (torch.randn(3, 2, 2),), path, dynamo=False, input_names=["x"], dynamic_axes={"x": {0: "n"}}
    )
    assert any(part.op_type == "Shape" for part in onnx.load(path).graph.node)
    net = gn.from_onnx(path)
    assert net.layers == (gn.Flatten(), gn.Dense(2))
    assert_same_outputs(module, net)
