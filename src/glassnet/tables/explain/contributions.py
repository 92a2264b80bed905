"""What each column adds to one prediction: integrated gradients, with their sum checked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from glassnet.errors import ArgumentError
from glassnet.support import checks
from glassnet.support.arrays import Floats
from glassnet.support.calls import explained
from glassnet.tables.explain.answers import Answer, check_model
from glassnet.tables.explain.gradients import Predicting
from glassnet.tables.table import Table

if TYPE_CHECKING:
    from glassnet.tables.model import TableModel

_POINTS = (32, 128, 512, 2048, 8192)  # on the way, tried one after the other
_TOLERANCE = 1e-3  # of the difference, that the sum may miss
_MOST_ROWS = 2000  # that a mean row is made of


@dataclass(frozen=True, eq=False)
class Contributions:
    """What each column adds to one prediction, beside that for a mean row.

    Attributes
    ----------
    row : int
    answer : str
        What is predicted, such as "probability of yes".
    prediction, baseline : float
        For this row, and for the mean of the reference rows' features.
    columns : dict of str to float
        Contributions in the order of their size; their sum is the difference of the two, but for `gap`.
    features : dict of str to float
        The same for each feature that the network reads.
    values : dict of str to object
        What the row holds in these columns.
    gap : float
        The sum minus the difference.
    n_points : int
        Between the mean row and this one at which gradients were taken.
    """

    row: int
    answer: str
    prediction: float
    baseline: float
    columns: dict[str, float]
    features: dict[str, float]
    values: dict[str, Any]
    gap: float
    n_points: int

    @property
    def is_checked(self) -> bool:
        """Whether the sum is the difference, to a thousandth of it (or of a millionth of the prediction)."""
        return abs(self.gap) <= _allowed(self.prediction, self.baseline)

    def __str__(self) -> str:
        width = max(map(len, (*self.columns, "mean row", self.answer)), default=0)
        lines = [
            f"{self.answer} of row {self.row}: {self.prediction:.4g}",
            f"{'mean row':<{width}} {self.baseline:>+11.4g}",
        ]
        for name, share in self.columns.items():
            lines.append(f"{name:<{width}} {share:>+11.4g}   {shown(self.values[name])}")
        said = "equals" if self.is_checked else "MISSES"
        difference = self.prediction - self.baseline
        lines.append(
            f"their sum {said} the difference {difference:+.4g} (off by {abs(self.gap):.1g}; {self.n_points} points)"
        )
        return "\n".join(lines)


@explained
def contributions(
    model: TableModel, X: Any, row: int = 0, *, reference: Any = None, output: str | int | None = None
) -> Contributions:
    """What each column adds to the prediction for one row: integrated gradients.

    c_i = (x_i - b_i) ∫₀¹ ∂f(b + t (x - b))/∂x_i dt, where x are the features of the row and b their means over the
    reference rows (of embedded categories the means of their vectors). Σ c_i = f(x) - f(b), which is checked: more
    points are taken until it holds to a thousandth. Sundararajan, Taly, Yan, ICML 2017.

    Parameters
    ----------
    model : TableModel
    X : table
    row : int
        Counted from 0.
    reference : table, optional
        The rows that are averaged; X by default.
    output : str, optional
        The class, label or value that is explained; by default the class that is predicted, or the first value.

    Returns
    -------
    Contributions

    Raises
    ------
    ArgumentError
        If there is no such row or output.
    DataError
        If the columns do not fit the model.
    """
    check_model(model)
    table = Table.of(X)
    row = checks.integer("row", row, least=0)
    if row >= table.n_rows:
        raise ArgumentError(f"row must be below {table.n_rows}, since rows count from 0; got {row}")
    others = table if reference is None else Table.of(reference)
    one = table.take(slice(row, row + 1))
    path = _Path(model, one, others.take(slice(0, None, max(1, others.n_rows // _MOST_ROWS))))
    said = path.said_at_end()
    place = int(said.argmax()) if model.target.classifies else 0
    answer = Answer.of(model, output, place)
    return path.contributions(answer, row, one)


class _Path:
    """The straight way from the mean row to this one, in what the layers behind the embedding read."""

    def __init__(self, model: TableModel, one: Table, others: Table) -> None:
        self.model = model
        self.networks = [Predicting(network) for network in model.networks]
        features, mean_of = model.preprocessing.transform(one), model.preprocessing.transform(others)
        self.ends = [network.inputs(features)[0] for network in self.networks]
        self.starts = [network.inputs(mean_of).mean(axis=0) for network in self.networks]

    def said_at_end(self) -> Floats:
        """The answers for the row itself."""
        outputs = self._outputs(np.ones(1))
        places = range(self.model.target.n_outputs if self.model.target.classifies else 1)
        return np.array(
            [Answer(self.model.target, at, self.model.temperature).value(outputs)[0] for at in places]
        )

    def _outputs(self, times: Floats) -> Floats:
        ways = zip(self.networks, self.starts, self.ends, strict=True)
        outputs = [network.outputs(start + times[:, None] * (end - start)) for network, start, end in ways]
        return np.asarray(np.mean(outputs, axis=0))

    def contributions(self, answer: Answer, row: int, one: Table) -> Contributions:
        """At as many points as it takes."""
        start, end = answer.value(self._outputs(np.array([0.0, 1.0]))).tolist()
        for n_points in _POINTS:
            shares = self._integrated(answer, n_points)
            gap = float(shares.sum()) - (end - start)
            if abs(gap) <= _allowed(end, start):
                break
        preprocessing = self.model.preprocessing
        names, sources = preprocessing.feature_names, preprocessing.sources
        by_column = {name: 0.0 for name in preprocessing.columns}
        for source, share in zip(sources, shares.tolist(), strict=True):
            by_column[source] += share
        order = sorted(by_column, key=lambda name: -abs(by_column[name]))
        values = {name: one.columns[name][0] for name in order}
        return Contributions(
            row, answer.name, end, start, {name: by_column[name] for name in order},
            dict(zip(names, shares.tolist(), strict=True)), values, gap, n_points,
        )  # fmt: skip

    def _integrated(self, answer: Answer, n_points: int) -> Floats:
        """The contribution of each feature, by the midpoints of as many equal pieces."""
        times = (np.arange(n_points) + 0.5) / n_points
        by_output = answer.gradient(self._outputs(times)) / len(self.networks)
        total = np.zeros(self.model.preprocessing.n_features)
        for network, start, end in zip(self.networks, self.starts, self.ends, strict=True):
            share = network.gradient(by_output).mean(axis=0) * (end - start)
            np.add.at(total, network.feature_of_input, share)
        return total


def _allowed(end: float, start: float) -> float:
    return max(_TOLERANCE * abs(end - start), 1e-6 * max(abs(end), abs(start), 1e-6))


def shown(value: Any) -> str:
    """An entry of a column."""
    if value is None or (isinstance(value, float) and np.isnan(value)) or str(value) == "NaT":
        return "missing"
    if isinstance(value, np.datetime64):
        return str(value.astype("datetime64[s]")).replace("T00:00:00", "").replace("T", " ")
    return f"{value:.6g}" if isinstance(value, float) else str(value)
