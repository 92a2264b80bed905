"""What pictures call layers, features and classes."""

from __future__ import annotations

from collections.abc import Sequence

from glassnet import activations
from glassnet.errors import ShapeError
from glassnet.layers import Activation, Dense, Dropout, Layer
from glassnet.schedules import Schedule
from glassnet.support import checks
from glassnet.support.registry import registry_of
from glassnet.support.text import in_one_line


def function_name(activation: activations.ActivationFunction) -> str:
    """The name of an activation, such as "leaky_relu"."""
    registry = registry_of(activation)
    name = None if registry is None else registry.known_as(activation)
    return shown_name(name or type(activation).__name__)


def shown_name(name: str) -> str:
    """A name in one line, which is taken neither for a formula nor for a hidden label."""
    return _plain(in_one_line(name))


def layer_name(layer: Layer) -> str:
    """A layer in a few words: "Dense 32 relu", "Dropout 0.5", "BatchNorm"."""
    if isinstance(layer, Dense):
        name = function_name(activations.get(layer.activation))
        return f"Dense {layer.units}" + ("" if name == "linear" else f" {name}")
    if isinstance(layer, Activation):
        return function_name(activations.get(layer.activation))
    if isinstance(layer, Dropout):
        return "Dropout by a schedule" if isinstance(layer.rate, Schedule) else f"Dropout {layer.rate:g}"
    return type(layer).__name__


def names_of(what: str, names: Sequence[str] | None, count: int, default: str) -> list[str]:
    """One name for each of `count` things; `default` followed by its number where none are given.

    Raises `ArgumentError` or `ShapeError` if it is no list of names, or there is not one for each.
    """
    if names is None:
        return [f"{default}{number}" for number in range(count)]
    checked = checks.names(what, names)
    if len(checked) != count:
        raise ShapeError(f"{what} must hold {count} names, one for each; got {len(checked)}")
    return checked


def drawn_names(names: Sequence[str], longest: int) -> list[str]:
    """Names as they are written in a picture: each in one line of at most so many characters.

    What is longer loses its middle; where names are then alike, their numbers stand before them. No name is taken for
    a formula or for a hidden label.
    """
    lines = [in_one_line(" ".join(str(name).split())) for name in names]
    short = [_shortened(line, longest) for line in lines]
    if len(set(short)) < len(set(lines)):
        short = [_shortened(f"{number} {line}", longest) for number, line in enumerate(lines)]
    return [_plain(name) for name in short]


def _shortened(line: str, longest: int) -> str:
    if len(line) <= longest:
        return line
    end = (longest - 1) // 2
    return f"{line[: longest - 1 - end].rstrip()}…{line[-end:].lstrip()}"


def _plain(name: str) -> str:
    escaped = name.replace("$", r"\$")
    return f" {escaped}" if escaped.startswith("_") else escaped
