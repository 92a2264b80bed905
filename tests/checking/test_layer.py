"""check_layer: dense, normalisation and dropout layers of learners, in the common styles, right and wrong."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

import glassnet as gn
from glassnet.checking import Report
from glassnet.errors import ArgumentError

random = np.random.default_rng(0)


def codes(report: Report) -> list[str]:
    return [slip.code for slip in report.slips]


class Dense:
    """Samples in rows; gradients returned. `wrong` names a mistake."""

    def __init__(self, n_inputs: int, n_units: int, wrong: str = "") -> None:
        self.W, self.b = random.normal(size=(n_inputs, n_units)), np.zeros(n_units)
        self.wrong = wrong

    def forward(self, X: Any) -> Any:
        self.X = X
        return X @ self.W + self.b

    def backward(self, dZ: Any) -> Any:
        X, W, m = self.X, self.W, len(dZ)
        dX, dW, db = dZ @ W.T, X.T @ dZ, dZ.sum(axis=0)
        wrong = {
            "transposed_carry": lambda: (dZ @ W, dW, db),
            "error_not_carried": lambda: (dZ, dW, db),
            "batch_mean_twice": lambda: (dX / m, dW, db),
            "transposed_weight_gradient": lambda: (dX, dW.T, db),
            "weight_gradient_averaged": lambda: (dX, dW / m, db),
            "weight_gradient_last_sample": lambda: (dX, np.outer(X[-1], dZ[-1]), db),
            "weight_gradient_missing": lambda: (dX, 0 * dW, db),
            "bias_gradient_averaged": lambda: (dX, dW, dZ.mean(axis=0)),
            "bias_gradient_wrong_axis": lambda: (dX, dW, dZ.sum(axis=1)),
            "bias_gradient_last_sample": lambda: (dX, dW, dZ[-1]),
            "bias_gradient_not_summed": lambda: (dX, dW, dZ),
            "bias_gradient_missing": lambda: (dX, dW, 0 * db),
            "sign_flipped": lambda: (-dX, dW, db),
        }
        return wrong[self.wrong]() if self.wrong else (dX, dW, db)


class InColumns:
    """Samples in columns, gradients kept as attributes."""

    def __init__(self, n_inputs: int, n_units: int) -> None:
        self.W, self.b = random.normal(size=(n_units, n_inputs)), np.zeros((n_units, 1))

    def forward(self, A: Any) -> Any:
        self.A = A
        return self.W @ A + self.b

    def backward(self, dZ: Any) -> Any:
        self.dW, self.db = dZ @ self.A.T, dZ.sum(axis=1, keepdims=True)
        return self.W.T @ dZ


class LayerDense:
    """As books write it: nothing is returned, everything is kept."""

    def __init__(self, n_inputs: int, n_neurons: int) -> None:
        self.weights, self.biases = random.normal(size=(n_inputs, n_neurons)), np.zeros((1, n_neurons))

    def forward(self, inputs: Any) -> None:
        self.inputs = inputs
        self.output = np.dot(inputs, self.weights) + self.biases

    def backward(self, dvalues: Any) -> None:
        self.dweights = np.dot(self.inputs.T, dvalues)
        self.dbiases = np.sum(dvalues, axis=0, keepdims=True)
        self.dinputs = np.dot(dvalues, self.weights.T)


class UpdatesItself:
    """backward(error, learning_rate) updates the weights; `early` before they carry the error."""

    def __init__(self, n_inputs: int = 3, n_units: int = 4, early: bool = False) -> None:
        self.weights, self.bias = random.normal(size=(n_inputs, n_units)), np.zeros((1, n_units))
        self.early = early

    def forward_propagation(self, X: Any) -> Any:
        self.input = X
        return X @ self.weights + self.bias

    def backward_propagation(self, output_error: Any, learning_rate: float) -> Any:
        before = output_error @ self.weights.T
        self.weights -= learning_rate * (self.input.T @ output_error)
        self.bias -= learning_rate * output_error.sum(axis=0, keepdims=True)
        return output_error @ self.weights.T if self.early else before


class InTorch:
    """PyTorch tensors."""

    def __init__(self, n_inputs: int, n_units: int) -> None:
        self.weight, self.bias = torch.randn(n_units, n_inputs), torch.zeros(n_units)

    def forward(self, x: Any) -> Any:
        self.x = x
        return x @ self.weight.T + self.bias

    def backward(self, grad_output: Any) -> Any:
        self.grad_weight, self.grad_bias = grad_output.T @ self.x, grad_output.sum(0)
        return grad_output @ self.weight


@pytest.mark.parametrize("style", [Dense, InColumns, LayerDense, UpdatesItself, InTorch])
def test_right_layers_of_every_style_are_right(style: Any) -> None:
    report = gn.check_layer(style)
    assert report.ok and report.slips == () and report.evidence == ()
    assert gn.check_layer(style(4, 2)).ok


@pytest.mark.parametrize(
    "wrong",
    ["error_not_carried", "batch_mean_twice", "transposed_weight_gradient", "weight_gradient_averaged",
     "weight_gradient_last_sample", "weight_gradient_missing", "bias_gradient_averaged", "bias_gradient_wrong_axis",
     "bias_gradient_last_sample", "bias_gradient_not_summed", "bias_gradient_missing", "sign_flipped",
     "transposed_carry"],
)  # fmt: skip
def test_a_wrong_backward_pass_is_named(wrong: str) -> None:
    report = gn.check_layer(Dense(4, 4, wrong))
    assert codes(report) == [wrong] and not report.ok


def test_weights_that_are_updated_first_are_named() -> None:
    assert codes(gn.check_layer(UpdatesItself(3, 4, early=True))) == ["weights_updated_first"]


def test_means_of_both_gradients_are_a_convention_that_is_noted() -> None:
    class Averaging(Dense):
        def backward(self, dZ: Any) -> Any:
            m = len(dZ)
            return dZ @ self.W.T, self.X.T @ dZ / m, dZ.sum(axis=0) / m

    report = gn.check_layer(Averaging(3, 4))
    assert report.ok
    assert report.notes[0].startswith("dW and db are divided by the number of samples")


def test_gradients_that_add_up_from_pass_to_pass_are_named() -> None:
    class Adding(LayerDense):
        def __init__(self, n_inputs: int, n_neurons: int) -> None:
            super().__init__(n_inputs, n_neurons)
            self.dweights, self.dbiases = np.zeros_like(self.weights), np.zeros_like(self.biases)

        def backward(self, dvalues: Any) -> None:
            self.dweights = self.dweights + np.dot(self.inputs.T, dvalues)
            self.dbiases = self.dbiases + np.sum(dvalues, axis=0, keepdims=True)
            self.dinputs = np.dot(dvalues, self.weights.T)

    assert codes(gn.check_layer(Adding)) == ["gradients_accumulate"]


class BatchNorm:
    """Batch normalisation; `path` says which part of its backward pass there is."""

    def __init__(self, n: int = 3, path: str = "") -> None:
        self.gamma, self.beta, self.path = random.normal(size=n), np.zeros(n), path

    def forward(self, X: Any) -> Any:
        self.centred = X - X.mean(axis=0)
        self.std = np.sqrt(X.var(axis=0) + 1e-5)
        self.s = self.centred / self.std
        return self.gamma * self.s + self.beta

    def backward(self, dA: Any) -> Any:
        g = dA * self.gamma
        through_mean = 0 if self.path in ("mean_path_missing", "statistics_constant") else g.mean(axis=0)
        constant = self.path in ("variance_path_missing", "statistics_constant")
        through_variance = 0 if constant else self.s * (g * self.s).mean(axis=0)
        dX = (g - through_mean - through_variance) / self.std
        return dX, (dA * self.s).sum(axis=0), dA.sum(axis=0)


def test_a_batch_norm_that_is_made_of_arrays() -> None:
    class OfArrays(BatchNorm):
        def __init__(self, gamma: Any, beta: Any) -> None:
            super().__init__(len(gamma))
            self.gamma, self.beta = gamma, beta

    assert gn.check_layer(OfArrays).ok


class Skipping:
    """A linear layer beside which its inputs pass; `keeps` says whether they do on the way back."""

    def __init__(self, n: int = 3, keeps: bool = True) -> None:
        self.W, self.keeps = random.normal(size=(n, n)), keeps

    def forward(self, X: Any) -> Any:
        self.X = X
        return X + X @ self.W

    def backward(self, dA: Any) -> Any:
        self.dW = self.X.T @ dA
        return dA @ self.W.T + (dA if self.keeps else 0)


def test_a_layer_without_activation_is_not_said_to_lack_its_derivative() -> None:
    assert gn.check_layer(Skipping()).ok
    report = gn.check_layer(Skipping(keeps=False))
    assert report.ok is False
    assert [slip.code for slip in report.slips] == ["residual_skip_missing"]


class Sloped:
    """Leaky ReLU with a slope of its own for each feature, whose gradient is divided by `m`."""

    def __init__(self, n: int = 3) -> None:
        self.slope = np.full(n, 0.25)

    def forward(self, X: Any) -> Any:
        self.X = X
        return np.where(X > 0, X, self.slope * X)

    def backward(self, dA: Any) -> Any:
        self.dslope = (dA * np.where(self.X > 0, 0, self.X)).mean(axis=0)
        return dA * np.where(self.X > 0, 1, self.slope)


def test_a_parameter_of_each_feature_is_not_told_the_gradient_of_a_matrix() -> None:
    (slip,) = gn.check_layer(Sloped()).slips
    assert slip.code == "weight_gradient_averaged"
    assert slip.fix == "dW = the sum over the samples of dA times the slope of the output for W"


def test_the_paths_of_a_batch_norm() -> None:
    assert gn.check_layer(BatchNorm(4)).ok
    for path in ("mean_path_missing", "variance_path_missing", "statistics_constant"):
        assert codes(gn.check_layer(BatchNorm(4, path))) == [f"batch_norm_{path}"]


@pytest.mark.parametrize("code", ["", "dropout_mask_missing", "dropout_scale_missing"])
def test_dropout_is_checked_by_what_its_forward_pass_dropped(code: str) -> None:
    class Dropout:
        def __init__(self) -> None:
            self.random = np.random.default_rng(1)

        def forward(self, X: Any) -> Any:
            self.mask = self.random.random(X.shape) >= 0.4
            return X * self.mask / 0.6

        def backward(self, error: Any) -> Any:
            if code == "dropout_mask_missing":
                return error
            return error * self.mask / (1 if code == "dropout_scale_missing" else 0.6)

    report = gn.check_layer(Dropout)
    assert codes(report) == ([code] if code else []) and report.ok is (code == "")


def test_a_layer_that_changes_what_it_is_given_is_named() -> None:
    class Relu:
        def forward(self, X: Any) -> Any:
            self.X = X
            return np.maximum(0, X)

        def backward(self, error: Any) -> Any:
            error[self.X <= 0] = 0
            return error

    assert codes(gn.check_layer(Relu())) == ["argument_changed"]


def test_what_is_in_no_catalogue_has_evidence_and_no_name() -> None:
    class Odd(Dense):
        def backward(self, dZ: Any) -> Any:
            return dZ @ self.W.T + 0.1, self.X.T @ dZ, dZ.sum(axis=0)

    report = gn.check_layer(Odd(3, 4))
    assert report.verdict == "mismatch, no known slip" and report.slips == ()
    assert [line.name for line in report.evidence] == ["dX"]


def test_what_is_no_layer_is_refused() -> None:
    class NoBackward:
        def forward(self, X: Any) -> Any:
            return X

    with pytest.raises(ArgumentError, match="NoBackward lacks backward"):
        gn.check_layer(NoBackward())
    with pytest.raises(ArgumentError, match=r"cannot be built as .*\(3, 4\); pass an object of it"):
        gn.check_layer(type("Many", (Dense,), {"__init__": lambda self, a, b, c: None}))
