"""How one formula becomes compiled code: its elementary functions and numbers are given a scalar meaning.

A lifted function is the formula's own byte code with other globals. Numbers in glassnet's formulas take the array's
dtype, since compiled arithmetic would otherwise turn float32 beside a Python number into float64. A user's own
function keeps its numbers as they are written: they may be indices, powers or counts.
"""

from __future__ import annotations

import dis
from collections.abc import Callable, Iterator, Mapping, Set
from itertools import chain
from types import CellType, CodeType, FunctionType, ModuleType
from typing import Any

import numba
import numpy as np
from numba.core.dispatcher import Dispatcher

from glassnet.kernels import scalars
from glassnet.kernels.exponentials import scalar

# Sums may be taken in any order, and so in parallel; NaN and infinity keep their meaning.
FAST = {"contract", "arcp", "nsz", "reassoc"}
compiled = numba.njit(fastmath=FAST, error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True)
# The loop and its traversals become one function: only there does LLVM see that no array in it is owned by anybody, and
# leaves out the counting of references, which takes as long as a small step.
whole = numba.njit(inline="always")
traversal = numba.njit(
    fastmath=FAST, error_model="numpy", forceinline=True, no_cpython_wrapper=True, no_cfunc_wrapper=True
)

DType = np.dtype[Any]
Formula = Callable[..., Any]


def specialise(template: Formula, name: str, **meanings: Any) -> FunctionType:
    """A copy of `template` called `name` in which some global names mean something else."""
    return _copied(plain(template), name, meanings, plain(template).__closure__)


def plain(candidate: Any) -> FunctionType:
    """`candidate`, or a `TypeError` if it has no byte code to lift, such as a class or a method."""
    if not isinstance(candidate, FunctionType):
        raise TypeError(f"only plain functions and NumPy's can be compiled, not {candidate!r}")
    return candidate


def _copied(
    function: FunctionType, name: str, meanings: Mapping[str, Any], closure: tuple[CellType, ...] | None
) -> FunctionType:
    code = function.__code__.replace(co_name=name, co_qualname=name)
    copy = FunctionType(code, {**function.__globals__, **meanings}, name, function.__defaults__, closure)
    copy.__module__, copy.__kwdefaults__ = function.__module__, function.__kwdefaults__
    return copy


def lift(formula: Formula, dtype: DType) -> Any:
    """One of glassnet's formulas, compiled for scalars of `dtype`."""
    meanings = {name: _meaning(thing, dtype) for name, thing in globals_of(plain(formula)).items()}
    lifted = specialise(formula, formula.__name__, **meanings)
    lifted.__code__ = _typed(lifted.__code__, dtype)
    return scalar(lifted)


def _codes(code: CodeType) -> Iterator[CodeType]:
    """The code of a function, and that of the functions written inside it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)


def _steps(function: FunctionType) -> Iterator[dis.Instruction]:
    return chain.from_iterable(map(dis.get_instructions, _codes(function.__code__)))


def globals_of(function: FunctionType) -> dict[str, Any]:
    """The globals that a function reads, as they are now."""
    names = {step.argval for step in _steps(function) if step.opname == "LOAD_GLOBAL"}
    return {name: function.__globals__[name] for name in sorted(names & function.__globals__.keys())}


def _meaning(thing: Any, dtype: DType) -> Any:
    known = scalars.form(thing, dtype)
    if known is not None:
        return known
    return lift(thing, dtype) if isinstance(thing, FunctionType) else dtype.type(thing)


def _typed(code: CodeType, dtype: DType) -> CodeType:
    constants = (
        dtype.type(c) if isinstance(c, (int, float)) and not isinstance(c, bool) else c
        for c in code.co_consts
    )
    return code.replace(co_consts=tuple(constants))


def lift_own(function: Any, dtype: DType, callers: tuple[Any, ...] = ()) -> Any:
    """A user's own function, compiled for scalars of `dtype`, with the plain functions that it calls.

    NumPy's functions get the forms of :mod:`glassnet.kernels.scalars` where there are any.

    Raises
    ------
    TypeError
        If it, or one that it calls, is no plain function, calls itself, or raises errors.
    """
    known = scalars.form(function, dtype)
    if known is not None or isinstance(function, (np.ufunc, Dispatcher)):
        return function if known is None else known
    if function in callers:
        raise TypeError(f"{function.__name__} calls itself")
    if any(step.opname == "RAISE_VARARGS" for step in _steps(plain(function))):
        raise TypeError(f"{function.__name__} raises errors, which compiled code cannot pass on")
    seen = (*callers, function)
    meanings = {name: _own_meaning(t, dtype, seen) for name, t in globals_of(plain(function)).items()}
    cells = [CellType(_own_meaning(cell.cell_contents, dtype, seen)) for cell in function.__closure__ or ()]
    return scalar(_copied(function, f"own_{function.__name__}", meanings, tuple(cells) if cells else None))


def _own_meaning(thing: Any, dtype: DType, callers: tuple[Any, ...]) -> Any:
    if thing is np:
        return scalars.numpy_module(dtype)
    if isinstance(thing, FunctionType):
        return lift_own(thing, dtype, callers)
    known = scalars.form(thing, dtype)
    return thing if known is None else known


def captured(function: Any, seen: tuple[Any, ...] = ()) -> tuple[Any, ...]:
    """What a compiled copy of a function holds of the world outside: two calls that agree may share one copy."""
    if not isinstance(function, FunctionType) or function in seen:
        return (function,)
    outside = {
        **globals_of(function),
        **{str(k): cell.cell_contents for k, cell in enumerate(function.__closure__ or ())},
    }
    attributes = {name for code in _codes(function.__code__) for name in code.co_names}
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
