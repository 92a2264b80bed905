"""The module ``glassnet.js``: translated formulas in their loops, parts as data, and the hand-written traversals."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path

from glassnet.browser.formulas import Part, formulas
from glassnet.errors import ArgumentError

SOURCES = Path(__file__).parent / "engine"
LICENCE = Path(__file__).parent / "LICENSE-numpy.txt"
BUILT = Path(__file__).parent / "glassnet.js"
# In the order in which they lean on each other; "formulas" is what is generated, and each kind of layer is a file.
LAYERS = tuple(f"layers/{file.stem}" for file in sorted((SOURCES / "layers").glob("*.js")))
FILES = (
    "base/types", "base/errors", "base/texts", "base/random", "base/tables", "arithmetic/products",
    "arithmetic/rows", "arithmetic/entries", "formulas", "arithmetic/rules", "plan/shapes", "plan/affine",
    "plan/layers", *LAYERS, "plan/described", "plan/parts", "plan/plan", "arithmetic/loop", "network/losses",
    "network/targets", "network/files", "network/flat", "network/trace", "network/training", "network/network",
    "network/loading", "network/facts",
)  # fmt: skip
PUBLIC = (
    "create", "load", "facts", "parts", "Network", "Training", "Random", "GlassnetError", "DivergenceError",
    "LICENCE_OF_NUMPY", "VERSION",
)  # fmt: skip


def _body(parts: Sequence[Part]) -> str:
    """All statements of the module, without imports and exports."""
    import glassnet

    licence = json.dumps(LICENCE.read_text(encoding="utf-8"))
    pieces = [f'const VERSION = "{glassnet.__version__}";', f"const LICENCE_OF_NUMPY = {licence};"]
    pieces += [
        formulas(parts) if name == "formulas" else (SOURCES / f"{name}.js").read_text(encoding="utf-8")
        for name in FILES
    ]
    text = "\n\n".join(piece.strip() for piece in pieces)
    text = re.sub(r"^import [^;]*;\n", "", text, flags=re.MULTILINE)
    return re.sub(r"^export (?=const|class|function)", "", text, flags=re.MULTILINE)


HEADER = """// glassnet.js: networks one can see through, in the browser. MIT licence, The glassnet authors.
// Written by python -m glassnet.browser; do not edit. Formulas are translated from glassnet/formulas, traversals are
// those of glassnet/browser/engine.
// The tables ZIGGURAT are NumPy's: see LICENCE_OF_NUMPY.
"""


def module(parts: Sequence[Part] = ()) -> str:
    """Text of the ES module ``glassnet.js``.

    Parameters
    ----------
    parts : sequence of gn.activations.Function or gn.losses.Function
        A user's own, translated into it under their names.

    Raises
    ------
    EngineError
        If a function is made of something that the translator does not know, naming it.
    ArgumentError
        If a part is none of these, or has the name of another.
    """
    return f"{HEADER}\n{_body(parts)}\n\nexport {{ {', '.join(PUBLIC)} }};\n"


def script(name: str = "glassnet", parts: Sequence[Part] = ()) -> str:
    """The same as a classic script that defines one global, for a page without modules and for an embedded V8."""
    if not re.fullmatch(r"[A-Za-z_$][\w$]*", name):
        raise ArgumentError(f"name must be one that JavaScript can give a variable; got {name!r}")
    public = ", ".join(PUBLIC)
    return (
        f'{HEADER}var {name} = (() => {{\n"use strict";\n{_body(parts)}\n\nreturn {{ {public} }};\n}})();\n'
    )
