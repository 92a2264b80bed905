"""One meaning of `seed` for everything in this room."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from glassnet.errors import ArgumentError
from glassnet.support import checks

RandomSource: TypeAlias = np.random.Generator | np.random.RandomState
Seed: TypeAlias = int | RandomSource | None

_LARGEST_SEED = 2**32 - 1


def random_source(seed: Seed) -> RandomSource:
    """The generator to draw from: `seed` itself if it is one, otherwise a new `Generator`.

    Raises `ArgumentError` if `seed` is neither a generator nor None nor an integer from 0 to 2³² - 1.
    """
    if isinstance(seed, RandomSource):
        return seed
    return np.random.default_rng(None if seed is None else _seed_number(seed))


def legacy_source(seed: Seed) -> np.random.RandomState:
    """`seed` as scikit-learn draws from it: for a `Generator` or None, a number drawn seeds another.

    Raises `ArgumentError` if `seed` is neither a generator nor None nor an integer from 0 to 2³² - 1.
    """
    if isinstance(seed, np.random.RandomState):
        return seed
    if seed is None:
        seed = np.random.default_rng()
    if isinstance(seed, np.random.Generator):
        seed = int(seed.integers(_LARGEST_SEED, endpoint=True))
    return np.random.RandomState(_seed_number(seed))


def _seed_number(seed: int) -> int:
    number = checks.integer("seed", seed, least=0)
    if number > _LARGEST_SEED:
        raise ArgumentError(f"seed must be an integer <= {_LARGEST_SEED}; got {seed}")
    return number
