"""The options of fit as types, for those who pass them on.

Their defaults and what they mean stand at :meth:`glassnet.Network.fit`, and a test holds both together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypedDict

from numpy.typing import ArrayLike

from glassnet.callbacks.base import Callback, Session
from glassnet.losses import Loss
from glassnet.metrics import Metric
from glassnet.network.random import Seed
from glassnet.optimizers import Optimizer


class SharedOptions(TypedDict, total=False):
    """What all runs of a sweep may have in common."""

    loss: str | Loss
    optimizer: str | Optimizer
    epochs: int
    batch_size: int | None
    validation_data: tuple[ArrayLike, ...] | None
    validation_split: float
    sample_weight: ArrayLike | None
    class_weight: Mapping[Any, float] | str | None
    shuffle: bool
    metrics: Sequence[str | Metric | Callable[[Any, Any], Any]]
    callbacks: Sequence[Callback | Callable[[Session], Any]]
    engine: str
    threads: int | None
    device: str
    mixed_precision: bool
    torch_compile: bool


class FitOptions(SharedOptions):
    """All that :meth:`glassnet.Network.fit` takes beside the data."""

    seed: Seed
    progress: bool


class SweepOptions(SharedOptions, total=False):
    """What a sweep passes on to fit; the learning rate is set in the optimizer."""

    learning_rate: float
