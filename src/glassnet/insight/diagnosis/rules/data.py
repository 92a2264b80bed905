"""Rules about the data: scales, order, balance, rows that leak, labels that belong to other rows."""

from __future__ import annotations

import numpy as np

from glassnet.insight.diagnosis.case import GOOD_SCORE, Case
from glassnet.insight.diagnosis.measure import rms
from glassnet.insight.diagnosis.report import Finding
from glassnet.insight.diagnosis.rules.output import last_activations, output_range
from glassnet.insight.diagnosis.rules.rate import SLOW, ended, tried
from glassnet.insight.diagnosis.rules.scaling import (
    LARGEST_FEATURE,
    UNEVEN_FEATURES,
    makes_up_for_features,
    makes_up_for_targets,
)
from glassnet.insight.diagnosis.rules.words import said
from glassnet.plan import BATCH_NORM, DENSE, LAYER_NORM

LARGEST_TARGET = 20.0
# A feature of so small a spread moves pre-activations of a usual layer by less than this.
SMALLEST_SPREAD = 0.1
SEEN = 0.02
# Shares of classes: the rarest one has less than this part of an even share, and of the most frequent one.
RARE = 0.2
RATIO = 10.0
SORTED = 0.6
# Batches whose targets spread by more than this part of all are mixed, whatever the order.
MIXED = 0.7
FEWEST_ROWS = 40


def constant_targets(case: Case) -> Finding | None:
    """Targets that are the same for all samples."""
    targets = case.targets
    if len(case.x) < 2 or not targets.loss.takes_targets or bool((targets.values != targets.values[0]).any()):
        return None
    return Finding(
        "constant_targets",
        "warning",
        said("constant_targets", n=len(case.x)),
        said("constant_targets.remedy"),
        None,
        {"samples": len(case.x)},
        "Kohavi 1995, A Study of Cross-Validation and Bootstrap, section 3",
    )


def unscaled_inputs(case: Case) -> Finding | None:
    """Features of very different or large size."""
    samples = case.samples
    if _are_normalised(case) or not samples.measured.any():
        return None
    size, spread = (np.where(samples.measured, each, 0) for each in (samples.size, samples.spread))
    largest, widest = int(size.argmax()), int(spread.argmax())
    uneven = float(spread.max() / np.median(samples.spread[samples.measured]))
    if size.max() <= LARGEST_FEATURE and (uneven <= UNEVEN_FEATURES or size.max() <= 2):
        return None
    cause = said("unscaled_inputs", feature=case.feature(largest), size=float(size.max()))
    if uneven > UNEVEN_FEATURES:
        own = widest == largest
        which = (
            said("unscaled_inputs.own")
            if own
            else said("unscaled_inputs.other", feature=case.feature(widest))
        )
        cause = said("unscaled_inputs.uneven", before=cause, which=which, times=uneven)
    evidence: dict[str, float | str] = {
        "largest size": float(size.max()),
        "largest / median spread": uneven,
    }
    if makes_up_for_features(case):
        return _unscaled(case, said("unscaled_inputs.made_up", before=cause), evidence, is_made_up_for=True)
    return _unscaled(case, cause, evidence)


def _are_normalised(case: Case) -> bool:
    """Whether a normalisation stands before the first dense layer."""
    rows = case.network.plan().rows
    first_dense = next((i for i, row in enumerate(rows) if row.kind == DENSE), 0)
    return any(row.kind in (BATCH_NORM, LAYER_NORM) for row in rows[:first_dense])


def tiny_inputs(case: Case) -> Finding | None:
    """Features so small that the first layer hardly sees them, where the same training learns from scaled ones."""
    samples = case.samples
    if _are_normalised(case) or not samples.measured.any() or case.learned or case.targets.kind == "labels":
        return None
    widest = float(samples.spread[samples.measured].max())
    if widest >= SMALLEST_SPREAD:
        return None
    first = case.now.blocks[0]
    spread_of_first = rms(first.dense.z - first.dense.z.mean(axis=0))
    evidence: dict[str, float | str] = {
        "largest spread": widest,
        "spread of the first pre-activations": spread_of_first,
    }
    cause = (
        f"the features hardly vary: the largest spread is {widest:.2g}, and the pre-activations of layer 0 spread by "
        f"{spread_of_first:.2g}"
    )
    trials = case.trials
    if trials is None:
        return _unscaled(case, cause, evidence) if spread_of_first < SEEN else None
    x = case.x[case.rows].astype(np.float64)
    spread = np.where(samples.measured, samples.spread, 1.0)
    middle = np.where(samples.measured, x.mean(axis=0), 0.0)
    scaled = ((x - middle) / spread).astype(case.x.dtype)
    copies = tried(case, trials, lambda order: trials.repeated(order, x=scaled))
    if copies is None:
        return None
    loss = max(ended(case, trial) for trial in copies)
    evidence["loss with standardised inputs"] = loss
    return _unscaled(
        case, f"{cause}; copies that begin with the same weights reach a loss of {loss:.4g} on standardised ones",
        evidence,
    )  # fmt: skip


