"""Scripts that can only be judged by what they do when they are run as a program."""

from pathlib import Path

import pytest

from glassnet.checking.program.files import check_file

PARAMETERS_MADE_BY_THE_SCRIPT = """
import numpy as np


def act(x, W1, b1, W2, b2):
    h = np.tanh(x @ W1 + b1)
    return h, 1 / (1 + np.exp(-(h @ W2 + b2)))


def predict(X, W1, b1, W2, b2):
    return act(X, W1, b1, W2, b2)[1]


def backward(X, y, W1, b1, W2, b2):
    h, p = act(X, W1, b1, W2, b2)
    d2 = (p - y) / len(X)
    d1 = d2 @ W2.T * (1 - h**2)
    return X.T @ d1, d1.sum(axis=0), h.T @ d2, d2.sum(axis=0)


if __name__ == "__main__":
    rng = np.random.default_rng(0)
    X = rng.normal(size=(20, 2))
    y = (X[:, :1] > 0) * 1.0
    first, shift, second, other = rng.normal(size=(2, 3)), np.zeros(3), rng.normal(size=(3, 1)), np.zeros(1)
    for step in range(20):
        predict(X, first, shift, second, other)
        gradients = backward(X, y, first, shift, second, other)
        for parameter, gradient in zip((first, shift, second, other), gradients):
            parameter -= 0.1 * gradient
"""


@pytest.mark.parametrize(("right", "wrong"), [(" * (1 - h**2)", ""), ("h.T @ d2", "2 * h.T @ d2"), ("", "")])
def test_functions_are_checked_with_the_parameters_that_they_got_in_the_run(
    tmp_path: Path, right: str, wrong: str
) -> None:
    file = tmp_path / "mine.py"
    file.write_text(PARAMETERS_MADE_BY_THE_SCRIPT.replace(right, wrong))
    report = check_file(file)
    assert report.ok is (right == ""), str(report)
