"""What a learner's steps are: those of the rule, those of the rule with slips, or those with other settings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import combinations, pairwise

import numpy as np

from glassnet.checking.optimizer.catalogue import RULES
from glassnet.checking.optimizer.rules import Rule, Settings
from glassnet.checking.optimizer.steps import COARSE, FINE, LearnerSteps, fitted

# Epsilons that are met in code; those above the last harmless one change the steps of ordinary gradients.
EPSILONS = (1e-16, 1e-15, 1e-12, 1e-10, 1e-9, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1)
HARMLESS_EPSILON = 1e-4
# Values that texts give beside the default.
PUBLISHED: dict[str, tuple[float, ...]] = {"alpha": (0.9, 0.99), "rho": (0.9, 0.95)}


@dataclass(frozen=True)
class StepFinding:
    """What gives the learner's steps."""

    slips: tuple[str, ...]  # codes; empty where the steps are right
    conventions: tuple[str, ...]  # codes of other ways to write the rule
    settings: Settings  # with these settings
    factor: float = 1.0  # the learner's steps in parts of those
    changed: Settings = field(default_factory=dict)  # settings that are others in the steps
    other: str = ""  # another rule's name
    read_off: tuple[str, ...] = ()  # what was read off the steps, since nothing says it
    fading: tuple[float, ...] = ()  # what the learning rate is multiplied by in each step, where it falls
    epsilon: float | None = None  # the epsilon that was expected, where there is one
    single: bool = False  # whether they agree to single precision only


def right(steps: LearnerSteps, rule: Rule, settings: Settings, free: set[str]) -> StepFinding | None:
    """The rule itself, in one of its conventions, with an epsilon of the learner's own; a free rate is read off."""
    for conventions in _conventions(rule):
        for own in _values(settings, free, HARMLESS_EPSILON):
            for rated in _rated(steps, rule, own, conventions, free):
                missing = rated["learning_rate"] == 1.0 != own["learning_rate"]
                if steps.equal(steps.of(rule, rated, conventions)) and not missing:
                    return _finding((), conventions, rated, settings)
    return None


def _rated(
    steps: LearnerSteps, rule: Rule, settings: Settings, slips: tuple[str, ...], free: set[str]
) -> Iterator[Settings]:
    """These settings, and where the learner's code does not say the rate those with the one that the steps show."""
    yield settings
    if "learning_rate" in free and "learning_rate_missing" not in slips:
        factor = steps.factor(steps.of(rule, settings, slips))
        if factor > 0 and np.isfinite(factor):
            yield settings | {"learning_rate": float(f"{factor * settings['learning_rate']:.10g}")}


def _finding(
    slips: tuple[str, ...], conventions: tuple[str, ...], own: Settings, settings: Settings
) -> StepFinding:
    """What was found with settings of which some were read off the steps."""
    read_off = tuple(
        f"{name} {own[name]:g}" for name in own if name != "epsilon" and own[name] != settings[name]
    )
    return StepFinding(slips, conventions, own, read_off=read_off, epsilon=settings.get("epsilon"))


def _conventions(rule: Rule) -> tuple[tuple[str, ...], ...]:
    return ((), *((code,) for code in rule.conventions))


def _fading(steps: LearnerSteps, rule: Rule, settings: Settings) -> StepFinding | None:
    """The rule itself with a learning rate that falls from step to step."""
    for conventions in _conventions(rule):
        wanted = steps.of(rule, settings, conventions)
        factors = [LearnerSteps.ratio(mine, right) for mine, right in zip(steps.given, wanted, strict=True)]
        falls = all(0 < after <= before * (1 + FINE) for before, after in pairwise(factors))
        begins_whole = abs(factors[0] - 1) < FINE
        if begins_whole and falls and steps.equal(wanted * np.array(factors)[:, None]):
            return StepFinding((), conventions, settings, fading=tuple(factors))
    return None


def nearly(steps: LearnerSteps, rule: Rule, settings: Settings) -> StepFinding | None:
    """The rule itself with a learning rate that falls, or to single precision."""
    return _fading(steps, rule, settings) or _rounded(steps, rule, settings)


def _rounded(steps: LearnerSteps, rule: Rule, settings: Settings) -> StepFinding | None:
    """The rule itself, to single precision."""
    for conventions in _conventions(rule):
        if steps.equal(steps.of(rule, settings, conventions), COARSE):
            return StepFinding((), conventions, settings, single=True)
    return None


