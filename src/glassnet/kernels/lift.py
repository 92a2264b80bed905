"""How one formula becomes compiled code: its elementary functions and numbers are given a scalar meaning.

A lifted function is the formula's own byte code with other globals. Numbers in glassnet's formulas take the array's
dtype, since compiled arithmetic would otherwise turn float32 beside a Python number into float64. A user's own
function keeps its numbers as they are written: they may be indices, powers or counts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import CellType, CodeType, FunctionType
from typing import Any

import numba
import numpy as np
from numba.core.dispatcher import Dispatcher

from glassnet.kernels import scalars
from glassnet.kernels.exponentials import scalar
from glassnet.kernels.native.bytecode import globals_of, plain, steps
from glassnet.kernels.native.compiling import FAST

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
    if any(step.opname == "RAISE_VARARGS" for step in steps(plain(function))):
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
