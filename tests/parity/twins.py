"""PyTorch's own functions beside those of glassnet, and any network written in them; autograd is the referee."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

import glassnet as gn
from glassnet import activations, losses
from glassnet.activations import ActivationFunction
from glassnet.layers import Layer
from glassnet.losses import Loss
from glassnet.network.network import Network

Array = NDArray[Any]


def gradients(value: Tensor, *sources: Tensor, upstream: Array | None = None) -> list[Array]:
    """What autograd finds for each source; zeros for one that the value does not depend on."""
    outputs = None if upstream is None else torch.tensor(upstream)
    found = torch.autograd.grad(value, sources, outputs, allow_unused=True, materialize_grads=True)
    return [gradient.numpy() for gradient in found]


def activate(activation: ActivationFunction, z: Tensor) -> Tensor:
    """PyTorch's activation; its softplus turns into z beyond a threshold, which is set out of reach."""
    match activation:
        case activations.Linear():
            return z.clone()
        case activations.LeakyReLU(slope_below):
            return functional.leaky_relu(z, slope_below)
        case activations.ELU(alpha):
            return functional.elu(z, alpha)
        case activations.Softplus():
            return functional.softplus(z, threshold=500)
        case activations.Softmax():
            return functional.softmax(z, dim=1)
        case activations.LogSoftmax():
            return functional.log_softmax(z, dim=1)
        case activations.Function():
            return torch.sin(z)
        case _:
            return SIMPLE[type(activation)](z)


SIMPLE: dict[type[ActivationFunction], Callable[[Tensor], Tensor]] = {
    activations.ReLU: functional.relu,
    activations.GELU: functional.gelu,
    activations.SiLU: functional.silu,
    activations.Sigmoid: torch.sigmoid,
    activations.Tanh: torch.tanh,
    activations.SELU: functional.selu,
    activations.Mish: functional.mish,
    # PyTorch's own lose the digits of small values, and its hardsigmoid has a slope of float32's 1/6.
    activations.GELUTanh: lambda z: z * torch.sigmoid(2 * math.sqrt(2 / math.pi) * (z + 0.044715 * z**3)),
    activations.HardSigmoid: lambda z: functional.relu6(z + 3) / 6,
    activations.HardSwish: functional.hardswish,
    activations.Exponential: torch.exp,
}


def compare(loss: Loss, targets: Any, p: Tensor) -> Tensor:
    """PyTorch's loss; where it has none, the definition in as few words as possible."""
    y = torch.empty(0) if targets is None else torch.as_tensor(targets)
    match loss:
        case losses.TripletMargin(margin, swap):
            return functional.triplet_margin_loss(p[::3], p[1::3], p[2::3], margin=margin, swap=swap)
        case losses.CosineEmbedding(margin):
            return functional.cosine_embedding_loss(p[::2], p[1::2], y, margin=margin)
        case losses.ContrastivePairs(margin):
            d = torch.linalg.vector_norm(p[::2] - p[1::2], dim=1)
            return (y * d**2 + (1 - y) * (margin - d).clamp(min=0) ** 2).mean() / 2
        case losses.Huber(delta):
            return functional.huber_loss(p, y, delta=delta)
        case losses.Quantile(level):
            return torch.maximum(level * (y - p), (level - 1) * (y - p)).mean()
        case losses.Cosine():
            return (1 - functional.cosine_similarity(p, y)).mean()
        case losses.Quantiles(levels):
            parts = zip(levels, p.chunk(len(levels), dim=1), strict=True)
            return torch.stack(
                [torch.maximum(q * (y - part), (q - 1) * (y - part)) for q, part in parts]
            ).mean()
        case losses.GaussianNLL(floor):
            means, logarithms = p.chunk(2, dim=1)
            return functional.gaussian_nll_loss(means, y, logarithms.exp() + floor)
        case losses.Focal(gamma, alpha):
            return focal(y, p, gamma, -1 if alpha is None else alpha)
        case losses.CategoricalCrossEntropy(label_smoothing=share):
            rows = functional.one_hot(y, p.shape[1]).to(p.dtype) if loss.takes_classes else y
            return -((rows + share * (1 / p.shape[1] - rows)) * p.log()).sum(dim=1).mean()
        case losses.SoftmaxCrossEntropy(label_smoothing=share):
            return functional.cross_entropy(p, y, label_smoothing=share)
        case losses.BinaryCrossEntropy(label_smoothing=share, pos_weight=1.0):
            return functional.binary_cross_entropy(p, y + share * (0.5 - y))
        case losses.BinaryCrossEntropy(pos_weight=weight):
            return -(weight * y * p.log() + (1 - y) * (1 - p).log()).mean()
        case losses.SigmoidCrossEntropy(label_smoothing=share, pos_weight=weight):
            return functional.binary_cross_entropy_with_logits(
                p, y + share * (0.5 - y), pos_weight=torch.tensor(weight, dtype=torch.float64)
            )
        case losses.Contrastive(margin):
            return contrastive(y, p, margin)
        case losses.TripletHard(margin):
            return triplet_hard(y, p, margin)
        case losses.TripletAll(margin):
            return triplet_all(y, p, margin)
        case _:
            return ELEMENTWISE[type(loss)](p, y)


