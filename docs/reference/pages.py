"""The pages of the rooms: every public name, with the facts and the picture of each part."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import matplotlib.pyplot as plt
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from telling import escaped, known, stated

import glassnet as gn
from glassnet.activations.base import registry as activation_registry
from glassnet.losses import ElementwiseLoss
from glassnet.losses.base import registry as loss_registry

PICTURES = "reference/pictures"


class Public(SphinxDirective):
    """``.. public:: glassnet.losses``: all public names of a room that are no rooms themselves.

    What holds facts of parts comes last, since few readers look for it.
    """

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Document each by autodoc, under the name that a user writes."""
        room = import_module(self.arguments[0])
        names = sorted(room.__all__, key=lambda name: name.endswith("Facts"))
        lines = [line for name in names for line in documented(room, name)]
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


def tell_facts(app: Sphinx, what: str, name: str, thing: Any, options: Any, lines: list[str]) -> None:
    """Add formula, range, source and names elsewhere of a part, and its picture, below its docstring."""
    facts = stated(thing)
    if facts is None:
        return
    for paragraph in known(facts):
        lines += ["", paragraph, ""]
    if (Path(app.outdir) / PICTURES / f"{thing.__name__}.svg").is_file():
        image = f'<img class="picture" src="../../{PICTURES}/{thing.__name__}.svg" alt="{thing.__name__}">'
        lines += [".. raw:: html", "", f"   {image}", ""]


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


def skip_foreign(app: Sphinx, what: str, name: str, thing: Any, skip: bool, options: Any) -> bool | None:
    """Methods that an estimator has from scikit-learn are told there."""
    return True if str(getattr(thing, "__module__", "")).startswith("sklearn.") else None


def escape(app: Sphinx, what: str, name: str, thing: Any, options: Any, lines: list[str]) -> None:
    """Formulas in docstrings are text: no star begins emphasis there, and no bar a substitution."""
    lines[:] = [escaped(line) for line in lines]


def setup(app: Sphinx) -> dict[str, Any]:
    """Add the directive, the pictures, and what is done to docstrings before and after numpydoc."""
    app.add_directive("public", Public)
    app.connect("autodoc-skip-member", skip_foreign)
    app.connect("builder-inited", draw)
    app.connect("autodoc-process-docstring", escape, priority=400)
    app.connect("autodoc-process-docstring", tell_facts, priority=600)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
