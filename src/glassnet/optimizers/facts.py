"""What is known about an optimizer beside its rule: how its updates are written, its name in PyTorch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from glassnet.errors import ArgumentError


@dataclass(frozen=True)
class WrittenRule:
    """One rule as it is written.

    Attributes
    ----------
    plain, latex : str
        The rule with letters.
    states : str
        The letters of its vectors, in order.
    lines : tuple of str
        The rule with numbers. ``{w}`` stands for the number of a parameter, ``{(w)}`` for the same in parentheses where
        it is negative: of ``w``, ``g`` its gradient, a state, and what becomes of them, ``w1``. ``[rate]`` stands for
        the learning rate, ``[step]`` for the step, ``[1 - beta1]`` for a formula of them and the fields, and ``[g]``
        for the letter of the gradient.
    """

    plain: str
    latex: str
    states: str
    lines: tuple[str, ...]

    def missing(self) -> list[str]:
        """What is left out: the rule in letters or in LaTeX, or a line that ends with what a state or w becomes.

        A rule without states and without lines is written in letters alone: that of an optimizer that takes no steps.
        """
        absent = [text for text in ("plain", "latex") if not getattr(self, text)]
        if not self.states and not self.lines:
            return absent
        results = (f"{{{letter}1}}" for letter in (*self.states, "w"))
        return [
            *absent,
            *(f"a line with numbers that ends with {one}" for one in results if not self._ends_with(one)),
        ]

    def _ends_with(self, result: str) -> bool:
        return any(line.endswith(f" = {result}") for line in self.lines)


@dataclass(frozen=True, kw_only=True)
class OptimizerFacts:
    """The facts of an optimizer.

    Attributes
    ----------
    updates : mapping
        How each of its rules is written, by the rule's name in :mod:`glassnet.formulas.updates`.
    torch : str or None
        The class in ``torch.optim``.
    arguments : mapping
        Its argument, and the field or the fields that it is; ``lr`` and ``weight_decay`` go without saying.
    decays_apart : bool
        Whether weight decay is no part of the gradient.
    source : str
        Where it was proposed.
    """

    updates: Mapping[str, WrittenRule]
    torch: str | None
    arguments: Mapping[str, str | tuple[str, ...]]
    decays_apart: bool = False
    source: str

    def check(self, name: str, fields: set[str]) -> None:
        """Raise `ArgumentError` where the facts of the optimizer `name` lack something, or name what is no field."""
        named = {
            part for part in self.arguments.values() for part in ((part,) if isinstance(part, str) else part)
        }
        if not self.updates or not named <= fields:
            raise ArgumentError(
                f"the facts of the optimizer {name!r} write no update, or name what it has not"
            )
        for rule, written in self.updates.items():
            missing = written.missing()
            if missing:
                raise ArgumentError(
                    f"the rule {rule!r} of the optimizer {name!r} is not written in full: it lacks {', '.join(missing)}"
                )
