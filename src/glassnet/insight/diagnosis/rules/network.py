"""Rules about the network as it is written: activations between layers, room, biases, randomness in prediction."""

from __future__ import annotations

import numpy as np

from glassnet.activations import ActivationFunction, Linear
from glassnet.insight.diagnosis.adapters import active_dropout, two_predictions
from glassnet.insight.diagnosis.case import Case
from glassnet.insight.diagnosis.measure import Block
from glassnet.insight.diagnosis.report import Finding
from glassnet.insight.diagnosis.rules.scaling import is_scaling
from glassnet.insight.diagnosis.rules.words import said
from glassnet.plan import BATCH_NORM, DENSE

# Samples that are predicted twice.
FEW = 64
BY_HEART = 0.9
# A narrow network may fail by its first weights alone, two units of tanh about every other time: it has as many tries.
TRIES = 6
# With so many samples neighbours, a linear fit or a network of two layers must score so much more on samples left out.
FEWEST_ROWS = 40
GAIN = 0.1
# Twenty samples may happen to be easy: so many draws of them are tried.
DRAWS = (0, 1)
WIDER = 16
# The network is behind a copy by this much, on a scale from the best constant (0) to perfect (1).
BEHIND = 0.25


def not_finite(case: Case) -> Finding | None:
    """Parameters or outputs that are no numbers, of which nothing else can be measured."""
    parameters, output = case.network.parameters, case.now.output
    n_parameters = int((~np.isfinite(parameters)).sum())
    n_samples = int((~np.isfinite(output)).any(axis=1).sum())
    if n_parameters == 0 and n_samples == 0:
        return None
    return Finding(
        "not_finite",
        "error",
        said("not_finite", parameters=n_parameters, all=len(parameters), samples=n_samples, n=len(output)),
        said("not_finite.remedy"),
        None,
        {"parameters that are not finite": n_parameters, "samples with such outputs": n_samples},
        "Goodfellow, Bengio, Courville 2016, Deep Learning, section 4.1",
    )


def missing_nonlinearity(case: Case) -> Finding | None:
    """Two linear layers in a row are one."""
    dense = -1
    between: list[ActivationFunction] = []
    curved = False
    for row in case.network.plan().rows:
        if row.kind == DENSE:
            dense += 1
            linear = dense > 0 and not curved and all(isinstance(f, Linear) for f in between)
            if linear and not any(is_scaling(case, place) for place in (dense - 1, dense)):
                return _linear_pair(case, dense - 1)
            between, curved = [], False
        curved = curved or (row.own is not None and not row.own.layer.is_affine)
        between.append(row.activation)
    return None


def _linear_pair(case: Case, layer: int) -> Finding:
    (n_in, between), n_out = case.now.blocks[layer].weights.shape, case.now.blocks[layer + 1].weights.shape[1]
    narrow = between < min(n_in, n_out)
    meant = said("missing_nonlinearity.meant", rank=between) if narrow else ""
    return Finding(
        "missing_nonlinearity",
        "note" if case.learned or narrow else "warning",
        said("missing_nonlinearity", layer=layer, next=layer + 1, meant=meant),
        said("missing_nonlinearity.remedy", layer=layer),
        layer,
        {"linear layer": layer, "dense layers": len(case.now.blocks)},
        "Goodfellow, Bengio, Courville 2016, Deep Learning, section 6.1",
    )


def dropout_at_prediction(case: Case) -> Finding | None:
    """A module in training mode, or an own network that always drops units, answers differently every time."""
    x = case.x[case.rows][:FEW].reshape(-1, *case.network.layout.input_shape)
    predictions = two_predictions(case.model, x)
    if predictions is None or np.array_equal(*predictions):
        return None
    first, second = predictions
    dropout = active_dropout(case.model)
    return Finding(
        "dropout_at_prediction",
        "warning",
        "the same samples, predicted twice, give different answers: "
        + (f"{dropout} is active" if dropout else "something random is active, as dropout is in training"),
        "call module.eval() before predicting" if dropout else "draw nothing at random outside training",
        None,
        {"largest difference": float(np.abs(first - second).max())},
        "Srivastava et al. 2014, Dropout, section 4",
    )


