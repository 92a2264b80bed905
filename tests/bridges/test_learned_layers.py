"""Layers that learn more than weights and biases, over every bridge that has them; elsewhere refused by name."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import onnxruntime
import pytest
import torch

import glassnet as gn
from glassnet.errors import ArgumentError, EngineError
from glassnet.initializers import Constant
from glassnet.layers import Layer, Parameter
from glassnet.layers.facts import LayerFacts
from tests.bridges.networks import DTYPES, assert_same_outputs, samples, trained, written

LAYERS: dict[str, Layer] = {
    "Scale": gn.Scale(),
    "PReLU": gn.PReLU(),
    "shared PReLU": gn.PReLU(0.5, shared=True),
    "RMSNorm": gn.RMSNorm(),
    "RMSNorm with epsilon": gn.RMSNorm(0.1),
}


def network(layer: Layer, dtype: str = "float64") -> gn.Network:
    return trained((layer, gn.Dense(6, "tanh"), layer, gn.Dense(3)), (5,), dtype)


@pytest.mark.parametrize("name", LAYERS)
def test_a_file_brings_it_back(name: str, tmp_path: Path) -> None:
    net = network(LAYERS[name])
    net.save(tmp_path / "model.safetensors")
    loaded = gn.load(tmp_path / "model.safetensors")
    assert loaded == net
    np.testing.assert_array_equal(loaded.predict(samples((5,))), net.predict(samples((5,))))


@pytest.mark.parametrize("name", LAYERS)
@pytest.mark.parametrize("dtype", DTYPES)
def test_it_goes_to_torch_and_back(name: str, dtype: str) -> None:
    net = network(LAYERS[name], dtype)
    module = net.to_torch()
    assert_same_outputs(module, net)
    back = gn.from_torch(module, input_shape=5)
    np.testing.assert_array_equal(back.parameters, net.parameters)


@pytest.mark.parametrize("name", LAYERS)
@pytest.mark.parametrize("dtype", DTYPES)
def test_onnx_runtime_gives_the_same(name: str, dtype: str, tmp_path: Path) -> None:
    net = network(LAYERS[name], dtype)
    session = onnxruntime.InferenceSession(written(net, tmp_path), providers=["CPUExecutionProvider"])
    X = samples((5,)).astype(dtype)
    (theirs,) = session.run(None, {session.get_inputs()[0].name: X})
    np.testing.assert_allclose(theirs, net.predict(X), rtol=10 * DTYPES[dtype], atol=10 * DTYPES[dtype])


@pytest.mark.parametrize("name", LAYERS)
@pytest.mark.parametrize("dtype", DTYPES)
def test_onnx_brings_it_back(name: str, dtype: str, tmp_path: Path) -> None:
    net = network(LAYERS[name], dtype)
    back = gn.from_onnx(written(net, tmp_path))
    assert back.dtype == net.dtype
    np.testing.assert_array_equal(back.parameters, net.parameters)
    np.testing.assert_array_equal(back.predict(samples((5,))), net.predict(samples((5,))))


REFUSED: dict[str, Callable[[gn.Network, Path], Any]] = {
    **{
        f"{name} to scikit-learn": lambda net, path: net.to_sklearn()
        for name in ("Scale", "PReLU", "RMSNorm")
    },
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_has_no_words_for_it_says_so_by_name(what: str, tmp_path: Path) -> None:
    name = what.partition(" ")[0]
    with pytest.raises(ArgumentError, match=rf"layer 0, {name}\(\)"):
        REFUSED[what](network(LAYERS[name]), tmp_path)


def test_definitions_and_defaults_are_those_of_pytorch() -> None:
    x = torch.randn(4, 3, dtype=torch.float64) * 1e-8
    for layer, module in ((gn.RMSNorm(), torch.nn.RMSNorm(3)), (gn.PReLU(shared=True), torch.nn.PReLU())):
        ours = gn.Network([layer], dtype="float64", input_shape=3).predict(x.numpy())
        np.testing.assert_allclose(ours, module.double()(x).detach(), rtol=1e-13)


def test_a_learned_slope_is_an_activation_for_the_diagnosis() -> None:
    X = np.random.default_rng(0).normal(size=(60, 3))
    y = (X[:, 0] > 0).astype(int)

    def codes(layer: Layer) -> set[str]:
        net = gn.Network([gn.Dense(5), layer, gn.Dense(2, "softmax")], seed=0)
        net.fit(X, y, loss="scce", epochs=2, engine="numpy", progress=False)
        return {finding.code for finding in gn.diagnose(net, X, y).findings}

    assert "missing_nonlinearity" not in codes(gn.PReLU())
    assert "missing_nonlinearity" in codes(gn.Scale())


@dataclass(repr=False)
class Softsign(Layer):
    """a = x / (1 + abs(w x)): a layer of one's own, which says what it computes in one formula."""

    facts: ClassVar[LayerFacts] = LayerFacts(
        value="x / (1 + abs(w * x))", slope="1 / (1 + abs(w * x))**2",
        slope_of_weight="-x * abs(x) * sign(w) / (1 + abs(w * x))**2",
    )  # fmt: skip

    def parameters(self, input_shape: tuple[int, ...]) -> list[Parameter]:
        (n,) = input_shape
        return [Parameter("weights", (n,), Constant(0.5), n, n)]

    def forward(self, x: Any, own: Any, a: Any) -> None:
        a[...] = x / (1 + np.abs(own.parameters[0] * x))

    def backward(self, x: Any, a: Any, own: Any, error: Any, d_x: Any) -> None:
        w = own.parameters[0]
        inverse = 1 / (1 + np.abs(w * x)) ** 2
        own.gradients[0][0] = (-error * x * np.abs(x) * np.sign(w) * inverse).sum(axis=0)
        d_x[...] = error * inverse


