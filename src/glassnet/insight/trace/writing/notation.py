"""How formulas are written: every activation, loss and optimizer, by registered name.

Functions are built of :class:`~glassnet.insight.trace.writing.arithmetic.Term`, so that the formula with letters
and the same with numbers come from one line. A part that has no entry here is a user's own and is written as f(z).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from glassnet.insight.trace.writing.arithmetic import (
    Term,
    absolute,
    exp,
    largest,
    letter,
    log,
    normal_density,
    normal_share,
    num,
    sigmoid,
    sign,
    smallest,
    tanh,
)
from glassnet.support.registry import registry_of
from glassnet.support.text import in_one_line

ONE, TWO, HALF, ZERO = num(1), num(2), num(0.5), num(0)


@dataclass(frozen=True)
class Written:
    """A function and its slope.

    Attributes
    ----------
    value, slope : callable
        ``value(z, c)`` and ``slope(z, a, c)`` for an activation, ``value(y, a, c)`` and ``slope(y, a, c)`` for an entry
        of a loss; `c` is the constant that the part has, if it has one.
    latex, slope_latex : str
    above, slope_above, value_above : str
        Of a function with a kink at 0, what it is for z > 0, where the others say what it is for z <= 0.
    constant : (str, str)
        The letter of that constant, and the field that holds it.
    """

    value: Callable[..., Term]
    slope: Callable[..., Term]
    latex: str
    slope_latex: str
    above: Callable[..., Term] | None = None
    slope_above: Callable[..., Term] | None = None
    constant: tuple[str, str] = ("", "")

    def constant_of(self, part: Any) -> Term:
        """The constant of this part, as a number."""
        return num(getattr(part, self.constant[1])) if self.constant[1] else ZERO


def _linear(z: Term, c: Term) -> Term:
    return z


ACTIVATIONS = {
    "linear": Written(_linear, lambda z, a, c: ONE, "z", "1"),
    "relu": Written(
        lambda z, c: largest(z, ZERO), lambda z, a, c: ZERO, r"\max(z, 0)", "[z > 0]",
        slope_above=lambda z, a, c: ONE,
    ),
    "leaky_relu": Written(
        lambda z, c: c * z, lambda z, a, c: c, r"z\,[z > 0] + s z\,[z \le 0]", r"[z > 0] + s\,[z \le 0]",
        _linear, lambda z, a, c: ONE, ("s", "slope_below"),
    ),
    "elu": Written(
        lambda z, c: c * (exp(z) - ONE), lambda z, a, c: c * exp(z),
        r"z\,[z > 0] + \alpha(e^z - 1)\,[z \le 0]", r"[z > 0] + \alpha e^z\,[z \le 0]",
        _linear, lambda z, a, c: ONE, ("α", "alpha"),
    ),
    "gelu": Written(
        lambda z, c: z * normal_share(z), lambda z, a, c: normal_share(z) + z * normal_density(z),
        r"z\,\Phi(z)", r"\Phi(z) + z\,\varphi(z)",
    ),
    "silu": Written(
        lambda z, c: z * sigmoid(z), lambda z, a, c: sigmoid(z) + a * (ONE - sigmoid(z)),
        r"z\,\sigma(z)", r"\sigma(z) + a(1 - \sigma(z))",
    ),
    "softplus": Written(
        lambda z, c: largest(z, ZERO) + log(ONE + exp(-absolute(z))), lambda z, a, c: sigmoid(z),
        r"\log(1 + e^z)", r"\sigma(z)",
    ),
    "sigmoid": Written(
        lambda z, c: ONE / (ONE + exp(-z)), lambda z, a, c: a * (ONE - a), r"\frac{1}{1 + e^{-z}}", r"a(1 - a)"
    ),
    "tanh": Written(lambda z, c: tanh(z), lambda z, a, c: ONE - a.squared(), r"\tanh z", "1 - a^2"),
}  # fmt: skip
SOFTMAX, SOFTMAX_SLOPE = "exp(z_j)/Σ exp(z_k)", "Jacobian a_j(δ_jk − a_k)"
SOFTMAX_LATEX, SOFTMAX_SLOPE_LATEX = r"\frac{e^{z_j}}{\sum_k e^{z_k}}", r"a_j(\delta_{jk} - a_k)"


@dataclass(frozen=True)
class Function:
    """An activation as it is written.

    Attributes
    ----------
    name : str
    value, slope, value_latex, slope_latex : str
        The formulas.
    """

    name: str
    value: str
    slope: str
    value_latex: str
    slope_latex: str
    part: Any
    written: Written | None

    @property
    def is_softmax(self) -> bool:
        """Whether each output depends on all inputs of its row."""
        return self.name == "softmax" and self.written is None and self.value == SOFTMAX

    def with_numbers(self, z: float) -> Term | None:
        """f(z) for this z; of a function with a kink its branch. None where the formula is not known."""
        if self.written is None:
            return None
        above = self.written.above if z > 0 else None
        return (above or self.written.value)(num(z), self.written.constant_of(self.part))

    def slope_with_numbers(self, z: float, a: float) -> Term | None:
        """f'(z) in the same way."""
        if self.written is None:
            return None
        above = self.written.slope_above if z > 0 else None
        return (above or self.written.slope)(num(z), num(a), self.written.constant_of(self.part))


