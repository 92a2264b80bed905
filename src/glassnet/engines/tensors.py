"""Activations, losses and optimizers in PyTorch, by what a plan and a task call them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from glassnet import activations, losses, optimizers
from glassnet.activations import Activation
from glassnet.errors import EngineError
from glassnet.kernels.tensors import OF_BATCHES, lift
from glassnet.losses import Loss
from glassnet.optimizers import Optimizer

Array = NDArray[Any]
MeanLoss = Callable[[Tensor, Tensor, "Tensor | None"], Tensor]


def activate(activation: Activation) -> Callable[[Tensor], Tensor]:
    """a = f(z) of an activation."""
    if isinstance(activation, activations.Softmax):
        return lambda z: torch.softmax(z, dim=1)
    if isinstance(activation, activations.Function):
        return lambda z: own(z, lambda host: _value_and_slope(activation, host))
    formula, parameters = lift(type(activation).formula), activation.parameters
    return lambda z: formula(z, *parameters)


def _value_and_slope(activation: activations.Function, z: Array) -> tuple[Array, Array]:
    a = activation.value(z)
    return a, activation.slope(z, a)


def compare(loss: Loss) -> MeanLoss:
    """The mean loss of targets y, predictions p (n, n_outputs) and weights (n, 1) of the samples, if there are any.

    y holds values (n, n_outputs), or integer classes or labels (n,), as the loss says.
    """
    if isinstance(loss, losses.EmbeddingLoss):
        formula, margin = OF_BATCHES[type(loss).formula], loss.margin
        return lambda y, p, weights: formula(y, p, margin)
    if isinstance(loss, losses.SoftmaxCrossEntropy):
        return lambda y, p, weights: _mean(functional.cross_entropy(p, y, reduction="none"), weights, len(p))
    if not isinstance(loss, losses.ElementwiseLoss):
        raise EngineError(f"{loss!r} is unknown to engine='torch'; use engine='numpy'")
    values = _elementwise(loss)
    if loss.mean_over == "rows":
        return lambda y, p, weights: _mean(values(y, p), weights, len(p))
    return lambda y, p, weights: _mean(values(y, p), weights, p.numel())


def _elementwise(loss: losses.ElementwiseLoss) -> Callable[[Tensor, Tensor], Tensor]:
    if isinstance(loss, losses.Function):
        function, derivative = loss.function, loss.derivative

        def own_loss(y: Tensor, p: Tensor) -> Tensor:
            host = y.cpu().numpy()
            return own(p, lambda given: (function(host, given), derivative(host, given)))

        return own_loss
    formula, parameters = lift(type(loss).formula), loss.parameters
    if loss.takes_classes:
        return lambda y, p: formula(functional.one_hot(y, p.shape[1]).to(p.dtype), p, *parameters)
    return lambda y, p: formula(y, p, *parameters)


def _mean(values: Tensor, weights: Tensor | None, count: int) -> Tensor:
    if weights is not None:
        values = values * (weights if values.ndim == 2 else weights[:, 0])
    return values.sum() / count


class _Own(torch.autograd.Function):
    """A user's own pair of functions, computed by NumPy; the slope is the user's, not autograd's."""

    @staticmethod
    def forward(context: Any, p: Tensor, pair: Callable[[Array], tuple[Array, Array]]) -> Tensor:
        value, slope = (
            torch.tensor(np.asarray(part), dtype=p.dtype, device=p.device)
            for part in pair(p.detach().cpu().numpy())
        )
        context.slope = slope
        return value

    @staticmethod
    def backward(context: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        return gradients[0] * context.slope, None


def own(p: Tensor, pair: Callable[[Array], tuple[Array, Array]]) -> Tensor:
    """A user's own function at `p`; `pair` gives its value and slope for a NumPy array."""
    value: Tensor = _Own.apply(p.float() if p.dtype == torch.bfloat16 else p, pair)  # type: ignore[no-untyped-call]
    return value


def clip(gradients: Tensor, norm: float | None, value: float | None) -> None:
    """Scale the gradients to at most this Euclidean norm, then limit each entry."""
    if norm is not None:
        gradients.mul_((norm / torch.linalg.vector_norm(gradients)).clamp(max=1))
    if value is not None:
        gradients.clamp_(-value, value)


# ---- optimizers: the one of torch.optim, and what it calls the vectors that ours carries


def updater(optimizer: Optimizer, parameters: Tensor) -> tuple[torch.optim.Optimizer, tuple[str, ...]]:
    """The optimizer of torch.optim for the flat parameters, and the names of its state vectors in our order.

    Raises
    ------
    EngineError
        If there is none.
    """
    if type(optimizer) not in _UPDATERS:
        raise EngineError(f"{optimizer!r} has no counterpart in torch.optim; use engine='numpy'")
    make, names = _UPDATERS[type(optimizer)]
    return make(optimizer, [parameters]), names[: optimizer.n_states]


def _sgd(ours: optimizers.SGD, given: list[Tensor]) -> torch.optim.Optimizer:
    return torch.optim.SGD(given, momentum=ours.momentum, nesterov=ours.nesterov, weight_decay=ours.weight_decay)


def _adagrad(ours: optimizers.AdaGrad, given: list[Tensor]) -> torch.optim.Optimizer:
    return torch.optim.Adagrad(given, eps=ours.epsilon, weight_decay=ours.weight_decay)


def _rmsprop(ours: optimizers.RMSProp, given: list[Tensor]) -> torch.optim.Optimizer:
    return torch.optim.RMSprop(given, alpha=ours.alpha, eps=ours.epsilon, weight_decay=ours.weight_decay)


def _adam(ours: optimizers.Adam, given: list[Tensor]) -> torch.optim.Optimizer:
    kind = torch.optim.AdamW if isinstance(ours, optimizers.AdamW) else torch.optim.Adam
    return kind(given, betas=(ours.beta1, ours.beta2), eps=ours.epsilon, weight_decay=ours.weight_decay)


_UPDATERS: dict[type[Optimizer], tuple[Callable[..., torch.optim.Optimizer], tuple[str, ...]]] = {
    optimizers.SGD: (_sgd, ("momentum_buffer",)),
    optimizers.AdaGrad: (_adagrad, ("sum",)),
    optimizers.RMSProp: (_rmsprop, ("square_avg",)),
    optimizers.Adam: (_adam, ("exp_avg", "exp_avg_sq")),
    optimizers.AdamW: (_adam, ("exp_avg", "exp_avg_sq")),
}
