"""One training step on one sample, written out."""

from __future__ import annotations

from itertools import groupby

from glassnet.errors import GlassnetError
from glassnet.insight.report.markup import Html, section, table, tag
from glassnet.insight.report.numbers import number
from glassnet.insight.report.sections.worst import order, output_of
from glassnet.insight.report.subject import Subject
from glassnet.insight.trace.step import TraceStep
from glassnet.insight.trace.trace import Trace, trace


def one_step(subject: Subject) -> Html:
    """The trace of the worst of the judged samples."""
    part, place = subject.trained.judged, int(order(subject)[0])
    sample = slice(place, place + 1)
    try:
        step = trace(
            subject.trained.network, part.X[sample], part.y[sample],
            loss=subject.loss, optimizer=subject.optimizer or "sgd",
        )  # fmt: skip
    except GlassnetError as error:
        return section("step", "One step", tag("p", f"No trace: {error}"))
    output = output_of(subject, place)
    text = (
        f"What one training step would do with {part.name} sample {place}, the worst one. Loss {number(step.loss)}. "
        f"Click a unit or a line, and its numbers stand below; first are those of {_which(subject, output)}."
    )
    table_text = (
        f"The numbers are those of {_which(subject, output)}, and in each hidden layer of the unit with the largest "
        "error dz; X is what the network was given in training."
    )
    in_text = tag(
        "details",
        tag("summary", "The same step as a table"),
        tag("p", table_text),
        *_phases(step.written_for(0, output)),
    )
    return section("step", "One step", tag("p", text), _page(step, output), in_text)


def _page(step: Trace, output: int) -> Html:
    """The page, opened at this step; where it does not draw the network, what is said of that."""
    from glassnet.browser.page.steps import document_of, page_at

    try:
        document = document_of(step.moment)
    except GlassnetError as error:
        return tag("p", f"Only as a table: {error}.")
    text = page_at(document, step.title, hide="data,network,training,view,output", output=output)
    return tag("iframe", srcdoc=text, title="the network, at this step", class_="page")


def _which(subject: Subject, output: int) -> str:
    """The output whose numbers are shown."""
    if not subject.classifies:
        return f"output {output}"
    if subject.is_multi_label:
        return f"the output of {subject.names.classes[output]}, which is farthest from the truth"
    if subject.network.plan().n_outputs == 1:
        return f"the one output, the probability of {subject.names.classes[1]}"
    return f"the output of the true class, {subject.names.classes[output]}"


def _phases(steps: list[TraceStep]) -> list[Html]:
    return [
        table(phase.capitalize(), ["formula", "numbers", "shapes"], map(_row, part))
        for phase, part in groupby(steps, lambda step: step.phase)
    ]


def _row(step: TraceStep) -> tuple[Html, Html, str]:
    note = [tag("br"), tag("small", step.note)] if step.note else []
    return tag("span", tag("code", step.formula), *note), tag("code", step.numbers), step.shapes
