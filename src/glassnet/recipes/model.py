"""A network together with what its data mean: raw samples in, predictions in their own units out."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from os import PathLike
from pathlib import Path

import numpy as np

from glassnet import losses
from glassnet.bridges import files
from glassnet.datasets.preparation import train_test_split
from glassnet.errors import MissingFileError, ShapeError
from glassnet.losses import Loss
from glassnet.network.network import Network
from glassnet.recipes import heads
from glassnet.recipes.description import Description
from glassnet.recipes.heads import Head
from glassnet.recipes.scaling import Scaling, scaling_inside
from glassnet.recipes.sources import Source
from glassnet.support import checks
from glassnet.support.arrays import Array, Floats
from glassnet.support.calls import explained
from glassnet.support.registry import compact_repr
from glassnet.training.evaluation import default_loss

# All split alike, so that what was held back in training can be found again.
SPLIT_SEED = 42
MODEL = "model.safetensors"
FEWEST_WATCHED = 10


@dataclass(frozen=True, eq=False)
class Subset:
    """Some of the samples: raw, with targets in the form of the loss, before any scaling."""

    X: Floats
    y: Array


@dataclass(frozen=True, eq=False)
class Model:
    """A network, the description of its data, and the loss that it was or will be trained on."""

    network: Network
    description: Description
    loss: Loss

    @classmethod
    @explained
    def load(cls, path: str | PathLike[str]) -> Model:
        """The model in a file, or in the folder of a training; one without a description takes samples as they are."""
        network = files.load(model_file(path))
        return cls(network, Description.of(network), default_loss(network)).scaling_inside()

    @classmethod
    @explained
    def load_as_trained(cls, path: str | PathLike[str], loss: str | Loss | None = None) -> Model:
        """The model with its network as it was when it learned, on scaled samples and targets.

        A network that scales its inputs itself has first weights that say nothing about how it learned. The loss is
        that of the last fit by default.
        """
        network = files.load(model_file(path))
        description = Description.of(network)
        if description.carried:
            network = scaling_inside(network, _back(description.inputs), _back(description.targets))
        objective = default_loss(network) if loss is None else losses.get(loss)
        return cls(network, replace(description, carried=False), objective)

    def scaling_inside(self) -> Model:
        """The same with a network that does the scaling itself, so that it reads samples as they are."""
        inputs, targets = self.description.inputs, self.description.targets
        if self.description.carried or "data" not in self.network.metadata:
            return self
        description = replace(self.description, carried=True, training=self.training)
        scales = inputs.changes_something or targets.changes_something
        network = scaling_inside(self.network, inputs, targets) if scales else self.network.copy()
        network.metadata["data"] = description.to_plain()
        return replace(self, network=network, description=description)

    @property
    def training(self) -> str:
        """By what and how long the network was trained; empty if that is not known."""
        state = self.network.state
        if state is None:
            return self.description.training
        return f"{state.epoch:,} epoch{'' if state.epoch == 1 else 's'} by {compact_repr(state.optimizer)}"

    @property
    def classifies(self) -> bool:
        """Whether it predicts classes."""
        return bool(self.description.class_names)

    @property
    def multi_label(self) -> bool:
        """Whether a sample may be of several of them."""
        return self.classifies and self.network.meaning.multi_label

    @property
    def head(self) -> Head:
        """What the loss asks for; raises `ArgumentError` for a loss that has no head."""
        return heads.of_network(self.network, self.loss)

    def parts(self, source: Source) -> dict[str, Subset]:
        """Targets for its loss; if these are the samples it was trained on, those that it has not seen apart."""
        y = self.head.encode(source, self.description.class_names)
        if source.fingerprint != self.description.fingerprint:
            return {"all samples": Subset(source.X, y)}
        return split(source.X, y, self.description.test_share, self.description.validation_share)

    def predict(self, X: Floats) -> Floats:
        """Probabilities of the classes, (n_samples, n_classes), or values in their own unit, (n_samples, n_outputs)."""
        output = self.network.predict(self._rows(X)).astype(np.float64)
        return np.hstack([1 - output, output]) if self.classifies and output.shape[1] == 1 else output

    def prepared(self, part: Subset) -> tuple[Floats, Array]:
        """Samples and targets as a network takes them that does not carry the scaling yet."""
        X = self._rows(self.description.inputs.apply(part.X))
        return X, part.y if self.classifies else self.description.targets.apply(part.y)

    def scores(self, part: Subset) -> dict[str, float]:
        """The loss, and accuracy, or R2 and mean absolute error; in the unit of y."""
        names = [name for name in self.head.scores if name != "r2" or len(part.y) > 1]
        return self.network.evaluate(self._rows(part.X), part.y, loss=self.loss, metrics=names)

    def _rows(self, X: Floats) -> Floats:
        n_features = len(self.description.feature_names)
        if X.shape[1] != n_features:
            raise ShapeError(f"this model reads {n_features} features; the data have {X.shape[1]}")
        shape = self.network.input_shape or (n_features,)
        return X.reshape(len(X), *shape)


def model_file(path: str | PathLike[str]) -> Path:
    """The model's file, or that in the folder of a training."""
    place = checks.path("path", path)
    if not place.is_dir():
        return place
    if not (place / MODEL).is_file():
        raise MissingFileError(f"the folder {path} holds no {MODEL}; glassnet train writes one")
    return place / MODEL


def _back(scaling: Scaling) -> Scaling:
    """The scaling that undoes this one: x = (z - mean') / scale'."""
    return Scaling(-scaling.mean / scaling.scale, 1 / scaling.scale)


def split(X: Floats, y: Array, test_share: float, validation_share: float) -> dict[str, Subset]:
    """The samples to train on, those to watch meanwhile, and those that are kept for the test.

    `validation_share` is of all samples; fewer than `FEWEST_WATCHED` of them tell nothing and are trained on.
    """
    parts = {}
    if test_share > 0:
        X, X_test, y, y_test = train_test_split(X, y, test_size=test_share, seed=SPLIT_SEED)
        parts["test"] = Subset(X_test, y_test)
    share = validation_share / (1 - test_share)
    if share > 0 and math.ceil(share * len(X)) >= FEWEST_WATCHED:
        X, X_held, y, y_held = train_test_split(X, y, test_size=share, seed=SPLIT_SEED)
        parts["validation"] = Subset(X_held, y_held)
    return {"training": Subset(X, y)} | dict(reversed(parts.items()))
