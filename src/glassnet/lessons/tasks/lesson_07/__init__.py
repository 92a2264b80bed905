"""Lesson 7: training."""

from glassnet.lessons.tasks.lesson_07 import steps, batches  # noqa: I001  # in the order of the text
from glassnet.lessons.tasks.lesson_07.lesson import lesson

__all__ = ["batches", "lesson", "steps"]
