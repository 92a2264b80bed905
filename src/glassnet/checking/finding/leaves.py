"""Numbers inside a learner's objects: found wherever they lie, read and written in place."""

from __future__ import annotations

import builtins
import sys
from collections.abc import Iterator, Mapping, MutableMapping, MutableSequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np

from glassnet.checking.numerics.rounding import Array
from glassnet.support.arrays import as_array

DEEPEST, MOST = 7, 4000
# Objects of these are not looked into; those of the standard library neither.
LIBRARIES = frozenset({
    "numpy", "scipy", "pandas", "matplotlib", "torch", "sklearn", "glassnet", "jax", "tensorflow", "keras", "tqdm",
    "IPython", "numba", "seaborn", "builtins",
})  # fmt: skip
_PLAIN = (SystemError, TypeError, ValueError, AttributeError)


@dataclass(frozen=True)
class PathStep:
    """One step into an object: an attribute, or an entry of a dictionary or a list."""

    key: Any
    is_attribute: bool

    def of(self, owner: Any) -> Any:
        """What stands there."""
        return getattr(owner, self.key) if self.is_attribute else owner[self.key]

    def put(self, owner: Any, value: Any) -> None:
        """Put something there."""
        if self.is_attribute:
            setattr(owner, self.key, value)
        else:
            owner[self.key] = value


@dataclass(frozen=True)
class Leaf:
    """The place of an array, a list of numbers or a number, as steps from a root object."""

    path: tuple[PathStep, ...]

    @property
    def name(self) -> str:
        """As the learner would write it: ``layers[0].W``."""
        text = ""
        for step in self.path:
            if step.is_attribute:
                text += f".{step.key}" if text else str(step.key)
            elif isinstance(step.key, str):
                text = f"{text}[{step.key!r}]" if text else step.key
            else:
                text += f"[{step.key}]"
        return text

    @property
    def last_word(self) -> str:
        """The last name on the path: ``W`` of ``layers[0].W``, ``weights`` of ``weights[1]``."""
        return next((str(s.key) for s in reversed(self.path) if isinstance(s.key, str)), "")

    @property
    def numbers(self) -> tuple[int, ...]:
        """The places in lists on the way."""
        return tuple(s.key for s in self.path if isinstance(s.key, int))

    def raw(self, root: Any) -> Any:
        """What stands there, as it is."""
        for step in self.path:
            root = step.of(root)
        return root

    def values(self, root: Any) -> Array:
        """A copy in float64."""
        return np.array(as_array(self.raw(root)), np.float64)

    def write(self, root: Any, values: Array) -> None:
        """Put other numbers there; in the same memory wherever that can hold them."""
        owner = root
        for step in self.path[:-1]:
            owner = step.of(owner)
        holder = self.path[-1].of(owner)
        if isinstance(holder, np.ndarray) and holder.dtype.kind == "f" and holder.shape == np.shape(values):
            holder[...] = values
        elif hasattr(holder, "detach"):
            as_array(holder)[...] = values
        elif isinstance(holder, MutableSequence):
            _write_list(holder, values)
        elif isinstance(holder, np.ndarray):
            self.path[-1].put(owner, np.array(values, np.float64))
        else:
            self.path[-1].put(owner, float(np.asarray(values).reshape(())))


def leaves(root: Any) -> list[Leaf]:
    """All numbers inside an object, in the order in which they were put there; an array that has two names once."""
    numbers: list[Leaf] = []
    for leaf in _walk(root, (), set()):
        numbers.append(leaf)
        if len(numbers) == MOST:
            break
    return numbers


def places(root: Any) -> dict[int, tuple[PathStep, ...]]:
    """The way to each object inside another one, and to itself, by the object's identity."""
    paths: dict[int, tuple[PathStep, ...]] = {}
    waiting: list[tuple[Any, tuple[PathStep, ...]]] = [(root, ())] if root is not None else []
    for thing, path in waiting:
        if (
            id(thing) in paths
            or len(paths) == MOST
            or isinstance(thing, (str, bytes, int, float, type(None)))
        ):
            continue
        paths[id(thing)] = path
        if len(path) < DEEPEST:
            waiting += [(part, (*path, step)) for step, part in _parts(thing, is_root=not path)]
    return paths


def is_foreign(thing: Any) -> bool:
    """Whether an object belongs to a library and not to the learner."""
    module = str(getattr(type(thing), "__module__", ""))
    if module == "builtins":  # a class that was made where there is no module says so too
        return getattr(builtins, type(thing).__name__, None) is type(thing) or not hasattr(thing, "__dict__")
    return is_library(module)


