"""What an error advises is right: the network that follows the advice learns, and is not turned into another one."""

import re

import numpy as np
import pytest

import glassnet as gn
from glassnet import losses
from glassnet.errors import ShapeError

X = np.random.default_rng(0).normal(size=(60, 4))
CLASSES = X[:, :3].argmax(axis=1)
ROWS = np.eye(3)[CLASSES]
LAST = {
    "softmax_cross_entropy": "linear",
    "sigmoid_cross_entropy": "linear",
    "binary_cross_entropy": "softmax",
}
COMPARED = ["softmax_cross_entropy", "sigmoid_cross_entropy", "categorical_cross_entropy", "kullback_leibler"]


def network(loss: str) -> gn.Network:
    return gn.Network([gn.Dense(3, LAST.get(loss, "softmax"))], seed=0)


def advised(loss: str, y: np.ndarray) -> str:
    with pytest.raises(ShapeError) as of_fit:
        network(loss).fit(X, y, loss=loss, epochs=1, progress=False)
    with pytest.raises(ShapeError) as of_value:
        losses.get(loss).value(y, np.full((60, 3), 1 / 3))
    names = {re.findall(r"use (\w+),", str(error.value))[0] for error in (of_fit, of_value)}
    assert len(names) == 1
    return names.pop()


@pytest.mark.parametrize("loss", COMPARED)
def test_integers_are_sent_to_a_loss_of_the_same_predictions(loss: str) -> None:
    found = advised(loss, CLASSES)
    assert losses.get(found).takes_classes
    assert losses.get(found).activation == (
        gn.activations.Softmax() if LAST.get(loss) == "linear" else losses.get(loss).activation
    )
    net = network(loss)
    net.fit(X, CLASSES, loss=found, optimizer=gn.Adam(0.1), epochs=100, progress=False, engine="numpy")
    assert net.evaluate(X, CLASSES)["accuracy"] >= 0.95


@pytest.mark.parametrize("loss", ["sparse_softmax_cross_entropy", "sparse_categorical_cross_entropy"])
def test_one_hot_rows_are_sent_to_a_loss_of_the_same_predictions(loss: str) -> None:
    found = losses.get(advised(loss, ROWS))
    assert found.activation == losses.get(loss).activation and found.least_outputs == 2
    p = np.random.default_rng(1).dirichlet(np.ones(3), 60)
    assert found.value(ROWS, p) == pytest.approx(losses.get(loss).value(CLASSES, p))


@pytest.mark.parametrize("loss", ["contrastive", "triplet", "triplet_all"])
def test_a_loss_of_distances_takes_the_classes_and_no_other_loss(loss: str) -> None:
    with pytest.raises(ShapeError) as error:
        network(loss).fit(X, ROWS, loss=loss, epochs=1, progress=False)
    assert "cross_entropy" not in str(error.value) and "pass y.argmax(axis=1)" in str(error.value)
