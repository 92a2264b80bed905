"""The check of an activation's backward pass, which multiplies the error that arrives by the derivative."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from glassnet.insight.check import numeric
from glassnet.insight.check.derivative import check_derivative
from glassnet.insight.check.parts import Stateful
from glassnet.insight.check.report import Evidence, Report, Slip, digits
from glassnet.insight.check.rounding import Array

# A batch away from the kinks that activations have, and errors that could arrive there.
Z = np.array([[0.31, -1.17, 0.83], [-0.42, 2.13, -2.61], [1.39, -0.28, 0.57], [-3.13, 0.71, 1.93]])
ERROR = np.array([[0.7, -1.3, 0.4], [-0.9, 1.6, 0.2], [1.1, 0.5, -0.8], [-0.3, 1.9, -1.4]])
SAME = 1e-6


def check_upstream(part: Stateful, subject: str) -> Report:
    """The report on a backward pass beside central differences of its forward pass."""
    right = _right(part, ERROR)
    given = _backward(part, Z, ERROR)
    kept = tuple(_changing(part))
    if given.shape != Z.shape:
        message = f"backward gives shape {given.shape}; it must give the error's, {Z.shape}: a number for each input."
        return Report(subject, False, (Slip("gradient_shape", (), message, "return dA * f'(Z)"), *kept))
    if _same(given, right):
        report = _elementwise_report(part, subject) if _is_elementwise(part) else Report(subject, True)
        return Report(subject, report.ok and not kept, (*kept, *report.slips), report.evidence, report.notes)
    slips = tuple(_explanations(part, given, right))[:1]
    if not slips and _is_elementwise(part) and _same(given, ERROR * _backward(part, Z, np.ones_like(Z))):
        report = _elementwise_report(part, subject)
        return Report(subject, False, (*kept, *report.slips), report.evidence, report.notes)
    place = np.unravel_index(np.argmax(np.abs(given - right)), Z.shape)
    texts = digits(float(given[place]), float(right[place]))
    line = Evidence("backward", f"[{int(place[0])}, {int(place[1])}]", *texts)
    return Report(subject, False, (*kept, *slips), (line,))


def _backward(part: Stateful, z: Array, error: Array) -> Array:
    part.forward(z)
    return part.backward(error)


def _right(part: Stateful, error: Array) -> Array:
    z = Z.copy()
    return numeric.gradient(lambda: float((error * part.forward(z)).sum()), z)


def _same(one: Array, other: Array) -> bool:
    return one.shape == other.shape and np.allclose(one, other, rtol=SAME, atol=SAME)


def _is_elementwise(part: Stateful) -> bool:
    moved = Z.copy()
    moved[:, -1] += 0.5
    return bool(np.allclose(part.forward(moved)[:, :-1], part.forward(Z)[:, :-1], rtol=1e-9, atol=1e-12))


def _elementwise_report(part: Stateful, subject: str) -> Report:
    """The report on the derivative that the backward pass multiplies by: what it gives for an error of 1."""

    def f(z: Array) -> Array:
        return part.forward(z.reshape(-1, 1)).reshape(-1)

    def df(z: Array) -> Array:
        return _backward(part, z.reshape(-1, 1).astype(np.float64), np.ones((z.size, 1))).reshape(-1)

    return check_derivative(f, df, subject=subject)


def _explanations(part: Stateful, given: Array, right: Array) -> Iterator[Slip]:
    """What a wrong backward pass is, apart from a wrong derivative."""
    slopes = _right(part, np.ones_like(Z))
    if _same(given, ERROR):
        message = "backward hands the error on as it came: the derivative is missing."
        if not _is_elementwise(part):
            message += " After softmax that is right only if the loss has taken the derivative over."
        yield Slip("derivative_missing", (), message, "return dA * f'(Z)")
    if _same(given, slopes) and _is_elementwise(part):
        message = "backward gives the derivative alone; it must be multiplied by the error that arrives."
        yield Slip("upstream_ignored", (), message, "return dA * f'(Z)")
    if _is_elementwise(part) and _same(given, ERROR * numeric.slope(part.forward, ERROR)):
        message = (
            "The derivative is taken at the error that arrives; it belongs to the input of the forward pass."
        )
        yield Slip("derivative_at_upstream", (), message, "return dA * f'(Z)")
    if not _is_elementwise(part):
        a = part.forward(Z)
        if _same(given, ERROR * a * (1 - a)):
            message = "backward multiplies by a (1 - a), the diagonal of softmax's Jacobian alone."
            fix = "return a * (dA - (dA * a).sum(axis=1, keepdims=True))"
            yield Slip("softmax_without_jacobian", (), message, fix)
    if _same(given, -right):
        yield Slip("sign_flipped", (), "backward has the wrong sign.", "return dA * f'(Z)")
    factor = float((given * right).sum() / (right * right).sum())
    if factor != 0 and _same(given / factor, right):
        message = f"backward gives {factor:.6g} times the right error."
        yield Slip("constant_factor", (), message, f"return (...) / {factor:.6g}")


def _changing(part: Stateful) -> Iterator[Slip]:
    """Whether the two passes change what they are given."""
    z, error = Z.copy(), ERROR.copy()
    if part.changes(z, error):
        message = (
            "The arrays that are passed in are changed: whoever passed them finds other numbers in them."
        )
        yield Slip("argument_changed", (), message, "work on a copy: dZ = dA.copy()")
