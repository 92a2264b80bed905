"""Faint relations, noise and repeated measurements: what is said of them, and how sure it is."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import glassnet as gn
from glassnet import losses
from glassnet.insight.diagnosis.related import Relation, Sign, foretold, ranks
from glassnet.insight.diagnosis.targets import Targets
from tests.insight.diagnosis.cases import dense, finding, fitted


def table(n: int, share: float, seed: int, n_features: int = 6) -> tuple[Any, Any]:
    """Values of which the features tell this share."""
    random = np.random.default_rng(seed)
    X = random.normal(size=(n, n_features))
    signal = X[:, :1] + X[:, 1:2]
    return X, np.sqrt(share / 2) * signal + np.sqrt(1 - share) * random.normal(size=(n, 1))


def said(X: Any, y: Any, **options: Any) -> Any:
    """What an untrained network is told of the relation."""
    net = gn.Network(dense([8, 1], "tanh", "linear"), seed=0, input_shape=X.shape[1])
    return finding(gn.diagnose(net, X, y, loss="mse", **options), "labels_unrelated")


@pytest.mark.parametrize("n", [150, 400, 900])
@pytest.mark.parametrize("seed", range(8))
def test_a_faint_relation_is_no_error(n: int, seed: int) -> None:
    X, y = table(n, 10 / n, seed)  # about three deviations of a linear fit
    found = said(X, y)
    assert found is None or found.severity != "error", found


def test_a_faint_sign_is_called_one() -> None:
    notes = [found for seed in range(12) if (found := said(*table(300, 0.02, seed))) is not None]
    faint = [found for found in notes if found.evidence["share of shuffled targets that show as much"] < 0.05]
    assert faint and all(found.severity == "note" for found in faint)
    assert all(found.cause.startswith("only a faint sign was found in the samples") for found in faint)


@pytest.mark.parametrize(
    ("n", "n_features", "most"), [(1500, 6, "error"), (300, 6, "warning"), (110, 20, "note")]
)
def test_shuffled_targets_are_an_error_only_where_samples_carry_it(
    n: int, n_features: int, most: str
) -> None:
    found = [said(*table(n, 0.0, seed, n_features)) for seed in range(6)]
    severities = [each.severity for each in found if each is not None]
    order = ["note", "warning", "error"]
    assert len(severities) >= 5 and max(severities, key=order.index) == most


@pytest.mark.parametrize("bent", [np.square, np.abs, np.sin])
def test_a_bent_relation_to_one_of_many_features_is_seen(bent: Any) -> None:
    random = np.random.default_rng(0)
    X = random.normal(size=(400, 30))
    y = bent(2 * X[:, :1]) + 1.5 * random.normal(size=(400, 1))
    assert said(X, y) is None


def test_long_tails_do_not_hide_a_relation() -> None:
    random = np.random.default_rng(0)
    X = random.normal(size=(300, 5))
    y = np.exp(0.7 * X[:, :1] + 2.5 * random.normal(size=(300, 1)))
    assert said(X, y / y.std()) is None


@pytest.mark.parametrize("seed", range(4))
def test_repeated_measurements_of_few_things_are_related(seed: int) -> None:
    random = np.random.default_rng(seed)
    X = np.repeat(random.normal(size=(30, 4)), 8, axis=0)
    y = 0.4 * X[:, :1] + random.normal(size=(240, 1))
    found = said(X, y)
    assert found is None or found.severity == "note"


def test_what_the_network_foretells_of_new_samples_counts_and_what_it_remembers_does_not() -> None:
    random = np.random.default_rng(1)
    X = random.normal(size=(700, 12))
    y = np.sign(X[:, :1] * X[:, 1:2] * X[:, 2:3] * X[:, 3:4] * X[:, 4:5]) + 0.1 * random.normal(size=(700, 1))
    (Xt, yt), held = (X[:350], y[:350]), (X[350:], y[350:])
    assert said(Xt, yt) is not None, "the sign of a product of five is too tangled for all that is tried"
    net, history = fitted(dense([64, 64, 1], "relu", "linear"), Xt, yt, loss="mse", epochs=60, batch_size=32,
                          optimizer=gn.Adam(0.01))  # fmt: skip
    remembered = gn.diagnose(net, Xt, yt, history, validation_data=(Xt, yt))
    assert "labels_unrelated" in remembered.codes, "samples that were trained on tell nothing"
    knows = gn.Network([gn.Dense(1)], seed=0, input_shape=13)  # the product itself is given to it alone
    told = np.hstack([X, y + 2 * random.normal(size=y.shape)])
    knows.parameters = np.eye(14)[12]
    hidden = gn.diagnose(knows, told[:350], yt, validation_data=(told[350:], held[1]), loss="mse")
    assert "labels_unrelated" not in hidden.codes


def test_chance_is_the_share_of_shufflings_that_show_as_much() -> None:
    sign = Sign("", 3.0, np.array([1.0, 2.0, 3.0, 4.0]))
    assert sign.by_chance == 3 / 5 and sign.gain == 0.5
    y = np.random.default_rng(0).normal(size=(50, 1))
    assert foretold("", y, y).by_chance == 1 / 401
    assert foretold("", y, -y).by_chance == 1.0
    assert ranks(np.array([[3.0], [1.0], [3.0]])).tolist() == [[1.5], [0.0], [1.5]]


def test_of_shuffled_targets_few_are_called_related() -> None:
    related = 0
    for seed in range(60):
        random = np.random.default_rng(seed)
        X, y = random.normal(size=(150, 1 + seed % 9)), random.integers(0, 3, size=(150, 1))
        relation = Relation(X, Targets(losses.get("scce"), y, 3))
        related += relation.is_clear or any(sign.by_chance < 0.004 for sign in relation.signs)
    assert related <= 3


# ---- what noise leaves unlearned is no fault of the network


def wrong_labels(n: int = 400) -> tuple[Any, Any]:
    random = np.random.default_rng(0)
    X = random.normal(size=(n, 6))
    return X, ((X[:, 0] > 0) ^ (random.uniform(size=n) < 0.3)).astype(int)


def test_samples_that_differ_by_noise_alone_may_be_the_same_to_a_layer() -> None:
    X, y = wrong_labels()
    W, b = np.zeros((6, 2)), np.zeros(2)
    W[0] = 4.0, 5.0
    pairs = [(W, b), (np.array([[-1.0, 1.0], [-1.0, 1.0]]), np.array([1.0, -1.0]))]
    net = gn.adapt(pairs, ["relu", "softmax"], trained=True)
    assert "collapsed_representation" not in gn.diagnose(net, X, y, loss="scce").codes
    clean = ((X[:, 0] > 0) ^ (X[:, 1] > 0)).astype(int)  # the half where both units are 0 could be told
    assert "collapsed_representation" in gn.diagnose(net, X, clean, loss="scce").codes


def test_noise_need_not_be_learned_by_heart() -> None:
    X, y = wrong_labels()
    net, history = fitted(
        dense([3, 2], "tanh", "softmax"), X, y, loss="scce", epochs=60, batch_size=32, optimizer=gn.Adam(0.01)
    )
    assert gn.diagnose(net, X, y, history).ok
