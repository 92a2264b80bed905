"""A table of homes: numbers, categories, dates and an identifier, of which the price and the kind can be told."""

from __future__ import annotations

import datetime
from pathlib import Path

import numpy as np
import polars as pl


def homes(n: int = 240, seed: int = 0) -> pl.DataFrame:
    """Price and kind follow from size, rooms and town; one town is rare, some entries are missing."""
    draw = np.random.default_rng(seed)
    size, rooms = draw.uniform(20, 200, n).round(1), draw.integers(1, 7, n)
    town = draw.choice(["Aachen", "Bonn", "Köln"], n, p=[0.5, 0.3, 0.2])
    dear = np.array([{"Aachen": 2.0, "Bonn": 2.5, "Köln": 4.0}[one] for one in town])
    price = (size * dear + 10 * rooms + draw.normal(size=n)).round(2)
    return pl.DataFrame(
        {
            "home_id": [f"h{10_000 + row}" for row in range(n)],
            "size": [None if draw.random() < 0.05 else value for value in size.tolist()],
            "rooms": rooms,
            "town": town,
            "built": [
                datetime.date(1980, 1, 1) + datetime.timedelta(int(day)) for day in draw.integers(0, 9000, n)
            ],
            "country": ["DE"] * n,
            "price": price,
            "kind": np.where(price > 350, "large", np.where(price < 200, "small", "middle")),
        }
    )


def write(frame: pl.DataFrame, path: Path | str = "homes.csv") -> str:
    """As CSV."""
    frame.write_csv(path)
    return str(path)
