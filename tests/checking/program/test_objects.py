"""gn.check on networks of every style, right and wrong: nothing right is accused, nothing wrong is cleared."""

from __future__ import annotations

import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import glassnet as gn
from glassnet.checking.finding.matching import Found, Wanted
from glassnet.checking.program.data import few, variants
from glassnet.checking.program.limits import TookTooLong, Wish, limited
from glassnet.checking.program.trying.judging import _without_settings
from glassnet.errors import ArgumentError
from tests.checking.program.networks import (
    NETWORKS,
    Attributes,
    Base,
    Columns,
    Layer,
    Scalars,
    Trained,
    sigmoid,
)

X = np.random.default_rng(0).normal(size=(8, 2))
y = np.array([0, 1, 1, 0, 1, 0, 0, 1])


def with_slip(cls: type[Base], slip: str) -> type[Base]:
    return type(cls.__name__, (cls,), {"SLIP": slip})


@pytest.mark.parametrize("cls", NETWORKS)
def test_a_right_network_of_any_style_is_right(cls: type[Base]) -> None:
    report = gn.check(cls, X, y)
    assert report.ok is True, str(report)
    assert report.slips == () and report.evidence == ()


@pytest.mark.parametrize("cls", NETWORKS)
@pytest.mark.parametrize("slip", ["no derivative", "bias twice"])
def test_a_wrong_network_of_any_style_is_wrong(cls: type[Base], slip: str) -> None:
    report = gn.check(with_slip(cls, slip), X, y)
    assert report.ok is False, str(report)
    assert report.evidence


@pytest.mark.parametrize("cls", [cls for cls in NETWORKS if cls is not Scalars])
def test_data_are_drawn_where_none_are_given(cls: type[Base]) -> None:
    assert gn.check(cls).ok is True


@pytest.mark.parametrize("cls", [Attributes, Columns, Trained])
def test_the_slip_of_a_network_of_dense_layers_is_named(cls: type[Base]) -> None:
    report = gn.check(with_slip(cls, "no derivative"), X, y)
    assert [(slip.code, slip.layers) for slip in report.slips] == [("activation_derivative_missing", (0,))]


def test_two_lines_say_what_was_taken_for_what() -> None:
    notes = gn.check(Columns, X, y).notes
    assert notes[0] == (
        "taken for the forward pass: forward (6 samples in columns); for the gradients: backward; "
        "for the loss: your compute_cost"
    )
    assert notes[1].startswith("taken for the parameters: parameters['W1'] (4, 2), parameters['b1'] (4, 1)")


def test_an_object_is_left_as_it_is() -> None:
    thing = Trained(2, 4, 2)
    before = [array.copy() for array in (*thing.W, *thing.b)]
    assert gn.check(thing, X, y).ok
    assert all(np.array_equal(a, b) for a, b in zip(before, (*thing.W, *thing.b), strict=True))


def test_the_loss_that_is_named_is_the_one_that_counts() -> None:
    assert gn.check(Attributes, X, y).ok
    assert gn.check(Attributes, X, y, loss="bce").ok
    wrong = gn.check(Attributes, X, y, loss="mse")
    assert wrong.ok is False


def test_a_loss_of_its_own_is_the_one_that_counts() -> None:
    class Squares(Attributes):
        def loss(self, y: Any, p: Any) -> Any:
            return np.mean((y - p) ** 2)

    report = gn.check(Squares, X, y)
    assert report.ok is False
    assert "the gradients are those of binary cross entropy; your loss is another loss" in report.notes


@pytest.mark.parametrize(("epsilon", "right"), [(1e-8, True), (1e-3, True), (0.5, False)])
def test_an_epsilon_in_the_logarithm_of_the_loss_is_a_note(epsilon: float, right: bool) -> None:
    class Safe(Attributes):
        def loss(self, y: Any, p: Any) -> Any:
            return -np.mean(y * np.log(p + epsilon) + (1 - y) * np.log(1 - p + epsilon))

    assert gn.check(Safe, X, y).ok is right
    assert gn.check(with_slip(Safe, "no derivative"), X, y).ok is False


@pytest.mark.parametrize(
    ("factor", "note"), [(0.5, "the half of a half square"), (12.0, "a constant factor")]
)
def test_a_constant_factor_is_a_note(factor: float, note: str) -> None:
    class Scaled(Attributes):
        def backward(self, X: Any, y: Any) -> dict[str, Any]:
            return {name: factor * array for name, array in super().backward(X, y).items()}

    report = gn.check(Scaled, X, y)
    assert report.ok is True
    assert any(note in line and f"{factor:g} times" in line for line in report.notes)


