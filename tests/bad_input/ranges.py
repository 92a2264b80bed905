"""Numbers that a docstring rules out: of the right kind, and out of range."""

from __future__ import annotations

import inspect
import math
import re
from collections.abc import Callable, Iterator
from typing import Any

_NUMBER = r"(-?\d[\d ,]*(?:\.\d+)?(?:e-?\d+)?|a million)"
_BOUNDS = {
    "least": re.compile(rf"(?<![<>=])(?<!z )>= {_NUMBER}"),
    "above": re.compile(rf"(?<![<>=])(?<!z )> {_NUMBER}"),
    "most": re.compile(rf"(?<![<>=])(?<!z )<= {_NUMBER}"),
    "below": re.compile(rf"(?<![<>=])(?<!z )< {_NUMBER}"),
}
_FROM_TO = re.compile(rf"from {_NUMBER} to {_NUMBER}")


def out_of_range(called: Callable[..., Any], argument: str) -> Iterator[float]:
    """Numbers beyond what the docstring of the function or class says of an argument, if it says anything."""
    text = described(called, argument)
    whole = " : int" in text
    for kind, pattern in _BOUNDS.items():
        for bound in pattern.findall(text)[:1]:
            yield from _beyond(kind, _number(bound), whole)
    for low, high in _FROM_TO.findall(text)[:1]:
        yield from (*_beyond("least", _number(low), whole), *_beyond("most", _number(high), whole))


def described(called: Callable[..., Any], argument: str) -> str:
    """The entry of an argument below Parameters: its head and its text; empty if it has none."""
    doc = inspect.getdoc(called) or ""
    parameters = re.search(r"^Parameters\n-+\n(.*?)(?=^\w[\w ]*\n---|\Z)", doc, re.MULTILINE | re.DOTALL)
    for entry in re.split(r"\n(?=\S)", parameters[1]) if parameters else []:
        head = entry.partition("\n")[0].partition(" : ")
        if argument in re.split(r", ", head[0]) and re.search(r"\b(int|float)\b", head[2]):
            return entry
    return ""


def _number(written: str) -> float:
    return 1e6 if written == "a million" else float(re.sub(r"[ ,]", "", written))


def _beyond(kind: str, bound: float, whole: bool) -> list[float]:
    """The nearest number on the wrong side, and one far away."""
    down = kind in ("least", "above")
    if whole:
        nearest = int(bound) + {"least": -1, "above": 0, "most": 1, "below": 0}[kind]
        return [nearest, -(10**9) if down else 10**400]
    beside = math.nextafter(bound, -math.inf if down else math.inf)
    return [bound if kind in ("above", "below") else beside, -1e300 if down else 1e300]
