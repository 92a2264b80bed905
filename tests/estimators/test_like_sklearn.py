"""``preset="sklearn"`` is scikit-learn's MLP: the same curves, number for number."""

from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer, load_digits, load_iris
from sklearn.neural_network import MLPClassifier, MLPRegressor

import glassnet as gn

BINARY, MANY, DIGITS = (
    load_breast_cancer(return_X_y=True),
    load_iris(return_X_y=True),
    load_digits(return_X_y=True),
)
RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(110, 4))
VALUES = np.tanh(X @ RANDOM.normal(size=(4, 3))) + 0.1 * RANDOM.normal(size=(110, 3))
LABELS = (VALUES > 0).astype(int)
COUNTS = np.round(np.exp(VALUES[:, 0] + 1))


def standardised(data: Any) -> Any:
    return (data[0] - data[0].mean(0)) / data[0].std(0), data[1]


def curves(ours: Any, theirs: Any, X: Any, y: Any) -> tuple[Any, Any]:
    return np.array(ours.fit(X, y).loss_curve_), np.array(theirs.fit(X, y).loss_curve_)


@pytest.mark.filterwarnings("ignore:Stochastic Optimizer")
@pytest.mark.parametrize(("solver", "shuffle"), [("sgd", False), ("adam", False), ("adam", True)])
@pytest.mark.parametrize(
    "data", [standardised(BINARY), MANY, DIGITS], ids=["two classes", "three", "unscaled"]
)
def test_a_classifier_has_the_same_loss_curve(data: Any, solver: str, shuffle: bool) -> None:
    ours = gn.NetworkClassifier("sklearn", optimizer=solver, epochs=20, shuffle=shuffle, random_state=0)
    theirs = MLPClassifier(solver=solver, max_iter=20, shuffle=shuffle, random_state=0)
    one, other = curves(ours, theirs, *data)
    np.testing.assert_allclose(one, other, rtol=0, atol=1e-6)
    assert len(one) == 20
    np.testing.assert_allclose(ours.predict_proba(data[0]), theirs.predict_proba(data[0]), atol=1e-9)
    for layer, coefs in enumerate(theirs.coefs_):
        np.testing.assert_allclose(ours.coefs_[layer], coefs, atol=1e-9)
        np.testing.assert_allclose(ours.intercepts_[layer], theirs.intercepts_[layer], atol=1e-9)


@pytest.mark.filterwarnings("ignore:Stochastic Optimizer")
@pytest.mark.parametrize("solver", ["sgd", "adam"])
@pytest.mark.parametrize(
    ("of", "y", "own"),
    [
        ("values", VALUES[:, 0], {}),
        ("values", VALUES, {}),
        ("values", COUNTS, {"loss": "poisson"}),
        ("labels", LABELS, {}),
    ],
    ids=["one value", "three values", "counts", "labels"],
)
def test_other_targets_have_the_same_loss_curve(of: str, y: Any, own: Any, solver: str) -> None:
    ours, theirs = (
        (gn.NetworkRegressor, MLPRegressor) if of == "values" else (gn.NetworkClassifier, MLPClassifier)
    )
    model = ours("sklearn", optimizer=solver, epochs=20, batch_size=32, random_state=1, **own)
    other = theirs(solver=solver, max_iter=20, batch_size=32, random_state=1, **own)
    np.testing.assert_allclose(*curves(model, other, X, y), rtol=0, atol=1e-6)
    np.testing.assert_allclose(model.predict(X), other.predict(X), atol=1e-9)


@pytest.mark.filterwarnings("ignore:Stochastic Optimizer")
@pytest.mark.parametrize("activation", ["tanh", "logistic", "identity"])
def test_other_activations_and_penalties_have_the_same_loss_curve(activation: str) -> None:
    name = {"logistic": "sigmoid", "identity": "linear"}.get(activation, activation)
    ours = gn.NetworkClassifier(
        "sklearn", hidden=(20, 10), activation=name, l2=0.01, learning_rate=0.01, epochs=20, random_state=0
    )
    theirs = MLPClassifier(
        (20, 10), activation=activation, alpha=0.01, learning_rate_init=0.01, max_iter=20, random_state=0
    )
    np.testing.assert_allclose(*curves(ours, theirs, *MANY), rtol=0, atol=1e-6)


@pytest.mark.filterwarnings("ignore:Stochastic Optimizer")
@pytest.mark.parametrize("solver", ["adam", "sgd"])
def test_a_penalty_may_be_larger_than_1(solver: str) -> None:
    ours = gn.NetworkClassifier("sklearn", optimizer=solver, l2=20.0, epochs=5, random_state=0)
    theirs = MLPClassifier(solver=solver, alpha=20.0, max_iter=5, random_state=0)
    np.testing.assert_allclose(*curves(ours, theirs, *MANY), rtol=1e-9, atol=1e-6)


def test_training_ends_in_the_same_epoch() -> None:
    ours = gn.NetworkClassifier("sklearn", hidden=(8,), learning_rate=0.1, random_state=0)
    theirs = MLPClassifier((8,), learning_rate_init=0.1, random_state=0)
    one, other = curves(ours, theirs, *MANY)
    assert len(one) == len(other) < 200
    assert ours.n_iter_ == theirs.n_iter_


@pytest.mark.parametrize("data", [standardised(BINARY), standardised(MANY)], ids=["two classes", "three"])
def test_lbfgs_reaches_the_same_loss(data: Any) -> None:
    ours = gn.NetworkClassifier("sklearn", optimizer="lbfgs", random_state=0).fit(*data)
    theirs = MLPClassifier(solver="lbfgs", random_state=0).fit(*data)
    assert ours.loss_curve_[-1] == pytest.approx(theirs.loss_, rel=1e-3)


def test_partial_fit_takes_the_same_steps() -> None:
    ours, theirs = gn.NetworkClassifier("sklearn", random_state=0), MLPClassifier(random_state=0)
    for first in range(0, 400, 100):
        part = slice(first, first + 100 - first // 10)
        ours.partial_fit(DIGITS[0][part], DIGITS[1][part], classes=range(10))
        theirs.partial_fit(DIGITS[0][part], DIGITS[1][part], classes=range(10))
    np.testing.assert_allclose(ours.coefs_[0], theirs.coefs_[0], atol=1e-9)


def test_the_network_can_be_saved_and_goes_on() -> None:
    model = gn.NetworkClassifier("sklearn", epochs=3, warm_start=True, random_state=0).fit(*MANY)
    assert model.network_.loss == gn.losses.SparseCategoricalCrossEntropy()
    assert model.network_.state is None
    assert model.fit(*MANY).n_iter_ == 6
    assert model.loss_curve_[5] < model.loss_curve_[2]
