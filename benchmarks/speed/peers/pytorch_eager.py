"""PyTorch as its tutorials use it, on tensors in memory."""

from __future__ import annotations

from typing import Any

import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from benchmarks.speed.works import Work

OPTIMIZERS = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam}


class Training:
    """zero_grad, forward, backward, step."""

    def __init__(self, work: Work) -> None:
        self.work = work
        x, classes = work.samples()
        self.x, self.y = torch.from_numpy(x), torch.from_numpy(classes)
        self.loss: Any = functional.cross_entropy
        if work.widths[-1] == 1:
            self.loss, self.y = functional.binary_cross_entropy_with_logits, self.y[:, None].float()
        layers: list[nn.Module] = []
        for n, m in zip(work.widths[:-1], work.widths[1:], strict=True):
            layers += [nn.Linear(n, m), nn.ReLU()]
        self.model = nn.Sequential(*layers[:-1])

    def reset(self) -> None:
        """The first parameters and a new optimizer."""
        with torch.no_grad():
            for parameter, first in zip(self.model.parameters(), self.work.first_parameters(), strict=True):
                parameter.copy_(torch.from_numpy(first.T))
        self.optimizer = OPTIMIZERS[self.work.optimizer](self.model.parameters(), self.work.learning_rate)

    def train(self) -> None:
        """Epochs of steps."""
        work = self.work
        if work.full_batch:
            for _ in range(work.epochs):
                self.take_step(self.x, self.y)
            return
        for order in torch.from_numpy(work.orders()):
            for batch in order.split(work.batch_size):
                self.take_step(self.x[batch], self.y[batch])

    def take_step(self, x: Tensor, y: Tensor) -> None:
        """One update."""
        self.optimizer.zero_grad()
        self.loss(self.model(x), y).backward()
        self.optimizer.step()

    def parameters(self) -> list[NDArray[Any]]:
        """Weights and bias of each layer in turn."""
        return [parameter.detach().numpy().T for parameter in self.model.parameters()]
