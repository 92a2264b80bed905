"""How formulas are written: plain text and LaTeX for every activation, loss and optimizer, by registered name."""

from __future__ import annotations

from typing import Any, NamedTuple

from glassnet.activations import Function
from glassnet.registry import registry_of


class Notation(NamedTuple):
    """A function and its slope, in plain text and in LaTeX."""

    value: str
    slope: str
    value_latex: str
    slope_latex: str


ACTIVATIONS = {
    "linear": Notation("z", "1", "z", "1"),
    "relu": Notation("max(z, 0)", "1 if z > 0 else 0", r"\max(z, 0)", r"[z > 0]"),
    "leaky_relu": Notation(
        "z if z > 0 else s·z", "1 if z > 0 else s", r"\max(z, s z)", r"[z > 0] + s\,[z \le 0]"
    ),
    "elu": Notation(
        "z if z > 0 else α·(exp(z) − 1)", "1 if z > 0 else a + α",
        r"z\,[z > 0] + \alpha(e^z - 1)\,[z \le 0]", r"[z > 0] + (a + \alpha)\,[z \le 0]",
    ),
    "gelu": Notation("z·Φ(z)", "Φ(z) + z·φ(z)", r"z\,\Phi(z)", r"\Phi(z) + z\,\varphi(z)"),
    "silu": Notation("z·σ(z)", "σ(z) + a·(1 − σ(z))", r"z\,\sigma(z)", r"\sigma(z) + a(1 - \sigma(z))"),
    "softplus": Notation("log(1 + exp(z))", "σ(z)", r"\log(1 + e^z)", r"\sigma(z)"),
    "sigmoid": Notation("1/(1 + exp(−z))", "a·(1 − a)", r"\frac{1}{1 + e^{-z}}", r"a(1 - a)"),
    "tanh": Notation("tanh(z)", "1 − a²", r"\tanh z", r"1 - a^2"),
    "softmax": Notation(
        "exp(z_j)/Σ exp(z_k)", "Jacobian a_j(δ_jk − a_k)",
        r"\frac{e^{z_j}}{\sum_k e^{z_k}}", r"a_j(\delta_{jk} - a_k)",
    ),
}  # fmt: skip

