"""Where each figure of the four texts is asserted: ``python -m tests.numbers.figures`` lists them, and fails on one
without a place.

``figures.toml`` holds a table for each row of figures: the text, what it is, the figures as they are printed, and the
places, which are tests or cells of lessons. A place counts where it asserts something and holds the very numbers.
"""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
LIST = Path(__file__).with_name("figures.toml")
LESSONS = "src/glassnet/lessons/texts"
_FIGURE = re.compile(r"\d+\.\d+|\d+(?= %)")
_CELL = re.compile(r"^```\{code-cell\}[^\n]*\n((?::[^\n]*\n)*)(.*?)^```$", flags=re.MULTILINE | re.DOTALL)
_ASSERTING = ("assert_allclose", "assert_array_equal")


@dataclass(frozen=True)
class Row:
    """Figures that a text prints beside each other.

    Attributes
    ----------
    text : str
        Its letter.
    what : str
        What the figures are.
    printed : str
        The figures, as the text has them.
    places : tuple of str
        ``file::test`` or ``lesson.md::beginning of the assertion``.
    """

    text: str
    what: str
    printed: str
    places: tuple[str, ...]

    @property
    def figures(self) -> list[float]:
        """The figures as numbers, without signs; none where a row says in words what is so."""
        return sorted({float(figure) for figure in _FIGURE.findall(self.printed)})

    def missing(self) -> list[float]:
        """Figures that none of the places holds."""
        held = {number for place in self.places for number in numbers_at(place)}
        return [figure for figure in self.figures if figure not in held]


def rows() -> list[Row]:
    """All rows, in the order of the texts."""
    listed = tomllib.loads(LIST.read_text(encoding="utf-8"))["row"]
    return [Row(one["text"], one["what"], one["printed"], tuple(one["places"])) for one in listed]


@cache
def numbers_at(place: str) -> frozenset[float]:
    """The numbers that a place compares with, without signs; none where it asserts nothing or is not there."""
    file, name = place.split("::")
    tree = _cell(ROOT / LESSONS / file, name) if file.endswith(".md") else _test(ROOT / file, name)
    if tree is None or not any(map(_asserts, ast.walk(tree))):
        return frozenset()
    return frozenset(_literals(tree))


def _cell(file: Path, beginning: str) -> ast.AST | None:
    """The cell of a lesson with an assertion that begins so."""
    for _, code in _CELL.findall(file.read_text(encoding="utf-8")):
        if any(line.startswith(beginning) for line in code.splitlines()):
            return ast.parse(code)
    return None


def _test(file: Path, name: str) -> ast.AST | None:
    """A test, with the constants of its module that it names."""
    module = ast.parse(file.read_text(encoding="utf-8"))
    for node in module.body:
        if isinstance(node, ast.FunctionDef) and node.name == name:
            used = {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}
            constants = [one for one in module.body if used & _assigned(one)]
            return ast.Module([*constants, node], [])
    return None


def _assigned(node: ast.stmt) -> set[str]:
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    return {target.id for target in targets if isinstance(target, ast.Name)}


def _asserts(node: ast.AST) -> bool:
    return isinstance(node, ast.Assert) or (
        isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _ASSERTING
    )


def _literals(tree: ast.AST) -> Iterator[float]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
            yield abs(float(node.value))


def main() -> int:
    """Print each row with its places; the exit code is 1 where a figure has none."""
    failed = False
    for row in rows():
        print(f"text {row.text}  {row.what}: {row.printed}")
        for place in row.places:
            print(f"    {place}")
        for figure in row.missing():
            print(f"    {figure:g} IS ASSERTED NOWHERE")
            failed = True
    print(f"{sum(len(row.figures) for row in rows())} figures in {len(rows())} rows")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
