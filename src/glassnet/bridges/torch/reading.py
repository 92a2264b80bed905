"""Reads PyTorch modules: what ``forward`` calls, one after the other, as pieces of a network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from operator import attrgetter
from typing import Any

import numpy as np
from torch import Tensor, fx, nn

from glassnet.bridges.columns import with_inputs_at
from glassnet.bridges.pieces import Piece, residual
from glassnet.bridges.torch.embedding import looked_up
from glassnet.bridges.torch.layers import Scale
from glassnet.bridges.torch.readers import MODULES, read, refuse_computed, unsupported
from glassnet.bridges.torch.tracing import Around, Call, Followed
from glassnet.errors import ArgumentError


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
        pieces: list[Piece] = []
        places: list[int] = []
        for call in calls:
            if isinstance(call, Around):
                pieces.append(residual(self.pieces(call.calls), self.followed.place(call.node)))
            elif self.followed.gathers(call):
                piece, places = looked_up(call, self.followed, self.input_shape, self._table)
                pieces.append(piece)
            else:
                pieces += self._piece(call)
        if places and len(pieces) > 1:
            pieces[1] = with_inputs_at(pieces[1], places)
        return pieces

    def _piece(self, call: fx.Node) -> list[Piece]:
        part, place = _module_of(call, self.followed)
        _refuse_shared(part, place, self.owners)
        piece = read(part, place, self.dtype)
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
        refuse_computed(part, place)
        return part.weight


def _refuse_shared(part: nn.Module, place: str, owners: dict[int, str]) -> None:
    """Raise where a part, or an array of it, has been met before."""
    for array in (*part.parameters(), *part.buffers()):
        owner = owners.setdefault(id(array), place)
        if owner == place and id(part) not in owners:
            continue
        reason = "is called twice" if owner == place else f"shares weights with {owner}"
        raise ArgumentError(f"{place} {reason}, and glassnet's layers share no weights")
    owners[id(part)] = place


# ---- what is called: a module, or a function that is one

_FUNCTIONS = {"flatten": "Flatten", "dropout": "Dropout"} | {
    names.function: module for module, parts in MODULES.items() for _, names in parts
}
_VIEWS = ("view", "reshape")
_PRODUCTS = ("mul", "imul", "mul_")
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
        raise unsupported(name, place)
    if name == "dropout" and _stays_on(node):
        raise ArgumentError(
            f"{place} stays on in evaluation mode; write dropout(x, p, training=self.training), or use nn.Dropout(p)"
        )
    arguments = node.args[1:2] if name in ("dropout", "softmax", "log_softmax") else node.args[1:]
    options = {key: value for key, value in node.kwargs.items() if key not in _NOT_ARGUMENTS}
    if name == "flatten" and not arguments and "start_dim" not in options:
        raise ArgumentError(f"{place} mixes the samples of a batch; write flatten(x, 1)")
    module: nn.Module = getattr(nn, _FUNCTIONS[name])(*arguments, **options)
    return module, place


def _factors(node: fx.Node, followed: Followed) -> nn.Parameter | None:
    """The parameter that a product multiplies by, if there is one."""
    others = [part for part in node.args if isinstance(part, fx.Node) and part.op == "get_attr"]
    factors = attrgetter(str(others[0].target))(followed.root) if len(others) == 1 else None
    return factors if isinstance(factors, nn.Parameter) else None


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
