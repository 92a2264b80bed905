"""Translated functions together, each with those that it calls."""

from __future__ import annotations

from glassnet.browser.javascript import ELEMENTARY, is_hashable
from glassnet.browser.reading import Function
from glassnet.browser.translator import Translation, Written


class Library:
    """Translated functions by their names, each with those that it calls before it."""

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix
        self.constants: dict[str, str] = {}
        self.texts: dict[str, str] = {}
        self.functions: dict[str, Function] = {}

    def add(self, function: Function, name: str = "") -> str:
        """The name in JavaScript of this function, which is translated where it is not there yet."""
        if is_hashable(function) and function in ELEMENTARY:
            return ELEMENTARY[function]
        name = name or self.prefix + function.__name__.strip("_<>")
        if self.functions.setdefault(name, function) is not function:
            if self.functions[name].__code__ is function.__code__:
                return name
            return self.add(function, f"{name}_")
        if name not in self.texts:
            self.texts[name] = Translation(function, self).as_function(name)
        return name

    def constant(self, name: str, text: str) -> str:
        """The name of a constant with this value."""
        name = f"{self.prefix}{name.strip('_')}"
        if self.constants.setdefault(name, text) != text:
            return self.constant(f"{name}_", text)
        return name

    def piece(self, function: Function) -> Written:
        """A function in pieces; what it calls is added."""
        return Translation(function, self).written()

    @property
    def text(self) -> str:
        """All of them."""
        constants = [f"const {name} = {value};" for name, value in self.constants.items()]
        return "\n\n".join(["\n".join(constants), *self.texts.values()])
