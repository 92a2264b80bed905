"""The loss curve of scikit-learn's MLP, and where it ends."""

from __future__ import annotations

import numpy as np

from glassnet.callbacks import Callback, Session
from glassnet.layers import Dense
from glassnet.network.network import Network


class Curve(Callback):
    """Turns the loss of an epoch into scikit-learn's, and ends training as scikit-learn does.

    Parameters
    ----------
    l2, rest : float
        Of the penalty of all weights what the layers have, and what the optimizer adds, on average over the rows.
    divisor : int
        Outputs, by which scikit-learn divides the squared error, but not its gradient.
    offset : float
        What scikit-learn adds to the loss for the targets alone.
    patience : int or None
        Training ends after more epochs than these in a row without progress; None: it does not.
    tolerance : float
        What progress must be more than.
    """

    def __init__(
        self, l2: float, rest: float, divisor: int, offset: float, patience: int | None, tolerance: float
    ) -> None:
        self.l2, self.rest, self.divisor, self.offset = l2, rest, divisor, offset
        self.patience, self.tolerance = patience, tolerance
        self.best, self.count = np.inf, 0
        self.square = 0.0

    def begin(self, session: Session) -> None:
        """The weights that the first epoch begins with."""
        self.square = _sum_of_squares(session.network)

    def epoch_end(self, session: Session) -> None:
        """Correct the newest loss, and count the epochs without progress."""
        before, self.square = self.square, _sum_of_squares(session.network)
        losses = session.history.columns["loss"]
        losses[-1] = self._corrected(losses[-1], (before + self.square) / 2)
        self.count = self.count + 1 if losses[-1] > self.best - self.tolerance else 0
        self.best = min(self.best, losses[-1])
        if self.patience is not None and self.count > self.patience:
            session.stop(f"no loss less by more than {self.tolerance:g} for {self.count} epochs in a row")

    def _corrected(self, loss: float, square: float) -> float:
        """With the whole penalty; its weights are those before each step, so between the ends of the epoch."""
        penalty = self.l2 / 2 * square
        return (loss - penalty) / self.divisor + penalty + self.rest / 2 * square + self.offset


def _sum_of_squares(network: Network) -> float:
    dense = [layer for layer in network.layers if isinstance(layer, Dense)]
    return float(sum(np.square(layer.weights).sum() for layer in dense))
