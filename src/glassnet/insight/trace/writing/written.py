"""Formulas with their numbers, as text, as a table in the terminal and in a notebook."""

from __future__ import annotations

from typing import Any

from glassnet.insight.trace.arithmetic import number
from glassnet.insight.trace.step import TraceStep
from glassnet.support.arrays import Array
from glassnet.support.cached import cached_property
from glassnet.support.text import markup

SHOWN = 5
_AT_EACH_END, _DIGITS = 2, 4
_HEAD = ("phase", "formula", "numbers of the first entry", "shapes", "array")


class Written:
    """Formulas in the order in which they are computed.

    Attributes
    ----------
    steps : list of TraceStep
    title : str
    """

    title: str

    def _written(self) -> list[TraceStep]:
        raise NotImplementedError

    def _batch(self) -> Array:
        raise NotImplementedError

    @cached_property
    def steps(self) -> list[TraceStep]:
        """All formulas in the order in which they are computed."""
        return self._written()

    @cached_property
    def arrays(self) -> dict[str, Array]:
        """Every array by its name, such as "Z1"; "A0" is the batch. Of parameters, their values after the step."""
        return {"A0": self._batch(), **{step.name: step.array for step in self.steps}}

    def __getitem__(self, name: str) -> TraceStep:
        """The step that computes `name`, such as ``trace["Z1"]``; "A0" is the batch."""
        if name in ("A0", "X"):
            batch = self._batch()
            return TraceStep(
                name,
                "forward",
                None,
                "A0 = X",
                "A_0 = X",
                f"x = {number(batch[0, 0])}",
                str(batch.shape),
                batch,
            )
        for step in self.steps:
            if step.name == name:
                return step
        raise KeyError(
            f"no step computes {name!r}; there are A0, {', '.join(step.name for step in self.steps)}"
        )

    def lines(self) -> list[str]:
        """The formulas as text."""
        lines, phase = [], ""
        for step in self.steps:
            if step.phase != phase:
                phase = step.phase
                lines.append(phase)
            lines.append(f"  {step.formula}    {step.shapes}")
            lines += [f"      {line}" for line in step.numbers.split("\n")]
            lines += [f"      ({step.note})"] if step.note else []
        return lines

    def __str__(self) -> str:
        return "\n".join(self.lines())

    def __rich__(self) -> Any:
        from rich.table import Table
        from rich.text import Text

        table = Table("", *_HEAD[1:4], title=self.title)
        phase = ""
        for step in self.steps:
            if phase and step.phase != phase:
                table.add_section()
            table.add_row(
                step.phase if step.phase != phase else "", _with_note(step), Text(step.numbers), step.shapes
            )
            phase = step.phase
        return table

    def show(self) -> None:
        """Print a table in the terminal."""
        from rich.console import Console

        Console().print(self)

    def _repr_html_(self) -> str:
        head = "".join(f"<th {_LEFT}>{name}</th>" for name in _HEAD if name != "shapes")
        rows = "".join(map(_row, self.steps))
        return (
            f'<div style="overflow-x: auto"><table><caption {_LEFT}>{markup(self.title)}</caption>'
            f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
        )


# A notebook centres or right-aligns cells and breaks lines inside <pre>; what is said here wins over its style sheet.
_LEFT = 'style="text-align: left; vertical-align: top"'
_WHOLE_NUMBERS = "word-break: normal; overflow-wrap: break-word"
_CODE = f"white-space: pre-line; {_WHOLE_NUMBERS}; min-width: 18em; max-width: 44em; display: block"
_ARRAY = "white-space: pre; margin: 0; text-align: left; background: none; font: 90% monospace"


def _row(step: TraceStep) -> str:
    note = f"<br><small>{markup(step.note)}</small>" if step.note else ""
    cells = (
        step.phase,
        f'<div style="min-width: 13em"><code>{markup(step.formula)}</code><br>{step.shapes}{note}</div>',
        f'<code style="{_CODE}">{markup(step.numbers)}</code>',
        f'<pre style="{_ARRAY}">{preview(step.array)}</pre>',
    )
    return "<tr>" + "".join(f"<td {_LEFT}>{cell}</td>" for cell in cells) + "</tr>"


def preview(array: Array) -> str:
    """The array, or its corners: a row in one line, every number whole, in columns."""
    rows, columns = (_shown(n) for n in array.shape)
    cells = [[_cell(array, row, column) for column in columns] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return "\n".join(
        "  ".join(text.rjust(width) for text, width in zip(row, widths, strict=True)) for row in cells
    )


def _shown(n: int) -> list[int]:
    """Which of n rows or columns are shown; -1 stands for those left out."""
    return list(range(n)) if n <= SHOWN else [*range(_AT_EACH_END), -1, *range(n - _AT_EACH_END, n)]


def _cell(array: Array, row: int, column: int) -> str:
    return "…" if min(row, column) < 0 else number(array[row, column], _DIGITS)


def _with_note(step: TraceStep) -> Any:
    """Formula and note; brackets in them are no markup."""
    from rich.text import Text

    return Text.assemble(step.formula, (f"\n{step.note}" if step.note else "", "dim"))