ELEMENTWISE: dict[type[Loss], Callable[[Tensor, Tensor], Tensor]] = {
    losses.MeanSquaredError: functional.mse_loss,
    losses.MeanAbsoluteError: functional.l1_loss,
    losses.LogCosh: lambda p, y: torch.log(torch.cosh(p - y)).mean(),
    losses.Poisson: lambda p, y: functional.poisson_nll_loss(p, y, log_input=False, full=False, eps=0),
    losses.PoissonLogRates: lambda p, y: functional.poisson_nll_loss(p, y, log_input=True, full=False),
    losses.KullbackLeibler: lambda p, y: functional.kl_div(p.log(), y, reduction="batchmean"),
    losses.Hinge: lambda p, y: torch.relu(1 - y * p).mean(),
    losses.SquaredHinge: lambda p, y: torch.relu(1 - y * p).square().mean(),
    losses.Function: lambda p, y: ((p - y) ** 3).mean(),
}


def focal(y: Tensor, z: Tensor, gamma: float, alpha: float) -> Tensor:
    """Lin 2017, eq. 5, as torchvision.ops.sigmoid_focal_loss defines it."""
    p = torch.sigmoid(z)
    certain = p * y + (1 - p) * (1 - y)
    costs = functional.binary_cross_entropy_with_logits(z, y, reduction="none") * (1 - certain) ** gamma
    return (costs if alpha < 0 else costs * (alpha * y + (1 - alpha) * (1 - y))).mean()


def contrastive(labels: Tensor, p: Tensor, margin: float) -> Tensor:
    """Hadsell 2006, pair by pair."""
    costs = []
    for i in range(len(p)):
        for j in range(i + 1, len(p)):
            d = torch.linalg.vector_norm(p[i] - p[j])
            costs.append(d**2 / 2 if labels[i] == labels[j] else torch.clamp(margin - d, min=0) ** 2 / 2)
    return torch.stack(costs).mean() if costs else p.sum() * 0


def triplet_hard(labels: Tensor, p: Tensor, margin: float) -> Tensor:
    """Hermans 2017, eq. 5, anchor by anchor, over the anchors that have both."""
    costs = []
    for positives, negatives in _anchors(labels, p):
        if positives and negatives:
            costs.append(torch.clamp(margin + max(positives) - min(negatives), min=0))
    return torch.stack(costs).mean() if costs else p.sum() * 0


def triplet_all(labels: Tensor, p: Tensor, margin: float) -> Tensor:
    """Hermans 2017, eq. 6, triplet by triplet."""
    costs = [
        torch.clamp(margin + positive - negative, min=0)
        for positives, negatives in _anchors(labels, p)
        for positive in positives
        for negative in negatives
    ]
    return torch.stack(costs).mean() if costs else p.sum() * 0


def _anchors(labels: Tensor, p: Tensor) -> list[tuple[list[Tensor], list[Tensor]]]:
    """Distances to positives and to negatives, anchor by anchor."""
    return [
        (
            [_distance(p, i, j) for j in range(len(p)) if j != i and labels[j] == labels[i]],
            [_distance(p, i, j) for j in range(len(p)) if labels[j] != labels[i]],
        )
        for i in range(len(p))
    ]


def _distance(p: Tensor, i: int, j: int) -> Tensor:
    distance: Tensor = torch.linalg.vector_norm(p[i] - p[j])
    return distance


