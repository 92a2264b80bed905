"""What several processes do together: run by torchrun, and by the test itself in one process for comparison."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

import glassnet as gn
from glassnet.callbacks import Callback, Checkpoint, CSVLog, EarlyStopping, ReduceOnPlateau, Session
from glassnet.engines.torch import processes
from glassnet.errors import GlassnetError, Interrupted

RANDOM = np.random.default_rng(7)
X = RANDOM.normal(size=(103, 5))
CLASSES = (X[:, 0] * X[:, 1] > 0).astype(int)
VALUES = np.tanh(X[:, :2]) + 0.1 * RANDOM.normal(size=(103, 2))
WEIGHTS = RANDOM.random(103)
HELD = X[:20] + 0.1, CLASSES[:20]

Outcome = dict[str, Any]


class Batches:
    """Three batches, the same in every epoch."""

    def __iter__(self) -> Iterator[tuple[Any, Any]]:
        return iter([(X[:40], CLASSES[:40]), (X[40:51], CLASSES[40:51]), (X[51:], CLASSES[51:])])


def classify(*hidden: Any, dtype: str = "float64", **options: Any) -> Outcome:
    """Train on two classes."""
    network = gn.Network([*hidden, gn.Dense(2, "softmax")], seed=3, dtype=dtype)
    data = options.pop("data", (X, CLASSES))
    options = {"loss": "scce", "optimizer": gn.SGD(0.1), "epochs": 8, "batch_size": 16, **options}
    history = network.fit(*data, engine="torch", **options)
    return outcome(network, history)


def outcome(network: gn.Network, history: gn.History) -> Outcome:
    """What was learned, as plain data."""
    return {
        "columns": {name: column for name, column in history.items() if name != "seconds"},
        "parameters": network.parameters.tolist(),
        "running": network.running_statistics.tolist(),
        "stopped_by": history.stopped_by,
    }


def regress() -> Outcome:
    """Two values, with weight penalties, by momentum."""
    network = gn.Network([gn.Dense(6, "tanh", l1=1e-3), gn.Dense(2, l2=1e-2)], seed=1, dtype="float64")
    optimizer = gn.SGD(0.05, momentum=0.9, nesterov=True, weight_decay=1e-3)
    return outcome(
        network,
        network.fit(X, VALUES, loss="huber", optimizer=optimizer, epochs=6, batch_size=20, engine="torch"),
    )


TRAININGS: dict[str, Callable[[], Outcome]] = {
    "float32": lambda: classify(gn.Dense(8, "tanh"), dtype="float32"),
    "full batch": lambda: classify(gn.Dense(8, "tanh"), batch_size=None),
    "batches of one sample": lambda: classify(gn.Dense(4, "silu"), batch_size=1, epochs=1),
    "dropout": lambda: classify(gn.Dense(8, "tanh"), gn.Dropout(0.3), gn.Dense(6, "gelu"), gn.Dropout(0.1)),
    "batch norm": lambda: classify(gn.Dense(8), gn.BatchNorm(), gn.Activation("tanh"), gn.LayerNorm(), batch_size=7),
    "batch norm and fewer samples than processes": lambda: classify(gn.BatchNorm(), data=(X[:42], CLASSES[:42]),
                                                                    batch_size=2, epochs=2),
    "weights and clipping": lambda: classify(gn.Dense(8, "tanh"), sample_weight=WEIGHTS,
                                             optimizer=gn.Adam(0.01, clip_norm=0.5, clip_value=0.2)),
    "validation and callbacks": lambda: classify(
        gn.Dense(8, "tanh"), validation_data=HELD, metrics=["accuracy", "f1"], epochs=40,
        optimizer=gn.AdamW(0.05),
        callbacks=[EarlyStopping("validation_loss", patience=3), ReduceOnPlateau("loss", patience=1)],
    ),
    "penalties": regress,
    "an iterable": lambda: classify(gn.Dense(8, "tanh"), data=(Batches(), None), batch_size=None),
}  # fmt: skip


# ---- what must be refused, or happen on all of them


class AtEpoch(Callback):
    """Does something on the last process at the end of the third epoch."""

    def __init__(self, act: Callable[[Session], Any]) -> None:
        self.act = act

    def epoch_end(self, session: Session) -> None:
        if session.state.epoch == 3 and processes.current().rank == processes.current().size - 1:
            self.act(session)


def fit(rank: int, **options: Any) -> gn.History:
    """A training in which one process may be told something else."""
    seed = options.pop("seed_of_network", 0)
    data = options.pop("data", (X, CLASSES))
    network = gn.Network([gn.Dense(4, "tanh"), gn.Dense(2, "softmax")], seed=seed)
    options = {"loss": "scce", "optimizer": gn.SGD(0.1), "epochs": 5, "batch_size": 16, **options}
    return network.fit(*data, **options)


def load_and_fit(rank: int, folder: Path) -> gn.History:
    """Each process goes on from another state of training."""
    network = gn.Network([gn.Dense(2, "softmax")], seed=0, input_shape=5)
    network.training_state(gn.SGD(0.1)).epoch = rank
    return network.fit(X, CLASSES, loss="scce", optimizer=gn.SGD(0.1))


def write(rank: int, folder: Path) -> gn.History:
    """Each process has files of its own to write."""
    return fit(rank, callbacks=[CSVLog(folder / f"{rank}.csv"), Checkpoint(folder / f"{rank}.safetensors")])


def diverge(rank: int, folder: Path) -> gn.History:
    """A learning rate that is far too large."""
    network = gn.Network([gn.Dense(4), gn.Dense(2)], seed=0)
    return network.fit(X, VALUES, loss="mse", optimizer=gn.SGD(1e6), epochs=50, batch_size=16)


EVENTS: dict[str, Callable[[int, Path], gn.History]] = {
    "auto": lambda rank, folder: fit(rank),
    "other data": lambda rank, folder: fit(rank, data=(X + rank, CLASSES)),
    "other targets": lambda rank, folder: fit(rank, data=(X, np.roll(CLASSES, rank))),
    "other seed": lambda rank, folder: fit(rank, seed_of_network=rank),
    "no seed": lambda rank, folder: fit(rank, seed_of_network=None),
    "other seed of fit": lambda rank, folder: fit(rank, seed=rank),
    "other epochs and rate": lambda rank, folder: fit(rank, epochs=5 + rank, optimizer=gn.SGD(0.1 + rank)),
    "other state": load_and_fit,
    "embedding loss": lambda rank, folder: fit(rank, loss="triplet", data=(X, CLASSES)),
    "numpy": lambda rank, folder: fit(rank, engine="numpy"),
    "one stops": lambda rank, folder: fit(rank, callbacks=[AtEpoch(lambda session: session.stop("enough"))]),
    "ctrl-c on one": lambda rank, folder: fit(
        rank, callbacks=[AtEpoch(lambda session: os.kill(os.getpid(), signal.SIGINT))]
    ),
    "diverges": diverge,
    "writes": write,
}


def happened(event: Callable[[int, Path], gn.History], folder: Path) -> str:
    """What came of it, in a line."""
    try:
        history = event(processes.current().rank, folder)
    except GlassnetError as error:
        return f"{type(error).__name__}: {error}"
    except Interrupted as error:
        assert error.history is not None
        history = error.history
    return f"{history.engine}, {history.n_epochs} epochs, stopped by {history.stopped_by or 'nothing'}"


def die(rank: int, folder: Path) -> gn.History:
    """The last process ends without a word."""
    return fit(rank, callbacks=[AtEpoch(lambda session: os.kill(os.getpid(), signal.SIGKILL))])


def main(folder: Path) -> None:
    """Everything, written down by each process; in the end the last one dies."""
    found = {
        "trainings": {name: train() for name, train in TRAININGS.items()},
        "events": {name: happened(event, folder) for name, event in EVENTS.items()},
    }
    rank = processes.current().rank
    (folder / f"rank{rank}.json").write_text(json.dumps(found))
    (folder / f"rank{rank}.death").write_text(happened(die, folder))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
