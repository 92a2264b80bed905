"""The check of an activation's backward pass, which multiplies the error that arrives by the derivative."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from glassnet.checking.numerics import numeric
from glassnet.checking.numerics.rounding import Array
from glassnet.checking.parts.derivative import check_derivative
from glassnet.checking.parts.derivative_slips import row_overflow
from glassnet.checking.parts.stateful import Stateful
from glassnet.checking.report import TAKEN_OVER, Report, Slip, side_by_side
from glassnet.errors import ArgumentError
from glassnet.support.arrays import same
from glassnet.support.cached import cached_property

# A batch away from the kinks that activations have, and errors that could arrive there.
Z = np.array([[0.31, -1.17, 0.83], [-0.42, 2.13, -2.61], [1.39, -0.28, 0.57], [-3.13, 0.71, 1.93]])
ERROR = np.array([[0.7, -1.3, 0.4], [-0.9, 1.6, 0.2], [1.1, 0.5, -0.8], [-0.3, 1.9, -1.4]])
# Parts of it, for passes that are made for one sample: as a column, as a row, on one axis.
ONE_SAMPLE = ((4, 1), (1, 4), (4,))


def check_upstream(part: Stateful, subject: str) -> Report:
    """The report on a backward pass beside central differences of its forward pass, on a batch or on one sample."""
    try:
        return _Upstream(part, Z, ERROR, subject).report()
    except ArgumentError as refusal:
        for shape in ONE_SAMPLE:
            z, error = Z[:, 0].reshape(shape), ERROR[:, 0].reshape(shape)
            try:
                report = _Upstream(part, z, error, subject).report()
            except ArgumentError:
                continue
            note = f"it takes one sample at a time, of shape {shape}"
            return Report(subject, report.ok, report.slips, report.evidence, (*report.notes, note))
        raise refusal


class _Upstream:
    """One part on one batch."""

    def __init__(self, part: Stateful, z: Array, error: Array, subject: str) -> None:
        self.part, self.z, self.error, self.subject = part, z, error, subject

    def report(self) -> Report:
        output = self.part.forward(self.z)
        if output.shape != self.z.shape:
            raise ArgumentError(f"forward must give its input's shape {self.z.shape}; it gave {output.shape}")
        right, gradient = self._right(self.error), self._backward(self.z, self.error)
        changing = tuple(self._changing())
        if gradient.shape != self.z.shape:
            message = f"backward gives shape {gradient.shape}; it must give the error's, {self.z.shape}."
            return Report(
                self.subject, False, (Slip("gradient_shape", (), message, "return dA * f'(Z)"), *changing)
            )
        if same(gradient, right):
            return self._with_rest(changing)
        slips = tuple(self._explanations(gradient, right))[:1]
        if (
            not slips
            and self.is_elementwise
            and same(gradient, self.error * self._backward(self.z, np.ones_like(self.z)))
        ):
            report = self._of_derivative()
            return Report(self.subject, False, (*changing, *report.slips), report.evidence, report.notes)
        line = side_by_side("backward", gradient, right)
        return Report(self.subject, False, (*changing, *slips), (line,))

    def _with_rest(self, changing: tuple[Slip, ...]) -> Report:
        """The report on a right backward pass: kinks and large numbers."""
        if self.is_elementwise:
            report = self._of_derivative()
            return Report(
                self.subject,
                report.ok and not changing,
                (*changing, *report.slips),
                report.evidence,
                report.notes,
            )
        slips = (*changing, *row_overflow(self.part.forward, self.z))
        return Report(self.subject, not slips, slips)

    @property
    def is_elementwise(self) -> bool:
        """Whether an output depends on its own input alone."""
        moved = self.z.copy()
        moved.flat[-1] += 0.5
        still = moved == self.z
        before, after = self.part.forward(self.z), self.part.forward(moved)
        return bool(np.allclose(after[still], before[still], rtol=1e-9, atol=1e-12))

    def _backward(self, z: Array, error: Array) -> Array:
        self.part.forward(z)
        return self.part.backward(error)

    def _right(self, error: Array) -> Array:
        z = self.z.copy()
        return numeric.gradient(lambda: float((error * self.part.forward(z)).sum()), z)

    def _of_derivative(self) -> Report:
        """The report on the derivative that the backward pass multiplies by: what it gives for an error of 1."""

        def f(z: Array) -> Array:
            return self._in_blocks(self.part.forward, z)

        def df(z: Array) -> Array:
            return self._in_blocks(lambda block: self._backward(block, np.ones_like(block)), z)

        return check_derivative(f, df, subject=self.subject)

    def _in_blocks(self, function: Callable[[Array], Array], points: Array) -> Array:
        """A function at many points: as a column, or in blocks of the batch's shape for parts that take no other."""
        z = points.astype(np.float64)
        if self.z.ndim == 2 and self._takes_columns:
            return function(z.reshape(-1, 1)).reshape(-1)
        size = self.z.size
        padded = np.resize(z, -(-z.size // size) * size).reshape(-1, *self.z.shape)
        return np.concatenate([function(block.copy()).reshape(-1) for block in padded])[: z.size]

    @cached_property
    def _takes_columns(self) -> bool:
        """Whether the part takes a column of any length."""
        column = np.linspace(-1, 1, 5).reshape(-1, 1)
        try:
            return self._backward(column, np.ones_like(column)).shape == column.shape
        except ArgumentError:
            return False

    def _explanations(self, gradient: Array, right: Array) -> Iterator[Slip]:
        """What a wrong backward pass is, apart from a wrong derivative."""
        slopes = self._right(np.ones_like(self.z))
        if same(gradient, self.error):
            message = "backward hands the error on as it came: the derivative is missing."
            if not self.is_elementwise:
                message += f" After softmax that is {TAKEN_OVER}."
            yield Slip("derivative_missing", (), message, "return dA * f'(Z)")
        if same(gradient, slopes) and self.is_elementwise:
            message = "backward gives the derivative alone; it must be multiplied by the error that arrives."
            yield Slip("upstream_ignored", (), message, "return dA * f'(Z)")
        if self.is_elementwise and same(gradient, self.error * numeric.slope(self.part.forward, self.error)):
            message = "The derivative is taken at the error that arrives; it belongs to the input of the forward pass."
            yield Slip("derivative_at_upstream", (), message, "return dA * f'(Z)")
        if not self.is_elementwise:
            a = self.part.forward(self.z)
            if same(gradient, self.error * a * (1 - a)):
                message = "backward multiplies by a (1 - a), the diagonal of softmax's Jacobian alone."
                fix = "return a * (dA - (dA * a).sum(axis=1, keepdims=True))"
                yield Slip("softmax_without_jacobian", (), message, fix)
        if same(gradient, -right):
            yield Slip("sign_flipped", (), "backward has the wrong sign.", "return dA * f'(Z)")
        factor = float((gradient * right).sum() / (right * right).sum())
        if factor != 0 and same(gradient / factor, right):
            message = f"backward gives {factor:.6g} times the right error."
            yield Slip("constant_factor", (), message, f"return (...) / {factor:.6g}")

    def _changing(self) -> Iterator[Slip]:
        """Whether the two passes change what they are given."""
        if self.part.changes(self.z.copy(), self.error.copy()):
            message = (
                "The arrays that are passed in are changed: whoever passed them finds other numbers in them."
            )
            yield Slip("argument_changed", (), message, "work on a copy: dZ = dA.copy()")
