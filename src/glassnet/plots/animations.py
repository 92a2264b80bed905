"""Training as a moving picture."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from glassnet.bridges import writing
from glassnet.errors import ArgumentError, DataError
from glassnet.insight.recording import Recorder
from glassnet.plots.boundary import decision_boundary
from glassnet.plots.drawing import canvas
from glassnet.plots.gradients import recorded
from glassnet.support import checks
from glassnet.support.calls import explained
from glassnet.support.optional import require

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from glassnet.network.network import Network

_WIDTH, _HEIGHT, _DOTS_PER_INCH = 4.4, 3.6, 100
_COLOURS = 96
_LAST = 2000  # milliseconds for which the last picture stays
_FEWEST = 2
_LONGEST = 600.0  # seconds; a picture of a GIF stays for 655 at most
_SAMPLED = 4


@explained
def training_animation(
    recorder: Recorder,
    path: str | PathLike[str],
    draw: Callable[[Network, Axes], Any] | None = None,
    *,
    seconds: float = 6.0,
    most_bytes: int = 2_000_000,
) -> Path:
    """Write an animated GIF with a picture of the network at every recording, under its epoch and loss.

    Parameters
    ----------
    recorder : Recorder
        What it kept during fit.
    path : str or path
        Ends in ``.gif``.
    draw : callable, optional
        ``draw(network, ax)`` draws one picture; by default the decision boundary on the recorder's batch. It is given
        a copy of the network as it was.
    seconds : float
        How long the training takes on the screen, > 0 and <= 600; the last picture stays for two more.
    most_bytes : int
        The file is not larger, >= 1; where it would be, every second picture is left out, and again.

    Returns
    -------
    pathlib.Path
        Of the file.

    Raises
    ------
    DataError
        If the recorder holds no recording, or even two pictures are larger than `most_bytes`.
    ModelFileError
        If it cannot be written; a file that was there is as it was then.
    ArgumentError
        If the path ends otherwise, its folder does not exist, or a number is out of range.

    Examples
    --------
    >>> gn.plots.training_animation(recorder, "spiral.gif")
    """
    recorded(recorder)
    if draw is not None:
        checks.function_of("draw", draw, "network", "ax")
    target = checks.path("path", path)
    if target.suffix.lower() != ".gif" or not target.resolve().parent.is_dir():
        raise ArgumentError(f"path must end in .gif, in a folder that exists; got {str(path)!r}")
    seconds = checks.number("seconds", seconds, above=0, most=_LONGEST)
    most_bytes = checks.integer("most_bytes", most_bytes, least=1)
    frames = in_common_colours(
        [_frame(recorder, index, draw or _boundary(recorder)) for index in range(len(recorder.recordings))]
    )
    content = _gif(frames, seconds)
    while len(content) > most_bytes:
        if len(frames) <= _FEWEST:
            raise DataError(
                f"{len(frames)} pictures take {len(content):,} bytes, more than most_bytes={most_bytes:,}"
            )
        frames = frames[-1::-2][::-1]
        content = _gif(frames, seconds)
    writing.write(target, content)
    return target


def _boundary(recorder: Recorder) -> Callable[[Network, Axes], Any]:
    return lambda network, ax: decision_boundary(network, recorder.X, recorder.y, ax=ax)


def _frame(recorder: Recorder, index: int, draw: Callable[[Network, Axes], Any]) -> Any:
    recording = recorder.recordings[index]
    figure = canvas.figure(_WIDTH, _HEIGHT)
    figure.set_dpi(_DOTS_PER_INCH)
    draw(recorder.network_at(index), figure.add_subplot())
    figure.suptitle(f"epoch {recording.epoch}, loss {recording.loss:.3g}", fontsize="medium")
    figure.canvas.draw()
    pixels = np.array(figure.canvas.buffer_rgba())  # type: ignore[attr-defined]
    image = require("PIL.Image", extra="plots", purpose="an animation")
    return image.fromarray(pixels).convert("RGB")


def in_common_colours(frames: list[Any]) -> list[Any]:
    """All pictures in the colours of some of them: what does not change then takes no room in the file."""
    image = require("PIL.Image", extra="plots", purpose="an animation")
    some = frames[:: max(len(frames) // _SAMPLED, 1)] + frames[-1:]
    width, height = frames[0].size
    together = image.new("RGB", (width, height * len(some)))
    for place, frame in enumerate(some):
        together.paste(frame, (0, place * height))
    palette = together.quantize(_COLOURS)
    few = [frame.quantize(palette=palette, dither=image.Dither.NONE) for frame in frames]
    shades, ground = few[0].getpalette(), 3 * few[0].getpixel((0, 0))
    shades[ground : ground + 3] = frames[0].getpixel((0, 0))  # white, which is else a little darker
    for frame in few:
        frame.putpalette(shades)
    return few


def _gif(frames: Sequence[Any], seconds: float) -> bytes:
    file = io.BytesIO()
    each = max(round(1000 * seconds / len(frames)), 20)
    frames[0].save(
        file, "GIF", save_all=True, append_images=frames[1:], loop=0, optimize=True,
        duration=[each] * (len(frames) - 1) + [_LAST] if len(frames) > 1 else _LAST,
    )  # fmt: skip
    return file.getvalue()
