"""The case of a network: everything that the rules look at, each measured once, when it is first asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassnet.insight.diagnosis.curve import LossCurve
from glassnet.insight.diagnosis.measure import Pass
from glassnet.insight.diagnosis.observed import Observed
from glassnet.insight.diagnosis.references import References
from glassnet.insight.diagnosis.related import Relation
from glassnet.insight.diagnosis.samples import Samples, as_numbers, categories
from glassnet.insight.diagnosis.targets import Targets
from glassnet.insight.diagnosis.training import Training
from glassnet.insight.diagnosis.trials import Budget, Course, Trials
from glassnet.network import inputs
from glassnet.network.history import History
from glassnet.network.network import Network
from glassnet.support.cached import cached_property
from glassnet.support.text import in_one_line

Array = NDArray[Any]

# A training that diverged ended before it could show how many epochs it was meant to have; copies get at least these.
EPOCHS_OF_DIVERGED = 20
# A copy repeats a training if their losses differ by no more than this part of the loss and of that of guessing.
AGREEMENT = 0.1
# Rows that a pass looks at: a share is then known to about one percent.
MOST_ROWS = 2000


@dataclass(frozen=True, eq=False)
class Case:
    """A network, its data, and what is known of its training."""

    model: Any  # what the user gave
    network: Network  # the same as a network of glassnet
    x: Array  # (n_samples, n_features)
    targets: Targets
    held: tuple[Array, Targets] | None  # validation samples and targets
    history: History | None
    observed: Observed | None  # from the callback
    training: Training  # what is known of it
    loss_chosen: bool  # whether the loss is the user's choice, and not one that goes with the last activation
    budget: Budget = field(default_factory=Budget)

    @cached_property
    def rows(self) -> NDArray[np.int64]:
        """The samples that passes look at, evenly spread over all."""
        return inputs.spread(len(self.x), MOST_ROWS, self.targets.loss)

    @cached_property
    def sample(self) -> Targets:
        """The targets of the sample that is looked at."""
        return self.targets.take(self.rows)

    def _pass(self, parameters: Array, running: Array) -> Pass:
        return Pass(self.network, parameters, running, self.x[self.rows], self.sample)

    @cached_property
    def now(self) -> Pass:
        """The network as it is."""
        return self._pass(self.network.parameters, self.network.running_statistics)

    @cached_property
    def start(self) -> Pass | None:
        """The network before training; None where nobody saw it."""
        if self.training.trained is False:
            return self.now
        return None if self.training.first is None else self._pass(*self.training.first)

    @property
    def may_be_trained(self) -> bool:
        """Whether it is not known to be untrained."""
        return self.training.trained is not False

    @cached_property
    def samples(self) -> Samples:
        """Scales of the features."""
        return Samples(self.x, categories(self.network))

    def feature(self, column: int) -> str:
        """The number of a feature, and its name where it has one."""
        return _with_name(column, self.network.meaning.features)

    def class_(self, number: int) -> str:
        """The number of a class, and its name where it has one."""
        return _with_name(number, self.network.meaning.classes)

    @cached_property
    def numbers(self) -> Array:
        """The samples with a column for each category of the columns that are embedded."""
        return as_numbers(self.x, categories(self.network))

    @cached_property
    def relation(self) -> Relation:
        """What the samples tell of the targets."""
        return Relation(self.numbers, self.targets)

    @cached_property
    def references(self) -> References:
        """What other networks make of the same samples."""
        x, numbers = self.x[self.rows], self.numbers[self.rows]
        return References(self.network, x, numbers, self.sample, self.budget)

    @cached_property
    def curve(self) -> LossCurve | None:
        """The loss over the epochs."""
        if self.history is None or self.history.n_epochs == 0:
            return None
        return LossCurve(np.array(self.history["loss"]))

    @property
    def put_back(self) -> int:
        """The epoch whose parameters the network has, where a callback put back others than the last; else 0."""
        if self.history is None or self.history.n_epochs == 0:
            return 0
        return self.history.restored_epoch if self.history.restored_epoch != self.history["epoch"][-1] else 0

    @property
    def ends_with_curve(self) -> bool:
        """Whether the last losses of the history are those of the network as it is."""
        return self.curve is not None and not self.put_back

    @cached_property
    def diverged(self) -> bool:
        """Whether training left the finite numbers."""
        return self.observed is not None and self.observed.diverged

    @cached_property
    def trials(self) -> Trials | None:
        """The training repeated on copies; None where what it takes is not known."""
        training = self.training
        one_class = self.targets.kind == "classes" and self.targets.shares.max() == 1
        epochs = max(training.epochs, EPOCHS_OF_DIVERGED) if self.diverged else training.epochs
        if training.begun is None or epochs == 0 or one_class:
            return None
        if training.optimizer is None or not training.optimizer.takes_steps:
            return None
        if training.batch_size is None or (training.weighed and training.weights is None):
            return None
        n, m = (len(rows) // self.targets.loss.rows_per_sample for rows in (self.x, self.rows))
        size = min(training.batch_size, m)
        if training.batch_size < n:  # as many steps as the training took
            epochs = round(epochs * -(-n // training.batch_size) / -(-m // size))
        weights = None if training.weights is None else training.weights[self.rows]
        course = Course(training.optimizer, max(epochs, 1), size, training.shuffled, weights)
        trials = Trials(self.network, training.begun, self.x[self.rows], self.sample, course, self.budget)
        return trials if not training.supposed or self._goes_as_the_training(trials) else None

    def _goes_as_the_training(self, trials: Trials) -> bool:
        """Whether a copy that begins as the seed draws it ends where the training did."""
        copied = trials.as_it_was()
        if copied.end is None or (self.curve is None and not trials.whole):
            return False
        share = trials.affordable / trials.course.epochs
        reached, repeated = (
            (self.curve.after(share), copied.loss)
            if self.curve is not None
            else (self.now.loss, copied.end.loss)
        )
        return abs(repeated - reached) <= AGREEMENT * (
            self.sample.chance + min(repeated, reached) - 2 * self.sample.floor
        )

    @cached_property
    def held_pass(self) -> Pass | None:
        """The network on the validation samples."""
        if self.held is None:
            return None
        most = MOST_ROWS - MOST_ROWS % self.targets.loss.rows_per_sample
        return self.on_held(np.arange(min(len(self.held[0]), most)))

    def on_held(self, rows: NDArray[np.int64]) -> Pass:
        """The network on these validation samples."""
        if self.held is None:
            raise ValueError("there are no validation samples")
        x, targets = self.held
        return Pass(
            self.network,
            self.network.parameters,
            self.network.running_statistics,
            x[rows],
            targets.take(rows),
        )

    @cached_property
    def learned(self) -> bool:
        """Whether the network fits its samples well, so that nothing can be badly wrong."""
        return self.now.score >= GOOD_SCORE


def _with_name(number: int, names: Sequence[object]) -> str:
    """Nothing beside the number where no name is known, or the name is the number."""
    known = number < len(names) and str(names[number]) != str(number)
    return f"{number} ({in_one_line(names[number])})" if known else str(number)


# Four fifths of the way from the best constant prediction to a perfect one.
GOOD_SCORE = 0.8
