"""C functions made of templates: in memory, on disk, carried by the package, or compiled by Numba; each made once.

Numba is loaded where something is compiled by it, and not before.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from itertools import count
from typing import Any

from llvmlite.binding import ffi

from glassnet.errors import EngineError
from glassnet.kernels.cache import KernelFile
from glassnet.kernels.native import carried, machine
from glassnet.support.cached import cached_property


@dataclass(frozen=True)
class Template:
    """Where plain Python stands in which some names in capitals are still open."""

    module: str
    name: str

    def load(self) -> Any:
        """The function; this loads Numba."""
        return getattr(import_module(self.module), self.name)


@dataclass(frozen=True)
class CFunction:
    """A function in machine code: where it begins, and what it takes and gives (a ``ctypes.CFUNCTYPE``)."""

    address: int
    kind: Any

    @cached_property
    def ctypes(self) -> Any:
        """The function, to be called from Python."""
        return self.kind(self.address)


Meanings = Callable[[], dict[str, Any]]

_kept: dict[Any, CFunction] = {}
_lock = threading.RLock()
_numbers = count(1)
# Locks of the compilers that the thread which forks holds meanwhile.
_held: list[Any] = []


def _wait_for_compilers() -> None:
    """Hold the locks of this room, of Numba, and of LLVM, which is also called when compiled code is disposed of."""
    _lock.acquire()
    numba = sys.modules.get("numba.core.compiler_lock")
    lock = getattr(numba, "global_compiler_lock", None)
    if lock is not None:
        lock.acquire()
        _held.append(lock)
    ffi.lib._lock.__enter__()


def _let_compilers_go() -> None:
    ffi.lib._lock.__exit__(None, None, None)
    while _held:
        _held.pop().release()
    _lock.release()


if hasattr(os, "register_at_fork"):
    # A process forks when no thread compiles: a child would have half of the work, and wait for ever for its end.
    os.register_at_fork(
        before=_wait_for_compilers, after_in_parent=_let_compilers_go, after_in_child=_let_compilers_go
    )

# Compiled code and what Numba keeps of it stay until the process ends: about 1 MB for each function.
MOST_OWN = 1000


def function(template: Template, name: str, kind: Any, meanings: Meanings) -> CFunction:
    """The C function made of `template`, compiled or read from disk at first use.

    Parameters
    ----------
    template : Template
    name : str
        What it is called, unique for the template and what is put into it.
    kind : type
        Of the C function: a ``ctypes.CFUNCTYPE``.
    meanings : callable
        Gives what the open names stand for; called only where Numba compiles.

    Raises
    ------
    EngineError
        If Numba is needed and cannot be loaded.
    """
    with _lock:
        if name not in _kept:
            file = KernelFile(name)
            _kept[name] = _read(file, kind) or _made(file, portable(template, name, kind, meanings), kind)
        return _kept[name]


def _read(file: KernelFile, kind: Any) -> CFunction | None:
    code = file.read()
    try:
        return None if code is None else CFunction(machine.loaded(code, file.name), kind)
    except ValueError:  # whatever is wrong with a cached file, the cure is to compile again
        return None


def _made(file: KernelFile, code: bytes, kind: Any) -> CFunction:
    translated = machine.translated(code)
    file.write(translated)
    return CFunction(machine.loaded(translated, file.name), kind)


def portable(template: Template, name: str, kind: Any, meanings: Meanings) -> bytes:
    """The code of :func:`function` before it is fitted to this processor: carried, or compiled by Numba."""
    return carried.codes().get(name) or compile(template, name, kind, meanings)


def compile(template: Template, name: str, kind: Any, meanings: Meanings) -> bytes:
    """The code of :func:`function` before it is fitted to this processor, by Numba.

    Raises
    ------
    EngineError
        If Numba cannot be loaded.
    """
    try:
        from glassnet.kernels.lift import specialise
        from glassnet.kernels.native import compiling
    except ImportError as error:
        raise EngineError(f"engine='compiled' needs numba, which cannot be loaded: {error}") from error
    return compiling.portable(specialise(template.load(), name, **meanings()), name, kind)


def own_function(
    key: Any, template: Template, kind: Any, meanings: Meanings, check: Callable[[CFunction], None]
) -> CFunction:
    """The same for a user's own formula: kept in memory under `key`, not on disk.

    `check` sees the compiled function first, and raises where it must not be used.
    """
    with _lock:
        if key not in _kept:
            refuse_too_many()
            name = f"own_{template.name}_{next(_numbers)}"
            code = machine.translated(compile(template, name, kind, meanings))
            made = CFunction(machine.loaded(code, name), kind)
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


def is_ready(key: Any) -> bool:
    """Whether :func:`function` or :func:`own_function` would find this without compiling."""
    return key in _kept or (isinstance(key, str) and KernelFile(key).read() is not None)


def is_carried(key: Any) -> bool:
    """Whether nothing but fitting it to this processor is left to do."""
    return key in carried.codes()
