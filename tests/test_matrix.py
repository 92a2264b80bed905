"""Every registered part has every facet: it is there, or it stands in one table of exceptions with its reason.

A part is an activation, a loss, an optimizer, a metric, a schedule, an initializer or a layer; a facet is something
that the library does with every part of its kind. A facet that works though the table says that it cannot, fails too.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from dataclasses import fields, replace
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import Any

import numpy as np
import onnxruntime
import pytest
import torch
from numpy.typing import NDArray
from sklearn.neural_network import _base as sklearn_base

import glassnet as gn
from glassnet import activations, initializers, layers, losses, metrics, optimizers, schedules
from glassnet.bridges.torch.training import criterion
from glassnet.browser import spec_of
from glassnet.checking.numerics import numeric
from glassnet.errors import EngineError, GlassnetError
from glassnet.losses import ElementwiseLoss, Loss
from glassnet.network.network import Network
from glassnet.recipes import heads
from glassnet.support import expressions
from glassnet.support.registry import to_config
from glassnet.tables.export import python
from glassnet.tables.export.networks import write_network
from glassnet.tables.program import Program
from tests.browser.engine import call
from tests.browser.page import programs
from tests.browser.page.test_formulas import TABLE
from tests.browser.page.v8 import call as page_call
from tests.engines.conformance import OPTIMIZERS, SCHEDULES
from tests.gradients.table import ACTIVATIONS, LAYERS, LOSSES
from tests.insight.trace.reading import equations

Array = NDArray[Any]
Facet = Callable[[str, Path], None]
PAGE = (Path(__file__).parents[1] / "docs" / "parts.md").read_text(encoding="utf-8")
Z = np.linspace(-2.9, 2.9, 12).reshape(4, 3)


# ---- data and networks that suit a part


def targets(loss: Loss, n: int = 12, k: int = 3) -> Any:
    """Targets as the loss takes them; None where it takes none."""
    assert loss.facts is not None
    random = np.random.default_rng(1)
    classes, values = np.arange(n) % k, random.normal(size=(n, k))
    shares = np.abs(values) / np.abs(values).sum(axis=1, keepdims=True)
    return {
        "values": values, "rates": np.round(3 * np.abs(values)), "binary": (values > 0) * 1.0,
        "binary_logits": (values > 0) * 1.0, "one_hot": np.eye(k)[classes], "logits": np.eye(k)[classes],
        "classes": classes, "class_logits": classes, "labels": classes, "distributions": shares,
        "signs": np.sign(values), "log_rates": np.round(3 * np.abs(values)),
        "means_and_variances": values, "levels": values,
        "pairs": classes % 2, "signed_pairs": classes % 2 * 2 - 1, "triplets": None,
    }[loss.facts.data]  # fmt: skip


def samples(n: int = 12) -> Array:
    """Numbers beside integers from 0 to 2."""
    return np.column_stack([np.random.default_rng(0).normal(size=n), np.arange(n) % 3])


def samples_of(loss: Loss) -> Array:
    """The same as a loss takes them; :func:`rows_of` has a row for each member of a pair or a triplet."""
    return rows_of(loss).reshape(12, -1, 2) if loss.members else samples()


def rows_of(loss: Loss) -> Array:
    return samples(12 * loss.rows_per_sample)


# Parts with arguments of their own, by what rebuilds them; what they do, they do like those that are only named.
def variants(room: Any, parts: Iterable[Any]) -> dict[str, Any]:
    standard = [room.get(name) for name in room.names()]
    own = getattr(room, "Function", ())
    return {repr(part): part for part in parts if part not in standard and not isinstance(part, own)}


VARIANTS = {
    **variants(activations, ACTIVATIONS),
    **variants(losses, LOSSES),
    **variants(optimizers, (part for parts in OPTIMIZERS.values() for part in parts)),
    **variants(optimizers, [gn.AdamW(0.02, amsgrad=True, epsilon=1e-3)]),
}


def called(room: Any, name: str) -> Any:
    return VARIANTS[name] if name in VARIANTS else room.get(name)


def network(*layers: Any, seed: int = 0) -> Network:
    return gn.Network(list(layers), seed=seed, dtype="float64", input_shape=2)


def trained(engine: str, layers: Callable[[], list[Any]], loss: Loss, optimizer: Any) -> Array:
    """The parameters after a few steps."""
    net = network(*layers())
    net.fit(
        samples_of(loss),
        targets(loss),
        loss=loss,
        optimizer=optimizer,
        epochs=2,
        batch_size=5 if optimizers.get(optimizer).takes_steps else None,
        engine=engine,
        progress=False,
    )
    return net.parameters.copy()


def assert_engines_agree(engine: str, layers: Callable[[], list[Any]], loss: Loss, optimizer: Any) -> None:
    ours, theirs = (trained(name, layers, loss, optimizer) for name in ("numpy", engine))
    np.testing.assert_allclose(theirs, ours, rtol=1e-8, atol=1e-10)
    assert not np.array_equal(ours, network(*layers()).parameters)


def in_browser(layers: Callable[[], list[Any]], loss: Loss, optimizer: Any) -> Array:
    """The parameters after the same few steps in the browser engine, from the same seed."""
    document = spec_of(network(*layers()), loss=loss, optimizer=optimizer)
    found = call(
        """
        const network = glassnet.create(data.spec);
        try { network.fit(data.X, data.y, { epochs: 2, batch_size: 5 }); }
        catch (error) { return error.message; }
        return network.vector;
        """,
        {"spec": document["spec"], "X": samples_of(loss), "y": targets(loss)},
    )
    if isinstance(found, str):
        raise EngineError(found)
    return np.array(found)


def assert_browser_agrees(layers: Callable[[], list[Any]], loss: Loss, optimizer: Any) -> None:
    np.testing.assert_allclose(
        in_browser(layers, loss, optimizer), trained("numpy", layers, loss, optimizer), rtol=1e-10, atol=1e-13
    )


# ---- activations

# Those of an MLP's layers; "exp" is the inverse of a loss's link.
OF_SKLEARN = {name: compute for name, compute in sklearn_base.ACTIVATIONS.items() if name != "exp"}


def with_activation(name: str) -> list[Any]:
    return [gn.Dense(4, called(activations, name)), gn.Dense(3)]


def for_prediction(name: str) -> Network:
    part = called(activations, name)
    return network(gn.Dense(4, part), gn.Dense(3, part))


def activation_on(engine: str) -> Facet:
    return lambda name, folder: assert_engines_agree(
        engine, lambda: with_activation(name), losses.MeanSquaredError(), gn.SGD(0.01)
    )


def activation_in_browser(name: str, folder: Path) -> None:
    assert_browser_agrees(lambda: with_activation(name), losses.MeanSquaredError(), gn.SGD(0.01))


def activation_predicted(name: str, folder: Path) -> None:
    """Without training, as compiled code."""
    net = for_prediction(name)
    np.testing.assert_allclose(
        net.compiled_predict()(samples()), net.predict(samples()), rtol=1e-10, atol=1e-13
    )


def activation_in_torch(name: str, folder: Path) -> None:
    net = for_prediction(name)
    module = net.to_torch()
    np.testing.assert_allclose(
        module(torch.tensor(samples())).detach().numpy(), net.predict(samples()), atol=1e-12
    )
    assert gn.from_torch(module) == net
    part = called(activations, name)
    named = part.facts.torch
    assert inspect.signature(getattr(torch.nn, named.module)).parameters.keys() <= {
        *named.fields,
        *named.fixed,
        *OF_ALL,
    }
    if named.module != "Identity":
        function = getattr(torch, named.function, None) or getattr(torch.nn.functional, named.function)
        arguments = {theirs: getattr(part, ours) for theirs, ours in named.fields.items()} | named.fixed
        np.testing.assert_allclose(function(torch.tensor(Z), **arguments).numpy(), part.value(Z), atol=1e-12)


# What modules of PyTorch take that does not change what they compute, and names that it no longer uses.
OF_ALL = {"inplace", "min_value", "max_value", "args", "kwargs"}


def activation_in_onnx(name: str, folder: Path) -> None:
    net, path = for_prediction(name), folder / "net.onnx"
    net.to_onnx(path)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    np.testing.assert_allclose(session.run(None, {"X": samples()})[0], net.predict(samples()), atol=1e-6)
    assert gn.from_onnx(path) == net


def activation_written(name: str, folder: Path) -> None:
    """What is written is what the engines compute, far from rounding."""
    part = called(activations, name)
    assert part.facts is not None
    a, constants = part.value(Z), {field: getattr(part, field) for field in part.facts.letters}
    letters = {"z": Z, "a": a, "d": np.cos(Z)} | constants
    np.testing.assert_allclose(expressions.computed(part.facts.value, letters), a, rtol=1e-12, atol=1e-14)
    low, high = (expressions.computed(limit, {"inf": np.inf} | constants) for limit in part.facts.range)
    assert (a >= low - 1e-3).all() and (a <= high + 1e-3).all()
    if part.forward_only:
        return
    backward = f"d * ({part.facts.slope})" if part.facts.slope else part.facts.backward
    expected = part.backward(Z, a, np.cos(Z))
    np.testing.assert_allclose(expressions.computed(backward, letters), expected, rtol=1e-10, atol=1e-14)
    if part.facts.slope_in_output:
        found = expressions.computed(part.facts.slope_in_output, letters)
        np.testing.assert_allclose(found, part.slope(Z), rtol=1e-10, atol=1e-14)


def activation_described(name: str, folder: Path) -> None:
    """What its facts say of it in words and places holds, and what they could say they do say."""
    part = called(activations, name)
    facts, far = part.facts, np.array([[-1000.0, 3.0], [2.0, 1000.0], [1.0, 2.0]])
    with np.errstate(all="ignore"):
        plain = expressions.computed(
            facts.value, {"z": far, **{field: getattr(part, field) for field in facts.letters}}
        )
        value = part.value(far)
    assert (facts.note != "") == (not np.isfinite(value).all())
    assert facts.without_overflow or np.array_equal(np.isfinite(plain), np.isfinite(value))
    if facts.without_overflow:
        room = {"Z": far, "np": np}
        exec(facts.without_overflow.format(axis=-1, **vars(part)), room)
        np.testing.assert_allclose(room["A"], value, rtol=1e-4)
    if not facts.is_of_rows:
        jumps = numeric.kinks(part.value, -5.2, 5.1)
        assert set(jumps) <= set(facts.kinks) and (facts.kinks in ((), tuple(jumps)) or not jumps.size)
        one_to_one = (np.diff(part.value(np.linspace(-4, 4, 801))) > 0).all()
        assert facts.slope_in_output or not one_to_one or facts.is_piecewise_linear
    assert (facts.outputs in ("probabilities", "classes")) == (
        facts.range == ("0", "1") and not facts.forward_only
    )


def activation_in_sklearn(name: str, folder: Path) -> None:
    """Its name there is that of the function with the same values."""
    part, values = activations.get(name), {}
    for theirs, compute in OF_SKLEARN.items():
        compute(array := Z.copy())
        values[theirs] = array
    same = [theirs for theirs, array in values.items() if np.allclose(array, part.value(Z), rtol=1e-12)]
    assert [part.facts.sklearn or ""] == (same or [""])


def activation_traced(name: str, folder: Path) -> None:
    net = network(*with_activation(name))
    text = str(gn.trace(net, samples(2), samples(2)[:, [0, 1, 1]], loss="mse"))
    written = {"tanh": "A1 = tanh(Z1)   "}  # whose formula is its name
    assert written.get(name, f"A1 = {name}(Z1) = ") in text
    assert f"{name}′" not in text


def activation_checked(name: str, folder: Path) -> None:
    net, y = network(*with_activation(name)), targets(losses.MeanSquaredError())
    net.backward(losses.MeanSquaredError().gradient(y, net.forward(samples())))
    gradients = net.gradients.copy()
    assert gn.check_backward(net, samples(), y, gradients, loss="mse").ok
    gradients[: net.layers[0].weights.size] *= -1
    assert not gn.check_backward(net, samples(), y, gradients, loss="mse").ok


def activation_of_a_learner(name: str, folder: Path) -> None:
    part = activations.get(name)
    assert gn.check_derivative(part.value, part.slope).ok


def activation_drawn(name: str, folder: Path) -> None:
    assert gn.plots.activation(name).lines


def activation_summed_up(name: str, folder: Path) -> None:
    assert name in str(for_prediction(name).summary()) or name == "linear"


# ---- losses


def loss_called(name: str) -> Loss:
    loss: Loss = called(losses, name)
    return loss


def output_of(loss: Loss) -> list[Any]:
    assert loss.facts is not None
    return [gn.Dense(4, "tanh"), gn.Dense(3 * loss.outputs_per_target, loss.facts.last_activation)]


def loss_on(engine: str) -> Facet:
    def facet(name: str, folder: Path) -> None:
        loss = loss_called(name)
        assert_engines_agree(engine, lambda: output_of(loss), loss, gn.SGD(0.05))

    return facet


def loss_in_browser(name: str, folder: Path) -> None:
    loss = losses.get(name)
    assert_browser_agrees(lambda: output_of(loss), loss, gn.SGD(0.05))


def loss_written(name: str, folder: Path) -> None:
    loss = loss_called(name)
    assert loss.facts is not None and loss.facts.value
    net, y = network(*output_of(loss)), targets(loss)
    z = net.predict(samples())
    rows = loss.smoothed(np.eye(3)[y] if loss.takes_classes else y)
    constants = {field: getattr(loss, field) for field in loss.facts.letters}
    letters = {
        "y": rows,
        "z": z,
        "p": loss.activation.value(z),
        "mass": rows.sum(axis=1, keepdims=True),
    } | constants
    count = rows.size if isinstance(loss, ElementwiseLoss) and loss.mean_over == "entries" else len(rows)
    with np.errstate(all="ignore"):
        value = np.nansum(expressions.computed(loss.facts.value, letters)) / count
    assert value == pytest.approx(loss.value(y, z), rel=1e-12)
    slope = np.broadcast_to(expressions.computed(loss.facts.slope, letters), z.shape) / count
    np.testing.assert_allclose(slope, loss.gradient(y, z), rtol=1e-10, atol=1e-14)


def loss_described(name: str, folder: Path) -> None:
    """What its facts say of it beside its formula holds."""
    loss = loss_called(name)
    facts, y = loss.facts, np.zeros((4, 2))
    assert facts is not None
    held_above_zero = "log(" in facts.value and facts.last_activation != "linear"
    assert held_above_zero == bool(facts.logarithms) and all(
        f"log({of})" in facts.value for of in facts.logarithms[1:]
    )
    if facts.data == "values" and facts.value:
        off = np.array([[0.4, 3.0]])
        assert not facts.aims_at_middle or loss.value(y, y + off) == pytest.approx(loss.value(y, y - off))
    takes_over = loss.on_logits(activations.get(facts.last_activation)) is not None
    assert takes_over == (facts.data in ("binary", "one_hot", "classes"))


def loss_traced(name: str, folder: Path) -> None:
    loss = loss_called(name)
    text = str(gn.trace(network(*output_of(loss)), samples_of(loss), targets(loss), loss=loss))
    assert f"mean of {loss.name}(Y" not in text
    assert ("Y: the targets with label smoothing" in text) == (loss.label_smoothing > 0)


def loss_checked(name: str, folder: Path) -> None:
    loss = loss_called(name)
    assert gn.check_loss(loss.value, loss.gradient, like=loss).ok
    assert not gn.check_loss(loss.value, lambda y, p: -loss.gradient(y, p), like=loss).ok


def loss_checked_backward(name: str, folder: Path) -> None:
    """A whole backward pass is right with it, and is not where its options are left out."""
    loss = loss_called(name)
    net, y = network(*output_of(loss)), targets(loss)
    net.backward(loss.gradient(y, net.forward(rows_of(loss))))
    assert gn.check_backward(net, samples_of(loss), y, net.gradients.copy(), loss=loss).ok
    net.backward(-loss.gradient(y, net.forward(rows_of(loss))))
    assert not gn.check_backward(net, samples_of(loss), y, net.gradients.copy(), loss=loss).ok


def loss_diagnosed(name: str, folder: Path) -> None:
    loss = loss_called(name)
    gn.diagnose(network(*output_of(loss)), samples_of(loss), targets(loss), loss=loss)


def loss_in_torch(name: str, folder: Path) -> None:
    loss = loss_called(name)
    net, y = network(*output_of(loss)), targets(loss)
    source, last = gn.to_torch_source(net, loss=loss), net.plan().rows[-1].activation
    objective = loss.on_logits(last)
    logits = network(*output_of(loss)[:-1], gn.Dense(3 * loss.outputs_per_target))
    output = (net if objective is None else logits).predict(rows_of(loss))
    start = source.index("criterion = ") if "criterion = " in source else source.index("def criterion(")
    room: dict[str, Any] = {"torch": torch, "nn": torch.nn}
    exec(source[start:].partition("\n\noptimizer = ")[0], room)
    given = [torch.tensor(part) for part in (output, y) if part is not None]
    value = room["criterion"](*given).item()
    assert value == pytest.approx(
        (objective or loss).value(y, output), rel=1e-7
    )  # PyTorch adds 1e-8 to rates
    exec(criterion(loss), room)
    given = [torch.tensor(part) for part in (net.predict(rows_of(loss)), y) if part is not None]
    assert room["criterion"](*given).item() == pytest.approx(
        loss.value(y, net.predict(rows_of(loss))), rel=1e-7
    )


def loss_of_the_command(name: str, folder: Path) -> None:
    heads.of_loss(losses.get(name))


# ---- optimizers


def optimizer_on(engine: str) -> Facet:
    return lambda name, folder: assert_engines_agree(
        engine, lambda: with_activation("tanh"), losses.MeanSquaredError(), optimizers.get(name)
    )


def optimizer_in_browser(name: str, folder: Path) -> None:
    assert_browser_agrees(lambda: with_activation("tanh"), losses.MeanSquaredError(), optimizers.get(name))


def optimizer_traced(name: str, folder: Path) -> None:
    """The rule in letters, and with the numbers of a step after the first, when its states are no longer 0."""
    rule = called(optimizers, name)
    net, y = network(*with_activation("tanh")), targets(losses.MeanSquaredError())
    net.fit(samples(), y, loss="mse", optimizer=rule, epochs=2, engine="numpy", progress=False)
    text = str(gn.trace(net, samples(), y, loss="mse", optimizer=rule))
    written = rule.facts.updates[rule.rule.__name__]
    assert written.plain in text and len(written.states) == rule.n_states
    steps = [equation for equation in equations(text) if "←" in equation.line]
    assert all(equation.holds for equation in steps)
    lines = {equation.line for equation in steps}
    assert len(lines) >= len(written.states) + 1


def optimizer_in_torch(name: str, folder: Path) -> None:
    """As a line of a program, whose steps are the same."""
    rule = replace(called(optimizers, name), clip_norm=None, clip_value=None)
    net = network(gn.Dense(1, use_bias=False))
    source = gn.to_torch_source(net, optimizer=rule)
    line = next(line for line in source.splitlines() if line.startswith("optimizer = "))
    model = torch.nn.Linear(2, 1, bias=False, dtype=torch.float64)
    model.weight.data[:] = torch.tensor(net.layers[0].weights.T)
    room: dict[str, Any] = {"torch": torch, "model": model}
    exec(line, room)
    for gradient in ([0.5, -2.0], [0.01, 0.3], [-0.02, 0.01]):
        model.weight.grad = torch.tensor([gradient], dtype=torch.float64)
        room["optimizer"].step()
        net.gradients[...] = gradient
        rule.step(net)
    np.testing.assert_allclose(net.parameters, model.weight.detach().numpy()[0], rtol=1e-7)


# ---- layers, metrics


def layer_called(name: str) -> Any:
    assert name in {*LAYERS, "embedding"}, f"tests/gradients/table.py has no example of the layer {name}"
    return gn.Embedding({1: 3}, 2) if name == "embedding" else replace(LAYERS[name][0])


def with_layer(name: str) -> list[Any]:
    """Behind a dense layer, or first if it reads the data themselves."""
    layer, dense = layer_called(name), gn.Dense(4, "tanh")
    return [*([layer, dense] if layer.reads_data else [dense, layer]), gn.Dense(3)]


def layer_on(engine: str) -> Facet:
    return lambda name, folder: assert_engines_agree(
        engine, lambda: with_layer(name), losses.MeanSquaredError(), gn.SGD(0.01)
    )


def layer_in_browser(name: str, folder: Path) -> None:
    assert_browser_agrees(lambda: with_layer(name), losses.MeanSquaredError(), gn.SGD(0.01))


def layer_in_files(name: str, folder: Path) -> None:
    net = network(*with_layer(name))
    net.save(folder / "net.safetensors")
    assert gn.load(folder / "net.safetensors") == net


def layer_summed_up(name: str, folder: Path) -> None:
    assert type(layer_called(name)).__name__ in str(network(*with_layer(name)).summary())


def layer_traced(name: str, folder: Path) -> None:
    text = str(gn.trace(network(*with_layer(name)), samples(), np.zeros((len(samples()), 3)), loss="mse"))
    assert "dA1 = " in text


def layer_on_the_page(name: str, folder: Path) -> None:
    """Every unit of every layer is written."""
    layer = layer_called(name)
    before = [] if layer.reads_data else [gn.Dense(4, "tanh")]
    own = [to_config(part) for part in (*before, layer, gn.Dense(3, "softmax"))]
    choices = {"hidden": "own", "data": "own", "source": TABLE, "batch": 6, "own": own}
    lines = page_call(
        """
        const step = page.stepOf(data.choices, 1);
        return step.columns.flatMap(({ units }, column) => Array.from({ length: units }, (_, unit) => {
          const { forward, backward } = page.unitSections(step, { column, unit, sample: 0 });
          return [...forward, ...backward].map(({ text }) => text);
        }));
        """,
        {"choices": choices},
    )
    told = [line for unit in lines for line in unit]
    assert told and not any("NaN" in line or "undefined" in line for line in told)


def layer_in_torch(name: str, folder: Path) -> None:
    """And back, and as a program."""
    net = network(*with_layer(name))
    module = net.to_torch()
    np.testing.assert_allclose(
        module(torch.tensor(samples())).detach().numpy(), net.predict(samples()), atol=1e-12
    )
    back = gn.from_torch(module, input_shape=2)
    np.testing.assert_array_equal(back.predict(samples()), net.predict(samples()))
    source = gn.to_torch_source(net, loss="mse", epochs=1)
    room: dict[str, Any] = {"__name__": "program"}
    exec(source.partition("for epoch")[0], room)
    torch.set_default_dtype(torch.float32)
    room["model"].load_state_dict(
        dict(zip(room["model"].state_dict(), module.state_dict().values(), strict=True))
    )
    torch.testing.assert_close(room["model"].eval()(room["X"]), module(room["X"]), rtol=0, atol=0)


def layer_exported(name: str, folder: Path) -> None:
    """As the steps of a file that needs NumPy alone."""
    net, program = network(*with_layer(name)), Program()
    result = write_network(program, net, "x")
    room: dict[str, Any] = {"x": samples()}
    exec(python.RUNTIME.read_text(encoding="utf-8"), room)
    lines = "\n".join(python._code(step, True) for step in program.steps)
    exec(f"if True:\n{lines}", room)
    np.testing.assert_allclose(room[result], net.predict(samples()), atol=1e-12)


def layer_in_onnx(name: str, folder: Path) -> None:
    net, path = network(*with_layer(name)), folder / "net.onnx"
    net.to_onnx(path)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    np.testing.assert_allclose(session.run(None, {"X": samples()})[0], net.predict(samples()), atol=1e-6)


def layer_from_onnx(name: str, folder: Path) -> None:
    net, path = network(*with_layer(name)), folder / "net.onnx"
    net.to_onnx(path)
    np.testing.assert_allclose(gn.from_onnx(path).predict(samples()), net.predict(samples()), rtol=1e-14)


def metric_while_training(name: str, folder: Path) -> None:
    """Of a regression or of two classes, whichever it reads; what it says of its direction and range holds."""
    metric, random = metrics.get(name), np.random.default_rng(2)
    X, last, loss = random.normal(size=(40, 2)), "sigmoid", "bce"
    y = (X[:, :1] + 0.1 * random.normal(size=(40, 1)) > 0) * 1.0
    if "values" in metric.facts.reads:
        y, last, loss = X[:, :1] + 3.0, "linear", "mse"
    net = network(gn.Dense(4, "tanh"), gn.Dense(1, last))
    history = net.fit(X, y, loss=loss, epochs=2, metrics=[metric], progress=False)
    values = np.asarray(history[metric.name])
    assert np.isfinite(values).all()
    assert not metric.is_share or ((values >= 0) & (values <= 1)).all()


# ---- schedules, initializers


def schedule_in_browser(name: str, folder: Path) -> None:
    assert name in SCHEDULES, f"tests/engines/conformance.py has no example of the schedule {name}"
    assert_browser_agrees(lambda: with_activation("tanh"), losses.MeanSquaredError(), gn.SGD(SCHEDULES[name]))


def initializer_in_browser(name: str, folder: Path) -> None:
    """The same first weights to the last bit."""
    net = network(gn.Dense(4, initializer=name), gn.Dense(3, initializer=name))
    found = call("return glassnet.create(data.spec).vector;", spec_of(net))
    assert found == net.parameters.tolist()


# ---- programs of the page


def in_programs(layers: list[Any], loss: Loss, optimizer: Any, torch_near: float = 1e-10) -> None:
    """The page's programs in NumPy and in PyTorch, run, have the losses of its engine."""
    net = network(*layers, seed=3)
    moment = gn.trace(net, samples_of(loss), targets(loss), loss=loss, optimizer=optimizer).moment
    programs.assert_right(programs.of_moment(moment), torch_near)


