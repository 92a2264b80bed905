"""What is known about an activation beside what it computes: how it is written, where it lies, its names elsewhere.

Every built-in activation states its facts on its class; engines do not read them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from glassnet.errors import ArgumentError
from glassnet.support import expressions


@dataclass(frozen=True)
class TorchModule:
    """The module of ``torch.nn`` that computes an activation, and the function that does the same.

    Attributes
    ----------
    module, function : str
        The class in ``torch.nn``; the function in ``torch`` or ``torch.nn.functional``.
    fields : mapping
        The module's argument, and the field of the activation that it is.
    fixed : mapping
        Arguments that make it this activation, as they are written.
    alike : mapping
        Other values of these arguments that mean the same, and ``("at least", lowest)`` for all from `lowest` on.
    """

    module: str
    function: str
    fields: Mapping[str, str] = field(default_factory=dict)
    fixed: Mapping[str, Any] = field(default_factory=dict)
    alike: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)

    @property
    def source(self) -> str:
        """The expression that makes it, without the arguments that are fields."""
        return f"{self.module}({self._fixed})"

    @property
    def method(self) -> str:
        """What is written behind a tensor; nothing for the value itself."""
        return f".{self.function}({self._fixed})" if self.function else ""

    @property
    def _fixed(self) -> str:
        return ", ".join(f"{name}={value!r}" for name, value in self.fixed.items())

    def difference(self, module: Any) -> str:
        """The first argument of `module` that makes it another function, as ``name=value``; "" where none does."""
        for name, expected in self.fixed.items():
            value, alike = getattr(module, name), self.alike.get(name, ())
            from_there_on = alike[:1] == ("at least",) and value >= alike[1]
            if value != expected and value not in alike and not from_there_on:
                return f"{name}={value!r}"
        return ""


@dataclass(frozen=True)
class Operator:
    """One ONNX operator on the newest value.

    Attributes
    ----------
    name : str
    operand : float or "z", optional
        The other operand: a number, or what the activation was given.
    fields : mapping
        The operator's attribute, and the field of the activation that it is.
    fixed : mapping
        Attributes with a value of their own.
    standard : mapping
        What ONNX takes for an attribute that is absent.
    alike : mapping
        Other values of these attributes that mean the same.
    """

    name: str
    operand: float | str | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    fixed: Mapping[str, Any] = field(default_factory=dict)
    standard: Mapping[str, Any] = field(default_factory=dict)
    alike: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Onnx:
    """The operators that compute an activation, one behind the other.

    Attributes
    ----------
    operators : tuple of Operator
        As they are written; none for the value itself.
    also : tuple of tuple of Operator
        Other spellings, which are read.
    float32_only : bool
        Whether ONNX Runtime has one of them for float32 alone.
    """

    operators: tuple[Operator, ...]
    also: tuple[tuple[Operator, ...], ...] = ()
    float32_only: bool = False

    @property
    def is_rounded(self) -> bool:
        """Whether a file has some of its numbers in float32, which has them not exactly."""
        numbers = [
            number
            for operators in (self.operators, *self.also)
            for operator in operators
            for number in (operator.operand, *operator.fixed.values())
        ]
        return any(isinstance(number, float) and float(np.float32(number)) != number for number in numbers)


@dataclass(frozen=True, kw_only=True)
class ActivationFacts:
    """The facts of an activation; formulas as in :mod:`glassnet.support.expressions`.

    Attributes
    ----------
    value : str
        f(z) in ``z`` and the fields; of a function of rows ``sum`` runs over the row.
    slope : str
        f'(z) in ``z``, ``a`` = f(z) and the fields; empty for a function of rows.
    backward : str
        Of a function of rows: dL/dz in ``a`` and ``d`` = dL/da. Adding a number to all of z must not change its value.
    slope_in_output : str
        f' in ``a`` alone, where it can be written so; empty where it is not.
    letters : mapping
        The letter of each field, in text and in LaTeX.
    range : tuple of str
        The lower and the upper limit of its values, formulas of the fields and ``inf``.
    kinks : tuple of float
        Where the slope jumps, for some values of the fields at least: that of ELU does where alpha is not 1.
    outputs : str
        What outputs of a last layer mean: "values", "probabilities" (each of its own), "classes" (shares of classes
        that exclude each other) or "logarithms" of such shares.
    initializer : str
        Whose weights suit a layer in front of it.
    forward_only : bool
        Whether it has no slope that training could follow.
    note : str
        Where its value is wrong, or infinite.
    without_overflow : str
        How NumPy code computes it where the formula overflows: ``{axis}`` is that of the row, and fields stand in
        braces. Empty where it does not.
    torch, onnx, sklearn
        Its names there; None where it has none.
    source : str
        Where it was proposed.
    """

    value: str
    slope: str = ""
    backward: str = ""
    slope_in_output: str = ""
    letters: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    range: tuple[str, str]
    kinks: tuple[float, ...] = ()
    outputs: str = "values"
    initializer: str
    forward_only: bool = False
    note: str = ""
    without_overflow: str = ""
    torch: TorchModule | None
    onnx: Onnx | None
    sklearn: str | None = None
    source: str

    def check(self, name: str, fields: set[str]) -> None:
        """Raise `ArgumentError` where a formula of the activation `name` mentions what it does not have."""
        if bool(self.slope) + bool(self.backward) + self.forward_only != 1:
            raise ArgumentError(
                f"the facts of the activation {name!r} need a slope, a backward, or forward_only"
            )
        if set(self.letters) != fields:
            raise ArgumentError(
                f"the facts of the activation {name!r} need a letter for each of {sorted(fields)}"
            )
        for formula, letters in (
            (self.value, {"z"}), (self.slope, {"z", "a"}), (self.backward, {"a", "d"}), (self.slope_in_output, {"a"}),
            *((limit, {"inf"}) for limit in self.range),
        ):  # fmt: skip
            unknown = expressions.names(formula) - letters - fields if formula else set()
            if unknown:
                raise ArgumentError(
                    f"the formula {formula!r} of the activation {name!r} has no {sorted(unknown)}"
                )

    @property
    def is_of_rows(self) -> bool:
        """Whether each output depends on all inputs of its row."""
        return bool(self.backward)

    @property
    def is_bounded(self) -> bool:
        """Whether its values have a lower and an upper limit, both of which it can come near to."""
        return not any("inf" in limit for limit in self.range)

    @property
    def is_piecewise_linear(self) -> bool:
        """Whether its slope is constant but for jumps."""
        return bool(self.slope) and expressions.is_constant_in_pieces(self.slope, "z", "a")

    @property
    def is_gate(self) -> bool:
        """Whether it is z itself above its only kink, at 0, and a multiple of z below."""
        return self.kinks == (0.0,) and self.is_piecewise_linear and self.range[1] == "inf"
