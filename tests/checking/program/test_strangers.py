"""What programs of strangers do: odd names, described layers, missing libraries, outputs that are cut off at 0."""

from __future__ import annotations

import signal
import sys
import time
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import glassnet as gn
from glassnet.checking.program import limits
from glassnet.checking.program.bench import Bench
from glassnet.checking.program.data import DataForm, drawn
from glassnet.checking.program.limits import Wish
from glassnet.checking.program.taking.loading import load
from glassnet.checking.program.taking.making.building import objects_of
from glassnet.checking.program.taking.making.offering import _words
from glassnet.checking.program.taking.modules import is_network
from glassnet.checking.program.taking.objects import meant_by, samples_for
from glassnet.checking.program.taking.parts import part_reports
from glassnet.checking.program.trying.forward import Forward
from glassnet.checking.program.trying.functions import Part
from glassnet.checking.program.trying.searching import _is_plain_step
from glassnet.checking.program.trying.settling import SEEDS, settle

X = np.random.default_rng(0).normal(size=(8, 2))
y = np.array([0, 1, 1, 0, 1, 0, 0, 1])


class Described:
    """Its layers are (inputs, outputs, activation)."""

    def __init__(self, layers: Any) -> None:
        self.W = {i: 0.5 * np.random.randn(n, k) for i, (n, k, _) in enumerate(layers)}  # noqa: NPY002
        self.b = {i: np.zeros(k) for i, (_, k, _) in enumerate(layers)}
        self.names = [name for *_, name in layers]

    def forward(self, X0: Any) -> Any:
        self.A = [X0]
        for i, name in enumerate(self.names):
            z = self.A[-1] @ self.W[i] + self.b[i]
            self.A.append(1 / (1 + np.exp(-z)) if name == "sigmoid" else np.maximum(z, 0))
        return self.A[-1]

    def loss(self, Y: Any) -> Any:
        return 0.5 * np.sum((self.A[-1] - Y) ** 2) / len(Y)

    def backward(self, Y: Any) -> None:
        self.dW, self.db = {}, {}
        d = (self.A[-1] - Y) / len(Y)
        for i in reversed(range(len(self.W))):
            a = self.A[i + 1]
            dz = d * (a * (1 - a) if self.names[i] == "sigmoid" else a > 0)
            self.dW[i], self.db[i] = self.A[i].T @ dz, dz.sum(axis=0)
            d = dz @ self.W[i].T


class Chosen(Described):
    """Its sizes are a list, and a word says the activation."""

    def __init__(self, sizes: Any, non_linearity: Any) -> None:
        if non_linearity not in ("relu", "sigmoid") and not isinstance(non_linearity, str):
            raise TypeError(non_linearity)
        super().__init__([(n, k, non_linearity) for n, k in pairwise(sizes)])

    def forward(self, X0: Any) -> Any:
        if self.names[0] == "relu" or self.names[0] == "sigmoid":
            return super().forward(X0)
        raise ValueError(self.names)


@pytest.mark.parametrize("cls", [Described, Chosen])
def test_layers_that_are_described_and_words_that_choose_are_guessed(cls: type) -> None:
    report = gn.check(cls, X, y)
    assert report.ok is True, str(report)
    assert any("forward pass: forward" in note for note in report.notes)


def test_words_with_which_a_class_compares_are_tried_smooth_ones_first() -> None:
    assert _words(Chosen, {}) == ["sigmoid", "relu"]
    assert _words(Described, {}) == ["sigmoid"]
    samples = drawn(2, 1, "binary")
    made = next(iter(objects_of(Chosen, samples, meant_by(samples))))
    assert made.names == ["sigmoid", "sigmoid"]


MISSING = """
import no_such_library as nsl
from no_such_library.deep import thing
from no_such_library import other
def uses(): return nsl.read("x")
value = 3
broken = nsl.read("x")
after = 4
"""


