"""How a learner's functions are called, which of them play which part, what counts as a loss, and what as right."""

from __future__ import annotations

import ast
from typing import Any

import numpy as np
import pytest

from glassnet.checking.finding.matching import Found, Wanted
from glassnet.checking.program.bench import Bench
from glassnet.checking.program.data import DataForm, drawn, other_targets
from glassnet.checking.program.limits import Wish
from glassnet.checking.program.trying import binding, functions, gradients, judging, losses
from glassnet.checking.program.trying.binding import Context, Unknown, call
from glassnet.checking.program.trying.forward import Forward
from glassnet.checking.program.trying.functions import Part
from glassnet.checking.program.trying.reading import Reading
from glassnet.checking.program.trying.searching import Search

# ---- calling


def test_an_argument_is_looked_up_by_its_name_then_by_its_meaning() -> None:
    context = Context({"W1": 1, "hidden_state": 2}, {"x": 3, "y": 4, "rate": 5}, {"scale": 6, "X_train": 7})
    found = {
        name: context.lookup("f", name) for name in ("W1", "w_1", "scale", "X", "X_train", "targets", "lr")
    }
    assert found == {"W1": 1, "w_1": 1, "scale": 6, "X": 3, "X_train": 3, "targets": 4, "lr": 5}
    assert context.lookup("f", "HiddenState") == 2
    with pytest.raises(Unknown):
        context.lookup("f", "nothing_usual")


def test_optional_arguments_are_given_where_they_are_asked_for() -> None:
    def f(X: Any, y: Any = None, lr: float = 0.5, other: int = 9) -> Any:
        return X, y, lr, other

    context = Context({}, {"x": 1, "y": 2, "rate": 3})
    assert call(f, context) == (1, None, 0.5, 9)
    assert call(f, context, given=("y",)) == (1, 2, 0.5, 9)
    assert call(f, context, given=("y", "rate")) == (1, 2, 3, 9)


def test_a_number_of_the_module_that_is_missing_is_there_while_the_function_runs() -> None:
    names: dict[str, Any] = {}
    exec("def f(X):\n    return X / m", names)
    assert call(names["f"], Context({}, {"x": 8.0, "n_samples": 4})) == 2 and "m" not in names
    with pytest.raises(NameError):
        call(names["f"], Context({}, {"x": 8.0}))
    exec("def h(X):\n    return X * target", names)
    with pytest.raises(NameError):  # the data are no number that a module forgot
        call(names["h"], Context({}, {"x": 8.0, "y": 4.0}))
    exec("def g(X):\n    return what", names)
    with pytest.raises(NameError):
        call(names["g"], Context({}, {"x": 8.0, "n_samples": 4}))


def test_a_learners_code_runs_without_a_word(capsys: pytest.CaptureFixture[str]) -> None:
    assert np.isinf(binding.run(lambda: [print("loud"), np.array(1.0) / 0][1]))
    assert capsys.readouterr().out == ""


# ---- which function is what


class Program:
    def forward(self, X: Any) -> Any: ...
    def predict(self, X: Any) -> Any: ...
    def backward(self, X: Any, y: Any) -> Any: ...
    def __call__(self, X: Any) -> Any: ...
    def __repr__(self) -> str: ...

    @staticmethod
    def sigmoid_derivative(z: Any) -> Any: ...


class SquaredLoss:
    def calculate(self, y: Any, p: Any) -> Any: ...


class LossWithArguments:
    def __init__(self, weight: Any) -> None: ...


def compute_cost(y: Any, p: Any) -> Any: ...


def derivative_w1(X: Any, y: Any, W: Any) -> Any: ...


def full_forward_pass(X: Any, y: Any = 1) -> Any: ...


def test_the_functions_of_an_object_come_first_then_those_of_its_module() -> None:
    names = {"compute_cost": compute_cost, "np": np, "mean": np.mean, "SquaredLoss": SquaredLoss, "k": 3,
             "LossWithArguments": LossWithArguments, "__hidden": compute_cost}  # fmt: skip
    found = functions.parts_of(Bench(Program(), names))
    assert [(part.name, part.n_arguments) for part in found] == [
        ("__call__", 1), ("backward", 2), ("forward", 1), ("predict", 1), ("sigmoid_derivative", 1),
        ("compute_cost", 2),
        ("SquaredLoss.calculate", 0),
    ]  # fmt: skip


