"""L-BFGS trains as SciPy minimises by hand, and as scikit-learn trains its networks by it."""

from __future__ import annotations

import subprocess
import sys
import warnings
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import minimize
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier, MLPRegressor

import glassnet as gn
from glassnet.errors import ArgumentError, DivergenceError, EngineError, Interrupted, MissingDependencyError

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(60, 4))
Y = (np.sin(2 * X[:, :1]) + X[:, 1:2] * X[:, 2:3]) / 2
CLASSES = (X[:, 0] * X[:, 1] > 0).astype(int) + (X[:, 2] > 1)
ENGINES = ["numpy", "compiled", "torch"]
QUIET: dict[str, Any] = {"progress": False, "engine": "numpy"}


def network(*middle: Any, dtype: str = "float64", last: Any = None) -> gn.Network:
    layers = [gn.Dense(7, "tanh", l2=0.01), *middle, last or gn.Dense(1)]
    return gn.Network(layers, seed=3, dtype=dtype, input_shape=4)


def by_hand(net: gn.Network, loss: Any, x: Any, y: Any, iterations: int, **options: Any) -> Any:
    """SciPy over a copy of the network's parameters; the losses and parameters of its iterations."""
    copied, seen = net.copy(), []

    def value(point: NDArray[Any]) -> tuple[float, NDArray[Any]]:
        copied.parameters = point
        output = copied.forward(x)
        copied.backward(loss.gradient(y, output))
        return float(loss(y, output)) + copied.penalty(), copied.gradients.copy()

    def callback(intermediate_result: Any) -> None:
        seen.append((intermediate_result.fun, intermediate_result.x.copy()))

    start = net.parameters.copy()
    options = {"maxiter": iterations, "ftol": 0, "gtol": 0, "maxfun": 10**6, **options}
    minimize(value, start, jac=True, method="L-BFGS-B", options=options, callback=callback)
    return zip(*seen, strict=True)


# ---- referees