# Losses: the value, and the gradient with respect to the prediction; m samples, n entries in all, P what the loss
# itself makes of logits.
LOSSES = {
    "mean_squared_error": Notation(
        "(1/n) Σ (A − Y)²", "2(A − Y)/n", r"\frac1n \sum (A - Y)^2", r"\frac2n (A - Y)"
    ),
    "mean_absolute_error": Notation(
        "(1/n) Σ |A − Y|", "sign(A − Y)/n", r"\frac1n \sum |A - Y|", r"\frac1n \operatorname{sign}(A - Y)"
    ),
    "huber": Notation(
        "(1/n) Σ e²/2 if |e| ≤ δ else δ(|e| − δ/2), e = A − Y", "clip(A − Y, −δ, δ)/n",
        r"\frac1n \sum h_\delta(A - Y)", r"\frac1n \operatorname{clip}(A - Y, -\delta, \delta)",
    ),
    "quantile": Notation(
        "(1/n) Σ q·e if e > 0 else (q − 1)e, e = Y − A", "(−q if Y > A else 1 − q)/n",
        r"\frac1n \sum \rho_q(Y - A)", r"\frac1n ([Y < A] - q)",
    ),
    "poisson": Notation("(1/n) Σ A − Y log A", "(1 − Y/A)/n", r"\frac1n \sum A - Y \log A", r"\frac1n (1 - Y / A)"),
    "binary_cross_entropy": Notation(
        "−(1/n) Σ Y log A + (1 − Y) log(1 − A)", "((1 − Y)/(1 − A) − Y/A)/n",
        r"-\frac1n \sum Y \log A + (1 - Y) \log(1 - A)", r"\frac1n \left(\frac{1 - Y}{1 - A} - \frac{Y}{A}\right)",
    ),
    "categorical_cross_entropy": Notation(
        "−(1/m) Σ Y log A", "−Y/(m A)", r"-\frac1m \sum Y \log A", r"-\frac{Y}{m A}"
    ),
    "kullback_leibler": Notation(
        "(1/m) Σ Y log(Y/A)", "−Y/(m A)", r"\frac1m \sum Y \log \frac{Y}{A}", r"-\frac{Y}{m A}"
    ),
    "sigmoid_cross_entropy": Notation(
        "(1/n) Σ max(Z, 0) − Z Y + log(1 + exp(−|Z|))", "(P − Y)/n",
        r"\frac1n \sum \max(Z, 0) - Z Y + \log(1 + e^{-|Z|})", r"\frac1n (P - Y)",
    ),
    "softmax_cross_entropy": Notation(
        "(1/m) Σ log Σ exp(Z) − Z Y", "(P − Y)/m",
        r"\frac1m \sum_i \log \sum_k e^{Z_{ik}} - \sum_k Y_{ik} Z_{ik}", r"\frac1m (P - Y)",
    ),
    "contrastive": Notation(
        "mean over pairs of d²/2 (same) or max(0, margin − d)²/2", "through the distances d",
        r"\tfrac12 d^2 \text{ or } \tfrac12 \max(0, m - d)^2", r"\partial L / \partial d \cdot \partial d / \partial A",
    ),
    "triplet_hard": Notation(
        "mean over anchors of max(0, margin + d(a, p) − d(a, n))", "through the distances d",
        r"\max(0, m + d_{ap} - d_{an})", r"\partial L / \partial d \cdot \partial d / \partial A",
    ),
}  # fmt: skip
LOSSES["sparse_categorical_cross_entropy"] = LOSSES["categorical_cross_entropy"]
LOSSES["sparse_softmax_cross_entropy"] = LOSSES["softmax_cross_entropy"]
LOSSES["triplet_all"] = LOSSES["triplet_hard"]

# Update rules, by the name of their formula: plain text and LaTeX.
UPDATES = {
    "sgd": ("w ← w − η·dw", r"w \leftarrow w - \eta\, \partial L / \partial w"),
    "momentum": (
        "v ← μ·v + dw;  w ← w − η·v",
        r"v \leftarrow \mu v + \partial L / \partial w,\ w \leftarrow w - \eta v",
    ),
    "nesterov": (
        "v ← μ·v + dw;  w ← w − η(dw + μ·v)",
        r"v \leftarrow \mu v + \partial L / \partial w,\ w \leftarrow w - \eta (\partial L / \partial w + \mu v)",
    ),
    "adagrad": (
        "s ← s + dw²;  w ← w − η·dw/(√s + ε)",
        r"w \leftarrow w - \eta \frac{\partial L / \partial w}{\sqrt s + \epsilon}",
    ),
    "rmsprop": (
        "s ← α·s + (1 − α)dw²;  w ← w − η·dw/(√s + ε)",
        r"w \leftarrow w - \eta \frac{\partial L / \partial w}{\sqrt s + \epsilon}",
    ),
    "adam": (
        "m ← β₁m + (1 − β₁)dw;  v ← β₂v + (1 − β₂)dw²;  w ← w − η·m̂/(√v̂ + ε)",
        r"w \leftarrow w - \eta \frac{\hat m}{\sqrt{\hat v} + \epsilon}",
    ),
}  # fmt: skip


def activation_notation(activation: Any) -> tuple[str, Notation]:
    """The name of an activation, and how it is written; a user's own is written f(z)."""
    registry = registry_of(activation)
    name = (registry.known_as(activation) if registry is not None else None) or type(activation).__name__
    own = Notation(f"{name}(z)", f"{name}′(z)", r"f(z)", r"f'(z)")
    return name, own if isinstance(activation, Function) else ACTIVATIONS.get(name, own)
