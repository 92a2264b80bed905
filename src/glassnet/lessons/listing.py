"""A list of exercises that prints as a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import overload

from glassnet.lessons.exercise import Exercise


@dataclass(frozen=True)
class Exercises(Sequence[Exercise]):
    """Exercises in the order of the course."""

    exercises: tuple[Exercise, ...]

    def __len__(self) -> int:
        return len(self.exercises)

    def __iter__(self) -> Iterator[Exercise]:
        return iter(self.exercises)

    @overload
    def __getitem__(self, index: int) -> Exercise: ...
    @overload
    def __getitem__(self, index: slice) -> Exercises: ...
    def __getitem__(self, index: int | slice) -> Exercise | Exercises:
        if isinstance(index, slice):
            return Exercises(self.exercises[index])
        return self.exercises[index]

    def __repr__(self) -> str:
        rows = [f"{e.number:>5}  {e.points:>6}  {e.title}" for e in self.exercises]
        return "\n".join(("exercise points title", *rows))
