"""The page's modules in an embedded V8, without a browser: what is computed and written, but not drawn."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from py_mini_racer import MiniRacer

from glassnet.browser import module
from glassnet.browser.page import document
from glassnet.browser.page.bundle import bundle
from glassnet.browser.page.catalogue import catalogue

CLIENT = Path(document.__file__).parent / "client"
HERE = Path(__file__).parent


@cache
def context() -> MiniRacer:
    """A V8 that knows the page's modules."""
    racer = MiniRacer()
    racer.eval((HERE / "surroundings.js").read_text(encoding="utf-8"))
    racer.eval(
        bundle(
            CLIENT,
            "entry.js",
            {"glassnet.js": module(), "entry.js": (HERE / "entry.js").read_text(encoding="utf-8")},
        )
    )
    racer.eval(f"page.tell({json.dumps(catalogue())})")
    return racer


def call(body: str, data: Any = None) -> Any:
    """What a function of ``data`` with this body returns."""
    return json.loads(str(context().eval(f"told(((data) => {{ {body} }})({json.dumps(data)}))")))
