"""Asks a PyTorch module in evaluation mode, and leaves it as it was."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.overrides import TorchFunctionMode

from glassnet.bridges.comparison import (
    Array,
    as_rows,
    first_difference,
    largest_difference,
    prediction,
    random_rows,
)
from glassnet.bridges.pieces import Piece
from glassnet.errors import ArgumentError
from glassnet.layers import Flatten


@contextmanager
def in_evaluation(module: nn.Module) -> Iterator[None]:
    """The module in evaluation mode; afterwards it has the numbers, the attributes and the modes that it had.

    Its forward may count its calls, keep what it has seen, or change numbers in place.
    """
    tables = [table for part in module.modules() for table in (vars(part), *vars(part).values())]
    contents = [(table, table.copy()) for table in tables if isinstance(table, (dict, list))]
    numbers = [(array, array.detach().clone()) for array in (*module.parameters(), *module.buffers())]
    try:
        module.eval()
        yield
    finally:
        for table, before in contents:
            table.clear()
            (table.update if isinstance(table, dict) else table.extend)(before)
        with torch.no_grad():
            for array, value in numbers:
                if not torch.equal(array, value):
                    array.copy_(value)


def refuse_difference(module: nn.Module, pieces: Sequence[Piece], shape: tuple[int, ...]) -> None:
    """Raise `ArgumentError` where the network of these pieces does not give what the module gives."""
    rows = random_rows(shape, pieces[0].layer)
    theirs = _asked(module, rows, seed=0)
    apart = largest_difference(prediction(pieces, shape, rows), theirs)
    if apart is None:
        return
    name = type(module).__name__
    if not np.array_equal(theirs, _asked(module, rows, seed=1), equal_nan=True):
        raise ArgumentError(
            f"{name} gives other outputs each time that it is asked for the same rows in evaluation mode; something in "
            "it stays random there, such as a dropout(x, p) without training=self.training"
        )
    raise ArgumentError(
        f"what was read of {name} does not give what {name} gives in evaluation mode: on random rows outputs differ by "
        f"up to {apart:.3g}{_where(module, pieces, shape, rows)}. Its forward does more than call its parts in a "
        f"chain{_suspects(module)}; write it so that it does no more, or take that away"
    )


def _asked(module: nn.Module, rows: Array, seed: int) -> Array:
    """The outputs for these rows, in float64 on the CPU; the module's own numbers stay as they are."""
    numbers = {**dict(module.named_parameters()), **dict(module.named_buffers())}
    copies = {
        name: result.detach().to(
            "cpu", torch.float64 if result.is_floating_point() else result.dtype, copy=True
        )
        for name, result in numbers.items()
    }
    precision = _Precision()
    try:
        with torch.no_grad(), torch.random.fork_rng(devices=[]), warnings.catch_warnings(), precision:
            warnings.simplefilter("ignore")
            torch.manual_seed(seed)
            output: Any = functional_call(module, copies, (torch.tensor(rows),))
    except Exception as error:  # forward is anybody's code, and may fail in any way
        raise ArgumentError(
            f"{type(module).__name__} cannot be compared with what was read of it: its forward fails for rows of shape "
            f"{rows.shape} in float64 ({error}). If samples have another shape, give input_shape"
        ) from error
    if precision.is_lower:
        raise ArgumentError(
            f"the forward of {type(module).__name__} computes in lower precision (torch.autocast); glassnet's networks "
            "compute in one, so take that off for the network"
        )
    result = as_rows(output, len(rows)) if isinstance(output, Tensor) else None
    if result is None:
        raise ArgumentError(
            f"{type(module).__name__} does not give one row of outputs for each row; glassnet's networks do"
        )
    return result


class _Precision(TorchFunctionMode):
    """Notices functions that are called under ``torch.autocast``, which leaves float64 as it is."""

    is_lower = False

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        self.is_lower |= any(torch.is_autocast_enabled(device) for device in ("cpu", "cuda"))
        return func(*args, **(kwargs or {}))


def _where(module: nn.Module, pieces: Sequence[Piece], shape: tuple[int, ...], rows: Array) -> str:
    """The first part whose outputs differ, as far as it can be told."""
    seen: dict[int, Array] = {}

    def keep(index: int) -> Any:
        def hook(part: nn.Module, inputs: Any, output: Any) -> None:
            outputs = as_rows(output.detach().clone(), len(rows)) if isinstance(output, Tensor) else None
            if outputs is not None:
                seen[index] = outputs

        return hook

    times = Counter(id(piece.part) for piece in pieces)
    handles = [
        piece.part.register_forward_hook(keep(index))
        for index, piece in enumerate(pieces)
        if piece.part is not None and times[id(piece.part)] == 1 and not isinstance(piece.layer, Flatten)
    ]
    try:
        _asked(module, rows, seed=0)
    finally:
        for handle in handles:
            handle.remove()
    first = first_difference(pieces, shape, rows, seen)
    return ", behind its last part" if first is None else f", from {pieces[first].place} on"


def _suspects(module: nn.Module) -> str:
    """Parts with hooks, which may change what goes in or comes out."""
    hooked = [
        f"{path or 'itself'} ({type(part).__name__})"
        for path, part in module.named_modules()
        if part._forward_hooks or part._forward_pre_hooks
    ]
    return f" (there are hooks on {', '.join(hooked)})" if hooked else ""
