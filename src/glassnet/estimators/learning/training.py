"""Training of the members of an ensemble, side by side."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from glassnet.estimators.learning import engine as engines
from glassnet.estimators.learning.members import Member, Part
from glassnet.estimators.learning.work import Work
from glassnet.network.history import History
from glassnet.network.network import Network
from glassnet.support.optional import require


def train(
    member: Member, work: Work, part: Part, held: Part | None, score: Callable[[Network], float] | None,
    progress: bool,
) -> None:  # fmt: skip
    """Fit the network of a member to its part, watched on what is held back."""
    network, n_rows, optimizer = member.network, len(part), work.optimizer(len(part))
    batch = work.batch_size(n_rows)
    watching, metrics = work.watching(optimizer, part, held, score)
    options: dict[str, Any] = {
        "X": part.X, "y": part.y, "loss": work.head.loss, "optimizer": optimizer, "epochs": work.epochs_left(network),
        "batch_size": batch, "sample_weight": part.weights, "shuffle": work.shuffle, "metrics": metrics,
        "callbacks": [*watching, *work.callbacks], "threads": 1, "device": work.device, "progress": progress,
        "validation_data": None if held is None else (held.X, held.y, held.weights),
    }  # fmt: skip
    size = min(batch or n_rows, n_rows)
    steps = max(work.epochs, work.foreseen) * -(-n_rows // size)
    named = engines.chosen(work.engine, work.device, network, work.head.loss, optimizer, steps, size)
    work.begin(member, optimizer)
    try:
        member.note(engines.on_engine(network.fit, named, work.engine, options))
    except KeyboardInterrupt as error:
        member.note(getattr(error, "history", None) or History())
        raise
    finally:
        work.end(member)


def side_by_side(jobs: Sequence[Callable[[], None]], n_jobs: int) -> None:
    """Carry out jobs by so many threads, one after the other where there is one."""
    if len(jobs) <= 1 or n_jobs == 1:
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
