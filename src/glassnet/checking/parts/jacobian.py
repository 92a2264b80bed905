"""The derivative of a function of a whole row, such as softmax: its Jacobian, and what is taken for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from glassnet.checking.numerics import numeric
from glassnet.checking.numerics.calling import Callee
from glassnet.checking.numerics.rounding import Array
from glassnet.checking.parts.derivative_slips import changing, row_overflow
from glassnet.checking.report import TAKEN_OVER, Evidence, Report, Slip, digits, side_by_side
from glassnet.errors import ArgumentError
from glassnet.support.arrays import same

ROW = np.array([0.3, -1.1, 0.8, 0.1])


def is_rowwise(f: Callable[..., Any]) -> bool:
    """Whether an entry of f's result depends on other entries of its input."""
    try:
        function = _Row(f)
        one, other = function(ROW), function(ROW + np.eye(len(ROW))[-1])
    except (ArgumentError, TypeError, ValueError):
        return False
    return one.shape == ROW.shape and not np.allclose(
        one[:3], other[:3], rtol=1e-9, atol=1e-12, equal_nan=True
    )


class _Row:
    """A function of one row, which the learner's code wants as (n,), (1, n) or (n, 1)."""

    def __init__(self, f: Callable[..., Any]) -> None:
        self.f = Callee("f", f)
        self.shape = next((shape for shape in ((4,), (1, 4), (4, 1)) if self._works(shape)), (4,))

    def _works(self, shape: tuple[int, ...]) -> bool:
        try:
            result = self.f(ROW.reshape(shape))
        except (ArgumentError, TypeError, ValueError, IndexError):
            return False
        return result.shape == shape and (len(shape) == 1 or not np.allclose(result, 1))

    def __call__(self, row: Array) -> Array:
        return self.f(row.reshape(self.shape)).astype(np.float64).reshape(-1)


def check_jacobian(f: Callable[..., Any], df: Callable[..., Any], takes: str, subject: str) -> Report:
    """The report on a derivative of a function of rows."""
    function = _Row(f)
    right = np.stack([_column(function, k) for k in range(len(ROW))], axis=1)
    a = function(ROW)
    derivative = Callee("df", df)

    shaped = ROW.reshape(function.shape)

    def at(argument: Array) -> Array:
        return derivative(argument.reshape(function.shape)).astype(np.float64)

    jacobian = at(ROW if takes == "input" else a)
    notes = ("f is no function of single numbers: each output depends on the whole row",)
    if jacobian.size == right.size:
        jacobian = jacobian.reshape(right.shape)
        if same(jacobian, right):
            slips = (*row_overflow(function, ROW), *changing("f", f, shaped), *changing("df", df, shaped))
            return Report(subject, not slips, slips, notes=notes)
        other = at(a if takes == "input" else ROW).reshape(right.shape)
        slips = _explained(jacobian, other, right, takes)
        line = side_by_side("Jacobian", jacobian, right)
        return Report(subject, False, slips, (line,), notes)
    if jacobian.size == len(ROW):
        return _diagonal(jacobian.reshape(-1), right, subject, notes)
    raise ArgumentError(f"df must give the Jacobian (4, 4) of a row of 4; it gave shape {jacobian.shape}")


def _diagonal(diagonal: Array, right: Array, subject: str, notes: tuple[str, ...]) -> Report:
    """A report on one number for each input, which no Jacobian is."""
    if same(diagonal, np.diag(right)):
        message = "df is the diagonal of the Jacobian alone: every output also depends on the other inputs of its row."
        fix = "dz = a * (da - (da * a).sum(axis=-1, keepdims=True))"
        return Report(subject, False, (Slip("softmax_without_jacobian", (), message, fix),), notes=notes)
    if same(diagonal, np.ones(len(ROW))):
        message = f"df is 1 everywhere. That is {TAKEN_OVER}."
        return Report(subject, False, (Slip("derivative_missing", (), message, "the Jacobian"),), notes=notes)
    texts = digits(float(diagonal[0]), float(right[0, 0]))
    return Report(subject, False, (), (Evidence("df", "[0]", *texts),), notes)


def _explained(jacobian: Array, other: Array, right: Array, takes: str) -> tuple[Slip, ...]:
    if same(jacobian, -right):
        return (Slip("sign_flipped", (), "df has the wrong sign.", "return -(...)"),)
    if same(other, right):
        wanted, called = ("output", "input") if takes == "input" else ("input", "output")
        message = f"df is written in f's {wanted}, but is called with its {called}."
        fix = "df(f(z))" if takes == "input" else "df(z)"
        return (Slip(f"derivative_expects_{wanted}", (), message, fix),)
    return ()


def _column(f: _Row, k: int) -> Array:
    """The derivative of the whole row with respect to its entry k."""
    unit = np.eye(len(ROW))[k]
    return numeric.slope(lambda h: f(ROW + h * unit), np.zeros(()))
