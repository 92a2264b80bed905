"""The text of training loops, one turn of them, and what is seen when a learner's function is called."""

from __future__ import annotations

import ast
import signal
import time
from typing import Any

import numpy as np
import pytest

from glassnet.checking.finding import matching
from glassnet.checking.program import limits
from glassnet.checking.program.bench import Bench
from glassnet.checking.program.data import DataForm
from glassnet.checking.program.taking import loops, turns
from glassnet.checking.program.trying import observing, settling
from glassnet.checking.program.trying.forward import Forward
from glassnet.checking.program.trying.functions import Part


def tree(text: str) -> ast.Module:
    return ast.parse(text)


TRAINING = """
def train(X, y):
    for epoch in range(3):
        hidden = X @ W
        loss = ((hidden - y) ** 2).mean()
        W -= X.T @ (hidden - y)

for i in range(9):
    out = X @ W
    error = y - out
    W = W + X.T @ error

while True:
    out = forward(X)
    update_weights(out, y)
"""


def test_loops_that_learn_change_numbers_and_look_at_targets_after_something_else() -> None:
    found = [(loop.line, loop.function) for loop in loops.loops(tree(TRAINING))]
    assert sorted(found) == [(3, "train"), (8, ""), (13, "")]
    for text in (
        "for i in range(3):\n    print(i)",
        "for i in range(3):\n    a = x\n    W -= a",  # no targets
        "for i in range(3):\n    e = y - x\n    W -= e",  # targets at once
        "for i in range(3):\n    a = x\n    b = y - a",  # nothing changes
    ):
        assert list(loops.loops(tree(text))) == []


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("a = x\ne = y - a", 1), ("a = x\nb = a", -1),
        ("x_batch, y_batch = x[i], y[i]\na = x_batch\ne = y_batch - a", 2),
        ("n = len(y)", -1),
        ("m = y.shape[0]\ne = y", 1), ("a = y(3)", -1), ("y = targets[i]\na = x\ne = a - y", 2), ("z = y[i]", 0),
    ],
)  # fmt: skip
def test_choosing_and_counting_data_is_no_look_at_the_targets(text: str, first: int) -> None:
    assert loops._first_look(tree(text).body) == first


@pytest.mark.parametrize(
    ("text", "changes"),
    [
        ("W -= g", True), ("W = W - g", True), ("W = V - g", False), ("self.W = self.W - g", True), ("update(W)", True),
        ("net.update_weights(g)", True), ("print(W)", False), ("W[0] = W[0] + 1", True),
    ],
)  # fmt: skip
def test_something_changes_by_a_part_of_itself_or_by_a_function_that_updates(
    text: str, changes: bool
) -> None:
    (loop,) = tree(f"while True:\n    {text}").body
    assert loops._changes(loop) is changes  # type: ignore[arg-type]


def test_the_loss_of_a_turn_is_what_is_called_so() -> None:
    body = tree("h = x * 2\ne = y - h\nloss = e ** 2\nW = 1").body
    ((code, name),) = loops._losses(body, 1, "file")
    names = {"y": 3.0, "h": 1.0}
    exec(code, names)
    assert name == "loss" and names["loss"] == 4 and "W" not in names
    for other, first in ((body, 3), (tree("a, cost = 1, 2\nb = cost = 3\nx.loss = 1").body, 0)):
        assert not list(loops._losses(other, first, "file"))


def test_the_loss_of_a_turn_is_computed_without_its_updates() -> None:
    turn = turn_of(
        "    out = X @ W\n    error = out - y\n    W -= X.T @ error\n    size = len(y)\n"
        "    loss = (error**2).sum() / size",
        X=np.ones((3, 1)), y=np.ones((3, 1)), W=np.full((1, 1), 2.0),
    )  # fmt: skip
    loss = turn.loss_of("out")  # not the error, which is no number
    assert [float(loss(turn.names["y"], np.full((3, 1), value))) for value in (1.0, 3.0, 3.0)] == [0, 4, 4]
    assert turn.names["W"].tolist() == [[2.0]]


