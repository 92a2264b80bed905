"""What a report is about: a network, the samples it learned from and is judged by, and what they are called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from glassnet.losses import Loss
from glassnet.metrics.targets import several_hot
from glassnet.network import inputs
from glassnet.network.history import History
from glassnet.network.network import Network
from glassnet.optimizers import Optimizer
from glassnet.support.arrays import Array, Floats
from glassnet.support.cached import cached_property

_OF_SEVERAL_LABELS = ["accuracy", "label_accuracy", "f1"]


@dataclass(frozen=True, eq=False)
class NamedSamples:
    """Some samples, X of the network's input shape, and targets in the form of the loss."""

    name: str
    X: Array
    y: Array


@dataclass(frozen=True, eq=False)
class Trained:
    """The network that was trained, and the samples as it was given them; they may have been scaled."""

    network: Network
    training: NamedSamples
    held: NamedSamples | None  # what training was watched on
    judged: NamedSamples  # what tells how good it is


@dataclass(frozen=True, eq=False)
class Names:
    """What things are called."""

    source: str  # where the samples come from; empty if that is not known
    # features, classes: no classes for values
    features: tuple[str, ...]
    classes: tuple[str, ...]
    image_shape: tuple[int, int] | None  # rows and columns of pixels, where a sample is an image


@dataclass(frozen=True, eq=False)
class Subject:
    """Everything that a report needs."""

    network: Network  # as it is used: for samples as they are
    loss: Loss
    training: NamedSamples  # what it learned from
    # held, test: what training was watched on, and what it was neither trained nor watched on
    held: NamedSamples | None
    test: NamedSamples | None
    trained: Trained  # what diagnosis and trace look at
    history: History | None
    names: Names

    @property
    def parts(self) -> list[NamedSamples]:
        """The samples to learn from, those to watch, and those to test."""
        return [part for part in (self.training, self.held, self.test) if part is not None]

    @property
    def was_watched(self) -> bool:
        """Whether training was watched on samples that it did not learn from."""
        return self.held is not None or (self.history is not None and "validation_loss" in self.history)

    @property
    def judged(self) -> NamedSamples:
        """The samples that tell how good the network is: those that it has seen least of."""
        return self.parts[-1]

    @property
    def classifies(self) -> bool:
        """Whether it tells classes apart."""
        return bool(self.names.classes)

    @property
    def has_margins(self) -> bool:
        """Whether targets are -1 and 1, and an output is right that lies far on their side, as for hinge."""
        return self.loss.facts is not None and self.loss.facts.data == "signs"

    @cached_property
    def is_multi_label(self) -> bool:
        """Whether a sample may be of several classes, or of none: targets are rows of 0 and 1."""
        several = self.network.meaning.multi_label or any(
            several_hot(self.values(part)) for part in self.parts
        )
        return self.classifies and several

    @property
    def optimizer(self) -> Optimizer | None:
        """What the network was trained by, if that is known."""
        state = self.trained.network.state
        return None if state is None else state.optimizer

    @cached_property
    def scores(self) -> dict[str, Mapping[str, float]]:
        """Loss and metrics of each part, as ``evaluate`` gives them."""
        measures = _OF_SEVERAL_LABELS if self.is_multi_label else None
        return {
            part.name: self.network.evaluate(part.X, part.y, loss=self.loss, metrics=measures)
            for part in self.parts
        }

    @cached_property
    def prediction(self) -> Floats:
        """Of the judged samples: the probability of every class, or the values; of several labels those of each."""
        output = self.loss.centre(self.network.predict(self.judged.X)).astype(np.float64)
        return np.hstack([1 - output, output]) if self.classifies and output.shape[1] == 1 else output

    @cached_property
    def misses(self) -> Floats:
        """How far each value of the judged samples is from right: the size of its error, or what its margin lacks."""
        true = self.values(self.judged)
        return 1 - true * self.prediction if self.has_margins else np.abs(true - self.prediction)

    def members(self, part: NamedSamples) -> NDArray[np.bool_]:
        """Which classes each sample is of, (n_samples, n_classes)."""
        if self.is_multi_label:
            return self.values(part) > 0.5
        belongs: NDArray[np.bool_] = self.classes(part)[:, None] == np.arange(len(self.names.classes))
        return belongs

    def classes(self, part: NamedSamples) -> NDArray[np.int64]:
        """The true class of each sample, where it has one."""
        return inputs.classes_of(np.asarray(part.y).reshape(len(part.y), -1))

    def values(self, part: NamedSamples) -> Floats:
        """The true values of each sample, (n_samples, n_outputs)."""
        return np.asarray(part.y, np.float64).reshape(len(part.y), -1)
