"""Rules about training and validation samples side by side."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from glassnet.insight.diagnosis.case import MOST_ROWS, Case
from glassnet.insight.diagnosis.measure import Pass
from glassnet.insight.diagnosis.report import Finding
from glassnet.insight.diagnosis.rules.words import said
from glassnet.insight.diagnosis.samples import Samples
from glassnet.insight.diagnosis.targets import TINY

LEAKED = 0.05
# Validation loss above its lowest value, and above the training loss.
RISE = 1.2
GAP = 1.5
SCORE_GAP = 0.1
FEWEST_ROWS = 20
# A class that makes up less of either side may be missing from the other by chance.
MISSING = 0.05
# Means that lie this many standard deviations of the feature apart, and as many standard errors beyond chance.
APART = 1.0
BEYOND_CHANCE = 6.0


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
        said("leakage", share=share),
        said("leakage.remedy"),
        None,
        {"shared rows": share, "rows that repeat among themselves": natural},
        "Kaufman, Rosset, Perlich, Stitelman 2012, Leakage in Data Mining, section 3",
    )


def split_differs(case: Case) -> Finding | None:
    """Training and validation samples that are not of one kind: classes on one side only, or features elsewhere."""
    if case.held is None or case.targets.kind == "labels":
        return None
    return _classes_on_one_side(case) or _features_apart(case)


def _classes_on_one_side(case: Case) -> Finding | None:
    if case.held is None or case.targets.kind != "classes":
        return None
    shares = case.targets.shares, case.held[1].shares
    for here, there, names in (
        (shares[1], shares[0], ("validation", "training")), (shares[0], shares[1], ("training", "validation")),
    ):  # fmt: skip
        expected = here * len(case.held[0] if names[1] == "validation" else case.x)
        missing = np.flatnonzero((there == 0) & (here >= MISSING) & (expected >= FEWEST_MISSED))
        if len(missing):
            return _missing(case, missing, float(here[missing].sum()), *names)
    return None


# So many samples would be expected on the other side, if both were drawn alike; chance then misses them rarely.
FEWEST_MISSED = 5


def _missing(case: Case, classes: NDArray[np.int64], share: float, here: str, there: str) -> Finding:
    listed = ", ".join(map(case.class_, classes[:10].tolist())) + (", …" if len(classes) > 10 else "")
    what = f"class {listed} is" if len(classes) == 1 else f"classes {listed} are"
    harm = (
        "the network was never shown what they are asked for"
        if there == "training"
        else "nothing is measured of how new samples of it are told apart"
    )
    return Finding(
        "split_differs",
        "warning",
        f"{what} in {share:.1%} of the {here} samples and in none of the {there} samples: {harm}",
        "shuffle before splitting, and split each class in the same proportion",
        None,
        {f"share of {here} samples": share, f"share of {there} samples": 0.0},
        "Kohavi 1995, A Study of Cross-Validation and Bootstrap, section 3",
    )


def _features_apart(case: Case) -> Finding | None:
    """A feature, or the values themselves, that lie elsewhere in validation."""
    if case.held is None or len(case.held[0]) < FEWEST_ROWS:
        return None
    sides = [("feature", case.x, case.held[0])]
    if case.targets.kind == "values":
        sides.append(("target", case.targets.columns, case.held[1].columns))
    for kind, train, held in sides:
        train, held = (side.astype(np.float64) for side in (train, held))
        spread = np.sqrt((train.var(axis=0) + held.var(axis=0)) / 2)
        distance = np.abs(train.mean(axis=0) - held.mean(axis=0)) / np.where(spread > 0, spread, np.inf)
        chance = np.sqrt(1 / len(train) + 1 / len(held))
        worst = int(distance.argmax())
        if distance[worst] > max(APART, BEYOND_CHANCE * chance):
            return _apart(
                f"feature {case.feature(worst)}" if kind == "feature" else f"target {worst}",
                float(distance[worst]),
                *(float(s[:, worst].mean()) for s in (train, held)),
            )
    return None


def _apart(what: str, distance: float, train: float, held: float) -> Finding:
    return Finding(
        "split_differs",
        "warning",
        f"{what} has mean {train:.3g} in the training samples and {held:.3g} in the validation samples, "
        f"{distance:.1f} standard deviations apart: validation asks about other samples than were trained on",
        "shuffle before splitting, unless later samples are to be predicted from earlier ones; and scale both parts by "
        "the means and deviations of the training part",
        None,
        {"mean in training": train, "mean in validation": held, "standard deviations apart": distance},
        "Kohavi 1995, A Study of Cross-Validation and Bootstrap, section 3",
    )


def overfitting(case: Case) -> Finding | None:
    """Samples trained on are fitted much better than new ones of the same classes."""
    if not case.may_be_trained or case.held is None or case.targets.kind == "labels":
        return None
    rows = _comparable(case)
    if len(rows) < FEWEST_ROWS or _features_apart(case) is not None:
        return None
    train, unseen = case.now, case.on_held(rows)
    gap = train.score - unseen.score
    lowest = _lowest_validation_loss(case) if len(rows) == len(case.held[0]) else None
    floor = unseen.targets.floor
    risen = lowest is None or unseen.loss - floor > RISE * (lowest - floor)
    errors = 2.0 if lowest is None else 1.0  # a loss that has risen tells the rest
    dearer = unseen.value - floor >= GAP * (train.value - case.sample.floor)
    much_worse = gap >= SCORE_GAP + errors * _uncertainty(unseen)
    if not dearer or not much_worse or not risen or train.score < 0.3:
        return None
    best = "" if lowest is None else said("overfitting.best", lowest=lowest)
    return Finding(
        "overfitting",
        "warning",
        said("overfitting", train=train.value, unseen=unseen.value, best=best),
        said("overfitting.remedy"),
        None,
        {
            "training score": train.score, "validation score": unseen.score,
            "validation loss / training loss": unseen.value / max(train.value, 1e-300),
        },
        "Prechelt 1998, Early Stopping – But When?; Goodfellow, Bengio, Courville 2016, section 5.2",
    )  # fmt: skip


def _comparable(case: Case) -> NDArray[np.int64]:
    """Validation samples of classes that were trained on."""
    if case.held is None:
        return np.empty(0, np.int64)
    targets = case.held[1]
    n = min(len(targets.values), MOST_ROWS)
    if case.targets.kind != "classes" or targets.kind != "classes":
        return np.arange(n)
    return np.flatnonzero(case.targets.shares[targets.classes[:n]] > 0)


def _uncertainty(unseen: Pass) -> float:
    """The standard error of the score of the validation samples."""
    targets = unseen.targets
    if targets.kind != "classes":
        y = targets.matrix[:, : targets.loss.n_targets(targets.matrix.shape[1])]
        errors = np.square(y - targets.loss.centre(unseen.output)).sum(axis=1)
        spread = np.square(y - y.mean(axis=0)).sum()
        return float(errors.std() * np.sqrt(len(errors)) / max(float(spread), 1e-300))
    share = targets.accuracy(unseen.output)
    error = np.sqrt(max(share * (1 - share), 0.0) / len(unseen.output))
    return float(error / max(1 - targets.shares.max(), TINY))


def _lowest_validation_loss(case: Case) -> float | None:
    if case.history is None:
        return None
    column = case.history.columns.get("validation_loss")
    return float(np.min(column)) if column else None
