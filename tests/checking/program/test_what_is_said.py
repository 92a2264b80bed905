"""What a check of a whole program says of a reading: each sentence, and on both sides of every choice."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from glassnet.checking.finding.matching import Found, Wanted
from glassnet.checking.program.data import DataForm
from glassnet.checking.program.trying import reporting
from glassnet.checking.program.trying.judging import Judged
from glassnet.checking.program.trying.reading import Reading
from glassnet.checking.report import Slip

G = np.array([[1.0, -2.0], [0.5, 4.0]])


def judged(
    *, given: Any = G, right: bool = True, n_samples: int = 5, n_outputs: int = 3, form: str = "rows",
    is_own: bool = True, n: int = 1, wanted: Any = G, **more: Any,
) -> Judged:  # fmt: skip
    """A reading of n parameters, whose gradients are all right or all wrong."""
    x = np.zeros((n_samples, 2))
    forward: Any = SimpleNamespace(
        part=SimpleNamespace(name="forward"), state={},
        case=DataForm(x, x, form, n_samples, np.zeros((n_samples, n_outputs))),
    )  # fmt: skip
    of_reading = {k: more.pop(k) for k in ("is_step", "rate", "is_one_step", "is_left_behind") if k in more}
    found = None if given is None else Found("dW", given)
    reading = Reading("backward", [], list, **of_reading)
    objective: Any = SimpleNamespace(name="mean_squared_error", is_own=is_own)
    parameters = [Wanted(f"W{i}", np.asarray(wanted)) for i in range(n)]
    return Judged(forward, reading, objective, parameters, [found] * n, [right] * n, **more)


def search(**changes: Any) -> Any:
    """A search that found nothing else."""
    wish = SimpleNamespace(left={}, backward=None, ran=set())
    bench = SimpleNamespace(put_back=lambda _: None)
    usual = {"others": [], "found": [], "wish": wish, "bench": bench, "confirmed": lambda found: found}
    return SimpleNamespace(**usual | changes)


@pytest.fixture
def slips(monkeypatch: pytest.MonkeyPatch) -> list[Slip]:
    """The slips that give the learner's numbers: none, unless a test puts one in."""
    found: list[Slip] = []
    monkeypatch.setattr(reporting, "slips_of", lambda *_: (tuple(found), (), []))
    return found


# ---- what was taken for what


def test_two_lines_say_what_was_taken_for_what() -> None:
    assert reporting.taken_for(judged()) == (
        "taken for the forward pass: forward (5 samples in rows); for the gradients: backward; "
        "for the loss: your mean_squared_error",
        "taken for the parameters: W0 (2, 2)",
    )
    alone = judged(n_samples=1, form="one sample at a time", is_step=True, is_own=False)
    assert reporting.taken_for(alone)[0] == (
        "taken for the forward pass: forward (one sample at a time); for the gradients: the steps of backward; "
        "for the loss: mean_squared_error"
    )


@pytest.mark.parametrize(("n", "end"), [(8, "W7 (2, 2)"), (9, "W7 (2, 2) and 1 more"), (11, " and 3 more")])
def test_the_first_eight_parameters_are_named(n: int, end: str) -> None:
    line = reporting.taken_for(judged(n=n))[1]
    assert line.endswith(end) and line.count("(2, 2)") == 8


# ---- factors


@pytest.mark.parametrize(("off", "said"), [(0.99e-4, False), (1.01e-4, True)])
def test_a_factor_is_said_from_a_ten_thousandth_on(off: float, said: bool) -> None:
    for factor in (1 + off, 1 - off):
        assert bool(reporting._about_factor(judged(factor=factor))) is said


def test_of_steps_whose_rate_nobody_knows_only_the_sign_is_said() -> None:
    assert reporting._about_factor(judged(factor=3.0, is_step=True)) == []
    assert len(reporting._about_factor(judged(factor=3.0, is_step=True, rate=0.1))) == 1
    (down,) = reporting._about_factor(judged(factor=-3.0, is_step=True))
    assert down == "they are -3 times the slopes of the loss: right where they are added to the parameters"


@pytest.mark.parametrize(
    ("c", "may_be"),
    [
        (5.0, "5 may be the number of samples"), (0.2, "0.2 may be one over the number of samples"),
        (4.0, "4 may be the number of outputs"), (0.25, "0.25 may be one over the number of outputs"),
        (2.0, "2 may be half the number of outputs, or the 2 of a square"),
        (0.5, "0.5 may be 2 over the number of outputs, or the half of a half square"),
        (3.0, "a constant factor"), (5.0 * 1.00099, "5.00495 may be the number of samples"),
        (5.0 * 1.00101, "a constant factor"), (5.0 * 0.99899, "a constant factor"),
    ],
)  # fmt: skip
def test_a_factor_is_explained_by_every_size_that_it_may_be(c: float, may_be: str) -> None:
    (line,) = reporting._about_factor(judged(factor=c, n_outputs=4))
    assert (
        line
        == f"all gradients are {c:.6g} times the slopes of the loss ({may_be}): a matter of the learning rate"
    )


