"""The torch engine: the same plan read by PyTorch, which finds the gradient itself, on any of its devices."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from glassnet.engines.base import Array, Placement, Steps, Task, Vectors
from glassnet.engines.torch import devices, tensors
from glassnet.engines.torch.transfer import Resident, Samples, tensor
from glassnet.optimizers import Optimizer
from glassnet.plan import ACTIVATION, BATCH_NORM, DENSE, DROPOUT, NOWHERE, Plan, Row

PREDICTION_ROWS = 16384
NO_MASKS = torch.empty(0, dtype=torch.uint8)
# The square of a number that is no larger, and sums of a million such, are finite.
SQUARES_FIT = {torch.bfloat16: 1e16, torch.float32: 1e16, torch.float64: 1e150}


class Forward:
    """The rows of a plan over flat tensors of parameters and running statistics."""

    def __init__(self, plan: Plan, parameters: Tensor, running: Tensor) -> None:
        self.rows = plan.rows
        self.weights = [_weights(row, parameters) for row in plan.rows]
        self.biases = [_bias(row, parameters) for row in plan.rows]
        self.running = [_running(row, running) for row in plan.rows]
        self.activations = [tensors.activate(row.activation) for row in plan.rows]
        self.batch_norm: Callable[..., Tensor] = functional.batch_norm

    @property
    def leaves(self) -> list[Tensor]:
        """Weights and biases in the order of the flat vector."""
        pairs = zip(self.weights, self.biases, strict=True)
        return [leaf for pair in pairs for leaf in pair if leaf.numel()]

    def __call__(self, x: Tensor, masks: Tensor, training: bool) -> Tensor:
        """The last row's output for the batch x (n, n_features) and its own dropout masks."""
        for row, weights, bias, running, activate in zip(
            self.rows, self.weights, self.biases, self.running, self.activations, strict=True
        ):
            if row.kind == DENSE:
                x = activate(torch.mm(x, weights) if row.bias == NOWHERE else torch.addmm(bias, x, weights))
            elif row.kind == ACTIVATION:
                x = activate(x)
            elif row.kind == DROPOUT:
                x = x * _mask(row, masks, x) * (1 / (1 - row.rate)) if training else x
            elif row.kind == BATCH_NORM:
                mean, variance = running
                x = self.batch_norm(x, mean, variance, weights, bias, training, row.momentum, row.epsilon)
            else:
                x = _layer_norm(row, x, weights, bias)
        return x

    def penalty(self) -> Tensor | float:
        """l1 sum abs(W) + l2 / 2 sum W^2 over all rows, and the same of their biases."""
        triples = zip(self.rows, self.weights, self.biases, strict=True)
        return sum(
            l1 * array.abs().sum() + l2 / 2 * array.square().sum()
            for row, weights, bias in triples
            for array, l1, l2 in ((weights, row.l1, row.l2), (bias, row.bias_l1, row.bias_l2))
            if l1 > 0 or l2 > 0
        )


def _layer_norm(row: Row, x: Tensor, weights: Tensor, bias: Tensor) -> Tensor:
    """Layer norm; samples whose squares would overflow are made smaller first, which changes nothing of what it gives.

    Their epsilon stays: beside the variance of such numbers it is nothing. Whether there are any is asked first where
    an answer costs less than the work that it saves: on a CPU, step by step.
    """
    fit = SQUARES_FIT[x.dtype]
    asked = x.device.type == "cpu" and not torch.compiler.is_compiling()
    if not asked or float(x.detach().abs().max()) > fit:
        largest = torch.linalg.vector_norm(x.detach(), math.inf, dim=1, keepdim=True)
        x = x * (fit / largest).clamp(max=1)
    return functional.layer_norm(x, (row.n_outputs,), weights, bias, row.epsilon)


def _piece(flat: Tensor, start: int, *shape: int) -> Tensor:
    return flat[:0] if start == NOWHERE else flat[start : start + math.prod(shape)].view(shape)


def _weights(row: Row, flat: Tensor) -> Tensor:
    shape = (row.n_inputs, row.n_outputs) if row.kind == DENSE else (row.n_outputs,)
    return _piece(flat, row.weights, *shape)


def _bias(row: Row, flat: Tensor) -> Tensor:
    return _piece(flat, row.bias, row.n_outputs)


def _running(row: Row, flat: Tensor) -> tuple[Tensor, ...]:
    """Running mean and variance."""
    return _piece(flat, row.statistics, 2, row.n_outputs).unbind() if row.kind == BATCH_NORM else ()


def _mask(row: Row, masks: Tensor, x: Tensor) -> Tensor:
    return masks[row.mask * len(x) : (row.mask + row.n_outputs) * len(x)].view(x.shape)