def activation_in_programs(name: str, folder: Path) -> None:
    # PyTorch's Hardsigmoid multiplies by a sixth of float32 on the way back.
    in_programs(
        with_activation(name), losses.MeanSquaredError(), gn.SGD(0.1), 1e-9 if "hard" in name else 1e-10
    )


def loss_in_programs(name: str, folder: Path) -> None:
    loss = loss_called(name)
    # PyTorch's loss of rates adds 1e-8 to them.
    in_programs(output_of(loss), loss, gn.SGD(0.05), 1e-7 if name == "poisson" else 1e-10)


def optimizer_in_programs(name: str, folder: Path) -> None:
    in_programs(with_activation("tanh"), losses.MeanSquaredError(), called(optimizers, name))


def layer_in_programs(name: str, folder: Path) -> None:
    in_programs(with_layer(name), losses.MeanSquaredError(), gn.SGD(0.05))


def schedule_in_programs(name: str, folder: Path) -> None:
    in_programs(with_activation("tanh"), losses.MeanSquaredError(), gn.SGD(SCHEDULES[name]))


def initializer_in_programs(name: str, folder: Path) -> None:
    layers = [gn.Dense(4, "tanh", initializer=name), gn.Dense(3, initializer=name)]
    in_programs(layers, losses.MeanSquaredError(), gn.SGD(0.1))


