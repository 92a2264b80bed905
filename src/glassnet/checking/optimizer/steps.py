"""A learner's steps beside those of a rule, and the settings with which a rule comes nearest to them."""

from __future__ import annotations

import numpy as np

from glassnet.checking.numerics.rounding import Array
from glassnet.checking.optimizer.rules import Rule, Settings, steps_from

# Relative distances at which steps count as equal: of computations in float64, in single precision, and in float64
# with something kept in single precision.
FINE, COARSE, MIXED = 1e-9, 1e-4, 3e-6
# Where a fit may begin, how many of its steps are made, and the distance at which it takes slopes.
STARTS, MOST_NEWTON, NEAR = (0.1, 0.7, 1.6, 2.3, 4.6, 6.9, 9.2), 15, 1e-6


class LearnerSteps:
    """A learner's steps along known gradients, each from where the one before it ended."""

    def __init__(self, start: Array, path: list[Array], gradients: list[Array]) -> None:
        self.path, self.gradients = [start, *path[:-1]], gradients
        self.after = np.stack(path)
        self.given = self.after - np.stack(self.path)
        largest = np.fmax.reduce(np.abs([*self.path, *path]))
        is_single = np.array_equal(self.after.astype(np.float32), self.after, equal_nan=True)
        self.rounding = {FINE: _reach(largest, np.float64)}
        self.rounding[COARSE] = _reach(largest, np.float32 if is_single else np.float64)
        self._known: dict[tuple[object, ...], Array] = {}
        self.relative = {FINE: FINE, COARSE: COARSE if is_single else MIXED}

    def of(self, rule: Rule, settings: Settings, slips: tuple[str, ...]) -> Array:
        """The steps of a rule with slips, from where the learner's begin."""
        key = (rule.step, *settings.items(), *sorted(slips))
        if key not in self._known:
            self._known[key] = steps_from(rule, settings, frozenset(slips), self.path, self.gradients)
        return self._known[key]

    def equal(self, right: Array, tolerance: float = FINE) -> bool:
        """Whether these are the learner's steps, in parts of the largest step of each parameter."""
        both = np.isfinite(right) & np.isfinite(self.given)
        if not np.array_equal(np.isfinite(right), np.isfinite(self.given)) or not both.any():
            return False
        size = np.where(both, np.abs(right), 0).max(axis=0)
        allowed = self.relative[tolerance] * size + self.rounding[tolerance]
        return bool((np.abs(self.given - right) <= allowed)[both].all())

    def factor(self, right: Array) -> float:
        """The number that the right steps must be multiplied by, if there is one."""
        return self.ratio(self.given, right)

    @staticmethod
    def ratio(mine: Array, right: Array) -> float:
        """The factor between two arrays in the sense of least squares."""
        both = np.isfinite(right) & np.isfinite(mine)
        size = float((right[both] ** 2).sum())
        return float((right * mine)[both].sum()) / size if size > 0 else 0.0


def _reach(largest: Array, dtype: type) -> Array:
    reach: Array = 4 * float(np.finfo(dtype).eps) * np.nan_to_num(largest)
    return reach


def fitted(
    steps: LearnerSteps,
    rule: Rule,
    settings: Settings,
    names: tuple[str, ...],
    conventions: tuple[str, ...],
    tolerance: float,
) -> Settings | None:
    """The settings of these names with which the rule gives the steps, by Gauss and Newton from the nearest start."""
    size = np.fmax.reduce(np.abs(steps.given))
    scale = np.where(size > 0, size, 1)

    def own(at: Array) -> Settings:
        return settings | {name: _number(name, x) for name, x in zip(names, at, strict=True)}

    def residual(at: Array) -> Array:
        difference = (steps.of(rule, own(at), conventions) - steps.given) / scale
        values: Array = np.nan_to_num(difference.ravel(), nan=1.0, posinf=1.0, neginf=-1.0)
        return values

    starts = [np.full(len(names), start) for start in STARTS]
    starts.append(np.array([_coordinate(name, settings[name]) for name in names]))
    at = min(starts, key=lambda start: float(np.abs(residual(start)).sum()))
    for _ in range(MOST_NEWTON):
        here = residual(at)
        slopes = [(residual(at + NEAR * unit) - here) / NEAR for unit in np.eye(len(names))]
        change = np.clip(np.linalg.lstsq(np.stack(slopes, axis=1), here, rcond=None)[0], -1, 1)
        at = at - change
        if np.abs(change).max() < NEAR * NEAR:
            break
    values = {name: float(f"{x:.6g}") for name, x in own(at).items()}
    same = all(values[name] == settings[name] for name in names)
    return values if not same and steps.equal(steps.of(rule, values, conventions), tolerance) else None


def _number(name: str, at: float) -> float:
    """A setting from its coordinate: of a share the logarithm of 1 - share."""
    return float(at) if name == "weight_decay" else 1 - float(np.exp(-abs(at)))


def _coordinate(name: str, value: float) -> float:
    return value if name == "weight_decay" else -float(np.log1p(-min(value, 1 - 1e-12)))
