"""How much a model of a table leans on each column, and how its predictions change with one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from glassnet.errors import ShapeError
from glassnet.support import checks
from glassnet.support.arrays import Array, Floats
from glassnet.support.calls import explained
from glassnet.tables.columns import DateColumn, NumberColumn, TextColumn
from glassnet.tables.explain.answers import Answer, answer_names, check_model, outputs_of
from glassnet.tables.table import Table

if TYPE_CHECKING:
    from glassnet.tables.model import TableModel

_MOST_ROWS = 5000
_MOST_ROWS_OF_DEPENDENCE = 500
_MOST_LEVELS = 12
_ENDS = (0.02, 0.98)  # quantiles between which a column of numbers is moved
_LEAST = 1e-12  # probability, before a logarithm


@dataclass(frozen=True)
class Importance:
    """How much worse predictions become when the entries of a column change places.

    Attributes
    ----------
    column : str
    mean, deviation : float
        Of the rise of the error over the repeats.
    """

    column: str
    mean: float
    deviation: float


@dataclass(frozen=True, eq=False)
class Importances:
    """Of all columns, the most important first.

    Attributes
    ----------
    columns : tuple of Importance
    error : str
        What is measured: "cross-entropy" of classes and labels, "root mean squared error" of values.
    at_first : float
        That error with every entry in its place.
    n_rows, repeats : int
    """

    columns: tuple[Importance, ...]
    error: str
    at_first: float
    n_rows: int
    repeats: int

    def __str__(self) -> str:
        width = max(len(one.column) for one in self.columns)
        lines = [
            f"{self.error} {self.at_first:.4g} on {self.n_rows:,} rows; it rises by, when a column is shuffled:"
        ]
        lines += [f"{one.column:<{width}} {one.mean:>10.4g} ± {one.deviation:.2g}" for one in self.columns]
        return "\n".join(lines)


@explained
def permutation_importance(
    model: TableModel, X: Any, y: Any, *, repeats: int = 5, seed: int = 0
) -> Importances:
    """How much the error rises when the entries of one column change places among the rows. Breiman 2001.

    At most 5000 rows are looked at, drawn by the seed. Columns that tell the same share their importance: each alone
    looks unimportant while the other is there.

    Parameters
    ----------
    model : TableModel
    X, y : table and targets
        Rows that were not trained on tell more.
    repeats : int
        How often each column is shuffled, >= 1.
    seed : int

    Raises
    ------
    ArgumentError, DataError, ShapeError
        If they do not fit the model or each other.
    """
    check_model(model)
    repeats = checks.integer("repeats", repeats, least=1)
    random = np.random.default_rng(checks.integer("seed", seed, least=0))
    table, targets = Table.of(X), np.asarray(y)
    if len(targets) != table.n_rows:
        raise ShapeError(f"y must have one entry for each of {table.n_rows} rows; it has {len(targets)}")
    rows = np.sort(random.permutation(table.n_rows)[:_MOST_ROWS])
    features, true = model.preprocessing.transform(table.take(rows)), model.target.encode(targets[rows])
    error = _Error(model, true)
    at_first = error.of(features)
    importances = []
    for column, places in spans(model):
        original = features[:, places].copy()
        rises = []
        for _ in range(repeats):
            features[:, places] = original[random.permutation(len(original))]
            rises.append(error.of(features) - at_first)
        features[:, places] = original
        importances.append(Importance(column, float(np.mean(rises)), float(np.std(rises))))
    importances.sort(key=lambda one: -one.mean)
    return Importances(tuple(importances), error.name, at_first, len(rows), repeats)


def spans(model: TableModel) -> Iterator[tuple[str, NDArray[np.int64]]]:
    """Each column that is read, and the places of its features."""
    sources = np.array(model.preprocessing.sources, object)
    for column in model.preprocessing.columns:
        yield column, np.flatnonzero(sources == column)


class _Error:
    """How wrong a model is about some rows."""

    def __init__(self, model: TableModel, true: Array) -> None:
        self.model, self.true = model, true
        self.name = "cross-entropy" if model.target.classifies else "root mean squared error"

    def of(self, features: Floats) -> float:
        """The error of predictions from these features."""
        outputs, target = outputs_of(self.model, features), self.model.target
        names = range(len(answer_names(target)))
        said = np.stack([Answer(target, at, self.model.temperature).value(outputs) for at in names], axis=1)
        if target.task == "classes":
            return float(-np.log(np.maximum(said[np.arange(len(said)), self.true], _LEAST)).mean())
        if target.classifies:
            right = np.where(self.true > 0.5, said, 1 - said)
            return float(-np.log(np.maximum(right, _LEAST)).sum(axis=1).mean())
        values = self.true * np.array(target.scale) + np.array(target.center)  # as they were given
        return float(np.sqrt(np.mean((values - said) ** 2)))


@dataclass(frozen=True, eq=False)
class Dependence:
    """The mean prediction when a column holds the same value in every row.

    Attributes
    ----------
    column : str
    kind : {"numbers", "text", "dates"}
    values : tuple
        That the column was given, in their order.
    means : float64 array, (n_values, n_answers)
        Of the predictions over the rows.
    answers : tuple of str
        What is predicted.
    shares : tuple of float
        How many of the rows hold such a value: of text this category, of numbers and dates 0.
    """

    column: str
    kind: str
    values: tuple[Any, ...]
    means: Floats
    answers: tuple[str, ...]
    shares: tuple[float, ...]

    @property
    def reach(self) -> float:
        """The largest distance between two means of one answer."""
        return float((self.means.max(axis=0) - self.means.min(axis=0)).max())


@explained
def partial_dependence(
    model: TableModel, X: Any, column: str, *, points: int = 20, seed: int = 0
) -> Dependence:
    """The mean prediction over the rows of X when `column` holds one value in all of them. Friedman 2001.

    Numbers and dates move over the middle 96 % of those in X, and categories over the 12 most frequent ones. At most
    500 rows are averaged. Where columns depend on each other, some of these rows are such as never occur.

    Raises
    ------
    UnknownNameError
        If the model reads no such column.
    """
    check_model(model)
    checks.choice("column", column, model.preprocessing.columns)
    points = checks.integer("points", points, least=2)
    table = Table.of(X)
    values, shares = _grid(table, column, points)
    rows = np.random.default_rng(checks.integer("seed", seed, least=0)).permutation(table.n_rows)
    base = table.take(np.sort(rows[:_MOST_ROWS_OF_DEPENDENCE]))
    features = model.preprocessing.transform(base)
    places = dict(spans(model))[column]
    moved = _with_values(base, column, values)
    replaced = model.preprocessing.transform(moved)[:, places]
    target = model.target
    answers = [Answer(target, at, model.temperature) for at in range(len(answer_names(target)))]
    means = np.empty((len(values), len(answers)))
    for at, new in enumerate(replaced):
        features[:, places] = new
        outputs = outputs_of(model, features)
        means[at] = [answer.value(outputs).mean() for answer in answers]
    kind = table.column(column).kind
    return Dependence(column, kind, tuple(values), means, tuple(one.name for one in answers), tuple(shares))


def _grid(table: Table, column: str, points: int) -> tuple[list[Any], list[float]]:
    whole = table.column(column)
    match whole:
        case TextColumn():
            counts = whole.counts()
            order = np.argsort(-counts, kind="stable")[:_MOST_LEVELS]
            present = [place for place in order if counts[place]]
            return [whole.levels[place] for place in present], [
                float(counts[place] / len(whole)) for place in present
            ]
        case NumberColumn():
            known = whole.array[~whole.missing]
            different = np.unique(known)
            if len(different) > points:
                low, high = np.quantile(known, _ENDS)
                different = np.unique(np.linspace(low, high, points))
            return different.tolist(), [0.0] * len(different)
        case DateColumn():
            known = whole.values[~whole.missing].astype(np.int64)
            low, high = np.quantile(known, _ENDS)
            grid = np.unique(np.linspace(low, high, points).astype(np.int64)).astype("datetime64[us]")
            return list(grid), [0.0] * len(grid)


def _with_values(base: Table, column: str, values: list[Any]) -> Table:
    """The first row as often as there are values, with these in the column."""
    repeated = base.take(np.zeros(len(values), np.int64))
    kind = type(repeated.column(column))
    columns: dict[str, Array] = dict(repeated.columns)
    dtype: Any = {TextColumn: object, NumberColumn: np.float64, DateColumn: "datetime64[us]"}[kind]
    columns[column] = np.array(values, dtype)
    return Table.of(columns)
