"""An exercise: its solution is a function, and so is each mistake that is known, so that a check compares numbers."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np

from glassnet.lessons.outputs import Outputs

Case: TypeAlias = tuple[Any, ...]
Ask: TypeAlias = Callable[..., Any]


@dataclass(frozen=True)
class Slip:
    """A known mistake: what it gives, and what is said to the one who made it."""

    gives: Ask
    message: str


@dataclass(frozen=True)
class Exercise:
    """One exercise of the course.

    Attributes
    ----------
    number : str
        Lesson and place, "6.2".
    title : str
        What is to be done, in a few words.
    points : int
        What it is worth.
    cases : function
        Of a random generator: the inputs that an answer is tried on.
    solution : function
        A right answer; where a value is asked for, a function of the case that gives it.
    ask : function
        Of an answer and one case: what the answer gives. For a value, the value itself.
    hints : tuple of str
        A first and a second one.
    slips : list of Slip
        The known mistakes.
    tolerance : float
        How far a number may be from the right one, as a share of the largest of its array.
    explains : function or None
        Of an answer and one case: what a check of glassnet says of it, for mistakes that are none of the known ones.
    of_text : tuple or None
        For a value: the case that the source texts have, which seed 0 stands for.
    accepts : function or None
        Where many answers are right: of an answer's outputs and the case, None or what is wrong with it. All that it
        needs is in the outputs, as plain data, so that it can be asked in another process than the answer's.
    """

    number: str
    title: str
    points: int
    cases: Callable[[np.random.Generator], Sequence[Case]]
    solution: Ask
    ask: Ask
    hints: tuple[str, str]
    tolerance: float = 1e-6
    accepts: Callable[[Outputs, Case], str | None] | None = None
    explains: Callable[..., str | None] | None = None
    is_value: bool = False
    of_text: Case | None = None
    slips: list[Slip] = field(default_factory=list, compare=False)

    @property
    def lesson(self) -> int:
        """The number of the lesson."""
        return int(self.number.split(".")[0])

    def outcome(self, function: Ask, *case: Any) -> Any:
        """What a solution or a mistake gives: asked as an answer is, or, where a value is asked for, the value."""
        return function(*case) if self.is_value else self.ask(function, *case)

    def mistakes(self, *mistakes: tuple[Ask, str]) -> None:
        """Note known mistakes: a function that makes it, and what is said to the one who made it."""
        self.slips.extend(Slip(gives, message) for gives, message in mistakes)

    def variant(self, seed: int) -> Sequence[Case]:
        """The inputs of one learner; seed 0 is that of the texts."""
        if seed == 0 and self.of_text is not None:
            return [self.of_text]
        return self.cases(np.random.default_rng([seed, *map(int, self.number.split("."))]))

    def source(self) -> str:
        """The solution as Python code, with its documentation and without what marks it as a solution."""
        lines = inspect.getsource(self.solution).splitlines()
        start = next(i for i, line in enumerate(lines) if line.lstrip().startswith(("def ", "class ")))
        return textwrap.dedent("\n".join(lines[start:])) + "\n"


class Lesson:
    """The exercises of one lesson, in order."""

    def __init__(self, number: int, title: str) -> None:
        self.number, self.title = number, title
        self.exercises: list[Exercise] = []

    def function(
        self,
        title: str,
        cases: Callable[[np.random.Generator], Sequence[Case]],
        *,
        hints: tuple[str, str],
        points: int = 1,
        ask: Ask = lambda answer, *case: answer(*case),
        tolerance: float = 1e-6,
        accepts: Callable[[Outputs, Case], str | None] | None = None,
        explains: Callable[..., str | None] | None = None,
    ) -> Callable[[Ask], Exercise]:
        """A decorator: the function below is the solution of an exercise that asks for a function."""

        def add(solution: Ask) -> Exercise:
            exercise = Exercise(
                self._next(), title, points, cases, solution, ask, hints, tolerance, accepts, explains
            )
            self.exercises.append(exercise)
            return exercise

        return add

    def value(
        self,
        title: str,
        given: Callable[[np.random.Generator], Case],
        *,
        hints: tuple[str, str],
        points: int = 1,
        tolerance: float = 1e-3,
        of_text: Case | None = None,
        ask: Ask = lambda answer, *_: answer,
        accepts: Callable[[Outputs, Case], str | None] | None = None,
        explains: Callable[..., str | None] | None = None,
    ) -> Callable[[Ask], Exercise]:
        """A decorator: the function below computes from what is given what an exercise asks for."""

        def add(solution: Ask) -> Exercise:
            exercise = Exercise(
                self._next(), title, points, lambda random: [given(random)], solution, ask,
                hints, tolerance, accepts, explains, is_value=True, of_text=of_text,
            )  # fmt: skip
            self.exercises.append(exercise)
            return exercise

        return add

    def _next(self) -> str:
        return f"{self.number}.{len(self.exercises) + 1}"
