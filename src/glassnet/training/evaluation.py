"""Loss and metrics of a network on data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from glassnet import losses, metrics
from glassnet.engines.numpy import NumpyEngine
from glassnet.errors import ArgumentError, CallError
from glassnet.losses import Loss
from glassnet.metrics import Custom, Metric, OfClasses
from glassnet.metrics.arrays import of_one_shape
from glassnet.network import inputs
from glassnet.network.inputs import UNNAMED, Meaning
from glassnet.plan import Plan
from glassnet.support import checks
from glassnet.support.arrays import Array
from glassnet.support.registry import compact_repr
from glassnet.training.refusals.suitability import refuse_unsuitable

if TYPE_CHECKING:
    from glassnet.network.network import Network

LOSS_ROWS = 4096


def evaluate(
    network: Network,
    X: ArrayLike,
    y: ArrayLike | None = None,
    *,
    loss: str | Loss | None = None,
    metrics: Sequence[Any] | None = None,
    sample_weight: ArrayLike | None = None,
) -> dict[str, float]:
    """Loss and metrics of the network's predictions for X; :meth:`glassnet.Network.evaluate` says more."""
    known_loss = network.loss if loss is None else losses.get(loss)
    if y is None and (known_loss is None or not known_loss.members):  # others say themselves which they take
        raise CallError("evaluate needs y")
    objective = default_loss(network, y) if known_loss is None else known_loss
    plan = network.plan(objective)
    x = network.features(X, loss=objective)
    targets = network.targets(y, objective, len(x))
    refuse_unsuitable(network.layers, plan, objective, "y", targets)
    weights = None
    if sample_weight is not None:
        inputs.refuse_weights_of_pairs(objective, sample_weight)
        k = objective.rows_per_sample
        weights = inputs.relative(inputs.sample_weights(sample_weight, len(x) // k), purpose="to evaluate")
        weights = np.repeat(weights, k)
    meaning = network.meaning.with_rows(targets, objective)
    measures = (
        default_metrics(objective, targets, network.meaning) if metrics is None else chosen_metrics(metrics)
    )
    output = NumpyEngine().forward(plan, network.vectors, x)
    return scores(network, plan, output, targets, told(measures, meaning), weights)


def scores(
    network: Network,
    plan: Plan,
    output: Array,
    y: Array,
    measures: Sequence[Metric],
    weights: Array | None = None,
) -> dict[str, float]:
    """Loss and metrics of the last row's output, for checked targets and weights (n,) of mean 1."""
    loss = plan.objective
    result = {"loss": mean_loss(loss, y, output, weights) + network.penalty()}
    if loss.members:
        return result | _of_groups(loss, y, output, measures, weights)
    if measures:
        truth = y[:, : loss.n_targets(y.shape[1])]
        for metric in measures:
            prediction = loss.limits(output) if metric.reads_all_outputs else loss.centre(output)
            result[metric.name] = float(metric(*of_one_shape(truth, prediction), weights))
    return result


def _of_groups(
    loss: Loss, y: Array, output: Array, measures: Sequence[Metric], weights: Array | None
) -> dict[str, float]:
    """A user's own metrics, given targets (n,) beside the embeddings of all members (n, n_members, n_outputs)."""
    k, by_name = loss.rows_per_sample, {}
    for metric in measures:
        if not isinstance(metric, Custom):
            raise ArgumentError(
                f"{metric.name} compares predictions with targets, and {loss.name} trains embeddings, which are "
                "compared with each other; give a function of your own, which takes y (n_samples,) and embeddings "
                f"(n_samples, {k}, n_outputs)"
            )
        embeddings = output.reshape(-1, k, output.shape[1])
        by_name[metric.name] = float(metric(y[::k, 0], embeddings, None if weights is None else weights[::k]))
    return by_name


def mean_loss(loss: Loss, y: Array, output: Array, weights: Array | None = None) -> float:
    """Loss over all rows; losses of single samples are taken a slice at a time."""
    size = len(y) if loss.targets == "labels" else min(len(y), LOSS_ROWS)
    total = 0.0
    for start in range(0, len(y), size):
        part = slice(start, start + size)
        shares = None if weights is None else weights[part].astype(output.dtype)
        p = output[part]
        total += loss.compare(loss.compared(y[part], p), p, shares)[0] * len(p)
    return total / len(y)


def default_loss(network: Network, y: ArrayLike | None = None) -> Loss:
    """The loss of the last fit, or the one that goes with the last activation and these targets.

    Without targets, those of a softmax are taken to be integers, and those of a linear layer to be values.

    Raises `ArgumentError` if there was no fit, and these targets may be classes of which the outputs are logits, or
    values.
    """
    if network.loss is not None:
        return network.loss
    last = network.plan().rows[-1].activation
    if last.outputs == "classes":
        targets = None if y is None else checks.array("y", y)
        rows = targets is not None and targets.size > len(targets)
        return losses.CategoricalCrossEntropy() if rows else losses.SparseCategoricalCrossEntropy()
    if last.outputs == "probabilities":
        return losses.BinaryCrossEntropy()
    if y is not None:
        _refuse_classes(network, checks.array("y", y))
    return losses.MeanSquaredError()


def _refuse_classes(network: Network, y: Array) -> None:
    """Raise where targets for outputs that are no probabilities may be classes."""
    n_outputs = network.plan().n_outputs
    column, distinct = y.size == len(y), np.unique(y)
    n_classes = max(n_outputs, 2) if column else 2
    if y.dtype.kind in "fiub" and not (len(distinct) > 1 and np.isin(distinct, np.arange(n_classes)).all()):
        return
    logits = "sigmoid" if n_outputs == 1 else "sparse_softmax" if column else "softmax"
    raise ArgumentError(
        f"the outputs of this network may be logits or values: it ends with {compact_repr(network.layers[-1])}, and no "
        f"loss says what they are. Give loss='{logits}_cross_entropy' if they are logits of these classes, or "
        "loss='mean_squared_error' if they are values"
    )


def default_metrics(loss: Loss, y: Array, meaning: Meaning = UNNAMED) -> list[Metric]:
    """Accuracy for classes; mean absolute error and R2 for values; none for embeddings, margins, probabilities."""
    if loss.targets == "labels" or loss.only_targets:
        return []
    if meaning.multi_label:
        return chosen_metrics(["accuracy", "label_accuracy"])
    if loss.domain == (0.0, 1.0):
        return chosen_metrics(["accuracy"] if inputs.names_classes(y, loss) else [])
    return chosen_metrics(["mae", "r2"] if len(y) > 1 else ["mae"])


def told(measures: Sequence[Metric], meaning: Meaning) -> list[Metric]:
    """The metrics, told that samples may be of several classes where that is known."""
    return [
        replace(metric, multi_label=True)
        if meaning.multi_label and isinstance(metric, OfClasses) and metric.multi_label is None
        else metric
        for metric in measures
    ]


def chosen_metrics(choices: Sequence[Any]) -> list[Metric]:
    """Metrics by name, or a user's own functions."""
    if isinstance(choices, str) or not isinstance(choices, Sequence):
        raise ArgumentError(
            f"metrics must be a list of names or functions, such as ['accuracy']; got {choices!r}"
        )
    return [metrics.get(choice) for choice in choices]
