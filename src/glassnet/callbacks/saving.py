"""Checkpoints: files from which an interrupted training goes on."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from glassnet.callbacks.base import Callback, Session
from glassnet.callbacks.watch import Watch
from glassnet.errors import ArgumentError
from glassnet.support import checks
from glassnet.support.calls import explained


@explained
class Checkpoint(Callback):
    """Saves the network and all that its training needs to go on, after every so many epochs.

    To resume, load the file and call fit with the same data, optimizer and callbacks, the number of epochs that are
    left, and no seed: parameters and history are those of an uninterrupted training, to the last bit (not by LBFGS,
    whose memory begins anew).

    Parameters
    ----------
    path : str or path
        Usually ends in ``.safetensors``. ``{epoch}`` in it becomes the epoch, counted from 1 over all fits;
        ``{epoch:04d}`` with four digits. Without it each checkpoint replaces the one before, never half-written.
    every : int
        Epochs from one to the next, >= 1.
    best_only : bool
        Leave out epochs in which `metric` is not the best so far.
    metric : str
        A column of the history, where best_only asks for it; of "loss", that of the saved parameters is measured at the
        epoch's end (:meth:`Session.loss`).

    Raises
    ------
    ArgumentError
        If an argument cannot be used; by fit, if the folder does not exist or the metric is not measured.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        every: int = 1,
        best_only: bool = False,
        metric: str = "validation_loss",
    ) -> None:
        self.path = str(checks.path("path of Checkpoint", path))
        self.every = checks.integer("every of Checkpoint", every, least=1)
        watch = Watch("Checkpoint", metric, keeps=True)
        self.watch = watch if checks.truth("best_only of Checkpoint", best_only) else None
        self._due = False
        self.path_at(epoch=1)

    @property
    def name(self) -> str:
        """Checkpoint, or Checkpoint(metric) where it watches one."""
        return "Checkpoint" if self.watch is None else f"Checkpoint({self.watch.metric})"

    @property
    def measures_loss(self) -> bool:
        """Whether it asks for :meth:`Session.loss`."""
        return self.watch is not None and self.watch.measures_loss

    def path_at(self, epoch: int) -> Path:
        """The file of an epoch."""
        try:
            return Path(self.path.format(epoch=checks.integer("epoch", epoch, least=0)))
        except (IndexError, KeyError, ValueError) as error:
            raise ArgumentError(
                f"path of Checkpoint can hold {{epoch}} and no other braces; got {self.path!r}"
            ) from error

    def check(self, greater_is_better: Mapping[str, bool | None]) -> None:
        """The folder must exist, and the metric be measured."""
        folder = self.path_at(epoch=1).resolve().parent
        if not folder.is_dir():
            raise ArgumentError(f"the folder of Checkpoint({self.path!r}) does not exist; create it first")
        if self.watch is not None:
            self.watch.check(greater_is_better)

    def epoch_end(self, session: Session) -> None:
        """Find out whether this epoch is to be saved."""
        self._due = session.state.epoch % self.every == 0
        if self._due and self.watch is not None:
            self._due = self.watch.improves(session)

    def save(self, session: Session) -> None:
        if self._due:
            session.network.save(self.path_at(session.state.epoch))

    def memory(self) -> dict[str, Any]:
        """The best so far."""
        return self.watch.memory() if self.watch is not None else {}

    def remember(self, memory: dict[str, Any]) -> None:
        if self.watch is not None:
            self.watch.remember(memory)
