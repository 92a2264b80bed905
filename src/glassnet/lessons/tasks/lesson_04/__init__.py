"""Lesson 4: forward propagation."""

from glassnet.lessons.tasks.lesson_04 import networks, choices  # noqa: I001  # in the order of the text
from glassnet.lessons.tasks.lesson_04.lesson import lesson

__all__ = ["choices", "lesson", "networks"]
