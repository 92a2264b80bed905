"""Names for what a user can choose, and configuration that a file can hold.

A registry maps names to frozen dataclasses. An object of such a class is described by plain data
(:func:`to_config`) and built again from it (:func:`from_config`); no other code can be reached from there.
"""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType
from typing import Any, Generic, Protocol, TypeVar

from glassnet.errors import ArgumentError, UnknownNameError
from glassnet.support import checks
from glassnet.support.calls import explained

T = TypeVar("T")
C = TypeVar("C", bound=type)


class StatedFacts(Protocol):
    """What a built-in part states about itself."""

    def check(self, name: str, fields: set[str]) -> None:
        """Raise `ArgumentError` where the facts of the part `name` cannot be those of a class with these fields."""


_registries: dict[str, Registry[Any]] = {}
_lent: ContextVar[Mapping[str, Any]] = ContextVar("lent", default=MappingProxyType({}))


class Registry(Generic[T]):
    """The names of one kind of thing, for example all losses.

    `own` says how a user's function becomes one; `facts` is the class of what every built-in one states about itself.
    """

    def __init__(
        self, kind: str, base: type[T], own: str = "", facts: type[StatedFacts] | None = None
    ) -> None:
        self.kind = kind
        self.base = base
        self.own = own
        self.facts = facts
        self._factories: dict[str, Callable[[], T]] = {}
        self._classes: dict[str, type[T]] = {}
        self._added: dict[str, T] = {}
        _registries[kind] = self

    def register(self, name: str, *aliases: str) -> Callable[[C], C]:
        """Class decorator: make the class known under `name` and its short aliases, printed as what rebuilds it."""

        def add(cls: C) -> C:
            self._check_facts(name, cls)
            type.__setattr__(cls, "__repr__", compact_repr)
            explained(cls)
            self._classes[name] = cls
            for each in (name, *aliases):
                self._factories[each] = cls
            return cls

        return add

    def _check_facts(self, name: str, cls: type) -> None:
        if self.facts is None:
            return
        facts = vars(cls).get("facts")
        if not isinstance(facts, self.facts):
            raise ArgumentError(
                f"the built-in {self.kind} {name!r} does not state its facts: give the class {cls.__name__} "
                f"facts = {self.facts.__name__}(...)"
            )
        facts.check(name, {part.name for part in dataclasses.fields(cls)})

    @explained
    def add(self, name: str, thing: T) -> None:
        """Make a user's own object known under `name`, so that files that mention it can be loaded."""
        checks.text(f"name of the {self.kind}", name)
        if not isinstance(thing, self.base):
            raise ArgumentError(
                f"{name!r} must be registered with a glassnet {self.base.__name__}; got {thing!r}"
            )
        self._added[name] = thing
        self._factories[name] = lambda: thing

    @explained
    def get(self, choice: str | T) -> T:
        """The object that `choice` names, or `choice` itself if it is one already."""
        if isinstance(choice, self.base):
            return choice
        if not isinstance(choice, str):
            raise ArgumentError(
                f"{self.kind} must be a name or a glassnet {self.base.__name__}; "
                f"got {choice!r}{self._hint_for(choice)}"
            )
        lent = self._lent(choice)
        if lent is not None:
            return lent
        if choice not in self._factories:
            written = choice.lower().replace("-", "_").replace(" ", "_")
            near = difflib.get_close_matches(written, self._factories, n=3, cutoff=0.5)
            hint = (
                f"did you mean {' or '.join(map(repr, near))}?" if near else "known names: " + ", ".join(self)
            )
            raise UnknownNameError(f"no {self.kind} is called {choice!r}; {hint}")
        return self._factories[choice]()

    def _lent(self, name: object) -> T | None:
        """A user's own object that is lent under this name."""
        thing = _lent.get().get(str(name))
        return thing if isinstance(thing, self.base) else None

    def _hint_for(self, choice: Any) -> str:
        if isinstance(choice, type) and issubclass(choice, self.base):
            return f"; call the class: {choice.__name__}(...)"
        return f"; a function of your own becomes one by {self.own}" if callable(choice) and self.own else ""

    def name_of(self, thing: T) -> str:
        """The name under which the class of `thing` was registered."""
        name = self.known_as(thing)
        if name is None:
            raise ArgumentError(
                f"{thing!r} is no built-in {self.kind}, so it can be described only by a name; "
                "register it under one first"
            )
        return name

    def known_as(self, thing: T) -> str | None:
        """The name of `thing`: of its class, or what a user's own object was registered as or calls itself."""
        custom = getattr(thing, "registered_name", None)
        if custom is not None:
            return str(custom)
        for name, cls in self._classes.items():
            if cls is type(thing):
                return name
        others = {**self._added, **_lent.get()}
        return next((name for name, own in others.items() if type(own) is type(thing) and own == thing), None)

    def called(self, thing: T) -> str:
        """What errors and pages call `thing`: its name, or that of its class."""
        return self.known_as(thing) or type(thing).__name__

    def builds(self, name: str) -> bool:
        """Whether `name`, full or short, stands for a class and not for an object that a user added."""
        return name in self._classes or isinstance(self._factories.get(name), type)

    def classes(self) -> dict[str, type[T]]:
        """The built-in classes by their full names."""
        return dict(self._classes)

    @explained
    def names(self) -> list[str]:
        """The full names of all that are built in."""
        return list(self._classes)

    def __iter__(self) -> Iterator[str]:
        """The full names, without aliases."""
        return iter(self._classes)

    def __contains__(self, name: object) -> bool:
        return name in self._factories or self._lent(name) is not None


