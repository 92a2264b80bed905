"""Rules about the data: scales, order, balance, rows that leak, labels that belong to other rows."""

from __future__ import annotations

import numpy as np

from glassnet.insight.diagnosis.case import Case
from glassnet.insight.diagnosis.report import Finding
from glassnet.insight.diagnosis.samples import Samples
from glassnet.plan import BATCH_NORM, DENSE, LAYER_NORM

# Initialisers suppose features of size about 1. Pixels from 0 to 16 and centimetres up to 8 still train well.
LARGEST_FEATURE = 20.0
UNEVEN_FEATURES = 30.0
LARGEST_TARGET = 20.0
# Shares of classes: the rarest one has less than this part of an even share, and of the most frequent one.
RARE = 0.2
RATIO = 10.0
SORTED = 0.6
LEAKED = 0.05
FEWEST_ROWS = 40
# With fewer rows even a relation worth a third of the score may not stand out from shuffled targets by as much:
# 80 rows of two even classes give a score to within 0.11, and a few wrong labels hide the rest.
FEWEST_ROWS_UNRELATED = 100
# Deviations above shuffled targets below which no relation is seen; chance gives 2.7 to one of the two predictions once
# in some 100 times, and a relation worth a tenth of the score gives more from 100 rows on.
RELATED = 2.7
# A network that predicts samples held back better than this knows of a relation.
FORESEEN = 0.2


def unscaled_inputs(case: Case) -> Finding | None:
    """Features of very different or large size."""
    rows = case.network.plan().rows
    first_dense = next((i for i, row in enumerate(rows) if row.kind == DENSE), 0)
    if any(row.kind in (BATCH_NORM, LAYER_NORM) for row in rows[:first_dense]):
        return None
    samples = case.samples
    if not samples.varying.any():
        return None
    size, spread = samples.size[samples.varying], samples.spread[samples.varying]
    largest = int(np.argmax(np.where(samples.varying, samples.size, 0)))
    uneven = float(spread.max() / np.median(spread))
    if size.max() <= LARGEST_FEATURE and (uneven <= UNEVEN_FEATURES or size.max() <= 2):
        return None
    return Finding(
        "unscaled_inputs",
        "warning",
        f"features are not of size 1: feature {largest} has root mean square {size.max():.3g}"
        + (
            f", and its spread is {uneven:.0f} times that of the median feature"
            if uneven > UNEVEN_FEATURES
            else ""
        )
        + "; large features rule the first layer and force a small learning rate",
        "standardise the inputs: gn.Standardizer().fit(X_train), the same one for all later data",
        None,
        {"largest size": float(size.max()), "largest / median spread": uneven},
        "LeCun, Bottou, Orr, Müller 1998, Efficient BackProp, section 4.3",
    )


def unscaled_targets(case: Case) -> Finding | None:
    """Values far from those that a fresh network gives."""
    if case.targets.kind != "values":
        return None
    y = case.targets.matrix
    size = np.sqrt(np.square(y).mean(axis=0))
    if size.max() <= LARGEST_TARGET:
        return None
    worst = int(size.argmax())
    return Finding(
        "unscaled_targets",
        "warning",
        f"targets have root mean square {size.max():.3g}, the outputs of a fresh network about 1: gradients are as "
        "large as the targets, and the first epochs only move the bias",
        "standardise the targets, and scale predictions back",
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
    return Finding(
        "imbalance",
        "warning",
        f"class {int(shares.argmax())} has {shares.max():.1%} of the samples, class {rarest} {present.min():.1%}: "
        f"naming the frequent class is right {shares.max():.1%} of the time, so accuracy says little",
        'weigh the classes alike (class_weight="balanced"), collect more of the rare one, and judge by F1',
        None,
        {"largest share": float(shares.max()), "smallest share": float(present.min()), "ratio": ratio},
        "He, Garcia 2009, Learning from Imbalanced Data, section 3",
    )


def sorted_not_shuffled(case: Case) -> Finding | None:
    """Batches of one class after the other pull the network to and fro."""
    seen = case.observed
    if seen is None or seen.shuffled or seen.batch_size is None or seen.n_samples is None:
        return None
    if seen.batch_size >= seen.n_samples or seen.sortedness < SORTED:
        return None
    return Finding(
        "sorted_not_shuffled",
        "warning",
        f"the samples come in the order of their targets and are not shuffled: a batch of {seen.batch_size} holds "
        "nearly one kind of target, and each batch unlearns the one before",
        "train with shuffle=True, or shuffle the samples once before",
        None,
        {"likeness of neighbours": seen.sortedness, "batch size": seen.batch_size, "samples": seen.n_samples},
        "Bengio 2012, Practical Recommendations for Gradient-Based Training, section 2.1",
    )


def leakage(case: Case) -> Finding | None:
    """Validation rows that were trained on."""
    if case.held is None or len(case.held[0]) < 5:
        return None
    share = case.samples.shared_with(case.held[0])
    natural = max(case.samples.repeated, Samples(case.held[0]).repeated)
    if share < LEAKED or share < 3 * natural:
        return None
    return Finding(
        "leakage",
        "warning",
        f"{share:.1%} of the validation samples are training samples, too: validation tells how well they are "
        "remembered, not how well new ones are understood",
        "split before anything is repeated, drawn with replacement or augmented, and drop rows that occur twice",
        None,
        {"shared rows": share, "rows that repeat among themselves": natural},
        "Kaufman, Rosset, Perlich, Stitelman 2012, Leakage in Data Mining, section 3",
    )


def labels_unrelated(case: Case) -> Finding | None:
    """Targets that the samples tell nothing of: shuffled, or shifted against them."""
    if case.targets.kind == "labels" or len(case.x) < FEWEST_ROWS_UNRELATED or not case.samples.varying.any():
        return None
    if case.targets.kind == "classes" and case.targets.shares.max() > 0.95:
        return None
    found = case.relation.deviations
    if found >= RELATED:
        return None
    if case.held_pass is not None and case.held_pass.score > FORESEEN:
        return None
    return Finding(
        "labels_unrelated",
        "error",
        "the samples tell nothing of their targets: neither similar samples nor a linear fit predict them better "
        "than they predict shuffled targets",
        "look whether X and y were sorted, filtered or shifted apart; shuffle them with one and the same permutation",
        None,
        {"deviations above shuffled targets": found, "score of the best simple rule": case.relation.score},
        "Ojala, Garriga 2010, Permutation Tests for Studying Classifier Performance, section 2",
    )
