"""JAX with the whole training in one compiled function."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from numpy.typing import NDArray

from benchmarks.speed.works import Work


class Training:
    """``lax.scan`` over epochs and batches under ``jit``."""

    def __init__(self, work: Work) -> None:
        self.work = work
        x, classes = work.samples()
        self.x, self.y = jnp.asarray(x), jnp.asarray(classes)
        self.run = jax.jit(self.full_batches if work.full_batch else self.batches)
        self.update = {"sgd": self.sgd, "adam": self.adam}[work.optimizer]

    def reset(self) -> None:
        """The first parameters, no moments."""
        first = [jnp.asarray(array) for array in self.work.first_parameters()]
        zeros = [jnp.zeros_like(array) for array in first]
        self.carry = jax.block_until_ready((first, zeros, zeros, jnp.float32(0)))

    def train(self) -> None:
        """One call."""
        orders = None if self.work.full_batch else self.work.orders().astype(np.int32)
        self.carry = jax.block_until_ready(self.run(self.carry, self.x, self.y, orders))

    def full_batches(self, carry: Any, x: Any, y: Any, orders: None) -> Any:
        """All steps."""
        return lax.scan(lambda c, _: (self.step(c, x, y), None), carry, None, length=self.work.epochs)[0]

    def batches(self, carry: Any, x: Any, y: Any, orders: Any) -> Any:
        """All epochs; a shorter last batch follows the scan over the equal ones."""
        size = self.work.batch_size
        whole = self.work.n_samples // size * size

        def take(carry: Any, batch: Any) -> Any:
            return self.step(carry, x[batch], y[batch]), None

        def epoch(carry: Any, order: Any) -> Any:
            carry, _ = lax.scan(take, carry, order[:whole].reshape(-1, size))
            return take(carry, order[whole:]) if whole < len(order) else (carry, None)

        return lax.scan(epoch, carry, orders)[0]

    def step(self, carry: Any, x: Any, y: Any) -> Any:
        """One update."""
        parameters, m, v, count = carry
        gradients = jax.grad(self.loss)(parameters, x, y)
        return self.update(parameters, m, v, count + 1, gradients)

    def loss(self, parameters: Any, x: Any, y: Any) -> Any:
        """Mean cross-entropy of a batch."""
        for weights, bias in zip(parameters[:-2:2], parameters[1:-2:2], strict=True):
            x = jax.nn.relu(x @ weights + bias)
        z = x @ parameters[-2] + parameters[-1]
        if z.shape[1] == 1:
            return jnp.mean(jax.nn.softplus(z[:, 0]) - y * z[:, 0])
        log_probabilities = jax.nn.log_softmax(z)
        return -jnp.mean(jnp.take_along_axis(log_probabilities, y[:, None], axis=1))

    def sgd(self, parameters: Any, m: Any, v: Any, count: Any, gradients: Any) -> Any:
        """w - rate g."""
        rate = self.work.learning_rate
        return jax.tree.map(lambda w, g: w - rate * g, parameters, gradients), m, v, count

    def adam(self, parameters: Any, m: Any, v: Any, count: Any, gradients: Any) -> Any:
        """Kingma, Ba 2015, algorithm 1."""
        rate = self.work.learning_rate
        m = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, m, gradients)
        v = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, v, gradients)
        first, second = 1 - 0.9**count, 1 - 0.999**count
        new = jax.tree.map(
            lambda w, m, v: w - rate * (m / first) / (jnp.sqrt(v / second) + 1e-8), parameters, m, v
        )
        return new, m, v, count

    def parameters(self) -> list[NDArray[Any]]:
        """Weights and bias of each layer in turn."""
        return [np.asarray(array) for array in self.carry[0]]
