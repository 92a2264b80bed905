"""The learner's program on the bench: its object or its functions, what they know of each other, and how it was."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator, Mapping
from types import ModuleType
from typing import Any

import numpy as np

from glassnet.checking.finding.leaves import Leaf, attributes, leaves
from glassnet.checking.numerics.calling import copied_if_possible
from glassnet.checking.numerics.rounding import Array
from glassnet.checking.program.words import meanings


class Bench:
    """A program that can be run, changed and put back.

    Parameters
    ----------
    owner : object or None
        The learner's object; None where the program is functions alone.
    names : dict
        The names of the module: functions, classes, and data that functions read.
    origin : object
        The user's own, of which what is on the bench is a copy.
    """

    def __init__(self, owner: Any, names: dict[str, Any], origin: Any = None) -> None:
        self.owner, self.names, self.origin = owner, names, origin
        self.known: dict[str, Any] = {}

    @property
    def root(self) -> dict[str, Any]:
        """Everything in which numbers may lie."""
        data = {name: value for name, value in self.names.items() if is_data(name, value)}
        return {"owner": self.owner, "known": self.known, "names": data if self.owner is None else {}}

    def leaves(self) -> list[Leaf]:
        """The places of all numbers."""
        return leaves(self.root)

    def values(self, leaf: Leaf) -> Array:
        """A copy of the numbers at a place."""
        return leaf.values(self.root)

    def write(self, leaf: Leaf, values: Array) -> None:
        """Put numbers at a place."""
        if len(leaf.path) == 2 and leaf.path[0].key == "names" and np.ndim(self.names[leaf.path[1].key]) == 0:
            self.names[leaf.path[1].key] = float(values)
        else:
            leaf.write(self.root, values)

    def save(self) -> dict[str, Any]:
        """A copy of everything that may change."""
        return copied_data(self.root)

    def put_back(self, saved: dict[str, Any]) -> None:
        """Make everything as it was when it was saved."""
        again = copied_data(saved)
        self.owner, self.known = again["owner"], again["known"]
        self.names.update(again["names"])

    def seed(self) -> None:
        """Begin all common random numbers anew, so that a random program repeats itself."""
        np.random.seed(12)  # noqa: NPY002 - learners draw from it
        random.seed(12)


def is_data(name: str, value: Any) -> bool:
    """Whether a name of a module holds data, and not a function, class or module."""
    return not (
        name.startswith("__")
        or isinstance(value, (ModuleType, type))
        or (callable(value) and hasattr(value, "__code__"))
    )


def copied_data(root: dict[str, Any]) -> dict[str, Any]:
    """A copy of values by name; what cannot be copied is itself."""
    try:
        return copy.deepcopy(root)
    except Exception:  # something in it cannot be copied: copy what can be
        return {key: _copied_part(part) for key, part in root.items()}


def _copied_part(part: Any) -> Any:
    found = copied_if_possible(part)
    return (
        {k: _copied_part(v) for k, v in part.items()} if found is part and isinstance(part, dict) else found
    )


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


def shown(leaf: Leaf) -> str:
    """The learner's name for a place."""
    return Leaf(leaf.path[1:]).name if len(leaf.path) > 1 else leaf.name
