"""The lesson that the exercises of this folder belong to."""

from glassnet.lessons.exercise import Lesson

lesson = Lesson(7, "Training")
