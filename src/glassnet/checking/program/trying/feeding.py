"""Samples for functions that do not take them as arguments, but look for them in their object."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from glassnet.checking.finding.leaves import attributes
from glassnet.checking.finding.sources import parameters
from glassnet.checking.program.words import meanings


def is_fed(function: Callable[..., Any]) -> bool:
    """Whether a method takes no samples, so that its object has them."""
    return not any({"x", "pairs"} & set(meanings(parameter.name)) for parameter in parameters(function))


def feed(owner: Any, meant: Mapping[str, Any]) -> None:
    """Put samples and targets where an object keeps those that it was given."""
    for place, name in _places(owner):
        meaning = meanings(name)[0]
        value = meant[meaning].copy() if isinstance(meant[meaning], np.ndarray) else meant[meaning]
        if isinstance(place, dict):
            place[name] = value
        else:
            setattr(place, name, value)


def _places(owner: Any) -> Iterator[tuple[Any, str]]:
    """Attributes, and entries of dictionaries, that are empty or hold arrays and are called like samples or targets."""
    for name, value in list(attributes(owner)):
        if _is_for_data(name, value):
            yield owner, name
        elif isinstance(value, dict):
            yield from ((value, key) for key, entry in value.items() if _is_for_data(key, entry))


def _is_for_data(name: Any, value: Any) -> bool:
    is_named = isinstance(name, str) and meanings(name)[:1] in (["x"], ["y"])
    return is_named and (value is None or isinstance(value, (np.ndarray, list)))
