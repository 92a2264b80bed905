"""Lesson 8: digits and spirals."""

from glassnet.lessons.tasks.lesson_08 import data, answers  # noqa: I001  # in the order of the text
from glassnet.lessons.tasks.lesson_08.lesson import lesson

__all__ = ["answers", "data", "lesson"]
