"""The report of a model of a table as one page."""

from __future__ import annotations

from glassnet.insight.report.markup import NOTHING, Html, facts, section, tag
from glassnet.insight.report.numbers import count, score
from glassnet.insight.report.report import ReportPage, page_of
from glassnet.insight.report.sections.findings import NOTHING_FOUND, listed
from glassnet.insight.report.sections.learning import curves_of
from glassnet.insight.report.tables.data import data, differences
from glassnet.insight.report.tables.leaning import dependence, importance, worst
from glassnet.insight.report.tables.quality import quality
from glassnet.insight.report.tables.subject import TableSubject
from glassnet.metrics import title

_SECTIONS = {
    "data": "Data", "network": "Model", "learning": "Learning", "diagnosis": "Diagnosis",
    "quality": "Quality", "importance": "Importance",
    "dependence": "Dependence", "worst": "Worst errors", "differences": "Differences", "next": "What to try next",
}  # fmt: skip


def of_table(subject: TableSubject) -> ReportPage:
    """The page of a model of a table."""
    watched = subject.parts.get("validation")
    unit = (
        ""
        if subject.classes
        else f"the loss of these curves is of {subject.target} as it was scaled for training"
    )
    parts = [
        data(subject), section("network", "Model", facts(subject.facts)),
        curves_of(subject.history, None if watched is None else len(watched), unit),
        listed(subject.diagnosis, subject.no_diagnosis, NOTHING_FOUND),
        quality(subject), importance(subject), dependence(subject), worst(subject), differences(subject),
        _next(subject),
    ]  # fmt: skip
    return page_of(f"{subject.source}: {_headline(subject)}", _SECTIONS, parts)


def _headline(subject: TableSubject) -> str:
    scores = subject.scores[subject.judged.name]
    name = next((name for name in ("accuracy", "r2") if name in scores), next(iter(scores)))
    rows = count(len(subject.judged.true), f"{subject.judged.name} row")
    return f"{title(name)} {score(name, scores[name])} on {rows}"


def _next(subject: TableSubject) -> Html:
    items = (
        tag("li", tag("p", one.why), tag("pre", tag("code", one.command)) if one.command else NOTHING)
        for one in subject.advice
    )
    return section("next", _SECTIONS["next"], tag("ol", *items))
