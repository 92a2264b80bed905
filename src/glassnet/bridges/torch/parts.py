"""A network as the list of PyTorch modules that a person would write for it, without PyTorch."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from importlib.resources import files
from math import prod
from typing import Any

import numpy as np

from glassnet import activations, layers
from glassnet.activations import ActivationFunction
from glassnet.bridges.torch.classes import class_body
from glassnet.errors import ArgumentError
from glassnet.layers.base import is_built_in, trains_as_described
from glassnet.network.network import Network
from glassnet.schedules import Schedule
from glassnet.support.registry import registry_of

# Layers whose modules are written out, in bridges/torch/layers.py; those of all others are in torch.nn.
WRITTEN_OUT = ("Scale", "Residual", "Embedding")


@dataclass(frozen=True)
class Part:
    """One module: its name in the Sequential, its class, its arguments, the layer whose arrays it holds.

    Attributes
    ----------
    inner : tuple of Part
        The modules inside, which a residual one is made from.
    body : str
        The text of its class below the name, of a layer that is written as it describes itself.
    input_shape : tuple of int
        Of one sample that such a layer reads.
    """

    name: str
    kind: str
    arguments: tuple[Any, ...] = ()
    options: dict[str, Any] = field(default_factory=dict)
    layer: layers.Layer | None = None
    is_activation: bool = False
    inner: tuple[Part, ...] = ()
    body: str = ""
    input_shape: tuple[int, ...] = ()

    @property
    def source(self) -> str:
        """The expression that makes it."""
        room = "" if self.kind in WRITTEN_OUT or self.body else "nn."
        if self.inner:
            return f"{room}{self.kind}(\n{listed(self.inner)})"
        arguments = [
            *map(repr, self.arguments),
            *(f"{name}={value!r}" for name, value in self.options.items()),
        ]
        return f"{room}{self.kind}({', '.join(arguments)})"


def listed(modules: Sequence[Part]) -> str:
    """The expressions that make these modules, each on lines of its own."""
    return textwrap.indent("".join(f"{part.source},\n" for part in modules), "    ")


def placed(modules: Sequence[Part], sequence: str = "model") -> Iterator[tuple[str, Part]]:
    """All modules, those inside of others too, each with the expression for it."""
    for place, part in enumerate(modules):
        yield f"{sequence}[{place}]", part
        yield from placed(part.inner, f"{sequence}[{place}]")


def written_out(modules: Sequence[Part]) -> str:
    """The text of the classes that these modules have beside those of torch.nn, set apart from what is around it."""
    text = files("glassnet.bridges.torch").joinpath("layers.py").read_text(encoding="utf-8")
    kinds = {part.kind for _, part in placed(modules) if not part.body}
    classes = [
        str(ast.get_source_segment(text, entry))
        for entry in ast.parse(text).body
        if isinstance(entry, ast.ClassDef) and entry.name in kinds
    ]
    own = {part.kind: part.body for _, part in placed(modules) if part.body}
    classes += [f"class {kind}(nn.Module):\n{body}" for kind, body in own.items()]
    return "\n" + "\n\n\n".join(classes) + "\n" if classes else ""


def parts(network: Network) -> list[Part]:
    """The modules of a built network, in order.

    Raises `NotBuiltError` if the network is not built; `ArgumentError` if a layer is no module of PyTorch, or has
    an activation of the user's own.
    """
    layout = network.layout
    numbered = _numbered(_in_order(network.layers, layout.input_shape, (), network.dtype))
    shape = layout.output_shapes[-1]
    return numbered if len(shape) == 1 else [*numbered, Part("flatten", "Flatten")]


def _numbered(modules: Sequence[Part]) -> list[Part]:
    """The same modules, in which classes that differ have names that differ."""
    bodies: dict[str, list[str]] = {}
    for _, part in placed(modules):
        if part.body and part.body not in bodies.setdefault(part.kind, []):
            bodies[part.kind].append(part.body)

    def named(part: Part) -> Part:
        inner = tuple(map(named, part.inner))
        place = bodies[part.kind].index(part.body) if part.body else 0
        return replace(part, inner=inner, kind=f"{part.kind}{place + 1}" if place else part.kind)

    return list(map(named, modules))


def _in_order(
    stack: Sequence[layers.Layer], shape: tuple[int, ...], around: tuple[int, ...], dtype: np.dtype[Any]
) -> list[Part]:
    """The modules of layers that read samples of this shape; `around` holds the places of what they stand in."""
    in_order: list[Part] = []
    for index, layer in enumerate(stack):
        in_order += _parts((*around, index), layer, shape, dtype)
        shape = layer.output_shape(shape)
    return in_order


def _parts(
    place: tuple[int, ...], layer: layers.Layer, shape: tuple[int, ...], dtype: np.dtype[Any]
) -> list[Part]:
    name, n = f"{_name(layer)}_{place[-1]}", prod(shape)
    if not is_built_in(layer):
        return [_described(name, place, layer, shape, dtype)]
    match layer:
        case layers.Dense():
            options = {} if layer.use_bias else {"bias": False}
            linear = Part(name, "Linear", (n, layer.units), options, layer)
            return [linear, *activation_parts(name + "_", place, activations.get(layer.activation))]
        case layers.Activation():
            return activation_parts("", place, activations.get(layer.activation))
        case layers.Dropout():
            if isinstance(layer.rate, Schedule):
                raise ArgumentError(
                    f"PyTorch has no counterpart for the scheduled rate of {layer!r}; give Dropout a number first"
                )
            return [Part(name, "Dropout", (layer.rate,))]
        case layers.BatchNorm():
            changed = _changed({"eps": (layer.epsilon, 1e-5), "momentum": (layer.momentum, 0.1)})
            return [Part(name, "BatchNorm1d", (n,), changed, layer)]
        case layers.LayerNorm():
            return [Part(name, "LayerNorm", (n,), _changed({"eps": (layer.epsilon, 1e-5)}), layer)]
        case layers.RMSNorm():
            return [Part(name, "RMSNorm", (n,), _changed({"eps": (layer.epsilon, None)}), layer)]
        case layers.PReLU():
            changed = _changed({"init": (layer.initial_slope, 0.25)})
            return [Part(name, "PReLU", (1 if layer.shared else n,), changed, layer)]
        case layers.Scale():
            return [Part(name, "Scale", (n,), layer=layer)]
        case layers.Embedding():
            return [Part(name, "Embedding", (n, dict(layer.pairs), layer.dimension), layer=layer)]
        case layers.Residual():
            return [Part(name, "Residual", inner=tuple(_in_order(layer.inner, shape, place, dtype)))]
        case layers.Flatten():
            return [Part(name, "Flatten")]
    return [_described(name, place, layer, shape, dtype)]


def _described(
    name: str, place: tuple[int, ...], layer: layers.Layer, shape: tuple[int, ...], dtype: np.dtype[Any]
) -> Part:
    """The module of a layer that torch.nn has none for, as it describes itself."""
    if trains_as_described(layer, shape):
        body = class_body(layer, shape, dtype)
        return Part(name, type(layer).__name__, layer=layer, body=body, input_shape=shape)
    raise ArgumentError(f"{_said(place)}, {layer!r}, is no module of PyTorch; replace it by a built-in layer")


def activation_parts(prefix: str, place: tuple[int, ...], activation: ActivationFunction) -> list[Part]:
    """The module of an activation; none for a linear one.

    Raises `ArgumentError` if torch.nn has none for it.
    """
    facts = activation.facts
    if facts is None or facts.torch is None:
        raise ArgumentError(
            f"{_said(place)} has the activation {activation!r}, which is no module of torch.nn; "
            "replace it by a built-in activation"
        )
    if activation == activations.Linear():
        return []
    name = (prefix or f"activation_{place[-1]}_") + _name(activation)
    arguments = tuple(getattr(activation, ours) for ours in facts.torch.fields.values())
    return [Part(name, facts.torch.module, arguments, dict(facts.torch.fixed), is_activation=True)]


def _said(place: tuple[int, ...]) -> str:
    return " of ".join(f"layer {number}" for number in reversed(place))


def _changed(options: dict[str, tuple[Any, Any]]) -> dict[str, Any]:
    return {name: value for name, (value, default) in options.items() if value != default}


def _name(thing: Any) -> str:
    registry = registry_of(thing)
    return (registry.known_as(thing) if registry is not None else None) or type(thing).__name__.lower()
