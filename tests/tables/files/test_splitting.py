"""Every split has a part to test on and one to watch, cut from the rest, by chance, by class, by group or by time."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from glassnet.errors import ArgumentError, DataError
from glassnet.tables.files.leakage import rows_in_both, suspects
from glassnet.tables.files.splitting import Split, split

N = 500


def sizes(found: Split) -> list[int]:
    return [len(rows) for rows in found.parts.values()]


def test_every_row_is_in_one_part() -> None:
    found = split(N)
    assert sizes(found) == [320, 80, 100]
    together = np.concatenate(list(found.parts.values()))
    assert sorted(together) == list(range(N))
    assert all((np.diff(rows) > 0).all() for rows in found.parts.values())
    again = split(N)
    assert all(
        np.array_equal(one, other)
        for one, other in zip(found.parts.values(), again.parts.values(), strict=True)
    )


def test_each_class_has_its_share_in_each_part() -> None:
    classes = np.repeat(["a", "b", "c"], [400, 90, 10])
    found = split(N, classes=classes)
    for name, n in (("a", 400), ("b", 90), ("c", 10)):
        counts = [int((classes[rows] == name).sum()) for rows in found.parts.values()]
        np.testing.assert_allclose(counts, [0.64 * n, 0.16 * n, 0.2 * n], atol=2)


def test_a_class_of_two_rows_is_trained_on_and_one_of_three_is_shared_out() -> None:
    for n_rare, trained_on in ((2, 2), (3, None)):
        classes = np.r_[np.zeros(N, int), np.ones(n_rare, int)]
        found = split(len(classes), classes=classes)
        n = int(classes[found.training].sum())
        assert n == trained_on if trained_on else n < 3


def test_groups_are_not_torn() -> None:
    groups = np.random.default_rng(0).integers(0, 40, N)
    found = split(N, groups=groups)
    in_parts = [set(groups[rows]) for rows in found.parts.values()]
    assert not in_parts[0] & in_parts[1] and not in_parts[1] & in_parts[2] and not in_parts[0] & in_parts[2]
    np.testing.assert_allclose(sizes(found), [320, 80, 100], atol=20)


def test_the_latest_rows_are_for_the_test() -> None:
    times = np.random.default_rng(0).integers(0, 100, N).astype("datetime64[D]").astype("datetime64[us]")
    found = split(N, times=times)
    assert times[found.training].max() < times[found.validation].min()
    assert times[found.validation].max() < times[found.test].min()


def test_shares_of_nothing_leave_a_part_out() -> None:
    assert list(split(10, 0.0, 0.0).parts) == ["training"]
    assert list(split(10, 0.2, 0.0).parts) == ["training", "test"]


def test_what_cannot_be_split() -> None:
    with pytest.raises(
        DataError, match="there are too few of each kind; hold nothing back, or give more rows"
    ):
        split(3, classes=np.array(["a", "b", "a"]))
    with pytest.raises(ArgumentError, match="test_share must be a finite number and >= 0 and < 1"):
        split(10, 1.0)
    with pytest.raises(DataError, match="2 rows cannot be split into 1 for the test, 1 for validation"):
        split(2)
    with pytest.raises(DataError, match="a split by groups needs at least 3 of them; there are 2"):
        split(4, groups=np.array(["a", "b", "a", "b"], object))
    with pytest.raises(
        DataError, match="a split by time needs one in every row; 1 are missing, the first in row 2"
    ):
        split(3, times=np.array(["2024-01-01", "NaT", "2024-01-02"], "datetime64[us]"))
    with pytest.raises(DataError, match="needs at least 3 different times; there are 1"):
        split(3, times=np.zeros(3))


# ---- leakage


def test_a_column_that_gives_the_target_away_is_suspected() -> None:
    draw = np.random.default_rng(0)
    y = draw.integers(0, 3, N)
    columns = {
        "tells": np.array(["x", "y", "z"], object)[y],
        "nearly": np.where(draw.random(N) < 0.05, 0, y).astype(float),
        "number": y + draw.random(N) / 2,
        "nothing": draw.normal(size=N),
        "identifier": np.array([f"r{n}" for n in range(N)], object),
        "missing": np.where(y == 0, np.nan, 1.0),
    }
    found = suspects(columns, y, classifies=True)
    assert {name for name, one in found.items() if one.gives_away} == {"tells", "number"}
    assert list(found)[2:] == ["nearly"] and 0.9 < found["nearly"].share < 0.99
    guess, told = found["nearly"].guess, found["nearly"].told
    assert 0.6 < guess < 0.72 and 0.02 < told < 0.05 and found["nearly"].share == 1 - told / guess
    assert suspects({name: column[:39] for name, column in columns.items()}, y[:39], classifies=True) == {}


def test_so_is_one_of_values() -> None:
    draw = np.random.default_rng(0)
    y = draw.normal(size=4 * N)
    columns = {"celsius": 1.8 * y + 32, "noisy": y + 0.3 * draw.normal(size=4 * N)}
    found = suspects(columns, y, classifies=False)
    assert found["celsius"].gives_away and not found["noisy"].gives_away
    assert found["noisy"].share == pytest.approx(1 / 1.09, abs=0.03)  # a nearest neighbour repeats the noise
    assert found["celsius"].guess == pytest.approx(1, abs=0.1)
    fair = {"fair": y + 0.6 * draw.normal(size=4 * N)}
    assert suspects(fair, y, classifies=False) == {}


def test_a_target_that_a_guess_tells_is_given_away_by_nothing() -> None:
    y = np.r_[np.zeros(495, int), np.ones(5, int)]
    assert suspects({"same": y.astype(float)}, y, classifies=True) == {}


def test_rows_that_stand_in_both_parts_are_counted() -> None:
    rows = pl.DataFrame({"a": [1, 2, 3, 1, 5], "b": ["x", "y", "z", "x", "v"]})
    parts = Split(np.array([0, 1]), np.array([2]), np.array([3, 4]), "by hand")
    assert rows_in_both(rows, parts) == 1
