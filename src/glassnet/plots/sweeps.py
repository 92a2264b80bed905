"""The settings of a sweep beside each other."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import cycle, pairwise
from typing import TYPE_CHECKING, Any

from glassnet.errors import ArgumentError
from glassnet.metrics import measured_in
from glassnet.plots.drawing import canvas
from glassnet.plots.drawing.naming import drawn_names, shown_name
from glassnet.support import checks
from glassnet.support.calls import explained

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from glassnet.plots.drawing.picture import Picture
    from glassnet.sweeps import SweepResult

SOLVED = "solved"
_STYLES = (
    (canvas.BLUE, "o"), (canvas.VERMILLION, "s"), (canvas.GREEN, "^"), (canvas.ORANGE, "D"),
    (canvas.PURPLE, "v"), (canvas.SKY_BLUE, "P"), (canvas.GREY, "X"),
)  # fmt: skip
_STEP_ASIDE = 0.12  # of the distance between two settings, for each further curve
_DECADES_FOR_A_LOGARITHM = 100.0
_DEVIATIONS = 1.96  # of a normal distribution: 95 % lie between


@explained
def sweep(result: SweepResult, column: str = "", *, ax: Axes | None = None) -> Picture:
    """Draw what came of each setting: the first part of the setting along the axis, a curve for each of the others.

    Numbers that grow along the axis are joined by lines; settings that have no order, such as names, are not.

    The share of solved runs has bars of 95 % confidence (Wilson 1927); any other column is drawn as its median, with
    bars from the quantile 25 % to 75 %.

    Parameters
    ----------
    result : SweepResult
        At least one run.
    column : str
        "solved", or a number that the runs have, such as "loss"; by default "solved" where it is known, else "loss".

    Raises
    ------
    ArgumentError
        If no run has that column.
    MissingDependencyError
        If matplotlib or pandas is not installed.
    """
    from glassnet.sweeps import SweepResult

    checks.instance("result", result, SweepResult, "what gn.sweep returns")
    checks.text("column", column, least=0)
    column = column or (SOLVED if result.judged else "loss")
    if column == SOLVED and not result.judged:
        raise ArgumentError(
            "this sweep was not told what solved is; give gn.sweep solved=, or draw another column"
        )
    table = result.summary("loss" if column == SOLVED else column)
    names = list(table.columns[: len(result.keys)]) or ["all runs"]
    if not result.keys:
        table.insert(0, names[0], "")
    places = list(dict.fromkeys(table[names[0]]))
    ax = canvas.axes_of(ax, 5.0, 3.2)
    line = "-" if _grow(places) else "none"
    for (text, rows), (colour, marker), aside in zip(
        _curves(table, names[1:]), cycle(_STYLES), _asides(table, names), strict=False
    ):
        heights, below, above = _bars(rows, column)
        ax.errorbar(
            [places.index(place) + aside for place in rows[names[0]]], heights, (below, above),
            color=colour, marker=marker, markersize=5, capsize=2, linewidth=1.2, elinewidth=1.2, linestyle=line,
            label=text,
        )  # fmt: skip
    ax.set_xticks(range(len(places)), drawn_names(list(map(str, places)), canvas.letters_of_names(ax)))
    ax.set_xlabel(shown_name(names[0].replace("_", " ")))
    _scale(ax, table, column)
    canvas.quieten(ax)
    if len(names) > 1:
        canvas.name_curves(ax, title=shown_name(", ".join(name.replace("_", " ") for name in names[1:])))
    return ax


def _grow(places: list[Any]) -> bool:
    """Whether the settings along the axis are numbers, each larger than the one before."""
    numbers = all(isinstance(place, (int, float)) and not isinstance(place, bool) for place in places)
    return numbers and all(first < second for first, second in pairwise(places))


def _curves(table: Any, others: list[str]) -> Iterator[tuple[str, Any]]:
    """Rows of each combination of the other parts of a setting, with its name."""
    if not others:
        yield "", table
        return
    for values, rows in table.groupby(others, sort=False):
        yield shown_name(", ".join(map(str, values))), rows


def _asides(table: Any, names: list[str]) -> Iterator[float]:
    n_curves = 1 if len(names) == 1 else table.groupby(names[1:], sort=False).ngroups
    return (_STEP_ASIDE * (number - (n_curves - 1) / 2) for number in range(n_curves))


def _bars(rows: Any, column: str) -> tuple[list[float], list[float], list[float]]:
    """Heights, and how far the bars reach below and above."""
    if column == SOLVED:
        heights, runs = rows["share_solved"], rows["runs"]
        limits = [wilson(share, n) for share, n in zip(heights, runs, strict=True)]
        lows, highs = zip(*limits, strict=True)
    else:
        heights, lows, highs = rows["50%"], rows["25%"], rows["75%"]
    below = [max(height - low, 0.0) for height, low in zip(heights, lows, strict=True)]
    above = [max(high - height, 0.0) for height, high in zip(heights, highs, strict=True)]
    return list(heights), below, above


def wilson(share: float, n: int) -> tuple[float, float]:
    """Between which shares the true one lies with 95 % confidence, where `share` of `n` was seen (Wilson 1927)."""
    square = _DEVIATIONS**2 / n
    middle = (share + square / 2) / (1 + square)
    half = math.sqrt(square * (share * (1 - share) + square / 4)) / (1 + square)
    return middle - half, middle + half


def _scale(ax: Axes, table: Any, column: str) -> None:
    if column == SOLVED:
        ax.set_ylabel("share of runs solved")
        ax.set_ylim(-0.03, 1.03)
        ax.yaxis.set_major_formatter(canvas.percent())
        return
    ax.set_ylabel(column.replace("_", " "))
    lowest, highest = table["25%"].min(), table["75%"].max()
    if measured_in(column) is None and lowest > 0 and highest >= _DECADES_FOR_A_LOGARITHM * lowest:
        ax.set_yscale("log")
