"""The report of a training: what it says equals what else is known, and it loads nothing."""

import base64
import io
import re
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sklearn.metrics
from PIL import Image

import glassnet as gn
from glassnet.errors import ArgumentError, ShapeError
from glassnet.insight.report import pictures
from tests.access import grave_findings
from tests.insight.report.pages import Page, digits, reported, trained

SECTIONS = ["data", "network", "learning", "quality", "worst", "diagnosis", "step", "next"]
LOADS = {"script", "link", "object", "embed", "video", "audio", "form", "base"}
HOSTILE = '"><script>alert(1)</script> & <b>'


@pytest.fixture(scope="module")
def of_digits() -> tuple[gn.Network, Any, Any]:
    return digits()


@pytest.fixture(scope="module")
def file(of_digits: tuple[gn.Network, Any, Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page about digits."""
    network, history, (X, X_test, y, y_test) = of_digits
    path = tmp_path_factory.mktemp("report") / "report.html"
    gn.report(
        network, X, y, history, path=path, validation_data=(X_test, y_test),
        feature_names=gn.datasets.digits().feature_names, source="digits",
    )  # fmt: skip
    return path


@pytest.fixture(scope="module")
def page(file: Path) -> Page:
    return Page(file.read_text(encoding="utf-8"))


@pytest.fixture
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if matplotlib were not installed, since drawing takes longer than everything else."""
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)


def test_every_section_is_there_and_is_linked(page: Page) -> None:
    assert [attributes["id"] for attributes in page.of("section")] == SECTIONS
    assert [attributes["href"] for attributes in page.of("a")] == [f"#{name}" for name in SECTIONS]


def test_nothing_is_loaded_from_anywhere(file: Path, page: Page) -> None:
    assert LOADS.isdisjoint(tag for tag, _ in page.elements)
    for _, attributes in page.elements:
        assert all(
            value.startswith("data:image/png;")
            for key, value in attributes.items()
            if key in ("src", "srcset")
        )
        assert not any(key.startswith("on") or key == "style" for key in attributes)
    [frame] = page.of("iframe")
    assert frame.keys() == {"srcdoc", "title", "class"} and "default-src 'none'" in frame["srcdoc"]
    assert "connect-src 'none'" in frame["srcdoc"]
    assert re.search(r"https?:|url\(|@import", file.read_text(encoding="utf-8")) is None


def test_every_picture_can_be_opened_and_says_what_it_shows(page: Page) -> None:
    files = page.pictures()
    assert len(files) >= 4 + 10
    for file in files:
        with Image.open(io.BytesIO(file)) as picture:
            picture.load()
            assert picture.format == "PNG"
    assert all(len(attributes["alt"]) > 10 for attributes in page.of("img"))


def test_what_is_drawn_has_a_picture_for_dark_pages(page: Page) -> None:
    sources = list(page.of("source"))
    assert len(sources) == len([one for one in page.of("img") if one.get("class") != "pixels"]) >= 3
    for attributes in sources:
        assert attributes["media"] == "screen and (prefers-color-scheme: dark)"
        file = base64.b64decode(attributes["srcset"].partition(",")[2], validate=True)
        with Image.open(io.BytesIO(file)) as picture:
            assert picture.convert("RGB").getpixel((0, 0)) == (0x13, 0x18, 0x24)


@pytest.mark.browser
@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 390)])
def test_the_page_can_be_used_by_everyone(browser: Any, file: Path, theme: str, width: int) -> None:
    tab = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=theme)
    tab.goto(file.as_uri())
    assert grave_findings(tab) == []
    ground = tab.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground == {"light": "rgb(255, 255, 255)", "dark": "rgb(19, 24, 36)"}[theme]
    tab.emulate_media(media="print")
    assert tab.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    tab.close()


def test_every_table_has_a_caption_and_names_its_columns(page: Page) -> None:
    tags = [tag for tag, _ in page.elements]
    assert tags.count("table") == tags.count("caption") == tags.count("thead") == len(page.tables)
    assert all(attributes["scope"] in ("col", "row") for attributes in page.of("th"))


