"""What the report of a table is about: columns, rows in parts, what is predicted of them, and what it leans on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from glassnet.insight.diagnosis import DiagnosisReport
from glassnet.network.history import History

if TYPE_CHECKING:
    from glassnet.tables.explain import Contributions, Dependence, Difference, Importances

Array = NDArray[Any]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class ColumnUse:
    """A column of the table.

    Attributes
    ----------
    name : str
    kind : str
        "numbers", "text" or "dates".
    missing : float
        Share of the rows.
    n_distinct : int
    shown : str
        Its range, or its most frequent categories.
    use : str
        What became of it: how many features, or why it is left out.
    """

    name: str
    kind: str
    missing: float
    n_distinct: int
    shown: str
    use: str


@dataclass(frozen=True, eq=False)
class Judged:
    """Rows that tell how good the model is, with what is true and what is predicted of each.

    Attributes
    ----------
    name : str
        Of the part.
    rows : int array (n,)
        Their numbers in the table, counted from 1.
    true : array (n,)
        Numbers of classes, or values.
    said : array
        Probabilities (n, n_classes), or values (n,).
    """

    name: str
    rows: NDArray[np.int64]
    true: Array
    said: Floats


@dataclass(frozen=True, eq=False)
class Worst:
    """A row that is predicted badly.

    Attributes
    ----------
    row : int
        Its number in the table, counted from 1.
    true, said, error : str
    values : mapping of str to str
        What it holds in the columns that matter most.
    reasons : Contributions or None
        What each column added to this prediction.
    """

    row: int
    true: str
    said: str
    error: str
    values: Mapping[str, str]
    reasons: Contributions | None = None


@dataclass(frozen=True)
class Advice:
    """Something to try, and the command for it, or ""."""

    why: str
    command: str = ""


@dataclass(frozen=True, eq=False)
class TableSubject:
    """Everything that the page tells.

    Attributes
    ----------
    source, target : str
    classes : tuple of str
        None for values.
    facts : sequence of (str, str)
        About the model and its training.
    columns : sequence of ColumnUse
    notes, suspicions : sequence of str
        What was decided, and what may make the test too easy.
    parts : mapping of str to array
        Of each part the true classes, as numbers, or values.
    scores : mapping of str to mapping
        Of each part its scores by name.
    history : History or None
    diagnosis : DiagnosisReport
    no_diagnosis : str
        Why there is none.
    judged : Judged
    importances : Importances or None
    dependences : sequence of Dependence
        Of the columns that matter most.
    answer : int
        Which of their answers is drawn.
    worst : sequence of Worst
    differences : sequence of Difference
        Between the training part and the judged one.
    advice : sequence of Advice
    """

    source: str
    target: str
    classes: tuple[str, ...]
    facts: Sequence[tuple[str, str]]
    columns: Sequence[ColumnUse]
    notes: Sequence[str]
    suspicions: Sequence[str]
    parts: Mapping[str, Array]
    scores: Mapping[str, Mapping[str, float]]
    history: History | None
    diagnosis: DiagnosisReport
    no_diagnosis: str
    judged: Judged
    importances: Importances | None
    dependences: Sequence[Dependence]
    answer: int
    worst: Sequence[Worst]
    differences: Sequence[Difference]
    advice: Sequence[Advice]
