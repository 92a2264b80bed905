"""What a check says, and that it never says the solution."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import glassnet as gn
from glassnet.errors import ArgumentError, UnknownNameError
from glassnet.lessons.exercise import Lesson

lesson = Lesson(99, "A lesson of the tests")


@lesson.function(
    "Twice", lambda random: [(np.arange(4.0).reshape(2, 2),), (random.normal(size=3),)], hints=("a", "b")
)
def twice(x: Any) -> Any:
    """Twice the input."""
    return 2 * x


@lesson.value("A number", lambda random: (float(random.normal()),), hints=("a", "b"), of_text=(3.0,))
def square(x: float) -> float:
    """Its square."""
    return x * x


class HeldOn:
    """As a tensor of PyTorch is whose slope is wanted."""

    def __array__(self, *_: Any, **__: Any) -> Any:
        raise RuntimeError("let go of it.")


def said(exercise: gn.lessons.Exercise, answer: Any) -> str:
    from glassnet.lessons.judging import collect, judge

    cases = exercise.variant(0)
    return judge(exercise, collect(exercise, answer, cases), cases).message


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (lambda x: -2 * x, "it is right up to its sign, for ([[0., 1.], [2., 3.]]) (0 of 2 inputs are right)"),
        (lambda x: (2 * x).T, "the transpose of what is right, for ([[0., 1.], [2., 3.]]) (1 of 2 inputs is right)"),
        (lambda x: x, "it is 0.5 times what is right, in every number, for ("),
        (lambda x: 2 * x + 1, "it is too large by 1, in every number, for ("),
        (lambda x: 2 * x.ravel(), "it has shape (4,), where (2, 2) is right, for ("),
        (lambda x: 2 * x + (x > 2), "it gives 7 at [1, 1], where 6 is right, for ("),
        (lambda x: x / 0 * 0, "a number leaves what a float can hold (divide by zero encountered in divide), for ("),
        (lambda x: 2 * x + 2e-5 * (x == 3), "it gives 6.00002 at [1, 1], where 6 is right, for ("),
        (lambda x: "six", "it is the text 'six', where numbers are expected"),
        (lambda x: x[5], "it raises IndexError: index 5 is out of bounds"),
        (lambda x, y: x, "it raises TypeError"),
        (lambda x: None, "it gives None; what a function gives back stands after return"),
        (lambda x: {"a": x}, "it gives 1 result (['a']), where one result is expected"),
        (lambda x: [2 * x], "it gives a list or tuple with one result in it, where one result is expected"),
        (lambda x: HeldOn(), "what it gives is no array yet: let go of it, for ("),
        (lambda x: object(), "it gives an object, where numbers are expected"),
        (lambda x: (x, x), "it gives 2 results ([0], [1]), where one result is expected (a list of numbers is one"),
        (lambda x: x.fill(np.nan) or x, "it holds 4 numbers that are not finite"),
        (lambda x: np.where(x == 3, np.nan, 2 * x), "it holds 1 number that is not finite"),
    ],
)  # fmt: skip
def test_each_kind_of_wrong_numbers_is_said(answer: Any, message: str) -> None:
    assert message in said(twice, answer)


@pytest.mark.parametrize(
    ("answer", "meaning"),
    [
        (
            lambda x: x if x > 0 else -x,
            "any() or a.all() (if takes one answer, and an array gives many; np.where(",
        ),
        (
            lambda x: x @ np.ones(3),
            "(@ needs the last number of the left shape and the first of the right one to",
        ),
        (lambda x: x + np.ones(3), "(these shapes do not fit, seen from their last numbers on), for ("),
    ],
)
def test_errors_that_beginners_meet_are_said_in_plain_words_too(answer: Any, meaning: str) -> None:
    assert said(twice, answer).startswith("it raises ValueError: ") and meaning in said(twice, answer)


def test_numbers_that_are_nearly_right_are_shown_with_the_digits_that_differ() -> None:
    def clipped(z: Any) -> Any:
        return 1 / (1 + np.exp(-np.clip(z, -20, 20)))

    assert "it gives 0.999999998 at [2], where 1 is right" in gn.lessons.check("3.1", clipped).message


def test_a_wrong_value_says_how_far_it_is_off_and_not_what_is_right() -> None:
    assert said(square, 6.0) == "it gives 6, which is off by 0.33 times the right value"
    assert "9" not in said(square, 6.0)
    assert said(square, -9.0) == "it is right up to its sign"


def test_a_function_that_changes_its_inputs_is_still_judged_by_what_it_gives() -> None:
    def doubling(x: Any) -> Any:
        x *= 2
        return x

    assert said(twice, doubling).startswith("Twice; 7 numbers agree on 2 inputs")


def test_a_learner_of_a_seed_has_other_numbers_than_the_text() -> None:
    assert square.variant(0) == [(3.0,)]
    assert square.variant(1) != square.variant(2)
    assert square.variant(1) == square.variant(1)


def test_right_values_in_a_tuple_are_right() -> None:
    right = gn.lessons.catalogue.find("1.2").solution(*gn.lessons.catalogue.find("1.2").variant(0)[0])
    assert gn.lessons.check("1.2", tuple(float(value) for value in right)).ok
    assert not gn.lessons.check("1.2", tuple(2 * float(value) for value in right)).ok


def test_use_seed_changes_what_is_given() -> None:
    of_text = gn.lessons.given("1.2")
    try:
        gn.lessons.use_seed(7)
        assert gn.lessons.given("1.2") != of_text
    finally:
        gn.lessons.use_seed(0)
    with pytest.raises(ArgumentError, match=r"^seed must be an integer >= 0; got -1$"):
        gn.lessons.use_seed(-1)


def test_an_exercise_that_is_not_there_is_answered_by_those_of_its_lesson() -> None:
    with pytest.raises(
        UnknownNameError, match=r"^there is no exercise '1\.9'; there are 1\.1, 1\.2, 1\.3, 1\.4"
    ):
        gn.lessons.check("1.9", 1)


def test_a_number_in_place_of_a_function_is_refused() -> None:
    with pytest.raises(
        ArgumentError, match=r"^exercise 1\.1 asks for a function; got float: pass it by its name"
    ):
        gn.lessons.check("1.1", 38.52)
    with pytest.raises(ArgumentError, match=r"^exercise 2\.5 asks for a class; got int: pass it by its name"):
        gn.lessons.check("2.5", 5)


def test_an_object_in_place_of_a_class_is_refused() -> None:
    with pytest.raises(
        ArgumentError, match=r"^exercise 12\.3 asks for a class; got object: pass it by its name"
    ):
        gn.lessons.check("12.3", object())


def test_a_ward_says_how_many_patients_are_named_rightly_and_takes_words_with_spaces() -> None:
    words = ["too few units", "overfitting", "learning rate too high", "leakage"]
    message = gn.lessons.check("13.1", words).message
    assert message.endswith("; 2 of 4 are right; look again at 1, 4")
    message = gn.lessons.check("13.1", [*words[:2], "leakage", "leakage"]).message
    assert message.endswith("; 1 of 4 is right; look again at 1, 3, 4")
    assert gn.lessons.check("13.1", ["Dead units", *words[1:3], "unscaled_inputs"]).ok


def test_the_second_hint_says_more_and_stays() -> None:
    exercise = gn.lessons.exercises(1)[0]
    hints = [gn.lessons.hint("1.1") for _ in range(3)]
    assert hints[-1] == hints[-2] == exercise.hints[1]


def test_the_solution_is_code_that_passes() -> None:
    source = gn.lessons.solution("1.1")
    assert source.startswith("def neuron(inputs, weights, bias):\n")
    names: dict[str, Any] = {}
    exec(source, names)
    assert gn.lessons.check("1.1", names["neuron"]).ok


def test_exercises_are_listed_as_a_table() -> None:
    table = str(gn.lessons.exercises(1)).splitlines()
    assert table[0] == "exercise points title"
    assert table[1] == "  1.1       1  A weighted sum in plain Python"
    with pytest.raises(ArgumentError, match="lesson must be one of 1"):
        gn.lessons.exercises(77)


def test_a_slip_in_backpropagation_that_no_list_holds_is_named_by_the_checks() -> None:
    def backward(X: Any, Y: Any, W1: Any, b1: Any, W2: Any, b2: Any) -> Any:
        Z1 = X @ W1 + b1
        e = np.exp(np.maximum(Z1, 0) @ W2 + b2)
        dZ2 = (e / e.sum(axis=1, keepdims=True) - Y) / len(X)
        dZ1 = (dZ2 @ W2.T) * (Z1 > 0)
        return {"dW1": X.T @ dZ1, "db1": dZ1.sum(axis=0), "dW2": Z1.T @ dZ2, "db2": dZ2.sum(axis=0)}

    verdict = gn.lessons.check("6.4", backward)
    assert not verdict.ok and "; check_backward says: " in verdict.message
    assert verdict.slip.startswith("check_backward says: ") and "dW2" in verdict.message


def test_a_stub_is_no_answer_yet() -> None:
    def empty(x: Any) -> Any: ...

    def with_words(x: Any) -> Any:
        """What it should do."""
        ...

    def identity(x: Any) -> Any:
        return x

    def five(x: Any) -> Any:
        return 5

    for stub in (..., empty, with_words):
        assert gn.lessons.check("3.3", stub).message == "there is no answer yet"
    assert gn.lessons.check("2.5", Unwritten).message == "there is no answer yet"
    assert gn.lessons.check("2.5", HalfWritten).message.startswith(
        "a new layer has no bias; __init__ is to make self.bias"
    )
    for answer in (identity, five):
        assert gn.lessons.check("3.3", answer).message != "there is no answer yet"


class Unwritten:
    """A layer."""

    def __init__(self, n_inputs: int, n_units: int) -> None: ...

    def forward(self, X: Any) -> Any:
        """What it gives."""
        ...


class HalfWritten:
    def __init__(self, n_inputs: int, n_units: int) -> None:
        self.weights = np.ones((n_inputs, n_units))

    def forward(self, X: Any) -> Any: ...


several = lesson.value("Several", lambda random: (), hints=("a", "b"), of_text=())(lambda: [0.0, 4.0])
nothing = lesson.value("Nothing", lambda random: (), hints=("a", "b"), of_text=())(lambda: [0.0, 0.0])


def test_a_wrong_value_beside_zeros_is_measured_by_the_largest() -> None:
    assert (
        said(several, [1.0, 4.0]) == "it gives 1 at [0], which is off by 0.25 times the largest right value"
    )
    assert said(nothing, [1.0, 3.0]) == "it gives 3 at [1], which is not the answer"
