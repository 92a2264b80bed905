"""Training does what it says: batches, weights, validation, metrics, order, continuation."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.utils.class_weight import compute_sample_weight

import glassnet as gn
from glassnet import activations, losses, metrics, optimizers
from glassnet.errors import DataError
from glassnet.layers import BatchNorm, Dense, Dropout, Flatten, Layer
from glassnet.network.history import History
from glassnet.network.inputs import UNNAMED
from glassnet.network.network import Network
from glassnet.training import pace
from glassnet.training.parting import parted
from tests.gradients.table import STEPPING

RNG = np.random.default_rng(0)
X = RNG.normal(size=(23, 4))
CLASSES = RNG.integers(0, 3, 23)
VALUES = RNG.normal(size=(23, 2))

XOR = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
XOR_CLASSES = np.array([0, 1, 1, 0])

QUIET: dict[str, Any] = {"engine": "numpy", "progress": False}


def classifier(**options: Any) -> Network:
    defaults: dict[str, Any] = {"seed": 1, "dtype": "float64"}
    return Network([Dense(5, "tanh"), Dense(3, "softmax")], **(defaults | options))


def fit(network: Network, *data: Any, **options: Any) -> History:
    data = data or (X, CLASSES)
    return network.fit(*data, **(QUIET | {"loss": "scce", "optimizer": gn.SGD(0.1)} | options))


def fitted(*data: Any, layers: list[Layer] | None = None, **options: Any) -> NDArray[Any]:
    """Parameters after a fit of a new network."""
    network = classifier() if layers is None else Network(layers, seed=1, dtype="float64")
    fit(network, *data, **options)
    return network.parameters


# ---- batches


def test_the_last_short_batch_counts_by_its_size() -> None:
    network = Network([Dense(1)], seed=0, dtype="float64", input_shape=4)
    weights, bias = network.layers[0].weights.copy(), network.layers[0].bias.copy()
    y = VALUES[:, :1]
    history = fit(network, X, y, loss="mse", batch_size=10, shuffle=False)
    total = 0.0
    for start in (0, 10, 20):
        x, part = X[start : start + 10], y[start : start + 10]
        error = x @ weights + bias - part
        total += np.square(error).sum()
        weights, bias = weights - 0.1 * 2 * x.T @ error / len(x), bias - 0.1 * 2 * error.mean(axis=0)
    assert history["loss"] == [pytest.approx(total / 23, rel=1e-13)]
    np.testing.assert_allclose(network.layers[0].weights, weights, rtol=1e-13)


def test_without_a_batch_size_all_samples_make_one_step() -> None:
    np.testing.assert_array_equal(fitted(), fitted(batch_size=23))
    np.testing.assert_array_equal(fitted(), fitted(batch_size=1000))


def orders(**options: Any) -> list[list[float]]:
    """The order in which a fit takes the samples, epoch by epoch."""
    seen: list[float] = []

    def note(y: NDArray[Any], p: NDArray[Any]) -> NDArray[Any]:
        seen.extend(y[:, 0])
        return y

    loss = losses.Function(note, lambda y, p: p * 0)
    network = Network([Dense(1), *([Dropout(0.5)] * options.pop("dropouts", 0))], seed=1)
    fit(network, X, np.arange(23), loss=loss, **({"batch_size": 5, "epochs": 4} | options))
    return [seen[start : start + 23] for start in range(0, len(seen), 23)]


def test_every_epoch_takes_every_sample_once_in_a_new_order() -> None:
    found = orders()
    assert [sorted(order) for order in found] == [list(range(23))] * 4
    assert len({tuple(order) for order in found}) == 4


def test_unshuffled_batches_come_in_the_order_of_the_data() -> None:
    assert orders(shuffle=False) == [list(range(23))] * 4


def test_the_order_comes_from_the_seed_of_the_network_and_from_nothing_else() -> None:
    expected = orders()
    assert orders(optimizer="adam") == expected
    assert orders(batch_size=7) == expected
    assert orders(dropouts=2) == expected
    assert orders(epochs=2) == expected[:2]


def test_the_order_does_not_depend_on_the_loss_or_the_targets() -> None:
    network, other = classifier(), classifier()
    fit(network, batch_size=5)
    fit(other, X, np.eye(3)[CLASSES], loss="mse", batch_size=5)
    assert network.streams.state() == other.streams.state()


@pytest.mark.parametrize("seconds", [0.0, 1e-4, 10.0])
@pytest.mark.parametrize("watching", [{}, {"metrics": ["accuracy"]}, {"callbacks": [lambda session: None]}])
def test_training_depends_neither_on_who_watches_nor_on_how_much_is_done_at_once(
    seconds: float, watching: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    layers = [Dense(5, "tanh"), Dropout(0.3), BatchNorm(), Dense(3, "softmax")]
    options: dict[str, Any] = {"layers": layers, "batch_size": 6, "epochs": 5, "optimizer": "adam"}
    expected = fitted(**options)
    monkeypatch.setattr(pace, "SECONDS_PER_CALL", seconds)
    np.testing.assert_array_equal(fitted(**options, **watching), expected)


def test_a_seed_starts_order_and_masks_anew_and_keeps_the_weights() -> None:
    layers = [Dense(5, "tanh"), Dropout(0.3), Dense(3, "softmax")]
    options: dict[str, Any] = {"layers": layers, "batch_size": 6, "epochs": 3}
    one, same, other = (fitted(**options, seed=seed) for seed in (5, 5, 6))
    np.testing.assert_array_equal(one, same)
    assert (one != other).any()
    network = classifier()
    fit(network, seed=5, optimizer=gn.SGD(0.0))
    np.testing.assert_array_equal(network.parameters, classifier(input_shape=4).parameters)
    assert "seed=1," in repr(network)


# ---- continuing


def test_a_second_fit_continues_the_first() -> None:
    twice, once = classifier(), classifier()
    options: dict[str, Any] = {"optimizer": "adam", "batch_size": 6}
    fit(twice, epochs=2, **options)
    history = fit(twice, epochs=3, **options)
    fit(once, epochs=5, **options)
    np.testing.assert_array_equal(twice.parameters, once.parameters)
    assert history["epoch"] == [3, 4, 5]


def test_another_optimizer_starts_afresh_from_the_parameters() -> None:
    network = classifier()
    fit(network, optimizer="adam", epochs=2)
    parameters = network.parameters.copy()
    assert fit(network, optimizer=gn.SGD(0.0))["epoch"] == [1]
    np.testing.assert_array_equal(network.parameters, parameters)


# ---- weights


def test_a_weight_of_two_is_a_sample_that_comes_twice() -> None:
    weight = np.where(np.arange(23) % 3 == 0, 2.0, 1.0)
    twice = np.repeat(np.arange(23), weight.astype(int))
    weighted, doubled = classifier(), classifier()
    options: dict[str, Any] = {"epochs": 20, "optimizer": gn.SGD(0.5)}
    one = fit(weighted, sample_weight=weight, **options)
    two = fit(doubled, X[twice], CLASSES[twice], **options)
    np.testing.assert_allclose(weighted.parameters, doubled.parameters, rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(one["loss"], two["loss"], rtol=1e-13)


def test_a_weight_of_zero_is_a_sample_that_is_left_out() -> None:
    weight = (np.arange(23) % 4 > 0).astype(int)
    kept = weight > 0
    np.testing.assert_allclose(
        fitted(sample_weight=weight, epochs=9),
        fitted(X[kept], CLASSES[kept], epochs=9),
        rtol=1e-12,
        atol=1e-13,
    )


def test_only_ratios_of_weights_matter() -> None:
    weight = RNG.uniform(0.5, 2, 23)
    options: dict[str, Any] = {"epochs": 5, "batch_size": 6}
    np.testing.assert_allclose(
        fitted(sample_weight=weight, **options), fitted(sample_weight=1000 * weight, **options), rtol=1e-12
    )
    np.testing.assert_array_equal(fitted(sample_weight=np.full(23, 4.0), **options), fitted(**options))


@pytest.mark.parametrize(
    ("loss", "targets", "last"),
    [
        ("scce", CLASSES, Dense(3, "softmax")),
        ("cce", np.eye(3)[CLASSES], Dense(3, "softmax")),
        ("bce", CLASSES > 0, Dense(1, "sigmoid")),
        ("bce", (CLASSES > 0)[:, None], Dense(1, "sigmoid")),
    ],
)
def test_class_weights_are_the_weights_of_the_samples_of_a_class(
    loss: str, targets: Any, last: Layer
) -> None:
    labels = np.asarray(targets).astype(int)
    labels = labels.argmax(axis=1) if loss == "cce" else labels.ravel()
    weights = {0: 3.0, 1: 0.5}
    options: dict[str, Any] = {"layers": [last], "loss": loss, "epochs": 5}
    by_class = fitted(X, targets, class_weight=weights, **options)
    by_sample = fitted(X, targets, sample_weight=[weights.get(c, 1.0) for c in labels.tolist()], **options)
    np.testing.assert_allclose(by_class, by_sample, rtol=1e-13)
    balanced = fitted(X, targets, class_weight="balanced", **options)
    expected = fitted(X, targets, sample_weight=compute_sample_weight("balanced", labels), **options)
    np.testing.assert_allclose(balanced, expected, rtol=1e-12)


def test_class_weights_multiply_sample_weights() -> None:
    given = RNG.uniform(0.5, 2, 23)
    by_both = fitted(sample_weight=given, class_weight={0: 2, 1: 1, 2: 5})
    by_sample = fitted(sample_weight=given * np.array([2, 1, 5])[CLASSES])
    np.testing.assert_allclose(by_both, by_sample, rtol=1e-13)


def test_weights_stay_with_their_samples_in_every_order() -> None:
    weight = RNG.uniform(0, 2, 23)
    options: dict[str, Any] = {"batch_size": 1, "epochs": 2, "seed": 3}
    network = Network([Dense(1)], input_shape=4, seed=0, dtype="float64")
    weights, bias = network.layers[0].weights.copy(), network.layers[0].bias.copy()
    y = VALUES[:, :1]
    fit(network, X, y, loss="mse", sample_weight=weight, **options)
    streams = gn.Network([Dense(1)], seed=3).streams
    for _ in range(2):
        for row in streams.draw_order(23):
            slope = 2 * weight[row] / weight.mean() * (X[row] @ weights + bias - y[row])
            weights, bias = weights - 0.1 * np.outer(X[row], slope), bias - 0.1 * slope
    np.testing.assert_allclose(network.layers[0].weights, weights, rtol=1e-12)


def test_the_noted_loss_is_weighted_and_holds_the_penalties() -> None:
    weight = RNG.uniform(0, 2, 23)
    network = Network([Dense(2, l1=0.01, l2=0.1)], input_shape=4, seed=0, dtype="float64")
    error = np.square(network.predict(X) - VALUES).mean(axis=1)
    expected = np.average(error, weights=weight) + network.penalty()
    history = fit(network, X, VALUES, loss="mse", sample_weight=weight)
    assert history["loss"] == [pytest.approx(expected, rel=1e-13)]


# ---- validation and metrics


def test_validation_data_are_evaluated_after_every_epoch() -> None:
    held = RNG.normal(size=(9, 4)), RNG.integers(0, 3, 9)
    network = classifier()
    seen = []
    history = fit(
        network, validation_data=held, metrics=["accuracy"], epochs=3,
        callbacks=[lambda session: seen.append(session.network.evaluate(*held))],
    )  # fmt: skip
    assert history["validation_loss"] == [result["loss"] for result in seen]
    assert history["validation_accuracy"] == [result["accuracy"] for result in seen]
    np.testing.assert_array_equal(network.parameters, fitted(epochs=3))


@pytest.mark.parametrize("metric", ["mae", "rmse"])
def test_a_validation_split_of_values_holds_back_the_last_samples(metric: str) -> None:
    network, other = (Network([Dense(2)], seed=0) for _ in range(2))
    weight = np.random.default_rng(1).uniform(0.5, 1, 23)
    options: dict[str, Any] = {"loss": "mse", "epochs": 3, "batch_size": 6, "metrics": [metric]}
    split = fit(network, X, VALUES, validation_split=0.2, sample_weight=weight, **options)
    held = (X[18:], VALUES[18:], weight[18:])
    apart = fit(other, X[:18], VALUES[:18], validation_data=held, sample_weight=weight[:18], **options)
    assert {**split, "seconds": []} == {**apart, "seconds": []}
    np.testing.assert_array_equal(network.parameters, other.parameters)


@pytest.mark.parametrize("loss", ["scce", "cce"])
def test_a_validation_split_of_classes_holds_back_the_last_samples_of_each(loss: str) -> None:
    y = np.array([0] * 10 + [1] * 5 + [2] * 4 + [1])
    x, targets = np.random.default_rng(2).normal(size=(20, 4)), y if loss == "scce" else np.eye(3)[y]
    held = [8, 9, 18, 19]
    kept = np.delete(np.arange(20), held)
    network, other = classifier(), classifier()
    split = fit(network, x, targets, loss=loss, validation_split=0.2)
    apart = fit(other, x[kept], targets[kept], loss=loss, validation_data=(x[held], targets[held]))
    assert split["validation_loss"] == apart["validation_loss"]
    np.testing.assert_array_equal(network.parameters, other.parameters)


@settings(max_examples=50)
@given(st.lists(st.integers(1, 12), min_size=2, max_size=6), st.floats(0.05, 0.9))
def test_a_split_keeps_one_of_each_class_and_shares_to_a_sample(sizes: list[int], share: float) -> None:
    y = np.repeat(np.arange(len(sizes)), sizes)[:, None].astype(float)
    try:
        kept, held = parted(y, losses.get("scce"), share, UNNAMED)
    except DataError:
        assume(False)
    np.testing.assert_array_equal(np.sort(np.concatenate([kept, held])), np.arange(len(y)))
    assert set(y[kept, 0]) == set(y[:, 0])
    for label, size in enumerate(sizes):
        assert abs((y[held, 0] == label).sum() - share * size) < 1 or size * (1 - share) < 1


def test_metrics_are_those_of_the_training_data_at_the_end_of_the_epoch() -> None:
    def share_of_zeros(y_true: NDArray[Any], y_pred: NDArray[Any]) -> float:
        return float((y_pred.argmax(axis=1) == 0).mean())

    network = classifier()
    history = fit(network, metrics=["acc", metrics.TopK(2), metrics.F1("macro"), share_of_zeros], epochs=2)
    output = network.predict(X)
    top_2 = np.argsort(-output, axis=1)[:, :2] == CLASSES[:, None]
    assert history["accuracy"][-1] == np.mean(output.argmax(axis=1) == CLASSES)
    assert history["top_2_accuracy"][-1] == pytest.approx(top_2.any(axis=1).mean())
    assert history["f1_macro"][-1] == pytest.approx(metrics.F1("macro")(CLASSES, output))
    assert history["share_of_zeros"][-1] == np.mean(output.argmax(axis=1) == 0)


def test_metrics_of_a_regression_see_values() -> None:
    network = Network([Dense(2)], seed=0, dtype="float64")
    history = fit(network, X, VALUES, loss="mse", metrics=["mae", "rmse", "r2"])
    error = network.predict(X) - VALUES
    assert history["mean_absolute_error"] == [pytest.approx(np.abs(error).mean())]
    assert history["root_mean_squared_error"] == [
        pytest.approx(np.sqrt(np.square(error).mean(axis=0)).mean())
    ]


# ---- what may be given


def test_targets_of_one_output_may_be_a_vector_and_are_never_broadcast() -> None:
    y = VALUES[:, 0]
    column = fitted(X, y[:, None], layers=[Dense(1)], loss="mse", epochs=5)
    np.testing.assert_array_equal(fitted(X, y, layers=[Dense(1)], loss="mse", epochs=5), column)
    network = Network([Dense(1)], seed=1, dtype="float64", input_shape=4)
    expected = np.square(network.predict(X)[:, 0] - y).mean()
    assert network.evaluate(X, y)["loss"] == pytest.approx(expected, rel=1e-13)


@pytest.mark.parametrize(
    "convert",
    [
        lambda x, y: (x.tolist(), y.tolist()),
        lambda x, y: (pd.DataFrame(x, columns=list("abcd")), pd.Series(y, index=range(100, 123))),
        lambda x, y: (np.asfortranarray(x), y[:, None]),
        lambda x, y: (x[::-1][::-1], y.astype(float)),
        lambda x, y: (x, y.astype(np.uint8)),
    ],
)
def test_lists_tables_and_arrays_of_any_layout_mean_the_same(convert: Any) -> None:
    np.testing.assert_array_equal(fitted(*convert(X, CLASSES), epochs=3), fitted(epochs=3))


def test_one_hot_rows_and_integer_classes_mean_the_same() -> None:
    by_rows = fitted(X, np.eye(3)[CLASSES], loss="cce", epochs=5)
    np.testing.assert_allclose(fitted(epochs=5), by_rows, rtol=1e-13)


def test_samples_may_be_images() -> None:
    images = RNG.normal(size=(10, 5, 5))
    flat = fitted(images.reshape(10, 25), CLASSES[:10], layers=[Dense(3, "softmax")])
    np.testing.assert_array_equal(fitted(images, CLASSES[:10], layers=[Flatten(), Dense(3, "softmax")]), flat)


def test_data_are_left_as_they_are() -> None:
    x, y, weight = X.astype(np.float32), CLASSES.copy(), np.ones(23)
    for array in (x, y, weight):
        array.flags.writeable = False
    network = Network([Dropout(0.5), BatchNorm(), Dense(3, "softmax")], seed=0)
    fit(network, x, y, sample_weight=weight, batch_size=5, epochs=2)
    fit(network, x, y, sample_weight=weight, epochs=2)


def test_labels_of_embeddings_may_be_any_integers() -> None:
    large = 2**40 + CLASSES
    for loss in ("contrastive", "triplet_all"):
        options: dict[str, Any] = {"layers": [Dense(2)], "loss": loss, "epochs": 3}
        np.testing.assert_array_equal(fitted(X, large, **options), fitted(X, CLASSES, **options))


def test_without_progress_nothing_is_printed(capfd: pytest.CaptureFixture[str]) -> None:
    fit(classifier(), epochs=3, batch_size=5, metrics=["accuracy"], validation_split=0.2)
    assert capfd.readouterr() == ("", "")


# ---- everything trains


def separation(embeddings: NDArray[Any], labels: NDArray[Any]) -> float:
    """Distance of the class means over the largest distance of a sample from its own."""
    means = np.stack([embeddings[labels == label].mean(axis=0) for label in (0, 1)])
    spread = np.linalg.norm(embeddings - means[labels], axis=1).max()
    return float(np.linalg.norm(means[0] - means[1]) / spread)


@pytest.mark.parametrize("loss", ["contrastive", "triplet_hard", "triplet_all"])
@pytest.mark.parametrize("batch_size", [None, 16])
def test_losses_of_embeddings_separate_two_blobs(loss: str, batch_size: int | None) -> None:
    labels = np.arange(40) % 2
    blobs = RNG.normal(size=(40, 5)) + 1.3 * np.where(labels, 1, -1)[:, None]
    network = Network([Dense(8, "tanh"), Dense(2)], seed=0)
    network.fit(blobs, labels, loss=loss, optimizer=gn.Adam(0.01), epochs=150, batch_size=batch_size, **QUIET)
    assert separation(network.predict(blobs), labels) > 3 > separation(blobs, labels)


def problem(loss: losses.Loss) -> tuple[list[Layer], NDArray[Any]]:
    """Layers that suit the loss, and targets that can be learned from X."""
    score = X[:, 0] - X[:, 1]
    kind = (score > 0).astype(int)
    if loss.targets == "labels":
        return [Dense(4, "tanh"), Dense(2)], kind
    if loss.takes_classes:
        return [Dense(4, "tanh"), Dense(2, "linear" if "softmax" in loss.name else "softmax")], kind
    if loss.least_outputs == 2:
        return [Dense(4, "tanh"), Dense(2, "linear" if "softmax" in loss.name else "softmax")], np.eye(2)[
            kind
        ]
    if loss.only_targets:
        return [Dense(4, "tanh"), Dense(1)], np.sign(score)
    if loss.outputs_per_target > 1:
        return [Dense(4, "tanh"), Dense(loss.outputs_per_target)], score
    if loss.name == "cosine":
        return [Dense(4, "tanh"), Dense(2)], np.stack([score, np.ones_like(score)], axis=1)
    if loss.domain == (0.0, 1.0):
        return [
            Dense(4, "tanh"),
            Dense(1, "linear" if loss.activation == activations.Sigmoid() else "sigmoid"),
        ], kind
    if loss.name == "poisson":
        return [Dense(4, "tanh"), Dense(1, "softplus")], np.floor(np.exp(score))
    if loss.name == "poisson_log_rates":
        return [Dense(4, "tanh"), Dense(1)], np.floor(np.exp(score))
    return [Dense(4, "tanh"), Dense(1)], score


def grouped(loss: losses.Loss, labels: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any] | None]:
    """Pairs of neighbours in X, or triplets of each sample with the next of its class and of the other."""
    nexts = [np.roll(np.arange(len(X)), -step) for step in range(1, len(X))]
    if loss.takes_targets:
        low = loss.only_targets[0]
        return np.stack([X, X[nexts[0]]], axis=1), np.where(labels == labels[nexts[0]], 1, low)
    alike, other = (
        [next(n[i] for n in nexts if (labels[n[i]] == label) == same) for i, label in enumerate(labels)]
        for same in (True, False)
    )
    return np.stack([X, X[alike], X[other]], axis=1), None


@pytest.mark.parametrize("name", losses.names())
def test_every_loss_trains(name: str) -> None:
    loss = losses.get(name)
    layers, targets = problem(loss)
    samples, targets = grouped(loss, targets) if loss.members else (X, targets)
    network = Network(layers, seed=0)
    history = network.fit(
        samples, targets, loss=loss, optimizer=gn.Adam(0.05), epochs=150, batch_size=12, **QUIET
    )
    best = float(np.mean(targets - targets * np.log(np.maximum(targets, 1)))) if name == "poisson" else 0.0
    if name == "gaussian_nll":  # of densities, which have no lower end that is reached
        assert history["loss"][-1] < history["loss"][0] - 1
    else:
        assert history["loss"][-1] - best < 0.25 * (history["loss"][0] - best)


@pytest.mark.parametrize("name", STEPPING)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_every_optimizer_learns_xor(name: str, dtype: str) -> None:
    rates = {"sgd": 0.5, "adagrad": 0.2, "rmsprop": 0.02, "adam": 0.05, "adamw": 0.05}
    rates |= {"adadelta": 3.0, "nadam": 0.05, "adamax": 0.05, "lion": 0.02}
    network = Network([Dense(8, "tanh"), Dense(1, "sigmoid")], seed=3, dtype=dtype)
    optimizer = optimizers.get(name).with_learning_rate(rates[name])
    history = network.fit(XOR, XOR_CLASSES, loss="bce", optimizer=optimizer, epochs=1000, **QUIET)
    assert history["loss"][-1] < 0.1
    np.testing.assert_array_equal(network.predict_classes(XOR), XOR_CLASSES)


def test_an_own_loss_trains_as_the_built_in_one() -> None:
    def squared(y: Any, p: Any) -> Any:
        return (p - y) ** 2

    def slope(y: Any, p: Any) -> Any:
        return 2 * (p - y)

    options: dict[str, Any] = {"layers": [Dense(2)], "epochs": 5, "batch_size": 7}
    own = fitted(X, VALUES, loss=losses.Function(squared, slope), **options)
    np.testing.assert_allclose(own, fitted(X, VALUES, loss="mse", **options), rtol=1e-13)
