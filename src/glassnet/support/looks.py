"""The one visual language of page, report and pictures: docs/looks.md says what each colour stands for."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import Literal

_COLOUR = re.compile(r"--([\w-]+): (#[0-9a-f]{3,6})\b")


@cache
def stylesheet() -> str:
    """What pages begin with: every colour and both kinds of type as a variable, in light and in dark."""
    return (files("glassnet.support") / "looks.css").read_text(encoding="utf-8")


@cache
def colours(theme: Literal["light", "dark"]) -> dict[str, str]:
    """Every colour of a theme as #rrggbb, by its name without the two bars."""
    rules = re.findall(r":root[^{}]*\{([^{}]*)\}", stylesheet())
    chosen = {"light": rules[0], "dark": rules[-1]}[theme]
    return {name: _in_full(colour) for name, colour in _COLOUR.findall(chosen)}


def _in_full(colour: str) -> str:
    return colour if len(colour) == 7 else "#" + "".join(2 * digit for digit in colour[1:])
