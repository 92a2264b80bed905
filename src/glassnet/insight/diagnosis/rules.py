"""All rules, in the order in which causes come before what follows from them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from glassnet.insight.diagnosis import (
    data_rules,
    fit_rules,
    network_rules,
    rate_rules,
    start_rules,
    unit_rules,
)
from glassnet.insight.diagnosis.case import Case
from glassnet.insight.diagnosis.report import Finding


@dataclass(frozen=True)
class Rule:
    """One finding, and how it is found.

    Attributes
    ----------
    find : callable
        The finding of a case, or None.
    explained_by : tuple of str
        Codes of which this one is a mere consequence: where one of them is found, this one is not reported.
    trains : bool
        Whether it needs short trainings of copies, see :mod:`glassnet.insight.diagnosis.trials`.
    """

    find: Callable[[Case], Finding | None]
    explained_by: tuple[str, ...] = ()
    trains: bool = False


# Where one of these is found, no trial says anything about the learning rate or the size of the network.
_UNFIT = (
    "output_loss_mismatch", "labels_unrelated", "symmetric_weights", "unscaled_targets", "unscaled_inputs",
)  # fmt: skip
# These keep the loss where it is, whatever the learning rate. A collapsed representation is none of them: it may be
# what a wrong rate or too few units left behind, and the trials of those rules tell.
_STUCK = ("scale_too_small", "vanishing_gradient", "dead_units", "saturated_units")
_RATE = ("learning_rate_too_low", "learning_rate_too_high")

RULES = (
    Rule(data_rules.unscaled_inputs),
    Rule(data_rules.unscaled_targets),
    Rule(data_rules.imbalance),
    Rule(data_rules.leakage),
    Rule(data_rules.labels_unrelated),
    Rule(data_rules.sorted_not_shuffled),
    Rule(network_rules.missing_nonlinearity),
    Rule(network_rules.output_loss_mismatch),
    Rule(network_rules.dropout_at_prediction),
    Rule(unit_rules.symmetric_weights),
    Rule(start_rules.scale_too_small, ("symmetric_weights",)),
    Rule(start_rules.scale_too_large),
    Rule(start_rules.exploding_gradient),
    Rule(start_rules.vanishing_gradient, ("symmetric_weights", "scale_too_small")),
    Rule(unit_rules.dead_units),
    Rule(unit_rules.saturated_units, ("unscaled_inputs",)),
    Rule(unit_rules.collapsed_representation, ("symmetric_weights", "unscaled_inputs")),
    Rule(
        start_rules.initial_loss_not_chance,
        ("unscaled_inputs", "unscaled_targets", "output_loss_mismatch"),
    ),
    Rule(
        rate_rules.learning_rate_too_high,
        # Not exploding_gradient: weights that a step has thrown far off make gradients grow, too.
        (*_UNFIT, "scale_too_large"),
        trains=True,
    ),
    Rule(
        rate_rules.learning_rate_too_low,
        (*_UNFIT, *_STUCK),
        trains=True,
    ),
    Rule(fit_rules.overfitting, ("labels_unrelated",)),
    Rule(fit_rules.underfitting_by_penalty, ("labels_unrelated",), trains=True),
    Rule(
        fit_rules.too_few_units,
        (*_UNFIT, *_STUCK, *_RATE, "underfitting"),
        trains=True,
    ),
    Rule(
        fit_rules.underfitting,
        (
            *_UNFIT,
            *_STUCK,
            *_RATE,
            "underfitting",
            "sorted_not_shuffled",
            "exploding_gradient",
            "scale_too_large",
            "missing_nonlinearity",
        ),
        trains=True,
    ),
    Rule(fit_rules.loss_at_chance, ("labels_unrelated",)),
)


def findings(case: Case, *, trains: bool = True) -> list[Finding]:
    """What the rules find; without `trains` only those that need no training."""
    found: dict[str, Finding] = {}
    for rule in RULES:
        if (rule.trains and not trains) or not found.keys().isdisjoint(rule.explained_by):
            continue
        finding = rule.find(case)
        if finding is not None:
            found[finding.code] = finding
    return list(found.values())
