"""Embedding over the bridges: columns that are looked up in tables, beside those that are handed on."""

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

import glassnet as gn
from glassnet.errors import ArgumentError, ModelFileError
from tests.bridges.networks import DTYPES

Array = NDArray[Any]


def rows(n: int = 20) -> Array:
    """Columns 1 and 3 hold integers below 3 and 4, the others any numbers."""
    random = np.random.default_rng(0)
    return np.column_stack(
        [random.normal(size=n), random.integers(3, size=n), random.normal(size=n), random.integers(4, size=n)]
    )


EMBEDDING = gn.Embedding({1: 3, 3: 4}, 2)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("embedding", [EMBEDDING, gn.Embedding([(3, 4), (1, 3)], 2), gn.Embedding({3: 4}, 1)])
def test_pytorch_and_onnx_bring_it_back(embedding: gn.Embedding, dtype: str, tmp_path: Path) -> None:
    net = gn.Network([embedding, gn.Dense(3, "tanh")], seed=0, dtype=dtype, input_shape=4)
    X = rows().astype(dtype)
    module = net.to_torch()
    tolerance = DTYPES[dtype]
    np.testing.assert_allclose(
        module(torch.tensor(X)).detach(), net.predict(X), rtol=tolerance, atol=tolerance
    )
    net.to_onnx(tmp_path / "m.onnx")
    session = onnxruntime.InferenceSession(tmp_path / "m.onnx", providers=["CPUExecutionProvider"])
    np.testing.assert_allclose(session.run(None, {"X": X})[0], net.predict(X), rtol=1e-5, atol=1e-6)
    for back in (gn.from_torch(module), gn.from_onnx(tmp_path / "m.onnx")):
        assert back.layers == net.layers
        np.testing.assert_array_equal(back.parameters, net.parameters)


def test_a_program_draws_the_vectors_and_makes_integers() -> None:
    net = gn.Network([gn.Embedding({1: 3}, 2, "zeros"), gn.Dense(1)], seed=0, input_shape=2)
    source = gn.to_torch_source(net, loss="mse", epochs=1)
    assert "    Embedding(2, {1: 3}, 2),\n" in source
    assert "for table in model[0].tables:\n    nn.init.zeros_(table.weight)\n" in source
    assert "X[:, 1] = torch.randint(3, (256,)).to(X.dtype)\n" in source
    exec(source, {"__name__": "program"})
    net = gn.Network([gn.Embedding({1: 3}, 2, "he_normal"), gn.Dense(1)], input_shape=2)
    with pytest.raises(
        ArgumentError, match="the initializer of embedded vectors .* cannot be written in PyTorch"
    ):
        gn.to_torch_source(net, loss="mse")


class Table(nn.Module):
    """As people write one."""

    def __init__(self, forward: Callable[..., Tensor], width: int = 6) -> None:
        super().__init__()
        self.own = forward
        self.a, self.b, self.long = nn.Embedding(3, 2), nn.Embedding(4, 2), nn.Embedding(4, 3)
        self.norm, self.last = nn.BatchNorm1d(2), nn.Linear(width, 2)

    def forward(self, x: Tensor) -> Tensor:
        return self.own(self, x)


def one_by_one(self: Any, x: Tensor) -> Tensor:
    return self.last(torch.cat([x[:, [0, 2]], self.a(x[:, 1].long()), self.b(x[:, 3].long())], 1))


def taken_apart(self: Any, x: Tensor) -> Tensor:
    numbers, integers = x[:, 0:3:2], x[:, 1::2].to(torch.int64)
    vectors = [table(integers[:, place]) for place, table in enumerate((self.a, self.b))]
    return self.last(torch.cat((numbers, *vectors), dim=-1))


def with_axes(self: Any, x: Tensor) -> Tensor:
    vectors = self.a(x[:, 1:2].long()).flatten(1), self.b(x[:, 3:4].int()).squeeze(1)
    return self.last(torch.relu(torch.cat([x[:, 0:1], x[:, 2:3], *vectors], 1)))


def vectors_first(self: Any, x: Tensor) -> Tensor:
    return self.last(torch.cat([self.a(x[:, 1].long()), x[:, [0, 2]], self.b(x[:, 3].long())], 1))


READ = [one_by_one, taken_apart, with_axes, vectors_first]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("forward", READ)
def test_every_way_to_write_one_is_read_in_pytorch_and_as_pytorch_exports_it(
    forward: Callable[..., Tensor], tmp_path: Path
) -> None:
    torch.manual_seed(0)
    module, X = Table(forward).eval(), torch.tensor(rows(), dtype=torch.float32)
    net = gn.from_torch(module, input_shape=4)
    torch.onnx.export(module, (X,), tmp_path / "m.onnx", dynamo=False, opset_version=17)
    exported = gn.from_onnx(tmp_path / "m.onnx")
    for back in (net, exported):
        assert back.layers[0] == EMBEDDING
        np.testing.assert_allclose(back.predict(X.numpy()), module(X).detach(), rtol=1e-5, atol=1e-6)


def node(operator: str, inputs: str, output: str, **attributes: Any) -> Any:
    return helper.make_node(operator, inputs.split(), [output], **attributes)


