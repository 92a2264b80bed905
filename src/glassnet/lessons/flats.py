"""The table of lesson 11: flats that were let quickly or not, drawn, with the traps that real tables have."""

from __future__ import annotations

from typing import Any

import numpy as np

TOWNS = ("Hafen", "Neustadt", "Altstadt", "Heide")


def flats(n: int = 1200, seed: int = 0) -> dict[str, Any]:
    """Columns by name: an identifier, numbers, one of them with gaps, a category, a leak, and the answer.

    ``quick`` is "yes" where a flat was let within a week. ``viewings`` are counted until it was let: known afterwards.
    """
    random = np.random.default_rng(seed)
    size = random.gamma(9, 8, n).round()
    rooms = np.clip((size / 25 + random.normal(0, 0.7, n)).round(), 1, 6)
    town = random.choice(TOWNS, n, p=(0.2, 0.4, 0.3, 0.1))
    year = random.integers(1900, 2024, n).astype(float)
    rent = size * (9 + 3 * (town == "Altstadt") + 0.02 * (year - 1950)) * random.lognormal(0, 0.18, n)
    cheap = rent / (size * (9 + 3 * (town == "Altstadt") + 0.02 * (year - 1950)))
    logit = 9 * (1 - cheap) - 0.5 + 0.6 * (rooms >= 3) - 1.2 * (town == "Heide")
    quick = random.random(n) < 1 / (1 + np.exp(-logit))
    viewings = np.where(quick, random.integers(0, 6, n), random.integers(6, 30, n))
    year[random.random(n) < 0.15] = np.nan
    return {
        "number": np.arange(10_000, 10_000 + n),
        "size": size, "rooms": rooms, "town": town, "built": year, "rent": rent.round(),
        "viewings": viewings, "quick": np.where(quick, "yes", "no"),
    }  # fmt: skip
