"""Rules about the start: scale of the first weights, flow of gradients, first loss."""

from __future__ import annotations

import numpy as np

from glassnet.insight.diagnosis.case import Case
from glassnet.insight.diagnosis.measure import TINY, Block, Pass, rms
from glassnet.insight.diagnosis.report import Finding

# PyTorch's default multiplies signals by 0.58, Glorot by about 1, He by 1.4: a fifth of the least, three of the most.
SMALLEST_GAIN = 0.2
LARGEST_GAIN = 3.0
# One layer of small weights only scales; what is left of the spread at the output says whether it matters.
VANISHED = 1e-3
EXPLODED = 50.0
SURPRISE = 2.0
SURPRISE_VALUES = 5.0


def _reference(block: Block) -> tuple[float, float]:
    """The smallest and largest standard deviation of weights that common initialisers draw for this layer."""
    n_in, n_out = block.weights.shape
    stds = np.sqrt([1 / (3 * n_in), 1 / n_in, 2 / n_in, 2 / (n_in + n_out)])
    return float(stds.min()), float(stds.max())


def scale_too_small(case: Case) -> Finding | None:
    """Small first weights: signals and gradients shrink from layer to layer."""
    if case.start is None:
        return None
    small = [
        b for b in case.start.blocks if not b.normalised and _ratio(b, 0) < SMALLEST_GAIN and b.weights.any()
    ]
    if not small or len(case.start.blocks) < 2:
        return None
    worst = min(small, key=lambda block: _ratio(block, 0))
    spread = rms(worst.output - worst.output.mean(axis=0))
    return Finding(
        "scale_too_small",
        "warning",
        f"the first weights of layer {worst.index} are {1 / _ratio(worst, 0):.0f} times smaller than any common "
        "initialisation draws them; signals and gradients nearly vanish behind it, and training stands still at first",
        'use "glorot_uniform" for tanh and sigmoid, "he_normal" for ReLU',
        worst.index,
        {
            "size of weights": rms(worst.weights),
            "usual": _reference(worst)[0],
            "spread of outputs": spread,
        },
        "Glorot, Bengio 2010, section 4.2.1; He, Zhang, Ren, Sun 2015, section 2.2",
    )


def scale_too_large(case: Case) -> Finding | None:
    """Large first weights: units saturate, outputs are sure and wrong."""
    if case.start is None:
        return None
    large = [b for b in case.start.blocks if not b.normalised and _ratio(b, 1) > LARGEST_GAIN]
    if not large:
        return None
    worst = max(large, key=lambda block: _ratio(block, 1))
    return Finding(
        "scale_too_large",
        "warning",
        f"the first weights of layer {worst.index} are {_ratio(worst, 1):.1f} times larger than any common "
        "initialisation draws them",
        'use "glorot_uniform" for tanh and sigmoid, "he_normal" for ReLU',
        worst.index,
        {
            "size of weights": rms(worst.weights), "usual": _reference(worst)[1],
            "mean size of pre-activations": float(np.abs(worst.active.z).mean()),
        },
        "Glorot, Bengio 2010, section 4.2.1; He, Zhang, Ren, Sun 2015, section 2.2",
    )  # fmt: skip


def _ratio(block: Block, end: int) -> float:
    return rms(block.weights) / _reference(block)[end]


def vanishing_gradient(case: Case) -> Finding | None:
    """The gradient shrinks on its way back; the first layers hardly learn."""
    for seen in _moments(case):
        ratio = _flow(seen)
        if ratio is not None and ratio < VANISHED:
            return _gradient(
                case, seen, "vanishing_gradient", ratio,
                "so the first layers hardly learn",
                'use ReLU with "he_normal", fewer layers, or BatchNorm between them',
            )  # fmt: skip
    return None


def exploding_gradient(case: Case) -> Finding | None:
    """The gradient grows on its way back; steps of the first layers are far too long."""
    for seen in _moments(case):
        ratio = _flow(seen)
        if ratio is not None and ratio > EXPLODED:
            return _gradient(
                case, seen, "exploding_gradient", ratio,
                "so any step that suits the last layer throws the first ones far off",
                'begin with smaller weights ("he_normal", "glorot_uniform"), or clip the gradient (clip_norm=1.0)',
            )  # fmt: skip
    return None


def _moments(case: Case) -> list[Pass]:
    """At the start; and now, where the network has not learned, unless a penalty has shrunk its weights."""
    found = [case.start] if case.start is not None else []
    shrunk = any(_ratio(block, 0) < SMALLEST_GAIN for block in case.now.hidden)
    return found if case.learned or shrunk else [*found, case.now]


def _flow(seen: Pass) -> float | None:
    """The error at the first layer divided by that at the last; None where nothing flows or there is no way."""
    if len(seen.blocks) < 3 or any(block.error_norm == 0 for block in seen.blocks):
        return None
    ratio = seen.blocks[0].error_norm / max(seen.blocks[-1].error_norm, TINY)
    return ratio if np.isfinite(ratio) else None


def _gradient(case: Case, seen: Pass, code: str, ratio: float, harm: str, remedy: str) -> Finding:
    norms = [block.gradient_norm for block in seen.blocks]
    direction = "shrinks" if ratio < 1 else "grows"
    return Finding(
        code,
        "warning" if case.learned else "error",
        f"the error {direction} by a factor of {max(ratio, 1 / max(ratio, TINY)):.3g} between the last and the first "
        f"of {len(norms)} dense layers, {harm}",
        remedy,
        0,
        {
            "error at first / at last layer": ratio,
            "gradient of first layer": norms[0],
            "of last layer": norms[-1],
        },
        "Hochreiter 1991; Glorot, Bengio 2010, section 4.2; Pascanu, Mikolov, Bengio 2013, section 2",
    )


def initial_loss_not_chance(case: Case) -> Finding | None:
    """A network that knows nothing should say so: its first loss is that of guessing."""
    if case.start is None or case.targets.kind in ("labels", "probabilities"):
        return None
    loss, guess = case.start.record.value, case.sample.guess
    if not np.isfinite(guess) or guess <= 0:
        return None
    limit = SURPRISE if case.targets.kind == "classes" else SURPRISE_VALUES
    if loss <= limit * guess:
        return None
    return Finding(
        "initial_loss_not_chance",
        "warning",
        f"before training the loss is {loss:.4g}, and guessing costs {guess:.4g}: the untrained network is sure of "
        "wrong answers, and the first epochs go into unlearning them",
        "begin with smaller weights and biases of 0 in the last layer, and scaled inputs",
        len(case.start.blocks) - 1,
        {"first loss": loss, "loss of guessing": guess, "ratio": loss / guess},
        "Karpathy 2019, A Recipe for Training Neural Networks, step 2: verify loss at init",
    )
