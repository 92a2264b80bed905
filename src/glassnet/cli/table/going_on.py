"""A training on a table that was stopped and goes on: its checkpoint, and the history of all its starts."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from glassnet.callbacks import Session
from glassnet.cli.checkpoint import Keeper, Record, Saving
from glassnet.errors import ArgumentError
from glassnet.network.history import History
from glassnet.network.network import Network
from glassnet.optimizers import Optimizer
from glassnet.tables import Preprocessing


class GoingOn:
    """What a training keeps of itself, where that is asked for.

    Parameters
    ----------
    saving : Saving
    made : estimator
        Not fitted yet; from now on it goes on from the checkpoint, if there is one.

    Attributes
    ----------
    begun_at : int
        Epochs that the checkpoint had seen.
    """

    def __init__(self, saving: Saving, estimator: Any) -> None:
        self.saving, self.made, self.record = saving, estimator, Record()
        self.begun_at = 0
        if saving.every is None:
            return
        for is_wrong, option in (
            (estimator.ensemble > 1, "--ensemble"),
            (estimator.preset == "sklearn", "--preset sklearn"),
        ):
            if is_wrong:
                raise ArgumentError(
                    f"--checkpoint-every and --resume are for the training of one network, and not with {option}"
                )
        estimator.cut_off = self._cut_off
        estimator.callbacks = [
            *estimator.callbacks,
            self.record,
            _Keeper(saving.path, saving.every, estimator),
        ]

    def _cut_off(self, network: Network, optimizer: Optimizer) -> Network | None:
        """The network in the checkpoint; one of another table is refused like one of another training."""
        network.metadata = {"table": _digest(self.made.preprocessing_, self.made._n_rows)}
        saved = self.saving.found(network, optimizer)
        self.begun_at = 0 if saved is None or saved.state is None else saved.state.epoch
        return saved

    @property
    def history(self) -> History:
        """Of all starts."""
        last: History = self.made.history_
        if self.saving.every is None:
            return last
        whole = self.record.history
        whole.stopped_by, whole.restored_epoch = last.stopped_by, last.restored_epoch
        return whole

    def ended(self) -> None:
        """A training that came to its end leaves nothing to go on from."""
        if self.saving.every is not None:
            self.saving.path.unlink(missing_ok=True)


class _Keeper(Keeper):
    """Saves after every so many epochs but the last one, from which there is nothing to go on to."""

    def __init__(self, path: Any, every: int, estimator: Any) -> None:
        super().__init__(path, every)
        self.made = estimator

    def epoch_end(self, session: Session) -> None:
        super().epoch_end(session)
        self._due = self._due and session.state.epoch < self.made.settings_.epochs


def _digest(preprocessing: Preprocessing, n_rows: int) -> str:
    """The same for the same table, and in all likelihood for no other."""
    return hashlib.sha256(json.dumps([preprocessing.to_data(), n_rows]).encode()).hexdigest()[:16]
