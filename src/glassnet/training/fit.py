"""The one way in: :func:`fit` checks everything, then lets an engine train."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from glassnet import checks, losses, optimizers
from glassnet.engines.base import Engine, Steps, Task
from glassnet.engines.choice import choose
from glassnet.errors import ArgumentError, DivergenceError
from glassnet.losses import Loss
from glassnet.metrics import Metric
from glassnet.optimizers import Optimizer
from glassnet.plan import BATCH_NORM, Plan
from glassnet.random import Seed, Streams
from glassnet.training.batches import Batches
from glassnet.training.callbacks import Callback, Session, as_callback
from glassnet.training.data import Data, prepare
from glassnet.training.evaluation import chosen_metrics, scores
from glassnet.training.history import History
from glassnet.training.interrupt import Interrupt
from glassnet.training.pace import Pace
from glassnet.training.progress import Bar, Silence, watched
from glassnet.training.runner import Diverged, Runner

if TYPE_CHECKING:
    from glassnet.network import Network
    from glassnet.state import TrainingState


ORDER_ENTRIES = 2_000_000
MASK_ENTRIES = 16_000_000


def fit(
    network: Network,
    X: ArrayLike,
    y: ArrayLike,
    *,
    loss: str | Loss,
    optimizer: str | Optimizer = "adam",
    epochs: int = 1,
    batch_size: int | None = None,
    validation_data: tuple[ArrayLike, ArrayLike] | None = None,
    validation_split: float = 0.0,
    sample_weight: ArrayLike | None = None,
    class_weight: dict[int, float] | str | None = None,
    shuffle: bool = True,
    metrics: Sequence[Any] = (),
    callbacks: Sequence[Any] = (),
    engine: str = "auto",
    threads: int | None = None,
    seed: Seed = None,
    progress: bool = True,
) -> History:
    """Train a network; called again with the same optimizer, it continues.

    Parameters
    ----------
    network : Network
        Built by X if it is not yet.
    X : array_like, (n_samples, n_features) or the network's input shape
        Finite numbers.
    y : array_like
        (n_samples, n_outputs) values or one-hot rows, or (n_samples,) integers, as the loss says.
    loss : str or Loss
    optimizer : str or Optimizer
    epochs : int
        How many more times to go through the data, >= 1.
    batch_size : int, optional
        Samples of a step, >= 1; all of them by default.
    validation_data : (X, y), optional
        Evaluated after every epoch.
    validation_split : float
        Instead: the share of the samples, the last ones, that is held back, in [0, 1).
    sample_weight : array_like, (n_samples,), optional
        Weight of each sample, >= 0; only ratios matter.
    class_weight : dict or "balanced", optional
        Weight of each class.
    shuffle : bool
        Take the samples in a new order every epoch.
    metrics : sequence of str or callable
        Computed after every epoch on the training and validation data.
    callbacks : sequence of Callback or callable
    engine : {"auto", "numpy", "compiled", "torch"}
    threads : int, optional
        Threads of matrix products; the engine's choice by default.
    seed : int, optional
        Starts the order of batches and the dropout masks anew; by default they follow from the network's seed.
    progress : bool
        Show a bar.

    Returns
    -------
    History

    Raises
    ------
    ArgumentError, ShapeError, DataError
        Before any work is done, and nothing is changed.
    DivergenceError
        If the loss becomes NaN or infinite; the network keeps its last good parameters.
    """
    chosen = losses.get(loss)
    n_epochs = checks.integer("epochs", epochs, least=1)
    wanted = chosen_metrics(metrics)
    listeners = [as_callback(callback) for callback in callbacks]
    rule = optimizers.get(optimizer)
    data = prepare(network, X, y, chosen, validation_data, validation_split, sample_weight, class_weight)
    batches = Batches(len(data.x), _batch_size(batch_size, len(data.x)), bool(shuffle))
    _refuse_lonely_batches(data.plan, batches)
    runs_on = choose(engine)

    if not network.built:
        network.build(data.input_shape)
    if seed is not None:
        network.streams = replace(Streams.of(seed), seed=network.streams.seed)
    network.loss = chosen
    state = network.training_state(rule)
    state.engine = runs_on.name
    task = Task(
        data.plan, network.vectors, state.optimizer, state.vectors, data.x, data.y, data.weights,
        batches.size, batches.gathers, threads,
    )  # fmt: skip
    training = Training(network, state, runs_on, task, batches, data, wanted, listeners)
    return training.run(n_epochs, progress)


class Training:
    """One call of fit: epochs over a task, with callbacks between them."""

    def __init__(
        self, network: Network, state: TrainingState, engine: Engine, task: Task, batches: Batches, data: Data,
        metrics: Sequence[Metric], callbacks: Sequence[Callback],
    ) -> None:  # fmt: skip
        self.network, self.state, self.engine = network, state, engine
        self.task, self.batches, self.data = task, batches, data
        self.metrics, self.callbacks = metrics, callbacks
        self.runner = Runner(network, engine, task)
        self.history = History(engine.name)
        self.pace = Pace(batches.per_epoch)

    def run(self, epochs: int, progress: bool) -> History:
        """Train for so many epochs, or until a callback or Ctrl-C ends it."""
        session = Session(self.network, self.history, epochs)
        for callback in self.callbacks:
            callback.begin(session)
        try:
            with Interrupt() as interrupt, watched(progress, epochs) as bar:
                while self.history.n_epochs < epochs and not session.stopped_by:
                    at_once = self._epochs_at_once(epochs - self.history.n_epochs)
                    whole = self._train(at_once, interrupt, bar)
                    if whole:
                        for callback in self.callbacks:
                            callback.epoch_end(session)
                    if interrupt.pressed:
                        session.stop("Ctrl-C")
        except KeyboardInterrupt:
            session.stop("Ctrl-C")
        finally:
            for callback in self.callbacks:
                callback.end(session)
        self.history.stopped_by = session.stopped_by
        return self.history

    def _epochs_at_once(self, left: int) -> int:
        if self.callbacks or self.metrics or self.data.held is not None:
            return 1
        order_limit = max(1, ORDER_ENTRIES // len(self.data.x)) if self.batches.gathers else left
        return max(1, min(left, order_limit, self.pace.steps // self.batches.per_epoch))

    def _train(self, n_epochs: int, interrupt: Interrupt, bar: Bar | Silence) -> bool:
        """The next epochs, noted in the history; False if Ctrl-C came before they were whole."""
        began = time.perf_counter()
        state, per_epoch = self.state, self.batches.per_epoch
        orders = self.batches.orders(self.network.streams, n_epochs)
        n_steps = n_epochs * per_epoch
        step_losses = np.empty(n_steps)
        rates = self._rates(n_steps)
        done = 0
        while done < n_steps:
            count = min(self._steps_at_once(), n_steps - done)
            clock = time.perf_counter()
            self._call(orders, done, rates[done : done + count], step_losses[done : done + count])
            self.pace.learn(count, time.perf_counter() - clock)
            done += count
            state.step += count
            bar.show(
                self.history.n_epochs + done / per_epoch,
                {"loss": float(step_losses[done - 1]), **self._newest()},
            )
            if interrupt.pressed and done < n_steps:
                n_epochs = done // per_epoch
                break
        seconds = (time.perf_counter() - began) / max(n_epochs, 1)
        if n_epochs > 0:
            self._note(step_losses, rates, n_epochs, seconds)
        return n_epochs > 0

    def _steps_at_once(self) -> int:
        largest = self.batches.size * max(self.data.plan.n_mask_columns, 1)
        return max(1, min(self.pace.steps, MASK_ENTRIES // largest))

    def _rates(self, n_steps: int) -> NDArray[np.float64]:
        ahead = np.arange(n_steps) / self.batches.per_epoch
        return self.state.optimizer.rates(self.state.epoch + ahead) * self.state.rate_factor

    def _call(
        self,
        orders: list[NDArray[np.int64]],
        first: int,
        rates: NDArray[np.float64],
        step_losses: NDArray[np.float64],
    ) -> None:
        """Let the engine take the steps from `first` on."""
        order, starts, stops = self.batches.steps(orders, first, len(rates))
        masks = self.network.streams.draw_masks(self.data.plan, stops - starts)
        table = self.state.optimizer.table(rates, self.state.step + 1)
        try:
            self.runner.run(Steps(order, starts, stops, masks, table), step_losses)
        except Diverged as found:
            raise self._explained(found, first) from None

    def _explained(self, found: Diverged, first: int) -> DivergenceError:
        per_epoch = self.batches.per_epoch
        step = first + found.step
        epoch = self.history.n_epochs + step // per_epoch + 1
        rate = self.task.optimizer.learning_rate
        return DivergenceError(
            f"training stopped: in epoch {epoch}, batch {step % per_epoch + 1} of {per_epoch}, the loss was "
            f"{found.loss:g}; first concerned is {found.place}. The network keeps its last good parameters. "
            f"Try a smaller learning rate (it is {rate!r}), clip_norm=1.0, or scaled inputs"
        )

    def _note(
        self, step_losses: NDArray[np.float64], rates: NDArray[np.float64], n_epochs: int, seconds: float
    ) -> None:
        state, per_epoch = self.state, self.batches.per_epoch
        whole = n_epochs * per_epoch
        by_epoch = step_losses[:whole].reshape(n_epochs, per_epoch)
        self.history.extend(
            {
                "epoch": range(state.epoch + 1, state.epoch + n_epochs + 1),
                "loss": (by_epoch @ self.batches.sizes / self.batches.n_samples).tolist(),
                "learning_rate": rates[per_epoch - 1 : whole : per_epoch].tolist(),
                "seconds": [seconds] * n_epochs,
                **{name: [value] for name, value in self._evaluated().items()},
            }
        )
        state.epoch += n_epochs

    def _evaluated(self) -> dict[str, float]:
        data, found = self.data, {}
        if self.metrics:
            found = scores(self.network, self.engine, data.plan, data.x, data.y, None, self.metrics)
            del found["loss"]
        if data.held is not None:
            held = scores(self.network, self.engine, data.plan, *data.held, None, self.metrics)
            found |= {f"validation_{name}": value for name, value in held.items()}
        return found

    def _newest(self) -> dict[str, float]:
        return {
            name: values[-1]
            for name, values in self.history.columns.items()
            if name.startswith("validation_")
        }


def _batch_size(batch_size: int | None, n_samples: int) -> int:
    if batch_size is None:
        return n_samples
    return min(checks.integer("batch_size", batch_size, least=1), n_samples)


def _refuse_lonely_batches(plan: Plan, batches: Batches) -> None:
    if any(row.kind == BATCH_NORM for row in plan.rows) and batches.sizes.min() == 1:
        raise ArgumentError(
            f"BatchNorm needs at least 2 samples in every batch; {batches.n_samples} samples in batches of "
            f"{batches.size} leave a batch of 1. Choose another batch_size"
        )
