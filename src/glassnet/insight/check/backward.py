"""The gradient check that names the slip: a learner's backpropagation beside the right one, and beside wrong ones."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from glassnet import checks, inputs, losses
from glassnet.errors import ArgumentError
from glassnet.insight.check.chain import masks_of
from glassnet.insight.check.observed import Observed, read
from glassnet.insight.check.problem import Problem
from glassnet.insight.check.report import Report
from glassnet.insight.check.rounding import Precision
from glassnet.insight.check.verdict import decide
from glassnet.losses import Loss
from glassnet.network import Network


def check_backward(
    net: Network,
    X: ArrayLike,
    y: ArrayLike,
    gradients: Any,
    *,
    loss: str | Loss | None = None,
    learning_rate: float | None = None,
    masks: Any = None,
) -> Report:
    """Compare a learner's gradients with the right ones; where they differ, name the slip that gives these numbers.

    The right gradients are those of the loss's mean over the batch, penalties of the layers included, for the network's
    weights. Where the learner's differ by more than rounding allows, the checker computes what each slip of its
    catalogue would have given, at one layer, at several or at all, then what each two of them would. It names those
    that reproduce every number, and names none if none does.

    Parameters
    ----------
    net : Network
        A built network with the learner's weights.
    X, y : array
        The batch, (n_samples, n_features), and its targets.
    gradients : sequence of pairs
        ``[(dW1, db1), (dW2, db2), ...]`` for the Dense layers, or for all layers with parameters: arrays, nested lists
        or PyTorch tensors, float32 or float64. Weights (n_inputs, n_outputs), or (n_outputs, n_inputs) if all of them
        are; biases (n,), (1, n) or (n, 1). A flat list dW1, db1, dW2, ..., a dictionary with these keys and a vector
        like ``net.gradients`` will do as well.
    loss : str or Loss
        The loss; by default the one that the network was trained with.
    learning_rate : float, optional
        The learner's, if their backward pass also updates the weights; "weights_updated_first" is seen only with it.
    masks : sequence of arrays, optional
        For each Dropout layer what the learner dropped: (n_samples, n_units), zero where an input is dropped. By
        default ``net.dropout_masks``, those of the network's last forward pass in training.

    Returns
    -------
    Report
        With ``ok``, ``slips`` (``code``, ``layers`` counted from 0, ``message``, ``fix``), ``evidence``, ``notes``, and
        ``equals``: slips that cannot be told from these on this data.

    Raises
    ------
    ArgumentError, ShapeError, DataError
        If the data do not fit the network, or the gradients are no pairs of arrays.
    """
    chosen = _loss(net, loss)
    rate = None if learning_rate is None else checks.number("learning_rate", learning_rate, above=0)
    x = inputs.features("X", X, np.float64, net.layout.input_shape, net.layers[0])
    n_outputs = net.layout.output_shapes[-1][-1]
    wanted = inputs.targets("y", y, chosen, len(x), n_outputs, np.float64)
    targets = chosen.prepare(wanted, np.zeros((len(x), n_outputs)))[0]
    observed, dropped = read(net, gradients), masks_of(net, masks, len(x))

    def problem(reading: Observed, precision: Precision) -> Problem:
        return Problem.of(net, x, targets, dropped, chosen, reading.pairs, rate, precision)

    with np.errstate(all="ignore"):
        return decide([observed, observed.transposed()] if observed.undecided else [observed], problem)


def _loss(net: Network, loss: str | Loss | None) -> Loss:
    if loss is not None:
        return losses.get(loss)
    if net.loss is None:
        raise ArgumentError(
            "check_backward needs the loss, such as loss='mse'; this network was not trained yet"
        )
    return net.loss
