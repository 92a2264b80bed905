"""A learner's gradients, in whatever common form they come, as float64 pairs in this library's convention."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from glassnet.checking.network.forms import FORM, ways
from glassnet.checking.network.problem import Pair
from glassnet.checking.network.slips.building import trained, unpaired
from glassnet.checking.numerics.rounding import DOUBLE, Array, FloatFormat
from glassnet.errors import ArgumentError, DataError, ShapeError
from glassnet.layers import Dense, Layer
from glassnet.network.network import Network
from glassnet.support.arrays import as_array

Given = tuple[Array, Array | None]


@dataclass(frozen=True)
class Observed:
    """What a learner's code gave, read in one way."""

    pairs: tuple[Pair, ...]  # for each Dense layer, or for each layer with parameters, in the network's order
    precision: FloatFormat  # the least precise dtype among them
    # Whether they came with samples in columns: weights (n_outputs, n_inputs). They are transposed here
    columns: bool
    undecided: bool  # whether the shapes fit both conventions, so that only the numbers can tell
    stated: bool  # whether the learner said how their samples lie
    words: str  # how they were taken apart, where there was more than one way
    not_compared: tuple[str, ...]  # gradients that were not given, or are of nothing in the network

    @property
    def are_single(self) -> bool:
        """Whether every number is one of single precision, so that they were computed or kept in it."""
        arrays = [array for pair in self.pairs for array in pair if array is not None]
        return all(np.array_equal(array, array.astype(np.float32)) for array in arrays)

    def transposed(self, net: Network) -> Observed:
        """The same, read as samples in columns."""
        pairs = tuple(
            Pair(pair.weights.T, None if pair.bias is None else pair.bias.T)
            if isinstance(layer, Dense)
            else pair
            for layer, pair in zip(_layers(net, len(self.pairs)), self.pairs, strict=True)
        )
        return replace(self, pairs=pairs, columns=True)


def read(net: Network, gradients: Any, samples_in: str | None) -> list[Observed]:
    """The learner's gradients, checked, in every way that they can be read; the likeliest first.

    Raises `ArgumentError`, `ShapeError` or `DataError` if they are no pairs of arrays of numbers, or not as many
    as the network has layers.
    """
    if not any(isinstance(layer, Dense) for layer in trained(net)):
        raise ArgumentError("check_backward needs a network with at least one Dense layer")
    readings = []
    readings_of_entries = ways(net, gradients)
    for entries, words in readings_of_entries:
        pairs = [_pair(i, entry) for i, entry in enumerate(entries)]
        observed = _read(net, pairs, samples_in, words if len(readings_of_entries) > 1 else "")
        readings += [observed, observed.transposed(net)] if observed.undecided else [observed]
    return readings


def _read(net: Network, read_pairs: list[Given], samples_in: str | None, words: str) -> Observed:
    layers = _layers(net, len(read_pairs))
    shapes = [layer.view("weights").shape for layer in layers]
    if _reversed(shapes, [weights.shape for weights, _ in read_pairs]):
        raise ShapeError(
            f"{FORM}, from the first layer to the last; these fit in reverse order. Pass gradients[::-1]"
        )
    arrays = [array for pair in read_pairs for array in pair if array is not None]
    precision = max((_precision(array) for array in arrays), key=lambda p: p.unit)
    of_dense = [
        (shape, pair)
        for layer, shape, pair in zip(layers, shapes, read_pairs, strict=True)
        if isinstance(layer, Dense)
    ]
    convention = samples_in or _convention(*zip(*of_dense, strict=True))
    columns = convention == "columns"
    pairs, not_compared = [], unpaired(net)
    for n, (layer, shape, (weights, bias)) in enumerate(zip(layers, shapes, read_pairs, strict=True), 1):
        has_bias = any(part.name == "bias" for part in layer.parameters(shape[:1]))
        if has_bias and bias is None:
            not_compared.append(f"db{n}, which was not given")
        if not has_bias and bias is not None and np.any(bias):
            not_compared.append(f"db{n}, since that layer of the network has no bias")
        own = _bias(bias, shape[-1], columns) if has_bias and bias is not None else None
        pairs.append(Pair(_weights(weights, shape, columns and isinstance(layer, Dense)), own))
    undecided, stated = convention == "undecided", samples_in is not None
    return Observed(tuple(pairs), precision, columns, undecided, stated, words, tuple(not_compared))


