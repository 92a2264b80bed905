"""Where the BLAS is: the address of its matrix product, and how many threads it uses.

MKL is taken where it is installed (``pip install mkl``), else the BLAS that NumPy has loaded; the variable
``GLASSNET_BLAS=numpy`` asks for the latter.
"""

from __future__ import annotations

import ctypes
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np  # noqa: F401  loads the BLAS that is looked for below
import threadpoolctl

# Names of cblas_sgemm, and the bits of its integers: NumPy's own OpenBLAS first, then MKL and the common builds.
_NAMES = (
    ("scipy_cblas_{}gemm64_", 64),
    ("cblas_{}gemm64_", 64),
    ("cblas_{}gemm_64", 64),
    ("scipy_cblas_{}gemm", 32),
    ("cblas_{}gemm", 32),
)


@dataclass(frozen=True)
class Blas:
    """A library with a matrix product.

    Attributes
    ----------
    path, name, version : str
    float32, float64 : int
        Addresses of ``cblas_sgemm`` and ``cblas_dgemm``.
    integer_bits : int
        Size of their integers.
    controller : object
        threadpoolctl's, with ``get_num_threads`` and ``set_num_threads``.
    """

    path: str
    name: str
    version: str
    float32: int
    float64: int
    integer_bits: int
    controller: Any


def find() -> list[Blas]:
    """The libraries whose matrix products can be called, the best first."""
    if os.environ.get("GLASSNET_BLAS") != "numpy":
        _load_mkl()
    controllers = threadpoolctl.ThreadpoolController().lib_controllers
    found = [_described(controller) for controller in controllers if controller.user_api == "blas"]
    return sorted((blas for blas in found if blas is not None), key=lambda blas: blas.name != "mkl")


def _load_mkl() -> None:
    """Load MKL into this process, if it is where pip and conda put it."""
    for place in ("lib/libmkl_rt.so*", "Library/bin/mkl_rt*.dll"):
        for path in sorted(Path(sys.prefix).glob(place))[:1]:
            with suppress(OSError):
                ctypes.CDLL(str(path))


def _described(controller: Any) -> Blas | None:
    library = ctypes.CDLL(controller.filepath)
    for pattern, bits in _NAMES:
        single, double = (getattr(library, pattern.format(letter), None) for letter in "sd")
        if single is not None and double is not None:
            return Blas(
                Path(controller.filepath).name, controller.internal_api, str(controller.version),
                _address(single), _address(double), bits, controller,
            )  # fmt: skip
    return None


def _address(function: Any) -> int:
    address = ctypes.cast(function, ctypes.c_void_p).value
    return address or 0


LIBRARIES = find()
FOUND = LIBRARIES[0] if LIBRARIES else None
INTEGER_BITS = FOUND.integer_bits if FOUND is not None else 64

_lock = threading.Lock()
_usual: list[int] = []
# Who uses the BLAS: the thread that asked, and how many threads it wants.
User = tuple[int, int]
_shared: list[User] = []
_exact: list[User] = []


def threads(wanted: int) -> AbstractContextManager[None]:
    """While active the BLAS uses `wanted` threads, but no more than usual, and one if others train at the same time.

    On another number of threads, products with a long inner axis may round differently.
    """
    return _joining(_shared, wanted)


def exactly(wanted: int) -> AbstractContextManager[None]:
    """While active the BLAS uses `wanted` threads, whoever else trains."""
    return _joining(_exact, wanted)


@contextmanager
def _joining(users: list[User], wanted: int) -> Iterator[None]:
    """While active, `wanted` is among what the users of the BLAS want; the last one to leave puts back what was."""
    user = threading.get_ident(), int(wanted)
    with _lock:
        if not _shared and not _exact:
            _usual[:] = [library.controller.get_num_threads() for library in LIBRARIES]
        users.append(user)
    try:
        with _lock:
            _set()
        yield
    finally:
        with _lock:
            users.remove(user)
            _set()


def _set() -> None:
    for library, usual in zip(LIBRARIES, _usual, strict=True):
        library.controller.set_num_threads(_number(usual))


def _number(usual: int) -> int:
    if _exact:
        return _exact[-1][1]
    if not _shared:
        return usual
    return min(_shared[0][1], usual) if len(_shared) == 1 else 1


def _in_a_child() -> None:
    """Of all users only the thread that forked is left."""
    for users in (_shared, _exact):
        users[:] = [user for user in users if user[0] == threading.get_ident()]
    if _usual:
        _set()
    _lock.release()


if hasattr(os, "register_at_fork"):
    # A process forks when nobody holds the lock: a child would wait for ever for a thread that it does not have.
    os.register_at_fork(before=_lock.acquire, after_in_parent=_lock.release, after_in_child=_in_a_child)