def test_weight_decay_that_the_loss_does_not_contain_is_a_note() -> None:
    class Decaying(Attributes):
        def backward(self, X: Any, y: Any) -> dict[str, Any]:
            found = super().backward(X, y)
            return {**found, "dW1": found["dW1"] + 0.01 * self.W1, "dW2": found["dW2"] + 0.01 * self.W2}

    report = gn.check(Decaying, X, y)
    assert report.ok is True and any("0.01 of the weight is added" in line for line in report.notes)


def test_steps_up_the_loss_are_named() -> None:
    class Upwards(Attributes):
        def backward(self, X: Any, y: Any) -> dict[str, Any]:
            for name, gradient in super().backward(X, y).items():
                setattr(self, name[1:], getattr(self, name[1:]) + 0.1 * gradient)
            return {}

    assert [slip.code for slip in gn.check(Upwards, X, y).slips] == ["sign_flipped"]


def test_steps_of_adam_are_not_called_wrong() -> None:
    class Adaptive(Attributes):
        def train(self, X: Any, y: Any) -> None:
            self.forward(X)
            for name, g in super().backward(X, y).items():
                setattr(self, name[1:], getattr(self, name[1:]) - 0.1 * g / (np.sqrt(g**2) + 1e-12))

        def backward(self) -> None:  # type: ignore[override]
            raise NotImplementedError

    report = gn.check(Adaptive, X, y)
    assert report.ok is None and "moves all parameters by the same amount" in report.not_checked[0]


def test_what_cannot_be_found_is_asked_for_by_name() -> None:
    class Hidden:
        def __init__(self) -> None:
            self.W = np.ones((2, 1))

        def forward(self, X: Any, session: Any) -> Any:
            return sigmoid(X @ self.W)

        def backward(self, y: Any) -> Any:
            return None

    report = gn.check(Hidden(), X, y)
    assert report.ok is None
    assert "forward needs 'session'" in report.not_checked[0] and "forward=" in report.not_checked[0]


def test_a_gradient_that_is_not_found_is_not_called_right() -> None:
    class Partial(Attributes):
        def backward(self, X: Any, y: Any) -> dict[str, Any]:
            found = super().backward(X, y)
            del found["db1"]
            return found

    report = gn.check(Partial, X, y)
    assert report.ok is None and any("b1" in what for what in report.not_checked)


def test_functions_with_other_names_are_named() -> None:
    class Named:
        def __init__(self, n_inputs: int, n_hidden: int, n_outputs: int) -> None:
            self.W = random_weights(n_inputs, n_outputs)

        def score_of(self, X: Any) -> Any:
            return sigmoid(X @ self.W)

        def slopes_of(self, X: Any, y: Any) -> Any:
            return {"dW": X.T @ (self.score_of(X) - y)}

    def random_weights(n: int, k: int) -> Any:
        return np.random.default_rng(5).normal(size=(n, k))

    thing = Named(2, 4, 1)
    assert gn.check(thing, X, y).ok is None
    assert gn.check(thing, X, y, forward="score_of", backward="slopes_of").ok is True


def test_a_list_of_layers_is_checked_layer_by_layer() -> None:
    class Right(Layer):
        def backward(self, dA: Any) -> Any:  # type: ignore[override]
            return super().backward(dA, Base())

    class Wrong(Layer):
        def backward(self, dA: Any) -> Any:  # type: ignore[override]
            return super().backward(dA, with_slip(Base, "bias twice")())

    assert gn.check([Right(2, 3), Right(3, 1)]).ok is True
    report = gn.check([Right(2, 3), Wrong(3, 1)])
    assert report.ok is False and report.slips[0].message.startswith("layer 1, Wrong: db is 2 times")


@pytest.mark.parametrize("thing", [None, 3, sigmoid, [], {}])
def test_what_is_no_program_is_refused(thing: Any) -> None:
    with pytest.raises(ArgumentError):
        gn.check(thing)


