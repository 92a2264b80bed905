"""From what a notebook's answers gave to points: computed here, from plain data, whatever it says of itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from glassnet.lessons.catalogue import find, lessons
from glassnet.lessons.exercise import Exercise
from glassnet.lessons.grading.carrying import TOO_LONG, Answer, Record, short
from glassnet.lessons.grading.reading import mentioned
from glassnet.lessons.grading.submissions import Submission
from glassnet.lessons.judging import Failure, judge

OTHER_NUMBERS = "seed"
NOTHING = "it gives nothing to compare"


@dataclass(frozen=True)
class Mark:
    """What one exercise of one notebook is worth.

    Attributes
    ----------
    exercise : str
        Its number.
    points, of : int
        What the answer is worth, and what a right one is.
    slip : str
        A code for the known mistake, such as "1.1/3", the third one of exercise 1.1; "seed" where the answer is right
        for the numbers of the seed that the notebook sets, and not for the learner's; empty where it is none of these.
    message : str
        What is right or wrong, as the grader finds it.
    said : str
        What the learner's process says of it, in one short line: an error, what a check of glassnet finds, the seed
        that it sets. A notebook can make it say anything.
    """

    exercise: str
    points: int
    of: int
    slip: str
    message: str
    said: str = ""


@dataclass(frozen=True)
class Result:
    """What a notebook is worth.

    Attributes
    ----------
    learner : str
        Whose it is.
    file : str
        Where it lies.
    lesson : int or None
        Its number; none where the notebook could not be graded.
    seed : int or None
        Of the numbers that the exercises had.
    marks : tuple of Mark
        One for each exercise of the lesson.
    troubles : tuple of str
        Why not everything could be graded; empty where it could.
    errors : tuple of str
        Cells that ended with an error, as the learner's process says.
    """

    learner: str
    file: str
    lesson: int | None
    seed: int | None
    marks: tuple[Mark, ...]
    troubles: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()

    @property
    def points(self) -> int:
        """Of all exercises."""
        return sum(mark.points for mark in self.marks)

    @property
    def of(self) -> int:
        """Points of a notebook in which all is right."""
        return sum(mark.of for mark in self.marks)


def of_unreadable(submission: Submission, reason: str, lesson: int | None) -> Result:
    """No points, for a notebook that cannot be graded; one mark for each exercise where the lesson is known."""
    exercises = lessons()[lesson].exercises if lesson is not None else []
    none = tuple(Mark(exercise.number, 0, exercise.points, "", reason) for exercise in exercises)
    return Result(submission.learner, str(submission.file), None, None, none, (reason,))


def marks(
    submission: Submission, cells: Sequence[str], record: Record, seed: int | None, own_lesson: int | None
) -> Result:
    """Judge what a notebook's answers gave.

    Parameters
    ----------
    submission, cells, record
        Whose it is, the code that it holds, what it said.
    seed : int or None
        Whose numbers the answers must be for; None for the seed that the notebook set.
    own_lesson : int or None
        The lesson that was asked for; None for the one that most answers belong to.
    """
    found = _lesson(cells, record, own_lesson)
    if isinstance(found, str):
        return of_unreadable(submission, found, own_lesson)
    exercises = lessons()[found].exercises
    unchecked = [exercise.number for exercise in exercises if exercise.number not in record.answers]
    ended_before = set(mentioned(cells)) if record.errors else set()
    lacking = [number for number in unchecked if number not in ended_before and not record.ended]
    troubles = [record.ended] if record.ended else []
    troubles += [_stopped(error) for error in record.errors if TOO_LONG in error]
    if lacking:
        troubles.append(f"it lacks {'exercise' if len(lacking) == 1 else 'exercises'} {', '.join(lacking)}")
    seeds = {answer.seed for answer in record.answers.values()}
    return Result(
        submission.learner,
        str(submission.file),
        found,
        seed if seed is not None else (seeds.pop() if len(seeds) == 1 else None),
        tuple(_mark(exercise, record, seed, exercise.number in lacking) for exercise in exercises),
        tuple(troubles),
        tuple(record.errors),
    )


def _lesson(cells: Sequence[str], record: Record, own_lesson: int | None) -> int | str:
    """The lesson that was checked, or why there is none; where nothing was, that of the numbers in the cells."""
    numbers = list(record.answers) or mentioned(cells)
    n_of_each = Counter(find(number).lesson for number in numbers)
    if own_lesson in n_of_each:
        return own_lesson  # type: ignore[return-value]
    if not n_of_each:
        why = f"; {record.ended}" if record.ended else ""
        return f'it checks no exercise of the course, as gn.lessons.check("1.1", ...) does{why}'
    ((lesson, _), *_) = n_of_each.most_common()
    if own_lesson is not None:
        return f"it is of lesson {lesson}; lesson {own_lesson} was asked for"
    return lesson


def _stopped(error: str) -> str:
    """Of a cell that used up its time, which a loop does, and a machine with too much to do as well."""
    return f"{error.partition(':')[0]} was stopped after a third of --seconds; where the machine is busy, give more"


def _mark(exercise: Exercise, record: Record, seed: int | None, is_lacking: bool) -> Mark:
    answer = record.answers.get(exercise.number)
    nothing = Mark(exercise.number, 0, exercise.points, "", "there is no answer yet")
    if answer is None:
        return _unchecked(nothing, record, is_lacking)
    if answer.outputs is None:
        return nothing
    try:
        mark = _judged(exercise, answer, answer.seed if seed is None else seed)
        return (
            mark if mark.points or seed is None else _of_other_numbers(mark, exercise, answer, record, seed)
        )
    except Exception as reason:  # data that no answer has: of other lengths, of sizes that do not fit
        return replace(nothing, message=f"its outputs cannot be compared ({type(reason).__name__})")


def _unchecked(nothing: Mark, record: Record, is_lacking: bool) -> Mark:
    if is_lacking:
        return replace(nothing, message="no cell checks this exercise")
    if record.ended:
        return replace(nothing, message=f"the notebook did not get there: {record.ended}")
    return replace(nothing, message="its cell ended before the answer was checked", said=record.errors[0])


def _judged(exercise: Exercise, answer: Answer, seed: int) -> Mark:
    """The mark; what the learner's process says of the answer stands apart."""
    cases = exercise.variant(seed)
    outputs = [
        replace(one, reason=NOTHING) if isinstance(one, Failure) else one for one in answer.outputs or []
    ]
    with np.errstate(all="ignore"):
        verdict = judge(exercise, outputs, cases)
    if verdict.ok:
        return Mark(exercise.number, exercise.points, exercise.points, "", verdict.message)
    failures = [one.reason for one in answer.outputs or [] if isinstance(one, Failure)]
    said = failures[0] if failures else answer.explanation
    return Mark(
        exercise.number, 0, exercise.points, _code(exercise, verdict.slip), short(verdict.message), said
    )


def _of_other_numbers(mark: Mark, exercise: Exercise, answer: Answer, record: Record, seed: int) -> Mark:
    """The mark, and whether the answer is right for the numbers of another seed, which the notebook sets."""
    for other, written in record.seeds.items():
        if exercise.is_value and other != seed and _judged(exercise, answer, other).points:
            message = f"{mark.message}; it is right for the numbers of another seed, which the notebook sets"
            return replace(mark, slip=OTHER_NUMBERS, message=short(message), said=f"use_seed({written})")
    return mark


def _code(exercise: Exercise, message: str) -> str:
    places = [i for i, slip in enumerate(exercise.slips, start=1) if message and slip.message == message]
    return f"{exercise.number}/{places[0]}" if places else ""
