"""Marks as the rows of a table."""

from __future__ import annotations

from collections.abc import Sequence

from glassnet.lessons.grading.marks import Result

COLUMNS = ("learner", "exercise", "points", "of", "slip", "message", "said", "lesson", "seed", "file")


def rows(results: Sequence[Result]) -> list[Sequence[object]]:
    """The names of the columns, and a row for each exercise of each notebook; one where no exercise is known."""
    table: list[Sequence[object]] = [COLUMNS]
    for result in results:
        rest = (_or_empty(result.lesson), _or_empty(result.seed), result.file)
        table += [
            (result.learner, mark.exercise, mark.points, mark.of, mark.slip, mark.message, mark.said, *rest)
            for mark in result.marks
        ]
        if not result.marks:
            table.append((result.learner, "", 0, "", "", "; ".join(result.troubles), "", *rest))
    return table


def _or_empty(value: int | None) -> object:
    return "" if value is None else value