def _unscaled(
    case: Case, cause: str, evidence: dict[str, float | str], *, is_made_up_for: bool = False
) -> Finding:
    return Finding(
        "unscaled_inputs",
        "note" if case.learned or is_made_up_for else "warning",
        cause,
        said("unscaled_inputs.made_up.remedy" if is_made_up_for else "unscaled_inputs.remedy"),
        None,
        evidence,
        "LeCun, Bottou, Orr, Müller 1998, Efficient BackProp, section 4.3",
    )


def unscaled_targets(case: Case) -> Finding | None:
    """Values far from 1."""
    if case.targets.kind != "values":
        return None
    y = case.targets.matrix
    size = np.sqrt(np.square(y).mean(axis=0))
    if size.max() <= LARGEST_TARGET:
        return None
    worst = int(size.argmax())
    began = case.start
    cause = said("unscaled_targets", size=float(size.max()))
    if began is not None:
        cause = said("unscaled_targets.began", before=cause, output=rms(began.output[:, worst]))
    one_sided = case.targets.loss.domain[0] == 0 or output_range(last_activations(case)[-1])[0] >= 0
    fits = case.learned or (case.targets.loss.domain[0] == 0 and case.now.progress > SLOW)
    remedy = said("unscaled_targets.one_sided" if one_sided else "unscaled_targets.remedy")
    if makes_up_for_targets(case, worst):
        fits, cause = True, said("unscaled_targets.made_up", before=cause, layer=len(case.now.blocks) - 1)
        remedy = said("unscaled_targets.made_up.remedy")
    return Finding(
        "unscaled_targets",
        "note" if fits else "warning",
        cause,
        remedy,
        None,
        {"mean": float(y[:, worst].mean()), "standard deviation": float(y[:, worst].std())},
        "Bishop 1995, Neural Networks for Pattern Recognition, section 8.2",
    )


def imbalance(case: Case) -> Finding | None:
    """Classes that are much rarer than others."""
    if case.targets.kind != "classes":
        return None
    shares = case.targets.shares
    present = shares[shares > 0]
    ratio = float(present.max() / present.min())
    rare = present.min() * len(shares) < RARE
    if ratio < RATIO or not rare or len(case.x) < FEWEST_ROWS:
        return None
    rarest = int(np.flatnonzero(shares == present.min())[0])
    f1 = float(case.sample.f1(case.now.output).min())
    return Finding(
        "imbalance",
        "note" if f1 >= GOOD_SCORE else "warning",
        said(
            "imbalance", largest=case.class_(int(shares.argmax())), most=float(shares.max()),
            rarest=case.class_(rarest), least=float(present.min()), f1=f1,
        ),
        said("imbalance.remedy" if _weighs_alike(case) else "imbalance.weigh"),
        None,
        {
            "largest share": float(shares.max()), "smallest share": float(present.min()), "ratio": ratio,
            "least F1": f1,
        },
        "He, Garcia 2009, Learning from Imbalanced Data, section 3",
    )  # fmt: skip


def _weighs_alike(case: Case) -> bool:
    """Whether training gave the rare classes weight, or may have, where its weights are not known."""
    weights = case.training.weights
    if weights is None:
        return case.training.weighed
    by_class = np.bincount(case.targets.classes, weights[:, 0])
    return float(by_class.max()) < RATIO * float(by_class[by_class > 0].min())


def sorted_not_shuffled(case: Case) -> Finding | None:
    """Batches of one class after the other pull the network to and fro."""
    observed = case.observed
    if observed is None or observed.shuffled or observed.batch_size is None or observed.n_samples is None:
        return None
    if observed.batch_size >= observed.n_samples or observed.sortedness < SORTED or observed.mixture > MIXED:
        return None
    return Finding(
        "sorted_not_shuffled",
        "note" if case.learned else "warning",
        f"the samples come in the order of their targets and are not shuffled: within a batch of {observed.batch_size} "
        f"the targets spread by {observed.mixture:.0%} of what they do overall",
        "train with shuffle=True, or shuffle the samples once before",
        None,
        {
            "likeness of neighbours": observed.sortedness,
            "batch size": observed.batch_size,
            "samples": observed.n_samples,
        },
        "Bengio 2012, Practical Recommendations for Gradient-Based Training, section 2.1",
    )
