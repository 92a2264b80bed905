"""The gradient check that names the slip: a learner's backpropagation beside the right one, and beside wrong ones."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from glassnet import losses
from glassnet.checking.network.observed import Observed, read
from glassnet.checking.network.problem import Problem
from glassnet.checking.network.repeated import decide_on_calls
from glassnet.checking.network.slips.building import check_known, masks_of, stages_of
from glassnet.checking.network.slips.chain import confirm
from glassnet.checking.network.verdict import decide
from glassnet.checking.numerics.rounding import DOUBLE, FloatFormat
from glassnet.checking.report import Report
from glassnet.errors import ArgumentError, ShapeError
from glassnet.losses import Loss
from glassnet.network import inputs
from glassnet.network.network import Network
from glassnet.support import checks
from glassnet.support.calls import explained


@explained
def check_backward(
    net: Network,
    X: ArrayLike,
    y: ArrayLike,
    gradients: Any,
    *,
    loss: str | Loss | None = None,
    learning_rate: float | None = None,
    masks: Any = None,
    samples_in: str | None = None,
) -> Report:
    """Compare a learner's gradients with the right ones; where they differ, name the slip that gives these numbers.

    The right gradients are those of the loss's mean over the batch, penalties of the layers included, for the network's
    weights. A constant factor of the learner's loss (half the square, a sum for a mean, or any other that is the same
    everywhere) is no slip: it is noted, and everything else is compared behind it. Only a factor that no common form of
    the loss has, but a known mistake gives, is named as that: 1/m or the factor 2 applied twice, a mean over features.

    Where the gradients differ by more than rounding allows, the checker computes what each slip of its catalogue would
    have given, at one layer, at several or at all, then what each two of them would. It names those that reproduce
    every number; if there are none, up to three that reproduce at least whole arrays, and says which arrays remain; and
    else none.

    Layers of your own, and those whose slips are in no catalogue, are gone through by their own backward pass, once
    differences have shown that it is the derivative of their forward pass. Where they learn other arrays than weights
    and a bias, these are named under ``not_checked``.

    Parameters
    ----------
    net : Network
        A built network with the learner's weights; Dense(..., use_bias=False) where they have no biases.
    X, y : array
        The batch, (n_samples, n_features), and its targets.
    gradients : sequence of pairs, or function
        ``[(dW1, db1), (dW2, db2), ...]`` for the Dense layers, or for all layers with parameters, those inside of
        residual ones at their place, ``(dw, None)`` or dw alone where there is no bias: arrays, nested lists or
        PyTorch tensors, float32 or float64. Weights (n_inputs, n_outputs), or (n_outputs, n_inputs) if all of them
        are, vectors of an Embedding always as here; biases (n,), (1, n) or (n, 1), None where there is none. Also:
        two lists, one of weights and one of biases, in any order; a flat list dW1, db1, dW2, ...; a list of weights
        alone, or of weights with the bias as a first or last row or column; a dictionary with these keys, of lists,
        or of one dictionary for each layer; layers that keep dW and db as attributes; a vector like
        ``net.gradients``. A function without arguments that gives any of these is called twice, which shows gradients
        that are added up and never reset.
    loss : str or Loss
        The loss; by default the one that the network was trained with.
    learning_rate : float, optional
        The learner's, if their backward pass also updates the weights. Without it "weights_updated_first" is seen only
        where the gradients of the layer below, at least three numbers, agree on one rate.
    masks : sequence of arrays, optional
        For each Dropout layer what the learner dropped: (n_samples, n_units), zero where an input is dropped. By
        default ``net.dropout_masks``, those of the network's last forward pass in training.
    samples_in : {"rows", "columns"}, optional
        How the learner's code keeps samples: weights (n_inputs, n_outputs) or (n_outputs, n_inputs); X and y stay as
        above. By default the shapes tell; where all weights are square they cannot, and gradients that are right for
        columns alone are then not called right.

    Returns
    -------
    Report
        With ``ok`` (None where nothing wrong was found, but something was not checked), ``slips`` (``code``,
        ``layers`` counted from 0, ``message``, ``fix``), ``evidence``, ``notes``, ``equals``: slips that cannot be told
        from these on this data, and ``not_checked``.

    Raises
    ------
    ArgumentError, ShapeError, DataError
        If the data do not fit the network, the gradients are no pairs of arrays, or a layer of your own has a backward
        pass that is not the derivative of its forward pass.
    """
    chosen = _loss(checks.network("net", net), loss)
    check_known(net)
    rate = None if learning_rate is None else checks.number("learning_rate", learning_rate, above=0)
    lie = _samples_in(samples_in, X, net)
    X = inputs.rows("X", X, chosen, net.layout.input_shape)
    x = inputs.features("X", X, np.float64, net.layout.input_shape, net.layers[0])
    n_outputs = net.layout.output_shapes[-1][-1]
    wanted = inputs.targets("y", y, chosen, len(x), n_outputs, np.float64)
    targets = chosen.compared(wanted, np.zeros((len(x), n_outputs)))
    dropped = masks_of(net, masks, len(x))

    def problem(reading: Observed, precision: FloatFormat) -> Problem:
        return Problem.of(net, x, targets, dropped, chosen, reading.pairs, rate, precision)

    with np.errstate(all="ignore"):
        confirm(stages_of(net, DOUBLE, dropped), DOUBLE.given(x))
        if callable(gradients):
            return decide_on_calls(gradients, lambda result: read(net, result, lie), problem)
        return decide(read(net, gradients, lie), problem)


def _loss(net: Network, loss: str | Loss | None) -> Loss:
    if loss is not None:
        return losses.get(loss)
    if net.loss is None:
        raise ArgumentError(
            "check_backward needs the loss, such as loss='mse'; this network was not trained yet"
        )
    return net.loss


def _samples_in(choice: str | None, X: ArrayLike, net: Network) -> str | None:
    if choice is not None:
        checks.choice("samples_in", choice, ("rows", "columns"))
    shape, features = checks.array("X", X).shape, net.layout.input_shape
    if choice == "columns" and len(shape) == 2 and shape[:1] == features != shape[1:]:
        raise ShapeError(
            f"samples_in='columns' says how your code keeps them; X and y are given as (n_samples, n_features) all the "
            f"same: X must have {features[0]} columns; got {shape}. Pass X.T and y.T"
        )
    return choice