# ---- what every kind has


def on_the_page(registry: Any) -> Facet:
    def facet(name: str, folder: Path) -> None:
        assert f'`"{name}"`' in PAGE or f"`{registry._classes[name].__name__}`" in PAGE

    return facet


def in_files(room: Any) -> Facet:
    def facet(name: str, folder: Path) -> None:
        from glassnet.support.registry import from_config, to_config

        part = called(room, name)
        assert from_config(to_config(part)) == part

    return facet


ENGINES = ("compiled", "torch")
FACETS: dict[str, tuple[Any, dict[str, Facet]]] = {
    "activations": (activations, {
        **{f"{engine} engine": activation_on(engine) for engine in ENGINES},
        "browser": activation_in_browser, "programs": activation_in_programs,
        "compiled prediction": activation_predicted,
        "PyTorch both ways": activation_in_torch,
        "ONNX both ways": activation_in_onnx, "written": activation_written, "described": activation_described,
        "scikit-learn": activation_in_sklearn,
        "trace": activation_traced, "check_backward": activation_checked, "check_derivative": activation_of_a_learner,
        "plot": activation_drawn, "summary": activation_summed_up, "files": in_files(activations),
        "page of parts": on_the_page(activations.base.registry),
    }),
    "losses": (losses, {
        **{f"{engine} engine": loss_on(engine) for engine in ENGINES},
        "browser": loss_in_browser, "programs": loss_in_programs,
        "written": loss_written, "described": loss_described, "trace": loss_traced,
        "check_loss": loss_checked, "check_backward": loss_checked_backward, "diagnosis": loss_diagnosed,
        "PyTorch": loss_in_torch, "command": loss_of_the_command, "files": in_files(losses),
        "page of parts": on_the_page(losses.base.registry),
    }),
    "optimizers": (optimizers, {
        **{f"{engine} engine": optimizer_on(engine) for engine in ENGINES},
        "browser": optimizer_in_browser, "programs": optimizer_in_programs,
        "trace": optimizer_traced, "PyTorch": optimizer_in_torch, "files": in_files(optimizers),
        "page of parts": on_the_page(optimizers.base.registry),
    }),
    "layers": (layers, {
        **{f"{engine} engine": layer_on(engine) for engine in ENGINES},
        "browser": layer_in_browser, "programs": layer_in_programs,
        "files": layer_in_files, "summary": layer_summed_up, "trace": layer_traced,
        "PyTorch": layer_in_torch, "exported file": layer_exported, "page": layer_on_the_page,
        "ONNX": layer_in_onnx, "from ONNX": layer_from_onnx,
    }),
    "metrics": (metrics, {"training": metric_while_training, "page of parts": on_the_page(metrics.base.registry)}),
    "schedules": (schedules, {
        "browser": schedule_in_browser, "programs": schedule_in_programs,
        "page of parts": on_the_page(schedules.base.registry),
    }),
    "initializers": (initializers, {
        "browser": initializer_in_browser, "programs": initializer_in_programs,
        "files": in_files(initializers), "page of parts": on_the_page(initializers.base.registry),
    }),
}  # fmt: skip