def statistics_lag(case: Case) -> Finding | None:
    """Batch norm whose running statistics are not those of the samples: training sees another network."""
    if not case.may_be_trained or not any(row.kind == BATCH_NORM for row in case.network.plan().rows):
        return None
    fed = case.now.record.rows[-1].a
    within, running = case.sample.score(fed), case.now.score
    if within - running < BEHIND:
        return None
    return Finding(
        "statistics_lag",
        "warning",
        said("statistics_lag", within=within, running=running),
        said("statistics_lag.remedy"),
        None,
        {
            "score with the samples' statistics": within, "score in prediction": running,
            "loss with the samples' statistics": case.now.record.value, "loss in prediction": case.now.value,
        },
        "Ioffe, Szegedy 2015, Batch Normalization, section 3.1",
    )  # fmt: skip


def too_few_units(case: Case) -> Finding | None:
    """A network that cannot even learn 20 samples by heart, where a wider copy can."""
    one_class = case.targets.kind == "classes" and case.targets.shares.max() == 1
    if not case.may_be_trained or case.targets.kind == "labels" or one_class:
        return None
    if case.learned or not case.now.hidden:
        return None
    references = case.references
    narrow = min(case.now.hidden, key=lambda block: block.weights.shape[1])
    if narrow.weights.shape[1] >= len(references.few()):
        return None
    if len(case.x) >= FEWEST_ROWS and max(case.relation.score, references.score) - case.now.score < GAIN:
        return None  # noise cannot be learned by heart, and need not be
    for draw in DRAWS:
        own = max(references.of_few(1, seed, draw).score for seed in range(TRIES))
        if not np.isfinite(own) or own >= BY_HEART:
            continue
        wide = references.of_few(WIDER, draw=draw).score
        if wide >= BY_HEART and wide - own >= BEHIND:
            return _narrow(narrow, len(references.few()), own, wide)
    return None


def _narrow(narrow: Block, n_samples: int, own: float, wide: float) -> Finding:
    return Finding(
        "too_few_units",
        "warning",
        f"trained anew with Adam, a copy cannot learn {n_samples} samples by heart in {TRIES} tries (score {own:.2f}, "
        f"1 is perfect); one with {WIDER} times as many hidden units can",
        f"use more units; layer {narrow.index} has {narrow.weights.shape[1]}",
        narrow.index,
        {"score on few samples": own, "of the wider copy": wide, "units": narrow.weights.shape[1]},
        "Karpathy 2019, A Recipe for Training Neural Networks, step 2: overfit one batch",
    )


def no_biases(case: Case) -> Finding | None:
    """A network without biases, where one with them learns far more."""
    if not case.may_be_trained or case.targets.kind == "labels" or case.learned:
        return None
    biases = [block.dense.bias for block in case.now.blocks]
    if any(block.shifted for block in case.now.blocks) or any(b is not None and b.any() for b in biases):
        return None
    with_them, without = (case.references.anew(use_bias=used) for used in (True, False))
    if not np.isfinite(without) or with_them - max(without, case.now.score) < BEHIND:
        return None
    what = "no layer has biases" if all(b is None for b in biases) else "all biases are 0"
    return Finding(
        "no_biases",
        "warning",
        f"{what}; trained anew with Adam, a copy reaches a score of {with_them:.2f} with biases (1 is "
        f"perfect, 0 that of the best constant), and {without:.2f} without",
        "give every dense layer a bias, and update it",
        None,
        {"score": case.now.score, "of a copy with biases": with_them, "of a copy without": without},
        "Goodfellow, Bengio, Courville 2016, Deep Learning, section 6.1",
    )
