"""The course: thirteen lessons from one neuron to a network in production, with exercises that are checked::

    gn.lessons.check("1.1", my_function)     # what is right, or what is wrong, with a number
    gn.lessons.hint("1.1")                   # a first hint; asked again, a plainer one
    gn.lessons.solution("1.1")               # one way of doing it
    gn.lessons.exercises()                   # all of them

``glassnet lessons`` copies the course to a folder as notebooks. Each learner may have numbers of their own: they are
drawn from a seed, which ``use_seed`` sets and the first cell of a copied notebook holds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from glassnet.browser.page.embedding import HEIGHT, Embedded, EmbeddedNetwork
from glassnet.errors import ArgumentError
from glassnet.lessons import progress
from glassnet.lessons.catalogue import find, lessons
from glassnet.lessons.exercise import Case, Exercise, Lesson
from glassnet.lessons.judging import Verdict, collect, is_stub, judge, with_explanation
from glassnet.lessons.listing import Exercises
from glassnet.lessons.seeds import seed_of
from glassnet.support import checks

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from glassnet.network.network import Network

__all__ = [
    "Exercise",
    "Lesson",
    "Verdict",
    "check",
    "exercises",
    "given",
    "hint",
    "page",
    "solution",
    "use_seed",
]

_seed = 0
_hints: dict[str, int] = {}


def __dir__() -> list[str]:
    return __all__


def use_seed(seed: int | str) -> None:
    """Draw the numbers of all exercises from a seed; 0, which is used else, stands for those of the texts.

    Parameters
    ----------
    seed : int or str
        From 0, such as the number of a student; or a student's name.
    """
    global _seed
    _seed = seed_of(seed) if isinstance(seed, str) else checks.integer("seed", seed, least=0)


def check(number: str, answer: Any) -> Verdict:
    """Check an answer to an exercise, and say what is wrong with it.

    Parameters
    ----------
    number : str
        Of the exercise, such as ``"6.2"``.
    answer : object
        What the exercise asks for: a function, a number, an array, a network.

    Returns
    -------
    Verdict
        ``.ok``, ``.message`` (what is right, or what is wrong, with a number) and ``.hints``.

    Raises
    ------
    UnknownNameError
        If there is no such exercise.
    """
    exercise = find(number)
    cases = exercise.variant(_seed)
    if is_stub(answer):
        return Verdict(exercise.number, False, "there is no answer yet", exercise.hints, 0)
    if not exercise.is_value and not callable(answer) and exercise.accepts is None:
        kind = "class" if isinstance(exercise.solution, type) else "function"
        raise ArgumentError(
            f"exercise {exercise.number} asks for a {kind}; got {type(answer).__name__}: pass it by its name, "
            "without brackets behind it"
        )
    verdict = judge(exercise, collect(exercise, answer, cases), cases)
    if not verdict.ok and not verdict.slip and exercise.explains is not None:
        verdict = with_explanation(verdict, exercise.explains, answer, cases)
    progress.note(verdict)
    return verdict


def given(number: str) -> Case:
    """What an exercise gives to compute with: the inputs of its first case.

    Parameters
    ----------
    number : str
        Of the exercise.

    Returns
    -------
    tuple
        In the order that the exercise names them.
    """
    return find(number).variant(_seed)[0]


def hint(number: str) -> str:
    """A hint for an exercise: at the first call the first one, from then on a plainer one.

    Parameters
    ----------
    number : str
        Of the exercise.

    Returns
    -------
    str
        The hint.
    """
    exercise = find(number)
    n_seen = _hints.get(exercise.number, 0)
    _hints[exercise.number] = n_seen + 1
    return exercise.hints[min(n_seen, 1)]


def solution(number: str) -> str:
    """One way of doing an exercise, as Python code.

    Parameters
    ----------
    number : str
        Of the exercise.

    Returns
    -------
    str
        The source of a function.
    """
    return find(number).source()


def page(
    state: str = "", network: Network | None = None, X: ArrayLike | None = None, y: ArrayLike | None = None, *,
    height: int = HEIGHT,
) -> Embedded | EmbeddedNetwork:  # fmt: skip
    """The page as the output of a cell: a network to train and to look into, in the reader's browser.

    Parameters
    ----------
    state : str
        What is chosen, as it stands behind ``#`` in the address of the page, such as ``"data=xor&hidden=2.relu"``.
        ``hide=data,network,training,view,look,output`` hides panels.
    network : Network, optional
        One to begin with, which may have parts of your own.
    X, y : array_like, optional
        Its samples and targets, as ``gn.play`` takes them.
    height : int
        In pixels, until the page tells its own; from 100.
    """
    chosen, high = checks.text("state", state, least=0), checks.integer("height", height, least=100)
    if network is None:
        return Embedded(chosen, high)
    from glassnet.browser.page.playing import document_of

    return EmbeddedNetwork(document_of(checks.network("network", network), X, y), chosen, high)


def exercises(lesson: int | None = None) -> Exercises:
    """All exercises, or those of one lesson, with number, lesson, title and points.

    Parameters
    ----------
    lesson : int or None
        The number of a lesson.

    Returns
    -------
    Exercises
        A sequence that prints as a table.
    """
    numbers = list(lessons())
    if lesson is not None and lesson not in numbers:
        raise ArgumentError(f"lesson must be one of {', '.join(map(str, numbers))}; got {lesson!r}")
    chosen_lessons = [one for number, one in lessons().items() if lesson in (None, number)]
    return Exercises(tuple(exercise for one in chosen_lessons for exercise in one.exercises))
