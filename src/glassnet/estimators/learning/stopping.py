"""Choosing the best epoch by any scorer of scikit-learn."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from glassnet.callbacks import Callback, EarlyStopping, Session
from glassnet.network.network import Network

SCORE = "validation_score"


class ByScore(Callback):
    """Scores the network on validation rows after every epoch; `EarlyStopping` then watches "validation_score".

    Parameters
    ----------
    score : callable
        From the network to a number of which more is better.
    """

    def __init__(self, score: Callable[[Network], float]) -> None:
        self.score = score

    def epoch_end(self, session: Session) -> None:
        """Note the score beside the numbers of this epoch."""
        session.history.extend({SCORE: [float(self.score(session.network))]})


class StoppingByScore(EarlyStopping):
    """`EarlyStopping` by a score of which more is better, which another callback notes in the history."""

    def __init__(self, patience: int, minimum_change: float) -> None:
        super().__init__(SCORE, patience, minimum_change)

    def check(self, greater_is_better: Mapping[str, bool | None]) -> None:
        """The score is known to this room alone."""
        self.watch.greater_is_better = True
