"""Draw the pictures of docs/pictures.md: run the code that stands there, and save what each block draws.

    python docs/draw_pictures.py [folder]

Every block of the page that assigns `ax` becomes a PNG of 4.8 × 3.4 inches at 80 dots per inch, named as the image
below it is; the last block writes a GIF. The folder is docs/pictures unless another is given.
"""

import os
import re
import sys
from pathlib import Path
from typing import Any

PAGE = Path(__file__).with_name("pictures.md")
INCHES, DOTS_PER_INCH = (4.8, 3.4), 80
BLOCK = re.compile(
    r"^```python\n(.*?)^```$(?:\n\n!\[[^\]]*\]\(pictures/([\w.]+)\))?", re.MULTILINE | re.DOTALL
)


def blocks() -> list[tuple[str, str]]:
    """The code of the page, block by block, and the name of the picture below each."""
    return BLOCK.findall(PAGE.read_text(encoding="utf-8"))


def draw(folder: Path) -> dict[str, Any]:
    """Run all blocks in one namespace and in `folder`, where the pictures are written; returns the namespace."""
    names: dict[str, Any] = {}
    started_in = Path.cwd()
    os.chdir(folder)
    try:
        for code, picture in blocks():
            names.pop("ax", None)
            exec(compile(code, PAGE.name, "exec"), names)
            if "ax" in names:
                figure = names["ax"].figure
                figure.set_size_inches(INCHES)
                figure.savefig(picture, dpi=DOTS_PER_INCH, pil_kwargs={"optimize": True})
    finally:
        os.chdir(started_in)
    return names


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else PAGE.with_name("pictures")
    target.mkdir(exist_ok=True)
    draw(target.resolve())
    for _, name in blocks():
        if name:
            print(f"{name}: {(target / name).stat().st_size:,} bytes")
