"""The data in brief."""

from __future__ import annotations

import numpy as np

from glassnet.insight.report import pictures
from glassnet.insight.report.markup import NOTHING, Html, facts, figure, joined, section, table, tag
from glassnet.insight.report.numbers import count, number, percent
from glassnet.insight.report.subject import NamedSamples, Subject
from glassnet.support.arrays import Array
from glassnet.support.text import enumerated

_MOST_FEATURES = 30
_MOST_CLASSES = 30


def data(subject: Subject) -> Html:
    """Samples, features, classes or values, and their ranges."""
    names = subject.names
    rows = _rows(subject.training)
    constant = int((rows.min(axis=0) == rows.max(axis=0)).sum())
    about = [("source", names.source)] if names.source else []
    about.append(("samples", enumerated([f"{len(part.X):,} {part.name}" for part in subject.parts])))
    about.append(
        ("features", f"{rows.shape[1]:,}" + (f", {constant:,} of them constant" if constant else ""))
    )
    if names.image_shape is not None:
        about.append(("image", f"{names.image_shape[0]} × {names.image_shape[1]} pixels"))
    about.append(("range of features", f"{number(rows.min())} to {number(rows.max())}"))
    about_targets = _classes(subject) if subject.classifies else _values(subject)
    about_features = _features(rows, names.features) if names.image_shape is None else _mean_images(subject)
    return section("data", "Data", facts(about), about_targets, about_features)


def _rows(part: NamedSamples) -> Array:
    return np.asarray(part.X, np.float64).reshape(len(part.X), -1)


def _classes(subject: Subject) -> Html:
    names = subject.names.classes
    members = [subject.members(part) for part in subject.parts]
    body = [
        (name, *(f"{part[:, place].sum():,} ({percent(part[:, place].mean())})" for part in members))
        for place, name in enumerate(names[:_MOST_CLASSES])
    ]
    left = _left_out(len(names) - _MOST_CLASSES, "class")
    many = "; a sample may be of several, or of none" if subject.is_multi_label else ""
    return table(f"Classes{many}{left}", ["class", *(part.name for part in subject.parts)], body)


def _values(subject: Subject) -> Html:
    body = []
    for part in subject.parts:
        for place, column in enumerate(subject.values(part).T):
            several = subject.values(part).shape[1] > 1
            body.append((f"{part.name}, output {place}" if several else part.name, *_spread(column)))
    return table("Values to predict", ["", "lowest", "mean", "standard deviation", "highest"], body)


def _features(rows: Array, names: tuple[str, ...]) -> Html:
    shown = zip(names[:_MOST_FEATURES], rows.T, strict=False)
    body = [(name, *_spread(column)) for name, column in shown]
    left = _left_out(len(names) - _MOST_FEATURES, "feature")
    head = ["feature", "lowest", "mean", "standard deviation", "highest"]
    return table(f"Features of the training samples{left}", head, body)


def _spread(column: Array) -> tuple[str, ...]:
    return tuple(number(value) for value in (column.min(), column.mean(), column.std(), column.max()))


def _left_out(n: int, noun: str) -> str:
    return f"; {count(n, f'more {noun}')} left out" if n > 0 else ""


def _mean_images(subject: Subject) -> Html:
    """The mean image of each class, where samples are images."""
    shape, names = subject.names.image_shape, subject.names.classes
    if shape is None or not subject.classifies:
        return NOTHING
    rows, members = _rows(subject.training), subject.members(subject.training)
    low, high = rows.min(), rows.max()
    shown = [place for place in range(len(names[:_MOST_CLASSES])) if members[:, place].any()]
    images = [
        figure(
            pictures.pixels(
                rows[members[:, place]].mean(axis=0).reshape(shape), low, high,
                f"mean of the training images of class {names[place]}",
            ),
            names[place],
        )
        for place in shown
    ]  # fmt: skip
    text = f"The mean image of each class; {number(low)} has the page's colour, and {number(high)} stands out most."
    return joined([tag("p", text), tag("div", *images, class_="images")])