@contextmanager
def lent(things: Mapping[str, Any]) -> Iterator[None]:
    """Inside, in this thread, descriptions mention these objects of a user's own by their names, and find them."""
    before = _lent.set(things)
    try:
        yield
    finally:
        _lent.reset(before)


def to_config(thing: Any) -> Any:
    """`thing` as JSON-ready data; a registered object becomes ``{"kind": ..., "name": ..., fields}``.

    Raises `ArgumentError` if some part of it has no name, or a user's own part has the name of a built-in one.
    """
    if isinstance(thing, (str, int, float, bool)) or thing is None:
        return thing
    if isinstance(thing, (list, tuple)):
        return [to_config(item) for item in thing]
    for kind, registry in _registries.items():
        if isinstance(thing, registry.base):
            name = registry.name_of(thing)
            if name in _lent.get() and not registry.builds(name):
                return {"kind": kind, "name": name}
            if not hasattr(thing, "registered_name"):
                return {"kind": kind, "name": name, **_fields(thing)}
            if registry.builds(name):
                raise ArgumentError(
                    f"the {kind} {thing!r} has the name of the built-in {name!r}, which would be found in its place; "
                    "give it another name"
                )
            return {"kind": kind, "name": name}
    raise ArgumentError(f"{thing!r} has no description in plain data")


def _fields(thing: Any) -> dict[str, Any]:
    return {
        part.name: to_config(getattr(thing, part.name)) for part in dataclasses.fields(thing) if part.init
    }


def from_config(config: Any) -> Any:
    """The object that :func:`to_config` described.

    Raises `ArgumentError` if the description names an unknown kind, name or field.
    """
    if isinstance(config, list):
        return tuple(from_config(item) for item in config)
    if not isinstance(config, dict):
        return config
    fields = dict(config)
    kind, name = fields.pop("kind", None), fields.pop("name", None)
    if not isinstance(kind, str) or kind not in _registries or not isinstance(name, str):
        raise ArgumentError(f"unknown kind of part: {kind!r} named {name!r}")
    registry = _registries[kind]
    if name not in registry._classes:
        return registry.get(name)
    cls = registry._classes[name]
    names = {field.name for field in dataclasses.fields(cls) if field.init}
    if not set(fields) <= names:
        raise ArgumentError(f"{kind} {name!r} has no field {', '.join(sorted(set(fields) - names))}")
    try:
        return cls(**{key: from_config(value) for key, value in fields.items()})
    except TypeError as error:
        raise ArgumentError(f"{kind} {name!r} cannot be made of {fields!r}: {error}") from error


def unknown_parts(config: Any) -> list[tuple[str, str]]:
    """Kind and name of the parts in a description that no registry knows."""
    inner = config.values() if isinstance(config, dict) else config if isinstance(config, list) else ()
    unknown = [part for item in inner for part in unknown_parts(item)]
    if isinstance(config, dict) and isinstance(config.get("name"), str):
        registry = _registries.get(str(config.get("kind")))
        if registry is not None and config["name"] not in registry:
            unknown.insert(0, (registry.kind, config["name"]))
    return unknown


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
    room = type(thing).__module__.removeprefix("glassnet.").partition(".")[0]
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
    name = registry.known_as(value)
    if name is None or name not in registry or (registry.builds(name) and _needs_arguments(value)):
        return compact_repr(value)
    return repr(name) if registry.get(name) == value else compact_repr(value)


def _needs_arguments(thing: Any) -> bool:
    return any(part.default is dataclasses.MISSING for part in dataclasses.fields(thing))
