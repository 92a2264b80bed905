"""Lesson 9: PyTorch. It is imported where an exercise needs it, so that the other lessons do without."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.random import Generator

from glassnet.lessons.exercise import Case, Lesson
from glassnet.lessons.outputs import NoOutput, Outputs
from glassnet.support.optional import require
from glassnet.support.text import one

lesson = Lesson(9, "PyTorch")


def _torch() -> Any:
    return require("torch", extra="torch", purpose="an exercise of lesson 9")


def _points(random: Generator) -> Sequence[Case]:
    return [(name, float(x)) for name in ("cube", "sine", "sigmoid") for x in random.normal(size=2)]


def _functions(name: str) -> Callable[[Any], Any]:
    torch = _torch()
    functions: dict[str, Callable[[Any], Any]] = {
        "cube": lambda x: x**3,
        "sine": torch.sin,
        "sigmoid": torch.sigmoid,
    }
    return functions[name]


@lesson.function(
    "A slope from autograd",
    _points,
    ask=lambda answer, name, x: answer(_functions(name), x),
    tolerance=1e-5,
    hints=(
        "The tensor must be told beforehand that its slope is wanted: requires_grad=True. Then f, then .backward().",
        "x = torch.tensor(x, requires_grad=True); f(x).backward(); the slope is in x.grad, .item() makes it a number.",
    ),
)
def slope(f, x):
    """The slope of f at x, by PyTorch."""
    import torch

    point = torch.tensor(x, requires_grad=True)
    f(point).backward()
    return point.grad.item()


def _value_of(f: Any, x: float) -> float:
    return float(f(_torch().tensor(x)))


slope.mistakes(
    (_value_of, "this is the value of f; its slope is in x.grad after backward()"),
    (lambda f, x: -slope.solution(f, x), "the sign is wrong"),
    (
        lambda f, x: 2 * slope.solution(f, x),
        "backward() has been called twice: gradients add up until they are reset",
    ),
    (lambda f, x: x, "this is x itself; the slope is in x.grad"),
    (lambda f, x: f(_torch().tensor(slope.solution(f, x))).item(), "f is applied to the slope"),
    (lambda f, x: x * slope.solution(f, x), "the slope is multiplied by x"),
)


def _linears(random: Generator) -> Sequence[Case]:
    return [(n, u, int(random.integers(1000))) for n, u in ((3, 4), (5, 2), (3, 3))]


def _linear(n_inputs: int, n_units: int, seed: int) -> Any:
    torch = _torch()
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return torch.nn.Linear(n_inputs, n_units)


@lesson.function(
    "Weights of a Linear in rows",
    _linears,
    ask=lambda answer, *case: tuple(answer(_linear(*case))),
    hints=(
        "linear.weight has shape (units, inputs): which convention of lesson 2 is that?",
        "linear.weight.detach().numpy().T and linear.bias.detach().numpy()",
    ),
)
def weights_of(linear):
    """Weights (inputs, units) and bias (units,) as NumPy arrays."""
    return linear.weight.detach().numpy().T, linear.bias.detach().numpy()


def _changed(change: Callable[[Any, Any], Any]) -> Callable[[Any], Any]:
    return lambda linear: change(linear.weight.detach().numpy(), linear.bias.detach().numpy())


weights_of.mistakes(
    (_changed(lambda W, b: (W, b)), "the weights are (units, inputs) still"),
    (
        _changed(lambda W, b: (W.reshape(W.shape[::-1]), b)),
        "reshape mixes the weights up; .T turns the table",
    ),
    (_changed(lambda W, b: (b, W.T)), "the bias comes first; give weights, bias"),
    (_changed(lambda W, b: (W.T, 0 * b)), "the bias is 0; it is linear.bias"),
    (_changed(lambda W, b: (W.T, b[::-1])), "the bias is turned round; only the table is"),
    (_changed(lambda W, b: (np.abs(W.T), b)), "the weights have lost their signs"),
)


def _describe(answer: Any) -> Any:
    torch = _torch()
    model = answer()
    if not isinstance(model, torch.nn.Module):
        result = "nothing (None)" if model is None else one(type(model).__name__)
        raise NoOutput(f"it gives back {result}; a torch.nn.Module is asked for")
    linears = [module for module in model.modules() if isinstance(module, torch.nn.Linear)]
    X = torch.tensor(_INPUTS, dtype=torch.float32)
    random = np.random.default_rng(1)
    with torch.no_grad():
        for parameter in model.parameters():  # the same for every answer, so that bends and limits show
            parameter.copy_(torch.as_tensor(random.normal(size=tuple(parameter.shape))))
        outputs = model(X)
    shapes = np.array([tuple(linear.weight.shape) for linear in linears], dtype=float).reshape(-1, 2)
    weights = {f"W{i}": linear.weight.detach().numpy().T for i, linear in enumerate(linears)}
    biases = {f"b{i}": _bias(linear) for i, linear in enumerate(linears)}
    return {"shapes": shapes, "outputs": outputs.numpy(), **weights, **biases}


def _bias(linear: Any) -> Any:
    return np.zeros(linear.out_features) if linear.bias is None else linear.bias.detach().numpy()


RIGHT_SHAPES = [(8, 2), (4, 8), (1, 4)]
_INPUTS = np.random.default_rng(0).normal(scale=4, size=(64, 2))


def _module_or_why_not(outputs: Outputs, case: Case) -> str | None:
    numbers = {name: np.asarray(value, dtype=float) for name, value in outputs.items()}
    shapes = [(int(n_units), int(n_inputs)) for n_units, n_inputs in numbers["['shapes']"]]
    ours = numbers["['outputs']"]
    if shapes != RIGHT_SHAPES:
        return f"its Linear layers have weights {shapes}; 2 → 8 → 4 → 1 has {RIGHT_SHAPES}"
    if ours.min() < 0 or ours.max() > 1:
        return (
            f"its outputs go from {ours.min():.3g} to {ours.max():.3g}; "
            "a sigmoid at the end keeps them between 0 and 1"
        )
    A = _INPUTS
    for i in range(3):
        Z = A @ numbers[f"['W{i}']"] + numbers[f"['b{i}']"]
        A = np.maximum(Z, 0) if i < 2 else 1 / (1 + np.exp(-Z))
    if ours.shape == A.shape and np.allclose(ours, A, rtol=0, atol=1e-4):
        return None
    return (
        f"outputs go from {ours.min():.3g} to {ours.max():.3g}, "
        "but not as with a ReLU behind both hidden layers, and a sigmoid"
    )


@lesson.function(
    "A network of three layers",
    lambda random: [()],
    ask=_describe,
    accepts=_module_or_why_not,
    points=2,
    hints=(
        "torch.nn.Sequential takes layers and activations in their order.",
        "Linear(2, 8), ReLU(), Linear(8, 4), ReLU(), Linear(4, 1), Sigmoid()",
    ),
)
def three_layers():
    """2 → 8 → 4 → 1 with ReLU, and a sigmoid at the end."""
    from torch import nn

    return nn.Sequential(
        nn.Linear(2, 8), nn.ReLU(), nn.Linear(8, 4), nn.ReLU(), nn.Linear(4, 1), nn.Sigmoid()
    )


def _two_steps(answer: Any, seed: int, rate: float) -> Any:
    """The parameters after two steps on two batches: what adds up shows in the second."""
    torch = _torch()
    model = _linear(3, 1, seed)
    X = torch.tensor(np.random.default_rng(seed).normal(size=(2, 5, 3)), dtype=torch.float32)
    for batch in X:
        answer(model, batch, batch.sum(dim=1, keepdim=True), rate)
    return model.weight.detach().numpy().ravel(), model.bias.detach().numpy()


@lesson.function(
    "A training step",
    lambda random: [(int(random.integers(1000)), rate) for rate in (0.1, 0.01)],
    ask=_two_steps,
    tolerance=1e-4,
    points=2,
    hints=(
        "Five things in order: reset the gradients, go forward, the loss, backward, the step.",
        "for p in model.parameters(): p.grad = None; loss.backward(); then with torch.no_grad(): p -= rate * p.grad.",
    ),
)
def train_step(model, X, y, rate):
    """One step of gradient descent on the mean squared error, in place."""
    import torch

    optimizer = torch.optim.SGD(model.parameters(), lr=rate)
    optimizer.zero_grad()
    loss = torch.nn.functional.mse_loss(model(X), y)
    loss.backward()
    optimizer.step()


def _step(model: Any, X: Any, y: Any, rate: float, reset: bool = True, scale: float = 1.0) -> None:
    torch = _torch()
    optimizer = torch.optim.SGD(model.parameters(), lr=rate)
    if reset:
        optimizer.zero_grad()
    (scale * torch.nn.functional.mse_loss(model(X), y)).backward()
    optimizer.step()


train_step.mistakes(
    (
        lambda model, X, y, rate: _step(model, X, y, rate, reset=False),
        "the gradients of the first step are still there in the second: reset them before backward()",
    ),
    (
        lambda model, X, y, rate: None,
        "the parameters have not changed: no step is taken, or on copies (p = p - … makes a new tensor)",
    ),
    (lambda model, X, y, rate: _step(model, X, y, rate, scale=-1), "it goes uphill: subtract the step"),
    (
        lambda model, X, y, rate: _step(model, X, y, rate, scale=0.5),
        "this is a step of half the square; the mean of squares is asked for",
    ),
    (
        lambda model, X, y, rate: _step(model, X, y, rate, scale=len(X)),
        "this is a step of the sum of squares; the mean is asked for",
    ),
    (lambda model, X, y, rate: _step(model, X, y, 1.0), "the learning rate is not used"),
    (
        lambda model, X, y, rate: _step(model, X, y.mean().expand(y.shape), rate),
        "y against outputs of another shape compares each with all: keep both (n, 1)",
    ),
)
