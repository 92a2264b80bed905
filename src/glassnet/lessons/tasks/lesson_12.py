"""Lesson 12: parts of one's own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.random import Generator

from glassnet.lessons.exercise import Case, Lesson

lesson = Lesson(12, "Your own parts")


def _points(random: Generator) -> Sequence[Case]:
    return [(np.array([-3.0, -0.5, 0.0, 0.5, 2.0]),), (random.normal(scale=2, size=9),)]


@lesson.function(
    "The slope of an activation of one's own",
    _points,
    hints=(
        "Two factors depend on z: z itself and σ(z). The rule for products: u'v + uv'.",
        "With s = σ(z): s + z · s · (1 - s), since the slope of σ is s (1 - s).",
    ),
)
def swish_slope(z):
    """The derivative of z · σ(z)."""
    s = 1 / (1 + np.exp(-z))
    return s + z * s * (1 - s)


def _s(z: Any) -> Any:
    return 1 / (1 + np.exp(-z))


swish_slope.mistakes(
    (
        lambda z: z * (1 - _s(z)),
        "this is the second part without the factor σ, and the first part is missing",
    ),
    (lambda z: _s(z) + z * _s(z) * (1 + _s(z)), "the slope of σ is σ (1 - σ), with a minus"),
    (lambda z: 1 + z * _s(z) * (1 - _s(z)), "the first part is the slope of z, 1, times σ(z)"),
    (lambda z: _s(z) * _s(z) * (1 - _s(z)), "both slopes are multiplied; the rule for products is u'v + uv'"),
    (lambda z: (z > 0) * 1.0, "this is the slope of ReLU"),
    (
        lambda z: _s(z) + z**2 * (1 - z),
        "the slope of σ is taken from z, where σ(z) is to be: s = σ(z), then s (1 - s)",
    ),
    (lambda z: z * _s(z) * (1 - z * _s(z)), "a (1 - a) is the rule of σ alone; here a is z · σ(z)"),
    (
        lambda z: (_s(z) + z) * _s(z) * (1 - _s(z)),
        "brackets: the first part, σ(z), is not multiplied by the slope of σ",
    ),
    (lambda z: _s(z), "this treats σ(z) as a constant: it changes with z, too"),
    (lambda z: z * _s(z) * (1 - _s(z)), "this treats the factor z as a constant: its slope is 1"),
    (lambda z: _s(z) * (1 - _s(z)), "this is the slope of σ alone; the factor z belongs to the product rule"),
    (lambda z: z * _s(z), "this is the activation itself"),
    (lambda z: _s(z) - z * _s(z) * (1 - _s(z)), "both parts of the product rule are added"),
    (lambda z: _s(z) + z * (1 - _s(z)), "the slope of σ is σ (1 - σ); the factor σ is missing"),
    (lambda z: _s(z) + z * _s(z), "the slope of σ is σ (1 - σ); the factor 1 - σ is missing"),
    (lambda z: _s(z) + _s(z) * (1 - _s(z)), "the factor z is missing in the second part"),
)


def _targets(random: Generator) -> Sequence[Case]:
    y = random.normal(size=7)
    return [
        (y, y + np.array([0.0, 0.1, -0.5, 1.0, -2.0, 4.0, -6.0])),
        (random.normal(size=4), random.normal(size=4)),
    ]


@lesson.function(
    "The slope of a loss of one's own",
    _targets,
    hints=(
        "With e = p - y: the loss of one sample is log cosh e. The slope of log u is u'/u.",
        "sinh e / cosh e, which is tanh(p - y).",
    ),
)
def log_cosh_slope(y, p):
    """The derivative of log cosh(p - y) with respect to p, for each sample."""
    return np.tanh(p - y)


log_cosh_slope.mistakes(
    (lambda y, p: np.tanh(p - y).mean(), "this is the mean; give the slope of each sample"),
    (lambda y, p: np.tanh(p - y).sum(), "this is the sum; give the slope of each sample"),
    (lambda y, p: 2 * np.tanh(p - y), "there is no 2: nothing is squared here"),
    (lambda y, p: np.tanh(np.abs(p - y)), "the sign is lost: where p is below y the loss falls as p grows"),
    (lambda y, p: np.sinh(p - y) * np.cosh(p - y), "it is multiplied by cosh e; the slope of log u is u'/u"),
    (lambda y, p: np.cosh(p - y), "this is cosh itself; its slope, sinh e, is divided by it"),
    (lambda y, p: np.tanh(p + y), "p and y are added; e is p - y"),
    (lambda y, p: np.tanh(p) - np.tanh(y), "tanh is taken of p and y each; take it of their difference"),
    (lambda y, p: np.tanh(p - y) * (p - y), "it is multiplied by the error, too"),
    (
        lambda y, p: np.clip(p - y, -1, 1),
        "this is the slope of Huber's loss, with a kink; this one is smooth",
    ),
    (lambda y, p: np.log(np.cosh(p - y)).mean(), "this is the loss itself; its slope is asked for"),
    (lambda y, p: np.tanh(y - p), "the sign is wrong: the slope is with respect to p"),
    (
        lambda y, p: np.tanh(p - y) / len(y),
        "the mean is taken care of by the library: give the slope of each sample",
    ),
    (lambda y, p: np.sinh(p - y), "it is divided by cosh e: the slope of log u is u'/u"),
    (lambda y, p: 1 / np.cosh(p - y), "the slope of cosh, sinh e, is missing on top"),
    (lambda y, p: np.log(np.cosh(p - y)), "this is the loss itself"),
    (lambda y, p: p - y, "this is the slope for small errors alone; for large ones it levels off at 1"),
    (lambda y, p: np.sign(p - y), "this is the slope for large errors alone; near 0 it is smooth"),
    (lambda y, p: 1 - np.tanh(p - y) ** 2, "this is the second derivative"),
)


def _layer_cases(random: Generator) -> Sequence[Case]:
    return [
        (random.normal(size=(5, 3)), random.normal(size=3), random.normal(size=(5, 3))),
        (random.normal(size=(2, 4)), random.normal(size=4), random.normal(size=(2, 4))),
    ]


def _use(layer_class: Any, X: Any, scale: Any, error: Any) -> Any:
    """Output, both gradients, and that a second pass does not add up."""
    layer = layer_class(len(scale))
    start = np.array(layer.scale, dtype=float)
    layer.scale = scale
    layer.forward(X[::-1].copy())
    layer.backward(error[::-1].copy())
    output = layer.forward(X)
    d_input = layer.backward(error)
    return {"scale at the start": start, "output": output, "d_scale": layer.d_scale, "d_input": d_input}


class ScaleLayer:
    """Each feature times a learned factor."""

    def __init__(self, n):
        self.scale = np.ones(n)

    def forward(self, X):
        """X times the factors."""
        self.X = X
        return X * self.scale

    def backward(self, error):
        """The gradient before the layer; that of the factors is kept in d_scale."""
        self.d_scale = (error * self.X).sum(axis=0)
        return error * self.scale


scale_layer = lesson.function(
    "A layer of one's own",
    _layer_cases,
    points=3,
    ask=_use,
    hints=(
        "A factor is used by every sample: its gradient is a sum over samples. Of what? Keep X in forward.",
        "d_scale = (error * X).sum(axis=0), and error * scale goes on to the layer below.",
    ),
)(ScaleLayer)


def _with(**methods: Any) -> Any:
    return type("Other", (ScaleLayer,), methods)


def _backward(of_scale: Any, of_input: Any = lambda self, error: error * self.scale) -> Any:
    def backward(self: Any, error: Any) -> Any:
        self.d_scale = of_scale(self, error)
        return of_input(self, error)

    return _with(backward=backward)


def _zeros(self: Any, n: int) -> None:
    self.scale = np.zeros(n)


def _adding(self: Any, error: Any) -> Any:
    self.d_scale = getattr(self, "d_scale", 0) + (error * self.X).sum(axis=0)
    return error * self.scale


scale_layer.mistakes(
    (
        _backward(lambda self, e: (e * self.X).mean(axis=0)),
        "d_scale is a mean; the mean is in the loss already, so sum",
    ),
    (
        _backward(lambda self, e: e.sum(axis=0)),
        "the samples are missing in d_scale: each error belongs to its X",
    ),
    (
        _backward(lambda self, e: e * self.X),
        "d_scale has a row for each sample; a factor has one gradient, the sum",
    ),
    (_with(backward=_adding), "d_scale adds up from pass to pass; each backward begins anew"),
    (
        _backward(lambda self, e: (e * self.X).sum(axis=0), lambda self, e: e),
        "what goes on to the layer below has not been multiplied by the factors",
    ),
    (
        _backward(lambda self, e: (e * self.X).sum(axis=0), lambda self, e: e * self.X),
        "what goes on below is multiplied by X; it is multiplied by the factors",
    ),
    (
        _with(__init__=_zeros),
        "the factors begin at 0: then nothing comes through, forward or back; begin with 1",
    ),
)
