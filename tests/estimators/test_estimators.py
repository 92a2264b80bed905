"""What the estimators learn, by which rows they are stopped, and that the same seed learns the same."""

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.exceptions import NotFittedError
from sklearn.metrics import log_loss, make_scorer, mean_absolute_error

import glassnet as gn
from glassnet.estimators.fitted import FORMAT

GOLDEN = Path(__file__).parent / "golden"
QUICK: dict[str, Any] = {
    "hidden": (16,),
    "epochs": 32,
    "batch_size": 256,
    "learning_rate": 0.2,
    "random_state": 0,
}
RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(240, 3))
CLASSES = np.array(["low", "middle", "high"])[np.digitize(X[:, 0] + X[:, 1], (-0.7, 0.7))]
VALUES = 50 * (X[:, 0] + X[:, 1]) + 1000
LABELS = np.stack([X[:, 0] > 0, X[:, 1] > 0, X[:, 0] + X[:, 2] > 0], axis=1).astype(int)
NOISY = ((X[:, 0] + 1.5 * RANDOM.normal(size=240)) > 0).astype(int)
TRAIN, TEST = slice(160), slice(160, None)


@pytest.mark.parametrize("preset", ["tabular", "tabular-strong", "small", "sklearn"])
def test_every_preset_tells_classes_apart(preset: str) -> None:
    epochs = 200 if preset == "sklearn" else 60
    model = gn.NetworkClassifier(preset, width=32, epochs=epochs, random_state=0)
    assert model.fit(X[TRAIN], CLASSES[TRAIN]).score(X[TEST], CLASSES[TEST]) > 0.8
    assert model.classes_.tolist() == ["high", "low", "middle"]


def test_several_labels_at_once() -> None:
    model = gn.NetworkClassifier(**QUICK).fit(X[TRAIN], LABELS[TRAIN])
    assert (model.predict(X[TEST]) == LABELS[TEST]).mean() > 0.85
    assert model.predict_proba(X[TEST]).shape == (80, 3)


def test_several_values_at_once() -> None:
    several = np.stack([VALUES, -VALUES, 1e-6 * X[:, 2]], axis=1)
    model = gn.NetworkRegressor(**QUICK).fit(X[TRAIN], several[TRAIN])
    assert model.score(X[TEST], several[TEST]) > 0.8


@pytest.mark.parametrize("loss", ["poisson", "poisson_log_rates"])
def test_counts(loss: str) -> None:
    rates = np.exp(X[:, 0] + 2)
    counts = RANDOM.poisson(rates)
    model = gn.NetworkRegressor(loss=loss, **{**QUICK, "epochs": 100, "learning_rate": 0.1}).fit(
        X[TRAIN], counts[TRAIN]
    )
    predicted = model.predict(X[TEST])
    assert (predicted > 0).all()
    assert np.corrcoef(np.log(predicted), X[TEST, 0])[0, 1] > 0.95
    assert predicted.mean() == pytest.approx(rates[TEST].mean(), rel=0.25)
    with pytest.raises(ValueError, match="counts must be >= 0"):
        model.fit(X, -counts)


@pytest.mark.parametrize(
    ("loss", "labels"),
    [("focal", NOISY), ("hinge", NOISY), ("mse", NOISY), ("mse", CLASSES), ("cce", CLASSES), ("bce", LABELS)],
)
def test_other_losses_of_classes(loss: str, labels: Any) -> None:
    model = gn.NetworkClassifier(loss=loss, **QUICK).fit(X, labels)
    assert model.score(X, labels) > 0.6
    assert hasattr(model, "predict_proba") == (loss != "hinge")


def test_a_loss_of_ones_own() -> None:
    cubic = gn.losses.Function(lambda y, p: np.abs(p - y) ** 3, lambda y, p: 3 * (p - y) * np.abs(p - y))
    model = gn.NetworkRegressor(loss=cubic, **QUICK).fit(X[TRAIN], VALUES[TRAIN])
    assert model.score(X[TEST], VALUES[TEST]) > 0.8


# ---- weights


