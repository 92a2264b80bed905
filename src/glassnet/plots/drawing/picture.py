"""The figure and the Axes of a picture: in a notebook they are seen, once."""

from __future__ import annotations

import io
from typing import Any, cast

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from glassnet.support.notebook import PICTURES

_DOTS_PER_INCH, _PIXELS_PER_INCH = 160, 96


class Drawing(Figure):
    """A figure that belongs to no window and no global list."""

    def _repr_png_(self) -> tuple[bytes, dict[str, Any]]:
        PICTURES.shown(self)
        file = io.BytesIO()
        self.savefig(file, format="png", dpi=_DOTS_PER_INCH)
        return file.getvalue(), {"width": round(_PIXELS_PER_INCH * self.get_figwidth())}


class Picture(Axes):
    """The Axes that a function of this room returns: its figure can be saved, by ``.figure.savefig(path)``."""

    figure: Figure

    def _repr_png_(self) -> tuple[bytes, dict[str, Any]] | None:
        root = self.get_figure(root=True)
        return root._repr_png_() if isinstance(root, Drawing) else None


def new(width: float, height: float) -> Drawing:
    """An empty figure of this size in inches."""
    drawing = Drawing((width, height), layout="constrained")
    FigureCanvasAgg(drawing)
    return drawing


def new_axes(width: float, height: float) -> Picture:
    """The Axes of a new figure, which a notebook shows below the cell."""
    drawing = new(width, height)
    PICTURES.add(drawing)
    axes = drawing.add_subplot(axes_class=Picture)
    return cast(Picture, axes)
