"""The trace of one training step: every number, with its formula and shapes."""

from __future__ import annotations

from collections.abc import Callable
from os import PathLike
from typing import TYPE_CHECKING, overload

from numpy.typing import ArrayLike

from glassnet import losses
from glassnet.bridges import writing
from glassnet.errors import ArgumentError
from glassnet.insight.trace.forward import ForwardTrace, forward_only
from glassnet.insight.trace.moment import Moment
from glassnet.insight.trace.record import StepRecord, moment_of, recorded_at
from glassnet.insight.trace.step import Entry, TraceStep
from glassnet.insight.trace.writing.steps import Writer
from glassnet.insight.trace.writing.unit import UnitTrace
from glassnet.insight.trace.writing.units import refuse_unwritten, unit_trace, within
from glassnet.insight.trace.writing.written import Written
from glassnet.losses import Loss
from glassnet.optimizers import Optimizer
from glassnet.support import checks
from glassnet.support.arrays import Array
from glassnet.support.cached import cached_property
from glassnet.support.calls import explained
from glassnet.training.evaluation import default_loss

if TYPE_CHECKING:
    from glassnet.network.network import Network


class Trace(Written):
    """One training step of a network, written out; see :func:`trace`.

    Attributes
    ----------
    steps : list of TraceStep
        Forward, loss, backward and update, each with formula, numbers, shapes and array.
    arrays : dict of str to ndarray
        Every array by its name; "A0" is the batch.
    loss : float
        Penalties included.
    """

    def __init__(self, record: StepRecord, samples_in: str, moment: Callable[[], Moment]) -> None:
        self.record, self._moment = record, moment
        self.samples_in = samples_in
        self.loss = record.value + record.penalty
        samples = "sample" if len(record.x) == 1 else "samples"
        self.title = f"one step on {len(record.x)} {samples}, loss {self.loss:.5g}"

    def _written(self) -> list[TraceStep]:
        return list(Writer(self.record, self.samples_in).steps())

    def _batch(self) -> Array:
        return self.record.x.T if self.samples_in == "columns" else self.record.x

    def written_for(self, sample: int, output: int) -> list[TraceStep]:
        """The steps with the numbers of this sample and output, and of those units below that it moves most.

        Raises
        ------
        ArgumentError
            If there is no such sample or output.
        """
        within("sample", sample, len(self.record.x))
        within("output", output, self.record.rows[-1].row.n_outputs)
        return list(Writer(self.record, self.samples_in, Entry.telling(self.record, sample, output)).steps())

    def __repr__(self) -> str:
        return (
            f"<Trace of {self.title}: {len(self.steps)} formulas; print it, or ask for trace['dW1'], "
            "trace.neuron(layer, unit), trace.to_html(path)>"
        )

    def neuron(self, layer: int | tuple[int, ...], unit: int, sample: int = 0) -> UnitTrace:
        """The arithmetic of one unit of layer `layer` (index in net.layers) for one sample, term by term.

        The layer ``(1, 0)`` is the first one inside of the residual layer 1.

        For a dense layer a :class:`~glassnet.insight.trace.writing.neuron.NeuronTrace`.

        Raises
        ------
        ArgumentError
            If there is no such layer, unit or sample, or the layer computes nothing.
        """
        return unit_trace(self.record, layer, unit, sample)

    @cached_property
    def moment(self) -> Moment:
        """Where the page of this step begins."""
        return self._moment()

    def to_html(self, path: str | PathLike[str]) -> None:
        """Write the page (docs/page.md), opened at this step: it needs no server and no network.

        What the page does not draw is said there by name, above a table of all formulas.

        Raises
        ------
        ModelFileError
            If it cannot be written; a file that was there is as it was then.
        """
        from glassnet.browser.page.steps import page_of

        writing.write(checks.path("path", path), page_of(self).encode())


def _refuse_factors(network: Network) -> None:
    """Raise `ArgumentError` where steps are not those that the words of an update say."""
    for slot in network.layout.parameters:
        if slot.parameter.learning_rate_factor != 1:
            raise ArgumentError(
                f"a trace writes whole steps, and layer {slot.layer}, {network.layers[slot.layer]!r}, takes "
                f"{slot.parameter.learning_rate_factor:g} of them; trace(network, X) alone writes the prediction"
            )


@overload
def trace(network: Network, X: ArrayLike, y: None = None, *, samples_in: str = "rows") -> ForwardTrace: ...


@overload
def trace(
    network: Network, X: ArrayLike, y: ArrayLike, *, loss: str | Loss | None = None,
    optimizer: str | Optimizer = "sgd", samples_in: str = "rows",
) -> Trace: ...  # fmt: skip


@overload
def trace(
    network: Network, X: ArrayLike, y: None = None, *, loss: str | Loss, optimizer: str | Optimizer = "sgd",
    samples_in: str = "rows",
) -> Trace: ...  # fmt: skip


@explained
def trace(
    network: Network,
    X: ArrayLike,
    y: ArrayLike | None = None,
    *,
    loss: str | Loss | None = None,
    optimizer: str | Optimizer = "sgd",
    samples_in: str = "rows",
) -> Trace | ForwardTrace:
    """Carry out one training step on a copy of the network and keep every number; without `y`, a prediction.

    Parameters
    ----------
    network : Network
        Built; it stays as it is.
    X, y : array_like
        A batch, as for training. Without y what comes back are Z and A of every layer as in ``predict``, where dropout
        does nothing and a batch norm takes its running statistics; unless a loss is given that takes none.
    loss : str or Loss, optional
        By default the loss of the last fit, or the one that goes with the last activation.
    optimizer : str or Optimizer
        Goes on from the state of the last fit if it is the same optimizer.
    samples_in : {"rows", "columns"}
        How formulas and arrays are written: Z = X W + b, or Z = W X + b with everything transposed.

    Returns
    -------
    Trace, or ForwardTrace without y

    Raises
    ------
    NotBuiltError, ShapeError, DataError
        If the network is not built, or the batch does not fit it.
    ArgumentError
        If `samples_in` is neither, or a loss or an optimizer is given without y.
    """
    checks.network("network", network)
    refuse_unwritten(network)
    checked_writing(samples_in)
    needs_targets = loss is None or losses.get(loss).takes_targets
    if y is None and needs_targets:
        if loss is not None or not isinstance(optimizer, str) or optimizer != "sgd":
            raise ArgumentError(
                "a loss and an optimizer need targets; give trace(network, X, y, …), or X alone"
            )
        return ForwardTrace(forward_only(network.copy(), X), samples_in)
    _refuse_factors(network)
    objective = default_loss(network, y) if loss is None else loss
    moment = moment_of(network.copy(), X, y, objective, optimizer)
    return Trace(recorded_at(moment), samples_in, lambda: moment)


def checked_writing(samples_in: str) -> None:
    """Raise `ArgumentError` unless it says how formulas are to be written."""
    checks.choice("samples_in", samples_in, ("rows", "columns"))
