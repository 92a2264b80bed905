"""One reader for each kind of PyTorch module."""

from __future__ import annotations

import copy
import difflib
from collections.abc import Callable
from math import prod
from typing import Any

import numpy as np
from torch import Tensor, nn
from torch.nn.utils import parametrize

from glassnet import activations, layers
from glassnet.activations import ActivationFunction
from glassnet.activations.facts import TorchModule
from glassnet.bridges.pieces import Piece, by_feature, dense
from glassnet.bridges.torch.described import Described
from glassnet.bridges.torch.layers import Scale
from glassnet.errors import ArgumentError
from glassnet.support.arrays import Array

MODULES: dict[str, list[tuple[type[ActivationFunction], TorchModule]]] = {}
for _part in map(activations.get, activations.names()):
    if _part.facts is not None and _part.facts.torch is not None and _part != activations.Linear():
        MODULES.setdefault(_part.facts.torch.module, []).append((type(_part), _part.facts.torch))
_ROOMS = ("torch.nn", "glassnet.bridges.torch.layers")

Reader = Callable[[Any, str, np.dtype[Any]], Piece | None]


def read(module: nn.Module, place: str, dtype: np.dtype[Any]) -> Piece | None:
    """The piece of a module; None of one that does nothing."""
    if isinstance(module, Described):
        return _described(module, place)
    name = type(module).__name__
    is_known = name in _READERS and type(module).__module__.startswith(_ROOMS)
    if not is_known and not parametrize.is_parametrized(module):
        raise unsupported(name, place)
    refuse_computed(module, place)
    return _READERS[name](module, place, dtype)


def refuse_computed(module: nn.Module, place: str) -> None:
    """Raise where numbers of a part are computed from others."""
    if parametrize.is_parametrized(module):
        raise ArgumentError(
            f"{place} computes its parameters from others; make them its own first, with "
            "torch.nn.utils.parametrize.remove_parametrizations"
        )
    for array in ("weight", "bias"):
        if hasattr(module, array) and array not in module._parameters:
            raise ArgumentError(
                f"the {array} of {place} is no parameter of it but computed before each call; make it one first, with "
                "torch.nn.utils.remove_weight_norm, remove_spectral_norm or prune.remove"
            )


def _linear(module: nn.Linear, place: str, dtype: np.dtype[Any]) -> Piece:
    return dense(_array(module.weight).T, None if module.bias is None else _array(module.bias), place)


def _batch_norm(module: nn.BatchNorm1d, place: str, dtype: np.dtype[Any]) -> Piece:
    if module.running_mean is None or module.running_var is None or module.momentum is None:
        raise ArgumentError(
            f"{place} must track running statistics, with a momentum, as glassnet's BatchNorm does"
        )
    layer = layers.BatchNorm(momentum=module.momentum, epsilon=module.eps)
    arrays = _affine(module) | {
        "running_mean": _array(module.running_mean), "running_variance": _array(module.running_var),
    }  # fmt: skip
    return by_feature(layer, module.num_features, place, arrays, dtype)


def _layer_norm(module: nn.LayerNorm, place: str, dtype: np.dtype[Any]) -> Piece:
    if len(module.normalized_shape) != 1:
        raise ArgumentError(
            f"{place} normalises over {module.normalized_shape}; glassnet's LayerNorm over one axis of features"
        )
    return by_feature(layers.LayerNorm(module.eps), module.normalized_shape[0], place, _affine(module), dtype)


def _rms_norm(module: nn.RMSNorm, place: str, dtype: np.dtype[Any]) -> Piece:
    (n,), weights = module.normalized_shape, module.weight
    arrays = {"weights": None if weights is None else _array(weights)}
    return by_feature(layers.RMSNorm(module.eps), n, place, arrays, dtype)


def _prelu(module: nn.PReLU, place: str, dtype: np.dtype[Any]) -> Piece:
    layer, n = layers.PReLU(shared=module.num_parameters == 1), module.num_parameters
    return by_feature(layer, n, place, {"weights": _array(module.weight)}, dtype)


def _scale(module: Scale, place: str, dtype: np.dtype[Any]) -> Piece:
    factors = _array(module.weight)
    _must(
        factors.ndim < 2 or len(factors) == 1,
        place,
        "multiplies by a matrix of factors; Scale has one for each feature",
    )
    return by_feature(layers.Scale(), factors.size, place, {"weights": factors.ravel()}, dtype)


def _described(module: Described, place: str) -> Piece:
    """The layer that a module of glassnet's own computes."""
    arrays = {name: _array(module.array(name)) for name in module.parameter_names}
    return Piece(copy.copy(module.layer), place, arrays, prod(module.input_shape))


def _affine(module: nn.BatchNorm1d | nn.LayerNorm) -> dict[str, Array | None]:
    return {
        "weights": None if module.weight is None else _array(module.weight),
        "bias": None if module.bias is None else _array(module.bias),
    }


def _flatten(module: nn.Flatten, place: str, dtype: np.dtype[Any]) -> Piece:
    _must(module.start_dim == 1 and module.end_dim == -1, place, "keeps some axes; the nearest is Flatten()")
    return Piece(layers.Flatten(), place)


def _must(condition: bool, place: str, otherwise: str) -> None:
    if not condition:
        raise ArgumentError(f"{place} has no counterpart in glassnet: it {otherwise}")


def _activation(module: nn.Module, place: str, dtype: np.dtype[Any]) -> Piece:
    """The activation whose facts name this module with these arguments."""
    differences = []
    for kind, names in MODULES[type(module).__name__]:
        differences.append((names.difference(module), names.source))
        if not differences[-1][0]:
            fields = {ours: getattr(module, theirs) for theirs, ours in names.fields.items()}
            return Piece(layers.Activation(kind(**fields)), place)
    other, nearest = differences[0]
    raise ArgumentError(f"{place} has no counterpart in glassnet: it has {other}; the nearest is {nearest}")


_READERS: dict[str, Reader] = {
    "Linear": _linear,
    **dict.fromkeys(MODULES, _activation),
    "Dropout": lambda module, place, dtype: Piece(layers.Dropout(module.p), place),
    "BatchNorm1d": _batch_norm,
    "LayerNorm": _layer_norm,
    "RMSNorm": _rms_norm,
    "PReLU": _prelu,
    "Scale": _scale,
    "Flatten": _flatten,
    "Identity": lambda module, place, dtype: None,
}

# Where the nearest part is not the one of the nearest name.
_NEAREST = {
    "ReLU6": "ReLU", "RReLU": "LeakyReLU", "CELU": "ELU", "Hardtanh": "Tanh",
    "LogSigmoid": "Sigmoid",
    "Conv1d": "Flatten, then Linear", "Conv2d": "Flatten, then Linear",
    "Bilinear": "Linear", "BatchNorm2d": "BatchNorm1d", "InstanceNorm1d": "BatchNorm1d", "GroupNorm": "LayerNorm",
    "AlphaDropout": "Dropout", "Dropout1d": "Dropout", "Dropout2d": "Dropout",
}  # fmt: skip


def unsupported(name: str, place: str) -> ArgumentError:
    """The error for a part without a counterpart, which names the nearest one that has one."""
    near = _NEAREST.get(name) or next(iter(difflib.get_close_matches(name, _READERS, n=1)), None)
    nearest = f"the nearest part that it knows is {near}" if near else "it knows " + ", ".join(_READERS)
    return ArgumentError(f"{place} has no counterpart in glassnet; {nearest}")


def _array(tensor: Tensor) -> Array:
    array: Array = tensor.detach().cpu().numpy()
    return array
