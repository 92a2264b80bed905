"""Lessons as notebooks: the texts are MyST sources, which jupytext turns into notebooks without outputs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from glassnet.errors import ArgumentError
from glassnet.lessons.catalogue import texts
from glassnet.lessons.progress import NAME
from glassnet.support.optional import require

# The first cell of a copied lesson, so that a copy opens anywhere and says what it needs.
FIRST_CELL = """\
try:
    import glassnet
except ModuleNotFoundError:
    raise SystemExit("This lesson needs glassnet: pip install 'glassnet[lessons]', then run it again.") from None
glassnet.lessons.use_seed({seed})"""


def title(number: int) -> str:
    """A lesson's title, without its number."""
    heading = re.search(r"^# \d+\. (.+)$", texts()[number].read_text(encoding="utf-8"), flags=re.MULTILINE)
    if heading is None:
        raise ArgumentError(f"lesson {number} has no title")
    return heading[1]


def notebook(number: int, seed: int | str = 0) -> Any:
    """A lesson as a notebook (nbformat), its first cell the one that looks for glassnet and sets the seed.

    Cells that the site does not show assert the texts' figures; they stay for the texts' seed 0 alone.
    """
    jupytext = require("jupytext", extra="lessons", purpose="a lesson as a notebook")
    nbformat = require("nbformat", extra="lessons", purpose="a lesson as a notebook")
    book = jupytext.reads(texts()[number].read_text(encoding="utf-8"), fmt="md:myst")
    book.cells = [
        cell for cell in book.cells if seed == 0 or "remove-cell" not in cell.metadata.get("tags", ())
    ]
    book.cells.insert(0, nbformat.v4.new_code_cell(FIRST_CELL.format(seed=repr(seed))))
    for i, cell in enumerate(book.cells):
        cell["id"] = f"{number:02}-{i:03}"  # the same in every copy
    return book


def copy_of(folder: Path, number: int) -> Path:
    """Where the copy of a lesson lies in a folder."""
    return folder / texts()[number].name.replace(".md", ".ipynb")


def copy_lessons(folder: Path, numbers: list[int], seed: int | str = 0) -> list[Path]:
    """Copy lessons to a folder as notebooks; those that lie there already stay as they are.

    Returns
    -------
    list of Path
        The notebooks that were written.
    """
    nbformat = require("nbformat", extra="lessons", purpose="a lesson as a notebook")
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for number in numbers:
        file = copy_of(folder, number)
        if file.exists():
            continue
        nbformat.write(notebook(number, seed), file)
        written.append(file)
    (folder / NAME).touch()
    return written
