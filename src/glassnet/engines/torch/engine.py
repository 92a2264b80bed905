"""The torch engine: the same plan read by PyTorch, which finds the gradient itself, on any of its devices."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from glassnet.engines.base import Placement, Predict, Steps, Task, Vectors
from glassnet.engines.torch import devices, tensors
from glassnet.engines.torch.layers import BODIES, Body, Tensors, body_of
from glassnet.engines.torch.transfer import DeviceSamples, Resident, tensor
from glassnet.errors import EngineError
from glassnet.layers import Layer
from glassnet.optimizers import Optimizer
from glassnet.plan import ACTIVATION, BRANCH, DENSE, DROPOUT, NOWHERE, SUM, Place, Plan, Row
from glassnet.support.arrays import Array

PREDICTION_ROWS = 16384
NOTHING = torch.empty(0, dtype=torch.uint8)
# Samples, dropout masks, what multiplies the units that each dropout row keeps, and whether it trains.
Step = Callable[[Tensor, Tensor, Tensor, bool], Tensor]


class Forward:
    """The rows of a plan over flat tensors of parameters and running statistics.

    `bodies` holds what computes layers of their own functions.
    """

    def __init__(
        self, plan: Plan, parameters: Tensor, running: Tensor, bodies: Mapping[type[Layer], Body] = BODIES
    ) -> None:
        self.rows = plan.rows
        self.parameters = [_parameters(row, parameters) for row in plan.rows]
        self.computed = [
            _computed(row, own, running, bodies) for row, own in zip(plan.rows, self.parameters, strict=True)
        ]

    @property
    def leaves(self) -> list[Tensor]:
        """All parameters in the order of the flat vector."""
        return [leaf for own in self.parameters for leaf in own]

    def __call__(self, x: Tensor, masks: Tensor, scales: Tensor, training: bool) -> Tensor:
        """The last row's output for the batch x (n, n_features), its own dropout masks, and what scales their rows."""
        branches: dict[int, Tensor] = {}
        for row, compute in zip(self.rows, self.computed, strict=True):
            x = compute(x, masks, scales, training)
            if row.kind == BRANCH:
                branches[row.a] = x
            elif row.kind == SUM:
                x = x + branches[row.source]
        return x

    def penalty(self) -> Tensor | float:
        """l1 sum abs(W) + l2 / 2 sum W^2 over all rows, and the same of their biases."""
        return sum(
            l1 * array.abs().sum() + l2 / 2 * array.square().sum()
            for row, own in zip(self.rows, self.parameters, strict=True)
            for array, l1, l2 in zip(own, (row.l1, row.bias_l1), (row.l2, row.bias_l2), strict=False)
            if l1 > 0 or l2 > 0
        )


def _computed(row: Row, own: Tensors, running: Tensor, bodies: Mapping[type[Layer], Body]) -> Step:
    """What a row makes of its input, the batch's dropout masks, and whether it trains.

    Raises `EngineError` if the kind of row, or its layer, is unknown here.
    """
    if row.kind in (BRANCH, SUM):
        return lambda x, masks, scales, training: x
    if row.own is not None:
        layer, statistics = row.own.layer, _pieces(running, row.own.statistics)
        body = body_of(bodies, layer, row.own.input_shape, running.dtype)
        return lambda x, masks, scales, training: body(layer, x, own, statistics, training)
    if row.kind == DROPOUT:
        return lambda x, masks, scales, training: _drop(row, x, masks, scales) if training else x
    activate = tensors.activate(row.activation)
    if row.kind == ACTIVATION:
        return lambda x, masks, scales, training: activate(x)
    if row.kind != DENSE:
        raise EngineError(f"engine='torch' knows no row of kind {row.kind!r}; use engine='numpy'")
    if row.bias == NOWHERE:
        return lambda x, masks, scales, training: activate(torch.mm(x, own[0]))
    return lambda x, masks, scales, training: activate(torch.addmm(own[1], x, own[0]))


def _drop(row: Row, x: Tensor, masks: Tensor, scales: Tensor) -> Tensor:
    mask = masks[row.mask * len(x) : (row.mask + row.n_outputs) * len(x)].view(x.shape)
    return x * mask * scales[row.dropout]


def _parameters(row: Row, flat: Tensor) -> Tensors:
    if row.own is not None:
        return _pieces(flat, row.own.parameters)
    weights, bias = (row.weights, row.n_inputs, row.n_outputs), (row.bias, 1, row.n_outputs)
    return _pieces(flat, [place for place in (weights, bias) if place[0] != NOWHERE])


def _pieces(flat: Tensor, places: Sequence[Place]) -> Tensors:
    return tuple(flat[start : start + rows * columns].view(rows, columns) for start, rows, columns in places)


