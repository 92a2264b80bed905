"""The members of an ensemble and their rows; a single network is an ensemble of one."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from glassnet.network.history import History
from glassnet.network.network import Network
from glassnet.network.state import TrainingState
from glassnet.support.arrays import Array

Places = NDArray[np.int64]


@dataclass(frozen=True)
class Part:
    """Rows as a network takes them: features, targets in the loss's form, weights or None."""

    X: Array
    y: Array
    weights: Array | None

    def take(self, places: Places) -> Part:
        """The rows at these places."""
        return Part(self.X[places], self.y[places], None if self.weights is None else self.weights[places])

    def weighing(self, weights: Array | None) -> Part:
        """The same rows with these weights."""
        return Part(self.X, self.y, weights)

    def __len__(self) -> int:
        return len(self.X)


@dataclass
class Member:
    """A network of an ensemble, and what its training has shown."""

    network: Network
    history: History = field(default_factory=History)  # of the last fit
    state: TrainingState | None = None  # where the network cannot hold it itself
    # losses, validation_losses, scores: of all epochs so far
    losses: list[float] = field(default_factory=list)
    validation_losses: list[float] = field(default_factory=list)
    scores: list[float] = field(default_factory=list)
    is_beside: bool = False  # of another kind than the first one, by `Settings.beside`

    def note(self, history: History) -> None:
        """Add the epochs of a fit."""
        self.history = history
        self.losses += history.columns.get("loss", [])
        self.validation_losses += history.columns.get("validation_loss", [])
        self.scores += history.columns.get("validation_score", [])
