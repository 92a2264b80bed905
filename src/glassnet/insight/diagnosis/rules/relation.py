"""Whether the samples tell anything of their targets: what was found, and what would have been."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from glassnet.insight.diagnosis.case import Case
from glassnet.insight.diagnosis.related import Sign, foretold
from glassnet.insight.diagnosis.report import Finding

# With fewer rows even a relation worth a third of the score may not stand out from shuffled targets: 80 rows of two
# even classes give a score to within 0.11, and a few wrong labels hide the rest.
FEWEST_ROWS = 100
FEWEST_HELD = 20
# A class with so many of the samples leaves too few others to tell.
LARGEST_CLASS = 0.95
# A sign that fewer shuffled targets show than this is none of chance: five signs together mislead in about 2 of 100.
RELATED = 0.004
# What more of them show, but less than this, or as many deviations, is a faint sign.
FAINT = 0.05
FAINT_DEVIATIONS = 2.0
# Far below shuffled targets tells as much: of a chequered pattern, neighbours say the opposite.
OPPOSITE = -4.0
# Samples that could have hidden a relation worth more than this part of the targets' spread prove nothing; up to the
# smaller part they prove that next to nothing can be learned.
HIDDEN = 0.1
NOTHING = 0.03
OWN = "the network on validation samples"


def labels_unrelated(case: Case) -> Finding | None:
    """Targets that the samples tell nothing of: shuffled, or shifted against them."""
    if case.targets.kind == "labels" or len(case.x) < FEWEST_ROWS or not case.samples.varying.any():
        return None
    if case.targets.kind == "classes" and case.targets.shares.max() > LARGEST_CLASS:
        return None
    if case.relation.is_clear:
        return None
    signs: list[Sign] = []
    for sign in _signs(case):
        if sign.by_chance < RELATED or sign.deviations <= OPPOSITE:
            return None
        signs.append(sign)
    clearest = min(signs, key=lambda sign: sign.by_chance)
    hidden = max(max(s.gain, 0.0) + 2 * s.deviation for s in case.relation.smooth_signs)
    return _said(case, _severity(case, signs, hidden), clearest, hidden, any(map(_is_faint, signs)))


def _is_faint(sign: Sign) -> bool:
    return sign.by_chance < FAINT or sign.deviations >= FAINT_DEVIATIONS


def _severity(case: Case, signs: list[Sign], hidden: float) -> str:
    """An error only where much would have been seen and nothing was; a note where it may well be noise alone."""
    faint = any(map(_is_faint, signs))
    if not faint and hidden <= NOTHING and (case.held is not None or not case.learned):
        return "error"
    own = [sign for sign in signs if sign.name == OWN]
    doubtful = any(map(_is_faint, own)) if own else faint or hidden > HIDDEN
    return "note" if doubtful else "warning"


def is_doubt(finding: Finding) -> bool:
    """Whether this is said of a relation that may only be faint, and so explains nothing else."""
    return finding.code == "labels_unrelated" and finding.severity == "note"


def _signs(case: Case) -> Iterator[Sign]:
    """One sign of a relation after the other, the cheap ones first."""
    yield from case.relation.signs
    yield from _of_validation(case)
    references = case.references
    if references.answers is not None:
        left_out = references.asked
        foreseen = left_out.as_columns(references.answers)
        yield foretold("a network of two layers on samples left out", left_out.columns, foreseen)


def _of_validation(case: Case) -> Iterator[Sign]:
    """What the network itself foresees of samples that it was not trained on."""
    if case.held_pass is None or case.held is None:
        return
    output = case.held_pass.output
    new = np.flatnonzero(~case.samples.among(case.held[0][: len(output)]))
    if len(new) >= FEWEST_HELD:
        targets = case.held_pass.targets.take(new)
        yield foretold(OWN, targets.columns, targets.as_columns(output[new]))


def _said(case: Case, severity: str, clearest: Sign, hidden: float, faint: bool) -> Finding:
    what = "only a faint sign was found" if faint else "nothing was found"
    return Finding(
        "labels_unrelated",
        severity,
        f"{what} in the samples that tells of their targets: the clearest, of {clearest.name}, is as clear in "
        f"{clearest.by_chance:.1%} of shufflings of the targets. A smooth relation worth {hidden:.0%} of their spread "
        "would have been seen, a fainter or more tangled one perhaps not",
        "look whether X and y were sorted, filtered or shifted apart; shuffle them with one and the same permutation"
        + ("" if severity == "error" else ". If they were not, more samples, or features that tell more, would help"),
        None,
        {
            "share of shuffled targets that show as much": clearest.by_chance,
            "deviations above shuffled targets": clearest.deviations,
            "score of the best simple rule": case.relation.score, "score of a network": case.references.score,
        },
        "Ojala, Garriga 2010, Permutation Tests for Studying Classifier Performance, section 2",
    )  # fmt: skip