def test_a_row_of_weight_three_is_three_rows_and_one_of_weight_zero_is_none() -> None:
    weights = RANDOM.integers(4, size=60)
    order = RANDOM.permutation(int(weights.sum()))
    weighted = gn.NetworkClassifier(**QUICK).fit(X[:60], NOISY[:60], sample_weight=weights)
    repeated = gn.NetworkClassifier(**QUICK).fit(
        X[:60].repeat(weights, axis=0)[order], NOISY[:60].repeat(weights)[order]
    )
    assert np.array_equal(weighted.network_.parameters, repeated.network_.parameters)


def test_weights_of_classes_shift_what_is_predicted() -> None:
    for weight in ({1: 50.0}, {0: 0.02}):
        model = gn.NetworkClassifier(class_weight=weight, **QUICK).fit(X, NOISY)
        assert model.predict(X).mean() > 0.8
    rare = np.where(np.arange(240) % 4, 0, NOISY)
    plain, balanced = (gn.NetworkClassifier(class_weight=w, **QUICK).fit(X, rare) for w in (None, "balanced"))
    assert balanced.predict(X).mean() > 2 * plain.predict(X).mean()
    several = gn.NetworkClassifier(class_weight={1: 30.0}, **QUICK).fit(X, LABELS)
    assert several.predict(X)[:, 1].mean() > 0.6


def test_weights_that_cannot_be_are_refused() -> None:
    model = gn.NetworkClassifier(**QUICK)
    for weights, message in (
        (np.ones(3), r"sample_weight must hold one number for each of 240 rows"),
        (-np.ones(240), "sample_weight must be finite and >= 0; it holds -1 in row 0"),
        (np.zeros(240), "sample_weight is zero for all rows"),
    ):
        with pytest.raises(ValueError, match=message):
            model.fit(X, NOISY, sample_weight=weights)


# ---- early stopping


def test_the_best_epoch_on_held_rows_is_kept() -> None:
    model = gn.NetworkClassifier(early_stopping=True, patience=3, **{**QUICK, "epochs": 200}).fit(X, NOISY)
    curve = model.validation_loss_curve_
    assert model.n_iter_ == len(curve) == len(model.loss_curve_) < 200
    assert min(curve) in curve[-4:]
    assert model.history_.restored_epoch == int(np.argmin(curve)) + 1


def test_without_early_stopping_all_rows_are_learned_from() -> None:
    model = gn.NetworkClassifier(early_stopping=False, **QUICK).fit(X, NOISY)
    assert model.validation_loss_curve_ is None
    assert model.history_.restored_epoch == 0


def test_a_validation_set_of_ones_own() -> None:
    model = gn.NetworkRegressor(**QUICK).fit(X[TRAIN], VALUES[TRAIN], X_val=X[TEST], y_val=VALUES[TEST])
    best = min(model.validation_loss_curve_)
    scaled = (model.predict(X[TEST]) - VALUES[TEST]) / model.target_.scale[0]
    assert np.mean(scaled**2) == pytest.approx(best, rel=1e-4)
    with pytest.raises(ValueError, match="a validation set needs both, X_val and y_val"):
        model.fit(X, VALUES, X_val=X)
    with pytest.raises(ValueError, match="X_val and y_val are for early stopping"):
        gn.NetworkRegressor(early_stopping=False).fit(X, VALUES, X_val=X, y_val=VALUES)


@pytest.mark.parametrize(
    "scorer",
    ["neg_mean_absolute_error", make_scorer(mean_absolute_error, greater_is_better=False),
     lambda model, X, y: -np.abs(model.predict(X) - y).mean()],
    ids=["by name", "an object", "a function"],
)  # fmt: skip
def test_the_best_epoch_by_any_scorer(scorer: Any) -> None:
    model = gn.NetworkRegressor(scorer=scorer, **QUICK)
    model.fit(X[TRAIN], VALUES[TRAIN], X_val=X[TEST], y_val=VALUES[TEST])
    scores = model.validation_scores_
    assert len(scores) == 32
    assert -np.abs(model.predict(X[TEST]) - VALUES[TEST]).mean() == pytest.approx(max(scores), rel=1e-6)


