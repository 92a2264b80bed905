"""Functions as byte code: which names they read outside, and what these mean now."""

from __future__ import annotations

import dis
from collections.abc import Iterator, Set
from itertools import chain
from types import CodeType, FunctionType, ModuleType
from typing import Any

import numpy as np


def plain(candidate: Any) -> FunctionType:
    """`candidate`, or a `TypeError` if it has no byte code to lift, such as a class or a method."""
    if not isinstance(candidate, FunctionType):
        raise TypeError(f"only plain functions and NumPy's can be compiled, not {candidate!r}")
    return candidate


def codes(code: CodeType) -> Iterator[CodeType]:
    """The code of a function, and that of the functions written inside it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from codes(constant)


def steps(function: FunctionType) -> Iterator[dis.Instruction]:
    """The instructions of a function, and those of the functions written inside it."""
    return chain.from_iterable(map(dis.get_instructions, codes(function.__code__)))


def globals_of(function: FunctionType) -> dict[str, Any]:
    """The globals that a function reads, as they are now."""
    names = {step.argval for step in steps(function) if step.opname == "LOAD_GLOBAL"}
    return {name: function.__globals__[name] for name in sorted(names & function.__globals__.keys())}


def captured(function: Any, seen: tuple[Any, ...] = ()) -> tuple[Any, ...]:
    """What a compiled copy of a function holds of the world outside: two calls that agree may share one copy."""
    if not isinstance(function, FunctionType) or function in seen:
        return (function,)
    outside = {
        **globals_of(function),
        **{str(k): cell.cell_contents for k, cell in enumerate(function.__closure__ or ())},
    }
    attributes = {name for code in codes(function.__code__) for name in code.co_names}
    inside = (*seen, function)
    return (function, *((name, _frozen(thing, inside, attributes)) for name, thing in outside.items()))


def _frozen(thing: Any, seen: tuple[Any, ...], attributes: Set[str]) -> Any:
    if isinstance(thing, FunctionType):
        return captured(thing, seen)
    if isinstance(thing, ModuleType) and thing is not np and thing not in seen:
        read = {name: vars(thing)[name] for name in sorted(attributes & vars(thing).keys())}
        return tuple((name, _frozen(value, (*seen, thing), attributes)) for name, value in read.items())
    if isinstance(thing, tuple):
        return type(thing), tuple(_frozen(entry, seen, attributes) for entry in thing)
    if isinstance(thing, np.ndarray):
        return thing.dtype.str, thing.shape, thing.tobytes()
    return (type(thing), thing) if isinstance(thing, (bool, int, float, complex, np.generic)) else id(thing)
