"""How names of classes and features are written in pictures."""

import io

import numpy as np
import pytest

import glassnet as gn
from glassnet.plots.drawing.naming import drawn_names


def test_short_names_stay_as_they_are() -> None:
    assert drawn_names(["setosa", "petal length (cm)"], 20) == ["setosa", "petal length (cm)"]


def test_long_names_lose_their_middle() -> None:
    assert drawn_names(["Iris setosa, wild", "b"], 11) == ["Iris…wild", "b"]


def test_names_that_would_be_alike_begin_with_their_numbers() -> None:
    assert drawn_names(["the class 1 of all", "the class 2 of all"], 11) == ["0 the…f all", "1 the…f all"]


def test_names_are_no_formulas_no_hidden_labels_and_stand_in_one_line() -> None:
    assert drawn_names(["$x$", "_a", "b\nc"], 20) == [r"\$x\$", " _a", "b c"]


@pytest.mark.parametrize("name", ["$\\frac", "_hidden", "half \udc80", "\x1b[31m", "two\nlines", "$"])
def test_names_of_own_functions_and_units_are_text_in_every_picture(name: str) -> None:
    own = gn.activations.Function(np.sin, np.cos, name)
    loss = gn.losses.Function(lambda y, p: (p - y) ** 2, lambda y, p: 2 * (p - y), name)
    X = np.random.default_rng(0).normal(size=(12, 2))
    net = gn.Network([gn.Dense(3, own), gn.Dense(1, own)], seed=0, input_shape=2)
    drawn = [
        gn.plots.activation(own),
        gn.plots.activations([own], derivatives=True),
        gn.plots.loss(loss),
        gn.plots.losses([loss]),
        gn.plots.network_diagram(net, input_names=[name, "b"], output_names=[name]),
        gn.plots.embedding(net, X, X[:, 0], layer=0),
        gn.plots.predictions(X[:, 0], X[:, 1], unit=name),
        gn.plots.residuals(X[:, 0], X[:, 1], unit=name),
    ]
    for ax in drawn:
        ax.figure.savefig(io.BytesIO())
