"""Classes by name, as text, give what their numbers give; other names are refused with advice."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from sklearn import metrics as referee

import glassnet as gn
from glassnet import metrics
from glassnet.errors import ArgumentError, DataError, ShapeError

RANDOM = np.random.default_rng(0)
TRUE, PREDICTED = RANDOM.integers(0, 3, 60), RANDOM.integers(0, 3, 60)
NAMES: dict[str, Callable[[Any], Any]] = {
    "text": lambda classes: np.array(["ant", "bee", "cat"])[classes],
    "bytes": lambda classes: np.array([b"ant", b"bee", b"cat"])[classes],
    "objects": lambda classes: np.array(["ant", "bee", "cat"], object)[classes],
    "a list": lambda classes: [["ant", "bee", "cat"][c] for c in classes],
    "a column": lambda classes: np.array(["ant", "bee", "cat"])[classes][:, None],
    "tens": lambda classes: np.array([10, 20, 30])[classes],
    "negative numbers as text": lambda classes: (classes - 1).astype(str),
}


@pytest.mark.parametrize("kind", NAMES)
@pytest.mark.parametrize(
    "metric", ["accuracy", "balanced_accuracy", "precision", "recall", "f1", "f_beta", "f1_weighted"]
)
def test_metrics_of_names_are_those_of_numbers(metric: str, kind: str) -> None:
    measure = metrics.F1("weighted") if metric == "f1_weighted" else metrics.get(metric)
    weights = RANDOM.uniform(0.5, 2, 60)
    named = [NAMES[kind](classes) for classes in (TRUE, PREDICTED)]
    assert measure(*named, weights) == pytest.approx(measure(TRUE, PREDICTED, weights), rel=1e-12)


@pytest.mark.parametrize("kind", ["text", "objects", "negative numbers as text"])
def test_rows_and_columns_of_named_classes_are_sorted(kind: str) -> None:
    named = [NAMES[kind](classes) for classes in (TRUE, PREDICTED)]
    np.testing.assert_array_equal(metrics.confusion_matrix(*named), referee.confusion_matrix(*named))


def test_a_picture_takes_the_order_of_the_names_that_it_is_given() -> None:
    named = [NAMES["text"](classes) for classes in (TRUE, PREDICTED)]
    expected = referee.confusion_matrix(*named, labels=["cat", "ant", "dog", "bee"])
    ax = gn.plots.confusion_matrix(*named, class_names=["cat", "ant", "dog", "bee"])
    assert [label.get_text() for label in ax.get_yticklabels()] == ["cat", "ant", "dog", "bee"]
    shares = expected / np.maximum(expected.sum(axis=1, keepdims=True), 1)
    np.testing.assert_allclose(ax.images[0].get_array(), shares)
    with pytest.raises(
        DataError, match="class_names must hold each name of y_true and y_pred once; it lacks 'cat'"
    ):
        gn.plots.confusion_matrix(*named, class_names=["ant", "bee", "dog"])


def test_of_two_named_classes_the_one_that_is_meant_must_be_said() -> None:
    names = np.array(["no", "yes"])
    y = names[TRUE % 2], names[PREDICTED % 2]
    with pytest.raises(ArgumentError, match="which of 'no' and 'yes' is meant; choose average='macro'"):
        metrics.f1(*y)
    macro = referee.f1_score(*y, average="macro")
    assert metrics.F1("macro")(*y) == pytest.approx(macro, rel=1e-12)
    assert metrics.accuracy(*y) == referee.accuracy_score(*y)


SCORES = np.eye(3)[PREDICTED]
NAMED = NAMES["text"](TRUE), NAMES["text"](PREDICTED)
REFUSED: list[tuple[Any, Any, Any, str]] = [
    (metrics.accuracy, NAMED[0], SCORES, r"y_true holds names of classes, and y_pred numbers \(shape \(60, 3\)\).*"
     r"net.predict_class_names\(X\) for y_pred, or numbers on both, numpy.unique\(y_true, return_inverse=True\)\[1\]"),
    (metrics.f1, TRUE, NAMES["text"](PREDICTED), "y_pred holds names of classes, and y_true numbers"),
    (metrics.TopK(2), NAMES["text"](TRUE), SCORES, "give names on both sides"),
    (metrics.accuracy, NAMES["tens"](TRUE), SCORES, "only classes 0 to 2; where integers are names of classes, count"),
    (metrics.accuracy, 2 * (TRUE % 2) - 1, np.full(60, 0.3), "got -1 in row .; .* give both sides as text"),
    (metrics.accuracy, np.array([["a", "b"], ["b", "a"]]), np.array(["a", "b"]), "one name for each sample; it has"),
    (metrics.accuracy, np.array(["a", "b"]), np.array(["a"]), "the same number of rows, at least one; got 2 and 1"),
    (metrics.TopK(2), *NAMED, "needs scores of all classes"),
    (metrics.mean_absolute_error, *NAMED, "names of classes are taken by accuracy"),
    (metrics.label_accuracy, *NAMED, "names of classes are taken by accuracy"),
]  # fmt: skip


@pytest.mark.parametrize(("metric", "y_true", "y_pred", "message"), REFUSED)
def test_what_cannot_be_compared_is_refused_with_advice(
    metric: Any, y_true: Any, y_pred: Any, message: str
) -> None:
    with pytest.raises((DataError, ShapeError), match=message):
        metric(y_true, y_pred)


# ---- integers that are names of a network's classes

X = RANDOM.normal(size=(60, 3))
QUIET: dict[str, Any] = {"engine": "numpy", "progress": False}


def named_network(names: Any, layer: gn.Dense | None = None) -> gn.Network:
    net = gn.Network([layer or gn.Dense(3, "softmax")], seed=0)
    net.metadata["class_names"] = names
    return net


@pytest.mark.parametrize("names", [[10, 20, 30], (30, 10, 20), np.array([10, 20, 30]), [3, 1, 2]])
def test_integers_that_are_names_are_taken_as_the_classes_that_they_name(names: Any) -> None:
    y = np.asarray(names)[TRUE]
    net, expected = named_network(names), named_network(["a", "b", "c"])
    history = net.fit(X, y, loss="scce", class_weight={int(names[0]): 2.0}, validation_split=0.2, **QUIET)
    wanted = expected.fit(X, TRUE, loss="scce", class_weight={"a": 2.0}, validation_split=0.2, **QUIET)
    assert history["loss"] == wanted["loss"]
    assert net.evaluate(X, y) == expected.evaluate(X, TRUE) == net.evaluate(X, y.astype(str))
    right = (net.predict_class_names(X) == y).mean()
    assert right == metrics.accuracy(y, net.predict_class_names(X)) == net.evaluate(X, y)["accuracy"]


def test_one_sigmoid_takes_integers_that_name_two_classes() -> None:
    net = named_network([-1, 1], gn.Dense(1, "sigmoid"))
    net.fit(X, 2 * (TRUE % 2) - 1, loss="bce", **QUIET)
    assert net.evaluate(X, 2 * (TRUE % 2) - 1) == net.evaluate(X, np.where(TRUE % 2 == 1, "1", "-1"))
    assert set(net.predict_class_names(X)) <= {-1, 1}


def test_integers_that_may_be_names_or_numbers_are_refused() -> None:
    net = named_network([1, 2, 3])
    net.fit(X, TRUE + 1, loss="scce", **QUIET)  # 3 is no number of a class
    few = TRUE < 2
    either = (
        "y holds 1, 2, which may be names of classes, 1, 2, 3, or their numbers, 0 to 2. For names give text"
    )
    with pytest.raises(DataError, match=either):
        net.evaluate(X[few], TRUE[few] + 1)
    net.evaluate(X[few], (TRUE[few] + 1).astype(str))
    net.evaluate(X, TRUE)  # 0 is no name
    with pytest.raises(DataError, match="class_weight holds 1, which may be names"):
        net.fit(X, TRUE + 1, loss="scce", class_weight={1: 2.0}, **QUIET)
    net.fit(X, TRUE + 1, loss="scce", class_weight={"1": 2.0}, **QUIET)


@pytest.mark.parametrize(("layer", "loss", "y", "names"), [
    (gn.Dense(3, "softmax"), "scce", NAMES["tens"](TRUE), r"\[10, 20, 30\]"),
    (gn.Dense(1, "sigmoid"), "bce", 2 * (TRUE % 2) - 1, r"\[-1, 1\]"),
])  # fmt: skip
def test_other_integers_are_refused_with_what_to_do(layer: Any, loss: str, y: Any, names: str) -> None:
    net = gn.Network([layer], seed=0)
    with pytest.raises(
        DataError, match=r"numpy.unique\(y, return_inverse=True\)\[1\], or name them.* = " + names
    ):
        net.fit(X, y, loss=loss, **QUIET)
    net.metadata["class_names"] = sorted(set(y.tolist()))
    net.fit(X, y, loss=loss, **QUIET)
