"""Formulas as MathML, which browsers set by themselves."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from docutils import nodes
from docutils.utils.math import MathError, latex2mathml

if TYPE_CHECKING:
    from sphinx.application import Sphinx

# What is opened, and what closes it.
PAIRS = [(r"(?<!\\){", r"(?<!\\)}"), (r"\\left\b", r"\\right\b"), (r"\\begin\b", r"\\end\b")]
THIN = '<mspace width="0.17em"/>'
ROOM = [
    (r"(<mo>&ApplyFunction;</mo>)(?!\s*<mo[^>]*>\()", rf"\1{THIN}"),
    (r"(</mi>|</mn>)(?=\s*<mi[^>]*>\w+</mi>\s*<mo>&ApplyFunction;)", rf"\1{THIN}"),
    (r"<mo>(max|min)</mo>(?=\s*<mo[^>]*>\()", r'<mo lspace="0.17em" rspace="0">\1</mo>'),
]
FOLLOWED = re.compile(r"(<math (?:(?!</math>).)*</math>[^\s<]+)", re.DOTALL)


def mathml(latex: str, as_block: bool = False) -> str:
    """The formula as MathML.

    Raises
    ------
    ValueError
        Where it cannot be set, or would be set as something else: where what was opened is not closed, or a fraction
        stands without braces, which LaTeX reads digit by digit and MathML does not.
    """
    if not latex.strip() or any(len(re.findall(a, latex)) != len(re.findall(b, latex)) for a, b in PAIRS):
        raise ValueError(f"a formula is empty, or holds something that is opened and not closed: {latex!r}")
    if re.search(r"frac\d", latex):
        raise ValueError(f"write the numbers of fractions in braces, \\frac{{1}}{{2}}: {latex}")
    try:
        return spaced(str(latex2mathml.tex2mathml(latex, as_block=as_block)))
    except (
        MathError,
        AttributeError,
        IndexError,
    ) as reason:  # what it raises for an exponent of nothing, for one
        raise ValueError(f"this formula cannot be set ({reason}): {latex}") from reason


def spaced(made: str) -> str:
    """Room around the names of functions, as TeX leaves it: log 2 is not log2, and y log p no product of letters."""
    for pattern, room in ROOM:
        made = re.sub(pattern, room, made)
    return made


def together(app: Sphinx, name: str, template: str, context: dict[str, Any], *_: Any) -> None:
    """Keep what follows a formula without a blank, such as a comma, on its line."""
    if "body" in context:
        context["body"] = FOLLOWED.sub(r'<span class="together">\1</span>', context["body"])


def inline(translator: Any, node: nodes.math) -> None:
    """A formula within a line."""
    translator.body.append(mathml(node.astext()))
    raise nodes.SkipNode


def block(translator: Any, node: nodes.math_block) -> None:
    """A formula on a line of its own."""
    translator.body.append(f'<div class="formula">{mathml(node.astext(), as_block=True)}</div>')
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, Any]:
    """Add the renderer."""
    app.add_html_math_renderer("mathml", (inline, None), (block, None))
    app.connect("html-page-context", together)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
