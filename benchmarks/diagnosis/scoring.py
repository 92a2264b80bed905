"""Whether a diagnosis found what was planted, and whether what it said beyond that is true."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import glassnet as gn
from benchmarks.diagnosis.generation import FAULTS, Case, trained
from benchmarks.diagnosis.measures import MEASURES
from benchmarks.diagnosis.trainings import Training
from glassnet.insight.diagnosis import Finding

PRECISION, RECALL, FIRST = 0.95, 0.95, 0.9


@dataclass(frozen=True)
class Judged:
    """One finding: right if it was planted or is measured to be so; None if the benchmark has no measure for it."""

    code: str
    severity: str
    layer: int | None
    right: bool | None


@dataclass(frozen=True)
class Outcome:
    """What was said about one training."""

    case: Case
    setup: str
    findings: tuple[Judged, ...]
    seconds: float

    @property
    def found(self) -> bool:
        """Whether the planted fault was found, at a layer where it is."""
        return any(finding.code == self.case.kind and finding.right for finding in self.findings)

    @property
    def first(self) -> bool:
        """Whether the report begins with what was planted: its code, or one that names how it was planted."""
        return bool(self.findings) and self.findings[0].code in (
            self.case.kind,
            *FAULTS[self.case.kind].planted_as,
        )


def judged(case: Case) -> Outcome:
    """Train, diagnose, and judge every finding."""
    training = trained(case)
    setup = training.setup
    clock = time.process_time()
    report = gn.diagnose(
        training.last, *setup.data, None if setup.own_loop else training.history,
        loss=setup.loss, validation_data=setup.held, optimizer=setup.optimizer,
    )  # fmt: skip
    seconds = time.process_time() - clock
    findings = tuple(_judge(case, training, finding) for finding in report.findings)
    return Outcome(case, described(training), findings, seconds)


def _judge(case: Case, training: Training, finding: Finding) -> Judged:
    right: bool | None = None
    if finding.code == case.kind and finding.layer is None:
        right = True
    elif finding.code in MEASURES:
        right = bool(MEASURES[finding.code](training, finding.layer))
    return Judged(finding.code, finding.severity, finding.layer, right)


def described(training: Training) -> str:
    """A training in one line."""
    setup = training.setup
    layers = " ".join(repr(layer) for layer in setup.layers)
    return (
        f"{setup.problem.name} {setup.problem.X.shape} | {layers} | {setup.loss} {setup.optimizer} "
        f"{setup.epochs} x {setup.batch_size} {setup.dtype}"
    )


@dataclass(frozen=True)
class Row:
    """How well one code is found: of `planted`, `found`, as the `first` one; of `said`, `right`."""

    code: str
    planted: int
    found: int
    first: int
    said: int
    right: int

    @property
    def recall(self) -> float:
        """Share of the planted faults that were found; 1 where none was planted."""
        return self.found / self.planted if self.planted else 1.0

    @property
    def leads(self) -> float:
        """Share of the planted faults with which the report begins; 1 where none was planted."""
        return self.first / self.planted if self.planted else 1.0

    @property
    def precision(self) -> float:
        """Share of the findings that are true; 1 where nothing was said."""
        return self.right / self.said if self.said else 1.0

    @property
    def reaches(self) -> bool:
        """Whether all are as required."""
        return self.precision >= PRECISION and self.recall >= RECALL and self.leads >= FIRST


def rows(outcomes: Iterable[Outcome]) -> list[Row]:
    """One row for each code, each training counted once however many layers were named; right if all of them are."""
    outcomes = list(outcomes)
    found = []
    for code in FAULTS:
        planted = [outcome for outcome in outcomes if outcome.case.kind == code]
        verdicts = [
            [finding.right for finding in outcome.findings if finding.code == code] for outcome in outcomes
        ]
        said = [all(verdict) for verdict in verdicts if verdict]
        found.append(
            Row(
                code,
                len(planted),
                sum(outcome.found for outcome in planted),
                sum(outcome.first for outcome in planted),
                len(said),
                sum(said),
            )
        )
    return found


def total(table: Iterable[Row]) -> Row:
    """All codes together."""
    counts = [(row.planted, row.found, row.first, row.said, row.right) for row in table]
    return Row("all", *(sum(column) for column in zip(*counts, strict=True)))


def severities_of(outcomes: Iterable[Outcome], kind: str) -> Counter[str]:
    """How many trainings of a healthy kind have an error, a warning or a note as their worst finding."""
    worst = ("error", "warning", "note")
    return Counter(
        next((s for s in worst if any(f.severity == s for f in outcome.findings)), "nothing")
        for outcome in outcomes
        if outcome.case.kind == kind
    )


def unjudged(outcomes: Iterable[Outcome]) -> Counter[str]:
    """Findings of codes for which the benchmark has no measure."""
    return Counter(
        finding.code for outcome in outcomes for finding in outcome.findings if finding.right is None
    )
