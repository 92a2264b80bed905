"""Keras on its JAX backend. Batches by ``fit``; full batches by ``train_on_batch``, which costs it least."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.speed.works import SEED, Work

os.environ["KERAS_BACKEND"] = "jax"
import keras


class Training:
    """compile, fit. It draws the order of batches itself."""

    def __init__(self, work: Work) -> None:
        keras.utils.set_random_seed(SEED)
        self.work = work
        self.x, self.y = work.samples()
        layers = [keras.layers.Dense(units, "relu") for units in work.widths[1:-1]]
        self.model = keras.Sequential(
            [keras.Input((work.widths[0],)), *layers, keras.layers.Dense(work.widths[-1])]
        )
        binary = work.widths[-1] == 1
        self.loss = (
            keras.losses.BinaryCrossentropy(from_logits=True)
            if binary
            else keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        )
        self.y = self.y[:, None].astype(np.float32) if binary else self.y
        optimizers = {"sgd": keras.optimizers.SGD, "adam": keras.optimizers.Adam}
        self.model.compile(optimizers[work.optimizer](work.learning_rate), self.loss)

    def reset(self) -> None:
        """The first parameters; the optimizer's own numbers are set to 0 too."""
        self.model.set_weights(self.work.first_parameters())
        for variable in self.model.optimizer.variables:
            if variable.path.rpartition("/")[2] != "learning_rate":
                variable.assign(np.zeros(variable.shape, variable.dtype))

    def train(self) -> None:
        """Epochs of steps."""
        if self.work.full_batch:
            for _ in range(self.work.epochs):
                self.model.train_on_batch(self.x, self.y)
            return
        self.model.fit(self.x, self.y, self.work.batch_size, self.work.epochs, verbose=0, shuffle=True)

    def parameters(self) -> list[NDArray[Any]]:
        """Weights and bias of each layer in turn."""
        return [np.asarray(array) for array in self.model.get_weights()]
