"""Layers, activations, losses and optimizers that stand in a module by themselves: each with the check that fits."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, NamedTuple

from glassnet.checking.finding.members import BACKWARD, DERIVATIVE, FORWARD, SWITCHES, method, switch
from glassnet.checking.finding.sources import required
from glassnet.checking.layer import check_layer
from glassnet.checking.loss.checking import check_loss
from glassnet.checking.loss.reading import GRADIENT, VALUE
from glassnet.checking.numerics.calling import why
from glassnet.checking.optimizer import check_optimizer
from glassnet.checking.optimizer.catalogue import RULES
from glassnet.checking.optimizer.names import GRADIENTS, STEP
from glassnet.checking.parts.activation import check_activation
from glassnet.checking.parts.derivative import check_derivative
from glassnet.checking.program.data import drawn
from glassnet.checking.program.limits import CALL_SECONDS, TookTooLong, Wish, clock, limited
from glassnet.checking.program.taking.making.building import objects_of
from glassnet.checking.program.taking.objects import meant_by
from glassnet.checking.program.trying.functions import is_learners
from glassnet.checking.program.words import meanings, says
from glassnet.checking.report import TAKEN_OVER, Report
from glassnet.errors import ArgumentError, GlassnetError

_SUFFIX = re.compile(r"_?(derivative|deriv|prime|gradient|grad|backward|diff|der)$")
_PREFIX = re.compile(r"^(derivative_of_|derivative_|deriv_|der_|grad_|d_|d)")
# The rule of an optimizer by its name, the first that fits; check_optimizer refuses what it does not know.
_RULES = {
    "adadelta": r"ada_?delta", "adamax": r"ada_?max", "nadam": r"nadam", "radam": r"radam", "amsgrad": r"ams_?grad",
    "adamw": r"adam_?w(?![a-z])", "adam": r"adam", "nesterov": r"nesterov|(^|_)nag", "rmsprop": r"rms_?prop",
    "adagrad": r"ada_?grad", "lion": r"(^|_)lion", "lbfgs": r"l_?bfgs", "rprop": r"rprop", "momentum": r"momentum",
    "sgd": r"sgd|gradient_?descent|(^|_)gd($|_)",
}  # fmt: skip
# Rules that the same name may mean where a setting makes one of the other.
_ALSO = {
    "sgd": ("momentum", "nesterov"), "momentum": ("nesterov",), "adam": ("adamw", "amsgrad"),
    "rmsprop": ("rmsprop_momentum", "rmsprop_centered"),
}  # fmt: skip
_ANY_RULE = re.compile(r"optimi[sz]er$|^update_?(params|parameters|weights)$")
# What makes no program wrong, or is right or wrong only with what stands around it; these become notes.
_REMARKS = {
    "gradients_accumulate": "gradients add up from one backward pass to the next: they must be set to 0 before each",
    "argument_changed": "it changes the arrays that it is given",
    "overflow": "right apart from numbers far out: {message} To change: {fix}",
    "integer_result": "{message}",
    "logarithm_of_zero": "right apart from probabilities of 0: {message} To change: {fix}",
    "clipped_logarithm": "{message}",
    "epsilon_inside_root": "{message} Other texts have it so.",
}
_BY_ITSELF = "by itself: {message} It is right where what uses it makes up for it"
_REMARKS_OF = {
    "check_loss": (
        "softmax_folded_in", "softmax_not_folded_in", "softmax_missing", "batch_mean_missing", "batch_mean_twice",
        "output_mean_missing", "output_mean_twice", "square_factor_missing", "square_factor_twice", "value_summed",
        "value_summed_over_outputs", "value_summed_over_samples", "value_averaged_over_outputs", "value_halved",
        "value_doubled", "value_not_reduced"),
    "check_optimizer": ("constant_factor", "other_setting"),
}  # fmt: skip


class Candidate(NamedTuple):
    """A part of a module with its check, and what of it runs where it does its work in a program."""

    name: str
    check: Callable[[], Report]
    working: tuple[Any, ...]


def pair_names(names: dict[str, Any]) -> list[str]:
    """What the parts are called, pairs as "relu and relu_derivative"."""
    return [candidate.name for candidate in _candidates(names)]


def part_reports(names: dict[str, Any], wish: Wish) -> list[tuple[str, Report]]:
    """The reports on the parts of a module, by what they are called; not on those that ran where all was right."""
    found, began = [], clock()
    for name, check, working in _candidates(names):
        if any(getattr(function, "__code__", None) in wish.ran for function in working):
            continue
        if wish.is_over(name, began + wish.seconds / 8):
            continue
        try:
            with limited(CALL_SECONDS):
                report = _lenient(check())
        except TookTooLong as reason:
            report = _unseen(f"its check takes {reason}")
        except GlassnetError as reason:
            report = _unseen(str(reason))
        except (Exception, SystemExit) as reason:  # learner's code that fails in the middle of a check
            report = _unseen(why(reason))
        found.append((name, report))
    return found


def _unseen(why: str) -> Report:
    return Report("check", None, not_checked=(why,))


def _lenient(report: Report) -> Report:
    """The report, in which what makes no program wrong is a note; of one that is right these alone are left."""
    if report.ok:
        return replace(report, notes=())
    remarks_on = _REMARKS | dict.fromkeys(_REMARKS_OF.get(report.subject, ()), _BY_ITSELF)
    remarks_on |= {slip.code: _BY_ITSELF for slip in report.slips if TAKEN_OVER in slip.message}
    if not report.slips or any(slip.code not in remarks_on for slip in report.slips):
        return report
    remarks = (remarks_on[slip.code].format(message=slip.message, fix=slip.fix) for slip in report.slips)
    return replace(report, ok=True, slips=(), evidence=(), notes=tuple(remarks))


def _candidates(names: dict[str, Any]) -> Iterator[Candidate]:
    learners = {
        name: value for name, value in names.items() if not name.startswith("_") and is_learners(value)
    }
    for name, cls in learners.items():
        if inspect.isclass(cls):
            yield from _of_class(name, cls, learners)
    functions = {name: value for name, value in learners.items() if inspect.isfunction(value)}
    for name, function in functions.items():
        base = _base(name, functions)
        if base is not None:
            yield _of_pair(base, name, functions[base], function)
        elif switch(function, SWITCHES) is not None:
            check = check_loss if says(name, "loss") else check_activation
            yield Candidate(name, lambda check=check, function=function: check(function), (function,))  # type: ignore[misc]
        elif _takes_gradients(function):
            yield from _of_optimizer(name, function)


def _of_class(name: str, cls: type, learners: dict[str, Any]) -> Iterator[Candidate]:
    value, backward = method(cls, VALUE if says(name, "loss") else FORWARD), method(cls, BACKWARD)
    slope, gradient = method(cls, DERIVATIVE), method(cls, GRADIENT)
    if method(cls, STEP) is not None and (
        _rule(name) or not any(_is_below(other, cls) for other in learners.values())
    ):
        yield from _of_optimizer(name, cls)
    if value is None or _is_abstract(cls, value):
        return
    if says(name, "loss"):
        if gradient is not None:
            yield Candidate(name, lambda: check_loss(cls), (gradient,))
    elif backward is not None:
        yield Candidate(name, lambda: _of_layer(cls), (backward,))
    elif slope is not None:
        yield Candidate(name, lambda: check_activation(cls), (slope,))


def _of_layer(cls: type) -> Report:
    """The report on a layer; of one that wants more than two sizes on an object, made by what its arguments mean."""
    try:
        return check_layer(cls)
    except ArgumentError:
        samples = drawn(3, 2, "classes")
        try:
            made = next(objects_of(cls, samples, meant_by(samples)), None)
        except ArgumentError:
            made = None
        if made is None:
            raise
        return check_layer(made)


def _is_below(other: Any, cls: type) -> bool:
    return inspect.isclass(other) and other is not cls and issubclass(other, cls)


def _of_pair(base: str, name: str, function: Callable[..., Any], derivative: Callable[..., Any]) -> Candidate:
    def check() -> Report:
        if says(base, "loss"):
            return check_loss(function, derivative)
        if name.endswith("backward") and len(required(function)) > 1:
            return check_layer((function, derivative))
        if len(required(function)) > 1:
            return _unseen(
                f"{base} takes several arguments, so it is no activation; whether it is a loss, its name does not say"
            )
        taken = [p.name for p in required(derivative) if meanings(p.name)[:1] == ["y"]]
        if taken and len(required(derivative)) > 1:
            return _unseen(
                f"{name} takes {taken[0]}, so it is part of the gradient of a loss and no derivative alone"
            )
        return of_either(function, derivative)

    return Candidate(f"{base} and {name}", check, (derivative,))


# ---- optimizers


def _rule(name: str) -> str | None:
    """The rule that the name of an optimizer says."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()
    return next((rule for rule, pattern in _RULES.items() if re.search(pattern, words)), None)


