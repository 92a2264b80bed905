"""The check of a learner's optimizer, step by step beside the rule that it should follow."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice, product
from typing import Any, NamedTuple

import numpy as np

from glassnet.checking.numerics.rounding import Array
from glassnet.checking.optimizer.catalogue import RULES
from glassnet.checking.optimizer.learner_run import StepReading
from glassnet.checking.optimizer.learner_step import LearnerStep
from glassnet.checking.optimizer.names import fits, guesses
from glassnet.checking.optimizer.parameter_forms import Values
from glassnet.checking.optimizer.report import Path, named, right_report, unknown
from glassnet.checking.optimizer.rules import Rule, Settings
from glassnet.checking.optimizer.search import StepFinding, explanations, nearly, right
from glassnet.checking.optimizer.steps import COARSE, FINE, LearnerSteps  # fmt: skip
from glassnet.checking.report import Report
from glassnet.errors import ArgumentError
from glassnet.support import checks

N_STEPS = 6
# How many calls are tried, how many paths are searched for one slip and for two, and how many readings of numbers.
MOST_CALLS, MOST_SEARCHED, MOST_SETTINGS, MOST_EXPLAINED = 1500, (12, 2), 200, 4
WITH_SETTINGS, WITHOUT_SETTINGS = ("config 0", "config 1", "config 2"), ("config 3", "left", "state")
# What fits many things: another reading with a slip of its own goes before.
UNLIKELY = {"other_setting", "constant_factor", "other_rule"}
SHAPES = ((3, 2), (1, 2), (2, 2), (1, 2))


def check_optimizer(step_function: Any, like: str, **settings: float) -> Report:
    """Compare a learner's optimizer with the rule that it should follow, over some steps from fixed gradients.

    Steps are compared, in parts of their size: what each adds to the parameters, from where the one before it ended.

    Parameters
    ----------
    step_function : callable, class or object
        A function that takes parameters, gradients and whatever else it needs (``step(w, g, m, v, t, learning_rate)``,
        ``update(parameters, grads, v, s, t)``, ``adam(w, dw, config)``), or an object or class with ``step``,
        ``update``, ``update_params`` …. Parameters may be an array, dictionaries, lists, layers with weights and
        dweights, or arrays that hold their gradients. Arguments are told apart by their names and, where several
        readings are possible, by trying: one that makes the rule right is meant, and the report says which it was. An
        argument with a default keeps it where that makes the rule right.
    like : str
        The rule: "sgd", "momentum", "nesterov", "adagrad", "rmsprop", "rmsprop_momentum", "rmsprop_centered" (with
        ``momentum=``, or without), "adadelta", "adam", "adamw", "amsgrad", "nadam", "adamax" or "lion"; definitions and
        defaults are those of ``torch.optim``, of Lion those of its paper.
    **settings : float
        learning_rate, momentum, alpha, rho, beta1, beta2, momentum_decay, epsilon, weight_decay, as your optimizer
        has them; those that it has as attributes or defaults are found, and a learning rate that stands within the
        code is read off the steps.

    Returns
    -------
    Report
        Codes: sign_flipped, learning_rate_missing, learning_rate_twice, constant_factor, other_setting, other_rule,
        rate_as_momentum, parameters_left_out, state_not_kept, old_state_used, look_ahead_missing, momentum_missing,
        root_missing, square_missing, square_missing_with_sign, sum_not_mean, epsilon_missing, epsilon_outside,
        epsilon_inside_root (of Adam), one_minus_missing_of_m, one_minus_missing_of_v, shares_swapped,
        bias_correction_missing (also _of_m_ and _of_v_), step_not_counted, step_counted_from_0, step_counted_from_2,
        betas_swapped, beta1_for_both, beta2_for_both, decay_missing, decay_sign_flipped, decay_doubled, decay_coupled,
        decay_decoupled, decay_without_rate; centering_missing, mean_not_squared, steps_of_gradient, numerator_missing,
        maximum_missing, maximum_corrected, sign_missing, state_updated_first.

    Raises
    ------
    ArgumentError
        If the optimizer cannot be stepped, or no rule has that name.
    """
    if not isinstance(like, str) or like not in RULES:
        raise ArgumentError(f"like must be one of {', '.join(RULES)}; got {like!r}")
    rule = RULES[like]
    unknown = sorted(set(settings) - set(rule.defaults))
    if unknown:
        raise ArgumentError(f"{like} has the settings {', '.join(rule.defaults)}; got {', '.join(unknown)}")
    numbers = {name: checks.number(name, value, least=0) for name, value in settings.items()}
    with np.errstate(all="ignore"):
        learner = LearnerStep(step_function, rule.defaults, numbers)
        return _Judge(like, rule, learner).report()


class _Judge:
    """The search for the reading that makes the rule right, else for the one that explains the steps best."""

    def __init__(self, like: str, rule: Rule, learner: LearnerStep) -> None:
        self.like, self.rule, self.learner = like, rule, learner
        random = np.random.default_rng(11)
        self.start: Values = [random.normal(size=shape) for shape in SHAPES]
        scales = [10.0 ** random.uniform(-4, 0, size=shape) for shape in SHAPES]
        # Ordinary sizes, one that shows the smallest epsilon, and a gradient of 0, which needs one.
        scales[0][:, 0], scales[0][2, 1], scales[2][0, 1] = (1.0, 0.5, 0.0), 1e-8, 0.0
        self.gradients: list[Values] = [
            [scale * random.normal(size=scale.shape) for scale in scales] for _ in range(N_STEPS)
        ]
        # A second gradient against the first, so small that Lion's sign tells which mean was mixed with it.
        self.gradients[1][0][1, 0] = -0.0856 * self.gradients[0][0][1, 0]

    def report(self) -> Report:
        """The report; the first reading that is right ends the search."""
        paths: list[Path] = []
        for reading, values in self.learner.paths(self.start, self.gradients, MOST_CALLS):
            if paths and _hands_less(reading, paths[0].reading):
                continue
            path = self._path(reading, values)
            if any(np.array_equal(path.steps.after, one.steps.after, equal_nan=True) for one in paths):
                continue
            paths.append(path)
            for settings, free, words in self._settings(reading):
                finding = right(path.steps, self.rule, settings, free)
                if finding is not None and not path.left:
                    return right_report(self.like, path, finding, words)
        if not paths:
            raise ArgumentError(
                "the optimizer could not be stepped as step(parameters, gradients); "
                + self.learner.reasons[0]
            )
        return self._wrong(paths)

    def _path(self, reading: StepReading, values: list[Values]) -> Path:
        start = _of(self.start, values[0])
        changed = [any(not np.array_equal(at[i], start[i]) for at in values) for i in range(len(start))]
        of_all = [start, *values, *(_of(g, start) for g in self.gradients)]
        flat = [_joined(arrays, changed) for arrays in of_all]
        steps = LearnerSteps(flat[0], flat[1 : N_STEPS + 1], flat[N_STEPS + 1 :])
        return Path(reading, values, steps, changed)

    def _settings(self, reading: StepReading) -> Iterator[tuple[Settings, set[str], tuple[str, ...]]]:
        """Settings as the learner's numbers may be read, those that are free, and how names were read."""
        learner = self.learner
        handed = {role.removeprefix("setting ") for role in reading.roles if role.startswith("setting ")}
        if any(role in WITH_SETTINGS for role in reading.roles):
            handed |= set(self.rule.defaults)
        open_ = [s for s in self.rule.defaults if s not in learner.known and s not in handed]
        choices = [self._choices(s) for s in open_]
        for names in islice(product(*choices), MOST_SETTINGS):
            chosen = [name for name in names if name]
            if len(set(chosen)) < len(chosen):
                continue
            pairs = [(s, name) for s, name in zip(open_, names, strict=True) if name]
            settings = learner.settings | {s: learner.loose[name] for s, name in pairs}
            words = tuple(f"{name} is {s}" for s, name in pairs)
            yield settings, self._free(open_, names), words

    def _free(self, open_: list[str], names: tuple[str, ...]) -> set[str]:
        """The settings that nothing says; a learning rate is said where the learner has a number that may be one."""
        free = {s for s, name in zip(open_, names, strict=True) if not name}
        unread = [value for name, value in self.learner.loose.items() if name not in names]
        return free - {"learning_rate"} if any(0 < value <= 1 for value in unread) else free

    def _choices(self, setting: str) -> list[str]:
        """The names of numbers that may be this setting, likely ones first; no name where it is none of them."""
        default = self.rule.defaults[setting]
        numbers = {
            name: value
            for name, value in self.learner.loose.items()
            if value != default and fits(setting, value)
        }
        likely = [name for name in numbers if setting in guesses(name, self.rule.defaults)]
        likely.sort(key=lambda name: guesses(name, self.rule.defaults).index(setting))
        others = [] if setting == "weight_decay" else [name for name in numbers if name not in likely]
        return [*likely, "", *others]

    def _wrong(self, paths: list[Path]) -> Report:
        """The report on the reading that takes the fewest slips; the likelier reading of two that take as many."""
        for n, most in enumerate(MOST_SEARCHED, 1):
            best: Explained | None = None
            for path in paths[:most]:
                for one in self._explained(path, n):
                    best = one if best is None or one.cost < best.cost else best
                if best is not None and (best.cost <= (n, 0) or path is paths[0]):
                    break
            if best is not None:
                return best.report
        settings, _, names = next(self._settings(paths[0].reading))
        return unknown(self.like, paths[0], StepFinding((), (), settings), names)

    def _explained(self, path: Path, n: int) -> Iterator[Explained]:
        """Reports on n slips that give these steps."""
        settings = list(islice(self._settings(path.reading), MOST_EXPLAINED))
        for own, free, names in settings if path.left else ():
            finding = right(path.steps, self.rule, own, free)
            if finding is not None:
                yield Explained((1, 0), right_report(self.like, path, finding, names))
                return
        for tolerance in (FINE, COARSE):
            explained = False
            for own, free, names in settings:
                findings = list(explanations(path.steps, self.rule, own, free, n, tolerance))
                if findings:
                    explained = True
                    yield Explained(_cost(path, findings[0]), named(self.like, path, findings, names))
            for own, _, names in settings if n == 1 and tolerance == FINE and not explained else ():
                near = nearly(path.steps, self.rule, own)
                if near is not None:
                    explained = True
                    yield Explained((0, 0), right_report(self.like, path, near, names))
            if explained:
                return


