"""Steps: plain, with momentum, and a training that is cured."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.random import Generator

import glassnet as gn
from glassnet.lessons.carried import as_text, network_of
from glassnet.lessons.exercise import Case
from glassnet.lessons.outputs import NoOutput, Outputs
from glassnet.lessons.tasks.lesson_07.lesson import lesson
from glassnet.support.text import be, one


def _steps(random: Generator) -> Sequence[Case]:
    def arrays() -> list[Any]:
        return [
            random.normal(size=(2, 3)),
            random.normal(size=3),
            random.normal(size=(3, 1)),
            random.normal(size=1),
        ]

    return [(arrays(), arrays(), 0.1), (arrays(), arrays(), 0.01), (arrays(), arrays(), 2.0)]


def _as_dict(answer: Any, parameters: Any, gradients: Any, rate: float) -> Any:
    return tuple(answer(parameters, gradients, rate))


@lesson.function(
    "A step of gradient descent",
    _steps,
    ask=_as_dict,
    hints=(
        "The gradient points uphill, and the step goes the other way. How far? Rate times gradient.",
        "[p - rate * g for p, g in zip(parameters, gradients)]",
    ),
)
def step(parameters, gradients, rate):
    """New parameters, a list of arrays."""
    return [p - rate * g for p, g in zip(parameters, gradients, strict=True)]


step.mistakes(
    (lambda P, G, r: [g - r * p for p, g in zip(P, G, strict=True)], "parameters and gradients are mixed up"),
    (
        lambda P, G, r: [r * (p - g) for p, g in zip(P, G, strict=True)],
        "the parameter is multiplied by the rate, too",
    ),
    (
        lambda P, G, r: [p - 0.1 * g for p, g in zip(P, G, strict=True)],
        "the rate is 0.1 always; use the one given",
    ),
    (
        lambda P, G, r: [p - r * np.abs(g) for p, g in zip(P, G, strict=True)],
        "the gradient has lost its sign",
    ),
    (
        lambda P, G, r: [p + r * g for p, g in zip(P, G, strict=True)],
        "it goes uphill: subtract the step",
    ),
    (lambda P, G, r: [p - g for p, g in zip(P, G, strict=True)], "the learning rate is missing"),
    (lambda P, G, r: [p - g / r for p, g in zip(P, G, strict=True)], "it divides by the rate; multiply"),
    (
        lambda P, G, r: [p - r * np.sign(g) for p, g in zip(P, G, strict=True)],
        "only the sign of the gradient is used",
    ),
    (lambda P, G, r: [r * g for g in G], "these are the steps; the new parameters are asked for"),
    (lambda P, G, r: [P[0] - r * G[0], *P[1:]], "only the first array is changed"),
    (lambda P, G, r: list(P), "nothing has changed"),
    (
        lambda P, G, r: [-r * g * p for p, g in zip(P, G, strict=True)],
        "the step is multiplied by the parameter",
    ),
)


XOR = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])


def _trained(answer: Any, X: Any) -> Any:
    if isinstance(answer, gn.Network):
        raise NoOutput("this is a network; hand in the function that builds and trains it")
    network = answer()
    if not isinstance(network, gn.Network):
        result = "nothing (None)" if network is None else one(type(network).__name__)
        raise NoOutput(f"the function gives back {result}; a trained gn.Network is asked for")
    return {"network": as_text(network)}


def _learned(outputs: Outputs, case: Case) -> str | None:
    network = network_of(str(outputs["['network']"]))
    hidden = sum(layer.units for layer in network.layers[:-1] if isinstance(layer, gn.Dense))
    p = network.predict(case[0]).ravel()
    outputs_are = f"outputs [{', '.join(f'{value:.3f}' for value in p)}]"
    if hidden > 4:
        return f"it has {hidden} hidden neurons; four are allowed"
    if p.shape != (4,):
        return f"it gives {p.size} {'number' if p.size == 1 else 'numbers'} for four samples; one output is asked for"
    right = (p > 0.5) == np.array([False, True, True, False])
    if not right.all():
        n_wrong = int((~right).sum())
        return f"{n_wrong} of 4 {be(n_wrong)} on the wrong side of 0.5: {outputs_are}"
    if np.abs(p - [0, 1, 1, 0]).max() > 0.1:
        return f"all four are right, but not yet sure: {outputs_are}; train on until all are within 0.1"
    return None


@lesson.function(
    "Cure it",
    lambda random: [(XOR,)],
    points=2,
    ask=_trained,
    accepts=_learned,
    hints=(
        "What does the diagnosis say? What is dead stays dead: other first weights, or a bend that never is flat.",
        "tanh in the hidden layer, the first weights that are drawn by default, Adam with rate 0.05, 2000 epochs.",
    ),
)
def cured():
    """A network with four hidden neurons or fewer that has learned XOR."""
    network = gn.Network([gn.Dense(4, "tanh"), gn.Dense(1, "sigmoid")], seed=0)
    X, y = gn.datasets.xor()
    network.fit(X, y, loss="bce", optimizer=gn.Adam(0.05), epochs=2000, progress=False)
    return network


def _moving(random: Generator) -> Sequence[Case]:
    return [
        (random.normal(size=4), random.normal(size=4), random.normal(size=4), rate, momentum)
        for rate, momentum in ((0.1, 0.9), (0.5, 0.5), (0.01, 0.0))
    ]


@lesson.function(
    "Momentum",
    _moving,
    hints=(
        "First the velocity: what is left of the old one, plus the gradient. Then the step, with the new velocity.",
        "velocity = momentum * velocity + gradient, then w - rate * velocity; give back w, velocity.",
    ),
)
def momentum_step(w, velocity, gradient, rate, momentum):
    """The new weights and the new velocity."""
    velocity = momentum * velocity + gradient
    return w - rate * velocity, velocity


momentum_step.mistakes(
    (lambda w, v, g, r, m: (w - r * m * v, m * v + g), "the step leaves the new gradient out"),
    (
        lambda w, v, g, r, m: (w - r * (m * v + g), r * (m * v + g)),
        "the rate is inside the velocity that is given back; here it is in the step alone",
    ),
    (
        lambda w, v, g, r, m: (w - r * (v + m * g), v + m * g),
        "the gradient is multiplied by momentum; what is left of the old velocity is",
    ),
    (
        lambda w, v, g, r, m: (w - r * (0.9 * v + g), 0.9 * v + g),
        "momentum is 0.9 always; use the one that is given",
    ),
    (
        lambda w, v, g, r, m: (w - r * (g + m * (m * v + g)), m * v + g),
        "this is Nesterov's step; here it goes along the velocity itself",
    ),
    (lambda w, v, g, r, m: (w - r * g, v), "this is plain gradient descent; the velocity is not used"),
    (
        lambda w, v, g, r, m: (w - r * v, m * v + g),
        "the step is taken with the old velocity; compute the new one first",
    ),
    (
        lambda w, v, g, r, m: (w - r * g, m * v + g),
        "the step is plain gradient descent; it goes along the velocity",
    ),
    (lambda w, v, g, r, m: (w + r * (m * v + g), m * v + g), "it goes uphill: subtract the step"),
    (
        lambda w, v, g, r, m: (m * v + g, w - r * (m * v + g)),
        "the velocity comes first; give the weights, then the velocity",
    ),
    (
        lambda w, v, g, r, m: (w + m * v - r * g, m * v - r * g),
        "the rate is inside the velocity; here the velocity is without it, and the step has it",
    ),
    (
        lambda w, v, g, r, m: (w - r * (m * v + (1 - m) * g), m * v + (1 - m) * g),
        "the gradient is scaled by 1 - momentum, as in Adam; here it is added whole",
    ),
    (
        lambda w, v, g, r, m: (w - r * (v + g), v + g),
        "the old velocity is kept whole; momentum times it is left",
    ),
    (lambda w, v, g, r, m: (w - r * (m * v + g), v), "the velocity that is given back is the old one"),
    (lambda w, v, g, r, m: (w - (m * v + g), m * v + g), "the learning rate is missing"),
    (
        lambda w, v, g, r, m: w - r * (m * v + g),
        "this is the weights alone; give the velocity, too, for the next step",
    ),
)