FORWARD_ONLY = "it has no slope, and is refused by name before it trains"
OF_ROWS = "each output depends on a whole row"
OF_SEVERAL = "it reads several outputs for each target, and is written in words, not as a sum of one formula"
OF_GIVEN = (
    "a loss of pairs and triplets that a user has put together; the command has a table of single samples"
)
OF_DISTANCES = "a loss of the distances in a batch, not a sum over entries"
LOGITS = (
    "its outputs are logits; the command trains on the loss of probabilities, which is computed from them"
)
NO_TWIN = (
    "its outputs are logits, and none of the losses of probabilities, which the command trains, is the same"
)
EXCEPTIONS: dict[tuple[str, str], str] = {
    **{("step", facet): FORWARD_ONLY for facet in ("compiled engine", "torch engine", "browser", "programs", "trace",
                                                   "check_backward", "check_derivative")},
    ("step", "PyTorch both ways"): "torch.nn has no module of it",
    ("exponential", "PyTorch both ways"): "torch.nn has no module of it",
    ("top_k_accuracy", "training"): "two classes have one column of probabilities, and it reads the scores of all",
    ("coverage", "training"): "it reads two outputs, the limits of an interval",
    ("lion", "PyTorch"): "torch.optim has no such class",
    ("lbfgs", "PyTorch"): "torch.optim.LBFGS searches and stops in other ways",
    ("lbfgs", "browser"): "its line search is SciPy's, which the browser does not have; refused by name",
    ("lbfgs", "programs"): "the page does not train by it",
    ("lbfgs", "trace"): "it takes no single steps, and is refused by name",
    ("periodic", "from ONNX"): "its file holds products and a cosine, and no layer is read from a cosine",
    ("parametric_selu", "from ONNX"): "its file holds the operators of its formula, which no layer is read from",
    ("parametric_mish", "from ONNX"): "its file holds the operators of its formula, which no layer is read from",
    **{(name, facet): OF_ROWS for name in ("softmax", "log_softmax") for facet in ("plot", "check_derivative")},
    **{(name, facet): OF_DISTANCES for name in ("contrastive", "triplet_hard", "triplet_all")
       for facet in ("written", "check_loss", "PyTorch", "command")},
    **{(name, "written"): "it compares whole rows, and is written in words"
       for name in ("contrastive_pairs", "cosine_embedding", "triplet_margin")},
    **{(name, "command"): OF_GIVEN for name in ("contrastive_pairs", "cosine_embedding", "triplet_margin")},
    **{(name, "command"): "its targets are -1 and 1; the command writes two classes as 0 and 1"
       for name in ("hinge", "squared_hinge")},
    ("cosine", "written"): "it compares whole rows, and is written in words",
    **{(name, "written"): OF_SEVERAL for name in ("gaussian_nll", "quantiles")},
    **{(name, "command"): "the command trains one output for each value" for name in ("gaussian_nll", "quantiles")},
    ("poisson_log_rates", "command"): "its outputs are logarithms of rates; the command trains poisson",
    **{(name, "command"): LOGITS for name in
       ("sigmoid_cross_entropy", "softmax_cross_entropy", "sparse_softmax_cross_entropy")},
    ("focal", "command"): NO_TWIN,
}  # fmt: skip