def test_a_layer_of_ones_own_that_describes_itself_goes_wherever_a_built_in_one_goes(tmp_path: Path) -> None:
    X = np.random.default_rng(0).normal(size=(20, 3))
    nets = [gn.Network([gn.Dense(4), Softsign(), gn.Dense(1)], seed=0, dtype="float64") for _ in range(2)]
    for net, engine in zip(nets, ("numpy", "torch"), strict=True):
        net.fit(X, X[:, :1], loss="mse", optimizer=gn.SGD(0.1), epochs=3, engine=engine, progress=False)
    net = nets[0]
    np.testing.assert_allclose(nets[1].parameters, net.parameters, rtol=1e-12)
    module = copy.deepcopy(net.to_torch())
    np.testing.assert_allclose(module(torch.tensor(X)).detach().numpy(), net.predict(X), atol=1e-12)
    again = gn.from_torch(pickle.loads(pickle.dumps(module)))
    assert type(again.layers[1]) is Softsign
    np.testing.assert_array_equal(again.predict(X), net.predict(X))
    assert "class Softsign(nn.Module):" in gn.to_torch_source(net)
    net.to_onnx(tmp_path / "net.onnx")
    session = onnxruntime.InferenceSession(tmp_path / "net.onnx", providers=["CPUExecutionProvider"])
    np.testing.assert_allclose(session.run(None, {"X": X})[0], net.predict(X), atol=1e-12)
    assert "w2 x" not in (text := str(gn.trace(net, X, X[:, :1]))) and "A2 = A1/(1 + |w2·A1|)" in text


@dataclass(repr=False)
class Counting(Softsign):
    """Counts its batches, which a description does not say."""

    forward, backward = Softsign.forward, Softsign.backward
    facts = Softsign.facts

    def statistics(self, input_shape: tuple[int, ...]) -> list[Parameter]:
        return [Parameter("batches", (1,), Constant(0.0), 1, 1)]


@pytest.mark.parametrize("ask", [lambda net: net.to_torch(), lambda net: gn.trace(net, np.ones((2, 3)))])
def test_a_description_is_not_taken_for_a_layer_that_does_more_in_training(
    ask: Callable[[gn.Network], Any],
) -> None:
    net = gn.Network([Counting(), gn.Dense(1)], input_shape=3)
    with pytest.raises(ArgumentError, match=r"layer 0, tests.Counting\(\)"):
        ask(net)
    with pytest.raises(EngineError, match=r"tests.Counting\(\) has no body in engine='torch'"):
        net.fit(np.ones((2, 3)), np.ones(2), loss="mse", engine="torch", progress=False)


@dataclass(repr=False)
class Named(Layer):
    """a = x forward + training: a layer whose arrays have names that PyTorch has given away."""

    def parameters(self, input_shape: tuple[int, ...]) -> list[Parameter]:
        return [
            Parameter(name, input_shape, Constant(0.5), 1, 1) for name in ("forward", "training", "x", "in")
        ]

    def describe(self, steps: Any, x: Any, n_inputs: int) -> Any:
        a, b, c, d = (steps.row(name) for name in ("forward", "training", "x", "in"))
        return steps.formula("a", "x * a + b + c - d", x=x, a=a, b=b, c=c, d=d)

    def forward(self, x: Any, own: Any, a: Any) -> None:
        factor, *shifts = own.parameters
        a[...] = x * factor + shifts[0] + shifts[1] - shifts[2]

    def backward(self, x: Any, a: Any, own: Any, error: Any, d_x: Any) -> None:
        own.gradients[0][0] = (error * x).sum(axis=0)
        for place, sign in ((1, 1), (2, 1), (3, -1)):
            own.gradients[place][0] = sign * error.sum(axis=0)
        d_x[...] = error * own.parameters[0]


def test_names_that_pytorch_has_given_away_are_written_otherwise() -> None:
    X = np.random.default_rng(0).normal(size=(9, 3))
    nets = [gn.Network([Named(), gn.Dense(1)], seed=0, dtype="float64") for _ in range(2)]
    for net, engine in zip(nets, ("numpy", "torch"), strict=True):
        net.fit(X, X[:, :1], loss="mse", optimizer=gn.SGD(0.1), epochs=3, engine=engine, progress=False)
    np.testing.assert_allclose(nets[1].parameters, nets[0].parameters, rtol=1e-12)
    found = nets[0].to_torch()(torch.tensor(X)).detach().numpy()
    np.testing.assert_allclose(found, nets[0].predict(X), atol=1e-12)
    compile(gn.to_torch_source(nets[0]), "program", "exec")
