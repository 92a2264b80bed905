"""The check of a learner's activation: a pair of functions, or a class with a derivative or a backward pass."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from glassnet import activations
from glassnet.checking.finding.members import (
    BACKWARD,
    DERIVATIVE,
    FORWARD,
    SWITCHES,
    instance,
    method,
    switch,
)
from glassnet.checking.numerics.calling import n_required
from glassnet.checking.parts.derivative import check_derivative
from glassnet.checking.parts.stateful import Stateful, readings, words
from glassnet.checking.parts.upstream import ERROR, Z, check_upstream
from glassnet.checking.report import Report, Slip
from glassnet.errors import ArgumentError
from glassnet.support.calls import explained

SUBJECT = "check_activation"

Function = Callable[..., Any]


@explained
def check_activation(
    activation: Any, derivative: Function | None = None, *, like: str | None = None, takes: str = "input"
) -> Report:
    """Check a learner's activation by central differences, whatever its style.

    Where several readings of a backward pass's arguments are possible and one makes it right, that one is meant, and a
    note says which.

    Parameters
    ----------
    activation : function, pair of functions, class or object
        ``(f, df)``; ``(forward, backward)`` where backward takes the error and what forward cached, in any order; a
        function with an argument such as ``derivative=False``; or a class or object with ``forward``, ``__call__`` …,
        and ``derivative`` (``prime``, ``gradient`` …) or ``backward``. They may take arrays, numbers, lists or PyTorch
        tensors, a batch or one sample.
    derivative : callable, optional
        The second function, where they are not given as a pair.
    like : str, optional
        The activation that it should be, such as "leaky_relu".
    takes : {"input", "output"}
        What a derivative is called with in your code: z, or f(z).

    Returns
    -------
    Report
        Codes as of :func:`check_derivative`, and upstream_ignored, derivative_at_upstream, gradient_shape,
        argument_changed, other_function.

    Raises
    ------
    ArgumentError
        If no forward pass or no derivative is found, or one cannot be called.
    """
    if derivative is not None:
        activation = (activation, derivative)
    thing = _pair(activation) or _switched(activation) or instance(activation, "activation", Z.shape)
    forward, slope, backward = (method(thing, names) for names in (FORWARD, DERIVATIVE, BACKWARD))
    if forward is None or (slope is None and backward is None):
        raise ArgumentError(
            "check_activation needs a pair (f, df), or an object with forward and with derivative or backward; "
            f"got {activation!r}"
        )
    with np.errstate(all="ignore"):
        report = _report(forward, slope, backward, thing, takes)
        other = () if like is None else _other(forward, thing, like)
    return replace(report, ok=report.ok and not other, slips=(*other, *report.slips))


def _report(
    forward: Function, derivative: Function | None, backward: Function | None, thing: Any, takes: str
) -> Report:
    """The report on a derivative f'(z), or on a backward pass that takes the error; no name tells which it is."""

    def of_derivative(df: Function) -> Report:
        return check_derivative(forward, _of_input(forward, df), takes=takes, subject=SUBJECT)

    function = derivative or backward or forward
    remembers = n_required(function) == 1 and _remembers(Stateful(forward, function, thing, ("error",)))
    if isinstance(thing, _Switched):
        return _either_way(thing)
    if function is derivative and not remembers and n_required(function) < 2:
        return of_derivative(derivative)
    may_take_z = n_required(function) == 1 and not remembers
    if may_take_z and inspect.isfunction(function):  # static: it has z from nowhere but its argument
        return of_derivative(function)
    report = _best_reading(forward, function, thing)
    return of_derivative(function) if may_take_z and not report.ok and not report.slips else report


def _best_reading(forward: Function, backward: Function, thing: Any) -> Report:
    """The report on a backward pass, with its arguments read so that it is right, else in the likeliest way."""
    reports, refusals = [], []
    for n, roles in enumerate(readings(backward)):
        try:
            report = check_upstream(Stateful(forward, backward, thing, roles), SUBJECT)
        except ArgumentError as refusal:
            refusals.append(refusal)
            continue
        note = (f"read so: {words(roles)}",) if n > 0 else ()
        reports.append(replace(report, notes=(*report.notes, *note)))
        if report.ok:
            return reports[-1]
    if not reports and not refusals:
        raise ArgumentError(
            "a backward pass takes the error and at most what forward keeps, the output and a learning rate; this one "
            f"cannot do without {n_required(backward)} arguments"
        )
    if not reports:
        raise refusals[0]
    return min(reports, key=lambda report: (not report.slips, len(report.slips)))


def _either_way(thing: _Switched) -> Report:
    """The report on a function with a switch, whose derivative may be called with z or with f(z)."""
    of_input = check_derivative(thing.forward, thing.derivative, subject=SUBJECT)
    if [slip.code for slip in of_input.slips] != ["derivative_expects_output"]:
        return of_input
    report = check_derivative(thing.forward, thing.derivative, takes="output", subject=SUBJECT)
    note = "read so: the derivative is called with the output, as it is written"
    return replace(report, notes=(*report.notes, note))


def _remembers(part: Stateful) -> bool:
    """Whether the same argument gives another result after another forward pass."""
    try:
        part.forward(Z)
        first = part.backward(ERROR)
    except ArgumentError:
        return False
    try:
        part.forward(-Z[:2])
        return not np.array_equal(first, part.backward(ERROR))
    except Exception:  # what it kept has another shape than the error
        return True


class _Pair:
    """Two functions as an object: the second is a backward pass if it takes two arguments."""

    def __init__(self, f: Function, df: Function) -> None:
        self.forward = f
        setattr(self, "backward" if n_required(df) >= 2 else "derivative", df)


def _pair(activation: Any) -> _Pair | None:
    if isinstance(activation, (tuple, list)) and len(activation) == 2 and all(map(callable, activation)):
        return _Pair(*activation)
    return None


class _Switched:
    """A function that gives its derivative where an argument asks for it."""

    def __init__(self, function: Function, name: str) -> None:
        self.forward: Function = lambda z: function(z, **{name: False})
        self.derivative: Function = lambda z: function(z, **{name: True})


def _switched(activation: Any) -> _Switched | None:
    if not inspect.isroutine(activation):
        return None
    name = switch(activation, SWITCHES)
    return None if name is None else _Switched(activation, name)


def _of_input(forward: Callable[..., Any], derivative: Callable[..., Any]) -> Callable[..., Any]:
    """The derivative as a function of z, also where it takes no argument and uses what the last forward pass kept."""
    if n_required(derivative) > 0:
        return derivative

    def df(z: Any) -> Any:
        forward(z)
        return derivative()

    return df


def _other(forward: Callable[..., Any], thing: Any, like: str) -> tuple[Slip, ...]:
    """Whether the function is another one than it should be."""
    wanted = activations.get(like).value(Z)
    answer = Stateful(forward, forward, thing, ("error",)).forward(Z)
    if answer.shape == wanted.shape and np.allclose(answer, wanted, rtol=1e-5, atol=1e-6):
        return ()
    i = int(np.argmax(np.abs(answer - wanted))) if answer.shape == wanted.shape else 0
    theirs, right = float(answer.flat[i]), float(wanted.flat[i])
    message = (
        f"The function is not {like}: at z = {Z.flat[i]:g} it gives {theirs:.6g}, {like} gives {right:.6g}."
    )
    return (Slip("other_function", (), message, f"the formula of {like}"),)
