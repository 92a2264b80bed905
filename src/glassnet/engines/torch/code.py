"""What a layer describes, as lines of PyTorch: for the torch engine, for modules, and for programs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from keyword import iskeyword
from typing import Any

import numpy as np

from glassnet.layers import Layer
from glassnet.layers.trial import refuse_misdescribed
from glassnet.support.expressions import ATOM, PRODUCT, SUM, Language, Text, built, called

Shape = tuple[int, ...]
# What lines and modules of PyTorch call something else.
_TAKEN = {
    "x",
    "torch",
    "nn",
    "layer",
    "input_shape",
    "dtype",
    "training",
    "forward",
    "parameters",
    "buffers",
    "type",
    "to",
}
_IN_TORCH = {
    name: f"torch.{name}"
    for name in ("abs", "cos", "exp", "floor", "log", "log1p", "sigmoid", "sign", "sin", "sqrt", "tanh")
} | {"normal_share": "torch.special.ndtr"}


def identifier(name: str) -> str:
    """What PyTorch can call an array of a layer."""
    word = name.replace(".", "_")
    return f"{word}_" if word in _TAKEN or iskeyword(word) else word


def forward_lines(layer: Layer, input_shape: Shape, dtype: np.dtype[Any], owner: str = "") -> list[str]:
    """Lines that return what a layer describes of ``x``; its arrays are called by their names, behind ``owner``."""
    refuse_misdescribed(layer, input_shape)
    code = Code({array.name: array.shape for array in layer.parameters(input_shape)}, dtype, owner)
    result = layer.describe(code, "x", int(np.prod(input_shape)))
    return [*code.lines, f"return {result}"]


class Code:
    """Steps as lines; a value is an expression.

    Attributes
    ----------
    lines : list of str
    """

    def __init__(self, shapes: Mapping[str, Shape], dtype: np.dtype[Any], owner: str) -> None:
        self.shapes, self.dtype, self.owner = shapes, dtype, owner
        self.lines: list[str] = []
        self._taken = {"x": 1, **{identifier(name): 1 for name in shapes}}

    def _named(self, wish: str, expression: str) -> str:
        count = self._taken[wish] = self._taken.get(wish, 0) + 1
        name = wish if count == 1 else f"{wish}_{count}"
        self.lines.append(f"{name} = {expression}")
        return name

    def row(self, name: str) -> str:
        flat = "" if len(self.shapes[name]) == 1 else ".reshape(-1)"
        return f"{self.owner}{identifier(name)}{flat}"

    def formula(self, wish: str, text: str, **letters: str | float) -> str:
        return self._named(wish, formula(text, letters))

    def mean(self, x: str) -> str:
        return self._named("mean", f"{x}.mean(dim=1, keepdim=True)")

    def product(self, x: str, name: str, parts: int = 1) -> str:
        weights = f"{self.owner}{identifier(name)}"
        if parts == 1:
            return self._named("z", f"{x} @ {weights}")
        split = f"{x}.unflatten(1, ({parts}, -1)), {weights}.unflatten(0, ({parts}, -1))"
        return self._named("z", f'torch.einsum("imk,mkd->imd", {split}).flatten(1)')

    def columns(self, x: str, places: Sequence[int]) -> str:
        each = next((k for k in range(len(places), 1, -1) if _repeats(places, k)), 1)
        repeated = f".repeat_interleave({each}, dim=1)" if each > 1 else ""
        return self._named("columns", f"{x}[:, {list(places[::each])}]{repeated}")

    def lookup(self, x: str, column: int, name: str, start: int, stop: int) -> str:
        return self._named("rows", f"{self.owner}{identifier(name)}[{start}:{stop}][{x}[:, {column}].long()]")

    def joined(self, values: Sequence[str]) -> str:
        return self._named("joined", f"torch.cat([{', '.join(values)}], dim=1)")


def formula(text: str, letters: Mapping[str, str | float]) -> str:
    """A formula of :mod:`glassnet.support.expressions` as an expression over tensors."""
    tensor = next(value for value in letters.values() if isinstance(value, str))

    def choose(left: Text, comparison: str, right: Text, yes: Text, no: Text) -> Text:
        positive = f"{tensor}.new_tensor({yes.text})" if _is_number(yes.text) else yes.text
        return Text(f"torch.where({left.text} {comparison} {right.text}, {positive}, {no.text})")

    def of_row(inner: str) -> Text:
        return Text(f"({formula(inner, letters)}).sum(dim=1, keepdim=True)")

    functions: dict[str, Callable[..., Text]] = {name: called(code) for name, code in _IN_TORCH.items()}
    functions |= {
        # At a tie the slope in the first one is 0, as in the formulas.
        "max": lambda a, b: choose(a, "<=", b, b, a), "min": lambda a, b: choose(a, ">", b, b, a),
        "softplus": lambda z: Text(f"nn.functional.softplus({z.text}, threshold=50)"),
        "normal_density": lambda z: Text(f"torch.exp(-{z.inside(ATOM)}**2 / 2) / (2 * torch.pi) ** 0.5", PRODUCT),
        "sum": of_row,
    }  # fmt: skip
    texts = {
        name: _digits(value) if isinstance(value, (int, float)) else Text(value)
        for name, value in letters.items()
    }
    return built(text, texts, Language(_digits, functions, choose)).text


def _repeats(places: Sequence[int], times: int) -> bool:
    """Whether each place stands there so many times in a row."""
    return len(places) % times == 0 and list(places) == [
        place for place in places[::times] for _ in range(times)
    ]


def _is_number(text: str) -> bool:
    return text.removeprefix("-").replace(".", "").replace("e", "").replace("-", "").isdigit()


def _digits(value: float) -> Text:
    return Text(repr(value).removesuffix(".0"), ATOM if value >= 0 else SUM)
