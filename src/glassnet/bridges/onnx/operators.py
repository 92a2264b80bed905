"""Readers of ONNX operators: each adds the piece of a network that its operator is, or changes the last one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from glassnet import activations, layers
from glassnet.activations import Activation
from glassnet.bridges.pieces import Piece, dense, normalisation
from glassnet.errors import ModelFileError

Reader = Callable[[list[Piece], str, list[Any], dict[str, Any]], None]

# ONNX's numbers for dtypes.
_FLOAT32, _FLOAT64 = 1, 11


def _gemm(found: list[Piece], place: str, arrays: list[Any], options: dict[str, Any]) -> None:
    _must(options.get("alpha", 1) == options.get("beta", 1) == 1 and not options.get("transA"), place)
    weights = arrays[0].T if options.get("transB") else arrays[0]
    bias = _row(arrays[1], weights.shape[1], place) if len(arrays) > 1 and arrays[1] is not None else None
    found.append(dense(weights, bias, place))


def _matmul(found: list[Piece], place: str, arrays: list[Any], options: dict[str, Any]) -> None:
    _must(arrays[0].ndim == 2, place)
    found.append(dense(arrays[0], None, place))


def _add(found: list[Piece], place: str, arrays: list[Any], options: dict[str, Any]) -> None:
    _must(bool(found) and isinstance(found[-1].layer, layers.Dense), place)
    weights, before = found[-1].arrays["weights"], found[-1].arrays.get("bias", 0)
    bias = before + _row(arrays[0], weights.shape[1], place)
    found[-1] = dense(weights, bias, found[-1].place)


def _row(array: Any, n: int, place: str) -> Any:
    """A constant that is the same for every sample, as one row of `n` numbers."""
    _must(array.ndim < 2 or (array.ndim == 2 and array.shape[0] == 1), place)
    _must(array.size in (1, n), place)
    return np.broadcast_to(array.ravel(), n)


def _batch_norm(found: list[Piece], place: str, arrays: list[Any], options: dict[str, Any]) -> None:
    _must(not options.get("training_mode"), place)
    momentum = round(1 - options.get("momentum", 0.9), 6)
    layer = layers.BatchNorm(momentum=momentum, epsilon=options.get("epsilon", 1e-5))
    names = ("weights", "bias", "running_mean", "running_variance")
    found.append(Piece(layer, place, dict(zip(names, arrays, strict=True))))


def _layer_norm(found: list[Piece], place: str, arrays: list[Any], options: dict[str, Any]) -> None:
    _must(options.get("axis", -1) in (-1, 1), place)
    layer = layers.LayerNorm(options.get("epsilon", 1e-5))
    given = {"weights": arrays[0], "bias": arrays[1] if len(arrays) > 1 else None}
    found.append(normalisation(layer, len(arrays[0]), place, given, arrays[0].dtype))


def _flatten(found: list[Piece], place: str, arrays: list[Any], options: dict[str, Any]) -> None:
    _must(options.get("axis", 1) == 1, place)
    found.append(Piece(layers.Flatten(), place))


def _reshape(found: list[Piece], place: str, arrays: list[Any], options: dict[str, Any]) -> None:
    shape = arrays[0].ravel().tolist()
    _must(len(shape) == 2 and (shape[1] == -1 or shape[0] == -1), place)
    found.append(Piece(layers.Flatten(), place, width=None if shape[1] == -1 else shape[1]))


def _nothing(found: list[Piece], place: str, arrays: list[Any], options: dict[str, Any]) -> None:
    """What does nothing in prediction."""


def _cast(found: list[Piece], place: str, arrays: list[Any], options: dict[str, Any]) -> None:
    _must(options["to"] in (_FLOAT32, _FLOAT64), place)


def _activation(make: Callable[[dict[str, Any]], Activation]) -> Reader:
    return lambda found, place, arrays, options: found.append(Piece(layers.Activation(make(options)), place))


def _gelu(options: dict[str, Any]) -> Activation:
    _must(options.get("approximate", b"none") == b"none", "operator Gelu")
    return activations.GELU()


def _softmax(options: dict[str, Any]) -> Activation:
    _must(options.get("axis", -1) in (1, -1), "operator Softmax")
    return activations.Softmax()


def _must(condition: bool, place: str) -> None:
    if not condition:
        raise ModelFileError(f"{place} does what no layer of glassnet does")


READERS: dict[str, Reader] = {
    "Gemm": _gemm,
    "MatMul": _matmul,
    "Add": _add,
    "BatchNormalization": _batch_norm,
    "LayerNormalization": _layer_norm,
    "Flatten": _flatten,
    "Reshape": _reshape,
    "Identity": _nothing,
    "Cast": _cast,
    "Dropout": _nothing,
    "Relu": _activation(lambda options: activations.ReLU()),
    "LeakyRelu": _activation(lambda options: activations.LeakyReLU(options.get("alpha", 0.01))),
    "Elu": _activation(lambda options: activations.ELU(options.get("alpha", 1.0))),
    "Gelu": _activation(_gelu),
    "Softplus": _activation(lambda options: activations.Softplus()),
    "Sigmoid": _activation(lambda options: activations.Sigmoid()),
    "Tanh": _activation(lambda options: activations.Tanh()),
    "Softmax": _activation(_softmax),
}
