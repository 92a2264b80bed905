import sys
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import datasets as scikit_learn

from glassnet import datasets
from glassnet.datasets import Dataset
from glassnet.errors import ArgumentError, MissingDependencyError, UnknownNameError


@pytest.fixture(params=datasets.names())
def dataset(request: pytest.FixtureRequest) -> Dataset:
    return datasets.get(request.param)


def test_every_data_set_unpacks_into_a_float64_table_and_its_targets(dataset: Dataset) -> None:
    X, y = dataset
    assert X is dataset.X
    assert y is dataset.y
    assert X.dtype == np.float64
    assert X.shape == (len(y), len(dataset.feature_names))
    assert np.isfinite(X).all()


def test_every_data_set_is_the_same_each_time(dataset: Dataset) -> None:
    again = datasets.get(dataset.name)
    np.testing.assert_array_equal(again.X, dataset.X)
    np.testing.assert_array_equal(again.y, dataset.y)


def test_every_data_set_says_what_it_asks(dataset: Dataset) -> None:
    assert dataset.description.endswith("?")
    assert repr(dataset).startswith(f"<Dataset {dataset.name}: {len(dataset.X)} samples")


@pytest.mark.parametrize("name", sorted({*datasets.names()} - {"xor", "sine", "diabetes"}))
def test_classification_targets_are_labels_of_named_classes(name: str) -> None:
    dataset = datasets.get(name)
    assert dataset.task == "classification"
    assert dataset.target_names is not None
    assert dataset.y.dtype == np.int64
    assert dataset.y.shape == (len(dataset.X),)
    assert set(dataset.y) == set(range(len(dataset.target_names)))


@pytest.mark.parametrize("name", ["sine", "diabetes"])
def test_regression_targets_are_one_float_column(name: str) -> None:
    dataset = datasets.get(name)
    assert dataset.task == "regression"
    assert dataset.target_names is None
    assert dataset.y.dtype == np.float64
    assert dataset.y.shape == (len(dataset.X), 1)


def test_xor_is_one_where_two_bits_differ() -> None:
    X, y = datasets.xor()
    np.testing.assert_array_equal(X, [[0, 0], [0, 1], [1, 0], [1, 1]])
    np.testing.assert_array_equal(y, (X[:, :1] != X[:, 1:]).astype(float))
    assert y.dtype == np.float64


def test_digits_are_scikit_learns_pixels_divided_by_16() -> None:
    original = scikit_learn.load_digits()
    X, y = datasets.digits()
    np.testing.assert_array_equal(X, original.data / 16)
    np.testing.assert_array_equal(y, original.target)
    assert (X.min(), X.max()) == (0.0, 1.0)
    np.testing.assert_array_equal(datasets.digits(scaled=False).X, original.data)


@pytest.mark.parametrize("name", ["iris", "wine", "breast_cancer"])
def test_measured_classes_are_scikit_learns(name: str) -> None:
    original = getattr(scikit_learn, f"load_{name}")()
    dataset = datasets.get(name)
    np.testing.assert_array_equal(dataset.X, original.data)
    np.testing.assert_array_equal(dataset.y, original.target)
    assert dataset.target_names == tuple(original.target_names)


@pytest.mark.parametrize("scaled", [True, False])
def test_diabetes_is_scikit_learns(scaled: bool) -> None:
    original = scikit_learn.load_diabetes(scaled=scaled)
    X, y = datasets.diabetes(scaled=scaled)
    np.testing.assert_array_equal(X, original.data)
    np.testing.assert_array_equal(y[:, 0], original.target)


