"""``glassnet grade``: a table of points, and a summary on the terminal."""

from __future__ import annotations

import sys
import warnings
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from glassnet.cli.shown import sheets
from glassnet.errors import ArgumentError
from glassnet.lessons.grading import Limits, Result, Unprotected, grade
from glassnet.lessons.grading.confinement import confinement
from glassnet.lessons.grading.sheet import COLUMNS, rows
from glassnet.lessons.grading.submissions import find
from glassnet.support.text import in_one_line

HEAD = ",".join(COLUMNS[:2]).encode()
ALL_GRADED, NOT_ALL = 0, 1
MOST_SLIPS = 5


def run(folder: str, out: str, lesson: int | None, own_numbers: bool, limits: Limits, jobs: int) -> int:
    """Grade, writing the table anew behind each notebook, so that nothing is lost; the exit code."""
    table = Path(out)
    _refuse_other(table)
    n_notebooks = len(find(Path(folder)))
    print(confinement(), file=sys.stderr)
    warnings.simplefilter("ignore", Unprotected)  # the line above names it
    graded = grade(folder, lesson=lesson, own_numbers=own_numbers, limits=limits, jobs=jobs)
    results: list[Result] = []
    sheets.write(table, sheets.csv_text(rows(results)))
    for result in graded:
        results.append(result)
        sheets.write(table, sheets.csv_text(rows(results)))
        _print(result, f"{len(results)} of {n_notebooks}")
    _print_slips(results)
    print_repeated(results)
    n_learners = len({result.learner for result in results})
    print(
        f"{_count(len(results), 'notebook')} of {_count(n_learners, 'learner')}, written to {in_one_line(out)}"
    )
    troubled = [result for result in results if result.troubles]
    if troubled:
        print(f"{len(troubled)} of them could not be graded, or not in full: see above")
    return NOT_ALL if troubled else ALL_GRADED


def _refuse_other(table: Path) -> None:
    """A file that is there is written over if it is empty or a table of grades."""
    if not table.is_file():
        return
    with table.open("rb") as file:
        beginning = file.read(len(HEAD))
    if beginning not in (b"", HEAD):
        raise ArgumentError(
            f"--out must be a new file or a table of grades; {table} holds something else, and stays"
        )


def _print(result: Result, place: str) -> None:
    of_lesson = (
        "" if result.lesson is None else f"lesson {result.lesson}: {result.points} of {result.of} points"
    )
    print(
        f"{place}  {in_one_line(result.learner)}  {of_lesson or 'not graded'}  ({in_one_line(result.file)})",
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


def print_repeated(results: Sequence[Result]) -> None:
    """Learners who handed the same lesson in more than once."""
    files: dict[tuple[str, int], list[str]] = {}
    for result in results:
        if result.lesson is not None:
            files.setdefault((result.learner, result.lesson), []).append(result.file)
    for (learner, lesson), several in files.items():
        if len(several) > 1:
            places = ", ".join(map(in_one_line, several))
            times = f"lesson {lesson} {len(several)} times, each with rows of its own"
            print(f"{in_one_line(learner)} handed in {times}: {places}")


def _count(n: int, what: str) -> str:
    return f"{n} {what}" if n == 1 else f"{n} {what}s"
