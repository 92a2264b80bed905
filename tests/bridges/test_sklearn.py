"""Networks from scikit-learn's MLPs and back."""

from __future__ import annotations

import re
import sys
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.linear_model import LinearRegression
from sklearn.neural_network import MLPClassifier, MLPRegressor

import glassnet as gn
from glassnet.errors import ArgumentError, MissingDependencyError, NotBuiltError
from glassnet.network.network import Network
from tests.bridges.networks import samples

Array = NDArray[Any]

ACTIVATIONS = ["identity", "logistic", "tanh", "relu"]
X = samples((4,))
TARGETS: dict[str, Array] = {
    "two classes": (X[:, 0] > 0).astype(int),
    "three classes": np.digitize(X[:, 0], [-1, 1]),
    "classes with names": np.array(["pear", "apple", "plum"])[np.digitize(X[:, 0], [-1, 1])],
    "several labels": (X[:, :3] > 0).astype(int),
    "one value": X[:, 0] + X[:, 1],
    "two values": X[:, :2],
}


def fitted(
    kind: str, activation: str = "relu", dtype: str = "float64", hidden: tuple[int, ...] = (6, 5)
) -> Any:
    model = MLPRegressor if "value" in kind else MLPClassifier
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # scikit-learn warns of a training that stops early
        return model(hidden_layer_sizes=hidden, activation=activation, max_iter=20, random_state=0).fit(
            X.astype(dtype), TARGETS[kind]
        )


def outputs(model: Any, x: Array = X) -> Array:
    """What the network of a model predicts."""
    if isinstance(model, MLPRegressor):
        return np.asarray(model.predict(x)).reshape(len(x), -1)
    probabilities: Array = model.predict_proba(x)
    return probabilities[:, 1:] if model.n_outputs_ == 1 else probabilities


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("kind", TARGETS)
def test_the_network_predicts_what_the_model_predicts_and_goes_back(
    kind: str, activation: str, dtype: str
) -> None:
    model = fitted(kind, activation, dtype)
    net = gn.from_sklearn(model)
    x, tolerance = X.astype(dtype), 2e-6 if dtype == "float32" else 1e-12
    assert net.dtype == dtype
    np.testing.assert_allclose(net.predict(x), outputs(model, x), rtol=tolerance, atol=tolerance)
    back = net.to_sklearn()
    assert type(back) is type(model)
    np.testing.assert_allclose(outputs(back, x), outputs(model, x), rtol=tolerance, atol=tolerance)
    np.testing.assert_array_equal(back.predict(x), model.predict(x))
    assert back.get_params()["activation"] == activation


def test_classes_and_features_keep_their_names() -> None:
    import pandas as pd

    frame = pd.DataFrame(X, columns=list("abcd"))
    model = MLPClassifier(hidden_layer_sizes=(3,), max_iter=1000, tol=0.1).fit(
        frame, TARGETS["classes with names"]
    )
    net = gn.from_sklearn(model)
    assert net.metadata == {"class_names": ["apple", "pear", "plum"], "feature_names": ["a", "b", "c", "d"]}
    assert net.layers == (gn.Dense(3, "relu"), gn.Dense(3, "softmax"))


def test_the_network_knows_its_loss() -> None:
    losses = {"three classes": "sparse_categorical_cross_entropy", "two classes": "binary_cross_entropy",
              "one value": "mean_squared_error"}  # fmt: skip
    for kind, name in losses.items():
        net = gn.from_sklearn(fitted(kind))
        assert net.loss == gn.losses.get(name)
        assert np.isfinite(net.evaluate(X, TARGETS[kind])["loss"])


# ---- to_sklearn


def network(*layers: Any, dtype: str = "float64") -> Network:
    return Network(layers, seed=0, dtype=dtype, input_shape=4)


@pytest.mark.parametrize("names", [None, ["b", "a"], ["a", "b"]])
@pytest.mark.parametrize("last", [gn.Dense(2, "softmax"), gn.Dense(1, "sigmoid")], ids=repr)
def test_two_classes_become_one_logistic_output(last: gn.Dense, names: list[str] | None) -> None:
    """With the probabilities in the order of scikit-learn's sorted classes."""
    net = network(gn.Dense(5, "tanh"), last)
    if names is not None:
        net.metadata["class_names"] = names
    model = net.to_sklearn()
    assert (model.n_outputs_, model.out_activation_) == (1, "logistic")
    ours = net.predict(X)
    ours = np.hstack([1 - ours, ours]) if last.units == 1 else ours
    classes = np.array(names) if names else np.arange(2)
    np.testing.assert_allclose(model.predict_proba(X), ours[:, np.argsort(classes)], rtol=1e-13)
    np.testing.assert_array_equal(model.predict(X), classes[net.predict_classes(X)])


@pytest.mark.parametrize("at", ["beside the network", "where the command keeps them"])
def test_unsorted_names_of_classes_keep_their_outputs(at: str) -> None:
    net = network(gn.Dense(5, "relu"), gn.Dense(3, "softmax"))
    named = {"class_names": ["pear", "apple", "plum"]}
    net.metadata = named if at == "beside the network" else {"data": named}
    model = net.to_sklearn()
    assert model.classes_.tolist() == ["apple", "pear", "plum"]
    np.testing.assert_allclose(model.predict_proba(X), net.predict(X)[:, [1, 0, 2]], rtol=1e-13)