def test_spiral_of_legacy_seed_0_gives_the_figures_of_the_source_text() -> None:
    stream = np.random.RandomState(0)
    X, y = datasets.spiral(seed=stream)
    output = X @ (0.1 * stream.standard_normal((2, 3)))
    assert X.shape == (300, 2)
    np.testing.assert_array_equal(y, np.repeat([0, 1, 2], 100))
    np.testing.assert_allclose(
        output[:5],
        [
            [0.0, 0.0, 0.0],
            [-0.00104752, 0.00113954, -0.00047984],
            [-0.00274148, 0.00317292, -0.00086922],
            [-0.00421884, 0.00526663, -0.00055913],
            [-0.00577077, 0.00714014, -0.0008943],
        ],
        rtol=0,
        atol=5.1e-9,  # the figures were rounded to 8 places from 0.003172915 and the like
    )


@given(st.integers(1, 40), st.integers(1, 6), st.floats(0, 1), st.integers(0, 2**32 - 1))
def test_spiral_arms_run_from_the_centre_to_the_unit_circle(
    n_per_class: int, n_classes: int, noise: float, seed: int
) -> None:
    X, y = datasets.spiral(n_per_class, n_classes, noise, seed=seed)
    radius = np.hypot(*X.T).reshape(n_classes, n_per_class)
    np.testing.assert_allclose(radius, np.tile(np.linspace(0, 1, n_per_class), (n_classes, 1)))
    np.testing.assert_array_equal(np.bincount(y), [n_per_class] * n_classes)


def test_sine_without_noise_is_the_sine() -> None:
    X, y = datasets.sine(n_samples=50, noise=0.0)
    np.testing.assert_array_equal(y, np.sin(X))
    assert (X[0, 0], X[-1, 0]) == (-np.pi, np.pi)


def test_circles_without_noise_have_the_radii_1_and_factor() -> None:
    X, y = datasets.circles(40, noise=0.0, factor=0.3)
    np.testing.assert_allclose(np.hypot(*X.T), np.where(y == 0, 1.0, 0.3))


def test_blobs_without_spread_are_one_point_for_each_class() -> None:
    X, y = datasets.blobs(40, n_classes=4, spread=0.0)
    assert len(np.unique(X, axis=0)) == 4
    np.testing.assert_array_equal(np.bincount(y), [10] * 4)


@pytest.mark.parametrize("n", [3, 30, 31])
@pytest.mark.parametrize("seed", range(3))
def test_points_of_an_integer_seed_are_scikit_learns(n: int, seed: int) -> None:
    for ours, theirs in (
        (datasets.moons(n, noise=0.2, seed=seed), scikit_learn.make_moons(n, noise=0.2, random_state=seed)),
        (datasets.moons(n, noise=0.0, seed=seed), scikit_learn.make_moons(n, noise=0.0, random_state=seed)),
        (
            datasets.circles(n, noise=0.1, factor=0.3, seed=seed),
            scikit_learn.make_circles(n, noise=0.1, factor=0.3, random_state=seed),
        ),
        (
            datasets.blobs(n, 3, spread=0.5, seed=seed),
            scikit_learn.make_blobs(n, centers=3, cluster_std=0.5, random_state=seed),
        ),
    ):
        np.testing.assert_array_equal(ours.X, theirs[0])
        np.testing.assert_array_equal(ours.y, theirs[1])


DRAWN_WITH_NOISE = ["spiral", "moons", "circles", "blobs", "sine"]


def same(first: Dataset, second: Dataset) -> bool:
    return np.array_equal(first.X, second.X) and np.array_equal(first.y, second.y)


@pytest.mark.parametrize("name", DRAWN_WITH_NOISE)
@pytest.mark.parametrize("source", [np.random.default_rng, np.random.RandomState])
def test_a_generator_is_drawn_from_and_moves_on(name: str, source: type) -> None:
    draw, stream = getattr(datasets, name), source(3)
    first, second = draw(seed=stream), draw(seed=stream)
    assert same(first, draw(seed=source(3)))
    assert not same(first, second)


@pytest.mark.parametrize("name", DRAWN_WITH_NOISE)
def test_no_seed_means_other_points_each_time(name: str) -> None:
    draw = getattr(datasets, name)
    assert not same(draw(seed=None), draw(seed=None))


