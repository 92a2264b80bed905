"""A layer of the user's own that states its formulas is compiled from them, where they are what it computes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import glassnet as gn
from glassnet.errors import EngineError
from glassnet.layers.entrywise import Entrywise
from glassnet.layers.facts import LayerFacts
from glassnet.network.network import Network

Array = NDArray[Any]
X, Y = np.random.default_rng(0).normal(size=(2, 20, 3))


@dataclass(repr=False)
class Squash(Entrywise):
    """a = w tanh(x) above 0, w x below."""

    facts = LayerFacts(
        value="w * tanh(x) if x > 0 else w * x",
        slope="w * (1 - tanh(x) ** 2) if x > 0 else w",
        slope_of_weight="tanh(x) if x > 0 else x",
    )

    def forward(self, x: Array, own: Any, a: Array) -> None:
        np.multiply(own.parameters[0], np.where(x > 0, np.tanh(x), x), out=a)

    def backward(self, x: Array, a: Array, own: Any, error: Array, d_x: Array) -> None:
        own.gradients[0][0] = (error * np.where(x > 0, np.tanh(x), x)).sum(axis=0)
        np.multiply(error, own.parameters[0] * np.where(x > 0, 1 - np.tanh(x) ** 2, 1), out=d_x)


@dataclass(repr=False)
class OtherValue(Squash):
    """Its own forward, with facts of another layer."""

    facts = LayerFacts(value="w * x", slope="w", slope_of_weight="x")

    def forward(self, x: Array, own: Any, a: Array) -> None:
        np.multiply(own.parameters[0], x, out=a)


@dataclass(repr=False)
class Times(Entrywise):
    """a = factor w x, with facts that hold for the factor 1 alone."""

    factor: float = 1.0
    facts = LayerFacts(value="w * x", slope="w", slope_of_weight="x")

    def forward(self, x: Array, own: Any, a: Array) -> None:
        np.multiply(own.parameters[0] * self.factor, x, out=a)

    def backward(self, x: Array, a: Array, own: Any, error: Array, d_x: Array) -> None:
        own.gradients[0][0] = self.factor * (error * x).sum(axis=0)
        np.multiply(error, own.parameters[0] * self.factor, out=d_x)


@dataclass(repr=False)
class OtherSlope(OtherValue):
    """The slope of its facts is twice what its backward gives."""

    facts = LayerFacts(value="w * x", slope="2 * w", slope_of_weight="x")

    def backward(self, x: Array, a: Array, own: Any, error: Array, d_x: Array) -> None:
        own.gradients[0][0] = (error * x).sum(axis=0)
        np.multiply(error, own.parameters[0], out=d_x)


@dataclass(repr=False)
class WrongValue(OtherSlope):
    """The value of its facts is not what its forward gives."""

    facts = LayerFacts(value="w * x + 1", slope="w", slope_of_weight="x")


@dataclass(repr=False)
class Unknown(OtherSlope):
    """A formula that compiled code has no form for."""

    facts = LayerFacts(value="w * normal_share(x)", slope="w", slope_of_weight="x")


@dataclass(repr=False)
class Inherits(Squash):
    """Another forward below inherited facts: they are not of this layer."""

    def forward(self, x: Array, own: Any, a: Array) -> None:
        np.multiply(own.parameters[0], x, out=a)


def trained(layer: gn.layers.Layer, engine: str, dtype: str = "float64", place: int = 1) -> Network:
    layers: list[Any] = [gn.Dense(3, "tanh"), gn.Dense(3)]
    layers.insert(place, layer)
    net = gn.Network(layers, input_shape=3, seed=0, dtype=dtype)
    net.fit(X, Y, loss="mse", optimizer=gn.Adam(0.02), epochs=20, batch_size=8, engine=engine, progress=False)
    return net


@pytest.mark.parametrize(("dtype", "tolerance"), [("float64", 1e-12), ("float32", 1e-5)])
@pytest.mark.parametrize("place", [0, 1])
def test_every_engine_trains_it_to_the_same_numbers(dtype: str, tolerance: float, place: int) -> None:
    by_numpy, *others = (trained(Squash(), engine, dtype, place) for engine in ("numpy", "compiled", "torch"))
    assert np.abs(by_numpy.layers[place].view("weights") - 1).max() > 0.01
    for other in others:
        np.testing.assert_allclose(other.parameters, by_numpy.parameters, rtol=0, atol=tolerance)
    np.testing.assert_allclose(by_numpy.compiled_predict()(X), by_numpy.predict(X), rtol=0, atol=tolerance)


@pytest.mark.parametrize(
    ("layer", "said"),
    [
        (WrongValue(), r"WrongValue\(\) cannot be compiled: by value of its facts .* where its own forward gives"),
        (OtherSlope(), r"OtherSlope\(\) cannot be compiled: by slope of its facts .* where its own backward gives"),
        (Unknown(), r"Unknown\(\) cannot be compiled from its facts: .*; use engine='numpy'"),
        (Inherits(), r"Inherits\(\) has no body in engine='compiled'"),
    ],
)  # fmt: skip
def test_formulas_that_are_not_what_it_computes_are_refused(layer: gn.layers.Layer, said: str) -> None:
    with pytest.raises(EngineError, match=said):
        trained(layer, "compiled")


def test_each_layer_is_tried_and_not_its_class_alone() -> None:
    np.testing.assert_allclose(
        trained(Times(), "compiled").parameters, trained(Times(), "numpy").parameters, rtol=1e-10
    )
    with pytest.raises(EngineError, match=r"Times\(3\.0\) cannot be compiled: by value of its facts"):
        trained(Times(3.0), "compiled")
