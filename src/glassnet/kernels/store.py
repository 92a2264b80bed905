"""Compiles templates into C functions, each once, and keeps them."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import Any

from llvmlite.binding import ffi
from numba.core.ccallback import CFunc
from numba.core.compiler_lock import global_compiler_lock

from glassnet.errors import EngineError
from glassnet.kernels.cache import KernelFile
from glassnet.kernels.lift import FAST, specialise

OPTIONS = {"nopython": True, "error_model": "numpy", "fastmath": FAST}

_kept: dict[Any, CFunc] = {}
_lock = threading.RLock()


def _wait_for_compilers() -> None:
    """Hold the locks of this room, of Numba, and of LLVM, which is also called when compiled code is disposed of."""
    _lock.acquire()
    global_compiler_lock.acquire()
    ffi.lib._lock.__enter__()


def _let_compilers_go() -> None:
    ffi.lib._lock.__exit__(None, None, None)
    global_compiler_lock.release()
    _lock.release()


if hasattr(os, "register_at_fork"):
    # A process forks when no thread compiles: a child would have half of the work, and wait for ever for its end.
    os.register_at_fork(
        before=_wait_for_compilers, after_in_parent=_let_compilers_go, after_in_child=_let_compilers_go
    )

# Numba keeps what it has compiled until the process ends: about 1 MB for each function.
MOST_OWN = 1000


def function(
    template: Callable[..., Any], name: str, signature: Any, meanings: Callable[[], dict[str, Any]]
) -> CFunc:
    """The C function made of `template`, compiled or read from disk at first use.

    Parameters
    ----------
    template : callable
        Plain Python in which some names in capitals are still open.
    name : str
        What it is called, unique for the template and what is put into it.
    signature : numba signature
    meanings : callable
        Gives what the open names stand for; called only where the function is not in memory.
    """
    with _lock:
        if name not in _kept:
            _kept[name] = build(specialise(template, name, **meanings()), signature, KernelFile(name))
        return _kept[name]


def own_function(
    key: Any, template: Callable[..., Any], signature: Any, meanings: Callable[[], dict[str, Any]],
    check: Callable[[CFunc], None],
) -> CFunc:  # fmt: skip
    """The same for a user's own formula: kept in memory under `key`, not on disk.

    `check` sees the compiled function first, and raises where it must not be used.
    """
    with _lock:
        if key not in _kept:
            refuse_too_many()
            made = build(specialise(template, template.__name__, **meanings()), signature, None)
            check(made)
            _kept[key] = made
        return _kept[key]


def refuse_too_many() -> None:
    """Raise `EngineError` where this process keeps as many compiled functions of a user's own as it may."""
    n_own = sum(not isinstance(key, str) for key in _kept)
    if n_own >= MOST_OWN:
        raise EngineError(
            f"this process has compiled {n_own} functions of your own, which stay in memory until it ends, about 1 MB "
            "each; a function that reads another number outside is another function. Use engine='numpy', or train in "
            "several processes"
        )


def build(python_function: Any, signature: Any, file: KernelFile | None) -> CFunc:
    """Compile; with a file, read it from there or write it there."""
    made = CFunc(python_function, (signature.args, signature.return_type), locals={}, options=OPTIONS)
    if file is not None:
        made._cache = file
    made.compile()
    return made


def is_ready(key: Any) -> bool:
    """Whether :func:`function` or :func:`own_function` would find this without compiling."""
    return key in _kept or (isinstance(key, str) and KernelFile(key).read() is not None)
