"""Tables as people have them, from ../shared/tables beside the repository; where they are missing, that is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from glassnet.tables import Table
from glassnet.tables.columns import NUMBERS, TEXT
from glassnet.tables.files import read, split, suspects

FOLDER = Path(__file__).parents[4] / "shared" / "tables"
pytestmark = pytest.mark.skipif(
    not FOLDER.is_dir(),
    reason=f"left out: reading adult, housing, titanic, penguins, concrete; there is no {FOLDER}",
)
# Rows, columns of text, and columns with missing entries.
TABLES = {
    "adult": (32_561, 9, 3), "housing": (20_640, 1, 1), "titanic": (891, 7, 4), "penguins": (344, 3, 5),
    "concrete": (1_030, 0, 0),
}  # fmt: skip


@pytest.mark.parametrize("name", TABLES)
def test_columns_are_what_they_look_like(name: str) -> None:
    file = read(str(FOLDER / f"{name}.csv.gz"))
    kinds = [kind.kind for kind in file.kinds]
    n_missing = sum(file.rows[column].null_count() > 0 for column in file.rows.columns)
    assert (file.n_rows, kinds.count(TEXT), n_missing) == TABLES[name]
    assert set(kinds) <= {TEXT, NUMBERS} and file.notes == ()


def test_the_column_that_gives_the_titanic_away_is_found_and_no_other() -> None:
    rows = read(str(FOLDER / "titanic.csv.gz")).rows
    y = rows["survived"].to_numpy().astype(int)
    assert list(suspects(Table.of(rows.drop("survived")).columns, y, classifies=True)) == ["alive"]
    shares = [y[part].mean() for part in split(len(y), classes=y).parts.values()]
    assert max(shares) - min(shares) < 0.01
