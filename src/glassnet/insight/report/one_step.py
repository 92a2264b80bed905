"""One training step on one sample, written out."""

from __future__ import annotations

from itertools import groupby

from glassnet.errors import GlassnetError
from glassnet.insight.report.markup import Html, section, table, tag
from glassnet.insight.report.numbers import number
from glassnet.insight.report.subject import Subject
from glassnet.insight.report.worst import order
from glassnet.insight.trace.step import Step
from glassnet.insight.trace.trace import Trace, trace


def one_step(subject: Subject) -> Html:
    """The trace of the worst of the judged samples."""
    part = subject.trained.training if subject.trained.held is None else subject.trained.held
    place = int(order(subject)[0])
    chosen = slice(place, place + 1)
    try:
        made = trace(
            subject.trained.network, part.X[chosen], part.y[chosen],
            loss=subject.loss, optimizer=subject.optimizer or "sgd",
        )  # fmt: skip
    except GlassnetError as error:
        return section("step", "One step", tag("p", f"No trace: {error}"))
    text = (
        f"What one training step would do with {part.name} sample {place}, the worst one. Loss {number(made.loss)}. "
        "The numbers are those of the first unit of each layer; X is what the network was given in training."
    )
    return section("step", "One step", tag("p", text), *_phases(made))


def _phases(made: Trace) -> list[Html]:
    return [
        table(phase.capitalize(), ["formula", "numbers", "shapes"], map(_row, steps))
        for phase, steps in groupby(made.steps, lambda step: step.phase)
    ]


def _row(step: Step) -> tuple[Html, Html, str]:
    note = [tag("br"), tag("small", step.note)] if step.note else []
    return tag("span", tag("code", step.formula), *note), tag("code", step.numbers), step.shapes