@pytest.mark.parametrize("memory", [1, 3, 10])
def test_iterates_are_those_of_scipy_by_hand(memory: int) -> None:
    net, kept = network(), []
    rule = gn.LBFGS(memory, 0, 0, max_line_search=7)
    losses, points = by_hand(net, gn.losses.get("mse"), X, Y, 25, maxcor=memory, maxls=7)
    callbacks = [lambda session: kept.append(session.network.parameters.copy())]
    history = net.fit(X, Y, loss="mse", optimizer=rule, epochs=25, callbacks=callbacks, **QUIET)
    assert history["epoch"] == list(range(1, 26))
    np.testing.assert_allclose(history["loss"], losses, rtol=1e-9)
    np.testing.assert_allclose(kept, points, rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(kept[:8], points[:8], rtol=1e-12, atol=1e-13)


def scikit_learns(net: gn.Network, model: Any, y: Any, iterations: int) -> Any:
    """A model of scikit-learn that goes on from the weights of a network, for so many iterations."""
    model.set_params(solver="lbfgs", warm_start=True, max_iter=1, tol=1e-12, max_fun=10**6)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(X, y)
        model.coefs_ = [layer.weights.copy() for layer in net.layers]
        model.intercepts_ = [layer.bias.copy() for layer in net.layers]
        return model.set_params(max_iter=iterations).fit(X, y)


@pytest.mark.parametrize("iterations", [1, 5, 20])
@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_a_regression_is_that_of_scikit_learn(activation: str, iterations: int) -> None:
    """Its loss is half of the mean squared error, and alpha / (2 n) penalises weights, as l2 / 2 does here."""
    penalty = 2 * 0.3 / len(X)
    layers = [gn.Dense(8, activation, l2=penalty), gn.Dense(1, l2=penalty)]
    net = gn.Network(layers, seed=1, dtype="float64", input_shape=4)
    model = MLPRegressor(hidden_layer_sizes=(8,), activation=activation, alpha=0.3, random_state=0)
    model = scikit_learns(net, model, Y[:, 0], iterations)
    history = net.fit(X, Y, loss="mse", optimizer=gn.LBFGS(10, 0, 0), epochs=iterations, **QUIET)
    assert history["loss"][-1] / 2 == pytest.approx(model.loss_, rel=1e-8)
    np.testing.assert_allclose(net.predict(X)[:, 0], model.predict(X), rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("iterations", [1, 10])
def test_a_classification_is_that_of_scikit_learn(iterations: int) -> None:
    net = network(last=gn.Dense(3, "softmax", l2=0.01))
    model = MLPClassifier(hidden_layer_sizes=(7,), activation="tanh", alpha=0.01 * len(X), random_state=0)
    model = scikit_learns(net, model, CLASSES, iterations)
    history = net.fit(X, CLASSES, loss="scce", optimizer=gn.LBFGS(10, 0, 0), epochs=iterations, **QUIET)
    assert history["loss"][-1] == pytest.approx(model.loss_, rel=1e-8)
    np.testing.assert_allclose(net.predict(X), model.predict_proba(X), rtol=1e-5, atol=1e-7)


def test_it_converges_to_the_least_squares() -> None:
    net = gn.Network([gn.Dense(1)], seed=0, dtype="float64", input_shape=4)
    history = net.fit(X, Y, loss="mse", optimizer=gn.LBFGS(decrease_tolerance=0), epochs=100, **QUIET)
    best = np.linalg.lstsq(np.column_stack([X, np.ones(len(X))]), Y, rcond=None)[0]
    np.testing.assert_allclose(net.parameters, best[:, 0], atol=1e-5)
    assert history.n_epochs < 20
    assert (
        history.stopped_by == "LBFGS: converged, no entry of the gradient is above gradient_tolerance=1e-05"
    )
    assert np.abs(net.gradients).max() <= 1e-5


# ---- engines and precision


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("engine", ["compiled", "torch"])
def test_every_engine_goes_the_same_way(engine: str, dtype: str) -> None:
    options: dict[str, Any] = {"loss": "scce", "optimizer": "lbfgs", "epochs": 12, "progress": False}
    options |= {"class_weight": {0: 1.0, 1: 2.0, 2: 0.5}, "sample_weight": np.linspace(0.5, 2, len(X))}
    ours, theirs = (network(gn.BatchNorm(), dtype=dtype, last=gn.Dense(3, "softmax")) for _ in range(2))
    expected = ours.fit(X, CLASSES, engine="numpy", **options)
    history = theirs.fit(X, CLASSES, engine=engine, **options)
    assert history.engine == engine
    np.testing.assert_allclose(history["loss"], expected["loss"], rtol=1e-8)
    np.testing.assert_allclose(theirs.parameters, ours.parameters, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(theirs.running_statistics, ours.running_statistics, rtol=1e-5, atol=1e-6)


def test_a_network_of_float32_is_trained_in_float64() -> None:
    """The line search of a loss in single precision ends after some epochs."""
    single, double = network(dtype="float32"), network(dtype="float64")
    double.parameters = single.parameters
    rule = gn.LBFGS(gradient_tolerance=1e-8, decrease_tolerance=0)
    X32, Y32 = X.astype(np.float32), Y.astype(np.float32)
    history = single.fit(X32, Y32, loss="mse", optimizer=rule, epochs=60, **QUIET)
    expected = double.fit(X32, Y32, loss="mse", optimizer=rule, epochs=60, **QUIET)
    assert history["loss"] == expected["loss"]
    np.testing.assert_array_equal(single.parameters, double.parameters.astype(np.float32))


# ---- what an epoch is


def test_the_loss_of_an_epoch_is_that_of_its_parameters() -> None:
    net, losses = network(), []
    callbacks = [lambda session: losses.append(session.network.evaluate(X, Y, metrics=[])["loss"])]
    history = net.fit(X, Y, loss="mse", optimizer="lbfgs", epochs=9, callbacks=callbacks, **QUIET)
    np.testing.assert_allclose(history["loss"], losses, rtol=1e-13)
    assert (np.diff(history["loss"]) < 0).all()
    assert "learning_rate" not in history
    assert net.state is not None and (net.state.step, net.state.epoch) == (9, 9)


def test_gradients_after_a_fit_are_those_of_its_last_point() -> None:
    net = network()
    net.fit(X, Y, loss="mse", optimizer="lbfgs", epochs=5, **QUIET)
    found = net.gradients.copy()
    net.backward(gn.losses.get("mse").gradient(Y, net.forward(X)))
    np.testing.assert_allclose(found, net.gradients, rtol=1e-10, atol=1e-14)


def test_running_statistics_move_once_an_epoch() -> None:
    net, expected = network(gn.BatchNorm()), network(gn.BatchNorm())
    points: list[NDArray[Any]] = []
    callbacks = [lambda session: points.append(session.network.parameters.copy())]
    net.fit(X, Y, loss="mse", optimizer="lbfgs", epochs=6, callbacks=callbacks, **QUIET)
    for point in points:
        expected.parameters = point
        expected.forward(X)
    np.testing.assert_allclose(net.running_statistics, expected.running_statistics, rtol=1e-12)


def test_validation_and_metrics_are_measured_each_epoch() -> None:
    net = network(last=gn.Dense(3, "softmax"))
    history = net.fit(
        X, CLASSES, loss="scce", optimizer="lbfgs", epochs=7, metrics=["accuracy"], validation_split=0.2, **QUIET
    )  # fmt: skip
    assert {len(values) for values in history.values()} == {7}
    assert {"accuracy", "validation_loss", "validation_accuracy"} <= set(history)


FROZEN: dict[str, float] = {"learning_rate_factor": 0, "bias_learning_rate_factor": 0}


def test_parameters_of_factor_0_stay_where_they_are() -> None:
    layers = [gn.Dense(5, "tanh", **FROZEN), gn.Dense(1)]  # type: ignore[arg-type]
    frozen = gn.Network(layers, seed=0, dtype="float64", input_shape=4)
    last = gn.Network([gn.Dense(1)], dtype="float64", input_shape=5)
    last.parameters = frozen.parameters[-6:]
    first, kept = frozen.layers[0], frozen.parameters[:-6].copy()
    hidden = np.tanh(X @ first.weights + first.bias)
    options: dict[str, Any] = {"loss": "mse", "optimizer": "lbfgs", "epochs": 8, **QUIET}
    ours, theirs = frozen.fit(X, Y, **options), last.fit(hidden, Y, **options)
    np.testing.assert_allclose(ours["loss"], theirs["loss"], rtol=1e-9)
    np.testing.assert_array_equal(frozen.parameters[:-6], kept)
    np.testing.assert_allclose(frozen.parameters[-6:], last.parameters, rtol=1e-6)


# ---- how a fit ends


def test_a_small_decrease_ends_it_and_is_named() -> None:
    net = network()
    history = net.fit(X, Y, loss="mse", optimizer=gn.LBFGS(decrease_tolerance=1e-3), epochs=500, **QUIET)
    assert history.stopped_by == (
        "LBFGS: converged, the loss falls by no more than decrease_tolerance=0.001 of it"
    )
    falls = -np.diff(history["loss"])
    assert falls[-1] <= 1e-3 < falls[:-1].min()


def test_a_converged_network_takes_no_more_epochs() -> None:
    net = gn.Network([gn.Dense(1)], seed=0, dtype="float64", input_shape=4)
    net.fit(X, Y, loss="mse", optimizer="lbfgs", epochs=100, **QUIET)
    kept = net.parameters.copy()
    history = net.fit(X, Y, loss="mse", optimizer=gn.LBFGS(gradient_tolerance=1e-3), epochs=5, **QUIET)
    assert history.n_epochs == 0 and "converged" in history.stopped_by
    np.testing.assert_array_equal(net.parameters, kept)


def test_all_epochs_are_no_early_end() -> None:
    assert network().fit(X, Y, loss="mse", optimizer="lbfgs", epochs=3, **QUIET).stopped_by == ""
    assert network().fit(X, Y, loss="mse", optimizer="lbfgs", epochs=0, **QUIET).n_epochs == 0


def test_a_line_search_without_a_lower_loss_is_named() -> None:
    def jumps(y: Any, p: Any) -> Any:
        return (p - y) ** 2

    def wrong_slope(y: Any, p: Any) -> Any:
        return -2 * (p - y)

    net = network()
    kept = net.parameters.copy()
    history = net.fit(
        X, Y, loss=gn.losses.Function(jumps, wrong_slope), optimizer="lbfgs", epochs=50, **QUIET
    )
    assert history.n_epochs == 0
    assert history.stopped_by.startswith(
        "LBFGS: the line search found no lower loss with max_line_search=20, and"
    )
    np.testing.assert_array_equal(net.parameters, kept)


def test_early_stopping_puts_back_its_best() -> None:
    net = network()
    stopping = gn.callbacks.EarlyStopping("loss", patience=1, minimum_change=0.01)
    history = net.fit(X, Y, loss="mse", optimizer="lbfgs", epochs=300, callbacks=[stopping], **QUIET)
    assert history.stopped_by.startswith("EarlyStopping") and history.n_epochs < 300
    loss = net.evaluate(X, Y, loss="mse", metrics=[])["loss"]
    assert loss == pytest.approx(history["loss"][stopping.best_epoch - 1], rel=1e-12)


def test_an_interrupt_waits_for_the_end_of_the_epoch() -> None:
    import signal

    net = network()
    callbacks = [lambda session: signal.raise_signal(signal.SIGINT) if session.state.epoch == 4 else None]
    with pytest.raises(Interrupted) as caught:
        net.fit(X, Y, loss="mse", optimizer="lbfgs", epochs=100, callbacks=callbacks, **QUIET)
    assert caught.value.history is not None and caught.value.history.n_epochs == 4
    loss = net.evaluate(X, Y, loss="mse", metrics=[])["loss"]
    assert loss == pytest.approx(caught.value.history["loss"][-1], rel=1e-12)


def test_a_loss_that_is_not_finite_leaves_the_last_good_parameters() -> None:
    net = gn.Network([gn.Dense(4), gn.Dense(1)], seed=0, dtype="float64", input_shape=4)
    net.parameters = 1e100 * np.ones_like(net.parameters)
    kept = net.parameters.copy()
    with pytest.raises(
        DivergenceError,
        match="the loss was inf; .* layer 1, .* Try scaled inputs, smaller first weights, or an",
    ) as caught:
        net.fit(X, Y, loss="mse", optimizer="lbfgs", epochs=5, **QUIET)
    assert "learning rate" not in str(caught.value)
    np.testing.assert_array_equal(net.parameters, kept)


def test_a_second_fit_goes_on_with_an_empty_memory(tmp_path: Path) -> None:
    resumed, whole = network(), network()
    resumed.fit(X, Y, loss="mse", optimizer="lbfgs", epochs=5, **QUIET)
    resumed.save(tmp_path / "model.safetensors")
    resumed = gn.load(tmp_path / "model.safetensors")
    losses, points = by_hand(resumed, gn.losses.get("mse"), X, Y, 5)
    history = resumed.fit(X, Y, loss="mse", optimizer="lbfgs", epochs=5, **QUIET)
    assert history["epoch"] == [6, 7, 8, 9, 10]
    np.testing.assert_allclose(history["loss"], losses, rtol=1e-10)
    np.testing.assert_allclose(resumed.parameters, points[-1], rtol=1e-9, atol=1e-11)
    whole.fit(X, Y, loss="mse", optimizer="lbfgs", epochs=10, **QUIET)
    assert not np.array_equal(resumed.parameters, whole.parameters)


def test_a_log_of_it_has_no_learning_rates(tmp_path: Path) -> None:
    net, log = network(), gn.callbacks.CSVLog(tmp_path / "log.csv")
    for _ in range(2):
        net.fit(X, Y, loss="mse", optimizer="lbfgs", epochs=2, callbacks=[log], **QUIET)
    rows = (tmp_path / "log.csv").read_text().splitlines()
    assert rows[0] == "epoch,loss,seconds" and [row[0] for row in rows[1:]] == list("1234")
    with pytest.raises(ArgumentError, match="not a log of this training"):
        net.fit(X, Y, loss="mse", optimizer="adam", epochs=2, callbacks=[log], **QUIET)


# ---- what is refused, by name, with the network as it was


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"learning_rate": 0.1}, "LBFGS takes no learning_rate: its line search finds the length of every step"),
        ({"learning_rate": 0}, "LBFGS takes no learning_rate"),
        ({"learning_rate": gn.schedules.ExponentialDecay(0.1, 0.9)}, "LBFGS takes no learning_rate"),
        ({"weight_decay": 0.1}, "LBFGS takes no weight_decay: give the layers l2"),
        ({"clip_norm": 1.0}, "LBFGS takes no clip_norm"),
        ({"clip_value": 1.0}, "LBFGS takes no clip_value"),
        ({"memory": 0}, "memory of LBFGS must be an integer >= 1; got 0"),
        ({"max_line_search": 0}, "max_line_search of LBFGS must be an integer >= 1; got 0"),
        ({"gradient_tolerance": -1e-9}, "gradient_tolerance of LBFGS must be a finite number"),
        ({"decrease_tolerance": -1e-9}, "decrease_tolerance of LBFGS must be a finite number"),
    ],
)  # fmt: skip
def test_arguments_that_it_does_not_take(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        gn.LBFGS(**arguments)


REFUSED = [
    (network(), (X, Y), {"batch_size": 59}, "looks at all samples in every step; leave out batch_size=59"),
    (network(), ([(X, Y)], None), {}, "takes X and y as arrays in memory, and no iterable of batches"),
    (network(gn.Dropout(0.1)), (X, Y), {}, "Dropout makes another of every look at it"),
    (network(last=gn.Dense(1, l1=0.01)), (X, Y), {}, "l1 has its kink there; use l2"),
    (network(last=gn.Dense(1, bias_l1=0.01)), (X, Y), {}, "l1 has its kink there; use l2"),
    (network(last=gn.Dense(1, learning_rate_factor=0.5)), (X, Y), {}, "has no rates to multiply, .* got 0.5"),
    (
        gn.Network([gn.Dense(1, **FROZEN)], input_shape=4), (X, Y), {},
        "keeps all parameters as they are: nothing is left to LBFGS",
    ),
    (
        network(), (X, Y), {"callbacks": [gn.callbacks.ReduceOnPlateau("loss")]},
        r"ReduceOnPlateau lowers a learning rate, and LBFGS\(\) has none",
    ),
    (
        network(), (X, Y), {"callbacks": [gn.callbacks.ScheduleLearningRate(0.1)]},
        "LBFGS takes no learning_rate",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("net", "data", "options", "message"), REFUSED, ids=lambda value: str(value)[:20])
def test_what_a_line_search_cannot_go_along(
    net: gn.Network, data: tuple[Any, Any], options: dict[str, Any], message: str
) -> None:
    kept = net.parameters.copy()
    with pytest.raises(ArgumentError, match=message):
        net.fit(*data, loss="mse", optimizer="lbfgs", epochs=1, **options, **QUIET)
    np.testing.assert_array_equal(net.parameters, kept)
    assert net.state is None


def test_a_batch_of_all_samples_is_no_mini_batch() -> None:
    for size in (60, 1000):
        assert network().fit(
            X, Y, loss="mse", optimizer="lbfgs", epochs=1, batch_size=size, **QUIET
        ).n_epochs == 1  # fmt: skip


def test_mixed_precision_is_refused() -> None:
    with pytest.raises(EngineError, match="mixed_precision computes in bfloat16"):
        network(dtype="float32").fit(
            X,
            Y,
            loss="mse",
            optimizer="lbfgs",
            epochs=1,
            engine="torch",
            mixed_precision=True,
            progress=False,
        )


def test_a_step_that_is_refused_leaves_the_state_of_training() -> None:
    net = network()
    net.fit(X, Y, loss="mse", optimizer=gn.Adam(0.01), epochs=2, **QUIET)
    with pytest.raises(ArgumentError, match="LBFGS takes no single steps"):
        net.step("lbfgs")
    assert net.state is not None and net.state.step == 2 and net.state.optimizer == gn.Adam(0.01)


def test_single_steps_are_refused() -> None:
    net = network()
    history = net.fit(X, Y, loss="mse", optimizer="lbfgs", epochs=2, **QUIET)
    for attempt in (
        lambda: net.step("lbfgs"),
        lambda: gn.LBFGS().step(net),
        lambda: gn.trace(net, X[:2], Y[:2], loss="mse", optimizer="lbfgs"),
    ):
        with pytest.raises(ArgumentError, match="LBFGS takes no single steps from a gradient"):
            attempt()
    for attempt in (
        lambda: gn.replay(history, X, Y, step=0),
        lambda: gn.TrainingSetup(net, X, Y, loss="mse", optimizer="lbfgs"),
    ):
        with pytest.raises(ArgumentError, match=r"LBFGS\(\) does not train by single steps"):
            attempt()


def test_pytorchs_own_differs_and_is_not_written() -> None:
    with pytest.raises(ArgumentError, match="LBFGS"):
        gn.to_torch_source(network(), loss="mse", optimizer="lbfgs")


def test_without_scipy_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "scipy.optimize", None)
    with pytest.raises(MissingDependencyError, match=r"optimizer=LBFGS needs scipy, .* 'glassnet\[lbfgs\]'"):
        network().fit(X, Y, loss="mse", optimizer="lbfgs", epochs=1, **QUIET)


def test_scipy_is_loaded_only_when_it_is_asked_for() -> None:
    code = (
        "import sys, numpy as np, glassnet as gn\n"
        "gn.LBFGS(), gn.optimizers.get('lbfgs')\n"
        "gn.Network([gn.Dense(1)]).fit(np.eye(3), np.eye(3)[:, :1], loss='mse', optimizer='adam', epochs=1, "
        "engine='numpy', progress=False)\n"
        "print('scipy' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


# ---- the rooms around


def test_a_sweep_trains_by_it_and_refuses_its_rate() -> None:
    result = gn.sweep(
        lambda units, seed: gn.Network([gn.Dense(units, "tanh"), gn.Dense(1)], seed=seed), {"units": [2, 3]}, X, Y,
        loss="mse", optimizer="lbfgs", epochs=3, engine="numpy", progress=False, jobs=1, seeds=[0],
    )  # fmt: skip
    assert len(result.runs) == 2
    refused = gn.sweep(
        lambda units, seed: gn.Network([gn.Dense(units)], seed=seed), {"learning_rate": [0.1], "units": [1]}, X, Y,
        loss="mse", optimizer="lbfgs", epochs=3, engine="numpy", progress=False, jobs=1, seeds=[0],
    )  # fmt: skip
    assert "LBFGS takes no learning_rate" in refused.rows[0]["error"]


def test_a_diagnosis_repeats_no_training_by_it_and_says_so() -> None:
    net = network()
    history = net.fit(X, Y, loss="mse", optimizer="lbfgs", epochs=30, **QUIET)
    report = gn.diagnose(net, X, Y, loss="mse", history=history)
    assert not any("learning_rate" in finding.code for finding in report.findings)
    assert "learning rate" not in str(report)


def test_a_recipe_takes_all_samples_at_once() -> None:
    recipe = gn.recipes.choose(gn.recipes.read("iris"), optimizer="lbfgs")
    assert recipe.batch_size is None and recipe.learning_rate is None
    experiment = gn.recipes.prepare("iris", recipe)
    history = experiment.fit(epochs=20, engine="numpy")
    assert history["accuracy"][-1] > 0.95


@pytest.mark.parametrize("scale", [1e10, 1e30])
def test_gradients_beyond_float32_are_infinite_without_a_warning(scale: float) -> None:
    """The search is in float64; warnings are errors here."""
    X = np.random.default_rng(0).normal(size=(20, 2)).astype(np.float32) * np.float32(scale)
    net = gn.Network([gn.Dense(1)], seed=0)
    history = net.fit(X, X[:, 0] / np.float32(scale), loss="mse", optimizer="lbfgs", epochs=3, progress=False)
    assert np.isfinite(history["loss"]).all() and np.isfinite(net.parameters).all()


def test_parameters_beyond_float32_end_the_training_with_the_layer(monkeypatch: pytest.MonkeyPatch) -> None:
    """The search, in float64, may come to numbers that the network cannot hold."""

    def search(look: Any, start: NDArray[Any], *, callback: Any, **options: Any) -> None:
        far = np.full_like(start, 1e39)
        look(far)
        callback(intermediate_result=SimpleNamespace(x=far))

    monkeypatch.setattr("scipy.optimize.minimize", search)
    net = gn.Network([gn.Dense(1)], seed=0, input_shape=1)
    before = net.parameters.copy()
    with pytest.raises(
        DivergenceError, match="first concerned is layer 0, whose weights no float32 can hold"
    ):
        net.fit([[1.0], [2.0]], [1.0, 2.0], loss="mse", optimizer="lbfgs", epochs=2, progress=False)
    np.testing.assert_array_equal(net.parameters, before)
