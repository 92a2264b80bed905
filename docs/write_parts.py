"""Write docs/parts.md, the tables of all parts, from the facts that stand on their classes.

python docs/write_parts.py
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from glassnet.schedules.base import registry as schedule_registry
from glassnet.support.registry import Registry

PAGE = Path(__file__).with_name("parts.md")

HEAD = """\
# The parts

Written from the facts on the classes by `python docs/write_parts.py`.
"""
SCHEDULES = """\
## Schedules

The learning rate at the time t, counted in epochs from 0; within an epoch t is a fraction. Give one to an optimizer:
`gn.SGD(gn.schedules.CosineDecay(0.1, epochs=50))`.
"""


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table in Markdown."""
    lines = [list(head), *map(list, rows)]
    lines.insert(1, ["---"] * len(lines[0]))
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def classes(registry: Registry[Any]) -> Iterable[tuple[str, str, Any]]:
    """Of each built-in part its short names, its class's name, and its facts."""
    for name, cls in registry._classes.items():
        aliases = [known for known, made in registry._factories.items() if made is cls]
        yield ", ".join(f'"{known}"' for known in aliases or [name]), cls.__name__, cls.facts


def of_schedules() -> str:
    """Formula, range, namesake and source of each."""
    rows = [
        (f"`{cls}`", facts.formula, facts.range, facts.elsewhere and f"`{facts.elsewhere}`", facts.source)
        for _, cls, facts in classes(schedule_registry)
    ]
    return table(("schedule", "rate", "range", "elsewhere", "source"), rows)


def page() -> str:
    """The whole page."""
    return "\n".join([HEAD, SCHEDULES, of_schedules(), ""])


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
