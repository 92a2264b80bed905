"""The reference has a page for every public room, and its index leads to each."""

from __future__ import annotations

import re
from pathlib import Path
from types import ModuleType

import pytest

import glassnet as gn

REFERENCE = Path(__file__).parents[1] / "docs" / "reference"
ROOMS = [name for name in gn.__all__ if isinstance(getattr(gn, name), ModuleType)]


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_has_a_page_with_all_its_public_names(room: str) -> None:
    page = (REFERENCE / "rooms" / f"{room}.rst").read_text(encoding="utf-8")
    assert f".. public:: glassnet.{room}\n" in page


def test_the_index_leads_to_every_page() -> None:
    pages = {f"rooms/{path.stem}" for path in (REFERENCE / "rooms").iterdir()}
    index = (REFERENCE / "index.rst").read_text(encoding="utf-8")
    assert set(re.findall(r"^   (rooms/\w+)$", index, flags=re.MULTILINE)) == pages
