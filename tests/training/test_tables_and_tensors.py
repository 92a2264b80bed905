"""What is made of numbers is taken, however it is wrapped."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch

import glassnet as gn
from glassnet.errors import DataError

X = np.linspace(-1, 1, 24).reshape(8, 3)
Y = np.arange(8) % 2


def trained(given: Any) -> np.ndarray[Any, Any]:
    net = gn.Network([gn.Dense(3, "tanh"), gn.Dense(2, "softmax")], seed=0)
    net.fit(given, Y, loss="scce", epochs=3, engine="numpy", progress=False)
    return net.predict(given)


def test_columns_of_true_and_false_beside_numbers_are_numbers() -> None:
    table = pd.get_dummies(pd.DataFrame({"size": X[:, 0], "kind": list("abababab")}))
    assert sorted({str(kind) for kind in table.dtypes}) == ["bool", "float64"]
    np.testing.assert_array_equal(trained(table), trained(table.to_numpy(float)))


@pytest.mark.parametrize(
    "tensor",
    [
        torch.tensor(X, requires_grad=True),
        torch.tensor(X).bfloat16().double().bfloat16(),
        torch.tensor(X, dtype=torch.float16),
    ],
    ids=["with a gradient", "bfloat16", "float16"],
)
def test_tensors_are_arrays(tensor: Any) -> None:
    np.testing.assert_array_equal(trained(tensor), trained(tensor.detach().double().numpy()))


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (np.where(X > 0.5, None, X), "X must hold real numbers; its dtype is object"),
        ([["yes", 1, None]] * 8, "X must hold real numbers; its dtype is object"),
        ([[10**400, 1, 2]] * 8, "X must hold real numbers; its dtype is object"),
        (torch.tensor(X).to_sparse(), "X is a sparse tensor; pass its .to_dense()"),
    ],
)
def test_what_is_no_number_is_named(given: Any, message: str) -> None:
    with pytest.raises(DataError) as caught:
        trained(given)
    assert message in str(caught.value)


def test_labels_of_several_kinds_are_refused() -> None:
    net = gn.Network([gn.Dense(2, "softmax")], seed=0)
    with pytest.raises(DataError):
        net.fit(X[:3], ["yes", 1, None], loss="scce", progress=False)
