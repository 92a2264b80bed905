"""The check of a learner's optimizer, step by step beside the rule that it should follow."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Any

import numpy as np

from glassnet import checks
from glassnet.errors import ArgumentError
from glassnet.insight.check.learner_step import LearnerStep
from glassnet.insight.check.optimizer_rules import RULES, Rule, trajectory
from glassnet.insight.check.report import Evidence, Report, Slip, digits
from glassnet.insight.check.rounding import Array

SUBJECT = "check_optimizer"
N_STEPS = 6
FINE, COARSE = 1e-9, 1e-4
MOST_EQUALS = 4
OTHER_EPSILONS = (1e-6, 1e-7, 1e-8, 1e-10, 1e-12)

WORDS: dict[str, tuple[str, str]] = {
    "sign_flipped": ("The step goes up the gradient, not down.", "w -= learning_rate * ..."),
    "learning_rate_missing": ("The step is not multiplied by the learning rate.", "w -= learning_rate * ..."),
    "decay_missing": ("The weight decay is missing.", "g = g + weight_decay * w"),
    "gradient_damped": (
        "The gradient is multiplied by 1 - momentum; the rule adds it whole.", "v = momentum * v + g"),
    "look_ahead_missing": (
        "The step is that of plain momentum; Nesterov's looks ahead.", "w -= learning_rate * (g + momentum * v)"),
    "state_not_kept": ("What the rule carries from step to step begins at 0 in every step.", "keep it: self.v = ..."),
    "root_missing": ("The step is divided by the mean square, not by its root.", "... / (np.sqrt(v) + epsilon)"),
    "square_missing": ("The second mean is that of the gradient's size, not of its square.", "v = ... * g**2"),
    "epsilon_inside_root": ("Epsilon stands under the root.", "... / (np.sqrt(v) + epsilon)"),
    "epsilon_missing": ("Epsilon is missing.", "... / (np.sqrt(v) + epsilon)"),
    "one_minus_missing_of_m": ("The gradient is added whole to m.", "m = beta1 * m + (1 - beta1) * g"),
    "one_minus_missing_of_v": ("The squared gradient is added whole.", "v = beta2 * v + (1 - beta2) * g**2"),
    "shares_swapped": ("Old mean and new gradient have each other's share.", "m = beta * m + (1 - beta) * g"),
    "bias_correction_missing": (
        "The means are not corrected for their start at 0.", "m / (1 - beta1**t), v / (1 - beta2**t)"),
    "bias_correction_of_m_missing": ("m is not corrected for its start at 0.", "m / (1 - beta1**t)"),
    "bias_correction_of_v_missing": ("v is not corrected for its start at 0.", "v / (1 - beta2**t)"),
    "step_not_counted": ("The correction takes every step for the first.", "t += 1 in every step"),
    "step_counted_from_0": ("Steps are counted from 0, where the correction divides by 0.", "t = 1 in the first step"),
    "step_counted_from_2": ("Steps are counted from 2.", "t = 1 in the first step"),
    "betas_swapped": ("beta1 and beta2 are swapped.", "m = beta1 * m + ..., v = beta2 * v + ..."),
    "epsilon_before_correction": (
        "Epsilon is added before the correction, as in the paper's shorter form.", "m' / (np.sqrt(v') + epsilon)"),
    "decay_coupled": (
        "The decay is added to the gradient, as in Adam with weight decay; AdamW takes it from the weights.",
        "w -= learning_rate * weight_decay * w"),
    "decay_without_rate": (
        "The decay is not multiplied by the learning rate.", "w -= learning_rate * weight_decay * w"),
}  # fmt: skip


def check_optimizer(step_function: Any, like: str, **settings: float) -> Report:
    """Compare a learner's optimizer with the rule that it should follow, over some steps from fixed gradients.

    Parameters
    ----------
    step_function : callable, class or object
        A function ``step(w, g, ...)`` that returns the new w, or w and its states, or changes w; further arguments are
        known by their names (learning_rate, lr, beta1, m, v, t …; states begin at 0). Or an object with ``step``,
        ``update`` or ``update_params`` that takes arrays, dictionaries or lists of them, or a layer with weights and
        dweights.
    like : {"sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "adamw"}
        The rule; definitions and defaults are those of ``torch.optim``.
    **settings : float
        learning_rate, momentum, alpha, beta1, beta2, epsilon, weight_decay, as your optimizer has them; those that it
        has as attributes or defaults are found.

    Returns
    -------
    Report
        Codes: sign_flipped, learning_rate_missing, state_not_kept, gradient_damped, look_ahead_missing, root_missing,
        square_missing, epsilon_inside_root, one_minus_missing_of_m, one_minus_missing_of_v, shares_swapped,
        bias_correction_missing (also _of_m_ and _of_v_), step_not_counted, step_counted_from_0, step_counted_from_2,
        betas_swapped, decay_missing, decay_coupled, decay_without_rate.

    Raises
    ------
    ArgumentError
        If the optimizer cannot be stepped, or no rule has that name.
    """
    if like not in RULES:
        raise ArgumentError(f"like must be one of {', '.join(RULES)}; got {like!r}")
    rule = RULES[like]
    unknown = sorted(set(settings) - set(rule.defaults))
    if unknown:
        raise ArgumentError(f"{like} has the settings {', '.join(rule.defaults)}; got {', '.join(unknown)}")
    given = {name: checks.number(name, value, least=0) for name, value in settings.items()}
    learner = LearnerStep(step_function, rule.defaults, given)
    random = np.random.default_rng(11)
    w, gradients = random.normal(size=(3, 2)), [random.normal(size=(3, 2)) for _ in range(N_STEPS)]
    with np.errstate(all="ignore"):
        return _judge(rule, learner.settings, learner.run(w, gradients), w, gradients)


def _judge(
    rule: Rule, settings: dict[str, float], mine: list[Array], w: Array, gradients: list[Array]
) -> Report:
    right = trajectory(rule, settings, frozenset(), w, gradients)
    used = "settings: " + ", ".join(f"{name} {value:g}" for name, value in settings.items())
    if _same(mine, right, FINE):
        return Report(SUBJECT, True, notes=(used,))
    for tolerance in (FINE, COARSE):
        for n in (1, 2):
            found = list(_explanations(rule, settings, mine, w, gradients, n, tolerance))
            if found:
                return _named(found, mine, right, used)
        if _same(mine, right, tolerance):
            return Report(SUBJECT, True, notes=(used, "the steps agree to single precision"))
    return Report(SUBJECT, False, evidence=(_line(mine, right),), notes=(used,))


def _explanations(
    rule: Rule,
    settings: dict[str, float],
    mine: list[Array],
    w: Array,
    gradients: list[Array],
    n: int,
    tolerance: float,
) -> Iterator[tuple[str, ...]]:
    for slips in combinations(rule.slips, n):
        if _same(mine, trajectory(rule, settings, frozenset(slips), w, gradients), tolerance):
            yield slips
    if n == 1 and "epsilon" in settings:
        for epsilon in OTHER_EPSILONS:
            other = settings | {"epsilon": epsilon}
            if _same(mine, trajectory(rule, other, frozenset(), w, gradients), tolerance):
                yield (f"epsilon is {epsilon:g}",)


def _same(mine: list[Array], others: list[Array], tolerance: float) -> bool:
    return all(
        np.allclose(a, b, rtol=tolerance, atol=tolerance * 1e-3, equal_nan=True)
        for a, b in zip(mine, others, strict=True)
    )


def _named(found: list[tuple[str, ...]], mine: list[Array], right: list[Array], used: str) -> Report:
    best, *others = found
    if best[0] not in WORDS:
        return Report(SUBJECT, True, notes=(used, f"but {best[0]}"))
    if best == ("epsilon_before_correction",):
        return Report(SUBJECT, True, notes=(used, WORDS[best[0]][0]))
    slips = tuple(Slip(code, (), *WORDS[code]) for code in best)
    equals = tuple(" and ".join(codes) for codes in others)[:MOST_EQUALS]
    return Report(SUBJECT, False, slips, (_line(mine, right),), (used,), equals)


def _line(mine: list[Array], right: list[Array]) -> Evidence:
    """The first step after which the parameters differ."""
    step = next(
        t for t, (a, b) in enumerate(zip(mine, right, strict=True)) if not np.allclose(a, b, rtol=1e-9)
    )
    place = np.unravel_index(np.argmax(np.abs(mine[step] - right[step])), mine[step].shape)
    texts = digits(float(mine[step][place]), float(right[step][place]))
    return Evidence(f"w after step {step + 1}", f"[{int(place[0])}, {int(place[1])}]", *texts)