def test_the_page_about_digits_is_small(file: Path) -> None:
    assert 50_000 < file.stat().st_size < 800_000


def test_the_same_training_gives_the_same_page(undrawn: None, of_digits: tuple[gn.Network, Any, Any]) -> None:
    network, history, (X, _, y, _) = of_digits
    first, second = (gn.report(network, X[:60], y[:60], history).html for _ in range(2))
    assert first == second


def test_scores_are_those_of_evaluate(of_digits: tuple[gn.Network, Any, Any], page: Page) -> None:
    network, _, (X, X_test, y, y_test) = of_digits
    found = network.evaluate(X, y), network.evaluate(X_test, y_test)
    caption = "Scores, as evaluate gives them"
    assert page.column(caption, "loss") == [f"{scores['loss']:.4g}" for scores in found]
    assert page.column(caption, "accuracy") == [f"{100 * scores['accuracy']:.2f} %" for scores in found]
    assert f"accuracy {100 * found[1]['accuracy']:.2f} % on 360 validation samples" in page.text


def test_classes_are_counted_and_judged_as_scikit_learn_does(
    of_digits: tuple[gn.Network, Any, Any], page: Page
) -> None:
    network, _, (_, X_test, y, y_test) = of_digits
    predicted = network.predict_classes(X_test)
    recall = sklearn.metrics.recall_score(y_test, predicted, average=None)
    precision = sklearn.metrics.precision_score(y_test, predicted, average=None)
    for place in range(10):
        counted, found, true, _ = page.column("Each class, validation samples", str(place))
        assert int(counted) == (y_test == place).sum()
        assert (found, true) == (f"{100 * recall[place]:.2f} %", f"{100 * precision[place]:.2f} %")
        assert page.column("Classes", str(place))[0].startswith(f"{(y == place).sum()} (")


def test_the_worst_errors_are_wrong_and_the_surest_comes_first(
    of_digits: tuple[gn.Network, Any, Any], page: Page
) -> None:
    network, _, (_, X_test, _, y_test) = of_digits
    p = network.predict(X_test)
    named = re.findall(r"validation sample (\d+), an image of (\d), taken for (\d)", _alts(page))
    places = [int(sample) for sample, _, _ in named]
    assert [(int(true), int(said)) for _, true, said in named] == [
        (y_test[place], p[place].argmax()) for place in places
    ]
    wrong = np.flatnonzero(p.argmax(axis=1) != y_test)
    surest = max(wrong.tolist(), key=lambda place: p[place].max() - p[place, y_test[place]])
    assert places[0] == surest
    assert len(set(places)) == len(places) == min(12, len(wrong))
    assert f"{len(wrong)} of 360 validation samples are wrong" in page.text


def test_images_show_the_pixels_of_the_samples(of_digits: tuple[gn.Network, Any, Any], page: Page) -> None:
    _, _, (_, X_test, _, _) = of_digits
    file, alt = next(
        (file, attributes["alt"])
        for file, attributes in zip(page.pictures(), page.of("img"), strict=True)
        if "taken for" in attributes["alt"]
    )
    place = int(alt.split()[2].rstrip(","))
    with Image.open(io.BytesIO(file)) as picture:
        shown = np.asarray(picture)
    np.testing.assert_array_equal(shown, np.round(255 * (1 - X_test[place].reshape(8, 8))).astype(np.uint8))


def test_the_trace_is_that_of_the_worst_sample(of_digits: tuple[gn.Network, Any, Any], page: Page) -> None:
    network, _, (_, X_test, _, y_test) = of_digits
    place = int(re.findall(r"validation sample (\d+), an image", _alts(page))[0])
    made = gn.trace(network, X_test[[place]], y_test[[place]], optimizer=gn.Adam(0.01))
    assert f"validation sample {place}, the worst one. Loss {made.loss:.4g}." in page.text
    true = int(y_test[place])
    assert f"those of the output of the true class, {true}, and in each hidden layer" in page.text
    shown = made.written_for(0, true)
    for step in shown:
        assert step.numbers in page.text
    error = next(step for step in shown if step.name == "dZ2")
    p = network.predict(X_test[[place]])[0, true]
    assert error.numbers.startswith("dz = (") and error.numbers.endswith(f"= {p - 1:.5g}".replace("-", "−"))


