"""Reads PyTorch modules: what ``forward`` calls, one after the other, as pieces of a network."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor, fx, nn
from torch.nn.utils import parametrize

from glassnet import activations, layers
from glassnet.activations import Activation
from glassnet.errors import ArgumentError
from glassnet.interop.pieces import Piece, dense, normalisation

Array = NDArray[Any]


def pieces(module: nn.Module, dtype: np.dtype[Any]) -> list[Piece]:
    """The pieces of a module in evaluation mode, in the order in which it calls them."""
    found: list[Piece] = []
    owners: dict[int, str] = {}
    root = nn.Sequential(module)  # calls it with samples alone: what else its forward takes has its default
    graph = _traced(root)
    chain = _chain(graph)
    _refuse_changes_in_place(graph, chain, root)
    for node in chain:
        part, place = _module_of(node, root)
        _refuse_shared(part, place, owners)
        piece = _read(part, place, dtype)
        if piece is not None:
            found.append(replace(piece, width=_width(node), part=part))
    return found


def _refuse_shared(part: nn.Module, place: str, owners: dict[int, str]) -> None:
    """Raise where a part, or an array of it, has been met before."""
    for array in (*part.parameters(), *part.buffers()):
        owner = owners.setdefault(id(array), place)
        if owner == place and id(part) not in owners:
            continue
        told = "is called twice" if owner == place else f"shares weights with {owner}"
        raise ArgumentError(f"{place} {told}, and glassnet's layers share no weights")
    owners[id(part)] = place


def _traced(module: nn.Module) -> fx.Graph:
    try:
        with _without_hooks(module):
            return fx.Tracer().trace(module)
    except Exception as error:  # forward is anybody's code, and may fail in any way when it is followed
        name = type(_inside(module)).__name__
        raise ArgumentError(
            f"cannot follow the forward of {name} ({error}); it must call one part after the other, whatever the data"
        ) from error


@contextmanager
def _without_hooks(module: nn.Module) -> Iterator[None]:
    """Hooks are for tensors; what they change shows when the module is asked."""
    tables = [table for part in module.modules() for table in (part._forward_hooks, part._forward_pre_hooks)]
    hooks = [table.copy() for table in tables]
    try:
        for table in tables:
            table.clear()
        yield
    finally:
        for table, kept in zip(tables, hooks, strict=True):
            table.update(kept)


def _refuse_changes_in_place(graph: fx.Graph, chain: list[fx.Node], root: nn.Module) -> None:
    """Raise where a call beside the chain changes what the chain reads: its result is where its input was."""
    read = set(chain)
    for node in graph.nodes:
        if node not in read and _changes_its_input(node, root):
            raise ArgumentError(
                f"{_place(node, root)} changes its input in place, and its result is not what is read next; write "
                "x = f(x) where forward has f(x)"
            )


def _changes_its_input(node: fx.Node, root: nn.Module) -> bool:
    if node.op == "call_module":
        return bool(getattr(_part(node, root), "inplace", False))
    if node.op not in ("call_method", "call_function"):
        return False
    name = _name(node)
    return node.kwargs.get("inplace") is True or (name.endswith("_") and not name.startswith("_"))


def _chain(graph: fx.Graph) -> list[fx.Node]:
    """The calls between input and output; each reads the one before."""
    node = next(node for node in graph.nodes if node.op == "output").args[0]
    chain: list[fx.Node] = []
    while isinstance(node, fx.Node) and node.op != "placeholder":
        chain.append(node)
        node = node.args[0] if node.args else None
    if not isinstance(node, fx.Node):
        place = chain[-1].name if chain else "the output"
        raise ArgumentError(f"{place} does not lead back to the input; glassnet's layers follow one another")
    return chain[::-1]


# ---- what is called: a module, or a function that is one

_FUNCTIONS = {
    "relu": "ReLU", "leaky_relu": "LeakyReLU", "elu": "ELU", "gelu": "GELU", "silu": "SiLU", "softplus": "Softplus",
    "sigmoid": "Sigmoid", "tanh": "Tanh", "softmax": "Softmax", "flatten": "Flatten", "dropout": "Dropout",
}  # fmt: skip
_VIEWS = ("view", "reshape")
_NOT_ARGUMENTS = {"inplace", "training", "_stacklevel", "dtype"}


def _inside(root: nn.Module) -> nn.Module:
    return root.get_submodule("0")


def _part(node: fx.Node, root: nn.Module) -> nn.Module:
    return root.get_submodule(str(node.target))


def _name(node: fx.Node) -> str:
    return node.target if isinstance(node.target, str) else getattr(node.target, "__name__", str(node.target))


def _place(node: fx.Node, root: nn.Module) -> str:
    if node.op == "call_module":
        return f"{str(node.target).removeprefix('0.')} ({type(_part(node, root)).__name__})"
    stack = [str(path) for path in node.meta.get("nn_module_stack", ())]
    inside = f" of {stack[-1].removeprefix('0.')}" if len(stack) > 1 else ""
    return f"{_name(node)} in forward{inside}"


def _module_of(node: fx.Node, root: nn.Module) -> tuple[nn.Module, str]:
    place = _place(node, root)
    if node.op == "call_module":
        return _part(node, root), place
    name = _name(node)
    if name in _VIEWS and _flattens(node):
        return nn.Flatten(), place
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
    if parametrize.is_parametrized(module):
        raise ArgumentError(
            f"{place} computes its parameters from others; make them its own first, with "
            "torch.nn.utils.parametrize.remove_parametrizations"
        )
    if name not in _READERS or not type(module).__module__.startswith("torch.nn"):
        raise _unsupported(name, place)
    for array in ("weight", "bias"):
        if hasattr(module, array) and array not in module._parameters:
            raise ArgumentError(
                f"the {array} of {place} is no parameter of it but computed before each call; make it one first, with "
                "torch.nn.utils.remove_weight_norm, remove_spectral_norm or prune.remove"
            )
    return _READERS[name](module, place, dtype)


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
    return normalisation(layer, module.num_features, place, arrays, dtype)


def _layer_norm(module: nn.LayerNorm, place: str, dtype: np.dtype[Any]) -> Piece:
    if len(module.normalized_shape) != 1:
        raise ArgumentError(
            f"{place} normalises over {module.normalized_shape}; glassnet's LayerNorm over one axis of features"
        )
    return normalisation(
        layers.LayerNorm(module.eps), module.normalized_shape[0], place, _affine(module), dtype
    )


def _affine(module: nn.BatchNorm1d | nn.LayerNorm) -> dict[str, Array | None]:
    return {
        "weights": None if module.weight is None else _array(module.weight),
        "bias": None if module.bias is None else _array(module.bias),
    }


def _gelu(module: nn.GELU, place: str) -> Activation:
    _must(module.approximate == "none", place, "is an approximation; the nearest is GELU(approximate='none')")
    return activations.GELU()


def _softplus(module: nn.Softplus, place: str) -> Activation:
    _must(module.beta == 1 and module.threshold >= 20, place, "has another beta or threshold than Softplus()")
    return activations.Softplus()


def _softmax(module: nn.Softmax, place: str) -> Activation:
    _must(module.dim in (1, -1, None), place, f"is over axis {module.dim}; the nearest is Softmax(dim=1)")
    return activations.Softmax()


def _flatten(module: nn.Flatten, place: str, dtype: np.dtype[Any]) -> Piece:
    _must(module.start_dim == 1 and module.end_dim == -1, place, "keeps some axes; the nearest is Flatten()")
    return Piece(layers.Flatten(), place)


def _must(condition: bool, place: str, otherwise: str) -> None:
    if not condition:
        raise ArgumentError(f"{place} has no counterpart in glassnet: it {otherwise}")


def _activation(make: Callable[[Any, str], Activation]) -> Reader:
    return lambda module, place, dtype: Piece(layers.Activation(make(module, place)), place)


_READERS: dict[str, Reader] = {
    "Linear": _linear,
    "ReLU": _activation(lambda module, place: activations.ReLU()),
    "LeakyReLU": _activation(lambda module, place: activations.LeakyReLU(module.negative_slope)),
    "ELU": _activation(lambda module, place: activations.ELU(module.alpha)),
    "GELU": _activation(_gelu),
    "SiLU": _activation(lambda module, place: activations.SiLU()),
    "Softplus": _activation(_softplus),
    "Sigmoid": _activation(lambda module, place: activations.Sigmoid()),
    "Tanh": _activation(lambda module, place: activations.Tanh()),
    "Softmax": _activation(_softmax),
    "Dropout": lambda module, place, dtype: Piece(layers.Dropout(module.p), place),
    "BatchNorm1d": _batch_norm,
    "LayerNorm": _layer_norm,
    "Flatten": _flatten,
    "Identity": lambda module, place, dtype: None,
}

# Where the nearest part is not the one of the nearest name.
_NEAREST = {
    "ReLU6": "ReLU", "PReLU": "LeakyReLU", "RReLU": "LeakyReLU", "CELU": "ELU", "SELU": "ELU", "Mish": "SiLU",
    "Hardswish": "SiLU", "Hardsigmoid": "Sigmoid", "Hardtanh": "Tanh", "LogSoftmax": "Softmax", "LogSigmoid": "Sigmoid",
    "log_softmax": "Softmax", "Conv1d": "Flatten, then Linear", "Conv2d": "Flatten, then Linear",
    "Bilinear": "Linear", "BatchNorm2d": "BatchNorm1d", "InstanceNorm1d": "BatchNorm1d", "GroupNorm": "LayerNorm",
    "RMSNorm": "LayerNorm", "AlphaDropout": "Dropout", "Dropout1d": "Dropout", "Dropout2d": "Dropout",
}  # fmt: skip


def _unsupported(name: str, place: str) -> ArgumentError:
    near = _NEAREST.get(name) or next(iter(difflib.get_close_matches(name, _READERS, n=1)), None)
    known = f"the nearest part that it knows is {near}" if near else "it knows " + ", ".join(_READERS)
    return ArgumentError(f"{place} has no counterpart in glassnet; {known}")


def _array(tensor: Tensor) -> Array:
    array: Array = tensor.detach().cpu().numpy()
    return array
