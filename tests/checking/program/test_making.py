"""Programs that are not ready as they stand: objects made as other files make them, filled, fed, trained once, and data
that could not be read.
"""

from __future__ import annotations

import contextlib
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import glassnet as gn
from glassnet.checking import Report
from glassnet.checking.program.limits import Wish
from glassnet.checking.program.taking.making.examples import made_as_written
from glassnet.checking.program.taking.missing import Silent
from glassnet.checking.program.taking.scripts import check_script
from glassnet.checking.program.trying.binding import Context, call
from glassnet.errors import ArgumentError


def sigmoid(z: Any) -> Any:
    return 1 / (1 + np.exp(-z))


class Fed:
    """It takes no samples: they lie in a dictionary of its own."""

    def __init__(self, n_inputs: int, n_hidden: int, n_outputs: int) -> None:
        random = np.random.default_rng(1)
        self.W1, self.W2 = random.normal(size=(n_inputs, n_hidden)), random.normal(size=(n_hidden, n_outputs))
        self.placeholder: dict[str, Any] = {"x": None, "y": None}

    def forward(self) -> Any:
        self.A1 = np.tanh(self.placeholder["x"] @ self.W1)
        self.A2 = sigmoid(self.A1 @ self.W2)
        return self.A2

    def backward(self) -> None:
        dZ2 = (self.A2 - self.placeholder["y"]) / len(self.A2)
        self.dW2 = self.A1.T @ dZ2
        self.dW1 = self.placeholder["x"].T @ (dZ2 @ self.W2.T * (1 - self.A1**2))


class Keeping(Fed):
    """It keeps the samples that it was made of, and those that it is handed, as they are."""

    def __init__(self, X: Any, y: Any) -> None:
        super().__init__(X.shape[1], 4, y.shape[1])
        self.placeholder = {"x": X, "y": y}


class Lacking(Fed):
    """Its learning rate is set by whoever trains it, and no function of it does."""

    def forward(self, X: Any) -> Any:  # type: ignore[override]
        self.placeholder["x"] = X
        return super().forward()

    def backward(self, X: Any, Y: Any) -> None:  # type: ignore[override]
        dZ2 = (self.A2 - Y) / Y.size
        dW1, dW2 = X.T @ (dZ2 @ self.W2.T * (1 - self.A1**2)), self.A1.T @ dZ2
        self.W1 -= self.lr * dW1  # type: ignore[attr-defined]
        self.W2 -= self.lr * dW2  # type: ignore[attr-defined]


class MadeByTraining:
    """Its weights are made where its training begins."""

    def __init__(self, learning_rate: float = 0.1) -> None:
        self.learning_rate = learning_rate

    def fit(self, X: Any, y: Any, epochs: int = 100) -> None:
        random = np.random.default_rng(2)
        self.W1, self.W2 = random.normal(size=(X.shape[1], 4)), random.normal(size=(4, y.shape[1]))
        for _ in range(epochs):
            self.forward(X)
            dW1, dW2 = self.backward(X, y)
            self.W1, self.W2 = self.W1 - self.learning_rate * dW1, self.W2 - self.learning_rate * dW2

    def forward(self, X: Any) -> Any:
        self.A1 = np.tanh(X @ self.W1)
        self.A2 = sigmoid(self.A1 @ self.W2)
        return self.A2

    def backward(self, X: Any, Y: Any) -> tuple[Any, Any]:
        dZ2 = (self.A2 - Y) / len(Y)
        return X.T @ (dZ2 @ self.W2.T * (1 - self.A1**2)), self.A1.T @ dZ2


class OfWhatItIsHanded(MadeByTraining):
    """An activation is handed to each pass, and only its training says which."""

    def fit(self, X: Any, y: Any, epochs: int = 1, bend: Any = np.tanh) -> None:
        super().fit(X, y, 0)

    def forward(self, X: Any, bend: Any) -> Any:  # type: ignore[override]
        self.A1 = bend(X @ self.W1)
        self.A2 = sigmoid(self.A1 @ self.W2)
        return self.A2


class Affine:
    def __init__(self, n_outputs: int, n_inputs: int) -> None:
        self.W = np.random.default_rng(n_inputs).normal(size=(n_inputs, n_outputs))

    def forward(self, X: Any) -> Any:
        self.X = X
        return X @ self.W

    def backward(self, error: Any) -> Any:
        self.dW = self.X.T @ error
        return error @ self.W.T


def tanh(z: Any) -> Any:
    return np.tanh(z)


def tanh_prime(z: Any) -> Any:
    return 1 - np.tanh(z) ** 2