def _values(settings: Settings, free: set[str], most: float) -> Iterator[Settings]:
    """These settings, then values that texts have, and epsilons that code has within it, of those that are free."""
    yield settings
    published = [settings | {name: v} for name in sorted(free & set(PUBLISHED)) for v in PUBLISHED[name]]
    for own in (settings, *published):
        yield own
        if "epsilon" in settings:
            yield from (own | {"epsilon": epsilon} for epsilon in EPSILONS if epsilon <= most)


def explanations(
    steps: LearnerSteps, rule: Rule, settings: Settings, free: set[str], n: int, tolerance: float
) -> Iterator[StepFinding]:
    """The rule with n slips that gives these steps, the likeliest first."""
    findings = _of_slips(steps, rule, settings, free, n, tolerance)
    yield from findings
    if n == 2:
        for slip in rule.slips:
            yield from _factors(steps, rule, settings, (slip,), tolerance)
    elif not findings:
        yield from _factors(steps, rule, settings, (), tolerance)
        yield from _other_rules(steps, rule, settings, tolerance)
        yield from _of_settings(steps, rule, settings, tolerance)


def _of_slips(
    steps: LearnerSteps, rule: Rule, settings: Settings, free: set[str], n: int, tolerance: float
) -> list[StepFinding]:
    """Slips with the likeliest settings with which any give the steps."""
    fine = n == 1 and tolerance == FINE
    for conventions in _conventions(rule) if n == 1 else ((),):
        for own in _values(settings, free, 1.0) if fine and "epsilon" in free else (settings,):
            findings = [
                _finding(slips, conventions, rated, settings)
                for slips in combinations(_with_effect(steps, rule, own, conventions), n)
                for rated in _rated(steps, rule, own, (*slips, *conventions), free if n == 1 else set())
                if steps.equal(steps.of(rule, rated, (*slips, *conventions)), tolerance)
            ]
            if findings:
                return findings
    return []


def _with_effect(
    steps: LearnerSteps, rule: Rule, settings: Settings, conventions: tuple[str, ...]
) -> tuple[str, ...]:
    """The slips that change anything with these settings."""
    right = steps.of(rule, settings, conventions)
    return tuple(
        slip
        for slip in rule.slips
        if not np.array_equal(steps.of(rule, settings, (slip, *conventions)), right, equal_nan=True)
    )


def _factors(
    steps: LearnerSteps, rule: Rule, settings: Settings, slips: tuple[str, ...], tolerance: float
) -> Iterator[StepFinding]:
    """A constant factor on all steps."""
    for conventions in _conventions(rule):
        factor = steps.factor(steps.of(rule, settings, (*slips, *conventions)))
        own = settings | {"learning_rate": factor * settings["learning_rate"]}
        if (
            np.isfinite(factor)
            and factor != 1
            and steps.equal(steps.of(rule, own, (*slips, *conventions)), tolerance)
        ):
            yield StepFinding((*slips, "constant_factor"), conventions, settings, factor)


def _other_rules(
    steps: LearnerSteps, rule: Rule, settings: Settings, tolerance: float
) -> Iterator[StepFinding]:
    for name, other in RULES.items():
        own = other.defaults | {key: value for key, value in settings.items() if key in other.defaults}
        if other.step is not rule.step and steps.equal(steps.of(other, own, ()), tolerance):
            yield StepFinding(("other_rule",), (), settings, other=name)


def _of_settings(
    steps: LearnerSteps, rule: Rule, settings: Settings, tolerance: float
) -> Iterator[StepFinding]:
    """The rule with one other number, or Adam's with both of its means' shares."""
    shares = [name for name in ("momentum", "alpha", "rho", "beta1", "beta2") if name in settings]
    tries = [(name,) for name in shares] + [("weight_decay",)] + ([tuple(shares)] if len(shares) > 1 else [])
    for conventions in _conventions(rule):
        for names in tries:
            fit = fitted(steps, rule, settings, names, conventions, tolerance)
            if fit is not None:
                changed = {name: fit[name] for name in names if fit[name] != settings[name]}
                yield StepFinding(("other_setting",), conventions, settings, changed=changed)
    if "epsilon" in settings:
        for epsilon in EPSILONS:
            own = settings | {"epsilon": epsilon}
            if epsilon > HARMLESS_EPSILON and steps.equal(steps.of(rule, own, ()), tolerance):
                yield StepFinding(("other_setting",), (), settings, changed={"epsilon": epsilon})
