"""How good the model is on rows that it has not learned from: scores, and where its answers lie."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from glassnet import metrics, plots
from glassnet.insight.report.markup import NOTHING, Html, joined, section, table, tag
from glassnet.insight.report.numbers import number, score
from glassnet.insight.report.pictures import drawn
from glassnet.insight.report.sections.quality import CLASS_NOTE, per_class
from glassnet.insight.report.tables.subject import TableSubject
from glassnet.plots.drawing import canvas

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_MOST_CLASSES = 30
_SIDE = 3.7  # inches
_QUANTILES = {"median": 0.5, "90 % are below": 0.9, "largest": 1.0}
_MOST_DRAWN = 3000  # points of a picture


def quality(subject: TableSubject) -> Html:
    """Scores of each part, and pictures of the judged one."""
    about = _of_classes(subject) if subject.classes else _of_values(subject)
    return section("quality", "Quality", _scores(subject), about)


def _scores(subject: TableSubject) -> Html:
    names = subject.scores[subject.judged.name]
    body = [
        (
            metrics.title(name),
            *(score(name, of[name]) if name in of else "–" for of in subject.scores.values()),
        )
        for name in names
    ]
    head = ["", *(f"{name} ({len(subject.parts[name]):,})" for name in subject.scores)]
    note = NOTHING
    if subject.judged.name != "test":
        text = (
            "No rows were kept for a test: what was trained or watched on is told too well by these scores."
        )
        note = tag("p", text, class_="note")
    return joined([table("Scores", head, body), note])


def _of_classes(subject: TableSubject) -> Html:
    judged, names = subject.judged, subject.classes
    true, said = judged.true, judged.said
    right = int((true == said.argmax(axis=1)).sum())
    pictures = [
        drawn(
            lambda: _on_axes(
                lambda ax: plots.confusion_matrix(true, said, class_names=names, ax=ax), _side(len(names))
            ),
            f"confusion matrix of {len(names)} classes; {right:,} of {len(true):,} rows are on its diagonal",
            f"The {judged.name} rows: their classes (rows) and what they are taken for (columns).",
        )
    ]
    present = np.bincount(true, minlength=len(names)) > 0
    if present.sum() > 1 and (len(names) == 2 or present.all()):
        pictures += [
            drawn(
                lambda: _on_axes(lambda ax: plots.roc_curves(true, said, class_names=names, ax=ax)),
                "rate of hits over the rate of false alarms; the legend tells the areas",
                "How well the probabilities rank: found against falsely taken, over all thresholds (ROC).",
            ),
            drawn(
                lambda: _on_axes(
                    lambda ax: plots.precision_recall_curves(true, said, class_names=names, ax=ax)
                ),
                "precision over recall; the legend tells the areas",
                "Precision over recall, over all thresholds; dotted is what chance has.",
            ),
        ]
    pictures.append(
        drawn(
            lambda: _on_axes(lambda ax: plots.calibration(true, said, ax=ax)),
            "share of right answers over the probability that was said; the title tells the mean distance",
            "Calibration: above the line it is surer than it says, below it less sure.",
        )
    )
    head = ["class", "rows", "recall", "precision", "most often taken for"]
    body = list(per_class(metrics.confusion_matrix(true, said), names))[:_MOST_CLASSES]
    note = tag("p", CLASS_NOTE.replace("samples", "rows"), class_="note")
    return joined(
        [
            tag("div", *pictures, class_="side-by-side"),
            table(f"Each class, {judged.name} rows", head, body),
            note,
        ]
    )


def _of_values(subject: TableSubject) -> Html:
    judged = subject.judged
    true, said = judged.true, judged.said
    errors = np.abs(true - said)
    body = [("error", *(number(np.quantile(errors, q)) for q in _QUANTILES.values()), number(true.std()))]
    some = np.random.default_rng(0).permutation(len(true))[:_MOST_DRAWN]
    left = f" {_MOST_DRAWN:,} of them are drawn." if len(true) > _MOST_DRAWN else ""
    pictures = [
        drawn(
            lambda: _on_axes(lambda ax: plots.predictions(true[some], said[some], ax=ax)),
            f"predicted against true values of {len(some):,} {judged.name} rows",
            f"The {judged.name} rows: on the line, prediction and truth are equal.{left}",
        ),
        drawn(
            lambda: _on_axes(lambda ax: plots.residuals(true[some], said[some], ax=ax)),
            f"residuals of {len(some):,} {judged.name} rows against what is predicted",
            f"What is left over.{left}",
        ),
    ]
    caption = f"Size of the errors of the {judged.name} rows, in the unit of {subject.target}"
    head = ["", *_QUANTILES, "standard deviation of the truth"]
    return joined([tag("div", *pictures, class_="side-by-side"), table(caption, head, body)])


def _side(n_classes: int) -> float:
    return min(max(_SIDE, 2.4 + 0.25 * n_classes), 7.5)


def _on_axes(draw: Callable[[Any], Any], side: float = _SIDE) -> Figure:
    figure = canvas.figure(side, side)
    draw(figure.add_subplot())
    return figure
