"""The classes that a network's outputs stand for, and a refusal where they stand for none."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassnet.activations import Sigmoid
from glassnet.errors import ArgumentError
from glassnet.losses import Loss
from glassnet.network.by_hand import NetworkByHand
from glassnet.support.registry import compact_repr


def classes_of(network: NetworkByHand, output: NDArray[Any]) -> NDArray[np.int64]:
    """The most probable class of each row of `output`, or rows of 0 and 1; see `Network.predict_classes`."""
    if network.loss is None:
        _refuse_unknown_outputs(network)
    else:
        _refuse_values(network, network.loss)
        output = network.loss.activation.value(output)
    if network.meaning.multi_label:
        return (output > 0.5).astype(np.int64)
    if output.shape[1] == 1:
        return (output[:, 0] > 0.5).astype(np.int64)
    classes: NDArray[np.int64] = output.argmax(axis=1).astype(np.int64)
    return classes


def _refuse_values(network: NetworkByHand, loss: Loss) -> None:
    if loss.targets == "labels":
        raise ArgumentError(
            f"this network was trained by {loss.name}: its outputs are places whose distances tell classes apart, "
            "and none of them stands for a class. Compare predict(X) with that of samples whose class is known"
        )
    if network.meaning.values:
        raise ArgumentError(
            f"this network was trained by {loss.name} on values that are neither 0 and 1 nor one-hot rows, so its "
            "outputs stand for no classes. predict gives the values; where a limit makes classes of them, apply "
            "it, such as predict(X)[:, 0] > 0 for targets of -1 and 1"
        )


def _refuse_unknown_outputs(network: NetworkByHand) -> None:
    n_outputs = network.plan().n_outputs
    sigmoid = network.plan().rows[-1].activation == Sigmoid()
    if n_outputs == 1 and not sigmoid:
        raise ArgumentError(
            f"the output of this network may be a logit, a probability or a value: it ends with "
            f"{compact_repr(network.layers[-1])}, and no loss says what it is. For a logit set net.loss = "
            "gn.losses.get('sigmoid_cross_entropy'), or give from_torch or from_onnx loss='sigmoid_cross_entropy'"
        )
    if n_outputs > 1 and sigmoid and "multi_label" not in network.metadata:
        raise ArgumentError(
            f"each of the {n_outputs} outputs of this network is a probability of its own. Say whether a sample "
            "may be of several of these classes: net.metadata['multi_label'] = True, or of one only: ... = False"
        )
