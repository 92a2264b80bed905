"""Portable code that comes with the package, so that another machine only has to fit it to its processor.

``python -m glassnet.engines.compiled`` writes it: one archive, of which a member says what it was made of. Code of
other sources, for another system or from a later LLVM is left alone, and Numba compiles.
"""

from __future__ import annotations

import io
import json
import lzma
import platform
import sys
import tarfile
from collections.abc import Mapping
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import llvmlite.binding as llvm

from glassnet.kernels import blas

ARCHIVE = Path(__file__).with_name("portable.tar.xz")
ABOUT = "about.json"


def about(sources: str) -> dict[str, Any]:
    """What code that is made here is for, and of what; `sources` is their digest."""
    return {
        "sources": sources,
        "system": f"{sys.platform} {platform.machine()}",
        "integer_bits": blas.INTEGER_BITS,
        "llvm": list(llvm.llvm_version_info),
    }


def made_by() -> str:
    """The versions that make code here; others make code that means the same."""
    return f"Numba {version('numba')}, Python {sys.version_info.major}.{sys.version_info.minor}"


def write(codes: Mapping[str, bytes], sources: str, digests: Mapping[str, str]) -> None:
    """Put the codes of kernels, by their names, into the archive; the same codes make the same file."""
    told = json.dumps({**about(sources), "made_by": made_by(), "files": dict(digests)}, indent=1)
    members = {ABOUT: told.encode(), **dict(sorted(codes.items()))}
    with tarfile.open(ARCHIVE, "w:xz", preset=9) as archive:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))


def contents() -> tuple[dict[str, Any], Mapping[str, bytes]]:
    """What the archive says about itself, and the codes of kernels, by their names; nothing where there is none."""
    try:
        with tarfile.open(ARCHIVE) as archive:
            members = {member.name: archive.extractfile(member) for member in archive}
            codes = {name: file.read() for name, file in members.items() if file is not None}
        return json.loads(codes.pop(ABOUT)), codes
    except (OSError, EOFError, KeyError, ValueError, tarfile.TarError, lzma.LZMAError):
        return {}, {}


@cache
def codes(sources: str) -> Mapping[str, bytes]:
    """The codes of kernels, by their names; none where they are of other sources, or for another system."""
    told, found = contents()
    here = about(sources)
    same = all(told.get(name) == here[name] for name in ("sources", "system", "integer_bits"))
    return found if same and told["llvm"] <= here["llvm"] and blas.FOUND is not None else {}
