"""check_activation: activations as learners write them, whatever their passes take, right and wrong."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import glassnet as gn
from glassnet.checking import Report
from glassnet.errors import ArgumentError

Function = Callable[[Any], Any]


def codes(report: Report) -> list[str]:
    return [slip.code for slip in report.slips]


def sigmoid(z: Any) -> Any:
    return 1 / (1 + np.exp(-np.asarray(z)))


FUNCTIONS: dict[str, tuple[Function, Function]] = {
    "sigmoid": (sigmoid, lambda z: sigmoid(z) * (1 - sigmoid(z))),
    "tanh": (np.tanh, lambda z: 1 - np.tanh(z) ** 2),
    "relu": (lambda z: np.maximum(0.0, z), lambda z: (z > 0) * 1.0),
    "leaky": (lambda z: np.where(z > 0, z, 0.02 * z), lambda z: np.where(z > 0, 1.0, 0.02)),
    "softsign": (lambda z: z / (1 + np.abs(z)), lambda z: 1 / (1 + np.abs(z)) ** 2),
}


def ways(f: Function, df: Function) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """A function and its derivative in many containers."""
    yield "two arguments", (f, df)
    yield "a pair", ((f, df),)
    yield "a switch", (lambda x, deriv=False: df(x) if deriv else f(x),)
    yield "another switch", (lambda signal, derivative=False: df(signal) if derivative else f(signal),)
    yield "backward(dA, cache)", ((lambda Z: (f(Z), Z)), lambda dA, cache: dA * df(cache))
    yield "backward(cache, dA)", ((lambda Z: (f(Z), Z)), lambda cache, dA: dA * df(cache))
    yield "backward(Z, dA)", (f, lambda Z, dA: dA * df(Z))
    yield "backward(a, b)", (f, lambda a, b: b * df(a))
    yield "backward(grad, x, lr)", (f, lambda grad, x, lr: grad * df(x))
    yield "backward(dA, Z, A)", (f, lambda dA, Z, A: dA * df(Z) + 0 * A)

    class Static:
        @staticmethod
        def evaluate(x: Any) -> Any:
            return f(x)

        @staticmethod
        def derivative(x: Any) -> Any:
            return df(x)

    class Fn:
        def fn(self, z: Any) -> Any:
            return f(z)

        def grad(self, z: Any, **others: Any) -> Any:
            return df(z)

    class WithRate:
        def forward(self, input: Any) -> Any:
            self.input = input
            return f(input)

        def backward(self, output_gradient: Any, learning_rate: float) -> Any:
            return output_gradient * df(self.input)

    class WithTraining:
        def forward_pass(self, a_prev: Any, training: bool) -> Any:
            self.z = a_prev
            return f(a_prev)

        def backward_pass(self, da_curr: Any) -> Any:
            return da_curr * df(self.z)

    class OfShape:
        def __init__(self, shape: tuple[int, ...]) -> None:
            self.A = np.zeros(shape)

        def forward(self, Z: Any) -> None:
            self.Z = Z
            self.A[...] = f(Z)

        def backward(self, upstream_grad: Any) -> None:
            self.dZ = upstream_grad * df(self.Z)

    for cls in (Static, Fn, WithRate, WithTraining, OfShape):
        yield cls.__name__, (cls,)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_right_activations_are_right_in_every_form(name: str) -> None:
    for way, things in ways(*FUNCTIONS[name]):
        report = gn.check_activation(*things)
        assert report.ok, f"{way}: {report}"


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("wrong", ["sign_flipped", "constant_factor", "derivative_missing"])
def test_slips_are_named_in_every_form(name: str, wrong: str) -> None:
    f, df = FUNCTIONS[name]
    other = {"sign_flipped": lambda z: -df(z), "constant_factor": lambda z: 3 * df(z),
             "derivative_missing": lambda z: np.ones_like(z)}[wrong]  # fmt: skip
    for way, things in ways(f, other):
        report = gn.check_activation(*things)
        assert not report.ok and wrong in codes(report), f"{way}: {report}"


def test_the_reading_of_the_arguments_is_said() -> None:
    report = gn.check_activation(np.tanh, lambda dA, A: dA * (1 - A**2))
    assert report.ok and report.notes[-1] == "read so: backward takes the error, then the output"
    report = gn.check_activation(np.tanh, lambda one, two: two * (1 - np.tanh(one) ** 2))
    assert report.ok
    assert report.notes[-1] == "read so: backward takes what forward keeps or takes, then the error"


def test_a_switch_may_give_the_derivative_in_the_output() -> None:
    report = gn.check_activation(lambda x, deriv=False: x * (1 - x) if deriv else sigmoid(x))
    assert report.ok
    assert report.notes[-1] == "read so: the derivative is called with the output, as it is written"
    assert codes(gn.check_activation(sigmoid, lambda x: x * (1 - x))) == ["derivative_expects_output"]


class OfOneSample:
    """Softmax of one column, with its Jacobian."""

    def forward(self, z: Any) -> Any:
        e = np.exp(z - z.max())
        self.a = e / e.sum()
        return self.a

    def backward(self, error: Any) -> Any:
        return ((np.eye(self.a.size) - self.a.T) * self.a) @ error


def test_a_pass_for_one_sample_is_taken_and_noted() -> None:
    report = gn.check_activation(OfOneSample)
    assert report.ok and report.notes == ("it takes one sample at a time, of shape (4, 1)",)
    OfOneSample.backward = lambda self, error: -((np.eye(4) - self.a.T) * self.a) @ error  # type: ignore
    assert codes(gn.check_activation(OfOneSample)) == ["sign_flipped"]


@pytest.mark.parametrize(("axis", "overflows"), [(1, False), (None, True)], ids=["of each row", "of all"])
def test_the_largest_number_must_be_that_of_the_row(axis: int | None, overflows: bool) -> None:
    class Softmax:
        def forward(self, z: Any) -> Any:
            e = np.exp(z - z.max(axis=axis, keepdims=True))
            self.a = e / e.sum(axis=1, keepdims=True)
            return self.a

        def backward(self, error: Any) -> Any:
            return self.a * (error - (error * self.a).sum(axis=1, keepdims=True))

    assert codes(gn.check_activation(Softmax)) == (["overflow"] if overflows else [])


@pytest.mark.parametrize("in_forward", [True, False])
def test_passes_that_change_what_they_are_given_are_named(in_forward: bool) -> None:
    class ReLU:
        def forward(self, z: Any) -> Any:
            self.mask = z <= 0
            z = z if in_forward else z.copy()
            z[self.mask] = 0
            return z

        def backward(self, dout: Any) -> Any:
            dout = dout.copy() if in_forward else dout
            dout[self.mask] = 0
            return dout

    assert codes(gn.check_activation(ReLU)) == ["argument_changed"]


def raising(z: Any) -> Any:
    assert z.ndim == 5, "five axes"
    return z


def test_what_cannot_be_called_is_refused_in_words() -> None:
    class NeedsMuch:
        def __init__(self, one: Any, two: Any) -> None:
            self.one, self.two = one, two

        def forward(self, z: Any) -> Any:
            return z

    for things in itertools.product((raising, lambda z: "text", lambda z: None), (np.cos, raising)):
        with pytest.raises(ArgumentError, match="could not be called with arrays of shape"):
            gn.check_activation(*things)
    with pytest.raises(ArgumentError, match="NeedsMuch, which needs arguments; pass an object"):
        gn.check_activation(NeedsMuch)


@pytest.mark.parametrize("returned", [np.zeros((7, 7)), np.zeros(0), np.zeros(3)])
def test_functions_that_give_another_number_of_numbers_are_refused(returned: Any) -> None:
    with pytest.raises(ArgumentError, match="f must give one number for each of its input's; for shape "):
        gn.check_activation(lambda z: returned, np.cos)


def test_a_backward_pass_that_wants_too_much_is_refused() -> None:
    with pytest.raises(ArgumentError, match="this one cannot do without 6 arguments"):
        gn.check_activation(np.tanh, lambda a, b, c, d, e, f: a)


@pytest.mark.parametrize("check", [gn.check_activation, gn.check_derivative])
def test_functions_whose_arguments_cannot_be_seen_take_z(check: Any) -> None:
    def elu(z: Any, slope: float = 1.0) -> Any:
        return z if z > 0 else slope * (np.exp(z) - 1)

    def handed_on(*arguments: Any) -> Any:
        return np.where(arguments[0] > 0, 1.0, np.exp(np.minimum(arguments[0], 0)))

    wrong = np.vectorize(lambda z: 1.0 if z > 0 else -np.exp(z), otypes=[float])
    assert check(
        np.vectorize(elu), np.vectorize(lambda z, slope=1.0: 1.0 if z > 0 else elu(z, slope) + slope)
    ).ok
    assert check(np.vectorize(elu), handed_on).ok
    assert not check(np.vectorize(elu), wrong).ok


def test_a_function_without_a_kink_is_never_asked_for_no_points() -> None:
    sizes: list[int] = []

    def f(z: np.ndarray) -> np.ndarray:
        sizes.append(np.size(z))
        return np.tanh(z)

    assert gn.check_derivative(f, lambda z: 1 - np.tanh(z) ** 2).ok
    assert min(sizes) >= 1
