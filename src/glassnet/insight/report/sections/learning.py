"""How training went."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from glassnet import plots
from glassnet.insight.report.markup import NOTHING, Html, facts, joined, section, table, tag
from glassnet.insight.report.numbers import number, score
from glassnet.insight.report.pictures import drawn
from glassnet.insight.report.subject import Subject
from glassnet.metrics import title
from glassnet.network.history import History
from glassnet.plots.drawing import canvas
from glassnet.support.text import enumerated

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_NO_SCORES = ("epoch", "learning_rate", "seconds")
HELD_LOSS = "validation_loss"
RISE = 1.1  # of the validation loss above its best that is worth saying
_WIDTH, _HEIGHT = 4.0, 3.2  # inches


def learning(subject: Subject) -> Html:
    """Curves, and the first, the best and the last value of each."""
    n_held = None if subject.held is None else len(subject.held.X)
    return curves_of(subject.history, n_held, _NOTE if _scaled(subject) else "", "samples")


def curves_of(history: History | None, n_held: int | None, note: str = "", of: str = "rows") -> Html:
    """The section about a history that was watched on so many others; `note` says what its loss is of."""
    if history is None or history.n_epochs == 0:
        return section("learning", "Learning", tag("p", "There is no history of a whole epoch."))
    pictures = tag("div", *(_curve(history, column) for column in curves(history)), class_="side-by-side")
    facts_of_fit = [("epochs", f"{history.n_epochs:,}")]
    facts_of_fit += [("time", f"{sum(history['seconds']):.2f} s")] if "seconds" in history else []
    facts_of_fit += [("engine", history.engine)] if history.engine else []
    if n_held is not None:
        facts_of_fit.append(("validation", f"on the {n_held:,} validation {of}"))
    facts_of_fit += [("stopped by", history.stopped_by)] if history.stopped_by else []
    if history.restored_epoch:
        facts_of_fit.append(
            ("put back", f"the parameters of epoch {history.restored_epoch}, which the scores below are of")
        )
    head = ["", "first epoch", "best", "at epoch", "last epoch"]
    body = list(_rows(history))
    return section(
        "learning",
        "Learning",
        facts(facts_of_fit),
        pictures,
        _about_overfitting(history),
        table("The curves in numbers", head, body),
        _directions(history),
        tag("p", note) if note else NOTHING,
    )


_NOTE = "In training, values to predict had mean 0 and standard deviation 1; the loss of these curves is of those."


def _scaled(subject: Subject) -> bool:
    """Whether the network learned targets in another unit than they have."""
    mine, original = subject.trained.training.y, subject.training.y
    return not subject.classifies and mine is not original and not np.array_equal(mine, original)


def curves(history: History) -> list[str]:
    """The loss, and each metric that was watched."""
    return [name for name in history if name not in _NO_SCORES and not name.startswith("validation_")]


def rise(history: History) -> tuple[int, float, float] | None:
    """Where the validation loss was best, its value there and at the end, if it ended clearly above that.

    None where nothing was held back, or the loss did not rise so far.
    """
    place = history.best(HELD_LOSS) if HELD_LOSS in history else None
    if place is None:
        return None
    best, last = history[HELD_LOSS][place], history[HELD_LOSS][-1]
    return (place, best, last) if last > RISE * best else None


def _about_overfitting(history: History) -> Html:
    """What the curves say about it, also where they say nothing."""
    if HELD_LOSS not in history:
        return tag(
            "p",
            "No samples were watched beside those to learn from, so these curves cannot show overfitting.",
        )
    rising = rise(history)
    if rising is None:
        return NOTHING
    place, best, last = rising
    first, final = history["loss"][place], history["loss"][-1]
    text = (
        f"The validation loss was best after epoch {history['epoch'][place]:g}, {number(best)}, and ended at "
        f"{number(last)}, {last / best:.2f} times as high, while the training loss went from {number(first)} to "
        f"{number(final)}."
    )
    sentences = joined([text, *(f" {sentence}" for sentence in meanwhile(history, place))])
    return tag("p", tag("b", "Overfitting: "), sentences) if final < first else tag("p", sentences)


def meanwhile(history: History, place: int) -> Iterator[str]:
    """What the metrics of the samples that were watched did from this epoch to the last."""
    for name in history:
        if name.startswith("validation_") and name != HELD_LOSS:
            then, now = (score(name, history[name][at], history.is_share(name)) for at in (place, -1))
            yield f"The {title(name)} went from {then} to {now} meanwhile."


def metric_rose(history: History, place: int) -> bool:
    """Whether a metric of the samples that were watched is better at the end than after this epoch."""
    return any(_is_better(history, name, place) for name in history if name.startswith("validation_"))


def _is_better(history: History, name: str, place: int) -> bool:
    more, gain = history.direction(name), history[name][-1] - history[name][place]
    return name != HELD_LOSS and more is not None and (gain > 0 if more else gain < 0)


def _rows(history: History) -> Iterator[tuple[str, ...]]:
    for name in history:
        if name in _NO_SCORES:
            continue
        values, place, share = history[name], history.best(name), history.is_share(name)
        shown = ["–", "–"]
        if place is not None:
            shown = [score(name, values[place], share), number(history["epoch"][place])]
        yield title(name), score(name, values[0], share), *shown, score(name, values[-1], share)


def _directions(history: History) -> Html:
    """Which columns have no best value, and why."""
    unknown = [title(name) for name in history if name not in _NO_SCORES and history.direction(name) is None]
    if not unknown:
        return NOTHING
    text = (
        f"Nobody has said whether more or less of {enumerated(unknown)} is better, so no best value is named."
    )
    return tag("p", text, class_="note")


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
