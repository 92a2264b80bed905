"""What the page is told about the parts beside what the engine knows: what they are called in programs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from glassnet import activations, losses, optimizers
from glassnet.browser.formulas import Part
from glassnet.browser.written import Formula, formula_of
from glassnet.insight.diagnosis.rules.table import RULES
from glassnet.insight.diagnosis.rules.words import WORDS
from glassnet.losses.base import Loss
from glassnet.losses.base import registry as losses_by_name
from glassnet.losses.rows import RowLoss
from glassnet.optimizers.base import registry as optimizers_by_name


def catalogue(own: Sequence[Part] = ()) -> dict[str, Any]:
    """Activations, losses and optimizers by their names; a user's own among them.

    Raises
    ------
    EngineError
        If a function of one's own is made of what the page does not write, naming it.
    """
    return {
        "activations": {name: _activation(name) for name in activations.names()}
        | {
            part.registered_name: _own_activation(part)
            for part in own
            if isinstance(part, activations.Function)
        },
        "losses": {name: _loss(losses_by_name.classes()[name]()) for name in losses.names()}
        | {part.registered_name: _own_loss(part) for part in own if isinstance(part, losses.Function)},
        "optimizers": {
            name: _optimizer(name) for name in optimizers.names() if optimizers.get(name).takes_steps
        },
        "diagnosis": {
            "words": WORDS | {f"initializer.{name}": _initializer(name) for name in activations.names()},
            "rules": [
                {"name": rule.find.__name__, "place": rule.place, "explained_by": rule.explained_by}
                for rule in RULES
                if not rule.trains
            ],
        },
    }


def _initializer(name: str) -> str:
    """How weights before an activation begin, by name."""
    facts = activations.get(name).facts
    return "he_normal" if facts is None else facts.initializer


def _activation(name: str) -> dict[str, Any]:
    facts = activations.get(name).facts
    return {"torch": "" if facts is None or facts.torch is None else f"nn.{facts.torch.source}"}


def _own_activation(part: activations.Function) -> dict[str, Any]:
    (value,), (slope,) = (
        formula_of(function, letters).inlined()
        for function, letters in ((part.function, "z"), (part.derivative, part.slope_letters))
    )
    return {"torch": "", "is_own": True, "value": value, "slope": slope}


def _own_loss(part: losses.Function) -> dict[str, Any]:
    (value,), (slope,) = (
        formula_of(function, "yp").inlined() for function in (part.function, part.derivative)
    )
    return {
        "class": "Function", "torch": "", "is_own": True, "on_logits": {}, "data": "values",
        "last_activation": "linear", "value": value, "slope": slope,
    }  # fmt: skip


def _loss(loss: Loss) -> dict[str, Any]:
    """Its module in PyTorch, and the losses of pre-activations that it becomes after some last activations."""
    found = {name: loss.on_logits(activations.get(name)) for name in activations.names()}
    taken_over = {name: losses_by_name.name_of(other) for name, other in found.items() if other is not None}
    torch = "" if loss.facts is None else loss.facts.torch or ""
    told = {"class": type(loss).__name__, "torch": torch, "on_logits": taken_over}
    return told | {"rows": _of_rows(loss)} if isinstance(loss, RowLoss) else told


def _of_rows(loss: RowLoss) -> dict[str, Any]:
    """The three formulas of a loss of rows; the sums are called as the second of them calls what it is given."""
    kind, fields = type(loss), len(loss.parameters)
    terms, value, slopes = (
        formula_of(function, ()) for function in (kind.terms, kind.formula, kind.slope_formula)
    )
    summed = len(terms.results)
    start = len(value.letters) - summed - fields
    return {
        "letters": terms.letters[: len(terms.letters) - fields], "sums": value.letters[start : start + summed],
        "terms": terms.inlined(), "value": _plain(value), "slopes": _plain(slopes),
    }  # fmt: skip


def _plain(formula: Formula) -> dict[str, Any]:
    return {"steps": formula.steps, "results": formula.results}


def _optimizer(name: str) -> dict[str, Any]:
    optimizer = optimizers.get(name)
    facts = optimizer.facts
    return {
        "class": type(optimizers_by_name.get(name)).__name__, "torch": "" if facts is None else facts.torch or "",
        "arguments": {} if facts is None else dict(facts.arguments),
    }  # fmt: skip
