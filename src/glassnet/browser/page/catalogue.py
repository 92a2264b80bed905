"""What the page is told about the parts: how they are written, from their facts, as plain data."""

from __future__ import annotations

import ast
from typing import Any

from glassnet import activations, losses, optimizers
from glassnet.activations.base import registry as activation_registry
from glassnet.losses.base import Loss
from glassnet.losses.base import registry as loss_registry
from glassnet.optimizers.base import registry as optimizer_registry
from glassnet.support import expressions

_SIGNS: dict[type[ast.operator], str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**"}
_COMPARISONS: dict[type[ast.cmpop], str] = {ast.Gt: ">", ast.GtE: ">=", ast.Lt: "<", ast.LtE: "<="}


def catalogue() -> dict[str, Any]:
    """Activations, losses and optimizers by their names, with their formulas as trees."""
    return {
        "activations": {name: _activation(name) for name in activations.names()},
        "losses": {name: _loss(name) for name in losses.names()},
        "optimizers": {name: _optimizer(name) for name in optimizers.names() if name != "lbfgs"},
    }


def _activation(name: str) -> dict[str, Any]:
    facts = activation_registry.classes()[name].facts
    return {
        "value": tree(facts.value), "slope": tree(facts.slope), "backward": tree(facts.backward),
        "letters": _letters(facts.letters), "outputs": facts.outputs, "forward_only": facts.forward_only,
        "source": facts.source, "torch": "" if facts.torch is None else f"nn.{facts.torch.source}",
    }  # fmt: skip


def _loss(name: str) -> dict[str, Any]:
    loss = loss_registry.classes()[name]
    facts = loss.facts
    return {
        "value": tree(facts.value), "slope": tree(facts.slope), "letters": _letters(facts.letters), "data": facts.data,
        "last_activation": facts.last_activation, "least_outputs": loss.least_outputs, "source": facts.source,
        "torch": facts.torch or "",
        "activation": activation_registry.name_of(loss().activation), "on_logits": _taken_over(loss()),
    }  # fmt: skip


def _taken_over(loss: Loss) -> dict[str, str]:
    """The losses of pre-activations that it becomes after some last activations, by these."""
    found = {name: loss.on_logits(activations.get(name)) for name in activations.names()}
    return {name: loss_registry.name_of(other) for name, other in found.items() if other is not None}


def _optimizer(name: str) -> dict[str, Any]:
    facts = optimizer_registry.classes()[name].facts
    return {
        "decays_apart": facts.decays_apart, "source": facts.source, "class": optimizer_registry.classes()[name].__name__,
        "torch": facts.torch or "", "arguments": dict(facts.arguments),
        "updates": {
            rule: {"plain": written.plain, "states": written.states, "lines": [_filled(line) for line in written.lines]}
            for rule, written in facts.updates.items()
        },
    }  # fmt: skip


def _letters(letters: Any) -> dict[str, str]:
    return {field: text for field, (text, _) in letters.items()}


def _filled(line: str) -> list[Any]:
    """A line of an update as pieces: text, and trees of what stands in square brackets."""
    pieces: list[Any] = []
    while "[" in line:
        before, _, rest = line.partition("[")
        inside, _, line = rest.partition("]")
        pieces += [before, [inside if inside in ("g", "step") else tree(inside)]]
    return [*pieces, line]


def tree(formula: str) -> Any:
    """A formula of :mod:`glassnet.support.expressions` as lists, numbers and letters; None for an empty one."""
    return _tree(expressions.parsed(formula)) if formula else None


def _tree(node: ast.expr) -> Any:
    match node:
        case ast.Constant(int() | float() as value):
            return value
        case ast.Name(name):
            return name
        case ast.UnaryOp(ast.USub(), operand):
            return ["-", _tree(operand)]
        case ast.BinOp(left, sign, right):
            return [_SIGNS[type(sign)], _tree(left), _tree(right)]
        case ast.Call(ast.Name(name), arguments):
            return [name, *map(_tree, arguments)]
        case ast.IfExp(ast.Compare(left, [comparison], [right]), yes, no):
            return ["if", _tree(left), _COMPARISONS[type(comparison)], *map(_tree, (right, yes, no))]
    raise TypeError(f"{ast.unparse(node)!r} is no part of a formula")
