"""More of what strangers do: they end the program, clip gradients, put them away behind Adam, import by dots."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import glassnet as gn
from glassnet.checking.finding.matching import Found, Wanted
from glassnet.checking.program import limits
from glassnet.checking.program.data import other_targets
from glassnet.checking.program.limits import Wish
from glassnet.checking.program.taking.loading import load
from glassnet.checking.program.taking.parts import part_reports
from glassnet.checking.program.trying.judging import _of_single_numbers

X = np.random.default_rng(0).normal(size=(6, 3))
y = np.array([0, 1, 1, 0, 1, 0])


def of_module(*classes: Any) -> dict[str, Any]:
    for cls in classes:
        cls.__module__ = "learner"
    return {cls.__name__: cls for cls in classes}


class Network:
    """Two layers; what becomes of the gradients is said below."""

    def __init__(self, n_in: int, n_hidden: int, n_out: int) -> None:
        random = np.random.default_rng(1)
        self.W1, self.W2 = random.normal(size=(n_in, n_hidden)), random.normal(size=(n_hidden, n_out))

    def forward(self, X: Any) -> Any:
        self.A1 = np.tanh(X @ self.W1)
        self.A2 = 1 / (1 + np.exp(-self.A1 @ self.W2))
        return self.A2

    def slopes(self, X: Any, Y: Any) -> Any:
        dZ2 = (self.A2 - Y) / len(Y)
        return X.T @ (dZ2 @ self.W2.T * (1 - self.A1**2)), self.A1.T @ dZ2


class Clipping(Network):
    def backward(self, X: Any, Y: Any) -> Any:
        dW1, dW2 = self.slopes(X, Y)
        return {"dW1": dW1, "dW2": np.clip(dW2, -0.05, 0.05)}


class ClippingFromBelow(Network):
    def backward(self, X: Any, Y: Any) -> Any:
        dW1, dW2 = self.slopes(X, Y)
        return {"dW1": dW1, "dW2": np.maximum(dW2, -0.05)}


def test_gradients_that_are_cut_off_to_both_sides_are_a_note_and_others_are_wrong() -> None:
    report = gn.check(Clipping(3, 9, 1), X, y)
    assert report.ok is True and any("larger than 0.05 are cut off there" in note for note in report.notes)
    assert gn.check(ClippingFromBelow(3, 9, 1), X, y).ok is False


class BehindAdam(Network):
    """Its training takes Adam's steps, which have one size; the gradients stay behind as attributes."""

    slip = 1.0

    def train(self, X: Any, Y: Any, epochs: int = 1, lr: float = 0.01) -> None:
        for _ in range(epochs):
            self.forward(X)
            self.grad_1, self.grad_2 = self.slopes(X, Y)
            self.grad_1 = self.slip * self.grad_1
            for W, g in ((self.W1, self.grad_1), (self.W2, self.grad_2)):
                W -= lr * g / (np.abs(g) + 1e-8)


class DoubledBehindAdam(BehindAdam):
    slip = 2.0


def test_gradients_that_a_training_puts_away_are_compared_where_its_steps_show_nothing() -> None:
    assert gn.check(BehindAdam(3, 4, 1), X, y).ok is True
    report = gn.check(DoubledBehindAdam(3, 4, 1), X, y)
    assert report.ok is False and "right: W2" in report.notes


class LayerWithAdam:
    """A layer that takes Adam's step in its backward pass."""

    keeps, slip = True, 1.0

    def __init__(self, n: int, k: int) -> None:
        self.W, self.b, self.m = np.random.default_rng(2).normal(size=(n, k)), np.zeros(k), [0.0, 0.0]

    def forward(self, X: Any) -> Any:
        self.X = X
        return X @ self.W + self.b

    def backward(self, error: Any, learning_rate: float) -> Any:
        slopes = [self.slip * self.X.T @ error, error.sum(axis=0)]
        slopes[0][0, 0] *= self.slip
        if self.keeps:
            self.m = [0.1 * slope for slope in slopes]
        error_below = error @ self.W.T
        for parameter, slope in zip((self.W, self.b), slopes, strict=True):
            parameter -= learning_rate * slope / (np.abs(slope) + 1e-8)
        return error_below


class KeepingNothing(LayerWithAdam):
    keeps = False


class WrongWithAdam(LayerWithAdam):
    slip = 3.0


def test_a_layer_that_takes_steps_of_adam_is_compared_by_what_it_keeps_and_else_not_at_all() -> None:
    assert gn.check_layer(LayerWithAdam).ok is True
    for layer in (KeepingNothing, WrongWithAdam):
        report = gn.check_layer(layer)
        assert report.ok is None
        assert report.not_checked[0].startswith("dW: all steps have one size, as Adam's first ones do")


NO_SIZES = np.array([])


class OfArrays(Network):
    """Its sizes are an array."""

    def __init__(self, layer_sizes: Any = NO_SIZES) -> None:
        super().__init__(*(layer_sizes.tolist()))

    def backward(self, X: Any, Y: Any) -> Any:
        return self.slopes(X, Y)


def test_sizes_are_given_as_an_array_where_a_list_will_not_do() -> None:
    assert gn.check(OfArrays).ok is True


