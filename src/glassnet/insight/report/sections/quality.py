"""How good the network is: scores, and where its answers lie."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import numpy as np

from glassnet import metrics, plots
from glassnet.insight.report.markup import NOTHING, Html, joined, section, table, tag
from glassnet.insight.report.numbers import number, percent, score
from glassnet.insight.report.pictures import drawn
from glassnet.insight.report.subject import Subject
from glassnet.plots.drawing import canvas

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_MOST_CLASSES = 30
CLASS_NOTE = (
    "Recall: the share of the samples of a class that are named so. Precision: the share of the samples named so that "
    "are of the class."
)
_LARGEST = 5.6  # inches
_QUANTILES = {"median": 0.5, "90 % are below": 0.9, "largest": 1.0}


def quality(subject: Subject) -> Html:
    """Scores of each part, and the confusion matrix or the residuals of the samples held back."""
    of_values = _of_margins if subject.has_margins else _of_values
    about = _of_classes(subject) if subject.classifies else of_values(subject)
    return section("quality", "Quality", _scores(subject), about, _plane(subject))


def _scores(subject: Subject) -> Html:
    names = subject.scores[subject.judged.name]
    body = [
        (
            metrics.title(name),
            *(score(name, scores[name]) if name in scores else "–" for scores in subject.scores.values()),
        )
        for name in names
    ]
    head = ["", *(f"{part.name} ({len(part.X):,})" for part in subject.parts)]
    note = NOTHING if subject.test is not None else tag("p", _who_judges(subject), class_="note")
    return joined([table("Scores, as evaluate gives them", head, body), note])


def _who_judges(subject: Subject) -> str:
    """What must be known of a score where no samples were kept for a test."""
    if subject.held is None:
        return (
            "No samples were held back: these scores are of the very samples that the network learned from."
        )
    return (
        "The validation samples were watched during training. Where anything was chosen by them, such as the number of "
        "epochs, their score is too good; samples that nothing was chosen by tell more (test_data)."
    )


def _of_classes(subject: Subject) -> Html:
    if subject.is_multi_label:
        return _of_labels(subject)
    part, names = subject.judged, subject.names.classes
    true, predicted = subject.classes(part), subject.prediction.argmax(axis=1)
    right = int((true == predicted).sum())
    picture = drawn(
        lambda: _confusion(subject),
        f"confusion matrix of {len(names)} classes; {right:,} of {len(true):,} {part.name} samples are on its diagonal",
        f"Confusion matrix of the {part.name} samples: rows are true classes, columns predicted ones.",
    )
    counts = metrics.confusion_matrix(true, subject.prediction)
    body = list(per_class(counts, names))[:_MOST_CLASSES]
    head = ["class", "samples", "recall", "precision", "most often taken for"]
    note = tag("p", CLASS_NOTE, class_="note")
    return joined([picture, table(f"Each class, {part.name} samples", head, body), note])


def _of_labels(subject: Subject) -> Html:
    """Of samples that may be of several classes, each class for itself."""
    part, true, named = subject.judged, subject.members(subject.judged), subject.prediction > 0.5
    body = []
    for name, is_of, is_said in zip(subject.names.classes[:_MOST_CLASSES], true.T, named.T, strict=False):
        n, said, hits = int(is_of.sum()), int(is_said.sum()), int((is_of & is_said).sum())
        shares = [percent(hits / below) if below else "–" for below in (n, said)]
        body.append((name, f"{n:,}", f"{said:,}", *shares, f"{int((is_of != is_said).sum()):,}"))
    head = ["class", "samples", "said to be", "recall", "precision", "wrong"]
    note = tag(
        "p", f"{CLASS_NOTE} A class is said of a sample whose probability for it is above 0.5.", class_="note"
    )
    return joined([table(f"Each class, {part.name} samples", head, body), note])


def per_class(
    counts: np.ndarray[tuple[int, int], np.dtype[np.int64]], names: tuple[str, ...]
) -> Iterator[tuple[str, ...]]:
    """Of each class its name, samples, recall, precision, and what it is most often taken for."""
    for place, name in enumerate(names):
        n, named, right = int(counts[place].sum()), int(counts[:, place].sum()), int(counts[place, place])
        wrong = counts[place].copy()
        wrong[place] = 0
        other = f"{names[int(wrong.argmax())]} ({wrong.max()})" if wrong.any() else "–"
        yield (
            name,
            f"{n:,}",
            percent(right / n) if n else "–",
            percent(right / named) if named else "–",
            other,
        )


def _of_margins(subject: Subject) -> Html:
    """Of targets -1 and 1 beside any numbers: how many lie on the wrong side, or too near to 0."""
    margins, name = 1 - subject.misses, subject.judged.name
    body = [
        ("on the other side than y, or at 0", percent(float((margins <= 0).mean()))),
        ("on the side of y, with a margin below 1", percent(float(((margins > 0) & (margins < 1)).mean()))),
        ("with a margin of 1 at least", percent(float((margins >= 1).mean()))),
    ]
    return table(f"Outputs for the {name} samples; the margin is y times the output", ["", "share"], body)


def _of_values(subject: Subject) -> Html:
    part, true = subject.judged, subject.values(subject.judged)
    errors = np.abs(true - subject.prediction)
    body = []
    for place, column in enumerate(errors.T):
        spread = [number(np.quantile(column, q)) for q in _QUANTILES.values()]
        body.append(
            (f"output {place}" if errors.shape[1] > 1 else "error", *spread, number(true[:, place].std()))
        )
    caption = f"Size of the errors of the {part.name} samples, in the unit of y"
    pictures = [
        drawn(
            lambda: _values(subject, plots.predictions),
            f"predicted against true values of {len(true):,} {part.name} samples",
            f"The {part.name} samples: on the line, prediction and truth are equal.",
        ),
        drawn(
            lambda: _values(subject, plots.residuals),
            f"residuals against predicted values of {len(true):,} {part.name} samples",
            "Residuals: a pattern in them is something that was not learned.",
        ),
    ]
    errors_table = table(caption, ["", *_QUANTILES, "standard deviation of y"], body)
    return joined([errors_table, tag("div", *pictures, class_="side-by-side")])


def _plane(subject: Subject) -> Html:
    """What is predicted everywhere, where there are two features."""
    part = subject.judged
    has_a_plane = (subject.classifies and not subject.is_multi_label) or subject.prediction.shape[1] == 1
    if subject.network.layout.n_features != 2 or not has_a_plane:
        return NOTHING
    return drawn(
        lambda: _boundary(subject),
        f"what the network predicts for every pair of features, and the {part.name} samples",
        f"What is predicted for every pair of features, and the {part.name} samples.",
    )


def _confusion(subject: Subject) -> Figure:
    side = min(_LARGEST, 2.4 + 0.34 * len(subject.names.classes))
    figure = canvas.figure(1.15 * side, side)
    plots.confusion_matrix(
        subject.classes(subject.judged), subject.prediction,
        class_names=subject.names.classes, ax=figure.add_subplot(),
    )  # fmt: skip
    return figure


def _values(subject: Subject, draw: Callable[..., Axes]) -> Figure:
    figure = canvas.figure(4.2, 4.0)
    draw(subject.values(subject.judged), subject.prediction, ax=figure.add_subplot())
    return figure


def _boundary(subject: Subject) -> Figure:
    part, names, figure = subject.judged, subject.names, canvas.figure(5.6, 4.2)
    plots.decision_boundary(
        subject.network, part.X, subject.classes(part) if subject.classifies else subject.values(part)[:, 0],
        feature_names=names.features, class_names=names.classes or None, ax=figure.add_subplot(),
    )  # fmt: skip
    return figure