# ---- going on


def test_a_warm_start_goes_on() -> None:
    shared: dict[str, Any] = {**QUICK, "learning_rate": 0.01, "schedule": "constant", "early_stopping": False}
    whole = gn.NetworkRegressor(**{**shared, "epochs": 20}).fit(X, VALUES)
    halves = gn.NetworkRegressor(warm_start=True, **{**shared, "epochs": 10}).fit(X, VALUES).fit(X, VALUES)
    assert halves.n_iter_ == whole.n_iter_ == 20
    assert np.array_equal(halves.network_.parameters, whole.network_.parameters)
    assert halves.loss_curve_ == whole.loss_curve_
    with pytest.raises(ValueError, match="leave the layers as they were, or set warm_start=False"):
        halves.set_params(hidden=(5,)).fit(X, VALUES)
    with pytest.raises(ValueError, match="X has 2 features, but NetworkRegressor is expecting 3 features"):
        halves.fit(X[:, :2], VALUES)


def test_a_fit_that_goes_on_takes_up_new_penalties() -> None:
    model = gn.NetworkRegressor(warm_start=True, l2=0.0, dropout=0.1, **QUICK).fit(X, VALUES)
    model.set_params(l2=0.5, dropout=0.3).fit(X, VALUES)
    kinds = {type(layer).__name__: layer for layer in model.network_.layers}
    assert (kinds["Dense"].l2, kinds["Dropout"].rate) == (0.5, 0.3)
    with pytest.raises(ValueError, match="leave the layers as they were"):
        model.set_params(activation="tanh").fit(X, VALUES)


@pytest.mark.parametrize("preset", ["tabular", "tabular-strong", "small"])
def test_batches_go_on_from_what_a_preset_has_chosen(preset: str) -> None:
    model = gn.NetworkRegressor(preset, width=8, random_state=0).fit(X[:30], VALUES[:30])
    epochs = model.n_iter_
    assert model.partial_fit(X[:30], VALUES[:30]).partial_fit(X[30:], VALUES[30:]).n_iter_ == epochs + 2


def test_a_warm_start_knows_its_classes() -> None:
    model = gn.NetworkClassifier(warm_start=True, **QUICK).fit(X, CLASSES)
    model.fit(X[CLASSES != "low"], CLASSES[CLASSES != "low"])
    assert "low" in model.classes_
    with pytest.raises(ValueError, match=r"y holds the class 'other' in row 0, which is not among"):
        model.fit(X, np.where(CLASSES == "low", "other", "other"))


@pytest.mark.parametrize(
    ("preset", "rate", "least"), [("tabular", None, 0.8), ("small", None, 0.4), ("sklearn", 0.02, 0.8)]
)
def test_batches_one_after_the_other(preset: str, rate: float | None, least: float) -> None:
    classifier = gn.NetworkClassifier(preset, hidden=(16,), learning_rate=rate, random_state=0)
    regressor = gn.NetworkRegressor("tabular", hidden=(16,), random_state=0)
    for _ in range(25):
        for part in (slice(0, 80), slice(80, 240)):
            classifier.partial_fit(X[part], CLASSES[part], classes=np.unique(CLASSES))
            regressor.partial_fit(X[part], VALUES[part])
    assert classifier.n_iter_ == 50
    assert classifier.score(X, CLASSES) > least
    assert regressor.score(X, VALUES) > 0.9
    labels = gn.NetworkClassifier(preset, hidden=(4,)).partial_fit(X, LABELS).partial_fit(X, LABELS)
    assert labels.predict(X).shape == LABELS.shape
    with pytest.raises(ValueError, match="classes must be passed on the first call to partial_fit"):
        gn.NetworkClassifier(preset).partial_fit(X, CLASSES)


# ---- ensembles and randomness