def _pair(index: int, pair: Any) -> Given:
    if isinstance(pair, Mapping) or not isinstance(pair, Iterable) or len(items := list(pair)) != 2:
        raise ArgumentError(f"{FORM}; entry {index} is no pair")
    bias = None if items[1] is None else _numbers(index, "bias", items[1])
    return _numbers(index, "weights", items[0]), bias


def _numbers(index: int, name: str, values: Any) -> Array:
    try:
        array = as_array(values)
    except ValueError:
        array = np.asarray(None)
    if array.dtype.kind not in "fiub":
        raise DataError(
            f"{FORM}; the gradient of the {name} in entry {index} must hold numbers in rows of equal length"
        )
    return array


def _layers(net: Network, n: int) -> list[Layer]:
    learned = trained(net)
    dense: list[Layer] = [layer for layer in learned if isinstance(layer, Dense)]
    for layers in (dense, learned):
        if n == len(layers):
            return layers
    also = (
        f", or one for each of the {len(learned)} layers with parameters" if len(learned) > len(dense) else ""
    )
    raise ShapeError(f"{FORM}, {len(dense)} here{also}; got {n}")


def _reversed(shapes: list[tuple[int, ...]], of_learner: list[tuple[int, ...]]) -> bool:
    either = [(shape, shape[::-1]) for shape in shapes]
    forward = all(answer in allowed for answer, allowed in zip(of_learner, either, strict=True))
    return not forward and all(
        answer in allowed for answer, allowed in zip(of_learner[::-1], either, strict=True)
    )


def _precision(array: Array) -> FloatFormat:
    return FloatFormat.of(array.dtype) if array.dtype.kind == "f" and array.dtype.itemsize < 8 else DOUBLE


def _convention(shapes: Sequence[tuple[int, ...]], arrays: Sequence[Given]) -> str:
    """Whether the arrays come from samples in "rows" or in "columns", or "undecided" where their shapes fit both.

    The shapes of weights tell, unless all are square or all biases are (1, n); then those of the biases do. So they do
    where biases are (n, 1) and some of the weights, not most, have the shape of the other convention: those are slips.
    """
    layers = [
        (shape, weights.shape, None if bias is None else bias.shape)
        for shape, (weights, bias) in zip(shapes, arrays, strict=True)
    ]
    wide = [bias == (1, shape[1]) for shape, _, bias in layers if shape[1] > 1]
    tall = [bias == (shape[1], 1) for shape, _, bias in layers if shape[1] > 1]
    if wide and all(wide):
        return "rows"
    straight = sum(of_learner == shape != shape[::-1] for shape, of_learner, _ in layers)
    turned = sum(of_learner == shape[::-1] != shape for shape, of_learner, _ in layers)
    if straight and turned >= straight and all(tall):
        return "columns"
    if not all(of_learner == shape[::-1] for shape, of_learner, _ in layers):
        return "rows"
    if turned:
        return "columns"
    if sum(wide) == sum(tall):
        return "undecided"
    return "rows" if sum(wide) > sum(tall) else "columns"


def _weights(array: Array, shape: tuple[int, ...], columns: bool) -> Array:
    values = np.asarray(array, np.float64)
    if len(shape) == 1:
        return _bias(values, shape[0], columns)
    return values.T if columns and values.ndim == 2 else values


def _bias(array: Array, n: int, columns: bool) -> Array:
    """Samples in rows, axes of length 1 left out, a single number as (1,) where there is one unit."""
    values = np.asarray(array, np.float64)
    values = values.T if columns else values
    if values.size == 1:
        return values.reshape((1,) if n == 1 else ())
    return values.reshape(-1) if values.ndim == 2 and 1 in values.shape else values
