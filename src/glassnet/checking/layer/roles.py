"""Which of a layer's arrays is the weights and which the bias, and the pass as the guesses of slips see it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from glassnet.checking.finding.leaves import Leaf
from glassnet.checking.finding.matching import Wanted, fits, is_right
from glassnet.checking.finding.smooth import gradient
from glassnet.checking.layer.running import LearnerLayer
from glassnet.checking.layer.setting import Setting, same
from glassnet.checking.numerics.rounding import Array
from glassnet.support.cached import cached_property


def slope_of(learner: LearnerLayer, leaf: Leaf, error: Array) -> Array:
    """The slope of (error · output).sum() for a parameter, by differences."""
    values = learner.array(leaf)
    before = values.copy()

    def value() -> float:
        leaf.write(learner.thing, values)
        return float((error * learner.forward(learner.X)).sum())

    slopes = gradient(value, values, unit=learner.unit)
    leaf.write(learner.thing, before)
    return slopes


class Roles:
    """The parts that a layer's parameters play.

    Parameters
    ----------
    learner : LearnerLayer
        The layer.
    error : array
        The error at its output.
    wanted : sequence of Wanted
        The right gradient of each parameter.
    after : dict of array
        The parameters behind a pass that moved them.
    tolerance : float
        How far equal numbers may be apart.
    """

    def __init__(
        self,
        learner: LearnerLayer,
        error: Array,
        wanted: Sequence[Wanted],
        after: dict[str, Array],
        tolerance: float,
    ) -> None:
        self.learner, self.error, self.wanted, self.after = learner, error, wanted, after
        self.tolerance = tolerance

    @property
    def weights(self) -> Leaf | None:
        """The parameter that plays the weights: the first of two axes, or else that a normalisation multiplies by."""
        sizes = [
            (leaf, self.learner.array(leaf)) for leaf in self.learner.parameters if leaf is not self.bias
        ]
        two = [leaf for leaf, values in sizes if values.ndim == 2 and min(values.shape) > 0]
        return next(iter([*two, *(leaf for leaf, _ in sizes)]), None)

    @property
    def bias(self) -> Leaf | None:
        """The parameter whose gradient is the error's sum, or that is called so."""
        total = self.learner.batch.rows(self.error).sum(axis=0)
        for leaf, wanted in zip(self.learner.parameters, self.wanted, strict=True):
            if fits(total, wanted.right) and is_right(total, wanted.right, tolerance=self.tolerance):
                return leaf
        named = [
            leaf for leaf in self.learner.parameters if leaf.last_word.lower().lstrip("_").startswith("b")
        ]
        return named[0] if len(self.learner.parameters) == 2 and named else None

    def rows(self, array: Array) -> Array:
        """The array as the guesses see it, samples in rows."""
        return array.T if self.learner.columns else array

    @cached_property
    def setting(self) -> Setting:
        """One pass as the guesses see it, samples in rows."""
        learner = self.learner
        x, arrived = learner.batch.rows(learner.X), learner.batch.rows(self.error)
        own = None if self.weights is None else self._in_rows(learner.array(self.weights))
        after = None if self.weights is None else self.after.get(self.weights.name)
        updated = None if after is None else self._in_rows(after)
        error = self._error_behind_activation()
        return Setting(
            x, arrived, error, own, updated, learner.columns, self._bends(x, arrived), self._carries(),
            learner.batch.is_of_integers,
        )  # fmt: skip

    def _carries(self) -> bool:
        """Whether the layer hands its input on as it is where all its parameters are 0: a residual one."""
        learner = self.learner.copied()
        if not learner.parameters or self.error.shape != learner.X.shape:
            return False
        for leaf in learner.parameters:
            leaf.write(learner.thing, 0 * learner.array(leaf))
        return same(learner.forward(learner.X), learner.X)

    def _bends(self, x: Array, arrived: Array) -> bool:
        """Whether the weights' right gradient is that of another error than the one that arrived."""
        right = [w.right for w in self.wanted if self.weights is not None and w.name == self.weights.name]
        return not any(same(self._in_rows(gradient), x.T @ arrived) for gradient in right)

    def _error_behind_activation(self) -> Array:
        """The error at the pre-activation: for each sample the slope of the bias; what arrived where there is none."""
        arrived = self.learner.batch.rows(self.error)
        if self.bias is None or self.learner.array(self.bias).size != arrived.shape[1]:
            return arrived
        rows = []
        for sample in range(len(arrived)):
            alone = np.zeros_like(arrived)
            alone[sample] = arrived[sample]
            shaped = (alone.T if self.learner.columns else alone).reshape(self.error.shape)
            rows.append(slope_of(self.learner, self.bias, shaped).reshape(-1))
        return np.array(rows)

    def _in_rows(self, weights: Array) -> Array:
        """Weights as (n_inputs, n_units), also of layers that keep them the other way round."""
        n_inputs = self.learner.batch.rows(self.learner.X).shape[1]
        n_units = self.learner.batch.rows(self.error).shape[1]
        if 1 in weights.shape and weights.size == n_inputs == n_units:
            return weights.reshape(-1)
        turned = weights.ndim == 2 and weights.shape == (n_units, n_inputs)
        return weights.T if turned and (n_inputs != n_units or self.learner.columns) else weights
