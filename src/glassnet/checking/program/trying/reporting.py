"""What is said about a program: what was taken for what, what is right, and where the numbers differ."""

from __future__ import annotations

from types import CodeType

import numpy as np

from glassnet.checking.numerics.rounding import Array
from glassnet.checking.program.limits import FAILURES, functions_of
from glassnet.checking.program.trying.judging import Judged
from glassnet.checking.program.trying.naming import slips_of
from glassnet.checking.program.trying.searching import Search
from glassnet.checking.program.trying.settling import elsewhere
from glassnet.checking.report import Evidence, Report, Slip, side_by_side

SUBJECT = "check"
MOST_NAMES = 8
# How many other readings are looked through for one that slips explain; so many slips at most give every number.
MOST_READINGS, MOST_EXACT = 4, 2
# The cosine from which two losses count as nearly the same.
NEAR, NEARLY = 0.9999, 0.01


def report_of(search: Search, judged: Judged) -> Report:
    """The report on the best reading."""
    taken = taken_for(judged)
    if judged.is_right:
        search.wish.ran |= _ran(search, judged)
        return _right(judged, taken)
    near = _nearly_the_same(search, judged)
    if near is not None:
        note = f"your {judged.objective.name} is nearly that loss: something small, such as an epsilon, is added in it"
        return _right(near, (*taken_for(near), note))
    judged = _explained(search, judged)
    taken = taken_for(judged)
    if judged.is_sign_like or not _is_certain(search, judged):
        what = f"the gradients: {_why_not(search, judged)}"
        return Report(SUBJECT, None, notes=taken, not_checked=(what,))
    missing = tuple(
        f"the gradient of {wanted.name}: no array of its shape {wanted.right.shape} was returned, kept or applied"
        for given, wanted in zip(judged.given, judged.wanted, strict=True)
        if given is None
    )
    evidence = tuple(
        side_by_side(f"gradient of {wanted.name}", given.array, judged.factor * wanted.right)
        for given, wanted, right in zip(judged.given, judged.wanted, judged.right, strict=True)
        if given is not None and not right
    )
    if missing or not evidence:  # where some are not found, those that are found may be something else
        return Report(
            SUBJECT, None, notes=(*taken, *_right_ones(judged)), not_checked=(*missing, *_unsure(evidence))
        )
    slips, equals, more = slips_of(search.bench, judged)
    notes = (*taken, *_right_ones(judged), *more, *_alone(search), *_other_loss(search, judged))
    return Report(SUBJECT, False, slips, evidence, notes, equals)


def _explained(search: Search, judged: Judged) -> Judged:
    """The reading; where nothing in it is right, one with another loss of which slips give every number."""
    if any(judged.right) or judged.is_doubtful or judged.is_sign_like or not judged.reading.is_one_step:
        return judged
    same = [
        other for other in (*search.found, *search.others)
        if other.forward.part == judged.forward.part and other.forward.case is judged.forward.case
        and other.reading.source == judged.reading.source and all(other.given) and not other.is_right
    ]  # fmt: skip
    return next((other for other in (judged, *same[:MOST_READINGS]) if _is_named(search, other)), judged)


def _is_named(search: Search, judged: Judged) -> bool:
    """Whether a slip, or two, give every number."""
    return 1 <= len(slips_of(search.bench, judged)[0]) <= MOST_EXACT


def _ran(search: Search, judged: Judged) -> set[CodeType]:
    """What runs in this reading: parts of the program that are right as they are used."""
    search.bench.put_back(judged.forward.state)
    try:
        return functions_of(judged.reading.again)
    except FAILURES:
        return set()
    finally:
        search.bench.put_back(judged.forward.state)


def _unsure(evidence: tuple[Evidence, ...]) -> tuple[str, ...]:
    return tuple(
        f"{line.name}: whether the array that was found is it ({line.yours} beside {line.right})"
        for line in evidence
    )


