"""What the pages tell of the facts on a part's class."""

import re
from collections.abc import Iterator
from typing import Any

from glassnet.activations import ActivationFacts
from glassnet.layers.facts import LayerFacts
from glassnet.losses.facts import LossFacts
from glassnet.optimizers.facts import OptimizerFacts
from glassnet.support import expressions
from glassnet.support.facts import Facts

LITERAL = re.compile(r"(``.*?``|:\w+:`.*?`)")
LETTERS = {"z": "z", "a": "a", "y": "y", "p": "p", "x": "x", "w": "w"}


def stated(thing: Any) -> Any:
    """The facts on a class of a built-in part; None for everything else."""
    return vars(thing).get("facts") if isinstance(thing, type) else None


def known(facts: Any) -> Iterator[str]:
    """What a reader is told, as paragraphs.

    Raises
    ------
    TypeError
        If nobody has said how facts of this kind are told.
    """
    match facts:
        case Facts():
            yield f"``{facts.formula}``"
            formulas, limits, elsewhere = [facts.latex], facts.range, facts.elsewhere
        case ActivationFacts():
            letters = LETTERS | {name: latex for name, (_, latex) in facts.letters.items()}
            formulas = [
                f"{head} = {expressions.latex(text, letters, {'z': 'z_k'})}"
                for head, text in (("f(z)", facts.value), ("f'(z)", facts.slope))
                if text
            ]
            limits = " to ".join(limit.replace("inf", "∞").replace("-", "−") for limit in facts.range)
            elsewhere = facts.torch and f"torch.nn.{facts.torch.module}"
        case LossFacts():
            letters = LETTERS | {name: latex for name, (_, latex) in facts.letters.items()}
            formulas = [expressions.latex(facts.value, letters) if facts.value else facts.in_words_latex]
            limits, elsewhere = "", facts.torch and facts.torch.replace("!r", "")
        case LayerFacts():
            yield from (
                f".. math:: {head} = {expressions.latex(text, LETTERS)}"
                for head, text in (
                    ("a", facts.value),
                    (r"\frac{\partial a}{\partial x}", facts.slope),
                    (r"\frac{\partial a}{\partial w}", facts.slope_of_weight),
                )
            )
            return
        case OptimizerFacts():
            formulas = [rule.latex for rule in facts.updates.values()]
            limits, elsewhere = "", facts.torch and f"torch.optim.{facts.torch}"
        case _:
            raise TypeError(f"the reference does not know how to tell {type(facts).__name__}")
    yield from (f".. math:: {formula}" for formula in formulas)
    if limits:
        yield f"**Range**: {limits}"
    if elsewhere:
        yield f"**Elsewhere**: ``{elsewhere}``"
    if facts.source:
        yield f"**Source**: {escaped(facts.source)}"


def escaped(line: str) -> str:
    """One line, but for what stands in literals and roles."""
    if line.lstrip().startswith((">>>", "...")):
        return line
    parts = LITERAL.split(line)
    return "".join(
        part if place % 2 else re.sub(r"([*|])", r"\\\1", part) for place, part in enumerate(parts)
    )
