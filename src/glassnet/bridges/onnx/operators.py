"""Readers of ONNX operators: each adds the piece of a network that its operator is, or changes the last one."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from glassnet import activations, layers
from glassnet.activations import ActivationFunction
from glassnet.activations.facts import Operator
from glassnet.bridges.pieces import Piece, by_feature, dense
from glassnet.errors import ModelFileError

Reader = Callable[[list[Piece], str, list[Any], dict[str, Any]], None]

# ONNX's numbers for dtypes.
_FLOAT32, _FLOAT64 = 1, 11


def _gemm(pieces: list[Piece], place: str, arrays: list[Any], options: dict[str, Any]) -> None:
    _must(options.get("alpha", 1) == options.get("beta", 1) == 1 and not options.get("transA"), place)
    weights = arrays[0].T if options.get("transB") else arrays[0]
    bias = _row(arrays[1], weights.shape[1], place) if len(arrays) > 1 and arrays[1] is not None else None
    pieces.append(dense(weights, bias, place))


def _matmul(pieces: list[Piece], place: str, arrays: list[Any], options: dict[str, Any]) -> None:
    _must(arrays[0].ndim == 2, place)
    pieces.append(dense(arrays[0], None, place))


def _add(pieces: list[Piece], place: str, arrays: list[Any], options: dict[str, Any]) -> None:
    _must(bool(pieces) and isinstance(pieces[-1].layer, layers.Dense), place)
    weights, before = pieces[-1].arrays["weights"], pieces[-1].arrays.get("bias", 0)
    bias = before + _row(arrays[0], weights.shape[1], place)
    pieces[-1] = dense(weights, bias, pieces[-1].place)


def _row(array: Any, n: int, place: str) -> Any:
    """A constant that is the same for every sample, as one row of `n` numbers."""
    _must(array.ndim < 2 or (array.ndim == 2 and array.shape[0] == 1), place)
    _must(array.size in (1, n), place)
    return np.broadcast_to(array.ravel(), n)


def _batch_norm(pieces: list[Piece], place: str, arrays: list[Any], options: dict[str, Any]) -> None:
    _must(not options.get("training_mode"), place)
    momentum = round(1 - options.get("momentum", 0.9), 6)
    layer = layers.BatchNorm(momentum=momentum, epsilon=options.get("epsilon", 1e-5))
    names = ("weights", "bias", "running_mean", "running_variance")
    named = dict(zip(names, arrays, strict=True))
    pieces.append(by_feature(layer, len(arrays[0]), place, named, arrays[0].dtype))


def _layer_norm(pieces: list[Piece], place: str, arrays: list[Any], options: dict[str, Any]) -> None:
    _must(options.get("axis", -1) in (-1, 1), place)
    layer = layers.LayerNorm(options.get("epsilon", 1e-5))
    named = {"weights": arrays[0], "bias": arrays[1] if len(arrays) > 1 else None}
    pieces.append(by_feature(layer, len(arrays[0]), place, named, arrays[0].dtype))


def _rms_norm(pieces: list[Piece], place: str, arrays: list[Any], options: dict[str, Any]) -> None:
    _must(options.get("axis", -1) in (-1, 1), place)
    layer = layers.RMSNorm(options.get("epsilon", 1e-5))
    pieces.append(by_feature(layer, len(arrays[0]), place, {"weights": arrays[0]}, arrays[0].dtype))


def _prelu(pieces: list[Piece], place: str, arrays: list[Any], options: dict[str, Any]) -> None:
    slopes = arrays[0].ravel()
    layer = layers.PReLU(shared=len(slopes) == 1)
    pieces.append(by_feature(layer, len(slopes), place, {"weights": slopes}, slopes.dtype))


def _scale(pieces: list[Piece], place: str, arrays: list[Any], options: dict[str, Any]) -> None:
    _must(len(arrays) == 1 and 1 < arrays[0].size == arrays[0].shape[-1], place)
    pieces.append(
        by_feature(layers.Scale(), arrays[0].size, place, {"weights": arrays[0].ravel()}, arrays[0].dtype)
    )


def _flatten(pieces: list[Piece], place: str, arrays: list[Any], options: dict[str, Any]) -> None:
    _must(options.get("axis", 1) == 1, place)
    pieces.append(Piece(layers.Flatten(), place))


def _reshape(pieces: list[Piece], place: str, arrays: list[Any], options: dict[str, Any]) -> None:
    shape = arrays[0].ravel().tolist()
    _must(len(shape) == 2 and (shape[1] == -1 or shape[0] == -1), place)
    pieces.append(Piece(layers.Flatten(), place, width=None if shape[1] == -1 else shape[1]))


def _nothing(pieces: list[Piece], place: str, arrays: list[Any], options: dict[str, Any]) -> None:
    """What does nothing in prediction."""


def _cast(pieces: list[Piece], place: str, arrays: list[Any], options: dict[str, Any]) -> None:
    _must(options["to"] in (_FLOAT32, _FLOAT64), place)


def _activation(
    pieces: list[Piece], place: str, arrays: list[Any], options: dict[str, Any], name: str
) -> None:
    """The activation whose facts name this operator with these attributes."""
    for kind, operator in _SINGLE[name]:
        if is_it(operator, options):
            fields = {
                ours: options.get(theirs, operator.standard[theirs])
                for theirs, ours in operator.fields.items()
            }
            pieces.append(Piece(layers.Activation(kind(**fields)), place))
            return
    _must(False, place)


def is_it(operator: Operator, options: dict[str, Any]) -> bool:
    """Whether an operator with these attributes is the one that is meant."""
    values = {name: options.get(name, operator.standard.get(name)) for name in operator.fixed}
    return all(
        _alike(values[name], expected) or values[name] in operator.alike.get(name, ())
        for name, expected in operator.fixed.items()
    )


def _alike(value: Any, expected: Any) -> bool:
    """Whether an attribute is the one that is meant; numbers are float32 in a file."""
    if isinstance(value, float) and isinstance(expected, float):
        return math.isclose(value, expected, rel_tol=1e-6)
    return bool(value == expected)


def _must(condition: bool, place: str) -> None:
    if not condition:
        raise ModelFileError(f"{place} does what no layer of glassnet does")


# Activations that are one operator, by its name, and those that are several: the operators, the longest rows first.
_SINGLE: dict[str, list[tuple[type[ActivationFunction], Operator]]] = {}
SPELLED: list[tuple[ActivationFunction, tuple[Operator, ...]]] = []
for _part in map(activations.get, activations.names()):
    _onnx = _part.facts.onnx if _part.facts is not None else None
    for _operators in (_onnx.operators, *_onnx.also) if _onnx is not None else ():
        if len(_operators) == 1:
            _SINGLE.setdefault(_operators[0].name, []).append((type(_part), _operators[0]))
        elif _operators:
            SPELLED.append((_part, _operators))
SPELLED.sort(key=lambda spelled: -len(spelled[1]))

READERS: dict[str, Reader] = {
    "Gemm": _gemm,
    "MatMul": _matmul,
    "Add": _add,
    "BatchNormalization": _batch_norm,
    "LayerNormalization": _layer_norm,
    "RMSNormalization": _rms_norm,
    "PRelu": _prelu,
    "Mul": _scale,
    "Flatten": _flatten,
    "Reshape": _reshape,
    "Identity": _nothing,
    "Cast": _cast,
    "Dropout": _nothing,
    **{name: partial(_activation, name=name) for name in _SINGLE},
}
