"""Lesson 2: many neurons."""

from glassnet.lessons.tasks.lesson_02 import layers, wholes  # in the order of the text
from glassnet.lessons.tasks.lesson_02.lesson import lesson

__all__ = ["layers", "lesson", "wholes"]
