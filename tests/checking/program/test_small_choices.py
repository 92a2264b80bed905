"""The small choices of a check of a whole program: what is an output, a loss, a parameter, a layer, a network."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from glassnet.checking.finding.matching import Found, Wanted
from glassnet.checking.program.bench import Bench
from glassnet.checking.program.data import DataForm, Samples, few, given_or_drawn, own_of, variants
from glassnet.checking.program.taking.modules import is_network
from glassnet.checking.program.taking.objects import best_of, farthest, layers_in, meant_by, nothing_found
from glassnet.checking.program.taking.parts import _of_pair
from glassnet.checking.program.trying import forward as forwards
from glassnet.checking.program.trying import losses, naming, searching, settling
from glassnet.checking.program.trying.forward import Forward
from glassnet.checking.program.trying.functions import Part
from glassnet.checking.program.trying.judging import Judged, _of_single_numbers, _snapped, _without_settings
from glassnet.checking.program.trying.losses import Objective
from glassnet.checking.program.trying.reading import Reading
from glassnet.checking.program.trying.skips import DenseForm

X = np.arange(10.0).reshape(5, 2) - 4
Y = np.eye(2)[[0, 1, 1, 0, 1]]


def form(m: int = 5, k: int = 2, kind: str = "rows", labels: bool = False) -> DataForm:
    return DataForm(np.zeros((m, 2)), np.zeros((m, k)), kind, m, np.zeros((m, k)), labels)


# ---- what arguments stand for, and data


def test_arguments_stand_for_sizes_and_usual_numbers_of_a_small_training() -> None:
    samples = Samples(X, Y, None)
    meant = meant_by(samples)
    assert meant.pop("x") is X and meant.pop("y") is Y
    assert meant == {
        "rate": 0.01, "epochs": 1, "keep": 1.0, "zero": 0.0, "quiet": False, "train": True, "seed": 0, "step": 1,
        "n_inputs": 2, "n_hidden": 4, "n_outputs": 2, "hidden_sizes": [4], "sizes": [2, 4, 2], "n_layers": 2,
        "n_samples": 5, "batch_size": 5,
    }  # fmt: skip


def test_classes_in_one_column_come_as_so_many_columns_too() -> None:
    column, hot = variants(few(X, [0, 2, 1, 0, 2], 1))
    assert column.Y[:, 0].tolist() == [0, 2, 1, 0, 2]
    np.testing.assert_array_equal(hot.Y, np.eye(3)[[0, 2, 1, 0, 2]])
    for labels in ([0, 9, 1, 0, 9], [-1, 1, -1, 1, 1]):  # no numbers of classes
        assert len(variants(Samples(X, np.array(labels)[:, None] * 1.0, np.array(labels)))) == 1
    five = np.array([0, 4, 1, 2, 3])
    assert variants(Samples(X, five[:, None] * 1.0, five))[1].Y.shape == (5, 5)


def test_samples_of_the_module_are_taken_by_their_names_and_either_way_round() -> None:
    assert own_of({"X": X, "y": [0, 1, 1, 0, 1]})[0].sizes == (2, 1)
    wide = np.column_stack([X, X[:, 0] + 1])
    turned = own_of({"X_train": wide.T, "Y_train": Y.T})
    np.testing.assert_array_equal(turned[0].X, wide)
    np.testing.assert_array_equal(turned[0].Y, Y)
    for names in (
        {"X": X}, {"y": Y}, {"X": X[:, 0], "y": Y}, {"X": X[:1], "y": Y[:1]}, {"X": X[:3], "y": [0, 1]},
        {"X": X, "y": "01100"},
        {"X": np.where(X == 0, np.nan, X), "y": Y}, {"W": X, "b": Y}, {"X": [[1, 2], [3]], "y": [0, 1]},
    ):  # fmt: skip
        assert own_of(names) == []
    assert len(own_of({"X": X[:2], "y": [0, 1]})) == 2


# ---- networks, layers, the best of several


def test_a_network_goes_forward_and_back_or_trains_or_gives_a_cost() -> None:
    def made(*names: str, name: str = "Net") -> type:
        text = {
            "forward": "def forward(self, X): return X", "train": "def train(self, X, y): ...",
            "backward": "def backward(self, X, y): ...", "carry": "def backward(self, delta): ...",
            "loss": "def loss(self, X, y): ...",
        }  # fmt: skip
        namespace: dict[str, Any] = {"__name__": "mine"}
        exec("\n    ".join([f"class {name}:", "size = 0", *(text[one] for one in names)]), namespace)
        return namespace[name]  # type: ignore[no-any-return]

    for names, so in (
        (["forward", "train"], True), (["forward", "backward"], True), (["forward", "carry"], False),
        (["train", "backward"], True), (["loss", "train"], True), (["forward"], False), (["train"], False),
        (["backward"], False), (["forward", "loss"], False), ([], False),
    ):  # fmt: skip
        assert is_network(made(*names)) is so, names
    assert not is_network(made("forward", "backward", name="CrossEntropyLoss"))
    assert is_network(made("forward", "backward", "train", name="CrossEntropyLoss"))
    assert not is_network(len) and not is_network(made("forward", "train")())


def test_layers_are_what_goes_forward_and_back_in_a_list_or_as_an_attribute() -> None:
    class Layer:
        def forward(self, X: Any) -> Any: ...
        def backward(self, error: Any) -> Any: ...

    class Half:
        def forward(self, X: Any) -> Any: ...

    net = SimpleNamespace(
        size=3, layers=[Layer(), Half(), Layer()], last=Layer(), half=Half(), pair=(Layer(),)
    )
    assert [name for name, _ in layers_in(net)] == ["layers[0]", "layers[2]", "last", "pair[0]"]


def test_of_several_readings_that_is_best_in_which_all_is_right_then_the_one_of_most_parameters() -> None:
    def one(is_right: bool, n: int, score: float) -> Any:
        return SimpleNamespace(is_right=is_right, wanted=[0] * n, score=(score,), works=[0] * n)

    right, wide, good, poor = (
        one(*of) for of in ((True, 1, 0.0), (False, 3, 0.1), (False, 2, 0.9), (False, 2, 0.2))
    )
    assert best_of([(poor, poor), (wide, wide), (right, right), (good, None)])[1] is right  # type: ignore[index]
    assert best_of([(poor, poor), (wide, wide), (good, good)])[1] is wide  # type: ignore[index]
    assert best_of([(poor, poor), (good, good)])[1] is good  # type: ignore[index]
    assert best_of([(poor, None)]) is None
    tried: Any = [(poor, None), (wide, None), (good, None)]
    assert farthest(tried) is wide


def test_what_was_not_found_is_asked_for_by_name() -> None:
    reasons = {f"f{i}": f"reason {i}" for i in range(6)}
    found: Any = SimpleNamespace(reasons=reasons, works=[])
    (what,) = nothing_found(found, "Net").not_checked
    assert what == (
        "the forward pass of Net: f0: reason 0; f1: reason 1; f2: reason 2; f3: reason 3; name the function with "
        "forward=, and give data that it takes as X and y"
    )
    found.reasons = {}
    assert (
        "Net: no function is called so that it could be a forward pass; name"
        in nothing_found(found, "Net").not_checked[0]
    )
    found.works = [SimpleNamespace(part=SimpleNamespace(name="predict"))]
    report = nothing_found(found, "Net")
    assert report.ok is None and report.notes == ("taken for the forward pass: predict",)
    assert report.not_checked == (
        "the gradients of Net: no function is called so that it could be a backward pass; name the function with "
        "backward=",
    )


def test_a_derivative_that_takes_the_targets_is_part_of_a_loss() -> None:
    def f(z: Any) -> Any:
        return np.tanh(z)

    def alone(z: Any) -> Any:
        return 1 - np.tanh(z) ** 2

    def of_targets(a: Any, t: Any) -> Any:
        return a - t

    assert _of_pair("tanh", "tanh_prime", f, alone).check().ok is True
    report = _of_pair("tanh", "tanh_prime", f, of_targets).check()
    assert report.ok is None and "takes t, so it is part of the gradient of a loss" in str(report)


# ---- outputs


@pytest.mark.parametrize(
    ("shape", "case", "fits"),
    [
        ((5, 2), form(), True), ((2, 5), form(), False), ((5, 1, 2), form(), True), ((5, 2, 1), form(), True),
        ((2, 5), form(kind="columns"), True), ((5, 2), form(kind="columns"), False),
        ((5,), form(k=1), True), ((5,), form(), False), ((5,), form(k=1, kind="columns"), True),
        ((1, 5), form(k=1), False),
        ((2,), form(1), True), ((1, 2), form(1), True), ((3,), form(1), False), ((1,), form(1, 1), True),
    ],
)  # fmt: skip
def test_an_output_has_a_number_for_each_sample_and_output(shape: Any, case: DataForm, fits: bool) -> None:
    assert forwards._is_output(np.ones(shape), case) is fits
    assert not forwards._is_output(np.ones(shape, int), case)
    assert not forwards._is_output(np.full(shape, np.nan), case)


@pytest.mark.parametrize(
    ("place", "names", "rank"),
    [
        ("", (), 1), ("[0]", ("y_hat", "cache"), 3), ("[1]", ("y_hat", "cache"), 1), ("[2]", ("y_hat", "cache"), 1),
        ("[1][0]", ("cache", "y_hat"), 2), ("['output']", (), 3), ("['Z1']", (), 1), ("@net.output", (), 3),
        ("@net.z", (), 1), ("@layers[0].cache[1]", (), 0), ("@layers[0].cache['out']", (), 2),
    ],
)  # fmt: skip
def test_the_output_is_what_is_called_so_and_does_not_stand_deep(
    place: str, names: tuple[str, ...], rank: int
) -> None:
    assert forwards._rank(place, names) == rank


def test_samples_and_targets_that_a_program_has_put_away_are_no_parameters() -> None:
    case = DataForm(X, Y, "rows", 5, Y)
    for kept in (X, X.T, X[::-1], X[2], X[:, 1], Y, Y[0]):
        assert forwards._is_data(np.asarray(kept, float), case), kept
    for other in (np.array(3.0), np.full(5, 2.0), X + 1, X[:, :1] * 2, np.array([4.0, 7.0])):
        assert not forwards._is_data(other, case), other
    narrow = DataForm(X[:, :1], Y, "rows", 5, Y)
    assert not forwards._is_data(np.array([[X[1, 0]]]), narrow)


def ran(function: Any, kind: str = "rows", m: int = 5, gives_loss: bool = False, x: Any = None) -> bool:
    """Whether the output of each sample follows from that sample alone."""
    x = (X if kind == "rows" else X.T) if x is None else x
    case = DataForm(x, Y[:m], kind, m, Y[:m])
    bench = Bench(None, {"w": np.ones(2)})
    found = Forward(Part("f", function=function), case, {"x": x}, gives_loss=gives_loss)
    return forwards._goes_by_samples(bench, found, found.run(bench)[0], bench.save())


def test_a_forward_pass_gives_each_sample_its_own_output() -> None:
    assert ran(lambda x: x * 1.0) and ran(lambda x: x * 1.0, "columns")
    assert not ran(lambda x: x / x.std(axis=0))  # each follows from all
    assert not ran(lambda x: np.roll(x, 1, axis=0)) and not ran(lambda x: x[::-1] * 1.0)
    # a step that the first sample takes to where the second stands
    assert ran(lambda x: np.where(x.sum(axis=1, keepdims=True) > -6.9, [1.0, 1.0], 0.0))
    assert ran(lambda: np.ones((5, 2)))  # what takes no samples has them from elsewhere
    assert ran(lambda x: 0 * x) is True  # and so may what does not look at them
    assert ran(lambda x: x.sum() * np.ones((1, 1)), gives_loss=True)
    assert ran(lambda x: np.array(x) * 1.0, x=X.tolist())


def test_one_sample_alone_has_to_be_looked_at() -> None:
    alone, listed = X[:1], X[:1].tolist()
    assert ran(lambda x: x * 1.0, m=1, x=alone) and not ran(lambda x: np.ones((1, 2)), m=1, x=alone)
    assert ran(lambda x: np.array(x), m=1, x=listed) and not ran(lambda x: np.ones((1, 2)), m=1, x=listed)
    assert ran(lambda: np.ones((1, 2)), m=1, x=alone)


# ---- losses


@pytest.mark.parametrize(
    ("output", "targets", "expected"),
    [
        ([[0.2, 0.8]], [[0, 1]], ["categorical_cross_entropy", "mean_squared_error", "binary_cross_entropy"]),
        ([[0.2, 0.7]], [[0, 1]], ["binary_cross_entropy", "mean_squared_error", "softmax_cross_entropy"]),
        ([[0.2, 0.7]], [[1, 1]], ["binary_cross_entropy", "mean_squared_error"]),
        ([[0.2, 1.7]], [[0, 1]], ["mean_squared_error", "softmax_cross_entropy"]),
        ([[0.0, 1.0]], [[0, 1]], ["categorical_cross_entropy", "mean_squared_error", "binary_cross_entropy"]),
        ([[0.0, 0.5]], [[0.3, 1]], ["mean_squared_error"]),
        ([[0.5]], [[1]], ["binary_cross_entropy", "mean_squared_error"]),
        ([[1.0]], [[1]], ["mean_squared_error"]), ([[0.5, 0.5]], [[0.2, 0.8]], [
            "categorical_cross_entropy", "mean_squared_error", "binary_cross_entropy",
        ]),
    ],
)  # fmt: skip
def test_the_usual_losses_come_in_the_order_in_which_they_fit(
    output: Any, targets: Any, expected: list[str]
) -> None:
    y = np.array(targets, float)
    case = DataForm(y, y, "rows", 1, y)
    found = Forward(Part("f", function=lambda: np.array(output, float)), case, {})
    assert [one.known_as for one in losses.usual(Bench(None, {}), found)] == expected


@pytest.mark.parametrize(
    ("shape", "fits"), [((), True), ((5,), True), ((5, 3), True), ((3, 5), True), ((4, 3), False), ((4, 1), True)]
)  # fmt: skip
def test_several_numbers_are_a_loss_if_there_is_one_for_each_sample(shape: Any, fits: bool) -> None:
    found: Any = SimpleNamespace(case=form())
    if fits:
        assert losses._of_batch(np.full(shape, 2.0), found) == 2 * np.prod(shape)
    else:
        with pytest.raises(TypeError, match=r"an array of shape \(4, 3\) is no loss"):
            losses._of_batch(np.ones(shape), found)


def test_a_learners_loss_is_known_where_it_is_in_proportion_to_a_usual_one() -> None:
    bench = Bench(None, {"w": np.array([0.3, -0.2])})
    found = Forward(
        Part("f", function=lambda: X @ bench.names["w"][:, None]), DataForm(X, Y, "rows", 5, Y[:, :1]), {}
    )
    found.parameters = list(bench.leaves())

    def value(off: float) -> Any:
        return lambda bench: 2.5 * losses.named(found, "mean_squared_error").value(bench) + off

    assert losses.known_as(bench, found, Objective("mine", True, value(0))) == pytest.approx(
        ("mean_squared_error", 2.5)
    )
    assert losses.known_as(bench, found, Objective("mine", True, value(1.0))) is None
    assert losses.known_as(bench, found, Objective("mine", True, lambda _: np.nan)) is None
    assert bench.names["w"].tolist() == [0.3, -0.2]


# ---- judging and searching


@pytest.mark.parametrize(
    ("c", "whole"),
    [
        (3.0 * (1 + 0.9e-5), 3.0), (3.0 * (1 + 1.1e-5), None), (-3.0 * (1 - 0.9e-5), -3.0),
        (1 / 3 * (1 + 0.9e-5), 1 / 3),
        (-1 / 3 * (1 + 1.1e-5), None), (0.99999, 1.0), (0.4, None), (2.5, None), (1.0, 1.0),
    ],
)  # fmt: skip
def test_a_factor_is_a_whole_number_or_one_over_it_to_a_hundred_thousandth(
    c: float, whole: float | None
) -> None:
    assert _snapped(c) == (c if whole is None else whole)


def test_of_single_numbers_the_gradients_of_all_samples_are_summed() -> None:
    pool = [Found("dw", np.arange(5.0)), Found("db", np.arange(4.0))]
    numbers, arrays = [Wanted("w", np.array(1.0))], [Wanted("w", np.ones(2))]
    assert [f.array.tolist() for f in _of_single_numbers(pool, numbers, 5)] == [10, [0, 1, 2, 3]]
    for wanted, n in ((arrays, 5), (numbers, 1)):
        assert [f.array.size for f in _of_single_numbers(pool, wanted, n)] == [5, 4]


def test_a_number_without_a_gradient_is_a_setting_beside_what_has_one() -> None:
    matrix, number, one = Wanted("W", np.ones((2, 2))), Wanted("a", np.array(1.0)), Found("da", np.array(1.0))
    assert _without_settings([None, None], [matrix, number]) == [0]
    assert _without_settings([None, one], [matrix, number]) == [0, 1]
    assert _without_settings([one, None], [number, number]) == [0, 1]  # half of them: no reading
    assert _without_settings([one, one, None], [number] * 3) == [0, 1]


def judged(
    right: list[bool], *, given: Any = None, m: int = 5, is_step: bool = False, factor: float = 1.0
) -> Judged:
    found = [Found("dW", np.ones((2, 2))) for _ in right] if given is None else given
    forward: Any = SimpleNamespace(part=SimpleNamespace(name="forward"), case=form(m))
    wanted = [Wanted("W", np.ones((2, 2))) for _ in right]
    reading = Reading("backward, other", [], list, is_step=is_step)
    objective: Any = SimpleNamespace(is_own=True)
    return Judged(forward, reading, objective, wanted, found, right, factor)


@pytest.mark.parametrize(
    ("factor", "is_step", "plain"),
    [(1.0, True, True), (5.0, True, True), (0.2, True, True), (-5.0, True, True), (2.5, True, False),
     (0.4, True, False),
     (5.0, False, False)],
)  # fmt: skip
def test_a_plain_step_is_one_of_a_whole_number_of_gradients(
    factor: float, is_step: bool, plain: bool
) -> None:
    assert searching._is_plain_step(judged([True], is_step=is_step, factor=factor)) is plain


def test_one_sample_counts_where_no_batch_was_possible_or_the_program_goes_by_samples(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    goes: list[str] = []
    monkeypatch.setattr(searching, "is_called_for_each_sample", lambda _parts, _bench, name: name in goes)
    found: Any = searching.Search(Bench(None, {}), [], Samples(X, Y, None), {}, SimpleNamespace())  # type: ignore[arg-type]
    batch, alone, step = judged([True]), judged([True], m=1), judged([True], m=1, is_step=True)
    assert found._may_stop(batch) and found._may_stop(alone) and not found._is_settled()
    found.found = [
        judged([False, True], given=[None, Found("b", np.ones(1))])
    ]  # a batch that lacks a gradient
    assert found._may_stop(alone) and not found._is_settled()
    found.found = [judged([False, True])]
    assert (
        found._may_stop(batch)
        and not found._may_stop(alone)
        and found._may_stop(step)
        and found._is_settled()
    )
    found.found = [judged([False, False])]
    assert not found._is_settled()
    found.found = [judged([False, True])]
    for name in ("backward", "other", "forward"):
        goes[:] = [name]
        assert found._may_stop(alone) and not found._is_settled()
    goes[:] = ["another"]
    assert not found._may_stop(alone)


# ---- parameters as dense layers


def net(**arrays: Any) -> tuple[Bench, list[Any]]:
    bench = Bench(None, arrays)
    return bench, list(bench.leaves())


def shapes(n_outputs: int, **arrays: Any) -> list[Any]:
    bench, found = net(**arrays)
    return [
        (
            layer.W.shape,
            None if layer.b is None else layer.b.shape,
            layer.turned,
            layer.weights_at,
            layer.bias_at,
        )
        for layer in naming.layers_of(bench, found, n_outputs)
    ]


def test_weights_and_biases_are_layers_where_their_shapes_follow_each_other() -> None:
    W1, W2, b1, b2 = np.ones((3, 4)), np.ones((4, 2)), np.ones(4), np.ones((1, 2))
    assert shapes(2, W1=W1, b1=b1, W2=W2, b2=b2) == [
        ((3, 4), (4,), False, 0, 1), ((4, 2), (2,), False, 2, 3),
    ]  # fmt: skip
    assert shapes(2, W1=W1.T, W2=W2.T, b1=b1, b2=b2.T) == [
        ((3, 4), (4,), True, 0, 2), ((4, 2), (2,), True, 1, 3),
    ]  # fmt: skip
    assert shapes(2, W1=W1, W2=W2) == [((3, 4), None, False, 0, None), ((4, 2), None, False, 1, None)]
    assert shapes(2, W1=W1, W2=W2, b2=np.ones(7)) == []  # a bias of no layer
    assert shapes(2, W1=W1, W2=np.ones((5, 2))) == []
    assert shapes(1, W1=W1, w=np.ones((4, 1)))[1][0] == (
        4,
        1,
    )  # a column of weights, where there is one output
    assert shapes(2, W1=W1, w=np.ones((4, 1))) == [((3, 4), (4,), False, 0, 1)]
    assert shapes(1, W1=W1, b1=np.ones((1, 4)), w=np.ones((4, 1)))[0][1] == (4,)


def test_gradients_of_layers_lie_as_their_weights_do() -> None:
    W, b = np.arange(6.0).reshape(2, 3), np.ones((1, 3))
    one = judged([True, True], given=[Found("dW", W), Found("db", b)])
    layer = DenseForm(np.ones((2, 3)), np.ones(3), False, 0, 1)
    dW, db = naming._gradients(one, layer)
    assert dW is W and db.shape == (3,)
    turned = DenseForm(np.ones((2, 3)), np.ones(3), True, 0, 1)
    one.given = [Found("dW", W.T), Found("db", np.ones((5, 3)).T)]
    dW, db = naming._gradients(one, turned)
    np.testing.assert_array_equal(dW, W)
    assert db.shape == (5, 3)
    alone = DenseForm(np.ones((2, 3)), None, False, 0, None)
    assert naming._gradients(judged([True], given=[Found("dW", W)]), alone)[1] is None
    for given in ([None, Found("db", b)], [Found("dW", W), None]):
        with pytest.raises(LookupError, match="a gradient is missing"):
            naming._gradients(judged([True, True], given=given), layer)


# ---- parameters at which a program is compared


@pytest.mark.parametrize(("n_seen", "tries"), [(5, 1), (2, 1), (1, 6), (0, 6)])
def test_other_parameters_are_drawn_until_each_output_is_seen_in_two_samples(
    n_seen: int, tries: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[int] = []
    monkeypatch.setattr(settling, "_spread", lambda *given: drawn.append(given[2]))
    output = np.ones((5, 2))
    output[n_seen:, 1] = 0
    found = Forward(Part("f", function=lambda: output), DataForm(X, Y, "rows", 5, Y), {})
    settling.settle(Bench(None, {}), found, settling.SEEDS)
    assert drawn == list(range(5, 5 + tries))
    assert not set(settling.SEEDS) & set(settling.OTHER_SEEDS)


def test_data_at_random_are_of_two_classes_or_of_one_output() -> None:
    assert [samples.sizes for samples in given_or_drawn(None)] == [(3, 2), (3, 1)]