def test_a_network_without_hidden_layers() -> None:
    net = network(gn.Dense(3, "softmax"))
    np.testing.assert_allclose(net.to_sklearn().predict_proba(X), net.predict(X), rtol=1e-13)


def test_the_model_can_be_trained_further_and_does_not_change_the_network() -> None:
    net = gn.from_sklearn(fitted("three classes"))
    before = net.parameters.copy()
    model = net.to_sklearn()
    assert (model.n_iter_, model.t_, model.loss_curve_) == (0, 0, [])
    for _ in range(30):
        model.partial_fit(X, TARGETS["three classes"])
    assert model.loss_curve_[-1] < model.loss_curve_[0]
    assert model.loss_curve_[0] == pytest.approx(net.evaluate(X, TARGETS["three classes"])["loss"], rel=1e-3)
    np.testing.assert_array_equal(net.parameters, before)


def test_the_models_optimizer_has_no_past() -> None:
    """The first step of a fresh Adam is one learning rate long in every parameter."""
    model = gn.from_sklearn(fitted("three classes", "tanh")).to_sklearn()
    before = model.coefs_[0].copy()
    model.partial_fit(X, TARGETS["three classes"])
    np.testing.assert_allclose(np.abs(model.coefs_[0] - before), model.learning_rate_init, rtol=1e-3)


REFUSED: list[tuple[list[Any], str]] = [
    (
        [gn.Dense(3, "gelu"), gn.Dense(2, "softmax")],
        "layer 0, Dense(3, 'gelu'), cannot go to scikit-learn: the activations of scikit-learn are identity, relu,",
    ),
    (
        [gn.Dense(3, "tanh"), gn.Dense(3, "relu"), gn.Dense(2, "softmax")],
        "layer 1, Dense(3, 'relu'), cannot go to scikit-learn: hidden layers of scikit-learn have one activation",
    ),
    (
        [gn.Dropout(0.2), gn.Dense(2)],
        "layer 0, Dropout(0.2), cannot go to scikit-learn: an MLP of scikit-learn has Dense",
    ),
    (
        [gn.Dense(3, "relu"), gn.Dense(2, "tanh")],
        "layer 1, Dense(2, 'tanh'), cannot go to scikit-learn: an MLP of ",
    ),
    (
        [gn.Dense(3, "softmax"), gn.Dense(2)],
        "layer 0, Dense(3, 'softmax'), cannot go to scikit-learn: hidden layers",
    ),
    (
        [gn.Dense(3, "relu"), gn.Dense(2, use_bias=False)],
        "layer 1, Dense(2, use_bias=False), cannot go to scikit-learn: every layer of scikit-learn's MLPs has a bias",
    ),
]


@pytest.mark.parametrize(("layers", "message"), REFUSED, ids=[message for _, message in REFUSED])
def test_what_scikit_learn_has_not_is_named(layers: list[Any], message: str) -> None:
    with pytest.raises(ArgumentError, match=re.escape(message)):
        network(*layers).to_sklearn()


def test_other_models_are_refused() -> None:
    with pytest.raises(
        ArgumentError, match="from_sklearn takes an MLPClassifier or MLPRegressor; got LinearRegression"
    ):
        gn.from_sklearn(LinearRegression())
    with pytest.raises(ArgumentError, match="this MLPClassifier is not fitted; call its fit first"):
        gn.from_sklearn(MLPClassifier())
    counts = np.arange(30.0)
    model = MLPRegressor(loss="poisson", hidden_layer_sizes=(2,), max_iter=1000, tol=10.0, n_iter_no_change=1)
    with pytest.raises(
        ArgumentError, match="this MLPRegressor ends with 'exp'; glassnet has identity, relu, logistic"
    ):
        gn.from_sklearn(model.fit(X, counts))
    with pytest.raises(NotBuiltError):
        Network([gn.Dense(1)]).to_sklearn()


@pytest.mark.parametrize("call", [lambda net: net.to_sklearn(), gn.from_sklearn])
def test_without_scikit_learn_it_says_what_to_install(
    call: Callable[[Network], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "sklearn.neural_network", None)
    message = "needs scikit-learn, which is not installed; install it with: pip install 'glassnet[data]'"
    with pytest.raises(MissingDependencyError, match=re.escape(message)):
        call(network(gn.Dense(1)))


def test_a_model_whose_prediction_is_its_own_is_refused() -> None:
    class Clipped(MLPRegressor):  # type: ignore[misc]
        def predict(self, X: Any) -> Any:
            return super().predict(X).clip(0)

    X = np.random.default_rng(0).normal(size=(40, 3))
    model = Clipped(hidden_layer_sizes=(4,), random_state=0, max_iter=3)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(X, X[:, 0])
    with pytest.raises(
        ArgumentError, match="coefs_ and intercepts_ of this Clipped do not give what its prediction"
    ):
        gn.from_sklearn(model)
    model.coefs_[0] = model.coefs_[0][:2]
    with pytest.raises(ArgumentError, match="Clipped cannot be compared with what was read of it: its pred"):
        gn.from_sklearn(model)


def test_a_model_whose_features_have_names_is_read_without_a_warning() -> None:
    model = network(gn.Dense(3, "relu"), gn.Dense(2, "softmax")).to_sklearn()
    model.feature_names_in_ = np.array([f"f{i}" for i in range(model.n_features_in_)], object)
    assert gn.from_sklearn(model).metadata["feature_names"] == model.feature_names_in_.tolist()
    assert len(model.feature_names_in_) == model.n_features_in_
