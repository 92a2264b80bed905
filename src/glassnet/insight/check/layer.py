"""The check of a learner's own layer: its backward pass beside central differences of its forward pass."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from glassnet.insight.check import numeric
from glassnet.insight.check.layer_slips import Guess, Setting, of_bias, of_inputs, of_weights, same
from glassnet.insight.check.learner_layer import RATE, LearnerLayer, Pass
from glassnet.insight.check.report import Evidence, Report, Slip, digits
from glassnet.insight.check.rounding import Array

SUBJECT = "check_layer"


def check_layer(layer: Any, *, n_inputs: int | None = None) -> Report:
    """Check a learner's layer by central differences, whatever its style.

    The forward pass is run on a small batch; the gradients of its outputs times random numbers, with respect to the
    input, the weights and the bias, are compared with what the backward pass gives for those numbers.

    Parameters
    ----------
    layer : class or object
        With ``forward(X)`` and ``backward(dZ)``, or names like these. Weights and bias, if there are any, are
        attributes (weights, W, kernel, gamma; bias, biases, b, beta). Their gradients are returned as
        ``(dX, dW, db)``, kept as attributes (dweights, dW, grad_weights …), or used at once in
        ``backward(error, learning_rate)``. A class is built as ``Layer(n_inputs, n_units)``. Samples in rows or in
        columns; NumPy arrays or PyTorch tensors.
    n_inputs : int, optional
        Features that the layer reads, where its weights do not tell.

    Returns
    -------
    Report
        Codes of dX: transposed_carry, weights_updated_first, error_not_carried, batch_mean_twice, those of batch norm
        and layer norm as of :func:`check_backward`, dropout_mask_missing, dropout_scale_missing. Of dW and db:
        transposed_weight_gradient, weight_gradient_averaged, weight_gradient_last_sample, weight_gradient_missing,
        bias_gradient_averaged, bias_gradient_wrong_axis, bias_gradient_last_sample, bias_gradient_not_summed,
        bias_gradient_missing. Of all: sign_flipped, gradients_accumulate, argument_changed.

    Raises
    ------
    ArgumentError
        If it has no forward or backward pass, or one cannot be called.
    """
    learner = LearnerLayer.of(layer, n_inputs)
    output = learner.forward(learner.X)
    error = np.random.default_rng(6).normal(size=output.shape)
    if not np.array_equal(output, learner.forward(learner.X)):
        return _random(learner, error)
    return _Check(learner, error).report()


class _Check:
    """The gradients of a layer by central differences, beside the learner's."""

    def __init__(self, learner: LearnerLayer, error: Array) -> None:
        self.learner, self.error = learner, error
        self.right = Pass(
            self._numeric(learner.X),
            None if learner.weights is None else self._numeric(learner.weights),
            None if learner.bias is None else self._numeric(learner.bias),
        )
        learner.forward(learner.X)
        self.given = learner.backward(error)

    def _numeric(self, array: Array) -> Array:
        return numeric.gradient(
            lambda: float((self.error * self.learner.forward(self.learner.X)).sum()), array
        )

    def report(self) -> Report:
        """The report."""
        slips: list[Slip] = []
        evidence: list[Evidence] = []
        for name, given, right, guesses in self._arrays():
            if right is None or (given is not None and same(given, right)):
                continue
            found = _absent(name) if given is None else next(self._named(given, guesses), None)
            slips += [] if found is None else [found]
            evidence += [] if given is None else [_line(name, given, right)]
        if {slip.code for slip in slips} == {"weight_gradient_averaged", "bias_gradient_averaged"}:
            note = "dW and db are divided by the number of samples: right where the error that arrives is not"
            return Report(SUBJECT, True, notes=(note,))
        slips += self._beside()
        return Report(SUBJECT, not slips and not evidence, tuple(slips), tuple(evidence), self._notes())

    def _arrays(self) -> Iterator[tuple[str, Array | None, Array | None, Iterator[Guess]]]:
        given, right, setting = self.given, self.right, self._setting()
        for name, mine, true, guesses in (
            ("dX", given.inputs, right.inputs, of_inputs),
            ("dW", given.weights, right.weights, of_weights),
            ("db", given.bias, right.bias, of_bias),
        ):
            yield name, mine, true, iter(()) if true is None else guesses(setting, self._rows(true))

    def _rows(self, array: Array) -> Array:
        return array.T if self.learner.columns else array

    def _setting(self) -> Setting:
        weights, gradient = self.learner.weights, self.given.weights
        updated = None
        if (
            weights is not None
            and gradient is not None
            and gradient.shape == weights.shape
            and self.learner.updates
        ):
            updated = self._weights_in_rows(weights - RATE * gradient)
        own = None if weights is None else self._weights_in_rows(weights)
        return Setting(self._rows(self.learner.X), self._rows(self.error), own, updated, self.learner.columns)

    def _weights_in_rows(self, weights: Array) -> Array:
        """Weights as (n_inputs, n_units), also of layers that keep them the other way round."""
        n_inputs, n_units = self._rows(self.learner.X).shape[1], self._rows(self.error).shape[1]
        if 1 in weights.shape and weights.size == n_inputs == n_units:
            return weights.reshape(-1)
        turned = weights.ndim == 2 and weights.shape == (n_units, n_inputs)
        return weights.T if turned and (n_inputs != n_units or self.learner.columns) else weights

    def _named(self, given: Array, guesses: Iterator[Guess]) -> Iterator[Slip]:
        for guess in guesses:
            value = np.asarray(guess.value)
            if same(given, value) or same(self._rows(given), value):
                yield Slip(guess.code, (), guess.message, guess.fix)

    def _beside(self) -> Iterator[Slip]:
        """What the passes do to what they are given, and what they leave behind."""
        learner = self.learner
        learner.forward(learner.X)
        second = learner.backward(self.error)
        if learner.changes(self.error):
            message = (
                "The arrays that are passed in are changed: whoever passed them finds other numbers in them."
            )
            yield Slip("argument_changed", (), message, "work on a copy: dX = dZ.copy()")
        resets = any(
            callable(getattr(learner.thing, name, None)) for name in ("zero_grad", "zero_gradients", "reset")
        )
        if second.weights is not None and self.right.weights is not None and not resets:
            if same(second.weights, 2 * self.right.weights):
                message = "Gradients add up from one backward pass to the next."
                yield Slip("gradients_accumulate", (), message, "dW = X.T @ dZ  # in the place of dW += ...")

    def _notes(self) -> tuple[str, ...]:
        return ("samples in columns",) if self.learner.columns else ()


