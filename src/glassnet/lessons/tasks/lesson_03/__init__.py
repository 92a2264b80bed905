"""Lesson 3: activations."""

from glassnet.lessons.tasks.lesson_03 import curves, shares, gradients  # noqa: I001  # in the order of the text
from glassnet.lessons.tasks.lesson_03.lesson import lesson

__all__ = ["curves", "gradients", "lesson", "shares"]