def test_one_sample_or_output_explains_no_factor() -> None:
    assert reporting._what_it_is(1.0, 1, 1) == "a constant factor"
    assert reporting._what_it_is(2.0, 1, 1) == "2 may be 2 over the number of outputs, or the 2 of a square"


# ---- all is right


def test_what_is_right_is_told_with_what_was_made_of_it(slips: list[Slip]) -> None:
    report = reporting.report_of(search(), judged(decay=0.3, factor=2.0, clipped=5.0, n_outputs=7))
    assert report.ok is True and report.slips == () and report.not_checked == ()
    assert report.notes[2:] == (
        "all gradients are 2 times the slopes of the loss (2 may be the 2 of a square): a matter of the learning rate",
        "to each weight's gradient 0.15 of the weight is added, which the loss does not contain: weight decay",
        "gradients larger than 5 are cut off there",
    )
    assert len(reporting.report_of(search(), judged()).notes) == 2


def test_steps_up_the_loss_are_a_slip_and_gradients_that_are_added_are_none(slips: list[Slip]) -> None:
    up = reporting.report_of(search(), judged(factor=-1.0, is_step=True))
    assert up.ok is False and [slip.code for slip in up.slips] == ["sign_flipped"]
    added = reporting.report_of(search(), judged(factor=-1.0))
    assert added.ok is True and added.notes[-1].endswith("right where they are added to the parameters")


def test_parameters_at_which_nothing_can_be_measured_are_counted(slips: list[Slip]) -> None:
    kink = np.full((2, 2), np.nan)
    report = reporting.report_of(search(), judged(wanted=kink, n=2))
    assert report.ok is None and report.not_checked == ("2 parameters, at which the loss has a kink",)
    partly = np.where(G == 4, np.nan, G)
    assert reporting.report_of(search(), judged(wanted=partly)).not_checked == ()


# ---- something is wrong


def test_a_gradient_without_an_array_is_not_looked_at(slips: list[Slip]) -> None:
    one, other = judged(given=None, right=False), judged(given=G + 1, right=False)
    one.wanted, one.given, one.right = one.wanted * 3, [None, G_FOUND, FAR], [False, True, False]
    report = reporting.report_of(search(), one)
    assert report.ok is None and report.notes[-1] == "right: W0"
    missing, unsure = report.not_checked
    assert missing == "the gradient of W0: no array of its shape (2, 2) was returned, kept or applied"
    assert unsure == "gradient of W0: whether the array that was found is it (2 beside 1)"
    assert reporting.report_of(search(), other).ok is False


G_FOUND, FAR = Found("dW", G), Found("dW", G + 1)


def test_wrong_gradients_are_shown_beside_the_right_ones_times_their_factor(slips: list[Slip]) -> None:
    slips.append(Slip("batch_mean_missing", (0,), "a message", "a fix"))
    wrong = judged(given=2 * G + np.array([[0, 0], [0, 3.0]]), right=False, factor=2.0, n=2)
    wrong.given[0], wrong.right[0] = Found("dW", 2 * G), True
    report = reporting.report_of(search(), wrong)
    assert report.ok is False and report.slips == tuple(slips)
    (line,) = report.evidence
    assert (line.name, line.place, line.yours, line.right) == ("gradient of W1", "[1, 1]", "11", "8")
    assert report.notes[2:] == (
        "right: W0",
        "these are 2 times the slopes of the loss (2 may be the 2 of a square): a matter of the learning rate",
    )


def test_it_is_said_where_single_samples_or_another_loss_are_right(slips: list[Slip]) -> None:
    wrong, alone = judged(given=G + 1, right=False), judged(n_samples=1)
    other = judged(wanted=G * np.array([1, -1]))
    other.objective.name = "mean_absolute_error"
    other.forward.part = wrong.forward.part
    notes = reporting.report_of(search(found=[alone], others=[other]), wrong).notes
    assert notes[-2:] == (
        "for one sample at a time all gradients are right",
        "the gradients are those of mean_absolute_error; your mean_squared_error is another loss",
    )
    batch, wrong_alone = judged(), judged(n_samples=1, right=False)
    stranger, not_right = judged(wanted=-G), judged(wanted=-G, right=False)
    stranger.forward.part = SimpleNamespace(name="another")
    not_right.forward.part = wrong.forward.part
    found = search(found=[batch, wrong_alone], others=[stranger, not_right])
    assert len(reporting.report_of(found, wrong).notes) == 2


