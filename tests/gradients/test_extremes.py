"""Nothing overflows, warns or loses its digits where exp does: activations, and losses from logits."""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Decimal, localcontext
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

import glassnet as gn
from glassnet import activations, losses
from glassnet.activations import ActivationFunction
from glassnet.formulas.elementary import erf
from glassnet.network.network import Network
from tests.gradients.table import ACTIVATIONS, ELEMENTWISE, GROWS_BEYOND, label

Array = NDArray[Any]
Real = Callable[[Decimal], Decimal]

DTYPES = ["float32", "float64"]
# Around the places where exp leaves float32 (88.7, -104) and float64 (709.8, -745), and out to 1e4.
SIZES = [40.0, 50.0, 88.0, 89.0, 104.5, 300.0, 709.5, 710.0, 745.5, 1000.0, 5000.5, 1e4]
LARGE = np.array([*SIZES, *(-size for size in SIZES)])


def leaky(slope: str) -> Real:
    return lambda z: z if z > 0 else Decimal(slope) * z


def elu(alpha: str) -> Real:
    return lambda z: z if z > 0 else Decimal(alpha) * (z.exp() - 1)


def selu(z: Decimal) -> Decimal:
    scale, alpha = Decimal("1.0507009873554804934193349853"), Decimal("1.6732632423543772848170429917")
    return scale * (z if z > 0 else alpha * (z.exp() - 1))


# Of a whole row, without a slope, and too large for either dtype.
OTHERWISE = ("softmax", "log_softmax", "step", "exponential")

# With 60 digits; the exact GELU is z or 0 to all of float64's digits from abs(z) = 40 on.
EXACT: dict[ActivationFunction, Real] = {
    activations.Linear(): lambda z: z,
    activations.ReLU(): lambda z: max(z, Decimal(0)),
    activations.LeakyReLU(): leaky("0.01"),
    activations.LeakyReLU(0.2): leaky("0.2"),
    activations.LeakyReLU(1.5): leaky("1.5"),
    activations.LeakyReLU(-0.5): leaky("-0.5"),
    activations.ELU(): elu("1"),
    activations.ELU(0.3): elu("0.3"),
    activations.ELU(2.0): elu("2"),
    activations.GELU(): lambda z: max(z, Decimal(0)),
    activations.SiLU(): lambda z: z / (1 + (-z).exp()),
    activations.Softplus(): lambda z: (1 + z.exp()).ln() if z < 100 else z + (1 + (-z).exp()).ln(),
    activations.Sigmoid(): lambda z: 1 / (1 + (-z).exp()),
    activations.SELU(): selu,
    activations.Mish(): lambda z: z * (1 - 2 / ((1 + z.exp()) ** 2 + 1)),
    activations.GELUTanh(): lambda z: max(z, Decimal(0)),
    activations.HardSigmoid(): lambda z: min(max(z / 6 + Decimal("0.5"), Decimal(0)), Decimal(1)),
    activations.HardSwish(): lambda z: max(z, Decimal(0)),
    activations.Tanh(): lambda z: 1 - 2 / (1 + (2 * z).exp()),
}


def exactly(f: Real, z: float) -> tuple[float, float]:
    """f and its slope at z, rounded once."""
    with localcontext() as context:
        context.prec = 60
        at, step = Decimal(z), Decimal("1e-20")
        return float(f(at)), float((f(at + step) - f(at - step)) / (2 * step))


def assert_to_the_last_digits(ours: Array, exact: list[float]) -> None:
    epsilon = np.finfo(ours.dtype).eps
    np.testing.assert_allclose(ours, exact, rtol=4 * epsilon, atol=4 * epsilon)


