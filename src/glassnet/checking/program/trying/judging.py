"""A program's gradients beside differences of its loss."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from glassnet.checking.finding.leaves import Leaf
from glassnet.checking.finding.matching import Found, Wanted, factor, fits, have_one_size, is_right, match
from glassnet.checking.finding.smooth import DOUBLE, SINGLE, gradient
from glassnet.checking.numerics.rounding import Array
from glassnet.checking.program.bench import Bench, shown
from glassnet.checking.program.trying.forward import Forward
from glassnet.checking.program.trying.losses import Objective
from glassnet.checking.program.trying.reading import Reading

# How far a gradient may be from differences, in parts of its largest entry: an epsilon in a logarithm may be in it.
TOLERANCE, COARSE = 1e-4, 2e-2
# Where all entries are cut off, so many of them with the right signs are no chance.
FEWEST_CUT = 4
MOST_ENTRIES = 24


@dataclass
class Judged:
    """One reading of the program, compared."""

    forward: Forward
    reading: Reading
    objective: Objective
    wanted: list[Wanted]
    given: list[Found | None]  # for each parameter the learner's gradient
    right: list[bool]  # whether it is right
    factor: float = 1.0  # by which all right ones are larger than differences of the loss
    decay: float = 0.0  # what is added for each weight, in parts of it
    clipped: float = 0.0  # the number at which gradients are cut off; 0 where they are not
    is_doubtful: bool = False  # whether what is wrong here is right with other parameters

    @property
    def distance(self) -> float:
        """How far the gradients are from the right ones, in parts of their largest entries."""
        return max(map(self._distance, self.given, self.wanted), default=np.inf)

    def _distance(self, given: Found | None, wanted: Wanted) -> float:
        known = np.isfinite(wanted.right)
        if given is None or not fits(given.array, wanted.right) or not known.any():
            return np.inf
        right = self.factor * wanted.right[known]
        size = float(np.abs(right).max())
        return (
            float(np.abs(given.array.reshape(wanted.right.shape)[known] - right).max()) / size
            if size
            else 0.0
        )

    @property
    def is_right(self) -> bool:
        """Whether all gradients are."""
        return bool(self.right) and all(self.right)

    @property
    def is_sign_like(self) -> bool:
        """Whether every step has the same size whatever the gradient."""
        return self.reading.is_step and have_one_size([g.array for g in self.given if g is not None])

    @property
    def shows_direction(self) -> bool:
        """Whether there is an array among the gradients: of single numbers any is a multiple of the right one."""
        return any(np.isfinite(wanted.right).sum() > 1 for wanted in self.wanted)

    def is_like(self, other: Judged) -> bool:
        """Whether the factor is that of another point; of arrays of a batch, which show their direction, its sign is
        enough: of one sample the errors at two outputs that sum to 0 are in proportion, whatever they are.
        """
        if self.shows_direction and self.forward.case.n_samples > 1:
            return self.factor * other.factor > 0
        return abs(self.factor - other.factor) <= COARSE * abs(self.factor)

    @property
    def score(self) -> tuple[float, ...]:
        """How good a reading it is: the share of right gradients, and of those found, whether they go down …"""
        n = len(self.right)
        found = sum(given is not None for given in self.given)
        near_output = sum(index for index, right in enumerate(self.right) if right)
        share = 1.0 if self.is_doubtful else sum(self.right) / n
        return (share, found / n, self.factor > 0, self.objective.is_own, not self.reading.is_step,
                self.forward.case.n_samples > 1, near_output)  # fmt: skip


def measured(bench: Bench, forward: Forward, objective: Objective, is_single: bool) -> list[Wanted]:
    """The slope of the loss for some entries of every parameter, by differences."""
    saved = bench.save()
    unit = SINGLE if is_single else DOUBLE
    found = [Wanted(shown(leaf), _slopes(bench, leaf, objective, unit)) for leaf in forward.parameters]
    bench.put_back(saved)
    return found


def _slopes(bench: Bench, leaf: Leaf, objective: Objective, unit: float) -> Array:
    values = np.atleast_1d(bench.values(leaf))
    before, shape = values.copy(), bench.values(leaf).shape
    n = values.size
    entries = (
        np.arange(n) if n <= MOST_ENTRIES else np.random.default_rng(7).choice(n, MOST_ENTRIES, replace=False)
    )

    def value() -> float:
        bench.write(leaf, values.reshape(shape))
        return objective.value(bench)

    found = gradient(value, values, np.sort(entries), unit)
    bench.write(leaf, before.reshape(shape))
    return found.reshape(shape)


def judge(
    bench: Bench,
    forward: Forward,
    reading: Reading,
    objective: Objective,
    wanted: Sequence[Wanted],
    is_single: bool,
) -> Judged:
    """Compare a reading with differences."""
    tolerance = COARSE if is_single else TOLERANCE
    pool = _of_single_numbers(reading.pool, wanted, forward.case.n_samples)
    pool = [*pool, *_cut(pool, wanted)]
    c = _common_factor(wanted, pool, tolerance)
    given = match(wanted, pool, c, tolerance)
    right = [_is_right(g, w, c, tolerance) for g, w in zip(given, wanted, strict=True)]
    kept = _without_settings(given, wanted)
    narrowed = replace(forward, parameters=[forward.parameters[i] for i in kept])
    judged = Judged(narrowed, reading, objective, [wanted[i] for i in kept], [given[i] for i in kept],
                    [right[i] for i in kept], c)  # fmt: skip
    if not judged.is_right:
        _allow_clipping(judged, tolerance)
    if not judged.is_right:
        _allow_decay(bench, judged, tolerance)
    return judged


def _without_settings(given: Sequence[Found | None], wanted: Sequence[Wanted]) -> list[int]:
    """The places of the parameters; a number without a gradient is a setting beside arrays or numbers that have one."""
    kept = [
        i for i, (g, w) in enumerate(zip(given, wanted, strict=True)) if g is not None or w.right.ndim > 0
    ]
    is_reading = any(w.right.ndim > 0 for w in wanted) or 2 * len(kept) > len(wanted)
    return kept if is_reading else list(range(len(wanted)))


def _cut(pool: Sequence[Found], wanted: Sequence[Wanted]) -> list[Found]:
    """The gradients in a vector of all of them, in the order of the parameters."""
    sizes = [parameter.right.size for parameter in wanted]
    whole = next(
        (f for f in pool if f.array.ndim == 1 and f.array.size == sum(sizes) and len(sizes) > 1), None
    )
    if whole is None:
        return []
    parts = np.split(whole.array, np.cumsum(sizes)[:-1])
    return [
        Found(f"{whole.name} {parameter.name}", part.reshape(parameter.right.shape))
        for parameter, part in zip(wanted, parts, strict=True)
    ]


def _of_single_numbers(pool: Sequence[Found], wanted: Sequence[Wanted], n_samples: int) -> list[Found]:
    """The gradients of a program of single numbers, which gives one for each of several samples: their sums."""
    if n_samples == 1 or any(parameter.right.ndim for parameter in wanted):
        return list(pool)
    return [Found(f.name, f.array.sum()) if f.array.size == n_samples else f for f in pool]


def _is_right(given: Found | None, wanted: Wanted, c: float, tolerance: float) -> bool:
    return given is not None and is_right(given.array, wanted.right, c, tolerance)


def _common_factor(wanted: Sequence[Wanted], pool: Sequence[Found], tolerance: float) -> float:
    """The factor that most parameters have in common with some array of the pool; 1 where there is none."""
    votes: Counter[float] = Counter()
    exact: dict[float, float] = {}
    telling = [parameter for parameter in wanted if np.isfinite(parameter.right).sum() > 1]
    for parameter in telling or wanted:  # of a single number every other is a multiple
        factors = set()
        for found in pool:
            c = (
                factor(found.array, parameter.right, tolerance)
                if fits(found.array, parameter.right)
                else None
            )
            if c is not None:
                key = float(f"{c:.3g}")
                factors.add(key)
                exact.setdefault(key, c)
        votes.update(factors)
    if not votes:
        return 1.0
    most = max(votes.values())
    if not telling and most < min(2, len(wanted)):
        return 1.0
    best = [key for key, count in votes.items() if count == most]
    return _snapped(exact[min(best, key=lambda key: (key < 0, key != 1.0, abs(np.log(abs(key)))))])


def _snapped(c: float) -> float:
    """The whole number, or one over it, that a measured factor is; the factor itself where it is none."""
    size = abs(c)
    nearest = round(size) if size >= 1 else 1 / max(round(1 / size), 1)
    return float(np.copysign(nearest, c)) if abs(size - nearest) <= 1e-5 * nearest else c


def _allow_clipping(judged: Judged, tolerance: float) -> None:
    """Accept gradients that are cut off at one number, to both sides, as learners do against large steps."""
    ends: set[float] = set()
    for index, (given, wanted) in enumerate(zip(judged.given, judged.wanted, strict=True)):
        if judged.right[index]:
            continue
        if given is None or not fits(given.array, wanted.right):
            return
        known = np.isfinite(wanted.right)
        g, r = given.array.reshape(wanted.right.shape)[known], judged.factor * wanted.right[known]
        end = float(np.abs(g).max(initial=0.0))
        is_cut = np.abs(g) == end
        if (is_cut.all() and g.size < FEWEST_CUT) or np.abs(
            np.clip(r, -end, end) - g
        ).max() > tolerance * end:
            return
        ends.add(end)
    if len(ends) == 1 and any(judged.right):
        judged.clipped, judged.right = ends.pop(), [True] * len(judged.right)


def _allow_decay(bench: Bench, judged: Judged, tolerance: float) -> None:
    """Accept a term of weight decay that the loss does not contain, if one number explains all weights."""
    found: list[tuple[int, float, float]] = []
    for index, (leaf, given, wanted) in enumerate(
        zip(judged.forward.parameters, judged.given, judged.wanted, strict=True)
    ):
        if judged.right[index]:
            continue
        if given is None or not fits(given.array, wanted.right):
            return
        known = np.isfinite(wanted.right).reshape(-1)
        columns = np.stack([wanted.right.reshape(-1)[known], bench.values(leaf).reshape(-1)[known]], axis=1)
        g = given.array.reshape(-1)[known]
        if len(g) < 4 or not np.isfinite(g).all():
            return
        (c, decay), *_ = np.linalg.lstsq(columns, g, rcond=None)
        if np.abs(g - columns @ np.array([c, decay])).max() > tolerance * np.abs(g).max():
            return
        is_seen = np.abs(c * columns[:, 0]).max() > tolerance * np.abs(g).max()
        if not is_seen or c * decay <= 0:  # no gradient is in it, or weights would grow
            return
        found.append((index, float(c), float(decay)))
    factors = [c for _, c, _ in found] + ([judged.factor] if any(judged.right) else [])
    decays = [decay for _, _, decay in found]
    if found and np.ptp(factors) <= 1e-3 * abs(factors[0]) and np.ptp(decays) <= 1e-2 * abs(decays[0]):
        judged.factor, judged.decay = factors[0], decays[0]
        judged.right = [True] * len(judged.right)
