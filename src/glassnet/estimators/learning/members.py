"""Training of the members of an ensemble, side by side; a single network is an ensemble of one."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassnet.callbacks import Callback
from glassnet.estimators.learning import engine as engines
from glassnet.estimators.learning.building import Work
from glassnet.estimators.learning.stopping import ByScore, StoppingByScore
from glassnet.estimators.presets import Settings
from glassnet.network.history import History
from glassnet.network.network import Network
from glassnet.support.optional import require

Array = NDArray[Any]
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

    def __len__(self) -> int:
        return len(self.X)


@dataclass
class Member:
    """A network of an ensemble and its rows.

    Attributes
    ----------
    network : Network
    held : ndarray of int
        Places of the rows that were held back; empty where none were, or another validation set was given.
    history : History
        Of the last fit.
    losses, validation_losses, scores : list of float
        Of all epochs so far.
    """

    network: Network
    held: Places = field(default_factory=lambda: np.empty(0, np.int64))
    history: History = field(default_factory=History)
    losses: list[float] = field(default_factory=list)
    validation_losses: list[float] = field(default_factory=list)
    scores: list[float] = field(default_factory=list)

    def note(self, history: History) -> None:
        """Add the epochs of a fit."""
        self.history = history
        self.losses += history.columns.get("loss", [])
        self.validation_losses += history.columns.get("validation_loss", [])
        self.scores += history.columns.get("validation_score", [])


def train(
    member: Member, work: Work, part: Part, held: Part | None, score: Callable[[Network], float] | None,
    progress: bool,
) -> None:  # fmt: skip
    """Fit the network of a member to its part, watched on what is held back."""
    settings, optimizer = work.settings, work.optimizer()
    batch = work.batch_size(len(part))
    steps = work.epochs * -(-len(part) // (batch or len(part)))
    watching, metrics = _watching(settings, held, score)
    options: dict[str, Any] = {
        "X": part.X, "y": part.y, "loss": work.head.loss, "optimizer": optimizer, "epochs": work.epochs,
        "batch_size": batch, "sample_weight": part.weights, "shuffle": work.shuffle, "metrics": metrics,
        "callbacks": [*watching, *work.callbacks], "threads": 1, "device": work.device, "progress": progress,
        "validation_data": None if held is None else (held.X, held.y, held.weights),
    }  # fmt: skip
    network = member.network
    named = engines.chosen(
        work.engine,
        work.device,
        network,
        work.head.loss,
        optimizer,
        steps,
        min(batch or len(part), len(part)),
    )
    try:
        member.note(engines.on_engine(network.fit, named, work.engine, options))
    except KeyboardInterrupt as error:
        member.note(getattr(error, "history", None) or History())
        raise


def _watching(
    settings: Settings, held: Part | None, score: Callable[[Network], float] | None
) -> tuple[list[Callback], list[str]]:
    """Callbacks that choose the best epoch, and the metrics that they watch."""
    stopping: list[Callback] = [*settings.stopping()]
    needs_held = settings.monitor.startswith("validation_")
    if not stopping or (held is None and (needs_held or score is not None)):
        return [], []
    if score is not None:
        patience = settings.epochs if settings.patience is None else settings.patience
        return [ByScore(score), StoppingByScore(max(patience, 1), settings.minimum_change)], []
    metric = settings.monitor.removeprefix("validation_")
    return stopping, [] if metric == "loss" else [metric]


def side_by_side(jobs: Sequence[Callable[[], None]], n_jobs: int) -> None:
    """Carry out jobs by so many threads, one after the other where there is one."""
    if len(jobs) == 1 or n_jobs == 1:
        for job in jobs:
            job()
        return
    parallel = require("sklearn.utils.parallel", extra="tables", purpose="an ensemble")
    parallel.Parallel(n_jobs=n_jobs, require="sharedmem")(parallel.delayed(job)() for job in jobs)


def own_callbacks(work: Work, n_members: int) -> list[Work]:
    """The work of each member: callbacks remember, so each of several members has copies of its own."""
    if n_members == 1:
        return [work]
    return [replace(work, callbacks=copy.deepcopy(list(work.callbacks))) for _ in range(n_members)]