def test_every_built_in_activation_has_its_exact_values() -> None:
    assert {type(activation) for activation in EXACT} == {
        type(activations.get(name)) for name in activations.names() if name not in OTHERWISE
    }


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("activation", EXACT, ids=label)
def test_values_and_slopes_are_exact_far_out(activation: ActivationFunction, dtype: str) -> None:
    z = LARGE.astype(dtype)
    exact = [exactly(EXACT[activation], float(entry)) for entry in z]
    with np.errstate(all="raise", under="ignore"):
        a = activation.value(z)
        slope = activation.slope(z, a)
    assert_to_the_last_digits(a, [value for value, _ in exact])
    assert_to_the_last_digits(slope, [slope for _, slope in exact])


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(
    "activation", [one for one in ACTIVATIONS if type(one) not in GROWS_BEYOND], ids=label
)
def test_everything_is_finite_from_zero_to_the_largest_numbers(
    activation: ActivationFunction, dtype: str
) -> None:
    largest, smallest = np.finfo(dtype).max / 4, np.finfo(dtype).tiny
    sizes = np.concatenate(
        [[0, smallest, largest], np.linspace(0, 1e4, 501), np.geomspace(1e-30, largest, 501)]
    )
    z = np.concatenate([sizes, -sizes]).astype(dtype).reshape(-1, 2)
    with np.errstate(all="raise", under="ignore"):
        a = activation.value(z)
        gradient = activation.backward(z, a, np.ones_like(z))
    assert np.isfinite(a).all()
    assert np.isfinite(gradient).all()


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("activation", ELEMENTWISE, ids=label)
def test_not_a_number_stays_one(activation: ActivationFunction, dtype: str) -> None:
    a = activation.value(np.array([np.nan, 1.0], dtype))
    assert np.isnan(a[0])
    assert np.isfinite(a[1])


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(
    "row", [(1e4, -1e4, 0.0), (1e4, 1e4, 1e4), (-1e4, -1e4, -9990.0), (1e4, 9995.0, -3.0)]
)
@pytest.mark.parametrize("true", [0, 1, 2])
def test_softmax_cross_entropy_is_exact_from_large_logits(
    row: tuple[float, ...], true: int, dtype: str
) -> None:
    z = np.array([row], dtype)
    with localcontext() as context:
        context.prec = 60
        powers = [Decimal(entry).exp() for entry in row]
        exact = float(sum(powers, Decimal(0)).ln() - Decimal(row[true]))
        slopes = [float(power / sum(powers, Decimal(0)) - (j == true)) for j, power in enumerate(powers)]
    one_hot = np.eye(3)[[true]]
    for loss, y in ((losses.SoftmaxCrossEntropy(), one_hot), (losses.SparseSoftmaxCrossEntropy(), [true])):
        with np.errstate(all="raise", under="ignore"):
            assert loss.value(y, z) == pytest.approx(exact, rel=float(np.finfo(dtype).eps), abs=1e-7)
            assert_to_the_last_digits(loss.gradient(y, z)[0], slopes)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("z", [1e4, -1e4, 100.0, -100.0, 12.5, -12.5, 0.0])
@pytest.mark.parametrize("y", [0.0, 0.25, 1.0])
def test_sigmoid_cross_entropy_is_exact_from_large_logits(z: float, y: float, dtype: str) -> None:
    with localcontext() as context:
        context.prec = 60
        power = Decimal(z).exp()
        exact = float((1 + power).ln() - Decimal(y) * Decimal(z))
        slope = float(power / (1 + power) - Decimal(y))
    logit = np.array([[z]], dtype)
    with np.errstate(all="raise", under="ignore"):
        value = losses.SigmoidCrossEntropy().value([[y]], logit)
        gradient = losses.SigmoidCrossEntropy().gradient([[y]], logit)
    assert value == pytest.approx(exact, rel=4 * float(np.finfo(dtype).eps), abs=1e-37)
    assert_to_the_last_digits(gradient[0], [slope])


