"""A learner's gradients, in whatever common form they come, as float64 pairs in this library's convention."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from glassnet.errors import ArgumentError, DataError, ShapeError
from glassnet.insight.check.arrays import as_array
from glassnet.insight.check.problem import Pair
from glassnet.insight.check.rounding import DOUBLE, Array, Precision
from glassnet.layers import BatchNorm, Dense, LayerNorm
from glassnet.network import Network

FORM = "gradients must be a list of pairs [(dW1, db1), (dW2, db2), ...], one for each Dense layer"


@dataclass(frozen=True)
class Observed:
    """What a learner's code gave.

    Attributes
    ----------
    pairs : tuple of Pair
        For each Dense layer, or for each layer with parameters, in the network's order.
    layers : tuple of int
        Their places in ``net.layers``.
    precision : Precision
        The least precise dtype among them.
    columns : bool
        Whether they came with samples in columns: weights (n_outputs, n_inputs). They are transposed here.
    undecided : bool
        Whether the shapes fit both conventions, so that only the numbers can tell.
    """

    pairs: tuple[Pair, ...]
    layers: tuple[int, ...]
    precision: Precision
    columns: bool
    undecided: bool

    @property
    def are_single(self) -> bool:
        """Whether every number is one of single precision, so that they were computed or kept in it."""
        return all(np.array_equal(array, array.astype(np.float32)) for pair in self.pairs for array in pair)

    def transposed(self) -> Observed:
        """The same, read as samples in columns."""
        pairs = tuple(Pair(pair.weights.T, pair.bias.T) for pair in self.pairs)
        return replace(self, pairs=pairs, columns=True, undecided=False)


def read(net: Network, gradients: Any) -> Observed:
    """The learner's gradients, checked.

    Raises
    ------
    ArgumentError, ShapeError, DataError
        If they are no pairs of arrays of numbers, or not as many as the network has layers.
    """
    arrays = [_pair(i, pair) for i, pair in enumerate(_pairs(net, gradients))]
    layers = _layers(net, len(arrays))
    shapes = [net.layers[i].view("weights").shape for i in layers]
    if _reversed(shapes, [weights.shape for weights, _ in arrays]):
        raise ShapeError(
            f"{FORM}, from the first layer to the last; these fit in reverse order. Pass gradients[::-1]"
        )
    precision = max((_precision(array) for pair in arrays for array in pair), key=lambda p: p.unit)
    convention = _convention(shapes, arrays)
    columns = convention == "columns"
    pairs = tuple(
        Pair(_weights(weights, shape, columns), _bias(bias, shape[-1], columns))
        for (weights, bias), shape in zip(arrays, shapes, strict=True)
    )
    return Observed(pairs, layers, precision, columns, convention == "undecided")


def _pairs(net: Network, gradients: Any) -> Sequence[Any]:
    if isinstance(gradients, Mapping):
        return _named(gradients)
    flat = as_array(gradients) if hasattr(gradients, "shape") else None
    if flat is not None and flat.shape == net.parameters.shape:
        return _cut(net, flat)
    if flat is not None or not isinstance(gradients, Iterable):
        raise ArgumentError(f"{FORM}; got {type(gradients).__name__}")
    entries = list(gradients)
    if len(entries) % 2 == 0 and all(hasattr(entry, "shape") for entry in entries):
        return list(zip(entries[::2], entries[1::2], strict=True))
    return entries


def _named(gradients: Mapping[Any, Any]) -> list[tuple[Any, Any]]:
    """Pairs from a dictionary with the keys dW1, db1, dW2, db2, ..."""
    by_name = {str(key).lower().removeprefix("d"): array for key, array in gradients.items()}
    numbers = sorted(int(name[1:]) for name in by_name if re.fullmatch(r"w\d+", name))
    if not numbers or any(f"b{n}" not in by_name for n in numbers):
        raise ArgumentError(
            f"{FORM}, or a dictionary with the keys dW1, db1, dW2, ...; got the keys {list(gradients)}"
        )
    return [(by_name[f"w{n}"], by_name[f"b{n}"]) for n in numbers]


def _cut(net: Network, flat: Array) -> list[tuple[Array, Array]]:
    """Pairs from one flat vector in the order of ``net.parameters``."""
    arrays = [flat[slot.start : slot.stop].reshape(slot.parameter.shape) for slot in net.layout.parameters]
    return list(zip(arrays[::2], arrays[1::2], strict=True))


def _pair(index: int, pair: Any) -> tuple[Array, Array]:
    if isinstance(pair, Mapping) or not isinstance(pair, Iterable) or len(items := list(pair)) != 2:
        raise ArgumentError(f"{FORM}; entry {index} is no pair")
    return _numbers(index, "weights", items[0]), _numbers(index, "bias", items[1])


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


def _layers(net: Network, n: int) -> tuple[int, ...]:
    dense = tuple(i for i, layer in enumerate(net.layers) if isinstance(layer, Dense))
    trained = tuple(
        i for i, layer in enumerate(net.layers) if isinstance(layer, (Dense, BatchNorm, LayerNorm))
    )
    for layers in (dense, trained):
        if n == len(layers):
            return layers
    also = (
        f", or one for each of the {len(trained)} layers with parameters" if len(trained) > len(dense) else ""
    )
    raise ShapeError(f"{FORM}, {len(dense)} here{also}; got {n}")


def _reversed(shapes: list[tuple[int, ...]], given: list[tuple[int, ...]]) -> bool:
    either = [(shape, shape[::-1]) for shape in shapes]
    forward = all(found in allowed for found, allowed in zip(given, either, strict=True))
    return not forward and all(found in allowed for found, allowed in zip(given[::-1], either, strict=True))


def _precision(array: Array) -> Precision:
    return Precision.of(array.dtype) if array.dtype.kind == "f" and array.dtype.itemsize < 8 else DOUBLE


def _convention(shapes: list[tuple[int, ...]], arrays: list[tuple[Array, Array]]) -> str:
    """Whether the arrays come from samples in "rows" or in "columns", or "undecided" where their shapes fit both.

    The shapes of weights tell, unless all are square or all biases are (1, n); then those of the biases do. So they do
    where biases are (n, 1) and some of the weights, not most, have the shape of the other convention: those are slips.
    """
    layers = [
        (shape, weights.shape, bias.shape)
        for shape, (weights, bias) in zip(shapes, arrays, strict=True)
        if len(shape) == 2
    ]
    wide = [bias == (1, shape[1]) for shape, _, bias in layers if shape[1] > 1]
    tall = [bias == (shape[1], 1) for shape, _, bias in layers if shape[1] > 1]
    if wide and all(wide):
        return "rows"
    straight = sum(given == shape != shape[::-1] for shape, given, _ in layers)
    turned = sum(given == shape[::-1] != shape for shape, given, _ in layers)
    if straight and turned >= straight and all(tall):
        return "columns"
    if not all(given == shape[::-1] for shape, given, _ in layers):
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
