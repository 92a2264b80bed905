"""When a run counts as solved."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from glassnet import metrics
from glassnet.callbacks.watch import asked_for_direction
from glassnet.errors import ArgumentError
from glassnet.network.history import History
from glassnet.network.network import Network
from glassnet.support import checks

Goal = Callable[[Network, History], Any]

_VALIDATION = "validation_"


@dataclass(frozen=True)
class Threshold:
    """A column of the history whose value for the network as it is must be at most, or at least, a limit."""

    column: str
    limit: float
    greater_is_better: bool

    def __call__(self, network: Network, history: History) -> bool:
        value = history.kept(self.column)
        return value >= self.limit if self.greater_is_better else value <= self.limit


@dataclass(frozen=True)
class Thresholds:
    """Several of them, which must all be kept."""

    parts: tuple[Threshold, ...]

    def __call__(self, network: Network, history: History) -> bool:
        return all(part(network, history) for part in self.parts)


def goal_of(solved: Any, measures: Any) -> Goal | None:
    """The goal that `solved` names: a function of (network, history), or limits by column such as {"loss": 0.05}.

    `measures` are the metrics that fit is told to measure.

    Raises `ArgumentError` if it is neither, or a column is neither a loss nor a metric.
    """
    if solved is None or (callable(solved) and not isinstance(solved, type)):
        goal: Goal | None = solved
        return goal
    if not isinstance(solved, Mapping) or not solved:
        raise ArgumentError(
            "solved must be a function of (network, history), or limits by column, such as {'loss': 0.05} or "
            f"{{'validation_accuracy': 0.95}}; got {solved!r}"
        )
    own = {metric.name: metric for metric in map(metrics.get, measures)}
    return Thresholds(tuple(_threshold(column, limit, own) for column, limit in solved.items()))


def _threshold(column: Any, limit: Any, own: Mapping[str, metrics.Metric]) -> Threshold:
    measure = str(column).removeprefix(_VALIDATION)
    number = checks.number(f"solved[{column!r}]", limit)
    if measure == "loss":
        return Threshold(column, number, False)
    if measure not in own:
        raise ArgumentError(
            f"solved looks at {column!r}, which is not measured; the runs measure "
            f"{', '.join(['loss', *own])}. Give metrics=[...]"
        )
    direction = own[measure].greater_is_better
    if direction is None:
        raise ArgumentError(f"solved looks at {column!r}{asked_for_direction(measure)}")
    return Threshold(column, number, direction)
