"""What an optimizer did to the parameters, written out for any one of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from glassnet.insight.trace.arithmetic import factor, number
from glassnet.optimizers import Optimizer
from glassnet.optimizers.facts import WrittenRule
from glassnet.support.arrays import Array
from glassnet.support.expressions import computed


@dataclass(frozen=True)
class Update:
    """One update of the flat parameter vector.

    Attributes
    ----------
    step : int
        Counted from 1 over the whole training; Adam's corrections depend on it.
    before, after : ndarray, (n_parameters,)
        The parameters.
    gradient, clipped : ndarray, (n_parameters,)
        The gradient, and what clipping left of it.
    states_before, states_after : ndarray, (n_states, n_parameters)
        The optimizer's vectors.
    """

    optimizer: Optimizer
    learning_rate: float
    step: int
    before: Array
    gradient: Array
    clipped: Array
    states_before: Array
    states_after: Array
    after: Array

    @property
    def rule(self) -> str:
        """The name of the formula in :mod:`glassnet.formulas.updates`."""
        return str(self.optimizer.rule.__name__)

    def fields(self, where: Any) -> dict[str, Array]:
        """Everything that :meth:`templates` mention, of the parameters at `where`."""
        fields = {
            "w": self.before[where], "dw": self.gradient[where], "c": self.clipped[where],
            "w1": self.after[where],
        }  # fmt: skip
        fields["g"] = fields["c"] + self._decay * fields["w"] if self._decay else fields["c"]
        for name, old, new in zip(self._states, self.states_before, self.states_after, strict=False):
            fields |= {name: old[where], f"{name}1": new[where]}
        return fields

    def lines(self, index: int) -> list[str]:
        """The arithmetic of the parameter at this place in the flat vector."""
        values = {name: float(value) for name, value in self.fields(index).items()}

        def filled(token: re.Match[str]) -> str:
            return (factor if token[1] else number)(values[token[2]])

        lines = [re.sub(r"\{(\(?)(\w+)\)?\}", filled, line) for line in self.templates()]
        return [self._with_underflow(line, values["g"]) for line in lines]

    def _with_underflow(self, line: str, g: float) -> str:
        """A state that is 0 though the gradient is not: its numbers are smaller than its dtype can hold."""
        if g == 0 or line[0] not in self._states or not line.endswith(" = 0"):
            return line
        return f"{line.removesuffix(' = 0')} ≈ 0, too small for {self.before.dtype}"

    @property
    def _decay(self) -> float:
        facts = self.optimizer.facts
        decay: Any = self.optimizer.weight_decay
        return 0.0 if facts is not None and facts.decays_apart else float(decay)

    @property
    def written(self) -> WrittenRule:
        """How the rule is written; a user's own as a change of w."""
        facts = self.optimizer.facts
        if facts is None:
            return WrittenRule("w ← w + Δw", r"w \leftarrow w + \Delta w", "", ("w: {w} → {w1}",))
        return facts.updates[self.rule]

    @property
    def _states(self) -> str:
        """The letters of the optimizer's vectors; none of a user's own are shown."""
        return self.written.states

    def templates(self) -> list[str]:
        """The rule with this step's coefficients; {w}, {dw} … are numbers of one parameter, {(w)} factors."""
        decay, clips = self._decay, bool(self.optimizer.clip_norm or self.optimizer.clip_value)
        lines = ["dw clipped: {dw} → {c}"] if clips else []
        if decay:
            lines.append(f"g = dw + λ·w = {{c}} + {number(decay)}·{{(w)}} = {{g}}")
        return [*lines, *(re.sub(r"\[([^\]]+)\]", self._filled, line) for line in self.written.lines)]

    def _filled(self, token: re.Match[str]) -> str:
        """What stands in square brackets: the letter of the gradient, the step, or a number of this step."""
        if token[1] == "g":
            return "g" if self._decay else "dw"
        if token[1] == "step":
            return str(self.step)
        names = vars(self.optimizer) | {"rate": self.learning_rate, "step": self.step}
        names |= self.optimizer.named(self.learning_rate, self.step)
        return number(float(computed(token[1], names)))
