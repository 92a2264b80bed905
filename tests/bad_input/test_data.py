"""X and y that cannot be trained on are refused: which entry, what was expected, what to do."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array

import glassnet as gn
from glassnet.errors import ArgumentError, DataError, ShapeError
from glassnet.layers import Dense
from glassnet.network.network import Network
from tests.bad_input.refusing import (
    CLASSES,
    ONE_HOT,
    VALUES,
    Refusal,
    X,
    assert_refused,
    changed,
    name_of,
    networks,
)

X_REFUSALS: list[Refusal] = [
    ({"X": csr_array(X)}, DataError, r"^X is a sparse matrix \(csr_array\); pass its \.toarray\(\)$"),
    ({"X": np.ma.masked_greater(X, 1)}, DataError, r"^X has masked entries; fill or remove them first$"),
    ({"X": X[:19]}, ShapeError, r"^X has 19 samples and y has 20; they must be equal$"),
    (
        {"X": X[:, 0]},
        ShapeError,
        r"^X must have shape \(n_samples, n_features\); got \(20,\)\. Reshape one sample to \(1, ",
    ),
    ({"X": 3.0}, ShapeError, r"^X must have one row per sample; got the single number 3\.0$"),
    ({"X": X[:0]}, DataError, r"^X is empty \(shape \(0, 3\)\); at least one sample is needed$"),
    ({"X": np.empty((20, 0))}, DataError, r"^X is empty \(shape \(20, 0\)\)"),
    ({"X": []}, DataError, r"^X is empty \(shape \(0,\)\)"),
    (
        {"X": changed(X, (3, 1), np.nan)},
        DataError,
        r"^X holds nan at row 3, column 1, not a finite number \(1 such in all\); remove or fill these "
        r"entries$",
    ),
    (
        {"X": changed(changed(X, (7, 2), np.inf), (9, 0), -np.inf)},
        DataError,
        r"^X holds inf at row 7, column 2, not a finite number \(2 such",
    ),
    (
        {"X": changed(X, (0, 1), 1e300)},
        DataError,
        r"^X holds 1e\+300 at row 0, column 1, too large for float32 \(1 such in all\); scale, or use a "
        r"network of dtype float64, for these entries$",
    ),
    (
        {"X": np.where(X > 1, None, X)},
        DataError,
        r"^X must hold real numbers; its dtype is object; "
        r"encode text as numbers, fill missing entries, and convert to float; it holds None in row 2, column 0$",
    ),
    (
        {"X": [["a", "b", "c"]] * 20},
        DataError,
        r"^X must hold real numbers; its dtype is <U1; encode text as numbers",
    ),
    ({"X": [[1.0, None, 2.0]] * 20}, DataError, r"^X must hold real numbers; its dtype is object"),
    (
        {"X": X.astype(complex)},
        DataError,
        r"its dtype is complex128; give real and imaginary parts as features of their own$",
    ),
    ({"X": X.astype("M8[s]")}, DataError, r"its dtype is datetime64\[s\]; give times as numbers"),
    ({"X": X.astype("m8[s]")}, DataError, r"its dtype is timedelta64\[s\]; give durations as numbers"),
    (
        {"X": [[1.0, 2.0], [3.0]] * 10},
        DataError,
        r"^X must have rows of equal length that hold numbers; its rows differ$",
    ),
    (
        {"X": pd.DataFrame(changed(X, (3, 1), np.nan), columns=["age", "height", "weight"])},
        DataError,
        r"^X holds nan at row 3, column 1 \('height'\), not",
    ),
    (
        {"X": pd.DataFrame({"age": [1.0, 2.0] * 10, "town": ["Bonn", "Ulm"] * 10})},
        DataError,
        r"^X must hold real numbers; its dtype is object",
    ),
]

CLASS_REFUSALS: list[Refusal] = [
    ({"y": None}, ArgumentError, r"^y is missing; it must be an array of numbers with one row per sample$"),
    ({"y": CLASSES[:19]}, ShapeError, r"^X has 20 samples and y has 19; they must be equal$"),
    (
        {"y": CLASSES + 1},
        DataError,
        r"^sparse_categorical_cross_entropy takes integer classes 0 to 3, one per output; y holds 4 in "
        r"row 3; count the classes from 0 on, .*\[1, 2, 3, 4\]$",
    ),
    (
        {"y": changed(CLASSES, 5, -1)},
        DataError,
        r"takes integer classes 0 to 3, one per output; y holds -1 in row 5$",
    ),
    (
        {"y": changed(CLASSES, 2, 0.5)},
        DataError,
        r"takes integer classes 0 to 3, one per output; y holds 0\.5 in row 2$",
    ),
    (
        {"y": ONE_HOT},
        ShapeError,
        r"^sparse_categorical_cross_entropy takes one integer per sample, shape \(n_samples,\); y has "
        r"shape \(20, 4\)\. For one-hot rows use categorical_cross_entropy, or pass y\.argmax\(axis=1\)$",
    ),
    (
        {"y": ONE_HOT[:, :, None]},
        ShapeError,
        r"takes one integer per sample, shape \(n_samples,\); y has shape \(20, 4, 1\)",
    ),
    (
        {"y": np.array(list("abcd") * 5)},
        DataError,
        r"^y must hold real numbers; its dtype is <U1; encode text as numbers, or name the classes, in the order "
        r"of the outputs: net\.metadata\['class_names'\] = \['a', 'b', 'c', 'd'\]; from then on text is taken",
    ),
    ({"y": changed(CLASSES, 4, np.nan)}, DataError, r"^y holds nan at row 4, not a finite number"),
    ({"y": 1}, ShapeError, r"^y must have one row per sample; got the single number 1$"),
    (
        {"loss": "cce"},
        ShapeError,
        r"^categorical_cross_entropy compares with the network's 4 outputs, so y must have shape "
        r"\(n_samples, 4\); it has \(20,\); for integer classes use sparse_categorical_cross_entropy, or "
        r"one_hot of them$",
    ),
    (
        {"loss": "cce", "y": CLASSES[:, None]},
        ShapeError,
        r"it has \(20, 1\); for integer classes use sparse_categorical_cross_entropy",
    ),
    (
        {"loss": "cce", "y": ONE_HOT[:, :3]},
        ShapeError,
        r"y must have shape \(n_samples, 4\); it has \(20, 3\)$",
    ),
    (
        {"loss": "cce", "y": 2 * ONE_HOT},
        DataError,
        r"^categorical_cross_entropy takes targets from 0 to 1; y holds 2 in row 0, column 0$",
    ),
    (
        {"loss": "cce", "y": np.eye(4)[[2] * 20]},
        DataError,
        r"^y holds one class only \(\[0\.0, 0\.0, 1\.0, 0\.0\] in all 20 samples\)",
    ),
    ({"loss": "bce"}, ShapeError, r"^binary_cross_entropy compares with the network's 4 outputs, so y must"),
    ({"loss": "triplet", "y": np.ones(20)}, DataError, r"^y holds one class only"),
    (
        {"loss": "triplet", "y": np.arange(20)},
        DataError,
        r"^no two samples of y have the same label \(20 labels in 20 samples\), and triplet_hard learns from",
    ),
    (
        {"loss": "contrastive", "y": np.arange(20)[::-1]},
        DataError,
        "^no two samples of y have the same label",
    ),
    (
        {"loss": "mse", "y": CLASSES},
        ShapeError,
        r"it has \(20,\); for integer classes use softmax with sparse_categorical_cross_entropy, or one_hot of them$",
    ),
    ({"loss": "mse", "y": CLASSES + 0.5}, ShapeError, r"it has \(20,\)$"),
    (
        {"loss": "triplet", "y": CLASSES + 0.5},
        DataError,
        r"^triplet_hard takes integers; y holds 0\.5 in row 0$",
    ),
    (
        {"loss": "triplet", "sample_weight": np.ones(20)},
        ArgumentError,
        r"^triplet_hard is a mean over pairs or triplets, so it takes no weights of samples$",
    ),
    (
        {"loss": "contrastive", "class_weight": "balanced"},
        ArgumentError,
        r"^contrastive is a mean over pairs",
    ),
    (
        {"loss": "poisson", "y": ONE_HOT - 1},
        DataError,
        r"^poisson takes targets >= 0; y holds -1 in row 0, column 1$",
    ),
]

VALUE_REFUSALS: list[Refusal] = [
    (
        {"y": ONE_HOT},
        ShapeError,
        r"^mean_squared_error compares with the network's 1 output, so y must have shape \(n_samples, "
        r"1\); it has \(20, 4\)$",
    ),
    ({"y": VALUES[:, :, None]}, ShapeError, r"y must have shape \(n_samples, 1\); it has \(20, 1, 1\)$"),
    (
        {"y": changed(VALUES, 6, 1e39)},
        DataError,
        r"^y holds 1e\+39 at row 6, column 0, too large for float32",
    ),
    (
        {"loss": "bce", "y": 2 * CLASSES - 1},
        DataError,
        r"^binary_cross_entropy takes targets from 0 to 1; y holds -1 in row 0, column 0$",
    ),
    (
        {"loss": "bce", "y": np.eye(2)[CLASSES % 2]},
        ShapeError,
        r"it has \(20, 2\); for one-hot rows use Dense\(n_classes, 'softmax'\) with "
        r"categorical_cross_entropy$",
    ),
    ({"loss": "bce", "y": np.ones(20)}, DataError, r"^y holds one class only \(\[1\.0\] in all 20 samples\)"),
    (
        {"loss": "cce", "y": CLASSES % 2},
        ShapeError,
        r"^categorical_cross_entropy compares classes and needs one output for each; the network has one "
        r"output\. For two classes use Dense\(1, 'sigmoid'\) with binary_cross_entropy, or Dense\(2, "
        r"'softmax'\)$",
    ),
    (
        {"loss": "scce", "y": CLASSES % 2},
        ShapeError,
        r"^sparse_categorical_cross_entropy compares classes and needs one output for each",
    ),
    (
        {"class_weight": "balanced"},
        ArgumentError,
        r"^class_weight needs classes, and mean_squared_error was given values that are none; use "
        r"sample_weight$",
    ),
    (
        {"loss": "bce", "y": np.linspace(0, 1, 20), "class_weight": {0: 1}},
        ArgumentError,
        r"^class_weight needs classes, and binary_cross_entropy was given values",
    ),
    ({"metrics": ["accuracy"]}, DataError, r"y_true must hold class labels"),
]


@pytest.mark.parametrize("case", [*X_REFUSALS, *CLASS_REFUSALS], ids=name_of)
def test_fit_of_classes_refuses(case: Refusal) -> None:
    options, error, message = case
    usual: dict[str, Any] = {"X": X, "y": CLASSES, "loss": "scce", "engine": "numpy", "progress": False}
    assert_refused(Dense(4, "softmax"), usual | options, error, message)


def test_one_pair_of_samples_is_enough_for_a_loss_of_labels() -> None:
    y = np.arange(20)
    y[7] = 3
    for loss in ("triplet", "triplet_all", "contrastive"):
        gn.Network([gn.Dense(2)], seed=0).fit(
            np.random.default_rng(0).normal(size=(20, 3)), y, loss=loss, progress=False
        )


def test_one_class_is_refused_at_first_and_taken_as_a_part_later() -> None:
    fresh, trained = networks(Dense(4, "softmax"))
    message = r"^y holds one class only \(\[0\.0\] in all 20 samples\), so there is nothing to tell apart$"
    options: dict[str, Any] = {"loss": "scce", "engine": "numpy", "progress": False}
    with pytest.raises(DataError, match=message):
        fresh.fit(X, np.zeros(20), **options)
    assert not fresh.built
    trained.fit(X, np.zeros(20), class_weight={0: 2.0, 3: 1.0}, **options)


@pytest.mark.parametrize("case", VALUE_REFUSALS, ids=name_of)
def test_fit_of_values_refuses(case: Refusal) -> None:
    options, error, message = case
    usual: dict[str, Any] = {"X": X, "y": VALUES, "loss": "mse", "engine": "numpy", "progress": False}
    assert_refused(Dense(1), usual | options, error, message)


def test_soft_targets_that_are_all_alike_are_no_single_class() -> None:
    network = Network([Dense(2, "softmax")], seed=0)
    history = network.fit(
        X, [[0.3, 0.7]] * 20, loss="kl", optimizer=gn.SGD(0.5), epochs=200, engine="numpy", progress=False
    )
    assert history["loss"][-1] < 0.01 < history["loss"][0]


def test_a_single_sample_may_be_trained_on() -> None:
    for loss, y, last in (("scce", [2], Dense(4, "softmax")), ("bce", [1], Dense(1, "sigmoid"))):
        network = Network([last], seed=0)
        history = network.fit(
            X[:1], y, loss=loss, optimizer=gn.SGD(1.0), epochs=50, engine="numpy", progress=False
        )
        assert history["loss"][-1] < 0.1


def test_one_class_left_by_the_split_is_said_of_the_part_and_not_of_y() -> None:
    network = Network([Dense(1, "sigmoid")], seed=0)
    y = np.r_[np.zeros(16), 0.5, 0.5, 1.0, 1.0]
    message = r"^what validation_split=0.2 leaves of y holds one class only \(\[0\.0\] in all 16 samples\)"
    with pytest.raises(DataError, match=message):
        network.fit(X, y, loss="bce", validation_split=0.2, progress=False)
    assert not network.built


def test_one_class_is_said_of_all_samples_although_some_are_held_back() -> None:
    network = Network([Dense(1, "sigmoid")], seed=0)
    with pytest.raises(DataError, match=r"^y holds one class only \(\[0\.0\] in all 20 samples\)"):
        network.fit(X, np.zeros(20), loss="bce", validation_split=0.2, progress=False)