@pytest.mark.parametrize(
    "first", ["glassnet.checking", "glassnet.checking.program", "glassnet.support.checks"]
)
def test_check_is_a_function_whatever_is_imported_first(first: str) -> None:
    code = f"import {first}, glassnet; assert callable(glassnet.check); import {first}; assert callable(glassnet.check)"
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(
    ("n_outputs", "says"),
    [
        (2, "(2 may be the number of outputs, or the 2 of a square)"),
        (3, "(3 may be the number of outputs)"),
    ],
)
def test_every_reading_of_a_factor_is_said(n_outputs: int, says: str) -> None:
    class Mean(Attributes):
        def loss(self, y: Any, p: Any) -> Any:
            return ((p - y) ** 2).mean() / 2

        def backward(self, X: Any, y: Any) -> dict[str, Any]:
            dZ2 = (self.A2 - y) * self.A2 * (1 - self.A2) / len(y)
            dZ1 = dZ2 @ self.W2.T * (1 - self.A1**2)
            return {"dW1": X.T @ dZ1, "db1": dZ1.sum(0), "dW2": self.A1.T @ dZ2, "db2": dZ2.sum(0)}

    random = np.random.default_rng(0)
    report = gn.check(Mean(3, 4, n_outputs), random.normal(size=(6, 3)), random.uniform(size=(6, n_outputs)))
    assert report.ok, str(report)
    assert says in str(report)


def test_an_error_of_the_learners_code_becomes_a_sentence() -> None:
    class Network(Attributes):
        def __deepcopy__(self, _: Any) -> Any:
            raise SystemExit(3)

    with pytest.raises(ArgumentError, match="Network could not be checked: SystemExit: 3"):
        gn.check(Network(3, 4, 1), X, y)


def test_a_function_that_is_named_needs_no_usual_name() -> None:
    W = np.random.default_rng(0).normal(size=(3, 1))

    def forward(W: Any, X: Any) -> Any:
        return X @ W

    def nudge(W: Any, X: Any, y: Any) -> None:
        W -= 0.1 * X.T @ (X @ W - y.reshape(-1, 1))

    functions = {"W": W, "forward": forward, "nudge": nudge}
    random = np.random.default_rng(0)
    data = random.normal(size=(6, 3)), random.normal(size=(6, 1))
    assert gn.check(functions, *data, loss="mse", backward="nudge").ok


class WithoutNames:
    """Passes under names that say nothing."""

    def __init__(self, wrong: bool) -> None:
        random = np.random.default_rng(1)
        self.W1, self.W2, self.wrong = random.normal(size=(2, 3)), random.normal(size=(3, 1)), wrong

    def out(self, X: Any) -> Any:
        self.h = np.tanh(X @ self.W1)
        return sigmoid(self.h @ self.W2)

    def slopes(self, X: Any, y: Any) -> list[Any]:
        delta = (self.out(X) - y.reshape(-1, 1)) / len(y)
        carried = delta @ self.W2.T * (1 if self.wrong else 1 - self.h**2)
        return [X.T @ carried, self.h.T @ delta]

    def nudge(self, X: Any, y: Any) -> None:
        for W, g in zip((self.W1, self.W2), self.slopes(X, y), strict=True):
            W -= 0.1 * g


@pytest.mark.parametrize("wrong", [False, True])
@pytest.mark.parametrize("way", ["closure", "method", "partial", "step", "default"])
def test_passes_may_be_functions_that_close_over_the_object(way: str, wrong: bool) -> None:
    thing = WithoutNames(wrong)

    def step(X: Any, y: Any) -> None:
        thing.nudge(X, y)

    backward = {
        "closure": lambda X, y: thing.slopes(X, y), "method": thing.slopes, "partial": partial(thing.slopes),
        "step": step, "default": lambda X, y, net=thing: net.slopes(X, y),
    }[way]  # fmt: skip
    before = thing.W1.copy()
    report = gn.check(thing, X, y, forward=lambda X: thing.out(X), backward=backward)
    assert report.ok is (not wrong), str(report)
    assert "for the gradients: " in report.notes[0] and "the function given as backward=" in report.notes[0]
    assert np.array_equal(thing.W1, before)


def test_a_function_with_data_of_its_own_is_refused() -> None:
    thing = WithoutNames(False)
    with pytest.raises(ArgumentError, match="backward takes X, y from outside"):
        gn.check(thing, X, y, forward="out", backward=lambda: thing.slopes(X, y))


