"""A notebook as its cells of code, and which lesson it is; nothing in it is run here."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from glassnet.lessons.catalogue import find, lessons
from glassnet.lessons.exercise import Exercise
from glassnet.lessons.grading.limits import MEBIBYTE
from glassnet.lessons.seeds import seed_of

MOST_BYTES = 32 * MEBIBYTE
_SEED = re.compile(r"""\buse_seed\s*\(\s*(?:["']([^"'\n]+)["']|(\d{1,18}))\s*\)""")
_CHECK = re.compile(r"""\bcheck\s*\(\s*["'](\d+\.\d+)["']""")


class Unreadable(Exception):
    """Why a notebook cannot be graded."""


@dataclass(frozen=True)
class Book:
    """What is graded of a notebook."""

    lesson: int  # its number
    cells: tuple[str, ...]  # the code of its cells
    lacking: tuple[str, ...]  # the numbers of the lesson's exercises that no cell checks
    seeds: dict[int, str]  # that cells set, each as it stands there

    @property
    def exercises(self) -> list[Exercise]:
        """All exercises of the lesson."""
        return lessons()[self.lesson].exercises


def read(file: Path, own_lesson: int | None = None) -> Book:
    """Read a notebook.

    Raises `Unreadable` if it is no notebook, holds no exercise of the course, or those of another lesson.
    """
    cells = _cells(file)
    checked = [number for cell in cells for number in _CHECK.findall(cell)]
    numbers = [number for number in checked if _is_known(number)]
    if not numbers:
        raise Unreadable('no cell checks an exercise of the course, as gn.lessons.check("1.1", ...) does')
    lesson = _lesson(numbers, own_lesson)
    lacking = [exercise.number for exercise in lessons()[lesson].exercises if exercise.number not in numbers]
    return Book(lesson, tuple(cells), tuple(lacking), _seeds(cells))


def _seeds(cells: list[str]) -> dict[int, str]:
    return {
        seed_of(name) if name else int(number): repr(name) if name else number
        for cell in cells
        for name, number in _SEED.findall(cell)
    }


def _cells(file: Path) -> list[str]:
    if not file.is_file():
        raise Unreadable("it is no regular file")
    if file.stat().st_size > MOST_BYTES:
        raise Unreadable(f"it is larger than {MOST_BYTES // MEBIBYTE} MiB; clear its outputs")
    try:
        content = json.loads(file.read_bytes())
    except (ValueError, RecursionError):
        raise Unreadable("it does not open: it is no JSON, or damaged") from None
    if not isinstance(content, dict) or not isinstance(content.get("cells"), list):
        raise Unreadable("it does not open: it holds no cells, as a notebook of format 4 does")
    return [
        _source(cell)
        for cell in content["cells"]
        if isinstance(cell, dict) and cell.get("cell_type") == "code"
    ]


def _source(cell: dict[str, Any]) -> str:
    source = cell.get("source", "")
    lines = source if isinstance(source, list) else [source]
    return "".join(line for line in lines if isinstance(line, str))


def _is_known(number: str) -> bool:
    return any(exercise.number == number for lesson in lessons().values() for exercise in lesson.exercises)


def _lesson(numbers: list[str], own_lesson: int | None) -> int:
    """The lesson that most exercises belong to; another one than was asked for is refused."""
    ((lesson, _), *_) = Counter(find(number).lesson for number in numbers).most_common()
    if own_lesson is not None and lesson != own_lesson:
        raise Unreadable(f"it is of lesson {lesson}; lesson {own_lesson} was asked for")
    return lesson
