"""The state of training: what a checkpoint needs beside parameters and random streams."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassnet import optimizers
from glassnet.optimizers import Optimizer


@dataclass
class TrainingState:
    """How far a network's training has come.

    Attributes
    ----------
    optimizer : Optimizer
        The one in use.
    vectors : ndarray, (n_states, n_parameters)
        Its state.
    step, epoch : int
        Updates and whole epochs made so far.
    rate_factor : float
        Multiplies the learning rate, for callbacks that lower it.
    batch_size : int or None
        Samples of a step in the last fit, the most where they differ; None where all were taken at once.
    engine : str
        The engine of the last fit, so that a resumed one gives the same numbers to the last bit.
    callbacks : dict
        What callbacks remember, by their names.
    data : str
        A digest of the training and validation data that they saw; empty where that is not known.
    """

    optimizer: Optimizer
    vectors: NDArray[Any]
    step: int = 0
    epoch: int = 0
    rate_factor: float = 1.0
    batch_size: int | None = None
    engine: str = ""
    callbacks: dict[str, Any] = field(default_factory=dict)
    data: str = ""

    @classmethod
    def continued(
        cls, state: TrainingState | None, optimizer: str | Optimizer, parameters: NDArray[Any]
    ) -> TrainingState:
        """`state` if the same optimizer goes on, else a fresh one."""
        rule = optimizers.get(optimizer)
        if state is not None and state.optimizer == rule:
            return state
        return cls(rule, np.zeros((rule.n_states, len(parameters)), parameters.dtype))
