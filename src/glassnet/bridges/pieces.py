"""A network put together from what another library calls layers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import prod
from typing import Any

import numpy as np

from glassnet import activations, plan
from glassnet.errors import ArgumentError, ShapeError
from glassnet.layers import Activation, Dense, Flatten, Layer, Residual
from glassnet.network.flat import checked_shape
from glassnet.network.network import Network
from glassnet.support.arrays import Array


@dataclass(frozen=True)
class Piece:
    """A layer, its arrays by glassnet's names for them, and where it was found."""

    layer: Layer
    place: str
    arrays: dict[str, Array] = field(default_factory=dict)
    n_features: int | None = None  # how many features it reads, if its arrays tell
    width: int | None = None  # the features that it says it makes
    part: Any = None  # the other library's object that it was read from, where there is one


def dense(weights: Array, bias: Array | None, place: str) -> Piece:
    """A linear Dense layer of weights (n_inputs, n_outputs), with or without a bias."""
    n_inputs, units = weights.shape
    arrays = {"weights": weights} | ({} if bias is None else {"bias": bias})
    return Piece(Dense(units, use_bias=bias is not None), place, arrays, n_inputs)


def by_feature(layer: Layer, n: int, place: str, arrays: Mapping[str, Array | None], dtype: Any) -> Piece:
    """A layer with numbers for each of `n` features; weights that are not there are 1, a bias is 0.

    One number alone may be of all features, so it does not tell how many there are.
    """
    absent = {"weights": np.ones(n, dtype), "bias": np.zeros(n, dtype)}
    filled = {name: absent[name] if array is None else array for name, array in arrays.items()}
    return Piece(layer, place, filled, n if n > 1 else None)


def residual(inside: Sequence[Piece], place: str) -> Piece:
    """A Residual of the layers of these pieces; nothing inside of it is a linear activation."""
    joined = _joined(inside) or [Piece(Activation("linear"), place)]
    layer = Residual([piece.layer for piece in joined])
    arrays = {
        f"{number}.{name}": array
        for number, piece in enumerate(joined)
        for name, array in piece.arrays.items()
    }
    return Piece(layer, place, arrays, _features(joined))


def assembled(
    pieces: Sequence[Piece], input_shape: int | Sequence[int] | None, dtype: np.dtype[Any]
) -> Network:
    """The network of these pieces; an activation behind a linear Dense becomes the Dense's own.

    Raises `ArgumentError` if the shape of one sample is neither given nor told by the first layer; `ShapeError`
    if two pieces do not fit, naming both.
    """
    joined = _joined(pieces)
    network = Network([piece.layer for piece in joined], dtype=dtype.name)
    layout = plan.lay_out(network.layers, _shape(joined, input_shape))
    plan.build(network.layers, layout)
    _check_widths(joined, layout)
    network.assemble(
        layout, _vector(joined, layout.parameters, dtype), _vector(joined, layout.statistics, dtype)
    )
    return network


def _joined(pieces: Sequence[Piece]) -> list[Piece]:
    joined: list[Piece] = []
    for piece in pieces:
        before = joined[-1].layer if joined else None
        if isinstance(piece.layer, Activation) and isinstance(before, Dense) and _is_linear(before):
            joined[-1] = replace(joined[-1], layer=replace(before, activation=piece.layer.activation))
        else:
            joined.append(piece)
    return joined


def _is_linear(layer: Dense) -> bool:
    return activations.get(layer.activation) == activations.Linear()


def _shape(pieces: Sequence[Piece], input_shape: int | Sequence[int] | None) -> tuple[int, ...]:
    if input_shape is not None:
        return checked_shape(input_shape)
    n = _features(pieces)
    if n is not None:
        return (n,)
    raise ArgumentError(
        "the shape of one sample cannot be known from these layers; give input_shape, such as 64 or (8, 8)"
    )


def _features(pieces: Sequence[Piece]) -> int | None:
    """How many features the first of these layers reads, if their arrays tell."""
    for piece in pieces:
        if piece.n_features is not None:
            return piece.n_features
        if isinstance(piece.layer, Flatten):
            break
    return None


def _check_widths(pieces: Sequence[Piece], layout: plan.Layout) -> None:
    for piece, shape in zip(pieces, layout.output_shapes, strict=True):
        if piece.width is not None and piece.width != prod(shape):
            raise ShapeError(
                f"{piece.place} makes rows of {piece.width}, but what comes before it gives {prod(shape)} numbers "
                "a sample"
            )


def _vector(pieces: Sequence[Piece], slots: Sequence[plan.Slot], dtype: np.dtype[Any]) -> Array:
    for slot in slots:  # before room is made for as many numbers as a shape that is wrong may ask for
        piece, name, shape = pieces[slot.layer], slot.parameter.name, slot.parameter.shape
        if piece.arrays[name].shape != shape:
            raise ShapeError(
                f"{piece.place} has {name} of shape {piece.arrays[name].shape}, but what comes before it asks for "
                f"{shape}"
            )
    vector = np.empty(slots[-1].stop if slots else 0, dtype)
    for slot in slots:
        vector[slot.start : slot.stop] = pieces[slot.layer].arrays[slot.parameter.name].ravel()
    return vector
