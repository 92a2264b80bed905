"""What outputs of a network from elsewhere mean is known or asked, never assumed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from sklearn.neural_network import MLPClassifier
from torch import nn

import glassnet as gn
from glassnet.errors import ArgumentError

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(200, 3))


def module(n_outputs: int, *last: nn.Module) -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(3, n_outputs), *last)


def logits(made: nn.Module) -> Any:
    return made(torch.tensor(X, dtype=torch.float32)).detach().numpy()


def test_one_logit_is_asked_for_and_then_cut_where_its_probability_is_one_half() -> None:
    made = module(1)
    with pytest.raises(
        ArgumentError, match=re.escape("may be a logit, a probability or a value: it ends with Dense(1)")
    ):
        gn.from_torch(made).predict_classes(X)
    net, classes = gn.from_torch(made, loss="sigmoid_cross_entropy"), (logits(made)[:, 0] > 0).astype(int)
    np.testing.assert_array_equal(net.predict_classes(X), classes)
    assert net.evaluate(X, classes)["accuracy"] == 1
    told = gn.from_torch(made)
    told.loss = gn.losses.get("sigmoid_cross_entropy")
    np.testing.assert_array_equal(told.predict_classes(X), classes)


def test_an_onnx_file_is_told_as_a_module_is(tmp_path: Path) -> None:
    made = module(1)
    gn.from_torch(made).to_onnx(tmp_path / "m.onnx")
    with pytest.raises(ArgumentError, match="may be a logit"):
        gn.from_onnx(tmp_path / "m.onnx").predict_classes(X)
    net = gn.from_onnx(tmp_path / "m.onnx", loss="sigmoid_cross_entropy")
    np.testing.assert_array_equal(net.predict_classes(X), logits(made)[:, 0] > 0)


@pytest.mark.parametrize(("n_outputs", "y", "loss"), [
    (1, RANDOM.integers(2, size=200), "sigmoid_cross_entropy"),
    (3, RANDOM.integers(3, size=200), "sparse_softmax_cross_entropy"),
    (3, np.eye(3)[RANDOM.integers(3, size=200)], "softmax_cross_entropy"),
])  # fmt: skip
def test_evaluation_against_classes_asks_whether_outputs_are_logits(
    n_outputs: int, y: Any, loss: str
) -> None:
    net = gn.from_torch(module(n_outputs))
    with pytest.raises(
        ArgumentError, match=f"may be logits or values: .* Give loss='{loss}' if they are logits"
    ):
        net.evaluate(X, y)
    told = gn.from_torch(module(n_outputs), loss=loss).evaluate(X, y)
    assert net.evaluate(X, y, loss=loss) == told
    assert "accuracy" in told


@pytest.mark.parametrize("y", [X[:, 0], RANDOM.integers(10, size=200), np.zeros(200)])
def test_targets_that_are_no_classes_of_these_outputs_are_values(y: Any) -> None:
    assert set(gn.from_torch(module(1)).evaluate(X, y)) == {"loss", "mean_absolute_error", "r2"}


def test_the_largest_of_several_outputs_is_the_class_be_they_logits_or_probabilities() -> None:
    made = module(3)
    np.testing.assert_array_equal(gn.from_torch(made).predict_classes(X), logits(made).argmax(axis=1))
    made.append(nn.Softmax(dim=1))
    np.testing.assert_array_equal(gn.from_torch(made).predict_classes(X), logits(made).argmax(axis=1))


def test_one_probability_is_known_by_its_sigmoid() -> None:
    made = module(1, nn.Sigmoid())
    np.testing.assert_array_equal(gn.from_torch(made).predict_classes(X), logits(made)[:, 0] > 0.5)


def test_several_sigmoids_are_asked_whether_their_classes_exclude_each_other() -> None:
    made = module(3, nn.Sigmoid())
    net = gn.from_torch(made)
    with pytest.raises(
        ArgumentError, match="each of the 3 outputs of this network is a probability of its own"
    ):
        net.predict_classes(X)
    net.metadata["multi_label"] = False
    np.testing.assert_array_equal(net.predict_classes(X), logits(made).argmax(axis=1))
    told = gn.from_torch(made, loss="binary_cross_entropy")
    np.testing.assert_array_equal(told.predict_classes(X), logits(made) > 0.5)
    bare = gn.from_torch(module(3), loss="sigmoid_cross_entropy")
    np.testing.assert_array_equal(bare.predict_classes(X), logits(module(3)) > 0)


def test_a_loss_that_does_not_suit_the_outputs_is_refused() -> None:
    with pytest.raises(ArgumentError, match="takes logits and applies"):
        gn.from_torch(module(3, nn.Softmax(dim=1)), loss="sparse_softmax_cross_entropy")
    with pytest.raises(ArgumentError, match="takes probabilities"):
        gn.from_torch(module(1), loss="binary_cross_entropy")


def test_scikit_learn_says_itself_whether_its_classes_exclude_each_other() -> None:
    labels = (X > 0).astype(int)
    model = MLPClassifier((4,), max_iter=20, random_state=0)
    with pytest.warns(UserWarning, match="Maximum iterations"):
        model.fit(X, labels)
    np.testing.assert_array_equal(gn.from_sklearn(model).predict_classes(X), model.predict(X))
