"""Units at the two ends of the layers inside of a residual one."""

from __future__ import annotations

from dataclasses import dataclass

from glassnet.insight.trace.arithmetic import TERMS, equation, num, number
from glassnet.insight.trace.writing.learned import Formula, OwnTrace, letters
from glassnet.plan import BRANCH, SUM


@dataclass(frozen=True, repr=False)
class BranchTrace(OwnTrace):
    """A unit that is handed to the layers inside; past them it goes to the sum behind."""

    @property
    def _sum(self) -> int:
        """The row that adds it again."""
        rows, own = self.step.rows, self.record.row
        return next(
            index for index, one in enumerate(rows) if one.row.kind == SUM and one.row.source == own.a
        )

    @property
    def d_sum(self) -> float:
        """The gradient that comes past the layers, from the sum."""
        return float(self.step.rows[self._sum].d_a[self.sample, self.unit])

    def back_to_input(self) -> str:
        """The numbers of what comes through the layers and what comes past them."""
        return equation(num(self.d_a) + num(self.d_sum), self.d_x)

    def forward(self) -> Formula:
        """A = X."""
        source, latex, k = self._letters
        return Formula(f"A{k} = {source}", f"A_{k} = {latex}", f"a = {number(self.a)}", (self.record.inputs,))

    def back(self) -> Formula:
        """dX = the gradient through the layers + that of the sum."""
        k, behind = self.index + 1, self._sum + 1
        return Formula(
            f"dA{k - 1} = dA{k} + dA{behind}",
            f"dA_{k - 1} = dA_{k} + dA_{{{behind}}}",
            f"da = {self.back_to_input()}",
            (self.record.d_a, self.step.rows[self._sum].d_a),
            " + ",
        )

    def _forward_lines(self, terms: int) -> list[str]:
        return [f"a = x = {number(self.x)}, into the layers inside, and past them to A{self._sum + 1}"]

    def _backward_lines(self, terms: int) -> list[str]:
        return [
            *self._d_a_lines(terms),
            f"∂L/∂x = ∂L/∂a + ∂L/∂A{self._sum + 1}, through the layers and past them",
            f"      = {self.back_to_input()}",
        ]


@dataclass(frozen=True, repr=False)
class SumTrace(OwnTrace):
    """A unit behind the layers inside: a = f + x, what they give and their input."""

    @property
    def inside(self) -> float:
        """What the layers inside give."""
        return float(self.record.z[self.sample, self.unit])

    @property
    def _branch(self) -> int:
        """The row before the layers inside."""
        rows, own = self.step.rows, self.record.row
        return next(
            index for index, one in enumerate(rows) if one.row.kind == BRANCH and one.row.a == own.source
        )

    def output(self, terms: int = TERMS) -> str:
        """The numbers of a = f + x."""
        return equation(num(self.inside) + num(self.x), self.a)

    def forward(self) -> Formula:
        """A = F + X."""
        k, (source, latex) = self.index + 1, letters(self._branch)
        return Formula(
            f"A{k} = A{k - 1} + {source}",
            f"A_{{{k}}} = A_{{{k - 1}}} + {latex}",
            f"a = {self.output()}",
            (self.record.z, self.record.inputs),
            " + ",
        )

    def back(self) -> Formula:
        """dF = dA."""
        k = self.index + 1
        return Formula(
            f"dA{k - 1} = dA{k}",
            f"dA_{{{k - 1}}} = dA_{{{k}}}",
            f"da = {number(self.d_x)}",
            (self.record.d_a,),
        )

    def _forward_lines(self, terms: int) -> list[str]:
        source = letters(self._branch)[0]
        return [f"a = f + x = {self.output()}, f from A{self.index}, x from {source}"]

    def _backward_lines(self, terms: int) -> list[str]:
        return [
            *self._d_a_lines(terms),
            f"∂L/∂f = ∂L/∂a = {number(self.d_a)}, and the same goes to x, past the layers",
        ]


KINDS = {BRANCH: BranchTrace, SUM: SumTrace}
