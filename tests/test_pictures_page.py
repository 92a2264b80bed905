"""The page of pictures shows what its code draws."""

import re
import runpy
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

import glassnet as gn

DOCS = Path(__file__).parents[1] / "docs"
PAGE = (DOCS / "pictures.md").read_text(encoding="utf-8")
SHOWN = sorted(re.findall(r"!\[[^\]]+\]\(pictures/([\w.]+)\)", PAGE))
LARGEST = {".png": 60_000, ".gif": 200_000}  # bytes


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pictures")
    script: dict[str, Any] = runpy.run_path(str(DOCS / "draw_pictures.py"))
    script["draw"](folder)
    return folder


def test_the_code_draws_the_pictures_that_are_stored(drawn: Path) -> None:
    assert sorted(path.name for path in drawn.iterdir()) == SHOWN
    for name in SHOWN:
        with Image.open(DOCS / "pictures" / name) as stored, Image.open(drawn / name) as made:
            assert stored.size == made.size


@pytest.mark.parametrize("name", SHOWN)
def test_every_picture_is_small(name: str) -> None:
    path = DOCS / "pictures" / name
    assert path.stat().st_size < LARGEST[path.suffix]


def test_every_function_is_on_the_page() -> None:
    assert set(re.findall(r"gn\.plots\.(\w+)", PAGE)) == set(gn.plots.__all__)
