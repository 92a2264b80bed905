"""Other right ways of writing the exercises of lesson 9, and wrong ones with what is said of them."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn


def by_grad(f: Any, x: float) -> float:
    point = torch.tensor([x], requires_grad=True)
    (slope,) = torch.autograd.grad(f(point).sum(), point)
    return float(slope)


def by_func(f: Any, x: float) -> Any:
    return torch.func.grad(f)(torch.tensor(x))


def in_place(f: Any, x: float) -> Any:
    point = torch.tensor(x)
    point.requires_grad_()
    f(point).backward()
    return point.grad


def by_hand(model: Any, X: Any, y: Any, rate: float) -> None:
    for parameter in model.parameters():
        parameter.grad = None
    ((model(X) - y) ** 2).mean().backward()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter -= rate * parameter.grad


def by_data(model: Any, X: Any, y: Any, rate: float) -> None:
    model.zero_grad()
    nn.MSELoss()(model(X), y).backward()
    for parameter in model.parameters():
        parameter.data.add_(parameter.grad, alpha=-rate)


def by_formula(model: Any, X: Any, y: Any, rate: float) -> None:
    with torch.no_grad():
        error = 2 * (model(X) - y) / len(X)
        model.weight -= rate * (error.T @ X)
        model.bias -= rate * error.sum(dim=0)


class ThreeLayers(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first, self.second, self.third = nn.Linear(2, 8), nn.Linear(8, 4), nn.Linear(4, 1)

    def forward(self, x: Any) -> Any:
        return torch.sigmoid(self.third(torch.relu(self.second(torch.relu(self.first(x))))))


def sequence(*modules: Any) -> Any:
    return lambda: nn.Sequential(*modules)


ONE, TWO, THREE = nn.Linear(2, 8), nn.Linear(8, 4), nn.Linear(4, 1)
RIGHT = {
    "9.1": [by_grad, by_func, in_place],
    "9.2": [
        lambda linear: (linear.weight.T.detach().numpy(), linear.bias.detach().numpy()),
        lambda linear: (linear.state_dict()["weight"].t(), linear.state_dict()["bias"]),
        lambda linear: [part.detach().cpu().numpy().T for part in (linear.weight, linear.bias)],
    ],
    "9.4": [by_hand, by_data, by_formula],
    "9.3": [
        ThreeLayers,
        sequence(nn.Linear(2, 8), nn.ReLU(), nn.Linear(8, 4), nn.ReLU(), nn.Linear(4, 1), nn.Sigmoid()),
        sequence(
            nn.Sequential(nn.Linear(2, 8), nn.ReLU()),
            nn.Linear(8, 4),
            nn.ReLU(),
            nn.Linear(4, 1),
            nn.Sigmoid(),
        ),
    ],
}
WRONG = {
    "9.1": [(lambda f, x: f(torch.tensor(x)).backward(), "it raises RuntimeError")],
    "9.3": [
        (sequence(ONE, nn.ReLU(), THREE, nn.Sigmoid()), "it raises RuntimeError"),
        (
            sequence(nn.Linear(2, 8), nn.ReLU(), nn.Linear(8, 1), nn.Sigmoid()),
            "its Linear layers have weights [(8, 2), (1, 8)]",
        ),
        (sequence(ONE, nn.ReLU(), TWO, nn.ReLU(), THREE), "a sigmoid at the end keeps them between 0 and 1"),
        (sequence(ONE, TWO, THREE, nn.Sigmoid()), "but not as with a ReLU behind both hidden layers"),
        (
            sequence(ONE, nn.ReLU(), TWO, THREE, nn.Sigmoid()),
            "but not as with a ReLU behind both hidden layers",
        ),
        (sequence(ONE, nn.ReLU(), TWO, nn.ReLU(), THREE, nn.ReLU(), nn.Sigmoid()), "but not as with a ReLU"),
        (lambda: [ONE, TWO], "it gives back a list; a torch.nn.Module is asked for"),
    ],
}
ALIKE = {"9.3"}
