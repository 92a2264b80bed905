"""Training that was stopped and goes on: the checkpoint in the output folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from glassnet.bridges import files
from glassnet.callbacks import Callback, Checkpoint, Session
from glassnet.engines.torch.processes import Group
from glassnet.errors import ArgumentError, ModelFileError
from glassnet.network.history import History
from glassnet.network.network import Network
from glassnet.optimizers import Optimizer
from glassnet.support.checks import integer

CHECKPOINT = "checkpoint.safetensors"


class Record(Callback):
    """The history over all starts of a training; a checkpoint keeps it."""

    def __init__(self) -> None:
        self.history = History()

    def begin(self, session: Session) -> None:
        self.history.engine = session.state.engine
        self.history.greater_is_better = session.history.greater_is_better
        self.history.shares = session.history.shares

    def epoch_end(self, session: Session) -> None:
        self.history.extend({name: values[-1:] for name, values in session.history.items()})

    def memory(self) -> dict[str, Any]:
        return {"columns": self.history.columns}

    def remember(self, memory: dict[str, Any]) -> None:
        columns = memory.get("columns", {})
        if not isinstance(columns, dict) or not all(
            isinstance(value, int | float) for column in columns.values() for value in column
        ):
            raise ModelFileError(f"the history in {CHECKPOINT} holds something else than numbers")
        self.history.columns = {name: list(values) for name, values in columns.items()}


class Keeper(Checkpoint):
    """A checkpoint in a folder that is made when training begins; one of an earlier training is removed then."""

    def check(self, greater_is_better: Mapping[str, bool | None]) -> None:
        """Nothing: the folder need not exist yet."""

    def begin(self, session: Session) -> None:
        """Where training begins anew, there is nothing to go on from."""
        if session.state.epoch == 0:
            Path(self.path).unlink(missing_ok=True)


@dataclass(frozen=True)
class Saving:
    """Whether and how a training can go on."""

    path: Path  # of the checkpoint
    every: int | None  # epochs from one to the next; None for no checkpoints
    resumes: bool  # whether training goes on from one that is there

    @classmethod
    def chosen(cls, folder: Path, every: int | None, resume: bool, group: Group) -> Saving:
        """What the user wants; several processes save every epoch, and go on when they have been started anew."""
        if every is None and (resume or group.is_several):
            every = 1
        if every is not None:
            integer("--checkpoint-every", every, least=1)
        return cls(folder / CHECKPOINT, every, resume or group.restarts > 0)

    def found(self, network: Network, optimizer: Optimizer) -> Network | None:
        """The network in the checkpoint, to go on with; None where training begins.

        Raises `ArgumentError` if the checkpoint is of another training; `ModelFileError` if it cannot be
        read.
        """
        if not self.resumes or not self.path.exists():
            return None
        saved = files.load(self.path)
        same = {
            "layers": saved.layers == network.layers,
            # What fit notes beside, such as that values are learned, a new network does not know yet.
            "data": all(saved.metadata.get(name) == value for name, value in network.metadata.items()),
            "seed": saved.streams.seed == network.streams.seed,
            "optimizer": saved.state is not None and saved.state.optimizer == optimizer,
        }
        different = [name for name, is_same in same.items() if not is_same]
        if different:
            raise ArgumentError(
                f"{self.path} is of a training with other {' and other '.join(different)}; give the options of that "
                "training, or another --output, or leave --resume out"
            )
        return saved

    def callbacks(self, record: Record) -> list[Callback]:
        """What writes checkpoints, with the history in them."""
        return [] if self.every is None else [record, Keeper(self.path, self.every)]
