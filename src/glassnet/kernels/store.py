"""Compiles templates into C functions, each once, and keeps them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from numba.core.ccallback import CFunc

from glassnet.kernels.cache import KernelFile
from glassnet.kernels.lift import FAST, specialise

OPTIONS = {"nopython": True, "error_model": "numpy", "fastmath": FAST}

_kept: dict[Any, CFunc] = {}
_lock = threading.RLock()


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
            made = build(specialise(template, template.__name__, **meanings()), signature, None)
            check(made)
            _kept[key] = made
        return _kept[key]


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