def taken_for(judged: Judged) -> tuple[str, str]:
    """Two lines: which function was taken for what, and which arrays for the parameters."""
    forward, reading = judged.forward, judged.reading
    gradients = f"the steps of {reading.source}" if reading.is_step else reading.source
    whose = f"your {judged.objective.name}" if judged.objective.is_own else judged.objective.name
    names = [f"{wanted.name} {wanted.right.shape}" for wanted in judged.wanted]
    listed = ", ".join(names[:MOST_NAMES]) + (
        f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
    )
    return (
        f"taken for the forward pass: {forward.part.name} ({_form(judged)}); for the gradients: {gradients}; "
        f"for the loss: {whose}",
        f"taken for the parameters: {listed}",
    )


def _form(judged: Judged) -> str:
    case = judged.forward.case
    return case.form if case.n_samples == 1 else f"{case.n_samples} samples in {case.form}"


def _nearly_the_same(search: Search, judged: Judged) -> Judged | None:
    """The reading with a usual loss that is right, where the learner's loss has nearly the same slopes everywhere."""
    for other in search.others:
        if (
            other.is_right
            and other.forward.part == judged.forward.part
            and len(other.wanted) == len(judged.wanted)
        ):
            pairs = list(zip(other.wanted, judged.wanted, strict=True))
            is_near = all(_cosine(a.right, b.right) >= NEAR for a, b in pairs)
            is_near &= judged.forward.case.n_samples > 1 or _keep_their_ratio(search, judged, other)
            if is_near and search.confirmed(other).is_right:
                return other
    return None


def _cosine(one: Array, other: Array) -> float:
    """How far two gradients have the same direction, where both were measured; 0 for other shapes."""
    if one.shape != other.shape:
        return 0.0
    known = np.isfinite(one) & np.isfinite(other)
    a, b = one[known], other[known]
    sizes = float(np.linalg.norm(a) * np.linalg.norm(b))
    return float(a @ b) / sizes if sizes else 1.0


def _keep_their_ratio(search: Search, judged: Judged, other: Judged) -> bool:
    """Whether one loss is as steep as the other, up to one factor, at two points; of one sample all may be parallel."""
    there = elsewhere(search.bench, judged), elsewhere(search.bench, other)
    if there[0] is None or there[1] is None:
        return False
    here = _length(judged) / _length(other)
    return abs(_length(there[0]) / _length(there[1]) - here) <= NEARLY * here


def _length(judged: Judged) -> float:
    return float(np.sqrt(sum(np.nansum(wanted.right**2) for wanted in judged.wanted))) or 1.0


def _right(judged: Judged, taken: tuple[str, ...]) -> Report:
    unseen = sum(int((~np.isfinite(wanted.right)).all()) for wanted in judged.wanted)
    notes = [*taken, *_about_factor(judged)]
    if judged.decay:
        c = judged.decay / judged.factor
        notes.append(
            f"to each weight's gradient {c:.6g} of the weight is added, which the loss does not contain: weight decay"
        )
    if judged.clipped:
        notes.append(f"gradients larger than {judged.clipped:.6g} are cut off there")
    if judged.factor < 0 and judged.reading.is_step:
        slip = Slip("sign_flipped", (), "The steps go up the loss, not down.", "W -= learning_rate * dW")
        return Report(SUBJECT, False, (slip,), notes=tuple(notes))
    missing = (f"{unseen} parameters, at which the loss has a kink",) if unseen else ()
    return Report(SUBJECT, True, notes=tuple(notes), not_checked=missing)


def _about_factor(judged: Judged, which: str = "all gradients") -> list[str]:
    c, m = judged.factor, judged.forward.case.n_samples
    if abs(c - 1) <= 1e-4 or (judged.reading.is_step and judged.reading.rate is None and c > 0):
        return []
    if c < 0:
        return [
            f"they are {c:.6g} times the slopes of the loss: right where they are added to the parameters"
        ]
    why = f" ({_what_it_is(c, m, judged.forward.case.targets.shape[1])})"
    return [f"{which} are {c:.6g} times the slopes of the loss{why}: a matter of the learning rate"]


