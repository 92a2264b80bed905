"""glassnet, as a user calls it: checks, history and all."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

import glassnet as gn
from benchmarks.speed.works import SEED, Work

OPTIMIZERS = {"sgd": gn.SGD, "adam": gn.Adam}


class Training:
    """One call of ``fit``."""

    engine = "compiled"

    def __init__(self, work: Work) -> None:
        self.work = work
        self.x, self.y = work.samples()
        *hidden, outputs = work.widths[1:]
        last = gn.Dense(outputs, "softmax" if outputs > 1 else "sigmoid")
        self.layers = [*(gn.Dense(units, "relu") for units in hidden), last]
        self.loss = "sparse_categorical_cross_entropy" if outputs > 1 else "binary_cross_entropy"
        self.first = np.concatenate([array.ravel() for array in work.first_parameters()])

    def reset(self) -> None:
        """A new network with the first parameters."""
        self.network = gn.Network(self.layers, seed=SEED, input_shape=self.work.widths[0])
        self.network.parameters = self.first

    def train(self) -> None:
        """Fit."""
        work = self.work
        self.network.fit(
            self.x, self.y, loss=self.loss, optimizer=OPTIMIZERS[work.optimizer](work.learning_rate),
            epochs=work.epochs, batch_size=work.batch_size, engine=self.engine, progress=False,
        )  # fmt: skip

    def parameters(self) -> list[NDArray[Any]]:
        """Weights and bias of each layer in turn."""
        return [array for layer in self.network.layers for array in (layer.weights, layer.bias)]
