"""Rules about the start, where it is known: scale of the first weights, first loss; and the flow of gradients."""

from __future__ import annotations

import numpy as np

from glassnet.insight.diagnosis.case import Case
from glassnet.insight.diagnosis.measure import TINY, Block, Pass, rms
from glassnet.insight.diagnosis.report import Finding
from glassnet.insight.diagnosis.rules.output import last_activations
from glassnet.insight.diagnosis.rules.words import said

# PyTorch's default multiplies signals by 0.58, Glorot by about 1, He by 1.4: a fifth of the least, three of the most.
SMALLEST_GAIN = 0.2
LARGEST_GAIN = 3.0
# One layer of small weights only scales; what is left of the spread at the output says whether it matters.
ENOUGH_WEIGHTS = 8
VANISHED = 1e-3
# Gradients of weights are small for other reasons, too, such as large inputs of the last layer: the error must fade.
FADES = 0.1
EXPLODED = 50.0
SURPRISE = 2.0
SURPRISE_VALUES = 3.0
# Outputs of usual first weights cost up to so many times what an output of 0 does.
USUAL_VALUES = 5.0
# A first loss that is left behind in this share of the epochs costs little.
SOON = 0.1
# ... unless neighbours or a linear fit score by so much more than the network in the end.
BEHIND = 0.25
# A remedy leaves at most this part of what is too much.
LEFT = 0.1
_SCALE = "Glorot, Bengio 2010, section 4.2.1; He, Zhang, Ren, Sun 2015, section 2.2"


def _usual(block: Block) -> tuple[float, float]:
    """The smallest and largest standard deviation of weights that common initialisers draw for this layer."""
    n_in, n_out = block.weights.shape
    stds = np.sqrt([1 / (3 * n_in), 1 / n_in, 2 / n_in, 2 / (n_in + n_out)])
    return float(stds.min()), float(stds.max())


def _initializer(block: Block) -> str:
    facts = block.activation.facts
    return "he_normal" if facts is None else facts.initializer


def ratio_to_usual(block: Block, end: int) -> float:
    """The size of the weights beside the smallest (0) or the largest (1) that common initialisers draw."""
    return rms(block.weights) / _usual(block)[end]


def is_small(block: Block) -> bool:
    """Whether the weights are too small to have been drawn by a common initialiser; few may be small by chance."""
    limit: float = SMALLEST_GAIN ** max(1.0, ENOUGH_WEIGHTS / block.weights.size)
    return ratio_to_usual(block, 0) < limit


def scale_too_small(case: Case) -> Finding | None:
    """Small first weights: signals and gradients shrink from layer to layer."""
    if case.start is None or len(case.start.blocks) < 2:
        return None
    small = [
        block
        for block in case.start.blocks
        if not block.normalised and is_small(block) and block.weights.any()
    ]
    if not small:
        return None
    worst = min(small, key=lambda block: ratio_to_usual(block, 0))
    into, out = (rms(a - a.mean(axis=0)) for a in (worst.dense.inputs, worst.output))
    return Finding(
        "scale_too_small",
        "note" if case.learned else "warning",
        said("scale_too_small", layer=worst.index, times=1 / ratio_to_usual(worst, 0), into=into, out=out),
        said("scale.remedy", initializer=_initializer(worst)),
        worst.index,
        {"size of weights": rms(worst.weights), "usual": _usual(worst)[0], "spread of outputs": out},
        _SCALE,
    )


def scale_too_large(case: Case) -> Finding | None:
    """Large first weights: units saturate, outputs are sure and wrong."""
    if case.start is None:
        return None
    large = [b for b in case.start.blocks if not b.normalised and ratio_to_usual(b, 1) > LARGEST_GAIN]
    if not large:
        return None
    worst = max(large, key=lambda block: ratio_to_usual(block, 1))
    return Finding(
        "scale_too_large",
        "note" if case.learned else "warning",
        said("scale_too_large", layer=worst.index, times=ratio_to_usual(worst, 1)),
        said("scale.remedy", initializer=_initializer(worst)),
        worst.index,
        {
            "size of weights": rms(worst.weights), "usual": _usual(worst)[1],
            "mean size of pre-activations": float(np.abs(worst.active.z).mean()),
        },
        _SCALE,
    )  # fmt: skip


def vanishing_at_start(case: Case) -> Finding | None:
    """The gradient shrinks on its way back before the first step."""
    return None if case.start is None else _shrinking(case, case.start, "before training")


def vanishing_gradient(case: Case) -> Finding | None:
    """The gradient shrinks on its way back in a network that has not learned."""
    return None if _is_past(case) else _shrinking(case, case.now, "now")


def exploding_at_start(case: Case) -> Finding | None:
    """The gradient grows on its way back before the first step."""
    return None if case.start is None else _growing(case, case.start, "before training")


def exploding_gradient(case: Case) -> Finding | None:
    """The gradient grows on its way back in a network that has not learned."""
    return None if _is_past(case) else _growing(case, case.now, "now")


def _is_past(case: Case) -> bool:
    """Whether the flow through the network as it is says nothing: it has learned, or a penalty shrank its weights."""
    return case.learned or any(map(is_small, case.now.hidden))


def _shrinking(case: Case, look: Pass, when: str) -> Finding | None:
    ratio = _flow(look)
    if ratio is None or _comes_through(look):
        return None
    if ratio >= VANISHED and not (ratio < FADES and _slopes(look) < VANISHED):
        return None
    bounded = any(block.is_bounded for block in look.hidden)
    remedy = said("gradient.bounded" if bounded else "gradient.unbounded")
    return _gradient(case, look, "vanishing_gradient", ratio, when, remedy)