def test_a_file_takes_names_and_no_functions(tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text("x = 3")
    with pytest.raises(ArgumentError, match="backward must be a name where a file is checked"):
        gn.check(file, backward=sigmoid)


def test_a_loss_that_is_given_as_a_function_is_the_one_that_counts() -> None:
    thing = WithoutNames(False)

    def entropy(t: Any, p: Any) -> Any:
        return -np.mean(t * np.log(p) + (1 - t) * np.log(1 - p))

    def fourth(t: Any, p: Any) -> Any:
        return np.mean((t - p) ** 4)

    passes: dict[str, Any] = {"forward": "out", "backward": "slopes"}
    assert gn.check(thing, X, y, loss=entropy, **passes).ok is True
    assert gn.check(thing, X, y, loss=fourth, **passes).ok is False


def test_a_step_that_the_user_names_is_the_gradient_also_where_nothing_of_it_is_right() -> None:
    class Wrong(WithoutNames):
        def nudge(self, X: Any, y: Any) -> None:
            self.W1 -= 0.1 * X.T @ (self.out(X) - y.reshape(-1, 1)) @ np.ones((1, 3))
            self.W2 -= 0.1 * self.W2

    assert gn.check(Wrong(False), X, y, forward="out", backward="nudge").ok is False


def test_a_call_that_takes_too_long_is_ended_and_said() -> None:
    class Slow(WithoutNames):
        def forward(self, X: Any) -> Any:
            return self.out(X)

        def train(self, X: Any, y: Any) -> None:
            time.sleep(60)

    began = time.monotonic()
    report = gn.check(Slow(False), X, y, seconds=20)
    assert report.ok is None and "train: longer than 5 s" in report.not_checked[0]
    assert time.monotonic() - began < 30


@pytest.mark.parametrize("labels", [[0, 0, 0, 0], [0, 1, 0, 1]])
def test_classes_by_number_may_be_two_outputs_also_where_one_class_is_missing(labels: list[int]) -> None:
    samples = few(X[:4], np.array(labels), None)
    one, two = variants(samples)
    assert one.Y.shape == (4, 1) and two.Y.shape == (4, 2)
    assert np.array_equal(two.Y.argmax(axis=1), labels) and (two.Y.sum(axis=1) == 1).all()


def test_nested_time_limits_keep_the_longer_one() -> None:
    """A call that is limited itself takes nothing but its own time from the limit around it."""
    began = time.monotonic()
    with pytest.raises(TookTooLong, match=r"longer than 0.6 s"), limited(0.6):
        while True:
            with limited(0.5):
                time.sleep(0.01)
    assert time.monotonic() - began > 0.5


def test_a_number_beside_many_without_gradients_is_no_reading() -> None:
    """The value of a loss is not taken for the gradient of the one number that it could be of."""
    parameters = [Wanted(f"w{i}", np.array(0.5)) for i in range(6)]
    found = Found("loss", np.array(0.3))
    assert _without_settings([found, *[None] * 5], parameters) == [0, 1, 2, 3, 4, 5]
    assert _without_settings([*[found] * 5, None], parameters) == [0, 1, 2, 3, 4]
    assert _without_settings([found, None], [Wanted("W", np.ones(2)), *parameters[:1]]) == [0]


def test_a_check_that_was_cut_short_accuses_nothing_of_which_no_part_is_right() -> None:
    class Slow(WithoutNames):
        pause = 0.02

        def forward(self, X: Any) -> Any:
            time.sleep(self.pause)
            return self.out(X)

        def backward(self, X: Any, y: Any) -> list[Any]:
            return [3 * g + 1 for g in self.slopes(X, y)]

    late = gn.check(Slow(False), X, y, seconds=2)
    assert late.ok is None and any("the time was up" in what for what in late.not_checked)
    Slow.pause = 0
    assert gn.check(Slow(False), X, y).ok is False


def test_a_slip_that_gives_the_numbers_is_named_however_short_the_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Network(Attributes):
        def backward(self, X: Any, y: Any) -> dict[str, Any]:
            dZ2 = (self.A2 - y) / y.size * self.A2 * (1 - self.A2)
            dZ1 = dZ2 @ self.W2.T * (1 - self.A1**2)
            return {"dW2": self.A1.T @ dZ2, "db2": dZ2.sum(0), "dW1": X.T @ dZ1, "db1": dZ1.sum(0)}

    monkeypatch.setattr(Wish, "is_over", lambda wish, left, until=None: wish.left.setdefault(left) is None)
    report = gn.check(Network(2, 3, 1), X, y, loss="bce")
    assert report.ok is False and [slip.code for slip in report.slips] == ["output_derivative_doubled"]
