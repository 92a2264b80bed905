"""A training gone through again, to any step and back, with a few snapshots on the way."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassnet.engines.base import Slice, Steps, Task
from glassnet.engines.choice import Work, choose
from glassnet.errors import ArgumentError, DivergenceError
from glassnet.insight.trace.setup import USE_A_SETUP, TrainingSetup
from glassnet.network.network import Network
from glassnet.network.random import Streams
from glassnet.support.arrays import Array

# Each holds a copy of parameters and optimizer states; the way back is halved between them.
SNAPSHOTS = 8
MASK_ENTRIES = 16_000_000
AGREES = 1e-6


@dataclass(frozen=True)
class Snapshot:
    """Everything that training changes, after `step` steps, and where the order of the running epoch was drawn."""

    step: int
    parameters: Array
    running: Array
    states: Array
    streams: dict[str, Any]
    epoch_order: dict[str, Any]


class Rerun:
    """The training of a setup, at some step of it; steps count from 0 here."""

    def __init__(self, setup: TrainingSetup) -> None:
        self.setup, self.network, self.source = setup, setup.network.copy(), setup.data.source
        self.state = self.network.training_state(setup.state.optimizer)
        self.first_step, self.first_epoch = self.state.step, self.state.epoch
        self.steps_per_epoch = int(self.source.n_steps or 1)
        self.n_steps = setup.epochs * self.steps_per_epoch
        data, optimizer, source = setup.data, self.state.optimizer, self.source
        task = Task(
            data.plan, self.network.vectors, optimizer, self.state.vectors, self.network.dtype,
            source.batch_size, source.gathers, setup.threads,
        )  # fmt: skip
        work = Work(data.plan, optimizer, self.network.dtype, self.n_steps, source.batch_size)
        self.trainer = choose(setup.engine, work).trainer(task)
        self.here, self.epoch_order = 0, self.network.streams.state()["order"]
        self.seen: list[tuple[float, int]] | None = []
        self.way = [self._snapshot()]

    def before(self, step: int) -> tuple[Network, Steps]:
        """A copy of the network as it was before this step, and what the step is given."""
        self._reach(step)
        streams = copy.deepcopy(self.network.streams)
        [steps] = self._steps(streams, step, step + 1)
        self.state.step = self.first_step + step
        self.state.epoch = self.first_epoch + step // self.steps_per_epoch
        return self.network.copy(), steps

    def _reach(self, step: int) -> None:
        """Go there, from the nearest snapshot before it, leaving new ones at the middle of what remains."""
        self.way = [moment for moment in self.way if moment.step <= step]
        if not self.way[-1].step <= self.here <= step:
            self._restore(self.way[-1])
        while self.here < step:
            self._advance((self.here + step + 1) // 2)
            if len(self.way) < SNAPSHOTS and self.here < step:
                self.way.append(self._snapshot())

    def _advance(self, until: int) -> None:
        """Take the steps from here to `until`, epoch by epoch."""
        while self.here < until:
            end_of_epoch = (self.here // self.steps_per_epoch + 1) * self.steps_per_epoch
            for steps in self._steps(self.network.streams, self.here, min(until, end_of_epoch)):
                losses = np.empty(len(steps))
                done = self.trainer.run(steps, losses)
                if done < len(steps):
                    self._restore(self.way[0])
                    raise DivergenceError(
                        f"this training diverges: the loss of step {steps.first_step - self.first_step + done} is "
                        f"{losses[done]:g}; replay a step up to that one"
                    )
                self.here += len(steps)
                if self.seen is not None:
                    self.seen += zip(losses.tolist(), steps.data.sizes.tolist(), strict=True)
            if self.here == end_of_epoch:
                self._compare(end_of_epoch // self.steps_per_epoch - 1)

    def _compare(self, epoch: int) -> None:
        """The mean loss of a whole epoch must be the one that the history noted."""
        pairs, self.seen = self.seen, []
        if pairs is None or epoch >= len(self.setup.losses):
            return
        losses, sizes = np.array(pairs).T
        loss, noted = float(losses @ sizes / sizes.sum()), self.setup.losses[epoch]
        if not np.isclose(loss, noted, rtol=AGREES, atol=1e-12):
            raise ArgumentError(
                f"the training cannot be gone through again: the mean loss of epoch {epoch + 1} was {noted:.7g} and "
                f"is {loss:.7g} now, so something outside of it changed the network, such as a callback; "
                f"{USE_A_SETUP}"
            )

    def _steps(self, streams: Streams, first: int, until: int) -> Iterator[Steps]:
        """Steps of one epoch, a slice at a time."""
        epoch, place = divmod(first, self.steps_per_epoch)
        if place == 0 and streams is self.network.streams:
            self.epoch_order = streams.state()["order"]
        elif place:
            streams.restore({"order": self.epoch_order, "masks": streams.state()["masks"]})
        for part in self._slices(streams, place, place + until - first):
            epochs = self.first_epoch + epoch + np.arange(place, place + len(part)) / self.steps_per_epoch
            rates = self._rates(epoch, epochs)
            first_step = self.first_step + epoch * self.steps_per_epoch + place + 1
            masks = streams.draw_masks(self.setup.data.plan, part.sizes, epochs)
            table = self.state.optimizer.table(rates, first_step, epochs)
            yield Steps(part, masks, epochs, rates, table, first_step)
            place += len(part)

    def _slices(self, streams: Streams, place: int, until: int) -> Iterator[Slice]:
        """The data of steps `place` to `until` of an epoch whose order the stream is about to draw."""
        limit = max(1, MASK_ENTRIES // (self.source.batch_size * max(self.setup.data.plan.n_mask_columns, 1)))
        at = 0

        def at_once() -> int:
            return place - at if at < place else min(limit, until - at)

        for part in self.source.slices(1, streams, at_once):
            if at >= place:
                yield part
            at += len(part)
            if at >= until:
                return

    def _rates(self, epoch: int, epochs: NDArray[np.float64]) -> NDArray[np.float64]:
        factors = self.setup.rate_factors
        return self.state.optimizer.rates(epochs) * (
            factors[epoch] if factors else self.setup.state.rate_factor
        )

    def _snapshot(self) -> Snapshot:
        vectors = self.network.vectors
        return Snapshot(
            self.here, vectors.parameters.copy(), vectors.running.copy(), self.state.vectors.copy(),
            self.network.streams.state(), self.epoch_order,
        )  # fmt: skip

    def _restore(self, snapshot: Snapshot) -> None:
        vectors = self.network.vectors
        vectors.parameters[...], vectors.running[...] = snapshot.parameters, snapshot.running
        self.state.vectors[...] = snapshot.states
        self.network.streams.restore(snapshot.streams)
        self.here, self.epoch_order = snapshot.step, snapshot.epoch_order
        self.seen = [] if snapshot.step % self.steps_per_epoch == 0 else None
