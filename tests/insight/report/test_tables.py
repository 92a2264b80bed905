"""What the report of a table says, of numbers that are written down here: nothing is trained and little drawn."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from html import unescape
from typing import Any

import numpy as np
import pytest

import glassnet as gn
from glassnet.insight.diagnosis import DiagnosisReport
from glassnet.insight.report import pictures
from glassnet.insight.report.markup import Html
from glassnet.insight.report.sections.quality import _plane
from glassnet.insight.report.tables import data, leaning, page, quality
from glassnet.insight.report.tables.subject import Advice, ColumnUse, Judged, TableSubject, Worst
from glassnet.tables.explain import Contributions, Dependence, Difference, Importances
from glassnet.tables.explain.importance import Importance

Cells = list[list[str]]


def text_of(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def rows_of(html: str) -> Cells:
    """The cells of all rows of tables."""
    rows = re.findall(r"<tr>(.*?)</tr>", html)
    return [[unescape(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)] for row in rows]


@pytest.fixture(autouse=True)
def drawn(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Callable[[], Any]]]:
    """Pictures by their alternatives, ready to be drawn."""
    kept: dict[str, Callable[[], Any]] = {}

    def noted(draw: Callable[[], Any], alt: str, caption: str) -> Html:
        kept[alt] = draw
        return Html(f"[{alt} | {caption}]")

    for module in (quality, leaning):
        monkeypatch.setattr(module, "drawn", noted)
    yield kept


def of_values(**changes: Any) -> TableSubject:
    history = gn.History()
    history.extend({"epoch": [1, 2], "loss": [2.0, 1.0], "validation_loss": [3.0, 1.5]})
    plain = TableSubject(
        "homes", "price", (), [("hidden layers", "one of 8")],
        [
            ColumnUse("size", "numbers", 0.125, 1234, "1 to 9", "2 features"),
            ColumnUse("town", "text", 0.0, 3, "Bonn", "1 feature"),
            ColumnUse("id", "text", 0.0, 1300, "a", "left out"),
        ],
        ["size is scaled"], ["id gives the price away"],
        {"training": np.array([1.0, 2, 3, 6]), "validation": np.array([2.0, 4]), "test": np.array([1.0, 5])},
        {
            "training": {"r2": 0.5, "mean_absolute_error": 1.25}, "validation": {"r2": 0.4},
            "test": {"r2": 0.25, "mean_absolute_error": 2.5},
        },
        history, DiagnosisReport(()), "", Judged("test", np.array([7, 9]), np.array([1.0, 5]), np.array([2.0, 1.0])),
        None, [], 0, [], [], [Advice("more rows", "glassnet train more"), Advice("rest")],
    )  # fmt: skip
    return replace(plain, **changes)


def of_classes(n: int = 2, judged: Judged | None = None) -> TableSubject:
    names = tuple(f"class {place}" for place in range(n))
    true = np.arange(8) % n
    said = np.full((8, n), 0.2 / n)
    said[np.arange(8), np.append(true[:6], (true[6:] + 1) % n)] = 0.8
    test = judged or Judged("test", np.arange(8), true, said)
    return of_values(
        classes=names, parts={"training": np.array([0, 0, 0, 1]), "test": test.true},
        scores={"training": {"accuracy": 0.75}, test.name: {"accuracy": 0.75}}, judged=test,
    )  # fmt: skip


# ---- data


def test_data_name_parts_and_columns_and_what_became_of_them() -> None:
    html = data.data(of_values())
    said = text_of(html)
    assert "rows 4 training, 2 validation and 2 test" in said and "columns 3, of which 2 are read" in said
    assert "look here id gives the price away" in said and "What was decided size is scaled" in said
    rows = rows_of(html)
    assert ["size", "numbers", "12.50 %", "1,234", "1 to 9", "2 features"] in rows
    assert ["town", "text", "–", "3", "Bonn", "1 feature"] in rows
    assert ["training", "1", "2.5", "3", "1.871", "6"] in rows and ["test", "1", "3", "3", "2", "5"] in rows
    assert "What was decided" not in data.data(of_values(notes=[]))


def test_classes_are_counted_in_each_part() -> None:
    rows = rows_of(data.data(of_classes()))
    assert ["class", "training", "test"] in rows
    assert ["class 0", "3 (75.00 %)", "4 (50.00 %)"] in rows and [
        "class 1",
        "1 (25.00 %)",
        "4 (50.00 %)",
    ] in rows


@pytest.mark.parametrize(
    ("n", "left"), [(30, ""), (31, "1 more class left out"), (33, "3 more classes left out")]
)
def test_of_many_classes_the_first_thirty_are_shown(n: int, left: str) -> None:
    html = data.data(of_classes(n))
    assert sum(row[0].startswith("class ") for row in rows_of(html)) == 30
    assert (left in html) if left else "left out</caption>" not in html
    rows = [row for row in rows_of(quality.quality(of_classes(n))) if row[0].startswith("class ")]
    assert len(rows) == 30


@pytest.mark.parametrize(
    ("n", "left"), [(60, ""), (61, "1 more column left out"), (62, "2 more columns left out")]
)
def test_of_many_columns_the_first_sixty_are_shown(n: int, left: str) -> None:
    columns = [ColumnUse(f"c{i}", "numbers", 0.0, 2, "", "1 feature") for i in range(n)]
    html = data.data(of_values(columns=columns))
    assert sum(re.fullmatch(r"c\d+", row[0]) is not None for row in rows_of(html)) == 60
    assert (left in html) if left else "left out</caption>" not in html


def test_differences_are_said_where_they_matter_and_their_absence_with_the_largest() -> None:
    small = [Difference("size", 0.03, False, "a little"), Difference("town", 0.05, False, "less")]
    assert "the largest stability index is 0.05." in text_of(data.differences(of_values(differences=small)))
    assert "the largest stability index is 0." in text_of(data.differences(of_values()))
    large = [Difference(f"c{i}", 0.5, True, "far") for i in range(13)]
    rows = rows_of(data.differences(of_values(differences=[*small, *large])))
    assert rows[0] == ["column", "index", "how"] and rows[1] == ["c0", "0.5", "far"] and len(rows) == 13
    trained = of_values(judged=Judged("training", np.arange(4), np.arange(4.0), np.arange(4.0)))
    assert "No rows were held back" in data.differences(trained)


# ---- quality


def test_scores_of_each_part_stand_beside_each_other() -> None:
    html = quality.quality(of_values())
    rows = rows_of(html)
    assert ["", "training (4)", "validation (2)", "test (2)"] in rows
    assert any(row[1:] == ["1.25", "–", "2.5"] for row in rows)
    assert ["error", "2.5", "3.7", "4", "2"] in rows
    assert "No rows were kept for a test" not in html
    watched = replace(of_values().judged, name="validation")
    assert "No rows were kept for a test" in quality.quality(of_values(judged=watched))


def test_of_many_values_some_are_drawn_and_that_is_said(drawn: dict[str, Callable[[], Any]]) -> None:
    for n, told in ((3000, False), (3001, True)):
        numbers = np.arange(float(n))
        html = quality.quality(of_values(judged=Judged("test", np.arange(n), numbers, numbers + 1)))
        assert ("3,000 of them are drawn." in html) is told
    assert "predicted against true values of 3,000 test rows" in drawn


def test_of_classes_each_is_told_and_curves_need_both_sides(drawn: dict[str, Callable[[], Any]]) -> None:
    html = quality.quality(of_classes())
    assert "confusion matrix of 2 classes; 6 of 8 rows are on its diagonal" in html
    assert ["class 0", "4", "75.00 %", "75.00 %", "class 1 (1)"] in rows_of(html)
    assert any(alt.startswith("rate of hits") for alt in drawn) and any(
        "precision over" in alt for alt in drawn
    )
    drawn.clear()
    for true in ([0, 0, 0], [0, 1, 1]):  # one class alone; two of three
        said = np.full((3, 3), 1 / 3) if true[-1] else np.full((3, 2), 0.5)
        quality.quality(of_classes(said.shape[1], Judged("test", np.arange(3), np.array(true), said)))
        assert not any(alt.startswith("rate of hits") for alt in drawn)


@pytest.mark.parametrize(("n", "side"), [(2, 3.7), (5, 3.7), (6, 3.9), (20, 7.4), (21, 7.5), (50, 7.5)])
def test_a_confusion_matrix_grows_with_its_classes(n: int, side: float) -> None:
    assert quality._side(n) == pytest.approx(side)


# ---- what it leans on


def test_bars_are_as_long_as_their_share() -> None:
    columns = tuple(Importance(f"c{i}", mean, 0.5) for i, mean in enumerate((4.0, 1.0, -1.0)))
    html = leaning.importance(of_values(importances=Importances(columns, "error", 2.0, 8, 5)))
    assert re.findall(r"width: ([\d.]+)rem", html) == ["7.00", "1.75", "0.00"]
    assert ["c1", *rows_of(html)[2][1:2], "1", "± 0.5"] == rows_of(html)[2]
    assert "rises, from 2, when the entries of a column change places among 8 test rows" in text_of(html)
    nothing = tuple(Importance(f"c{i}", 0.0, 0.0) for i in range(21))
    html = leaning.importance(of_values(importances=Importances(nothing, "error", 2.0, 8, 5)))
    assert set(re.findall(r"width: ([\d.]+)rem", html)) == {"0.00"} and len(rows_of(html)) == 21
    assert "; the 1 least important left out" in html
    assert "was not measured" in leaning.importance(of_values())
    empty = leaning.importance(of_values(importances=Importances((), "error", 2.0, 8, 5)))
    assert "left out" not in empty


def test_dependences_are_drawn_on_one_scale(drawn: dict[str, Callable[[], Any]]) -> None:
    size = Dependence(
        "size", "numbers", (1, 2, 3), np.array([[0, 1.0], [0, 3], [0, 2]]), ("a", "b"), (0, 0, 0)
    )
    town = Dependence(
        "town", "text", ("Bonn", "Weil am Rheine."), np.array([[0, 2.0], [0, 6]]), ("a", "b"), (0.5, 0.5)
    )
    html = leaning.dependence(of_values(dependences=[size, town], answer=1))
    assert "The mean b when" in html and "mean b over size: from 1 to 3" in html
    numbers, names = (draw().axes[0] for draw in drawn.values())
    assert numbers.get_ylim() == names.get_xlim() == pytest.approx((0.6, 6.4))
    assert numbers.lines[0].get_xydata().tolist() == [[1, 1], [2, 3], [3, 2]]
    assert names.lines[0].get_xydata().tolist() == [[2, 0], [6, 1]] and names.get_ylim() == (1.5, -0.5)
    assert [label.get_text() for label in names.get_yticklabels()] == ["Bonn", "Weil am…heine."]
    drawn.clear()
    flat = replace(size, means=np.ones((3, 2)))
    leaning.dependence(of_values(dependences=[flat], answer=1))
    assert next(iter(drawn.values()))().axes[0].get_ylim() == pytest.approx((0, 2))
    assert "was not measured" in leaning.dependence(of_values())


def test_worst_rows_tell_what_they_hold_and_what_moved_them() -> None:
    shares = {"size": 1.5, "town": -0.25, "a": 0.1, "b": 0.1, "c": 0.1}
    found = Contributions(1200, "price", 5.0, 3.0, shares, {}, {"size": 2.5, "town": "x"}, 0.0, 8)
    far = Worst(1200, "1", "5", "4", {"size": "2"}, replace(found, values={**found.values, "a": 1, "b": 2}))
    html = leaning.worst(of_values(worst=[far, replace(far, row=3, reasons=None)]))
    assert rows_of(html)[:2] == [
        ["", "price", "predicted", "error", "size"],
        ["row 1,200", "1", "5", "4", "2"],
    ]
    said = text_of(html)
    assert (
        "Row 1,200. price 5; of a mean row 3. size = 2: +1.5; town = x: −0.25; a = 1: +0.1; b = 2: +0.1."
        in said
    )
    assert "All columns together: +2 (integrated gradients; their sum is checked)." in said
    assert said.count("integrated gradients") == 1
    assert "All test rows are predicted right." in leaning.worst(of_values())
    assert leaning._held(found, "size") == "2.5" and leaning._held(found, "town") == "x"


# ---- the page


def test_the_page_names_its_best_score_and_what_its_loss_is_of() -> None:
    said = text_of(page.of_table(of_values()).html)
    assert "homes: " in said and "0.25 on 2 test rows" in said
    assert (
        "on the 2 validation rows" in said and "the loss of these curves is of price as it was scaled" in said
    )
    assert "more rows glassnet train more rest" in said
    said = text_of(page.of_table(of_classes()).html)
    assert "accuracy 75.00 % on 8 test rows" in said and "as it was scaled" not in said
    assert "validation rows" not in said


# ---- pictures


def test_a_greyscale_picture_is_read_back_as_it_was() -> None:
    images = pytest.importorskip("PIL.Image")
    values = np.array([[0.0, 0.5, 1.0], [1.0, 2.0, -1.0]])
    with images.open(io.BytesIO(pictures.png(values, 0.0, 1.0))) as image:
        image.load()
        assert image.mode == "L" and np.asarray(image).tolist() == [[255, 128, 0], [0, 0, 255]]
    header = pictures.png(values, 0.0, 1.0)[
        16:29
    ]  # ISO 15948, 11.2.2: size, bits, colour, and three that must be 0
    assert header == bytes([0, 0, 0, 3, 0, 0, 0, 2, 8, 0, 0, 0, 0])
    with images.open(io.BytesIO(pictures.png(np.full((2, 2), 3.0), 3.0, 3.0))) as image:
        assert np.asarray(image).tolist() == [[255, 255], [255, 255]]


def test_a_plane_is_drawn_of_two_features_and_one_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    class Known:
        classifies, is_multi_label = False, False
        prediction = np.zeros((3, 1))
        judged = of_values().judged
        network = gn.Network([gn.Dense(1)], input_shape=2, seed=0)

    monkeypatch.setattr("glassnet.insight.report.sections.quality.drawn", lambda *_: "a plane")
    one: Any = Known()
    assert _plane(one) == "a plane"
    one.prediction = np.zeros((3, 2))
    assert _plane(one) == ""
    one.classifies = True
    assert _plane(one) == "a plane"
    one.is_multi_label = True
    assert _plane(one) == ""
    one.is_multi_label, one.network = False, gn.Network([gn.Dense(1)], input_shape=3, seed=0)
    assert _plane(one) == ""
