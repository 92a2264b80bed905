"""What pictures call layers, features and classes."""

from __future__ import annotations

from collections.abc import Sequence

from glassnet import activations
from glassnet.errors import ShapeError
from glassnet.layers import Activation, Dense, Dropout, Layer
from glassnet.registry import registry_of


def function_name(activation: activations.Activation) -> str:
    """The name of an activation, such as "leaky_relu"."""
    registry = registry_of(activation)
    name = None if registry is None else registry.known_as(activation)
    return name or type(activation).__name__


def layer_name(layer: Layer) -> str:
    """A layer in a few words: "Dense 32 relu", "Dropout 0.5", "BatchNorm"."""
    if isinstance(layer, Dense):
        name = function_name(activations.get(layer.activation))
        return f"Dense {layer.units}" + ("" if name == "linear" else f" {name}")
    if isinstance(layer, Activation):
        return function_name(activations.get(layer.activation))
    if isinstance(layer, Dropout):
        return f"Dropout {layer.rate:g}"
    return type(layer).__name__


def names_of(what: str, given: Sequence[str] | None, count: int, default: str) -> list[str]:
    """One name for each of `count` things; `default` followed by its number where none are given.

    Raises
    ------
    ShapeError
        If there is not one name for each.
    """
    if given is None:
        return [f"{default}{number}" for number in range(count)]
    if len(given) != count:
        raise ShapeError(f"{what} must hold {count} names, one for each; got {len(given)}")
    return [str(name) for name in given]
