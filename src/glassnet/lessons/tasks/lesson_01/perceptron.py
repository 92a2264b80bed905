"""The perceptron: what it decides, and one step of its learning."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.random import Generator

from glassnet.lessons.exercise import Case
from glassnet.lessons.outputs import Outputs
from glassnet.lessons.tasks.lesson_01.lesson import lesson
from glassnet.support.text import be

CORNERS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
NOT_BOTH = np.array([1, 1, 1, 0])


def _levels(random: Generator) -> Case:
    """Corners where an input that is on is no 1, but another number for each of the two."""
    return (CORNERS * random.uniform(0.3, 4, size=2).round(1),)


def _line(answer: Any, corners: Any) -> Any:
    if len(answer) != 2:
        raise ValueError(
            f"a pair (w, b) is asked for, and w holds two numbers itself; got {len(answer)} values"
        )
    w, b = answer
    w = np.asarray(w, dtype=float)
    if w.shape != (2,):
        raise ValueError(f"w must hold two numbers, one for each input; it has shape {w.shape}")
    return {"w": w, "b": float(b)}


def _not_both(outputs: Outputs, case: Case) -> str | None:
    """What the perceptron says at the four corners, against what it should say."""
    (corners,) = case
    z = corners @ np.asarray(outputs["['w']"], dtype=float) + np.asarray(outputs["['b']"], dtype=float)
    both = _point(corners[3])
    says = (z > 0).astype(int)
    if (says == NOT_BOTH).all():
        return None
    if (says == 1 - NOT_BOTH).all():
        return 'this one says "both": each decision is the other way round; turn the sign of w and of b'
    if (says == [0, 1, 1, 1]).all():
        return f'this one says "or": it gives 1 for {both}, where it should give 0'
    if (says == says[0]).all():
        return f"it says {says[0]} everywhere: the line runs past all four corners; b is {z[0]:g}"
    if (z[says != NOT_BOTH] == 0).all():
        return f"{_first(corners, z > 0)} lies on the line, where z is 0 and the answer 0; move the line with the bias"
    n_wrong = int((says != NOT_BOTH).sum())
    which = "" if n_wrong == 1 else "the first of them "
    return f"{n_wrong} of 4 corners {be(n_wrong)} wrong, {which}{_first(corners, z > 0)}"


def _first(corners: Any, says: Any) -> str:
    return _point(corners[int(np.argmax(says != NOT_BOTH))])


def _point(corner: Any) -> str:
    return f"({corner[0]:g}, {corner[1]:g})"


@lesson.value(
    "A perceptron for not both",
    _levels,
    of_text=(CORNERS,),
    hints=(
        "For (0, 0) all that is left of z is the bias: what must its sign be?",
        "The inputs must speak against: negative weights, and a bias that one cannot beat, but both together can.",
    ),
    ask=_line,
    accepts=_not_both,
)
def not_both(corners):
    """Weights and bias: an input that is on takes away 1, and the bias is worth one and a half."""
    on = corners[3]
    return (-1 / on[0], -1 / on[1]), 1.5


def _steps(random: Generator) -> Sequence[Case]:
    at = [(np.array([1.0, -2.0]), 0.5, np.array([2.0, 0.5]), y) for y in (0, 1)]  # z = 1.5: says 1
    below = [(np.array([1.0, -2.0]), 0.5, np.array([0.5, 1.0]), y) for y in (0, 1)]  # z = -1: says 0
    drawn = [(random.normal(size=3), float(random.normal()), random.normal(size=3), i % 2) for i in range(6)]
    start = [
        (np.zeros(2), 0.0, np.array([2.0, 0.5]), y) for y in (0, 1)
    ]  # z = 0, where learning begins: says 0
    return [*at, *below, *drawn, *start]


@lesson.function(
    "One step of learning",
    _steps,
    hints=(
        "First the decision: a is 1 where z is above 0, else 0. Then the error y - a, which is -1, 0 or 1.",
        "The new weights are w + error * x, and the new bias is b + error; give back both, in this order.",
    ),
)
def learning_step(w, b, x, y):
    """Weights and bias after one sample, by Rosenblatt's rule."""
    a = int(w @ x + b > 0)
    error = y - a
    return w + error * x, b + error


