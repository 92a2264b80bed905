"""The table in brief: its parts, its target, its columns, what was decided, and what differs between the parts."""

from __future__ import annotations

import numpy as np

from glassnet.insight.report.markup import NOTHING, Html, facts, joined, section, table, tag
from glassnet.insight.report.numbers import count, number, percent
from glassnet.insight.report.tables.subject import TableSubject
from glassnet.support.text import enumerated

_MOST_COLUMNS, _MOST_CLASSES, _MOST_DIFFERENCES = 60, 30, 12


def data(subject: TableSubject) -> Html:
    """Rows, target and columns."""
    sizes = enumerated([f"{len(true):,} {name}" for name, true in subject.parts.items()])
    used = sum(column.use.endswith(("feature", "features")) for column in subject.columns)
    about = [
        ("source", subject.source), ("target", subject.target), ("rows", sizes),
        ("columns", f"{len(subject.columns):,}, of which {used:,} are read"),
    ]  # fmt: skip
    return section(
        "data",
        "Data",
        facts(about),
        _suspicions(subject),
        _target(subject),
        _columns(subject),
        _notes(subject),
    )


def _suspicions(subject: TableSubject) -> Html:
    """What may make the scores too good, first of all."""
    return joined(
        tag(
            "article",
            tag("h3", tag("span", "look here", class_="severity")),
            tag("p", one),
            class_="finding warning",
        )
        for one in subject.suspicions
    )


def _target(subject: TableSubject) -> Html:
    if subject.classes:
        body = [
            (
                name,
                *(
                    f"{(true == place).sum():,} ({percent((true == place).mean())})"
                    for true in subject.parts.values()
                ),
            )
            for place, name in enumerate(subject.classes[:_MOST_CLASSES])
        ]
        left = len(subject.classes) - _MOST_CLASSES
        more = f"; {count(left, 'more class')} left out" if left > 0 else ""
        return table(f"Classes of {subject.target}{more}", ["class", *subject.parts], body)
    rows = [
        (name, *map(number, (true.min(), np.median(true), true.mean(), true.std(), true.max())))
        for name, true in subject.parts.items()
    ]
    head = ["", "lowest", "median", "mean", "standard deviation", "highest"]
    return table(f"Values of {subject.target}", head, rows)


def _columns(subject: TableSubject) -> Html:
    body = [
        (
            one.name,
            one.kind,
            percent(one.missing) if one.missing else "–",
            f"{one.n_distinct:,}",
            one.shown,
            one.use,
        )
        for one in subject.columns[:_MOST_COLUMNS]
    ]
    left = len(subject.columns) - _MOST_COLUMNS
    more = f"; {count(left, 'more column')} left out" if left > 0 else ""
    return table(f"Columns{more}", ["column", "kind", "missing", "different", "holds", "use"], body)


def _notes(subject: TableSubject) -> Html:
    if not subject.notes:
        return NOTHING
    return joined([tag("h3", "What was decided"), tag("ul", *(tag("li", note) for note in subject.notes))])


def differences(subject: TableSubject) -> Html:
    """What differs between the rows that were trained on and those that judge."""
    name = subject.judged.name
    title = f"Training and {name}"
    if name == "training":
        return section(
            "differences", title, tag("p", "No rows were held back, so there is nothing to compare.")
        )
    moved = [one for one in subject.differences if one.matters]
    if not moved:
        largest = max((one.index for one in subject.differences), default=0.0)
        text = (
            f"No column differs between the training and the {name} rows by more than chance and a small shift; the "
            f"largest stability index is {number(largest)}."
        )
        return section("differences", title, tag("p", text))
    body = [(one.column, number(one.index), one.text) for one in moved[:_MOST_DIFFERENCES]]
    text = "Columns that differ by more than chance; from a stability index of 0.25 on the shift is large."
    return section(
        "differences",
        title,
        tag("p", text),
        table(f"Shifted columns, {name} rows", ["column", "index", "how"], body),
    )