def _what_it_is(c: float, n_samples: int, n_outputs: int) -> str:
    """Every reading of a factor that the sizes allow: where 2 outputs meet a square, nobody can tell them apart."""
    readings = {
        "the number of samples": n_samples, "one over the number of samples": 1 / n_samples,
        "the number of outputs": n_outputs, "one over the number of outputs": 1 / n_outputs,
        "the number of samples times that of outputs": n_samples * n_outputs,
        "half the number of outputs": n_outputs / 2, "2 over the number of outputs": 2 / n_outputs,
        "the 2 of a square": 2.0, "the half of a half square": 0.5,
    }  # fmt: skip
    fitting = [text for text, number in readings.items() if number != 1 and abs(c - number) <= 1e-3 * number]
    return f"{c:.6g} may be {', or '.join(fitting)}" if fitting else "a constant factor"


def _right_ones(judged: Judged) -> list[str]:
    right = [wanted.name for wanted, is_right in zip(judged.wanted, judged.right, strict=True) if is_right]
    return [f"right: {', '.join(right)}", *_about_factor(judged, "these")] if right else []


def _is_certain(search: Search, judged: Judged) -> bool:
    """Whether wrong numbers are wrong gradients: some are right, a slip gives them, or no other reading is left.

    Steps may be of something else, unless the user says that they are of the pass.
    """
    if judged.is_doubtful or _of_another_form(judged):
        return False
    if not _shows_right(judged) and search.wish.left:
        return not judged.reading.is_step and bool(slips_of(search.bench, judged)[0])
    if not judged.reading.is_step:
        return not judged.reading.is_left_behind or _shows_right(judged) or _is_named(search, judged)
    is_told = _shows_right(judged) or search.wish.backward is not None
    return judged.reading.is_one_step and (is_told or _is_named(search, judged))


def _of_another_form(judged: Judged) -> str:
    """A matrix whose gradient is larger than that, so that the data may have to come in another form; "" for none."""
    for given, wanted in zip(judged.given, judged.wanted, strict=True):
        is_matrix = min(wanted.right.shape, default=0) > 1
        if given is not None and is_matrix and given.array.size > wanted.right.size:
            return wanted.name
    return ""


def _shows_right(judged: Judged) -> bool:
    """Whether some gradient is right that is not 0: of a unit that is off all readings give 0.

    Of what a training leaves behind one array in many is right by chance: half of them have to be.
    """
    pairs = zip(judged.right, judged.wanted, strict=True)
    n_right = sum(is_right and bool(np.nan_to_num(wanted.right).any()) for is_right, wanted in pairs)
    return 2 * n_right >= len(judged.wanted) if judged.reading.is_left_behind else n_right > 0


def _why_not(search: Search, judged: Judged) -> str:
    name = judged.reading.source
    if judged.is_sign_like:
        return f"{name} moves all parameters by the same amount, as Adam's first step does; they cannot be read from it"
    if name_of := _of_another_form(judged):
        return (
            f"what {name} gives for {name_of} is larger than that; the data may have to come in another form"
        )
    if judged.is_doubtful:
        if judged.forward.case.n_samples == 1:
            return f"what {name} gives is not the same multiple of the slopes with these parameters and with others"
        return f"what {name} gives is wrong with these parameters, and right with others"
    if search.wish.left:
        return f"what {name} gives is not right, and other readings were not tried"
    if judged.reading.is_one_step:
        return (
            f"no step of {name} is right; whether they are of something else, say by naming it with backward="
        )
    return f"how many steps {name} takes, or what else it does, is not known; name a backward function with backward="


def _alone(search: Search) -> list[str]:
    """A program that is right for single samples, and wrong for a batch."""
    alone = [judged for judged in search.found if judged.forward.case.n_samples == 1 and judged.is_right]
    return ["for one sample at a time all gradients are right"] if alone else []


def _other_loss(search: Search, judged: Judged) -> list[str]:
    others = [
        other for other in search.others
        if other.is_right and other.forward.part == judged.forward.part and search.confirmed(other).is_right
    ]  # fmt: skip
    if not others:
        return []
    return [
        f"the gradients are those of {others[0].objective.name}; your {judged.objective.name} is another loss"
    ]
