"""Weights of samples mean one thing, however they are given: their ratios count, in the loss and in metrics."""

from typing import Any

import numpy as np
import pytest
from sklearn.utils.class_weight import compute_sample_weight

import glassnet as gn
from glassnet.errors import ArgumentError, DataError, ShapeError

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(30, 3))
Y = (X @ [1.0, 2.0, 3.0] > 0).astype(int)
W = RANDOM.integers(0, 4, 30).astype(float)
QUIET: dict[str, Any] = {"engine": "numpy", "progress": False}


class Again:
    """An iterable that starts anew, and tells no length."""

    def __init__(self, *batches: Any) -> None:
        self.batches = batches

    def __iter__(self) -> Any:
        return iter(self.batches)


def network(last: Any = None) -> gn.Network:
    return gn.Network([gn.Dense(4, "tanh"), last or gn.Dense(1, "sigmoid")], seed=0, dtype="float64")


def trained(*data: Any, **options: Any) -> tuple[gn.Network, gn.History]:
    net = network()
    return net, net.fit(*data, **{"loss": "bce", "optimizer": gn.SGD(0.3), "epochs": 3, **QUIET, **options})


def cut(size: int, weights: Any = W) -> list[Any]:
    places = [slice(start, start + size) for start in range(0, 30, size)]
    return [(X[place], Y[place], weights[place]) for place in places]


@pytest.mark.parametrize("size", [30, 8])
@pytest.mark.parametrize("factor", [1.0, 10.0, 1e-9])
@pytest.mark.parametrize("kind", [list, lambda batches: Again(*batches)], ids=["list", "iterable"])
def test_weights_in_batches_are_weights_of_arrays(size: int, factor: float, kind: Any) -> None:
    net, history = trained(X, Y, sample_weight=W, batch_size=size, shuffle=False)
    other, batched = trained(kind(cut(size, factor * W)))
    np.testing.assert_allclose(other.parameters, net.parameters, rtol=1e-12)
    np.testing.assert_allclose(batched["loss"], history["loss"], rtol=1e-12)


def test_equal_weights_in_batches_are_no_weights() -> None:
    net, _ = trained([(X[:20], Y[:20]), (X[20:], Y[20:])])
    other, _ = trained([(X[:20], Y[:20], np.full(20, 7.0)), (X[20:], Y[20:], np.full(10, 7.0))])
    np.testing.assert_array_equal(other.parameters, net.parameters)


@pytest.mark.parametrize(
    ("batches", "error", "message"),
    [
        (iter(cut(30)), ArgumentError, "an iterator can be gone through only once"),
        (cut(10, 0 * W), DataError, "all weights of the samples to train on are 0"),
        (cut(10, np.full(30, 1e308)), DataError, "so large that their sum is infinite"),
        ([(X, Y, W[:4])], ShapeError, r"weights of batch 0 must have shape \(30,\)"),
        (cut(10, np.r_[W[:12], -1.0, W[13:]]), DataError, "weights of batch 1 must be >= 0; it holds -1 in row 2"),
    ],
)  # fmt: skip
def test_weights_in_batches_that_mean_nothing_are_refused(batches: Any, error: Any, message: str) -> None:
    net = network()
    with pytest.raises(error, match=message):
        net.fit(batches, loss="bce", epochs=1, **QUIET)
    assert not net.built


def test_a_batch_with_weights_after_one_without_is_refused() -> None:
    with pytest.raises(DataError, match="batch 1 holds weights and the first batch holds none"):
        trained([(X, Y), (X, Y, W)])


def test_a_sample_of_weight_2_counts_as_two_samples() -> None:
    net, _ = trained(X, Y)
    repeated = np.repeat(np.arange(30), W.astype(int))
    metrics = ["accuracy", "f1", "mae", "r2"]
    weighted = net.evaluate(X, Y, sample_weight=5 * W, metrics=metrics)
    assert weighted == pytest.approx(net.evaluate(X[repeated], Y[repeated], metrics=metrics), rel=1e-12)


def test_validation_with_weights_is_evaluation_with_weights() -> None:
    options: dict[str, Any] = {"metrics": ["accuracy", "mae"], "epochs": 1}
    net, history = trained(X, Y, sample_weight=W, validation_data=(X[:9], Y[:9], W[:9]), **options)
    for prefix, part in (("validation_", slice(9)), ("", slice(30))):
        found = net.evaluate(X[part], Y[part], sample_weight=W[part], metrics=["accuracy", "mae"])
        for name in ("accuracy", "mean_absolute_error"):
            assert history.last(prefix + name) == pytest.approx(found[name], rel=1e-12)
    found = net.evaluate(X[:9], Y[:9], sample_weight=W[:9])
    assert history.last("validation_loss") == pytest.approx(found["loss"])


def test_class_weights_are_for_training_alone() -> None:
    net, history = trained(X, Y, class_weight={0: 5.0}, validation_data=(X, Y), metrics=["accuracy"])
    assert history.last("validation_loss") == net.evaluate(X, Y)["loss"]
    assert history.last("accuracy") == net.evaluate(X, Y)["accuracy"]


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        (W[:3], r"weights of validation_data must have shape \(30,\)"),
        (0 * W, "all weights of the samples to validate on are 0"),
        (-W, "weights of validation_data must be >= 0"),
    ],
)
def test_weights_of_validation_data_are_checked(weights: Any, message: str) -> None:
    with pytest.raises((DataError, ShapeError), match=message):
        trained(X, Y, validation_data=(X, Y, weights))


def test_pairs_take_no_weights_wherever_they_are_given() -> None:
    net = gn.Network([gn.Dense(2)], seed=0, input_shape=3)
    message = "triplet_hard is a mean over pairs or triplets, so it takes no weights"
    with pytest.raises(ArgumentError, match=message):
        net.fit(X, Y, loss="triplet", validation_data=(X, Y, W), **QUIET)
    with pytest.raises(ArgumentError, match=message):
        net.fit([(X, Y, W)], loss="triplet", **QUIET)
    with pytest.raises(ArgumentError, match=message):
        net.evaluate(X, Y, loss="triplet", sample_weight=W)


# ---- samples of several classes

ROWS = (RANDOM.random((30, 3)) < 0.4).astype(int)


def losses_of(**options: Any) -> list[float]:
    return network(gn.Dense(3, "sigmoid")).fit(X, ROWS, loss="bce", **QUIET, **options)["loss"]


def test_balanced_weights_of_several_classes_are_those_of_scikit_learn() -> None:
    expected = losses_of(sample_weight=compute_sample_weight("balanced", ROWS))
    assert losses_of(class_weight="balanced") == pytest.approx(expected, rel=1e-12)


def test_the_weight_of_a_sample_of_several_classes_is_the_product_of_theirs() -> None:
    expected = losses_of(sample_weight=np.where(ROWS == 1, [2.0, 1.0, 5.0], 1.0).prod(axis=1))
    assert losses_of(class_weight={0: 2.0, 2: 5.0}) == pytest.approx(expected, rel=1e-12)