class ActivationOf:
    def __init__(self, function: Any, slope: Any) -> None:
        self.function, self.slope = function, slope

    def forward(self, X: Any) -> Any:
        self.X = X
        return self.function(X)

    def backward(self, error: Any) -> Any:
        return error * self.slope(self.X)


class OfAddedLayers:
    def __init__(self) -> None:
        self.layers: list[Any] = []

    def add(self, layer: Any) -> None:
        self.layers.append(layer)

    def forward(self, X: Any) -> Any:
        for layer in self.layers:
            X = layer.forward(X)
        return X

    def backward(self, error: Any) -> Any:
        for layer in self.layers[::-1]:
            error = layer.backward(error)
        return error


class OfManyLayers(OfAddedLayers):
    def __init__(self, *layers: Any) -> None:
        super().__init__()
        self.layers = list(layers)


@pytest.mark.parametrize(
    "cls", [Fed, Keeping, Lacking, MadeByTraining, OfWhatItIsHanded, OfAddedLayers, OfManyLayers]
)
def test_a_class_is_made_ready_as_its_program_does(cls: type) -> None:
    report = gn.check(cls)
    assert report.ok is True and "taken for the forward pass: forward" in report.notes[0], str(report)
    assert "samples in rows" in report.notes[0]


def test_a_step_with_a_rate_that_nothing_sets_is_read_with_it() -> None:
    assert not any("times the slopes" in note for note in gn.check(Lacking).notes)


def test_what_an_object_lacks_is_taken_from_it_again() -> None:
    net = Lacking(3, 4, 2)
    net.forward(np.ones((2, 3)))
    call(net.backward, Context({}, {"x": np.ones((2, 3)), "y": np.ones((2, 2)), "rate": 0.5}))
    assert not hasattr(net, "lr")
    with pytest.raises(AttributeError, match="lr"):
        call(net.backward, Context({}, {"x": np.ones((2, 3)), "y": np.ones((2, 2))}))


class WrongWhereNothingIsRight(Keeping):
    """Both derivatives are written in the pre-activation, and are given the output."""

    def backward(self) -> None:
        def slope(z: Any) -> Any:
            return sigmoid(z) * (1 - sigmoid(z))

        x, y = self.placeholder["x"], self.placeholder["y"]
        dZ2 = 2 * (y - self.A2) * slope(self.A2)
        dW1 = x.T @ (dZ2 @ self.W2.T * slope(self.A1))
        self.W2 += self.A1.T @ dZ2
        self.W1 += dW1

    def forward(self) -> Any:
        self.A1 = sigmoid(self.placeholder["x"] @ self.W1)
        self.A2 = sigmoid(self.A1 @ self.W2)
        return self.A2


def test_a_slip_that_gives_every_number_is_named_where_no_step_is_right() -> None:
    report = gn.check(WrongWhereNothingIsRight)
    assert [(slip.code, slip.layers) for slip in report.slips] == [("derivative_at_activation", (0, 1))]
    assert "for the loss: mean squared error" in report.notes[0]


# ---- objects as other files make them

PARTS = """
import numpy as np


class Layer:
    def __init__(self, units, kind):
        self.units, self.kind = units, kind


class Stack:
    def __init__(self, plan, note):
        random = np.random.default_rng(0)
        pairs = zip(plan, plan[1:])
        self.weights = [random.normal(size=(a.units, b.units)) for a, b in pairs]
        self.error_of = None

    def set_error(self, name):
        self.error_of = name

    def forward(self, X):
        self.kept = [X]
        for W in self.weights:
            X = np.tanh(X @ W)
            self.kept.append(X)
        return X

    def backward(self, Y):
        error = {"squares": 2 / Y.size}[self.error_of] * (self.kept[-1] - Y)
        slopes = []
        for W, a, before in zip(self.weights[::-1], self.kept[:0:-1], self.kept[-2::-1]):
            error = error * (1 - a**2)
            slopes.insert(0, before.T @ error)
            error = error @ W.T
        return slopes
"""
USER = """
import parts as p
from nowhere import data

raise_here()
X, y = data.load()


def main(hidden=5):
    sizes = [p.Layer(len(X[0]), "in"), p.Layer(hidden, "mid"), p.Layer(2, "out")]
    net = p.Stack(sizes, note=f"{hidden}")
    net = p.Stack(plan=sizes, note="tried")
    net.set_error("squares")
    net.train(X, y)
"""


