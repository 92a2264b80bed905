"""What the page is told about the parts beside what the engine knows: what they are called in programs."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

from glassnet import activations, losses, optimizers
from glassnet.browser.formulas import Part
from glassnet.browser.own.losses import OwnLoss
from glassnet.browser.page.programs import programs
from glassnet.browser.written import Formula, formula_of, replaced
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
        | {part.registered_name: _own_loss(part) for part in own if isinstance(part, losses.Function)}
        | {part.name: _own_class(part) for part in own if isinstance(part, OwnLoss)},
        "optimizers": {
            name: _optimizer(name) for name in optimizers.names() if optimizers.get(name).takes_steps
        },
        "programs": programs(tuple(own)),
        "diagnosis": {
            "words": WORDS | {f"initializer.{name}": _initializer(name) for name in activations.names()},
            "rules": [
                {"name": rule.find.__name__, "place": rule.place, "explained_by": rule.explained_by}
                for rule in RULES
                if not rule.trains
            ],
            "known": [
                {"name": rule.find.__name__, "says": _first_line(rule.find), "trains": rule.trains}
                for rule in RULES
            ],
        },
    }


def _first_line(find: Callable[..., Any]) -> str:
    """What a rule finds."""
    return " ".join((inspect.getdoc(find) or "").split("\n\n")[0].split())


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


def _own_class(part: OwnLoss) -> dict[str, Any]:
    """A loss of a class of one's own, with the numbers of its fields in the formulas."""
    description: dict[str, Any] = {
        "class": type(part.loss).__name__, "torch": "", "is_own": True, "on_logits": {}, "data": part.data,
        "last_activation": "linear",
    }  # fmt: skip
    if isinstance(part.loss, RowLoss):
        rows = [_with_numbers(formula, part.loss.parameters) for formula in _of(part.loss)]
        return description | {"rows": _of_rows(rows, 0), "value": "", "slope": ""}
    kind = type(part.loss)
    formulas = (formula_of(function, "yp") for function in (kind.formula, kind.slope_formula))
    value, slope = (_with_numbers(formula, part.loss.parameters).inlined()[0] for formula in formulas)
    return description | {"value": value, "slope": slope}


def _with_numbers(formula: Formula, fields: Sequence[float]) -> Formula:
    """The formula with these numbers in the place of its last letters."""
    letters = formula.letters[: len(formula.letters) - len(fields)]
    known = dict(zip(formula.letters[len(letters) :], map(float, fields), strict=True))
    steps = [(name, replaced(tree, known)) for name, tree in formula.steps]
    return Formula(letters, steps, [replaced(tree, known) for tree in formula.results])


def _loss(loss: Loss) -> dict[str, Any]:
    """Its module in PyTorch, and the losses of pre-activations that it becomes after some last activations."""
    by_activation = {name: loss.on_logits(activations.get(name)) for name in activations.names()}
    taken_over = {
        name: losses_by_name.name_of(other) for name, other in by_activation.items() if other is not None
    }
    torch = "" if loss.facts is None else loss.facts.torch or ""
    description = {"class": type(loss).__name__, "torch": torch, "on_logits": taken_over}
    return (
        description | {"rows": _of_rows(_of(loss), len(loss.parameters))}
        if isinstance(loss, RowLoss)
        else description
    )


def _of(loss: RowLoss) -> list[Formula]:
    """What is summed over a row, the loss of these sums, and its slopes."""
    kind = type(loss)
    return [formula_of(function, ()) for function in (kind.terms, kind.formula, kind.slope_formula)]


def _of_rows(formulas: Sequence[Formula], fields: int) -> dict[str, Any]:
    """The three formulas of a loss of rows; the sums are called as the second of them calls what it is given."""
    terms, value, slopes = formulas
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
