import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import ArrayLike, NDArray
from sklearn.model_selection import train_test_split as scikit_learn_split
from sklearn.preprocessing import StandardScaler

import glassnet as gn
from glassnet import datasets
from glassnet.datasets.preparation import Standardizer, one_hot, train_test_split
from glassnet.errors import (
    ArgumentError,
    DataError,
    NotBuiltError,
    ShapeError,
)


def test_the_default_split_of_the_digits_is_the_one_of_the_source_text() -> None:
    dataset = datasets.digits()
    expected = scikit_learn_split(dataset.X, dataset.y, test_size=0.2, random_state=42)
    for part, expected_part in zip(dataset.split(), expected, strict=True):
        np.testing.assert_array_equal(part, expected_part)
    assert [len(part) for part in expected] == [1437, 360, 1437, 360]


@given(st.integers(2, 60), st.floats(0.05, 0.95), st.integers(0, 2**32 - 1))
def test_a_split_keeps_every_sample_once_and_beside_its_target(
    n_samples: int, test_size: float, seed: int
) -> None:
    X = np.arange(n_samples)[:, np.newaxis]
    try:
        X_train, X_test, y_train, y_test = train_test_split(X, X[:, 0], test_size=test_size, seed=seed)
    except DataError:
        assert n_samples * (1 - test_size) < 1 + 1e-9
        return
    together = np.concatenate([X_train, X_test])
    np.testing.assert_array_equal(np.sort(together[:, 0]), X[:, 0])
    np.testing.assert_array_equal(together[:, 0], np.concatenate([y_train, y_test]))
    assert len(y_test) == np.ceil(test_size * n_samples)


@pytest.mark.parametrize("seed", range(25))
def test_splits_of_an_integer_seed_are_scikit_learns(seed: int) -> None:
    random = np.random.default_rng(seed)
    n, share = int(random.integers(8, 80)), float(random.uniform(0.3, 0.7))
    X, y = random.normal(size=(n, 2)), np.arange(n) * int(random.integers(2, 5)) // n
    labels = np.array(["a", "b", "c", "d"])[y]
    for stratify in (None, labels):
        expected = scikit_learn_split(X, labels, test_size=share, random_state=seed, stratify=stratify)
        found = train_test_split(X, labels, test_size=share, seed=seed, stratify=stratify is not None)
        for part, expected_part in zip(found, expected, strict=True):
            np.testing.assert_array_equal(part, expected_part)


@pytest.mark.parametrize("offset", [0.0, 0.1, 1e3, 1e9])
def test_standardised_features_are_scikit_learns(offset: float) -> None:
    X = np.random.default_rng(0).normal(size=(50, 3)) * [1.0, 1e-6, 0.0] + offset
    reference, standardizer = StandardScaler().fit(X), Standardizer().fit(X)
    np.testing.assert_array_equal(standardizer.mean, reference.mean_)
    np.testing.assert_allclose(standardizer.scale, reference.scale_, rtol=1e-12)
    np.testing.assert_allclose(standardizer.transform(X), reference.transform(X), rtol=1e-9, atol=1e-9)


def test_a_stratified_split_keeps_the_share_of_each_class() -> None:
    _, _, y_train, y_test = datasets.iris().split(0.2, stratify=True)
    np.testing.assert_array_equal(np.bincount(y_train), [40, 40, 40])
    np.testing.assert_array_equal(np.bincount(y_test), [10, 10, 10])


def test_a_generator_splits_differently_each_time() -> None:
    generator = np.random.default_rng(0)
    first, second = (datasets.iris().split(seed=generator)[0] for _ in range(2))
    again = datasets.iris().split(seed=np.random.default_rng(0))[0]
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, second)


@pytest.mark.parametrize("test_size", [0, 1, -0.5, 20, "0.2", np.nan, True])
def test_the_share_for_testing_lies_between_0_and_1(test_size: float) -> None:
    with pytest.raises(ArgumentError) as error:
        train_test_split([[1], [2]], [1, 2], test_size=test_size)
    assert str(error.value) == (f"test_size must be a finite number and > 0 and < 1; got {test_size!r}")


def test_lengths_that_differ_are_both_named() -> None:
    with pytest.raises(ShapeError) as error:
        train_test_split(np.zeros((5, 2)), np.zeros(4))
    assert str(error.value) == (
        "X and y must have the same length; X has 5 samples (shape (5, 2)), y has 4 (shape (4,))"
    )
    with pytest.raises(ShapeError, match="y must have one row for each sample; got a single value"):
        train_test_split(np.zeros((5, 2)), 3.0)


def test_too_few_samples_cannot_be_split() -> None:
    with pytest.raises(DataError, match=r"^1 samples cannot be split with test_size=0\.2: "):
        train_test_split([[1.0]], [0])
    with pytest.raises(DataError, match=r"cannot be split .*: a class has one sample only"):
        train_test_split(np.zeros((5, 1)), [0, 0, 0, 0, 1], stratify=True)
    with pytest.raises(DataError, match=r"into 5 and 1: each part needs at least one sample of each class$"):
        train_test_split(np.zeros((6, 1)), [0, 0, 0, 1, 1, 1], test_size=0.1, stratify=True)


def test_one_hot_marks_the_class_of_each_sample() -> None:
    encoded = one_hot([1, 0, 2])
    np.testing.assert_array_equal(encoded, [[0, 1, 0], [1, 0, 0], [0, 0, 1]])
    assert encoded.dtype == np.float64


