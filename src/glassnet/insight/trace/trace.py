"""The trace of one training step: every number, with its formula and shapes."""

from __future__ import annotations

from functools import cached_property
from html import escape
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from glassnet.errors import ArgumentError
from glassnet.insight.trace.record import StepRecord, record
from glassnet.insight.trace.step import Step
from glassnet.insight.trace.steps import Writer
from glassnet.insight.trace.unit import UnitTrace
from glassnet.insight.trace.units import unit_trace
from glassnet.losses import Loss
from glassnet.optimizers import Optimizer
from glassnet.training.evaluation import default_loss

if TYPE_CHECKING:
    from glassnet.network import Network

SHOWN = 6


class Trace:
    """One training step of a network, written out; see :func:`trace`.

    Attributes
    ----------
    steps : list of Step
        Forward, loss, backward and update, each with formula, numbers, shapes and array.
    """

    def __init__(self, made: StepRecord, samples_in: str) -> None:
        self.record = made
        self.samples_in = samples_in
        self.loss = made.value + made.penalty

    @cached_property
    def steps(self) -> list[Step]:
        """All formulas in the order in which they are computed."""
        return list(Writer(self.record, self.samples_in).steps())

    def __getitem__(self, name: str) -> Step:
        """The step that computes `name`, such as ``trace["dW1"]``."""
        for step in self.steps:
            if step.name == name:
                return step
        raise KeyError(f"no step computes {name!r}; there are {', '.join(step.name for step in self.steps)}")

    def neuron(self, layer: int, unit: int, sample: int = 0) -> UnitTrace:
        """The arithmetic of one unit of layer `layer` (index in net.layers) for one sample, term by term.

        For a dense layer a :class:`~glassnet.insight.trace.neuron.NeuronTrace`.

        Raises
        ------
        ArgumentError
            If there is no such layer, unit or sample, or the layer computes nothing.
        """
        return unit_trace(self.record, layer, unit, sample)

    def lines(self) -> list[str]:
        """The trace as text."""
        lines, phase = [], ""
        for step in self.steps:
            if step.phase != phase:
                phase = step.phase
                lines.append(phase)
            lines.append(f"  {step.formula}    {step.shapes}")
            lines += [f"      {line}" for line in step.numbers.split("\n")]
            lines += [f"      ({step.note})"] if step.note else []
        return lines

    def __str__(self) -> str:
        return "\n".join(self.lines())

    def __rich__(self) -> Any:
        from rich.table import Table
        from rich.text import Text

        table = Table(
            "", "formula", "numbers of the first entry", "shapes", title=f"one step, loss {self.loss:.5g}"
        )
        phase = ""
        for step in self.steps:
            if phase and step.phase != phase:
                table.add_section()
            table.add_row(
                step.phase if step.phase != phase else "", _with_note(step), Text(step.numbers), step.shapes
            )
            phase = step.phase
        return table

    def show(self) -> None:
        """Print the trace as a table in the terminal."""
        from rich.console import Console

        Console().print(self)

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{step.phase}</td><td><code>{escape(step.formula)}</code>{_note_html(step)}</td>"
            f"<td><code style='white-space: pre-line'>{escape(step.numbers)}</code></td><td>{escape(step.shapes)}</td>"
            f"<td><pre>{escape(_preview(step.array))}</pre></td></tr>"
            for step in self.steps
        )
        head = "<tr><th>phase</th><th>formula</th><th>numbers of the first entry</th><th>shapes</th><th>array</th></tr>"
        return f"<table><thead>{head}</thead><tbody>{rows}</tbody></table>"

    def to_html(self, path: str | PathLike[str]) -> None:
        """Write one page that needs no network, on which every neuron and weight shows its arithmetic."""
        from glassnet.insight.trace.page import page

        Path(path).write_text(page(self.record, self._repr_html_()), encoding="utf-8")


def trace(
    network: Network,
    X: ArrayLike,
    y: ArrayLike,
    *,
    loss: str | Loss | None = None,
    optimizer: str | Optimizer = "sgd",
    samples_in: str = "rows",
) -> Trace:
    """Carry out one training step on a copy of the network and keep every number.

    Parameters
    ----------
    network : Network
        Built; it stays as it is.
    X, y : array_like
        A batch, as for training.
    loss : str or Loss, optional
        By default the loss of the last fit, or the one that goes with the last activation.
    optimizer : str or Optimizer
        Goes on from the state of the last fit if it is the same optimizer.
    samples_in : {"rows", "columns"}
        How formulas and arrays are written: Z = X W + b, or Z = W X + b with everything transposed.

    Returns
    -------
    Trace
    """
    checked_writing(samples_in)
    chosen = default_loss(network, y) if loss is None else loss
    return Trace(record(network, X, y, chosen, optimizer), samples_in)


def checked_writing(samples_in: str) -> None:
    """Raise `ArgumentError` unless it says how formulas are to be written."""
    if samples_in not in ("rows", "columns"):
        raise ArgumentError(f"samples_in must be 'rows' or 'columns'; got {samples_in!r}")


def _with_note(step: Step) -> Any:
    """Formula and note; brackets in them are no markup."""
    from rich.text import Text

    return Text.assemble(step.formula, (f"\n{step.note}" if step.note else "", "dim"))


def _note_html(step: Step) -> str:
    return f"<br><small>{escape(step.note)}</small>" if step.note else ""


def _preview(array: Any) -> str:
    with np.printoptions(precision=4, suppress=True, threshold=SHOWN * SHOWN, edgeitems=3):
        return str(array)
