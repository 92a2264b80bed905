"""Epochs: an engine takes the steps, callbacks act between them, the history notes what was seen."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from glassnet.callbacks import base as listeners
from glassnet.callbacks.base import Callback, Session
from glassnet.engines.base import Engine, Predict, Slice, Steps, Task
from glassnet.engines.torch import processes
from glassnet.errors import ArgumentError, DivergenceError, Interrupted
from glassnet.metrics import Metric
from glassnet.network.history import History
from glassnet.support.arrays import Floats
from glassnet.support.cached import cached_property
from glassnet.training.batches import Batches
from glassnet.training.data import Data, refuse_lonely_batches
from glassnet.training.evaluation import scores
from glassnet.training.interrupt import REASONS, Interrupt, reason_of
from glassnet.training.pace import Pace
from glassnet.training.progress import Shown, watched
from glassnet.training.runner import Diverged, Noted, Runner

if TYPE_CHECKING:
    from glassnet.network.network import Network
    from glassnet.network.state import TrainingState


MASK_ENTRIES = 16_000_000
DIVERGENCE = "a loss that is not finite"
Outputs = tuple[NDArray[Any], NDArray[Any]]


class Training:
    """One call of fit: epochs over a task, with callbacks between them."""

    def __init__(
        self, network: Network, state: TrainingState, engine: Engine, task: Task, data: Data,
        metrics: Sequence[Metric], callbacks: Sequence[Callback],
    ) -> None:  # fmt: skip
        self.network, self.state, self.engine, self.data = network, state, engine, data
        self.metrics, self.callbacks = metrics, callbacks
        self.group = processes.current()
        self.source = data.source
        self.runner = Runner(network, engine, task)
        self.history = History(engine.name)
        self._loss_at: tuple[NDArray[Any] | None, float] = None, float("inf")
        self.pace = Pace(self.source.n_steps or 1, task.batch_size * len(network.parameters) + 1)

    def run(self, epochs: int, progress: bool) -> History:
        """Train for so many epochs, or until a callback ends it.

        Raises `Interrupted` after Ctrl-C or SIGTERM, when the network is whole and all callbacks have ended.
        """
        session = Session(self.network, self.state, self.history, epochs, self.data, measure=self._loss_now)
        self.session = session
        try:
            for callback in self.callbacks:
                callback.begin(session)
            with Interrupt() as interrupt, watched(progress and self.group.leads, epochs) as bar:
                self._go_on(session, interrupt, bar)
                if interrupt.reason and not session.stopped_by:
                    session.stop(interrupt.reason)
        except KeyboardInterrupt as error:
            session.stop(reason_of(error))
        except BaseException as error:
            session.error = error
            if isinstance(error, DivergenceError):
                self.history.stopped_by, error.history = DIVERGENCE, self.history
            raise
        finally:
            self.state.callbacks, self.state.data = {}, ""
            for callback in self.callbacks:
                callback.end(session)
        self.history.stopped_by = session.stopped_by
        if session.stopped_by in REASONS.values():
            raise self._interrupted(epochs)
        return self.history

    def _go_on(self, session: Session, interrupt: Interrupt, bar: Shown) -> None:
        """Until all epochs are through, or something ends training."""
        while self.history.n_epochs < session.epochs and not session.stopped_by:
            if self._train(self._epochs_at_once(session.epochs - self.history.n_epochs), interrupt, bar):
                self._tell(session, interrupt)
            else:
                session.stop(interrupt.reason)

    def _interrupted(self, epochs: int) -> Interrupted:
        error = Interrupted(
            f"{self.history.stopped_by} ended training after {self.history.n_epochs} of {epochs} epochs; the network "
            "keeps what it learned, and this exception's history holds these epochs"
        )
        error.history = self.history
        return error

    def _tell(self, session: Session, interrupt: Interrupt) -> None:
        """All callbacks act, then all write, then all save; what one of them saves holds what every one remembers.

        Of processes that train together, one writes, and all stop where one wants to.
        """
        for callback in self.callbacks:
            callback.epoch_end(session)
        if interrupt.reason:
            session.stop(interrupt.reason)
        session.stopped_by = next(filter(None, self.group.gather(session.stopped_by)), "")
        self.state.callbacks = listeners.memories(self.callbacks)
        if self.group.leads:
            for callback in self.callbacks:
                callback.write(session)
            for callback in self.callbacks:
                callback.save(session)

    def _epochs_at_once(self, left: int) -> int:
        if self.callbacks or self.metrics or self.data.held is not None:
            return 1
        return min(left, self.source.epochs_at_once(self.pace.steps))

    def _train(self, n_epochs: int, interrupt: Interrupt, bar: Shown) -> bool:
        """The next epochs, noted in the history; False if Ctrl-C or SIGTERM came before one was whole."""
        began, noted = time.perf_counter(), Noted()
        self._begin_epoch()
        for part in self.source.slices(n_epochs, self.network.streams, self._steps_at_once):
            clock = time.perf_counter()
            epochs, losses = self._epochs(noted.count, len(part)), np.empty(len(part))
            rates = self.state.optimizer.rates(epochs) * self.state.rate_factor
            self._call(part, noted.count, epochs, rates, losses)
            self._agree(len(part), time.perf_counter() - clock, interrupt)
            self.state.step += len(part)
            self._end_step()
            noted.add(losses, rates, part.sizes)
            self._show(bar, noted)
            if interrupt.reason:
                n_epochs = noted.count // self.source.n_steps if self.source.n_steps else 0
                break
        self._end_steps()
        if n_epochs > 0:
            self._note(noted, n_epochs, (time.perf_counter() - began) / n_epochs)
        return n_epochs > 0

    def _begin_epoch(self) -> None:
        for callback in self.callbacks:
            callback.epoch_begin(self.session)

    def _end_step(self) -> None:
        for callback in self.callbacks:
            if callback.watches_steps:
                callback.step_end(self.session)

    def _end_steps(self) -> None:
        for callback in self.callbacks:
            callback.steps_end(self.session)

    def _agree(self, steps: int, seconds: float, interrupt: Interrupt) -> None:
        """Processes that train together take as many steps at once as the first one can, and end together."""
        reports = self.group.gather((seconds, interrupt.reason))
        self.pace.learn(steps, reports[0][0])
        interrupt.reason = next((reason for _, reason in reports if reason), "")

    def _steps_at_once(self) -> int:
        if any(callback.watches_steps for callback in self.callbacks):
            return 1
        largest = self.source.batch_size * max(self.data.plan.n_mask_columns, 1)
        return max(1, min(self.pace.steps, MASK_ENTRIES // largest))

    def _epochs(self, first: int, count: int) -> NDArray[np.float64]:
        """Where in the training steps `first` on are, counted from the first of these epochs."""
        per_epoch = self.source.n_steps
        if per_epoch is None:
            return np.full(count, float(self.state.epoch))
        epochs, places = np.divmod(np.arange(first, first + count), per_epoch)
        reached: NDArray[np.float64] = self.state.epoch + epochs + places / per_epoch
        return reached

    def _call(self, part: Slice, first: int, epochs: Floats, rates: Floats, losses: Floats) -> None:
        """Let the engine take the steps of this slice."""
        refuse_lonely_batches(self.data, part)
        self.runner.make_room(int(part.sizes.max()))
        masks = self.network.streams.draw_masks(self.data.plan, part.sizes, epochs)
        first_step = self.state.step + 1
        table = self.state.optimizer.table(rates, first_step, epochs)
        try:
            self.runner.run(Steps(part, masks, epochs, rates, table, first_step), losses)
        except Diverged as divergence:
            error = self._explained(divergence, first)
            self.state.step += divergence.n_good
            n_good = max(first + divergence.n_good, 0)
            self.state.epoch += n_good // (self.source.n_steps or first + len(part))
            raise error from None

    def _explained(self, divergence: Diverged, first: int) -> DivergenceError:
        step, per_epoch = first + divergence.step, self.source.n_steps
        epochs, place = divmod(step, per_epoch) if per_epoch else (0, step)
        of_how_many = f" of {per_epoch}" if per_epoch else ""
        return DivergenceError(
            f"training stopped: in epoch {self.state.epoch + epochs + 1}, batch {place + 1}{of_how_many}, the loss "
            f"was {divergence.loss:g}; first concerned is {divergence.place}. The network keeps its last good "
            f"parameters. {self._remedy()}"
        )

    def _note(self, noted: Noted, n_epochs: int, seconds: float) -> None:
        losses, rates = noted.by_epoch(n_epochs, self.source.n_steps or noted.count)
        self._enter(n_epochs, seconds, {"loss": losses.tolist(), "learning_rate": rates.tolist()})

    def _enter(self, n_epochs: int, seconds: float, columns: Mapping[str, list[float]]) -> None:
        """Note epochs in the history, with what is measured at their end."""
        first = self.state.epoch + 1
        self.history.extend(
            {
                "epoch": range(first, first + n_epochs),
                **columns,
                "seconds": [seconds] * n_epochs,
                **{name: [value] for name, value in self._evaluated().items()},
            }
        )
        self.history.rate_factors += [self.state.rate_factor] * n_epochs
        self.state.epoch += n_epochs
        size = self.source.batch_size // self.data.plan.objective.rows_per_sample
        self.state.batch_size = None if self.source.n_steps == 1 else size

    def _evaluated(self) -> dict[str, float]:
        """Scores on training and validation data: all processes compute outputs, the first one the scores."""
        data, parts = self.data, self.source.parts() if self.metrics else None
        epoch = self.state.epoch + 1
        training = None if parts is None else self._outputs(parts, epoch)
        held = None if data.held is None else self._outputs(data.held.parts(), epoch)
        # A loss too large for its dtype is infinite, and the history says so.
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            return self.group.once(lambda: self._scored(training, held))

    def _scored(self, training: Outputs | None, held: Outputs | None) -> dict[str, float]:
        measured = {}
        if training is not None:
            measured = scores(self.network, self.data.plan, *training, self.metrics, self.data.weights)
            del measured["loss"]
        if held is not None:
            weights = None if self.data.held is None else self.data.held.weights
            on_held = scores(self.network, self.data.plan, *held, self.metrics, weights)
            measured |= {f"validation_{name}": value for name, value in on_held.items()}
        return measured

    def _loss_now(self) -> float:
        """The loss of the parameters as they are, on the samples to train on; found once for the same parameters."""
        here = np.concatenate([self.network.parameters, self.network.running_statistics])
        if self._loss_at[0] is None or not np.array_equal(self._loss_at[0], here):
            source: Any = self.source
            if isinstance(source, Batches):
                raise ArgumentError(
                    "the loss of the parameters as they are needs samples that can be looked at again; give X and y as "
                    "arrays, or watch a validation loss"
                )
            outputs, y = self._outputs(source.parts(), self.state.epoch)
            weights = source.weights[:, 0]
            with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
                loss = self.group.once(
                    lambda: scores(self.network, self.data.plan, outputs, y, [], weights)["loss"]
                )
            self._loss_at = here, loss
        return self._loss_at[1]

    @cached_property
    def _predict(self) -> Predict:
        return self.engine.predictor(self.data.plan, self.network.dtype)

    def _outputs(self, parts: Iterable[Outputs], epoch: int) -> Outputs:
        """Outputs for samples after an epoch, and their targets; each process takes its part of the samples."""
        pairs = []
        for x, y in parts:
            with np.errstate(over="ignore", invalid="ignore"):  # what is not finite is refused below
                own = self._predict(self.network.vectors, x[self.group.part(len(x))])
            pairs.append((np.concatenate(self.group.gather(own)), y))
        outputs, targets = (np.concatenate(arrays) for arrays in zip(*pairs, strict=True))
        if not np.isfinite(outputs).all():
            raise DivergenceError(
                f"training stopped: after epoch {epoch}, outputs of the network are not finite, as "
                f"parameters have grown up to {np.abs(self.network.parameters).max():.2g}. {self._remedy()}"
            )
        return outputs, targets

    def _remedy(self) -> str:
        rate = self.state.optimizer.learning_rate
        return f"Try a smaller learning rate (it is {rate!r}), gradients of limited norm, or scaled inputs"

    def _show(self, bar: Shown, noted: Noted) -> None:
        done = noted.count / self.source.n_steps if self.source.n_steps else 0.0
        bar.show(self.history.n_epochs + done, self._newest(noted.last_loss), self.history.shares)

    def _newest(self, loss: float) -> dict[str, float]:
        """The loss, and the newest numbers on validation data."""
        columns = self.history.columns.items()
        return {"loss": loss} | {
            name: values[-1] for name, values in columns if name.startswith("validation_")
        }
