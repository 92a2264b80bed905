"""The pages of the rooms: every public name, with the facts and the picture of each part."""

import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import matplotlib.pyplot as plt
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

import glassnet as gn
from glassnet.activations import ActivationFacts
from glassnet.activations.base import registry as activation_registry
from glassnet.losses import ElementwiseLoss
from glassnet.losses.base import registry as loss_registry
from glassnet.losses.facts import LossFacts
from glassnet.optimizers.facts import OptimizerFacts
from glassnet.support import expressions
from glassnet.support.facts import Facts

PICTURES = "pictures"
LITERAL = re.compile(r"(``.*?``|:\w+:`.*?`)")
LETTERS = {"z": "z", "a": "a", "y": "y", "p": "p"}


class Public(SphinxDirective):
    """``.. public:: glassnet.losses``: all public names of a room that are no rooms themselves."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Document each by autodoc, under the name that a user writes."""
        room = import_module(self.arguments[0])
        lines = [line for name in room.__all__ for line in documented(room, name)]
        return self.parse_text_to_nodes("\n".join(lines))


def documented(room: ModuleType, name: str) -> Iterator[str]:
    """The directives for one name."""
    thing, label = getattr(room, name), f"{room.__name__}.{name}"
    if isinstance(thing, ModuleType):
        return
    home = next((home for home in rooms_of(thing, name) if home != room.__name__), "")
    if room is gn and home:
        yield from (f"``{label}`` is :class:`{home}.{name}`.", "")
    elif isinstance(thing, gn.metrics.Metric):
        yield from (
            f".. py:data:: {label}",
            "",
            f"   ``{thing!r}``, see :class:`{room.__name__}.{type(thing).__name__}`.",
            "",
        )
    else:
        yield from (
            f".. auto{kind(thing)}:: {label}",
            *(f"   {option}" for option in members(room, thing)),
            "",
        )


def members(room: ModuleType, thing: Any) -> list[str]:
    """Of a built-in part none are told again, since its base has them; of a network also those of its bases."""
    if stated(thing):
        return [":no-members:"]
    return [":inherited-members: Mapping"] if room is gn and kind(thing) == "class" else []


def rooms_of(thing: Any, name: str) -> Iterator[str]:
    """The rooms below glassnet in which it has the same name."""
    for room in (getattr(gn, part) for part in gn.__all__):
        if isinstance(room, ModuleType) and getattr(room, name, None) is thing:
            yield room.__name__


def kind(thing: Any) -> str:
    """What autodoc calls it."""
    if not isinstance(thing, type):
        return "function"
    return "exception" if issubclass(thing, BaseException) else "class"


def stated(thing: Any) -> Any:
    """The facts on a class of a built-in part; None for everything else."""
    return vars(thing).get("facts") if isinstance(thing, type) else None


def tell_facts(app: Sphinx, what: str, name: str, thing: Any, options: Any, lines: list[str]) -> None:
    """Add formula, range, source and names elsewhere of a part, and its picture, below its docstring."""
    facts = stated(thing)
    if facts is None:
        return
    for paragraph in known(facts):
        lines += ["", paragraph, ""]
    if (Path(app.outdir) / PICTURES / f"{thing.__name__}.svg").is_file():
        image = f'<img class="picture" src="../{PICTURES}/{thing.__name__}.svg" alt="{thing.__name__}">'
        lines += [".. raw:: html", "", f"   {image}", ""]


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
            formulas = [expressions.latex(facts.value, letters) if facts.value else facts.of_distances_latex]
            limits, elsewhere = "", facts.torch and facts.torch.replace("!r", "")
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


def draw(app: Sphinx) -> None:
    """Pictures of the activations and losses that are curves."""
    plt.switch_backend("agg")
    folder = Path(app.outdir) / PICTURES
    folder.mkdir(parents=True, exist_ok=True)
    activations = [activation_registry.get(name) for name in activation_registry]
    losses = [loss_registry.get(name) for name in loss_registry]
    pictures = [(one, gn.plots.activation) for one in activations if not one.is_of_rows]
    pictures += [
        (one, gn.plots.loss) for one in losses if isinstance(one, ElementwiseLoss) and not one.takes_classes
    ]
    for part, plot in pictures:
        figure = plot(part).figure
        figure.savefig(folder / f"{type(part).__name__}.svg", bbox_inches="tight")
        plt.close(figure)


def escape(app: Sphinx, what: str, name: str, thing: Any, options: Any, lines: list[str]) -> None:
    """Formulas in docstrings are text: no star begins emphasis there, and no bar a substitution."""
    lines[:] = [escaped(line) for line in lines]


def escaped(line: str) -> str:
    """One line, but for what stands in literals and roles."""
    if line.lstrip().startswith((">>>", "...")):
        return line
    parts = LITERAL.split(line)
    return "".join(
        part if place % 2 else re.sub(r"([*|])", r"\\\1", part) for place, part in enumerate(parts)
    )


def setup(app: Sphinx) -> dict[str, Any]:
    """Add the directive, the pictures, and what is done to docstrings before and after numpydoc."""
    app.add_directive("public", Public)
    app.connect("builder-inited", draw)
    app.connect("autodoc-process-docstring", escape, priority=400)
    app.connect("autodoc-process-docstring", tell_facts, priority=600)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
