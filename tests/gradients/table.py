"""Everything with a derivative that glassnet knows, found in the registries; variants are added by hand."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

import glassnet as gn
from glassnet import activations, losses, optimizers
from glassnet.activations import ActivationFunction
from glassnet.layers import Layer
from glassnet.losses import Loss

Array = NDArray[Any]


def label(thing: object) -> str:
    """A name for a test; the address of a user's function would change from process to process."""
    return re.sub(r" at 0x\w+", "", repr(thing))


def sine_slope(z: Array, a: Array) -> Array:
    slope: Array = np.cos(z)
    return slope


def cubed_error(y: Array, p: Array) -> Array:
    value: Array = (p - y) ** 3
    return value


def cubed_error_slope(y: Array, p: Array) -> Array:
    value: Array = 3 * (p - y) ** 2
    return value


# Optimizers that take steps; the others minimise (tests/training/test_minimisation.py).
STEPPING = [name for name in optimizers.names() if optimizers.get(name).takes_steps]

ACTIVATIONS: list[ActivationFunction] = [
    *(part for part in map(activations.get, activations.names()) if not part.forward_only),
    activations.LeakyReLU(0.2),
    activations.LeakyReLU(1.5),
    activations.LeakyReLU(-0.5),
    activations.ELU(0.3),
    activations.ELU(2.0),
    activations.Function(np.sin, sine_slope),
    activations.Function(np.sin, np.cos),
]
ELEMENTWISE = [activation for activation in ACTIVATIONS if not activation.is_of_rows]


def kinks(activation: ActivationFunction) -> tuple[float, ...]:
    """Where the slope jumps."""
    return () if activation.facts is None else activation.facts.kinks


# Infinite where the dtype holds no such number.
GROWS_BEYOND = (activations.Exponential,)
TAME = [activation for activation in ACTIVATIONS if not isinstance(activation, GROWS_BEYOND)]

LOSSES: list[Loss] = [
    *map(losses.get, losses.names()),
    losses.Huber(0.3),
    losses.Huber(2.5),
    losses.Quantile(0.9),
    losses.Quantile(0.05),
    losses.SigmoidCrossEntropy(pos_weight=7.0),
    losses.SigmoidCrossEntropy(pos_weight=0.1, label_smoothing=0.1),
    losses.BinaryCrossEntropy(pos_weight=3.0),
    losses.BinaryCrossEntropy(label_smoothing=0.2),
    losses.CategoricalCrossEntropy(label_smoothing=0.2),
    losses.SparseCategoricalCrossEntropy(label_smoothing=1.0),
    losses.SigmoidCrossEntropy(label_smoothing=0.1),
    losses.SoftmaxCrossEntropy(label_smoothing=0.3),
    losses.SparseSoftmaxCrossEntropy(label_smoothing=0.1),
    losses.GaussianNLL(0.5),
    losses.Quantiles((0.05, 0.95)),
    losses.Quantiles([0.5]),
    losses.Focal(0.5, None),
    losses.Focal(0.0, 0.6),
    losses.Focal(3.0, 1.0),
    losses.Contrastive(0.4),
    losses.Contrastive(3.0),
    losses.TripletHard(0.2),
    losses.TripletHard(4.0),
    losses.TripletAll(0.2),
    losses.TripletAll(4.0),
    losses.ContrastivePairs(2.5),
    losses.CosineEmbedding(0.3),
    losses.TripletMargin(0.3, swap=True),
    losses.TripletMargin(4.0, swap=True),
    losses.Function(cubed_error, cubed_error_slope),
]
WEIGHTED = [loss for loss in LOSSES if not isinstance(loss, losses.EmbeddingLoss)]

LAYERS: dict[str, list[Layer]] = {
    "dense": [
        *(gn.Dense(3, activation) for activation in TAME),
        gn.Dense(2, "tanh", l1=0.1),
        gn.Dense(2, "tanh", l2=0.3),
        gn.Dense(2, l1=0.05, l2=0.2),
        gn.Dense(3, "tanh", use_bias=False),
        gn.Dense(2, "softmax", use_bias=False, l2=0.1),
        gn.Dense(2, "tanh", bias_l1=0.1, bias_l2=0.3),
    ],
    "activation": [gn.Activation(activation) for activation in TAME],
    "dropout": [gn.Dropout(0.4), gn.Dropout(0.0)],
    "batch_norm": [gn.BatchNorm(), gn.BatchNorm(momentum=1.0, epsilon=0.1)],
    "layer_norm": [gn.LayerNorm(), gn.LayerNorm(epsilon=0.1)],
    "scale": [gn.Scale()],
    "prelu": [gn.PReLU(), gn.PReLU(-0.4), gn.PReLU(0.5, shared=True)],
    "parametric_selu": [gn.ParametricSELU()],
    "parametric_mish": [gn.ParametricMish()],
    "periodic": [gn.Periodic([0]), gn.Periodic([1, 0], waves=3, dimension=2, deviation=0.3)],
    "rms_norm": [gn.RMSNorm(), gn.RMSNorm(epsilon=0.1)],
    "residual": [
        gn.Residual([gn.Activation("tanh"), gn.Dropout(0.3), gn.Scale()]),
        gn.Residual([gn.Residual([gn.LayerNorm()]), gn.PReLU(), gn.Flatten()]),
    ],
    "flatten": [gn.Flatten()],
}
ALL_LAYERS = [layer for layers in LAYERS.values() for layer in layers]


def computes(stack: Sequence[Layer]) -> bool:
    """Whether these layers make a network: Flatten alone computes nothing."""
    return not all(isinstance(layer, gn.Flatten) for layer in stack)


# The last activation that gives what a loss of the network's output needs; linear for all others.
OUTPUTS: dict[type[Loss], str] = {
    losses.BinaryCrossEntropy: "sigmoid",
    losses.CategoricalCrossEntropy: "softmax",
    losses.SparseCategoricalCrossEntropy: "softmax",
    losses.KullbackLeibler: "softmax",
    losses.Poisson: "softplus",
}


def output_activation(loss: Loss) -> ActivationFunction:
    return activations.get(OUTPUTS.get(type(loss), "linear"))


def predictions(loss: Loss, random: np.random.Generator, n: int, k: int) -> Array:
    """Predictions of k targets that this loss can read, well inside its domain."""
    size = n * loss.rows_per_sample, k * loss.outputs_per_target
    return np.ascontiguousarray(output_activation(loss).value(random.normal(size=size)))


def samples(loss: Loss, random: np.random.Generator, n: int, k: int) -> Array:
    """As many samples of k features; pairs and triplets for a loss of such."""
    members = [len(loss.members)] if loss.members else []
    return random.normal(size=(n, *members, k))


def targets(loss: Loss, random: np.random.Generator, n: int, k: int) -> Any:
    """Targets for predictions of k targets; None where a loss takes none."""
    if loss.members:
        return random.choice(loss.only_targets, size=n) if loss.takes_targets else None
    if loss.targets == "classes":
        return random.integers(k, size=n)
    if loss.targets == "labels":
        return random.integers(3, size=n)
    if loss.only_targets:
        return random.choice(loss.only_targets, size=(n, k))
    if loss.domain == (0.0, 1.0):
        return random.dirichlet(np.ones(k), size=n) if loss.rows_sum_to_one else random.uniform(size=(n, k))
    if loss.domain == (0.0, np.inf):
        return random.poisson(2.0, size=(n, k)).astype(float)
    return random.normal(size=(n, k))
