"""Each feature standardised over the batch."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import prod
from typing import Any, ClassVar

import numpy as np

from glassnet import initializers, plan
from glassnet.formulas.rows import normalise, normalise_backward
from glassnet.kernels.arrays import Own
from glassnet.layers.base import Parameter, Shape, check_factors, registry
from glassnet.layers.normalising.affine import Normalisation, affine_backward
from glassnet.layers.steps import Steps, TrainingSteps, V
from glassnet.support import checks
from glassnet.support.arrays import Array


@registry.register("batch_norm")
@dataclass(repr=False)
class BatchNorm(Normalisation):
    """Normalises each feature over the batch; in prediction by running statistics. Ioffe, Szegedy, ICML 2015.

    Parameters
    ----------
    momentum : float
        Share of the batch's statistics in the running ones, in (0, 1]; the running variance takes n / (n - 1)
        times the batch's, as PyTorch does.
    epsilon : float
        Added to the variance, > 0.
    learning_rate_factor, bias_learning_rate_factor : float
        Multiplies every step of the weights, and of the bias, >= 0; 0 freezes them.
    """

    momentum: float = 0.1
    epsilon: float = 1e-5
    learning_rate_factor: float = field(default=1.0, kw_only=True)
    bias_learning_rate_factor: float = field(default=1.0, kw_only=True)
    is_affine: ClassVar[bool] = True

    def __post_init__(self) -> None:
        self.momentum = checks.number("momentum of BatchNorm", self.momentum, above=0, most=1)
        self.epsilon = checks.number("epsilon of BatchNorm", self.epsilon, above=0)
        check_factors(self, "learning_rate_factor", "bias_learning_rate_factor")

    def statistics(self, input_shape: Shape) -> list[Parameter]:
        """Running mean, then running variance."""
        n = prod(input_shape)
        return [
            Parameter("running_mean", (n,), initializers.Zeros(), n, n),
            Parameter("running_variance", (n,), initializers.Constant(1.0), n, n),
        ]

    def kept(self, input_shape: Shape) -> tuple[int, ...]:
        """Standardised inputs; and 1 / sqrt(variance + epsilon) in the first row of another array."""
        return (prod(input_shape), prod(input_shape))

    def row_fields(self) -> dict[str, Any]:
        return {"kind": plan.BATCH_NORM, "momentum": self.momentum, "epsilon": self.epsilon}

    def forward(self, x: Array, own: Own, a: Array) -> None:
        """A = w s + b, s = (X - mean) / sqrt(variance + epsilon) over the batch; moves the running statistics."""
        (weights, bias), (running_mean, running_variance) = own.parameters, own.statistics
        standardised, inverse = own.kept
        standardised[...], mean, variance, inverse[:1] = normalise(x, self.epsilon, axis=0)
        n = len(x)
        for running, of_batch in ((running_mean, mean), (running_variance, n / max(n - 1, 1) * variance)):
            running *= 1 - self.momentum
            running += self.momentum * of_batch
        np.add(weights * standardised, bias, out=a)

    def infer(self, x: Array, own: Own, a: Array) -> None:
        """A = w (X - running mean) / sqrt(running variance + epsilon) + b."""
        (weights, bias), (running_mean, running_variance) = own.parameters, own.statistics
        np.multiply(x - running_mean, weights / np.sqrt(running_variance + self.epsilon), out=a)
        a += bias

    def backward(self, x: Array, a: Array, own: Own, error: Array, d_x: Array) -> None:
        """dw = sum dA s;  db = sum dA;  dX also through the batch's mean and variance."""
        weights, (standardised, inverse) = own.parameters[0], own.kept
        affine_backward(standardised, error, own.gradients)
        d_x[...] = normalise_backward(standardised, inverse[:1], error * weights, axis=0)

    def describe(self, steps: Steps[V], x: V, n_inputs: int) -> V:
        """By running statistics."""
        mean, variance = steps.row("running_mean"), steps.row("running_variance")
        centred = steps.formula("centred", "x - mean", x=x, mean=mean)
        text = "x * (w / sqrt(variance + epsilon)) + b"
        return steps.formula(
            "a",
            text,
            x=centred,
            variance=variance,
            epsilon=self.epsilon,
            w=steps.row("weights"),
            b=steps.row("bias"),
        )

    def describe_training(self, steps: TrainingSteps[V], x: V, n_inputs: int) -> V:
        """By the statistics of the batch."""
        centred = steps.formula("centred", "x - mean", x=x, mean=steps.mean_of_batch(x))
        variance = steps.mean_of_batch(steps.formula("squares", "x**2", x=centred))
        text = "x / sqrt(variance + epsilon) * w + b"
        w, b = steps.row("weights"), steps.row("bias")
        return steps.formula("a", text, x=centred, variance=variance, epsilon=self.epsilon, w=w, b=b)