# What is done with parts of other arguments too; a loss of distances depends on the margin in no other way.
OF_VARIANTS = {
    "activations": ("PyTorch both ways", "ONNX both ways", "programs", "written", "described", "files"),
    "losses": (
        "written",
        "described",
        "programs",
        "trace",
        "check_loss",
        "check_backward",
        "PyTorch",
        "files",
    ),
    "optimizers": ("programs", "trace", "PyTorch", "files"),
}
CELLS = [
    (kind, name, facet)
    for kind, (room, facets) in FACETS.items()
    for name in room.names()
    for facet in facets
]
CELLS += [
    (kind, name, facet)
    for kind, facets in OF_VARIANTS.items()
    for name, part in VARIANTS.items()
    if isinstance(part, FACETS[kind][0].base.registry.base)
    for facet in facets
    if (FACETS[kind][0].base.registry.name_of(part), facet) not in EXCEPTIONS
]


@pytest.mark.parametrize(("kind", "name", "facet"), CELLS, ids=lambda part: str(part).replace(" ", "_"))
def test_every_part_has_every_facet(kind: str, name: str, facet: str, tmp_path: Path) -> None:
    works = FACETS[kind][1][facet]
    if (name, facet) not in EXCEPTIONS:
        works(name, tmp_path)
        return
    with pytest.raises((GlassnetError, AssertionError)):
        works(name, tmp_path)


def test_every_file_of_a_layer_is_known_to_its_room() -> None:
    """A kind whose file ``layers/__init__`` does not name would be found by nobody."""
    names = set(layers.names())
    for file in walk_packages(layers.__path__, f"{layers.__name__}."):
        import_module(file.name)
    assert set(layers.names()) - names == set()
    assert {kind.__name__ for kind in layers.base.registry.classes().values()} == set(layers.__all__)


def test_no_exception_is_of_something_that_is_not_there() -> None:
    assert EXCEPTIONS.keys() <= {(name, facet) for _, name, facet in CELLS}
    assert all(EXCEPTIONS.values())


def test_every_argument_of_a_loss_is_tried() -> None:
    """The matrix holds a loss of the class for which it is not the default."""
    for name in losses.names():
        standard = losses.get(name)
        for part in fields(standard):
            tried = [getattr(loss, part.name) for loss in LOSSES if type(loss) is type(standard)]
            assert set(tried) != {getattr(standard, part.name)}, f"{name}: {part.name}"