def checked(folder: Path, name: str, seconds: float = 20) -> Report:
    before, path = dict(sys.modules), list(sys.path)
    try:
        return check_script(folder / name, None, Wish(seconds=seconds, apart=True))
    finally:
        sys.path[:] = path
        for added in set(sys.modules) - set(before):
            del sys.modules[added]


def test_a_class_is_made_as_a_file_beside_it_makes_it(tmp_path: Path) -> None:
    (tmp_path / "parts.py").write_text(PARTS)
    (tmp_path / "use.py").write_text(USER)
    report = checked(tmp_path, "parts.py")
    assert report.ok is True and "weights[0] (3, 5), weights[1] (5, 2)" in report.notes[1], str(report)


def test_of_other_files_nothing_is_run_but_the_making(tmp_path: Path) -> None:
    (tmp_path / "parts.py").write_text(PARTS)
    left = tmp_path / "left"
    (tmp_path / "use.py").write_text(
        f"from parts import Stack\nopen({str(left)!r}, 'w')\nStack(print('x'), open({str(left)!r}, 'w'))\n"
    )
    assert checked(tmp_path, "parts.py").ok is None and not left.exists()


def test_other_files_are_run_in_no_process_but_the_check_s_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "its_parts.py").write_text(PARTS)
    (tmp_path / "ruins.py").write_text("open('ruined', 'w')")
    (tmp_path / "kept").write_text("of value")
    use = "import ruins\nimport numpy as np\nfrom its_parts import Stack\n"
    use += "a = np.memmap('kept', mode='w+', shape=(2,))\nStack([a], 2)\n"
    (tmp_path / "use.py").write_text(use)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    module = import_module("its_parts")
    try:
        with contextlib.suppress(ArgumentError):  # where no object can be made of guesses
            gn.check(module.Stack)
    finally:
        del sys.modules["its_parts"]
    assert not (tmp_path / "ruined").exists()
    checked(tmp_path, "its_parts.py")
    assert (tmp_path / "kept").read_text() == "of value"


def test_files_that_do_not_name_the_class_are_no_examples(tmp_path: Path) -> None:
    (tmp_path / "use.py").write_text("from other import Stack\nStack([1], 2)\n")
    module = type(sys)("parts")
    module.__file__ = str(tmp_path / "parts.py")
    Path(module.__file__).write_text(PARTS)
    exec(PARTS, vars(module))
    module.Stack.__module__ = "parts"
    sys.modules["parts"] = module
    try:
        assert list(made_as_written(module.Stack, vars(module), {})) == []
    finally:
        del sys.modules["parts"]


# ---- data and libraries that are not there

READS = """
import numpy as np
import pandas as pd
from tqdm_that_is_missing import trange

table = pd.read_csv("of_last_year.csv").fillna(0)
training_inputs = table.to_numpy()[:, :-1]
y = target = table.to_numpy()[:, -1].reshape(-1, 1)
X = (training_inputs - training_inputs.mean(axis=0)) / training_inputs.std(axis=0)
w1 = np.random.randn(X.shape[1], 4)
w2 = np.random.randn(4, 1)

for epoch in range(1000):
    hidden = np.tanh(X @ w1)
    out = 1 / (1 + np.exp(-hidden @ w2))
    error = (out - target) / len(X)
    d2 = hidden.T @ error
    d1 = X.T @ (error @ w2.T * (1 - hidden**2))
    w2 -= 0.1 * d2
    w1 -= 0.1 * d1
"""


def test_samples_stand_for_data_that_could_not_be_read_and_it_is_said(tmp_path: Path) -> None:
    (tmp_path / "reads.py").write_text(READS)
    report = checked(tmp_path, "reads.py")
    assert report.ok is True, str(report)
    said = next(note for note in report.notes if "could not be read" in note)
    assert said.startswith(
        "training_inputs, y, target: data that could not be read; in their place stand random numbers"
    )


def test_samples_stand_for_arrays_of_a_file_that_is_opened_with_with(tmp_path: Path) -> None:
    whole = READS.partition("table = ")
    rest = whole[2].partition("\nX = ")[2]
    opened = 'with np.load("of_last_year.npz") as arrays:\n    X, target = arrays["X"], arrays["y"]\nX = '
    (tmp_path / "reads.py").write_text(whole[0] + opened + rest.replace("training_inputs", "X"))
    report = checked(tmp_path, "reads.py")
    assert report.ok is True and any(note.startswith("X, target: data") for note in report.notes), str(report)


