"""What a sweep is about, as plain data that two processes can compare."""

from __future__ import annotations

import functools
import hashlib
import inspect
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

import numpy as np

from glassnet.errors import ArgumentError
from glassnet.support.registry import compact_repr, registry_of

PLAIN = (str, int, float, bool, type(None))


def described(thing: Any) -> Any:
    """`thing` as JSON-ready data: equal for things that give equal runs.

    Arrays are told apart by their SHA-256, functions by name and source text, other objects by type and attributes.
    What a function closes over is not looked at.

    Raises `ArgumentError` if it has neither source nor attributes to be told apart by.
    """
    if isinstance(thing, PLAIN):
        return thing
    if isinstance(thing, np.generic):
        return thing.item()
    if hasattr(thing, "__array__"):
        return _array(np.asarray(thing))
    if isinstance(thing, Mapping):
        return {str(key): described(value) for key, value in thing.items()}
    if isinstance(thing, (list, tuple, range)):
        return [described(item) for item in thing]
    if isinstance(thing, (set, frozenset)):
        return sorted(map(str, thing))
    if isinstance(thing, PurePath):
        return str(thing)
    if isinstance(thing, functools.partial):
        return {"partial": [described(part) for part in (thing.func, thing.args, thing.keywords)]}
    if isinstance(thing, type) or inspect.isroutine(thing):
        return {"function": f"{thing.__module__}.{thing.__qualname__}", "source": _source(thing)}
    if hasattr(thing, "__dict__"):
        return {
            "type": f"{type(thing).__module__}.{type(thing).__qualname__}",
            "fields": described(vars(thing)),
        }
    raise ArgumentError(
        f"results= needs parts that can be told apart by name or attributes; {thing!r} has neither"
    )


def _array(array: np.ndarray[Any, Any]) -> Any:
    if array.dtype.hasobject:
        return {"values": _digest(repr(array.tolist()).encode()), "shape": list(array.shape)}
    content = _digest(np.ascontiguousarray(array).tobytes())
    return {"sha256": content, "shape": list(array.shape), "dtype": array.dtype.str}


def _source(function: Any) -> str:
    try:
        return _digest(inspect.getsource(function).encode())
    except (OSError, TypeError):
        return ""


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:32]


def label(value: Any) -> Any:
    """`value` as tables and pictures show it: numbers and text as they are, anything else as short text."""
    if isinstance(value, (str, int, float)):
        return value
    if inspect.isroutine(value) or isinstance(value, type):
        return value.__qualname__
    return compact_repr(value) if registry_of(value) is not None else repr(value)
