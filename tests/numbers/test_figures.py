"""Every figure that the four texts print is asserted somewhere, and the list of them is whole."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.numbers.figures import ROOT, Row, numbers_at, rows

NUMBERS = ROOT.parent / "shared" / "NUMBERS.md"


@pytest.mark.parametrize("row", rows(), ids=lambda row: f"{row.text}: {row.what}")
def test_each_figure_stands_where_something_is_asserted(row: Row) -> None:
    assert row.places
    assert row.missing() == []
    for place in row.places:
        assert numbers_at(place), f"{place} asserts nothing, or is not there"


def test_a_figure_without_a_place_is_found() -> None:
    place = "tests/numbers/test_text_c.py::test_seed_42_does_not_learn_it"
    assert Row("C", "loss", "0.4775, 0.4776", (place,)).missing() == [0.4776]
    assert (
        numbers_at("tests/numbers/test_text_c.py::loss")
        == numbers_at("07-training.md::assert no")
        == frozenset()
    )


@pytest.mark.skipif(not NUMBERS.is_file(), reason="the figures lie outside of the repository")
def test_the_list_holds_every_row_of_the_texts() -> None:
    assert [(row.text, row.what, row.printed) for row in rows()] == list(printed(NUMBERS))


def printed(file: Path) -> list[tuple[str, str, str]]:
    """Text, what and figures of each row of the tables."""
    found, text = [], ""
    for line in file.read_text(encoding="utf-8").splitlines():
        text = line.removeprefix("## Text ")[0] if line.startswith("## Text ") else text
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| ") and len(cells) == 2 and cells[0] != "what" and not re.match("-+$", cells[0]):
            found.append((text, *cells))
    return found
