"""Units of an embedding: columns that pass, and entries of the vectors that integers name."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from glassnet.insight.trace.arithmetic import equation, listed, number, plain_sum
from glassnet.insight.trace.writing.learned import Formula, OfColumnTrace
from glassnet.layers import Embedding


@dataclass(frozen=True, repr=False)
class EmbeddingTrace(OfColumnTrace):
    """A unit of an embedding: a column that passes, or an entry of the vector that the integer x of a column names."""

    @property
    def _embedding(self) -> Embedding:
        own = self.record.row.own
        if own is None or not isinstance(own.layer, Embedding):
            raise NotImplementedError(f"{self.name} is no Embedding")
        return own.layer

    @property
    def _passing(self) -> list[int]:
        return self._embedding.passing(self.record.row.n_inputs)

    @property
    def passes(self) -> bool:
        """Whether it is a column that is handed on."""
        return self.unit < len(self._passing)

    @property
    def _vector(self) -> tuple[int, int]:
        """Which embedded column it is of, and which entry of its vectors; of what passes, the first."""
        return divmod(max(self.unit - len(self._passing), 0), self._embedding.dimension)

    @property
    def column(self) -> int:
        """The column of the samples that it reads."""
        return self._passing[self.unit] if self.passes else self._embedding.pairs[self._vector[0]][0]

    @property
    def category(self) -> int:
        """The row of the weights that this sample takes; for a column that passes, the first row of all."""
        place, _ = self._vector
        return 0 if self.passes else int(self.x) + self._embedding.offsets[place]

    @property
    def place(self) -> int:
        return int(self.record.row.weights + self.category * self._embedding.dimension + self._vector[1])

    @property
    def _entry(self) -> str:
        return f"W{self.index + 1}[{self.category}, {self._vector[1]}]"

    @property
    def _taken(self) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
        """The samples that take the same row of the weights."""
        place, _ = self._vector
        column, offset = self._embedding.pairs[place][0], self._embedding.offsets[place]
        return np.flatnonzero(self.record.inputs[:, column].astype(np.int64) + offset == self.category)

    def _gradient(self) -> str:
        unit = len(self._passing) if self.passes else self.unit
        result = float(self.step.update.gradient[self.place])
        return equation(plain_sum(self.record.d_a[self._taken, unit]), result)

    def _taken_from(self) -> str:
        """Where the output is taken from."""
        return f"column {self.column} of x" if self.passes else self._entry

    def forward(self) -> Formula:
        """A = the columns that pass, then the rows of W."""
        layer, weights = self._embedding, self.record.weights
        columns = ", ".join(f"{column} ({n} rows)" for column, n in layer.pairs)
        handed_on = f"columns {listed(self._passing)} of X, then " if self._passing else ""
        return Formula(
            f"A1 = {handed_on}the rows of W1 that the integers name, of column {columns}",
            r"A_1 = (X_{\text{passing}},\; W_1[X_{\text{embedded}}])",
            f"a = {self._taken_from()} = {number(self.a)}",
            (self.record.inputs,) if weights is None else (self.record.inputs, weights),
            ", ",
        )

    def gradient(self) -> Formula:
        """dw of an entry = sum of dA over the samples that took it."""
        operands = (self.record.d_a,)
        return Formula(
            "dW1 of each row = Σ dA1 over the samples that took it",
            r"dW_1[r] = \sum_{i \text{ took } r} dA_1^{(i)}",
            f"of {self._entry}, taken by {self._samples()}\ndw = {self._gradient()}",
            operands,
        )

    def _samples(self) -> str:
        samples = self._taken
        if not len(samples):
            return "no sample"
        return f"samples {listed(samples)}" if len(samples) > 1 else f"sample {samples[0]}"

    def _forward_lines(self, terms: int) -> list[str]:
        if self.passes:
            return [f"a = {self._taken_from()} = {number(self.a)}, which passes"]
        return [
            f"x = {number(self.x)} in column {self.column} names row {self.category} of the weights",
            f"a = {self._taken_from()} = {number(self.a)}",
        ]

    def _backward_lines(self, terms: int) -> list[str]:
        if self.passes:
            return [*self._d_a_lines(terms), f"∂L/∂x = ∂L/∂a = {number(self.d_x)}"]
        return [
            *self._d_a_lines(terms),
            f"∂L/∂w = Σ ∂L/∂a over the samples that took it, {self._samples()}: {self._gradient()}",
        ]

    def _update_lines(self, terms: int) -> list[str]:
        return [] if self.passes else super()._update_lines(terms)


KINDS = {"embedding": EmbeddingTrace}
