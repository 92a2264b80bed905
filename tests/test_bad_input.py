"""Bad input gets an error that says what was expected, what came, where, and what to do; nothing is changed."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

import glassnet as gn
from glassnet import losses
from glassnet.errors import ArgumentError, DataError, GlassnetError, ShapeError, UnknownNameError
from glassnet.layers import BatchNorm, Dense, Dropout, Flatten, Layer
from glassnet.network import Network
from tests.training.fingerprints import fingerprint

RNG = np.random.default_rng(0)
X = RNG.normal(size=(20, 3))
CLASSES = np.arange(20) % 4
ONE_HOT = np.eye(4)[CLASSES]
VALUES = RNG.normal(size=(20, 1))

Refusal = tuple[dict[str, Any], type[GlassnetError], str]


def changed(array: Any, place: Any, value: Any) -> Any:
    array = array.astype(np.result_type(array, type(value)))
    array[place] = value
    return array


def networks(last: Layer) -> list[Network]:
    """One that is not built, and one in the middle of its training."""
    fresh = Network([Dense(5, "tanh"), Dropout(0.2), last], seed=np.random.RandomState(0))
    trained = Network([Dense(5, "tanh"), Dropout(0.2), last], seed=0)
    loss = "mse" if last.row_fields()["activation"] == gn.activations.get("linear") else "scce"  # type: ignore[index]
    targets = VALUES if loss == "mse" else CLASSES
    trained.fit(X, targets, loss=loss, epochs=2, batch_size=6, engine="numpy", progress=False)
    return [fresh, trained]


def assert_refused(last: Layer, options: dict[str, Any], error: type[GlassnetError], message: str) -> None:
    for network in networks(last):
        before = fingerprint(network)
        with pytest.raises(error, match=message) as caught:
            network.fit(**options)
        assert type(caught.value) is error
        assert fingerprint(network) == before


# ---- what X and y may be

X_REFUSALS: list[Refusal] = [
    ({"X": X[:19]}, ShapeError, r"^X has 19 samples and y has 20; they must be equal$"),
    ({"X": X[:, 0]}, ShapeError, r"^X must have shape \(n_samples, n_features\); got \(20,\)\. Reshape one sample to \(1, "),
    ({"X": 3.0}, ShapeError, r"^X must have one row per sample; got the single number 3\.0$"),
    ({"X": X[:0]}, DataError, r"^X is empty \(shape \(0, 3\)\); at least one sample is needed$"),
    ({"X": np.empty((20, 0))}, DataError, r"^X is empty \(shape \(20, 0\)\)"),
    ({"X": []}, DataError, r"^X is empty \(shape \(0,\)\)"),
    ({"X": changed(X, (3, 1), np.nan)}, DataError, r"^X holds nan at row 3, column 1, not a finite number \(1 such in all\); remove or fill these entries$"),
    ({"X": changed(changed(X, (7, 2), np.inf), (9, 0), -np.inf)}, DataError, r"^X holds inf at row 7, column 2, not a finite number \(2 such"),
    ({"X": changed(X, (0, 1), 1e300)}, DataError, r"^X holds 1e\+300 at row 0, column 1, too large for float32 \(1 such in all\); scale, or use a network of dtype float64, for these entries$"),
    ({"X": X.astype(object)}, DataError, r"^X must hold real numbers; its dtype is object; encode text as numbers, and fill missing entries$"),
    ({"X": [["a", "b", "c"]] * 20}, DataError, r"^X must hold real numbers; its dtype is <U1; encode text as numbers"),
    ({"X": [[1.0, None, 2.0]] * 20}, DataError, r"^X must hold real numbers; its dtype is object"),
    ({"X": X.astype(complex)}, DataError, r"its dtype is complex128; give real and imaginary parts as features of their own$"),
    ({"X": X.astype("M8[s]")}, DataError, r"its dtype is datetime64\[s\]; give times as numbers"),
    ({"X": X.astype("m8[s]")}, DataError, r"its dtype is timedelta64\[s\]; give durations as numbers"),
    ({"X": [[1.0, 2.0], [3.0]] * 10}, DataError, r"^X must have rows of equal length that hold numbers; its rows differ$"),
    ({"X": pd.DataFrame(changed(X, (3, 1), np.nan), columns=["age", "height", "weight"])}, DataError, r"^X holds nan at row 3, column 1 \('height'\), not"),
    ({"X": pd.DataFrame({"age": [1.0, 2.0] * 10, "town": ["Bonn", "Ulm"] * 10})}, DataError, r"^X must hold real numbers; its dtype is object"),
]  # fmt: skip

CLASS_REFUSALS: list[Refusal] = [
    ({"y": None}, ArgumentError, r"^y is missing; it must be an array of numbers with one row per sample$"),
    ({"y": CLASSES[:19]}, ShapeError, r"^X has 20 samples and y has 19; they must be equal$"),
    ({"y": CLASSES + 1}, DataError, r"^sparse_categorical_cross_entropy takes integer classes 0 to 3, one per output; y holds 4 in row 3$"),
    ({"y": changed(CLASSES, 5, -1)}, DataError, r"takes integer classes 0 to 3, one per output; y holds -1 in row 5$"),
    ({"y": changed(CLASSES, 2, 0.5)}, DataError, r"takes integer classes 0 to 3, one per output; y holds 0\.5 in row 2$"),
    ({"y": ONE_HOT}, ShapeError, r"^sparse_categorical_cross_entropy takes one integer per sample, shape \(n_samples,\); y has shape \(20, 4\)\. For one-hot rows use categorical_cross_entropy, or pass y\.argmax\(axis=1\)$"),
    ({"y": ONE_HOT[:, :, None]}, ShapeError, r"takes one integer per sample, shape \(n_samples,\); y has shape \(20, 4, 1\)"),
    ({"y": np.zeros(20)}, DataError, r"^y holds one class only \(\[0\.0\] in all 20 samples\), so there is nothing to tell apart$"),
    ({"y": np.array(list("abcd") * 5)}, DataError, r"^y must hold real numbers; its dtype is <U1; encode text as numbers"),
    ({"y": changed(CLASSES, 4, np.nan)}, DataError, r"^y holds nan at row 4, not a finite number"),
    ({"y": 1}, ShapeError, r"^y must have one row per sample; got the single number 1$"),
    ({"loss": "cce"}, ShapeError, r"^categorical_cross_entropy compares with the network's 4 outputs, so y must have shape \(n_samples, 4\); it has \(20,\); for integer classes use sparse_categorical_cross_entropy, or one_hot of them$"),
    ({"loss": "cce", "y": CLASSES[:, None]}, ShapeError, r"it has \(20, 1\); for integer classes use sparse_categorical_cross_entropy"),
    ({"loss": "cce", "y": ONE_HOT[:, :3]}, ShapeError, r"y must have shape \(n_samples, 4\); it has \(20, 3\)$"),
    ({"loss": "cce", "y": 2 * ONE_HOT}, DataError, r"^categorical_cross_entropy takes targets from 0 to 1; y holds 2 in row 0, column 0$"),
    ({"loss": "cce", "y": np.eye(4)[[2] * 20]}, DataError, r"^y holds one class only \(\[0\.0, 0\.0, 1\.0, 0\.0\] in all 20 samples\)"),
    ({"loss": "bce"}, ShapeError, r"^binary_cross_entropy compares with the network's 4 outputs, so y must"),
    ({"loss": "triplet", "y": np.ones(20)}, DataError, r"^y holds one class only"),
    ({"loss": "triplet", "y": CLASSES + 0.5}, DataError, r"^triplet_hard takes integers; y holds 0\.5 in row 0$"),
    ({"loss": "triplet", "sample_weight": np.ones(20)}, ArgumentError, r"^triplet_hard is a mean over pairs or triplets, so it takes no weights of samples$"),
    ({"loss": "contrastive", "class_weight": "balanced"}, ArgumentError, r"^contrastive is a mean over pairs"),
    ({"loss": "poisson", "y": ONE_HOT - 1}, DataError, r"^poisson takes targets >= 0; y holds -1 in row 0, column 1$"),
]  # fmt: skip

VALUE_REFUSALS: list[Refusal] = [
    ({"y": ONE_HOT}, ShapeError, r"^mean_squared_error compares with the network's 1 output, so y must have shape \(n_samples, 1\); it has \(20, 4\)$"),
    ({"y": VALUES[:, :, None]}, ShapeError, r"y must have shape \(n_samples, 1\); it has \(20, 1, 1\)$"),
    ({"y": changed(VALUES, 6, 1e39)}, DataError, r"^y holds 1e\+39 at row 6, column 0, too large for float32"),
    ({"loss": "bce", "y": 2 * CLASSES - 1}, DataError, r"^binary_cross_entropy takes targets from 0 to 1; y holds -1 in row 0, column 0$"),
    ({"loss": "bce", "y": np.eye(2)[CLASSES % 2]}, ShapeError, r"it has \(20, 2\); for one-hot rows use Dense\(n_classes, 'softmax'\) with categorical_cross_entropy$"),
    ({"loss": "bce", "y": np.ones(20)}, DataError, r"^y holds one class only \(\[1\.0\] in all 20 samples\)"),
    ({"loss": "cce", "y": CLASSES % 2}, ShapeError, r"^categorical_cross_entropy compares classes and needs one output for each; the network has one output\. For two classes use Dense\(1, 'sigmoid'\) with binary_cross_entropy, or Dense\(2, 'softmax'\)$"),
    ({"loss": "scce", "y": CLASSES % 2}, ShapeError, r"^sparse_categorical_cross_entropy compares classes and needs one output for each"),
    ({"class_weight": "balanced"}, ArgumentError, r"^class_weight needs classes, and mean_squared_error was given values that are none; use sample_weight$"),
    ({"loss": "bce", "y": np.linspace(0, 1, 20), "class_weight": {0: 1}}, ArgumentError, r"^class_weight needs classes, and binary_cross_entropy was given values"),
    ({"metrics": ["accuracy"]}, DataError, r"y_true must hold class labels"),
]  # fmt: skip

# ---- what the options may be

OPTION_REFUSALS: list[Refusal] = [
    *(({"epochs": epochs}, ArgumentError, rf"^epochs must be an integer >= 1; got {epochs!r}$") for epochs in (0, -1, 1.5, True, None)),
    *(({"batch_size": size}, ArgumentError, rf"^batch_size must be an integer >= 1; got {size!r}$") for size in (0, -1, 1.5, True)),
    *(({"threads": threads}, ArgumentError, rf"^threads must be an integer >= 1; got {threads!r}$") for threads in (0, 1.5)),
    *(({"validation_split": split}, ArgumentError, rf"^validation_split must be a finite number and >= 0 and < 1; got {split!r}$") for split in (1.0, -0.1, float("nan"), True)),
    ({"validation_split": 0.01}, DataError, r"^validation_split=0\.01 of 20 samples leaves 20 to train on and 0 to validate; both need at least one$"),
    ({"validation_split": 0.2, "validation_data": (X, CLASSES)}, ArgumentError, r"^give validation_data or validation_split, not both$"),
    ({"validation_data": (X,)}, ArgumentError, r"^validation_data must be a pair \(X, y\); got tuple of 1$"),
    ({"validation_data": X}, ArgumentError, r"^validation_data must be a pair \(X, y\); got ndarray$"),
    ({"validation_data": (X[:, :2], CLASSES)}, ShapeError, r"^layer 0 \(Dense\(5, 'tanh'\)\) was built for 3 features; X of validation_data has 2 \(shape \(20, 2\)\)$"),
    ({"validation_data": (X, CLASSES[:5])}, ShapeError, r"^X of validation_data has 20 samples and y of validation_data has 5; they must be equal$"),
    ({"validation_data": (X, CLASSES + 9)}, DataError, r"one per output; y of validation_data holds 9 in row 0$"),
    ({"validation_data": (changed(X, (1, 2), np.nan), CLASSES)}, DataError, r"^X of validation_data holds nan at row 1, column 2"),
    ({"sample_weight": np.ones(19)}, ShapeError, r"^sample_weight must have shape \(20,\), one weight per sample; it has shape \(19,\)$"),
    ({"sample_weight": np.ones(25), "validation_split": 0.2}, ShapeError, r"^sample_weight must have shape \(20,\)"),
    ({"sample_weight": np.ones((20, 1))}, ShapeError, r"it has shape \(20, 1\)$"),
    ({"sample_weight": changed(np.ones(20), 3, -2.0)}, DataError, r"^sample_weight must be >= 0; it holds -2 in row 3$"),
    ({"sample_weight": changed(np.ones(20), 3, np.nan)}, DataError, r"^sample_weight holds nan at row 3, not a finite number"),
    ({"sample_weight": np.zeros(20)}, DataError, r"^all weights of the samples to train on are 0"),
    ({"class_weight": {0: 1, 7: 2, "b": 1}}, DataError, r"^class_weight names \['b', 7\], which y does not hold; its classes are \[0, 1, 2, 3\]$"),
    ({"class_weight": {0: -1}}, ArgumentError, r"^class_weight of class 0 must be a finite number and >= 0; got -1$"),
    ({"class_weight": {0: float("nan")}}, ArgumentError, r"^class_weight of class 0 must be a finite number"),
    ({"class_weight": {0: "2"}}, ArgumentError, r"^class_weight of class 0 must be a finite number and >= 0; got '2'$"),
    ({"class_weight": "balance"}, ArgumentError, r"^class_weight must be a dict of class: weight, or 'balanced'; got 'balance'$"),
    ({"class_weight": [1, 2, 3, 4]}, ArgumentError, r"^class_weight must be a dict of class: weight, or 'balanced'; got \[1, 2, 3, 4\]$"),
    ({"loss": "scc"}, UnknownNameError, r"^no loss is called 'scc'; did you mean 'scce'"),
    ({"loss": losses.Huber}, ArgumentError, r"^loss must be a name or a glassnet Loss; got <class .*call the class: Huber\(\.\.\.\)$"),
    ({"optimizer": "adaam"}, UnknownNameError, r"^no optimizer is called 'adaam'; did you mean 'adam'"),
    ({"optimizer": 0.1}, ArgumentError, r"^optimizer must be a name or a glassnet Optimizer; got 0\.1$"),
    ({"engine": "nump"}, UnknownNameError, r"^no engine is called 'nump'; engines: .*did you mean 'numpy'\?$"),
    ({"engine": 3}, UnknownNameError, r"^no engine is called 3; engines: auto, numpy"),
    ({"metrics": ["acuracy"]}, UnknownNameError, r"^no metric is called 'acuracy'; did you mean 'accuracy'"),
    ({"metrics": "accuracy"}, ArgumentError, r"^metrics must be a list of names or functions, such as \['accuracy'\]; got 'accuracy'$"),
    ({"metrics": [3]}, ArgumentError, r"^metric must be a name, a Metric or a function"),
    ({"metrics": ["top_k_accuracy"]}, ArgumentError, r"^top_5_accuracy of 4 classes is always 1; choose TopK\(k\) with k below 4$"),
    ({"metrics": ["r2"]}, ShapeError, r"must have the same outputs"),
    ({"callbacks": [3]}, ArgumentError, r"^a callback must be a Callback object or a function; got 3$"),
    ({"callbacks": print}, ArgumentError, r"^callbacks must be a list"),
    ({"seed": -1}, ArgumentError, r"^seed must be an integer >= 0, a Generator or a RandomState; got -1$"),
]  # fmt: skip


def name_of(case: Refusal) -> str:
    return re.sub(r"[^a-z0-9 ]", "", f"{' '.join(case[0])} {case[2][:60]}".lower())


@pytest.mark.parametrize("case", [*X_REFUSALS, *CLASS_REFUSALS, *OPTION_REFUSALS], ids=name_of)
def test_fit_of_classes_refuses(case: Refusal) -> None:
    options, error, message = case
    usual: dict[str, Any] = {"X": X, "y": CLASSES, "loss": "scce", "engine": "numpy", "progress": False}
    assert_refused(Dense(4, "softmax"), usual | options, error, message)


@pytest.mark.parametrize("case", VALUE_REFUSALS, ids=name_of)
def test_fit_of_values_refuses(case: Refusal) -> None:
    options, error, message = case
    usual: dict[str, Any] = {"X": X, "y": VALUES, "loss": "mse", "engine": "numpy", "progress": False}
    assert_refused(Dense(1), usual | options, error, message)


def test_a_batch_of_one_sample_cannot_be_normalised() -> None:
    network = Network([BatchNorm(), Dense(4, "softmax")], seed=0)
    for batch_size in (1, 19):
        with pytest.raises(ArgumentError, match=r"BatchNorm needs at least 2 samples in every batch; 20 samples in batches"):
            network.fit(X, CLASSES, loss="scce", batch_size=batch_size, engine="numpy", progress=False)
    assert not network.built


# ---- a built network and other data


@pytest.mark.parametrize(
    "use",
    [
        lambda network, x: network.predict(x),
        lambda network, x: network.predict_classes(x),
        lambda network, x: network.forward(x),
        lambda network, x: network.evaluate(x, CLASSES),
        lambda network, x: network.fit(x, CLASSES, loss="scce", progress=False),
    ],
)
def test_other_features_than_the_network_was_built_for_are_refused(use: Callable[[Network, Any], Any]) -> None:
    trained = networks(Dense(4, "softmax"))[1]
    before = fingerprint(trained)
    with pytest.raises(
        ShapeError, match=r"^layer 0 \(Dense\(5, 'tanh'\)\) was built for 3 features; X has 2 \(shape \(20, 2\)\)$"
    ):
        use(trained, X[:, :2])
    with pytest.raises(DataError, match="^X holds nan at row 2, column 0"):
        use(trained, changed(X, (2, 0), np.nan))
    assert fingerprint(trained) == before


def test_images_of_another_shape_are_refused() -> None:
    network = Network([Flatten(), Dense(2)], input_shape=(4, 4), seed=0)
    with pytest.raises(ShapeError, match=r"layer 0 \(Flatten\(\)\) was built for samples of shape \(4, 4\); X has 16 feat"):
        network.predict(np.ones((3, 16)))


@pytest.mark.parametrize(
    ("images", "layers", "message"),
    [
        (np.ones((20, 8, 8)), [Dense(4, "softmax")], r"layer 0 of 1, Dense\(4, 'softmax'\), reads samples with one axis"),
        (np.ones((20, 8, 8)), [Dropout(), BatchNorm(), Dense(4)], r"layer 1 of 3, BatchNorm\(\), .* Put Flatten\(\) before it"),
    ],
)  # fmt: skip
def test_images_before_a_dense_layer_need_flatten(images: Any, layers: list[Layer], message: str) -> None:
    network = Network(layers, seed=0)
    before = fingerprint(network)
    for use in (lambda: network.forward(images), lambda: network.fit(images, CLASSES, loss="mse", progress=False)):
        with pytest.raises(ShapeError, match=message):
            use()
    assert fingerprint(network) == before


def test_forward_of_bad_data_does_not_build_a_network() -> None:
    network = Network([Dense(2)], seed=0)
    before = fingerprint(network)
    for bad in (X[:, 0], changed(X, (0, 0), np.inf), [[1], [1, 2]], X[:0], None, "text"):
        with pytest.raises(GlassnetError):
            network.forward(bad)  # type: ignore[arg-type]
    assert fingerprint(network) == before


@pytest.mark.parametrize(
    ("y", "options", "error", "message"),
    [
        (CLASSES[:3], {}, ShapeError, "X has 20 samples and y has 3"),
        (ONE_HOT, {"loss": "scce"}, ShapeError, "For one-hot rows use categorical_cross_entropy"),
        ([[0], [1, 2]], {}, DataError, "y must have rows of equal length"),
        (CLASSES, {"loss": "mze"}, UnknownNameError, "did you mean 'mse'"),
        (CLASSES, {"metrics": "accuracy"}, ArgumentError, "metrics must be a list"),
        (CLASSES, {"metrics": ["accurate"]}, UnknownNameError, "did you mean 'accuracy'"),
    ],
)
def test_evaluate_refuses_what_fit_refuses(
    y: Any, options: dict[str, Any], error: type[GlassnetError], message: str
) -> None:
    with pytest.raises(error, match=message):
        Network([Dense(4, "softmax")], input_shape=3, seed=0).evaluate(X, y, **options)


# ---- networks and layers


@pytest.mark.parametrize(
    ("layers", "message"),
    [
        ([], r"^layers must be a list of at least one layer, such as \[Dense\(1\)\]; got \[\]$"),
        (Dense(3), r"^layers must be a list of at least one layer.*; got Dense\(3\)$"),
        (None, r"^layers must be a list of at least one layer"),
        ([Dense(3), "relu"], r"^layer 1 must be a Layer, such as Dense\(32, 'relu'\); got 'relu'$"),
        ([Dense], r"^layer 0 must be a Layer, such as Dense\(32, 'relu'\); got <class"),
        ([3, 4], r"^layer 0 must be a Layer, such as Dense\(32, 'relu'\); got 3$"),
    ],
)
def test_a_network_is_made_of_layers(layers: Any, message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        Network(layers)


@pytest.mark.parametrize("shape", [0, -3, 2.5, True, (8, 0), (), "64", (8, 1.5), None, np.array([3])])
def test_an_input_shape_is_made_of_positive_integers(shape: Any) -> None:
    with pytest.raises(ArgumentError, match=r"^input_shape must be an integer >= 1, or a tuple of them; got "):
        Network([Dense(3)]).build(shape)


def test_an_input_shape_may_be_an_integer_of_numpy_or_a_list() -> None:
    assert Network([Dense(3)], input_shape=np.int64(4)).input_shape == (4,)  # type: ignore[arg-type]
    assert Network([Flatten(), Dense(3)], input_shape=[2, 3]).input_shape == (2, 3)


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: Dense(0), ArgumentError, r"^units of Dense must be an integer >= 1; got 0$"),
        (lambda: Dense(2.5), ArgumentError, r"^units of Dense must be an integer >= 1; got 2\.5$"),  # type: ignore[arg-type]
        (lambda: Dense(True), ArgumentError, r"^units of Dense must be an integer >= 1; got True$"),
        (lambda: Dense("relu"), ArgumentError, r"^units of Dense must be an integer >= 1; got 'relu'$"),  # type: ignore[arg-type]
        (lambda: Dense(3, "sigmod"), UnknownNameError, r"^no activation is called 'sigmod'; did you mean 'sigmoid'"),
        (lambda: Dense(3, np.tanh), ArgumentError, r"^activation must be a name or a glassnet Activation; got <ufunc"),  # type: ignore[arg-type]
        (lambda: Dense(3, initializer="he"), UnknownNameError, r"^no initializer is called 'he'; "),
        (lambda: Dense(3, l1=-0.1), ArgumentError, r"^l1 of Dense must be a finite number and >= 0; got -0\.1$"),
        (lambda: Dense(3, l2=float("nan")), ArgumentError, r"^l2 of Dense must be a finite number and >= 0; got nan$"),
        (lambda: Dropout(1.0), ArgumentError, r"^rate of Dropout must be a finite number and >= 0 and < 1; got 1\.0$"),
        (lambda: Dropout(-0.1), ArgumentError, r"^rate of Dropout must be a finite number and >= 0 and < 1"),
        (lambda: BatchNorm(momentum=0), ArgumentError, r"^momentum of BatchNorm must be a finite number and > 0 and <= 1; got 0$"),
        (lambda: BatchNorm(epsilon=0), ArgumentError, r"^epsilon of BatchNorm must be a finite number and > 0; got 0$"),
        (lambda: gn.LayerNorm(-1), ArgumentError, r"^epsilon of LayerNorm must be a finite number and > 0; got -1$"),
        (lambda: gn.SGD(-0.1), ArgumentError, r"^learning_rate of SGD must be a finite number and >= 0; got -0\.1$"),
        (lambda: gn.Adam(float("nan")), ArgumentError, r"^learning_rate of Adam must be a finite number and >= 0; got nan$"),
        (lambda: gn.RMSProp(float("inf")), ArgumentError, r"^learning_rate of RMSProp must be a finite number and >= 0; got inf$"),
        (lambda: gn.AdaGrad("0.1"), ArgumentError, r"^learning_rate of AdaGrad must be a finite number and >= 0; got '0\.1'$"),  # type: ignore[arg-type]
        (lambda: gn.SGD(True), ArgumentError, r"^learning_rate of SGD must be a finite number"),
        (lambda: gn.SGD(0.1, momentum=1.0), ArgumentError, r"^momentum of SGD must be a finite number and >= 0 and < 1; got 1\.0$"),
        (lambda: gn.SGD(0.1, nesterov=True), ArgumentError, r"^nesterov of SGD needs a momentum > 0; got momentum=0$"),
        (lambda: gn.Adam(beta2=1), ArgumentError, r"^beta2 of Adam must be a finite number and >= 0 and < 1; got 1$"),
        (lambda: gn.AdamW(weight_decay=-1), ArgumentError, r"^weight_decay of AdamW must be a finite number and >= 0; got -1$"),
        (lambda: gn.SGD(clip_norm=0), ArgumentError, r"^clip_norm of SGD must be a finite number and > 0; got 0$"),
        (lambda: losses.Huber(0), ArgumentError, r"^delta of Huber must be a finite number and > 0; got 0$"),
        (lambda: losses.Quantile(1.0), ArgumentError, r"^level of Quantile must be a finite number and > 0 and < 1; got 1\.0$"),
        (lambda: losses.Contrastive(-1), ArgumentError, r"^margin of Contrastive must be a finite number and > 0; got -1$"),
        (lambda: gn.activations.ELU(0), ArgumentError, r"^alpha of ELU must be a finite number and > 0; got 0$"),
        (lambda: gn.activations.Function(3, np.cos), ArgumentError, r"^function of an activation must be callable; got 3$"),  # type: ignore[arg-type]
    ],
)  # fmt: skip
def test_parts_refuse_what_they_cannot_be_made_of(
    make: Callable[[], Any], error: type[GlassnetError], message: str
) -> None:
    with pytest.raises(error, match=message):
        make()


# ---- losses by hand


@pytest.mark.parametrize(
    ("loss", "y_true", "y_pred", "error", "message"),
    [
        ("mse", np.ones(4), np.ones((4, 1)), ShapeError, r"^mean_squared_error compares targets and predictions one by one, so their shapes must be equal; y_true has shape \(4,\), y_pred has shape \(4, 1\); reshape y_true to \(4, 1\): broadcasting would compare every pair$"),
        ("bce", np.ones((4, 1)), np.full(4, 0.5), ShapeError, r"reshape y_true to \(4,\): broadcasting would compare every pair$"),
        ("mae", np.ones(3), np.ones(4), ShapeError, r"y_true has shape \(3,\), y_pred has shape \(4,\)$"),
        ("cce", [0, 1], np.full((2, 3), 0.3), ShapeError, r"for integer classes use sparse_categorical_cross_entropy, or one-hot rows$"),
        ("cce", [0, 1, 0], [0.2, 0.5, 0.3], ShapeError, r"^categorical_cross_entropy needs predictions of shape \(n_samples, n_classes\); y_pred has shape \(3,\)$"),
        ("softmax_cross_entropy", [0, 1, 0], [0.2, 0.5, 0.3], ShapeError, r"needs predictions of shape \(n_samples, n_classes\)"),
        ("scce", np.eye(3)[[0, 1]], np.full((2, 3), 0.3), ShapeError, r"takes one integer per sample, shape \(n_samples,\); y_true has shape \(2, 3\); for one-hot rows use categorical_cross_entropy"),
        ("scce", [0, 3], np.full((2, 3), 0.3), DataError, r"^sparse_categorical_cross_entropy takes classes 0 to 2, as many as the predictions have columns; y_true\[1\] is 3$"),
        ("scce", [0.5, 1], np.full((2, 3), 0.3), DataError, r"takes integers; y_true has dtype float64 and holds other values$"),
        ("scce", [0, 1, 1], np.full((2, 3), 0.3), ShapeError, r"needs one target per prediction: y_true has 3, y_pred 2$"),
        ("triplet", [0, 1], [0.5, 0.5], ShapeError, r"^triplet_hard needs predictions of shape \(n_samples, n_outputs\)"),
        ("mse", [], [], DataError, r"^mean_squared_error needs at least one sample; y_true is empty \(shape \(0,\)\)$"),
        ("mse", ["a"], [1.0], DataError, r"^mean_squared_error compares real numbers; y_true has dtype <U1$"),
        ("mse", [1.0], [1j], DataError, r"^mean_squared_error compares real numbers; y_pred has dtype complex128$"),
    ],
)  # fmt: skip
def test_losses_refuse_what_they_cannot_compare(
    loss: str, y_true: Any, y_pred: Any, error: type[GlassnetError], message: str
) -> None:
    for use in (losses.get(loss).value, losses.get(loss).gradient):
        with pytest.raises(error, match=message):
            use(y_true, y_pred)


def test_soft_targets_that_are_all_alike_are_no_single_class() -> None:
    network = Network([Dense(2, "softmax")], seed=0)
    history = network.fit(
        X, [[0.3, 0.7]] * 20, loss="kl", optimizer=gn.SGD(0.5), epochs=200, engine="numpy", progress=False
    )
    assert history["loss"][-1] < 0.01 < history["loss"][0]


def test_a_single_sample_may_be_trained_on() -> None:
    for loss, y, last in (("scce", [2], Dense(4, "softmax")), ("bce", [1], Dense(1, "sigmoid"))):
        network = Network([last], seed=0)
        history = network.fit(X[:1], y, loss=loss, optimizer=gn.SGD(1.0), epochs=50, engine="numpy", progress=False)
        assert history["loss"][-1] < 0.1
