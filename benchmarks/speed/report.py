"""Results as JSON and as tables in Markdown."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from statistics import median

from benchmarks.speed.figures import WIDEST, Figure
from benchmarks.speed.suite import Results, Row
from benchmarks.speed.works import WORKS


def write(results: Results, folder: Path) -> list[Path]:
    """Write ``results.json`` and ``results.md``."""
    folder.mkdir(parents=True, exist_ok=True)
    written = folder / "results.json", folder / "results.md"
    written[0].write_text(json.dumps(asdict(results), indent=1) + "\n", encoding="utf-8")
    written[1].write_text(markdown(results), encoding="utf-8")
    return list(written)


def markdown(results: Results) -> str:
    """All tables."""
    parts = ["# glassnet beside its peers", _machine(results)]
    for name, rows in results.works.items():
        parts += [f"## {name}: {WORKS[name].title}", _work(rows)]
    found = [figure for part in results.figures.values() for figure in part]
    if found:
        parts += ["## Other figures", _figures(found)]
    if results.errors:
        parts += ["## Not measured", "\n".join(f"- {name}: {why}" for name, why in results.errors.items())]
    return "\n\n".join(parts) + "\n"


def _machine(results: Results) -> str:
    versions = {
        name: text for rows in results.works.values() for row in rows for name, text in row.versions.items()
    }
    about = [f"{name} {text}" for name, text in {**results.machine, **versions}.items()]
    return (
        ", ".join(about)
        + ".\n\nSeconds are medians of runs taken in turn, each peer in a process of its own; ratios are "
        "those of medians, with the least and the largest of the rounds; where these lie farther apart than by a "
        f"factor of {WIDEST}, nothing is judged. First runs compile, and are not counted."
    )


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table, first column to the left, the rest to the right."""
    lines = ["| " + " | ".join(heads) + " |", "|---|" + "---:|" * (len(heads) - 1)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)])


def _work(rows: Sequence[Row]) -> str:
    heads = (
        "peer",
        "seconds",
        "least to largest",
        "first run",
        "times glassnet",
        "loss",
        "memory, MB",
    )
    return table(heads, [_peer(row) for row in rows])


def _peer(row: Row) -> list[str]:
    if row.error:
        return [row.title, row.error, *[""] * 5]
    loss = f"{row.loss:.4g}{'' if row.agrees else ' (disagrees)'}" if row.loss is not None else ""
    return [
        row.title, f"{median(row.seconds):.3g}", f"{min(row.seconds):.3g} to {max(row.seconds):.3g}",
        f"{row.first:.3g}" if row.first is not None else "", _spread(row.ratio), loss,
        f"{row.peak_bytes / 1e6:.0f}" if row.peak_bytes else "",
    ]  # fmt: skip


def _spread(ratio: Figure | None) -> str:
    if ratio is None:
        return ""
    rounds = f"{ratio.low:.3g} to {ratio.high:.3g}"
    return f"{ratio.value:.3g} ({rounds})" if ratio.is_steady else f"not judged ({rounds})"


def _figures(found: Sequence[Figure]) -> str:
    rows = [
        [
            figure.what, f"{figure.value:.4g} {figure.unit}".strip() if figure.is_steady else "not judged",
            "" if figure.low is None or figure.low == figure.high else f"{figure.low:.3g} to {figure.high:.3g}",
            figure.note,
        ]
        for figure in found
    ]  # fmt: skip
    return table(("figure", "median", "least to largest", "note"), rows)
