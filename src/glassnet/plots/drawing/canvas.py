"""Where pictures are drawn: matplotlib at its first use, figures without global state, colours and their order."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from glassnet.support import checks
from glassnet.support.looks import colours
from glassnet.support.optional import require

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure

    from glassnet.plots.drawing.picture import Picture

# Those of pages: the first seven are Okabe and Ito, "Color universal design", 2008, with grey for black.
CLASSES = tuple(colours("light")[f"class-{number}"] for number in range(10))
VERMILLION, BLUE, GREEN, ORANGE, PURPLE, SKY_BLUE, GREY = CLASSES[:7]

# The n-th of several curves: colour, line style, marker. Their counts have no common divisor, so that 140 pass before
# the same combination comes again.
COLOURS = (BLUE, VERMILLION, GREEN, ORANGE, PURPLE, SKY_BLUE, GREY)
LINES = ("-", "--", "-.", ":")
MARKERS = ("o", "s", "^", "D", "v")

# For numbers with a sign, and for amounts.
NEGATIVE, POSITIVE = VERMILLION, BLUE
LETTER = 5.2  # points, the width of one in a small label
_SMALL, _SMALLEST = 8.3, 6.0  # points, the size of a small label, and of one that has little room
_FOR_NAMES, _LONGEST_NAME = 0.33, 28  # of the width, and letters
AMOUNTS, AMOUNTS_FROM_WHITE = "cividis", "cividis_r"


def matplotlib(module: str) -> Any:
    """A module of matplotlib, such as "ticker".

    Raises `MissingDependencyError` if matplotlib is not installed.
    """
    return require(f"matplotlib.{module}", extra="plots", purpose="a picture")


def figure(width: float, height: float) -> Figure:
    """An empty figure of this size in inches, that belongs to no window and no global list."""
    matplotlib("figure")
    from glassnet.plots.drawing import picture

    return picture.new(width, height)


def axes_of(ax: Axes | None, width: float, height: float) -> Picture:
    """`ax`, or the Axes of a new figure of this size in inches, which a notebook shows below its cell."""
    if ax is not None:
        checks.instance("ax", ax, matplotlib("axes").Axes)
        return cast("Picture", ax)
    matplotlib("figure")
    from glassnet.plots.drawing import picture

    return picture.new_axes(width, height)


def size_of(ax: Axes) -> tuple[float, float]:
    """Width and height of `ax` in points, before labels are laid out."""
    box, dpi = ax.bbox, ax.get_figure(root=True).dpi  # type: ignore[union-attr]
    return 72 * box.width / dpi, 72 * box.height / dpi


def letters_of_names(ax: Axes) -> int:
    """How long a name may be that stands beside what is drawn."""
    return max(8, min(int(_FOR_NAMES * size_of(ax)[0] / LETTER), _LONGEST_NAME))


def percent() -> Any:
    """A formatter of ticks that writes 0.98 as "98 %"."""
    return matplotlib("ticker").FuncFormatter(lambda share, _: f"{100 * share:.6g} %")


def signed() -> Any:
    """A colour map from negative over white to positive, whose end is the darker one, also in grey."""
    shades = [NEGATIVE, "#FFFFFF", POSITIVE, "#00304D"]
    return matplotlib("colors").LinearSegmentedColormap.from_list(
        "signed", list(zip((0.0, 0.5, 0.8, 1.0), shades, strict=True))
    )


def tints(most: float) -> Any:
    """A colour map from white to so much of blue in white, at most 1."""
    end = 1 - most * (1 - np.array(matplotlib("colors").to_rgb(BLUE)))
    return matplotlib("colors").LinearSegmentedColormap.from_list("tints", [(1, 1, 1), end])


def quieten(ax: Axes) -> None:
    """Light horizontal lines in place of a frame."""
    ax.grid(axis="y", color="0.9", linewidth=0.8)
    ax.set_axisbelow(True)
    ax.spines[["top", "right"]].set_visible(False)


def count_whole(axis: Axis) -> None:
    """Ticks at whole numbers only."""
    axis.set_major_locator(
        matplotlib("ticker").MaxNLocator(nbins="auto", steps=[1, 2, 5, 10], integer=True, min_n_ticks=1)
    )


def few_ticks(ax: Axes) -> None:
    """At most six ticks on both axes, however large: labels then keep the size for which room was made."""
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_locator(matplotlib("ticker").MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))


def make_logarithmic(ax: Axes) -> None:
    """A logarithmic vertical axis from one power of ten to another, so that its ticks are powers of ten."""
    low, high = ax.dataLim.intervaly
    ax.set_yscale("log")
    if 0 < low <= high < math.inf:
        first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
        ax.set_ylim(10.0**first, 10.0 ** max(last, first + 1))
    ax.yaxis.set_minor_formatter(matplotlib("ticker").NullFormatter())


def label_columns(ax: Axes, labels: Sequence[str]) -> None:
    """Labels below 0, 1, 2 ... along the axis: a word below the other, or slanting in one line where that is tight."""
    stacked = [label.replace(" ", "\n") for label in labels]
    longest = max(len(word) for label in stacked for word in label.split("\n"))
    fitting = _SMALL * size_of(ax)[0] / len(labels) / (longest * LETTER)
    is_tight = fitting < _SMALLEST
    ax.set_xticks(
        range(len(labels)), labels if is_tight else stacked, fontsize=_SMALL if is_tight else min(fitting, _SMALL),
        rotation=45 if is_tight else 0, ha="right" if is_tight else "center",
        rotation_mode="anchor" if is_tight else "default",
    )  # fmt: skip


def name_curves(ax: Axes, **options: Any) -> None:
    """A small legend without a frame."""
    ax.legend(**({"frameon": False, "fontsize": "small", "handlelength": 2.2} | options))