def _absent(name: str) -> Slip:
    code = {"dX": "input_gradient_missing", "dW": "weight_gradient_missing", "db": "bias_gradient_missing"}[
        name
    ]
    return Slip(
        code, (), f"backward gives no {name}.", f"return it, or keep it as an attribute: self.{name} = ..."
    )


def _line(name: str, given: Array, right: Array) -> Evidence:
    if given.shape != right.shape:
        return Evidence(name, "its shape", str(given.shape), str(right.shape))
    place = np.unravel_index(np.argmax(np.abs(given - right)), right.shape)
    shown = f"[{', '.join(str(int(i)) for i in place)}]"
    return Evidence(name, shown, *digits(float(given[place]), float(right[place])))


def _random(learner: LearnerLayer, error: Array) -> Report:
    """The report on a layer that drops inputs at random: the error must pass where the inputs passed."""
    X = learner.X
    factor = learner.forward(X) / X
    given = learner.backward(error).inputs
    right = error * factor
    if given is not None and same(given, right):
        return Report(SUBJECT, True, notes=("the layer drops inputs at random",))
    scale = factor.max()
    guesses: tuple[tuple[str, str, Callable[[], Array]], ...] = (
        ("dropout_mask_missing", "The error passes where inputs were dropped.", lambda: error),
        ("dropout_mask_missing", "The error passes where inputs were dropped.", lambda: error * scale),
        (
            "dropout_scale_missing",
            "The error is not divided by 1 - rate, as the inputs were.",
            lambda: right / scale,
        ),
        ("dropout_scale_twice", "The error is divided by 1 - rate twice.", lambda: right * scale),
    )
    fix = "dX = dA * mask / (1 - rate)"
    named = [
        Slip(code, (), text, fix)
        for code, text, value in guesses
        if given is not None and same(given, value())
    ]
    lines = () if given is None else (_line("dX", given, right),)
    return Report(SUBJECT, False, tuple(named[:1]) or ((_absent("dX"),) if given is None else ()), lines)
