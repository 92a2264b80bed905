"""Values of an ONNX graph that can be calculated with: each operation on them adds a node."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from glassnet.formulas.elementary import MIDDLE_ERF, SMALL_ERF
from glassnet.support.arrays import Array
from glassnet.support.expressions import Language, built

FLOAT64 = np.dtype(np.float64)
_SIMPLE = {
    "abs": "Abs", "cos": "Cos", "exp": "Exp", "floor": "Floor", "log": "Log", "max": "Max", "min": "Min",
    "sigmoid": "Sigmoid", "sign": "Sign", "sin": "Sin", "sqrt": "Sqrt", "tanh": "Tanh",
}  # fmt: skip
_COMPARISONS = {">": "Greater", ">=": "GreaterOrEqual", "<": "Less", "<=": "LessOrEqual"}


@dataclass
class Nodes:
    """The nodes and constants of a graph that grows."""

    onnx: Any
    # nodes, constants, inputs: of ONNX's own kinds
    nodes: list[Any] = field(default_factory=list)
    constants: list[Any] = field(default_factory=list)
    inputs: list[Any] = field(default_factory=list)
    dtype: np.dtype[Any] = FLOAT64  # of the numbers
    prefix: str = "glassnet/"  # stands in front of the names of values that are neither columns nor outputs
    _numbers: dict[float, str] = field(default_factory=dict)

    def node(self, operator: str, *sources: str, output: str = "", **attributes: Any) -> str:
        """The result of an operator."""
        name = output or f"{self.prefix}v{len(self.nodes)}"
        self.nodes.append(
            self.onnx.helper.make_node(operator, list(sources), [name], name=name, **attributes)
        )
        return name

    def constant(self, array: Array) -> str:
        """A constant; numbers that occur again are the same one."""
        key = float(array) if array.ndim == 0 and array.dtype == self.dtype else None
        if key is not None and key in self._numbers:
            return self._numbers[key]
        name = f"{self.prefix}c{len(self.constants)}"
        self.constants.append(
            self.onnx.numpy_helper.from_array(np.ascontiguousarray(array).reshape(array.shape), name)
        )
        if key is not None:
            self._numbers[key] = name
        return name

    def integers(self, numbers: Sequence[int] | int) -> str:
        """A constant of whole numbers."""
        return self.constant(np.array(numbers, np.int64))

    def mean(self, value: str) -> str:
        """The mean of each row of a value, (n_rows, 1)."""
        return self.node("ReduceMean", value, axes=[-1], keepdims=1)

    def product(self, value: str, weights: Array, parts: int = 1) -> str:
        """A matrix product; of equal parts of a value, each with its own rows of the weights, side by side."""
        if parts == 1:
            return self.node("MatMul", value, self.constant(weights))
        own = weights.reshape(parts, -1, weights.shape[1])
        split = self.node("Reshape", value, self.integers([0, parts, 1, -1]))
        return self.node("Flatten", self.node("MatMul", split, self.constant(own)), axis=1)

    def value(self, name: str) -> Value:
        """What is called so, to calculate with."""
        return Value(self, name)

    def number(self, number: float) -> Value:
        """A constant to calculate with."""
        return self.value(self.constant(np.array(number, self.dtype)))

    def formula(self, text: str, letters: Mapping[str, Value]) -> Value:
        """The value of a formula."""

        def of_row(inner: str) -> Value:
            axes = self.constant(np.array([1], np.int64))
            return self.value(self.node("ReduceSum", self.formula(inner, letters).name, axes, keepdims=1))

        def choose(left: Value, comparison: str, right: Value, yes: Value, no: Value) -> Value:
            condition = self.node(_COMPARISONS[comparison], left.name, right.name)
            return self.value(self.node("Where", condition, yes.name, no.name))

        functions: dict[str, Callable[..., Value]] = {name: self._called(of) for name, of in _SIMPLE.items()}
        functions |= {
            "sum": of_row,
            "log1p": lambda z: functions["log"](self.number(1.0) + z),
            "softplus": lambda z: self.formula("max(z, 0) + log(1 + exp(-abs(z)))", {"z": z}),
            "normal_share": self._normal_share,
            "normal_density": lambda z: self.formula(f"exp(-z * z / 2) / {np.sqrt(2 * np.pi)}", {"z": z}),
        }
        return built(text, letters, Language(self.number, functions, choose))

    def _called(self, operator: str) -> Callable[..., Value]:
        return lambda *parts: self.value(self.node(operator, *(part.name for part in parts)))

    def _normal_share(self, z: Value) -> Value:
        """(1 + erf(z / sqrt(2))) / 2: the erf of :mod:`glassnet.formulas.elementary`; runtimes have float32's alone."""
        x = z * self.number(float(np.sqrt(0.5)))
        size = self.formula("min(abs(x), 6)", {"x": x})
        square = self.formula("min(s, 0.5)**2", {"s": size})
        letters = {
            "x": x,
            "s": size,
            "small": self._ratio(SMALL_ERF, square),
            "middle": self._ratio(MIDDLE_ERF, size),
        }
        erf = "x * small if s <= 0.46875 else sign(x) * (1 - exp(-s * s) * middle)"
        return self.formula("(1 + erf) / 2", {"erf": self.formula(erf, letters)})

    def _ratio(self, polynomials: tuple[tuple[float, ...], tuple[float, ...]], x: Value) -> Value:
        top, bottom = (self._polynomial(coefficients, x) for coefficients in polynomials)
        return top / bottom

    def _polynomial(self, coefficients: tuple[float, ...], x: Value) -> Value:
        total = self.number(coefficients[-1])
        for coefficient in reversed(coefficients[:-1]):
            total = total * x + self.number(coefficient)
        return total


@dataclass(frozen=True)
class Value:
    """A value of a graph."""

    graph: Nodes
    name: str

    def _with(self, operator: str, other: Value) -> Value:
        return Value(self.graph, self.graph.node(operator, self.name, other.name))

    def __add__(self, other: Value) -> Value:
        return self._with("Add", other)

    def __sub__(self, other: Value) -> Value:
        return self._with("Sub", other)

    def __mul__(self, other: Value) -> Value:
        return self._with("Mul", other)

    def __truediv__(self, other: Value) -> Value:
        return self._with("Div", other)

    def __neg__(self) -> Value:
        return Value(self.graph, self.graph.node("Neg", self.name))

    def __pow__(self, power: int) -> Value:
        return self * self if power == 2 else self._with("Pow", self.graph.number(float(power)))