class TorchTrainer:
    """Autograd and the optimizer's rule over one task."""

    def __init__(self, task: Task, device: torch.device, placement: Placement) -> None:
        self.task, self.device = task, device
        self.precision: AbstractContextManager[Any] = (
            torch.autocast(device.type, torch.bfloat16) if placement.mixed_precision else nullcontext()
        )
        self.resident = Resident(task, device)
        self.samples = DeviceSamples(task.loss, device)
        self.forward = Forward(task.plan, self.resident.parameters, self.resident.running, self._bodies())
        self.leaves = [leaf.requires_grad_() for leaf in self.forward.leaves]
        self.compare = tensors.compare(task.loss)
        self.objective: Callable[..., Tensor] = (
            torch.compile(self._objective) if placement.torch_compile else self._objective
        )
        self.gradients = self._gradients()
        self.update = tensors.updater(
            task.optimizer,
            self.resident.parameters,
            self.gradients,
            self.resident.states,
            task.learning_rate_factors,
        )

    def _bodies(self) -> Mapping[type[Layer], Body]:
        """What computes layers of their own functions."""
        return BODIES

    def _gradients(self) -> Tensor:
        """Where the flat gradients are put."""
        return self.resident.gradients

    def run(self, steps: Steps, losses: NDArray[np.float64]) -> int:
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
        objectives: list[Tensor] = []
        for objective, coefficients in zip(self._objectives(steps), steps.coefficients.tolist(), strict=True):
            objectives.append(objective.detach())
            if self.resident.shared and not math.isfinite(objective.item()):
                break
            self._update(objective, tuple(coefficients))
        if objectives:
            losses[: len(objectives)] = torch.stack(objectives).cpu().numpy()
        bad = np.flatnonzero(~np.isfinite(losses[: len(objectives)]))
        return int(bad[0]) if len(bad) else len(objectives)

    def _objectives(self, steps: Steps) -> Iterator[Tensor]:
        data, samples, n_columns, at = steps.data, self.samples, self.task.plan.n_mask_columns, 0
        order, masks = tensor(data.order, self.device), tensor(steps.masks, self.device)
        for start, stop, scales in zip(
            data.starts.tolist(), data.stops.tolist(), self._scales(steps), strict=True
        ):
            places = order[start:stop] if len(order) else slice(start, stop)
            x, y, weights = samples.batch(places)
            ahead = at + (stop - start) * n_columns
            yield self.objective(x, y, weights, masks[at:ahead], scales)
            at = ahead

    def _scales(self, steps: Steps) -> Tensor:
        """What multiplies the units that each dropout row keeps at each step, (n_steps, n_dropout_rows)."""
        return tensor(1 / (1 - self.task.plan.drop_rates(steps.epochs)).astype(self.task.dtype), self.device)

    def _objective(
        self, x: Tensor, y: Tensor, weights: Tensor | None, masks: Tensor, scales: Tensor
    ) -> Tensor:
        """The mean loss of a batch and the weight penalties."""
        with self.precision:
            output = self.forward(x, masks, scales, True)
        return self.compare(y, output.to(x.dtype), weights) + self.forward.penalty()

    def _update(self, objective: Tensor, coefficients: tuple[float, ...]) -> None:
        self._differentiate(objective)
        self._step(coefficients)

    def _differentiate(self, objective: Tensor) -> None:
        """Fill the flat gradients."""
        if self.leaves:
            gradients = torch.autograd.grad(objective, self.leaves)
            torch.cat([gradient.reshape(-1) for gradient in gradients], out=self.gradients)

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
        empty = torch.empty(0, device=self.device)
        layout = plan.layout
        vectors = [torch.empty(size, device="meta") for size in (layout.n_parameters, layout.n_statistics)]
        Forward(plan, vectors[0], vectors[1])
        tensors.compare(plan.objective)
        tensors.updater(optimizer, empty, empty, empty, np.empty(0))

    def trainer(self, task: Task) -> TorchTrainer:
        return TorchTrainer(task, self.device, self.placement)

    def predictor(self, plan: Plan, dtype: np.dtype[Any]) -> Predict:
        """Nothing is to be prepared."""
        return partial(self.forward, plan)

    def forward(self, plan: Plan, vectors: Vectors, x: Array) -> Array:
        """The last row's output in prediction, a slice of rows at a time."""
        output = np.empty((len(x), plan.n_outputs), x.dtype)
        parameters, running = tensor(vectors.parameters, self.device), tensor(vectors.running, self.device)
        with torch.inference_mode():
            forward = Forward(plan, parameters, running)
            for start in range(0, len(x), PREDICTION_ROWS):
                part = slice(start, start + PREDICTION_ROWS)
                output[part] = forward(tensor(x[part], self.device), NOTHING, NOTHING, False).cpu().numpy()
        return output
