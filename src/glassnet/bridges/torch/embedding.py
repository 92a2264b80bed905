"""Reads how a module looks up columns of its samples in tables of vectors, and puts these beside the other columns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import Any

import torch
from torch import Tensor, fx

from glassnet.bridges.columns import Chunk, columns_of, embedded, not_columns, probe
from glassnet.bridges.pieces import Piece
from glassnet.bridges.torch.tracing import GATHERING, Followed
from glassnet.network.flat import checked_shape

_RESHAPING = ("flatten", "squeeze", "view", "reshape")


def looked_up(
    node: fx.Node,
    followed: Followed,
    input_shape: int | Sequence[int] | None,
    table_of: Callable[[fx.Node], Tensor],
) -> tuple[Piece, list[int]]:
    """The piece of a call that gathers vectors and columns, and for each of its outputs the place in glassnet's.

    Raises `ArgumentError` if it reads something else than columns of the samples, or these cannot be known.
    """
    n = None if input_shape is None else prod(checked_shape(input_shape))
    parts: Any = [node] if followed.name(node) not in GATHERING else node.args[0]
    chunks = []
    for part in parts:
        lookup = _lookup(part, followed)
        columns = _columns(part if lookup is None else lookup.args[0], followed, n)
        if columns is None:
            raise not_columns(followed.place(node))
        table = None if lookup is None else table_of(lookup).detach().cpu().numpy()
        chunks.append(Chunk(columns, table))
    return embedded(chunks, n, followed.place(node))


def _lookup(part: Any, followed: Followed) -> fx.Node | None:
    """The call of an embedding, behind which axes may have been taken away."""
    while isinstance(part, fx.Node) and followed.name(part) in _RESHAPING:
        part = part.args[0]
    return part if isinstance(part, fx.Node) and followed.name(part) == "embedding" else None


def _columns(node: Any, followed: Followed, n: int | None) -> list[int] | None:
    """The columns of the samples that a value holds."""
    try:
        value = _evaluated(node, {followed.samples: torch.tensor(probe(n))})
        return columns_of(value.numpy(), n)
    except Exception:  # forward is anybody's code, and may fail in any way
        return None


def _evaluated(node: fx.Node, values: dict[fx.Node, Any]) -> Any:
    """The value of a call of functions and methods."""
    if node not in values:
        arguments, options = fx.node.map_arg((node.args, node.kwargs), lambda part: _evaluated(part, values))
        if node.op == "call_method":
            values[node] = getattr(arguments[0], str(node.target))(*arguments[1:], **options)
        elif node.op == "call_function" and callable(node.target):
            values[node] = node.target(*arguments, **options)
        else:
            raise TypeError(f"{node} is no call of a function")
    return values[node]
