"""Lets an engine take steps, notes them, and finds the way back when the loss stops being finite."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from glassnet.engines import loop
from glassnet.engines.base import Engine, Steps, Task
from glassnet.kernels import arrays
from glassnet.support.arrays import Array
from glassnet.support.registry import compact_repr

if TYPE_CHECKING:
    from glassnet.network.network import Network


@dataclass
class Snapshot:
    """Everything that training changes, as it was before some steps."""

    parameters: Array
    running: Array
    states: Array
    steps: Steps

    @classmethod
    def before(cls, task: Task, steps: Steps) -> Snapshot:
        """Copy what `steps` are going to change."""
        return cls(task.vectors.parameters.copy(), task.vectors.running.copy(), task.states.copy(), steps)

    def restore(self, task: Task) -> None:
        """Undo what was done since, in the task's arrays."""
        task.vectors.parameters[...] = self.parameters
        task.vectors.running[...] = self.running
        task.states[...] = self.states


class Diverged(Exception):
    """The loss at `step` of the last steps, or the parameters behind it, are not finite; `n_good` updates count."""

    def __init__(self, step: int, loss: float, place: str, n_good: int) -> None:
        self.step, self.loss, self.place, self.n_good = step, loss, place, n_good


class Runner:
    """An engine's trainer on one task, with snapshots from which the last good step is reached again."""

    def __init__(self, network: Network, engine: Engine, task: Task) -> None:
        self.network, self.engine = network, engine
        self.earlier: Snapshot | None = None
        self._begin(task)

    def _begin(self, task: Task) -> None:
        self.task, self.trainer = task, self.engine.trainer(task)

    def make_room(self, batch_size: int) -> None:
        """Be ready for batches of this size."""
        if batch_size > self.task.batch_size:
            self._begin(replace(self.task, batch_size=batch_size))

    def run(self, steps: Steps, losses: NDArray[np.float64]) -> None:
        """Take the steps and note their losses.

        Raises `Diverged` with the parameters that gave the last finite loss put back.
        """
        snapshot = Snapshot.before(self.task, steps)
        try:
            done = self.trainer.run(steps, losses)
        except BaseException:
            snapshot.restore(self.task)
            raise
        if done < len(steps):
            place = self._first_bad_layer(steps, done)
            raise Diverged(done, float(losses[done]), place, self._return_to_last_good(snapshot, done))
        vectors = self.task.vectors
        if not (np.isfinite(vectors.parameters).all() and np.isfinite(vectors.running).all()):
            place, loss = self._bad_parameters(), float(losses[done - 1])
            raise Diverged(done - 1, loss, place, self._return_to_last_good(snapshot, done))
        self.earlier = snapshot

    def _return_to_last_good(self, snapshot: Snapshot, done: int) -> int:
        """Undo all updates from the one after the last finite loss on: run again, one step less.

        Returns how many of the updates count now; -1 if the last one of the steps before is undone, too.
        """
        start, again, n_good = snapshot, max(done - 1, 0), max(done - 1, 0)
        if done == 0 and self.earlier is not None:
            start, again, n_good = self.earlier, len(self.earlier.steps) - 1, -1
        start.restore(self.task)
        if again:
            self.trainer.run(start.steps.first(again), np.empty(again))
        return n_good

    def _bad_parameters(self) -> str:
        vectors, layout = self.task.vectors, self.network.layout
        for vector, slots in ((vectors.parameters, layout.parameters), (vectors.running, layout.statistics)):
            for slot in slots:
                if not np.isfinite(vector[slot.start : slot.stop]).all():
                    return f"{_named(self.network, slot.layer)}: its {slot.parameter.name} are not finite"
        return ""

    def _first_bad_layer(self, steps: Steps, done: int) -> str:
        """Where the forward pass of the failing batch first leaves the finite numbers."""
        bad = self._bad_parameters()
        if bad:
            return bad
        plan, vectors, data = self.task.plan, self.task.vectors, steps.data
        start, stop = int(data.starts[done]), int(data.stops[done])
        x = data.x[data.order[start:stop] if len(data.order) else slice(start, stop)]
        memory = arrays.Views(np.zeros(plan.n_columns * len(x), x.dtype))
        masks = np.ones(plan.n_mask_columns * len(x), np.uint8)
        dropped = loop.Dropped(masks, 0, plan.drop_rates(steps.epochs[done : done + 1])[0].tolist())
        with np.errstate(all="ignore"):
            loop.forward(
                plan.rows, arrays.Views(vectors.parameters), arrays.Views(vectors.running.copy()),
                memory, len(x), x, dropped, True,
            )  # fmt: skip
        for row in plan.rows:
            if not np.isfinite(memory[row.a * len(x), len(x), row.n_outputs]).all():
                return f"{_named(self.network, row.layer)}: its outputs are not finite"
        return f"the loss behind {_named(self.network, plan.rows[-1].layer)}, whose outputs are finite"


def _named(network: Network, layer: int) -> str:
    return f"layer {layer}, {compact_repr(network.layers[layer])}"


class Noted:
    """Losses, learning rates and batch sizes of the steps since the last note."""

    def __init__(self) -> None:
        self.count = 0
        self.columns: list[tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]] = []

    def add(self, losses: NDArray[np.float64], rates: NDArray[np.float64], sizes: NDArray[np.int64]) -> None:
        self.count += len(losses)
        self.columns.append((losses, rates, sizes))

    @property
    def last_loss(self) -> float:
        """The loss of the newest step."""
        return float(self.columns[-1][0][-1])

    def by_epoch(self, n_epochs: int, per_epoch: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The mean loss of each epoch, every batch counted by its size, and its last learning rate."""
        losses, rates, sizes = (np.concatenate(column) for column in zip(*self.columns, strict=True))
        shape, whole = (n_epochs, per_epoch), n_epochs * per_epoch
        weighted = (losses * sizes)[:whole].reshape(shape).sum(axis=1)
        return weighted / sizes[:whole].reshape(shape).sum(axis=1), rates[:whole].reshape(shape)[:, -1]
