"""How training went."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from glassnet.insight import plots
from glassnet.insight.plots import canvas
from glassnet.insight.report.markup import NOTHING, Html, facts, section, table, tag
from glassnet.insight.report.numbers import number, score, title
from glassnet.insight.report.pictures import drawn
from glassnet.insight.report.subject import Subject
from glassnet.training.history import History

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_NO_SCORES = ("epoch", "learning_rate", "seconds")
_RISES = ("accuracy", "r2", "precision", "recall", "f1")
_WIDTH, _HEIGHT = 4.0, 3.2  # inches


def learning(subject: Subject) -> Html:
    """Curves, and the first, the best and the last value of each."""
    history = subject.history
    if history is None or history.n_epochs == 0:
        return section("learning", "Learning", tag("p", "There is no history of a whole epoch."))
    pictures = tag("div", *(_curve(history, column) for column in curves(history)), class_="side-by-side")
    known = [("epochs", f"{history.n_epochs:,}"), ("time", f"{sum(history['seconds']):.2f} s")]
    known += [("engine", history.engine)] if history.engine else []
    if subject.held is not None:
        known.append(("validation", f"on the {len(subject.held.X):,} {subject.held.name} samples"))
    known += [("stopped by", history.stopped_by)] if history.stopped_by else []
    head = ["", "first epoch", "best", "at epoch", "last epoch"]
    body = list(_rows(history))
    note = tag("p", _NOTE) if _scaled(subject) else NOTHING
    return section(
        "learning", "Learning", facts(known), pictures, table("The curves in numbers", head, body), note
    )


_NOTE = "In training, values to predict had mean 0 and standard deviation 1; the loss of these curves is of those."


def _scaled(subject: Subject) -> bool:
    """Whether the network learned targets in another unit than they have."""
    mine, given = subject.trained.training.y, subject.training.y
    return not subject.classifies and mine is not given and not np.array_equal(mine, given)


def curves(history: History) -> list[str]:
    """The loss, and each metric that was watched."""
    return [name for name in history if name not in _NO_SCORES and not name.startswith("validation_")]


def best(history: History, column: str) -> int:
    """The place of the best value of a column."""
    values = np.array(history[column])
    return int(values.argmax() if column.removeprefix("validation_") in _RISES else values.argmin())


def _rows(history: History) -> Iterator[tuple[str, ...]]:
    for name in history:
        if name in _NO_SCORES:
            continue
        values, place = history[name], best(history, name)
        shown = [score(name, value) for value in (values[0], values[place], values[-1])]
        yield title(name), shown[0], shown[1], number(history["epoch"][place]), shown[2]


def _curve(history: History, column: str) -> Html:
    name = title(column)
    return drawn(
        lambda: _draw(history, column),
        f"the {name} over the epochs; the table below tells where it begins and ends",
        f"{name[0].upper()}{name[1:]} by epoch.",
    )


def _draw(history: History, column: str) -> Figure:
    figure = canvas.figure(_WIDTH, _HEIGHT)
    plots.learning_curves(history, column, ax=figure.add_subplot())
    return figure
