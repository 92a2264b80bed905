"""What is trained: works with the same data, first weights and order of batches for every peer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassnet.network.random import Streams

Array = NDArray[Any]
Samples = tuple[Array, NDArray[np.int64]]

SEED = 0
LABEL_NOISE = 0.1


@dataclass(frozen=True)
class Work:
    """A network to train on drawn samples, in float32.

    Hidden layers are ReLU. One output is a sigmoid with binary cross-entropy, several a softmax with categorical
    cross-entropy.

    Attributes
    ----------
    name, title : str
    widths : tuple of int
        Features, units of each hidden layer, outputs.
    n_samples, batch_size, epochs : int
        A batch size of `n_samples` is a full batch, in the order of the samples.
    optimizer : {"sgd", "adam"}
        With the defaults of ``torch.optim`` but for the learning rate.
    learning_rate : float
    tolerance : float
        How far final losses may lie apart, relative.
    """

    name: str
    title: str
    widths: tuple[int, ...]
    n_samples: int
    batch_size: int
    epochs: int
    optimizer: str
    learning_rate: float
    tolerance: float

    @property
    def full_batch(self) -> bool:
        """Whether a step takes all samples."""
        return self.batch_size == self.n_samples

    @property
    def n_steps(self) -> int:
        """Updates in all."""
        return self.epochs * -(-self.n_samples // self.batch_size)

    @property
    def products(self) -> list[tuple[int, int, int]]:
        """Rows, inputs and outputs of each layer's forward product."""
        return [(self.batch_size, n, m) for n, m in zip(self.widths[:-1], self.widths[1:], strict=True)]

    @property
    def operations(self) -> int:
        """Floating-point operations in all matrix products of the training.

        Two for each multiply-add; three products a layer, two in the first, whose inputs need no gradient.
        """
        layers = [n * m for n, m in zip(self.widths[:-1], self.widths[1:], strict=True)]
        return 2 * self.epochs * self.n_samples * (3 * sum(layers) - layers[0])

    def samples(self) -> Samples:
        """Samples (n_samples, n_features) and their integer classes."""
        draw: Callable[[Work], Samples] = corners if self.n_samples == 4 else clouds
        return draw(self)

    def first_parameters(self) -> list[Array]:
        """Weights (He 2015, uniform) and zero biases of each layer in turn."""
        random = np.random.default_rng(SEED)
        drawn: list[Array] = []
        for n, m in zip(self.widths[:-1], self.widths[1:], strict=True):
            limit = np.sqrt(6 / n)
            drawn += [random.uniform(-limit, limit, (n, m)).astype(np.float32), np.zeros(m, np.float32)]
        return drawn

    def orders(self) -> NDArray[np.int64]:
        """The order of the samples in each epoch, (epochs, n_samples), as ``fit`` draws it."""
        streams = Streams.of(SEED)
        return np.stack([streams.draw_order(self.n_samples) for _ in range(self.epochs)])

    def loss(self, parameters: list[Array]) -> float:
        """Mean loss over all samples, in float64."""
        a, classes = self.samples()
        layers = list(zip(parameters[::2], parameters[1::2], strict=True))
        for number, (weights, bias) in enumerate(layers):
            z = a.astype(float) @ np.asarray(weights, float) + np.asarray(bias, float)
            a = np.maximum(z, 0) if number < len(layers) - 1 else z
        if a.shape[1] == 1:
            return float(np.logaddexp(0, np.where(classes == 1, -a[:, 0], a[:, 0])).mean())
        a = a - a.max(axis=1, keepdims=True)
        return float((np.log(np.exp(a).sum(axis=1)) - a[np.arange(len(a)), classes]).mean())


def corners(work: Work) -> Samples:
    """The four points of XOR."""
    return np.array([[0, 0], [0, 1], [1, 0], [1, 1]], np.float32), np.array([0, 1, 1, 0])


def clouds(work: Work) -> Samples:
    """Points around one centre for each class, with sixteen levels from 0 to 1 as in the digits, some mislabelled."""
    random = np.random.default_rng(SEED)
    n, n_features, n_classes = work.n_samples, work.widths[0], work.widths[-1]
    centres = random.random((n_classes, n_features), np.float32)
    classes = random.integers(n_classes, size=n)
    x = 0.5 * centres[classes] + 0.5 * random.random((n, n_features), np.float32)
    wrong = random.random(n) < LABEL_NOISE
    return np.round(x * 16) / np.float32(16), np.where(wrong, random.integers(n_classes, size=n), classes)


WORKS = {
    work.name: work
    for work in (
        Work(
            "xor", "XOR 2-4-1, full batch, 10 000 steps, SGD", (2, 4, 1),
            n_samples=4, batch_size=4, epochs=10_000, optimizer="sgd", learning_rate=0.1, tolerance=0.05,
        ),
        Work(
            "digits-full", "64-32-10, full batch of 1437, 1000 epochs, SGD", (64, 32, 10),
            n_samples=1437, batch_size=1437, epochs=1000, optimizer="sgd", learning_rate=0.1, tolerance=0.02,
        ),
        Work(
            "digits-batches", "64-32-10, batches of 32, 50 epochs of 1437, Adam", (64, 32, 10),
            n_samples=1437, batch_size=32, epochs=50, optimizer="adam", learning_rate=0.001, tolerance=0.1,
        ),
        Work(
            "middle", "784-128-10, batches of 128, 2 epochs of 20 000, Adam", (784, 128, 10),
            n_samples=20_000, batch_size=128, epochs=2, optimizer="adam", learning_rate=0.001, tolerance=0.1,
        ),
        Work(
            "large", "784-512-512-10, batches of 256, 1 epoch of 20 000, Adam", (784, 512, 512, 10),
            n_samples=20_000, batch_size=256, epochs=1, optimizer="adam", learning_rate=0.001, tolerance=0.1,
        ),
    )
}  # fmt: skip
