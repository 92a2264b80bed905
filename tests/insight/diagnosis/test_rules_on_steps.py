"""The rules about steps, the start and units: one case just inside each threshold, one just outside."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import glassnet as gn
from glassnet.insight.diagnosis.curve import LossCurve
from glassnet.insight.diagnosis.rules import rate, start, unit
from glassnet.insight.diagnosis.trials import Trial
from tests.insight.diagnosis.cases import three_classes
from tests.insight.diagnosis.conftest import CaseOf


def trial(loss: float, n: int = 10) -> Trial:
    return Trial(np.full(n, loss), SimpleNamespace(loss=loss, score=0.5))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("other", "reached", "better"),
    [
        (0.849, 1.0, False), (0.59, 1.0, True), (0.61, 1.0, False),  # four tenths of the own loss
        (0.10, 0.26, True), (0.12, 0.26, False),  # and 0.15 of that of guessing
        (0.9, np.inf, True), (1.01, np.inf, False), (np.inf, 1.0, False),
    ],
)  # fmt: skip
def test_a_copy_is_much_better_by_parts_of_both_losses(other: float, reached: float, better: bool) -> None:
    case = SimpleNamespace(sample=SimpleNamespace(chance=1.0, guess=0.9, floor=0.0))
    assert rate._much_better(case, other, reached) is better  # type: ignore[arg-type]
    above = SimpleNamespace(sample=SimpleNamespace(chance=11.0, guess=10.9, floor=10.0))
    assert rate._much_better(above, other + 10, reached + 10) is better  # type: ignore[arg-type]


def course(**given: Any) -> Any:
    """A case of the rules on steps: its curve, what copies reach, and how it went."""
    seen = {
        "steady": True, "diverged": False, "learned": False, "progress": 0.0, "rises": 0.5, "loss": 1.0,
        "scheduled": False,
    } | given  # fmt: skip
    trials = SimpleNamespace(
        repeatable=False, rate=0.1, begun=(np.ones(1),), as_it_was=lambda *_: trial(seen["loss"]),
        at_rate=lambda factor, order=1: trial(seen["at"].get(round(factor, 6), seen["loss"])),
    )  # fmt: skip
    values = np.full(20, float(seen["loss"]))
    curve = SimpleNamespace(last=seen["loss"], rises=seen["rises"], values=values)
    return SimpleNamespace(
        trials=trials, diverged=seen["diverged"], learned=seen["learned"], curve=curve, observed=None,
        put_back=0, ends_with_curve=True, network=SimpleNamespace(parameters=np.ones(1)),
        training=SimpleNamespace(steady=seen["steady"], scheduled=seen["scheduled"]),
        now=SimpleNamespace(progress=seen["progress"], loss=seen["loss"]), rows=range(10), x=range(10),
        sample=SimpleNamespace(chance=1.0, guess=1.0, floor=0.0),
    )  # fmt: skip


@pytest.mark.parametrize(("given", "factor"), [
    ({"at": {0.1: 0.1}}, 0.1), ({"at": {0.01: 0.1}}, 0.01), ({"at": {0.001: 0.1}}, 0.001),
    ({"at": {0.0001: 0.1}}, None),
    ({"at": {0.1: 0.1}, "steady": False}, None),
    ({"at": {0.1: 0.1}, "learned": True, "progress": 0.61}, None),
    ({"at": {0.1: 0.1}, "learned": True, "progress": 0.59}, 0.1),
    ({"at": {0.1: 0.1}, "rises": 0.049}, None), ({"at": {0.1: 0.1}, "rises": 0.051}, 0.1),
    ({"at": {0.1: 0.1}, "rises": 0.0, "progress": -1.01}, 0.1),
    ({"at": {0.1: 0.1}, "rises": 0.0, "progress": -0.99}, None),
    ({"at": {0.1: 0.1}, "rises": 0.0, "diverged": True}, 0.1),
])  # fmt: skip
def test_steps_are_too_long_where_the_loss_jumps_and_shorter_ones_bring_it_down(
    given: dict[str, Any], factor: float | None
) -> None:
    made = rate.learning_rate_too_high(course(**given))
    assert (made is not None) == (factor is not None)
    if made is not None and factor is not None:
        assert made.remedy == f"use a learning rate of about {0.1 * factor:g}"
        assert made.evidence[f"loss at {factor:g} times the rate"] == 0.1


@pytest.mark.parametrize(("given", "factor"), [
    ({"at": {10.0: 0.1}}, 10), ({"at": {1e5: 0.1}}, 1e5), ({"at": {1e6: 0.1}}, None),
    ({"at": {10.0: 1.019, 100.0: 0.1}}, 100), ({"at": {10.0: 1.021, 100.0: 0.1}}, None),
    ({"at": {10.0: np.inf, 100.0: 0.1}}, None),
    ({"at": {10.0: 0.1}, "steady": False}, None), ({"at": {10.0: 0.1}, "learned": True}, None),
    ({"at": {10.0: 0.1}, "diverged": True}, None), ({"at": {10.0: 0.1}, "progress": 0.61}, None),
    ({"at": {10.0: 0.1}, "progress": 0.59}, 10),
])  # fmt: skip
def test_steps_are_too_short_where_longer_ones_are_far_ahead(
    given: dict[str, Any], factor: float | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rate, "helps_new_samples", lambda *_: True)
    made = rate.learning_rate_too_low(course(**given))
    assert (made is not None) == (factor is not None)
    if made is not None and factor is not None:
        assert made.severity == "warning"
        assert made.remedy == f"use a learning rate of about {0.1 * factor:g}"
        assert made.cause == (
            "at learning rate 0.1 the loss was 1 in the last 2 of 20 epochs; copies that begin with the same weights "
            f"reached 0.1 and 0.1 in 10 epochs at {0.1 * factor:g}: the steps are too short"
        )


def test_where_every_copy_takes_the_same_steps_the_second_has_a_rate_a_little_beside() -> None:
    case = course(at={0.1: 0.1, 0.08: 0.2})
    case.trials.repeatable = True
    made = rate.learning_rate_too_high(case)
    assert made is not None and "reached 0.1 and 0.2 in 10 epochs at 0.01 and 0.008" in made.cause
    assert made.evidence["loss at 0.1 times the rate"] == 0.2
    case = course(at={0.1: 0.1})
    case.trials.repeatable = True
    assert rate.learning_rate_too_high(case) is None


@pytest.mark.parametrize(("n", "told"), [
    (9, "in the last of 9 epochs"), (19, "in the last of 19 epochs"), (20, "in the last 2 of 20 epochs"),
    (39, "in the last 3 of 39 epochs"),
])  # fmt: skip
def test_a_loss_is_told_with_the_epochs_that_it_is_of(n: int, told: str) -> None:
    case = course(at={})
    case.curve.values = np.ones(n)
    assert rate._own(case) == f"the loss was 1 {told}"
    assert rate._own(SimpleNamespace(diverged=True)) == "the loss left the finite numbers"  # type: ignore[arg-type]
    case.curve = None
    assert rate._own(case) == "the loss is 1"
    case.x = range(30)
    assert rate._copies(case, [trial(0.5)]) == (
        "a copy that begins with the same weights reached 0.5 in 10 epochs of 10 samples"
    )


@pytest.mark.parametrize(
    ("option", "limit", "found"),
    [("clip_norm", 0.2, True), ("clip_norm", 0.201, False), ("clip_value", 0.1, True), ("clip_value", 0.101, False)],
)  # fmt: skip
def test_clipping_throttles_where_it_leaves_a_tenth(option: str, limit: float, found: bool) -> None:
    case = course(at={})
    update = SimpleNamespace(gradient=np.array([0.5, -1.0]))
    case.start = SimpleNamespace(record=SimpleNamespace(update=update), gradient_norm=2.0)
    case.trials.course = SimpleNamespace(optimizer=gn.SGD(0.1, **{option: limit}))
    case.trials.repeated = lambda order, optimizer: trial(
        0.1 if (optimizer.clip_norm, optimizer.clip_value) == (None, None) else 1.0
    )
    made = rate.clipped_too_much(case)
    assert (made is not None) == found
    if made is not None:
        assert f"{option}={limit:g} left 0.1 of the gradient before training" in made.cause
        assert made.evidence == {
            "part of the gradient that was left": 0.1, "loss": 1.0, "loss without clipping": 0.1,
        }  # fmt: skip


@pytest.mark.parametrize(("score", "found"), [(0.751, True), (0.749, False)])
def test_weights_weigh_a_training_down_where_a_copy_without_them_is_a_quarter_ahead(
    case_of: CaseOf, score: float, found: bool
) -> None:
    net, X, y = three_classes()
    case = case_of(net, X, y, class_weight={0: 1.0, 1: 1.0, 2: 9.0})
    vars(case)["now"] = SimpleNamespace(score=0.4, targets=SimpleNamespace(kind="values"))
    without = Trial(np.ones(3), SimpleNamespace(score=score, targets=SimpleNamespace(kind="values")))  # type: ignore[arg-type]
    vars(case)["trials"] = SimpleNamespace(
        repeatable=False,
        repeated=lambda order, weights: without,
        as_it_was=lambda: SimpleNamespace(score=0.5),
    )
    made = rate.weighed_down(case)
    assert (made is not None) == found
    if made is not None:
        assert made.evidence == {
            "largest / smallest weight": pytest.approx(9.0), "score": 0.4, "score without weights": score,
        }  # fmt: skip
        n = (y == 2).sum()
        half = (9 * n + (200 - n)) / 2
        assert made.cause.startswith(
            f"the weights of samples and classes give {np.ceil(half / 9) / 200:.1%} of the samples half of all weight"
        )


@pytest.mark.parametrize(("before", "now", "told"), [
    (0, 4, "they died in training: use a smaller learning rate"),
    (2, 4, "2 of them were so before training, the others died in it: use a smaller"),
    (3, 4, "3 of them were so before training: begin with biases of 0"),
])  # fmt: skip
def test_when_units_died_is_told(before: int, now: int, told: str) -> None:
    X = np.array([[1.0], [-1.0]])
    places = np.arange(6)

    def block(n: int) -> Any:
        return SimpleNamespace(
            index=0, dead=places < n, weights=np.ones((1, 6)), dense=SimpleNamespace(inputs=X), active=None,
            shifted_before=False,
        )  # fmt: skip

    adam = SimpleNamespace(optimizer=gn.Adam())
    case = SimpleNamespace(start=SimpleNamespace(blocks=[block(before)]), may_be_trained=True, training=adam)
    assert unit._when_they_died(case, block(now)).startswith(told)  # type: ignore[arg-type]
    case.start = None
    assert unit._when_they_died(case, block(now)) == "use leaky_relu, which keeps a slope everywhere"  # type: ignore[arg-type]


def test_a_rule_without_a_rate_is_not_told_to_lower_it() -> None:
    def block(n: int) -> Any:
        return SimpleNamespace(index=0, dead=np.arange(6) < n)

    minimised = SimpleNamespace(optimizer=gn.LBFGS())
    case = SimpleNamespace(start=SimpleNamespace(blocks=[block(0)]), may_be_trained=True, training=minimised)
    assert unit._when_they_died(case, block(4)) == "they died in training: use leaky_relu"  # type: ignore[arg-type]


def test_what_would_wake_dead_units_is_told() -> None:
    def told(inputs: Any, weights: Any, index: int = 0, normalised: bool = False) -> str:
        made = SimpleNamespace(inputs=np.asarray(inputs, float))
        block = SimpleNamespace(
            index=index, weights=np.asarray(weights, float), dense=made, active=None if normalised else made,
            shifted_before=normalised,
        )  # fmt: skip
        return unit._what_wakes(block, np.array([True, True]))  # type: ignore[arg-type]

    assert told([[1]], [[1, 1]], normalised=True) == "begin with a shift of 0 behind the normalisation"
    assert told([[1]], [[1, -1]]) == "begin with biases of 0"
    assert told([[1]], [[0, 0]]) == 'draw the weights at random, such as with "he_normal"'
    assert told([[1]], [[-1, -1]]).startswith("standardise the inputs, so that what comes in has mean 0")
    assert told([[1]], [[-1, -1]], 1).startswith("put BatchNorm before the activation, so that")


@pytest.mark.parametrize(("size", "direction"), [(0.01, "shrinks"), (100.0, "grows")])
def test_a_flow_is_told_by_the_errors_and_gradients_of_the_first_and_the_last_layer(
    case_of: CaseOf, size: float, direction: str
) -> None:
    X = np.random.default_rng(0).normal(size=(50, 2))
    pairs = [(np.full((2, 2), scale), np.zeros(2)) for scale in (0.5, size, size, 0.7)]
    case = case_of(gn.adapt(pairs, ["leaky_relu"] * 3 + ["linear"]), X, X, loss="mse", trained=False)
    find = start.vanishing_at_start if direction == "shrinks" else start.exploding_at_start
    made = find(case)
    assert made is not None and made.layer == 0
    first, last = case.start.blocks[0], case.start.blocks[-1]  # type: ignore[union-attr]
    ratio = first.error_norm / last.error_norm
    assert made.cause == (
        f"before training the error {direction} by a factor of {max(ratio, 1 / ratio):.3g} on its way back from layer "
        f"3 to layer 0; the gradient of the weights of layer 3 is {last.gradient_norm:.3g}, of layer 0 "
        f"{first.gradient_norm:.3g}"
    )
    assert made.evidence == {
        "error at first / at last layer": ratio, "gradient of first layer": first.gradient_norm,
        "of last layer": last.gradient_norm,
    }  # fmt: skip


@pytest.mark.parametrize(("epoch", "severity"), [(2, "note"), (3, "warning"), (None, "warning")])
def test_a_first_loss_that_is_soon_left_behind_is_a_note(
    case_of: CaseOf, epoch: int | None, severity: str
) -> None:
    net, X, y = three_classes()
    net.layers[-1].bias[...] = [20, 0, -20]
    values = np.full(20, 9.0)
    if epoch is not None:
        values[epoch - 1 :] = 0.5
    measured = {"curve": LossCurve(values), "learned": False, "relation": SimpleNamespace(score=-9.0)}
    made = start.initial_loss_not_chance(case_of(net, X, y, trained=False, measured=measured))
    assert made is not None and made.severity == severity
    ending = "in 20 epochs no loss fell below that" if epoch is None else f"epoch {epoch} fell below that"
    assert made.cause.endswith(ending)
    assert made.remedy == "begin with biases of 0 in the last layer"
    assert made.layer == 1 and made.evidence["ratio"] == pytest.approx(
        made.evidence["first loss"] / np.log(3), rel=0.01
    )


def test_the_callback_looks_ever_more_seldom() -> None:
    net, X, y = three_classes()
    watch = gn.Diagnosis(warn=False)
    net.fit(X, y, loss="scce", epochs=40, callbacks=[watch], engine="numpy", progress=False)
    looked = watch.history.records["diagnosis"].epochs
    assert looked[:2] == [1, 2] and looked[-1] <= 40 and len(looked) < 20
    gaps = np.diff(looked)
    assert (np.diff(gaps) >= -1).all() and gaps[-1] >= 2