def turned(angle: float) -> Any:
    """A gradient of the same size in another direction."""
    return np.array([np.cos(angle), np.sin(angle)])


@pytest.mark.parametrize(("cosine", "near"), [(0.99991, True), (0.99989, False)])
def test_a_loss_with_nearly_the_same_slopes_is_nearly_that_loss(
    cosine: float, near: bool, slips: list[Slip]
) -> None:
    wrong = judged(given=turned(2), wanted=turned(0), right=False)
    usual = judged(given=turned(np.arccos(cosine)), wanted=turned(np.arccos(cosine)), is_own=False)
    usual.forward.part = wrong.forward.part
    report = reporting.report_of(search(others=[usual]), wrong)
    assert report.ok is near
    assert ("your mean_squared_error is nearly that loss" in report.notes[-1]) is near
    for change in ("part", "right", "number"):
        other = judged(wanted=turned(0), right=change != "right", n=2 if change == "number" else 1)
        other.forward.part = wrong.forward.part if change != "part" else SimpleNamespace(name="another")
        assert reporting._nearly_the_same(search(others=[other]), wrong) is None


def test_the_direction_of_two_gradients_is_compared_where_both_are_known() -> None:
    assert reporting._cosine(np.array([3.0, np.nan, 4.0]), np.array([6.0, 1.0, 8.0])) == pytest.approx(1)
    assert reporting._cosine(np.array([1.0, 2.0]), np.array([np.inf, 2.0])) == 1
    assert reporting._cosine(np.array([1.0, 2.0]), np.array([-2.0, 1.0])) == 0
    assert reporting._cosine(np.zeros(2), np.ones(2)) == 1
    assert reporting._cosine(np.ones(2), np.ones(3)) == reporting._cosine(np.ones((1, 2)), np.ones(2)) == 0


# ---- what is certain


STEP, NOT_ONE, BESIDE = {"is_step": True}, {"is_step": True, "is_one_step": False}, {"is_left_behind": True}


@pytest.mark.parametrize(
    ("reading", "some_right", "left", "named", "is_slip", "certain"),
    [
        ({}, False, False, False, False, True), ({}, True, False, False, False, True),
        # what was not tried may be what is meant, unless a slip gives the numbers
        ({}, False, True, False, False, False), ({}, False, True, False, True, True),
        ({}, True, True, False, False, True),
        (STEP, False, True, False, True, False),
        # steps may be of something else, unless some are right, the user says so, or a slip gives every number
        (STEP, False, False, False, False, False), (STEP, False, False, False, True, True),
        (STEP, False, False, True, False, True), (NOT_ONE, False, False, False, True, False),
        (STEP, True, False, False, False, True), (NOT_ONE, True, False, True, False, False),
        # what a training leaves behind may be anything
        (BESIDE, False, False, False, False, False), (BESIDE, True, False, False, False, True),
    ],
)  # fmt: skip
def test_wrong_numbers_are_wrong_gradients_where_nothing_else_is_possible(
    reading: Any, some_right: bool, left: bool, named: bool, is_slip: bool, certain: bool, slips: list[Slip]
) -> None:
    wrong = judged(right=False, n=2, **reading)
    wrong.right[0] = some_right
    found = search()
    found.wish.left, found.wish.backward = {"others": None} if left else {}, "step" if named else None
    slips += [Slip("batch_mean_missing", (), "", "")] if is_slip else []
    assert reporting._is_certain(found, wrong) is certain
    wrong.is_doubtful = True
    assert not reporting._is_certain(found, wrong)


def test_why_nothing_is_said_of_the_gradients_is_said(slips: list[Slip]) -> None:
    def why(left: bool = False, **more: Any) -> str:
        found = search()
        found.wish.left = {"others": None} if left else {}
        report = reporting.report_of(found, judged(right=False, **more))
        assert report.ok is None and report.slips == () and len(report.notes) == 2
        return report.not_checked[0].removeprefix("the gradients: ")

    assert why(given=0.01 * np.sign(G), **STEP).startswith("backward moves all parameters by the same amount")
    assert (
        why(is_doubtful=True) == "what backward gives is wrong with these parameters, and right with others"
    )
    assert why(left=True) == "what backward gives is not right, and other readings were not tried"
    assert why(**STEP).startswith("no step of backward is right; whether they are of something else")
    assert why(**NOT_ONE).startswith("how many steps backward takes, or what else it does, is not known")
