"""What only shows over time: noted by the callback, read by the rules."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from numpy.typing import NDArray

Array = NDArray[Any]
NAME = "diagnosis"


@dataclass
class Observed:
    """A training as the `Diagnosis` callback saw it.

    Attributes
    ----------
    parameters, running : ndarray
        The network's flat vectors before the first epoch.
    fresh : bool
        Whether these are the parameters that the network's seed draws, so that nothing had trained it before.
    weights : ndarray or None, (n_samples, 1)
        Of the samples, with mean 1; None where batches come from an iterable.
    weighed : bool
        Whether batches of an iterable came with weights.
    n_samples, batch_size : int or None
        None where batches come from an iterable.
    shuffled : bool
        Whether every epoch took the samples in a new order.
    sortedness : float
        How far the targets are in order, see :func:`glassnet.insight.diagnosis.samples.sortedness`.
    mixture : float
        What the spread of the targets within a batch is to that of all, if the order of the samples stays.
    epochs : list of int
        The epochs that were looked at: the first ones, then fewer and fewer.
    update_ratio : list of float
        At each of them, the change of all weights in one step, divided by their size (Euclidean norms).
    gradient_norm, activation_spread, dead, flat : list of list of float
        At each of them, for each dense layer: root mean square of the weights' gradients, spread of the outputs,
        share of dead units, share of flat outputs.
    diverged : bool
        Whether the loss left the finite numbers.
    """

    parameters: Array
    running: Array
    fresh: bool
    weights: Array | None = None
    weighed: bool = False
    n_samples: int | None = None
    batch_size: int | None = None
    shuffled: bool = True
    sortedness: float = 0.0
    mixture: float = 1.0
    epochs: list[int] = field(default_factory=list)
    update_ratio: list[float] = field(default_factory=list)
    gradient_norm: list[list[float]] = field(default_factory=list)
    activation_spread: list[list[float]] = field(default_factory=list)
    dead: list[list[float]] = field(default_factory=list)
    flat: list[list[float]] = field(default_factory=list)
    diverged: bool = False
