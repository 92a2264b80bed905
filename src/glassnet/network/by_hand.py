"""A network taken step by step: data at its door, forward, backward, update, and prediction."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from glassnet import optimizers
from glassnet.engines.by_hand import HandPass
from glassnet.engines.numpy import NumpyEngine
from glassnet.errors import NotBuiltError
from glassnet.kernels import arrays
from glassnet.network import inputs
from glassnet.network.flat import FlatNetwork
from glassnet.network.state import TrainingState
from glassnet.optimizers import Optimizer
from glassnet.support import checks
from glassnet.support.arrays import Array
from glassnet.support.calls import explained

if TYPE_CHECKING:
    from glassnet.losses import Loss


class NetworkByHand(FlatNetwork):
    """What a :class:`~glassnet.Network` does in single steps, each of which can be looked at."""

    def features(self, X: ArrayLike, name: str = "X", loss: Loss | None = None) -> Array:
        """`X` checked and as rows of this network's dtype; pairs and triplets of a loss that compares these, too."""
        if loss is not None:
            X = inputs.rows(name, X, loss, self.input_shape)
        return inputs.features(name, X, self.dtype, self.input_shape, self.layers[0], self.meaning)

    @property
    def meaning(self) -> inputs.Meaning:
        """What the columns, classes and outputs are called, as far as ``metadata`` say."""
        return inputs.Meaning.of(self.metadata)

    def targets(self, y: ArrayLike | None, loss: Loss, n_samples: int, name: str = "y") -> Array:
        """`y` checked and in the form that engines take for this loss, (n_samples, n_outputs) or (n_samples, 1)."""
        return inputs.targets(name, y, loss, n_samples, self.plan(loss).n_outputs, self.dtype, self.meaning)

    @explained
    def forward(self, X: ArrayLike, *, training: bool = True) -> Array:
        """Forward propagation, kept for :meth:`backward`: the output for each sample, (n_samples, n_outputs).

        With `training`, dropout is active and batch norm uses the batch's statistics; see :meth:`predict`.
        """
        in_training, x = checks.truth("training", training), self.features(X)
        if not self.built:
            self.build(np.shape(X)[1:])
        if not in_training:
            self._pass = None
            return NumpyEngine().forward(self.plan(), self.vectors, x)
        if self._pass is None or self._pass.size != len(x):
            self._pass = HandPass(self, len(x))
        return self._pass.forward(x, np.shape(X))

    @explained
    def backward(self, gradient: ArrayLike) -> Array:
        """Backpropagation of the loss's `gradient` with respect to the output of the last :meth:`forward`.

        Fills ``net.gradients``, weight penalties included, and returns the gradient with respect to X.
        """
        if self._pass is None:
            raise NotBuiltError(
                "backward needs a forward pass in training to go back through; call forward(X) first"
            )
        return self._pass.backward(checks.real("gradient", gradient))

    @property
    def dropout_masks(self) -> tuple[Array, ...]:
        """For each Dropout layer what the last forward pass in training kept: 1 or 0, (n_samples, n_units)."""
        if self._pass is None:
            raise NotBuiltError(
                "dropout masks are drawn by a forward pass in training; call forward(X) first"
            )
        return self._pass.dropout_masks

    @explained
    def step(self, optimizer: str | Optimizer) -> None:
        """Update the parameters once from ``net.gradients``; schedules count steps here."""
        rule = optimizers.get(optimizer).rule
        state = self.training_state(optimizer)
        epochs = np.array([self.steps_by_hand])
        coefficients = state.optimizer.table(state.optimizer.rates(epochs), state.step + 1, epochs)
        gradients = arrays.Views(self.gradients)
        arrays.clip(gradients, state.optimizer.clip_norm or 0, state.optimizer.clip_value or 0)
        arrays.update(
            rule,
            arrays.Views(self.parameters),
            gradients,
            state.vectors,
            tuple(coefficients[0].tolist()),
            self.layout.learning_rate_factors(self.dtype),
        )
        state.step += 1

    def training_state(self, optimizer: str | Optimizer) -> TrainingState:
        """The state of training by `optimizer`: what it was, or fresh if the network was trained by another."""
        self.state = TrainingState.continued(self.state, optimizer, self.parameters)
        return self.state

    def penalty(self) -> float:
        """l1 * sum abs(W) + l2 / 2 * sum W^2 over all layers, and the same of biases: what they add to the loss."""
        return float(sum(layer.penalty() for layer in self.layers))

    @explained
    def predict(self, X: ArrayLike) -> Array:
        """The network's output for each sample, (n_samples, n_outputs): dropout off, running statistics."""
        return NumpyEngine().forward(self.plan(), self.vectors, self.features(X))
