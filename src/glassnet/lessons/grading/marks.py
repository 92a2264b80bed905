"""From what a notebook's answers gave to points: computed here, from plain data, whatever it says of itself."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from glassnet.lessons.catalogue import lessons
from glassnet.lessons.exercise import Exercise
from glassnet.lessons.grading.carrying import TOO_LONG, Answer, Record, short
from glassnet.lessons.grading.reading import Book
from glassnet.lessons.grading.submissions import Submission
from glassnet.lessons.judging import judge

OTHER_NUMBERS = "seed"


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
        A code for the known mistake, such as "1.1/3", the third one of exercise 1.1; "checks" where a check of glassnet
        names it; "seed" where the answer is right for the numbers of the seed that the notebook sets, and not for the
        learner's; empty where it is none of these.
    message : str
        What is right or wrong.
    """

    exercise: str
    points: int
    of: int
    slip: str
    message: str


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
        Cells that ended with an error.
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


def marks(submission: Submission, book: Book, record: Record, seed: int | None) -> Result:
    """Judge what a notebook's answers gave.

    Parameters
    ----------
    submission, book, record
        Whose it is, what it holds, what it said.
    seed : int or None
        Whose numbers the answers must be for; None for the seed that the notebook set.
    """
    of_each = tuple(_mark(exercise, book, record, seed) for exercise in book.exercises)
    troubles = [record.ended] if record.ended else []
    troubles += [_stopped(error) for error in record.errors if TOO_LONG in error]
    if book.lacking:
        troubles.append(
            f"it lacks {'exercise' if len(book.lacking) == 1 else 'exercises'} {', '.join(book.lacking)}"
        )
    seeds = {answer.seed for answer in record.answers.values()}
    used = seed if seed is not None else (seeds.pop() if len(seeds) == 1 else None)
    return Result(
        submission.learner,
        str(submission.file),
        book.lesson,
        used,
        of_each,
        tuple(troubles),
        tuple(record.errors),
    )


def _stopped(error: str) -> str:
    """Of a cell that used up its time, which a loop does, and a machine with too much to do as well."""
    return f"{error.partition(':')[0]} was stopped after a third of --seconds; where the machine is busy, give more"


def _mark(exercise: Exercise, book: Book, record: Record, seed: int | None) -> Mark:
    answer = record.answers.get(exercise.number)
    if answer is None:
        return Mark(exercise.number, 0, exercise.points, "", _why_none(exercise, book, record))
    if answer.outputs is None:
        return Mark(exercise.number, 0, exercise.points, "", "there is no answer yet")
    try:
        mark = _judged(exercise, answer, answer.seed if seed is None else seed)
        return mark if mark.points or seed is None else _of_other_numbers(mark, exercise, answer, book, seed)
    except Exception as reason:  # data that no answer has: of other lengths, of sizes that do not fit
        message = f"its outputs cannot be compared ({type(reason).__name__})"
        return Mark(exercise.number, 0, exercise.points, "", message)


def _why_none(exercise: Exercise, book: Book, record: Record) -> str:
    if exercise.number in book.lacking:
        return "the exercise is not in the notebook"
    if record.ended:
        return f"the notebook did not get there: {record.ended}"
    first = f"; {record.errors[0]}" if record.errors else ""
    return f"its cell ended before the answer was checked{first}"


def _judged(exercise: Exercise, answer: Answer, seed: int) -> Mark:
    cases = exercise.variant(seed)
    with np.errstate(all="ignore"):
        verdict = judge(exercise, answer.outputs or [], cases)
    if verdict.ok:
        return Mark(exercise.number, exercise.points, exercise.points, "", verdict.message)
    message, code = verdict.message, _code(exercise, verdict.slip)
    if not code and answer.explanation:
        message, code = f"{message}; {answer.explanation}", "checks"
    return Mark(exercise.number, 0, exercise.points, code, short(message))


def _of_other_numbers(mark: Mark, exercise: Exercise, answer: Answer, book: Book, seed: int) -> Mark:
    """The mark, and whether the answer is right for the numbers of another seed, which the notebook sets."""
    for other, written in book.seeds.items():
        if exercise.is_value and other != seed and _judged(exercise, answer, other).points:
            said = (
                f"{mark.message}; it is right for the numbers of use_seed({written}), which the notebook sets"
            )
            return replace(mark, slip=OTHER_NUMBERS, message=short(said))
    return mark


def _code(exercise: Exercise, message: str) -> str:
    places = [i for i, slip in enumerate(exercise.slips, start=1) if message and slip.message == message]
    return f"{exercise.number}/{places[0]}" if places else ""
