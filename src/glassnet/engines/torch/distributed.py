"""The torch engine on several processes: each takes its part of every batch, and all add up their gradients.

Every process holds the whole data and draws the same order and dropout masks from the same seed. The gradient of the
mean loss over a batch of n samples is the sum over processes of n_r / n times that of the mean loss over their n_r
samples. All gradients lie in one flat vector, the loss behind them. The way back fills it from its end: as soon as the
gradients of some layers are there, they are added up, while the layers below are still computed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from glassnet import losses
from glassnet.engines.base import Placement, Steps, Task
from glassnet.engines.torch.engine import TorchEngine, TorchTrainer
from glassnet.engines.torch.layers import BODIES, Body, Tensors, batch_norm
from glassnet.engines.torch.processes import Group
from glassnet.engines.torch.transfer import tensor
from glassnet.errors import EngineError
from glassnet.layers import BatchNorm, Layer
from glassnet.optimizers import Optimizer
from glassnet.plan import DROPOUT, Plan

# So many gradients at least are added up at once: a message takes its time, however short it is.
PIECE = 1 << 16


class _Sum(torch.autograd.Function):
    """The sum over all processes, forward and backward: each one's loss depends on what all have put in."""

    @staticmethod
    def forward(context: Any, x: Tensor, group: Group) -> Tensor:
        context.group = group
        total = x.clone()
        group.add(total)
        return total

    @staticmethod
    def backward(context: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        total = gradients[0].clone()
        context.group.add(total)
        return total, None


def batch_norm_of(group: Group) -> Body:
    """Batch norm with mean and variance over the samples of all processes."""

    def added(x: Tensor) -> Tensor:
        total: Tensor = _Sum.apply(x, group)  # type: ignore[no-untyped-call]
        return total

    def of_all(
        layer: BatchNorm, x: Tensor, parameters: Tensors, statistics: Tensors, training: bool
    ) -> Tensor:
        if not training:
            return batch_norm(layer, x, parameters, statistics, training)
        (weights, bias), (running_mean, running_variance) = parameters, statistics
        x = x.to(weights.dtype)
        sums = added(torch.cat([x.sum(dim=0), x.new_full((1,), len(x))]))
        n = sums[-1].detach()
        mean = sums[:-1] / n
        centred = x - mean
        variance = added(centred.square().sum(dim=0)) / n
        with torch.no_grad():
            running_mean.lerp_(mean[None], layer.momentum)
            running_variance.lerp_((variance * (n / (n - 1)))[None], layer.momentum)
        return centred * torch.rsqrt(variance + layer.epsilon) * weights + bias

    return of_all


class Sums:
    """Adds up a message between the processes, piece by piece from its end, while gradients arrive in it.

    Parameters
    ----------
    message : Tensor
        The flat gradients, and one number behind them.
    leaves : list of lists of Tensor
        The parameters of each row of the plan, in the order of the flat vector.
    group : Group
        The processes. The pieces depend on the shapes alone, and are sent from the last on, whatever arrives first.
    """

    def __init__(self, message: Tensor, leaves: list[list[Tensor]], group: Group) -> None:
        self.group, self.arrivals = group, list[int]()
        self.pieces: list[Tensor] = []
        begins = ends = len(message)
        at, wanted = len(message) - 1, 0
        for own in reversed(leaves):
            for leaf in reversed(own):
                at -= leaf.numel()
                place = message[at : at + leaf.numel()].view_as(leaf)
                leaf.register_hook(partial(self._arrived, place, len(self.pieces)))  # type: ignore[no-untyped-call]
            begins, wanted = at, wanted + len(own)
            if ends - begins >= PIECE:
                self._cut(message[begins:ends], wanted)
                ends, wanted = begins, 0
        if ends > 0:
            self._cut(message[:ends], wanted)

    def _cut(self, piece: Tensor, wanted: int) -> None:
        self.pieces.append(piece)
        self.arrivals.append(wanted)

    def begin(self) -> None:
        """Expect the gradients of a step; what does not wait for any is sent."""
        self.missing, self.waits = list(self.arrivals), list[Callable[[], None]]()
        self._send()

    def _arrived(self, place: Tensor, piece: int, gradient: Tensor) -> None:
        place.copy_(gradient)
        self.missing[piece] -= 1
        self._send()

    def _send(self) -> None:
        while len(self.waits) < len(self.pieces) and self.missing[len(self.waits)] == 0:
            self.waits.append(self.group.begin_adding(self.pieces[len(self.waits)]))

    def wait(self) -> None:
        """Until all are there."""
        for wait in self.waits:
            wait()


class DistributedTrainer(TorchTrainer):
    """Autograd over this process's part of every batch, and the same update on all, from the sum.

    Without a wish for threads each process uses its share of the cores.
    """

    def __init__(self, task: Task, device: torch.device, placement: Placement, group: Group) -> None:
        self.group = group
        super().__init__(replace(task, threads=task.threads or group.threads), device, placement)

    def _bodies(self) -> Mapping[type[Layer], Body]:
        return {**BODIES, BatchNorm: batch_norm_of(self.group)}

    def _gradients(self) -> Tensor:
        """The front of the message that all add up; the loss is its last number."""
        parameters = self.resident.parameters
        self.message = torch.zeros(len(parameters) + 1, dtype=parameters.dtype, device=self.device)
        self.sums = Sums(self.message, [list(own) for own in self.forward.parameters], self.group)
        return self.message[:-1]

    def _take(self, steps: Steps, losses: NDArray[np.float64]) -> int:
        done = super()._take(steps, losses)
        self.resident.gradients.copy_(self.gradients)
        return done

    def _objectives(self, steps: Steps) -> Iterator[Tensor]:
        """The loss of each whole batch; by then its gradients are those of the whole batch, too."""
        data, plan, at = steps.data, self.task.plan, 0
        order, masks = tensor(data.order, self.device), tensor(steps.masks, self.device)
        for start, stop, scales in zip(
            data.starts.tolist(), data.stops.tolist(), self._scales(steps), strict=True
        ):
            n, k = stop - start, self.task.loss.rows_per_sample
            samples = self.group.part(n // k)
            part = slice(k * samples.start, k * samples.stop)
            rows = slice(start + part.start, start + part.stop)
            ahead = at + n * plan.n_mask_columns
            objective = self._part(
                order[rows] if len(order) else rows, _masks(plan, masks[at:ahead], n, part), scales, n
            )
            self.message[-1] = objective.detach()
            self.sums.begin()
            if self.leaves:
                torch.autograd.grad(objective, self.leaves)
            self.sums.wait()
            yield self.message[-1].clone()
            at = ahead

    def _part(self, rows: Tensor | slice, masks: Tensor, scales: Tensor, n: int) -> Tensor:
        """What these samples contribute to the objective of a batch of `n`."""
        x, y, weights = self.samples.batch(rows)
        if len(x) == 0:
            return self.forward(x, masks, scales, True).sum() * 0
        return self.objective(x, y, weights, masks, scales) * (len(x) / n)

    def _update(self, objective: Tensor, coefficients: tuple[float, ...]) -> None:
        self._step(coefficients)


def _masks(plan: Plan, masks: Tensor, n: int, part: slice) -> Tensor:
    """The dropout masks of a part of a batch of `n`, laid out like those of a batch."""
    pieces = [
        masks[row.mask * n : (row.mask + row.n_outputs) * n].view(n, row.n_outputs)[part].reshape(-1)
        for row in plan.rows
        if row.kind == DROPOUT
    ]
    return torch.cat(pieces) if pieces else masks


class DistributedEngine(TorchEngine):
    """The torch engine for one of several processes; see :class:`glassnet.engines.torch.engine.TorchEngine`.

    ``device="cuda"`` means the GPU whose number is that of the process on its machine.
    """

    def __init__(self, placement: Placement, dtype: np.dtype[Any], group: Group) -> None:
        own = f"cuda:{group.local_rank}" if placement.device == "cuda" else placement.device
        super().__init__(replace(placement, device=own), dtype)
        self.group = group

    def prepare(self, plan: Plan, optimizer: Optimizer) -> None:
        """Raise `EngineError` where some part of this work has no counterpart in PyTorch, or cannot be shared."""
        if isinstance(plan.objective, losses.EmbeddingLoss):
            raise EngineError(
                f"{plan.objective.name} compares the samples of a batch with each other, and these lie in "
                f"{self.group.size} processes; train this network in one"
            )
        super().prepare(plan, optimizer)

    def trainer(self, task: Task) -> DistributedTrainer:
        return DistributedTrainer(task, self.device, self.placement, self.group)
