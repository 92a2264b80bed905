"""Files that appear whole or not at all."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from glassnet.errors import ModelFileError


def write(path: Path, data: bytes) -> None:
    """Put `data` into a file; one that was there before is replaced at the end.

    Raises
    ------
    ModelFileError
        If it cannot be written; nothing has changed then.
    """
    if not path.resolve().parent.is_dir():
        raise ModelFileError(f"cannot write {path}: its folder does not exist; create it first")
    if path.exists() and not path.is_file():
        raise ModelFileError(f"cannot write {path}: it is there already and not a regular file")
    try:
        with _replacing(path.resolve()) as temporary, temporary.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise ModelFileError(f"cannot write {path}: {error.strerror or error}") from error


@contextmanager
def _replacing(target: Path) -> Iterator[Path]:
    """A name beside `target` for a file that takes its place if all goes well, and else disappears."""
    temporary = target.with_name(f".{secrets.token_hex(8)}.part")
    try:
        yield temporary
        if target.exists():
            temporary.chmod(target.stat().st_mode)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