def test_columns_that_are_taken_by_a_transposition_are_read(tmp_path: Path) -> None:
    """What the newer exporter of PyTorch writes for x[:, [0, 2]]."""
    vectors = np.random.default_rng(1).normal(size=(3, 2))
    nodes = [
        node("Transpose", "x", "t", perm=[1, 0]), node("GatherND", "t i", "g", batch_dims=0),
        node("Transpose", "g", "numbers", perm=[1, 0]),
        node("Gather", "x one", "c", axis=1), node("Cast", "c", "j", to=TensorProto.INT64),
        node("Gather", "V j", "v", axis=0), node("Concat", "numbers v", "y", axis=1),
    ]  # fmt: skip
    constants = {"i": np.array([[0], [2]]), "one": np.array(1), "V": vectors}
    graph = helper.make_graph(
        nodes, "test", [helper.make_tensor_value_info("x", TensorProto.DOUBLE, ["n", 3])],
        [helper.make_tensor_value_info("y", TensorProto.DOUBLE, ["n", 4])],
        [numpy_helper.from_array(array, name) for name, array in constants.items()],
    )  # fmt: skip
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)]), tmp_path / "m.onnx")
    net, X = gn.from_onnx(tmp_path / "m.onnx"), rows()[:, :3]
    assert net.layers == (gn.Embedding({1: 3}, 2),)
    np.testing.assert_array_equal(
        net.predict(X), np.column_stack([X[:, [0, 2]], vectors[X[:, 1].astype(int)]])
    )


def stacked(*parts: Callable[[Any, Tensor], Tensor], width: int = 6) -> nn.Module:
    return Table(lambda self, x: self.last(torch.cat([part(self, x) for part in parts], 1)), width)


def passing(self: Any, x: Tensor) -> Tensor:
    return x[:, [0, 2]]


REFUSED: list[tuple[nn.Module, str]] = [
    (
        stacked(passing, lambda self, x: self.a(x[:, 1].long()), lambda self, x: self.long(x[:, 3].long()), width=7),
        "cat in forward puts together vectors of 2, 3 entries; glassnet's Embedding has vectors of one length",
    ),
    (
        stacked(passing, lambda self, x: self.b(x[:, [1, 3]].long()).flatten(1)),
        "cat in forward looks up 2 columns in one table; glassnet's Embedding has a table for each",
    ),
    (
        stacked(passing, lambda self, x: self.b(x[:, 1].long()), lambda self, x: self.b(x[:, 3].long())),
        "b (Embedding) is called twice, and glassnet's layers share no weights",
    ),
    (
        stacked(lambda self, x: self.norm(x[:, [0, 2]]), lambda self, x: self.a(x[:, 1].long()), width=4),
        "cat in forward reads something else than columns of the samples; glassnet's Embedding takes them as they are",
    ),
    (
        stacked(lambda self, x: x, lambda self, x: self.a(x[:, 1].long())),
        "cat in forward hands on columns [0, 1, 2, 3] of 4; glassnet's Embedding hands on those that it does not look "
        "up, in their order: [0, 2, 3]",
    ),
    (
        stacked(lambda self, x: x[:, [2, 0]], lambda self, x: self.a(x[:, 1].long()), width=4),
        "cat in forward hands on columns [2, 0] of 4",
    ),
    (
        Table(lambda self, x: torch.cat([self.a(x[:, 1].long()), x[:, [0, 2, 3]]], 1).tanh()),
        "reads vectors before columns that pass, and glassnet's Embedding has those columns first; put them first in",
    ),
    (
        stacked(passing, lambda self, x: x[:, [1, 3]], width=4),
        "cat in forward puts together vectors of no entries",
    ),
    (
        Table(lambda self, x: self.last(torch.cat([x, self.a(self.last(x)[:, 0].long())], 1))),
        "cat in forward reads something else than columns of the samples",
    ),
    (
        stacked(passing, lambda self, x: nn.functional.embedding(x[:, 1].long(), self.a.weight), width=4),
        "embedding in forward has no counterpart in glassnet; the nearest part that it knows is an nn.Embedding",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("module", "message"), REFUSED, ids=[message[:50] for _, message in REFUSED])
def test_what_no_embedding_does_is_refused(module: nn.Module, message: str) -> None:
    with pytest.raises(ArgumentError, match=re.escape(message)):
        gn.from_torch(module, input_shape=4)


def test_columns_to_the_last_one_need_the_shape_of_a_sample() -> None:
    module = stacked(lambda self, x: self.a(x[:, 0].long()), lambda self, x: x[:, 1:], width=5)
    with pytest.raises(
        ArgumentError, match="reads columns to the last one, which does not tell how many there are"
    ):
        gn.from_torch(module)
    assert gn.from_torch(module, input_shape=4).layers[0] == gn.Embedding({0: 3}, 2)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_file_that_looks_up_something_else_is_refused(tmp_path: Path) -> None:
    module = stacked(passing, lambda self, x: self.a((2 - x[:, 1]).long()), width=4).eval()
    torch.onnx.export(module, (torch.tensor(rows(), dtype=torch.float32),), tmp_path / "m.onnx", dynamo=False)
    with pytest.raises(ModelFileError, match="reads something else than columns of the samples"):
        gn.from_onnx(tmp_path / "m.onnx")