def test_findings_are_those_of_the_diagnosis(undrawn: None) -> None:
    network, history, parts = trained(
        "wine", [gn.Dense(8, "relu"), gn.Dense(3, "softmax")], "sparse_categorical_cross_entropy"
    )
    X, X_test, y, y_test = parts
    found = gn.diagnose(network, X, y, history, validation_data=(X_test, y_test)).findings
    page = reported(network, history, parts)
    assert "unscaled_inputs" in [finding.code for finding in found]
    assert [attributes["class"] for attributes in page.of("article")] == [
        f"finding {f.severity}" for f in found
    ]
    assert all(finding.code in page.text and finding.numbers in page.text for finding in found)
    assert "X = gn.Standardizer().fit_transform(X)" in page.text


def test_a_regression_shows_its_errors_in_the_unit_of_y() -> None:
    network, history, parts = trained("diabetes", [gn.Dense(16, "relu"), gn.Dense(1)], "mse")
    X, X_test, y, y_test = parts
    page = reported(network, history, parts)
    errors = np.abs(y_test - network.predict(X_test))[:, 0]
    caption = "Size of the errors of the validation samples, in the unit of y"
    spread = [f"{np.quantile(errors, share):.4g}" for share in (0.5, 0.9, 1.0)]
    assert page.column(caption, "error")[:3] == spread
    worst = page.tables[f"The largest errors among {len(errors)} validation samples"]
    assert [int(row[0]) for row in worst[1:]] == np.argsort(-errors, kind="stable")[:12].tolist()
    assert page.column("Values to predict", "training")[0] == f"{y.min():.4g}"
    shown = {attributes["alt"].split(" of ")[0] for attributes in page.of("img")}
    assert {"residuals against predicted values", "predicted against true values"} <= shown


def test_a_network_with_one_output_and_one_without_errors_are_reported() -> None:
    X, y = gn.datasets.xor()
    network = gn.Network([gn.Dense(8, "tanh"), gn.Dense(1, "sigmoid")], seed=0)
    history = network.fit(
        X, y, loss="binary_cross_entropy", optimizer=gn.Adam(0.05), epochs=300, engine="numpy", progress=False
    )
    page = Page(gn.report(network, X, y, history, class_names=["equal", "different"]).html)
    assert "All 4 training samples are right; these are the least sure ones." in page.text
    assert any(
        attributes["alt"].startswith("what the network predicts for every pair")
        for attributes in page.of("img")
    )
    assert page.column("Classes", "different") == ["2 (50.00 %)"]


def test_hostile_names_are_shown_and_not_obeyed(undrawn: None) -> None:
    X = np.random.default_rng(0).normal(size=(30, 2))
    network = gn.Network([gn.Dense(3, "softmax")], seed=0, input_shape=2)
    names = [HOSTILE, "'", "</style>"]
    page = Page(
        gn.report(
            network, X, np.arange(30) % 3, class_names=names, feature_names=[HOSTILE, "&amp;"], source=HOSTILE
        ).html
    )
    assert LOADS.isdisjoint(tag for tag, _ in page.elements)
    assert page.tables["Classes"][1][0] == HOSTILE
    assert [row[0] for row in page.tables["Features of the training samples"][1:]] == [HOSTILE, "&amp;"]
    assert page.text.count(HOSTILE) >= 4
    [frame] = page.of("iframe")
    assert re.findall("<script", frame["srcdoc"]) == 5 * ["<script"] and HOSTILE not in frame["srcdoc"]


