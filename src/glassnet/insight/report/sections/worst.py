"""The samples on which the network errs most."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from glassnet.insight.report import pictures
from glassnet.insight.report.markup import Html, figure, joined, section, table, tag
from glassnet.insight.report.numbers import count, number, percent
from glassnet.insight.report.subject import Subject
from glassnet.support.arrays import Array

_SHOWN = 12
_MOST_FEATURES = 6


def worst(subject: Subject) -> Html:
    """The surest of the wrong answers, or the least sure of the right ones; of values the largest errors."""
    shown = _of_classes(subject) if subject.classifies else _of_values(subject)
    return section("worst", "Worst errors", shown)


def order(subject: Subject) -> NDArray[np.int64]:
    """The judged samples, the worst first."""
    if not subject.classifies:
        return np.argsort(-subject.misses.max(axis=1), kind="stable")
    if subject.is_multi_label:
        return np.argsort(-_distances(subject).max(axis=1), kind="stable")
    true = subject.classes(subject.judged)
    own = subject.prediction[np.arange(len(true)), true]
    others = subject.prediction.copy()
    others[np.arange(len(true)), true] = -np.inf
    return np.argsort(own - others.max(axis=1), kind="stable")


def _distances(subject: Subject) -> Array:
    """How far each probability is from the truth, (n_samples, n_classes)."""
    return np.abs(subject.members(subject.judged) - subject.prediction)


def output_of(subject: Subject, place: int) -> int:
    """The output that tells most about a sample: that of its true class, or the one that errs most."""
    if subject.classifies and not subject.is_multi_label:
        return int(subject.classes(subject.judged)[place]) if subject.network.plan().n_outputs > 1 else 0
    if subject.is_multi_label:
        return int(_distances(subject)[place].argmax())
    return int(subject.misses[place].argmax())


def _of_labels(subject: Subject) -> Html:
    """The samples with the surest wrong answer about one of their classes."""
    part, names, p = subject.judged, np.array(subject.names.classes, object), subject.prediction
    true, named = subject.members(part), p > 0.5
    features, values = _shown_features(subject)
    n_wrong = int((true != named).any(axis=1).sum())
    body = []
    for place in order(subject)[:_SHOWN].tolist():
        worst = int(_distances(subject)[place].argmax())
        sets = [", ".join(names[of[place]]) or "none" for of in (true, named)]
        body.append((str(place), *sets, names[worst], percent(p[place, worst]), *map(number, values[place])))
    head = ["sample", "true", "predicted", "farthest from the truth", "its probability", *features]
    text = f"{n_wrong:,} of {len(true):,} {part.name} samples are wrong in one class at least; the surest come first."
    shown = table(count(len(body), f"{part.name} sample"), head, body)
    return joined([tag("p", text), shown, tag("p", _counted(subject), class_="note")])


def _of_classes(subject: Subject) -> Html:
    if subject.is_multi_label:
        return _of_labels(subject)
    part = subject.judged
    true, predicted = subject.classes(part), subject.prediction.argmax(axis=1)
    n_wrong, first = int((true != predicted).sum()), order(subject)[:_SHOWN]
    if n_wrong:
        first = first[:n_wrong] if n_wrong < _SHOWN else first
        text = f"{n_wrong:,} of {len(true):,} {part.name} samples are wrong; the surest wrong answers come first."
    else:
        text = f"All {len(true):,} {part.name} samples are right; these are the least sure ones."
    show = _as_table if subject.names.image_shape is None else _as_images
    return joined([tag("p", text), show(subject, first), tag("p", _counted(subject), class_="note")])


def _as_images(subject: Subject, first: NDArray[np.int64]) -> Html:
    names, part, p = subject.names, subject.judged, subject.prediction
    true, predicted = subject.classes(part), subject.prediction.argmax(axis=1)
    rows = np.asarray(part.X, np.float64).reshape(len(part.X), -1)
    shown = []
    for place in first.tolist():
        said, meant = names.classes[predicted[place]], names.classes[true[place]]
        alt = f"{part.name} sample {place}, an image of {meant}, taken for {said}"
        picture = pictures.pixels(rows[place].reshape(names.image_shape), rows.min(), rows.max(), alt)
        caption = joined([
            tag("b", f"{said} ({percent(p[place, predicted[place]])})"), tag("br"),
            f"true: {meant} ({percent(p[place, true[place]])})", tag("br"), tag("small", f"sample {place}"),
        ])  # fmt: skip
        shown.append(figure(picture, caption))
    return tag("div", *shown, class_="images")


def _as_table(subject: Subject, first: NDArray[np.int64]) -> Html:
    names, part, p = subject.names, subject.judged, subject.prediction
    true, predicted = subject.classes(part), subject.prediction.argmax(axis=1)
    features, values = _shown_features(subject)
    body = [
        (
            str(place), names.classes[true[place]], names.classes[predicted[place]],
            percent(p[place, predicted[place]]), percent(p[place, true[place]]), *map(number, values[place]),
        )
        for place in first.tolist()
    ]  # fmt: skip
    head = ["sample", "true", "predicted", "its probability", "of the true class", *features]
    return table(count(len(body), f"{part.name} sample"), head, body)


def _of_values(subject: Subject) -> Html:
    part, true, predicted = subject.judged, subject.values(subject.judged), subject.prediction
    features, values = _shown_features(subject)
    body = []
    for place in order(subject)[:_SHOWN].tolist():
        output = output_of(subject, place)
        y, p = true[place, output], predicted[place, output]
        columns = (y, p, y * p if subject.has_margins else y - p)
        body.append((str(place), *map(number, columns), *map(number, values[place])))
    last, worst = ("margin", "smallest margins") if subject.has_margins else ("residual", "largest errors")
    head = ["sample", "true", "predicted", last, *features]
    shown = table(f"The {worst} among {len(true):,} {part.name} samples", head, body)
    return joined([shown, tag("p", _counted(subject), class_="note")])


def _counted(subject: Subject) -> str:
    return f"Samples are counted from 0 in the order of the {subject.judged.name} samples."


def _shown_features(subject: Subject) -> tuple[tuple[str, ...], Array]:
    """Names and columns of the first few features."""
    rows = np.asarray(subject.judged.X, np.float64).reshape(len(subject.judged.X), -1)
    return subject.names.features[:_MOST_FEATURES], rows[:, :_MOST_FEATURES]