@given(arrays(np.int64, st.integers(1, 30), elements=st.integers(0, 9)))
def test_one_hot_is_undone_by_the_largest_entry(labels: NDArray[np.int64]) -> None:
    encoded = one_hot(labels, 10)
    assert encoded.shape == (len(labels), 10)
    np.testing.assert_array_equal(encoded.argmax(axis=1), labels)
    np.testing.assert_array_equal(encoded.sum(axis=1), 1)


def test_one_hot_has_two_columns_for_two_classes_and_one_for_one() -> None:
    assert one_hot([0, 1, 1]).shape == (3, 2)
    assert one_hot([0, 0]).shape == (2, 1)


@pytest.mark.parametrize(
    ("labels", "n_classes", "kind", "message"),
    [
        ([0, 3, 1], 3, DataError, "labels must lie in 0 to 2 for 3 classes; labels[1] is 3"),
        ([2, 0, -1], None, DataError, "labels must lie in 0 to 2 for 3 classes; labels[2] is -1"),
        ([-1], None, DataError, "labels must lie in 0 to 0 for 1 classes; labels[0] is -1"),
        ([], None, DataError, "labels must name at least one sample; got none"),
        ([0.0, 1.0], None, DataError, "labels must be integers; got float64: "
         "np.unique(labels, return_inverse=True)[1] numbers them"),
        (["cat", "dog"], None, DataError, "labels must be integers; got <U3: "
         "np.unique(labels, return_inverse=True)[1] numbers them"),
        ([[1, 0], [0, 1]], None, ShapeError, "labels must have shape (n_samples,); got shape "
         "(2, 2), so perhaps they are one-hot already: labels.argmax(axis=1) gives the classes"),
        ([0, 1], 0, ArgumentError, "n_classes must be an integer >= 1; got 0"),
    ],
)  # fmt: skip
def test_labels_that_cannot_be_encoded_are_named(
    labels: ArrayLike, n_classes: int | None, kind: type[Exception], message: str
) -> None:
    with pytest.raises(kind) as error:
        one_hot(labels, n_classes)
    assert str(error.value) == message


def test_standardised_features_have_mean_0_and_standard_deviation_1() -> None:
    X, _ = datasets.wine()
    standardizer = Standardizer()
    Z = standardizer.fit_transform(X)
    np.testing.assert_allclose(Z.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(Z.std(axis=0), 1)
    np.testing.assert_allclose(Z, (X - standardizer.mean) / standardizer.scale)
    np.testing.assert_allclose(standardizer.inverse_transform(Z), X)


def test_test_samples_are_measured_by_the_training_samples() -> None:
    standardizer = Standardizer().fit([[0.0], [2.0]])
    np.testing.assert_array_equal(standardizer.transform([[4.0]]), [[3.0]])


def test_a_constant_feature_becomes_zero() -> None:
    standardizer = Standardizer()
    np.testing.assert_array_equal(standardizer.fit_transform([[7.0], [7.0]]), [[0.0], [0.0]])
    np.testing.assert_array_equal(standardizer.scale, [1.0])


@pytest.mark.parametrize("use", [
    lambda standardizer: standardizer.transform([[1.0]]),
    lambda standardizer: standardizer.inverse_transform([[1.0]]),
    lambda standardizer: standardizer.mean,
    lambda standardizer: standardizer.scale,
])  # fmt: skip
def test_a_standardizer_must_see_samples_first(use: object) -> None:
    assert callable(use)
    with pytest.raises(NotBuiltError) as error:
        use(Standardizer())
    assert str(error.value) == ("this Standardizer has seen no samples; call fit(X_train) first")


@pytest.mark.parametrize(
    ("X", "kind", "message"),
    [
        ([[1.0, 2.0]], ShapeError,
         "this Standardizer was fitted on 1 features; X has 2 (shape (1, 2))"),
        ([1.0, 2.0], ShapeError, "X must have shape (n_samples, n_features); got shape (2,)"),
        (np.zeros((0, 1)), DataError,
         "X must hold at least one sample and one feature; got shape (0, 1)"),
        ([[1.0], [np.nan]], DataError,
         "X must be finite; row 1, column 0 is nan: drop such rows or fill them in"),
        ([[-np.inf]], DataError,
         "X must be finite; row 0, column 0 is -inf: drop such rows or fill them in"),
        ([["tall"]], DataError,
         "X must hold real numbers; its dtype is <U4; encode text as numbers, fill missing entries, and "
         "convert to float"),
    ],
)  # fmt: skip
def test_tables_that_cannot_be_standardised_are_described(
    X: ArrayLike, kind: type[Exception], message: str
) -> None:
    standardizer = Standardizer().fit([[0.0], [2.0]])
    with pytest.raises(kind) as error:
        standardizer.transform(X)
    assert str(error.value) == message


def test_parts_of_a_table_are_tables_with_its_rows_and_names() -> None:
    table = pd.DataFrame(
        np.arange(20.0).reshape(10, 2), columns=["width", "height"], index=list("abcdefghij")
    )
    classes = pd.get_dummies(pd.Series(list("xyxyxyxyxy")))
    parts = gn.train_test_split(table, classes, seed=3)
    expected = gn.train_test_split(table.to_numpy(), classes.to_numpy(), seed=3)
    for part, array, whole in zip(parts, expected, (table, table, classes, classes), strict=True):
        assert list(part.columns) == list(whole.columns)
        np.testing.assert_array_equal(part, array)
    network = gn.Network([gn.Dense(1)], seed=0)
    network.fit(parts[0], parts[0]["width"], loss="mse", progress=False)
    with pytest.raises(DataError, match="another order"):
        network.predict(table[["height", "width"]])
