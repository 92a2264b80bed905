"""Names for what a user can choose, and configuration that a file can hold.

A registry maps names to frozen dataclasses. An object of such a class is described by plain data
(:func:`to_config`) and built again from it (:func:`from_config`); no other code can be reached from there.
"""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Callable, Iterator
from typing import Any, Generic, TypeVar

from glassnet.errors import ArgumentError, UnknownNameError

T = TypeVar("T")
C = TypeVar("C", bound=type)

_registries: dict[str, Registry[Any]] = {}


class Registry(Generic[T]):
    """The names of one kind of thing, for example all losses."""

    def __init__(self, kind: str, base: type[T]) -> None:
        self.kind = kind
        self.base = base
        self._factories: dict[str, Callable[[], T]] = {}
        self._classes: dict[str, type[T]] = {}
        _registries[kind] = self

    def register(self, name: str, *aliases: str) -> Callable[[C], C]:
        """Class decorator: make the class known under `name` and its short aliases."""

        def add(cls: C) -> C:
            self._classes[name] = cls
            for known in (name, *aliases):
                self._factories[known] = cls
            return cls

        return add

    def add(self, name: str, thing: T) -> None:
        """Make a user's own object known under `name`, so that files that mention it can be loaded."""
        if not isinstance(thing, self.base):
            raise ArgumentError(f"{name!r} must be registered with a {self.base.__name__}; got {thing!r}")
        self._factories[name] = lambda: thing

    def get(self, choice: str | T) -> T:
        """The object that `choice` names, or `choice` itself if it is one already."""
        if isinstance(choice, self.base):
            return choice
        if not isinstance(choice, str):
            raise ArgumentError(f"{self.kind} must be a name or a {self.base.__name__}; got {choice!r}")
        if choice not in self._factories:
            near = difflib.get_close_matches(choice, self._factories, n=3, cutoff=0.5)
            hint = (
                f"did you mean {' or '.join(map(repr, near))}?" if near else "known names: " + ", ".join(self)
            )
            raise UnknownNameError(f"no {self.kind} is called {choice!r}; {hint}")
        return self._factories[choice]()

    def name_of(self, thing: T) -> str:
        """The name under which the class of `thing` was registered."""
        custom = getattr(thing, "registered_name", None)
        if custom is not None:
            return str(custom)
        return next(name for name, cls in self._classes.items() if cls is type(thing))

    def __iter__(self) -> Iterator[str]:
        """The full names, without aliases."""
        return iter(self._classes)

    def __contains__(self, name: object) -> bool:
        return name in self._factories


def to_config(thing: Any) -> Any:
    """`thing` as JSON-ready data; a registered object becomes ``{"kind": ..., "name": ..., fields}``."""
    if isinstance(thing, (str, int, float, bool)) or thing is None:
        return thing
    if isinstance(thing, (list, tuple)):
        return [to_config(item) for item in thing]
    for kind, registry in _registries.items():
        if isinstance(thing, registry.base):
            fields = {
                field.name: to_config(getattr(thing, field.name))
                for field in dataclasses.fields(thing)
                if field.init and getattr(thing, "registered_name", None) is None
            }
            return {"kind": kind, "name": registry.name_of(thing), **fields}
    raise ArgumentError(f"{thing!r} has no description in plain data")


def from_config(config: Any) -> Any:
    """The object that :func:`to_config` described.

    Raises
    ------
    ArgumentError
        If the description names an unknown kind, name or field.
    """
    if isinstance(config, list):
        return tuple(from_config(item) for item in config)
    if not isinstance(config, dict):
        return config
    fields = dict(config)
    kind, name = fields.pop("kind", None), fields.pop("name", None)
    if kind not in _registries or not isinstance(name, str):
        raise ArgumentError(f"unknown kind of part: {kind!r} named {name!r}")
    registry = _registries[kind]
    if name not in registry._classes:
        return registry.get(name)
    cls = registry._classes[name]
    known = {field.name for field in dataclasses.fields(cls) if field.init}
    if not set(fields) <= known:
        raise ArgumentError(f"{kind} {name!r} has no field {', '.join(sorted(set(fields) - known))}")
    return cls(**{key: from_config(value) for key, value in fields.items()})


def registry_of(thing: Any) -> Registry[Any] | None:
    """The registry that `thing` belongs to, if any."""
    return next((r for r in _registries.values() if isinstance(thing, r.base)), None)


_IN_MAIN_NAMESPACE = {"layers", "optimizers", "network"}


def compact_repr(thing: Any) -> str:
    """The shortest expression in glassnet's namespace that rebuilds `thing`."""
    positional, keywords, leading = [], [], True
    for part in dataclasses.fields(thing):
        value = getattr(thing, part.name)
        if _is_default(part.default, value):
            leading = leading and part.kw_only is True
        elif leading and not part.kw_only:
            positional.append(_short(value))
        else:
            keywords.append(f"{part.name}={_short(value)}")
    room = type(thing).__module__.rpartition(".")[2]
    prefix = "" if room in _IN_MAIN_NAMESPACE else f"{room}."
    return f"{prefix}{type(thing).__name__}({', '.join(positional + keywords)})"


def _is_default(default: Any, value: Any) -> bool:
    registry = registry_of(value)
    if isinstance(default, str) and registry is not None and default in registry:
        return bool(registry.get(default) == value)
    return bool(default == value)


def _short(value: Any) -> str:
    registry = registry_of(value)
    if registry is None:
        return repr(value)
    name = registry.name_of(value)
    if name in registry and registry.get(name) == value:
        return repr(name)
    return compact_repr(value)
