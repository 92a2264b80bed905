"""A notebook as its cells of code; nothing in it is run here."""

from __future__ import annotations

import errno
import json
import os
import re
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from glassnet.lessons.catalogue import lessons
from glassnet.lessons.grading.limits import MEBIBYTE

MOST_BYTES = 32 * MEBIBYTE
_NUMBER = re.compile(r"""["'](\d+\.\d+)["']""")


class Unreadable(Exception):
    """Why a notebook cannot be graded."""


def read(file: Path) -> tuple[str, ...]:
    """The code of a notebook's cells.

    Raises `Unreadable` if it is no notebook.
    """
    try:
        content = json.loads(_bytes(file))
    except UnicodeDecodeError:
        raise Unreadable("it does not open: its text is not in UTF-8") from None
    except (ValueError, RecursionError):
        raise Unreadable("it does not open: it is no JSON, or damaged") from None
    if isinstance(content, dict) and "worksheets" in content:
        raise Unreadable("it is of an old notebook format; opened in Jupyter and saved, it is of format 4")
    if not isinstance(content, dict) or not isinstance(content.get("cells"), list):
        raise Unreadable("it does not open: it holds no cells, as a notebook of format 4 does")
    return tuple(
        _source(cell)
        for cell in content["cells"]
        if isinstance(cell, dict) and cell.get("cell_type") == "code"
    )


def _bytes(file: Path) -> bytes:
    """What a file holds that is one itself; a link may lead to somebody else's."""
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as reason:
        link = "it is a link; only a notebook itself is graded"
        raise Unreadable(
            link if reason.errno == errno.ELOOP else f"it does not open: {reason.strerror}"
        ) from None
    with os.fdopen(descriptor, "rb") as opened:
        facts = os.fstat(descriptor)
        if not stat.S_ISREG(facts.st_mode):
            raise Unreadable("it is no regular file")
        if facts.st_size > MOST_BYTES:
            raise Unreadable(f"it is larger than {MOST_BYTES // MEBIBYTE} MiB; clear its outputs")
        return opened.read(MOST_BYTES)


def _source(cell: dict[str, Any]) -> str:
    source = cell.get("source", "")
    lines = source if isinstance(source, list) else [source]
    return "".join(line for line in lines if isinstance(line, str))


def mentioned(cells: Sequence[str]) -> list[str]:
    """The exercises whose numbers stand in the cells; what a notebook checks shows only when it runs."""
    numbers = [number for cell in cells for number in _NUMBER.findall(cell)]
    known = {exercise.number for lesson in lessons().values() for exercise in lesson.exercises}
    return [number for number in numbers if number in known]
