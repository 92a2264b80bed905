"""Results as bars."""

from __future__ import annotations

from pathlib import Path
from statistics import median

from benchmarks.speed.suite import OURS, Results
from glassnet.support.optional import require

OUR_COLOUR, PEER_COLOUR = "#d1495b", "#8d99ae"


def draw(results: Results, path: Path) -> None:
    """One panel for each work, one bar of seconds for each peer, on a logarithmic axis."""
    figure_module = require("matplotlib.figure", extra="plots", purpose="drawing a chart")
    works = {name: [row for row in rows if row.seconds] for name, rows in results.works.items()}
    figure = figure_module.Figure(figsize=(9, 0.6 + sum(0.8 + 0.28 * len(rows) for rows in works.values())))
    figure.set_layout_engine("constrained")
    panels = figure.subplots(
        len(works), 1, squeeze=False, height_ratios=[2 + len(rows) for rows in works.values()]
    )[:, 0]
    for panel, (name, rows) in zip(panels, works.items(), strict=True):
        seconds = [median(row.seconds) for row in rows]
        colours = [OUR_COLOUR if row.peer == OURS else PEER_COLOUR for row in rows]
        bars = panel.barh([row.title for row in rows], seconds, color=colours)
        ratios = [
            "" if row.ratio is None or row.peer == OURS else f" {row.ratio.value:.3g} ×" for row in rows
        ]
        panel.bar_label(bars, [f" {s:.3g} s{r}" for s, r in zip(seconds, ratios, strict=True)], fontsize=8)
        panel.set_xscale("log")
        panel.margins(x=0.25)
        panel.invert_yaxis()
        panel.set_title(name, loc="left", fontsize=9, fontweight="bold")
        panel.tick_params(labelsize=8)
        panel.spines[["top", "right"]].set_visible(False)
    panels[-1].set_xlabel("seconds (logarithmic); × times as long as glassnet, compiled")
    figure.savefig(path, dpi=150)
