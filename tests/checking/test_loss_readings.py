"""check_loss: losses as learners write them, in any order, layout and container, right and wrong."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import glassnet as gn
from glassnet.checking import Report
from glassnet.errors import ArgumentError, DataError

Pair = tuple[Callable[..., Any], Callable[..., Any]]
TINY = 1e-12


def codes(report: Report) -> list[str]:
    return [slip.code for slip in report.slips]


def mean_square(axis: int, wrong: str, share: float) -> Pair:
    """The mean over samples, which lie along `axis`, of `share` times the sum over outputs."""

    def value(y: Any, p: Any) -> Any:
        return share * np.sum((p - y) ** 2) / y.shape[axis]

    def gradient(y: Any, p: Any) -> Any:
        scale = {"sign_flipped": -1.0, "square_factor_missing": 0.5, "batch_mean_missing": y.shape[axis]}
        return scale.get(wrong, 1.0) * 2 * share * (p - y) / y.shape[axis]

    return value, gradient


def cross_entropy(axis: int, wrong: str, share: float) -> Pair:
    def value(y: Any, p: Any) -> Any:
        return -share * np.sum(y * np.log(p + TINY)) / y.shape[axis]

    def gradient(y: Any, p: Any) -> Any:
        scale = {"sign_flipped": -1.0, "batch_mean_missing": y.shape[axis]}.get(wrong, 1.0)
        if wrong == "softmax_folded_in":
            return share * (p - y) / y.shape[axis]
        return -scale * share * y / (p + TINY) / y.shape[axis]

    return value, gradient


def binary(axis: int, wrong: str, share: float) -> Pair:
    def value(y: Any, p: Any) -> Any:
        p = np.clip(p, TINY, 1 - TINY)
        return -share * np.sum(y * np.log(p) + (1 - y) * np.log(1 - p)) / y.shape[axis]

    def gradient(y: Any, p: Any) -> Any:
        p = np.clip(p, TINY, 1 - TINY)
        scale = {"sign_flipped": -1.0, "batch_mean_missing": y.shape[axis]}.get(wrong, 1.0)
        if wrong == "softmax_folded_in":
            return share * (p - y) / y.shape[axis]
        second = -1 if wrong == "second_term_sign_flipped" else 0 if wrong == "second_term_missing" else 1
        return scale * share * (second * (1 - y) / (1 - p) - y / p) / y.shape[axis]

    return value, gradient


LOSSES: dict[str, tuple[Callable[[int, str, float], Pair], tuple[str, ...]]] = {
    "mean square": (mean_square, ("sign_flipped", "square_factor_missing", "batch_mean_missing")),
    "cross-entropy": (cross_entropy, ("sign_flipped", "batch_mean_missing", "softmax_folded_in")),
    "binary": (binary, ("sign_flipped", "batch_mean_missing", "softmax_folded_in", "second_term_sign_flipped",
                        "second_term_missing")),
}  # fmt: skip
NAMES = (
    ("y_true", "y_pred"),
    ("y", "y_hat"),
    ("Y", "AL"),
    ("truths", "guesses"),
    ("target", "output"),
    ("y", "p"),
)


def ways(pair: Pair) -> Iterator[tuple[str, tuple[Any, Any]]]:
    """One pair of functions of (y, p) in many containers and orders."""
    value, gradient = pair
    for (y, p), first in itertools.product(NAMES, (False, True)):
        names = (p, y) if first else (y, p)
        space: dict[str, Any] = {"v": value, "g": gradient}
        call = ", ".join(names)
        lines = f"value = lambda {call}: v({y}, {p})\ngradient = lambda {call}: g({y}, {p})"
        exec(lines, space)
        yield f"functions of {names}", (space["value"], space["gradient"])

    class Loss:
        def loss(self, predicted: Any, actual: Any) -> Any:
            return value(actual, predicted)

        def grad(self, predicted: Any, actual: Any) -> Any:
            return gradient(actual, predicted)

    class Static:
        @staticmethod
        def fn(a: Any, y: Any) -> Any:
            return value(y, a)

        @staticmethod
        def derivative(a: Any, y: Any) -> Any:
            return gradient(y, a)

    class Kept:
        def forward(self, y_pred: Any, y_true: Any) -> Any:
            self.y_pred, self.y_true = y_pred, y_true
            return value(y_true, y_pred)

        def backward(self) -> None:
            self.dinputs = gradient(self.y_true, self.y_pred)

    class WithError(Kept):
        def backward(self, dout: Any = 1) -> Any:
            return dout * gradient(self.y_true, self.y_pred)

    class OfBook:
        def forward(self, y_pred: Any, y_true: Any) -> Any:
            return value(y_true, y_pred)

        def backward(self, dvalues: Any, y_true: Any) -> None:
            self.dinputs = gradient(y_true, dvalues)

    class Callable_:
        def __call__(self, y_true: Any, y_pred: Any) -> Any:
            return value(y_true, y_pred)

        def gradient(self, y_true: Any, y_pred: Any) -> Any:
            return gradient(y_true, y_pred)

    def switch(outputs: Any, targets: Any, derivative: bool = False) -> Any:
        return gradient(targets, outputs) if derivative else value(targets, outputs)

    def both(x: Any, y: Any) -> Any:
        return value(y, x), gradient(y, x)

    for thing in (Loss, Loss(), Static, Kept, WithError(), OfBook, Callable_(), switch, both):
        yield getattr(thing, "__name__", type(thing).__name__), (thing, None)


@pytest.mark.parametrize("share", [1.0, 0.5, 2.0], ids=["whole", "half", "twice"])
@pytest.mark.parametrize("axis", [0, 1], ids=["rows", "columns"])
@pytest.mark.parametrize("loss", LOSSES)
def test_right_losses_are_right_in_every_form(loss: str, axis: int, share: float) -> None:
    make, _ = LOSSES[loss]
    for way, (value, gradient) in ways(make(axis, "", share)):
        report = gn.check_loss(value, gradient)
        assert report.ok, f"{way}: {report}"


@pytest.mark.parametrize("share", [1.0, 0.5], ids=["whole", "half"])
@pytest.mark.parametrize("axis", [0, 1], ids=["rows", "columns"])
@pytest.mark.parametrize("loss", LOSSES)
def test_slips_are_named_in_every_form_and_behind_a_factor(loss: str, axis: int, share: float) -> None:
    make, slips = LOSSES[loss]
    for n, wrong in enumerate(slips):
        for way, (value, gradient) in list(ways(make(axis, wrong, share)))[n % 3 :: 3]:
            report = gn.check_loss(value, gradient)
            assert not report.ok, f"{wrong}, {way}"
            assert codes(report) == [wrong], f"{way}: {report}"


@pytest.mark.parametrize("share", [0.5, 1.0, 2.0])
def test_a_factor_that_the_gradient_has_too_is_noted_also_where_a_loss_is_asked_for(share: float) -> None:
    value, gradient = (lambda y, p: share * np.sum((y - p) ** 2)), (lambda y, p: 2 * share * (p - y))
    report = gn.check_loss(value, gradient, like="mse")
    assert report.ok
    assert any("summed over the batch" in note for note in report.notes)
    assert any("half of mean squared error" in note for note in report.notes) is (share == 0.5)


def test_a_value_that_has_a_factor_alone_is_named() -> None:
    report = gn.check_loss(lambda y, p: np.mean((y - p) ** 2) / 2, lambda y, p: 2 * (p - y) / y.size)
    assert codes(report) == ["value_halved"]


def test_two_readings_are_tried_and_the_one_that_is_right_is_said() -> None:
    report = gn.check_loss(lambda y, t: np.sum((y - t) ** 2) / 2, lambda y, t: y - t)
    assert report.ok
    assert report.notes[-1] == (
        "read so: value takes predictions, then targets, gradient takes predictions, then targets"
    )


def test_names_that_are_sure_are_not_read_the_other_way() -> None:
    report = gn.check_loss(
        lambda y_true, y_pred: np.mean((y_true - y_pred) ** 2),
        lambda y_true, y_pred: 2 * (y_true - y_pred) / y_true.size,
    )
    assert codes(report) == ["sign_flipped"]


def one_row(A: Any, Y: Any) -> Any:
    m = Y.shape[1]
    A = np.clip(A, TINY, 1 - TINY)
    return np.squeeze(-(np.dot(Y, np.log(A).T) + np.dot(1 - Y, np.log(1 - A).T)) / m)


def test_one_output_in_a_row_is_read() -> None:
    right = gn.check_loss(one_row, lambda A, Y: (A - Y) / (A * (1 - A)) / Y.shape[1])
    assert right.ok and "one output, in a row (1, samples)" in right.notes[-1]
    wrong = gn.check_loss(one_row, lambda A, Y: (Y - A) / (A * (1 - A)) / Y.shape[1])
    assert codes(wrong) == ["sign_flipped"]


def test_targets_that_are_made_a_column_are_read() -> None:
    def value(y: Any, p: Any) -> Any:
        return np.mean((y.reshape(-1, 1) - p) ** 2)

    report = gn.check_loss(value, lambda y, p: 2 * (p - y.reshape(-1, 1)) / len(y))
    assert report.ok and "one output, in a column (samples, 1)" in report.notes[-1]


def test_a_binary_cross_entropy_that_divides_by_the_samples_alone_is_that_of_one_output() -> None:
    def value(y: Any, p: Any) -> Any:
        p = np.clip(p, TINY, 1 - TINY)
        return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))

    report = gn.check_loss(value, lambda y, p: (p - y) / (p * (1 - p)) / len(y))
    assert report.ok and report.notes[-1] == "read so: one output, in a column (samples, 1)"


def test_the_arrays_of_a_training_tell_how_many_outputs_there_are() -> None:
    value, gradient = (lambda y, p: np.mean((y - p) ** 2)), (lambda y, p: 2 * (p - y) / len(y))
    assert codes(gn.check_loss(value, gradient)) == ["output_mean_missing"]
    one = np.zeros((4, 1))
    assert gn.check_loss(value, gradient, y_true=one, y_pred=one + 1).ok


@pytest.mark.parametrize("like", [None, "bce"])
@pytest.mark.parametrize(
    ("wrong", "sign", "first"), [("second_term_sign_flipped", -1, 1), ("first_term_missing", 1, 0)]
)
def test_a_binary_cross_entropy_with_a_wrong_term_is_named(
    wrong: str, sign: int, first: int, like: str | None
) -> None:
    def value(y: Any, p: Any) -> Any:
        p = np.clip(p, TINY, 1 - TINY)
        return -np.mean(first * y * np.log(p) + sign * (1 - y) * np.log(1 - p))

    assert codes(gn.check_loss(value, like=like)) == [wrong]


def test_differences_that_are_not_squared_are_named() -> None:
    assert codes(gn.check_loss(lambda y, p: np.mean(y - p), like="mse"))[0] == "square_missing"


def test_an_error_behind_a_sigmoid_is_compared_as_a_function_of_z() -> None:
    class Cost:
        @staticmethod
        def fn(a: Any, y: Any) -> Any:
            return np.sum(-y * np.log(a) - (1 - y) * np.log(1 - a))

        @staticmethod
        def delta(z: Any, a: Any, y: Any) -> Any:
            return a - y

    assert gn.check_loss(Cost).ok
    Cost.delta = staticmethod(lambda z, a, y: y - a)  # type: ignore[method-assign]
    assert codes(gn.check_loss(Cost)) == ["sign_flipped"]


def test_a_gradient_that_wants_other_things_is_not_checked_and_that_is_said() -> None:
    class Loss:
        def loss(self, y: Any, y_pred: Any) -> Any:
            return np.mean((y - y_pred) ** 2)

        def grad(self, y: Any, y_pred: Any, z: Any, act_fn: Any) -> Any:
            return (y_pred - y) * act_fn.grad(z)

    report = gn.check_loss(Loss)
    assert report.ok is None and report.slips == ()
    assert report.not_checked[0].startswith("gradient could not be called with arrays of shape ")


@pytest.mark.parametrize("thing", [None, 3, "mse", np.zeros(3), object()])
def test_what_is_no_loss_is_refused(thing: Any) -> None:
    with pytest.raises(
        ArgumentError, match="value must be a function of targets and predictions, or an object"
    ):
        gn.check_loss(thing)


@pytest.mark.parametrize("given", [[[1], [2, 3]], "text", np.array([1j])])
def test_arrays_of_a_training_that_are_none_are_refused(given: Any) -> None:
    with pytest.raises(DataError, match="y_true must h"):
        gn.check_loss(lambda y, p: np.mean((y - p) ** 2), y_true=given, y_pred=np.zeros(3))


def test_a_gradient_on_one_axis_is_that_of_one_output() -> None:
    def value(y: Any, p: Any) -> Any:
        return np.mean((y.ravel() - p.ravel()) ** 2)

    report = gn.check_loss(value, lambda y, p: 2 * (p.ravel() - y.ravel()) / len(y))
    assert report.ok and report.notes[-1] == "read so: one output, on one axis (samples,)"
    report = gn.check_loss(value, lambda y, p: 2 * (y.ravel() - p.ravel()) / len(y))
    assert codes(report) == ["sign_flipped"]


def test_data_are_those_that_value_and_gradient_both_take() -> None:
    def chosen(y: Any) -> Any:
        return y if y.ndim == 1 else y.argmax(axis=1)

    def value(y: Any, p: Any) -> Any:
        return -np.mean(np.log(p[np.arange(len(p)), chosen(y)]))

    def gradient(y: Any, p: Any) -> Any:
        return -np.eye(p.shape[1])[y] / p / len(p)

    assert gn.check_loss(value, gradient).ok
    assert codes(gn.check_loss(value, lambda y, p: -gradient(y, p))) == ["sign_flipped"]


def test_a_cross_entropy_that_is_derived_by_its_targets_is_named() -> None:
    def value(y: Any, p: Any) -> Any:
        return -np.sum(y * np.log(np.clip(p, 1e-12, 1))) / len(y)

    report = gn.check_loss(value, lambda y, p: -np.log(np.clip(p, 1e-12, 1)) / len(y))
    assert codes(report) == ["with_respect_to_target"]
