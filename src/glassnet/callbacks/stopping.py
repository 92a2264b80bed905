"""Stopping when nothing improves any more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from glassnet.callbacks.base import Callback, Session
from glassnet.callbacks.watch import Watch
from glassnet.errors import ArgumentError
from glassnet.support import checks
from glassnet.support.arrays import Array
from glassnet.support.calls import explained


@explained
class EarlyStopping(Callback):
    """Ends training when a metric has not improved for so many epochs in a row.

    Parameters
    ----------
    metric : str
        A column of the history. Of a loss less is better; a metric says itself what is, and one of your own must.
    patience : int
        Epochs without an improvement after which training ends, >= 1.
    minimum_change : float
        What is better by no more than this is no improvement, >= 0, in units of the metric.
    restore_best : bool
        At the end of training, whatever ended it but an error, put back the parameters and running statistics of
        the best epoch. The optimizer's state stays that of the last one. With "loss" as the metric, that of the
        parameters as they are is measured at each epoch's end (:meth:`Session.loss`, a forward pass over the samples),
        since the one in the history is of each batch before its update; :attr:`best` is the loss of what is put back.

    Raises
    ------
    ArgumentError
        If an argument is out of range; by fit, if the training does not measure the metric, or a metric of
        your own does not say which way is better.

    References
    ----------
    Prechelt 1998, Early Stopping - But When?, section 2.2, criterion UP with strips of one epoch.
    """

    def __init__(
        self,
        metric: str = "validation_loss",
        patience: int = 10,
        minimum_change: float = 0.0,
        restore_best: bool = True,
    ) -> None:
        self.restore_best = checks.truth("restore_best of EarlyStopping", restore_best)
        self.watch = Watch("EarlyStopping", metric, minimum_change, keeps=self.restore_best)
        self.patience = checks.integer("patience of EarlyStopping", patience, least=1)
        self._kept: dict[str, Array] = {}

    @property
    def name(self) -> str:
        return f"EarlyStopping({self.watch.metric})"

    @property
    def measures_loss(self) -> bool:
        """Whether it asks for :meth:`Session.loss`."""
        return self.watch.measures_loss

    @property
    def best(self) -> float | None:
        """The best value seen; None before the first epoch."""
        return self.watch.best

    @property
    def best_epoch(self) -> int:
        """The epoch that gave it, counted from 1; 0 before the first."""
        return self.watch.epoch

    def check(self, greater_is_better: Mapping[str, bool | None]) -> None:
        """The metric must be measured."""
        self.watch.check(greater_is_better)

    def begin(self, session: Session) -> None:
        """A training that was resumed where it had stopped, stops."""
        expected = {
            "parameters": session.network.parameters.shape,
            "running": session.network.running_statistics.shape,
        }
        if self._kept and {key: array.shape for key, array in self._kept.items()} != expected:
            raise ArgumentError(
                f"what {self.name} remembers is not of this network; its file is not to be trusted"
            )
        self._stop_if_due(session)

    def epoch_end(self, session: Session) -> None:
        """Keep the best; stop if it is long ago."""
        if self.watch.improves(session) and self.restore_best:
            self._kept = {
                "parameters": session.network.parameters.copy(),
                "running": session.network.running_statistics.copy(),
            }
        self._stop_if_due(session)

    def _stop_if_due(self, session: Session) -> None:
        if self.watch.wait >= self.patience:
            session.stop(
                f"EarlyStopping: no better {self.watch.metric} for {self.watch.wait} epochs{self.watch.record}"
            )

    def end(self, session: Session) -> None:
        """Put back the best parameters, unless an error ended training."""
        if self._kept and session.error is None:
            session.network.parameters[...] = self._kept["parameters"]
            session.network.running_statistics[...] = self._kept["running"]
            session.history.restored_epoch = self.best_epoch

    def memory(self) -> dict[str, Any]:
        """The best so far, with its parameters."""
        return {**self.watch.memory(), **self._kept}

    def remember(self, memory: dict[str, Any]) -> None:
        self.watch.remember(memory)
        self._kept = {key: memory[key] for key in ("parameters", "running") if key in memory}
