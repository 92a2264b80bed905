"""What only shows over time: noted by the callback, read by the rules."""

from __future__ import annotations

from dataclasses import dataclass, field

from glassnet.support.arrays import Array

NAME = "diagnosis"


@dataclass
class Observed:
    """A training as the `Diagnosis` callback saw it."""

    # parameters, running: the network's flat vectors before the first epoch
    parameters: Array
    running: Array
    # Whether these are the parameters that the network's seed draws, so that nothing had trained it before
    fresh: bool
    # (n_samples, 1): of the samples, with mean 1; None where batches come from an iterable
    weights: Array | None = None
    weighed: bool = False  # whether batches of an iterable came with weights
    # n_samples, batch_size: None where batches come from an iterable
    n_samples: int | None = None
    batch_size: int | None = None
    shuffled: bool = True  # whether every epoch took the samples in a new order
    # How far the targets are in order, see :func:`glassnet.insight.diagnosis.samples.sortedness`
    sortedness: float = 0.0
    # What the spread of the targets within a batch is to that of all, if the order of the samples stays
    mixture: float = 1.0
    # The epochs that were looked at: the first ones, then fewer and fewer
    epochs: list[int] = field(default_factory=list)
    # At each of them, the change of all weights in one step, divided by their size (Euclidean norms)
    update_ratio: list[float] = field(default_factory=list)
    # gradient_norm, activation_spread, dead, flat: at each of them, for each dense layer: root mean square
    # of the weights' gradients, spread of the outputs, share of dead units, share of flat outputs
    gradient_norm: list[list[float]] = field(default_factory=list)
    activation_spread: list[list[float]] = field(default_factory=list)
    dead: list[list[float]] = field(default_factory=list)
    flat: list[list[float]] = field(default_factory=list)
    diverged: bool = False  # whether the loss left the finite numbers
