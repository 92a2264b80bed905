"""Length and decay of a training are chosen on rows that are held back in turn; then all rows are trained on."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import glassnet as gn
from glassnet.estimators import presets
from glassnet.estimators.learning import choosing, joining
from glassnet.estimators.learning.choosing import _parts
from glassnet.estimators.learning.members import Part
from glassnet.estimators.learning.rows import portions
from glassnet.estimators.learning.work import Work

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(200, 3))
CLEAN = np.sin(2 * X[:, 0]) + X[:, 1]
NOISE = RANDOM.normal(size=200)
CLASSES = (X[:, 0] + X[:, 1] > 0).astype(int)
SMALL: dict[str, Any] = {"hidden": (16,), "engine": "numpy", "batch_size": 64, "random_state": 0}


def test_clean_values_are_learned_to_the_last_cycle_and_noise_is_not() -> None:
    clean, noise = (gn.NetworkRegressor(**SMALL).fit(X, y) for y in (CLEAN, NOISE))
    ends = clean.settings_.ends
    assert clean.n_iter_ == clean.settings_.epochs == ends[-1]
    assert noise.n_iter_ == ends[0] < ends[-1]
    assert clean.settings_.optimizer.weight_decay == 0 < noise.settings_.optimizer.weight_decay


def test_no_row_is_lost_to_validation() -> None:
    """A network that is trained on all rows by what was chosen is the same."""
    model = gn.NetworkRegressor(**SMALL).fit(X, CLEAN)
    assert model.validation_loss_curve_ is None
    again = gn.NetworkRegressor(**SMALL, epochs=model.settings_.epochs, early_stopping=False).fit(X, CLEAN)
    np.testing.assert_array_equal(model.predict(X), again.predict(X))


def test_epochs_stopping_and_rows_that_are_given_are_not_chosen() -> None:
    epochs = gn.NetworkClassifier(**SMALL, epochs=7).fit(X, CLASSES)
    stopping = gn.NetworkClassifier(**SMALL, early_stopping=True).fit(X, CLASSES)
    watched = gn.NetworkClassifier(**SMALL).fit(X[:150], CLASSES[:150], X_val=X[150:], y_val=CLASSES[150:])
    assert epochs.n_iter_ == 7
    for model in (epochs, stopping, watched):
        assert model.validation_loss_curve_ is not None
    assert watched.n_iter_ == watched.settings_.epochs


def test_a_users_callbacks_hear_of_the_training_on_all_rows_alone() -> None:
    heard: list[int] = []
    model = gn.NetworkRegressor(**SMALL, callbacks=[lambda session: heard.append(len(heard))]).fit(X, CLEAN)
    assert len(heard) == model.n_iter_


def test_all_members_of_an_ensemble_are_trained_alike() -> None:
    one, two = (gn.NetworkClassifier(**SMALL, ensemble=3, n_jobs=jobs).fit(X, CLASSES) for jobs in (1, 2))
    lengths = {len(member.losses) for member in one._members}
    assert lengths == {one.n_iter_}
    np.testing.assert_array_equal(one.predict_proba(X), two.predict_proba(X))


def test_temperature_and_intervals_come_from_networks_that_have_not_seen_the_rows() -> None:
    calibrated = gn.NetworkClassifier(**SMALL, calibrate=True).fit(X, CLASSES)
    assert calibrated.temperature_ > 0
    noisy = CLEAN + 0.3 * NOISE
    model = gn.NetworkRegressor(**SMALL).fit(X[:150], noisy[:150])
    low, high = model.predict_interval(X[150:], coverage=0.8).T
    inside = ((noisy[150:] >= low) & (noisy[150:] <= high)).mean()
    assert 0.65 < inside < 0.95


@pytest.mark.parametrize(("folds", "n_parts"), [(1, 1), (4, 4)])
def test_parts_hold_every_row_once_and_all_classes_in_the_same_shares(folds: int, n_parts: int) -> None:
    settings = presets.Settings(folds=folds, validation_share=0.25)
    work: Any = Work(settings, None, None, (), True, "auto", "cpu", 1)  # type: ignore[arg-type]
    classes = np.array([0] * 60 + [1] * 40)
    parts = _parts(work, np.ones(100, np.int64), classes, np.random.default_rng(0))
    assert len(parts) == n_parts
    for train, held in ((train.places, held.places) for train, held in parts):
        assert sorted([*train, *held]) == list(range(100))
        assert len(held) == 25 and classes[held].sum() == 10
    assert len(np.unique(np.concatenate([held.places for _, held in parts]))) == 25 * n_parts


@pytest.mark.parametrize("n_rows", [2, 3, 5, 9])
def test_a_handful_of_rows_can_be_fitted(n_rows: int) -> None:
    model = gn.NetworkRegressor(**SMALL).fit(X[:n_rows], CLEAN[:n_rows])
    assert np.isfinite(model.predict(X)).all()


def test_the_penalty_of_few_rows_follows_their_noise() -> None:
    clean, noise = (gn.NetworkRegressor(random_state=0).fit(X, y) for y in (CLEAN, NOISE))
    assert noise.settings_.l2 == max(noise.settings_.penalties) > clean.settings_.l2
    assert clean.network_.layers[0].l2 == clean.settings_.l2
    given = gn.NetworkRegressor(random_state=0, l2=0.5).fit(X, CLEAN)
    assert given.network_.layers[0].l2 == 0.5


def test_few_rows_learn_what_only_a_product_or_a_distance_tells() -> None:
    """Weights that a strong penalty has taken away do not come back where no number tells anything by itself."""
    rows = np.random.default_rng(2).normal(size=(620, 2))
    for told in (rows[:, 0] * rows[:, 1] > 0, (rows**2).sum(axis=1) > 1.4):
        model = gn.NetworkClassifier(random_state=0, engine="numpy").fit(rows[:120], told[:120])
        assert model.score(rows[120:], told[120:]) > 0.85


def test_of_penalties_that_are_alike_the_strongest_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choosing, "_missed", lambda *given: 1.0)
    model = gn.NetworkRegressor(random_state=0, engine="numpy").fit(X[:40], CLEAN[:40])
    assert model.settings_.l2 == max(model.settings_.penalties)


def test_networks_of_other_members_go_the_way_of_those_that_chose(monkeypatch: pytest.MonkeyPatch) -> None:
    chosen: list[Any] = []
    choose = choosing.choose

    def spy(*given: Any) -> Any:
        chosen.append((given, choose(*given)))
        return chosen[-1][1]

    monkeypatch.setattr(choosing, "choose", spy)
    gn.NetworkRegressor(random_state=0, engine="numpy").fit(X[:60], NOISE[:60])
    [((_, *rows_groups_seed), choice)] = chosen
    assert choice.work.settings.l2 > min(choice.work.settings.penalties)
    again = choosing.unseen(choice.work, *rows_groups_seed)
    for (member, _), other in zip(choice.unseen, again, strict=True):
        np.testing.assert_array_equal(member.network.parameters, other.network.parameters)


@pytest.mark.parametrize(
    "option", [{"dropout": 0.1}, {"epochs": 3}, {"batch_size": 32}, {"learning_rate": 0.01}]
)
def test_options_of_steps_make_few_rows_be_learned_in_steps(option: dict[str, Any]) -> None:
    model = gn.NetworkRegressor(**option, hidden=(8,), random_state=0).fit(X, CLEAN)
    assert model.settings_.optimizer.takes_steps


def test_parts_are_learned_in_steps() -> None:
    model = gn.NetworkRegressor(random_state=0)
    for start in range(0, 200, 50):
        model.partial_fit(X[start : start + 50], CLEAN[start : start + 50])
    assert model.settings_.optimizer.takes_steps


def test_many_rows_of_a_small_network_run_on_the_compiled_engine() -> None:
    rows = np.random.default_rng(1).normal(size=(700, 40))
    model = gn.NetworkRegressor(random_state=0).fit(rows, rows[:, 0])
    assert model.history_.engine == "compiled"


@pytest.mark.parametrize("options", [{}, {"batch_size": 64, "hidden": (8,)}])
def test_a_training_that_goes_on_keeps_what_was_chosen(options: dict[str, Any]) -> None:
    noisy = CLEAN + NOISE
    for again in ("fit", "partial_fit"):
        model = gn.NetworkRegressor(**options, random_state=0, warm_start=True).fit(X, noisy)
        l2, decay, before = model.settings_.l2, model.settings_.optimizer.weight_decay, model.n_iter_
        getattr(model, again)(X, noisy)
        assert (model.settings_.l2, model.settings_.optimizer.weight_decay) == (l2, decay)
        assert model.n_iter_ > before


def test_rows_of_ones_own_choose_the_iteration_of_a_small_network() -> None:
    model = gn.NetworkRegressor(random_state=0)
    model.fit(X[:100], NOISE[:100], X_val=X[100:], y_val=NOISE[100:])
    curve = model.validation_loss_curve_
    assert model.history_.restored_epoch == 1 + int(np.argmin(curve)) < len(curve)


def _logits(network: gn.Network, features: Any) -> Any:
    """What the network says before its last activation."""
    hidden, last = network.layers
    z = features @ hidden.weights + hidden.bias
    return gn.activations.get(hidden.activation).value(z) @ last.weights + last.bias


@pytest.mark.parametrize("y", [CLEAN, CLASSES], ids=["values", "classes"])
def test_a_joined_network_says_the_mean_of_networks_that_lack_a_part_each(
    y: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts: list[list[gn.Network]] = []
    join = joining.joined

    def spy(members: Any, work: Any) -> Any:
        parts.append([member.network for member in members])
        return join(members, work)

    monkeypatch.setattr(joining, "joined", spy)
    cls: Any = gn.NetworkRegressor if y is CLEAN else gn.NetworkClassifier
    model = cls(random_state=0, ensemble=2, activation="tanh").fit(X, y)
    features = np.float32(model.preprocessing_.transform(X))
    assert len(parts) == 2
    for network, lacking in zip(model.networks_, parts, strict=True):
        assert network.layers[0].units == 64 * len(lacking) == model.settings_.hidden[0]
        mean = np.mean([_logits(one, features) for one in lacking], axis=0)
        np.testing.assert_allclose(_logits(network, features), mean, rtol=1e-4, atol=1e-5)
    assert (parts[0][0].parameters != parts[1][0].parameters).any()


@pytest.mark.parametrize(
    "given", [{"hidden": (64,)}, {"width": 64}, {"callbacks": [lambda session: None]}],
    ids=["hidden", "width", "callbacks"],
)  # fmt: skip
def test_units_that_are_given_and_callbacks_mean_one_training_on_all_rows(given: dict[str, Any]) -> None:
    model = gn.NetworkRegressor(random_state=0, **given).fit(X, CLEAN)
    assert model.network_.layers[0].units == 64
    assert gn.NetworkTransformer(random_state=0).fit(X, CLEAN).transform(X).shape == (200, 64)


STRONG: dict[str, Any] = {"preset": "tabular-strong", "random_state": 0, "engine": "numpy"}


def test_tabular_strong_tells_few_rows_by_the_mean_of_two_kinds_of_networks() -> None:
    model = gn.NetworkRegressor(**STRONG, warm_start=True).fit(X[:60], CLEAN[:60])
    kinds = [type(network.layers[0]).__name__ for network in model.networks_]
    assert kinds == ["Dense", "Periodic"]
    features = model.preprocessing_.transform(X[60:90])
    outputs = np.mean([network.predict(features) for network in model.networks_], axis=0)
    np.testing.assert_allclose(model.predict(X[60:90]), model.target_.decode(outputs), rtol=1e-4)
    assert model.network_ is model.networks_[0] and model.settings_.beside is not None
    model.fit(X[:60], CLEAN[:60])
    assert kinds[:1] == [type(network.layers[0]).__name__ for network in model.networks_]


@pytest.mark.parametrize(
    "given", [{"l2": 0.1}, {"width": 8}, {"epochs": 3}, {"callbacks": [lambda session: None]}]
)
def test_what_is_given_for_one_network_leaves_no_second_one_beside_it(given: dict[str, Any]) -> None:
    model = gn.NetworkRegressor(**STRONG, **given).fit(X[:30], CLEAN[:30])
    assert len(model.networks_) == 1


def test_copies_of_a_row_are_shared_out_to_all_parts_as_other_rows_are() -> None:
    """A row that stands there nine times is held back three times by each of three parts, not nine times by one."""
    copies, weights = np.array([9, 1, 1, 1, 2]), np.array([4.5, 1.0, 1.0, 1.0, 2.0])
    rows = Part(np.arange(5.0)[:, None], np.arange(5.0), weights)
    found = portions(copies, 3, None, np.random.default_rng(0))
    trained, held = (
        np.array([np.bincount(part.X[:, 0].astype(int), part.weights, 5) for part in parts])
        for parts in zip(*((train.of(rows), held.of(rows)) for train, held in found), strict=True)
    )
    np.testing.assert_allclose(held.sum(axis=0), weights)
    np.testing.assert_allclose(trained + held, [weights] * 3)
    np.testing.assert_allclose(held[:, 0], 1.5)


def test_few_different_rows_are_learned_however_often_they_stand_there() -> None:
    """Of 300 rows there are 24 kinds: a part without all rows of a kind would have to guess what they are."""
    random = np.random.default_rng(0)
    rows = random.integers(0, 12, size=(300, 1)).astype(float)
    told = np.where(random.random(300) < 0.8, np.isin(rows[:, 0], (5, 6)), random.random(300) < 0.5)
    model = gn.NetworkClassifier(random_state=0, engine="numpy").fit(rows, told)
    kinds = np.arange(12.0)[:, None]
    assert kinds[model.predict(kinds), 0].tolist() == [5, 6]
    assert model.settings_.penalties[0] == 0.3 / 300
    counts = np.bincount(rows[:, 0].astype(int) + 12 * told)
    once = np.flatnonzero(counts)
    weighed = gn.NetworkClassifier(random_state=0, engine="numpy").fit(
        once[:, None] % 12.0, once >= 12, sample_weight=counts[once]
    )
    np.testing.assert_array_equal(weighed.predict_proba(kinds), model.predict_proba(kinds))
