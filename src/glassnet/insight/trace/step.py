"""One formula of a training step, and whose numbers it is written with."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from glassnet.insight.trace.record import StepRecord
from glassnet.plan import DENSE
from glassnet.support.arrays import Array


@dataclass(frozen=True)
class TraceStep:
    """One formula of a training step.

    Attributes
    ----------
    name : str
        What is computed, such as "Z1" or "dW2"; rows of the plan count from 1.
    phase : str
        "forward", "loss", "backward" or "update".
    layer : int or None
        Index in ``network.layers``.
    formula, latex : str
        In plain text and in LaTeX.
    numbers : str
        The formula with this step's numbers in it, for one entry: the first one, unless another was asked for.
    shapes : str
        Shapes of what goes in and comes out: ``(5, 4) · (4, 1) → (5, 1)`` is a matrix product, ∘ entry by entry.
    note : str
        Why the formula is so, where that needs saying.
    array : ndarray
        The result.
    """

    name: str
    phase: str
    layer: int | None
    formula: str
    latex: str
    numbers: str
    shapes: str
    array: Array
    note: str = ""


@dataclass(frozen=True)
class Entry:
    """Whose numbers are written out: of one sample, in each row of the plan one unit and its weight from one input."""

    sample: int
    units: tuple[int, ...]
    inputs: tuple[int, ...]

    @classmethod
    def first(cls, step: StepRecord) -> Entry:
        """The first sample, unit and input of every layer."""
        zeros = (0,) * len(step.rows)
        return cls(0, zeros, zeros)

    @classmethod
    def telling(cls, step: StepRecord, sample: int, output: int) -> Entry:
        """Of a sample, an output; in hidden layers the unit with the largest error; of each the weight that moves."""
        units = [int(np.abs(record.d_z[sample]).argmax()) for record in step.rows[:-1]] + [output]
        sizes = [np.abs(record.inputs * record.d_z[:, [unit]]).sum(axis=0) if record.row.kind == DENSE else np.zeros(1)
                 for record, unit in zip(step.rows, units, strict=True)]  # fmt: skip
        return cls(sample, tuple(units), tuple(int(size.argmax()) for size in sizes))
