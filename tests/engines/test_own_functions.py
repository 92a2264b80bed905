"""A user's own activations, losses and optimizers: compiled where they mean the same as in NumPy, else said why not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType, SimpleNamespace
from typing import Any

import numba
import numpy as np
import pytest
from numpy import exp, maximum, where
from numpy.typing import NDArray

import glassnet as gn
from glassnet import activations, losses, optimizers
from glassnet.activations import ActivationFunction
from glassnet.engines.choice import EngineNote
from glassnet.errors import EngineError
from glassnet.formulas.activations import sigmoid
from glassnet.kernels import arrays, store
from glassnet.losses import Loss
from glassnet.network.network import Network

Array = NDArray[Any]
Function = Callable[..., Any]
TOLERANCES = {"float64": 1e-12, "float32": 1e-4}

SLOPE = 0.1
POWER = 3
COEFFICIENTS = np.array([0.5, 0.25])
SETTINGS = SimpleNamespace(slope=0.1)
OUTSIDE: Any = None


def numbers(n: int = 30) -> tuple[Array, Array]:
    random = np.random.default_rng(0)
    return random.normal(size=(n, 3)), random.normal(size=(n, 2))


def trained(engine: str, activation: ActivationFunction, dtype: str, epochs: int = 20) -> Network:
    net = Network([gn.Dense(5, activation), gn.Activation(activation), gn.Dense(2)], seed=0, dtype=dtype)
    X, y = numbers()
    net.fit(
        X, y, loss="mse", optimizer=gn.SGD(0.01), epochs=epochs, engine=engine, batch_size=8, progress=False
    )
    assert net.state is not None and net.state.engine == engine
    return net


def assert_the_same(activation: ActivationFunction, dtype: str) -> None:
    ours, theirs = (trained(engine, activation, dtype).parameters for engine in ("compiled", "numpy"))
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=TOLERANCES[dtype] * np.abs(theirs).max())


def helper(z: Array) -> Array:
    return z * bend(z)


def bend(z: Array) -> Array:
    result: Array = 1 / (1 + np.abs(z))
    return result


@numba.njit  # type: ignore[untyped-decorator]
def jitted(z: Any) -> Any:
    return z * z * z


def closing_over(alpha: float, inner: Function) -> Function:
    return lambda z: alpha * inner(z)


def tanh(z: Array) -> Array:
    """Has the name of what it calls."""
    result: Array = np.tanh(z)
    return result


def with_default(z: Array, slope: float = 0.2) -> Array:
    result: Array = np.where(z > 0, z, slope * z)
    return result


def in_steps(z: Array) -> Array:
    total = z * 0
    for k in range(3):
        total = total + COEFFICIENTS[k % 2] * z**k
    return total


FUNCTIONS: dict[str, Function] = {
    "numpy's own": np.sin,
    "exp": lambda z: np.exp(-z * z),
    "exp imported by name": lambda z: exp(-0.5 * z**2),
    "a whole power": lambda z: z**2,
    "another power": lambda z: 0.1 * z**3,
    "a power by name": lambda z: 0.1 * z**POWER,
    "where": lambda z: np.where(z > 0, z, 0),
    "where imported by name": lambda z: where(z > 0, z, SLOPE * z),
    "nested where": lambda z: np.where(z < -1, -1, np.where(z > 1, 1, z)),
    "clip": lambda z: np.clip(z, 0, 6),
    "clip by keyword": lambda z: np.clip(z, a_min=-1, a_max=1.5),
    "maximum": lambda z: np.maximum(0, z) - maximum(SLOPE, -z),
    "comparison times number": lambda z: (z > 0) * z + (z <= 0) * 0.1,
    "one like": lambda z: np.ones_like(z) * 0.5 + np.zeros_like(z) + z,
    "heaviside": lambda z: np.heaviside(z, 0.5) * z,
    "sign, abs, sqrt": lambda z: np.sign(z) * np.sqrt(np.abs(z) + 1) - abs(z),
    "softplus": lambda z: np.log1p(np.exp(-np.abs(z))) + np.maximum(z, 0),
    "logaddexp": lambda z: np.logaddexp(z, 0),
    "expm1": lambda z: np.where(z > 0, z, np.expm1(np.minimum(z, 0))),
    "arctan and pi": lambda z: np.arctan(z) / np.pi,
    "a constant": lambda z: 0.5,
    "a helper's helper": helper,
    "a jitted helper": lambda z: 0.1 * jitted(z),
    "glassnet's own formula": lambda z: z * sigmoid(1.5 * z),
    "a closure": closing_over(0.3, np.tanh),
    "a closure over a function": closing_over(0.3, helper),
    "the name of another": tanh,
    "a default": with_default,
    "a loop, an index, an array": in_steps,
    "casts": lambda z: np.float64(0.5) * z + np.float32(0.25),
}


@pytest.mark.parametrize("dtype", TOLERANCES)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_of_arithmetic_and_numpy_is_compiled(name: str, dtype: str) -> None:
    activation = activations.Function(FUNCTIONS[name], np.cos, name)
    X = np.random.default_rng(1).normal(scale=3, size=(100, 4)).astype(dtype)
    net = Network([gn.Activation(activation)], dtype=dtype, input_shape=4)
    ours, theirs = net.compiled_predict()(X), net.predict(X)
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=TOLERANCES[dtype] * np.abs(theirs).max())


TRAINED: list[tuple[Function, Function]] = [
    (np.sin, np.cos),
    (np.tanh, lambda z, a: 1 - a * a),
    (lambda z: 0.1 * z**2, lambda z: 0.2 * z),
    (helper, lambda z: bend(z) ** 2),
    (closing_over(0.3, np.tanh), lambda z: 0.3 * (1 - np.tanh(z) ** 2)),
    (lambda z: np.where(z > 0, z, 0), lambda z: z > 0),
    (np.abs, np.sign),
]


@pytest.mark.parametrize("dtype", TOLERANCES)
@pytest.mark.parametrize("number", range(len(TRAINED)))
def test_networks_of_own_functions_train_as_on_numpy(number: int, dtype: str) -> None:
    assert_the_same(activations.Function(*TRAINED[number]), dtype)


def test_numbers_outside_a_function_are_those_of_the_moment() -> None:
    global SLOPE
    activation = activations.Function(lambda z: SLOPE * z, lambda z: SLOPE * np.ones_like(z))
    before, SLOPE = SLOPE, 0.7
    try:
        trained("compiled", activation, "float64")
        SLOPE = 0.2
        assert_the_same(activation, "float64")
    finally:
        SLOPE = before


def test_arrays_outside_a_function_are_those_of_the_moment() -> None:
    activation = activations.Function(in_steps, lambda z: COEFFICIENTS[0] * np.ones_like(z))
    before = COEFFICIENTS.copy()
    try:
        COEFFICIENTS[:] = 0.7, 0.1
        trained("compiled", activation, "float64")
        COEFFICIENTS[:] = 0.2, 0.3
        assert_the_same(activation, "float64")
    finally:
        COEFFICIENTS[:] = before


@pytest.mark.parametrize("name", ["number", "array"])
def test_what_stands_in_a_module_is_that_of_the_moment(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = ModuleType("settings")
    monkeypatch.setitem(globals(), "OUTSIDE", settings)
    activation = {
        "number": activations.Function(lambda z: OUTSIDE.slope * z, lambda z: OUTSIDE.slope + 0 * z),
        "array": activations.Function(lambda z: OUTSIDE.slopes[0] * z, lambda z: OUTSIDE.slopes[0] + 0 * z),
    }[name]
    for slope in (0.7, 0.2):
        settings.slope, settings.slopes = slope, np.array([slope])
        assert_the_same(activation, "float64")


def test_what_inner_functions_read_is_that_of_the_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    def bent(z: Array) -> Array:
        def inner(x: Array) -> Array:
            return OUTSIDE * np.maximum(x, 0.1 * x)

        return inner(z)

    activation = activations.Function(bent, lambda z: np.where(z > 0, OUTSIDE, 0.1 * OUTSIDE))
    for slope in (0.7, 0.2):
        monkeypatch.setitem(globals(), "OUTSIDE", slope)
        assert_the_same(activation, "float64")


def test_redefined_functions_are_other_functions() -> None:
    for slope in (0.5, 1.0, -2.0):
        definition: dict[str, Any] = {}
        exec(f"def f(z): return {slope} * z\ndef df(z): return {slope}", definition)
        assert_the_same(activations.Function(definition["f"], definition["df"]), "float64")


def mean_removed(z: Array) -> Array:
    result: Array = z - np.mean(z)
    return result


def largest_removed(z: Array) -> Array:
    result: Array = z - z.max(axis=1, keepdims=True)
    return result


def noisy(z: Array) -> Array:
    result: Array = z + np.random.normal()  # noqa: NPY002  what a user may write
    return result


def guarded(z: Array) -> Array:
    if (z > 1e6).any():
        raise ValueError("too large")
    return z


def of_an_object(z: Array) -> Array:
    result: Array = SETTINGS.slope * z
    return result


def again(z: Array) -> Array:
    return again(z) if z.ndim > 5 else z


def type_of(z: Any) -> Any:
    return z * (2.0 if np.ndim(z) else 3.0)


class Callable_:
    def __call__(self, z: Array) -> Array:
        return 2 * z


class Holder:
    def method(self, z: Array) -> Array:
        return 2 * z


def branching(z: Array) -> Array:
    result: Array = np.array([[v if v > 0 else 0.1 * v for v in row] for row in z])
    return result


REFUSED: dict[str, tuple[Function, str]] = {
    "a mean over the batch": (mean_removed, "it would give 0 where NumPy gives"),
    "a maximum over the row": (largest_removed, "Unknown attribute 'max' of type float64"),
    "random numbers": (noisy, "it would give"),
    "an error of its own": (guarded, "guarded raises errors, which compiled code cannot pass on"),
    "an object": (of_an_object, "Untyped global name 'SETTINGS'"),
    "itself": (again, "again calls itself"),
    "an object to call": (Callable_(), "only plain functions and NumPy's can be compiled"),
    "a method": (Holder().method, "only plain functions and NumPy's can be compiled"),
    "python's rows": (branching, "Invalid use of getiter with parameters"),
    "piecewise": (lambda z: np.piecewise(z, [z > 0], [1.0]), "Unknown attribute 'piecewise'"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_compiled_is_refused_with_its_name_and_the_reason(name: str) -> None:
    function, reason = REFUSED[name]
    with pytest.raises(EngineError) as raised:
        trained("compiled", activations.Function(function, np.cos, "bent"), "float64")
    message = str(raised.value)
    assert message.startswith("the activation 'bent' cannot be compiled: ")
    assert reason in message
    assert "engine='numpy'" in message
    assert "\n" not in message and " 0x" not in message


def test_nothing_has_changed_when_a_function_is_refused() -> None:
    net = Network([gn.Dense(2, activations.Function(mean_removed, np.cos))], seed=0)
    with pytest.raises(EngineError, match="the activation 'mean_removed' cannot be compiled"):
        net.fit(*numbers(), loss="mse", engine="compiled", progress=False)
    assert not net.built
    assert net.state is None


@pytest.mark.parametrize("name", ["a mean over the batch", "an object", "a method"])
def test_auto_trains_on_numpy_what_cannot_be_compiled_and_says_so(name: str) -> None:
    function, reason = REFUSED[name]
    net = Network([gn.Dense(2, activations.Function(function, np.cos, "bent"))], seed=0, dtype="float64")
    expected = net.copy()
    X, y = numbers()
    options = {"loss": "mse", "optimizer": gn.SGD(0.01), "epochs": 1_000_000, "progress": False}
    with pytest.warns(EngineNote) as notes:
        history = net.fit(X[:3], y[:3], callbacks=[stop], **options)
    expected.fit(X[:3], y[:3], callbacks=[stop], engine="numpy", **options)
    assert history.engine == "numpy"
    assert len(notes) == 1
    assert notes[0].filename == __file__
    text = str(notes[0].message)
    assert text.startswith(
        "training on the numpy engine, which is slower: the activation 'bent' cannot be compiled: "
    )
    assert reason in text
    np.testing.assert_array_equal(net.parameters, expected.parameters)


def stop(session: Any) -> None:
    session.stop("one epoch is enough")


# ---- losses


def log_cosh(y: Array, p: Array) -> Array:
    result: Array = np.log(np.cosh(p - y))
    return result


def log_cosh_slope(y: Array, p: Array) -> Array:
    result: Array = np.tanh(p - y)
    return result


def trained_on(engine: str, loss: Loss, dtype: str) -> tuple[Array, list[float]]:
    net = Network([gn.Dense(5, "tanh"), gn.Dense(2)], seed=0, dtype=dtype)
    X, y = numbers()
    options = {"epochs": 20, "batch_size": 8, "sample_weight": np.linspace(0, 2, len(X)), "progress": False}
    history = net.fit(X, y, loss=loss, optimizer=gn.SGD(0.05), engine=engine, **options)
    return net.parameters, history["loss"]


LOSSES: dict[str, Loss] = {
    "log cosh": losses.Function(log_cosh, log_cosh_slope),
    "a whole power": losses.Function(lambda y, p: (p - y) ** 2, lambda y, p: 2 * (p - y)),
    "where": losses.Function(
        lambda y, p: np.where(np.abs(p - y) < 1, (p - y) ** 2, 2 * np.abs(p - y) - 1),
        lambda y, p: np.clip(2 * (p - y), -2, 2),
    ),
}


@pytest.mark.parametrize("dtype", TOLERANCES)
@pytest.mark.parametrize("name", LOSSES)
def test_a_loss_of_ones_own_is_compiled(name: str, dtype: str) -> None:
    (ours, our_losses), (theirs, their_losses) = (
        trained_on(engine, LOSSES[name], dtype) for engine in ("compiled", "numpy")
    )
    tolerance = TOLERANCES[dtype]
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=tolerance)
    np.testing.assert_allclose(our_losses, their_losses, rtol=tolerance)


def test_a_loss_that_looks_at_the_whole_batch_is_refused() -> None:
    loss = losses.Function(lambda y, p: (p - np.mean(p)) ** 2, lambda y, p: p - y, "spread")
    with pytest.raises(EngineError, match="^the loss 'spread' cannot be compiled: it would give"):
        trained_on("compiled", loss, "float64")


# ---- classes of one's own, with names that glassnet has as well


def relu(z: Any, slope: Any) -> Any:
    return maximum(z, 0) + slope * z


def relu_slope(z: Any, a: Any, slope: Any) -> Any:
    return where(z > 0, 1 + slope, slope)


@dataclass(frozen=True)
class ReLU(ActivationFunction):
    below: float = 0.3
    formula = relu
    slope_formula = relu_slope


@dataclass(frozen=True)
class Shifted(activations.ReLU):
    """Changes the value, not the formula."""

    def value(self, z: Array) -> Array:
        result: Array = np.maximum(z, 0) + 1
        return result


@dataclass(frozen=True)
class Turned(activations.Linear):
    def backward(self, z: Array, a: Array, gradient: Array) -> Array:
        return -gradient


@dataclass(frozen=True)
class Warm(activations.Softmax):
    def value(self, z: Array) -> Array:
        return super().value(z / 2)


def test_a_class_of_ones_own_is_never_taken_for_glassnets() -> None:
    assert_the_same(ReLU(0.3), "float64")
    assert_the_same(ReLU(0.5), "float64")
    assert_the_same(activations.ReLU(), "float64")


@pytest.mark.parametrize("activation", [Shifted(), Turned(), Warm()], ids=repr)
def test_a_class_that_does_not_use_its_formula_is_refused(activation: ActivationFunction) -> None:
    with pytest.raises(EngineError, match="cannot be compiled"):
        trained("compiled", activation, "float64")


@dataclass(frozen=True)
class Two(ActivationFunction):
    a: float = 1.0
    b: float = 2.0
    formula = relu_slope
    slope_formula = relu_slope


def test_more_parameters_than_compiled_code_passes_are_refused() -> None:
    with pytest.raises(EngineError, match="^the activation 'Two' cannot be compiled"):
        trained("compiled", Two(), "float64")


@dataclass(frozen=True)
class BatchLoss(Loss):
    def compare(self, y: Array, p: Array, weights: Array | None) -> tuple[float, Array]:
        return float(np.abs(p - y).max()), np.sign(p - y) * (np.abs(p - y) == np.abs(p - y).max())


def test_a_loss_class_without_a_formula_is_refused() -> None:
    with pytest.raises(
        EngineError, match="^the loss 'BatchLoss' has no compiled form: it is not elementwise"
    ):
        trained_on("compiled", BatchLoss(), "float64")


def sgd(w: Any, g: Any, c: Any) -> Any:
    rate, decay = c
    return (w - rate * np.sign(g),)


def normalised(w: Any, g: Any, c: Any) -> Any:
    rate, decay = c
    return (w - rate * g / np.max(np.abs(g)),)


@dataclass(frozen=True)
class SignDescent(optimizers.SGD):
    @property
    def rule(self) -> Function:
        return sgd


@dataclass(frozen=True)
class Normalised(optimizers.SGD):
    @property
    def rule(self) -> Function:
        return normalised


@dataclass(frozen=True)
class FiveStates(optimizers.Adam):
    n_states = 5


def stepped(engine: str, optimizer: optimizers.Optimizer) -> Array:
    net = Network([gn.Dense(5, "tanh"), gn.Dense(2)], seed=0, dtype="float64")
    X, y = numbers()
    net.fit(X, y, loss="mse", optimizer=optimizer, epochs=5, batch_size=8, engine=engine, progress=False)
    return net.parameters


def test_an_optimizer_of_ones_own_is_compiled() -> None:
    ours, theirs = (stepped(engine, SignDescent(0.01)) for engine in ("compiled", "numpy"))
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-12)
    plain, of_numpy = (stepped(engine, gn.SGD(0.01)) for engine in ("compiled", "numpy"))
    np.testing.assert_allclose(plain, of_numpy, rtol=0, atol=1e-12)


def test_an_optimizer_that_looks_at_all_gradients_is_refused() -> None:
    with pytest.raises(EngineError, match="^the optimizer 'Normalised' cannot be compiled: it would give"):
        stepped("compiled", Normalised(0.01))


def test_a_rule_that_looks_at_all_gradients_sees_them_all_at_once_in_numpy() -> None:
    n = 3 * arrays.PIECE
    w, g = np.zeros(n), np.arange(n, dtype=float)
    arrays.update(normalised, arrays.Views(w), arrays.Views(g), np.empty((0, n)), (0.5, 0.0), np.empty(0))
    np.testing.assert_allclose(w, normalised(np.zeros(n), g, (0.5, 0.0))[0])


def test_an_optimizer_with_more_states_than_four_is_refused() -> None:
    with pytest.raises(EngineError, match="^the optimizer 'FiveStates' has 5 state vectors; .* room for 4"):
        stepped("compiled", FiveStates(0.01))


def test_what_a_process_keeps_of_own_functions_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each keeps about 1 MB until the process ends, and a function that reads another number is another one."""

    def leaky(constant: float) -> activations.Function:
        return activations.Function(
            lambda z: np.maximum(z, constant * z), lambda z: np.where(z > 0, 1.0, constant)
        )

    def fit(own: activations.Function, engine: str) -> gn.History:
        return gn.Network([gn.Dense(2, own)], seed=0).fit(
            np.eye(3), np.eye(3)[:, :2], loss="mse", engine=engine, progress=False
        )

    first, second = leaky(0.0123), leaky(0.0124)
    fit(first, "compiled")
    kept = sum(not isinstance(key, str) for key in store._kept)
    monkeypatch.setattr(store, "MOST_OWN", kept)
    with pytest.raises(
        EngineError, match=rf"this process has compiled {kept} functions of your own, which stay"
    ):
        fit(second, "compiled")
    fit(first, "compiled")
    fit(second, "numpy")


