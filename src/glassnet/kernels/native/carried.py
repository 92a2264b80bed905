"""Portable code that comes with the package, so that another machine only has to fit it to its processor.

``python -m glassnet.engines.compiled`` writes it: one archive, of which a member says what it was made of. Code of
other sources, for another system or from a later LLVM is left alone, and Numba compiles.
"""

from __future__ import annotations

import ast
import functools
import hashlib
import io
import json
import lzma
import platform
import sys
import tarfile
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import llvmlite.binding as llvm

from glassnet.kernels import blas, cache

ARCHIVE = Path(__file__).with_name("portable.tar.xz")
ABOUT = "about.json"


def about() -> dict[str, Any]:
    """What code that is made here is for."""
    return {
        "system": f"{sys.platform} {platform.machine()}",
        "integer_bits": blas.INTEGER_BITS,
        "llvm": list(llvm.llvm_version_info),
    }


def made_by() -> str:
    """The versions that make code here; others make code that means the same."""
    return f"Numba {version('numba')}, Python {sys.version_info.major}.{sys.version_info.minor}"


def meaning(file: str) -> str:
    """A digest of what a file of the package says to Python: neither comments nor docstrings count."""
    tree = ast.parse((cache.PACKAGE / file).read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)) and ast.get_docstring(node):
            node.body = node.body[1:]
    return hashlib.sha256(ast.dump(tree).encode()).hexdigest()


def write(codes: Mapping[str, bytes]) -> None:
    """Put the codes of kernels, by their names, into the archive; the same codes make the same file."""
    files = {file: [digest, meaning(file)] for file, digest in cache.digests().items()}
    told = json.dumps({**about(), "made_by": made_by(), "files": files}, indent=1)
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
            found = {name: file.read() for name, file in members.items() if file is not None}
        return json.loads(found.pop(ABOUT)), found
    except (OSError, EOFError, KeyError, ValueError, tarfile.TarError, lzma.LZMAError):
        return {}, {}


@functools.cache
def codes() -> Mapping[str, bytes]:
    """The codes of kernels, by their names; none where they are of other sources, or for another system."""
    told, found = contents()
    here = about()
    if not found or blas.FOUND is None or told["llvm"] > here["llvm"]:
        return {}
    same = all(told[name] == here[name] for name in ("system", "integer_bits"))
    return found if same and _are_as_they_were(told["files"]) else {}


def _are_as_they_were(files: Mapping[str, Sequence[str]]) -> bool:
    """Whether these, and no others, are the files of compiled code, to the letter or in what they mean."""
    now = cache.digests()
    return now.keys() == files.keys() and all(
        digest == files[file][0] or meaning(file) == files[file][1] for file, digest in now.items()
    )