def function_of(activation: Any) -> Function:
    """How an activation is written; a user's own is f(z) under its name."""
    registry = registry_of(activation)
    name = (registry.known_as(activation) if registry is not None else None) or type(activation).__name__
    if hasattr(activation, "registered_name") or name not in {*ACTIVATIONS, "softmax"}:
        shown = in_one_line(name)
        return Function(shown, f"{shown}(z)", f"{shown}′(z)", "f(z)", "f'(z)", activation, None)
    if name == "softmax":
        return Function(name, SOFTMAX, SOFTMAX_SLOPE, SOFTMAX_LATEX, SOFTMAX_SLOPE_LATEX, activation, None)
    written = ACTIVATIONS[name]
    z, a, c = letter("z"), letter("a"), letter(written.constant[0])
    return Function(
        name,
        _branches(written.value(z, c), None if written.above is None else written.above(z, c)),
        _branches(written.slope(z, a, c), None if written.slope_above is None else written.slope_above(z, a, c)),
        written.latex, written.slope_latex, activation, written,
    )  # fmt: skip


def _branches(below: Term, above: Term | None) -> str:
    return below.write(0) if above is None else f"{above.write(0)} if z > 0 else {below.write(0)}"


# Losses that are a sum over entries: what an entry is, and its slope in the prediction a; for losses of logits p is
# what the loss itself makes of them. Each is divided by n, the number of entries, or by m, that of samples.
LOSSES = {
    "mean_squared_error": Written(
        lambda y, a, c: (a - y).squared(), lambda y, a, c: TWO * (a - y),
        r"\frac1n \sum (A - Y)^2", r"\frac2n (A - Y)",
    ),
    "mean_absolute_error": Written(
        lambda y, a, c: absolute(a - y), lambda y, a, c: sign(a - y),
        r"\frac1n \sum |A - Y|", r"\frac1n \operatorname{sign}(A - Y)",
    ),
    "huber": Written(
        lambda y, a, c: _huber(a - y, c), lambda y, a, c: largest(smallest(a - y, c), -c),
        r"\frac1n \sum h_\delta(A - Y)", r"\frac1n \operatorname{clip}(A - Y, -\delta, \delta)",
        constant=("δ", "delta"),
    ),
    "quantile": Written(
        lambda y, a, c: HALF * absolute(y - a) + (c - HALF) * (y - a),
        lambda y, a, c: HALF * sign(a - y) + (HALF - c),
        r"\frac1n \sum \rho_q(Y - A)", r"\frac1n ([Y < A] - q)", constant=("q", "level"),
    ),
    "poisson": Written(
        lambda y, a, c: a - y * log(a), lambda y, a, c: ONE - y / a,
        r"\frac1n \sum (A - Y \log A)", r"\frac1n (1 - Y / A)",
    ),
    "binary_cross_entropy": Written(
        lambda y, a, c: -(y * log(a)) - (ONE - y) * log(ONE - a), lambda y, a, c: (ONE - y) / (ONE - a) - y / a,
        r"-\frac1n \sum \left(Y \log A + (1 - Y) \log(1 - A)\right)",
        r"\frac1n \left(\frac{1 - Y}{1 - A} - \frac{Y}{A}\right)",
    ),
    "categorical_cross_entropy": Written(
        lambda y, a, c: -(y * log(a)), lambda y, a, c: -(y / a), r"-\frac1m \sum Y \log A", r"-\frac{Y}{m A}"
    ),
    "kullback_leibler": Written(
        lambda y, a, c: y * log(y / a), lambda y, a, c: -(y / a),
        r"\frac1m \sum Y \log \frac{Y}{A}", r"-\frac{Y}{m A}",
    ),
    "sigmoid_cross_entropy": Written(
        lambda y, z, c: largest(z, ZERO) - z * y + log(ONE + exp(-absolute(z))), lambda y, p, c: p - y,
        r"\frac1n \sum \left(\max(Z, 0) - Z Y + \log(1 + e^{-|Z|})\right)", r"\frac1n (P - Y)",
    ),
    "softmax_cross_entropy": Written(
        lambda y, p, c: -(y * log(p)), lambda y, p, c: p * c - y,
        r"-\frac1m \sum Y \log P", r"\frac1m (P \sum_k Y_k - Y)",
    ),
}  # fmt: skip
LOSSES["sparse_categorical_cross_entropy"] = LOSSES["categorical_cross_entropy"]
LOSSES["sparse_softmax_cross_entropy"] = LOSSES["softmax_cross_entropy"]


