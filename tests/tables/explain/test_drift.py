"""What differs between two tables is named with its column, and chance is not."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from glassnet.errors import ModelFileError
from glassnet.tables import Table
from glassnet.tables.explain import ColumnSummary, Difference, drift, summaries

N = 2000


def table(seed: int, shift: float = 0.0, towns: str = "abc", missing: float = 0.1, days: int = 0) -> Table:
    draw = np.random.default_rng(seed)
    size = draw.normal(size=N) + shift
    return Table.of(
        {
            "size": np.where(draw.random(N) < missing, np.nan, size),
            "town": draw.choice(np.array(list(towns), object), N),
            "sold": np.datetime64("2024-01-01", "us")
            + (draw.integers(0, 300, N) + days).astype("timedelta64[D]"),
        }
    )


def compared(before: Table, after: Table) -> dict[str, Difference]:
    stored = json.loads(json.dumps({name: one.to_data() for name, one in summaries(before).items()}))
    return {
        one.column: one
        for one in drift({name: ColumnSummary.from_data(one) for name, one in stored.items()}, after)
    }


def test_the_same_population_does_not_differ() -> None:
    for seed in range(1, 6):
        found = compared(table(0), table(seed))
        assert not any(one.matters for one in found.values())
        assert max(one.index for one in found.values()) < 0.02


@pytest.mark.parametrize(
    ("change", "column", "text"),
    [
        ({"shift": 1.0}, "size", "mean -0.0"),
        ({"shift": 6.0}, "size", " % above the training's "),
        ({"missing": 0.5}, "size", "missing 10 % → 50.7 %"),
        ({"towns": "abcd"}, "town", " % not there in training, such as 'd'"),
        ({"towns": "aab"}, "town", "'c' 3"),
        ({"days": 200}, "sold", " % above the training's 2024-10-2"),
    ],
)
def test_what_has_moved_is_named_and_how(change: dict[str, Any], column: str, text: str) -> None:
    found = compared(table(0), table(1, **change))
    assert [name for name, one in found.items() if one.matters] == [column]
    assert text in found[column].text
    assert next(iter(found)) == column


def test_a_few_rows_prove_nothing_and_many_with_a_small_shift_do_not_matter() -> None:
    few = compared(table(0), table(1).take(slice(0, 8)))
    assert not any(one.matters for one in few.values())
    slight = compared(table(0), table(1, shift=0.2))["size"]
    assert slight.is_sure and slight.index < 0.1 and not slight.matters


def test_the_index_is_that_of_its_formula() -> None:
    before, after = (
        Table.of({"c": np.repeat(np.array(["x", "y"], object), sizes)}) for sizes in ([50, 50], [80, 20])
    )
    expected = (0.8 - 0.5) * np.log(0.8 / 0.5) + (0.2 - 0.5) * np.log(0.2 / 0.5)
    assert compared(before, after)["c"].index == pytest.approx(expected)


def test_a_column_of_another_kind_differs() -> None:
    before = summaries(Table.of({"c": np.arange(10.0)}))
    (found,) = drift(before, Table.of({"c": np.array(["x"] * 5, object)}))
    assert found.text == "held numbers and holds text" and found.matters


@pytest.mark.parametrize(
    "change",
    [
        {"kind": 3},
        {"edges": ["x"]},
        {"shares": [1.0]},
        {"low": float("nan")},
        {"n_rows": 0},
        {"extra": 1},
        {"levels": 1},
    ],
)
def test_a_hostile_summary_is_refused(change: dict[str, Any]) -> None:
    (summary,) = summaries(Table.of({"c": np.arange(10.0)})).values()
    with pytest.raises(ModelFileError):
        ColumnSummary.from_data(summary.to_data() | change)
