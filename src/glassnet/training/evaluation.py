"""Loss and metrics of a network on data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from glassnet import activations, inputs, losses, metrics
from glassnet.engines.base import Array, Engine
from glassnet.engines.numpy import NumpyEngine
from glassnet.losses import Loss
from glassnet.metrics import Metric
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
        By default accuracy for classes, mean absolute error and R2 for values.

    Returns
    -------
    dict of str to float
        "loss", weight penalties included, and each metric by its name.
    """
    chosen = default_loss(network, y) if loss is None else losses.get(loss)
    plan = network.plan(chosen)
    x = network.features(X)
    targets = inputs.targets("y", y, chosen, len(x), plan.n_outputs, network.dtype)
    wanted = default_metrics(chosen) if metrics is None else chosen_metrics(metrics)
    return scores(network, NumpyEngine(), plan, x, targets, None, wanted)


def scores(
    network: Network,
    engine: Engine,
    plan: Plan,
    x: Array,
    y: Array,
    weights: Array | None,
    wanted: Sequence[Metric],
) -> dict[str, float]:
    """Loss and metrics of checked arrays."""
    loss = plan.objective
    output = engine.forward(plan, network.vectors, x)
    result = {"loss": mean_loss(loss, y, output, weights) + network.penalty()}
    if wanted:
        prediction = plan.output_activation.value(output)
        truth = y[:, 0] if loss.targets != "values" or y.shape[1] == 1 else y
        for metric in wanted:
            result[metric.name] = float(metric(truth, prediction))
    return result


def mean_loss(loss: Loss, y: Array, output: Array, weights: Array | None) -> float:
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
        share = None if weights is None else weights[part, 0]
        total += loss.compare(prepared, p, share)[0] * len(p)
    return total / len(y)


def default_loss(network: Network, y: ArrayLike) -> Loss:
    """The loss of the last fit, or the one that goes with the last activation and these targets."""
    if network.loss is not None:
        return network.loss
    last = network.plan().rows[-1].activation
    if isinstance(last, activations.Softmax):
        integer = np.ndim(y) == 1 or np.shape(y)[1] == 1
        return losses.SparseCategoricalCrossEntropy() if integer else losses.CategoricalCrossEntropy()
    return losses.BinaryCrossEntropy() if isinstance(last, activations.Sigmoid) else losses.MeanSquaredError()


def default_metrics(loss: Loss) -> list[Metric]:
    """Accuracy for classes; mean absolute error and R2 for values; none for embeddings."""
    if loss.targets == "labels":
        return []
    names = ["accuracy"] if loss.domain == (0.0, 1.0) else ["mae", "r2"]
    return chosen_metrics(names)


def chosen_metrics(choices: Sequence[Any]) -> list[Metric]:
    """Metrics by name, or a user's own functions."""
    return [metrics.get(choice) for choice in choices]


def predicted(plan: Plan, output: Array) -> NDArray[Any]:
    """The network's prediction from the last row's output."""
    return plan.output_activation.value(output)
