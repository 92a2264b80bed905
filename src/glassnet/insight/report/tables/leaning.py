"""What the predictions lean on: the importance of columns, how predictions move with them, and the worst rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from glassnet.insight.report.markup import NOTHING, Html, section, table, tag
from glassnet.insight.report.numbers import number
from glassnet.insight.report.pictures import drawn
from glassnet.insight.report.tables.subject import TableSubject, Worst
from glassnet.plots.drawing import canvas
from glassnet.plots.drawing.naming import drawn_names

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from glassnet.tables.explain import Dependence

_MOST_COLUMNS, _MOST_REASONS = 20, 4
_WIDTH, _HEIGHT = 3.0, 2.5  # inches
_LONGEST = 14  # letters of a category below a picture


def importance(subject: TableSubject) -> Html:
    """By how much the error rises when a column is shuffled."""
    importances = subject.importances
    if importances is None:
        return section("importance", "Importance", tag("p", "The importance of columns was not measured."))
    text = (
        f"How much the {importances.error} rises, from {number(importances.at_first)}, when the entries of a column "
        f"change places among {importances.n_rows:,} {subject.judged.name} rows (mean and standard deviation of "
        f"{importances.repeats} times). "
        "Columns that tell the same share their importance."
    )
    largest = max((one.mean for one in importances.columns), default=0.0)
    body = [
        (
            one.column,
            _bar(one.mean / largest if largest > 0 else 0.0),
            number(one.mean),
            f"± {one.deviation:.2g}",
        )
        for one in importances.columns[:_MOST_COLUMNS]
    ]
    left = len(importances.columns) - _MOST_COLUMNS
    more = f"; the {left:,} least important left out" if left > 0 else ""
    return section(
        "importance", "Importance", tag("p", text), table(f"Columns{more}", ["column", "", "rise", ""], body)
    )


def _bar(share: float) -> Html:
    return tag("span", class_="bar", style=f"width: {max(0.0, min(share, 1.0)) * 7:.2f}rem")


def dependence(subject: TableSubject) -> Html:
    """How the mean prediction moves with the columns that matter most."""
    if not subject.dependences:
        return section(
            "dependence", "Dependence", tag("p", "How predictions move with a column was not measured.")
        )
    answer = subject.dependences[0].answers[subject.answer]
    text = (
        f"The mean {answer} when a column holds the same value in every row and the others stay as they are. Where "
        "columns depend on each other, some of these rows are such as never occur."
    )
    means = [one.means[:, subject.answer] for one in subject.dependences]
    low, high = min(map(np.min, means)), max(map(np.max, means))
    margin = 0.08 * float(high - low) or 1.0
    ends = float(low) - margin, float(high) + margin
    pictures = [
        drawn(
            lambda one=one: _drawn(one, subject.answer, ends),  # type: ignore[misc]
            f"mean {answer} over {one.column}: from {number(one.means[:, subject.answer].min())} to "
            f"{number(one.means[:, subject.answer].max())}",
            one.column,
        )
        for one in subject.dependences
    ]
    return section("dependence", "Dependence", tag("p", text), tag("div", *pictures, class_="side-by-side"))


def _drawn(one: Dependence, answer: int, ends: tuple[float, float]) -> Figure:
    """On the same scale as the others, so that they compare."""
    figure = canvas.figure(_WIDTH, _HEIGHT)
    ax = figure.add_subplot()
    means = one.means[:, answer]
    if one.kind == "text":
        names = drawn_names([str(value) for value in one.values], _LONGEST)
        ax.plot(means, range(len(names)), "o", color=canvas.BLUE, markersize=5)
        ax.set_yticks(range(len(names)), names)
        ax.set(xlim=ends, ylim=(len(names) - 0.5, -0.5))
        ax.grid(axis="y", color="0.9", linewidth=0.8)
    else:
        values: Any = np.array(one.values)
        ax.plot(values, means, "-", color=canvas.BLUE, marker="o", markersize=2.5)
        ax.set_ylim(ends)
        if one.kind == "numbers":
            canvas.few_ticks(ax)
        else:
            ax.tick_params(axis="x", rotation=45)
    ax.spines[["top", "right"]].set_visible(False)
    ax.tick_params(labelsize="small")
    return figure


def worst(subject: TableSubject) -> Html:
    """The rows that are predicted worst, with what they hold."""
    if not subject.worst:
        return section(
            "worst", "Worst errors", tag("p", f"All {subject.judged.name} rows are predicted right.")
        )
    columns = list(subject.worst[0].values)
    body = [
        (f"row {one.row:,}", one.true, one.said, one.error, *one.values.values()) for one in subject.worst
    ]
    head = ["", subject.target, "predicted", "error", *columns]
    text = (
        f"The {subject.judged.name} rows that are predicted worst, by their numbers in the table (the first row "
        "of data is 1), with what they hold in the columns that matter most."
    )
    return section(
        "worst", "Worst errors", tag("p", text), table("Rows", head, body), *map(_reasons, subject.worst)
    )


def _reasons(one: Worst) -> Html:
    """What moved the prediction for a row."""
    reasons = one.reasons
    if reasons is None:
        return NOTHING
    shares = list(reasons.columns.items())[:_MOST_REASONS]
    moved = "; ".join(
        f"{name} = {one.values.get(name, _held(reasons, name))}: {_signed(share)}" for name, share in shares
    )
    sum_ = f"All columns together: {_signed(reasons.prediction - reasons.baseline)}"
    checked = "their sum is checked" if reasons.is_checked else f"their sum is off by {number(reasons.gap)}"
    return tag(
        "p", tag("b", f"Row {one.row:,}. "),
        f"{reasons.answer} {number(reasons.prediction)}; of a mean row {number(reasons.baseline)}. {moved}. {sum_} "
        f"(integrated gradients; {checked}).",
    )  # fmt: skip


def _held(reasons: Any, name: str) -> str:
    value = reasons.values[name]
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _signed(share: float) -> str:
    return f"{share:+.3g}".replace("-", "−")
