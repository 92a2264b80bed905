"""Write docs/parts.md, the tables of all parts, from the facts that stand on their classes.

python docs/write_parts.py
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from glassnet.activations.base import registry as activation_registry
from glassnet.initializers.base import registry as initializer_registry
from glassnet.losses.base import registry as loss_registry
from glassnet.metrics.base import registry as metric_registry
from glassnet.optimizers.base import registry as optimizer_registry
from glassnet.schedules.base import registry as schedule_registry
from glassnet.support.registry import Registry

PAGE = Path(__file__).with_name("parts.md")

HEAD = """\
# The parts

Written from the facts on the classes by `python docs/write_parts.py`.
"""
SCHEDULES = """\
## Schedules

The learning rate at the time t, counted in epochs from 0; within an epoch t is a fraction. Give one to an optimizer:
`gn.SGD(gn.schedules.CosineDecay(0.1, epochs=50))`.
"""


ACTIVATIONS = """\
## Activations

Of the pre-activation z: `gn.Dense(10, "relu")`, `gn.Activation("tanh")`; functions too, `gn.activations.Tanh()(z)`.
"""
LOSSES = """\
## Losses

Of targets y and predictions p, in their mean over entries or rows: `net.fit(X, y, loss="mse")`; functions too,
`gn.losses.Huber()(y_true, y_pred)`.
"""
OPTIMIZERS = """\
## Optimizers

What one step makes of a weight w with the gradient dw: `net.fit(..., optimizer=gn.Adam(1e-3))`; definitions and
defaults are PyTorch's.
"""
INITIALIZERS = """\
## Initializers

How first weights are drawn: `gn.Dense(10, "relu", "he_normal")`; biases begin at zero unless `bias_initializer=` says
otherwise.
"""
METRICS = """\
## Metrics

What people read beside the loss, by their names in `fit(metrics=["roc_auc", "f1"])`, or as objects:
`gn.metrics.F1("micro")`, `gn.metrics.FBeta(beta=0.5)`, `gn.metrics.Recall(of_class=2)`. Each is a function too,
`gn.metrics.roc_auc(y_true, y_pred, sample_weight)`. w are the weights of the samples, c is the true class and ĉ the one
that is predicted. A function of your own is a metric as it is: `metrics=[function]`;
`gn.metrics.Custom(function, greater_is_better=True, is_share=True)` says how it is read.
"""


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table in Markdown."""
    lines = [list(head), *map(list, rows)]
    lines.insert(1, ["---"] * len(lines[0]))
    return "\n".join(
        "| " + " | ".join((cell or "").replace("|", "\\|") for cell in line) + " |" for line in lines
    )


def classes(registry: Registry[Any]) -> Iterable[tuple[str, str, Any]]:
    """Of each built-in part its short names, its class's name, and its facts."""
    for name, cls in registry._classes.items():
        aliases = [known for known, made in registry._factories.items() if made is cls]
        yield ", ".join(f'"{known}"' for known in aliases or [name]), cls.__name__, cls.facts


def of_schedules() -> str:
    """Formula, range, namesake and source of each."""
    rows = [
        (f"`{cls}`", facts.formula, facts.range, facts.elsewhere and f"`{facts.elsewhere}`", facts.source)
        for _, cls, facts in classes(schedule_registry)
    ]
    return table(("schedule", "rate", "range", "elsewhere", "source"), rows)


def of_activations() -> str:
    """Names, formula, range, namesake and source of each."""
    rows = [
        (
            marked(names),
            f"`{facts.value}`",
            " to ".join(limit.replace("inf", "∞").replace("-", "−") for limit in facts.range),
            facts.torch and f"`torch.nn.{facts.torch.module}`",
            facts.source,
        )
        for names, _, facts in classes(activation_registry)
    ]
    return table(("activation", "f(z)", "range", "elsewhere", "source"), rows)


def of_losses() -> str:
    """Names, formula, targets, last activation, namesake and source of each."""
    rows = [
        (
            marked(names),
            f"`{facts.value}`" if facts.value else facts.of_distances,
            facts.data.replace("_", " "),
            facts.last_activation,
            facts.torch and f"`{facts.torch.replace('!r', '')}`",
            facts.source,
        )
        for names, _, facts in classes(loss_registry)
    ]
    return table(("loss", "each term", "of", "behind", "PyTorch", "source"), rows)


def of_optimizers() -> str:
    """Name, rules, namesake and source of each."""
    rows = [
        (
            marked(names),
            " or ".join(rule.plain for rule in facts.updates.values()),
            facts.torch and f"`torch.optim.{facts.torch}`",
            facts.source,
        )
        for names, _, facts in classes(optimizer_registry)
    ]
    return table(("optimizer", "step", "elsewhere", "source"), rows)


def of_initializers() -> str:
    """Names, formula, namesake and source of each."""
    rows = [
        (marked(names), facts.formula, facts.elsewhere and f"`{facts.elsewhere}`", facts.source)
        for names, _, facts in classes(initializer_registry)
    ]
    return table(("initializer", "draws", "elsewhere", "source"), rows)


def marked(names: str) -> str:
    """Names as code."""
    return ", ".join(f"`{name}`" for name in names.split(", "))


def of_metrics() -> str:
    """Names, formula, range, direction, what it reads, namesake and source of each."""
    better = {True: "more", False: "less", None: "neither"}
    rows = [
        (
            marked(names),
            facts.formula,
            facts.range,
            better[facts.greater_is_better],
            facts.reads,
            facts.elsewhere and f"`{facts.elsewhere}`",
            facts.source,
        )
        for names, _, facts in classes(metric_registry)
    ]
    return table(("metric", "value", "range", "better", "reads", "elsewhere", "source"), rows)


def page() -> str:
    """The whole page."""
    tables = (
        (ACTIVATIONS, of_activations()), (LOSSES, of_losses()), (OPTIMIZERS, of_optimizers()),
        (SCHEDULES, of_schedules()), (INITIALIZERS, of_initializers()), (METRICS, of_metrics()),
    )  # fmt: skip
    return "\n".join([HEAD, *(f"{head}\n{rows}\n" for head, rows in tables)])


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
