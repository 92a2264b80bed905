"""Pictures for dark pages: colours of the light theme become those of the dark one, all others go along."""

from __future__ import annotations

import io
from collections.abc import Iterable
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassnet.support.looks import colours
from glassnet.support.optional import require

# Named colours that pictures are drawn in, but for the grey among the classes: greys are steps from paper to ink.
_DRAWN_IN = ("paper", "ink", "line", *(f"class-{number}" for number in range(10) if number != 6))
_SHARES = (0.5, 1.0)  # the tints whose partner is known, too
_NEAR = 0.3  # of the cube's side: nearer to a named colour than this, that one decides
# Ottosson, "A perceptual color space for image processing", 2020.
_TO_CONES = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)
Array = NDArray[Any]


def in_dark(shades: Array) -> NDArray[np.uint8]:
    """Colours (n, 3) of the light theme, 0 to 255, as they are in the dark one.

    Colours of the style sheet become those of the same name. Any other keeps its hue and exchanges light for dark; what
    lies between both is interpolated, linearly in the distance.
    """
    known, weights, plane = _interpolation()
    light = np.asarray(shades, np.float64) / 255
    distances = np.linalg.norm(light[:, None] - known, axis=2)
    dark = distances @ weights + light @ plane[:3] + plane[3]
    rounded: NDArray[np.uint8] = np.round(255 * np.clip(dark, 0, 1)).astype(np.uint8)
    return rounded


def picture_in_dark(png: bytes, most_colours: int = 256, scale: float = 1.0) -> bytes:
    """The PNG file of a picture for dark pages, made of that for light ones, in so many colours and of this size."""
    with _images().open(io.BytesIO(png)) as opened:
        size = tuple(round(scale * length) for length in opened.size)
        few = in_few_colours(opened.convert("RGBA").resize(size), most_colours)
    palette = np.array(few.getpalette(), np.uint8).reshape(-1, 3)
    few.putpalette(in_dark(palette).ravel().tolist())
    return file_of(few)


def in_few_colours(picture: Any, most: int) -> Any:
    """A picture in at most so many colours; the one in its upper left corner, mostly white, is kept exactly."""
    octree = _images().Quantize.FASTOCTREE  # keeps the colours of thin lines, which the others give up
    plain = picture.convert("RGBA")
    opaque = _images().alpha_composite(_images().new("RGBA", plain.size, "white"), plain).convert("RGB")
    few = opaque.quantize(most, octree, dither=_images().Dither.NONE)
    palette, ground = few.getpalette(), 3 * few.getpixel((0, 0))
    palette[ground : ground + 3] = opaque.getpixel((0, 0))  # which the octree makes a little darker
    few.putpalette(palette)
    return few


def file_of(picture: Any) -> bytes:
    """A picture as a PNG file."""
    file = io.BytesIO()
    picture.save(file, format="png", optimize=True)
    return file.getvalue()


def _images() -> Any:
    return require("PIL.Image", extra="plots", purpose="a picture")


@cache
def _interpolation() -> tuple[Array, Array, Array]:
    """Colours whose partner is known, (n, 3), their weights (n, 3), and the plane (4, 3) that is added."""
    light, dark = colours("light"), colours("dark")
    partner = {light[name]: dark[name] for name in _DRAWN_IN} | {"#000000": dark["ink"]}
    named, wanted = (_with_tints(colours) for colours in (partner.keys(), partner.values()))
    cube = np.array(list(np.ndindex(3, 3, 3))) / 2
    far = cube[np.linalg.norm(cube[:, None] - named, axis=2).min(axis=1) > _NEAR]
    known = np.concatenate([named, far])
    wanted = np.concatenate([wanted, _turned(far, dark)])
    n = len(known)
    system = np.zeros((n + 4, n + 4))
    system[:n, :n] = np.linalg.norm(known[:, None] - known, axis=2)
    system[:n, n : n + 3], system[:n, n + 3] = known, 1
    system[n:, :n] = system[:n, n:].T
    solved = np.linalg.solve(system, np.concatenate([wanted, np.zeros((4, 3))]))
    return known, solved[:n], solved[n:]


def _with_tints(named: Iterable[str]) -> Array:
    """Colours (n, 3), and of each the tints on the way to the first one, which is the paper."""
    paper, *others = (np.array(_numbers(colour)) for colour in named)
    return np.array([paper, *(paper + share * (shade - paper) for shade in others for share in _SHARES)])


def _turned(shades: Array, dark: dict[str, str]) -> Array:
    """Colours (n, 3) with lightness exchanged: white for the dark theme's paper, black for its ink."""
    lab = _lab(shades)
    ends = _lab(np.array([_numbers(dark["ink"]), _numbers(dark["paper"])]))[:, 0]
    lab[:, 0] = ends[0] + (ends[1] - ends[0]) * lab[:, 0]
    linear = (lab @ np.linalg.inv(_TO_LAB).T) ** 3 @ np.linalg.inv(_TO_CONES).T
    bent = 1.055 * np.maximum(linear, 0.0) ** (1 / 2.4) - 0.055
    return np.clip(np.where(linear <= 0.0031308, 12.92 * linear, bent), 0, 1)


def _lab(shades: Array) -> Array:
    linear = np.where(shades <= 0.04045, shades / 12.92, ((shades + 0.055) / 1.055) ** 2.4)
    lab: Array = np.cbrt(linear @ _TO_CONES.T) @ _TO_LAB.T
    return lab


def _numbers(colour: str) -> tuple[float, ...]:
    return tuple(int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
