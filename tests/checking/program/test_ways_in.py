"""Programs that take the error at the output, that fix their sizes, or that read one number."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import glassnet as gn
from glassnet.checking.program.files import check_file
from tests.checking.program.networks import Attributes

X = np.random.default_rng(0).normal(size=(5, 2))
Y = np.random.default_rng(1).normal(size=(5, 3))


class FromTheError:
    """Its backward pass gets the derivative of the loss at the output."""

    columns, slip = False, False

    def __init__(self) -> None:
        random = np.random.default_rng(2)
        self.W1, self.b1 = random.normal(size=(2, 4)), np.zeros(4)
        self.W2, self.b2 = random.normal(size=(4, 3)), np.zeros(3)
        if self.columns:
            self.W1, self.W2, self.b1, self.b2 = self.W1.T, self.W2.T, self.b1[:, None], self.b2[:, None]

    def forward(self, X: Any) -> Any:
        self.X = X
        self.h = np.tanh(self.W1 @ X + self.b1 if self.columns else X @ self.W1 + self.b1)
        return self.W2 @ self.h + self.b2 if self.columns else self.h @ self.W2 + self.b2

    def backward(self, d_output: Any) -> Any:
        slope = 1 if self.slip else 1 - self.h**2
        if self.columns:
            self.dW2, self.db2 = d_output @ self.h.T, d_output.sum(axis=1, keepdims=True)
            d = self.W2.T @ d_output * slope
            self.dW1, self.db1 = d @ self.X.T, d.sum(axis=1, keepdims=True)
        else:
            self.dW2, self.db2 = self.h.T @ d_output, d_output.sum(axis=0)
            d = d_output @ self.W2.T * slope
            self.dW1, self.db1 = self.X.T @ d, d.sum(axis=0)


@pytest.mark.parametrize("columns", [False, True])
@pytest.mark.parametrize("slip", [False, True])
def test_a_backward_pass_may_take_the_error_at_the_output(columns: bool, slip: bool) -> None:
    cls = type("Mine", (FromTheError,), {"columns": columns, "slip": slip})
    report = gn.check(cls(), X, Y)
    assert report.ok is not slip, str(report)


@pytest.mark.parametrize("n_inputs", [1, 2, 3])
def test_data_are_drawn_for_a_network_whose_sizes_are_fixed(n_inputs: int) -> None:
    report = gn.check(Attributes(n_inputs, 4, 1))
    assert report.ok is True, str(report)


TRAINING = """
import numpy as np


def train(X, y):
    W = np.ones(({n}, {k})) * 0.1
    for step in range(3):
        out = 1 / (1 + np.exp(-(X @ W)))
        error = (out - y) * out * (1 - out)
        W -= 0.1 * X.T @ error{wrong}
    return W
"""


@pytest.mark.parametrize(("n", "k"), [(2, 1), (3, 1)])
def test_a_function_that_trains_is_tried_with_data_of_usual_sizes(tmp_path: Path, n: int, k: int) -> None:
    file = tmp_path / "mine.py"
    file.write_text(TRAINING.format(n=n, k=k, wrong=""))
    report = check_file(file)
    assert report.ok is True, str(report)


@pytest.mark.parametrize(("n", "k"), [(2, 2), (3, 2), (2, 1), (3, 1)])
def test_a_wrong_step_is_not_taken_for_one_with_weight_decay(tmp_path: Path, n: int, k: int) -> None:
    file = tmp_path / "mine.py"
    file.write_text(TRAINING.format(n=n, k=k, wrong=" * W"))
    assert check_file(file).ok is not True
