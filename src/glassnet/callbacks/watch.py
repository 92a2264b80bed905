"""Watching one metric for improvement."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from glassnet.errors import ArgumentError
from glassnet.metrics import measured_in
from glassnet.support import checks

if TYPE_CHECKING:
    from glassnet.callbacks.base import Session


def asked_for_direction(column: str) -> str:
    """What a message says where a metric does not tell which way is better."""
    name = column.removeprefix("validation_")
    metric = measured_in(name)
    if metric is not None and metric.greater_is_better is None:
        return (
            f", and of the built-in {name} neither more nor less is better; choose another measure, or say so of a "
            f"function of your own: metrics.Custom({name}, greater_is_better=True)"
        )
    return (
        f", a metric of your own, and cannot know whether more of it is better; say so before fit: "
        f"{name}.greater_is_better = False (or True), or metrics.Custom({name}, greater_is_better=False)"
    )


class Watch:
    """The best value of a metric so far, and how long ago it was.

    Parameters
    ----------
    owner : str
        Who watches, for messages.
    metric : str
        A column of the history.
    minimum_change : float
        What is better by no more than this is no improvement, >= 0, in units of the metric.
    keeps : bool
        Whether parameters are kept beside the best value; of "loss", their own is measured then.

    Attributes
    ----------
    best : float or None
        The best value; None before the first.
    epoch : int
        The epoch that gave it, counted from 1; 0 before the first.
    wait : int
        Epochs in a row since then, or since :meth:`rest`, without an improvement.
    """

    def __init__(self, owner: str, metric: str, minimum_change: float = 0.0, keeps: bool = False) -> None:
        if not isinstance(metric, str):
            raise ArgumentError(
                f"metric of {owner} must be a name, such as 'validation_loss'; got {metric!r}"
            )
        self.owner, self.metric = owner, metric
        self.minimum_change = checks.number(f"minimum_change of {owner}", minimum_change, least=0)
        self.measures_loss = keeps and metric == "loss"
        self.greater_is_better = False
        self.best: float | None = None
        self.epoch = self.wait = 0

    def check(self, greater_is_better: Mapping[str, bool | None]) -> None:
        """Learn which way is better; raise `ArgumentError` if that is not known, or the metric will not be measured."""
        if self.metric not in greater_is_better:
            raise ArgumentError(
                f"{self.owner} watches {self.metric!r}, which this training does not measure; it measures "
                f"{', '.join(greater_is_better)}. Choose one of these, or give fit metrics or validation data"
            )
        direction = greater_is_better[self.metric]
        if direction is None:
            raise ArgumentError(f"{self.owner} watches {self.metric!r}{asked_for_direction(self.metric)}")
        self.greater_is_better = direction

    def improves(self, session: Session) -> bool:
        """Whether the newest value is the best so far; values that are not finite never are."""
        history = session.history
        value = session.loss() if self.measures_loss else history.last(self.metric)
        if not math.isfinite(value) or not self._is_better(value):
            self.wait += 1
            return False
        self.best, self.epoch, self.wait = value, int(history.last("epoch")), 0
        return True

    def _is_better(self, value: float) -> bool:
        if self.best is None:
            return True
        gain = value - self.best if self.greater_is_better else self.best - value
        return gain > self.minimum_change

    @property
    def record(self) -> str:
        """The best value and its epoch, for messages."""
        return "" if self.best is None else f" (best {self.best:.6g} in epoch {self.epoch})"

    def rest(self) -> None:
        """Count the epochs without progress anew from here."""
        self.wait = 0

    def memory(self) -> dict[str, Any]:
        """Best value, its epoch, and the wait."""
        return {"best": self.best, "epoch": self.epoch, "wait": self.wait}

    def remember(self, memory: dict[str, Any]) -> None:
        """Take up what :meth:`memory` gave; nothing is known without it."""
        best = memory.get("best")
        self.best = None if best is None else checks.number(f"best value of {self.owner}", best)
        self.epoch = checks.integer(f"best epoch of {self.owner}", memory.get("epoch", 0), least=0)
        self.wait = checks.integer(f"wait of {self.owner}", memory.get("wait", 0), least=0)