@pytest.mark.parametrize("name", DRAWN_WITH_NOISE)
@pytest.mark.parametrize("seed", [None, 0])
def test_numpys_global_random_numbers_are_left_alone(name: str, seed: int | None) -> None:
    np.random.seed(1)  # noqa: NPY002
    expected = np.random.random()  # noqa: NPY002
    np.random.seed(1)  # noqa: NPY002
    getattr(datasets, name)(seed=seed)
    assert np.random.random() == expected  # noqa: NPY002


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("spiral", {"n_per_class": 0}, "n_per_class must be an integer >= 1; got 0"),
        ("spiral", {"n_classes": 2.0}, "n_classes must be an integer >= 1; got 2.0"),
        ("spiral", {"noise": -1}, "noise must be a finite number and >= 0; got -1"),
        ("spiral", {"seed": "zero"}, "seed must be an integer >= 0; got 'zero'"),
        ("moons", {"n_samples": 1}, "n_samples must be an integer >= 2; got 1"),
        ("moons", {"noise": np.nan}, "noise must be a finite number and >= 0; got nan"),
        ("moons", {"seed": 2**32}, "seed must be an integer <= 4294967295; got 4294967296"),
        ("circles", {"n_samples": 1}, "n_samples must be an integer >= 2; got 1"),
        ("circles", {"noise": -0.1}, "noise must be a finite number and >= 0; got -0.1"),
        ("circles", {"factor": 1}, "factor must be a finite number and >= 0 and < 1; got 1"),
        ("blobs", {"n_samples": 2}, "n_samples must be an integer >= 3; got 2"),
        ("blobs", {"n_classes": 0}, "n_classes must be an integer >= 1; got 0"),
        ("blobs", {"spread": -1}, "spread must be a finite number and >= 0; got -1"),
        ("sine", {"n_samples": 0}, "n_samples must be an integer >= 1; got 0"),
        ("sine", {"noise": -1}, "noise must be a finite number and >= 0; got -1"),
    ],
)
def test_an_argument_out_of_range_is_named(name: str, arguments: dict[str, object], message: str) -> None:
    with pytest.raises(ArgumentError) as error:
        getattr(datasets, name)(**arguments)
    assert str(error.value) == message


def test_an_unknown_name_gets_the_nearest_ones() -> None:
    with pytest.raises(UnknownNameError) as error:
        datasets.get("digit")
    assert str(error.value) == "no data set is called 'digit'; did you mean 'digits'?"
    with pytest.raises(UnknownNameError, match="known names: xor, spiral, digits"):
        datasets.get("?")


@pytest.fixture
def without_scikit_learn(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "sklearn"]:
        monkeypatch.setitem(sys.modules, name, None)


@pytest.mark.parametrize("name", ["digits", "iris", "wine", "breast_cancer", "diabetes"])
@pytest.mark.usefixtures("without_scikit_learn")
def test_without_scikit_learn_the_extra_is_named(name: str) -> None:
    with pytest.raises(MissingDependencyError) as error:
        datasets.get(name)
    assert str(error.value) == (
        f"the data set '{name}' needs scikit-learn, which is not installed; "
        "install it with: pip install 'glassnet[data]'"
    )


@pytest.mark.parametrize("name", ["xor", *DRAWN_WITH_NOISE])
@pytest.mark.usefixtures("without_scikit_learn")
def test_what_a_formula_draws_needs_no_package(name: str) -> None:
    X_train, X_test, _, _ = datasets.get(name).split(0.25)
    assert X_train.shape[1] == X_test.shape[1] == datasets.get(name).X.shape[1]


@pytest.mark.parametrize("name", ["spiral", "moons", "circles", "blobs", "sine"])
def test_a_number_of_any_kind_is_the_number_that_it_is(name: str) -> None:
    draw, option = getattr(datasets, name), "spread" if name == "blobs" else "noise"
    found, expected = draw(**{option: Fraction(1, 4)}), draw(**{option: 0.25})
    np.testing.assert_array_equal(found.X, expected.X)
    np.testing.assert_array_equal(found.y, expected.y)