def _growing(case: Case, look: Pass, when: str) -> Finding | None:
    ratio = _flow(look)
    if ratio is None or ratio <= EXPLODED:
        return None
    rule = case.training.optimizer
    clipped = rule is not None and (rule.clip_norm is not None or not rule.takes_steps)
    remedy = said("gradient.smaller" if clipped else "gradient.clip")
    return _gradient(case, look, "exploding_gradient", ratio, when, remedy)


def _flow(look: Pass) -> float | None:
    """The error at the first layer divided by that at the last; None where nothing flows or there is no way."""
    if len(look.blocks) < 3 or any(block.error_norm == 0 for block in look.blocks):
        return None
    ratio = look.blocks[0].error_norm / max(look.blocks[-1].error_norm, TINY)
    return ratio if np.isfinite(ratio) else None


def _comes_through(look: Pass) -> bool:
    """Whether the error fades only where it enters, since the last weights are hardly there yet."""
    hidden = look.blocks[0].error_norm / max(look.blocks[-2].error_norm, TINY)
    return is_small(look.blocks[-1]) and hidden >= FADES


def _slopes(look: Pass) -> float:
    """The gradient of the first layer's weights divided by that of the last one's."""
    return look.blocks[0].gradient_norm / max(look.blocks[-1].gradient_norm, TINY)


def _gradient(case: Case, look: Pass, code: str, ratio: float, when: str, remedy: str) -> Finding:
    first, last = look.blocks[0], look.blocks[-1]
    direction = "shrinks" if ratio < 1 else "grows"
    return Finding(
        code,
        "note" if case.learned else "error",
        said(
            "gradient",
            when=when,
            direction=direction,
            factor=max(ratio, 1 / max(ratio, TINY)),
            first=first.index,
            last=last.index,
            gradient_last=last.gradient_norm,
            gradient_first=first.gradient_norm,
        ),
        remedy,
        0,
        {
            "error at first / at last layer": ratio,
            "gradient of first layer": first.gradient_norm,
            "of last layer": last.gradient_norm,
        },
        "Hochreiter 1991; Glorot, Bengio 2010, section 4.2; Pascanu, Mikolov, Bengio 2013, section 2",
    )


def initial_loss_not_chance(case: Case) -> Finding | None:
    """A network that knows nothing should say so: its first loss is that of guessing."""
    if case.start is None or case.targets.kind in ("labels", "probabilities"):
        return None
    loss, guess = case.start.record.value, max(case.sample.guess, case.sample.chance)
    if not np.isfinite(guess) or guess <= case.sample.floor:
        return None
    floor = case.sample.floor
    limit = SURPRISE_VALUES if case.targets.kind == "values" else SURPRISE
    times = (loss - floor) / (guess - floor)
    if times <= limit:
        return None
    return Finding(
        "initial_loss_not_chance",
        "note" if case.learned or _left_behind(case, guess, times) else "warning",
        said(
            "initial_loss_not_chance",
            loss=loss,
            guessing=_guessing(case),
            guess=guess,
            unlearned=_unlearned(case, guess),
        ),
        _nearer_to_chance(case, case.start, floor + limit * (guess - floor)),
        len(case.start.blocks) - 1,
        {"first loss": loss, "loss of guessing": guess, "ratio": times},
        "Karpathy 2019, A Recipe for Training Neural Networks, step 2: verify loss at init",
    )


def _left_behind(case: Case, guess: float, times: float) -> bool:
    """Whether it was not unusual, or one of the first epochs got to where guessing is, and nothing of it is left."""
    usual = case.targets.kind == "values" and times <= USUAL_VALUES
    epoch = None if case.curve is None else case.curve.first_below(guess)
    soon = epoch is not None and case.curve is not None and epoch <= max(1, SOON * len(case.curve.values))
    return (usual or soon) and case.relation.score - case.now.score < BEHIND


def _guessing(case: Case) -> str:
    return "an output of 0 or a constant" if case.targets.kind == "values" else "guessing"


def _unlearned(case: Case, guess: float) -> str:
    """How long training took to get where guessing is."""
    if case.curve is None:
        return ""
    epoch = case.curve.first_below(guess)
    n = len(case.curve.values)
    if epoch is None:
        return said("initial_loss_not_chance.never", epochs=n)
    return said("initial_loss_not_chance.fell", epoch=epoch)


def _nearer_to_chance(case: Case, start: Pass, limit: float) -> str:
    """What of the last layer brings the first loss to the limit, or most of the way, as far as trying showed."""
    last = start.blocks[-1]
    scaled = said("nearer.scaled")
    if last.normalised:
        return scaled
    weights, inputs = last.weights, last.dense.inputs
    bias = np.zeros(weights.shape[1]) if last.dense.bias is None else last.dense.bias
    small = inputs / max(1.0, rms(inputs))
    for remedy, z in (
        (said("nearer.biases"), inputs @ weights),
        (scaled, small @ weights + bias),
        (said("nearer.weights"), np.zeros_like(last.dense.z) + bias),
    ):
        for activation in last_activations(case):
            z = activation.value(z)
        if case.sample.value(z) - limit <= LEFT * (start.record.value - limit):
            return remedy
    return said("nearer.both")
