"""Whole sentences of the page, with the numbers in them, and what stands on either side of a bound."""

from __future__ import annotations

import io
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import glassnet as gn
from glassnet.insight.diagnosis import DiagnosisReport
from glassnet.insight.report import pictures
from glassnet.insight.report.sections import findings, quality
from glassnet.insight.report.sections.learning import rise
from glassnet.insight.report.sections.suggestions import suggestions
from glassnet.insight.report.subject import NamedSamples
from glassnet.insight.report.tables.subject import Judged, TableSubject, Worst
from tests.insight.report.pages import Page
from tests.insight.report.test_suggestions import FALLING, FLAT, HIDDEN, finding, subject


def why(**columns: list[float]) -> str:
    """The reason of the first suggestion."""
    return suggestions(subject(HIDDEN, **columns), [])[0].why


def test_each_reason_from_the_curves_names_its_epoch_and_its_values() -> None:
    assert why(loss=FALLING) == "The loss was still falling: its best value, 0.1, is that of epoch 10 of 10."
    early = [1.0, *[0.3] * 6, 0.2, 0.25, 0.28]
    assert why(loss=FLAT, validation_loss=[*early[:9], 0.19]).startswith(
        "The validation loss was still falling: its best value, 0.19, is that of epoch 10 of 10."
    )
    assert why(loss=FLAT, validation_loss=[1.0, 1.2, *[1.5] * 7, 1.75]) == (
        "The validation loss never fell clearly below that of the first epoch (1), and rose to 1.75: what was learned "
        "does not hold for new samples."
    )
    assert why(loss=FLAT, validation_loss=[1.0, 0.5, 0.4, *[0.6] * 6, 0.65]) == (
        "The validation loss was best after 3 epochs (0.4) and rose to 0.65: stop there."
    )
    assert why(loss=[1.0]) == "One epoch does not show where the loss ends: train longer."


def test_another_seed_is_the_next_one_or_1_where_the_network_began_from_a_generator() -> None:
    about = subject(HIDDEN, loss=FLAT)
    for seed, other in ((0, 1), (7, 8), (np.random.default_rng(3), 1)):
        network = gn.Network([gn.Dense(2, "softmax")], seed=seed, input_shape=2)
        *_, last = suggestions(replace(about, trained=replace(about.trained, network=network)), [])
        assert dict(last.change) == {"seed": other}
        assert last.why == "See how much of this result is luck: train from other first weights."


def test_the_reason_of_a_finding_is_its_code_and_its_remedy_with_one_stop() -> None:
    about = subject(HIDDEN, loss=FLAT)
    for remedy in ("a remedy", "a remedy."):
        (made, _) = suggestions(about, [replace(finding("overfitting"), remedy=remedy)])
        assert made.why == "overfitting: a remedy."


def test_the_first_of_several_reasons_why_nothing_helps_is_told() -> None:
    about, one = subject(HIDDEN, loss=FLAT), finding("labels_unrelated", severity="error")
    (made,) = suggestions(about, [one, replace(one, remedy="another")])
    assert made.why == "labels_unrelated: a remedy. Until then no other training helps." and not made.change


def test_where_all_is_right_already_the_curves_propose_nothing() -> None:
    about = subject(HIDDEN, loss=FALLING)
    for accuracy, codes in ((1.0, [["seed"]]), (0.99, [["epochs"], ["seed"]])):
        vars(about)["scores"] = {about.judged.name: {"accuracy": accuracy}}
        assert [list(made.change) for made in suggestions(about, [])] == codes


@pytest.mark.parametrize(("layer", "heading"), [(None, "note overfitting"), (0, "note overfitting, layer 0")])
def test_a_finding_is_headed_by_its_severity_its_code_and_its_layer(layer: int | None, heading: str) -> None:
    one = replace(finding("overfitting", severity="note"), layer=layer)
    assert Page(findings.listed(DiagnosisReport((one,)), "", "")).texts("h3") == [heading]


@pytest.mark.parametrize(("last", "rose"), [(1.1, False), (1.1000001, True)])
def test_a_loss_rose_where_it_is_more_than_a_tenth_above_its_best(last: float, rose: bool) -> None:
    history = gn.History()
    history.extend({"epoch": [1, 2], "loss": [1.0, 0.5], "validation_loss": [1.0, last]})
    assert rise(history) == ((0, 1.0, last) if rose else None)


@pytest.mark.parametrize(
    ("margin", "place"), [(-0.1, 0), (0.0, 0), (1e-9, 1), (0.9999, 1), (1.0, 2), (1.5, 2)]
)
def test_a_margin_counts_on_one_side_of_each_bound(margin: float, place: int) -> None:
    about: Any = SimpleNamespace(misses=np.array([[1 - margin]]), judged=SimpleNamespace(name="test"))
    rows = next(iter(Page(quality._of_margins(about)).tables.values()))
    assert [cells[1] for cells in rows[1:]] == ["100.00 %" if i == place else "0.00 %" for i in range(3)]


def test_what_holds_arrays_is_compared_as_itself_and_not_by_its_numbers() -> None:
    """``==`` between arrays has no single answer; two subjects with equal numbers are two."""
    numbers, about = np.arange(3.0), subject(HIDDEN, loss=FLAT)
    judged = Judged("test", np.arange(3), numbers, numbers)
    parts: list[Any] = [
        NamedSamples("test", numbers, numbers), judged,
        Worst(1, "a", "b", "c", {}), about, about.names, about.trained,
        TableSubject("", "", (), [], [], [], [], {}, {}, None, DiagnosisReport(), "", judged, None, [], 0, [], [], []),
    ]  # fmt: skip
    for one in parts:
        assert one == one and one != replace(one) and hash(one) == hash(one)


@pytest.mark.parametrize(
    ("low", "high", "grey"), [(-1.0, 3.0, [255, 191, 128, 0]), (2.0, 2.0, [255, 255, 255, 0])]
)
def test_pixels_go_from_white_at_the_lowest_number_to_black_at_the_highest(
    low: float, high: float, grey: list[int]
) -> None:
    images = pytest.importorskip("PIL.Image")
    with images.open(io.BytesIO(pictures.png(np.array([[-1.0, 0.0, 1.0, 3.0]]), low, high))) as image:
        assert np.asarray(image).tolist() == [grey]