def test_hostile_names_stay_text_in_descriptions_of_pictures() -> None:
    X = np.random.default_rng(0).uniform(size=(30, 3, 3))
    network = gn.Network([gn.Flatten(), gn.Dense(2, "softmax")], seed=0, input_shape=(3, 3))
    page = Page(gn.report(network, X, np.arange(30) % 2, class_names=[HOSTILE, "b"]).html)
    assert LOADS.isdisjoint(tag for tag, _ in page.elements)
    assert HOSTILE in _alts(page)


def test_without_matplotlib_only_drawn_pictures_are_left_out(
    undrawn: None, of_digits: tuple[gn.Network, Any, Any]
) -> None:
    page = reported(*of_digits, image_shape=(8, 8))
    assert [attributes["id"] for attributes in page.of("section")] == SECTIONS
    assert page.text.count("Left out: a picture needs matplotlib, which is not installed") == 3
    assert len(page.pictures()) > 10


def test_a_network_that_never_trained_is_reported_without_curves(undrawn: None) -> None:
    X, y = gn.datasets.iris()
    network = gn.Network([gn.Dense(3, "softmax")], seed=0, input_shape=4)
    page = Page(gn.report(network, X, y, gn.History()).html)
    assert page.text == Page(gn.report(network, X, y).html).text
    assert "There is no history of a whole epoch." in page.text
    assert "gn.Network([gn.Dense(3, 'softmax')], seed=1)" in page.text


def test_long_tables_are_cut_and_say_so(undrawn: None) -> None:
    X, y = np.random.default_rng(0).normal(size=(80, 35)), np.arange(80) % 40
    page = Page(gn.report(gn.Network([gn.Dense(40, "softmax")], seed=0, input_shape=35), X, y).html)
    assert len(page.tables["Features of the training samples; 5 more features left out"]) == 31
    assert len(page.tables["Classes; 10 more classes left out"]) == 31


def test_in_a_notebook_the_page_is_shown_apart_from_the_others() -> None:
    shown = gn.ReportPage('<p class="a">x</p>')._repr_html_()
    assert next(Page(shown).of("iframe"))["srcdoc"] == '<p class="a">x</p>'


def test_pixels_are_written_as_greyscale() -> None:
    file = pictures.png(np.array([[0.0, 0.5, 1.0], [2.0, -1.0, 0.25]]), 0.0, 1.0)
    with Image.open(io.BytesIO(file)) as picture:
        np.testing.assert_array_equal(np.asarray(picture), [[255, 128, 0], [0, 255, 191]])


def test_an_image_of_one_colour_is_white() -> None:
    with Image.open(io.BytesIO(pictures.png(np.full((2, 2), 3.0), 3.0, 3.0))) as picture:
        np.testing.assert_array_equal(np.asarray(picture), np.full((2, 2), 255))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"class_names": ["a"]}, "class_names must hold 3 names, one for each; got 1"),
        ({"feature_names": ["a"]}, "feature_names must hold 4 names, one for each; got 1"),
        ({"image_shape": (3, 3)}, "image_shape must be rows and columns of 4 pixels; got (3, 3)"),
        ({"validation_data": 3}, "validation_data must be a pair (X, y); got int"),
        (
            {"loss": "contrastive"},
            "a report tells how well classes or values are predicted; contrastive trains embeddings, which predict "
            "neither. Draw them with gn.plots.embedding",
        ),
    ],
)
def test_what_does_not_fit_is_refused(options: dict[str, Any], message: str) -> None:
    X, y = gn.datasets.iris()
    with pytest.raises((ArgumentError, ShapeError)) as refusal:
        gn.report(gn.Network([gn.Dense(3, "softmax")], seed=0, input_shape=4), X, y, **options)
    assert str(refusal.value) == message


def test_names_of_classes_are_refused_for_values() -> None:
    X, y = gn.datasets.diabetes()
    with pytest.raises(ArgumentError, match="class_names are for samples of classes; y holds values"):
        gn.report(gn.Network([gn.Dense(1)], seed=0, input_shape=10), X, y, class_names=["a", "b"])


def _alts(page: Page) -> str:
    return "\n".join(attributes["alt"] for attributes in page.of("img"))
