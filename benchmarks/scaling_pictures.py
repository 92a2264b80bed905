"""The pictures of docs/scaling.md, from results/scaling.json."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from glassnet.engines import choice
from glassnet.plots.drawing import canvas

COLOURS = {"numpy": canvas.BLUE, "compiled": canvas.VERMILLION, "torch": canvas.GREEN}
MARKERS = dict(zip(COLOURS, canvas.MARKERS, strict=False))
DOTS_PER_INCH = 150


def draw(results: dict[str, Any], folder: Path) -> None:
    """All that there are results for."""
    folder.mkdir(parents=True, exist_ok=True)
    if results.get("engines"):
        _engines(results["engines"]).savefig(folder / "scaling-engines.png", dpi=DOTS_PER_INCH)
        _choice(results["engines"]).savefig(folder / "scaling-auto.png", dpi=DOTS_PER_INCH)
    if results.get("processes"):
        _processes(results["processes"]).savefig(folder / "scaling-processes.png", dpi=DOTS_PER_INCH)


def _engines(rows: list[dict[str, Any]]) -> Any:
    figure = canvas.figure(9.0, 3.8)
    for ax, over in zip(figure.subplots(1, 2, sharey=True), ("width", "batch"), strict=True):
        own = [row for row in rows if row["over"] == over]
        for name, colour in COLOURS.items():
            milliseconds = [1e3 * row["seconds"][name] for row in own]
            ax.plot(
                [row["value"] for row in own], milliseconds, color=colour, marker=MARKERS[name], label=name
            )
        _ticks(ax, [row["value"] for row in own])
        ax.set_yscale("log")
        ax.set_xlabel(
            f"width w, batch {own[0]['batch']}" if over == "width" else f"batch, width {own[0]['width']}"
        )
    axes = figure.axes
    axes[0].set_ylabel("milliseconds of a step")
    axes[0].legend(title="engine")
    figure.suptitle("One step of w → w ReLU → 10 softmax")
    return figure


def _choice(rows: list[dict[str, Any]]) -> Any:
    """From how many steps on the compiled engine makes up for being loaded: the rule, and as measured."""
    figure = canvas.figure(6.0, 3.6)
    ax = figure.add_subplot()
    own = [row for row in rows if row["over"] == "width"]
    saved = [(row["value"], row["seconds"]["numpy"] - row["seconds"]["compiled"]) for row in own]
    pays = [(width, choice.LOADING / seconds) for width, seconds in saved if seconds > 0]
    widths = [row["value"] for row in own]
    rule = [row["steps_that_pay"] for row in own]
    ax.plot(widths, rule, color=canvas.BLACK, linestyle="--", label="auto switches")
    ax.plot(
        *zip(*pays, strict=True), color=canvas.VERMILLION, marker="s", label="measured: it pays from here"
    )
    _ticks(ax, widths)
    ax.set_yscale("log")
    ax.set_xlabel("width w, batch 32")
    ax.set_ylabel("steps of a training")
    ax.set_title("From how many steps on the compiled engine is worth loading", loc="left", fontsize=10)
    ax.legend()
    return figure


def _processes(rows: list[dict[str, Any]]) -> Any:
    figure = canvas.figure(9.0, 3.6)
    strong, weak = figure.subplots(1, 2)
    batches = [row["batch"] for row in rows]
    alone = {row["batch"]: row["processes_1"] for row in rows}
    strong.plot(
        batches, [row["processes_1"] / row["processes_2"] for row in rows], color=canvas.BLUE, marker="o"
    )
    strong.axhline(2, color=canvas.BLACK, linestyle=":")
    strong.set_ylim(0, 2.2)
    strong.set_xlabel("batch, dealt out to both")
    strong.set_title("Strong scaling: 2 processes, times as fast as 1", loc="left", fontsize=10)
    pairs = [(row["batch"] // 2, row["processes_2"]) for row in rows if row["batch"] // 2 in alone]
    shares = [share for share, _ in pairs]
    weak.plot(shares, [100 * alone[share] / two for share, two in pairs], color=canvas.BLUE, marker="o")
    weak.axhline(100, color=canvas.BLACK, linestyle=":")
    weak.set_ylim(0, 110)
    weak.set_xlabel("batch of each process")
    weak.set_title("Weak scaling: twice the batch on 2 processes, % of ideal", loc="left", fontsize=10)
    _ticks(strong, batches)
    _ticks(weak, shares)
    return figure


def _ticks(ax: Any, values: list[int]) -> None:
    ax.set_xscale("log", base=2)
    ax.set_xticks(values, [str(value) for value in values])
    ax.minorticks_off()
    ax.grid(alpha=0.3)
    ax.spines[["top", "right"]].set_visible(False)
