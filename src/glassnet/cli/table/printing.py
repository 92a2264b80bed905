"""What a person reads about a table and its model, on standard output."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.table import Table as Grid

from glassnet.cli.shown.printer import Printer
from glassnet.cli.table.loading import Loaded
from glassnet.insight.report.numbers import count, score
from glassnet.metrics import title
from glassnet.support.text import enumerated, in_one_line, plain
from glassnet.tables.columns import DATES, NUMBERS, TEXT
from glassnet.tables.files import Split, facts_of

_MOST_COLUMNS = 40
_KINDS = {NUMBERS: "number", TEXT: "category", DATES: "date"}
_SHOWN = 40


class TablePrinter(Printer):
    """Prints about tables."""

    def table(self, loaded: Loaded, parts: Split) -> None:
        """The file, its parts, its columns, and what was decided in reading."""
        sizes = enumerated([f"{len(rows):,} {name}" for name, rows in parts.parts.items()])
        what = "classes" if loaded.classifies else "values"
        self.line(
            f"{loaded.file.name}: {what} of {in_one_line(loaded.target)!r}, {sizes} rows, {parts.how}", "bold"
        )
        if not loaded.file.is_whole:
            self.line(
                f"too large for memory: read in parts; types and numbers are those of {loaded.file.rows.height:,} rows"
            )
        self._columns(loaded)
        for note in loaded.notes:
            self.line(note, "yellow")

    def _columns(self, loaded: Loaded) -> None:
        left: dict[str | None, str] = {loaded.target: "target", loaded.wish.group: "group"}
        left |= dict.fromkeys(loaded.wish.drop, "left out")
        grid = Grid(
            "column",
            "type",
            "missing",
            "different",
            "holds",
            "",
            box=None,
            pad_edge=False,
            padding=(0, 2, 0, 0),
        )
        grid.columns[2].justify = grid.columns[3].justify = "right"
        columns = facts_of(loaded.file.rows, loaded.file.kinds)
        for one in columns[:_MOST_COLUMNS]:
            missing = f"{100 * one.missing:.3g} %" if one.missing else ""
            name = _shortened(one.name)
            grid.add_row(
                name,
                _KINDS[one.kind],
                missing,
                f"{one.n_distinct:,}",
                _shortened(one.shown),
                left.get(one.name, ""),
            )
        self.console.print(grid)
        if len(columns) > _MOST_COLUMNS:
            self.line(f"… and {len(columns) - _MOST_COLUMNS:,} more columns")

    def warned(self, sentences: Sequence[str]) -> None:
        """What has to be looked at."""
        for sentence in sentences:
            self.line(sentence, "yellow")

    def scored(
        self, scores: Mapping[str, Mapping[str, float]], sizes: Mapping[str, int], guess: str = ""
    ) -> None:
        """The scores of each part, and what guessing would reach."""
        heads = [f"{name} ({sizes[name]:,})" for name in scores]
        grid = Grid("", *heads, box=None, header_style="bold", pad_edge=False, padding=(0, 3, 0, 0))
        for column in grid.columns[1:]:
            column.justify = "right"
        for name in dict.fromkeys(name for of in scores.values() for name in of):
            cells = (score(name, of[name]) if name in of else "–" for of in scores.values())
            grid.add_row(title(name), *cells)
        self.console.print("", grid, sep="\n")
        if guess:
            self.line(f"({guess})")
        self.console.print()


def warn(text: str) -> None:
    """A line on standard error, beside an output that other programs read."""
    Console(stderr=True, highlight=False, markup=False, soft_wrap=True).print(plain(text), style="yellow")


def _shortened(text: str) -> str:
    shown = in_one_line(text)
    return shown if len(shown) <= _SHOWN else f"{shown[: _SHOWN - 1]}…"


def rows(n: int) -> str:
    """How many rows."""
    return count(n, "row")
