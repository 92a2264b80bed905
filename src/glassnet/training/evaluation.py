"""Loss and metrics of a network on data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from glassnet import activations, inputs, losses, metrics
from glassnet.engines.base import Array
from glassnet.engines.numpy import NumpyEngine
from glassnet.errors import ArgumentError
from glassnet.losses import Loss
from glassnet.metrics import Metric
from glassnet.metrics.targets import of_one_shape
from glassnet.plan import Plan

if TYPE_CHECKING:
    from glassnet.network import Network

LOSS_ROWS = 4096


def evaluate(
    network: Network,
    X: ArrayLike,
    y: ArrayLike,
    *,
    loss: str | Loss | None = None,
    metrics: Sequence[Any] | None = None,
) -> dict[str, float]:
    """Loss and metrics of the network's predictions for X.

    Parameters
    ----------
    network : Network
        Built.
    X : array_like, (n_samples, n_features)
    y : array_like
        As for training.
    loss : str or Loss, optional
        The loss of the last fit by default; without a fit, the one that goes with the last activation.
    metrics : sequence of str or callable, optional
        By default accuracy for classes; mean absolute error, and R2 of several samples, for values.

    Returns
    -------
    dict of str to float
        "loss", weight penalties included, and each metric by its name.
    """
    chosen = default_loss(network, y) if loss is None else losses.get(loss)
    plan = network.plan(chosen)
    x = network.features(X)
    targets = inputs.targets("y", y, chosen, len(x), plan.n_outputs, network.dtype)
    wanted = default_metrics(chosen, targets) if metrics is None else chosen_metrics(metrics)
    return scores(network, plan, NumpyEngine().forward(plan, network.vectors, x), targets, wanted)


def scores(
    network: Network, plan: Plan, output: Array, y: Array, wanted: Sequence[Metric]
) -> dict[str, float]:
    """Loss and metrics of the last row's output, for checked targets."""
    loss = plan.objective
    result = {"loss": mean_loss(loss, y, output) + network.penalty()}
    if wanted:
        truth, prediction = of_one_shape(y, loss.activation.value(output))
        for metric in wanted:
            result[metric.name] = float(metric(truth, prediction))
    return result


def mean_loss(loss: Loss, y: Array, output: Array) -> float:
    """Loss over all rows; losses of single samples are taken a slice at a time."""
    size = len(y) if loss.targets == "labels" else min(len(y), LOSS_ROWS)
    total = 0.0
    for start in range(0, len(y), size):
        part = slice(start, start + size)
        prepared, p = (
            (losses.one_hot_rows(loss.name, y[part], output[part]), output[part])
            if loss.takes_classes
            else (y[part], output[part])
        )
        total += loss.compare(prepared, p, None)[0] * len(p)
    return total / len(y)


def default_loss(network: Network, y: ArrayLike) -> Loss:
    """The loss of the last fit, or the one that goes with the last activation and these targets."""
    if network.loss is not None:
        return network.loss
    last = network.plan().rows[-1].activation
    if isinstance(last, activations.Softmax):
        given = inputs.numeric("y", y, np.float64)
        integers = given.size == len(given)
        return losses.SparseCategoricalCrossEntropy() if integers else losses.CategoricalCrossEntropy()
    return losses.BinaryCrossEntropy() if isinstance(last, activations.Sigmoid) else losses.MeanSquaredError()


def default_metrics(loss: Loss, y: Array) -> list[Metric]:
    """Accuracy for classes; mean absolute error and R2 for values; none for embeddings and other probabilities."""
    if loss.targets == "labels":
        return []
    if loss.domain == (0.0, 1.0):
        return chosen_metrics(["accuracy"] if inputs.names_classes(y, loss) else [])
    return chosen_metrics(["mae", "r2"] if len(y) > 1 else ["mae"])


def chosen_metrics(choices: Sequence[Any]) -> list[Metric]:
    """Metrics by name, or a user's own functions."""
    if isinstance(choices, str) or not isinstance(choices, Sequence):
        raise ArgumentError(
            f"metrics must be a list of names or functions, such as ['accuracy']; got {choices!r}"
        )
    return [metrics.get(choice) for choice in choices]
