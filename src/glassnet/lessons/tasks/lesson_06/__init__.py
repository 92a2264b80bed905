"""Lesson 6: backpropagation."""

from glassnet.lessons.tasks.lesson_06 import slopes, passes, network, distances  # noqa: I001  # in the order of the text
from glassnet.lessons.tasks.lesson_06.lesson import lesson

__all__ = ["distances", "lesson", "network", "passes", "slopes"]
