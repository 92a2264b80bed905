"""The page's modules in an embedded V8, without a browser: what is computed and written, but not drawn."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from py_mini_racer import MiniRacer

from glassnet.browser import module
from glassnet.browser.formulas import Part
from glassnet.browser.page import document
from glassnet.browser.page.bundle import bundle
from glassnet.browser.page.catalogue import catalogue

CLIENT = Path(document.__file__).parent / "client"
HERE = Path(__file__).parent
MEASURED = [
    "digits",
    "iris",
    "wine",
    "breast_cancer",
    "diabetes",
]  # names alone: their numbers are unpacked in a browser


@cache
def context(own: tuple[Part, ...] = ()) -> MiniRacer:
    """A V8 that knows the page's modules, and a user's own parts."""
    racer = MiniRacer()
    racer.eval((HERE / "surroundings.js").read_text(encoding="utf-8"))
    racer.eval(
        bundle(
            CLIENT,
            "entry.js",
            {"glassnet.js": module(own), "entry.js": (HERE / "entry.js").read_text(encoding="utf-8")},
        )
    )
    racer.eval(f"page.tell({json.dumps(catalogue(own))}, {json.dumps(MEASURED)})")
    return racer


def awaited(body: str, data: Any = None) -> Any:
    """What a promise of ``data`` with this body comes to."""
    known = context()
    known.eval(
        f"globalThis.answer = null; (async (data) => {{ {body} }})({json.dumps(data)})"
        ".then((found) => { answer = { found }; }, (error) => { answer = { error: String(error.stack) }; }); 0"
    )
    answer = json.loads(str(known.eval("told(answer)")))
    assert answer is not None and "error" not in answer, answer
    return answer["found"]


def call(body: str, data: Any = None, own: tuple[Part, ...] = ()) -> Any:
    """What a function of ``data`` with this body returns."""
    return json.loads(str(context(own).eval(f"told(((data) => {{ {body} }})({json.dumps(data)}))")))