@pytest.mark.parametrize("n_jobs", [2, -1])
def test_the_same_seed_gives_the_same_weights_for_any_number_of_threads(n_jobs: int) -> None:
    first, second = (
        gn.NetworkClassifier(ensemble=3, n_jobs=jobs, **QUICK).fit(X, CLASSES) for jobs in (1, n_jobs)
    )
    for one, other in zip(first.networks_, second.networks_, strict=True):
        assert np.array_equal(one.parameters, other.parameters)
    assert len({network.parameters.tobytes() for network in first.networks_}) == 3


def test_an_ensemble_averages_its_members() -> None:
    model = gn.NetworkRegressor(ensemble=3, **QUICK).fit(X, VALUES)
    target = model.target_
    features = model.preprocessing_.transform(X)
    each = [network.predict(features) * target.scale[0] + target.center[0] for network in model.networks_]
    np.testing.assert_allclose(model.predict(X), np.mean(each, axis=0)[:, 0], rtol=1e-5)
    assert model.network_ is model.networks_[0]


def test_a_fit_depends_on_its_seed_alone() -> None:
    once, again, other = (
        gn.NetworkClassifier(**{**QUICK, "random_state": seed}).fit(X, CLASSES) for seed in (3, 3, 4)
    )
    assert np.array_equal(once.network_.parameters, again.network_.parameters)
    assert not np.array_equal(once.network_.parameters, other.network_.parameters)


# ---- calibration and intervals


def test_a_temperature_makes_probabilities_mean_what_they_say() -> None:
    sure: dict[str, Any] = {**QUICK, "epochs": 60, "optimizer": gn.Adam(0.02), "loss": "scce"}
    held = {"X_val": X[TEST], "y_val": NOISY[TEST]}
    plain, calibrated = (
        gn.NetworkClassifier(calibrate=calibrate, scorer="neg_brier_score", **sure).fit(
            X[:60], NOISY[:60], **held
        )
        for calibrate in (False, True)
    )
    losses = [log_loss(NOISY[60:160], model.predict_proba(X[60:160])) for model in (plain, calibrated)]
    assert calibrated.temperature_ > 1.0 and plain.temperature_ is None
    assert losses[1] < losses[0]
    assert np.array_equal(plain.predict(X), calibrated.predict(X))
    labels = gn.NetworkClassifier(calibrate=True, **QUICK).fit(X, LABELS)
    assert 0.05 < labels.temperature_ < 20


@pytest.mark.parametrize("ensemble", [1, 2])
def test_intervals_cover_the_share_that_they_promise(ensemble: int) -> None:
    noisy = VALUES + 20 * RANDOM.normal(size=240)
    model = gn.NetworkRegressor(ensemble=ensemble, validation_share=0.3, **QUICK).fit(X[TRAIN], noisy[TRAIN])
    ends = model.predict_interval(X[TEST], coverage=0.8)
    inside = (ends[:, 0] <= noisy[TEST]) & (noisy[TEST] <= ends[:, 1])
    assert 0.65 < inside.mean() < 0.97
    several = gn.NetworkRegressor(**QUICK).fit(X, np.stack([noisy, -noisy], axis=1))
    assert several.predict_interval(X).shape == (240, 2, 2)
    with pytest.raises(ValueError, match="needs the misses of at least 199 rows"):
        model.predict_interval(X, coverage=0.995)
    with pytest.raises(ValueError, match="this model has those of 0"):
        gn.NetworkRegressor(early_stopping=False, **QUICK).fit(X, noisy).predict_interval(X)


def test_strong_predictions_stay_between_the_values_that_were_seen() -> None:
    model = gn.NetworkRegressor("tabular-strong", **QUICK).fit(X, VALUES)
    assert model.predict(100 * X).max() <= VALUES.max()


# ---- the rest


def test_callbacks_hear_of_every_epoch() -> None:
    heard: list[int] = []
    gn.NetworkClassifier(callbacks=[lambda session: heard.append(session.history.n_epochs)], **QUICK).fit(
        X, NOISY
    )
    assert heard == list(range(1, 33))