def test_the_plainest_name_comes_first() -> None:
    parts = [Part(name, n_arguments=n) for name, n in (
        ("predict", 1), ("my_forward_step", 1), ("forward", 1), ("model_forward", 1), ("think", 1), ("backprop", 2),
        ("sigmoid_derivative", 1), ("derivative_w1", 3), ("gradient_check", 2), ("update_backward", 2),
    )]  # fmt: skip
    assert [p.name for p in functions.playing(parts, "forward")] == [
        "forward", "model_forward", "think", "predict", "my_forward_step",
    ]  # fmt: skip
    assert [p.name for p in functions.playing(parts, "backward")][:2] == ["backprop", "update_backward"]
    assert "sigmoid_derivative" not in [p.name for p in functions.playing(parts, "backward")]
    assert "derivative_w1" in [p.name for p in functions.playing(parts, "backward")]


@pytest.mark.parametrize(
    ("text", "each"),
    [
        ("for x, y in data: f(x, y)", True), ("for x in data: net.f(x)", True), ("for x in data: g(x)", False),
        ("for x, y in data: f(z)", False), ("for mini_batch in data: f(mini_batch)", False),
        ("for x in get_batches(data): f(x)", False), ("for i in range(3): f(X[i:i + 2])", False),
        ("for i in range(3): f(X[i])", True),
    ],
)  # fmt: skip
def test_a_function_is_called_for_each_sample_where_a_loop_hands_it_what_it_runs_over(
    text: str, each: bool
) -> None:
    (loop,) = ast.parse(text).body
    assert functions._hands_on(loop, "f") is each  # type: ignore[arg-type]


def test_what_a_library_wrote_is_not_the_learners() -> None:
    assert functions.is_learners(compute_cost) and functions.is_learners(Program)
    assert (
        not functions.is_learners(np.mean)
        and not functions.is_learners(len)
        and not functions.is_learners(dict)
    )
    made: dict[str, Any] = {"__name__": "builtins"}
    exec("def f(): ...", made)
    assert functions.is_learners(made["f"])


# ---- losses


def test_a_loss_is_one_number_or_the_sum_of_several() -> None:
    assert (
        losses.number(3) == 3 and losses.number(np.array([1.0, 2.0])) == 3 and losses.number(([4.0], 5)) == 4
    )
    for bad in ("text", np.array([]), (np.ones(2), 1)):
        with pytest.raises(TypeError):
            losses.number(bad)


@pytest.mark.parametrize(("y", "others"), [
    (np.array([0.0, 1.0]), [1, 0]), (np.array([0, 1, 0]), [0, 0, 1]), (0, 1), (1, 0), (5, 0), (0.25, 0.75),
    ([0, 1], [1, 0]),
])  # fmt: skip
def test_other_targets_are_of_the_same_kind(y: Any, others: Any) -> None:
    found = other_targets(y)
    assert np.asarray(found).tolist() == others and type(found) is type(y)


@pytest.mark.parametrize(("names", "tell"), [
    (["y", "p"], True), (["y_true", "y_hat"], True), (["a", "b"], False), (["y", "t"], False), (["W1", "b"], True),
])  # fmt: skip
def test_names_tell_the_targets_from_the_output_or_not(names: list[str], tell: bool) -> None:
    assert losses._tell(names, {"W1": 1}) is tell


class Net:
    def __init__(self) -> None:
        self.W = np.array([[0.3], [-0.2]])

    def forward(self, X: Any) -> Any:
        return 1 / (1 + np.exp(-X @ self.W))


def made(X: Any, y: Any) -> tuple[Bench, Forward]:
    bench = Bench(Net(), {})
    case = DataForm(X, y, "rows", len(X), np.asarray(y, float).reshape(len(X), -1))
    forward = Forward(Part("forward", ("forward",), n_arguments=1), case, {"x": X, "y": y})
    forward.parameters = bench.leaves()
    return bench, forward


