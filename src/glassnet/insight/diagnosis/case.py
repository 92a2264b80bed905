"""The case of a network: everything that the rules look at, each measured once, when it is first asked for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassnet.insight.diagnosis.curve import Curve
from glassnet.insight.diagnosis.measure import Pass
from glassnet.insight.diagnosis.observed import Observed
from glassnet.insight.diagnosis.related import Relation
from glassnet.insight.diagnosis.samples import Samples
from glassnet.insight.diagnosis.targets import Targets
from glassnet.insight.diagnosis.trials import Trials
from glassnet.network import Network
from glassnet.optimizers import Optimizer
from glassnet.training.history import History

Array = NDArray[Any]

# Rows that a pass looks at: a share is then known to about one percent.
MOST_ROWS = 2000


@dataclass(frozen=True, eq=False)
class Case:
    """A network, its data, and what is known of its training.

    Attributes
    ----------
    model : Any
        What the user gave.
    network : Network
        The same as a network of glassnet.
    x : ndarray, (n_samples, n_features)
    targets : Targets
    held : tuple or None
        Validation samples and targets.
    history : History or None
    observed : Observed or None
        From the callback.
    optimizer : Optimizer or None
    loss_chosen : bool
        Whether the loss is the user's choice, and not one that goes with the last activation.
    """

    model: Any
    network: Network
    x: Array
    targets: Targets
    held: tuple[Array, Targets] | None
    history: History | None
    observed: Observed | None
    optimizer: Optimizer | None
    loss_chosen: bool

    @cached_property
    def rows(self) -> NDArray[np.int64]:
        """The samples that passes look at, evenly spread over all."""
        return np.linspace(0, len(self.x) - 1, min(len(self.x), MOST_ROWS)).astype(np.int64)

    @cached_property
    def sample(self) -> Targets:
        """Their targets."""
        return self.targets.take(self.rows)

    def _pass(self, parameters: Array, running: Array) -> Pass:
        return Pass(self.network, parameters, running, self.x[self.rows], self.sample)

    @cached_property
    def now(self) -> Pass:
        """The network as it is."""
        return self._pass(self.network.parameters, self.network.running_statistics)

    @cached_property
    def start(self) -> Pass | None:
        """The network before training; None where that is not known."""
        if self.observed is not None and self.observed.fresh:
            return self._pass(self.observed.parameters, self.observed.running)
        return None if self.trained else self.now

    @cached_property
    def trained(self) -> bool:
        """Whether updates were made; for a network from elsewhere, whether it fits better than a constant."""
        if self.network.state is not None:
            return self.network.state.step > 0
        if self.history is not None and self.history.n_epochs:
            return True
        return self.now.progress > 0.1

    @cached_property
    def samples(self) -> Samples:
        """Scales of the features."""
        return Samples(self.x)

    @cached_property
    def relation(self) -> Relation:
        """What the samples tell of the targets."""
        return Relation(self.x, self.targets)

    @cached_property
    def curve(self) -> Curve | None:
        """The loss over the epochs."""
        if self.history is None or self.history.n_epochs == 0:
            return None
        return Curve(np.array(self.history["loss"]))

    @cached_property
    def diverged(self) -> bool:
        """Whether training left the finite numbers."""
        return self.observed is not None and self.observed.diverged

    @cached_property
    def batch_size(self) -> int:
        """Samples of a step, as observed, or as steps and epochs tell; all where nothing is known."""
        if self.observed is not None and self.observed.batch_size is not None:
            return self.observed.batch_size
        state = self.network.state
        if state is None or state.epoch == 0 or state.step == 0:
            return len(self.x)
        return max(1, -(-len(self.x) // max(1, round(state.step / state.epoch))))

    @cached_property
    def epochs(self) -> int:
        """Epochs trained so far; 0 where nothing is known."""
        if self.history is not None and self.history.n_epochs:
            return self.history.n_epochs
        return self.network.state.epoch if self.network.state is not None else 0

    @cached_property
    def trials(self) -> Trials | None:
        """Short trainings of copies; None where they would mean nothing."""
        one_class = self.targets.kind == "classes" and self.targets.shares.max() == 1
        if self.optimizer is None or self.targets.kind == "labels" or one_class:
            return None
        start = self.observed.parameters if self.observed is not None and self.observed.fresh else None
        if start is None and not self.trained:
            start = self.network.parameters
        shuffled = self.observed is None or self.observed.shuffled
        return Trials(
            self.network, start, self.x[self.rows], self.sample, self.optimizer, self.batch_size, shuffled
        )

    @cached_property
    def held_pass(self) -> Pass | None:
        """The network on the validation samples."""
        if self.held is None:
            return None
        x, targets = self.held
        return Pass(
            self.network, self.network.parameters, self.network.running_statistics,
            x[:MOST_ROWS], Targets(targets.loss, targets.values[:MOST_ROWS], targets.n_outputs),
        )  # fmt: skip

    @cached_property
    def learned(self) -> bool:
        """Whether the network fits its samples well, so that nothing can be badly wrong."""
        return self.now.score >= GOOD_SCORE


# Four fifths of the way from the best constant prediction to a perfect one.
GOOD_SCORE = 0.8
