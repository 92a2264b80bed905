"""A small mixed table, the same in everything that tables are held in."""

from __future__ import annotations

import datetime
from typing import Any

import numpy as np
import pandas as pd
import polars as pl

N = 120


def columns(n: int = N, seed: int = 0) -> dict[str, list[Any]]:
    """Numbers, whole numbers, True and False, text, and dates, each but the whole numbers with entries missing."""
    draw = np.random.default_rng(seed)

    def gaps(values: list[Any]) -> list[Any]:
        return [None if draw.random() < 0.1 else value for value in values]

    return {
        "size": gaps((draw.normal(size=n) * 3 + 100).tolist()),
        "rooms": draw.integers(1, 6, n).tolist(),
        "furnished": gaps((draw.random(n) < 0.4).tolist()),
        "town": gaps(draw.choice(["Aachen", "Bonn", "Köln"], n, p=[0.5, 0.3, 0.2]).tolist()),
        "built": gaps(
            [datetime.date(1990, 1, 1) + datetime.timedelta(int(day)) for day in draw.integers(0, 9000, n)]
        ),
    }


def in_pandas(table: dict[str, list[Any]]) -> pd.DataFrame:
    """As a data frame of pandas."""
    return pd.DataFrame({name: pd.Series(values, dtype=_dtype(name)) for name, values in table.items()})


def _dtype(name: str) -> Any:
    return {"size": "float64", "rooms": "int64", "furnished": "boolean", "town": "object", "built": "object"}[
        name
    ]


def in_polars(table: dict[str, list[Any]]) -> pl.DataFrame:
    """As a data frame of Polars."""
    return pl.DataFrame(table, strict=False)