class TorchTrainer:
    """Autograd and the optimizer's rule over one task."""

    def __init__(self, task: Task, device: torch.device, placement: Placement) -> None:
        self.task, self.device = task, device
        self.precision: AbstractContextManager[Any] = (
            torch.autocast(device.type, torch.bfloat16) if placement.mixed_precision else nullcontext()
        )
        self.resident = Resident(task, device)
        self.samples = Samples(task.loss, device)
        self.forward = Forward(task.plan, self.resident.parameters, self.resident.running)
        self.leaves = [leaf.requires_grad_() for leaf in self.forward.leaves]
        self.compare = tensors.compare(task.loss)
        self.objective: Callable[..., Tensor] = (
            torch.compile(self._objective) if placement.torch_compile else self._objective
        )
        self.gradients = self._gradients()
        self.update = tensors.updater(
            task.optimizer, self.resident.parameters, self.gradients, self.resident.states
        )

    def _gradients(self) -> Tensor:
        """Where the flat gradients are put."""
        return self.resident.gradients

    def run(self, steps: Steps, losses: NDArray[np.float64]) -> int:
        """Take the steps and note their losses; the number of steps until a loss that is not finite."""
        with _threads(self.task.threads):
            self.samples.take(steps.data)
            done = self._take(steps, losses)
            if done < len(steps) and not self.resident.shared:
                self._take(steps.first(done), np.empty(done))
            self.resident.store()
        return done

    def _take(self, steps: Steps, losses: NDArray[np.float64]) -> int:
        """Shared memory is left alone from the first bad loss on; copies on a device are asked only at the end."""
        self.resident.load()
        found: list[Tensor] = []
        for objective, coefficients in zip(self._objectives(steps), steps.coefficients.tolist(), strict=True):
            found.append(objective.detach())
            if self.resident.shared and not math.isfinite(objective.item()):
                break
            self._update(objective, tuple(coefficients))
        if found:
            losses[: len(found)] = torch.stack(found).cpu().numpy()
        bad = np.flatnonzero(~np.isfinite(losses[: len(found)]))
        return int(bad[0]) if len(bad) else len(found)

    def _objectives(self, steps: Steps) -> Iterator[Tensor]:
        data, samples, n_columns, at = steps.data, self.samples, self.task.plan.n_mask_columns, 0
        order, masks = tensor(data.order, self.device), tensor(steps.masks, self.device)
        for start, stop in zip(data.starts.tolist(), data.stops.tolist(), strict=True):
            chosen = order[start:stop] if len(order) else slice(start, stop)
            x, y, weights = samples.batch(chosen)
            ahead = at + (stop - start) * n_columns
            yield self.objective(x, y, weights, masks[at:ahead])
            at = ahead

    def _objective(self, x: Tensor, y: Tensor, weights: Tensor | None, masks: Tensor) -> Tensor:
        """The mean loss of a batch and the weight penalties."""
        with self.precision:
            output = self.forward(x, masks, True)
        return self.compare(y, output.to(x.dtype), weights) + self.forward.penalty()

    def _update(self, objective: Tensor, coefficients: tuple[float, ...]) -> None:
        self._differentiate(objective)
        self._step(coefficients)

    def _differentiate(self, objective: Tensor) -> None:
        """Fill the flat gradients."""
        if self.leaves:
            found = torch.autograd.grad(objective, self.leaves)
            torch.cat([gradient.reshape(-1) for gradient in found], out=self.gradients)

    def _step(self, coefficients: tuple[float, ...]) -> None:
        """Update the parameters from the gradients."""
        optimizer = self.task.optimizer
        tensors.clip(self.gradients, optimizer.clip_norm, optimizer.clip_value)
        self.update(coefficients)


@contextmanager
def _threads(count: int | None) -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(count or before)
    try:
        yield
    finally:
        torch.set_num_threads(before)


class TorchEngine:
    """PyTorch over the same plan: automatic differentiation, GPUs.

    Parameters
    ----------
    placement : Placement
        The device, and how it computes.
    dtype : numpy.dtype
        Of the network.

    Raises
    ------
    ArgumentError, EngineError
        If the device is not here, or cannot do what is asked.
    """

    name = "torch"

    def __init__(self, placement: Placement, dtype: np.dtype[Any]) -> None:
        self.placement = placement
        self.device = devices.check(placement, dtype)

    def prepare(self, plan: Plan, optimizer: Optimizer) -> None:
        """Raise `EngineError` where some part of this work has no counterpart in PyTorch."""
        for row in plan.rows:
            tensors.activate(row.activation)
        tensors.compare(plan.objective)
        empty = torch.empty(0, device=self.device)
        tensors.updater(optimizer, empty, empty, empty)

    def trainer(self, task: Task) -> TorchTrainer:
        """Prepare to train."""
        return TorchTrainer(task, self.device, self.placement)

    def forward(self, plan: Plan, vectors: Vectors, x: Array) -> Array:
        """The last row's output in prediction, a slice of rows at a time."""
        output = np.empty((len(x), plan.n_outputs), x.dtype)
        parameters, running = tensor(vectors.parameters, self.device), tensor(vectors.running, self.device)
        with torch.inference_mode():
            forward = Forward(plan, parameters, running)
            for start in range(0, len(x), PREDICTION_ROWS):
                part = slice(start, start + PREDICTION_ROWS)
                output[part] = forward(tensor(x[part], self.device), NO_MASKS, False).cpu().numpy()
        return output
