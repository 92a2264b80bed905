"""Methods on tables are compared split by split."""

import math

import numpy as np
import pandas as pd
import pytest

from benchmarks.tables import results as kept
from benchmarks.tables.__main__ import comparison
from benchmarks.tables.generated import GENERATED
from benchmarks.tables.methods import numbers_of
from benchmarks.tables.results import Results
from benchmarks.tables.sets import SETS, TableSet


def measured(metric: str, *scores: float) -> dict[str, kept.Measured]:
    return {
        str(split): {"metric": metric, "score": score, "cpu_seconds": 2.0}
        for split, score in enumerate(scores)
    }


RESULTS: Results = {
    "classes": {"ours": measured("accuracy", 0.9, 0.8, 0.7), "theirs": measured("accuracy", 0.8, 0.8)},
    "values": {"ours": measured("rmse", 1.0, 3.0), "theirs": measured("rmse", 2.0, 5.0)},
    "other": {"ours": measured("rmse", 1.0)},
}


def test_more_accuracy_and_less_error_are_better_on_the_splits_of_both() -> None:
    assert kept.differences(RESULTS, "classes", "ours", "theirs") == pytest.approx([0.1, 0.0])
    assert kept.differences(RESULTS, "values", "ours", "theirs") == pytest.approx([1.0, 2.0])
    assert kept.differences(RESULTS, "other", "ours", "theirs") == []


def test_rows_that_outweigh_each_other_are_a_tie() -> None:
    rows: Results = {
        "set": {
            "ours": measured("accuracy", 65 / 69, 67 / 69),
            "theirs": measured("accuracy", 66 / 69, 66 / 69),
        }
    }
    differences = kept.differences(rows, "set", "ours", "theirs")
    assert (65 / 69 - 66 / 69) + (67 / 69 - 66 / 69) != 0
    assert kept.standard_errors(differences) == 0 and kept.verdict(differences) == 0.5


def test_a_difference_counts_in_standard_errors_of_its_mean() -> None:
    assert kept.standard_errors([1.0, 2.0]) == pytest.approx(1.5 / (math.sqrt(0.5) / math.sqrt(2)))
    assert kept.standard_errors([0.0, 0.0]) == 0
    assert kept.standard_errors([-1.0, -1.0]) == -math.inf
    assert math.isnan(kept.standard_errors([1.0]))


def test_ties_count_as_half() -> None:
    assert [kept.verdict(found) for found in ([1.0, -0.5], [0.0, 0.0], [-1.0])] == [1.0, 0.5, 0.0]


def test_the_comparison_has_a_row_for_each_set_of_both() -> None:
    lines = comparison(RESULTS, "ours", "theirs")
    assert [line.split("|")[1].strip() for line in lines[2:4]] == ["classes", "values"]
    assert "Better on 2 of 2 sets" in lines[-1] and "1.00 on average" in lines[-1]


def test_splits_are_stratified_paired_and_scaled() -> None:
    split = SETS["wine"].split(0)
    again = SETS["wine"].split(0)
    assert len(split.y_train) == 142 and len(split.y_test) == 36
    np.testing.assert_array_equal(split.y_test, again.y_test)
    assert np.ptp(np.bincount(split.y_test) / np.bincount(split.y_train)) < 0.06
    table = pd.DataFrame(
        {"x": range(10), "word": list("abcdefghij"), "y": [float(k) for k in range(9)] + [None]}
    )
    halved = TableSet("mine", lambda: table, "y", False, scale=2.0).split(1)
    assert sorted([*halved.y_train, *halved.y_test]) == [k / 2 for k in range(9)]
    assert numbers_of(halved.X_train) == ["x"]


def test_generated_tables_are_drawn_anew_for_every_split_and_have_many_rows_to_test_by() -> None:
    for name, table in GENERATED.items():
        first, again, other = (table.split(seed) for seed in (0, 0, 1))
        assert name.endswith(f"-{len(first.y_train)}") and len(first.y_test) == len(first.X_test) == 3000
        pd.testing.assert_frame_equal(first.X_train, again.X_train)
        assert (first.X_train.to_numpy() != other.X_train.to_numpy()).any()
        assert (len(np.unique(first.y_train)) < 5) == first.is_of_classes
