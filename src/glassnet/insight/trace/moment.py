"""Where a page of a step begins: a network, its training, and the data of the steps that come next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from glassnet.losses import Loss
from glassnet.optimizers import Optimizer
from glassnet.support.arrays import Array

if TYPE_CHECKING:
    from glassnet.network.network import Network


@dataclass(frozen=True)
class Moment:
    """A training as it stood before a step, or at the beginning of that step's epoch."""

    network: Network  # with its parameters and streams, and the state of its training
    loss: Loss
    optimizer: Optimizer
    # x, y, weights: the training data as an engine takes them; weights are (n_samples, 1)
    x: Array
    y: Array
    weights: Array
    batch_size: int
    shuffle: bool = False
    ahead: int = 0  # steps from here to the one that is meant