def is_library(module: str) -> bool:
    """Whether a module is one of a library, and not the learner's."""
    room = module.partition(".")[0]
    if room == "__main__":
        return False
    if room in LIBRARIES or room in sys.stdlib_module_names:
        return True
    file = str(getattr(sys.modules.get(room), "__file__", None) or "")
    return "site-packages" in file or "dist-packages" in file


def _walk(thing: Any, path: tuple[PathStep, ...], seen: set[int]) -> Iterator[Leaf]:
    if len(path) > DEEPEST:
        return
    if is_number(thing):
        if path:
            yield Leaf(path)
        return
    if id(thing) in seen:
        return
    seen.add(id(thing))
    if _is_array(thing) or _is_list_of_numbers(thing):
        if path:
            yield Leaf(path)
        return
    for step, part in _parts(thing, is_root=not path):
        yield from _walk(part, (*path, step), seen)


def _parts(thing: Any, is_root: bool) -> Iterator[tuple[PathStep, Any]]:
    if isinstance(thing, Mapping):
        if isinstance(thing, MutableMapping):
            yield from ((PathStep(key, False), part) for key, part in list(thing.items()) if _is_key(key))
    elif isinstance(thing, (list, tuple)) or (isinstance(thing, np.ndarray) and thing.dtype == object):
        if getattr(thing, "ndim", 1) == 1:
            yield from ((PathStep(i, False), part) for i, part in enumerate(list(thing)))
    elif isinstance(thing, (str, bytes, ModuleType)) or (callable(thing) and not hasattr(thing, "__dict__")):
        return
    elif is_root or not is_foreign(thing):
        yield from ((PathStep(name, True), part) for name, part in list(attributes(thing)))


def attributes(thing: Any) -> Iterator[tuple[str, Any]]:
    """What an object holds itself, in ``__dict__`` and in ``__slots__``."""
    if isinstance(thing, type) or (callable(thing) and hasattr(thing, "__code__")):
        return
    yield from dict(getattr(thing, "__dict__", {})).items()
    for cls in type(thing).__mro__:
        slots = vars(cls).get("__slots__", ())
        for name in (slots,) if isinstance(slots, str) else slots:
            mangled = f"_{cls.__name__.lstrip('_')}{name}" if name.startswith("__") else name
            if hasattr(thing, mangled) and mangled not in ("__dict__", "__weakref__"):
                yield mangled, getattr(thing, mangled)


def _is_key(key: Any) -> bool:
    return isinstance(key, (str, int))


def is_number(thing: Any) -> bool:
    """Whether it is one number, and no truth value."""
    return isinstance(thing, (int, float, np.floating, np.integer)) and not isinstance(thing, bool)


def _is_array(thing: Any) -> bool:
    if isinstance(thing, np.ndarray):
        return thing.dtype.kind in "fiu" and thing.size > 0
    return hasattr(thing, "detach") and hasattr(thing, "numel") and thing.numel() > 0


def _is_list_of_numbers(thing: Any) -> bool:
    """A list of numbers, or of such lists; one of arrays is none."""
    if not isinstance(thing, list) or not thing:
        return False
    return all(is_number(entry) or _is_list_of_numbers(entry) for entry in thing) and _is_even(thing)


def _is_even(thing: list[Any]) -> bool:
    try:
        return np.asarray(thing).dtype.kind in "fiu"
    except _PLAIN:
        return False


def _write_list(target: MutableSequence[Any], values: Array) -> None:
    for i, entry in enumerate(values):
        if isinstance(target[i], MutableSequence):
            _write_list(target[i], entry)
        else:
            target[i] = float(entry)


def flatten(result: Any, name: str = "", depth: int = 0) -> Iterator[tuple[str, Any]]:
    """The arrays and numbers in what a function returned, in order, with names like ``[0]['dW1']``."""
    if isinstance(result, (Mapping, list, tuple)) and depth < DEEPEST and not _is_list_of_numbers(result):
        entries = result.items() if isinstance(result, Mapping) else enumerate(result)
        for key, part in entries:
            yield from flatten(part, f"{name}[{key!r}]", depth + 1)
    elif isinstance(result, np.ndarray) and result.dtype == object and result.ndim == 1:
        yield from flatten(list(result), name, depth + 1)
    elif is_number(result) or _is_array(result) or _is_list_of_numbers(result):
        yield name, result
