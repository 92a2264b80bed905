"""Rules about how well the network fits its samples: behind what was measured to be possible, or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from glassnet.insight.diagnosis.case import Case
from glassnet.insight.diagnosis.copies import every, of_hidden, without_dropout
from glassnet.insight.diagnosis.report import Finding
from glassnet.insight.diagnosis.rules.new_samples import helps_new_samples
from glassnet.insight.diagnosis.rules.output import last_activations
from glassnet.insight.diagnosis.rules.start import is_small
from glassnet.insight.diagnosis.rules.words import said
from glassnet.insight.diagnosis.trials import ORDERS, Course, like, train
from glassnet.layers import Dropout

# The network is behind by this much, on a scale from the best constant (0) to perfect (1).
BEHIND = 0.25
# What a change must gain to be advised.
GAIN = 0.1
AT_CHANCE = 0.05
# A network whose answers are better than this has learned something, though its loss tells otherwise.
KNOWS = 0.2
FEWEST_ROWS = 20
WIDER = 4
_SECTION = "Goodfellow, Bengio, Courville 2016, Deep Learning, section {}"


def underfitting(case: Case) -> Finding | None:
    """The network fits its samples worse than other predictions do samples left out."""
    if len(case.x) < FEWEST_ROWS or not _may_be_behind(case):
        return None
    what, reference, own = _reference(case)
    if reference - own < BEHIND:
        return None
    evidence: dict[str, float | str] = {"score": case.now.score, "score to be reached": reference}
    helped = []
    for advice, name, score in _changes(case):
        evidence[name] = score
        helped.append(f"{advice} (a copy reached {score:.2f})")
    return Finding(
        "underfitting",
        "warning",
        "on a scale from the best constant prediction (0) to a perfect one (1) the network reaches "
        f"{case.now.score:.2f} on these samples; {what}, asked about samples left out, reaches {reference:.2f}",
        " or ".join(helped) or _otherwise(what),
        None,
        evidence,
        _SECTION.format("5.2"),
    )


def _may_be_behind(case: Case) -> bool:
    labels = case.targets.kind == "labels"
    return case.may_be_trained and not (labels or case.learned or case.training.weighed)


def _reference(case: Case) -> tuple[str, float, float]:
    """The better of simple rules and a network of two layers, on samples left out; the own score beside it.

    The network of two layers is asked about some of the samples only; those may be easier than all.
    """
    simple = case.relation.score
    if case.targets.of_means and simple - case.now.score >= BEHIND:
        return "a simple rule (nearest neighbours or a linear fit)", simple, case.now.score
    rows = case.references.left_out
    own = case.sample.take(rows).score(case.now.output[rows])
    return (
        "a network of two layers of 32 tanh units, trained with Adam on standardised inputs",
        case.references.score,
        max(own, case.now.score),
    )


def _otherwise(what: str) -> str:
    """What to do where no change of the training was tried with success."""
    if what.startswith("a network"):
        return "compare with the network that was tried: two layers of 32 tanh units, Adam(0.01), standardised inputs"
    return (
        "more can be learned from these samples: look at how the network was trained, and at larger networks"
    )


def underfitting_of_few(case: Case) -> Finding | None:
    """The network fits samples of which none can be left out worse than a wider copy does."""
    if len(case.x) >= FEWEST_ROWS or not _may_be_behind(case):
        return None
    own, wide = (case.references.of_few(wider).score for wider in (1, 16))
    if wide - max(case.now.score, own) < BEHIND:
        return None
    return Finding(
        "underfitting",
        "warning",
        "on a scale from the best constant prediction (0) to a perfect one (1) the network reaches "
        f"{case.now.score:.2f} on these samples; trained anew with Adam, a copy reaches {own:.2f}, and one with 16 "
        f"times as many hidden units {wide:.2f}",
        "use more units",
        None,
        {"score": case.now.score, "score to be reached": wide},
        _SECTION.format("5.2"),
    )


def _changes(case: Case) -> Iterator[tuple[str, str, float]]:
    """What of the training could be changed, with the score that a copy reached; only what gains enough."""
    trials = case.trials
    if trials is None:
        return
    course = replace(trials.course, epochs=trials.affordable)
    tried = (
        ("train longer", "score of a longer training", _longer(case, course)),
        ("use more units", "score with more units", _wider(case, course)),
        ("use less dropout", "score without dropout", _without_dropout(case, course)),
    )
    for advice, name, score in tried:
        if score - max(case.now.score, 0.0) >= GAIN:
            yield advice, name, score


def _longer(case: Case, course: Course) -> float:
    """Of a copy that goes on from where the network is; where training did, and was taken back, that was tried."""
    if case.put_back:
        return float("-inf")
    network = like(case.network, list(case.network.layers), ORDERS[0])
    if network is None:
        return float("-inf")
    network.parameters = case.network.parameters
    network.running_statistics[...] = case.network.running_statistics
    return train(network, case.x[case.rows], case.sample, course, case.budget).score


def _wider(case: Case, course: Course) -> float:
    """Of a copy with more hidden units, which begins anew."""
    layers = of_hidden(case.network.layers, lambda layer: replace(layer, units=WIDER * layer.units))
    network = like(case.network, layers, ORDERS[0])
    return train(network, case.x[case.rows], case.sample, course, case.budget).score


def _without_dropout(case: Case, course: Course) -> float:
    """Of a copy without dropout, which begins anew."""
    if not any(isinstance(layer, Dropout) for layer in every(case.network.layers)):
        return float("-inf")
    network = like(case.network, without_dropout(case.network.layers), ORDERS[0])
    return train(network, case.x[case.rows], case.sample, course, case.budget).score


def underfitting_by_penalty(case: Case) -> Finding | None:
    """Weight penalties that hold the weights down, where the same training without them fits far better."""
    trials = case.trials
    penalised = case.network.penalty() > 0 or (
        trials is not None and trials.course.optimizer.weight_decay != 0
    )
    if trials is None or not penalised or case.learned:
        return None
    scores = []
    for order in ORDERS[: 1 if trials.repeatable else 2]:
        scores.append(trials.without_penalty(order).score)
        if scores[-1] - max(case.now.score, trials.as_it_was().score) < BEHIND:
            return None
    if not helps_new_samples(case, trials, lambda some: some.without_penalty(ORDERS[0])):
        return None  # the penalty keeps noise from being learned by heart
    reached = " and ".join(f"{score:.2f}" for score in scores)
    return Finding(
        "underfitting",
        "warning",
        f"the penalty on the weights holds them down: the score is {case.now.score:.2f} (1 is perfect, 0 that of the "
        f"best constant), and {reached} for copies that begin with the same weights and have no penalty",
        "use a smaller l1, l2 or weight_decay",
        None,
        {"score": case.now.score, "score without penalty": min(scores), "penalty": case.network.penalty()},
        _SECTION.format("7.1"),
    )


def broadcast_targets(case: Case) -> Finding | None:
    """One output for every sample, where the last layer's own inputs tell the targets.

    Outputs (n, 1) beside targets (n,) make a table of all pairs; its mean is smallest where each output is the mean.
    """
    if case.network.loss is not None or not case.may_be_trained or len(case.x) < FEWEST_ROWS:
        return None
    if case.targets.n_outputs != 1 or case.targets.kind not in ("values", "classes"):
        return None
    if all(map(is_small, case.now.blocks)):
        return None  # a penalty makes outputs constant, too
    y = case.sample.matrix[:, 0]
    output = case.sample.loss.activation.value(case.now.output)[:, 0]
    spread = float(output.std() / max(y.std(), 1e-300))
    off = float(abs(output.mean() - y.mean()) / max(y.std(), 1e-300))
    limit = NEARLY_CONSTANT if _cancels(case) else CONSTANT
    if spread > limit or off > CONSTANT or not _was_moved_there(case, y):
        return None
    fit = left_out_r2(case.now.blocks[-1].dense.inputs, y)
    if fit < TOLD:
        return None
    return Finding(
        "broadcast_targets",
        "error",
        f"the output hardly differs between samples (it spreads by {spread:.1%} of what the targets do) and lies at "
        f"their mean, though a linear fit to what reaches the last layer has R² {fit:.2f} on samples left out. A loss "
        "of outputs (n, 1) and targets (n,), which compares each output with every target, is smallest there",
        "look whether outputs and targets have one shape where your loss subtracts them: y.reshape(-1, 1)",
        len(case.now.blocks) - 1,
        {"spread of outputs / of targets": spread, "R² of a linear fit behind the hidden layers": fit},
        "NumPy, Broadcasting; PyTorch warns of it in torch.nn.MSELoss",
    )


# In parts of the deviation of the targets; of outputs whose parts cancel, as no penalty makes them, more may be left.
CONSTANT = 0.1
NEARLY_CONSTANT = 0.2
TOLD = 0.15
# Contributions of the units to the output cancel to this part; those of weights that nobody trained do not.
CANCELLED = 0.3
# The mean of the targets lies so far, in their deviations, from the output of a layer that adds up to 0.
FAR_FROM_NOTHING = 0.5


def _was_moved_there(case: Case, y: np.ndarray) -> bool:
    """Whether training made the output constant: contributions cancel, or the bias has learned the mean."""
    nothing = case.sample.loss.activation.value(last_activations(case)[-1].value(np.zeros((1, 1))))
    return _cancels(case) or abs(float(y.mean() - nothing[0, 0])) > FAR_FROM_NOTHING * float(y.std())


def _cancels(case: Case) -> bool:
    """Whether what the units add to the output cancels."""
    last = case.now.blocks[-1].dense
    parts = last.inputs.std(axis=0) * np.abs(case.now.blocks[-1].weights[:, 0])
    return float(last.z.std()) < CANCELLED * float(np.sqrt(np.square(parts).sum()))


def left_out_r2(features: np.ndarray, y: np.ndarray) -> float:
    """R² of a linear fit, each sample predicted by the fit to the others."""
    scale = features.std(axis=0)
    varying = scale > 1e-9 * (1 + np.abs(features).max(axis=0))
    x = np.column_stack(
        [np.ones(len(y)), (features[:, varying] - features[:, varying].mean(axis=0)) / scale[varying]]
    )
    hat = x @ np.linalg.solve(x.T @ x + np.diag([1e-9, *[1e-3] * (x.shape[1] - 1)]), x.T)
    left = (y - hat @ y) / np.maximum(1 - np.diag(hat), 1e-6)
    return 1 - float(np.square(left).sum() / max(np.square(y - y.mean()).sum(), 1e-300))


def _beside(case: Case) -> str:
    return said("loss_at_chance.hardly" if case.now.value < case.sample.chance else "loss_at_chance.no")


def loss_at_chance(case: Case) -> Finding | None:
    """The loss is that of guessing, and no untrained network's."""
    if not case.may_be_trained or case.targets.kind == "labels":
        return None
    knows = len(case.x) >= FEWEST_ROWS and case.now.score > KNOWS
    if abs(case.now.progress) > AT_CHANCE or knows:
        return None
    return Finding(
        "loss_at_chance",
        "note",
        said("loss_at_chance", loss=case.now.value, chance=case.sample.chance, beside=_beside(case)),
        said("loss_at_chance.remedy"),
        None,
        {"loss": case.now.value, "loss of a constant": case.sample.chance},
        "Karpathy 2019, A Recipe for Training Neural Networks, step 2",
    )