def forward(net: Network, x: Tensor, parameters: Tensor, masks: Array) -> Tensor:
    """The network's forward pass in training, from the same flat vector of parameters and dropout masks."""
    left = [masks]
    for index, layer in enumerate(net.layers):
        own = {
            slot.parameter.name: parameters[slot.start : slot.stop].reshape(slot.parameter.shape)
            for slot in net.layout.parameters
            if slot.layer == index
        }
        x = in_training(layer, x, own, left)
    return x


def in_training(layer: Layer, x: Tensor, own: dict[str, Tensor], masks: list[Array]) -> Tensor:
    """One layer, or those inside of it, which take their dropout masks from the front of the only entry."""
    if isinstance(layer, gn.Residual):
        y = x
        for place, inner in enumerate(layer.layers):
            start = f"{place}."
            inside = {name.removeprefix(start): part for name, part in own.items() if name.startswith(start)}
            y = in_training(inner, y, inside, masks)
        return x + y
    if isinstance(layer, gn.Dropout):
        mask, masks[0] = np.split(masks[0], [x.numel()])
        return x * torch.tensor(mask).reshape(x.shape) / (1 - layer.rate)
    return through(layer, x, own)


def through(layer: Layer, x: Tensor, own: dict[str, Tensor]) -> Tensor:
    """One layer."""
    match layer:
        case gn.Dense(activation=activation):
            return activate(
                activations.get(activation), functional.linear(x, own["weights"].T, own.get("bias"))
            )
        case gn.Activation(activation):
            return activate(activations.get(activation), x)
        case gn.BatchNorm():
            return functional.batch_norm(
                x, None, None, own["weights"], own["bias"], training=True, eps=layer.epsilon
            )
        case gn.LayerNorm():
            return functional.layer_norm(x, x.shape[1:], own["weights"], own["bias"], eps=layer.epsilon)
        case gn.Scale():
            return x * own["weights"]
        case gn.PReLU():
            return functional.prelu(x, own["weights"])
        case gn.ParametricSELU():
            return torch.lerp(x, functional.selu(x), own["weights"])
        case gn.ParametricMish():
            return torch.lerp(x, functional.mish(x), own["weights"])
        case gn.Periodic():
            waves = torch.cos(
                2 * torch.pi * x[:, list(layer.columns), None] * own["frequencies"] + own["phases"]
            )
            weights = own["weights"].reshape(len(layer.columns), layer.waves, layer.dimension)
            learned = torch.einsum("nmk,mkd->nmd", waves, weights) + own["offsets"]
            return torch.cat([x, learned.flatten(1)], dim=1)
        case gn.RMSNorm(epsilon):
            return functional.rms_norm(x, x.shape[1:], own["weights"], epsilon)
        case gn.Flatten():
            return x.flatten(1)
    raise NotImplementedError(layer)


def penalty(net: Network, parameters: Tensor) -> Tensor:
    """l1 sum abs(W) + l2 / 2 sum W^2, and the same of the biases."""
    total = torch.zeros((), dtype=parameters.dtype)
    for slot in net.layout.parameters:
        layer = net.layers[slot.layer]
        if isinstance(layer, gn.Dense):
            strengths = {"weights": (layer.l1, layer.l2), "bias": (layer.bias_l1, layer.bias_l2)}
            (l1, l2), array = strengths[slot.parameter.name], parameters[slot.start : slot.stop]
            total = total + l1 * array.abs().sum() + l2 / 2 * array.square().sum()
    return total


class NAdam(torch.optim.NAdam):
    """PyTorch's own, with the product of its momenta in float64: it takes the default dtype."""

    def step(self, closure: Any = None) -> Any:
        torch.set_default_dtype(torch.float64)
        try:
            return super().step(closure)
        finally:
            torch.set_default_dtype(torch.float32)


class Lion(torch.optim.Optimizer):
    """Algorithm 2 of Chen et al. 2023, line by line; PyTorch has none."""

    def __init__(
        self, w: Any, lr: float = 1e-4, betas: tuple[float, float] = (0.9, 0.99), weight_decay: float = 0.0
    ) -> None:
        super().__init__(w, {"lr": lr, "betas": betas, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self, closure: Any = None) -> None:
        for group in self.param_groups:
            beta1, beta2 = group["betas"]
            for theta in group["params"]:
                m = self.state[theta].setdefault("m", torch.zeros_like(theta))
                c = beta1 * m + (1 - beta1) * theta.grad
                theta -= group["lr"] * (torch.sign(c) + group["weight_decay"] * theta)
                m.copy_(beta2 * m + (1 - beta2) * theta.grad)
