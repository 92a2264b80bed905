"""What pictures call layers, features and classes."""

from __future__ import annotations

from collections.abc import Sequence

from glassnet import activations
from glassnet.errors import ShapeError
from glassnet.layers import Activation, Dense, Dropout, Layer
from glassnet.registry import registry_of

_LONGEST = 28  # characters of a name in a picture


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


def drawn_names(what: str, given: Sequence[str] | None, count: int, default: str) -> list[str]:
    """As :func:`names_of`, each as it is written in a picture."""
    return [drawn_name(name) for name in names_of(what, given, count, default)]


def drawn_name(name: str) -> str:
    """A name in one line of at most 28 characters, which matplotlib takes for no formula and for no hidden label."""
    line = " ".join(name.split())
    short = line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1].rstrip()}…"
    plain = short.replace("$", r"\$")
    return f" {plain}" if plain.startswith("_") else plain