class Explained(NamedTuple):
    """A report, and how many slips it takes and how unlikely they are."""

    cost: tuple[int, int]
    report: Report


def _cost(path: Path, finding: StepFinding) -> tuple[int, int]:
    """How many slips these are and how unlikely; a state may be lost by the reading, not by the learner."""
    slips = set(finding.slips)
    lost = "state_not_kept" in slips
    by_reading = 2 if lost and "left" in path.reading.roles else 0
    return len(slips) + by_reading + len(path.left), lost + 2 * len(UNLIKELY & slips)


def _hands_less(reading: StepReading, first: StepReading) -> bool:
    """Whether a dictionary of settings is left out that the first reading hands over, and that works."""
    return any(
        one in WITHOUT_SETTINGS and other in WITH_SETTINGS
        for one, other in zip(reading.roles, first.roles, strict=False)
    )


def _of(arrays: Values, like: Values) -> Values:
    """As many of these arrays as a form holds; a single number where it holds one."""
    return [a if b.ndim else a.flat[0] for a, b in zip(arrays, like, strict=False)]


def _joined(arrays: Values, wanted: list[bool]) -> Array:
    """The wanted arrays one behind the other."""
    return np.concatenate(
        [np.ravel(array) for array, is_wanted in zip(arrays, wanted, strict=True) if is_wanted]
    )
