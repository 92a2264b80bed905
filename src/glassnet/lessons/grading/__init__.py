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
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from glassnet.errors import ArgumentError
from glassnet.lessons.grading.confinement import Unprotected, confinement
from glassnet.lessons.grading.limits import Limits
from glassnet.lessons.grading.marks import Mark, Result, marks, of_unreadable
from glassnet.lessons.grading.reading import Unreadable, read
from glassnet.lessons.grading.running import run
from glassnet.lessons.grading.submissions import Submission, find
from glassnet.lessons.seeds import seed_of

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

    Yields
    ------
    Result
        In the order of learners and files.

    Warns
    -----
    Unprotected
        If this system does not let us keep notebooks from something that they should not reach; it is named.
    """
    if sys.platform == "win32":
        raise ArgumentError("notebooks are graded on Linux and macOS; on Windows, use WSL")
    held, root, stop = confinement(), Path(folder), threading.Event()
    submissions = find(root)
    if held.sight.lacks:
        warnings.warn(str(held), Unprotected, stacklevel=2)

    def one(submission: Submission) -> Result:
        try:
            book = read(submission.file, lesson)
        except Unreadable as reason:
            return of_unreadable(submission, str(reason), lesson)
        seed = seed_of(submission.learner) if own_numbers else None
        return marks(submission, book, run(book.cells, seed, held, root, limits or Limits(), stop), seed)

    pool = ThreadPoolExecutor(jobs)
    try:
        yield from pool.map(one, submissions)
    finally:
        stop.set()
        pool.shutdown(cancel_futures=True)
