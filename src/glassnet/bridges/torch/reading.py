"""Reads PyTorch modules: what ``forward`` calls, one after the other, as pieces of a network."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from dataclasses import replace
from operator import attrgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor, fx, nn
from torch.nn.utils import parametrize

from glassnet import activations, layers
from glassnet.activations import ActivationFunction
from glassnet.activations.facts import TorchModule
from glassnet.bridges.columns import with_inputs_at
from glassnet.bridges.pieces import Piece, by_feature, dense, residual
from glassnet.bridges.torch.embedding import looked_up
from glassnet.bridges.torch.layers import Periodic, Scale
from glassnet.bridges.torch.tracing import Around, Call, Followed
from glassnet.errors import ArgumentError

Array = NDArray[Any]


def pieces(
    module: nn.Module, dtype: np.dtype[Any], input_shape: int | Sequence[int] | None = None
) -> list[Piece]:
    """The pieces of a module in evaluation mode, in the order in which it calls them."""
    followed = Followed(module)
    return _Reading(followed, dtype, input_shape).pieces(followed.calls)


class _Reading:
    """What is read of one module; no part of it twice."""

    def __init__(
        self, followed: Followed, dtype: np.dtype[Any], input_shape: int | Sequence[int] | None
    ) -> None:
        self.followed, self.dtype, self.input_shape = followed, dtype, input_shape
        self.owners: dict[int, str] = {}

    def pieces(self, calls: Sequence[Call]) -> list[Piece]:
        """The pieces of these calls."""
        found: list[Piece] = []
        places: list[int] = []
        for call in calls:
            if isinstance(call, Around):
                found.append(residual(self.pieces(call.calls), self.followed.place(call.node)))
            elif self.followed.gathers(call):
                piece, places = looked_up(call, self.followed, self.input_shape, self._table)
                found.append(piece)
            else:
                found += self._piece(call)
        if places and len(found) > 1:
            found[1] = with_inputs_at(found[1], places)
        return found

    def _piece(self, call: fx.Node) -> list[Piece]:
        part, place = _module_of(call, self.followed)
        _refuse_shared(part, place, self.owners)
        piece = _read(part, place, self.dtype)
        return [] if piece is None else [replace(piece, width=_width(call), part=part)]

    def _table(self, call: fx.Node) -> Tensor:
        """The vectors of an embedding."""
        place = self.followed.place(call)
        part = self.followed.part(call) if call.op == "call_module" else None
        if not isinstance(part, nn.Embedding) or part.max_norm is not None:
            raise ArgumentError(
                f"{place} has no counterpart in glassnet; the nearest part that it knows is an nn.Embedding without "
                "max_norm"
            )
        _refuse_shared(part, place, self.owners)
        _refuse_computed(part, place)
        return part.weight


def _refuse_shared(part: nn.Module, place: str, owners: dict[int, str]) -> None:
    """Raise where a part, or an array of it, has been met before."""
    for array in (*part.parameters(), *part.buffers()):
        owner = owners.setdefault(id(array), place)
        if owner == place and id(part) not in owners:
            continue
        told = "is called twice" if owner == place else f"shares weights with {owner}"
        raise ArgumentError(f"{place} {told}, and glassnet's layers share no weights")
    owners[id(part)] = place


# ---- what is called: a module, or a function that is one

_MODULES: dict[str, list[tuple[type[ActivationFunction], TorchModule]]] = {}
for _part in map(activations.get, activations.names()):
    if _part.facts is not None and _part.facts.torch is not None and _part != activations.Linear():
        _MODULES.setdefault(_part.facts.torch.module, []).append((type(_part), _part.facts.torch))
_FUNCTIONS = {"flatten": "Flatten", "dropout": "Dropout"} | {
    names.function: module for module, parts in _MODULES.items() for _, names in parts
}
_VIEWS = ("view", "reshape")
_PRODUCTS = ("mul", "imul", "mul_")
_ROOMS = ("torch.nn", "glassnet.bridges.torch.layers")
_NOT_ARGUMENTS = {"inplace", "training", "_stacklevel", "dtype"}


def _module_of(node: fx.Node, followed: Followed) -> tuple[nn.Module, str]:
    place = followed.place(node)
    if node.op == "call_module":
        return followed.part(node), place
    name = followed.name(node)
    if name in _VIEWS and _flattens(node):
        return nn.Flatten(), place
    if name in _PRODUCTS and (factors := _factors(node, followed)) is not None:
        scale = Scale(1)
        scale.weight = factors
        return scale, place
    if name not in _FUNCTIONS or node.op == "get_attr":
        raise _unsupported(name, place)
    if name == "dropout" and _stays_on(node):
        raise ArgumentError(
            f"{place} stays on in evaluation mode; write dropout(x, p, training=self.training), or use nn.Dropout(p)"
        )
    given = node.args[1:2] if name in ("dropout", "softmax") else node.args[1:]
    options = {key: value for key, value in node.kwargs.items() if key not in _NOT_ARGUMENTS}
    if name == "flatten" and not given and "start_dim" not in options:
        raise ArgumentError(f"{place} mixes the samples of a batch; write flatten(x, 1)")
    module: nn.Module = getattr(nn, _FUNCTIONS[name])(*given, **options)
    return module, place


def _factors(node: fx.Node, followed: Followed) -> nn.Parameter | None:
    """The parameter that a product multiplies by, if there is one."""
    others = [part for part in node.args if isinstance(part, fx.Node) and part.op == "get_attr"]
    found = attrgetter(str(others[0].target))(followed.root) if len(others) == 1 else None
    return found if isinstance(found, nn.Parameter) else None


def _stays_on(node: fx.Node) -> bool:
    """Whether a dropout of a module in evaluation mode drops all the same."""
    training = node.args[2] if len(node.args) > 2 else node.kwargs.get("training", True)
    return training is not False


def _flattens(node: fx.Node) -> bool:
    """Whether it is ``x.view(x.size(0), ...)`` or ``x.view(-1, ...)`` with one more axis."""
    shape = _new_shape(node)
    return len(shape) == 2 and (isinstance(shape[0], fx.Node) or bool(shape[0] == -1))


def _width(node: fx.Node) -> int | None:
    """The features of a sample that ``x.view(-1, 64)`` makes; other calls do not say."""
    if node.op == "call_module" or getattr(node.target, "__name__", node.target) not in _VIEWS:
        return None
    first, *others = _new_shape(node)
    return others[0] if first == -1 and isinstance(others[0], int) else None


def _new_shape(node: fx.Node) -> tuple[Any, ...]:
    """What a view or reshape is given: sizes, or one tuple of them."""
    sizes = node.args[1:]
    return tuple(sizes[0]) if len(sizes) == 1 and isinstance(sizes[0], (tuple, list)) else sizes


# ---- one reader for each kind of module

Reader = Callable[[Any, str, np.dtype[Any]], Piece | None]


def _read(module: nn.Module, place: str, dtype: np.dtype[Any]) -> Piece | None:
    name = type(module).__name__
    is_known = name in _READERS and type(module).__module__.startswith(_ROOMS)
    if not is_known and not parametrize.is_parametrized(module):
        raise _unsupported(name, place)
    _refuse_computed(module, place)
    return _READERS[name](module, place, dtype)


def _refuse_computed(module: nn.Module, place: str) -> None:
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


def _periodic(module: Periodic, place: str, dtype: np.dtype[Any]) -> Piece:
    _, waves, dimension = module.weight.shape
    arrays = {
        "weights": _array(module.weight).reshape(-1, dimension), "offsets": _array(module.offset),
        "frequencies": _array(module.frequency), "phases": _array(module.phase),
    }  # fmt: skip
    return Piece(layers.Periodic(module.columns, waves, dimension, module.deviation), place, arrays)


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
    for kind, names in _MODULES[type(module).__name__]:
        differences.append((names.difference(module), names.source))
        if not differences[-1][0]:
            fields = {ours: getattr(module, theirs) for theirs, ours in names.fields.items()}
            return Piece(layers.Activation(kind(**fields)), place)
    other, nearest = differences[0]
    raise ArgumentError(f"{place} has no counterpart in glassnet: it has {other}; the nearest is {nearest}")


_READERS: dict[str, Reader] = {
    "Linear": _linear,
    **dict.fromkeys(_MODULES, _activation),
    "Dropout": lambda module, place, dtype: Piece(layers.Dropout(module.p), place),
    "BatchNorm1d": _batch_norm,
    "LayerNorm": _layer_norm,
    "RMSNorm": _rms_norm,
    "PReLU": _prelu,
    "Scale": _scale,
    "Periodic": _periodic,
    "Flatten": _flatten,
    "Identity": lambda module, place, dtype: None,
}

# Where the nearest part is not the one of the nearest name.
_NEAREST = {
    "ReLU6": "ReLU", "RReLU": "LeakyReLU", "CELU": "ELU", "Hardtanh": "Tanh", "LogSoftmax": "Softmax",
    "LogSigmoid": "Sigmoid",
    "log_softmax": "Softmax", "Conv1d": "Flatten, then Linear", "Conv2d": "Flatten, then Linear",
    "Bilinear": "Linear", "BatchNorm2d": "BatchNorm1d", "InstanceNorm1d": "BatchNorm1d", "GroupNorm": "LayerNorm",
    "AlphaDropout": "Dropout", "Dropout1d": "Dropout", "Dropout2d": "Dropout",
}  # fmt: skip


def _unsupported(name: str, place: str) -> ArgumentError:
    near = _NEAREST.get(name) or next(iter(difflib.get_close_matches(name, _READERS, n=1)), None)
    known = f"the nearest part that it knows is {near}" if near else "it knows " + ", ".join(_READERS)
    return ArgumentError(f"{place} has no counterpart in glassnet; {known}")


def _array(tensor: Tensor) -> Array:
    array: Array = tensor.detach().cpu().numpy()
    return array
