"""Every equation that a trace prints is true, to the digits that it shows, for every neuron of many networks."""

import re
from typing import Any

import numpy as np
import pytest

import glassnet as gn
from glassnet import losses, optimizers
from glassnet.insight.trace.trace import Trace
from glassnet.insight.trace.writing.units import unit_of
from glassnet.layers import Layer
from glassnet.losses import Loss
from glassnet.optimizers import Optimizer
from tests.gradients.table import ACTIVATIONS, LOSSES, STEPPING, label, output_activation, samples, targets
from tests.insight.trace.reading import equations, value_of
from tests.insight.trace.written import WRITTEN

OPTIMIZERS: list[Optimizer] = [
    *map(optimizers.get, STEPPING),
    gn.SGD(0.1, momentum=0.9),
    gn.SGD(0.1, momentum=0.9, nesterov=True, weight_decay=0.1),
    gn.SGD(0.1, clip_norm=0.01),
    gn.Adam(0.1, weight_decay=0.5, clip_value=0.001),
    gn.RMSProp(0.1, weight_decay=0.2),
    gn.AdamW(0.1, weight_decay=0.3),
]
SYMBOLS = {"Z": "z", "A": "a", "P": "p", "dA": "da", "dZ": "dz", "dW": "dw", "db": "db"}


def built(stack: list[Layer], shape: tuple[int, ...], seed: int = 1, dtype: str = "float64") -> gn.Network:
    net = gn.Network(stack, seed=seed, dtype=dtype, input_shape=shape)
    net.parameters = np.random.default_rng(seed).normal(scale=0.6, size=net.parameters.shape)
    return net


def everything(trace: Trace) -> list[str]:
    """The text of the step, and that of every unit for every sample."""
    texts = [str(trace)]
    for index, made in enumerate(trace.record.rows):
        for unit in range(made.row.n_outputs):
            texts += [str(unit_of(trace.record, index, unit, sample)) for sample in range(len(made.a))]
    return texts


def assert_true(trace: Trace) -> int:
    """Every equation holds; how many there are."""
    found = [equation for text in everything(trace) for equation in equations(text)]
    for equation in found:
        assert equation.holds, equation
    assert_first_entries(trace)
    assert_shapes(trace)
    assert_formulas(trace)
    return len(found)


def assert_first_entries(trace: Trace) -> None:
    """What the numbers of a step end with is the first entry of its array."""
    for step in trace.steps:
        name = SYMBOLS.get(step.name.rstrip("0123456789"))
        if name is None or step.phase == "update":
            continue
        line = next(line for line in step.numbers.split("\n") if line.startswith(f"{name} = "))
        result = re.search(r"= (\S+)(, p = .*)?$", line)
        assert result is not None and result[1] == f"{step.array[0, 0] + 0.0:.5g}".replace("-", "−"), line


def assert_shapes(trace: Trace) -> None:
    """A dot is a matrix product that can be taken, a circle goes entry by entry; the last shape is the array's own."""
    for step in trace.steps:
        given, _, made = step.shapes.rpartition(" → ")
        assert made == str(step.array.shape)
        shapes = [tuple(map(int, found)) for found in re.findall(r"\((\d+), (\d+)\)", given)]
        if " · " in given:
            (a, b), (c, d) = shapes
            assert b == c and (a, d) == step.array.shape, step
        if " ∘ " in given or " − " in given:
            assert shapes[0] == shapes[1], step


def assert_formulas(trace: Trace) -> None:
    """The formulas over whole arrays give the arrays."""
    record = trace.record
    turned = np.transpose if trace.samples_in == "columns" else np.asarray
    known: dict[str, Any] = {step.name: step.array for step in trace.steps if step.phase != "update"}
    known |= {"X": turned(record.x), "Y": turned(record.y), "m": len(record.x), "n": record.y.size}
    known |= {"s": turned(record.sample_weights[:, None]), "ΣY": turned(record.y.sum(axis=1, keepdims=True))}
    objective = record.plan.objective
    if objective.facts is not None:
        known |= {text: getattr(objective, name) for name, (text, _) in objective.facts.letters.items()}
    for k, made in enumerate(record.rows, 1):
        if made.weights is not None:
            known[f"W{k}"] = turned(made.weights)
            known[f"b{k}"] = np.zeros(1) if made.bias is None else turned(made.bias[None, :])
    for step in trace.steps:
        left, _, formula = step.formula.partition(" = ")
        if not re.fullmatch(r"Z\d+|dW\d+|dA\d+|dZ\d+", left) or not is_arithmetic(formula):
            continue
        found = eval(in_numpy(formula), {}, known)
        np.testing.assert_allclose(found, step.array, rtol=2e-4, atol=1e-6 * np.abs(step.array).max() + 1e-30)


