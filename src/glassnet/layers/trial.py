"""A layer of a user's own, tried on a few samples before anything is computed with it.

What it leaves out would otherwise be what stood in memory before, and look like a result.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from math import prod

import numpy as np

from glassnet.errors import EngineError
from glassnet.kernels.arrays import Own
from glassnet.layers.base import Layer, Parameter, Shape, is_built_in, is_described
from glassnet.support import expressions
from glassnet.support.arrays import Array

# What stands in arrays before a layer writes into them: numbers that it is not likely to give.
MARKS = (1234.5678, -987.6543)
N_SAMPLES = 3
TOLERANCE = 1e-6


def refuse_unwritten(index: int, layer: Layer, input_shape: Shape) -> None:
    """Raise where a layer of a user's own fails, or leaves something as it was that it should write.

    One that reads the data themselves may refuse numbers that are none of theirs, and is not tried.

    Raises
    ------
    EngineError
        Naming the layer, its function, and what that function does not write.
    """
    if is_built_in(layer) or layer.reads_data:
        return
    first, second = (_results(index, layer, input_shape, mark) for mark in MARKS)
    for what in first:
        one, other = first[what], second[what]
        if ((one == MARKS[0]) & (other == MARKS[1])).any():
            raise EngineError(f"layer {index}, {layer!r}, does not write all of {what}")
        if np.allclose(one - MARKS[0], other - MARKS[1], rtol=1e-9) and not np.allclose(
            one, other, rtol=1e-9
        ):
            raise EngineError(
                f"layer {index}, {layer!r}, adds to what stood before in {what}; write = in the place of +="
            )


def _results(index: int, layer: Layer, input_shape: Shape, mark: float) -> dict[str, Array]:
    """All that it writes, into arrays in which this number stood."""
    tried, random = copy.deepcopy(layer), np.random.default_rng(0)
    x, parameters, statistics = _arrays(tried, input_shape, random)
    kept = tuple(np.zeros((N_SAMPLES, width)) for width in tried.kept(input_shape))
    gradients = tuple(np.full_like(array, mark) for array in parameters)
    a = np.full((N_SAMPLES, prod(tried.output_shape(input_shape))), mark)
    results = {"A in forward": a}
    with _naming(index, layer, "forward"):
        tried.forward(x.copy(), Own(parameters, statistics, kept), a)
    if type(tried).infer is not Layer.infer:
        inferred = results["A in infer"] = np.full_like(a, mark)
        with _naming(index, layer, "infer"):
            tried.infer(x.copy(), Own(parameters, statistics), inferred)
    error = random.normal(size=a.shape)
    d_x = error if tried.in_place else np.full_like(x, mark)
    with _naming(index, layer, "backward"):
        tried.backward(x.copy(), a, Own(parameters, (), kept, gradients), error, d_x)
    for part, array in zip(tried.parameters(input_shape), gradients, strict=True):
        if part.learning_rate_factor != 0:
            results[f"the gradient of {part.name!r} in backward"] = array
    return results if tried.in_place else results | {"dX in backward": d_x}


def _arrays(
    layer: Layer, input_shape: Shape, random: np.random.Generator
) -> tuple[Array, tuple[Array, ...], tuple[Array, ...]]:
    """Samples, and parameters and statistics as they begin, each with two axes."""

    def drawn(part: Parameter) -> Array:
        values = part.initializer.draw(random, part.shape, part.fan_in, part.fan_out)
        return np.asarray(values, np.float64).reshape(prod(part.shape[:-1]), prod(part.shape[-1:]))

    x = random.normal(size=(N_SAMPLES, prod(input_shape)))
    return (
        x,
        tuple(map(drawn, layer.parameters(input_shape))),
        tuple(map(drawn, layer.statistics(input_shape))),
    )


@contextmanager
def _naming(index: int, layer: Layer, function: str) -> Iterator[None]:
    """Inside, an error names the layer, too."""
    try:
        with np.errstate(all="ignore"):
            yield
    except Exception as error:
        raise EngineError(
            f"layer {index}, {layer!r}, fails in {function} on {N_SAMPLES} samples: {type(error).__name__}: {error}"
        ) from error


def refuse_misdescribed(layer: Layer, input_shape: Shape) -> None:
    """Raise where what a layer of a user's own describes is not what it computes in prediction.

    Raises
    ------
    EngineError
        Naming the layer, with a number of both.
    """
    if is_built_in(layer) or layer.reads_data or not is_described(layer):
        return
    random = np.random.default_rng(0)
    x, first, statistics = _arrays(layer, input_shape, random)
    # Where they begin, all at 1 or at 0, other formulas give the same.
    parameters = tuple(array + 0.3 * random.uniform(-1, 1, array.shape) for array in first)
    kept = tuple(np.zeros((N_SAMPLES, width)) for width in layer.kept(input_shape))
    own = np.empty((N_SAMPLES, prod(layer.output_shape(input_shape))))
    parts = (*layer.parameters(input_shape), *layer.statistics(input_shape))
    steps = _Numbers(dict(zip((part.name for part in parts), (*parameters, *statistics), strict=True)))
    with np.errstate(all="ignore"):
        copy.deepcopy(layer).infer(x.copy(), Own(parameters, statistics, kept), own)
        described = layer.describe(steps, x, x.shape[1])
    if np.shape(described) != own.shape:
        raise EngineError(
            f"{layer!r} describes an output of shape {np.shape(described)} where its own forward gives {own.shape}; "
            "make them agree"
        )
    apart = ~np.isclose(described, own, rtol=TOLERANCE, atol=TOLERANCE * np.abs(own).max(), equal_nan=True)
    if apart.any():
        raise EngineError(
            f"{layer!r} describes another output than its own forward gives: {described[apart][0]:g} where that "
            f"gives {own[apart][0]:g}; make them agree, or train it by engine='numpy'"
        )


class _Numbers:
    """Steps of a description, each carried out at once."""

    dtype = np.dtype(np.float64)

    def __init__(self, arrays: dict[str, Array]) -> None:
        self._arrays = arrays

    def row(self, name: str) -> Array:
        return self._arrays[name].reshape(1, -1)

    def formula(self, wish: str, text: str, **letters: Array | float) -> Array:
        result: Array = expressions.computed(text, letters)
        return result

    def mean(self, x: Array) -> Array:
        return np.asarray(x.mean(axis=1, keepdims=True))

    def product(self, x: Array, name: str, parts: int = 1) -> Array:
        weights = self._arrays[name]
        pairs = zip(np.split(x, parts, axis=1), np.split(weights, parts), strict=True)
        return np.hstack([part @ rows for part, rows in pairs])

    def columns(self, x: Array, places: Sequence[int]) -> Array:
        columns: Array = x[:, list(places)]
        return columns

    def lookup(self, x: Array, column: int, name: str, start: int, stop: int) -> Array:
        rows: Array = self._arrays[name][start:stop][x[:, column].astype(int)]
        return rows

    def joined(self, values: Sequence[Array]) -> Array:
        return np.hstack(list(values))
