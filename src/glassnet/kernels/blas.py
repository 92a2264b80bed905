"""Where the BLAS is: the address of its matrix product, and how many threads it uses."""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
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


def find() -> Blas | None:
    """The BLAS that NumPy has loaded, if its matrix product can be called."""
    for controller in threadpoolctl.ThreadpoolController().lib_controllers:
        if controller.user_api != "blas":
            continue
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


FOUND = find()
INTEGER_BITS = FOUND.integer_bits if FOUND is not None else 64

_lock = threading.Lock()
_usual = 1
_shared: list[int] = []
_exact: list[int] = []


def threads(wanted: int) -> AbstractContextManager[None]:
    """While active the BLAS uses `wanted` threads, but no more than usual, and one if others train at the same time.

    On another number of threads, products with a long inner axis may round differently.
    """
    return _joining(_shared, wanted)


def exactly(wanted: int) -> AbstractContextManager[None]:
    """While active the BLAS uses `wanted` threads, whoever else trains."""
    return _joining(_exact, wanted)


@contextmanager
def _joining(users: list[int], wanted: int) -> Iterator[None]:
    """While active, `wanted` is among what the users of the BLAS want; the last one to leave puts back what was."""
    global _usual
    if FOUND is None:
        yield
        return
    controller = FOUND.controller
    with _lock:
        if not _shared and not _exact:
            _usual = controller.get_num_threads()
        users.append(wanted)
        controller.set_num_threads(_number())
    try:
        yield
    finally:
        with _lock:
            users.remove(wanted)
            controller.set_num_threads(_number())


def _number() -> int:
    if _exact:
        return _exact[-1]
    if not _shared:
        return _usual
    return min(_shared[0], _usual) if len(_shared) == 1 else 1
