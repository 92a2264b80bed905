"""Write docs/parts.md, the tables of all parts, from the facts that stand on their classes.

python docs/write_parts.py
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from glassnet.activations.base import registry as activation_registry
from glassnet.initializers.base import registry as initializer_registry
from glassnet.insight.trace.writing.terms import with_letters
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


ACTIVATIONS = """\
## Activations

What a layer does with its pre-activation z, by name, `gn.Dense(32, "relu")`, or as an object,
`gn.Dense(32, gn.activations.LeakyReLU(0.2))`. σ is the sigmoid, Φ the normal distribution, φ its density. The slope is
written in z or in a = f(z); that of a function of rows is dL/dz from d = dL/da. Kinks are where the slope jumps; that
of ELU does so where α is not 1, its default. Own functions become one by `gn.activations.Function(f, df)`.
"""
LOSSES = """\
## Losses

What training makes small, by name, `net.fit(X, y, loss="huber")`, or as an object, `loss=gn.losses.Huber(0.5)`: the
mean over all entries, of cross-entropies the sum over classes and the mean over samples. y is the target and p the
output; of a loss of logits z is the output and p what the loss makes of it. *Targets and outputs*: "binary" is 0 and 1
beside probabilities, "one hot" rows of classes, "classes" integers, "labels" integers that say which samples belong
together, "signs" -1 and 1. The cross-entropies have `label_smoothing=s`: y is then (1 − s)·y + s/K for K classes; of
binary targets K is 2. The binary ones have `pos_weight=w`, by which y·log(p) is multiplied. Of formulas that depend on
an argument, that of its default stands here.
"""
OPTIMIZERS = """\
## Optimizers

How parameters follow their gradients dw: `net.fit(X, y, loss="mse", optimizer=gn.SGD(0.1, momentum=0.9))`. η is the
learning rate; L-BFGS has none, and takes all samples at once. `weight_decay=λ`, which L-BFGS refuses, adds λ·w to
dw; of AdamW, where it is 0.01 unless you say otherwise, and of Lion it multiplies w by 1 − η·λ before the step. A hat
makes up for means that begin at 0: m̂ = m/(1 − β₁ᵗ), v̂ = v/(1 − β₂ᵗ), û = u/(1 − β₂ᵗ) at step t.
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


def of_activations() -> str:
    """Names, value, slope, range, kinks, names elsewhere and source of each."""
    rows = []
    for names, _, facts in classes(activation_registry):
        letters = {name: text for name, (text, _) in facts.letters.items()}
        known = {"z": "z", "a": "a", "d": "d", "inf": "∞"} | letters
        written = [
            with_letters(formula, known).write(0)
            for formula in (facts.value, facts.slope or facts.backward)
            if formula
        ]
        low, high = (with_letters(limit, known).write(0) for limit in facts.range)
        elsewhere = [
            f"`nn.{facts.torch.source}`" if facts.torch is not None else "",
            "ONNX " + ", ".join(operator.name for operator in facts.onnx.operators)
            if facts.onnx is not None and facts.onnx.operators
            else "",
            f"scikit-learn {facts.sklearn}" if facts.sklearn is not None else "",
        ]
        rows.append((
            marked(names), written[0] + (f" ({facts.note})" if facts.note else ""),
            written[1] if len(written) > 1 else "none: for prediction alone", f"{low} to {high}",
            ", ".join(f"{kink:g}" for kink in facts.kinks), ", ".join(filter(None, elsewhere)), facts.source,
        ))  # fmt: skip
    return table(("activation", "value", "slope", "range", "kinks", "elsewhere", "source"), rows)


def of_losses() -> str:
    """Names, value of an entry, slope, data, last activation, PyTorch and source of each."""
    rows = []
    for (names, _, _), loss in zip(
        classes(loss_registry), map(loss_registry.get, loss_registry), strict=True
    ):
        facts = loss.written
        known = (
            {name: name for name in "ypz"}
            | {"mass": "Σy"}
            | {name: text for name, (text, _) in facts.letters.items()}
        )
        written = [with_letters(formula, known).write(0) for formula in (facts.value, facts.slope) if formula]
        value, slope = written or (facts.in_words.replace("A_", "A"), facts.slope_in_words.replace("A_", "A"))
        rows.append((
            marked(names), value, slope, facts.data.replace("_", " "), facts.last_activation,
            f"`{without_conversion(facts.torch)}`" if facts.torch is not None else "", facts.source,
        ))  # fmt: skip
    return table(
        ("loss", "an entry", "its slope", "targets and outputs", "last activation", "PyTorch", "source"), rows
    )


def without_conversion(template: str) -> str:
    """PyTorch's expression with the names of the fields in it."""
    return re.sub(r"\{(\w+)!r\}", r"\1", template)


def of_optimizers() -> str:
    """Names, updates, PyTorch and source of each."""
    rows = [
        (
            marked(names), " — or — ".join(update.plain for update in facts.updates.values()),
            f"`torch.optim.{facts.torch}`" if facts.torch is not None else "", facts.source,
        )
        for names, _, facts in classes(optimizer_registry)
    ]  # fmt: skip
    return table(("optimizer", "update", "PyTorch", "source"), rows)


def page() -> str:
    """The whole page."""
    tables = (
        (ACTIVATIONS, of_activations()), (LOSSES, of_losses()), (OPTIMIZERS, of_optimizers()),
        (SCHEDULES, of_schedules()), (INITIALIZERS, of_initializers()), (METRICS, of_metrics()),
    )  # fmt: skip
    return "\n".join([HEAD, *(f"{head}\n{rows}\n" for head, rows in tables)])


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
