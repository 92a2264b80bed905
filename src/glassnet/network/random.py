"""Sources of randomness: one seed, three independent streams. No global state is read or set."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassnet.errors import ArgumentError
from glassnet.plan import DROPOUT, Plan

Random = np.random.Generator | np.random.RandomState
Seed = int | np.random.Generator | np.random.RandomState | None


@dataclass
class Streams:
    """Where first weights, the order of batches, and dropout masks come from."""

    seed: int | None  # the integer that all of it follows from; None where a generator was given
    weights: Random
    order: np.random.Generator
    masks: np.random.Generator
    given: Random | None = None  # a copy of the generator that was given, as it was then

    @classmethod
    def of(cls, seed: Seed) -> Streams:
        """Streams from a seed; None draws one, which is kept and shown."""
        if isinstance(seed, np.random.RandomState):
            later = np.random.SeedSequence(int(copy.deepcopy(seed).randint(2**31)))
            order, masks = _generators(later, 2)
            return cls(None, seed, order, masks, copy.deepcopy(seed))
        if isinstance(seed, np.random.Generator):
            generator = copy.deepcopy(seed)
            order, masks = _generators(_sequence_of(seed), 2)
            return cls(None, seed, order, masks, generator)
        if seed is None:
            seed = int(np.random.SeedSequence().generate_state(1)[0])
        if isinstance(seed, (bool, np.timedelta64)) or not isinstance(seed, (int, np.integer)) or seed < 0:
            raise ArgumentError(f"seed must be an integer >= 0, a Generator or a RandomState; got {seed!r}")
        return cls(int(seed), *_generators(np.random.SeedSequence(int(seed)), 3))

    def draw_order(self, n_samples: int) -> NDArray[np.int64]:
        """A random order of the samples."""
        return self.order.permutation(n_samples)

    def draw_masks(
        self, plan: Plan, sizes: NDArray[np.int64], epochs: NDArray[np.float64]
    ) -> NDArray[np.uint8]:
        """Dropout masks of batches of these sizes: for each batch, for each dropout row, (n_samples, n_outputs).

        An entry is 1 with probability 1 - rate, else 0; `epochs`, one for each batch, are for schedules of the rate.
        """
        dropouts = [row for row in plan.rows if row.kind == DROPOUT]
        if not dropouts:
            return np.empty(0, np.uint8)
        counts = np.outer(sizes, [row.n_outputs for row in dropouts]).ravel()
        rates = plan.drop_rates(epochs).astype(np.float32).ravel()
        drawn = self.masks.random(int(counts.sum()), dtype=np.float32)
        return (drawn >= np.repeat(rates, counts)).view(np.uint8)

    def state(self) -> dict[str, Any]:
        """Where the streams of training are, as plain data."""
        return {"order": self.order.bit_generator.state, "masks": self.masks.bit_generator.state}

    def restore(self, state: dict[str, Any]) -> None:
        """Put the streams of training where :meth:`state` found them."""
        for name in ("order", "masks"):
            generator = np.random.Generator(np.random.PCG64())
            generator.bit_generator.state = state[name]
            setattr(self, name, generator)


def _sequence_of(generator: np.random.Generator) -> np.random.SeedSequence:
    sequence = generator.bit_generator.seed_seq
    if not isinstance(sequence, np.random.SeedSequence):
        raise ArgumentError(
            f"seed must be a Generator that was seeded, such as numpy.random.default_rng(0); got {generator!r}"
        )
    return sequence


def _generators(sequence: np.random.SeedSequence, n: int) -> list[np.random.Generator]:
    return [np.random.Generator(np.random.PCG64(child)) for child in sequence.spawn(n)]