def test_ctrl_c_leaves_an_estimator_that_predicts() -> None:
    def press(session: Any) -> None:
        if session.history.n_epochs == 5:
            raise KeyboardInterrupt

    model = gn.NetworkClassifier(callbacks=[press], **QUICK)
    with pytest.raises(KeyboardInterrupt):
        model.fit(X, NOISY)
    assert model.n_iter_ == 5
    assert model.score(X, NOISY) > 0.5


def test_layers_are_as_they_were_asked_for() -> None:
    model = gn.NetworkClassifier(
        depth=2, width=5, activation=("tanh", "relu"), batch_norm=True, dropout=0.2, l1=0.01, l2=0.02,
        batch_size=79, epochs=2, dtype="float64", random_state=0,
    ).fit(X[:80], CLASSES[:80])  # fmt: skip
    kinds = [type(layer).__name__ for layer in model.network_.layers]
    assert kinds == ["Scale", *["Dense", "BatchNorm", "Activation", "Dropout"] * 2, "Dense"]
    assert [weights.shape for weights in model.coefs_] == [(3, 5), (5, 5), (5, 3)]
    assert [bias.shape for bias in model.intercepts_] == [(5,), (5,), (3,)]
    dense = model.network_.layers[1]
    assert (dense.l1, dense.l2, model.network_.dtype) == (0.01, 0.02, np.float64)
    without = gn.NetworkRegressor(hidden=(), epochs=2).fit(X, VALUES)
    assert [weights.shape for weights in without.coefs_] == [(3, 1)]


def test_columns_of_numbers_can_be_categories_that_are_embedded() -> None:
    table = np.column_stack([X[:, 0], RANDOM.integers(5, size=240)])
    labels = np.isin(table[:, 1], (1, 3)).astype(int)
    model = gn.NetworkClassifier(categorical=[1], categories="embedding", embedding_dimension=3, **QUICK)
    assert model.fit(table, labels).score(table, labels) > 0.95
    assert isinstance(model.network_.layers[0], gn.Embedding)


def test_before_fit_nothing_is_known() -> None:
    for model in (gn.NetworkClassifier(), gn.NetworkRegressor()):
        with pytest.raises(NotFittedError):
            model.predict(X)
        with pytest.raises(AttributeError, match="is not fitted yet"):
            str(model.history_)


def test_a_saved_model_predicts_the_same_without_scikit_learn(tmp_path: Any) -> None:
    model = gn.NetworkClassifier(calibrate=True, ensemble=2, **QUICK).fit(X, CLASSES)
    model.save(tmp_path / "model.safetensors")
    loaded = gn.tables.load(tmp_path / "model.safetensors")
    assert np.array_equal(loaded.predict_proba(X), model.predict_proba(X))
    assert loaded.predict(X).tolist() == model.predict(X).tolist()


# ---- pickles


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*.pickle")), ids=lambda path: path.stem)
def test_pickles_of_every_format_are_read(path: Path) -> None:
    kept = pickle.loads(path.read_bytes())
    model, X = kept["model"], kept["X"]
    answer = model.transform(X) if hasattr(model, "transform") else model.predict(X)
    if answer.dtype.kind == "f":
        np.testing.assert_allclose(answer, kept["answer"], rtol=1e-9)
    else:
        assert answer.tolist() == kept["answer"].tolist()
    model.set_params(warm_start=True).fit(X, kept["y"])
    assert model.n_iter_ == 8


def test_there_is_a_pickle_of_this_format() -> None:
    found = {path.stem for path in GOLDEN.glob("*.pickle")}
    assert {f"{name}_{FORMAT}" for name in ("classifier", "regressor", "transformer")} <= found


def test_a_pickle_of_another_format_is_refused() -> None:
    state = gn.NetworkClassifier().__getstate__() | {"_format": 99}
    with pytest.raises(
        gn.errors.ModelFileError, match=f"has format 99, and this version of glassnet reads {FORMAT}"
    ):
        gn.NetworkClassifier().__setstate__(state)


# ---- quantiles and distributions