def test_a_turn_ends_at_break_continue_and_return() -> None:
    for end in ("break", "continue", "return 3"):
        names: dict[str, Any] = {}
        body = tree(f"def f():\n  for i in x:\n    a = 1\n    if a: {end}\n    b = 2").body[0].body[0].body  # type: ignore[attr-defined]
        exec(loops._compiled(body, "file"), names)
        assert names["a"] == 1 and "b" not in names
    names = {}
    exec(loops._compiled([], "file"), names)
    inner = tree("def g():\n    return 5\nglobal c\nc = g()").body
    exec(loops._compiled(inner, "file"), names)
    assert names["c"] == 5


def test_a_hook_is_called_at_the_beginning_of_each_turn() -> None:
    module = tree("total = 0\nfor i in range(4):\n    total += i\n    y")
    hooked = loops.hooked(module, loops.Loop(2, ""))
    with pytest.raises(loops.Reached) as reached:
        exec(compile(hooked, "file", "exec"), {loops.HOOK: loops.reached, "y": 0})
    assert (reached.value.local["i"], reached.value.local["total"]) == (0, 0)
    assert len(module.body[1].body) == 2  # type: ignore[attr-defined]


def turn_of(text: str, **names: Any) -> Any:
    module = tree(f"for i in [0]:\n{text}")
    return loops.turn_of(module, loops.Loop(1, ""), loops.Reached(names, {}), "file")


def test_a_turn_is_run_in_two_parts_and_gives_its_output_data_and_loss() -> None:
    X, y = np.ones((4, 2)), np.zeros((4, 1))
    text = "    b = X\n    h = b @ W\n    small = 3.0\n    out = h * 2\n"
    text += "    e = y - out\n    loss = (e ** 2).sum()\n    W = W - 1"
    turn = turn_of(text, X=X, y=y, W=np.ones((2, 1)))
    after = turn.forward()
    assert turn.assigned == ["b", "h", "small", "out"] and turn.targets == "y" and turn.lines == (1, 8)
    assert loops.output_of(turn, after) == "out" and loops.data_in(turn, after) is X
    assert turn.loss_of("out")(np.zeros((4, 1)), np.full((4, 1), 3.0)) == 36
    turn.step()
    np.testing.assert_array_equal(turn.names["W"], np.zeros((2, 1)))
    assert turn_of("    h = X\n    e = y - h\n    yield e", X=X, y=y) is None
    assert turn_of("    h = X\n    e = y - h", X=X, y=y).loss_of("h") is None


@pytest.mark.parametrize(("output", "y", "fits"), [
    (np.ones((4, 1)), np.ones(4), True), (np.ones((4, 3)), np.ones(4, int), True),
    (np.ones((3, 4)), np.ones(4, int), True),
    (np.ones((4, 3)), np.ones(4), False), (np.ones(4), np.ones(3, int), False),
    (np.ones((4, 3, 1)), np.ones(4, int), False),
])  # fmt: skip
def test_an_output_fits_targets_of_its_size_or_classes_of_its_samples(
    output: Any, y: Any, fits: bool
) -> None:
    assert loops._fits(output, y) is fits


# ---- what a call does


class Learner:
    def __init__(self) -> None:
        self.W, self.b, self.dW = np.ones(2), np.zeros(2), np.zeros(2)

    def step(self) -> Any:
        self.W = self.W - 0.5
        self.dW = np.full(2, 7.0)
        loss, grads = 3.0, {"db": np.ones(2)}
        return loss, grads


def test_a_call_is_seen_by_what_it_returns_keeps_and_moves() -> None:
    bench = Bench(Learner(), {})
    parameters = [leaf for leaf in bench.leaves() if leaf.last_word in ("W", "b")]
    seen = observing.observe(bench, bench.owner.step, bench.owner.step, parameters)
    assert {leaf.last_word: step.tolist() for leaf, step in seen.steps.items()} == {"W": [0.5, 0.5]}
    assert [(found.name, found.array.tolist()) for found in seen.pool] == [
        ("loss", 3.0), ("grads['db']", [1, 1]), ("dW", [7, 7]),
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["result", "ret2", "out", "tmp", "temporary"])
def test_names_that_say_nothing_are_left_for_that_of_the_function(name: str) -> None:
    assert not matching._says(name) and matching._says("grad") and matching._says("dW")