def test_the_usual_losses_are_those_that_fit_output_and_targets() -> None:
    X, y = np.random.default_rng(0).normal(size=(5, 2)), np.array([[0.0], [1], [1], [0], [1]])
    bench, forward = made(X, y)
    assert [one.known_as for one in losses.usual(bench, forward)] == [
        "binary_cross_entropy",
        "mean_squared_error",
    ]
    sure, of_sure = made(
        np.full((5, 2), 99.0), y
    )  # one output that is 1 for every sample is no row that sums to 1
    sure.owner.W[:] = 0.1
    assert [one.known_as for one in losses.usual(sure, of_sure)] == [
        "binary_cross_entropy",
        "mean_squared_error",
    ]
    p = bench.owner.forward(X)
    bce = losses.named(forward, "bce")
    assert bce.value(bench) == pytest.approx(-np.mean(y * np.log(p) + (1 - y) * np.log(1 - p)))
    assert (bce.name, bce.is_own, bce.known_as) == ("binary cross entropy", False, "binary_cross_entropy")
    own = losses.Objective("mine", True, lambda b: 3 * bce.value(b))
    found = losses.known_as(bench, forward, own)
    assert found is not None and found[0] == "binary_cross_entropy" and found[1] == pytest.approx(3)
    assert (
        losses.known_as(bench, forward, losses.Objective("mine", True, lambda b: bce.value(b) ** 2)) is None
    )
    np.testing.assert_array_equal(bench.owner.W, Net().W)


def test_a_learners_loss_depends_on_parameters_and_targets() -> None:
    X, y = np.random.default_rng(0).normal(size=(5, 2)), np.array([[0.0], [1], [1], [0], [1]])
    bench, forward = made(X, y)

    def mse_loss(y: Any, output: Any) -> Any:
        return np.mean((y - output) ** 2)

    def loss_of_nothing(y: Any, output: Any) -> Any:
        return 3.0

    def loss_without_targets(y: Any, output: Any) -> Any:
        return np.mean(output)

    def loss_that_fails(y: Any, output: Any) -> Any:
        raise ValueError

    parts = [Part(f.__name__, function=f, n_arguments=2)
             for f in (loss_of_nothing, loss_that_fails, mse_loss, loss_without_targets)]  # fmt: skip
    assert [one.name for one in losses.own(bench, parts, forward)] == ["mse_loss"]


# ---- judging


def judge(pool: list[Found], wanted: list[Wanted]) -> judging.Judged:
    bench, forward = made(np.ones((3, 2)), np.ones((3, 1)))
    forward.parameters = [forward.parameters[0]] * len(wanted)
    objective = losses.Objective("mine", True, lambda _: 0.0)
    return judging.judge(bench, forward, Reading("backward", pool, lambda: None), objective, wanted, False)


W, V = np.array([[1.0], [-2.0]]), np.array([[3.0], [5.0]])


@pytest.mark.parametrize(("c", "factor"), [
    (1.0, 1), (2.0, 2), (0.5, 0.5), (-1.0, -1), (1 / 3, 1 / 3),
    (3.0000001, 3), (0.5000001, 0.5), (2.5, 2.5), (1.001, 1.001),
])  # fmt: skip
def test_a_factor_that_all_gradients_have_in_common_is_found(c: float, factor: float) -> None:
    judged = judge([Found("dW", c * W), Found("dV", c * V)], [Wanted("W", W), Wanted("V", V)])
    assert judged.is_right and judged.factor == pytest.approx(factor, rel=1e-9)
    assert judged.score[0] == 1 and judged.score[1] == 1 and judged.distance < 1e-6


def test_the_factor_of_most_is_that_of_all_and_what_differs_is_wrong() -> None:
    wanted = [Wanted("W", W), Wanted("V", V), Wanted("U", W + V)]
    judged = judge([Found("dW", 2 * W), Found("dV", 2 * V), Found("dU", 7 * (W + V))], wanted)
    assert judged.factor == 2 and judged.right == [True, True, False] and not judged.is_right
    assert judged.score[:2] == (2 / 3, 1.0) and judged.score[-1] == 1
    assert judged.distance == pytest.approx(2.5)