def _decided(w: Any, b: float, x: Any) -> int:
    return int(w @ x + b > 0)


def _step_backwards(w: Any, b: float, x: Any, y: int) -> Any:
    error = _decided(w, b, x) - y
    return w + error * x, b + error


def _step_of_z(w: Any, b: float, x: Any, y: int) -> Any:
    error = y - (w @ x + b)
    return w + error * x, b + error


def _step_without_input(w: Any, b: float, x: Any, y: int) -> Any:
    error = y - _decided(w, b, x)
    return w + error, b + error


def _step_without_bias_in_z(w: Any, b: float, x: Any, y: int) -> Any:
    error = y - _decided(w, 0.0, x)
    return w + error * x, b + error


def _step_of_at_least(w: Any, b: float, x: Any, y: int) -> Any:
    error = y - int(w @ x + b >= 0)
    return w + error * x, b + error


def _step_in_other_order(w: Any, b: float, x: Any, y: int) -> Any:
    error = y - _decided(w, b, x)
    return b + error, w + error * x


def _signed(w: Any, b: float, x: Any) -> int:
    return 2 * _decided(w, b, x) - 1


def _smooth(w: Any, b: float, x: Any) -> float:
    return float(1 / (1 + np.exp(-(w @ x + b))))


learning_step.mistakes(
    (
        lambda w, b, x, y: (w, b),
        "nothing is learned: where the decision is wrong, weights and bias take a step",
    ),
    (
        lambda w, b, x, y: (w + x, b + 1),
        "the input is added always; the error, -1, 0 or 1, says whether and which way",
    ),
    (
        lambda w, b, x, y: (w + 0.1 * (y - _decided(w, b, x)) * x, b + 0.1 * (y - _decided(w, b, x))),
        "the step is a tenth; Rosenblatt's rule as it stands here has no learning rate",
    ),
    (
        lambda w, b, x, y: (w + (y - _decided(w, b, x)) * x, b + (y - _decided(w, b, x)) * x.sum()),
        "the bias takes the inputs into its step; its own input is always 1",
    ),
    (
        lambda w, b, x, y: (w + (y - _signed(w, b, x)) * x, b + y - _signed(w, b, x)),
        "the decision is -1 or 1; here it is 0 or 1, as the targets are",
    ),
    (
        lambda w, b, x, y: (w - (y - _decided(w, b, x)) * x, b + y - _decided(w, b, x)),
        "the weights go the wrong way, the bias the right one",
    ),
    (
        lambda w, b, x, y: (w + (y - _decided(w, b, x)) * x, b - y + _decided(w, b, x)),
        "the bias goes the wrong way, the weights the right one",
    ),
    (
        lambda w, b, x, y: (w + (y - _smooth(w, b, x)) * x, b + y - _smooth(w, b, x)),
        "the decision is smooth, a sigmoid of z; a perceptron decides: 0 or 1",
    ),
    (
        lambda w, b, x, y: w + (y - _decided(w, b, x)) * x,
        "these are the weights alone; give weights and bias",
    ),
    (
        lambda w, b, x, y: (w + (y - _decided(w, b, x)) * x, b),
        "the bias does not learn: it takes the same step as a weight whose input is always 1",
    ),
    (_step_backwards, "the step goes the wrong way: the error is target minus decision, y - a"),
    (
        _step_of_z,
        "the error is taken from z, not from the decision; Rosenblatt's rule knows -1, 0 and 1 only",
    ),
    (_step_without_input, "the weights grow by the error alone; each takes its input times the error"),
    (
        lambda w, b, x, y: (w + y * x, b + y),
        "the target itself is added, right or wrong: where the decision is right nothing must change",
    ),
    (_step_without_bias_in_z, "the decision leaves the bias out: z is w @ x + b"),
    (_step_of_at_least, "where z is exactly 0 the decision is 0: z > 0, not z >= 0"),
    (_step_in_other_order, "the bias is given before the weights; the order is weights, bias"),
)
