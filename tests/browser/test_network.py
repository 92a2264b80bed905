"""Networks in the browser: trace, facts, state, frozen parameters, divergence, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import glassnet as gn
from glassnet.browser import spec_of
from glassnet.errors import DivergenceError
from glassnet.insight.diagnosis.measure import Pass
from glassnet.insight.diagnosis.targets import Targets
from glassnet.insight.trace.record import record
from glassnet.network.network import Network
from tests.browser.engine import call, plain
from tests.engines.conformance import SCHEDULES
from tests.gradients.table import LOSSES, label, output_activation, targets
from tests.gradients.table import samples as samples_of

Array = NDArray[Any]
BEGIN = "const network = glassnet.create(data.spec, data.state);"


def samples(n: int = 12, k: int = 3) -> tuple[Array, Array]:
    """Numbers, in whose second column stand integers, and classes."""
    X = np.random.default_rng(5).normal(size=(n, k))
    X[:, 1] = np.arange(n) // 2 % 3
    return X, np.arange(n) % 3


def network(*layers: Any, dtype: str = "float64", inputs: int = 3) -> Network:
    return gn.Network(list(layers), seed=4, dtype=dtype, input_shape=inputs)


def described(net: Network, **more: Any) -> dict[str, Any]:
    X, y = samples()
    return {"X": X, "y": y, **spec_of(net, **more)}


STACKS = {
    "columns": [
        gn.Embedding({1: 3}, 2), gn.PReLU(shared=True), gn.Residual([gn.Scale(), gn.Activation("sigmoid")]),
        gn.Dense(3, "softmax", use_bias=False),
    ],
    "dense": [gn.Dense(5, "relu", l2=0.01, l1=0.001), gn.Dense(4, "tanh", bias_l2=0.1), gn.Dense(3, "softmax")],
    "dropout": [gn.Dense(5, "relu"), gn.Dropout(0.4), gn.Dense(3, "softmax")],
    "normalised": [
        gn.Dense(5, use_bias=False), gn.BatchNorm(), gn.Activation("relu"), gn.LayerNorm(), gn.RMSNorm(), gn.PReLU(),
        gn.Scale(), gn.Dense(3, "softmax"),
    ],
    "residual": [gn.Dense(5, "tanh"), gn.Residual([gn.Dense(5, "relu"), gn.Dense(5)]), gn.Dense(3, "softmax")],
}  # fmt: skip


@pytest.mark.parametrize("stack", STACKS)
@pytest.mark.parametrize("optimizer", [gn.SGD(0.1, momentum=0.9), gn.AdamW(0.01, clip_norm=0.05)], ids=repr)
def test_the_trace_of_a_step_holds_every_array_of_pythons_record(stack: str, optimizer: Any) -> None:
    net, loss = network(*STACKS[stack]), "sparse_categorical_cross_entropy"
    X, y = samples()
    net.fit(X, y, loss=loss, optimizer=optimizer, epochs=2, progress=False, engine="numpy")
    theirs = record(net, X, y, loss, optimizer)
    found = call(f"{BEGIN} return network.trace(data.X, data.y);", described(net))
    assert found["loss"] == pytest.approx(theirs.value + theirs.penalty, rel=1e-13)
    assert found["fused"] == theirs.fused
    np.testing.assert_allclose(found["y"]["values"], theirs.y.ravel())
    np.testing.assert_allclose(found["d_output"]["values"], theirs.d_output.ravel(), atol=1e-14)
    assert len(found["rows"]) == len(theirs.rows)
    for ours, row in zip(found["rows"], theirs.rows, strict=True):
        assert ours["layer"] == row.row.layer
        for name in (
            "inputs",
            "z",
            "a",
            "d_a",
            "d_z",
            "d_inputs",
            "weights",
            "bias",
            "d_weights",
            "d_bias",
            "mask",
        ):
            expected = getattr(row, name)
            if expected is None:
                assert ours[name] is None, (row.row.kind, name)
                continue
            values = np.array(ours[name]["values"])
            np.testing.assert_allclose(values, expected.ravel(), atol=1e-13, err_msg=f"{row.row.kind} {name}")
            if name not in ("weights", "d_weights") or row.row.kind == "dense":
                assert tuple(ours[name]["shape"]) == expected.shape
    for name, expected in (
        ("before", theirs.update.before), ("gradient", theirs.update.gradient), ("clipped", theirs.update.clipped),
        ("after", theirs.update.after),
    ):  # fmt: skip
        told = np.concatenate([part[name] for part in found["parameters"]])
        np.testing.assert_allclose(told, expected, atol=1e-13)
    for k, expected in enumerate(theirs.update.states_after):
        told = np.concatenate([part["states"][k]["after"] for part in found["parameters"]])
        np.testing.assert_allclose(told, expected, atol=1e-13)
    assert found["step"] == theirs.update.step and found["learning_rate"] == theirs.update.learning_rate


def test_a_trace_changes_nothing_and_the_next_step_does_what_it_said() -> None:
    found = call(
        f"""
        {BEGIN}
        const training = network.training(data.X, data.y, {{ batch_size: 5 }});
        const said = [], done = [], kept = [];
        for (let k = 0; k < 5; k++) {{
          const before = network.document(), trace = training.trace();
          kept.push(JSON.stringify(before) === JSON.stringify(network.document()));
          const step = training.step();
          said.push([trace.loss, trace.batch, trace.parameters.flatMap((part) => Array.from(part.after))]);
          done.push([step.loss, Array.from(step.rows), Array.from(network.vector)]);
        }}
        return {{ said, done, kept }};
        """,
        described(network(*STACKS["dropout"]), loss="scce"),
    )
    assert found["said"] == found["done"]
    assert found["kept"] == [True] * 5


@pytest.mark.parametrize("stack", ["dense", "dropout", "normalised", "saturated", "dead", "twins"])
def test_facts_are_those_that_diagnosis_measures(stack: str) -> None:
    stacks = STACKS | {
        "saturated": [gn.Dense(6, "tanh", initializer=gn.initializers.Normal(9.0)), gn.Dense(3, "softmax")],
        "dead": [
            gn.Dense(6, "relu", bias_initializer=gn.initializers.Constant(-2.0)),
            gn.Dense(3, "softmax"),
        ],
        "twins": [gn.Dense(4, "tanh", initializer=gn.initializers.Constant(0.3)), gn.Dense(3, "softmax")],
    }
    net, loss = network(*stacks[stack], dtype="float32"), gn.losses.get("scce")
    X, y = samples()
    theirs = Pass(net, net.parameters, net.running_statistics, X, Targets(loss, y[:, None].astype(float), 3))
    found = call(f"{BEGIN} return glassnet.facts(network, data.X, data.y);", described(net, loss=loss))
    for name in ("loss", "value", "gradient_norm", "size"):
        assert found[name] == pytest.approx(getattr(theirs, name), rel=1e-10), name
    assert found["finite"] is True
    assert len(found["blocks"]) == len(theirs.blocks)
    for ours, block in zip(found["blocks"], theirs.blocks, strict=True):
        assert ours["dead"] == block.dead.tolist()
        assert ours["flat_by_unit"] == pytest.approx(block.flat_by_unit.tolist())
        for name in ("gradient_norm", "error_norm", "gain", "flat"):
            assert ours[name] == pytest.approx(getattr(block, name), rel=1e-9, abs=1e-15), name
        output = block.output - block.output.mean(axis=0)
        assert ours["spread"] == pytest.approx(float(np.sqrt(np.square(output).mean())), rel=1e-9)
    assert found["blocks"][0]["twins"] == (
        [[i, j] for i in range(4) for j in range(i + 1, 4)] if stack == "twins" else []
    )
    if stack == "dead":
        assert any(found["blocks"][0]["dead"])
    if stack == "saturated":
        assert found["blocks"][0]["flat"] > 0.5


@pytest.mark.parametrize("loss", LOSSES, ids=label)
def test_what_a_constant_prediction_costs_and_how_well_outputs_fit_is_what_diagnosis_finds(loss: Any) -> None:
    if isinstance(loss, gn.losses.Function):
        loss = replace(loss, title="own_loss")
    random, k = np.random.default_rng(6), loss.least_outputs + 1
    X, y = samples_of(loss, random, 30, 3), targets(loss, random, 30, k)
    n_outputs = k * loss.outputs_per_target
    net = network(gn.Dense(4, "tanh"), gn.Dense(n_outputs, output_activation(loss)))
    rows = X.reshape(-1, 3)
    asked = Targets(loss, net.targets(y, loss, len(rows)), n_outputs)
    theirs = Pass(net, net.parameters, net.running_statistics, rows, asked)
    found = call(
        f"{BEGIN} return glassnet.facts(network, data.X, data.y);",
        {"X": X.reshape(30, -1), "y": y, **spec_of(net, loss=loss)},
        [loss] if isinstance(loss, gn.losses.Function) else [],
    )  # fmt: skip
    assert found["kind"] == theirs.targets.kind
    assert found["value"] == pytest.approx(theirs.value, rel=1e-10)
    if found["kind"] == "labels":
        assert found["score"] is None
        return
    expected = {
        "chance": theirs.targets.chance, "floor": theirs.targets.floor, "progress": theirs.progress,
        "score": theirs.score,
    }  # fmt: skip
    assert {name: found[name] for name in expected} == pytest.approx(expected, rel=1e-9, abs=1e-9)


def test_a_state_put_back_gives_the_same_steps_again() -> None:
    found = call(
        f"""
        {BEGIN}
        const training = network.training(data.X, data.y, {{ batch_size: 5 }});
        training.epoch(), training.step();
        const state = training.state(), first = [1, 2, 3, 4, 5].map(() => training.step().loss);
        training.restore(state);
        const again = [1, 2, 3, 4, 5].map(() => training.step().loss);
        const copied = glassnet.create(data.spec);
        const other = copied.training(data.X, data.y, {{ batch_size: 5 }});
        other.restore(state);
        return {{ first, again, copied: [1, 2, 3, 4, 5].map(() => other.step().loss) }};
        """,
        described(network(*STACKS["dropout"]), loss="scce", optimizer=gn.Adam(0.01)),
    )
    assert found["first"] == found["again"] == found["copied"]


def test_training_goes_on_in_the_browser_where_python_left_it_and_back() -> None:
    X, y = samples()
    options: dict[str, Any] = {
        "loss": "scce", "optimizer": gn.Adam(0.01), "batch_size": 5, "progress": False, "engine": "numpy",
    }  # fmt: skip
    net, whole = network(*STACKS["dropout"]), network(*STACKS["dropout"])
    net.fit(X, y, epochs=3, **options)
    whole.fit(X, y, epochs=9, **options)
    found = call(
        f"{BEGIN} network.fit(data.X, data.y, {{ epochs: 3, batch_size: 5 }}); return network.document();",
        described(net),
    )
    from glassnet.browser import network_of

    back = network_of(found)
    assert back == net and back.state is not None and back.state.epoch == 6
    back.fit(X, y, epochs=3, **options)
    np.testing.assert_allclose(back.parameters, whole.parameters, rtol=0, atol=1e-14)


def test_a_frozen_entry_stays_and_the_others_move() -> None:
    net = network(gn.Dense(4, "tanh"), gn.Dense(3, "softmax"))
    found = call(
        f"""
        {BEGIN}
        network.frozen(0, "weights", 4), network.frozen(1, "bias", 0);
        const before = network.vector.slice();
        network.fit(data.X, data.y, {{ epochs: 2 }});
        const moved = network.vector.map((value, k) => (value === before[k] ? 0 : 1));
        network.frozen(0, "weights", 4, false);
        network.fit(data.X, data.y, {{ epochs: 1 }});
        return {{ moved, released: network.vector[4] !== before[4], place: network.place(1, "bias", 0) }};
        """,
        described(net, loss="scce", optimizer=gn.Adam(weight_decay=0.1)),
    )
    still = [k for k, moved in enumerate(found["moved"]) if not moved]
    assert still == [4, found["place"]]
    assert found["released"]


def test_a_loss_that_is_not_finite_ends_training_as_in_python() -> None:
    """The same epoch, the same batch, the same layer, and the same last good parameters."""
    X, values = np.random.default_rng(5).normal(size=(12, 3)), 1e3 * (np.arange(12.0) % 3)[:, None]
    net = network(gn.Dense(4, "relu"), gn.Dense(1))
    data = described(net, loss="mse", optimizer=gn.SGD(0.5)) | {"X": X, "y": values.ravel()}
    with pytest.raises(DivergenceError) as theirs:
        net.fit(
            X,
            values,
            loss="mse",
            optimizer=gn.SGD(0.5),
            epochs=90,
            batch_size=5,
            progress=False,
            engine="numpy",
        )
    found = call(
        f"""
        {BEGIN}
        try {{ network.fit(data.X, data.y, {{ epochs: 90, batch_size: 5 }}); }}
        catch (error) {{
          const {{ name, message, epoch, batch, layer }} = error;
          return {{ name, message, epoch, batch, layer, step: network.step_count, vector: network.vector,
            done: network.epoch_count }};
        }}
        """,
        data,
    )
    assert found["name"] == "DivergenceError"
    assert f"in epoch {found['epoch']}, batch {found['batch']} of 3, the loss was" in str(theirs.value)
    where = str(theirs.value).partition("first concerned is ")[2].partition(", Dense")[0]
    assert (
        where == f"the loss behind layer {found['layer']}"
        and f"first concerned is {where}" in found["message"]
    )
    assert "Try a smaller learning rate (it is 0.5)" in found["message"]
    assert net.state is not None
    assert (found["step"], found["done"]) == (net.state.step, net.state.epoch)
    np.testing.assert_allclose(found["vector"], net.parameters, rtol=1e-9)


def test_a_gradient_agrees_with_a_central_difference() -> None:
    found = call(
        f"""
        {BEGIN}
        return network.parameters.flatMap(({{ layer, name, values }}) =>
          Array.from(values, (_, k) => network.gradient_check(data.X, data.y, layer, name, k)));
        """,
        described(network(*STACKS["dense"]), loss="scce"),
    )
    for entry in found:
        assert entry["analytic"] == pytest.approx(entry["numeric"], rel=1e-6, abs=1e-9)


def test_predictions_losses_and_classes_are_pythons() -> None:
    X, y = samples()
    net = network(*STACKS["normalised"])
    net.fit(X, y, loss="scce", epochs=3, batch_size=4, progress=False)
    found = call(
        f"""
        {BEGIN}
        return {{
          output: network.predict(data.X), layers: network.activations(data.X), classes: network.classes(data.X),
          scores: network.evaluate(data.X, data.y),
          weighted: network.loss(data.X, data.y, {{ sample_weight: data.X.map((row) => Math.abs(row[0])) }}),
        }};
        """,
        described(net),
    )
    np.testing.assert_allclose(found["output"]["values"], net.predict(X).ravel(), atol=1e-14)
    assert found["classes"] == net.predict_classes(X).tolist()
    scores = net.evaluate(X, y)
    assert found["scores"] == pytest.approx(scores, rel=1e-12)
    expected = net.evaluate(X, y, sample_weight=np.abs(X[:, 0]))["loss"]
    assert found["weighted"] == pytest.approx(expected, rel=1e-12)
    assert [layer["shape"] for layer in found["layers"]] == [
        [12, *shape] for shape in net.layout.output_shapes
    ]
    np.testing.assert_allclose(found["layers"][-1]["values"], net.predict(X).ravel(), atol=1e-14)


REFUSED = {
    "{}": "layers must be a list of at least one layer; got undefined",
    "{ layers: [{ name: 'conv' }], input_shape: 2 }": 'unknown layer "conv"; the browser engine knows activation, ',
    "{ layers: [{ name: 'dense' }], input_shape: 2 }": "layer dense needs units",
    "{ layers: [{ name: 'dense', units: 0 }], input_shape: 2 }": "units of dense must be an integer >= 1; got 0",
    "{ layers: [{ name: 'dense', units: 2, unit: 1 }], input_shape: 2 }":
        "layer dense has no field unit; its fields are units",
    "{ layers: [{ name: 'dense', units: 2, activation: 'rel' }], input_shape: 2 }": 'unknown activation "rel"',
    "{ layers: [{ name: 'dense', units: 2 }], input_shape: [2, 2] }": "Put flatten before it",
    "{ layers: [{ name: 'flatten' }], input_shape: 2 }": "a network needs a layer that computes something",
    "{ layers: [{ name: 'dense', units: 1, activation: 'softmax' }], input_shape: 2 }": "a softmax over one unit",
    "{ layers: [{ name: 'dropout', rate: 1 }], input_shape: 2 }":
        "rate of dropout must be a finite number >= 0 and < 1; got 1",
    "{ layers: [{ name: 'dense', units: 1 }], input_shape: 2, optimizer: 'lbfgs' }": "its line search is SciPy's",
    "{ layers: [{ name: 'dense', units: 1 }], input_shape: 2, optimizer: { name: 'sgd', learning_rate: -1 } }":
        "learning_rate of sgd must be a finite number >= 0; got -1",
    "{ layers: [{ name: 'dense', units: 1 }], input_shape: 2, optimizer: { name: 'sgd', nesterov: true } }":
        "nesterov of sgd needs a momentum > 0",
    "{ layers: [{ name: 'dense', units: 1 }], input_shape: 2, dtype: 'float16' }":
        'dtype must be "float32" or "float64"',
    "{ layers: [{ name: 'dense', units: 1 }], input_shape: 2, colour: 1 }": "a network has no colour; it has layers, ",
    "{ layers: [{ name: 'dense', units: 1 }], input_shape: 2, loss: 'cce' }":
        "needs at least 2 outputs; the network has 1",
    "{ layers: [{ name: 'residual', layers: [{ name: 'dense', units: 1 }] }], input_shape: 2 }":
        "adds its input to what its layers give",
}  # fmt: skip


@pytest.mark.parametrize("spec", REFUSED)
def test_a_description_that_means_no_network_is_refused_with_the_reason(spec: str) -> None:
    message = call(
        f"try {{ glassnet.create({spec}); }} catch (error) {{ return [error.name, error.message]; }}"
    )
    assert message is not None and message[0] == "GlassnetError"
    assert REFUSED[spec] in message[1]


SEVERAL = {
    "{ name: 'quantiles', levels: [0.5, 0.1] }": "levels of quantiles must increase; got [0.5,0.1]",
    "{ name: 'quantiles', levels: [0, 0.1] }": "each of the levels of quantiles must be a finite number > 0 and < 1",
    "{ name: 'quantiles', levels: [] }": "levels of quantiles must increase; got []",
    "{ name: 'gaussian_nll', least_variance: 0 }": "least_variance of gaussian_nll must be a finite number > 0; got 0",
    "'gaussian_nll'": "gaussian_nll reads 2 outputs for each target, and 3 outputs are not a multiple of 2",
}


@pytest.mark.parametrize("loss", SEVERAL)
def test_losses_of_several_outputs_for_each_target_say_what_they_need(loss: str) -> None:
    message = call(
        f"""
        const layers = [{{ name: "dense", units: 3 }}];
        try {{ glassnet.create({{ layers, input_shape: 1, loss: {loss} }}).fit([[1]], [1]); }}
        catch (error) {{ return error.message; }}
        """
    )
    assert message is not None and SEVERAL[loss] in message


TRAINED = {
    "network.fit([[1, 2], [3, NaN]], [0, 1])": "X must hold finite numbers; row 1, column 1 is NaN",
    "network.fit([[1, 2], [3]], [0, 1])": "rows of X must be of one length; row 0 has 2, row 1 1",
    "network.fit([1, 2, 3], [0, 1])": "X must hold rows of 2 numbers",
    "network.fit([[1, 2]], [0, 1])": "X has 1 rows and y 2",
    "network.fit([[1, 2]], [2])": "binary_cross_entropy takes y from 0 to 1; it holds 2",
    "network.fit([[1, 2]], [1], { batch: 3 })": "a training has no option batch; it has batch_size, ",
    "network.fit([[1, 2]], [1], { batch_size: 0 })": "batch_size must be an integer >= 1; got 0",
    "network.fit([[1, 2]], [1], { sample_weight: [0] })": "all weights of the samples are 0",
    "network.step([[1, 2]], [1], [1])": "rows must be integers from 0 to 0, at least one; got 1",
    "network.restore({ parameters: [1] })": "parameters of this network are 3 numbers; the state holds 1",
    "network.fit([[1, 'x']], [1])": "X must hold finite numbers; row 0, column 1 is NaN",
    "network.fit([[[1], 2]], [1, 1])": "X has 1 rows and y 2",
    "network.training([[1, 2]], [1]).run({})": "run needs a limit: epochs, seconds or until",
    "network.frozen(0, 'scale', 0)": "layer 0 has no scale",
    "network.frozen(0, 'bias', 1)": "bias of layer 0 has 1 entries; got index 1",
}


@pytest.mark.parametrize("code", TRAINED)
def test_data_that_do_not_fit_are_refused_with_the_reason(code: str) -> None:
    message = call(
        f"""
        const layers = [{{ name: "dense", units: 1, activation: "sigmoid" }}];
        const network = glassnet.create({{ layers, input_shape: 2, loss: "bce" }});
        try {{ {code}; }} catch (error) {{ return [error.name, error.message]; }}
        """
    )
    assert message is not None and message[0] == "GlassnetError"
    assert TRAINED[code] in message[1]


def test_what_goes_in_may_be_rows_a_flat_array_or_a_table() -> None:
    X, y = samples()
    data = plain({"X": X, "y": y, **spec_of(network(*STACKS["dense"]), loss="scce")})
    found = call(
        f"""
        {BEGIN}
        const flat = Float64Array.from(data.X.flat());
        return [data.X, flat, data.X.flat(), {{ values: flat, shape: [12, 3] }}].map((X) => network.loss(X, data.y));
        """,
        data,
    )
    assert len(set(found)) == 1


@pytest.mark.parametrize(
    "schedule",
    [
        *SCHEDULES.values(),
        gn.schedules.CosineRestarts(0.1, 3, 2, 0.01),
        gn.schedules.CosineRestarts(0.1, 2.5, 3),
        gn.schedules.OneCycle(0.1, 9, warmup=0.5),
        gn.schedules.Chain(
            [0.1, gn.schedules.CosineRestarts(0.1, 2), gn.schedules.StepDecay(0.2, 1.5, 0.7)], [3, 8.5]
        ),
    ],
    ids=repr,
)
def test_learning_rates_are_those_of_the_schedule_at_every_step(schedule: Any) -> None:
    X, y = samples()
    net, rule = network(gn.Dense(3)), gn.SGD(schedule)
    found = call(
        f"{BEGIN} const training = network.training(data.X, data.y, {{ batch_size: 5 }});"
        "return Array.from({ length: 42 }, () => training.step().learning_rate);",
        described(net, loss="softmax_cross_entropy", optimizer=rule) | {"y": np.eye(3)[y]},
    )
    expected = schedule(np.arange(42) // 3 + np.arange(42) % 3 / 3)
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-16)


@pytest.mark.parametrize("loss", LOSSES, ids=label)
def test_the_loss_of_every_kind_is_what_python_evaluates(loss: Any) -> None:
    if isinstance(loss, gn.losses.Function):
        loss = replace(loss, title="own_loss")
    random = np.random.default_rng(6)
    n = 60 if loss.targets == "labels" else 300
    X = samples_of(loss, random, n, 3)
    net = network(gn.Dense(4, "tanh"), gn.Dense(4 * loss.outputs_per_target, output_activation(loss)))
    y = targets(loss, random, n, 4)
    parts = [loss] if isinstance(loss, gn.losses.Function) else []
    found = call(
        f"{BEGIN} return network.evaluate(data.X, data.y);",
        {"X": X.reshape(n, -1), "y": y, **spec_of(net, loss=loss)}, parts,
    )  # fmt: skip
    scores = net.evaluate(X, y, loss=loss)
    assert found["loss"] == pytest.approx(scores["loss"], rel=1e-11)
    assert found.get("accuracy") == scores.get("accuracy")


def test_a_first_loss_that_is_not_finite_changes_nothing() -> None:
    found = call(
        f"""
        {BEGIN}
        const before = JSON.stringify(network.document().state.parameters);
        try {{ network.step([[1e300, 1e300, 1e300]], [[1]]); }}
        catch (error) {{
          return [error.message, before === JSON.stringify(network.document().state.parameters), network.step_count];
        }}
        """,
        described(network(gn.Dense(1)), loss="mse"),
    )
    assert "the loss was Infinity" in found[0]
    assert found[1:] == [True, 0]


def test_a_training_goes_on_with_another_loss_of_the_same_targets_alone() -> None:
    found = call(
        f"""
        {BEGIN}
        const training = network.training(data.X, data.y, {{ batch_size: 5 }});
        const losses = [training.epoch().loss];
        network.setLoss("sparse_softmax_cross_entropy");
        losses.push(training.epoch().loss);
        network.setLoss("mse");
        try {{ training.step(); }} catch (error) {{ return [losses, error.message, network.step_count]; }}
        """,
        described(network(gn.Dense(3)), loss="scce", optimizer=gn.SGD(0.0)),
    )
    assert found[0][0] != found[0][1]
    assert found[1].startswith(
        "mean_squared_error takes other targets than sparse_softmax_cross_entropy; begin"
    )
    assert found[2] == 6


def test_another_optimizer_starts_afresh_and_an_equal_one_goes_on() -> None:
    found = call(
        f"""
        {BEGIN}
        network.fit(data.X, data.y, {{ epochs: 2 }});
        const steps = [network.step_count];
        network.setOptimizer({{ name: "adam" }});
        steps.push(network.step_count);
        network.setOptimizer({{ name: "adam", beta1: 0.5 }});
        steps.push(network.step_count);
        network.fit(data.X, data.y, {{ epochs: 1 }});
        network.setLoss("focal");
        return [steps, network.step_count, network.fused];
        """,
        described(network(gn.Dense(3, "softmax")), loss="scce", optimizer="adam"),
    )
    assert found == [[2, 2, 0], 1, False]
