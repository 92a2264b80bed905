"""What other networks make of the same samples: wider ones, and one that is trained as usual on some of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassnet.insight.diagnosis.copies import changed, of_hidden, without_dropout
from glassnet.insight.diagnosis.targets import Targets
from glassnet.insight.diagnosis.trials import Budget, Course, Trial, like, train, without_penalty
from glassnet.layers import Activation, Dense, Layer
from glassnet.network.network import Network
from glassnet.optimizers import Adam
from glassnet.support.arrays import Array
from glassnet.support.cached import cached_property

# How many samples a network should be able to learn by heart, and in how many epochs.
FEW = 20
HEART_EPOCHS = 400
HEART_RATES = (0.01, 0.03)  # of even and of odd tries
ANEW_EPOCHS = 400
# The reference: two layers of so many units, trained for so many steps on three quarters of so many samples.
WIDTH = 32
REFERENCE_STEPS = 500
REFERENCE_BATCH = 32
MOST_ROWS = 800
RATE = 0.01
# A dense layer without a bias takes none of the options of one.
WITHOUT_BIAS: dict[str, Any] = {
    "use_bias": False, "bias_initializer": "zeros", "bias_l1": 0.0, "bias_l2": 0.0, "bias_learning_rate_factor": 1.0,
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class References:
    """Other networks on the sample; they begin with weights of their own."""

    network: Network  # the user's, whose layers the copies have
    x: Array  # (n_samples, n_features)
    # (n_samples, n_numbers): the same, with a column for each category of those columns that hold
    # categories
    numbers: Array
    targets: Targets
    budget: Budget

    def few(self, draw: int = 0) -> NDArray[np.int64]:
        """Twenty of the samples, the classes in turn, or spread over the values; others by each draw."""
        order = np.random.default_rng(draw).permutation(len(self.x))
        if self.targets.kind != "classes":
            by_value = order[np.argsort(self.targets.values[order, 0], kind="stable")]
            places = np.linspace(0, len(order) - 1, min(FEW, len(order))).astype(np.int64)
            return by_value[np.minimum(places + draw, len(order) - 1)]
        classes = self.targets.classes[order]
        turn = np.empty(len(order), np.int64)
        for present in np.unique(classes):
            turn[classes == present] = np.arange((classes == present).sum())
        return order[np.argsort(turn, kind="stable")][:FEW]

    def of_few(self, wider: int, seed: int = 0, draw: int = 0) -> Trial:
        """Twenty samples learned by heart with Adam, by a copy with `wider` times as many hidden units."""
        layers = of_hidden(
            without_dropout(self.network.layers),
            lambda layer: replace(without_penalty(layer), units=wider * layer.units),
        )
        few = self.few(draw)
        course = Course(Adam(HEART_RATES[seed % 2]), HEART_EPOCHS, len(few), shuffled=False)
        fresh = like(self.network, layers, seed)
        return train(fresh, self.x[few], self.targets.take(few), course, self.budget)

    def anew(self, *, use_bias: bool) -> float:
        """The score of a copy of the network, with biases or without, trained anew with Adam."""
        some = np.random.default_rng(0).permutation(len(self.x))[:MOST_ROWS]
        course = Course(Adam(RATE), ANEW_EPOCHS, len(some), shuffled=False)
        options = {"use_bias": True} if use_bias else WITHOUT_BIAS
        layers = changed(
            without_dropout(self.network.layers),
            lambda layer: replace(layer, **options) if isinstance(layer, Dense) else layer,
        )
        fresh = like(self.network, layers, 0)
        return train(fresh, self.x[some], self.targets.take(some), course, self.budget).score

    @property
    def left_out(self) -> NDArray[np.int64]:
        """The samples that the network of two layers is asked about."""
        return self._order[: len(self._order) // 4]

    @property
    def _order(self) -> NDArray[np.int64]:
        return np.random.default_rng(0).permutation(len(self.x))[:MOST_ROWS]

    @cached_property
    def score(self) -> float:
        """The score of a network of two layers on samples that it was not trained on; minus infinity if it failed."""
        return float("-inf") if self.answers is None else self.asked.score(self.answers)

    @property
    def asked(self) -> Targets:
        """Their targets, scaled as for that network."""
        return self._shown.take(self.left_out)

    @property
    def _kept(self) -> NDArray[np.int64]:
        return self._order[len(self.left_out) :]

    @property
    def _shown(self) -> Targets:
        middle, scale = self._scale_of_targets(self._kept)
        return replace(self.targets, values=(self.targets.values - middle) / scale)

    @cached_property
    def answers(self) -> Array | None:
        """What that network says of them; None if it failed."""
        held, trained = self.left_out, self._kept
        x = self.numbers
        mean, spread = x[trained].mean(axis=0), x[trained].std(axis=0, dtype=np.float64)
        scaled = ((x - mean) / np.where(spread > 0, spread, 1)).astype(np.float64)
        layers: list[Layer] = [Dense(WIDTH, "tanh"), Dense(WIDTH, "tanh"), *self._end()]
        network = Network(layers, seed=0, dtype="float64", input_shape=x.shape[1])
        epochs = max(1, REFERENCE_STEPS // -(-len(trained) // REFERENCE_BATCH))
        course = Course(Adam(RATE), epochs, min(REFERENCE_BATCH, len(trained)))
        trial = train(network, scaled[trained], self._shown.take(trained), course, self.budget)
        return None if trial.end is None else np.asarray(network.predict(scaled[held]))

    def _end(self) -> list[Layer]:
        """The last layer that goes with the loss."""
        fitting = {
            "binary_cross_entropy": "sigmoid", "categorical_cross_entropy": "softmax",
            "sparse_categorical_cross_entropy": "softmax", "kullback_leibler": "softmax",
        }  # fmt: skip
        end = fitting.get(self.targets.loss.name, "linear")
        return [Dense(self.targets.n_outputs), Activation(end)]

    def _scale_of_targets(self, rows: NDArray[np.int64]) -> tuple[Array | float, Array | float]:
        """What makes values of size 1; classes stay as they are."""
        if self.targets.kind != "values" or self.targets.loss.domain != (-np.inf, np.inf):
            return 0, 1
        y = self.targets.values[rows]
        spread = y.std(axis=0)
        return y.mean(axis=0), np.where(spread > 0, spread, 1)
