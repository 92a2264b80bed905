"""check_activation: pairs of functions, static methods, objects with state; arrays, numbers, lists, tensors."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

import glassnet as gn
from glassnet.checking import Report
from glassnet.errors import ArgumentError, UnknownNameError


def sigmoid(z: Any) -> Any:
    return 1 / (1 + np.exp(-z))


def softmax(z: Any) -> Any:
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def codes(report: Report) -> list[str]:
    return [slip.code for slip in report.slips]


class Static:
    """A class with static methods."""

    @staticmethod
    def forward(z: Any) -> Any:
        return np.tanh(z)

    @staticmethod
    def derivative(z: Any) -> Any:
        return 1 - np.tanh(z) ** 2


class WithState:
    """Forward keeps its input; backward takes the error."""

    def forward(self, inputs: Any) -> None:
        self.inputs = inputs
        self.output = np.maximum(0, inputs)

    def backward(self, dvalues: Any) -> None:
        self.dinputs = dvalues.copy()
        self.dinputs[self.inputs <= 0] = 0


class Callable:
    """``__call__`` and ``gradient``, as some texts write it."""

    def __call__(self, z: Any) -> Any:
        return np.where(z > 0, z, 0.01 * z)

    def gradient(self, z: Any) -> Any:
        return np.where(z > 0, 1.0, 0.01)


class InTorch:
    """PyTorch tensors."""

    def forward(self, z: Any) -> Any:
        self.a = torch.sigmoid(z)
        return self.a

    def backward(self, error: Any) -> Any:
        return error * self.a * (1 - self.a)


class Softmax:
    """A whole row at a time, with its Jacobian."""

    def forward(self, z: Any) -> Any:
        self.a = softmax(z)
        return self.a

    def backward(self, error: Any) -> Any:
        return self.a * (error - (error * self.a).sum(axis=1, keepdims=True))


class OfKept:
    """A derivative without arguments, of what the last forward pass kept."""

    def activate(self, z: Any) -> Any:
        self.a = sigmoid(z)
        return self.a

    def derivative(self) -> Any:
        return self.a * (1 - self.a)


def with_cache(z: Any) -> Any:
    return np.maximum(0, z), z


RIGHT = {
    "pair of functions": (sigmoid, lambda z: sigmoid(z) * (1 - sigmoid(z))),
    "pair with a cache": (with_cache, lambda dA, cache: dA * (cache > 0)),
    "static methods": Static,
    "class with state": WithState,
    "object with state": WithState(),
    "callable": Callable(),
    "tensors": InTorch(),
    "softmax": Softmax(),
    "derivative of what was kept": OfKept(),
}


@pytest.mark.parametrize("style", RIGHT)
def test_right_activations_of_every_style_are_right(style: str) -> None:
    report = gn.check_activation(RIGHT[style])
    assert report.ok and report.slips == () and report.evidence == ()


def made(backward: Any, forward: Any = np.tanh) -> Any:
    """An object of this forward pass with a backward pass of the error, the input and the output."""

    class Made:
        def forward(self, z: Any) -> Any:
            self.z, self.a = z, forward(z)
            return self.a

        def backward(self, error: Any) -> Any:
            return backward(error, self.z, self.a)

    return Made()


WRONG: dict[str, Any] = {
    "derivative_missing": made(lambda e, z, a: e),
    "upstream_ignored": made(lambda e, z, a: 1 - a * a),
    "derivative_at_upstream": made(lambda e, z, a: e * (e > 0), lambda z: np.maximum(0, z)),
    "sign_flipped": made(lambda e, z, a: -e * (1 - a * a)),
    "constant_factor": made(lambda e, z, a: 0.5 * e * (1 - a * a)),
    "square_missing": made(lambda e, z, a: e * (1 - a)),
    "softmax_without_jacobian": made(lambda e, z, a: e * a * (1 - a), softmax),
    "gradient_shape": made(lambda e, z, a: (e * (1 - a * a)).sum(axis=0)),
    "derivative_expects_output": (np.tanh, lambda a: 1 - a * a),
}


@pytest.mark.parametrize("code", WRONG)
def test_a_wrong_backward_pass_is_named(code: str) -> None:
    report = gn.check_activation(WRONG[code])
    assert codes(report) == [code] and not report.ok
    assert report.subject == "check_activation"


def test_an_argument_that_is_changed_is_named() -> None:
    def gated(error: Any, z: Any, a: Any) -> Any:
        error[z <= 0] = 0
        return error

    report = gn.check_activation(made(gated, lambda z: np.maximum(0, z)))
    assert codes(report) == ["argument_changed"] and not report.ok


def test_another_function_than_it_should_be_is_named() -> None:
    def half(z: Any) -> Any:
        return np.where(z > 0, z, 0.5 * z)

    report = gn.check_activation((half, lambda z: np.where(z > 0, 1, 0.5)), like="leaky_relu")
    assert codes(report) == ["other_function"]
    assert gn.check_activation((half, lambda z: np.where(z > 0, 1, 0.5))).ok
    assert gn.check_activation(Callable(), like="leaky_relu").ok


def test_what_is_in_no_catalogue_has_evidence_and_no_name() -> None:
    report = gn.check_activation(made(lambda e, z, a: e * (1 - a * a) + 0.1 * z))
    assert report.verdict == "mismatch, no known slip" and report.slips == ()
    assert report.evidence[0].name == "backward"


def test_what_is_no_activation_is_refused() -> None:
    with pytest.raises(
        ArgumentError, match=r"needs a pair \(f, df\), or an object with forward and with derivative"
    ):
        gn.check_activation(object())
    with pytest.raises(UnknownNameError, match="'rleu'"):
        gn.check_activation(Static, like="rleu")


class StaticBackward:
    """Nothing is kept: what ``backward`` is called with is z."""

    @staticmethod
    def forward(z: Any) -> Any:
        return sigmoid(z)

    @staticmethod
    def backward(z: Any) -> Any:
        return sigmoid(z) * (1 - sigmoid(z))


class BackwardOfZ:
    """The same with methods that use no state."""

    def forward(self, z: Any) -> Any:
        return np.tanh(z)

    def backward(self, z: Any) -> Any:
        return 1 - np.tanh(z) ** 2


class GradientOfError:
    """``gradient`` takes the error, and forward kept the output."""

    def __call__(self, z: Any) -> Any:
        self.out = np.maximum(0, z)
        return self.out

    def gradient(self, error: Any) -> Any:
        return error * (self.out > 0)


@pytest.mark.parametrize(
    "activation", [StaticBackward, BackwardOfZ, BackwardOfZ(), GradientOfError, GradientOfError()]
)
def test_what_the_second_function_takes_is_seen_and_not_told_by_its_name(activation: Any) -> None:
    assert gn.check_activation(activation).ok


def test_slips_are_named_whatever_the_second_function_is_called() -> None:
    class OfOutput(StaticBackward):
        @staticmethod
        def backward(a: Any) -> Any:
            return a * (1 - a)

    class AlwaysOpen(GradientOfError):
        def gradient(self, error: Any) -> Any:
            return error * (self.out >= 0)

    assert codes(gn.check_activation(OfOutput)) == ["derivative_expects_output"]
    assert gn.check_activation(OfOutput, takes="output").ok
    assert codes(gn.check_activation(AlwaysOpen)) == ["derivative_missing"]
