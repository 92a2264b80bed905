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
SOURCES = ("formulas/*.py", "kernels/*.py", "engines/loop.py", "engines/entries.py", "plan.py")
DIGEST_BYTES = 32


@cache
def folder() -> Path:
    """Where compiled code of exactly these sources, versions and this processor is kept.

    ``GLASSNET_CACHE`` names another place than the user's cache folder. A place that cannot be written, or that
    others could write to, is replaced by a temporary folder for this process.
    """
    base = os.environ.get("GLASSNET_CACHE") or platformdirs.user_cache_dir("glassnet")
    place = Path(base) / _key()
    try:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        if _is_private(place) and os.access(place, os.W_OK):
            return place
    except OSError:
        pass
    return Path(tempfile.mkdtemp(prefix="glassnet-"))


def _is_private(place: Path) -> bool:
    """Whether nobody else can write here: code that is loaded must be our own."""
    if os.name == "nt":
        return True
    status = place.stat()
    return status.st_uid == os.getuid() and not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _key() -> str:
    digest = hashlib.sha256()
    for pattern in SOURCES:
        for path in sorted(PACKAGE.glob(pattern)):
            digest.update(path.read_bytes())
    processor = (llvmlite.binding.get_host_cpu_name(), llvmlite.binding.get_host_cpu_features().flatten())
    versions = (numba.__version__, llvmlite.__version__, np.__version__, sys.version, platform.machine())
    has_blas = blas.FOUND is not None
    digest.update(repr((processor, versions, blas.INTEGER_BITS, has_blas)).encode())
    return digest.hexdigest()[:24]


class KernelFile:
    """The compiled code of one kernel, in the role of a Numba cache.

    The file begins with the SHA-256 of the rest; one that is damaged or cannot be read is compiled and written anew.
    """

    def __init__(self, name: str) -> None:
        self.path = folder() / f"{name}.kernel"

    def load_overload(self, signature: Any, target_context: Any) -> Any:
        """The compiled code, or None."""
        target_context.refresh()
        try:
            content = self.path.read_bytes()
            digest, payload = content[:DIGEST_BYTES], content[DIGEST_BYTES:]
            if hashlib.sha256(payload).digest() != digest:
                return None
            return CompileResult._rebuild(target_context, *pickle.loads(payload))
        except Exception:  # whatever is wrong with a cached file, the cure is to compile again
            return None

    def save_overload(self, signature: Any, result: Any) -> None:
        """Write the compiled code; atomically, since other processes may do the same. A full disk is no error."""
        payload = dumps(result._reduce())
        try:
            with tempfile.NamedTemporaryFile(dir=self.path.parent, delete=False) as file:
                file.write(hashlib.sha256(payload).digest() + payload)
            Path(file.name).replace(self.path)
        except OSError:
            Path(file.name).unlink(missing_ok=True)
