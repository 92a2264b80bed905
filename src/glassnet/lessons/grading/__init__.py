"""Marks for notebooks that were handed in: each runs in a process of its own, and is judged in this one::

    from glassnet.lessons.grading import grade

    for result in grade("submitted"):
        print(result.learner, result.points, "of", result.of)

The learner's process gives answers as plain data and nothing else: it does not know what is right, and what it says of
itself does not count. ``glassnet grade`` writes the marks as a table.
"""

from __future__ import annotations

import sys
import threading
import warnings
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from glassnet.errors import ArgumentError
from glassnet.lessons.catalogue import lessons
from glassnet.lessons.grading.confinement import Confinement, Unprotected, confinement
from glassnet.lessons.grading.limits import Limits
from glassnet.lessons.grading.marks import Mark, Result, marks, of_unreadable
from glassnet.lessons.grading.reading import Unreadable, read
from glassnet.lessons.grading.running import run
from glassnet.lessons.grading.submissions import Submission, find
from glassnet.lessons.seeds import seed_of
from glassnet.support import checks
from glassnet.support.optional import require

__all__ = ["Limits", "Mark", "Result", "Unprotected", "grade"]


def __dir__() -> list[str]:
    return __all__


def grade(
    folder: str | Path,
    *,
    lesson: int | None = None,
    own_numbers: bool = False,
    limits: Limits | None = None,
    jobs: int = 1,
) -> Iterator[Result]:
    """Run and judge every notebook of a folder.

    Parameters
    ----------
    folder : str or Path
        Notebooks ``NAME.ipynb``, folders ``NAME`` of notebooks, or what nbgrader collects: ``NAME/ASSIGNMENT``, in
        ``submitted`` or alone.
    lesson : int or None
        What was asked for; a notebook of another lesson is then not graded.
    own_numbers : bool
        Whether exercises are judged with the numbers of the learner's name, whatever seed the notebook sets.
    limits : Limits or None
        Of time and memory.
    jobs : int
        How many notebooks run at a time.

    Returns
    -------
    iterator of Result
        In the order of learners and files, each when it is there.

    Raises
    ------
    ArgumentError
        If there is no such folder, lesson or notebook; before anything runs.

    Warns
    -----
    Unprotected
        If this system does not let us keep notebooks from something that they should not reach; it is named.
    """
    if sys.platform == "win32":
        raise ArgumentError("notebooks are graded on Linux and macOS; on Windows, use WSL")
    if lesson is not None and lesson not in lessons():
        raise ArgumentError(f"lesson must be one of {', '.join(map(str, lessons()))}; got {lesson!r}")
    checks.integer("jobs", jobs, least=1)
    require("IPython", extra="lessons", purpose="grading a notebook")
    submissions = find(Path(folder))
    held = confinement()
    if held.sight.lacks:
        warnings.warn(str(held), Unprotected, stacklevel=2)
    return _graded(submissions, Path(folder), lesson, own_numbers, held, limits or Limits(), jobs)


def _graded(
    submissions: Sequence[Submission],
    root: Path,
    lesson: int | None,
    own_numbers: bool,
    held: Confinement,
    limits: Limits,
    jobs: int,
) -> Iterator[Result]:
    stop = threading.Event()

    def one(submission: Submission) -> Result:
        try:
            cells = read(submission.file)
        except Unreadable as reason:
            return of_unreadable(submission, str(reason), lesson)
        seed = seed_of(submission.learner) if own_numbers else None
        record = run(cells, seed, held, root, limits, stop)
        return marks(submission, cells, record, seed, lesson)

    pool = ThreadPoolExecutor(jobs)
    try:
        yield from pool.map(one, submissions)
    finally:
        stop.set()
        pool.shutdown(cancel_futures=True)