def is_arithmetic(formula: str) -> bool:
    return re.search(r"[a-zα-ωλ_]{2,}|λ|∘|δ|q|′|Σ(?!Y)|\bg\b", formula.replace("ΣY", "S")) is None


def in_numpy(formula: str) -> str:
    text = re.sub(r"ᵀ", ".T", formula.replace("−", "-").replace("·", "*").replace("²", "**2"))
    return re.sub(r"(?<=[\w)]) (?=[dXWAZ])", " @ ", text)


@pytest.mark.parametrize("samples_in", ["rows", "columns"])
@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=label)
def test_of_every_optimizer(optimizer: Optimizer, samples_in: str) -> None:
    random = np.random.default_rng(0)
    X, y = random.normal(size=(5, 3)), random.normal(size=(5, 2))
    net = built([gn.Dense(4, "tanh", l1=0.01, bias_l2=0.2), gn.Dense(2, l2=0.1, use_bias=False)], (3,))
    net.fit(X, y, loss="mse", optimizer=optimizer, epochs=3, progress=False, engine="numpy")
    trace = gn.trace(net, X, y, loss="mse", optimizer=optimizer, samples_in=samples_in)
    assert assert_true(trace) > 170


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("layer", WRITTEN, ids=label)
def test_of_every_layer(layer: Layer, dtype: str) -> None:
    random = np.random.default_rng(2)
    X, y = random.normal(size=(4, 2)), random.normal(size=(4, 1))
    net = built([gn.Dense(3, "tanh"), layer, gn.Dense(1)], (2,), dtype=dtype)
    assert assert_true(gn.trace(net, X, y, loss="mse", optimizer=gn.SGD(0.1))) > 70


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("loss", LOSSES, ids=label)
def test_of_every_loss(loss: Loss, weighted: bool) -> None:
    random = np.random.default_rng(3)
    X, y = samples(loss, random, 6, 2), targets(loss, random, 6, 3)
    k = 3 * loss.outputs_per_target
    net = built([gn.Dense(2, "tanh"), gn.Dense(k, output_activation(loss))], (2,))
    if not weighted or isinstance(loss, losses.EmbeddingLoss):
        trace = gn.trace(net, X, y, loss=loss)
    else:
        weights = random.uniform(0.5, 2, size=6)
        trace = gn.replay(gn.TrainingSetup(net, X, y, loss=loss, sample_weight=weights), step=1).trace
        assert trace.record.sample_weights == pytest.approx(
            np.repeat(weights / weights.mean(), loss.rows_per_sample)
        )
    assert assert_true(trace) > 80


@pytest.mark.parametrize("activation", ACTIVATIONS, ids=label)
def test_of_every_activation_at_the_output_under_a_loss_that_does_not_know_it(activation: Any) -> None:
    random = np.random.default_rng(4)
    X, y = random.normal(size=(3, 2)), random.normal(size=(3, 4))
    for stack in ([gn.Dense(4, activation)], [gn.Dense(4), gn.Activation(activation)]):
        assert assert_true(gn.trace(built(stack, (2,)), X, y, loss="mse")) > 30


@pytest.mark.parametrize("samples_in", ["rows", "columns"])
@pytest.mark.parametrize(
    ("loss", "last"),
    [("categorical_cross_entropy", "softmax"), ("softmax_cross_entropy", "linear"), ("kl", "softmax")],
)
def test_of_targets_that_do_not_add_up_to_one(loss: str, last: str, samples_in: str) -> None:
    X = np.random.default_rng(5).normal(size=(2, 3))
    y = np.array([[1.0, 1.0, 0.0], [0.2, 0.0, 0.3]])
    net = built([gn.Dense(4, "relu"), gn.Dense(3, last)], (3,))
    trace = gn.trace(net, X, y, loss=loss, samples_in=samples_in)
    assert assert_true(trace) > 40
    assert "ΣY" in "".join(step.formula for step in trace.steps) or loss == "kl"


