"""The tables: five files beside the repository, four data sets of scikit-learn, and folders of others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn import datasets
from sklearn.model_selection import train_test_split

SHARED = Path(__file__).parents[3] / "shared" / "tables"
MOST_TRAINING_ROWS, MOST_TEST_ROWS = 8000, 4000
TEST_SHARE = 0.2


@dataclass(frozen=True)
class Split:
    """One table, parted."""

    X_train: pd.DataFrame
    y_train: np.ndarray
    X_test: pd.DataFrame
    y_test: np.ndarray
    is_of_classes: bool


@dataclass(frozen=True)
class TableSet:
    """A table with a target; `scale` divides values, so that their errors are numbers of a few digits."""

    name: str
    read: Callable[[], pd.DataFrame]
    target: str
    is_of_classes: bool
    features: tuple[str, ...] = ()
    scale: float = 1.0

    def split(self, seed: int) -> Split:
        """Eight tenths to train on and two to test by, stratified for classes, at most 8 000 and 4 000 rows."""
        table = self.read()
        table = table[table[self.target].notna()]
        X = table[list(self.features)] if self.features else table.drop(columns=self.target)
        y = table[self.target].to_numpy()
        y = np.unique(y, return_inverse=True)[1] if self.is_of_classes else y.astype(float) / self.scale
        parts = train_test_split(
            X, y, test_size=TEST_SHARE, random_state=seed, stratify=y if self.is_of_classes else None
        )
        X_train, X_test, y_train, y_test = parts
        return Split(
            X_train[:MOST_TRAINING_ROWS].reset_index(drop=True), y_train[:MOST_TRAINING_ROWS],
            X_test[:MOST_TEST_ROWS].reset_index(drop=True), y_test[:MOST_TEST_ROWS], self.is_of_classes,
        )  # fmt: skip


def _file(name: str) -> Callable[[], pd.DataFrame]:
    return lambda: pd.read_csv(SHARED / f"{name}.csv.gz")


def _bundled(name: str) -> Callable[[], pd.DataFrame]:
    return lambda: getattr(datasets, f"load_{name}")(as_frame=True).frame


TITANIC = ("pclass", "sex", "age", "sibsp", "parch", "fare", "embarked", "deck")
SETS = {
    table.name: table
    for table in (
        TableSet("adult", _file("adult"), "income", True),
        TableSet("housing", _file("housing"), "median_house_value", False, scale=1e5),
        TableSet("titanic", _file("titanic"), "survived", True, TITANIC),
        TableSet("penguins", _file("penguins"), "species", True),
        TableSet("concrete", _file("concrete"), "strength", False),
        TableSet("digits", _bundled("digits"), "target", True),
        TableSet("breast_cancer", _bundled("breast_cancer"), "target", True),
        TableSet("wine", _bundled("wine"), "target", True),
        TableSet("diabetes", _bundled("diabetes"), "target", False),
    )
}


def others(folder: Path) -> dict[str, TableSet]:
    """Tables of a folder: CSV files, and ``sets.csv`` with columns name, target, is_of_classes (0 or 1) and scale."""
    listed = pd.read_csv(folder / "sets.csv")
    return {
        row.name: TableSet(
            row.name, lambda path=folder / f"{row.name}.csv": pd.read_csv(path), row.target, bool(row.is_of_classes),
            scale=float(row.scale),
        )
        for row in listed.itertuples(index=False)
    }  # fmt: skip
