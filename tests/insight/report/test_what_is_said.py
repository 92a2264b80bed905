"""What each section of the page says, recomputed from the network, the history and the samples."""

from dataclasses import FrozenInstanceError, replace
from typing import Any

import numpy as np
import pytest

import glassnet as gn
from glassnet.insight.report.reading import image_of, read
from glassnet.insight.report.sections import python_code, quality
from glassnet.insight.report.sections.worst import output_of
from glassnet.insight.report.subject import Subject, Trained
from tests.insight.report.pages import Page

SCORES = "Scores, as evaluate gives them"


def blobs(n_classes: int, n: int = 60, n_features: int = 3) -> tuple[Any, Any]:
    """Rows around a centre for each class, some of them on the wrong side."""
    random = np.random.default_rng(1)
    y = np.arange(n) % n_classes
    return random.normal(size=(n, n_features)) + random.normal(size=(n_classes, n_features))[y], y


def network(n_outputs: int, activation: str, n_features: int = 3, **options: Any) -> gn.Network:
    layers = [gn.Dense(4, "tanh"), gn.Dense(n_outputs, activation)]
    return gn.Network(layers, seed=0, input_shape=n_features, **options)


def page(net: gn.Network, X: Any, y: Any, *more: Any, **options: Any) -> Page:
    return Page(gn.report(net, X, y, *more, **options).html)


def facts(made: Page) -> dict[str, str]:
    """The names of a page's facts, each with what is said of it."""
    return dict(zip(made.texts("dt"), made.texts("dd"), strict=True))


