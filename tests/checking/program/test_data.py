"""The data of a check in the forms that programs want, a few of the user's samples, and what names usually mean."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from glassnet.checking.program import words
from glassnet.checking.program.data import Samples, drawn, few, variants

X = np.arange(12.0).reshape(6, 2)


def test_samples_come_in_rows_in_columns_and_alone() -> None:
    samples = Samples(X, np.eye(3)[[0, 1, 2, 0, 1, 2]], np.array([0, 1, 2, 0, 1, 2]))
    assert samples.sizes == (2, 3)
    forms = [
        (case.form, np.shape(case.X), np.shape(case.y), case.labels, case.n_samples)
        for case in samples.cases()
    ]
    one = "one sample at a time"
    assert forms == [
        ("rows", (6, 2), (6, 3), False, 6), ("rows", (6, 2), (6,), True, 6),
        ("columns", (2, 6), (3, 6), False, 6), ("columns", (2, 6), (6,), True, 6),
        (one, (2, 1), (3, 1), False, 1), (one, (2,), (3,), False, 1), (one, (1, 2), (1, 3), False, 1),
        (one, (2,), (3,), False, 1), (one, (1, 1, 2), (1, 1, 3), False, 1), (one, (1, 2, 1), (1, 3, 1), False, 1),
        (one, (2,), (), True, 1), (one, (2, 1), (), True, 1),
    ]  # fmt: skip
    for case in samples.cases():
        assert case.targets.shape == (case.n_samples, 3)
        if case.n_samples == 1:
            np.testing.assert_array_equal(np.ravel(case.X), X[-1])
            np.testing.assert_array_equal(case.targets, [[0, 0, 1]])
            assert not case.labels or case.y == 2


def test_one_output_comes_as_a_column_as_a_row_and_as_a_number() -> None:
    samples = Samples(X, np.arange(6.0)[:, None], None)
    forms = [(np.shape(case.X), np.shape(case.y)) for case in samples.cases()]
    assert forms[:4] == [((6, 2), (6, 1)), ((6, 2), (6,)), ((2, 6), (1, 6)), ((2, 6), (6,))]
    assert forms[-2:] == [((2,), ()), ((2,), ())]
    assert [type(case.X) for case in samples.cases()][-2:] == [np.ndarray, list]
    assert all(float(np.ravel(case.y)[-1]) == 5 for case in samples.cases())


def test_the_last_samples_come_in_pairs() -> None:
    samples = Samples(X, np.arange(6.0)[:, None], None)
    for name, pairs, rows, targets in samples.pairs(2):
        np.testing.assert_array_equal(rows, X[-2:])
        np.testing.assert_array_equal(targets, [[4], [5]])
        shape = {
            "columns": ((2, 1), (1, 1)),
            "flat": ((2,), (1,)),
            "rows": ((1, 2), (1, 1)),
            "lists": ((2,), (1,)),
        }[name]
        assert [(np.shape(x), np.shape(y)) for x, y in pairs] == [shape, shape]
        assert [np.ravel(x).tolist() for x, _ in pairs] == X[-2:].tolist()
        assert isinstance(pairs[0][0], list) == (name == "lists")


def test_data_are_drawn_by_kind() -> None:
    three = drawn(4, 3, "classes")
    assert three.X.shape == (5, 4) and three.labels is not None and three.labels.tolist() == [2, 1, 0, 2, 1]
    np.testing.assert_array_equal(three.Y, np.eye(3)[[2, 1, 0, 2, 1]])
    binary = drawn(2, 1, "binary")
    assert binary.labels is not None and binary.labels.tolist() == [0, 1, 0, 1, 0] == binary.Y[:, 0].tolist()
    assert drawn(2, 2, "binary").labels is None and drawn(2, 2, "binary").Y.tolist()[:2] == [[0, 1], [1, 0]]
    some = drawn(2, 2)
    assert some.labels is None and 0.1 < some.Y.min() and some.Y.max() < 0.9 and some.Y.shape == (5, 2)
    assert drawn(2, 1, "classes").labels is None


@pytest.mark.parametrize(
    ("y", "n_outputs", "Y", "labels"),
    [
        ([0, 1, 1], None, [[0], [1], [1]], [0, 1, 1]),
        ([0, 1, 2], None, np.eye(3), [0, 1, 2]),
        ([0, 1, 2], 1, [[0], [1], [2]], [0, 1, 2]),
        ([0, 1, 2], 4, np.eye(4)[:3], [0, 1, 2]),
        ([0.5, 1.0, 2.0], None, [[0.5], [1], [2]], None),
        (["a", "c", "b"], None, np.eye(3)[[0, 2, 1]], [0, 2, 1]),
        ([[1, 0], [0, 1], [1, 0]], None, [[1, 0], [0, 1], [1, 0]], [0, 1, 0]),
        ([[1, 1], [0, 1], [1, 0]], None, [[1, 1], [0, 1], [1, 0]], None),
        ([[0], [1], [0]], None, [[0], [1], [0]], [0, 1, 0]),
    ],
)  # fmt: skip
def test_targets_are_values_rows_or_classes(y: Any, n_outputs: int | None, Y: Any, labels: Any) -> None:
    found = few(np.zeros((3, 2, 2)), y, n_outputs)
    np.testing.assert_array_equal(found.Y, Y)
    assert (None if found.labels is None else found.labels.tolist()) == labels
    assert found.X.shape == (3, 4)


def test_of_many_samples_one_of_each_class_is_taken_and_then_the_first() -> None:
    rows = np.arange(20.0)[:, None]
    assert few(rows, np.where(np.arange(20) < 18, 0, 1), None).X[:, 0].tolist() == [18, 0, 1, 2, 3, 4]
    assert few(rows, np.arange(20) * 0.5 + 0.25, None).X[:, 0].tolist() == [0, 1, 2, 3, 4, 5]
    assert few(rows, np.arange(20) % 10, None).X[:, 0].tolist() == [9, 8, 7, 6, 5, 4, 3, 2, 1, 0]
    assert few(rows[:6], np.arange(6), None).X[:, 0].tolist() == [0, 1, 2, 3, 4, 5]
    assert few(rows[:7], np.arange(7) * 0.5, None).X[:, 0].tolist() == [0, 1, 2, 3, 4, 5]


def test_two_classes_come_as_one_column_and_as_two() -> None:
    column = few(X, [0, 1, 1, 0, 1, 0], None)
    one, two = variants(column)
    assert one is column
    np.testing.assert_array_equal(two.Y, np.eye(2)[[0, 1, 1, 0, 1, 0]])
    back = variants(two)[1]
    np.testing.assert_array_equal(back.Y, column.Y)
    assert len(variants(few(X, np.arange(6) % 3, None))) == 1
    assert len(variants(few(X, np.arange(6) + 0.5, None))) == 1


def test_one_class_alone_has_two_columns_all_the_same() -> None:
    for label in (0, 1):
        (_, two) = variants(few(X, np.full(6, label), None))
        np.testing.assert_array_equal(two.Y, np.eye(2)[[label] * 6])
    assert len(variants(few(X, [0, 1, 2, 3, 9, 5], 1))) == 1  # numbers that are no classes of so few samples
    assert len(variants(few(X, [0, 1, 2, 3, -1, 5], 1))) == 1


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("forward", "forward"), ("feedforward", "forward"), ("predict", "forward"), ("__call__", "forward"),
        ("backward", "backward"), ("back_propagation", "backward"), ("compute_cost", "loss"), ("mse", "loss"),
        ("sigmoid_prime", "derivative"), ("d_relu", "derivative"), ("fit", "train"), ("update_params", "update"),
        ("initialize_parameters", "init"), ("gradient_check", "numeric"), ("plot_cost", "numeric"), ("helper", None),
    ],
)  # fmt: skip
def test_the_part_of_a_function_is_guessed_from_its_name(name: str, part: str | None) -> None:
    assert (
        words.part_of(name) == part
        and words.part_of(f"_{name}".upper() if name != "__call__" else name) == part
    )
    assert part is None or words.says(name, part)


@pytest.mark.parametrize(
    ("name", "meanings"),
    [
        ("X", ["x"]), ("y_train", ["y"]), ("learning_rate", ["rate"]), ("n_epochs", ["epochs"]),
        ("hidden_size", ["n_hidden"]),
        ("AL", ["output"]), ("caches", ["cache"]), ("my_target_rows", ["y"]), ("the_input_here", ["x"]),
        ("nothing_usual", []), ("y_predict", ["output"]), ("y_prediction", ["output"]), ("yhot", ["y"]),
        ("a", ["x", "rate"]), ("t", ["y", "step"]), ("mini_batch", ["pairs"]),
    ],
)  # fmt: skip
def test_the_meaning_of_an_argument_is_guessed_from_its_name(name: str, meanings: list[str]) -> None:
    assert words.meanings(name) == meanings
