"""A learner's layer, run forward and backward by whatever names its parts have."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from glassnet.errors import ArgumentError
from glassnet.insight.check.arrays import as_array
from glassnet.insight.check.calling import Form, as_they_are, with_arrays, with_lists, with_tensors
from glassnet.insight.check.parts import (
    BACKWARD,
    FORWARD,
    INPUT_GRADIENT,
    OUTPUT,
    attribute,
    method,
    n_required,
)
from glassnet.insight.check.rounding import Array

WEIGHTS = ("weights", "weight", "W", "w", "kernel", "gamma", "scale")
BIAS = ("bias", "biases", "b", "beta", "shift")
WEIGHTS_GRADIENT = ("dweights", "dweight", "dW", "dw", "d_weights", "grad_weights", "grad_weight", "weights_gradient",
                    "weight_gradient", "weights_grad", "weight_grad", "grad_W", "grad_w", "gradW", "dkernel", "dgamma",
                    "weights_error")  # fmt: skip
BIAS_GRADIENT = ("dbiases", "dbias", "db", "d_bias", "d_biases", "grad_bias", "grad_biases", "bias_gradient",
                 "biases_gradient", "bias_grad", "biases_grad", "grad_b", "gradb", "dbeta")  # fmt: skip
RATE = 0.5
N_SAMPLES, N_INPUTS, N_UNITS = 5, 3, 4


@dataclass(frozen=True)
class Pass:
    """What a backward pass gave; None where it gave nothing."""

    inputs: Array | None
    weights: Array | None
    bias: Array | None


class LearnerLayer:
    """A copy of the learner's layer, in float64 where it lets us."""

    def __init__(self, thing: Any, n_inputs: int | None) -> None:
        self.thing = thing
        forward, backward = method(thing, FORWARD), method(thing, BACKWARD)
        if forward is None or backward is None:
            raise ArgumentError(
                f"check_layer needs an object with forward and backward; {type(thing).__name__} lacks "
                f"{'forward' if forward is None else 'backward'}"
            )
        self._forward, self._backward = forward, backward
        self.weights_name, self.bias_name = self._array_name(WEIGHTS), self._array_name(BIAS)
        for name in (self.weights_name, self.bias_name):
            self._make_double(name)
        self.X, self.way, self.columns = self._input(n_inputs)

    @classmethod
    def of(cls, layer: Any, n_inputs: int | None) -> LearnerLayer:
        """A copy of an object; of a class an object that reads 3 features, or needs no arguments."""
        if not inspect.isclass(layer):
            return cls(copy.deepcopy(layer), n_inputs)
        for arguments in ((n_inputs or N_INPUTS, N_UNITS), ()):
            try:
                return cls(layer(*arguments), n_inputs)
            except TypeError:
                continue
        raise ArgumentError(
            f"{layer.__name__} cannot be built as {layer.__name__}(3, 4); pass an object of it"
        )

    # ---- parts

    def _array_name(self, names: tuple[str, ...]) -> str | None:
        for name in names:
            found = getattr(self.thing, name, None)
            if found is not None and not callable(found) and np.size(as_array(found)) > 1:
                return name
        return None

    def _make_double(self, name: str | None) -> None:
        if name is None:
            return
        found = getattr(self.thing, name)
        if hasattr(found, "detach"):
            found.data = found.data.double()
        else:
            setattr(self.thing, name, np.array(found, np.float64))

    def array(self, name: str | None) -> Array | None:
        """Weights or bias, in the memory that the layer uses."""
        return None if name is None else as_array(getattr(self.thing, name))

    @property
    def weights(self) -> Array | None:
        """The weights, if there are any."""
        return self.array(self.weights_name)

    @property
    def bias(self) -> Array | None:
        """The bias, if there is one."""
        return self.array(self.bias_name)

    # ---- running

    def _input(self, n_inputs: int | None) -> tuple[Array, Form, bool]:
        """A batch that the layer accepts, the kind of array that it wants, and whether samples are in columns."""
        random = np.random.default_rng(5)
        reasons = []
        for n, columns in self._sizes(n_inputs):
            X = random.normal(size=(n, N_SAMPLES) if columns else (N_SAMPLES, n))
            for way in (with_arrays, with_tensors, with_lists):
                try:
                    self.way = way
                    if self.forward(X).ndim == 2:
                        return X, way, columns
                except Exception as reason:  # whatever a learner's layer raises for what it does not accept
                    reasons.append(f"{type(reason).__name__}: {reason}")
        raise ArgumentError(f"the layer's forward could not be called with a batch; {reasons[0]}")

    def _sizes(self, n_inputs: int | None) -> Iterator[tuple[int, bool]]:
        """Numbers of features, with samples in rows or in columns, the likeliest first."""
        weights, bias = self.weights, self.bias
        sizes = [n_inputs] if n_inputs is not None else [] if weights is None else list(weights.shape)
        likely = bias is not None and bias.ndim == 2 and bias.shape[1] == 1
        for columns in (likely, not likely):
            for n in [*sizes, N_INPUTS]:
                yield n, columns

    def forward(self, X: Array) -> Array:
        """The output for X."""
        with np.errstate(all="ignore"):
            result = self.way(self._forward, (X,))
        result = attribute(self.thing, OUTPUT) if result is None else result
        if isinstance(result, tuple):
            result = result[0]
        return as_array(result).astype(np.float64)

    def backward(self, error: Array) -> Pass:
        """The gradients from the error at the output of the last forward pass; the parameters are put back."""
        before = {name: as_array(getattr(self.thing, name)).copy() for name in self._names()}
        result = self._run(error)
        found = list(result) if isinstance(result, tuple) else [result]
        inputs = found[0] if found[0] is not None else attribute(self.thing, INPUT_GRADIENT)
        weights = found[1] if len(found) > 1 else attribute(self.thing, WEIGHTS_GRADIENT)
        bias = found[2] if len(found) > 2 else attribute(self.thing, BIAS_GRADIENT)
        if self.updates:
            changed = [None if n is None else (before[n] - as_array(getattr(self.thing, n))) / RATE for n in
                       (self.weights_name, self.bias_name)]  # fmt: skip
            weights, bias = changed
        for name, values in before.items():
            self._put_back(name, values)
        return Pass(*(None if a is None else as_array(a).astype(np.float64) for a in (inputs, weights, bias)))

    def changes(self, error: Array) -> bool:
        """Whether the passes change the arrays that they are given."""
        if self.way is not with_arrays:
            return False
        X, given = self.X.copy(), error.copy()
        self.way = as_they_are
        self.forward(X)
        self.backward(given)
        self.way = with_arrays
        return not (np.array_equal(X, self.X) and np.array_equal(given, error))

    def _names(self) -> list[str]:
        return [name for name in (self.weights_name, self.bias_name) if name is not None]

    def _put_back(self, name: str, values: Array) -> None:
        found = getattr(self.thing, name)
        if hasattr(found, "detach"):
            as_array(found)[...] = values
        else:
            setattr(self.thing, name, values)

    @property
    def updates(self) -> bool:
        """Whether the backward pass takes a learning rate and updates the weights itself."""
        names = _parameter_names(self._backward)[1:2]
        return any(word in name for name in names for word in ("rate", "lr", "eta", "alpha"))

    def _run(self, error: Array) -> Any:
        with np.errstate(all="ignore"):
            if self.updates:
                return self.way(lambda e: self._backward(e, RATE), (error,))
            if n_required(self._backward) > 1:
                return self.way(self._backward, (error, self.X))
            return self.way(self._backward, (error,))


def _parameter_names(function: Callable[..., Any]) -> list[str]:
    try:
        return [name.lower() for name in inspect.signature(function).parameters]
    except (TypeError, ValueError):
        return []
