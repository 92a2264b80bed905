"""Learning rates that change while a network trains."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from glassnet import schedules
from glassnet.callbacks.base import Callback, Session
from glassnet.callbacks.watch import Watch
from glassnet.errors import ArgumentError
from glassnet.optimizers import Optimizer
from glassnet.schedules import Schedule
from glassnet.support import checks
from glassnet.support.calls import explained
from glassnet.support.registry import compact_repr

if TYPE_CHECKING:
    from glassnet.network.state import TrainingState


@explained
class ReduceOnPlateau(Callback):
    """Multiplies the learning rate by a factor when a metric has not improved for so many epochs in a row.

    The reduction stays with the network (``net.state.rate_factor``) until it is trained with another optimizer.

    Parameters
    ----------
    metric : str
        A column of the history. Of a loss less is better; a metric says itself what is, and one of your own must.
    factor : float
        In (0, 1).
    patience : int
        Epochs without an improvement after which the rate falls, >= 1; then they are counted anew.
    minimum : float
        The rate is not lowered below this, >= 0.

    Raises
    ------
    ArgumentError
        If an argument is out of range; by fit, if the training does not measure the metric, or a metric of
        your own does not say which way is better.

    References
    ----------
    torch.optim.lr_scheduler.ReduceLROnPlateau with threshold=0, whose patience counts one epoch more.
    """

    def __init__(
        self,
        metric: str = "validation_loss",
        factor: float = 0.1,
        patience: int = 5,
        minimum: float = 0.0,
    ) -> None:
        self.watch = Watch("ReduceOnPlateau", metric)
        self.factor = checks.number("factor of ReduceOnPlateau", factor, above=0, below=1)
        self.patience = checks.integer("patience of ReduceOnPlateau", patience, least=1)
        self.minimum = checks.number("minimum of ReduceOnPlateau", minimum, least=0)

    @property
    def name(self) -> str:
        return f"ReduceOnPlateau({self.watch.metric})"

    def adjust(self, optimizer: Optimizer) -> Optimizer:
        """The optimizer as it is; it must have a learning rate."""
        if not optimizer.takes_steps:
            raise ArgumentError(
                f"ReduceOnPlateau lowers a learning rate, and {compact_repr(optimizer)} has none"
            )
        return optimizer

    def check(self, greater_is_better: Mapping[str, bool | None]) -> None:
        """The metric must be measured."""
        self.watch.check(greater_is_better)

    def epoch_end(self, session: Session) -> None:
        """Lower the rate if it is time."""
        self.watch.improves(session)
        if self.watch.wait >= self.patience:
            session.state.rate_factor = self._lowered(session.state)
            self.watch.rest()

    def _lowered(self, state: TrainingState) -> float:
        rate = float(state.optimizer.rates(np.array([float(state.epoch)]))[0])
        lowest = self.minimum / rate if rate > 0 else 0.0
        return min(state.rate_factor, max(state.rate_factor * self.factor, lowest))

    def memory(self) -> dict[str, Any]:
        """The best so far, and the wait."""
        return self.watch.memory()

    def remember(self, memory: dict[str, Any]) -> None:
        self.watch.remember(memory)


@explained
class ScheduleLearningRate(Callback):
    """Trains by a schedule: the same as giving it to the optimizer as its learning rate, which it replaces.

    Parameters
    ----------
    schedule : Schedule or float
        Learning rates over the epochs, counted over all fits with the same optimizer and schedule.

    Raises
    ------
    ArgumentError
        If it is no schedule.
    """

    def __init__(self, schedule: Schedule | float) -> None:
        self.schedule = schedules.get(schedule)

    def adjust(self, optimizer: Optimizer) -> Optimizer:
        """The optimizer with this schedule."""
        return optimizer.with_learning_rate(self.schedule)
