"""Activations, losses and optimizers in PyTorch, by what a plan and a task call them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from glassnet import activations, losses
from glassnet.activations import ActivationFunction
from glassnet.engines.base import is_own
from glassnet.engines.torch.transfer import shares_memory
from glassnet.errors import EngineError
from glassnet.kernels import arrays
from glassnet.kernels.tensors import OF_BATCHES, lift
from glassnet.losses import Loss
from glassnet.optimizers import Optimizer
from glassnet.support.arrays import Array

Pull = Callable[[Array], Array]
Update = Callable[[tuple[float, ...]], None]
MeanLoss = Callable[[Tensor, Tensor, Tensor | None], Tensor]


_OF_ROWS: dict[type[ActivationFunction], Callable[..., Tensor]] = {
    activations.Softmax: torch.softmax,
    activations.LogSoftmax: torch.log_softmax,
}


def activate(activation: ActivationFunction) -> Callable[[Tensor], Tensor]:
    """a = f(z) of an activation."""
    if is_own(activation):
        return lambda z: by_numpy(z, lambda host: _activated(activation, host))
    if type(activation) in _OF_ROWS:
        of_rows = _OF_ROWS[type(activation)]
        return lambda z: of_rows(z, dim=1)
    formula, parameters = lift(type(activation).formula), activation.parameters
    return lambda z: formula(z, *parameters)


def _activated(activation: ActivationFunction, z: Array) -> tuple[Array, Pull]:
    a = activation.value(z)
    return a, lambda gradient: activation.backward(z, a, gradient)


def compare(loss: Loss) -> MeanLoss:
    """The mean loss of targets y, predictions p (n, n_outputs) and weights (n, 1) of the samples, if there are any.

    y holds values (n, n_outputs), or integer classes or labels (n,), as the loss says.
    """
    if is_own(loss):
        return lambda y, p, weights: by_numpy(p, lambda host: _compared(loss, y, host, weights))
    if isinstance(loss, losses.EmbeddingLoss):
        formula, margin = OF_BATCHES[type(loss).formula], loss.margin
        return lambda y, p, weights: formula(y, p, margin)
    if isinstance(loss, losses.SoftmaxCrossEntropy):
        share = loss.label_smoothing
        return lambda y, p, weights: _mean(
            functional.cross_entropy(p, y, reduction="none", label_smoothing=share), weights, len(p)
        )
    if isinstance(loss, losses.RowLoss):
        return _of_rows(loss)
    if isinstance(loss, losses.Quantiles):
        formula, levels = lift(type(loss).formula), loss.levels
        return lambda y, p, weights: _mean(
            formula(y, p, p.new_tensor(levels).repeat_interleave(p.shape[1] // len(levels))),
            weights,
            p.numel(),
        )
    if isinstance(loss, losses.GaussianNLL):
        return _gaussian(loss)
    if not isinstance(loss, losses.ElementwiseLoss):
        raise EngineError(f"{loss!r} is unknown to engine='torch'; use engine='numpy'")
    values = _elementwise(loss)
    if loss.mean_over == "rows":
        return lambda y, p, weights: _mean(values(y, p), weights, len(p))
    return lambda y, p, weights: _mean(values(y, p), weights, p.numel())


def _compared(loss: Loss, y: Tensor, p: Array, weights: Tensor | None) -> tuple[Array, Pull]:
    targets = functional.one_hot(y, p.shape[1]) if loss.takes_classes else y
    shares = None if weights is None else weights[:, 0].cpu().numpy()
    value, slope = loss.compare(loss.smoothed(targets.cpu().numpy().astype(p.dtype)), p, shares)
    return np.array(value), lambda gradient: gradient * slope


def _elementwise(loss: losses.ElementwiseLoss) -> Callable[[Tensor, Tensor], Tensor]:
    formula, parameters, smoothed = lift(type(loss).formula), loss.parameters, _smoothed(loss)
    if loss.takes_classes:
        return lambda y, p: formula(smoothed(functional.one_hot(y, p.shape[1]).to(p.dtype)), p, *parameters)
    return lambda y, p: formula(smoothed(y), p, *parameters)


def _of_rows(loss: losses.RowLoss) -> MeanLoss:
    terms, formula = lift(type(loss).terms), lift(type(loss).formula)
    parameters, k = loss.parameters, loss.rows_per_sample

    def compared(y: Tensor, p: Tensor, weights: Tensor | None) -> Tensor:
        target = y if loss.targets == "values" else y[::k, None]
        entries = (target, *(p[place::k] for place in range(k)))
        sums = [term.sum(dim=1, keepdim=True) for term in terms(*entries, *parameters)]
        values = formula(*entries[: 1 if loss.members else 0], *sums, *parameters)
        return _mean(values, None if weights is None else weights[::k], len(values))

    return compared


def _gaussian(loss: losses.GaussianNLL) -> MeanLoss:
    formula, parameters = lift(type(loss).formula), loss.parameters

    def compared(y: Tensor, p: Tensor, weights: Tensor | None) -> Tensor:
        (m, s), target = p.chunk(2, dim=1), y.chunk(2, dim=1)[0]
        return _mean(formula(target, m, s, *parameters), weights, m.numel())

    return compared


def _smoothed(loss: Loss) -> Callable[[Tensor], Tensor]:
    if loss.label_smoothing == 0:
        return lambda y: y
    return lambda y: (1 - loss.label_smoothing) * y + loss.share_of_each(y.shape[1])


def _mean(values: Tensor, weights: Tensor | None, count: int) -> Tensor:
    if weights is not None:
        values = values * (weights if values.ndim == 2 else weights[:, 0])
    return values.mean() if count == values.numel() else values.sum() / count


# ---- what a user wrote for NumPy


class _ByNumPy(torch.autograd.Function):
    """A function that NumPy computes; autograd is told its gradient and does not look inside."""

    @staticmethod
    def forward(context: Any, p: Tensor, function: Callable[[Array], tuple[Array, Pull]]) -> Tensor:
        value, context.pull = function(p.detach().cpu().numpy())
        return _like(value, p)

    @staticmethod
    def backward(context: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        gradient = gradients[0]
        return _like(context.pull(gradient.cpu().numpy()), gradient), None


def _like(array: Array, tensor: Tensor) -> Tensor:
    return torch.from_numpy(np.array(array)).to(tensor)


def by_numpy(p: Tensor, function: Callable[[Array], tuple[Array, Pull]]) -> Tensor:
    """A function that gives, for an array, its value and what takes the gradient back through it."""
    single = p.float() if p.dtype == torch.bfloat16 else p
    value: Tensor = _ByNumPy.apply(single, function)  # type: ignore[no-untyped-call]
    return value


def clip(gradients: Tensor, norm: float | None, value: float | None) -> None:
    """Scale the gradients to at most this Euclidean norm, then limit each entry."""
    if norm is not None:
        gradients.mul_((norm / torch.linalg.vector_norm(gradients)).clamp(max=1))
    if value is not None:
        gradients.clamp_(-value, value)


# ---- optimizers


def updater(
    optimizer: Optimizer, parameters: Tensor, gradients: Tensor, states: Tensor, factors: Array
) -> Update:
    """The optimizer's rule over flat tensors, which it changes, for the coefficients of a step.

    Where NumPy works in the same memory, it computes the update; elsewhere the rule is lifted.

    Raises `EngineError` if the rule is a user's own, and NumPy cannot compute it there.
    """
    rule = optimizer.rule
    if shares_memory(parameters.device):
        w, g = arrays.Views(parameters.numpy()), arrays.Views(gradients.numpy())
        host_states = states.numpy()

        @np.errstate(over="ignore", invalid="ignore", divide="ignore")
        def update_host(coefficients: tuple[float, ...]) -> None:
            arrays.update(rule, w, g, host_states, coefficients, factors)

        return update_host
    if is_own(optimizer):
        raise EngineError(
            f"{optimizer!r} has a rule of your own, which NumPy computes, and NumPy does not reach device="
            f"{parameters.device.type!r}; train on device='cpu'"
        )
    lifted = lift(rule)
    shares = torch.tensor(factors, dtype=parameters.dtype, device=parameters.device)

    @torch.no_grad()
    def update(coefficients: tuple[float, ...]) -> None:
        new, *results = lifted(parameters, gradients, *states, coefficients)
        for vector, result in zip(states, results, strict=True):
            vector.copy_(result)
        if len(shares) == 0:
            parameters.copy_(new)
        else:
            parameters.add_(shares * (new - parameters))

    return update
