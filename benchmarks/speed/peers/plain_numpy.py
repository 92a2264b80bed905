"""The NumPy code that a learner writes: every step new arrays, formulas as in the textbook."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.speed.works import Work

Array = NDArray[Any]


def relu(z: Array) -> Array:
    """max(z, 0)."""
    return np.maximum(0, z)


def softmax(z: Array) -> Array:
    """exp(z) over its sum, the row's maximum subtracted."""
    e = np.exp(z - np.max(z, axis=1, keepdims=True))
    shares: Array = e / np.sum(e, axis=1, keepdims=True)
    return shares


def sigmoid(z: Array) -> Array:
    """1 / (1 + exp(-z))."""
    return 1 / (1 + np.exp(-z))


class Training:
    """Forward, backward, update, and the loss of each step, which a learner prints."""

    def __init__(self, work: Work) -> None:
        self.work = work
        self.x, classes = work.samples()
        binary = work.widths[-1] == 1
        self.y = (
            classes[:, None].astype(np.float32)
            if binary
            else np.eye(work.widths[-1], dtype=np.float32)[classes]
        )
        self.last, self.mean_loss = (sigmoid, self.binary) if binary else (softmax, self.categorical)
        self.update = {"sgd": self.sgd, "adam": self.adam}[work.optimizer]

    def reset(self) -> None:
        """Copies of the first parameters, no moments."""
        self.all = [array.copy() for array in self.work.first_parameters()]
        self.m = [np.zeros_like(array) for array in self.all]
        self.v = [np.zeros_like(array) for array in self.all]
        self.step = 0

    def train(self) -> None:
        """Epochs of steps."""
        work = self.work
        self.losses: list[float] = []
        if work.full_batch:
            for _ in range(work.epochs):
                self.take_step(self.x, self.y)
            return
        for order in work.orders():
            for start in range(0, work.n_samples, work.batch_size):
                batch = order[start : start + work.batch_size]
                self.take_step(self.x[batch], self.y[batch])

    def take_step(self, x: Array, y: Array) -> None:
        """One update."""
        outputs = [x]
        n_layers = len(self.all) // 2
        for layer in range(n_layers):
            z = outputs[-1] @ self.all[2 * layer] + self.all[2 * layer + 1]
            outputs.append(relu(z) if layer < n_layers - 1 else self.last(z))
        self.losses.append(self.mean_loss(y, outputs[-1]))
        error = outputs[-1] - y
        gradients: list[Array] = []
        for layer in reversed(range(n_layers)):
            gradients[:0] = [outputs[layer].T @ error / len(x), error.sum(axis=0) / len(x)]
            if layer > 0:
                error = error @ self.all[2 * layer].T * (outputs[layer] > 0)
        self.update(gradients)

    def sgd(self, gradients: list[Array]) -> None:
        """w - rate g."""
        for array, gradient in zip(self.all, gradients, strict=True):
            array -= self.work.learning_rate * gradient

    def adam(self, gradients: list[Array]) -> None:
        """Kingma, Ba 2015, algorithm 1."""
        self.step += 1
        for k, gradient in enumerate(gradients):
            self.m[k] = 0.9 * self.m[k] + 0.1 * gradient
            self.v[k] = 0.999 * self.v[k] + 0.001 * gradient**2
            m, v = self.m[k] / (1 - 0.9**self.step), self.v[k] / (1 - 0.999**self.step)
            self.all[k] -= self.work.learning_rate * m / (np.sqrt(v) + 1e-8)

    @staticmethod
    def binary(y: Array, p: Array) -> float:
        """Binary cross-entropy."""
        p = np.clip(p, 1e-7, 1 - 1e-7)
        return float(-np.mean(y * np.log(p) + (1 - y) * np.log(1 - p)))

    @staticmethod
    def categorical(y: Array, p: Array) -> float:
        """Categorical cross-entropy."""
        return float(-np.mean(np.sum(y * np.log(p + 1e-8), axis=1)))

    def parameters(self) -> list[Array]:
        """Weights and bias of each layer in turn."""
        return self.all
