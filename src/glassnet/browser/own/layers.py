"""A user's own layers for the browser: their descriptions as plain data, which the engine computes both ways."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from glassnet.errors import ArgumentError
from glassnet.layers import Layer
from glassnet.layers.base import is_built_in, registry, trains_as_described
from glassnet.layers.facts import LayerFacts
from glassnet.layers.trial import refuse_misdescribed
from glassnet.network.network import Network
from glassnet.support import expressions
from glassnet.support.registry import to_config
from glassnet.support.text import in_snake_case

Shape = tuple[int, ...]
_SIGNS: dict[type[ast.AST], str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**",
}  # fmt: skip
_COMPARISONS: dict[type[ast.AST], str] = {
    ast.Gt: ">", ast.GtE: ">=", ast.Lt: "<", ast.LtE: "<=", ast.Eq: "==",
}  # fmt: skip


@dataclass(frozen=True)
class OwnLayer:
    """A layer under the name that it has in the browser; `text` is its description there, as JSON."""

    name: str
    text: str
    layer: Layer = field(compare=False)

    @property
    def registered_name(self) -> str:
        """The name in files that a page writes."""
        return self.name


def own_layers(network: Network) -> tuple[OwnLayer, ...]:
    """The layers of a user's own that describe what they compute, also in training."""
    found: list[tuple[Layer, dict[str, Any]]] = []
    for layer, shape in _with_shapes(network.layers, network.layout.input_shape):
        if is_built_in(layer) or not trains_as_described(layer, shape):
            continue
        variants = next((known for other, known in found if _are_equal(other, layer)), None)
        if variants is None:
            variants = {}
            found.append((layer, variants))
        variants[str(int(np.prod(shape)))] = _described(layer, shape, network.dtype)
    names = _names([layer for layer, _ in found])
    return tuple(
        OwnLayer(name, json.dumps({"variants": variants, "facts": _facts(layer)}), layer)
        for name, (layer, variants) in zip(names, found, strict=True)
    )


def _are_equal(one: Layer, other: Layer) -> bool:
    return type(one) is type(other) and one == other


def _with_shapes(layers: Sequence[Layer], shape: Shape) -> Iterator[tuple[Layer, Shape]]:
    """Every layer, also those inside of others, with the shape of what it reads."""
    for layer in layers:
        yield layer, shape
        yield from _with_shapes(layer.inner, shape)
        shape = layer.output_shape(shape)


def _names(layers: Sequence[Layer]) -> list[str]:
    """A name for each, from its class; one that is built in, or taken, gets a number."""
    names: list[str] = []
    for layer in layers:
        plain = in_snake_case(type(layer).__name__)
        name, number = plain, 1
        while name in names or name in registry:
            name, number = f"{plain}_{number + 1}", number + 1
        names.append(name)
    return names


def _facts(layer: Layer) -> dict[str, str]:
    """One entry's arithmetic, of a layer that states it."""
    facts = layer.facts
    if not isinstance(facts, LayerFacts):
        return {}
    return {"value": facts.value, "slope": facts.slope, "slope_of_weight": facts.slope_of_weight}


def _described(layer: Layer, shape: Shape, dtype: np.dtype[Any]) -> dict[str, Any]:
    refuse_misdescribed(layer, shape)
    recorded = Recorded(dtype)
    result = layer.describe(recorded, recorded.input, int(np.prod(shape)))
    return {
        "in_place": layer.in_place, "shape": list(layer.output_shape(shape)), "steps": recorded.steps,
        "result": result.place,
        "wishes": recorded.wishes,
        "parameters": [
            {
                "name": part.name, "shape": list(part.shape), "initializer": to_config(part.initializer),
                "fan_in": part.fan_in, "fan_out": part.fan_out, "factor": part.learning_rate_factor,
            }
            for part in layer.parameters(shape)
        ],
    }  # fmt: skip


@dataclass(frozen=True)
class _Value:
    """What a step gives, by its number; 0 is what the layer reads."""

    place: int


class Recorded:
    """Steps as they are asked for; ``input`` is what the layer reads."""

    input = _Value(0)

    def __init__(self, dtype: np.dtype[Any]) -> None:
        self.dtype = dtype
        self.steps: list[list[Any]] = []
        self.wishes: list[str] = []

    def _add(self, wish: str, *step: Any) -> _Value:
        self.steps.append(list(step))
        self.wishes.append(wish)
        return _Value(len(self.steps))

    def row(self, name: str) -> _Value:
        return self._add(name, "row", name)

    def formula(self, wish: str, text: str, **letters: _Value | float) -> _Value:
        given = {
            letter: value.place if isinstance(value, _Value) else [float(value)]
            for letter, value in letters.items()
        }
        return self._add(wish, "formula", tree_of_text(text), given)

    def mean(self, x: _Value) -> _Value:
        return self._add("mean", "mean", x.place)

    def mean_of_batch(self, x: _Value) -> _Value:
        return self._add("mean", "mean_of_batch", x.place)

    def product(self, x: _Value, name: str, parts: int = 1) -> _Value:
        return self._add("p", "product", x.place, name, parts)

    def columns(self, x: _Value, places: Sequence[int]) -> _Value:
        return self._add("x", "columns", x.place, [int(place) for place in places])

    def lookup(self, x: _Value, column: int, name: str, start: int, stop: int) -> _Value:
        return self._add("v", "lookup", x.place, int(column), name, int(start))

    def joined(self, values: Sequence[_Value]) -> _Value:
        return self._add("a", "joined", [value.place for value in values])


def tree_of_text(text: str) -> Any:
    """A formula of :mod:`glassnet.support.expressions` as a tree, as in :mod:`glassnet.browser.written`."""
    return _tree(expressions.parsed(text))


def _tree(node: ast.expr) -> Any:
    match node:
        case ast.Constant(value=int() | float() as value):
            return value
        case ast.Name(id=name):
            return name
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return ["-", _tree(operand)]
        case ast.BinOp(left=left, op=op, right=right):
            return [_SIGNS[type(op)], _tree(left), _tree(right)]
        case ast.IfExp(test=ast.Compare(left=left, ops=[op], comparators=[right]), body=yes, orelse=no):
            return ["if", _tree(left), _COMPARISONS[type(op)], _tree(right), _tree(yes), _tree(no)]
        case ast.Call(func=ast.Name(id=name), args=arguments):
            return [name, *map(_tree, arguments)]
    raise ArgumentError(f"{ast.unparse(node)!r} is no part of a formula")
