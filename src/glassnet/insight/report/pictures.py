"""Pictures as PNG inside the page."""

from __future__ import annotations

import io
import struct
import warnings
import zlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from glassnet.errors import MissingDependencyError
from glassnet.insight.report.markup import Html, embedded, figure, image, tag
from glassnet.support.optional import require

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_DOTS_PER_INCH = 160
# Of a larger picture, such as a diagram of thousands of lines: bytes, colours, and the size of that for dark pages.
_LARGE, _COLOURS, _SCALE = 150_000, 24, 0.75
IN_DARK = "screen and (prefers-color-scheme: dark)"
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_GREYSCALE = (8, 0, 0, 0, 0)  # bits, colour type, compression, filter, interlace


def drawn(draw: Callable[[], Figure], alt: str, caption: str) -> Html:
    """What `draw` draws, for light pages and for dark ones; without matplotlib a line that says what is missing."""
    try:
        drawing = draw()
    except MissingDependencyError as error:
        return tag("p", f"{caption} Left out: {error}.", class_="missing")
    from glassnet.plots.drawing.dark import file_of, in_few_colours, picture_in_dark

    file, width = _file(drawing), round(96 * drawing.get_figwidth())
    if len(file) > _LARGE:
        images = require("PIL.Image", extra="plots", purpose="a picture")
        with images.open(io.BytesIO(file)) as opened:
            light = file_of(in_few_colours(opened, _COLOURS))
        dark = picture_in_dark(file, _COLOURS, _SCALE)
    else:
        light, dark = file, picture_in_dark(file)
    source = tag("source", srcset=embedded(dark), media=IN_DARK, width=width)
    return figure(tag("picture", source, image(light, alt, width=width)), caption)


def _file(drawing: Figure) -> bytes:
    file = io.BytesIO()
    with warnings.catch_warnings():
        # A letter that no font has is drawn as a box; the name stands as text in the table beside.
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        drawing.savefig(file, format="png", dpi=_DOTS_PER_INCH, metadata={"Software": None})
    return file.getvalue()


def pixels(values: NDArray[Any], low: float, high: float, alt: str) -> Html:
    """A small greyscale image; `low` is white and `high` is black."""
    return image(png(values, low, high), alt, class_="pixels")


def png(values: NDArray[Any], low: float, high: float) -> bytes:
    """The PNG file of a greyscale image (rows, columns); `low` is white and `high` is black."""
    shade = 1 - (values - low) / (high - low if high > low else 1.0)
    grey = np.round(255 * np.clip(shade, 0, 1)).astype(np.uint8)
    lines = b"".join(b"\x00" + row.tobytes() for row in grey)
    header = struct.pack(">2I5B", grey.shape[1], grey.shape[0], *_GREYSCALE)
    return (
        _SIGNATURE + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(lines, 9)) + _chunk(b"IEND", b"")
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
