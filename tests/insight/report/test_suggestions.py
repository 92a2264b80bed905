"""What a report proposes follows from the findings and the curves."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import glassnet as gn
from glassnet.insight.diagnosis import Finding
from glassnet.insight.diagnosis.rules.words import said
from glassnet.insight.report.reading import read
from glassnet.insight.report.sections.python_code import python_code
from glassnet.insight.report.sections.suggestions import suggestions
from glassnet.insight.report.subject import Subject


def subject(layers: list[Any], **columns: list[float]) -> Subject:
    """A network that learned nothing, with these curves."""
    X = np.random.default_rng(0).normal(size=(60, 2))
    y = np.arange(60) % 2
    network = gn.Network([*layers, gn.Dense(2, "softmax")], seed=0)
    network.fit(
        X, y, loss="sparse_categorical_cross_entropy", optimizer=gn.SGD(0.01), epochs=1, progress=False
    )
    history = gn.History()
    n = len(next(iter(columns.values()), []))
    history.extend({"epoch": range(1, n + 1), **columns})
    given = (None, None, None, "")
    return read(network, X, y, history, None, (X[:30], y[:30]), given)


def finding(code: str, evidence: dict[str, float] | None = None, severity: str = "warning") -> Finding:
    return Finding(code, severity, "a cause", "a remedy", None, evidence or {}, "")


def proposed(about: Subject, *findings: Finding) -> list[dict[str, Any]]:
    """All changes but the last one, which is another seed."""
    *changes, last = (dict(made.change) for made in suggestions(about, findings))
    assert last == {"seed": 1}
    return changes


HIDDEN = [gn.Dense(4, "relu")]
FALLING = [1.0 / (epoch + 1) for epoch in range(10)]
FLAT = [1.0, 0.5, *[0.3] * 8]


def test_the_learning_rate_is_the_one_that_the_diagnosis_tried() -> None:
    found = finding("learning_rate_too_low", {"loss at 10 times the rate": 0.1})
    assert proposed(subject(HIDDEN, loss=FLAT), found) == [{"learning_rate": 0.1}]
    assert proposed(subject(HIDDEN, loss=FLAT), finding("exploding_gradient")) == [{"learning_rate": 0.0033}]


@pytest.mark.parametrize("code", ["unscaled_inputs", "unscaled_targets"])
def test_a_scale_asks_for_another_training_but_where_weights_make_up_for_it(code: str) -> None:
    carried = replace(finding(code, severity="note"), remedy=said(f"{code}.made_up.remedy"))
    assert proposed(subject(HIDDEN, loss=FLAT), carried) == []
    assert proposed(subject(HIDDEN, loss=FLAT), finding(code)) == [{"standardize": True}]


def test_where_the_labels_are_unrelated_no_training_is_proposed() -> None:
    (made,) = suggestions(subject(HIDDEN, loss=FALLING), [finding("labels_unrelated", severity="error")])
    assert made.change == {}
    assert made.why == "labels_unrelated: a remedy. Until then no other training helps."


def test_underfitting_asks_for_more_epochs_where_training_was_short_and_else_for_more_units() -> None:
    found = finding("underfitting")
    assert proposed(subject(HIDDEN, loss=[1.0]), found) == [{"epochs": 20}]
    assert proposed(subject(HIDDEN, loss=FALLING), found) == [{"epochs": 20}]
    assert proposed(subject(HIDDEN, loss=FLAT), found) == [{"hidden": [8]}]


def test_a_loss_that_still_falls_asks_for_more_epochs_and_one_at_rest_for_nothing() -> None:
    assert proposed(subject(HIDDEN, loss=FALLING)) == [{"epochs": 20}]
    assert proposed(subject(HIDDEN, loss=FLAT)) == []
    assert proposed(subject(HIDDEN)) == []


@pytest.mark.parametrize(
    ("validation", "change"),
    [
        ([1.0, 0.5, 0.4, *[0.6] * 7], [{"epochs": 3}]),
        ([1.0, 0.5, 0.4, *[0.42] * 7], []),
        ([1.0, *[1.5] * 9], [{"dropout": 0.2}]),
    ],
)
def test_a_validation_loss_that_rose_says_when_to_stop_unless_it_never_fell(
    validation: list[float], change: list[dict[str, Any]]
) -> None:
    assert proposed(subject(HIDDEN, loss=FLAT, validation_loss=validation)) == change


def test_dropout_grows_where_there_is_some_and_is_replaced() -> None:
    about = subject([*HIDDEN, gn.Dropout(0.2)], loss=FLAT)
    assert proposed(about, finding("overfitting")) == [{"dropout": 0.4}]
    code = python_code(about, {"dropout": 0.4})
    assert code == "net = gn.Network([gn.Dense(4, 'relu'), gn.Dropout(0.4), gn.Dense(2, 'softmax')], seed=0)"
    assert proposed(subject([*HIDDEN, gn.Dropout(0.5)], loss=FLAT), finding("overfitting")) == []
    assert proposed(subject([*HIDDEN, gn.Dropout(0.05)], loss=FLAT), finding("overfitting")) == [
        {"dropout": 0.25}
    ]


# ---- the thresholds: one case just inside, one just outside


def ended(last: float, **more: list[float]) -> Subject:
    """A validation loss that was best, 0.4, after three of ten epochs and ended there."""
    return subject(HIDDEN, loss=FLAT, validation_loss=[1.0, 0.5, 0.4, *[last] * 7], **more)


@pytest.mark.parametrize(("last", "change"), [(0.4401, [{"epochs": 3}]), (0.4399, [])])
def test_a_rise_above_a_tenth_is_said(last: float, change: list[dict[str, Any]]) -> None:
    assert proposed(ended(last)) == change


@pytest.mark.parametrize(("place", "change"), [(7, [{"epochs": 7}]), (8, [])])
def test_to_stop_is_proposed_where_the_best_lies_in_the_first_seven_tenths(
    place: int, change: list[dict[str, Any]]
) -> None:
    values = [1.0] * (place - 1) + [0.5] + [0.6] * (10 - place)
    assert proposed(subject(HIDDEN, loss=FLAT, validation_loss=values)) == change


@pytest.mark.parametrize(("best", "change"), [(0.9801, [{"dropout": 0.2}]), (0.9799, [{"epochs": 2}])])
def test_a_validation_loss_that_never_fell_clearly_asks_for_dropout(
    best: float, change: list[dict[str, Any]]
) -> None:
    values = [1.0, best, *[1.5] * 8]
    assert proposed(subject(HIDDEN, loss=FLAT, validation_loss=values)) == change


@pytest.mark.parametrize(("newest", "change"), [(0.2939, [{"epochs": 20}]), (0.2941, [])])
def test_a_loss_still_falls_where_the_last_tenth_made_it_a_fiftieth_better(
    newest: float, change: list[dict[str, Any]]
) -> None:
    assert proposed(subject(HIDDEN, loss=[1.0, *[0.3] * 8, newest])) == change


@pytest.mark.parametrize(("n", "change"), [(10, [{"epochs": 3}]), (9, [])])
def test_fewer_than_ten_samples_do_not_say_when_to_stop(n: int, change: list[dict[str, Any]]) -> None:
    about = ended(0.6)
    assert about.held is not None
    few = replace(about.held, X=about.held.X[:n], y=about.held.y[:n])
    assert proposed(replace(about, held=few)) == change


def test_nobody_is_told_to_stop_while_the_watched_accuracy_rises() -> None:
    rising = {"validation_accuracy": [0.3, 0.4, 0.5, *[0.7] * 7]}
    assert proposed(ended(0.6, **rising)) == [{"dropout": 0.2}]
    falling = {"validation_accuracy": [0.3, 0.4, 0.7, *[0.5] * 7]}
    assert proposed(ended(0.6, **falling)) == [{"epochs": 3}]
    about = subject(HIDDEN, loss=FLAT, validation_loss=[1.0, 0.5, 0.4, *[0.6] * 6, 0.71], **rising)
    (first, _) = suggestions(about, [])
    assert "validation accuracy went from 50.00 % to 70.00 % meanwhile" in first.why
    assert "was best after 3 epochs (0.4) and rose to 0.71." in first.why


@pytest.mark.parametrize(("restored", "change"), [(0, [{"epochs": 3}]), (2, [{"epochs": 3}]), (3, [])])
def test_to_stop_is_not_proposed_where_early_stopping_has_put_the_best_back(
    restored: int, change: list[dict[str, Any]]
) -> None:
    about = ended(0.6)
    assert about.history is not None
    about.history.restored_epoch = restored
    assert proposed(about) == change
