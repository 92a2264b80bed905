"""The torch engine: the same plan read by PyTorch, which finds the gradient itself, on any of its devices."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from glassnet.engines import devices, tensors
from glassnet.engines.base import Array, Placement, Steps, Task, Vectors
from glassnet.plan import ACTIVATION, BATCH_NORM, DENSE, DROPOUT, NOWHERE, Plan, Row

PREDICTION_ROWS = 16384


class Forward:
    """The rows of a plan over flat tensors of parameters and running statistics."""

    def __init__(self, plan: Plan, parameters: Tensor, running: Tensor) -> None:
        self.rows = plan.rows
        self.weights = [_weights(row, parameters) for row in plan.rows]
        self.biases = [_piece(parameters, row.bias, row.n_outputs) for row in plan.rows]
        self.means = [_piece(running, row.statistics, row.n_outputs) for row in plan.rows]
        self.variances = [
            _piece(running, _behind(row.statistics, row.n_outputs), row.n_outputs) for row in plan.rows
        ]
        self.activations = [tensors.activate(row.activation) for row in plan.rows]

    def __call__(self, x: Tensor, masks: Tensor, training: bool) -> Tensor:
        """The last row's output for a batch x (n, n_features); `masks` are the batch's own."""
        for i, row in enumerate(self.rows):
            if row.kind == DENSE:
                x = self.activations[i](torch.addmm(self.biases[i], x, self.weights[i]))
            elif row.kind == ACTIVATION:
                x = self.activations[i](x)
            elif row.kind == DROPOUT:
                x = x * _mask(row, masks, x) * (1 / (1 - row.rate)) if training else x
            elif row.kind == BATCH_NORM:
                x = functional.batch_norm(
                    x, self.means[i], self.variances[i], self.weights[i], self.biases[i],
                    training, row.momentum, row.epsilon,
                )  # fmt: skip
            else:
                x = functional.layer_norm(x, (row.n_outputs,), self.weights[i], self.biases[i], row.epsilon)
        return x

    def penalty(self) -> Tensor | float:
        """l1 sum abs(W) + l2 / 2 sum W^2 over all rows."""
        return sum(
            row.l1 * weights.abs().sum() + row.l2 / 2 * weights.square().sum()
            for row, weights in zip(self.rows, self.weights, strict=True)
            if row.l1 > 0 or row.l2 > 0
        )


def _behind(start: int, n: int) -> int:
    return NOWHERE if start == NOWHERE else start + n


def _piece(flat: Tensor, start: int, n: int) -> Tensor:
    return flat[:0] if start == NOWHERE else flat[start : start + n]


def _weights(row: Row, flat: Tensor) -> Tensor:
    if row.kind == DENSE:
        return _piece(flat, row.weights, row.n_inputs * row.n_outputs).view(row.n_inputs, row.n_outputs)
    return _piece(flat, row.weights, row.n_outputs)


def _mask(row: Row, masks: Tensor, x: Tensor) -> Tensor:
    return masks[row.mask * len(x) : (row.mask + row.n_outputs) * len(x)].view(x.shape)


class Resident:
    """The flat vectors of a task on a device: on the CPU the same memory, elsewhere copies."""

    def __init__(self, task: Task, device: torch.device) -> None:
        self.shared = shares_memory(device)
        self.arrays = [task.vectors.parameters, task.vectors.gradients, task.vectors.running, task.states]
        self.tensors = [
            torch.from_numpy(array) if self.shared else torch.tensor(array, device=device) for array in self.arrays
        ]
        self.parameters, self.gradients, self.running, self.states = self.tensors

    def load(self) -> None:
        """Take over what the arrays hold now."""
        if not self.shared:
            for array, tensor in zip(self.arrays, self.tensors, strict=True):
                tensor.copy_(torch.from_numpy(array))

    def store(self) -> None:
        """Give the arrays what was computed."""
        if not self.shared:
            for array, tensor in zip(self.arrays, self.tensors, strict=True):
                array[...] = tensor.cpu().numpy()


def shares_memory(device: torch.device) -> bool:
    """Whether the device computes in the memory of NumPy."""
    return device.type == "cpu"


class TorchTrainer:
    """Autograd and torch.optim over one task."""

    def __init__(self, task: Task, device: torch.device, placement: Placement) -> None:
        self.task, self.device, self.mixed_precision = task, device, placement.mixed_precision
        self.resident = Resident(task, device)
        self.forward = _differentiable(task.plan, self.resident)
        self.compare = tensors.compare(task.loss)
        self.objective: Callable[..., Tensor] = (
            torch.compile(self._objective) if placement.torch_compile else self._objective
        )
        self.updater, names = tensors.updater(task.optimizer, self.resident.parameters)
        self.resident.parameters.grad = self.resident.gradients
        self.updater.state[self.resident.parameters].update(zip(names, self.resident.states, strict=True))
        self.x = _tensor(task.x, device)
        self.y = _tensor(task.y if task.loss.targets == "values" else task.y[:, 0], device)
        self.y = self.y.long() if task.loss.takes_classes else self.y
        self.weights = None if bool((task.weights == 1).all()) else _tensor(task.weights, device)

    def run(self, steps: Steps, losses: NDArray[np.float64]) -> int:
        """Take the steps and note their losses; the number of steps until a loss that is not finite."""
        with _threads(self.task.threads):
            done = self._take(steps, losses)
            if done < len(steps) and not self.resident.shared:
                self._take(steps.first(done), np.empty(done))
            self.resident.store()
        return done

    def _take(self, steps: Steps, losses: NDArray[np.float64]) -> int:
        """Memory shared with NumPy is left at the first bad loss; a device is not interrupted, and asked at the end."""
        self.resident.load()
        self._count_from(steps.first_step)
        found = torch.empty(len(steps), dtype=self.x.dtype, device=self.device)
        for k, objective in enumerate(self._objectives(steps)):
            found[k] = objective.detach()
            if self.resident.shared and not math.isfinite(found[k].item()):
                break
            self._update(objective, float(steps.rates[k]))
        values = found.cpu().numpy()
        losses[...] = values
        bad = np.flatnonzero(~np.isfinite(values))
        return int(bad[0]) if len(bad) else len(steps)

    def _objectives(self, steps: Steps) -> Iterator[Tensor]:
        order, masks, at = _tensor(steps.order, self.device), _tensor(steps.masks, self.device), 0
        for start, stop in zip(steps.starts.tolist(), steps.stops.tolist(), strict=True):
            chosen = order[start:stop] if len(order) else slice(start, stop)
            ahead = at + (stop - start) * self.task.plan.n_mask_columns
            weights = None if self.weights is None else self.weights[chosen]
            yield self.objective(self.x[chosen], self.y[chosen], weights, masks[at:ahead])
            at = ahead

    def _objective(self, x: Tensor, y: Tensor, weights: Tensor | None, masks: Tensor) -> Tensor:
        """The mean loss of a batch and the weight penalties."""
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.mixed_precision):
            output = self.forward(x, masks, True)
        return self.compare(y, output.to(x.dtype), weights) + self.forward.penalty()

    def _update(self, objective: Tensor, rate: float) -> None:
        self.resident.gradients.zero_()
        objective.backward()  # type: ignore[no-untyped-call]
        tensors.clip(self.resident.gradients, self.task.optimizer.clip_norm, self.task.optimizer.clip_value)
        self.updater.param_groups[0]["lr"] = rate
        self.updater.step()

    def _count_from(self, first_step: int) -> None:
        state = self.updater.state[self.resident.parameters]
        state["step"] = torch.tensor(float(first_step - 1))


def _differentiable(plan: Plan, resident: Resident) -> Forward:
    """The forward pass; what autograd finds for each parameter lands in the flat gradients."""
    forward, gradients = Forward(plan, resident.parameters, resident.running), resident.gradients
    for row, weights, bias in zip(plan.rows, forward.weights, forward.biases, strict=True):
        weights.requires_grad_().grad = _weights(row, gradients)
        bias.requires_grad_().grad = _piece(gradients, row.bias, row.n_outputs)
    return forward


def _tensor(array: Array, device: torch.device) -> Tensor:
    return torch.from_numpy(array if array.flags.writeable else array.copy()).to(device)


@contextmanager
def _threads(count: int | None) -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(count or before)
    try:
        yield
    finally:
        torch.set_num_threads(before)


class TorchEngine:
    """PyTorch over the same plan: automatic differentiation, torch.optim, GPUs.

    Parameters
    ----------
    placement : Placement
        Device and how it computes.
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

    def trainer(self, task: Task) -> TorchTrainer:
        """Prepare to train."""
        return TorchTrainer(task, self.device, self.placement)

    def forward(self, plan: Plan, vectors: Vectors, x: Array) -> Array:
        """The last row's output in prediction, a slice of rows at a time."""
        output = np.empty((len(x), plan.n_outputs), x.dtype)
        with torch.inference_mode():
            forward = Forward(plan, _tensor(vectors.parameters, self.device), _tensor(vectors.running, self.device))
            for start in range(0, len(x), PREDICTION_ROWS):
                part = slice(start, start + PREDICTION_ROWS)
                output[part] = forward(_tensor(x[part], self.device), NO_MASKS, False).cpu().numpy()
        return output


NO_MASKS = torch.empty(0, dtype=torch.uint8)
