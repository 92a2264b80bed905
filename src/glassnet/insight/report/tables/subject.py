"""What the report of a table is about: columns, rows in parts, what is predicted of them, and what it leans on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from glassnet.insight.diagnosis import DiagnosisReport
from glassnet.network.history import History
from glassnet.support.arrays import Array, Floats

if TYPE_CHECKING:
    from glassnet.tables.explain import Contributions, Dependence, Difference, Importances


@dataclass(frozen=True)
class ColumnUse:
    """A column of the table."""

    name: str
    kind: str  # "numbers", "text" or "dates"
    missing: float  # share of the rows
    n_distinct: int
    shown: str  # its range, or its most frequent categories
    use: str  # what became of it: how many features, or why it is left out


@dataclass(frozen=True, eq=False)
class Judged:
    """Rows that tell how good the model is, with what is true and what is predicted of each."""

    name: str  # of the part
    rows: NDArray[np.int64]  # (n,): their numbers in the table, counted from 1
    true: Array  # (n,): numbers of classes, or values
    said: Floats  # probabilities (n, n_classes), or values (n,)


@dataclass(frozen=True, eq=False)
class Worst:
    """A row that is predicted badly."""

    row: int  # its number in the table, counted from 1
    true: str
    said: str
    error: str
    values: Mapping[str, str]  # what it holds in the columns that matter most
    reasons: Contributions | None = None  # what each column added to this prediction


@dataclass(frozen=True)
class Advice:
    """Something to try, and the command for it, or ""."""

    why: str
    command: str = ""


@dataclass(frozen=True, eq=False)
class TableSubject:
    """Everything that the page tells."""

    source: str
    target: str
    classes: tuple[str, ...]  # None for values
    facts: Sequence[tuple[str, str]]  # about the model and its training
    columns: Sequence[ColumnUse]
    # notes, suspicions: what was decided, and what may make the test too easy
    notes: Sequence[str]
    suspicions: Sequence[str]
    parts: Mapping[str, Array]  # of each part the true classes, as numbers, or values
    scores: Mapping[str, Mapping[str, float]]  # of each part its scores by name
    history: History | None
    diagnosis: DiagnosisReport
    no_diagnosis: str  # why there is none
    judged: Judged
    importances: Importances | None
    dependences: Sequence[Dependence]  # of the columns that matter most
    answer: int  # which of their answers is drawn
    worst: Sequence[Worst]
    differences: Sequence[Difference]  # between the training part and the judged one
    advice: Sequence[Advice]