def test_a_vector_of_all_gradients_is_cut_into_its_parts() -> None:
    whole = np.concatenate([W.ravel(), V.ravel()])
    judged = judge([Found("grad", whole)], [Wanted("W", W), Wanted("V", V)])
    assert judged.is_right and [found.name for found in judged.given if found] == ["grad W", "grad V"]
    assert judging._cut([Found("grad", whole)], [Wanted("W", whole)]) == []
    assert judging._cut([Found("grad", whole[:3])], [Wanted("W", W), Wanted("V", V)]) == []


def test_weight_decay_that_the_loss_does_not_contain_is_measured() -> None:
    right = np.array([[1.0, -2.0], [0.5, 3.0]])

    class Big:
        def __init__(self) -> None:
            self.W = np.array([[0.3, 1.0], [-0.2, 0.7]])

    bench = Bench(Big(), {})
    forward = Forward(Part("f", function=len), DataForm(W, W, "rows", 2, W), {})
    forward.parameters = bench.leaves()
    objective = losses.Objective("mine", True, lambda _: 0.0)
    pool = [Found("dW", 2 * right + 0.1 * bench.owner.W)]
    judged = judging.judge(
        bench, forward, Reading("backward", pool, lambda: None), objective, [Wanted("W", right)], False
    )
    assert judged.is_right and (judged.factor, judged.decay) == (pytest.approx(2), pytest.approx(0.1))
    wrong = [Found("dW", 2 * right + 0.1 * bench.owner.W**2)]
    assert not judging.judge(
        bench, forward, Reading("backward", wrong, lambda: None), objective, [Wanted("W", right)], False
    ).is_right


def test_no_gradient_is_no_right_one() -> None:
    judged = judge([], [Wanted("W", W)])
    assert judged.right == [False] and judged.distance == np.inf and judged.score[:2] == (0, 0)
    setting = judge([Found("dW", W)], [Wanted("W", W), Wanted("rate", np.array(3.0))])
    assert setting.is_right and len(setting.wanted) == 1


def test_of_two_readings_with_all_gradients_that_which_goes_down_is_better() -> None:
    down, up = (judge([Found("dW", c * W)], [Wanted("W", W)]) for c in (2.0, -1.0))
    assert down.is_right and up.is_right and down.score > up.score


def test_a_single_number_that_no_other_point_confirms_is_not_right(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("glassnet.checking.program.trying.searching.elsewhere", lambda bench, judged: None)
    search = Search(Bench(None, {}), [], drawn(2, 1), {}, Wish())
    alone = judge([Found("dw", np.array(0.3))], [Wanted("w", np.array(-0.7))])
    array = judge([Found("dW", 2 * W)], [Wanted("W", W)])
    assert alone.is_right and not search.confirmed(alone).is_right
    assert search.confirmed(array).is_right


def test_gradients_that_are_all_cut_off_at_one_number_are_right_where_there_are_enough_of_them() -> None:
    large, bias = np.array([[3.0, -4.0], [-5.0, 6.0]]), np.array([0.2, 0.3])

    def cut(weights: Any, given: Any) -> judging.Judged:
        judged = judge([Found("db", bias)], [Wanted("b", bias)])
        judged.given.append(Found("dW", given))
        judged.wanted.append(Wanted("W", weights))
        judged.right.append(False)
        judging._allow_clipping(judged, judging.TOLERANCE)
        return judged

    whole = cut(large, np.clip(large, -1, 1))
    assert whole.is_right and whole.clipped == 1
    assert not cut(large, -np.clip(large, -1, 1)).is_right
    assert not cut(large[:1], np.clip(large[:1], -1, 1)).is_right


def test_a_way_back_that_takes_one_array_called_x_may_take_the_error() -> None:
    takes = gradients._takes_one_array
    assert takes(lambda x: x) and takes(lambda inputs: inputs)
    assert not takes(lambda x, y: x) and not takes(lambda error: error) and not takes(lambda x, rate=0.1: x)
