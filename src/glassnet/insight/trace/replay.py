"""Any step of a training, traced: forward and back in time."""

from __future__ import annotations

from os import PathLike
from typing import Any

from numpy.typing import ArrayLike

from glassnet import losses
from glassnet.engines.threads import matrix_threads
from glassnet.errors import ArgumentError
from glassnet.insight.trace.moment import Moment
from glassnet.insight.trace.record import recorded
from glassnet.insight.trace.rerun import Rerun
from glassnet.insight.trace.setup import TrainingSetup
from glassnet.insight.trace.trace import Trace, checked_writing
from glassnet.network.history import History
from glassnet.support import checks
from glassnet.support.cached import cached_property
from glassnet.support.calls import explained
from glassnet.training.sources import Memory


class Replay:
    """One step of a training; see :func:`replay`.

    Attributes
    ----------
    step : int
        Counted from 1: the step that makes the parameters after `step` updates.
    epoch, batch : int
        Where it lies, counted from 1.
    n_steps : int
        Steps of the whole training.
    network : Network
        A copy, as it was before this step.
    """

    def __init__(self, rerun: Rerun, step: int, samples_in: str) -> None:
        self.step = checks.integer("step", step, least=1)
        self.n_steps = rerun.n_steps
        if step > self.n_steps:
            raise ArgumentError(
                f"step must be from 1 to {self.n_steps}: {rerun.setup.epochs} epochs of {rerun.steps_per_epoch} "
                f"steps; got {step}"
            )
        self._rerun, self._samples_in = rerun, samples_in
        self.network, self._steps = rerun.before(step - 1)
        self.epoch, self.batch = (place + 1 for place in divmod(step - 1, rerun.steps_per_epoch))

    def _moment(self) -> Moment:
        """The training at the beginning of this step's epoch."""
        setup, source = self._rerun.setup, self._rerun.source
        if not isinstance(source, Memory):
            raise ArgumentError("the page does not hold data that are read from a file as they are needed")
        network, _ = self._rerun.before(self.step - self.batch)
        state = network.training_state(self._rerun.state.optimizer)
        if setup.rate_factors:
            state.rate_factor = setup.rate_factors[self.epoch - 1]
        return Moment(
            network, setup.loss, state.optimizer, source.x, source.y, source.weights, source.batch_size,
            source.shuffles, self.batch - 1,
        )  # fmt: skip

    def to_html(self, path: str | PathLike[str]) -> None:
        """Write the page, opened at this step of the training, as :meth:`Trace.to_html` does."""
        self.trace.to_html(path)

    @cached_property
    def trace(self) -> Trace:
        """Every number of this step."""
        setup, state = self._rerun.setup, self.network.training_state(self._rerun.state.optimizer)
        plan = setup.data.plan
        with matrix_threads(plan, setup.data.source.batch_size, setup.threads):
            record = recorded(self.network, plan, setup.loss, state, self._steps)
        return Trace(record, self._samples_in, self._moment)

    def at(self, step: int) -> Replay:
        """Another step of the same training."""
        return Replay(self._rerun, step, self._samples_in)

    def forward(self, n: int = 1) -> Replay:
        """The step that comes `n` steps later."""
        return self.at(self.step + checks.integer("n", n, least=1))

    def back(self, n: int = 1) -> Replay:
        """The step that came `n` steps before."""
        target = self.step - checks.integer("n", n, least=1)
        if target < 1:
            raise ArgumentError(f"there is no step {n} before step {self.step}; the first one is step 1")
        return self.at(target)

    def show(self) -> None:
        """Print where this is, and the trace, in the terminal."""
        from rich.console import Console

        Console().print(self)

    def __rich__(self) -> Any:
        from rich.console import Group

        return Group(repr(self), self.trace)

    def __str__(self) -> str:
        return f"{self!r}\n{self.trace}"

    def __repr__(self) -> str:
        per_epoch, epochs = self._rerun.steps_per_epoch, self._rerun.setup.epochs
        return (
            f"step {self.step} of {self.n_steps}: epoch {self.epoch} of {epochs}, batch {self.batch} of {per_epoch}, "
            f"loss {self.trace.loss:.5g}"
        )

    def _repr_html_(self) -> str:
        return f"<p>{self!r}</p>{self.trace._repr_html_()}"


def _takes_targets(history: History) -> bool:
    """Whether the loss of this training compares with targets; one of triplets takes none."""
    return history.origin is None or losses.get(history.origin.loss).takes_targets


@explained
def replay(
    training: History | TrainingSetup,
    X: ArrayLike | None = None,
    y: ArrayLike | None = None,
    *,
    step: int = 1,
    sample_weight: ArrayLike | None = None,
    samples_in: str = "rows",
) -> Replay:
    """Go through a training again, up to one of its steps, and trace that step.

    It takes the same weights from the seed, the same order of samples, the same dropout masks and learning rates.

    What is exact: a training by the numpy or the compiled engine is gone through by that engine, so the parameters
    before every step (``replay.network``) are those of the training to the last bit. A torch training is gone through
    by the numpy engine, and they agree to rounding.

    The traced step itself is computed by the numpy engine, which keeps every number on the way. For a numpy training it
    is exact too; for the others its numbers, and the parameters after it, agree to the rounding of the network's dtype.

    Parameters
    ----------
    training : History or TrainingSetup
        A history serves if the network was new when fit began, with an integer as its seed, and callbacks left its
        parameters alone.
    X, y, sample_weight : array_like
        For a history, the data that fit was given; it does not hold them.
    step : int
        Counted from 1.
    samples_in : {"rows", "columns"}
        As for :func:`glassnet.trace`.

    Returns
    -------
    Replay

    Raises
    ------
    ArgumentError
        If there is no such step, or the history does not tell enough to go through its training again.
    DataError
        If these are not the data of the history.
    DivergenceError
        If the training diverges before that step.
    """
    checked_writing(samples_in)
    if isinstance(training, TrainingSetup):
        if X is not None or y is not None or sample_weight is not None:
            raise ArgumentError(
                "a TrainingSetup holds its data; give X, y and sample_weight with a History only"
            )
        return Replay(Rerun(training), step, samples_in)
    if not isinstance(training, History):
        raise ArgumentError(f"replay takes a History or a gn.TrainingSetup; got {training!r}")
    if X is None or (y is None and _takes_targets(training)):
        raise ArgumentError(
            "a History holds no data; give replay(history, X, y, step=…) those that fit was given"
        )
    return Replay(Rerun(TrainingSetup.of(training, X, y, sample_weight)), step, samples_in)
