"""check_layer: gradients are found wherever a learner keeps them, and what was not seen is not called right."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import glassnet as gn
from glassnet.checking import Report
from glassnet.errors import ArgumentError

random = np.random.default_rng(0)
Factor = float


def codes(report: Report) -> list[str]:
    return [slip.code for slip in report.slips]


class Base:
    """A dense layer; what a class below does with its gradients is its style. `times` makes dW wrong."""

    times: float = 1.0

    def __init__(self, n_inputs: int = 3, n_units: int = 4) -> None:
        self.W, self.b = random.normal(size=(n_inputs, n_units)), np.zeros((1, n_units))

    def forward(self, X: Any) -> Any:
        self.X = X
        return X @ self.W + self.b

    def gradients(self, dZ: Any) -> tuple[Any, Any, Any]:
        return dZ @ self.W.T, self.times * self.X.T @ dZ, dZ.sum(axis=0, keepdims=True)


class InDictionaries(Base):
    def __init__(self, n_inputs: int = 3, n_units: int = 4) -> None:
        self.params = {"W": random.normal(size=(n_inputs, n_units)), "b": np.zeros(n_units)}
        self.grads: dict[str, Any] = {}

    @property
    def W(self) -> Any:  # type: ignore[override]
        return self.params["W"]

    @property
    def b(self) -> Any:  # type: ignore[override]
        return self.params["b"]

    def backward(self, dZ: Any) -> Any:
        dX, self.grads["W"], db = self.gradients(dZ)
        self.grads["b"] = db.ravel()
        return dX


class UnderOtherNames:
    times = 1.0

    def __init__(self, n_inputs: int = 3, n_units: int = 4) -> None:
        self.synaptic_weights, self._offset = random.normal(size=(n_inputs, n_units)), np.zeros(n_units)

    def forward(self, inputs: Any) -> Any:
        self._inputs = inputs
        return inputs @ self.synaptic_weights + self._offset

    def backward(self, upstream: Any) -> Any:
        self.for_the_optimizer = [self.times * self._inputs.T @ upstream, upstream.sum(axis=0)]
        return upstream @ self.synaptic_weights.T


class GradSuffix(Base):
    def backward(self, dZ: Any) -> Any:
        dX, self.W_grad, self.b_grad = self.gradients(dZ)
        return dX


class KernelGrad:
    times = 1.0

    def __init__(self, n_inputs: int = 3, n_units: int = 4) -> None:
        self.kernel, self.bias = random.normal(size=(n_inputs, n_units)), np.zeros(n_units)

    def call(self, x: Any) -> Any:
        self.x = x
        return x @ self.kernel + self.bias

    def backward(self, dy: Any) -> Any:
        self.kernel_grad, self.bias_grad = self.times * self.x.T @ dy, dy.sum(axis=0)
        return dy @ self.kernel.T


class UpdatesItself(Base):
    def backward(self, dY: Any, learning_rate: float) -> Any:
        dX, dW, db = self.gradients(dY)
        self.W = self.W - learning_rate * dW
        self.b = self.b - learning_rate * db
        return dX


class UpdatesAtItsOwnRate(Base):
    learning_rate = 0.05

    def backward(self, dY: Any) -> Any:
        dX, dW, db = self.gradients(dY)
        self.W -= self.learning_rate * dW
        self.b -= self.learning_rate * db
        return dX


class Descent:
    def __init__(self) -> None:
        self.velocity = 0.0

    def update(self, w: Any, g: Any) -> Any:
        self.velocity = 0.9 * self.velocity + 0.1 * g
        return w - 0.01 * self.velocity


class HoldsOptimizers(Base):
    def __init__(self, n_inputs: int = 3, n_units: int = 4) -> None:
        super().__init__(n_inputs, n_units)
        self.of_weights, self.of_bias = Descent(), Descent()

    def backward(self, accum_grad: Any) -> Any:
        dX, dW, db = self.gradients(accum_grad)
        self.W = self.of_weights.update(self.W, dW)
        self.b = self.of_bias.update(self.b, db)
        return dX


class BiasRow:
    times = 1.0

    def __init__(self, n_inputs: int = 3, n_units: int = 4) -> None:
        self.theta = random.normal(size=(n_inputs + 1, n_units))

    def forward(self, X: Any) -> Any:
        self.X = np.hstack([np.ones((len(X), 1)), X])
        return self.X @ self.theta

    def backward(self, dZ: Any) -> Any:
        self.dtheta = self.times * self.X.T @ dZ
        return dZ @ self.theta[1:].T


class OneSample:
    times = 1.0

    def __init__(self, n_inputs: int = 3, n_units: int = 4) -> None:
        self.W, self.b = random.normal(size=(n_units, n_inputs)), np.zeros(n_units)

    def forward(self, x: Any) -> Any:
        if np.ndim(x) != 1:
            raise ValueError("one sample, please")
        self.x = x
        return self.W @ x + self.b

    def backward(self, delta: Any) -> Any:
        return self.W.T @ delta, self.times * np.outer(delta, self.x), delta


class OneColumn:
    times = 1.0

    def __init__(self, n_inputs: int = 3, n_units: int = 4) -> None:
        self.weights, self.bias = random.normal(size=(n_units, n_inputs)), random.normal(size=(n_units, 1))

    def forward(self, x: Any) -> Any:
        self.x = x
        return self.weights @ x + self.bias

    def backward(self, output_gradient: Any, learning_rate: float) -> Any:
        before = self.weights.T @ output_gradient
        self.weights -= learning_rate * self.times * (output_gradient @ self.x.T)
        self.bias -= learning_rate * output_gradient.sum(axis=1, keepdims=True)
        return before


class OneRow:
    """Its forward pass takes a batch, its backward pass one row: the bias is changed by what is one row long."""

    times = 1.0

    def __init__(self, n_inputs: int = 3, n_units: int = 4) -> None:
        self.weights, self.bias = random.normal(size=(n_inputs, n_units)), random.normal(size=(1, n_units))

    def forward_propagation(self, x: Any) -> Any:
        self.x = x
        return x @ self.weights + self.bias

    def backward_propagation(self, output_error: Any, learning_rate: float) -> Any:
        before = output_error @ self.weights.T
        self.weights -= learning_rate * self.times * (self.x.T @ output_error)
        self.bias -= learning_rate * output_error
        return before


class AsksForTraining(Base):
    def forward(self, X: Any, training: bool) -> Any:  # type: ignore[override]
        assert training
        return super().forward(X)

    def backward(self, dZ: Any) -> Any:
        return self.gradients(dZ)


class PairProperty:
    times = 1.0

    def __init__(self, n_inputs: int = 3, n_units: int = 4) -> None:
        self._w, self._b = random.normal(size=(n_inputs, n_units)), np.zeros(n_units)

    @property
    def weights(self) -> tuple[Any, Any]:
        return self._w, self._b

    def forward(self, X: Any) -> Any:
        self.X = X
        return X @ self._w + self._b

    def backward(self, dZ: Any) -> Any:
        return dZ @ self._w.T, {"w": self.times * self.X.T @ dZ, "b": dZ.sum(axis=0)}


class OfArrays:
    times = 1.0

    def __init__(self, W: Any, b: Any) -> None:
        self.W, self.b = W, b
        self.x = self.dW = self.db = None

    def forward(self, x: Any) -> Any:
        self.x = x
        return x @ self.W + self.b

    def backward(self, dout: Any) -> Any:
        self.dW, self.db = self.times * self.x.T @ dout, np.sum(dout, axis=0)  # type: ignore[attr-defined]
        return dout @ self.W.T


class WithoutArguments(Base):
    def __init__(self, n_inputs: int = 3, n_units: int = 4) -> None:
        super().__init__(n_inputs, n_units)
        self.grad: Any = None

    def backward(self) -> Any:
        dX, self.dW, self.db = self.gradients(self.grad)
        return dX


class InputFirst(Base):
    def backward(self, X: Any, dZ: Any) -> Any:
        self.X = X
        return self.gradients(dZ)


def affine_forward(x: Any, w: Any, b: Any) -> Any:
    return x @ w + b, (x, w, b)


def affine_backward(dout: Any, cache: Any) -> Any:
    x, w, _ = cache
    return dout @ w.T, x.T @ dout, dout.sum(axis=0)


def linear_forward(A: Any, W: Any, b: Any) -> Any:
    return W @ A + b, (A, W, b)


def linear_backward(dZ: Any, cache: Any) -> Any:
    A, W, _ = cache
    return W.T @ dZ, dZ @ A.T, dZ.sum(axis=1, keepdims=True)


STYLES: list[Any] = [
    InDictionaries, UnderOtherNames, GradSuffix, KernelGrad, UpdatesItself, UpdatesAtItsOwnRate, HoldsOptimizers,
    BiasRow, OneSample, OneColumn, OneRow, AsksForTraining, PairProperty, OfArrays, WithoutArguments, InputFirst,
]  # fmt: skip


@pytest.mark.parametrize("style", STYLES)
def test_gradients_are_found_wherever_they_are_kept(style: Any) -> None:
    report = gn.check_layer(style)
    assert report.ok, str(report)


@pytest.mark.parametrize("style", [style for style in STYLES if style is not UpdatesAtItsOwnRate])
@pytest.mark.parametrize("times", [2.0, -1.0, 0.0])
def test_a_wrong_gradient_is_seen_wherever_it_is_kept(style: Any, times: float) -> None:
    wrong = type(style.__name__, (style,), {"times": times})
    report = gn.check_layer(wrong)
    expected = {2.0: "constant_factor", -1.0: "sign_flipped", 0.0: "weight_gradient_missing"}[times]
    assert codes(report) == [expected] and report.ok is False, str(report)


@pytest.mark.parametrize("pair", [(affine_forward, affine_backward), (linear_forward, linear_backward)])
def test_a_pair_of_functions_is_a_layer(pair: Any) -> None:
    assert gn.check_layer(pair).ok
    wrong = gn.check_layer(
        (pair[0], lambda dout, cache: (lambda d: (d[0], 2 * d[1], d[2]))(pair[1](dout, cache)))
    )
    assert codes(wrong) == ["constant_factor"]


def test_what_was_not_seen_is_not_called_right() -> None:
    class Forgets(Base):
        def backward(self, dZ: Any) -> Any:
            return self.gradients(dZ)[0]

    report = gn.check_layer(Forgets)
    assert report.ok is None and report.slips == ()
    assert [what.partition(":")[0] for what in report.not_checked] == ["dW", "db"]


def test_twice_the_gradient_is_no_accumulation() -> None:
    class Doubles(Base):
        def backward(self, dZ: Any) -> Any:
            dX, self.dW, self.db = self.gradients(dZ)
            self.dW, self.db = 2 * self.dW, 2 * self.db
            return dX

    assert codes(gn.check_layer(Doubles)) == ["constant_factor", "constant_factor"]


@pytest.mark.parametrize("resets", [False, True])
def test_gradients_accumulate_only_where_two_passes_say_so_and_nothing_resets(resets: bool) -> None:
    class Adds(Base):
        def __init__(self, n_inputs: int = 3, n_units: int = 4) -> None:
            super().__init__(n_inputs, n_units)
            self.dW, self.db = np.zeros_like(self.W), np.zeros_like(self.b)

        def backward(self, dZ: Any) -> Any:
            dX, dW, db = self.gradients(dZ)
            self.dW += dW
            self.db += db
            return dX

    if resets:
        Adds.zero_grad = lambda self: None  # type: ignore[attr-defined]
    assert codes(gn.check_layer(Adds)) == ([] if resets else ["gradients_accumulate"])


def test_weights_that_change_before_they_carry_the_error_are_named_whatever_the_layer_is() -> None:
    class Early(Base):
        def forward(self, X: Any) -> Any:
            self.Z = super().forward(X)
            return np.tanh(self.Z)

        def backward(self, dA: Any, learning_rate: float) -> Any:
            dZ = dA * (1 - np.tanh(self.Z) ** 2)
            self.W = self.W - learning_rate * self.X.T @ dZ
            self.b = self.b - learning_rate * dZ.sum(axis=0)
            return dZ @ self.W.T

    assert codes(gn.check_layer(Early)) == ["weights_updated_first"]


@pytest.mark.parametrize(
    "forward, slope, right",
    [
        (lambda z: np.maximum(0, z), lambda z: z > 0, True),
        (lambda z: np.where(z > 0, z, 0.01 * z), lambda z: np.where(z > 0, 1, 0.01), True),
        (np.abs, np.sign, True),
        (lambda z: np.clip(z, -0.1, 0.1), lambda z: np.abs(z) < 0.1, True),
        (lambda z: np.maximum(0, z), lambda z: z < 0, False),
    ],
)
@pytest.mark.parametrize("scale", [1e-4, 0.01, 1.0, 100.0])
@pytest.mark.parametrize("shape", [(3, 2), (16, 8)])
def test_kinks_are_not_stepped_across(
    forward: Callable[[Any], Any],
    slope: Callable[[Any], Any],
    right: bool,
    scale: float,
    shape: tuple[int, int],
) -> None:
    class Kinked:
        def __init__(self, seed: int) -> None:
            self.W, self.b = np.random.default_rng(seed).normal(size=shape) * scale, np.zeros((1, shape[1]))

        def forward(self, X: Any) -> Any:
            self.X, self.Z = X, X @ self.W + self.b
            return forward(self.Z)

        def backward(self, dA: Any) -> Any:
            dZ = dA * slope(self.Z)
            return dZ @ self.W.T, self.X.T @ dZ, dZ.sum(axis=0, keepdims=True)

    for seed in range(4):
        assert gn.check_layer(Kinked(seed)).ok is right


def test_a_derivative_left_out_inside_a_layer_is_named() -> None:
    class Tanh(Base):
        def forward(self, X: Any) -> Any:
            return np.tanh(super().forward(X))

        def backward(self, dA: Any) -> Any:
            return self.gradients(dA)

    assert set(codes(gn.check_layer(Tanh))) == {"activation_derivative_missing"}


def test_a_forward_pass_in_place_is_named() -> None:
    class Relu:
        def forward(self, X: Any) -> Any:
            self.mask = X > 0
            X[~self.mask] = 0
            return X

        def backward(self, dA: Any) -> Any:
            return dA * self.mask

    assert codes(gn.check_layer(Relu())) == ["argument_changed"]


def test_layers_of_single_precision_are_not_accused() -> None:
    class Single(Base):
        def forward(self, X: Any) -> Any:
            return super().forward(np.asarray(X, np.float32)).astype(np.float32)

        def backward(self, dZ: Any) -> Any:
            return [part.astype(np.float32) for part in self.gradients(np.asarray(dZ, np.float32))]

    assert gn.check_layer(Single).ok


def test_what_is_asked_for_is_named() -> None:
    class Masked(Base):
        def forward(self, X: Any, mask: Any) -> Any:  # type: ignore[override]
            return super().forward(X) * mask

        def backward(self, dZ: Any) -> Any:
            return self.gradients(dZ)

    with pytest.raises(ArgumentError, match="forward needs 'mask' besides the samples"):
        gn.check_layer(Masked)


def test_the_layer_that_is_given_is_left_as_it_is() -> None:
    layer = UpdatesItself()
    before = layer.W.copy(), layer.b.copy()
    gn.check_layer(layer)
    assert np.array_equal(layer.W, before[0]) and np.array_equal(layer.b, before[1])
    assert not hasattr(layer, "X")


class CutsInputs(Base):
    def forward(self, X: Any) -> Any:
        return super().forward(np.asarray(X, np.float32))

    def backward(self, dZ: Any) -> Any:
        return self.gradients(dZ)


class CutsWeights(Base):
    def forward(self, X: Any) -> Any:
        self.X = X
        return X @ self.W.astype(np.float32) + self.b

    def backward(self, dZ: Any) -> Any:
        return self.gradients(dZ)


@pytest.mark.parametrize("layer", [CutsInputs, CutsWeights])
def test_layers_that_cut_what_they_are_given_to_single_precision_are_not_accused(layer: type[Base]) -> None:
    assert gn.check_layer(layer).ok

    class Wrong(layer):  # type: ignore[misc, valid-type]
        times = 1.05

    assert codes(gn.check_layer(Wrong)) == ["constant_factor"]


class PlainDescent:
    def update(self, w: Any, g: Any) -> Any:
        return w - 0.01 * g


class HoldsAnOptimizer(Base):
    def __init__(self, n_inputs: int = 3, n_units: int = 4) -> None:
        super().__init__(n_inputs, n_units)
        self.optimizer = PlainDescent()

    def backward(self, dZ: Any) -> Any:
        carried, dW, db = self.gradients(dZ)
        self.W, self.b = self.optimizer.update(self.W, dW), self.optimizer.update(self.b, db)
        return carried


class CarriesBehindTheUpdate(HoldsAnOptimizer):
    def backward(self, dZ: Any) -> Any:
        super().backward(dZ)
        return dZ @ self.W.T


def test_an_optimizer_that_a_layer_holds_moves_the_weights_before_or_behind_the_carry() -> None:
    assert gn.check_layer(HoldsAnOptimizer).ok
    assert codes(gn.check_layer(CarriesBehindTheUpdate)) == ["weights_updated_first"]