def _takes_gradients(function: Callable[..., Any]) -> bool:
    names = [parameter.name.lower() for parameter in required(function)]
    return len(names) > 1 and any(name in GRADIENTS or "grad" in name for name in names)


def _of_optimizer(name: str, step: Any) -> Iterator[Candidate]:
    rule = _rule(name)
    if rule is not None:
        yield Candidate(name, lambda: _of_rules(step, (rule, *_ALSO.get(rule, ()))), ())
    elif _ANY_RULE.search(name.lower()):
        yield Candidate(name, lambda: _of_any_rule(step), ())


def _of_rules(step: Any, rules: tuple[str, ...]) -> Report:
    """The report on an optimizer by the first of some rules that is right; else by the one that explains it best."""
    if rules[0] not in RULES:
        return _unseen(f"its rule, {rules[0]}, is none of those that check_optimizer knows")
    reports = []
    for rule in rules:
        reports.append(check_optimizer(step, rule))
        if reports[-1].ok:
            return reports[-1]
    named = [report for report in reports if report.slips]
    if named:
        return min(named, key=lambda report: (report.slips[0].code == "other_rule", len(report.slips)))
    line = reports[0].evidence[0]
    beside = f"{line.name} {line.yours}, by {rules[0]} {line.right}"
    return _unseen(f"its steps are those of no rule that is known: {beside}")


def _of_any_rule(step: Any) -> Report:
    """The report on an optimizer whose name says no rule: right where it follows any."""
    for rule in RULES:
        report = check_optimizer(step, rule)
        if report.ok:
            return report
    return _unseen(f"its name says no rule, and its steps are those of none of {', '.join(RULES)}")


def _is_abstract(cls: type, function: Callable[..., Any]) -> bool:
    code = getattr(function, "__code__", None)
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
    if _lenient(report).ok:
        return report
    other = check_derivative(f, df, takes="output")
    return other if _lenient(other).ok else report