# ---- functions that write into what they are given


def half_square(y: Array, p: Array) -> Array:
    p -= y
    p *= p
    return p / 2


def half_square_slope(y: Array, p: Array) -> Array:
    y *= -1
    y += p
    return y


def steep_tanh(z: Array) -> Array:
    z *= 2
    return np.tanh(z, out=z)


def steep_tanh_slope(z: Array, a: Array) -> Array:
    a *= a
    z[...] = 0
    return 2 * (1 - a)


@pytest.mark.parametrize("engine", ["numpy", "torch"])
def test_they_learn_what_functions_learn_that_do_not(engine: str) -> None:
    pure = (
        losses.Function(lambda y, p: (p - y) ** 2 / 2, lambda y, p: p - y, "pure"),
        activations.Function(lambda z: np.tanh(2 * z), lambda z, a: 2 * (1 - a**2)),
    )
    writing = (
        losses.Function(half_square, half_square_slope),
        activations.Function(steep_tanh, steep_tanh_slope),
    )
    X, y = np.random.default_rng(0).normal(size=(30, 3)), np.linspace(-1, 1, 30)[:, None]
    before, learned = y.copy(), []
    for loss, activation in (pure, writing):
        net = Network(
            [gn.Dense(4, activation), gn.Dense(4, activation), gn.Dense(1)], seed=0, dtype="float64"
        )
        history = net.fit(
            X, y, loss=loss, epochs=5, batch_size=8, metrics=["mae"], engine=engine, progress=False
        )
        learned.append(
            (net.parameters, history["loss"], history["mean_absolute_error"], net.evaluate(X, y)["loss"])
        )
    for one, other in zip(*learned, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12)
    np.testing.assert_array_equal(y, before)
