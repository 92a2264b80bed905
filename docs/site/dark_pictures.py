"""Every picture of the site a second time, for readers who have chosen dark: the theme shows the one that fits."""

import re
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
from PIL import Image, ImageSequence
from sphinx.application import Sphinx

from glassnet.plots.animations import in_common_colours
from glassnet.plots.drawing.dark import in_dark, picture_in_dark

PICTURE = re.compile(r'<img\b[^>]*\bsrc="([^":]+\.(?:png|gif|svg))"[^>]*>')
COLOUR = re.compile(r"#([0-9a-fA-F]{6})\b")


def dark_name(name: str) -> str:
    """The name of a picture for dark pages, beside that for light ones."""
    path = PurePosixPath(name)
    return str(path.with_name(f"{path.stem}-dark{path.suffix}"))


def both(app: Sphinx, name: str, template: str, context: dict[str, Any], *_: Any) -> None:
    """Put the other picture beside each; a browser loads neither before it is seen."""
    if "body" in context:
        context["body"] = PICTURE.sub(twins, context["body"])


def twins(found: re.Match[str]) -> str:
    """The element of a picture, once for each theme."""
    source = found[1]
    return classed(found[0], "only-light") + classed(
        found[0].replace(f'src="{source}"', f'src="{dark_name(source)}"'), "only-dark"
    )


def classed(element: str, name: str) -> str:
    """The element with one more class."""
    if ' class="' in element:
        named = element.replace(' class="', f' class="{name} ', 1)
    else:
        named = element.replace("<img", f'<img class="{name}"', 1)
    return named.replace("<img", '<img loading="lazy"', 1)


def draw(app: Sphinx, exception: Exception | None) -> None:
    """Write the pictures for dark pages that are not there yet, or older than the others."""
    for folder in (Path(app.outdir) / "_images", Path(app.outdir) / "reference" / "pictures"):
        for file in sorted(folder.glob("*.*")):
            made = Path(dark_name(str(file)))
            if file.suffix not in WRITERS or file.stem.endswith("-dark"):
                continue
            if not made.exists() or made.stat().st_mtime < file.stat().st_mtime:
                WRITERS[file.suffix](file, made)


def write_png(file: Path, made: Path) -> None:
    """A drawing, or the picture of a page."""
    made.write_bytes(picture_in_dark(file.read_bytes()))


def write_gif(file: Path, made: Path) -> None:
    """A moving picture."""
    with Image.open(file) as moving:
        frames = [frame.convert("RGB") for frame in ImageSequence.Iterator(moving)]
        seconds = [frame.info["duration"] for frame in ImageSequence.Iterator(moving)]
    few = in_common_colours(frames)
    palette = in_dark(np.array(few[0].getpalette(), np.uint8).reshape(-1, 3)).ravel().tolist()
    for frame in few:
        frame.putpalette(palette)
    few[0].save(made, save_all=True, append_images=few[1:], loop=0, optimize=True, duration=seconds)


def write_svg(file: Path, made: Path) -> None:
    """A drawing whose colours stand in its text; what has none is black, and stands on nothing."""
    text = COLOUR.sub(turned, file.read_text(encoding="utf-8"))
    made.write_text(text.replace("<svg ", f'<svg fill="{turned_hex("000000")}" ', 1), encoding="utf-8")


def turned(found: re.Match[str]) -> str:
    """A colour of a text."""
    return turned_hex(found[1])


def turned_hex(colour: str) -> str:
    """A colour without its #, as it is on dark pages, with it."""
    (shade,) = in_dark(np.array([list(bytes.fromhex(colour))]))
    return "#" + bytes(shade).hex()


WRITERS = {".png": write_png, ".gif": write_gif, ".svg": write_svg}


def setup(app: Sphinx) -> dict[str, Any]:
    """Called by Sphinx."""
    app.connect("html-page-context", both)
    app.connect("build-finished", draw)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
