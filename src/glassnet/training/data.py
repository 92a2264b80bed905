"""The data of one fit: checked, split and weighted before anything is changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from glassnet import checks, inputs, plan
from glassnet.engines.base import Array
from glassnet.errors import ArgumentError, DataError
from glassnet.losses import Loss

if TYPE_CHECKING:
    from glassnet.network import Network


@dataclass(frozen=True)
class Data:
    """Training data as an engine takes them, and validation data if there are any.

    Attributes
    ----------
    plan : Plan
        The network's, with the loss.
    input_shape : tuple of int
        Of one sample.
    x, y, weights : ndarray
        (n, n_features), (n, n_targets), (n, 1).
    held : tuple of ndarray or None
        Validation samples and targets.
    """

    plan: plan.Plan
    input_shape: tuple[int, ...]
    x: Array
    y: Array
    weights: Array
    held: tuple[Array, Array] | None


def prepare(
    network: Network,
    X: ArrayLike,
    y: ArrayLike,
    loss: Loss,
    validation_data: tuple[ArrayLike, ArrayLike] | None,
    validation_split: float,
    sample_weight: ArrayLike | None,
    class_weight: dict[int, float] | str | None,
) -> Data:
    """Check everything that fit was given; the network stays as it is.

    Raises
    ------
    ShapeError, DataError, ArgumentError
        With what was expected, what came, and what to do.
    """
    x = network.features(X)
    shape = network.input_shape or np.shape(X)[1:]
    layout = network.layout if network.built else plan.lay_out(network.layers, shape)
    table = plan.build(network.layers, layout, loss)
    targets = inputs.targets("y", y, loss, len(x), table.n_outputs, network.dtype)
    held = None
    weight = None if sample_weight is None else np.asarray(sample_weight)
    if validation_data is not None:
        held = _given(network, validation_data, shape, loss, table.n_outputs)
    if checks.number("validation_split", validation_split, least=0, below=1) > 0:
        if held is not None:
            raise ArgumentError("give validation_data or validation_split, not both")
        n_kept = len(x) - round(len(x) * validation_split)
        if not 0 < n_kept < len(x):
            raise DataError(
                f"validation_split={validation_split} of {len(x)} samples leaves {n_kept} to train on "
                f"and {len(x) - n_kept} to validate; both need at least one"
            )
        held = x[n_kept:], targets[n_kept:]
        x, targets = x[:n_kept], targets[:n_kept]
        weight = weight[:n_kept] if weight is not None else None
    inputs.more_than_one_class("y", targets, loss)
    return Data(table, shape, x, targets, inputs.shares(weight, class_weight, targets, network.dtype), held)


def _given(
    network: Network, pair: Any, shape: tuple[int, ...], loss: Loss, n_outputs: int
) -> tuple[Array, Array]:
    if not isinstance(pair, (tuple, list)) or len(pair) != 2:
        raise ArgumentError(f"validation_data must be a pair (X, y); got {type(pair).__name__}")
    x = inputs.features("X of validation_data", pair[0], network.dtype, shape, "the network")
    return x, inputs.targets("y of validation_data", pair[1], loss, len(x), n_outputs, network.dtype)
