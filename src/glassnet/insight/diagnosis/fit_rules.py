"""Rules about how well the network fits: not enough, too closely, not at all."""

from __future__ import annotations

import numpy as np

from glassnet.insight.diagnosis.case import Case
from glassnet.insight.diagnosis.measure import Pass
from glassnet.insight.diagnosis.report import Finding

# Validation loss above its lowest value, and above the training loss.
RISE = 1.2
GAP = 1.5
SCORE_GAP = 0.1
# The network is behind a simple rule by this much, on a scale from the best constant (0) to perfect (1).
BEHIND = 0.25
AT_CHANCE = 0.05
# A network whose answers are better than this has learned something, though its loss tells otherwise.
KNOWS = 0.2
FEWEST_ROWS = 20
BY_HEART = 0.9
# A narrow network may fail by its first weights alone: it has as many tries as this.
TRIES = 3
WIDER = 16


def overfitting(case: Case) -> Finding | None:
    """The training loss falls on while the validation loss rises."""
    held = case.held_pass
    if held is None or case.targets.kind == "labels" or len(held.output) < FEWEST_ROWS:
        return None
    train, unseen = case.now, held
    gap = train.score - unseen.score
    lowest = _lowest_validation_loss(case)
    risen = unseen.record.value > RISE * lowest if lowest is not None else True
    if (
        gap < SCORE_GAP + _uncertainty(case, unseen)
        or unseen.record.value < GAP * train.record.value
        or not risen
        or train.score < 0.3
    ):
        return None
    return Finding(
        "overfitting",
        "warning",
        f"the network fits the samples it was trained on (loss {train.record.value:.4g}) much better than new ones "
        f"(loss {unseen.record.value:.4g}"
        + (f", {lowest:.4g} at its best" if lowest is not None else "")
        + "): it remembers samples instead of what they have in common",
        "stop earlier (EarlyStopping), use fewer units, Dropout or l2, or train on more samples",
        None,
        {
            "training score": train.score, "validation score": unseen.score,
            "validation loss / training loss": unseen.record.value / max(train.record.value, 1e-300),
        },
        "Prechelt 1998, Early Stopping – But When?; Goodfellow, Bengio, Courville 2016, section 5.2",
    )  # fmt: skip


def _uncertainty(case: Case, unseen: Pass) -> float:
    """Two standard errors of the score of the validation samples, where it counts right answers."""
    if case.targets.kind != "classes":
        return 0.0
    targets = unseen.targets
    share = targets.accuracy(unseen.output)
    error = np.sqrt(max(share * (1 - share), 0.0) / len(unseen.output))
    return float(2 * error / max(1 - targets.shares.max(), 0.1))


def _lowest_validation_loss(case: Case) -> float | None:
    if case.history is None:
        return None
    found = case.history.columns.get("validation_loss")
    return float(np.min(found)) if found else None


def underfitting(case: Case) -> Finding | None:
    """The network fits the samples it was trained on worse than a simple rule predicts samples left out."""
    if not case.trained or case.targets.kind == "labels" or case.learned:
        return None
    if len(case.x) >= FEWEST_ROWS:
        what, reference = (
            "a simple rule (nearest neighbours or a linear fit) on samples left out",
            case.relation.score,
        )
    elif case.trials is not None:
        what, reference = "a wider copy on the same samples", case.trials.of_few(WIDER).score
    else:
        return None
    if reference - case.now.score < BEHIND:
        return None
    return Finding(
        "underfitting",
        "warning",
        "on a scale from the best constant prediction (0) to a perfect one (1) the network reaches "
        f"{case.now.score:.2f} on the samples it was trained on; {what} reaches {reference:.2f}",
        "train longer, use more units or layers, and less weight decay or dropout",
        None,
        {"score": case.now.score, "score to be reached": reference},
        "Goodfellow, Bengio, Courville 2016, Deep Learning, section 5.2",
    )


def too_few_units(case: Case) -> Finding | None:
    """A network that cannot even learn 20 samples by heart, where a wider copy can."""
    trials = case.trials
    if trials is None or not case.trained or case.learned or not case.now.hidden:
        return None
    own = -np.inf
    for seed in range(TRIES):
        own = max(own, trials.of_few(1, seed).score)
        if own >= BY_HEART:
            return None
    wide = trials.of_few(WIDER)
    if wide.score < BY_HEART or wide.score - own < BEHIND:
        return None
    narrow = min(case.now.hidden, key=lambda block: block.weights.shape[1])
    return Finding(
        "too_few_units",
        "warning",
        f"a copy cannot learn {len(trials.few)} samples by heart in {TRIES} tries (score {own:.2f}, 1 is perfect); "
        f"one with {WIDER} times as many hidden units can",
        f"use more units; layer {narrow.index} has {narrow.weights.shape[1]}",
        narrow.index,
        {
            "score on few samples": own,
            "of the wider copy": wide.score,
            "units": narrow.weights.shape[1],
        },
        "Karpathy 2019, A Recipe for Training Neural Networks, step 2: overfit one batch",
    )


def underfitting_by_penalty(case: Case) -> Finding | None:
    """Weight penalties that hold the weights down, where a copy without them fits far better."""
    trials = case.trials
    penalised = case.network.penalty() > 0 or (trials is not None and trials.optimizer.weight_decay > 0)
    if trials is None or not penalised or case.learned or case.epochs == 0:
        return None
    free = trials.without_penalty(case.epochs)
    if free.score - case.now.score < BEHIND:
        return None
    return Finding(
        "underfitting",
        "warning",
        f"the penalty on the weights holds them down: the score is {case.now.score:.2f} (1 is perfect, 0 that of the "
        f"best constant), and {free.score:.2f} for a copy trained without it",
        "use a smaller l1, l2 or weight_decay",
        None,
        {"score": case.now.score, "score without penalty": free.score, "penalty": case.network.penalty()},
        "Goodfellow, Bengio, Courville 2016, Deep Learning, section 7.1",
    )


def loss_at_chance(case: Case) -> Finding | None:
    """After training, the loss is still that of guessing."""
    if not case.trained or case.targets.kind == "labels":
        return None
    knows = len(case.x) >= FEWEST_ROWS and case.now.score > KNOWS
    if abs(case.now.progress) > AT_CHANCE or knows:
        return None
    return Finding(
        "loss_at_chance",
        "note",
        f"after training the loss is {case.now.record.value:.4g}, and the best constant prediction costs "
        f"{case.sample.chance:.4g}: the network has learned how frequent the targets are, and nothing else",
        "train longer; look at the other findings first",
        None,
        {"loss": case.now.record.value, "loss of a constant": case.sample.chance},
        "Karpathy 2019, A Recipe for Training Neural Networks, step 2",
    )
