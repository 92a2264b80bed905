"""How formulas are written, from the facts of the parts.

The formula with letters and the same with numbers come from one line. A user's own part is written as f(z).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np

from glassnet.activations import ActivationFunction
from glassnet.insight.trace.arithmetic import (
    Term,
)
from glassnet.insight.trace.writing.terms import with_letters, with_numbers, with_numbers_of_row
from glassnet.support import expressions
from glassnet.support.arrays import Array
from glassnet.support.registry import registry_of
from glassnet.support.text import in_one_line

_LARGEST_POWER = 300.0  # of e, that is written as it is


@dataclass(frozen=True)
class WrittenFunction:
    """An activation as it is written."""

    name: str
    # value, value_latex: f(z)
    value: str
    value_latex: str
    slope: str  # f'(z) of an elementwise function; empty where it has none, and is for prediction alone
    # dL/dz: of an elementwise function with f′ and what that is, of one of rows its product with the
    # Jacobian
    backward: str
    part: ActivationFunction

    @property
    def is_of_rows(self) -> bool:
        """Whether each output depends on all inputs of its row."""
        return self.part.is_of_rows

    def called(self, argument: str = "z") -> str:
        """f(z) as it is called and, where that says more, as it is computed from z."""
        call = f"{self.name}({argument})"
        return call if self.value == f"{self.name}(z)" else f"{call} = {self.value}"

    def output(self, z: Array, unit: int, terms: int) -> Term | None:
        """f(z) of one unit of a row with its numbers; None where the formula is not known.

        Of large z a function of rows is written with the differences from the largest, which give the same.
        """
        facts = self.part.facts
        if facts is None:
            return None
        if facts.is_of_rows:
            z = z.astype(np.float64)
            shift = float(z.max()) if np.abs(z).max() > _LARGEST_POWER else 0.0
            return with_numbers_of_row(_shifted(facts.value, shift), {"z": z}, unit, terms)
        return with_numbers(facts.value, {"z": float(z[unit])} | constants_of(self.part))

    def slope_with_numbers(self, z: float, a: float) -> Term | None:
        """f'(z) of an elementwise function in the same way."""
        facts = self.part.facts
        return (
            None if facts is None else with_numbers(facts.slope, {"z": z, "a": a} | constants_of(self.part))
        )

    def through_row(self, a: Array, d: Array, unit: int) -> tuple[list[tuple[str, Term, float]], Term]:
        """The way back of one unit through a function of rows: its sums over the row in letters, with numbers and what
        comes out, and dL/dz with the numbers of the sums.
        """
        facts, sums = self.part.facts, []
        if facts is None:
            raise NotImplementedError(f"{self.name} is no function of rows")
        formula, values = facts.backward, {"a": a.astype(np.float64), "d": d.astype(np.float64)}
        for inner in expressions.sums(formula):
            total = float(expressions.computed(inner, values).sum())
            written = backward_of_rows(f"sum({inner})", "a", "∂L/∂a")
            sums.append((written, with_numbers_of_row(f"sum({inner})", values, unit), total))
            formula = formula.replace(f"sum({inner})", repr(total))
        return sums, with_numbers(formula, {name: float(row[unit]) for name, row in values.items()})


def _shifted(formula: str, shift: float) -> str:
    """The formula with z - shift in the place of z."""
    return re.sub(r"\bz\b", f"(z - {shift!r})", formula) if shift else formula


def function_of(activation: ActivationFunction) -> WrittenFunction:
    """How an activation is written; a user's own is f(z) under its name."""
    registry = registry_of(activation)
    name = in_one_line(
        (registry.known_as(activation) if registry is not None else None) or type(activation).__name__
    )
    facts = activation.facts
    if facts is None:
        return WrittenFunction(
            name, f"{name}(z)", "f(z)", f"{name}′(z)", f"∂L/∂a · f′(z), f′ = {name}′(z)", activation
        )
    text = {field: letters[0] for field, letters in facts.letters.items()}
    latex = {field: letters[1] for field, letters in facts.letters.items()}
    if facts.is_of_rows:
        value = with_letters(facts.value, {"z": "z_j"}, {"z": "z_k"}).write(0)
        in_latex = expressions.latex(facts.value, {"z": "z_j"}, {"z": "z_k"})
        return WrittenFunction(
            name, value, in_latex, "", backward_of_rows(facts.backward, "a", "∂L/∂a"), activation
        )
    slope = with_letters(facts.slope, {"z": "z", "a": "a"} | text).write(0) if facts.slope else ""
    return WrittenFunction(
        name, with_letters(facts.value, {"z": "z"} | text).write(0),
        expressions.latex(facts.value, {"z": "z"} | latex), slope, f"∂L/∂a · f′(z), f′ = {slope}", activation,
    )  # fmt: skip


def backward_of_rows(formula: str, a: str, d: str) -> str:
    """The way back through a function of rows, in the letters of one of its units."""
    return with_letters(formula, {"a": a, "d": d}, {"a": f"{a}ₖ", "d": f"{d}ₖ"}, "Σₖ").write(0)


def constants_of(part: Any) -> dict[str, float]:
    """The fields of a part that its formulas mention."""
    return {name: getattr(part, name) for name in part.facts.letters}
