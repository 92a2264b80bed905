"""How often the checker is right on random networks, with fixed seeds and with fresh ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.checking import cases, columns, loops
from tests.checking.cases import Case, Random
from tests.checking.rows import Bugs

Array = NDArray[Any]
DTYPES = ("float32", "float64")


@dataclass(frozen=True)
class Outcome:
    """What a learner did, and what the checker said.

    Attributes
    ----------
    bugs, named : dict of str to tuple of int
        Codes and layers.
    equals : tuple of str
        What the report lists as giving the same numbers.
    noted : bool
        Whether the form of the learner's loss is noted where it is another one, and only there.
    """

    bugs: Bugs
    named: Bugs
    equals: tuple[str, ...]
    noted: bool
    about: str

    @property
    def right(self) -> bool:
        return dict(self.named) == dict(self.bugs) and self.noted

    @property
    def listed(self) -> bool:
        """Whether the report lists the right codes among those that give the same numbers."""
        return any(set(equal.split(" and ")) == set(self.bugs) for equal in self.equals)

    @property
    def untrue(self) -> bool:
        """Whether a slip is named where the learner made none, and none of the learner's is listed as its equal."""
        wrong = any(not set(layers) <= set(self.bugs.get(code, ())) for code, layers in self.named.items())
        return wrong and not any(set(equal.split(" and ")) <= set(self.bugs) for equal in self.equals)

    def __str__(self) -> str:
        return f"{dict(self.bugs)} named {dict(self.named)}{' (listed)' * self.listed} in {self.about}"


def single(random: Random, code: str, form: str = "as it is", with_biases: bool = True) -> Outcome:
    """One slip, at one layer, several or all, of a loss in one of its forms."""
    return _outcome(random, (code,), form, with_biases)


def several(random: Random, n: int) -> Outcome:
    """So many different slips that can stand in one network, and all change the numbers there."""
    while True:
        codes = tuple(str(code) for code in random.choice(cases.ALL_CODES, n, replace=False))
        try:
            return _outcome(random, codes)
        except (LookupError, ValueError):  # slips that do not go together: shapes that do not fit
            continue


def _outcome(
    random: Random, codes: tuple[str, ...], form: str = "as it is", with_biases: bool = True
) -> Outcome:
    """A learner whose slips all change the numbers; LookupError if none comes up."""
    for _ in range(cases.MOST_DRAWS):
        dtype = str(random.choice(DTYPES))
        case = cases.draw(random, codes, dtype, with_biases)
        case.of_form(form)
        hand = str(random.choice(_hands(case, codes)))
        bugs = {code: cases.draw_bug(random, case, code) for code in codes}
        if cases.clear(case, hand, bugs, dtype):
            return _checked(random, case, hand, bugs, dtype)
    raise LookupError(f"no network was drawn in which {codes} change the numbers")


def _checked(random: Random, case: Case, hand: str, bugs: Bugs, dtype: str) -> Outcome:
    samples_in = "columns" if hand == "columns" else "rows"
    report = case.check(_given(random, case, hand, bugs), samples_in=None if case.with_biases else samples_in)
    named = {slip.code: slip.layers for slip in report.slips}
    noted = any(note.startswith("a constant, no slip") for note in report.notes)
    about = f"{hand}, {dtype}, {case.task.f}, {case.loss} times {case.task.loss_factor:g}, "
    about += f"{len(case.task.X)} samples{'' if case.with_biases else ', no biases'}"
    return Outcome(bugs, named, report.equals, noted == (case.task.loss_factor != 1), about)


def _given(random: Random, case: Case, hand: str, bugs: Bugs) -> Any:
    """The learner's gradients, without biases as weights alone or with zeros for biases."""
    gradients = case.gradients(hand, bugs)
    if case.with_biases or random.random() < 0.5:
        return gradients
    return [dW for dW, _ in gradients]


def _hands(case: Case, codes: tuple[str, ...]) -> list[str]:
    if case.task.masks:
        return ["rows"]
    others = (("columns", columns.CODES), ("loops", loops.CODES))
    return ["rows", *(hand for hand, known in others if set(codes) <= set(known))]


def correct(random: Random) -> tuple[bool, str]:
    """A learner without mistakes, in any hand, dtype and form: whether the checker finds none, and its report."""
    dtype = str(random.choice(DTYPES))
    wanted = [(), ("l2_forgotten",), ("l1_forgotten",), ("dropout_mask_missing",)][int(random.integers(4))]
    with_biases = bool(random.random() < 0.75)
    penalties = (0.02, 0.1) if with_biases and random.random() < 0.3 else (0.0, 0.0)
    case = cases.draw(random, wanted, dtype, with_biases, penalties)
    case.scale(float(random.choice([0.1, 1.0, 1.0, 4.0])))
    case.of_form(str(random.choice([*cases.FORMS, "as it is"])))
    hand = str(random.choice(["rows"] if case.task.masks else list(cases.HANDS)))
    gradients = _given(random, case, hand, {})
    kept = random.choice(["as it is", "float32", "float64"])
    if kept != "as it is":
        gradients = [
            entry.astype(str(kept))
            if isinstance(entry, np.ndarray)
            else tuple(array.astype(str(kept)) for array in entry)
            for entry in gradients
        ]
    report = case.check(gradients)
    about = f"{hand}, {dtype}, {kept}, {case.task.f}, {case.loss} times {case.task.loss_factor:g}"
    return report.ok is not False, f"{about}\n{report}"


def other_mistake(random: Random) -> tuple[str, Any]:
    """A mistake that is in no catalogue: its name, and the checker's report."""
    case = cases.draw(random, (), str(random.choice(DTYPES)))
    gradients = case.gradients("rows", {})
    name = str(random.choice(["noise", "odd factor", "odd entry", "half the batch", "shifted", "rounded"]))
    i = int(random.integers(len(gradients)))
    dW, db = gradients[i]
    size = float(np.abs(dW).max())
    changed = {
        "noise": dW + 0.1 * size * random.normal(size=dW.shape),
        "odd factor": dW * 1.7,
        "odd entry": dW + 0.3 * size * (np.arange(dW.size).reshape(dW.shape) == dW.size // 2),
        "half the batch": case.gradients_of_half()[i][0],
        "shifted": dW + 0.2 * size,
        "rounded": np.round(dW / (size or 1), 1) * size,
    }[name]
    if not changed.any():  # zeros have a name
        return other_mistake(random)
    gradients[i] = (changed, db)
    return name, case.check(gradients)


def singles(
    random: Random, of_each: int, form: str = "as it is", with_biases: bool = True
) -> Iterator[Outcome]:
    """Each catalogued slip `of_each` times, where it can stand.

    Of half the square a doubled factor 2 is none, and no mean is missing in a sum.
    """
    without = set() if with_biases else cases.OF_BIASES
    without = without | ({"square_factor_twice"} if form.startswith("half") else set())
    without = without | ({"batch_mean_missing"} if form in ("summed", "half the sum") else set())
    for code in sorted({*cases.ALL_CODES} - without):
        for _ in range(of_each):
            yield single(random, code, form, with_biases)
