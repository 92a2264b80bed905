"""Lesson 1: one neuron."""

from glassnet.lessons.tasks.lesson_01 import sums, perceptron  # noqa: I001  # in the order of the text
from glassnet.lessons.tasks.lesson_01.lesson import lesson

__all__ = ["lesson", "perceptron", "sums"]
