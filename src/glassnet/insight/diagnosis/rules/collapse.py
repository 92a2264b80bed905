"""The rule about samples that a layer makes equal."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassnet.insight.diagnosis.case import Case
from glassnet.insight.diagnosis.measure import TINY, Block
from glassnet.insight.diagnosis.related import Relation
from glassnet.insight.diagnosis.report import Finding
from glassnet.insight.diagnosis.rules.words import said
from glassnet.insight.trace.writing.notation import function_of
from glassnet.support.text import enumerated

Array = NDArray[Any]

# Share of the task that is lost when the samples that look alike get the same answer. In a group that is nearly of one
# class, a third of this share are wrong answers: below, next to nothing is lost.
COLLAPSE_LOSS = 0.08
ALIKE = 1e-6
# Samples of which some can be left out.
ENOUGH = 40


def collapsed_representation(case: Case) -> Finding | None:
    """Samples with different targets that are the same to every later layer cannot be told apart."""
    if case.targets.kind == "labels" or len(case.rows) < 2:
        return None
    columns = case.sample.columns
    unavoidable = _lost(_groups(case.x[case.rows].astype(np.float64)), columns)
    for block in case.now.hidden:
        output = block.all_that_passes
        if output is None:
            continue
        groups = _groups(output)
        lost = _lost(groups, columns) - unavoidable
        if lost >= COLLAPSE_LOSS:
            lost = min(lost, _known(case, groups, columns))
        if lost >= COLLAPSE_LOSS:
            return _collapse(case, block, output, groups, lost)
    return None


def _collapse(case: Case, block: Block, output: Array, groups: NDArray[np.int64], lost: float) -> Finding:
    columns = case.sample.columns
    mixed = [g for g in range(groups.max() + 1) if np.ptp(columns[groups == g], axis=0).max(initial=0) > 0]
    largest = max(mixed, key=lambda g: (groups == g).sum())
    members = np.flatnonzero(groups == largest)
    zero = not output[members].any()
    how = said("collapsed_representation.zero" if zero else "collapsed_representation.same")
    what = _listed(case, members)
    return Finding(
        "collapsed_representation",
        "error" if lost >= 0.2 and not case.learned else "warning" if not case.learned else "note",
        said("collapsed_representation", what=what, how=how, layer=block.index),
        _remedy(block, members),
        block.index,
        {"samples alike": len(members), "samples": len(groups), "part of the targets lost": lost},
        "Goodfellow, Bengio, Courville 2016, Deep Learning, section 6.1",
    )


def _remedy(block: Block, members: NDArray[np.int64]) -> str:
    """What to do: where every unit is flat for these samples, other first weights of the same kind do not help."""
    z, activation = block.active.z[members], block.activation
    is_elementwise = not activation.is_of_rows and not block.rectifies
    if is_elementwise and np.abs(activation.slope(z, activation.value(z))).max() < ALIKE:
        return said(
            "collapsed_representation.flat", layer=block.index, least=float(z.min()), most=float(z.max()),
            activation=function_of(activation).name,
        )  # fmt: skip
    return said("collapsed_representation.slope" if block.rectifies else "collapsed_representation.other")


def _listed(case: Case, members: NDArray[np.int64]) -> str:
    """Few small samples by their features, such as 00, 01 and 10; others by their number."""
    x = case.x[case.rows][members]
    whole = bool((x == np.trunc(x)).all()) and bool((np.abs(x) < 10).all())
    if len(members) > 8 or x.shape[1] > 4 or not whole:
        return said("collapsed_representation.several", count=len(members), n=len(case.rows))
    separator = "" if bool((x >= 0).all()) else ","
    names = [separator.join(f"{value:g}" for value in row) for row in x]
    return f"samples {enumerated(names)}"


def _groups(rows: Array) -> NDArray[np.int64]:
    """A number for each row; rows that are equal to rounding share it."""
    scale = float(np.abs(rows).max())
    rounded = np.round(rows / (scale * ALIKE)) if scale > 0 else np.zeros_like(rows)
    numbers: NDArray[np.int64] = np.unique(rounded, axis=0, return_inverse=True)[1].reshape(-1)
    return numbers


def _lost(groups: NDArray[np.int64], columns: Array) -> float:
    """The share of the targets' spread that lies within groups, which no later layer can bring back."""
    spread = float(np.square(columns - columns.mean(axis=0)).sum())
    if spread == 0:
        return 0.0
    counts = np.bincount(groups)
    means = np.stack([np.bincount(groups, column) / counts for column in columns.T], axis=1)
    return float(np.square(columns - means[groups]).sum()) / spread


def _known(case: Case, groups: NDArray[np.int64], columns: Array) -> float:
    """The part of what is lost that is no noise: what similar samples, or a linear fit, tell within each group.

    Of a group that is too small to leave samples out, the part that they tell of all; of few samples, all counts.
    """
    spread, known = float(np.square(columns - columns.mean(axis=0)).sum()), 0.0
    of_all = case.relation.told if len(case.x) >= ENOUGH else 1.0
    for group in np.flatnonzero(np.bincount(groups) > 1):
        members = np.flatnonzero(groups == group)
        within = columns[members]
        lost = float(np.square(within - within.mean(axis=0)).sum())
        known += lost * (_told(case, members) if lost > 0 and len(members) >= ENOUGH else of_all)
    return known / max(spread, TINY)


def _told(case: Case, members: NDArray[np.int64]) -> float:
    return Relation(case.numbers[case.rows][members], case.sample.take(members)).told