@pytest.mark.parametrize("scale", [1.0, 10.0, 40.0, 1000.0])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("activation", ["sigmoid", "softmax", "tanh", "softplus", "gelu", "silu", "elu"])
def test_of_saturated_units(activation: str, dtype: str, scale: float) -> None:
    random = np.random.default_rng(6)
    X, y = scale * random.normal(size=(3, 2)), np.eye(3)
    loss = {"sigmoid": "bce", "softmax": "categorical_cross_entropy"}.get(activation, "mse")
    net = built([gn.Dense(3, activation), gn.Dense(3, activation)], (2,), dtype=dtype)
    assert assert_true(gn.trace(net, X, y, loss=loss)) > 15


def test_small_numbers_are_written_with_the_digits_that_give_them() -> None:
    net = built([gn.Dense(2, "softmax")], (1,))
    net.layers[0].weights, net.layers[0].bias = [[6.0, -6.1]], [0.0, 0.0]
    trace = gn.trace(net, [[1.0]], [0], loss="scce")
    (error,) = [one for one in equations(str(trace)) if one.line.strip().startswith("dz = ")]
    exact = trace["dZ1"].array[0, 0]
    assert error.expression == "(0.999994441 − 1)/1"
    assert exact == pytest.approx(-1 / (1 + np.exp(12.1)))
    small = trace.neuron(0, 1)
    assert "exp(−6.1)/(exp(6) + exp(−6.1))" in str(small)
    value = value_of("exp(−6.1)/(exp(6) + exp(−6.1))")
    assert value is not None and value.low <= small.a <= value.high


@pytest.mark.parametrize("seed", range(12))
def test_of_networks_drawn_at_random(seed: int) -> None:
    random = np.random.default_rng(seed)
    names = [name for name in gn.activations.names() if not gn.activations.get(name).forward_only]
    stack: list[Layer] = []
    for _ in range(int(random.integers(1, 4))):
        activation = str(random.choice(names))
        stack.append(gn.Dense(int(random.integers(2, 12)), activation, l1=float(random.choice([0, 0.02]))))
        stack += [[], [gn.Dropout(0.3)], [gn.BatchNorm()], [gn.LayerNorm()]][int(random.integers(4))]
    loss, last = [("scce", "softmax"), ("bce", "sigmoid"), ("mse", "linear"), ("huber", "tanh")][seed % 4]
    n, n_outputs = int(random.integers(2, 7)), 1 if loss == "bce" else 3
    X = random.normal(size=(n, 10))
    y = random.integers(2, size=(n, 1)) if loss != "mse" and loss != "huber" else random.normal(size=(n, 3))
    net = built([*stack, gn.Dense(n_outputs, last)], (10,), seed, str(random.choice(["float32", "float64"])))
    optimizer = OPTIMIZERS[seed % len(OPTIMIZERS)]
    trace = gn.trace(net, X, y[:, 0] if loss == "scce" else y, loss=loss, optimizer=optimizer)
    assert assert_true(trace) > 60


def test_a_false_equation_would_be_seen() -> None:
    (false,) = equations("dz = (0.14529 − 1)/2 = −0.427")
    (true,) = equations("dz = (0.14529 − 1)/2 = −0.42736")
    (by_rounding,) = equations("x = 0.33333·3 = 0.99998")
    assert not false.holds and true.holds and by_rounding.holds
    (beyond,) = equations("x = 0.33333·3 = 0.9999")
    assert not beyond.holds


@pytest.mark.parametrize("optimizer", ["adam", "rmsprop", "adagrad"])
def test_what_is_too_small_for_the_dtype_is_not_said_to_be_equal(optimizer: str) -> None:
    net = built([gn.Dense(1)], (1,), dtype="float32")
    trace = gn.trace(net, [[1e-25]], [[0.0]], loss="mse", optimizer=optimizer)
    assert assert_true(trace) > 3
    assert "≈ 0, too small for float32" in trace["W1"].numbers


def test_probabilities_that_the_loss_holds_above_0_are_said_to_be_held() -> None:
    net = built([gn.Dense(2, "softmax")], (1,))
    net.layers[0].weights = [[500.0, -500.0]]
    held = gn.trace(net, [[1.0]], [[0.5, 0.5]], loss="kl")["dA1"].note
    assert held == "probabilities are held above 1.2e−38"
    net.layers[0].weights = [[5.0, -5.0]]
    assert gn.trace(net, [[1.0]], [[0.5, 0.5]], loss="kl")["dA1"].note == ""
