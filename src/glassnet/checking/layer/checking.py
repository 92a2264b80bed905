"""The check of a learner's own layer: its backward pass beside differences of its forward pass."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeVar

import numpy as np

from glassnet.checking.finding.matching import (
    COARSE,
    SAME,
    Found,
    Wanted,
    factor,
    fits,
    have_one_size,
    is_right,
    match,
)
from glassnet.checking.finding.smooth import gradient
from glassnet.checking.layer.backward import Pass, Way, backward, passes
from glassnet.checking.layer.building import layer_of
from glassnet.checking.layer.random_layer import random_report
from glassnet.checking.layer.roles import Roles, slope_of
from glassnet.checking.layer.running import LearnerLayer
from glassnet.checking.layer.setting import Guess, same
from glassnet.checking.layer.slips import of_bias, of_inputs, of_weights
from glassnet.checking.numerics.calling import as_they_are, copied
from glassnet.checking.numerics.rounding import Array
from glassnet.checking.report import TAKEN_OVER, Evidence, Report, Slip, side_by_side
from glassnet.errors import ArgumentError
from glassnet.support import checks
from glassnet.support.cached import cached_property
from glassnet.support.calls import explained

SUBJECT = "check_layer"
T = TypeVar("T")
MOST_INPUTS = 1_000_000
RESETS = ("zero_grad", "zero_gradients", "zero_grads", "reset", "reset_gradients", "reset_grads",
          "clear_gradients")  # fmt: skip


@explained
def check_layer(layer: Any, *, n_inputs: int | None = None) -> Report:
    """Check a learner's layer by differences, whatever its style.

    The forward pass is run on a small batch; the gradients of its outputs times random numbers, with respect to the
    input and to every array on which the output depends, are compared with what the backward pass gives for those
    numbers. Gradients are found by trying: whatever is returned, kept (in attributes and dictionaries of any name),
    handed to an optimizer that the layer holds, or used at once in ``backward(error, learning_rate)``.

    Parameters
    ----------
    layer : class, object or pair of functions
        With ``forward(X)`` and ``backward(dZ)``, or names like these; further arguments such as ``training``,
        ``learning_rate``, a cache or the input are given where they are asked for. Or ``(affine_forward,
        affine_backward)``. A class is built as ``Layer(n_inputs, n_units)``, ``Layer(W, b)`` or ``Layer()``. Samples in
        rows, in columns, or one at a time; NumPy arrays, lists or PyTorch tensors.
    n_inputs : int, optional
        Features that the layer reads, where its weights do not tell; from 1 to a million.

    Returns
    -------
    Report
        What was not found is named under ``not_checked``, and then ``ok`` is None. Codes of dX: transposed_carry,
        weights_updated_first, error_not_carried, batch_mean_twice, those of batch norm and layer norm as of
        :func:`check_backward`, those of residual layers, scale_carry_missing, prelu_slope_missing,
        prelu_closed_below_zero, prelu_sides_exchanged, dropout_mask_missing, dropout_scale_missing. Of dW and db:
        transposed_weight_gradient, weight_gradient_averaged, weight_gradient_last_sample, weight_gradient_missing,
        bias_gradient_averaged, bias_gradient_wrong_axis, bias_gradient_last_sample, bias_gradient_not_summed,
        bias_gradient_missing; of norms, factors, slopes and tables of vectors those of :func:`check_backward`. Of
        all: activation_derivative_missing, constant_factor, sign_flipped, gradients_accumulate, argument_changed.

    Raises
    ------
    ArgumentError
        If it has no forward or backward pass, or one cannot be called, or `n_inputs` is out of range.
    """
    if n_inputs is not None:
        n_inputs = checks.integer("n_inputs", n_inputs, least=1, most=MOST_INPUTS)
    thing = layer_of(layer, n_inputs)
    learner = LearnerLayer(copied(thing), n_inputs)
    if not _can_go_back(learner):  # it may be made for one sample
        learner = LearnerLayer(thing, n_inputs, alone=True)
    output = learner.forward(learner.X)
    error = np.random.default_rng(6).normal(size=output.shape)
    if not np.array_equal(output, learner.forward(learner.X)):
        return random_report(learner, error, _first_way(learner, error))
    return _Check(learner, error).report()


def _can_go_back(learner: LearnerLayer) -> bool:
    """Whether a backward pass for the batch can be called in some way."""
    error = np.ones_like(learner.forward(learner.X))
    try:
        next(passes(learner, error))
    except ArgumentError:
        return learner.batch.n_samples == 1
    return True


def _first_way(learner: LearnerLayer, error: Array) -> Way:
    return next(way for way, _ in passes(learner, error))


class _Check:
    """The gradients of a layer by differences, beside the learner's."""

    def __init__(self, learner: LearnerLayer, error: Array) -> None:
        self.learner, self.error = learner, error
        self.tolerance = COARSE if learner.is_single else SAME
        # Integers have no gradient.
        self.wanted = [] if learner.batch.is_of_integers else [Wanted("dX", self._numeric_input())]
        self.wanted += [Wanted(leaf.name, slope_of(learner, leaf, error)) for leaf in learner.parameters]
        tried = [(way, one_pass, self._matched(one_pass)) for way, one_pass in passes(learner, error)]
        self.way, self.found, self.given = max(tried, key=lambda t: sum(map(self._fits, t[2], self.wanted)))

    @cached_property
    def roles(self) -> Roles:
        """Which parameter plays which part."""
        return Roles(
            self.learner, self.error, self._of_parameters(self.wanted), self.found.after, self.tolerance
        )

    def _of_parameters(self, parts: list[T]) -> list[T]:
        """What belongs to the parameters, without what belongs to the input."""
        return parts[len(parts) - len(self.learner.parameters) :]

    def _numeric_input(self) -> Array:
        learner = self.learner
        return gradient(lambda: float((self.error * learner.forward(learner.X)).sum()), learner.X,
                        unit=learner.unit)  # fmt: skip

    def _matched(self, one_pass: Pass) -> list[Found | None]:
        """The learner's array for each that is wanted; what moved a parameter itself comes first."""
        matches: list[Found | None] = match(self.wanted, one_pass.pool, tolerance=self.tolerance)
        show_nothing = have_one_size([step.array for step in one_pass.steps.values()])
        for index, leaf in enumerate(
            self.learner.parameters, len(self.wanted) - len(self.learner.parameters)
        ):
            step = one_pass.steps.get(leaf.name)
            if step is None and one_pass.steps and matches[index] is None:  # the others were moved
                matches[index] = Found(f"step of {leaf.name}", 0 * self.learner.array(leaf))
            if step is not None:
                right = self.wanted[index].right
                matches[index] = (
                    self._kept(one_pass.pool, right)
                    if show_nothing
                    else self._step(step, right, one_pass.rate)
                )
        return matches

    def _kept(self, pool: list[Found], right: Array) -> Found | None:
        """What is kept of a gradient where Adam makes the step of it: the gradient, or a mean of it that began at 0."""
        for candidate in pool:
            c = factor(candidate.array, right, self.tolerance) if fits(candidate.array, right) else None
            if c is not None and c > 0:
                return Found(candidate.name, candidate.array / c)
        return None

    def _step(self, step: Found, right: Array, rate: float | None) -> Found:
        """A step over its learning rate; where that is not known, over the one that makes it right, if there is one."""
        c = factor(step.array, right, self.tolerance) if rate is None else None
        return step if c is None or c < 0 else Found(step.name, step.array / c)

    def _fits(self, candidate: Found | None, wanted: Wanted) -> bool:
        return candidate is not None and is_right(candidate.array, wanted.right, tolerance=self.tolerance)

    # ---- the report

    def report(self) -> Report:
        slips: list[Slip] = []
        evidence: list[Evidence] = []
        missing: list[str] = []
        for candidate, wanted, guesses in zip(self.given, self.wanted, self._guesses(), strict=True):
            name = self._name(wanted)
            if candidate is None:
                candidate = self._at_its_place(wanted)
            if candidate is None:
                missing.append(f"{name}: {self._why_missing(wanted)}")
            elif not self._fits(candidate, wanted):
                slips += list(self._named(candidate.array, wanted, guesses))[:1]
                evidence.append(side_by_side(name, candidate.array, wanted.right))
            elif not np.isfinite(wanted.right).all():
                missing.append(
                    f"{name}, {int(np.isnan(wanted.right).sum())} entries: the output has a kink there"
                )
        averaged = {"weight_gradient_averaged", "bias_gradient_averaged"}
        if {slip.code for slip in slips} == averaged and len(evidence) == 2:
            note = "dW and db are divided by the number of samples: right where the error that arrives is not"
            return Report(SUBJECT, True, notes=(note, *self._notes()), not_checked=tuple(missing))
        slips += self._beside()
        ok = not slips and not evidence
        return Report(SUBJECT, ok, tuple(slips), tuple(evidence), self._notes(), (), tuple(missing))

    def _why_missing(self, wanted: Wanted) -> str:
        if wanted.name in self.found.steps:
            return "all steps have one size, as Adam's first ones do, and nothing in proportion to it is kept"
        return f"no array of its shape {wanted.right.shape} was returned, kept or applied"

    def _at_its_place(self, wanted: Wanted) -> Found | None:
        """What ``return dX, dW, db`` gives at the place of this gradient, whatever its shape."""
        index = self.wanted.index(wanted)
        returned = [candidate for candidate in self.found.pool if candidate.name.startswith("[")]
        return returned[index] if len(returned) == len(self.wanted) else None

    def _name(self, wanted: Wanted) -> str:
        """What the report calls a gradient: dX, dW for weights, db for a bias, else d and the parameter's name."""
        roles = {id(self.roles.weights): "dW", id(self.roles.bias): "db"}
        leaf = next((leaf for leaf in self.learner.parameters if leaf.name == wanted.name), None)
        return "dX" if leaf is None else roles.get(id(leaf), f"d {wanted.name}")

    def _guesses(self) -> Iterator[Iterator[Guess]]:
        leaves = {
            wanted.name: leaf
            for wanted, leaf in zip(self._of_parameters(self.wanted), self.learner.parameters, strict=True)
        }
        for wanted in self.wanted:
            leaf = leaves.get(wanted.name)
            rows = self.roles.rows(wanted.right)
            of = of_inputs if leaf is None else of_bias if leaf is self.roles.bias else of_weights
            yield (guess for setting in (self.roles.setting,) for guess in of(setting, rows))

    def _named(self, gradient: Array, wanted: Wanted, guesses: Iterator[Guess]) -> Iterator[Slip]:
        for guess in guesses:
            value = np.asarray(guess.value)
            if same(gradient, value) or same(self.roles.rows(gradient), value):
                is_handed_on = guess.code == "error_not_carried" and self._sums_to_one()
                more = f" After softmax that is {TAKEN_OVER}." if is_handed_on else ""
                yield Slip(guess.code, (), guess.message + more, guess.fix)
        c = factor(gradient, wanted.right, self.tolerance) if fits(gradient, wanted.right) else None
        if c is not None:
            name = self._name(wanted)
            yield Slip(
                "constant_factor", (), f"{name} is {c:.6g} times the right one.", f"{name} = (...) / {c:.6g}"
            )

    def _sums_to_one(self) -> bool:
        """Whether it learns nothing, and the outputs of each sample sum to 1, as those of softmax."""
        sums = self.learner.batch.rows(self.learner.forward(self.learner.X)).sum(axis=1)
        return not self.learner.parameters and bool(np.allclose(sums, 1))

    def _beside(self) -> Iterator[Slip]:
        """What the passes do to what they are given, and what they leave behind."""
        if changes_arguments(self.learner.copied(), self.error, self.way):
            message = (
                "The arrays that are passed in are changed: whoever passed them finds other numbers in them."
            )
            yield Slip("argument_changed", (), message, "work on a copy: dX = dZ.copy()")
        has_reset = any(callable(getattr(self.learner.thing, name, None)) for name in RESETS)
        if not has_reset and self._accumulates():
            message = "Gradients add up from one backward pass to the next."
            yield Slip("gradients_accumulate", (), message, "dW = X.T @ dZ  # in the place of dW += ...")

    def _accumulates(self) -> bool:
        """Whether a second pass on the same batch gives the first one's gradients twice."""
        learner = self.learner.copied()
        both = []
        for _ in range(2):
            learner.forward(learner.X)
            both.append(self._matched(backward(learner, self.error, self.way)))
        pairs = [
            (first, second)
            for first, second, leaf in zip(
                *map(self._of_parameters, both), self.learner.parameters, strict=True
            )
            if first is not None and second is not None and leaf.name not in self.found.steps
        ]
        return any(np.abs(a.array).max() > 0 and same(b.array, 2 * a.array) for a, b in pairs)

    def _notes(self) -> tuple[str, ...]:
        if self.learner.batch.is_of_integers:
            return ("the layer takes integers, which have no gradient: dX is not looked at",)
        if self.learner.batch.n_samples == 1:
            return ("one sample at a time",)
        return ("samples in columns",) if self.learner.columns else ()


def changes_arguments(learner: LearnerLayer, error: Array, way: Way) -> bool:
    """Whether the passes change the arrays that they are given."""
    X, passed_error = learner.X.copy(), error.copy()
    learner.way = as_they_are
    try:
        before = learner.X.copy()
        learner.forward(X)
        learner.X = X
        backward(learner, passed_error, way)
    except Exception:  # a layer of lists or tensors does not take arrays
        return False
    return not (np.array_equal(X, before) and np.array_equal(passed_error, error))
