"""Lesson 5: losses."""

from glassnet.lessons.tasks.lesson_05 import numbers, classes, distances  # noqa: I001  # in the order of the text
from glassnet.lessons.tasks.lesson_05.lesson import lesson

__all__ = ["classes", "distances", "lesson", "numbers"]
