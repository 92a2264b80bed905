"""Files that appear whole or not at all."""

from __future__ import annotations

import os
import re
import secrets
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import BinaryIO

from glassnet.errors import ModelFileError

if sys.platform != "win32":
    import fcntl

_UNFINISHED = re.compile(r"\.[0-9a-f]{16}\.part")


def write(path: Path, data: bytes) -> None:
    """Put `data` into a file; one that was there before is replaced at the end.

    Raises `ModelFileError` if it cannot be written; nothing has changed then.
    """
    if not path.resolve().parent.is_dir():
        raise ModelFileError(f"cannot write {path}: its folder does not exist; create it first")
    if path.exists() and not path.is_file():
        raise ModelFileError(f"cannot write {path}: it is there already and not a regular file")
    try:
        _remove_unfinished(path.resolve().parent)
        with _replacing(path.resolve()) as temporary, temporary.open("r+b") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise ModelFileError(f"cannot write {path}: {error.strerror or error}") from error


@contextmanager
def _replacing(target: Path) -> Iterator[Path]:
    """An empty file beside `target` that takes its place if all goes well, and else disappears.

    Its lock says that the process which writes it is alive. Where files cannot be locked, none is ever removed.
    """
    with ExitStack() as held:
        temporary = target
        while (
            temporary == target or not temporary.exists()
        ):  # until another process removed it before it was locked
            temporary = target.with_name(f".{secrets.token_hex(8)}.part")
            file = held.enter_context(temporary.open("xb"))
            with suppress(OSError):
                _lock(file, waits=True)
        try:
            yield temporary
            if target.exists():
                temporary.chmod(target.stat().st_mode)
            if sys.platform == "win32":
                held.close()
            temporary.replace(target)
        finally:
            temporary.unlink(missing_ok=True)


@cache
def _remove_unfinished(folder: Path) -> None:
    """Remove what processes that were killed while they wrote have left in a folder; once for each folder."""
    for path in folder.iterdir():
        if _UNFINISHED.fullmatch(path.name):
            with suppress(OSError), path.open("rb") as file:
                _lock(file, waits=False)
                path.unlink(missing_ok=True)


def _lock(file: BinaryIO, *, waits: bool) -> None:
    """Lock an open file; raises OSError where another process has. Windows locks what is open by itself."""
    if sys.platform != "win32":
        fcntl.flock(file, fcntl.LOCK_EX if waits else fcntl.LOCK_EX | fcntl.LOCK_NB)
