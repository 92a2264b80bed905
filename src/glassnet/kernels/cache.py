"""Compiled code on disk: one file per kernel, in a folder for these sources, versions and processor."""

from __future__ import annotations

import hashlib
import os
import pickle
import platform
import stat
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import llvmlite
import llvmlite.binding
import numba
import numpy as np
import platformdirs
from numba.core.compiler import CompileResult
from numba.core.serialize import dumps

from glassnet.kernels import blas

PACKAGE = Path(__file__).parent.parent
SOURCES = (
    "formulas/*.py", "kernels/*.py", "engines/compiled.py", "engines/entries.py", "engines/kernels.py",
    "engines/loop.py", "activations.py", "losses.py", "optimizers.py", "plan.py",
)  # fmt: skip
DIGEST_BYTES = 32


@cache
def folder() -> Path | None:
    """Where compiled code is kept; None where others could write, since code that is loaded must be our own.

    ``GLASSNET_CACHE`` names another place than the user's cache folder. A folder that can only be read is read.
    """
    base = os.environ.get("GLASSNET_CACHE") or platformdirs.user_cache_dir("glassnet")
    place = Path(base) / key()
    try:
        place.mkdir(mode=0o755, parents=True, exist_ok=True)
        return place if _is_private(place) else None
    except OSError:
        return None


def keeps() -> bool:
    """Whether what is compiled now will be found again: there is a folder, and it can be written."""
    place = folder()
    return place is not None and os.access(place, os.W_OK)


def _is_private(place: Path) -> bool:
    """Whether nobody but this user, or the one who runs the machine, can write here."""
    if os.name == "nt":
        return True
    status = place.stat()
    return status.st_uid in (0, os.getuid()) and not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


@cache
def key() -> str:
    """A name for exactly these sources, versions and this processor."""
    digest = hashlib.sha256()
    for pattern in SOURCES:
        for path in sorted(PACKAGE.glob(pattern)):
            digest.update(path.name.encode() + path.read_bytes())
    processor = (llvmlite.binding.get_host_cpu_name(), llvmlite.binding.get_host_cpu_features().flatten())
    versions = (numba.__version__, llvmlite.__version__, np.__version__, sys.version, platform.machine())
    has_blas = blas.FOUND is not None
    digest.update(repr((processor, versions, blas.INTEGER_BITS, has_blas)).encode())
    return digest.hexdigest()[:24]


class KernelFile:
    """The compiled code of one kernel, in the role of a Numba cache.

    The file begins with a SHA-256 of the rest, of the kernel's name and of the folder's key. One that is damaged, or
    does not belong here, is compiled and written anew.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        place = folder()
        self.path = None if place is None else place / f"{name}.kernel"

    def _digest(self, payload: bytes) -> bytes:
        return hashlib.sha256(f"{key()} {self.name} ".encode() + payload).digest()

    def read(self) -> bytes | None:
        """The compiled code as it was written, or None."""
        if self.path is None:
            return None
        try:
            content = self.path.read_bytes()
        except OSError:
            return None
        digest, payload = content[:DIGEST_BYTES], content[DIGEST_BYTES:]
        return payload if self._digest(payload) == digest else None

    def load_overload(self, signature: Any, target_context: Any) -> Any:
        """The compiled code as Numba wants it, or None."""
        target_context.refresh()
        payload = self.read()
        if payload is None:
            return None
        try:
            return CompileResult._rebuild(target_context, *pickle.loads(payload))
        except Exception:  # whatever is wrong with a cached file, the cure is to compile again
            return None

    def save_overload(self, signature: Any, result: Any) -> None:
        """Write the compiled code; atomically, since other processes may do the same. A full disk is no error."""
        if self.path is None:
            return
        payload = dumps(result._reduce())
        try:
            number, name = tempfile.mkstemp(dir=self.path.parent, prefix=".")
        except OSError:
            return
        try:
            with os.fdopen(number, "wb") as file:
                file.write(self._digest(payload) + payload)
            Path(name).chmod(0o644)
            Path(name).replace(self.path)
        except OSError:
            Path(name).unlink(missing_ok=True)
