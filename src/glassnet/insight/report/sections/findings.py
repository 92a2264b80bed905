"""The diagnosis of the training."""

from __future__ import annotations

from glassnet.errors import GlassnetError
from glassnet.insight.diagnosis import DiagnosisReport, Finding, diagnose
from glassnet.insight.report.markup import NOTHING, Html, joined, section, tag
from glassnet.insight.report.sections.learning import rise
from glassnet.insight.report.subject import Subject

NOTHING_FOUND = (
    "None of the rules of gn.diagnose found anything that keeps this network from learning its training "
    "samples."
)


def found_by_diagnosis(subject: Subject) -> tuple[DiagnosisReport, str]:
    """What it says, and why there are none where the diagnosis cannot be made."""
    trained = subject.trained
    held = None if trained.held is None else (trained.held.X, trained.held.y)
    try:
        return diagnose(
            trained.network, trained.training.X, trained.training.y, subject.history,
            loss=subject.loss, validation_data=held,
        ), ""  # fmt: skip
    except GlassnetError as error:
        return DiagnosisReport(), str(error)


def diagnosis(subject: Subject, report: DiagnosisReport, reason: str) -> Html:
    """Each finding with its cause, its numbers and its remedy; and what nothing is said about."""
    return listed(report, reason, _nothing_found(subject))


def listed(report: DiagnosisReport, reason: str, nothing: str) -> Html:
    """The section; `nothing` is said where nothing was found, the `reason` where nothing could be looked for."""
    if reason:
        return section("diagnosis", "Diagnosis", tag("p", f"No diagnosis: {reason}"))
    items = [_finding(finding) for finding in report.findings] or [tag("p", nothing)]
    unseen = (tag("p", f"Not looked at: {what}.", class_="note") for what in report.not_looked_at)
    return section("diagnosis", "Diagnosis", *items, *unseen)


def _nothing_found(subject: Subject) -> str:
    """What was looked at without a finding, and what was not."""
    text = NOTHING_FOUND
    if not subject.was_watched:
        return f"{text} Whether it holds for other samples was not looked at, since none were held back."
    if subject.history is not None and rise(subject.history) is not None:
        return f"{text} What it does on other samples got worse in the end: see Learning."
    return text


def _finding(finding: Finding) -> Html:
    where = "" if finding.layer is None else f", layer {finding.layer}"
    heading = tag("h3", tag("span", finding.severity, class_="severity"), " ", finding.code, where)
    measured = tag("p", "Measured: ", tag("code", finding.numbers)) if finding.evidence else NOTHING
    remedy = tag("p", tag("b", "Remedy: "), sentence(finding.remedy))
    reference = tag("p", finding.reference, class_="note") if finding.reference else NOTHING
    parts = joined([heading, tag("p", sentence(finding.cause)), measured, remedy, reference])
    return tag("article", parts, class_=f"finding {finding.severity}")


def sentence(text: str) -> str:
    """With a capital letter and a full stop."""
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith(('.', '!', '?')) else '.'}"
