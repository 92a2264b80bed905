"""All rules, in the order in which they are asked, and the order in which causes come before what follows from them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from glassnet.insight.diagnosis.case import Case
from glassnet.insight.diagnosis.report import Finding
from glassnet.insight.diagnosis.rules import collapse as collapse_rules
from glassnet.insight.diagnosis.rules import data as data_rules
from glassnet.insight.diagnosis.rules import fit as fit_rules
from glassnet.insight.diagnosis.rules import held as held_rules
from glassnet.insight.diagnosis.rules import network as network_rules
from glassnet.insight.diagnosis.rules import output as output_rules
from glassnet.insight.diagnosis.rules import rate as rate_rules
from glassnet.insight.diagnosis.rules import relation as relation_rules
from glassnet.insight.diagnosis.rules import scaling as scaling_rules
from glassnet.insight.diagnosis.rules import split as split_rules
from glassnet.insight.diagnosis.rules import start as start_rules
from glassnet.insight.diagnosis.rules import unit as unit_rules
from glassnet.insight.diagnosis.training import Training
from glassnet.support.registry import compact_repr
from glassnet.support.text import enumerated


@dataclass(frozen=True)
class Rule:
    """One finding, and how it is found.

    Attributes
    ----------
    find : callable
        The finding of a case, or None.
    place : float
        Where its finding stands in the report: causes before what may follow from them.
    explained_by : tuple of str
        Codes of which this one is a mere consequence: where one of them is found, this one is not reported.
    trains : bool
        Whether it needs short trainings of copies, see :mod:`glassnet.insight.diagnosis.trials`.
    """

    find: Callable[[Case], Finding | None]
    place: float
    explained_by: tuple[str, ...] = ()
    trains: bool = False


# Places: what the data are; how the network is written; how it begins; how it is trained; what became of its units;
# how it fits.
_DATA, _WRITTEN, _START, _COURSE, _UNITS, _FIT = range(0, 600, 100)

# Where one of these is found, no trial says anything about the learning rate or the size of the network.
_UNFIT = (
    "output_loss_mismatch", "labels_unrelated", "symmetric_weights", "unscaled_targets", "unscaled_inputs",
)  # fmt: skip
# In the place of a code where weights and biases make up for it. Then other networks of these layers, with weights of
# their own, do not learn from the samples as they are, and errors grow and shrink with the scales inside.
MADE_UP_FOR = "made up for"
# These keep the loss where it is, whatever the learning rate. A collapsed representation is none of them: it may be
# what a wrong rate or too few units left behind, and the trials of those rules tell.
_STUCK = ("scale_too_small", "vanishing_gradient", "dead_units", "saturated_units", "broadcast_targets")
_COURSES = (
    "learning_rate_too_low", "learning_rate_too_high", "clipped_too_much", "weighed_down", "held_back", "average_lags",
)  # fmt: skip
# What tells better than underfitting why a network is behind.
_BETTER_TOLD = (
    *_UNFIT, *_STUCK, *_COURSES, "underfitting", "sorted_not_shuffled", "exploding_gradient", "scale_too_large",
    "missing_nonlinearity", "no_biases", "statistics_lag",
)  # fmt: skip

# What explains nothing of its own beside its cause: a layer of one unit is soon dead, or flat.
_FOLLOWS = {"dead_units": "too_few_units", "saturated_units": "too_few_units"}

RULES = (
    Rule(data_rules.constant_targets, _DATA),
    Rule(network_rules.not_finite, _UNITS),
    Rule(relation_rules.labels_unrelated, _DATA, trains=True),
    Rule(data_rules.unscaled_inputs, _DATA + 1),
    Rule(data_rules.tiny_inputs, _DATA + 1, ("unscaled_inputs", "labels_unrelated"), trains=True),
    Rule(data_rules.unscaled_targets, _DATA + 2),
    Rule(data_rules.sorted_not_shuffled, _DATA + 3),
    Rule(data_rules.imbalance, _DATA + 4),
    Rule(split_rules.leakage, _DATA + 5),
    Rule(split_rules.split_differs, _DATA + 6),
    Rule(network_rules.dropout_at_prediction, _FIT + 3),
    Rule(output_rules.output_loss_mismatch, _WRITTEN),
    Rule(
        output_rules.squared_probabilities,
        _WRITTEN,
        ("output_loss_mismatch", "labels_unrelated", "symmetric_weights", "unscaled_inputs"),
        trains=True,
    ),
    Rule(network_rules.missing_nonlinearity, _WRITTEN + 1),
    Rule(fit_rules.broadcast_targets, _WRITTEN + 2),
    Rule(unit_rules.symmetric_weights, _START),
    Rule(start_rules.scale_too_small, _START + 1, ("symmetric_weights",)),
    Rule(start_rules.scale_too_large, _START + 2),
    Rule(unit_rules.dead_at_start, _START + 3),
    Rule(unit_rules.saturated_at_start, _START + 4, ("unscaled_inputs",)),
    Rule(start_rules.exploding_at_start, _START + 5),
    Rule(start_rules.vanishing_at_start, _START + 6, ("symmetric_weights", "scale_too_small")),
    Rule(
        start_rules.initial_loss_not_chance,
        _COURSE + 9,
        ("unscaled_inputs", "unscaled_targets", "output_loss_mismatch"),
    ),
    Rule(unit_rules.dead_units, _UNITS, ("dead_units",)),
    Rule(unit_rules.saturated_units, _UNITS + 1, ("unscaled_inputs", "saturated_units")),
    Rule(start_rules.exploding_gradient, _UNITS + 2, ("exploding_gradient", MADE_UP_FOR)),
    Rule(
        start_rules.vanishing_gradient,
        _UNITS + 3,
        ("vanishing_gradient", "exploding_gradient", "symmetric_weights", "scale_too_small", MADE_UP_FOR),
    ),
    Rule(collapse_rules.collapsed_representation, _UNITS + 4, ("symmetric_weights", "unscaled_inputs")),
    Rule(network_rules.statistics_lag, _UNITS + 5),
    Rule(held_rules.average_lags, _COURSE + 4),
    Rule(held_rules.held_back, _COURSE, (*_UNFIT, *_STUCK), trains=True),
    Rule(
        network_rules.no_biases,
        _WRITTEN + 3,
        (*_UNFIT, MADE_UP_FOR, "broadcast_targets"),
        trains=True,
    ),
    Rule(rate_rules.clipped_too_much, _COURSE, (*_UNFIT, *_STUCK), trains=True),
    Rule(rate_rules.weighed_down, _COURSE + 1, (*_UNFIT, *_STUCK, "clipped_too_much"), trains=True),
    Rule(
        rate_rules.learning_rate_too_high,
        _COURSE + 2,
        # Not exploding_gradient: weights that a step has thrown far off make gradients grow, too.
        (*_UNFIT, "scale_too_large", "clipped_too_much", "weighed_down"),
        trains=True,
    ),
    Rule(
        rate_rules.learning_rate_too_low,
        _COURSE + 3,
        (
            *_UNFIT, *_STUCK, "learning_rate_too_high", "clipped_too_much", "weighed_down", "no_biases",
            "statistics_lag", "held_back", "average_lags",
        ),
        trains=True,
    ),
    Rule(split_rules.overfitting, _FIT + 7, ("labels_unrelated",)),
    Rule(fit_rules.underfitting_by_penalty, _COURSE + 5, ("labels_unrelated",), trains=True),
    Rule(
        network_rules.too_few_units,
        _WRITTEN + 4,
        # Copies draw their weights as the network did.
        (
            *_UNFIT, MADE_UP_FOR, *(code for code in _STUCK if code not in _FOLLOWS), *_COURSES, "scale_too_large",
            "exploding_gradient", "underfitting", "no_biases",
        ),
        trains=True,
    ),
    Rule(fit_rules.underfitting_of_few, _FIT + 6, (*_BETTER_TOLD, MADE_UP_FOR), trains=True),
    Rule(fit_rules.underfitting, _FIT + 6, _BETTER_TOLD, trains=True),
    Rule(fit_rules.loss_at_chance, _FIT + 8, ("labels_unrelated",)),
)  # fmt: skip


# What can be said of outputs that are no numbers, and of targets that are all the same.
_ALWAYS = tuple(
    rule
    for rule in RULES
    if rule.find
    in (
        data_rules.constant_targets, data_rules.unscaled_inputs, data_rules.unscaled_targets, network_rules.not_finite,
        rate_rules.learning_rate_too_high, start_rules.scale_too_large, start_rules.exploding_at_start,
    )
)  # fmt: skip


def findings(case: Case, *, trains: bool = True) -> list[Finding]:
    """What the rules find, causes first, notes last; without `trains` only those that need no training."""
    by_code: dict[str, tuple[bool, float, Finding]] = {}
    for rule in RULES if _can_be_measured(case) else _ALWAYS:
        causes = {
            MADE_UP_FOR if scaling_rules.is_made_up_for(cause) else code
            for code, (*_, cause) in by_code.items()
            if not relation_rules.is_doubt(cause) and _FOLLOWS.get(code) not in by_code
        }
        if (rule.trains and not trains) or not causes.isdisjoint(rule.explained_by):
            continue
        finding = rule.find(case)
        if finding is not None:
            by_code[finding.code] = finding.severity == "note", rule.place, finding
    return [finding for *_, finding in sorted(by_code.values(), key=lambda entry: entry[:2])]


def _can_be_measured(case: Case) -> bool:
    """Whether outputs are numbers and targets differ."""
    return network_rules.not_finite(case) is None and data_rules.constant_targets(case) is None


_BEGAN = "how it began (start= gives it, and callbacks=[gn.Diagnosis()] of fit keeps it)"
_BEGAN_ELSEWHERE = "how it began (start= gives it, or trained=False)"


def not_looked_at(case: Case) -> tuple[str, ...]:
    """What nothing is said about, since nobody saw it."""
    if not case.may_be_trained or case.targets.kind == "labels" or not _can_be_measured(case):
        return ()
    missing = []
    if case.start is None:
        missing.append(_BEGAN_ELSEWHERE if _is_from_elsewhere(case) else _BEGAN)
    if case.trials is None:
        missing.append(f"the steps of its training ({_why_not_repeated(case.training)})")
    return tuple(missing)


def _is_from_elsewhere(case: Case) -> bool:
    return case.network.state is None and case.history is None


def _why_not_repeated(known: Training) -> str:
    if known.optimizer is not None and not known.optimizer.takes_steps:
        return f"{compact_repr(known.optimizer)} is not repeated on copies"
    absent = (
        ("start=", known.first is None and known.begun is None), ("optimizer=", known.optimizer is None),
        ("epochs=", known.epochs == 0), ("batch_size=", known.begun is not None and known.batch_size is None),
        ("sample_weight= or class_weight=", known.weighed and known.weights is None),
    )  # fmt: skip
    names = [name for name, is_absent in absent if is_absent]
    if not names:
        return "no copy that begins as the seed draws it ended where it did"
    return f"{enumerated(names)} {'lets' if len(names) == 1 else 'let'} copies repeat it"