def _huber(e: Term, delta: Term) -> Term:
    """e²/2 up to delta, and beyond it the line: with k = min(|e|, delta), k (|e| - k/2) is both."""
    kept = smallest(absolute(e), delta)
    return kept * (absolute(e) - kept / TWO)


# Losses of the distances between the rows of a batch: the value, and in LaTeX. Their slope goes through the distances.
DISTANCES = {
    "contrastive": (
        "mean over the pairs i, j of d²/2 (one class) or max(0, margin − d)²/2 (two classes), d = |A_i − A_j|",
        r"\tfrac12 d^2 \text{ or } \tfrac12 \max(0, m - d)^2",
    ),
    "triplet_hard": (
        "mean over anchors of max(0, margin + d(anchor, farthest positive) − d(anchor, nearest negative))",
        r"\max(0, m + \max_p d_{ap} - \min_n d_{an})",
    ),
    "triplet_all": (
        "mean over all triplets of max(0, margin + d(anchor, positive) − d(anchor, negative))",
        r"\operatorname{mean}_{a, p, n} \max(0, m + d_{ap} - d_{an})",
    ),
}
THROUGH_DISTANCES = "Σ_j (∂L/∂d_ij + ∂L/∂d_ji)·(A_i − A_j)/d_ij, over the other samples j"
THROUGH_DISTANCES_LATEX = (
    r"\sum_j (\partial L / \partial d_{ij} + \partial L / \partial d_{ji}) (A_i - A_j) / d_{ij}"
)

# Update rules, by the name of their formula: plain text and LaTeX.
UPDATES = {
    "sgd": ("w ← w − η·dw", r"w \leftarrow w - \eta\, \partial L / \partial w"),
    "momentum": (
        "v ← μ·v + dw;  w ← w − η·v",
        r"v \leftarrow \mu v + \partial L / \partial w,\ w \leftarrow w - \eta v",
    ),
    "nesterov": (
        "v ← μ·v + dw;  w ← w − η·(dw + μ·v)",
        r"v \leftarrow \mu v + \partial L / \partial w,\ w \leftarrow w - \eta (\partial L / \partial w + \mu v)",
    ),
    "adagrad": (
        "s ← s + dw²;  w ← w − η·dw/(√s + ε)",
        r"s \leftarrow s + (\partial L / \partial w)^2,\ "
        r"w \leftarrow w - \eta \frac{\partial L / \partial w}{\sqrt s + \epsilon}",
    ),
    "rmsprop": (
        "s ← α·s + (1 − α)·dw²;  w ← w − η·dw/(√s + ε)",
        r"s \leftarrow \alpha s + (1 - \alpha) (\partial L / \partial w)^2,\ "
        r"w \leftarrow w - \eta \frac{\partial L / \partial w}{\sqrt s + \epsilon}",
    ),
    "adam": (
        "m ← β₁·m + (1 − β₁)·dw;  v ← β₂·v + (1 − β₂)·dw²;  w ← w − η·m̂/(√v̂ + ε)",
        r"w \leftarrow w - \eta \frac{\hat m}{\sqrt{\hat v} + \epsilon}",
    ),
}  # fmt: skip
