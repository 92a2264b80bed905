"""``glassnet grade``: a table of points, and a summary on the terminal."""

from __future__ import annotations

import sys
import warnings
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from glassnet.cli.shown import sheets
from glassnet.lessons.grading import Limits, Result, Unprotected, grade
from glassnet.lessons.grading.confinement import confinement
from glassnet.lessons.grading.sheet import rows
from glassnet.support.text import in_one_line

ALL_GRADED, NOT_ALL = 0, 1
MOST_SLIPS = 5


def run(folder: str, out: str, lesson: int | None, own_numbers: bool, limits: Limits, jobs: int) -> int:
    """Grade, writing the table anew behind each notebook, so that nothing is lost; the exit code."""
    results: list[Result] = []
    print(confinement(), file=sys.stderr)
    warnings.simplefilter("ignore", Unprotected)  # the line above names it
    for result in grade(folder, lesson=lesson, own_numbers=own_numbers, limits=limits, jobs=jobs):
        results.append(result)
        sheets.write(Path(out), sheets.csv_text(rows(results)))
        _print(result)
    _print_slips(results)
    n_learners = len({result.learner for result in results})
    print(
        f"{_count(len(results), 'notebook')} of {_count(n_learners, 'learner')}, written to {in_one_line(out)}"
    )
    troubled = [result for result in results if result.troubles]
    if troubled:
        print(f"{len(troubled)} of them could not be graded, or not in full: see above")
    return NOT_ALL if troubled else ALL_GRADED


def _print(result: Result) -> None:
    of_lesson = (
        "" if result.lesson is None else f"lesson {result.lesson}: {result.points} of {result.of} points"
    )
    print(
        f"{in_one_line(result.learner)}  {of_lesson or 'not graded'}  ({in_one_line(result.file)})",
        flush=True,
    )
    for trouble in result.troubles:
        print(f"    {in_one_line(trouble)}", flush=True)


def _print_slips(results: Sequence[Result]) -> None:
    """The mistakes that most made, with what is said to those who make them."""
    slips = Counter((mark.slip, mark.message) for result in results for mark in result.marks if mark.slip)
    if slips:
        print("most frequent mistakes")
    for (code, message), n in slips.most_common(MOST_SLIPS):
        print(f"    {n} ×  {code}  {in_one_line(message)}")


def _count(n: int, what: str) -> str:
    return f"{n} {what}" if n == 1 else f"{n} {what}s"