class Leaving(Network):
    def backward(self, X: Any, Y: Any) -> Any:
        sys.exit(2)


def test_a_program_that_ends_itself_is_told(tmp_path: Path) -> None:
    report = gn.check(Leaving(3, 4, 1), X, y)
    assert report.ok is None and "it ends the program with 2" in report.not_checked[0]
    file = tmp_path / "leaving.py"
    file.write_text(
        "import sys, numpy as np\nclass Net:\n    def __init__(self):\n        self.W = np.ones((3, 1))\n"
        "    def forward(self, X):\n        return np.tanh(X @ self.W)\n"
        "    def backward(self, X, y):\n        sys.exit(str(len(sys.argv)))\n"
    )
    assert "it ends the program with '1'" in gn.check(file, X, y).not_checked[0]


class Softmax:
    def forward(self, z: Any) -> Any:
        e = np.exp(z - z.max(axis=1, keepdims=True))
        return e / e.sum(axis=1, keepdims=True)

    def backward(self, error: Any) -> Any:
        return error


class Doubling(Softmax):
    def forward(self, z: Any) -> Any:
        return 2 * z


def test_a_softmax_layer_that_hands_the_error_on_is_right_by_itself() -> None:
    assert (
        "right only if the loss has taken the derivative over" in gn.check_layer(Softmax()).slips[0].message
    )
    found = dict(part_reports(of_module(Softmax, Doubling), Wish()))
    assert found["Softmax"].ok is True and found["Softmax"].notes[0].startswith("by itself: ")
    assert found["Doubling"].ok is False


def hyperbolic(z: Any) -> Any:
    return (np.exp(2 * z) - 1) / (np.exp(2 * z) + 1)


def hyperbolic_derivative(a: Any) -> Any:
    return 1 - a**2


def test_a_derivative_of_the_output_is_none_of_the_input_where_large_numbers_overflow() -> None:
    found = dict(part_reports(of_module(hyperbolic, hyperbolic_derivative), Wish()))
    (report,) = found.values()
    assert report.ok is True and "numbers far out" in report.notes[0]


def test_programs_of_single_numbers_give_a_gradient_for_each_sample() -> None:
    of_each = np.arange(5.0)
    scalars = [Wanted("w", np.array(3.0)), Wanted("b", np.array(1.0))]
    pool = [Found("dw", of_each), Found("other", np.arange(4.0))]
    assert [f.array.tolist() for f in _of_single_numbers(pool, scalars, 5)] == [10.0, [0, 1, 2, 3]]
    arrays = [*scalars, Wanted("V", np.ones(2))]
    for wanted, n in ((scalars, 1), (arrays, 5)):
        assert [f.array.tolist() for f in _of_single_numbers(pool, wanted, n)] == [
            [0, 1, 2, 3, 4],
            [0, 1, 2, 3],
        ]


SINGLE_NUMBERS = """
import math

def forward(x1, x2, w1, w2, y):
    p = 1 / (1 + math.exp(-(w1 * x1 + w2 * x2)))
    loss = (y - p) ** 2
    return w1, w2, loss, p

def backward(x1, x2, w1, w2, y, p):
    d = 2 * (p - y) * p * (1 - p)
    return d * x1, d * x2

def main():
    w1, w2 = 0.1, 0.2
    for _ in range(3):
        w1, w2, loss, p = forward(0.5, -1.0, w1, w2, 1.0)
        dw1, dw2 = backward(0.5, -1.0, w1, w2, 1.0, p)
        w1, w2 = w1 - 0.1 * dw1, w2 - 0.1 * dw2

main()
"""


def test_neither_what_comes_back_as_it_was_handed_over_nor_a_loss_is_an_output(tmp_path: Path) -> None:
    file = tmp_path / "single.py"
    file.write_text(SINGLE_NUMBERS)
    assert gn.check(file).ok is not False


@pytest.mark.parametrize("values", [np.array([0, 1, 0, 1, 0]), np.array([0.0, 1.0]), 0, 1, 0.7, [0.0, 1.0]])
def test_other_targets_are_others(values: Any) -> None:
    assert np.any(np.asarray(other_targets(values)) != np.asarray(values))


def test_a_file_is_imported_as_its_dots_and_its_package_say(tmp_path: Path) -> None:
    for name, text in {
        "loose/helper.py": "three = 3\n", "loose/inner/mine.py": "from ..helper import three\nfour = three + 1\n",
        "firm/__init__.py": "from .core import Core\n",
        "firm/core.py": "from .base import one\nclass Core:\n    n = one\n",
        "firm/base.py": "from firm import core\none = 1\n",
    }.items():  # fmt: skip
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    before = list(sys.path), set(sys.modules)
    try:
        assert load(tmp_path / "loose" / "inner" / "mine.py").names["four"] == 4
        loaded = load(tmp_path / "firm" / "core.py")
        assert loaded.names["Core"].n == 1 and not loaded.left_out
    finally:
        sys.path[:] = before[0]
        for name in set(sys.modules) - before[1]:
            del sys.modules[name]


def test_the_time_that_a_process_waits_for_a_core_is_known_or_nothing() -> None:
    assert limits.waited("thread-self") >= 0 and limits.waited("no such process") == 0
