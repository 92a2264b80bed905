"""Numbers in a learner's objects: found where they lie, written back, told apart by name, moved for a difference."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from glassnet.checking.finding import leaves, matching, smooth, sources
from glassnet.checking.finding.matching import Found, Wanted


class Layer:
    def __init__(self) -> None:
        self.W = np.ones((2, 3))
        self.b = [0.0, 0.0]
        self.table = [[1.0, 2.0], [3.0, 4.0]]
        self.rate = 0.5
        self.is_on = True
        self.whole = np.array([1, 2])


class Slotted:
    __slots__ = ("__hidden", "weights")

    def __init__(self) -> None:
        self.weights = np.zeros(2)
        self.__hidden = 3.0


class Holder:
    def __init__(self) -> None:
        self.layers = [Layer(), Slotted()]
        self.parameters = {"W1": np.zeros((1, 2)), 2: np.ones(3), ("no", "key"): np.ones(4)}
        self.again = self.layers[0].W
        self.name, self.lock, self.step = "net", threading.Lock(), len


def found(root: Any) -> dict[str, leaves.Leaf]:
    return {leaf.name: leaf for leaf in leaves.leaves(root)}


def test_every_number_is_found_once_and_named_as_the_learner_writes_it() -> None:
    assert list(found(Holder())) == [
        "layers[0].W", "layers[0].b", "layers[0].table", "layers[0].rate", "layers[0].whole",
        "layers[1]._Slotted__hidden", "layers[1].weights", "parameters['W1']", "parameters[2]",
    ]  # fmt: skip
    places = found(Holder())
    assert [places[name].last_word for name in ("layers[0].W", "parameters['W1']", "parameters[2]")] == [
        "W", "W1", "parameters",
    ]  # fmt: skip
    assert list(found({"W": np.ones(2), "deep": {"b": 1.0}})) == ["W", "deep['b']"]
    assert list(found([np.ones(2), np.ones(3)])) == ["[0]", "[1]"]
    assert found(3.0) == {} and found(np.ones(2)) == {} and found([1.0, 2.0]) == {}


def test_objects_are_looked_into_up_to_a_depth_and_a_number() -> None:
    nested: Any = {"end": 1.0}
    for _ in range(leaves.DEEPEST - 1):
        nested = {"in": nested}
    assert len(found(nested)) == 1 and found({"in": nested}) == {}
    assert len(leaves.leaves({i: 1.0 for i in range(leaves.MOST + 1)})) == leaves.MOST
    assert list(found(np.array([np.ones(1), np.ones(2)], dtype=object))) == ["[0]", "[1]"]


@pytest.mark.parametrize(
    "name", ["layers[0].W", "layers[0].whole", "layers[0].b", "layers[0].table", "layers[0].rate"]
)
def test_numbers_are_written_where_they_lie(name: str) -> None:
    holder = Holder()
    leaf = found(holder)[name]
    memory = leaf.raw(holder)
    values = leaf.values(holder) + 0.25
    assert values.dtype == np.float64
    leaf.write(holder, values)
    np.testing.assert_array_equal(leaf.values(holder), values)
    assert (leaf.raw(holder) is memory) == (name in ("layers[0].W", "layers[0].b", "layers[0].table"))
    assert type(leaf.raw(holder)) in (np.ndarray, list, float)


def test_an_array_of_another_shape_takes_the_place_of_the_old_one() -> None:
    layer = Layer()
    found(layer)["W"].write(layer, np.zeros(4))
    assert layer.W.shape == (4,)


def test_what_a_library_holds_is_not_the_learners() -> None:
    assert (
        not leaves.is_foreign(Layer())
        and leaves.is_foreign(np.ones(1))
        and leaves.is_foreign(threading.Lock())
    )
    assert leaves.is_library("numpy.linalg") and leaves.is_library("json") and leaves.is_library("pytest")
    assert not leaves.is_library("__main__") and not leaves.is_library(__name__)
    assert leaves.is_foreign([1]) and leaves.is_foreign(1.0)


def test_what_a_function_returned_is_taken_apart_in_order() -> None:
    result = (
        {"dW1": np.ones(2)},
        [3.0, [1.0, 2.0]],
        np.array([np.ones(1), np.ones(3)], dtype=object),
        "text",
        None,
    )
    assert [(name, np.shape(value)) for name, value in leaves.flatten(result)] == [
        ("[0]['dW1']", (2,)), ("[1][0]", ()), ("[1][1]", (2,)), ("[2][0]", (1,)), ("[2][1]", (3,)),
    ]  # fmt: skip
    deep: Any = 1.0
    for _ in range(leaves.DEEPEST):
        deep = (deep,)
    assert len(list(leaves.flatten(deep))) == 1 and list(leaves.flatten((deep,))) == []
    assert list(leaves.flatten([[1.0, 2.0], [3.0]])) == [("[0]", [1.0, 2.0]), ("[1]", [3.0])]


# ---- which is which


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("dW1", "W1", 1.0), ("dW1", "W2", 0.5), ("grads['dW1']", "W1", 1.0), ("weight_gradient", "weights", 1.0),
        ("nabla_b", "bias", 1.0), ("kernel_grad", "kernel", 1.0), ("kernel", "W", 1.0),
        ("db", "W", 0.0), ("theta", "weights", 1.0),
        ("hidden_bias_grad", "hidden_bias", 1.0), ("biases[0]", "b[1]", 0.5), ("output", "hidden", 0.0),
    ],
)  # fmt: skip
def test_names_are_alike_without_the_words_that_say_gradient(one: str, other: str, alike: float) -> None:
    assert matching.affinity(one, other) == alike


def test_a_factor_is_found_where_every_measured_entry_has_it() -> None:
    right = np.array([[1.0, -2.0], [np.nan, 4.0]])
    assert matching.factor(np.array([[3.0, -6.0], [9.0, 12.0]]), right) == pytest.approx(3)
    assert matching.factor(np.array([[3.0, -6.0], [9.0, 12.1]]), right) is None
    assert matching.factor(np.array([[3.0, -6.0], [9.0, 12.1]]), right, 1e-2) == pytest.approx(3.02, abs=0.05)
    assert (
        matching.factor(np.zeros((2, 2)), right) is None and matching.factor(right, np.zeros((2, 2))) is None
    )
    assert matching.factor(np.array([[np.inf, -6.0], [9.0, 12.0]]), right) is None


@pytest.mark.parametrize(("off", "same"), [(3.9e-6, True), (5.1e-6, False)])
def test_a_gradient_is_right_to_a_millionth_of_its_largest_entry(off: float, same: bool) -> None:
    right = np.array([1.0, -2.0, np.nan, 4.0])
    given = np.array([1.0 + off, -2.0, 7.0, 4.0])
    assert matching.is_right(given, right) is same
    assert matching.is_right(3 * given, right, 3.0) is same
    assert matching.is_right(given.reshape(1, 4), right) is same
    assert not matching.is_right(given.reshape(2, 2), right) and not matching.is_right(given[:3], right[1:])
    assert not matching.is_right(np.array([1.0, -2.0, 7.0, np.nan]), right)


def test_gradients_are_matched_by_numbers_then_by_name_then_in_order() -> None:
    W, b = np.array([[1.0, 2.0]]), np.array([3.0, 4.0])
    wanted = [Wanted("W", W), Wanted("b", b)]
    swapped = [Found("db", W), Found("dW", b)]
    assert [one.name for one in matching.match(wanted, swapped) if one] == ["db", "dW"]
    wrong = [Found("db", b + 1), Found("dW", W + 1), Found("other", np.ones(5))]
    assert [one.name for one in matching.match(wanted, wrong) if one] == ["dW", "db"]
    turned = [Found("first", W.T + 1), Found("dW", np.ones((3, 3)))]
    assert [one and one.name for one in matching.match([Wanted("W", W)], turned)] == ["first"]
    assert [one and one.name for one in matching.match([Wanted("W", W)], turned[1:])] == ["dW"]
    assert matching.match(wanted, []) == [None, None]
    twice = [Found("x", 2 * W), Found("y", W)]
    assert [one.name for one in matching.match([Wanted("W", W)], twice, 2.0) if one] == ["x"]
    zero = Wanted("W", np.zeros((1, 2)))
    nothing = [Found("db", b), Found("dW", np.zeros((1, 2)))]
    assert [one.name for one in matching.match([zero, wanted[1]], nothing) if one] == ["dW", "db"]


# ---- differences


@pytest.mark.parametrize(
    ("f", "size", "right"),
    [
        (lambda h: np.exp(1 + h), 1.0, np.e), (lambda h: (3 + h) ** 3, 3.0, 27.0),
        (lambda h: 1e8 * (2 + h) ** 2, 2.0, 4e8),
        (lambda h: 5.0, 1.0, 0.0), (lambda h: max(0.0, 0.001 + h), 1e-3, 1.0),
    ],
)  # fmt: skip
def test_slopes_are_exact_to_ten_digits_where_a_function_is_smooth(f: Any, size: float, right: float) -> None:
    assert smooth.slope(f, size, f(0.0)) == pytest.approx(right, rel=1e-9, abs=1e-12)


def test_a_kink_and_a_value_that_is_no_number_have_no_slope() -> None:
    assert np.isnan(smooth.slope(abs, 1.0, 0.0))
    assert np.isnan(smooth.slope(lambda h: np.nan, 1.0, 0.0))
    assert smooth.slope(lambda h: np.inf if abs(h) > 1e-4 else 2 * h, 1.0, 0.0) == pytest.approx(2)
    assert smooth.slope(lambda h: max(0.0, h + 1e-4), 1.0, 1e-4) == pytest.approx(1)


def test_single_precision_is_asked_with_wider_steps() -> None:
    def f(h: float) -> float:
        return float(np.float32(np.exp(np.float32(1 + h))))

    assert smooth.slope(f, 1.0, f(0.0), smooth.SINGLE) == pytest.approx(np.e, rel=1e-4)


def test_every_entry_is_moved_and_put_back() -> None:
    array = np.array([[1.0, -2.0], [0.0, 3.0]])
    before = array.copy()
    found = smooth.gradient(lambda: float((array**3).sum()), array)
    np.testing.assert_allclose(found, 3 * before**2, rtol=1e-8, atol=1e-9)
    np.testing.assert_array_equal(array, before)
    some = smooth.gradient(lambda: float((array**3).sum()), array, np.array([3]))
    assert np.isnan(some.reshape(-1)[:3]).all() and some[1, 1] == pytest.approx(27)
    kink = smooth.gradient(lambda: float(np.abs(array).sum()), array)
    assert np.isnan(kink[1, 0]) and kink[0].tolist() == pytest.approx([1, -1])


# ---- what the text of a function says


class Own:
    def forward(self, x: Any) -> Any:
        a = self.W * x + self.b.size + self.W  # type: ignore[attr-defined]
        self.kept = a
        return a, self.kept, a + 1

    def nothing(self) -> None:
        return None


def two(x: Any, y: Any = 1, *rest: Any, only: int = 2) -> Any:
    if x:
        return y
    return x, y


def test_a_function_is_read_for_what_it_returns_reads_and_needs() -> None:
    assert sources.returned_names(Own().forward) == ("a", "kept", "")
    assert sources.attributes_read(Own.forward) == ("W", "b", "kept")
    assert sources.returned_names(two) == ("x", "y") and sources.returned_names(Own.nothing) == ("",)
    assert [p.name for p in sources.parameters(two)] == ["x", "y"]
    assert [p.name for p in sources.required(two)] == ["x"]
    assert sources.returned_names(len) == () and sources.attributes_read(len) == ()


def test_a_function_with_comments_at_the_margin_and_tabs_has_a_tree(tmp_path: Path) -> None:
    file = tmp_path / "odd.py"
    file.write_text(
        "class Odd:\n# at the margin\n    def step(self, rate):\n\t# behind tabs\n        return rate\n"
    )
    names: dict[str, Any] = {}
    exec(compile(file.read_text(), str(file), "exec"), names)
    tree = sources.tree_of(names["Odd"].step)
    assert tree is not None and tree.name == "step" and sources.returned_names(names["Odd"].step) == ("rate",)