@pytest.fixture
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if matplotlib were not installed, since drawing takes longer than everything else."""
    import sys

    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)


# ---- the page as a thing


def test_a_report_is_a_value_that_tells_its_size_and_is_shown_in_a_frame() -> None:
    made = gn.ReportPage("é" * 1_234_000)
    assert repr(made) == "<ReportPage: 2,468 kB of HTML>"
    with pytest.raises(FrozenInstanceError):
        made.html = ""  # type: ignore[misc]
    frame = next(Page(gn.ReportPage("<p>x</p>")._repr_html_()).of("iframe"))
    assert frame == {"srcdoc": "<p>x</p>", "style": "width: 100%; height: 40em; border: 0"}


@pytest.mark.parametrize(
    ("width", "height", "shown"),
    [
        (6.4, 4.6, "diagram of the network"),
        (4.0, 3.2, "the loss over the epochs"),
        (1.15 * 3.42, 3.42, "confusion matrix of 3 classes"),
        (5.6, 4.2, "what the network predicts for every pair"),
        (4.2, 4.0, "predicted against true values"),
        (4.2, 4.0, "residuals against predicted values"),
    ],
)
def test_pictures_have_the_size_that_fits_the_page(width: float, height: float, shown: str) -> None:
    X, y = blobs(3, n_features=2)
    if "values" in shown:
        made = page(network(1, "linear", 2), X, X[:, 0])
    else:
        net = network(3, "softmax", 2)
        made = page(net, X, y, net.fit(X, y, loss="scce", epochs=2, progress=False))
    (place,) = (i for i, found in enumerate(made.of("img")) if found["alt"].startswith(shown))
    assert list(made.of("img"))[place]["width"] == str(round(96 * width))
    header = made.pictures()[place][16:24]
    pixels = int.from_bytes(header[:4], "big"), int.from_bytes(header[4:], "big")
    assert pixels == (int(160 * width), int(160 * height))


@pytest.mark.parametrize(("n_classes", "side"), [(9, 2.4 + 0.34 * 9), (10, 5.6), (12, 5.6)])
def test_a_confusion_matrix_grows_with_its_classes_up_to_what_the_page_holds(
    n_classes: int, side: float
) -> None:
    X, y = blobs(n_classes)
    figure = quality._confusion(subject_of(network(n_classes, "softmax"), X, y))
    np.testing.assert_allclose(figure.get_size_inches(), (1.15 * side, side))


def subject_of(net: gn.Network, X: Any, y: Any, **options: Any) -> Subject:
    return read(net, X, y, None, None, None, (None, None, None, ""), **options)


# ---- learning


def history_of(n: int, **columns: list[float]) -> gn.History:
    made = gn.History()
    made.extend({"epoch": range(1, n + 1), "loss": [1.0 / (i + 1) for i in range(n)], **columns})
    return made


def test_the_section_on_learning_tells_epochs_time_engine_and_what_was_watched(undrawn: None) -> None:
    X, y = blobs(3)
    net = network(3, "softmax")
    history = history_of(1200, seconds=[0.01] * 1200)
    told = facts(page(net, X, y, history))
    assert (told["epochs"], told["time"]) == ("1,200", "12.00 s")
    assert {"engine", "validation", "stopped by", "put back"}.isdisjoint(told)
    history.engine, history.stopped_by = "numpy", "EarlyStopping"
    told = facts(page(net, X, y, history, validation_data=(X[:40], y[:40]), test_data=(X[40:], y[40:])))
    assert (told["engine"], told["stopped by"]) == ("numpy", "EarlyStopping")
    assert told["validation"] == "on the 40 validation samples"


def test_the_table_of_curves_has_the_first_best_and_last_value_of_every_column(undrawn: None) -> None:
    X, y = blobs(3)
    history = history_of(
        4, accuracy=[0.2, 0.9, 0.5, 0.6], validation_loss=[3, 2, 1, 1.5],
        learning_rate=[0.1] * 4, seconds=[1.0] * 4,
    )  # fmt: skip
    made = page(network(3, "softmax"), X, y, history)
    assert made.tables["The curves in numbers"] == [
        ["", "first epoch", "best", "at epoch", "last epoch"],
        ["loss", "1", "0.25", "4", "0.25"],
        ["accuracy", "20.00 %", "90.00 %", "2", "60.00 %"],
        ["validation loss", "3", "1", "3", "1.5"],
    ]
    assert "Loss by epoch." in made.text and "Accuracy by epoch." in made.text
    assert "Validation loss by epoch" not in made.text and "Nobody has said" not in made.text


def test_overfitting_is_told_with_the_numbers_of_both_curves(undrawn: None) -> None:
    X, y = blobs(3)
    history = history_of(
        4, validation_loss=[3.0, 1.0, 1.5, 2.0], validation_accuracy=[0.1, 0.5, 0.6, 0.7],
    )  # fmt: skip
    assert (
        "Overfitting: The validation loss was best after epoch 2, 1, and ended at 2, 2.00 times as high, while the "
        "training loss went from 0.5 to 0.25. The validation accuracy went from 50.00 % to 70.00 % meanwhile."
    ) in page(network(3, "softmax"), X, y, history).text


@pytest.mark.parametrize(("scaled", "said"), [(True, True), (False, False)])
def test_a_loss_of_scaled_values_is_told_to_be_of_those(undrawn: None, scaled: bool, said: bool) -> None:
    X, _ = blobs(3)
    net, y = network(1, "linear"), 5 + 3 * X[:, 0]
    about = replace(subject_of(net, X, y), history=history_of(3))
    learned = replace(about.training, y=(y - 5) / 3 if scaled else y.copy())
    trained = Trained(net, learned, None, learned)
    made = gn_report_of(replace(about, trained=trained))
    assert ("In training, values to predict had mean 0 and standard deviation 1" in made.text) is said


def gn_report_of(about: Subject) -> Page:
    from glassnet.insight.report.report import of_subject

    return Page(of_subject(about, lambda change, place: f"typed {place}: {dict(change)}").html)


# ---- the network


def test_the_section_on_the_network_tells_its_layers_loss_and_optimizer() -> None:
    X, y = blobs(3)
    net = gn.Network([gn.Dense(4, "tanh"), gn.Dropout(0.5), gn.Dense(3, "softmax")], seed=0)
    net.fit(X, y, loss="scce", optimizer=gn.Adam(0.02), epochs=1, progress=False)
    made = page(net, X, y)
    told = facts(made)
    assert told["parameters"] == "31, float32, 0.1 kB"
    assert (told["loss"], told["optimizer"]) == ("sparse categorical cross entropy", "Adam(0.02)")
    rows = made.tables["Layers"]
    assert rows[0] == ["layer", "output shape", "parameters"]
    assert [row[1:] for row in rows[1:]] == [
        ["(n, 3)", "0"],
        ["(n, 4)", "16"],
        ["(n, 4)", "0"],
        ["(n, 3)", "15"],
    ]
    alt = next(found["alt"] for found in made.of("img") if found["alt"].startswith("diagram"))
    assert alt == "diagram of the network: 3 layers, from 3 inputs to 3 outputs"


@pytest.mark.parametrize(("n", "are_named"), [(20, True), (21, False)])
def test_the_diagram_names_inputs_and_outputs_where_there_are_at_most_twenty(
    n: int, are_named: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    from glassnet.insight.report.sections import model

    given: dict[str, Any] = {}
    monkeypatch.setattr(model.plots, "network_diagram", lambda _, **options: given.update(options))
    X, y = blobs(n, n_features=n)
    model._diagram(subject_of(network(n, "softmax", n), X, y))
    assert (given["input_names"] is not None, given["output_names"] is not None) == (are_named, are_named)


def test_the_diagram_of_one_output_for_two_classes_does_not_name_it(monkeypatch: pytest.MonkeyPatch) -> None:
    from glassnet.insight.report.sections import model

    given: dict[str, Any] = {}
    monkeypatch.setattr(model.plots, "network_diagram", lambda _, **options: given.update(options))
    X, y = blobs(2)
    model._diagram(subject_of(network(1, "sigmoid"), X, y))
    assert given["output_names"] is None


# ---- data


def test_the_section_on_data_tells_samples_features_and_ranges(undrawn: None) -> None:
    X, y = blobs(2, n=1300)
    X[:, 1] = 7.0
    made = page(network(2, "softmax"), X, y, source="mine", validation_data=(X[:40], y[:40]))
    told = facts(made)
    assert told["source"] == "mine"
    assert told["samples"] == "1,300 training and 40 validation"
    assert told["features"] == "3, 1 of them constant"
    assert told["range of features"] == f"{X.min():.4g} to {X.max():.4g}".replace("-", "−")
    assert made.tables["Classes"] == [
        ["class", "training", "validation"],
        ["0", "650 (50.00 %)", "20 (50.00 %)"],
        ["1", "650 (50.00 %)", "20 (50.00 %)"],
    ]
    for place, name in enumerate(("x0", "x1", "x2")):
        column = X[:, place]
        spread = [column.min(), column.mean(), column.std(), column.max()]
        assert made.column("Features of the training samples", name) == [
            f"{value:.4g}".replace("-", "−") for value in spread
        ]
    assert "image" not in told


def test_several_values_to_predict_are_told_apart_in_every_section(undrawn: None) -> None:
    X, _ = blobs(2)
    y = np.column_stack([X[:, 0], 10 * X[:, 1]])
    net = network(2, "linear")
    made = page(net, X[:40], y[:40], test_data=(X[40:], y[40:]))
    for part, given in (("training", y[:40]), ("test", y[40:])):
        for place in range(2):
            column = given[:, place]
            assert made.column("Values to predict", f"{part}, output {place}") == [
                f"{value:.4g}".replace("-", "−")
                for value in (column.min(), column.mean(), column.std(), column.max())
            ]
    errors = np.abs(y[40:] - net.predict(X[40:]))
    caption = "Size of the errors of the test samples, in the unit of y"
    assert made.tables[caption][0] == ["", "median", "90 % are below", "largest", "standard deviation of y"]
    for place in range(2):
        column = errors[:, place]
        assert made.column(caption, f"output {place}") == [
            f"{value:.4g}" for value in (*np.quantile(column, (0.5, 0.9, 1.0)), y[40:, place].std())
        ]
    sample = int(errors.max(axis=1).argmax())
    output = int(errors[sample].argmax())
    first = made.tables["The largest errors among 20 test samples"][1]
    truth, said = y[40 + sample, output], net.predict(X[40:])[sample, output]
    numbers = [truth, said, truth - said, *X[40 + sample]]
    assert first == [str(sample), *(f"{value:.4g}".replace("-", "−") for value in numbers)]
    assert f"those of output {output}, and in each hidden layer" in made.text
    assert "Samples are counted from 0 in the order of the test samples." in made.text


def test_thirty_features_and_classes_are_shown_and_no_more(undrawn: None) -> None:
    X, y = blobs(31, n=62, n_features=31)
    made = page(network(31, "softmax", 31), X, y)
    assert len(made.tables["Features of the training samples; 1 more feature left out"]) == 31
    assert len(made.tables["Classes; 1 more class left out"]) == 31
    assert len(made.tables["Each class, training samples"]) == 31
    few = page(network(30, "softmax", 30), X[:60, :30], np.arange(60) % 30)
    assert len(few.tables["Features of the training samples"]) == len(few.tables["Classes"]) == 31


def test_the_mean_image_of_each_class_is_shown_on_the_scale_of_all_samples() -> None:
    X = np.random.default_rng(0).uniform(size=(20, 2, 3))
    y = np.arange(20) % 2
    net = gn.Network([gn.Flatten(), gn.Dense(3, "softmax")], seed=0, input_shape=(2, 3))
    made = page(net, X, y)
    assert facts(made)["image"] == "2 × 3 pixels"
    shown = [found["alt"] for found in made.of("img") if found["alt"].startswith("mean of")]
    assert shown == [f"mean of the training images of class {name}" for name in "01"]
    assert f"{X.min():.4g} has the page's colour, and {X.max():.4g} stands out most." in made.text


# ---- quality and the worst


def test_a_class_is_told_by_the_one_it_is_most_often_taken_for(undrawn: None) -> None:
    counts = np.array([[3, 1, 2], [0, 4, 0], [0, 0, 0]])
    assert list(quality.per_class(counts, ("a", "b", "c"))) == [
        ("a", "6", "50.00 %", "100.00 %", "c (2)"),
        ("b", "4", "100.00 %", "80.00 %", "–"),
        ("c", "0", "–", "0.00 %", "–"),
    ]
    nobody = np.array([[0, 1], [0, 1]])
    assert next(quality.per_class(nobody, ("a", "b"))) == ("a", "1", "0.00 %", "–", "b (1)")


def test_scores_are_shown_of_every_part(undrawn: None) -> None:
    X, y = blobs(3)
    made = page(
        network(3, "softmax"), X[:30], y[:30],
        validation_data=(X[30:40], y[30:40]), test_data=(X[40:], y[40:]),
    )  # fmt: skip
    assert made.tables[SCORES][0] == ["", "training (30)", "validation (10)", "test (20)"]
    assert (
        "No samples were held back" not in made.text
        and "The validation samples were watched" not in made.text
    )


def test_of_one_output_the_plane_is_drawn_and_the_probability_of_the_second_class_named() -> None:
    X, y = blobs(2, n_features=2)
    net = network(1, "sigmoid", 2)
    made = page(net, X, y, class_names=["no", "yes"])
    assert any(found["alt"].startswith("what the network predicts for every") for found in made.of("img"))
    assert "those of the one output, the probability of yes, and in each hidden layer" in made.text
    p = net.predict(X)[:, 0].astype(float)
    own = np.where(y == 1, p, 1 - p)
    worst = int(own.argmin())
    wrong = int((own < 0.5).sum())
    assert f"{wrong} of 60 training samples are wrong; the surest wrong answers come first." in made.text
    assert {output_of(subject_of(net, X, y), place) for place in range(60)} == {0}
    names = ["no", "yes"]
    row = made.tables["12 training samples"][1]
    assert row[:5] == [
        str(worst), names[y[worst]], names[1 - y[worst]],
        f"{100 * (1 - own[worst]):.2f} %", f"{100 * own[worst]:.2f} %",
    ]  # fmt: skip
    assert made.tables["12 training samples"][0] == [
        "sample", "true", "predicted", "its probability", "of the true class", "x0", "x1",
    ]  # fmt: skip


def test_of_two_outputs_the_output_of_the_true_class_is_named(undrawn: None) -> None:
    X, y = blobs(2)
    net = network(2, "softmax")
    own = net.predict(X)[np.arange(60), y]
    made = page(net, X, y, class_names=["no", "yes"])
    assert (
        f"those of the output of the true class, {['no', 'yes'][y[own.argmin()]]}, and in each" in made.text
    )


def test_where_all_samples_are_right_the_least_sure_come_first(undrawn: None) -> None:
    X = np.linspace(-3, 3, 16)[:, None]
    net = gn.Network([gn.Dense(2, "softmax")], seed=0, input_shape=1)
    net.layers[0].weights[:], net.layers[0].bias[:] = [[-1.0, 1.0]], 0
    made = page(net, X, (X[:, 0] > 0).astype(int))
    assert "All 16 training samples are right; these are the least sure ones." in made.text
    rows = made.tables["12 training samples"][1:]
    assert [row[0] for row in rows[:2]] == ["7", "8"] and len(rows) == 12


@pytest.mark.parametrize(("n_features", "shown"), [(6, 6), (7, 6)])
def test_beside_the_worst_samples_stand_the_first_six_features(
    undrawn: None, n_features: int, shown: int
) -> None:
    X, y = blobs(3, n_features=n_features)
    made = page(network(3, "softmax", n_features), X, y)
    (table,) = (rows for rows in made.tables.values() if rows[0][0] == "sample")
    assert table[0][5:] == [f"x{i}" for i in range(shown)]


def test_no_more_wrong_samples_are_shown_than_there_are(undrawn: None) -> None:
    X = np.linspace(-3, 3, 16)[:, None]
    net = gn.Network([gn.Dense(2, "softmax")], seed=0, input_shape=1)
    net.layers[0].weights[:], net.layers[0].bias[:] = [[-1.0, 1.0]], 0
    y = (X[:, 0] > 0).astype(int)
    y[[0, 15]] = 1 - y[[0, 15]]
    made = page(net, X, y)
    assert "2 of 16 training samples are wrong; the surest wrong answers come first." in made.text
    assert [row[0] for row in made.tables["2 training samples"][1:]] == ["0", "15"]


@pytest.mark.parametrize("loss", ["hinge", "squared_hinge"])
def test_targets_of_margins_are_judged_by_their_margins(loss: str, undrawn: None) -> None:
    X, y = np.array([[3.0], [0.5], [-1.0], [-2.0]]), np.array([[1.0], [1.0], [1.0], [-1.0]])
    net = gn.Network([gn.Dense(1)], seed=0, input_shape=1, dtype="float64")
    net.parameters = np.array([1.0, 0.0])
    made = page(net, X, y, loss=loss)
    assert [row[1] for row in made.tables[
        "Outputs for the training samples; the margin is y times the output"
    ][1:]] == ["25.00 %", "25.00 %", "50.00 %"]  # fmt: skip
    worst = made.tables["The smallest margins among 4 training samples"]
    assert worst[0][3] == "margin"
    assert [(row[0], row[3]) for row in worst[1:]] == [("2", "−1"), ("1", "0.5"), ("3", "2"), ("0", "3")]
    assert "prediction and truth are equal" not in made.text and "Residuals" not in made.text
    assert "training sample 2, the worst one" in made.text


# ---- what next, and what is given


def test_a_proposed_line_of_python_can_be_run() -> None:
    X, y = blobs(2)
    leaky = gn.activations.LeakyReLU(0.3)
    hidden = [gn.Residual([gn.Dense(3, leaky)]), gn.Dense(4, bias_initializer=gn.initializers.Constant(0.5))]
    net = gn.Network([*hidden, gn.Dense(1, "sigmoid")], seed=7)
    net.fit(X, y, loss="bce", optimizer=gn.Adam(0.02), epochs=1, progress=False)
    names = {"gn": gn}
    exec(python_code.python_code(subject_of(net, X, y), {"seed": 8}), names)
    made = names["net"]
    assert isinstance(made, gn.Network)
    assert made.layers == net.layers and made.streams.seed == 8


def test_every_change_is_written_as_python() -> None:
    X, y = blobs(3)
    net = gn.Network([gn.Dense(4, "tanh"), gn.Dense(5, "tanh"), gn.Dense(3, "softmax")], seed=7)
    net.fit(X, y, loss="scce", optimizer=gn.Adam(0.02), epochs=1, progress=False)
    about = subject_of(net, X, y)
    assert [
        python_code.python_code(about, change)
        for change in (
            {"standardize": True}, {"epochs": 40}, {"learning_rate": 0.1}, {"hidden": [8, 10]},
            {"activation": "relu"}, {"dropout": 0.2}, {"seed": 8},
        )
    ] == [
        "X = gn.Standardizer().fit_transform(X)",
        "net.fit(X, y, epochs=40)",
        "net.fit(X, y, optimizer=gn.Adam(0.1))",
        "net = gn.Network([gn.Dense(8, 'tanh'), gn.Dense(10, 'tanh'), gn.Dense(3, 'softmax')], seed=7)",
        "net = gn.Network([gn.Dense(4, 'relu'), gn.Dense(5, 'relu'), gn.Dense(3, 'softmax')], seed=7)",
        "net = gn.Network([gn.Dense(4, 'tanh'), gn.Dropout(0.2), gn.Dense(5, 'tanh'), gn.Dropout(0.2), "
        "gn.Dense(3, 'softmax')], seed=7)",
        "net = gn.Network([gn.Dense(4, 'tanh'), gn.Dense(5, 'tanh'), gn.Dense(3, 'softmax')], seed=8)",
    ]  # fmt: skip


def test_proposals_are_counted_from_the_first(undrawn: None) -> None:
    X, y = blobs(3)
    made = gn_report_of(replace(subject_of(network(3, "softmax"), X, y), history=history_of(10)))
    assert made.texts("pre") == ["typed 0: {'epochs': 20}", "typed 1: {'seed': 1}"]


@pytest.mark.parametrize(
    ("names", "shape"),
    [
        (["pixel_0_0", "pixel_0_1", "pixel_1_0", "pixel_1_1", "pixel_2_0", "pixel_2_1"], (3, 2)),
        (["pixel_0_0", "pixel_0_1"], (1, 2)),
        (["pixel_0_0"], None),
        (["pixel_0_1", "pixel_0_0"], None),
        (["pixel_0_0", "pixel_0_2"], None),
        (["pixel_0_0", "x"], None),
        (["x", "pixel_0_1"], None),
    ],
)
def test_features_are_an_image_where_every_pixel_has_its_name(
    names: list[str], shape: tuple[int, int] | None
) -> None:
    assert image_of(names) == shape


@pytest.mark.parametrize("given", [(1, 2, 3), [1], "ab", None])
def test_samples_beside_the_training_are_a_pair(given: Any) -> None:
    X, y = blobs(3)
    if given is None:
        assert subject_of(network(3, "softmax"), X, y).held is None
    else:
        with pytest.raises(gn.errors.ArgumentError, match=r"test_data must be a pair \(X, y\); got"):
            subject_of(network(3, "softmax"), X, y, test_data=given)


@pytest.mark.parametrize("rows", ["tuple", "list"])
def test_a_pair_may_be_a_tuple_or_a_list(rows: str) -> None:
    X, y = blobs(3)
    pair = (X[:5], y[:5]) if rows == "tuple" else [X[:5], y[:5]]
    test = subject_of(network(3, "softmax"), X, y, test_data=pair).test
    assert test is not None and (test.name, len(test.X)) == ("test", 5)


def test_what_the_metadata_name_is_used_where_it_fits() -> None:
    X, y = blobs(3)
    net = network(3, "softmax")
    net.metadata.update(feature_names=["a", "b", "c"], class_names=["p", "q", "r"])
    names = subject_of(net, X, y).names
    assert (names.features, names.classes) == (("a", "b", "c"), ("p", "q", "r"))
    net.metadata.update(feature_names=["a", "b"], class_names=["p", "q"])
    names = subject_of(net, X, y).names
    assert (names.features, names.classes) == (("x0", "x1", "x2"), ("0", "1", "2"))


def test_targets_of_one_row_each_are_classes_in_any_shape() -> None:
    X, y = blobs(3)
    for given in (y, y[:, None], np.eye(3)[y]):
        about = subject_of(network(3, "softmax"), X, given)
        np.testing.assert_array_equal(about.classes(about.training), y)
        np.testing.assert_array_equal(about.members(about.training), np.eye(3)[y] == 1)
    two = subject_of(network(1, "sigmoid"), X, y > 0)
    np.testing.assert_array_equal(two.members(two.training), np.eye(2)[(y > 0).astype(int)] == 1)
    np.testing.assert_allclose(two.prediction.sum(axis=1), 1)


def test_a_class_whose_probability_is_exactly_a_half_is_not_said(undrawn: None) -> None:
    X = np.random.default_rng(0).normal(size=(10, 3))
    Y = np.eye(3)[np.arange(10) % 3]
    Y[0] = [1, 1, 0]
    net = network(3, "sigmoid")
    for layer in net.layers:
        layer.weights[...] = 0
    made = page(net, X, Y, loss="bce")
    rows = made.tables["Each class, training samples"]
    assert [row[2] for row in rows[1:]] == ["0", "0", "0"]
    assert "10 of 10 training samples are wrong in one class at least" in made.text
    assert [row[2] for row in made.tables["10 training samples"][1:]] == ["none"] * 10
