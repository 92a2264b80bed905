"""What a loss asks of a network: its last activation, its outputs, and targets in the loss's own form."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

import numpy as np

from glassnet import losses
from glassnet.activations import ActivationFunction
from glassnet.errors import ArgumentError
from glassnet.estimators.presets import Task
from glassnet.losses import Loss
from glassnet.losses.base import registry
from glassnet.support.arrays import Array
from glassnet.tables.target import CLASSES, COUNTS, LABELS, QUANTILES, VALUES, Target

INTEGERS, ROWS, COLUMN, VALUE_ROWS, SIGNS = (
    "integers",
    "one-hot rows",
    "a column of 0 and 1",
    "values",
    "signs",
)


@dataclass(frozen=True)
class NetworkEnd:
    """The end of a network."""

    loss: Loss
    activation: str | ActivationFunction
    n_outputs: int
    # What the loss takes: "integers" (classes from 0 on), "one-hot rows", "a column of 0 and 1", "values"
    # as they are, "signs" (-1 and 1)
    form: str
    # Which outputs a model tells, in its own order: the levels of the first value first; of means and
    # variances the means. None: all, as they are.
    told: tuple[int, ...] | None = None

    def encode(self, targets: Array) -> Array:
        """Targets (n,) of classes, counted from 0, or rows of values, as the loss takes them."""
        if self.form == INTEGERS:
            return targets
        if self.form == ROWS:
            return np.eye(self.n_outputs)[targets]
        if self.form == COLUMN:
            return targets[:, None].astype(np.float64)
        if self.form == SIGNS:
            return 2.0 * targets[:, None] - 1.0
        return targets


# What data each task's losses take, and the form of the targets.
_TAKES = {
    CLASSES: {
        "classes": INTEGERS, "class_logits": INTEGERS, "one_hot": ROWS, "logits": ROWS, "distributions": ROWS,
        "binary": COLUMN, "binary_logits": COLUMN, "values": ROWS, "signs": SIGNS,
    },
    LABELS: {"binary": VALUE_ROWS, "binary_logits": VALUE_ROWS, "values": VALUE_ROWS},
    VALUES: {
        "values": VALUE_ROWS, "binary": VALUE_ROWS, "binary_logits": VALUE_ROWS, "means_and_variances": VALUE_ROWS,
    },
    COUNTS: {"rates": VALUE_ROWS, "log_rates": VALUE_ROWS},
}  # fmt: skip
_USUAL = {
    CLASSES: "sparse_categorical_cross_entropy", LABELS: "binary_cross_entropy", VALUES: "mean_squared_error",
    COUNTS: "poisson",
}  # fmt: skip
_TOLD = {
    CLASSES: "tells classes apart",
    LABELS: "tells labels apart",
    VALUES: "learns values",
    COUNTS: "learns counts",
}
_OF_TWO = (COLUMN, SIGNS)


def of(loss: str | Loss) -> Loss:
    """The loss that a parameter names."""
    return losses.get(loss)


def takes(loss: Loss) -> str:
    """The kind of data of a loss; a user's own loss says nothing, and compares values."""
    return "values" if loss.facts is None else loss.facts.data


def head_of(
    target: Target, loss: str | Loss | None, output: Any, smoothing: float, one_output: bool
) -> NetworkEnd:
    """The head for a target.

    Parameters
    ----------
    loss : str or Loss, optional
        By default the one that goes with the task.
    output : str or ActivationFunction, optional
        The last activation; by default the one that goes with the loss.
    smoothing : float
        Share of every target that is spread over all classes, where the loss can.
    one_output : bool
        Whether two classes have one output where nobody chose the loss, the probability of the second.

    Raises
    ------
    ArgumentError
        For a loss that does not go with the task.
    """
    if target.task == QUANTILES:
        return _of_quantiles(target, output)
    two = target.task == CLASSES and len(target.classes) == 2
    objective = losses.get(loss or ("binary_cross_entropy" if two and one_output else _USUAL[target.task]))
    form = _form(target, objective)
    n_outputs = (
        1 if form in _OF_TWO or (two and form == ROWS and objective.least_outputs < 2) else target.n_outputs
    )
    if loss is None and smoothing:
        objective = _smoothed(objective, smoothing)
    if n_outputs == 1 and form == ROWS:
        form = COLUMN
    if takes(objective) == "means_and_variances":
        return NetworkEnd(objective, output or "linear", 2 * n_outputs, form, tuple(range(n_outputs)))
    return NetworkEnd(objective, output or _activation(target, objective, n_outputs), n_outputs, form)


def _of_quantiles(target: Target, output: Any) -> NetworkEnd:
    """Outputs for all levels of all values: of the loss one level after the other, of a model one value."""
    n_values, n_levels = len(target.center), len(target.levels)
    order = np.arange(n_values * n_levels).reshape(n_levels, n_values).T.ravel()
    loss = losses.Quantiles(target.levels)
    return NetworkEnd(loss, output or "linear", n_values * n_levels, VALUE_ROWS, tuple(order.tolist()))


def _form(target: Target, loss: Loss) -> str:
    allowed = _TAKES[target.task]
    if takes(loss) not in allowed:
        names = [name for name in losses.names() if takes(losses.get(name)) in allowed]
        raise ArgumentError(
            f"loss={registry.called(loss)!r} is none that {_TOLD[target.task]}; those that do are {', '.join(names)}"
        )
    form = allowed[takes(loss)]
    if form in _OF_TWO and len(target.classes) != 2:
        raise ArgumentError(
            f"loss={registry.called(loss)!r} tells two classes apart, and y holds {len(target.classes)}; leave loss "
            "out, or use 'sparse_categorical_cross_entropy'"
        )
    return form


def _activation(target: Target, loss: Loss, n_outputs: int) -> str:
    if target.classifies and takes(loss) == "values":
        return "sigmoid" if n_outputs == 1 or target.task == LABELS else "softmax"
    return "linear" if loss.facts is None else loss.facts.last_activation


def _smoothed(loss: Loss, share: float) -> Loss:
    if "label_smoothing" not in {field.name for field in dataclasses.fields(loss)}:
        return loss
    smoothed: Loss = dataclasses.replace(loss, label_smoothing=share)  # type: ignore[call-arg]
    return smoothed


def gives_probabilities(loss: str | Loss | None) -> bool:
    """Whether a classifier by this loss has probabilities: all but those of margins."""
    return loss is None or takes(losses.get(loss)) != "signs"


def scales(loss: str | Loss | None) -> bool:
    """Whether targets may be shifted and scaled for it: not shares, which lie between 0 and 1."""
    return loss is None or takes(losses.get(loss)) not in ("binary", "binary_logits")


def task_of(loss: str | Loss | None, quantiles: Any) -> Task:
    """What a regressor learns: quantiles, counts where the loss is of rates, or values."""
    if quantiles is not None:
        return "quantiles"
    return "counts" if loss is not None and takes(losses.get(loss)) in _TAKES[COUNTS] else "values"
