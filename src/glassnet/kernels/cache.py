"""Compiled code on disk: one file per kernel, in a folder for these sources, versions and processor."""

from __future__ import annotations

import hashlib
import os
import platform
import stat
import sys
import tempfile
from functools import cache
from importlib.metadata import version
from pathlib import Path

import llvmlite
import llvmlite.binding
import numpy as np
import platformdirs

from glassnet.kernels import blas

PACKAGE = Path(__file__).parent.parent
# What compiled code is made of. The parts that lift a formula (activations, losses, optimizers) are not here: the name
# of a kernel says which formulas and counts they gave it.
SOURCES = (
    "formulas/*.py", "kernels/**/*.py", "engines/compiled/engine.py", "engines/compiled/entries.py",
    "engines/compiled/kernels.py", "engines/compiled/layers.py", "engines/compiled/lifted.py",
    "engines/loop.py", "plan/rows.py",
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
        _make(place)
        return place if _is_private(place) else None
    except OSError:
        return None


def _make(place: Path) -> None:
    """The folder and those above it, none of which others can write to, whatever the umask."""
    if not place.is_dir():
        _make(place.parent)
        place.mkdir(mode=0o755, exist_ok=True)


def keeps() -> bool:
    """Whether what is compiled now will be found again: there is a folder, and it can be written."""
    place = folder()
    return place is not None and os.access(place, os.W_OK)


def _is_private(place: Path) -> bool:
    """Whether nobody but this user, or the one who runs the machine, can write here or put another folder here."""
    if os.name == "nt":
        return True
    ways = place.absolute(), place.resolve()
    above = {parent for way in ways for parent in way.parents}
    return _is_ours(place.stat()) and all(_is_ours(parent.stat(), sticky=True) for parent in above)


def _is_ours(status: os.stat_result, *, sticky: bool = False) -> bool:
    """Whether others cannot write; with `sticky`, a folder where they cannot touch what is not theirs will do."""
    others = status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    return status.st_uid in (0, os.getuid()) and (
        not others or (sticky and bool(status.st_mode & stat.S_ISVTX))
    )


def _content(path: Path) -> bytes:
    """Of a file of our own that is no link; raises OSError for any other, since what is read here is run."""
    if os.name == "nt":
        return path.read_bytes()
    number = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(number, "rb") as file:
        status = os.fstat(number)
        if not (stat.S_ISREG(status.st_mode) and _is_ours(status) and _is_private(path.parent)):
            raise PermissionError(f"{path} is not a file of this user's own")
        return file.read()


def digests() -> dict[str, str]:
    """Of each file that compiled code is made of, by its path in the package."""
    paths = [path for pattern in SOURCES for path in sorted(PACKAGE.glob(pattern))]
    return {
        path.relative_to(PACKAGE).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths
    }


@cache
def sources() -> str:
    """One digest of all of them."""
    return hashlib.sha256(repr(digests()).encode()).hexdigest()


@cache
def key() -> str:
    """A name for exactly these sources, versions and this processor."""
    processor = (llvmlite.binding.get_host_cpu_name(), llvmlite.binding.get_host_cpu_features().flatten())
    versions = (version("numba"), llvmlite.__version__, np.__version__, sys.version, platform.machine())
    has_blas = blas.FOUND is not None
    made_of = (sources(), processor, versions, blas.INTEGER_BITS, has_blas)
    return hashlib.sha256(repr(made_of).encode()).hexdigest()[:24]


class KernelFile:
    """The machine code of one kernel, an object file.

    The file begins with a SHA-256 of the rest, of the kernel's name and of the folder's key. One that is damaged, or
    does not belong here, is compiled and written anew.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        place = folder()
        self.path = None if place is None else place / f"{name}.kernel"

    def _digest(self, code: bytes) -> bytes:
        return hashlib.sha256(f"{key()} {self.name} ".encode() + code).digest()

    def read(self) -> bytes | None:
        """The machine code as it was written, or None."""
        if self.path is None:
            return None
        try:
            content = _content(self.path)
        except OSError:
            return None
        digest, code = content[:DIGEST_BYTES], content[DIGEST_BYTES:]
        return code if self._digest(code) == digest else None

    def write(self, code: bytes) -> None:
        """Keep the machine code; atomically, since other processes may do the same. A full disk is no error."""
        if self.path is None:
            return
        try:
            number, name = tempfile.mkstemp(dir=self.path.parent, prefix=".")
        except OSError:
            return
        try:
            with os.fdopen(number, "wb") as file:
                file.write(self._digest(code) + code)
            Path(name).chmod(0o644)
            Path(name).replace(self.path)
        except OSError:
            Path(name).unlink(missing_ok=True)
