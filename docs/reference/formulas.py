"""Formulas as MathML, which browsers set by themselves."""

import re
from typing import Any

from docutils import nodes
from docutils.utils.math import latex2mathml
from sphinx.application import Sphinx


def mathml(node: nodes.math | nodes.math_block) -> str:
    """The formula of a node.

    Raises
    ------
    ValueError
        Where a fraction stands without braces, which LaTeX reads digit by digit and MathML does not.
    """
    latex = node.astext()
    if re.search(r"frac\d", latex):
        raise ValueError(f"write the numbers of fractions in braces, \\frac{{1}}{{2}}: {latex}")
    return latex2mathml.tex2mathml(latex, as_block=isinstance(node, nodes.math_block))


def inline(translator: Any, node: nodes.math) -> None:
    """A formula within a line."""
    translator.body.append(mathml(node))
    raise nodes.SkipNode


def block(translator: Any, node: nodes.math_block) -> None:
    """A formula on a line of its own."""
    translator.body.append(f'<div class="formula">{mathml(node)}</div>')
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, Any]:
    """Add the renderer."""
    app.add_html_math_renderer("mathml", (inline, None), (block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