def certain(units: int, activation: str, dtype: str) -> Network:
    """A network whose logits are its input, and minus its input."""
    net = Network([gn.Dense(units, activation)], input_shape=1, dtype=dtype)
    net.layers[0].view("weights")[...] = [[1.0, -1.0][:units]]
    net.layers[0].view("bias")[...] = 0
    return net


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(
    ("units", "activation", "loss", "cost"),
    [
        (1, "sigmoid", "binary_cross_entropy", 1e4),
        (2, "softmax", "sparse_categorical_cross_entropy", 2e4),
        (2, "softmax", "categorical_cross_entropy", 2e4),
    ],
)
def test_fit_and_evaluate_are_exact_where_a_network_is_certain(
    units: int, activation: str, loss: str, cost: float, dtype: str
) -> None:
    X, right, wrong = np.array([[1e4], [-1e4]]), np.array([0, 1]), np.array([1, 0])
    if activation == "sigmoid":
        right, wrong = wrong, right
    if loss == "categorical_cross_entropy":
        right, wrong = np.eye(2)[right], np.eye(2)[wrong]
    net = certain(units, activation, dtype)
    assert net.evaluate(X, right, loss=loss) == {"loss": 0.0, "accuracy": 1.0}
    assert net.evaluate(X, wrong, loss=loss) == {"loss": cost, "accuracy": 0.0}

    before = net.parameters.copy()
    history = net.fit(X, right, loss=loss, optimizer=gn.SGD(1.0), epochs=3, engine="numpy", progress=False)
    assert history["loss"] == [0.0, 0.0, 0.0]
    np.testing.assert_array_equal(net.parameters, before)

    history = net.fit(X, wrong, loss=loss, optimizer=gn.SGD(1e-4), engine="numpy", progress=False)
    assert history["loss"] == [cost]
    np.testing.assert_allclose(net.layers[0].view("weights"), 0, atol=1e-7)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", ["binary_cross_entropy", "categorical_cross_entropy", "kullback_leibler"])
def test_a_certain_and_right_probability_costs_exactly_nothing(name: str, dtype: str) -> None:
    y = np.array([[1, 0], [0, 1]], dtype)
    assert losses.get(name).value(y, y) == 0.0


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("probability", [1e-30, 1e-20, 1e-8, 0.5, 1.0])
@pytest.mark.parametrize("name", ["binary_cross_entropy", "categorical_cross_entropy", "kullback_leibler"])
def test_the_logarithm_of_a_small_probability_is_not_clipped(
    name: str, probability: float, dtype: str
) -> None:
    loss, p = losses.get(name), np.array([[probability]], dtype)
    assert loss.value([[1.0]], p) == pytest.approx(-math.log(probability), rel=1e-6, abs=0)
    assert loss.gradient([[1.0]], p)[0, 0] == pytest.approx(-1 / probability, rel=1e-6)


ON_PROBABILITIES = ["binary_cross_entropy", "categorical_cross_entropy", "kullback_leibler", "poisson"]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", ON_PROBABILITIES)
def test_an_impossible_event_that_happens_costs_much_but_not_infinitely(name: str, dtype: str) -> None:
    loss = losses.get(name)
    y, p = np.array([[1.0, 0.0]], dtype), np.array([[0.0, 1.0]], dtype)
    with np.errstate(all="raise", under="ignore"):
        assert 40 < loss.value(y, p) < 180
        assert np.isfinite(loss.gradient(y, p)).all()


def test_erf_is_that_of_the_c_library() -> None:
    z = np.concatenate(
        [np.linspace(-7, 7, 20001), np.geomspace(1e-300, 1, 2001), [0.46875, 4.0, 6.0, 1e4, 1e300]]
    )
    exact = np.array([math.erf(entry) for entry in z])
    np.testing.assert_allclose(erf(z), exact, rtol=6e-16, atol=0)
    single = z[(np.abs(z) > 1e-37) & (np.abs(z) < 1e37)].astype(np.float32)
    np.testing.assert_allclose(erf(single), [math.erf(entry) for entry in single], rtol=4e-7, atol=0)


@given(st.floats(allow_nan=False, allow_infinity=False, width=64).filter(lambda z: abs(z) < 1e308))
def test_erf_is_odd_and_within_minus_one_and_one(z: float) -> None:
    value = float(erf(np.float64(z)))
    assert value == -float(erf(np.float64(-z)))
    assert abs(value) <= 1
    assert value == pytest.approx(math.erf(z), rel=6e-16, abs=0)
