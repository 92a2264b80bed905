"""A network as the list of ``torch.nn`` modules that a person would write for it, without PyTorch."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import prod
from typing import Any

from glassnet import activations, layers
from glassnet.activations import ActivationFunction
from glassnet.errors import ArgumentError
from glassnet.network.network import Network
from glassnet.support.registry import registry_of


@dataclass(frozen=True)
class Part:
    """One module: its name in the Sequential, its class in torch.nn, its arguments, the layer whose arrays it holds."""

    name: str
    kind: str
    arguments: tuple[Any, ...] = ()
    options: dict[str, Any] = field(default_factory=dict)
    layer: int | None = None
    is_activation: bool = False

    @property
    def source(self) -> str:
        """The expression that makes it."""
        given = [*map(repr, self.arguments), *(f"{name}={value!r}" for name, value in self.options.items())]
        return f"nn.{self.kind}({', '.join(given)})"


def parts(network: Network) -> list[Part]:
    """The modules of a built network, in order.

    Raises
    ------
    NotBuiltError
        If the network is not built.
    ArgumentError
        If a layer has an activation of the user's own.
    """
    layout, found = network.layout, []
    shape = layout.input_shape
    for index, layer in enumerate(network.layers):
        found += _parts(index, layer, prod(shape))
        shape = layout.output_shapes[index]
    return found if len(shape) == 1 else [*found, Part("flatten", "Flatten")]


def _parts(index: int, layer: layers.Layer, n: int) -> list[Part]:
    name = f"{_name(layer)}_{index}"
    match layer:
        case layers.Dense():
            options = {} if layer.use_bias else {"bias": False}
            linear = Part(name, "Linear", (n, layer.units), options, index)
            return [linear, *activation_parts(name + "_", index, activations.get(layer.activation))]
        case layers.Activation():
            return activation_parts("", index, activations.get(layer.activation))
        case layers.Dropout():
            return [Part(name, "Dropout", (layer.rate,))]
        case layers.BatchNorm():
            changed = _changed({"eps": (layer.epsilon, 1e-5), "momentum": (layer.momentum, 0.1)})
            return [Part(name, "BatchNorm1d", (n,), changed, index)]
        case layers.LayerNorm():
            return [Part(name, "LayerNorm", (n,), _changed({"eps": (layer.epsilon, 1e-5)}), index)]
        case layers.RMSNorm():
            return [Part(name, "RMSNorm", (n,), _changed({"eps": (layer.epsilon, None)}), index)]
        case layers.PReLU():
            return [
                Part(
                    name,
                    "PReLU",
                    (1 if layer.shared else n,),
                    _changed({"init": (layer.initial_slope, 0.25)}),
                    index,
                )
            ]
        case layers.Flatten():
            return [Part(name, "Flatten")]
    raise ArgumentError(f"layer {index}, {layer!r}, has no module in torch.nn")


def activation_parts(prefix: str, index: int, activation: ActivationFunction) -> list[Part]:
    """The module of an activation; none for a linear one.

    Raises
    ------
    ArgumentError
        If torch.nn has none for it.
    """
    facts = activation.facts
    if facts is None or facts.torch is None:
        raise ArgumentError(
            f"layer {index} has the activation {activation!r}, which is no module of torch.nn; "
            "replace it by a built-in activation"
        )
    if activation == activations.Linear():
        return []
    name = (prefix or f"activation_{index}_") + _name(activation)
    arguments = tuple(getattr(activation, ours) for ours in facts.torch.fields.values())
    return [Part(name, facts.torch.module, arguments, dict(facts.torch.fixed), is_activation=True)]


def _changed(options: dict[str, tuple[Any, Any]]) -> dict[str, Any]:
    return {name: value for name, (value, default) in options.items() if value != default}


def _name(thing: Any) -> str:
    registry = registry_of(thing)
    return registry.name_of(thing) if registry is not None else type(thing).__name__
