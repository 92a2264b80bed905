"""How often the checker is right on random networks, with fixed seeds and with fresh ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.insight.check import cases, columns, loops
from tests.insight.check.cases import Case, Random
from tests.insight.check.rows import Bugs

Array = NDArray[Any]
DTYPES = ("float32", "float64")


@dataclass(frozen=True)
class Outcome:
    """What a learner did, and what the checker said.

    Attributes
    ----------
    bugs, named : dict of str to tuple of int
        Codes and layers.
    listed : bool
        Whether the report lists the right codes among those that give the same numbers.
    """

    bugs: Bugs
    named: Bugs
    listed: bool
    about: str

    @property
    def right(self) -> bool:
        return dict(self.named) == dict(self.bugs)

    def __str__(self) -> str:
        return f"{dict(self.bugs)} named {dict(self.named)}{' (listed)' * self.listed} in {self.about}"


def single(random: Random, code: str) -> Outcome:
    """One slip, at one layer, several or all."""
    return _outcome(random, (code,))


def pair(random: Random) -> Outcome:
    """Two different slips that can stand in one network, and both change the numbers there."""
    while True:
        codes = tuple(str(code) for code in random.choice(cases.ALL_CODES, 2, replace=False))
        try:
            return _outcome(random, codes)
        except LookupError:
            continue


def _outcome(random: Random, codes: tuple[str, ...]) -> Outcome:
    """A learner whose slips all change the numbers; LookupError if none comes up."""
    for _ in range(cases.MOST_DRAWS):
        dtype = str(random.choice(DTYPES))
        case = cases.draw(random, codes, dtype)
        hand = str(random.choice(_hands(case, codes)))
        bugs = {code: cases.draw_bug(random, case, code) for code in codes}
        if cases.clear(case, hand, bugs, dtype):
            return _checked(case, hand, bugs, dtype)
    raise LookupError(f"no network was drawn in which {codes} change the numbers")


def _checked(case: Case, hand: str, bugs: Bugs, dtype: str) -> Outcome:
    report = case.check(case.gradients(hand, bugs))
    named = {slip.code: slip.layers for slip in report.slips}
    listed = any(set(equal.split(" and ")) == set(bugs) for equal in report.equals)
    return Outcome(
        bugs, named, listed, f"{hand}, {dtype}, {case.task.f}, {case.loss}, {len(case.task.X)} samples"
    )


def _hands(case: Case, codes: tuple[str, ...]) -> list[str]:
    if case.task.masks:
        return ["rows"]
    others = (("columns", columns.CODES), ("loops", loops.CODES))
    return ["rows", *(hand for hand, known in others if set(codes) <= set(known))]


def correct(random: Random) -> tuple[bool, str]:
    """A learner without mistakes, in any hand, dtype and form: whether the checker finds none, and its report."""
    dtype = str(random.choice(DTYPES))
    wanted = [(), ("l2_forgotten",), ("l1_forgotten",), ("dropout_mask_missing",)][int(random.integers(4))]
    case = cases.draw(random, wanted, dtype)
    case.scale(float(random.choice([0.1, 1.0, 1.0, 4.0])))
    hand = str(random.choice(["rows"] if case.task.masks else list(cases.HANDS)))
    gradients = case.gradients(hand, {})
    kept = random.choice(["as it is", "float32", "float64"])
    if kept != "as it is":
        gradients = [(dW.astype(str(kept)), db.astype(str(kept))) for dW, db in gradients]
    report = case.check(gradients)
    return bool(report.ok), f"{hand}, {dtype}, {kept}, {case.task.f}, {case.loss}\n{report}"


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
    gradients[i] = (changed, db)
    return name, case.check(gradients)


def singles(random: Random, of_each: int) -> Iterator[Outcome]:
    """Each catalogued slip `of_each` times."""
    for code in cases.ALL_CODES:
        for _ in range(of_each):
            yield single(random, code)
