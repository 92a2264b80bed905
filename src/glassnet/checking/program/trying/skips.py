"""Networks of a learner's dense layers around some of which the input is carried: x + f(x W + b), or f(x + x W + b)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise, product

import numpy as np

from glassnet import activations
from glassnet.checking.numerics.rounding import Array
from glassnet.layers import Activation, Dense, Layer, Residual
from glassnet.network.network import Network

ACTIVATIONS = ("tanh", "relu", "sigmoid", "linear", "leaky_relu")
LONGEST = 2


@dataclass(frozen=True)
class DenseForm:
    """One dense layer of the learner's: weights (n_inputs, n_outputs), bias, and their places among the parameters."""

    W: Array
    b: Array | None
    turned: bool
    weights_at: int
    bias_at: int | None

    def __call__(self, a: Array) -> Array:
        z: Array = a @ self.W + (0.0 if self.b is None else self.b)
        return z


@dataclass(frozen=True)
class Skips:
    """Where inputs are carried past layers: from before the first of each span to behind its last."""

    spans: tuple[tuple[int, int], ...]  # the first layer of each, and the one behind its last
    after: bool  # whether the activation of the last one is of the sum

    def output(self, layers: Sequence[DenseForm], names: Sequence[str], a: Array) -> Array:
        """What a network of these layers and activations gives."""
        carried = a
        for i, (layer, name) in enumerate(zip(layers, names, strict=True)):
            function = activations.get(name).value
            carried = a if any(i == start for start, _ in self.spans) else carried
            z, ends = layer(a), any(i + 1 == stop for _, stop in self.spans)
            a = function(z + carried) if ends and self.after else function(z) + (carried if ends else 0.0)
        return a

    def network(self, layers: Sequence[DenseForm], names: Sequence[str]) -> Network:
        """The same as a network of glassnet."""
        stack: list[Layer] = []
        inside: list[Layer] = []
        for i, (layer, name) in enumerate(zip(layers, names, strict=True)):
            within = any(start <= i < stop for start, stop in self.spans)
            ends = any(i + 1 == stop for _, stop in self.spans)
            own = "linear" if ends and self.after else name
            (inside if within else stack).append(Dense(layer.W.shape[1], own, use_bias=layer.b is not None))
            if ends:
                stack += [Residual(inside), *([Activation(name)] if self.after else [])]
                inside = []
        net = Network(stack, dtype="float64", input_shape=layers[0].W.shape[0])
        arrays = [array for layer in layers for array in (layer.W, layer.b) if array is not None]
        net.parameters = np.concatenate([array.ravel() for array in arrays])
        return net


def read(layers: Sequence[DenseForm], X: Array, output: Array) -> tuple[Network, str] | None:
    """The network with such skips that gives this output, and the same in words; None where there is none."""
    for skips in _all(layers):
        for hidden, last in product(ACTIVATIONS, ACTIVATIONS):
            names = (*([hidden] * (len(layers) - 1)), last)
            found = skips.output(layers, names, X)
            if found.shape == output.shape and np.allclose(found, output, rtol=1e-9, atol=1e-12):
                words = " and ".join(f"of layers {start} to {stop - 1}" for start, stop in skips.spans)
                return skips.network(
                    layers, names
                ), f"{', '.join(names)} layers, with the input {words} added again"
    return None


def _all(layers: Sequence[DenseForm]) -> Iterator[Skips]:
    """Every choice of spans whose sums fit, the fewest first, with the activation before the sum or behind it."""
    spans = [
        (start, start + length)
        for length in range(1, LONGEST + 1)
        for start in range(len(layers) - length + 1)
        if layers[start].W.shape[0] == layers[start + length - 1].W.shape[1]
    ]
    for n in range(1, len(spans) + 1):
        for chosen in combinations(sorted(spans), n):
            if all(one[1] <= other[0] for one, other in pairwise(chosen)):
                yield from (Skips(chosen, after) for after in (False, True))