def test_a_single_result_has_the_name_that_stands_behind_return_or_that_of_the_function() -> None:
    def gradient() -> Any:
        result = np.ones(2)
        return result

    def anything() -> Any:
        dW = np.ones(2)
        return dW

    assert [found.name for found in matching.returned(gradient(), gradient)] == ["gradient"]
    assert [found.name for found in matching.returned(anything(), anything)] == ["dW"]
    assert [found.name for found in matching.returned([1.0, np.ones(2)], anything)] == ["[0]", "[1]"]
    assert list(matching.returned(("text", None), anything)) == []


def test_a_call_that_takes_too_long_is_ended_and_an_alarm_that_was_set_goes_on() -> None:
    def wake(*_: Any) -> None: ...

    before = signal.signal(signal.SIGALRM, wake)
    try:
        signal.setitimer(signal.ITIMER_REAL, 600)
        with pytest.raises(limits.TookTooLong, match=r"longer than 0\.05 s"), limits.limited(0.05):
            time.sleep(60)
        left = signal.setitimer(signal.ITIMER_REAL, 0)[0]
        assert 570 < left <= 600 and signal.getsignal(signal.SIGALRM) is wake
        with limits.limited(0.05):
            pass
        assert signal.setitimer(signal.ITIMER_REAL, 0)[0] == 0
    finally:
        signal.signal(signal.SIGALRM, before)


def test_a_bench_writes_and_puts_back_whatever_it_holds() -> None:
    owner = Learner()
    bench = Bench(owner, {"rate": 0.5, "helper": len})
    assert [leaf.last_word for leaf in bench.leaves()] == ["W", "b", "dW"]
    saved = bench.save()
    bench.owner.W[:] = 9
    bench.put_back(saved)
    assert bench.owner.W.tolist() == [1, 1]
    bench.seed()
    first = np.random.normal()  # noqa: NPY002
    bench.seed()
    assert np.random.normal() == first  # noqa: NPY002
    module = Bench(None, {"rate": 0.5, "W": np.ones(2), "helper": len, "np": np})
    places = {leaf.last_word: leaf for leaf in module.leaves()}
    assert set(places) == {"rate", "W"}
    module.write(places["rate"], np.array(0.25))
    module.write(places["W"], np.array([3.0, 4.0]))
    assert module.names["rate"] == 0.25 and module.names["W"].tolist() == [3, 4]
    saved = module.save()
    module.names["W"][:] = 0
    module.names["rate"] = 9.0
    module.put_back(saved)
    assert module.names["rate"] == 0.25 and module.names["W"].tolist() == [3, 4]


def test_parameters_are_settled_so_that_no_unit_is_saturated_and_none_is_zero() -> None:
    class Net:
        def __init__(self) -> None:
            self.W, self.b, self.V, self.zero = (
                np.full((4, 50), 9.0),
                np.full(50, 0.4),
                np.full((4, 4), 1e-3),
                np.zeros(3),
            )

    bench = Bench(Net(), {})
    X = np.full((5, 4), 2.0)
    forward = Forward(Part("f", function=len), DataForm(X, X, "rows", 5, X), {})
    forward.parameters = list(bench.leaves())
    settling._spread(bench, forward, settling.SEEDS[0])
    net = bench.owner
    assert 1.4 < np.sqrt(np.mean(net.W**2) * 50) * 2 < 1.9
    assert 0 < np.abs(net.b - 0.4).max() < 1 and np.abs(net.b - 0.4).mean() < 0.3
    assert 0.1 < net.V.std() < 0.6 and net.zero.all()


@pytest.mark.parametrize(
    ("x", "y", "n_outputs", "form"),
    [
        ((5, 2), (5, 1), 1, "rows"), ((5, 2), (5,), 1, "rows"), ((2, 5), (1, 5), 1, "columns"),
        ((5, 1), (5, 1), 1, "rows"), ((2,), (1,), 1, "one sample at a time"),
        ((2, 1), (3, 1), 3, "one sample at a time"), ((1, 2), (3,), 3, "one sample at a time"),
        ((5, 2), (3, 3), 3, None),
    ],
)  # fmt: skip
def test_the_form_of_the_data_follows_from_samples_targets_and_output(
    x: Any, y: Any, n_outputs: int, form: str | None
) -> None:
    found = turns._case(np.ones(x), np.zeros(y), np.ones(y), is_column=False)
    assert (None if found is None else found.form) == form
    if found is not None:
        assert found.targets.shape == (found.n_samples, n_outputs)
