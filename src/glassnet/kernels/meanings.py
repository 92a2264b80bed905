"""How a function is given another meaning: the same byte code with other globals."""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType
from typing import Any


def specialise(template: Callable[..., Any], name: str, **meanings: Any) -> FunctionType:
    """A copy of the plain function `template`, called `name`, in which some global names mean something else."""
    code = template.__code__.replace(co_name=name, co_qualname=name)
    copy = FunctionType(code, {**template.__globals__, **meanings}, name, template.__defaults__)
    copy.__module__ = template.__module__
    return copy