def test_several_quantiles_at_once_do_not_cross() -> None:
    noisy = VALUES + 30 * np.abs(X[:, 0]) * RANDOM.normal(size=240)
    levels = (0.1, 0.5, 0.9)
    model = gn.NetworkRegressor(quantiles=levels, **{**QUICK, "epochs": 80}).fit(X, noisy)
    found = model.predict_quantiles(X)
    assert found.shape == (240, 3)
    assert (np.diff(found, axis=1) >= 0).all()
    below = (noisy[:, None] < found).mean(axis=0)
    np.testing.assert_allclose(below, levels, atol=0.1)
    assert np.array_equal(model.predict(X), found[:, 1])
    assert np.array_equal(model.predict_interval(X, coverage=0.8), found[:, [0, 2]])
    with pytest.raises(
        ValueError, match=r"this interval needs the quantile 0.05; the model knows 0.1, 0.5, 0.9"
    ):
        model.predict_interval(X, coverage=0.9)
    with pytest.raises(ValueError, match="this estimator learns no quantiles"):
        gn.NetworkRegressor(**QUICK).fit(X, VALUES).predict_quantiles(X)


def test_quantiles_of_several_values_stand_beside_each_other() -> None:
    several = np.stack([VALUES, -2 * VALUES + 7], axis=1) + 5 * RANDOM.normal(size=(240, 2))
    model = gn.NetworkRegressor(quantiles=(0.2, 0.8), **{**QUICK, "epochs": 80}).fit(X, several)
    found = model.predict_quantiles(X)
    assert found.shape == (240, 2, 2)
    for value in (0, 1):
        assert np.corrcoef(found[:, value, 0], several[:, value])[0, 1] > 0.95
        share = (several[:, value] < found[:, value, 1]).mean() - (
            several[:, value] < found[:, value, 0]
        ).mean()
        assert share == pytest.approx(0.6, abs=0.15)
    assert model.predict(X).shape == several.shape


def test_a_mean_and_a_variance_are_learned_and_the_mean_is_told() -> None:
    model = gn.NetworkRegressor(loss="gaussian_nll", **QUICK).fit(X[TRAIN], VALUES[TRAIN])
    assert model.score(X[TEST], VALUES[TEST]) > 0.8
    assert model.network_.plan().n_outputs == 2


def test_margins_decide_at_zero() -> None:
    model = gn.NetworkClassifier(loss="hinge", **QUICK).fit(X, NOISY)
    margins = model.network_.predict(model.preprocessing_.transform(X))[:, 0]
    assert np.array_equal(model.predict(X), (margins > 0).astype(int))
    np.testing.assert_allclose(model.decision_function(X), margins, rtol=1e-4, atol=1e-5)


# ---- what cannot be learned from


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (["a", None] * 30, "Input y contains NaN or None: it is missing in row 1"),
        (["a"] * 60, "y holds one class only"),
        (np.linspace(0, 1, 60), "Unknown label type: continuous"),
        (np.arange(120).reshape(60, 2) % 3, "several columns of y say which of several classes a row is of"),
        (["a", "b"] * 20, r"inconsistent numbers of samples: X has 60 rows, y has 40"),
        (None, "requires y to be passed, but the target y is None"),
    ],
)
def test_targets_that_are_no_classes(y: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        gn.NetworkClassifier(**QUICK).fit(X[:60], y)


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (["a", "b"] * 30, "could not convert string to float"),
        ([1.0, np.nan] * 30, "Input y contains NaN"),
        ([1.0, np.inf] * 30, "Input y contains infinity"),
        (np.ones(60), "the target has one value, 1, in all 60 rows"),
    ],
)
def test_targets_that_are_no_values(y: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        gn.NetworkRegressor(**QUICK).fit(X[:60], y)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"a": [1, 2]}, "X must be an array, a list of rows, a sparse matrix or a data frame"),
        (np.full((2, 1), np.inf), "Input X contains infinity"),
        (np.ones((2, 2, 2)), "Found array with dim 3"),
        (np.ones((1, 2)), r"Found array with 1 sample\(s\)"),
    ],
)
def test_tables_that_are_none(table: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        gn.NetworkClassifier(**QUICK).fit(table, [0, 1])
