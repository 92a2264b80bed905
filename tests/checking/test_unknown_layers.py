"""Layers that the check of a backward pass does not know are refused by name, before anything is compared."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import glassnet as gn
from glassnet.activations import Tanh
from glassnet.errors import ArgumentError

KNOWN = {"Activation", "BatchNorm", "Dense", "Dropout", "Flatten", "LayerNorm"}
OTHERS: dict[str, Any] = {
    "PReLU": gn.PReLU(),
    "RMSNorm": gn.RMSNorm(),
    "Residual": gn.Residual([gn.Dense(4)]),
    "Scale": gn.Scale(),
}


@pytest.mark.parametrize("name", OTHERS)
def test_a_layer_that_is_not_known_is_refused_by_name(name: str) -> None:
    assert name not in KNOWN
    net = gn.Network([gn.Dense(4), OTHERS[name], gn.Dense(2)])
    net.build(3)
    with pytest.raises(ArgumentError, match=rf"not checked: check_backward does not know layer 1, {name}"):
        gn.check_backward(net, np.ones((4, 3)), np.zeros((4, 2)), [], loss="mse")


def test_an_activation_of_whole_rows_other_than_softmax_is_refused_by_name() -> None:
    class LogTanh(Tanh):
        facts = replace(Tanh.facts, backward="d - sum(d)") if Tanh.facts is not None else None

    net = gn.Network([gn.Dense(4, LogTanh()), gn.Dense(2)])
    net.build(3)
    with pytest.raises(ArgumentError, match="check_backward does not know .* of layer 0"):
        gn.check_backward(net, np.ones((4, 3)), np.zeros((4, 2)), [], loss="mse")
