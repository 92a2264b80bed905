"""Where pictures are drawn: matplotlib at its first use, figures without global state, colours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from glassnet.optional import require

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Okabe and Ito, "Color universal design", 2008.
BLUE, VERMILLION, GREEN, ORANGE = "#0072B2", "#D55E00", "#009E73", "#E69F00"
PURPLE, SKY_BLUE, BLACK = "#CC79A7", "#56B4E9", "#000000"


def matplotlib(module: str) -> Any:
    """A module of matplotlib, such as "ticker".

    Raises
    ------
    MissingDependencyError
        If matplotlib is not installed.
    """
    return require(f"matplotlib.{module}", extra="plots", purpose="a picture")


def figure(width: float, height: float) -> Figure:
    """An empty figure of this size in inches, that belongs to no window and no global list."""
    made: Figure = matplotlib("figure").Figure((width, height), layout="constrained")
    matplotlib("backends.backend_agg").FigureCanvasAgg(made)
    return made


def axes_of(ax: Axes | None, width: float, height: float) -> Axes:
    """`ax`, or the Axes of a new figure of this size in inches."""
    return figure(width, height).add_subplot() if ax is None else ax


def percent() -> Any:
    """A formatter of ticks that writes 0.98 as "98 %"."""
    return matplotlib("ticker").FuncFormatter(lambda share, _: f"{100 * share:.6g} %")
