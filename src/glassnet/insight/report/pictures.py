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
from glassnet.insight.report.markup import Html, figure, image, tag
from glassnet.support.optional import require

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_DOTS_PER_INCH = 160
_LARGE, _COLOURS = 150_000, 256  # bytes; colours of a larger picture
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_GREYSCALE = (8, 0, 0, 0, 0)  # bits, colour type, compression, filter, interlace


def drawn(draw: Callable[[], Figure], alt: str, caption: str) -> Html:
    """What `draw` draws; without matplotlib a line that says what is missing."""
    try:
        drawing = draw()
    except MissingDependencyError as error:
        return tag("p", f"{caption} Left out: {error}.", class_="missing")
    width = round(96 * drawing.get_figwidth())
    return figure(image(_file(drawing), alt, width=width), caption)


def _file(drawing: Figure) -> bytes:
    """The PNG file of a figure; a large one, such as a diagram of thousands of lines, with fewer colours."""
    file = io.BytesIO()
    with warnings.catch_warnings():
        # A letter that no font has is drawn as a box; the name stands as text in the table beside.
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        drawing.savefig(file, format="png", dpi=_DOTS_PER_INCH, metadata={"Software": None})
    return file.getvalue() if file.tell() <= _LARGE else _of_few_colours(file)


def _of_few_colours(drawing: io.BytesIO) -> bytes:
    images = require("PIL.Image", extra="plots", purpose="a picture")
    octree = images.Quantize.FASTOCTREE  # keeps the colours of thin lines, which the others give up
    with images.open(drawing) as opened:
        few = opened.convert("RGB").quantize(_COLOURS, octree, dither=images.Dither.NONE)
    palette, ground = few.getpalette(), 3 * few.getpixel((0, 0))
    palette[ground : ground + 3] = [255, 255, 255]  # which the octree makes a little darker
    few.putpalette(palette)
    file = io.BytesIO()
    few.save(file, format="png", optimize=True)
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
