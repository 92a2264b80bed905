"""What moves between NumPy and a device of PyTorch. On the CPU nothing moves: both work in the same memory."""

from __future__ import annotations

import torch
from torch import Tensor

from glassnet.engines.base import Slice, Task
from glassnet.losses import Loss
from glassnet.support.arrays import Array


def shares_memory(device: torch.device) -> bool:
    """Whether the device computes in the memory of NumPy."""
    return device.type == "cpu"


def tensor(array: Array, device: torch.device) -> Tensor:
    """An array that is only read, on the device."""
    return torch.from_numpy(array if array.flags.writeable else array.copy()).to(device)


class Resident:
    """The flat vectors that training changes, on the device: on the CPU the same memory, elsewhere copies."""

    def __init__(self, task: Task, device: torch.device) -> None:
        self.shared = shares_memory(device)
        self.arrays = (task.vectors.parameters, task.vectors.gradients, task.vectors.running, task.states)
        self.tensors = [
            torch.from_numpy(array) if self.shared else torch.tensor(array, device=device)
            for array in self.arrays
        ]
        self.parameters, self.gradients, self.running, self.states = self.tensors

    def load(self) -> None:
        """Take over what the arrays hold now."""
        if not self.shared:
            for array, there in zip(self.arrays, self.tensors, strict=True):
                there.copy_(torch.from_numpy(array))

    def store(self) -> None:
        """Give the arrays what was computed."""
        if not self.shared:
            for array, there in zip(self.arrays, self.tensors, strict=True):
                array[...] = there.cpu().numpy()


class DeviceSamples:
    """Samples, targets and weights on the device; the arrays of the slice before are not moved again.

    Attributes
    ----------
    x, y : Tensor
        Samples (n, n_features) and targets as the loss takes them: values (n, n_outputs), or classes or labels (n,).
    weights : Tensor or None
        Sample weights (n, 1); None where all are 1.
    """

    def __init__(self, loss: Loss, device: torch.device) -> None:
        self.loss, self.device = loss, device
        self.arrays: tuple[Array, ...] = ()

    def take(self, data: Slice) -> None:
        """Hold the arrays of this slice."""
        arrays = (data.x, data.y, data.weights)
        if self.arrays and all(old is new for old, new in zip(self.arrays, arrays, strict=True)):
            return
        self.arrays = arrays
        self.x, y = tensor(data.x, self.device), tensor(data.y, self.device)
        targets = y if self.loss.targets == "values" else y[:, 0]
        self.y = targets.long() if self.loss.takes_classes else targets
        self.weights = None if bool((data.weights == 1).all()) else tensor(data.weights, self.device)

    def batch(self, rows: Tensor | slice) -> tuple[Tensor, Tensor, Tensor | None]:
        """Samples, targets and weights of these rows."""
        weights = None if self.weights is None else self.weights[rows]
        if isinstance(rows, slice):
            return self.x[rows], self.y[rows], weights
        return self.x.index_select(0, rows), self.y.index_select(0, rows), weights
