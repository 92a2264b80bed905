"""PyTorch with model, loss and update compiled; needs a C++ compiler."""

from __future__ import annotations

import torch
from torch import Tensor

from benchmarks.speed.peers import pytorch_eager
from benchmarks.speed.works import Work


class Training(pytorch_eager.Training):
    """The same step, its parts compiled for each size of batch."""

    def __init__(self, work: Work) -> None:
        super().__init__(work)
        self.compiled_loss = torch.compile(lambda x, y: self.loss(self.model(x), y), dynamic=False)

    def reset(self) -> None:
        """The first parameters and a new optimizer."""
        super().reset()
        self.update = torch.compile(self.optimizer.step)

    def take_step(self, x: Tensor, y: Tensor) -> None:
        """One update."""
        self.optimizer.zero_grad()
        self.compiled_loss(x, y).backward()
        self.update()
