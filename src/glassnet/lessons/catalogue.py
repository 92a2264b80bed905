"""All lessons and their exercises; a lesson is one file in ``tasks`` and one in ``texts``."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from importlib.resources import files
from importlib.resources.abc import Traversable

from glassnet.errors import UnknownNameError
from glassnet.lessons.exercise import Exercise, Lesson


@cache
def texts() -> dict[int, Traversable]:
    """The text of each lesson by its number."""
    folder = files("glassnet.lessons") / "texts"
    names = sorted((file.name, file) for file in folder.iterdir() if file.name.endswith(".md"))
    return {int(name.split("-")[0]): file for name, file in names}


@cache
def lessons() -> dict[int, Lesson]:
    """All lessons in order."""
    modules = (import_module(f"glassnet.lessons.tasks.lesson_{number:02}") for number in texts())
    return {module.lesson.number: module.lesson for module in modules}


def find(number: str) -> Exercise:
    """The exercise of that number."""
    for lesson in lessons().values():
        for exercise in lesson.exercises:
            if exercise.number == str(number):
                return exercise
    of_lesson = [e.number for lesson in lessons().values() for e in lesson.exercises]
    near = [other for other in of_lesson if other.split(".")[0] == str(number).split(".")[0]] or of_lesson
    raise UnknownNameError(f"there is no exercise {number!r}; there are {', '.join(near)}")