def test_a_missing_library_is_stood_in_for_until_something_of_it_is_used(tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text(MISSING)
    try:
        loaded = load(file)
    finally:
        sys.modules.pop("no_such_library", None)
    assert (loaded.names["value"], loaded.names["after"]) == (3, 4) and "broken" not in loaded.names
    assert "nsl" in loaded.names and "other" in loaded.names and "thing" not in loaded.names
    assert [line.partition(" failed")[0] for line in loaded.left_out] == ["line 2", "line 3", "line 7"]
    with pytest.raises(ModuleNotFoundError, match="^No module named 'no_such_library'$"):
        loaded.names["uses"]()


def test_a_derivative_that_takes_targets_is_no_derivative_alone() -> None:
    def softmax(x: Any) -> Any:
        e = np.exp(x - x.max(axis=1, keepdims=True))
        return e / e.sum(axis=1, keepdims=True)

    def grad_softmax(x: Any, target: Any) -> Any:
        return softmax(x) * (target - softmax(x))

    def d_softmax(x: Any, error: Any) -> Any:
        s = softmax(x)
        return s * (error - (error * s).sum(axis=1, keepdims=True))

    for function in (softmax, grad_softmax, d_softmax):
        function.__module__ = "learner"
    (name, report), *_ = part_reports({"softmax": softmax, "grad_softmax": grad_softmax}, Wish())
    assert name == "softmax and grad_softmax" and report.ok is None
    assert report.not_checked == (
        "grad_softmax takes target, so it is part of the gradient of a loss and no derivative alone",
    )
    assert part_reports({"softmax": softmax, "d_softmax": d_softmax}, Wish())[0][1].ok is True


class CutOff:
    """Its outputs are all 0 with the first weights that are tried."""

    def __init__(self) -> None:
        self.W = np.array([[0.1, 0.1], [0.2, -0.1]])

    def forward(self, X: Any) -> Any:
        return np.maximum(X @ self.W, 0)


def test_weights_are_drawn_until_every_output_is_seen() -> None:
    x = np.array([[-1.0, -2.0]])
    bench, targets = Bench(CutOff(), {}), np.ones((1, 2))
    forward = Forward(
        Part("forward", ("forward",), n_arguments=1),
        DataForm(x, targets, "one sample at a time", 1, targets),
        {"x": x, "y": targets},
    )
    forward.parameters = bench.leaves()
    assert not bench.owner.forward(x).all()
    settle(bench, forward, SEEDS)
    assert bench.owner.forward(x).all()


class Changing:
    """Logistic regression, with a gradient that is wrong where `slip` says so of its weights."""

    def __init__(self) -> None:
        self.W = np.zeros((3, 1))

    def forward(self, X: Any) -> Any:
        self.A = 1 / (1 + np.exp(-X @ self.W))
        return self.A

    def slip(self, dW: Any) -> Any:
        raise NotImplementedError

    def backward(self, X: Any, Y: Any) -> Any:
        return {"dW": self.slip(X.T @ (self.A - Y) / len(Y))}


class TurnedRound(Changing):
    def slip(self, dW: Any) -> Any:
        return dW * np.sign(self.W[2, 0])


class RightAtFirst(Changing):
    def slip(self, dW: Any) -> Any:
        return dW if self.W[2, 0] < 0 else dW * [[1], [2], [1]]


class WrongAtFirst(Changing):
    def slip(self, dW: Any) -> Any:
        return dW * [[1], [2], [1]] if self.W[2, 0] < 0 else dW


def test_a_verdict_of_one_point_has_to_stand_at_another() -> None:
    samples = np.random.default_rng(1).normal(size=(6, 3)), [[0], [1], [1], [0], [1], [0]]
    for cls in (TurnedRound, WrongAtFirst):
        report = gn.check(cls, *samples, loss="bce")
        assert (
            report.ok is None
            and "wrong with these parameters, and right with others" in report.not_checked[0]
        )
    assert gn.check(TurnedRound, *samples).ok is None
    report = gn.check(RightAtFirst, *samples, loss="bce")
    assert report.ok is False and report.evidence[0].place == "[1, 0]"


class Rectified:
    """Its output is rectified, and it compares y as it comes with a column: 2 labels in a row are no column."""

    def __init__(self, n_in: int, n_out: int) -> None:
        self.W, self.b = np.random.randn(n_in, n_out), np.zeros((1, n_out))  # noqa: NPY002

    def forward(self, X: Any) -> Any:
        self.X, self.A = X, np.maximum(X @ self.W + self.b, 0)
        return self.A

    def loss(self, y_true: Any, y_pred: Any) -> Any:
        return np.mean((y_true - y_pred) ** 2)

    def backward(self, y_true: Any, learning_rate: float) -> None:
        d = 2 * (self.A - y_true.reshape(-1, 1)) * (self.A > 0) / len(y_true)
        self.W -= learning_rate * self.X.T @ d
        self.b -= learning_rate * d.sum(axis=0, keepdims=True)


@pytest.mark.parametrize("seed", range(6))
def test_no_draw_of_first_weights_makes_a_right_program_with_a_rectified_output_wrong(seed: int) -> None:
    np.random.seed(seed)  # noqa: NPY002
    assert gn.check(Rectified).ok is not False


def test_a_bias_in_a_column_tells_no_sizes() -> None:
    class Columns:
        def __init__(self) -> None:
            self.biases, self.weights = (
                [np.zeros((4, 1)), np.zeros((2, 1))],
                [np.ones((4, 7)), np.ones((2, 4))],
            )

    assert next(samples_for(Columns())).sizes == (7, 2)

    class OneFeature:
        def __init__(self) -> None:
            self.W1, self.b1, self.W2 = np.ones((1, 5)), np.zeros((1, 5)), np.ones((5, 1))

    class OneOutput:
        def __init__(self) -> None:
            self.W1, self.b1, self.W2, self.b2 = (
                np.ones((6, 8)),
                np.zeros((1, 8)),
                np.ones((8, 1)),
                np.zeros((1, 1)),
            )

    assert {samples.sizes[1] for samples in samples_for(OneOutput())} == {1}
    assert (1, 1) in [samples.sizes for samples in samples_for(OneFeature())]


def test_a_loop_of_python_2_runs(tmp_path: Path) -> None:
    file = tmp_path / "old.py"
    file.write_text("numbers = [i for i in xrange(3)]\n")
    loaded = load(file)
    assert loaded.names["numbers"] == [0, 1, 2]
    assert loaded.left_out == ["xrange, a word of Python 2, was taken for range"]


class Affine:
    def __init__(self, n: int, k: int) -> None:
        self.W, self.b = 0.5 * np.random.randn(n, k), np.zeros(k)  # noqa: NPY002

    def forward(self, X: Any) -> Any:
        self.X = X
        return X @ self.W + self.b

    def backward(self, grad: Any) -> Any:
        self.dW, self.db = self.X.T @ grad, grad.sum(axis=0)
        return grad @ self.W.T


class Container:
    """Made of layers, by their number, and handed the error under a name of its own."""

    doubled = 1.0

    def __init__(self, input_dim: int, output_dim: int, hidden_dim: int, num_layers: int) -> None:
        sizes = [input_dim, *[hidden_dim] * (num_layers - 1), output_dim]
        self.layers = [Affine(n, k) for n, k in pairwise(sizes)]

    def forward(self, X: Any) -> Any:
        for layer in self.layers:
            X = np.tanh(layer.forward(X))
            layer.out = X
        return X

    def backward(self, what_comes_back: Any) -> None:
        for layer in reversed(self.layers):
            what_comes_back = layer.backward(what_comes_back * (1 - layer.out**2) * self.doubled)


class Doubled(Container):
    doubled = 2.0


def test_a_class_made_of_layers_is_a_network_and_what_it_is_handed_the_error() -> None:
    assert is_network(Container) and not is_network(Affine)
    report = gn.check(Container, X, y[:, None])
    assert report.ok is True, str(report)
    assert any("the gradients: backward; for the loss: mean squared error" in note for note in report.notes)
    assert gn.check(Doubled, X, y[:, None]).ok is False


@pytest.mark.parametrize(
    ("factor", "is_step", "plain"),
    [(1.0, True, True), (-2.0, True, True), (0.5, True, True), (0.2496, True, False), (2.0, False, False)],
)
def test_a_step_of_one_sample_that_is_like_a_gradient_may_be_so_by_chance(
    factor: float, is_step: bool, plain: bool
) -> None:
    reading: Any = SimpleNamespace(factor=factor, reading=SimpleNamespace(is_step=is_step))
    assert _is_plain_step(reading) is plain


def test_time_that_is_spent_waiting_for_a_core_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    waited = [0.0]

    def seen(path: Path, *_: Any) -> str:
        assert str(path) == "/proc/thread-self/schedstat"
        return f"1 {int(1e9 * waited[0])} 3"

    monkeypatch.setattr(limits.Path, "read_text", seen)
    before = limits.clock()
    waited[0] = 100.0
    assert limits.clock() - before == pytest.approx(-100, abs=5)
    waited[0] = 0.0
    with pytest.raises(limits.TookTooLong, match=r"longer than 0\.05 s"), limits.limited(0.05):
        time.sleep(5)
    began = time.monotonic()
    with limits.limited(0.05):
        waited[0] = 0.15
        time.sleep(0.1)
    assert time.monotonic() - began >= 0.1
    with limits.limited(0.05):
        waited[0] += 100.0  # it seems to have begun later than it ends
    assert signal.getitimer(signal.ITIMER_REAL)[0] == 0
