"""Small training runs, and ways to watch them."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

import glassnet as gn
from glassnet.callbacks import Callback, Session
from glassnet.metrics import Custom

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(20, 3))
Y = RANDOM.integers(0, 2, 20)
HELD = X[:6] + 0.1, Y[:6]


def network(seed: int = 0) -> gn.Network:
    return gn.Network([gn.Dense(4, "tanh"), gn.BatchNorm(), gn.Dense(2, "softmax")], seed=seed)


def fit(net: gn.Network, **options: Any) -> gn.History:
    options = {"optimizer": gn.SGD(0.1), "batch_size": 8, "engine": "numpy", "progress": False, **options}
    return net.fit(X, Y, loss="scce", **options)


def script(values: Sequence[float], *, more_is_better: bool = False) -> Custom:
    """A metric called "scripted" that takes these values, epoch by epoch."""
    left: Iterator[float] = iter(values)

    def scripted(y_true: Any, y_pred: Any) -> float:
        return next(left)

    scripted.greater_is_better = more_is_better  # type: ignore[attr-defined]
    return Custom(scripted)


class Recorder(Callback):
    """Keeps the parameters of every epoch."""

    def __init__(self) -> None:
        self.parameters: list[list[float]] = []
        self.running: list[list[float]] = []

    def epoch_end(self, session: Session) -> None:
        self.parameters.append(session.network.parameters.tolist())
        self.running.append(session.network.running_statistics.tolist())
