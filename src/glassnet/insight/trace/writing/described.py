"""Units of layers that are written as they describe themselves: each step with its numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from glassnet.errors import ArgumentError
from glassnet.insight.trace.arithmetic import equation, num, number, plain_sum, product_sum
from glassnet.insight.trace.writing.learned import Formula, OfColumnTrace
from glassnet.insight.trace.writing.terms import with_letters, with_numbers, with_numbers_of_row
from glassnet.layers.facts import LayerWords
from glassnet.support import expressions
from glassnet.support.arrays import Array

SEVERAL = -1


@dataclass(frozen=True)
class Entries:
    """Numbers of one sample, and the lines that tell how one of them comes about; none for what is given."""

    numbers: Array
    lines: Callable[[int], list[str]] = lambda unit: []


class Arithmetic:
    """Steps with their numbers, for one sample; a value is a row of them."""

    def __init__(self, arrays: dict[str, Array], dtype: np.dtype[Any]) -> None:
        self.arrays, self.dtype = arrays, dtype

    def row(self, name: str) -> Entries:
        return Entries(self.arrays[name].reshape(-1))

    def formula(self, wish: str, text: str, **letters: Entries | float) -> Entries:
        entries = {
            name: value if isinstance(value, Entries) else Entries(np.array([float(value)]))
            for name, value in letters.items()
        }
        rows = {name: value.numbers for name, value in entries.items()}
        numbers = np.atleast_1d(expressions.computed(text, rows))
        written = with_letters(text, {name: name for name in letters}).write(0)

        def lines(unit: int) -> list[str]:
            places = {name: min(unit, len(row) - 1) for name, row in rows.items()}
            before = [line for name, value in entries.items() for line in value.lines(places[name])]
            values = {name: float(rows[name][place]) for name, place in places.items()}
            if expressions.sums(text):
                term = with_numbers_of_row(
                    text, {n: np.broadcast_to(r, numbers.shape) for n, r in rows.items()}, unit
                )
            else:
                term = with_numbers(text, values)
            return [*before, f"{wish} = {written} = {equation(term, float(numbers[unit]))}"]

        return Entries(numbers, lines)

    def mean(self, x: Entries) -> Entries:
        means = x.numbers.mean(keepdims=True)
        term = plain_sum(x.numbers) / num(len(x.numbers))
        return Entries(means, lambda unit: [f"mean = {equation(term, float(means[0]))}, over the sample"])

    def product(self, x: Entries, name: str, parts: int = 1) -> Entries:
        weights = self.arrays[name].reshape(parts, -1, self.arrays[name].shape[-1])
        inputs, width = x.numbers.reshape(parts, -1), weights.shape[-1]
        products = np.einsum("mk,mkd->md", inputs, weights).reshape(-1)

        def lines(unit: int) -> list[str]:
            part, entry = divmod(unit, width)
            term = product_sum(inputs[part], weights[part, :, entry])
            return [f"z = Σ of {name} = {equation(term, float(products[unit]))}"]

        return Entries(products, lines)

    def columns(self, x: Entries, places: Sequence[int]) -> Entries:
        def lines(unit: int) -> list[str]:
            place = places[unit]
            return x.lines(place) or [f"column {place} of x = {number(float(x.numbers[place]))}"]

        return Entries(x.numbers[list(places)], lines)

    def lookup(self, x: Entries, column: int, name: str, start: int, stop: int) -> Entries:
        place = start + int(x.numbers[column])
        vector = self.arrays[name][place]
        return Entries(
            vector,
            lambda unit: [
                f"{name}[{place}, {unit}] = {number(float(vector[unit]))}, of column {column} of x"
            ],
        )

    def joined(self, values: Sequence[Entries]) -> Entries:
        ends = np.cumsum([len(value.numbers) for value in values])

        def lines(unit: int) -> list[str]:
            part = int(np.searchsorted(ends, unit, side="right"))
            entry = unit - int(ends[part - 1]) if part else unit
            passes = [f"entry {entry} of x = {number(float(values[part].numbers[entry]))}, which passes"]
            return values[part].lines(entry) or passes

        return Entries(np.concatenate([value.numbers for value in values]), lines)


@dataclass(frozen=True, repr=False)
class DescribedTrace(OfColumnTrace):
    """A unit of a layer that describes what it computes, and whose facts say it in words."""

    @property
    def _layer(self) -> Any:
        own = self.record.row.own
        if own is None or not isinstance(own.layer.facts, LayerWords):
            raise ArgumentError(f"{self.name} does not state in words what it computes")
        return own.layer

    @property
    def column(self) -> int:
        """The input of the same place, where there are as many; SEVERAL where not."""
        return self.unit if self.record.row.n_inputs == self.record.row.n_outputs else SEVERAL

    @property
    def place(self) -> int:
        """Where the weight of its place lies, or the last of the array, in the flat vector."""
        row = self.record.row
        size = 1 if self.record.weights is None else self.record.weights.size
        return int(row.weights + min(self.unit, size - 1))

    def _arrays(self) -> dict[str, Array]:
        own, layer = self.record.row.own, self._layer
        if own is None:
            return {}
        before = self.step.update.before
        shapes = {part.name: part.shape for part in layer.parameters(own.input_shape)}
        return {
            name: before[start : start + rows * columns].reshape(shape)
            for (name, shape), (start, rows, columns) in zip(shapes.items(), own.parameters, strict=True)
        }

    def _forward_lines(self, terms: int) -> list[str]:
        x = self.record.inputs[self.sample]
        arithmetic = Arithmetic(self._arrays(), x.dtype)
        return self._layer.describe(arithmetic, Entries(x), len(x)).lines(self.unit)  # type: ignore[no-any-return]

    def _written(self, words: tuple[str, str]) -> tuple[str, str]:
        """Text and LaTeX with the letters of this row."""
        source, latex, k = self._letters
        plain, in_latex = words
        for mark, text, letter in (
            ("<x>", source, latex),
            ("<d>", f"dA{k}", f"dA_{k}"),
            ("<k>", str(k), str(k)),
        ):
            plain, in_latex = plain.replace(mark, text), in_latex.replace(mark, letter)
        return plain, in_latex

    def forward(self) -> Formula:
        """A as the facts say it, and the steps of the unit."""
        (text, latex), k = self._written(self._layer.facts.value), self.index + 1
        numbers = "\n".join(self._forward_lines(0))
        return Formula(f"A{k} = {text}", f"A_{k} = {latex}", numbers, (self.record.inputs,), ", ")

    def gradient(self) -> Formula:
        """Of the first array, as the facts say it."""
        (text, latex), k = self._written(self._layer.facts.gradient), self.index + 1
        result = number(float(self.step.update.gradient[self.place]))
        return Formula(
            f"dW{k} = {text}", f"dW_{k} = {latex}", f"dw = {result}", (self.record.d_a, self.record.inputs)
        )

    def back(self) -> Formula:
        """The way back to the input, as the facts say it."""
        (text, latex), k = self._written(self._layer.facts.back), self.index
        return Formula(f"dA{k} = {text}", f"dA_{k} = {latex}", f"da = {self._back()}", (self.record.d_a,))

    def _back(self) -> str:
        unit = min(self.unit, self.record.row.n_inputs - 1)
        return number(float(self.record.d_inputs[self.sample, unit]))

    def _backward_lines(self, terms: int) -> list[str]:
        facts = self._layer.facts
        lines = [*self._d_a_lines(terms), f"∂L/∂x = {self._written(facts.back)[0]}"]
        lines += [f"      = {self._back()}"] if self.column != SEVERAL else []
        if self.record.weights is not None:
            result = number(float(self.step.update.gradient[self.place]))
            lines += [f"∂L/∂W = {self._written(facts.gradient)[0]}", f"∂L/∂w = {result}, of its place"]
        return lines

    def _update_lines(self, terms: int) -> list[str]:
        return [] if self.record.weights is None else super()._update_lines(terms)
