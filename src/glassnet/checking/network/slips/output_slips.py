"""The error at the output, dZ of the last layer, as it should be and as slips make it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations

import numpy as np

from glassnet import activations, losses
from glassnet.activations import ActivationFunction, Linear, Sigmoid, Softmax
from glassnet.checking.network.slips.chain import StageChain
from glassnet.checking.network.slips.constants import ONE, LossFactor, conventions, same
from glassnet.checking.network.slips.places import Choice, Place, known, n_slips
from glassnet.checking.network.slips.slope_slips import slope_choices, written_in_output
from glassnet.checking.network.slips.stages import Affine, Gate, applied, gated, jacobian_product, slope
from glassnet.checking.numerics.rounding import FORMULA, REACH, Array, Rounded, softmax
from glassnet.losses import BinaryWeighted, Loss, SmoothedLoss

EPSILONS = (1e-15, 1e-12, 1e-10, 1e-9, 1e-8, 1e-7, 1e-6, 1e-5)


def slip_factors(loss: Loss, n_samples: int, n_features: int) -> list[tuple[str, str, float]]:
    """Slips that multiply the error at the output: code, variant and factor."""
    factors = [("batch_mean_twice", "", 1 / n_samples)] if n_samples > 1 else []
    if isinstance(loss, losses.MeanSquaredError):
        factors.append(("square_factor_twice", "", 2.0))
    if n_samples > 1 and n_features not in (1, n_samples):
        factors.append(("batch_mean_wrong_axis", "the number of features", n_samples / n_features))
    return factors


class Output:
    """The loss and the last activation of a chain that has been run."""

    def __init__(self, chain: StageChain, loss: Loss, y: Rounded, constant: LossFactor = ONE) -> None:
        last = chain.stages[-1]
        self.gate = last if isinstance(last, Gate) else None
        self.activation: ActivationFunction = last.activation if isinstance(last, Gate) else Linear()
        self.layer, self.chain, self.loss, self.y = chain.last, chain, loss, y
        self.constant = constant
        self.fused = loss.on_logits(self.activation)
        self.n_samples, self.n_outputs = chain.output.value.shape
        self.n_features = next(
            len(stage.weights.value) for stage in chain.stages if isinstance(stage, Affine)
        )
        self.before = self.gradient(chain.output)

    @property
    def stage_below(self) -> int:
        """The stage that the error at the output goes on to: an activation at the end belongs to the output."""
        return len(self.chain.stages) - 1 - (self.gate is not None)

    def place(self, code: str, variant: str = "") -> Place:
        """A slip here."""
        return Place(code, self.layer, "output", variant)

    @property
    def right(self) -> Rounded:
        """The right error at the output."""
        return next(self.errors()).value.times(self.constant.factor)

    def choices(self, most: int) -> Iterator[tuple[Choice, Rounded | None]]:
        """Every error at the output with at most this many slips, the right one first.

        Beside each the error before the activation's derivative, where there is an activation.
        """
        errors = list(self.errors()) if most > 0 else [next(self.errors())]
        for scales in self.scales() if most > 0 else [()]:
            factor = self.constant.factor * float(np.prod([factor for _, factor in scales]))
            before = None if self.gate is None else self.before.times(factor)
            for error in errors:
                places = (*error.places, *(place for place, _ in scales))
                if n_slips(places) <= most:
                    yield known(places, error.value.times(factor) if factor != 1 else error.value), before

    def scales(self) -> list[tuple[tuple[Place, float], ...]]:
        """Factors on the whole error that are slips, by how many they take.

        A factor that leads to the loss itself or to a common form of it is none.
        """
        m, constant = self.n_samples, self.constant
        flipped = (self.place("error_sign_flipped"), -1.0)
        known_losses = [1.0, *(c.factor for c in conventions(self.loss, m, self.n_outputs))]
        single = [
            (self.place(code, variant), by)
            for code, variant, by in slip_factors(self.loss, m, self.n_features)
            if not any(same(by * constant.factor, factor) for factor in known_losses)
        ]
        single = [flipped, *(single if constant.unlikelihood < 2 else [])]
        pairs = [pair for pair in combinations(single, 2) if not same(pair[0][1] * pair[1][1], 1)]
        return [(), *((one,) for one in single), *pairs]

    # ---- derivatives

    def errors(self) -> Iterator[Choice]:
        """The right error, and what is made of it by slips in the loss's and the activation's derivative."""
        yield from self._from(self.chain.output, ())
        if isinstance(self.loss, SmoothedLoss) and 0 < self.loss.label_smoothing < 1:
            plain = Output(self.chain, replace(self.loss, label_smoothing=0.0), self._not_smoothed())
            yield known((self.place("label_smoothing_missing"),), next(plain.errors()).value)
        if isinstance(self.loss, BinaryWeighted) and self.loss.pos_weight != 1:
            unweighted = Output(self.chain, replace(self.loss, pos_weight=1.0), self.y)
            yield known((self.place("pos_weight_missing"),), next(unweighted.errors()).value)
        if isinstance(self.activation, Softmax) and self.gate is not None:
            yield from self._from(softmax(self.gate.z, axis=None), (self.place("softmax_over_batch"),))
            over_samples = softmax(self.gate.z, axis=0)
            yield from self._from(over_samples, (self.place("softmax_over_samples"),))
            if self.fused is None:
                places = (self.place("softmax_over_samples", "jacobian over samples too"),)
                yield known(places, jacobian_product(over_samples, self.gradient(over_samples), axis=0))

    def _not_smoothed(self) -> Rounded:
        """The targets as they were given."""
        share, each = self.loss.label_smoothing, self.loss.share_of_each(self.n_outputs)
        return self.y.apply(lambda y: (y - each) / (1 - share))

    def _from(self, p: Rounded, places: tuple[Place, ...]) -> Iterator[Choice]:
        gradient = self.before if p is self.chain.output else self.gradient(p)
        if self.gate is None:
            yield known(places, gradient)
            yield from self._of_other_activations(p, gradient)
            yield from self._of_other_losses(p, places)
            yield from self._of_one_term(p, places)
            return
        right = self.error_of_logits(p) if self.fused is not None else self._through(p, gradient)
        yield known(places, right)
        yield known((*places, self.place("output_derivative_missing")), gradient)
        yield from self._doubled(p, right, places)
        if isinstance(self.activation, Softmax):
            alone = (*places, self.place("softmax_without_jacobian"))
            yield known(alone, gradient * (p * (p.exactly(1.0) - p)))
            yield known((*places, self.place("derivative_formula_wrong", "a")), gradient * p)
        elif not places:
            for choice in slope_choices(self.gate, gradient, self.chain):
                yield from self._renamed(choice)
        yield from self._of_other_losses(p, places)
        yield from self._clipped(p, places)
        yield from self._of_one_term(p, places)

    def _renamed(self, choice: Choice) -> Iterator[Choice]:
        """Slips of the slope, as far as the output has no names of its own for them."""
        own = {"activation_derivative_missing", "activation_derivative_doubled", "error_sign_flipped"}
        if choice.places and not own & {place.code for place in choice.places}:
            yield choice

    def _doubled(self, p: Rounded, right: Rounded, places: tuple[Place, ...]) -> Iterator[Choice]:
        doubled = (*places, self.place("output_derivative_doubled"))
        if not isinstance(self.activation, Softmax):
            yield known(doubled, gated(self.activation, self._z(), p, right))
            return
        yield known(doubled, right * (p * (p.exactly(1.0) - p)))
        yield known(
            (*places, self.place("output_derivative_doubled", "jacobian")), jacobian_product(p, right)
        )

    def _of_other_losses(self, p: Rounded, places: tuple[Place, ...]) -> Iterator[Choice]:
        """What the derivative of another loss would have given."""
        y = self.y
        if isinstance(self.loss, losses.EmbeddingLoss):
            return
        for name in ("mean_squared_error", "mean_absolute_error"):
            other = losses.get(name)
            if type(other) is not type(self.loss):
                gradient = _gradient(other, y, p)
                slipped = (*places, self.place("gradient_of_another_loss", name))
                yield known(slipped, self._through(p, gradient) if self.gate is not None else gradient)
        if self.fused is None and isinstance(self.activation, (Sigmoid, Softmax)):
            name = "binary" if isinstance(self.activation, Sigmoid) else "categorical"
            slipped = (*places, self.place("gradient_of_another_loss", f"{name}_cross_entropy"))
            yield known(slipped, (p - y).times(1 / self.n_samples))

    def _of_other_activations(self, z: Rounded, gradient: Rounded) -> Iterator[Choice]:
        """A derivative where there is no activation, such as sigmoid's behind a linear output."""
        for name in ("sigmoid", "tanh", "relu"):
            other = activations.get(name)
            variants = [(f"{name} of z" if name != "relu" else name, slope(other, z))]
            if (in_output := written_in_output(other)) is not None:
                variants.append((name, z.apply(in_output)))
            for variant, factor in variants:
                yield known((self.place("derivative_of_another_activation", variant),), gradient * factor)

    def _clipped(self, p: Rounded, places: tuple[Place, ...]) -> Iterator[Choice]:
        """A small number added where the gradient of a cross-entropy divides by a probability."""
        y, one = self.y, p.exactly(1.0)
        binary = isinstance(self.loss, losses.BinaryCrossEntropy)
        if not binary and not isinstance(self.loss, losses.CategoricalCrossEntropy):
            return
        share = 1 / (self.n_samples * self.n_outputs if binary else self.n_samples)
        for epsilon in EPSILONS:
            small = p.exactly(epsilon)
            gradient = -(y.times(self.pos_weight) * (p + small).apply(np.reciprocal))
            if binary:
                gradient = gradient + (one - y) * (one - p + small).apply(np.reciprocal)
            slipped = (*places, self.place("clipped_logarithm", f"{epsilon:g}"))
            yield known(slipped, self._through(p, gradient.times(share)))

    def _of_one_term(self, p: Rounded, places: tuple[Place, ...]) -> Iterator[Choice]:
        """-Y / P alone of binary cross-entropy, or with (1 - Y) / (1 - P) subtracted where it is to be added."""
        of_logits = isinstance(self.loss, losses.SigmoidCrossEntropy)
        if not of_logits and not isinstance(self.loss, losses.BinaryCrossEntropy):
            return
        p = applied(Sigmoid(), p, Sigmoid().value) if of_logits else p
        y, one, share = self.y, p.exactly(1.0), 1 / (self.n_samples * self.n_outputs)
        weighted = y.times(self.pos_weight)
        if of_logits or isinstance(self.activation, Sigmoid):  # the quotients have cancelled
            first, second = -(weighted * (one - p)), (one - y) * p
        else:
            first = -(weighted * p.apply(np.reciprocal))
            second = (one - y) * (one - p).apply(np.reciprocal)
        for code, error in (("second_term_sign_flipped", first - second), ("second_term_missing", first)):
            through = of_logits or self.gate is None or isinstance(self.activation, Sigmoid)
            value = error.times(share)
            yield known((*places, self.place(code)), value if through else self._through(p, value))

    # ---- arithmetic

    @property
    def pos_weight(self) -> float:
        """What targets 1 weigh beside targets 0."""
        return self.loss.pos_weight if isinstance(self.loss, BinaryWeighted) else 1.0

    def _weighs(self, y: Array) -> Array:
        """What a target weighs."""
        return np.asarray(1 + (self.pos_weight - 1) * y)

    def gradient(self, p: Rounded) -> Rounded:
        """The gradient of the loss with respect to the prediction."""
        return _gradient(self.loss, self.y, p)

    def error_of_logits(self, p: Rounded) -> Rounded:
        """(p sum y - y) / n, what softmax or sigmoid and its cross-entropy leave together."""
        binary = isinstance(self.activation, Sigmoid)
        mass = self._weighs(self.y.value) if binary else self.y.value.sum(axis=1, keepdims=True)
        error = p * p.exactly(mass) - self.y.times(self.pos_weight)
        own = np.square(FORMULA * p.unit * (p.value + np.abs(self.y.value)))
        share = 1 / (p.value.size if binary else self.n_samples)
        return Rounded(error.value, lambda: error.variance + own, p.unit).times(share)

    def _z(self) -> Rounded:
        return self.gate.z if self.gate is not None else self.chain.output

    def _through(self, p: Rounded, gradient: Rounded) -> Rounded:
        return gated(self.activation, self._z(), p, gradient)


def _gradient(loss: Loss, y: Rounded, p: Rounded) -> Rounded:
    """The gradient of a loss: what it gives at the ends of the reach of y and p, and roundings of its own."""

    def at(prediction: Array) -> Array:
        return np.asarray(loss.compare(y.value, prediction, None)[1])

    value = at(p.value)

    def variance() -> Array:
        reach = p.reach + y.reach
        spread = np.maximum(np.abs(at(p.value + reach) - value), np.abs(at(p.value - reach) - value)) / REACH
        total: Array = np.square(spread) + np.square(FORMULA * p.unit * value)
        return total

    return Rounded(value, variance, p.unit)
