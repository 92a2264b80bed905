"""The reference has a page for every public room, and its index leads to each."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType
from typing import Any

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


def module_of(name: str) -> Any:
    """A module that writes the reference."""
    spec = importlib.util.spec_from_file_location(name, REFERENCE / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


TELLING = module_of("telling")
PUBLIC = {
    thing
    for room in (gn, *(getattr(gn, name) for name in ROOMS))
    for thing in (getattr(room, name) for name in room.__all__)
    if TELLING.stated(thing) is not None
}


@pytest.mark.parametrize("part", sorted(PUBLIC, key=lambda part: part.__name__))
def test_the_facts_of_every_public_part_can_be_told(part: type) -> None:
    told = list(TELLING.known(TELLING.stated(part)))
    assert any(paragraph.startswith(".. math:: ") for paragraph in told)


def test_facts_that_nobody_tells_are_refused() -> None:
    with pytest.raises(TypeError, match="does not know how to tell int"):
        list(TELLING.known(1))