def test_modules_in_folders_below_a_file_are_found(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "bends_of_mine.py").write_text(
        "import numpy as np\ndef bend(z):\n    return np.tanh(z)\n"
    )
    uses = READS.replace("from tqdm_that_is_missing import trange", "from bends_of_mine import bend")
    (tmp_path / "reads.py").write_text(uses.replace("np.tanh(X @ w1)", "bend(X @ w1)"))
    assert checked(tmp_path, "reads.py").ok is True


def test_a_slip_is_found_on_samples_that_stand_in(tmp_path: Path) -> None:
    (tmp_path / "reads.py").write_text(READS.replace(" * (1 - hidden**2)", ""))
    assert [slip.code for slip in checked(tmp_path, "reads.py").slips] == ["activation_derivative_missing"]


def test_a_library_that_shows_things_shows_nothing_and_hands_on_its_turns() -> None:
    bar = Silent("tqdm")
    assert list(bar([1, 2])) == [1, 2] and next(iter(bar(9))) is not None
    with bar.alive_bar(3) as turn:
        turn()
        turn.text("so far")
    with pytest.raises(TypeError):
        bar + 1


class OneByOne:
    """One sample at a time: the error of squares through a softmax, beside a loss that is the cross-entropy.

    Of two outputs the one is then in proportion to the other, at every point with another factor.
    """

    def __init__(self) -> None:
        random = np.random.default_rng(4)
        self.W1, self.W2 = random.normal(size=(3, 4)), random.normal(size=(4, 2))

    def forward(self, x: Any) -> Any:
        if np.ndim(x) != 1:
            raise ValueError("one sample")
        self.a = np.tanh(x @ self.W1)
        e = np.exp(self.a @ self.W2)
        self.p = e / e.sum()
        return self.p

    def cross_entropy(self, p: Any, y: Any) -> Any:
        return -np.sum(y * np.log(p))

    def backward(self, x: Any, y: Any) -> tuple[Any, Any]:
        delta = (np.diag(self.p) - np.outer(self.p, self.p)) @ (y - self.p)
        return np.outer(x, delta @ self.W2.T * (1 - self.a**2)), np.outer(self.a, delta)


def test_of_one_sample_gradients_in_proportion_at_one_point_alone_are_not_those_of_the_loss() -> None:
    report = gn.check(OneByOne)
    assert report.ok is None
    assert [what for what in report.not_checked if "not the same multiple of the slopes" in what], str(report)


class OfOneValueEach:
    """Targets are wanted as (n,); of rows of several its arrays get a further axis."""

    def __init__(self) -> None:
        self.W = np.random.default_rng(6).normal(size=(2, 3))

    def forward(self, X: Any) -> Any:
        return X @ self.W.T

    def backward(self, X: Any, y: Any, p: Any) -> dict[str, Any]:
        return {"dW": (2 * (p - y) / len(X))[:, np.newaxis] * X[:, :, np.newaxis]}


def test_gradients_larger_than_their_weights_say_that_data_are_wanted_in_another_form() -> None:
    report = gn.check(OfOneValueEach(), np.ones((4, 3)) * np.arange(1, 5)[:, None], np.eye(2)[[0, 1, 1, 0]])
    assert report.ok is None and not report.slips
    assert "larger than that; the data may have to come in another form" in report.not_checked[0], str(report)


class OneRowAtATime:
    """Its bias takes the error of its one row as it is, and of a batch another shape."""

    def __init__(self, n_inputs: int, n_units: int) -> None:
        random = np.random.default_rng(7)
        self.W, self.b = random.normal(size=(n_inputs, n_units)), random.normal(size=(1, n_units))

    def forward(self, X: Any) -> Any:
        self.X = X
        return X @ self.W + self.b

    def backward(self, error: Any, learning_rate: float) -> Any:
        before = error @ self.W.T
        self.W = self.W - learning_rate * self.X.T @ error
        self.b = self.b - learning_rate * error
        return before


def test_a_layer_whose_bias_grows_with_the_batch_takes_one_sample_at_a_time() -> None:
    report = gn.check_layer(OneRowAtATime)
    assert report.ok is True and "one sample at a time" in report.notes, str(report)


def test_a_function_of_two_arguments_and_its_gradient_are_no_activation() -> None:
    def residual(p: Any, t: Any) -> Any:
        return (p - t) ** 2

    def residual_gradient(error: Any, reference: Any) -> Any:
        return 2 * (error - reference)

    names = {
        "residual": residual,
        "residual_gradient": residual_gradient,
        "tanh": tanh,
        "tanh_prime": tanh_prime,
    }
    report = gn.check(names)
    assert report.ok is None and not report.slips, str(report)
    assert any("takes several arguments" in what for what in report.not_checked)
