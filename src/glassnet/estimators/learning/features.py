"""Features of a preprocessing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassnet.tables.operations import Date, Number
from glassnet.tables.preprocessing import Preprocessing

Array = NDArray[Any]


def in_full(preprocessing: Preprocessing) -> Preprocessing:
    """The same preprocessing, that reads every number in float64."""
    operations = [
        replace(each, precision="float64") if isinstance(each, Number) else each
        for each in preprocessing.operations
    ]
    return Preprocessing(
        operations, preprocessing.notes, named=preprocessing.named, n_columns=preprocessing.n_columns
    )


def numbers_of(preprocessing: Preprocessing) -> list[int]:
    """Which features are numbers of the table: not indices, one-hot columns, parts of dates or indicators."""
    found, start = [], 0
    for operation in preprocessing.operations:
        if isinstance(operation, Number | Date):
            found.append(start)
        start += len(operation.features)
    return found


def features_of(preprocessing: Preprocessing, table: Any, dtype: str) -> Array:
    """The features of a table, in the dtype of a network."""
    return preprocessing.transform(table, np.dtype(dtype))
