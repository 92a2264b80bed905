"""Best epochs on the page, overfitting, and samples that may be of several classes."""

import io
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import sklearn.metrics
from PIL import Image

import glassnet as gn
from glassnet.insight.diagnosis import DiagnosisReport, Finding
from glassnet.insight.report import markup, pictures
from glassnet.insight.report.numbers import number
from glassnet.insight.report.reading import read
from glassnet.insight.report.sections.findings import diagnosis, sentence
from glassnet.insight.report.sections.suggestions import suggestions
from glassnet.plots.drawing import canvas
from tests.insight.report.pages import Page


@pytest.fixture(autouse=True)
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if matplotlib were not installed, since drawing takes longer than everything else."""
    import sys

    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)


def page(X: Any, y: Any, net: gn.Network, history: gn.History, **options: Any) -> Page:
    return Page(gn.report(net, X, y, history, **options).html)


def fitted(metrics: list[Any]) -> tuple[Any, Any, gn.Network, gn.History]:
    iris = gn.datasets.iris()
    net = gn.Network([gn.Dense(3, "softmax")], seed=0)
    history = net.fit(
        iris.X, iris.y, loss="scce", optimizer=gn.Adam(0.05), epochs=12, metrics=metrics,
        validation_data=(iris.X[::2], iris.y[::2]), engine="numpy", progress=False,
    )  # fmt: skip
    return iris.X, iris.y, net, history


def test_the_best_epoch_of_the_page_is_that_of_the_history() -> None:
    X, y, net, history = fitted([gn.metrics.F1("macro"), gn.metrics.TopK(2)])
    made = page(X, y, net, history, validation_data=(X[::2], y[::2]))
    for name in ("loss", "f1_macro", "top_2_accuracy", "validation_f1_macro"):
        place = history.best(name)
        assert place is not None
        row = made.column("The curves in numbers", gn.metrics.title(name))
        assert row[2] == str(place + 1), name


def test_of_a_metric_without_a_direction_no_best_epoch_is_named() -> None:
    def spread(y_true: np.ndarray, y_pred: np.ndarray) -> float:
        return float(y_pred.std())

    X, y, net, history = fitted([spread])
    made = page(X, y, net, history)
    assert made.column("The curves in numbers", "spread")[1:3] == ["–", "–"]
    assert "Nobody has said whether more or less of spread and validation spread is better" in made.text


def curves(**columns: list[float]) -> Page:
    X, y, net, _ = fitted([])
    history = gn.History()
    history.extend({"epoch": range(1, 6), **columns, "learning_rate": [0.1] * 5, "seconds": [0.1] * 5})
    return page(X, y, net, history)


FALLING = [1.0, 0.5, 0.4, 0.3, 0.2]


@pytest.mark.parametrize(("last", "said"), [(0.3301, True), (0.3299, False)])
def test_overfitting_that_the_curves_show_is_said(last: float, said: bool) -> None:
    made = curves(loss=FALLING, validation_loss=[1.0, 0.3, 0.31, 0.32, last])
    assert ("Overfitting: The validation loss was best after epoch 2, 0.3" in made.text) is said


def test_a_rise_of_both_losses_is_not_called_overfitting() -> None:
    made = curves(loss=[1.0, 0.5, 0.6, 0.7, 0.8], validation_loss=[1.0, 0.3, 0.4, 0.5, 0.6])
    assert "The validation loss was best after epoch 2" in made.text and "Overfitting:" not in made.text


def test_what_was_not_looked_at_is_said() -> None:
    made = curves(loss=FALLING)
    assert "these curves cannot show overfitting" in made.text
    assert "these scores are of the very samples that the network learned from" in made.text


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        (
            {"validation_loss": [1.0, 0.3, 0.31, 0.32, 0.3301]},
            "What it does on other samples got worse in the end",
        ),
        (
            {"validation_loss": [1.0, 0.3, 0.31, 0.32, 0.3299]},
            "None of the rules of gn.diagnose found anything",
        ),
        ({}, "Whether it holds for other samples was not looked at, since none were held back."),
    ],
)
def test_without_a_finding_the_page_says_what_was_looked_at(
    columns: dict[str, list[float]], said: str
) -> None:
    X, y, net, _ = fitted([])
    history = gn.History()
    history.extend({"epoch": range(1, 6), "loss": FALLING, **columns})
    text = Page(
        diagnosis(read(net, X, y, history, None, None, (None, None, None, "")), DiagnosisReport(), "")
    ).text
    assert said in text and "learning its training samples" in text


def test_the_title_is_of_the_test_samples_and_says_so() -> None:
    X, y, net, history = fitted([])
    made = page(X, y, net, history, validation_data=(X[::3], y[::3]), test_data=(X[1::3], y[1::3]))
    accuracy = net.evaluate(X[1::3], y[1::3])["accuracy"]
    assert made.text.strip().startswith(f"A network: accuracy {100 * accuracy:.2f} % on 50 test samples")
    assert "their score is too good" not in made.text
    held = page(X, y, net, history, validation_data=(X[::3], y[::3]))
    assert "on 50 validation samples" in held.text and "their score is too good" in held.text


# ---- several labels


def several() -> tuple[Any, Any, gn.Network, gn.History]:
    random = np.random.default_rng(0)
    X = random.normal(size=(200, 4))
    y = (X[:, :3] + 0.3 * random.normal(size=(200, 3)) > 0.3).astype(float)
    net = gn.Network([gn.Dense(8, "tanh"), gn.Dense(3, "sigmoid")], seed=0)
    history = net.fit(
        X, y, loss="bce", optimizer=gn.Adam(0.02), epochs=30, batch_size=32, engine="numpy", progress=False
    )
    return X, y, net, history


def test_each_of_several_labels_is_judged_for_itself_as_scikit_learn_does() -> None:
    X, y, net, history = several()
    made = page(X, y, net, history, class_names=["a", "b", "c"])
    named = net.predict(X) > 0.5
    for place, name in enumerate("abc"):
        counted, said, recall, precision, wrong = made.column("Each class, training samples", name)
        true = y[:, place]
        assert (int(counted), int(said)) == (true.sum(), named[:, place].sum())
        assert recall == f"{100 * sklearn.metrics.recall_score(true, named[:, place]):.2f} %"
        assert precision == f"{100 * sklearn.metrics.precision_score(true, named[:, place]):.2f} %"
        assert int(wrong) == (true != named[:, place]).sum()
    subset = sklearn.metrics.accuracy_score(y, named)
    assert made.column("Scores, as evaluate gives them", "accuracy") == [f"{100 * subset:.2f} %"]
    assert (
        f"{(y != named).any(axis=1).sum()} of 200 training samples are wrong in one class at least"
        in made.text
    )


def test_of_several_labels_counts_and_the_worst_are_those_of_the_rows() -> None:
    X, y, net, history = several()
    made = page(X, y, net, history, class_names=["a", "b", "c"])
    counts = made.tables["Classes; a sample may be of several, or of none"]
    assert [row[1] for row in counts[1:]] == [f"{n:.0f} ({100 * n / 200:.2f} %)" for n in y.sum(axis=0)]
    far = np.abs(y - net.predict(X))
    place = int(far.max(axis=1).argmax())
    shown = made.tables["12 training samples"][1]
    assert shown[0] == str(place) and shown[3] == "abc"[int(far[place].argmax())]
    assert shown[1] == (", ".join("abc"[k] for k in np.flatnonzero(y[place])) or "none")
    assert f"the output of {shown[3]}, which is farthest from the truth" in made.text


def test_a_network_that_was_trained_on_text_is_reported_and_traced_by_its_names() -> None:
    iris = gn.datasets.iris()
    text = np.array(["setosa", "versicolor", "virginica"])[iris.y]
    net = gn.Network([gn.Dense(3, "softmax")], seed=0)
    net.metadata["class_names"] = ["setosa", "versicolor", "virginica"]
    history = net.fit(iris.X, text, loss="scce", epochs=3, engine="numpy", progress=False)
    made = page(iris.X, text, net, history, test_data=(iris.X[::3], text[::3]))
    assert [row[0] for row in made.tables["Classes"][1:]] == ["setosa", "versicolor", "virginica"]
    np.testing.assert_array_equal(gn.trace(net, iris.X[:4], text[:4]).record.y, np.eye(3)[iris.y[:4]])


# ---- what small changes of the page would not have been noticed by


def test_a_negative_zero_is_written_as_0() -> None:
    assert number(-0.0) == "0" and number(-0.5) == "−0.5"


def test_a_sentence_begins_with_a_capital_and_ends_with_one_stop() -> None:
    assert [sentence(text) for text in ("train longer", "Why?", "done.")] == [
        "Train longer.",
        "Why?",
        "Done.",
    ]


@pytest.mark.parametrize(("letters", "long"), [(28, False), (29, True)])
def test_a_cell_of_more_than_28_letters_may_take_several_lines(letters: int, long: bool) -> None:
    made = markup.table("", ["a", "b"], [("x", "y" * letters)])
    assert ('class="long"' in made) is long
    assert 'class="long"' not in markup.table("", ["a", "b"], [("x", markup.tag("b", "y" * letters))])


def test_a_finding_is_shown_with_where_to_read_on() -> None:
    X, y, net, history = fitted([])
    about = read(net, X, y, history, None, None, (None, None, None, ""))
    one = Finding("underfitting", "warning", "a cause", "a remedy", None, {}, "Somebody 1999, chapter 3")
    assert "Somebody 1999, chapter 3" in Page(diagnosis(about, DiagnosisReport((one,)), "")).text
    without = DiagnosisReport((replace(one, reference=""),))
    assert list(Page(diagnosis(about, without, "")).of("p"))[-1].get("class") != "note"


def test_the_size_of_the_network_is_that_of_its_parameters() -> None:
    X, y, net, history = fitted([])
    assert "15, float32, 0.1 kB" in page(X, y, net, history).text
    wide = gn.Network([gn.Dense(500), gn.Dense(3, "softmax")], seed=0, input_shape=4, dtype="float64")
    assert "4,003, float64, 32.0 kB" in page(X, y, wide, history).text


def test_an_image_is_told_by_its_rows_and_columns() -> None:
    X = np.random.default_rng(0).uniform(size=(20, 2, 5))
    net = gn.Network([gn.Flatten(), gn.Dense(2, "softmax")], seed=0, input_shape=(2, 5))
    assert "2 × 5 pixels" in page(X, np.arange(20) % 2, net, gn.History()).text


def test_features_are_counted_and_those_that_never_change_too() -> None:
    X = np.random.default_rng(0).normal(size=(30, 4))
    X[:, 2] = 1.0
    net = gn.Network([gn.Dense(2, "softmax")], seed=0, input_shape=4)
    assert "4, 1 of them constant" in page(X, np.arange(30) % 2, net, gn.History()).text


def test_a_picture_is_as_wide_on_the_page_as_its_figure_and_keeps_a_white_ground(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.undo()
    made = canvas.figure(4.0, 3.0)
    ax = made.add_subplot()
    ax.imshow(np.random.default_rng(0).uniform(size=(300, 400, 3)))
    drawn = Page(pictures.drawn(lambda: made, "noise", "Noise."))
    assert next(drawn.of("img"))["width"] == "384"
    (file,) = drawn.pictures()
    with Image.open(io.BytesIO(file)) as image:
        assert image.mode == "P" and image.convert("RGB").getpixel((0, 0)) == (255, 255, 255)


def test_a_network_without_hidden_layers_is_offered_one_of_sixteen_units() -> None:
    X, y, net, _ = fitted([])
    history = gn.History()
    history.extend({"epoch": range(1, 11), "loss": [1.0, 0.5, *[0.3] * 8]})
    about = read(net, X, y, history, None, None, (None, None, None, ""))
    one = Finding("underfitting", "warning", "a cause", "a remedy", None, {}, "")
    assert dict(suggestions(about, [one])[0].change) == {"hidden": [16]}


def test_what_the_diagnosis_did_not_look_at_stands_in_the_page() -> None:
    X, y, net, history = fitted([])
    about = read(net, X, y, history, None, None, (None, None, None, ""))
    one = Finding("underfitting", "warning", "a cause", "a remedy")
    for found in ((), (one,)):
        text = Page(diagnosis(about, DiagnosisReport(found, ("how it began", "its steps")), "")).text
        assert "Not looked at: how it began." in text and "Not looked at: its steps." in text
    assert "Not looked at" not in Page(diagnosis(about, DiagnosisReport((one,)), "")).text


def test_a_network_from_elsewhere_is_reported_with_what_nobody_saw() -> None:
    X, y, _, _ = fitted([])
    random = np.random.default_rng(0)
    net = gn.adapt([(random.normal(size=(4, 3)), np.zeros(3))], ["softmax"])
    unseen = gn.diagnose(net, X, y, loss="scce").not_looked_at
    text = page(X, y, net, None, loss="scce").text
    assert unseen and all(f"Not looked at: {what}." in text for what in unseen)


def test_a_page_says_which_epoch_was_put_back() -> None:
    random = np.random.default_rng(0)
    X = random.normal(size=(120, 4))
    y = X[:, 0] ** 2
    for put_back in (True, False):
        network, stopping = (
            gn.Network([gn.Dense(8, "tanh"), gn.Dense(1)], seed=0),
            gn.callbacks.EarlyStopping(patience=5, restore_best=put_back),
        )
        history = network.fit(
            X[:80], y[:80], loss="mse", epochs=40, optimizer=gn.Adam(0.1), validation_data=(X[80:], y[80:]),
            callbacks=[stopping], progress=False,
        )  # fmt: skip
        page = gn.report(network, X[:80], y[:80], history, validation_data=(X[80:], y[80:])).html
        said = f"the parameters of epoch {stopping.best_epoch}, which the scores below are of"
        assert (said in page, ": stop there." in page) == (put_back, not put_back)


def test_integers_that_name_classes_are_the_classes_that_they_name() -> None:
    random = np.random.default_rng(0)
    X, classes = random.normal(size=(60, 2)), random.integers(0, 3, 60)
    tables = []
    for names, y in ((["10", "20", "30"], classes), ([10, 20, 30], np.array([10, 20, 30])[classes])):
        net = gn.Network([gn.Dense(3, "softmax")], seed=0)
        net.metadata["class_names"] = names
        history = net.fit(X, y, loss="scce", metrics=["accuracy"], engine="numpy", progress=False)
        tables.append(page(X, y, net, history).tables)
    assert tables[0] == tables[1] and "30" in str(tables)
