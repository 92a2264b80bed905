"""Layers, activations and losses that stand in a module by themselves: each with the check that fits."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from glassnet.checking.finding.sources import required
from glassnet.checking.layer import check_layer
from glassnet.checking.loss.checking import check_loss
from glassnet.checking.parts.activation import check_activation
from glassnet.checking.parts.derivative import check_derivative
from glassnet.checking.parts.parts import BACKWARD, FORWARD, method
from glassnet.checking.program.trying.functions import is_learners
from glassnet.checking.program.words import says
from glassnet.checking.report import Report
from glassnet.errors import GlassnetError

_SUFFIX = re.compile(r"_?(derivative|deriv|prime|gradient|grad|backward|diff|der)$")
_PREFIX = re.compile(r"^(derivative_of_|derivative_|deriv_|der_|grad_|d_|d)")


def pair_names(names: dict[str, Any]) -> list[str]:
    """What the parts are called, pairs as "relu and relu_derivative"."""
    return [name for name, _ in _checks(names)]


def part_reports(names: dict[str, Any]) -> list[tuple[str, Report]]:
    """The reports on the parts of a module, by what they are called."""
    found = []
    for name, check in _checks(names):
        try:
            found.append((name, _lenient(check())))
        except GlassnetError as reason:
            found.append((name, Report("check", None, not_checked=(str(reason),))))
        except Exception as reason:  # learner's code that fails in the middle of a check
            found.append((name, Report("check", None, not_checked=(f"{type(reason).__name__}: {reason}",))))
    return found


_REMARKS = {
    "argument_changed": "it changes the arrays that it is given",
    "overflow": "right apart from numbers far out: {message} To change: {fix}",
}


def _lenient(report: Report) -> Report:
    """A part that is right, but changes its arrays or overflows far out, makes no program wrong."""
    if report.evidence or not report.slips or any(slip.code not in _REMARKS for slip in report.slips):
        return report
    remarks = (_REMARKS[slip.code].format(message=slip.message, fix=slip.fix) for slip in report.slips)
    return replace(report, ok=True, slips=(), notes=(*report.notes, *remarks))


def _checks(names: dict[str, Any]) -> Iterator[tuple[str, Callable[[], Report]]]:
    for name, cls in names.items():
        if not inspect.isclass(cls) or not is_learners(cls) or name.startswith("_"):
            continue
        if method(cls, FORWARD) is None or method(cls, BACKWARD) is None or says(name, "loss"):
            continue
        if _is_abstract(cls):
            continue
        yield name, lambda cls=cls: check_layer(cls)  # type: ignore[misc]
    functions = {
        name: value for name, value in names.items() if inspect.isfunction(value) and is_learners(value)
    }
    for name, derivative in functions.items():
        base = _base(name, functions)
        if base is None:
            continue
        pair = (functions[base], derivative)
        if says(base, "loss"):
            yield f"{base} and {name}", lambda pair=pair: check_loss(*pair)  # type: ignore[misc]
        elif name.endswith("backward") and len(required(pair[0])) > 1:
            yield f"{base} and {name}", lambda pair=pair: check_layer(pair)  # type: ignore[misc]
        else:
            yield f"{base} and {name}", lambda pair=pair: of_either(*pair)  # type: ignore[misc]


def _is_abstract(cls: type) -> bool:
    forward = method(cls, FORWARD)
    code = getattr(forward, "__code__", None)
    return inspect.isabstract(cls) or (
        code is not None
        and ("NotImplementedError" in code.co_names or code.co_code == _EMPTY.__code__.co_code)
    )


def _EMPTY(self: Any) -> None:
    pass


def _base(name: str, functions: dict[str, Any]) -> str | None:
    lower = {key.lower(): key for key in functions}
    for base in (_SUFFIX.sub("", name.lower()), _PREFIX.sub("", name.lower())):
        if base and base != name.lower():
            for candidate in (base, f"{base}_forward"):
                if candidate in lower:
                    return lower[candidate]
    return None


def of_either(f: Callable[..., Any], df: Callable[..., Any]) -> Report:
    """The report on a derivative of the input or of the output; where one reading is right, that one."""
    if len(required(df)) > 1 or len(required(f)) != 1:
        return check_activation((f, df))
    report = check_derivative(f, df)
    if report.ok:
        return report
    other = check_derivative(f, df, takes="output")
    return other if other.ok else report
