"""A layer that lacks something is refused, by its name, before anything runs: never a crash, never a number."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from py_mini_racer import MiniRacer

import glassnet as gn
from glassnet.browser import own_parts, script, spec_of
from glassnet.engines.base import unknown
from glassnet.engines.choice import EngineNote
from glassnet.engines.compiled.layers import BODIES as COMPILED
from glassnet.engines.torch.layers import BODIES as TORCH
from glassnet.engines.torch.layers import body_of
from glassnet.errors import EngineError, GlassnetError, ShapeError
from glassnet.initializers import Constant, Zeros
from glassnet.layers import BatchNorm, Layer, LayerNorm, Parameter
from glassnet.layers.facts import LayerFacts
from glassnet.layers.residual import Branch, Sum
from glassnet.layers.steps import Steps, V
from glassnet.tables.export.networks import write_network
from glassnet.tables.program import Program
from tests.gradients.table import LAYERS

Array = NDArray[Any]
X = np.random.default_rng(0).normal(size=(12, 3))
Y = X[:, :2]


@dataclass(repr=False)
class Doubling(Layer):
    """a = 2 x, with both directions in NumPy and nothing else."""

    def forward(self, x: Array, own: Any, a: Array) -> None:
        np.multiply(x, 2, out=a)

    def backward(self, x: Array, a: Array, own: Any, error: Array, d_x: Array) -> None:
        np.multiply(error, 2, out=d_x)


@dataclass(repr=False)
class Shifted(Layer):
    """a = gain x + shift, with parameters, a statistic, and something kept, under names of its own."""

    def parameters(self, input_shape: tuple[int, ...]) -> list[Parameter]:
        (n,) = input_shape
        return [Parameter("shift", (n,), Zeros(), n, n), Parameter("gain", (n,), Constant(1.0), n, n)]

    def statistics(self, input_shape: tuple[int, ...]) -> list[Parameter]:
        return [Parameter("passes", (1,), Zeros(), 1, 1)]

    def kept(self, input_shape: tuple[int, ...]) -> tuple[int, ...]:
        return input_shape

    def forward(self, x: Array, own: Any, a: Array) -> None:
        (shift, gain), (passes,), (kept,) = own.parameters, own.statistics, own.kept
        kept[...] = x
        passes += 1
        a[...] = gain * x + shift

    def infer(self, x: Array, own: Any, a: Array) -> None:
        shift, gain = own.parameters
        a[...] = gain * x + shift

    def backward(self, x: Array, a: Array, own: Any, error: Array, d_x: Array) -> None:
        d_shift, d_gain = own.gradients
        d_shift[0], d_gain[0] = error.sum(axis=0), (error * own.kept[0]).sum(axis=0)
        d_x[...] = error * own.parameters[1]


@dataclass(repr=False)
class Projected(Layer):
    """a = gain x W with more outputs than inputs; the gain is a single number, and its name has a point."""

    in_place = False

    def output_shape(self, input_shape: tuple[int, ...]) -> tuple[int, ...]:
        return (5,)

    def parameters(self, input_shape: tuple[int, ...]) -> list[Parameter]:
        (n,) = input_shape
        return [Parameter("w.first", (n, 5), Constant(0.3), n, 5), Parameter("gain", (), Constant(2.0), 1, 1)]

    def forward(self, x: Array, own: Any, a: Array) -> None:
        np.multiply(own.parameters[1], x @ own.parameters[0], out=a)

    def backward(self, x: Array, a: Array, own: Any, error: Array, d_x: Array) -> None:
        (weights, gain), (d_weights, d_gain) = own.parameters, own.gradients
        d_gain[...] = (error * (x @ weights)).sum()
        np.multiply(gain, x.T @ error, out=d_weights)
        np.multiply(gain, error @ weights.T, out=d_x)


@dataclass(repr=False)
class Misfit(Projected):
    in_place = True


@dataclass(repr=False)
class Noisy(gn.Dropout):
    """Would add noise, if anybody asked."""

    def forward(self, x: Array, own: Any, a: Array) -> None:
        np.add(x, 1, out=a)


@dataclass(repr=False)
class Halved(gn.Dense):
    def backward(self, x: Array, a: Array, own: Any, error: Array, d_x: Array) -> None:
        np.multiply(error, 0.5, out=d_x)


@dataclass(repr=False)
class Wide(gn.Dense):
    """The same layer with another beginning."""

    initializer: str = "he_normal"


@dataclass(repr=False)
class NoBackward(Layer):
    forward = Doubling.forward


@dataclass(repr=False)
class NoForward(Layer):
    backward = Doubling.backward


@dataclass(repr=False)
class Unknown(Layer):
    def row_fields(self) -> dict[str, Any]:
        return {"kind": 99}


@dataclass(repr=False)
class OtherNorm(LayerNorm):
    """Another layer than the one whose bodies the engines know."""

    def backward(self, x: Array, a: Array, own: Any, error: Array, d_x: Array) -> None:
        super().backward(x, a, own, 2 * error, d_x)


@dataclass(repr=False)
class SameNorm(BatchNorm):
    """The same layer with another default."""

    epsilon: float = 1e-3


def fit(layer: Layer, engine: str) -> gn.Network:
    net = gn.Network([gn.Dense(4, "tanh"), layer, gn.Dense(2)], seed=0, dtype="float64")
    net.fit(X, Y, loss="mse", optimizer=gn.SGD(0.1), epochs=2, batch_size=5, engine=engine, progress=False)
    return net


@pytest.mark.parametrize("engine", ["numpy", "compiled", "torch", "auto"])
@pytest.mark.parametrize(
    ("layer", "lacks"), [(NoBackward(), "backward"), (NoForward(), "forward"), (Unknown(), "forward")]
)
def test_a_layer_without_both_directions_is_refused_by_every_engine(
    layer: Layer, lacks: str, engine: str
) -> None:
    with pytest.raises(EngineError, match=rf"^layer 1, tests.{type(layer).__name__}\(\), has no {lacks}: "):
        fit(layer, engine)


@pytest.mark.parametrize(("layer", "function"), [(Noisy(0.1), "forward"), (Halved(4), "backward")])
def test_functions_that_the_loop_would_not_call_are_refused(layer: Layer, function: str) -> None:
    with pytest.raises(
        EngineError, match=rf"^layer 1, .*, has a {function} of its own, which would never be called"
    ):
        gn.Network([gn.Dense(4), layer], input_shape=3)


def test_a_subclass_of_dense_with_another_default_is_trained() -> None:
    assert np.isfinite(fit(Wide(4), "compiled").parameters).all()


def test_it_is_refused_when_the_network_is_built() -> None:
    with pytest.raises(EngineError, match="has no backward"):
        gn.Network([gn.Dense(4), NoBackward()], input_shape=3)


def test_a_layer_of_ones_own_is_trained_by_numpy_and_by_hand() -> None:
    net, twin = fit(Doubling(), "numpy"), gn.Network([gn.Dense(4, "tanh"), Doubling(), gn.Dense(2)], seed=0)
    assert np.isfinite(net.parameters).all()
    loss = gn.losses.get("mse")
    gradient = twin.backward(loss.gradient(Y, twin.forward(X)))
    assert gradient.shape == X.shape and np.isfinite(twin.gradients).all()


def test_a_layer_of_ones_own_has_parameters_statistics_and_what_it_keeps() -> None:
    net = fit(Shifted(), "numpy")
    assert net.layers[1].view("passes") == 6  # two epochs of three batches
    loss = gn.losses.get("mse")
    net.backward(loss.gradient(Y, net.forward(X)))
    found, parameters = net.gradients.copy(), net.parameters.copy()
    for k in range(len(parameters)):
        ends = []
        for step in (1e-6, -1e-6):
            net.parameters = parameters
            net.parameters[k] += step
            ends.append(loss.value(Y, net.predict(X)))
        assert (ends[0] - ends[1]) / 2e-6 == pytest.approx(found[k], rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("place", [0, 1])
def test_a_layer_of_ones_own_may_change_the_size_wherever_it_stands(place: int) -> None:
    before = [gn.Dense(4, "tanh")][:place]
    net = gn.Network([*before, Projected(), gn.Dense(2)], seed=0, dtype="float64", input_shape=3)
    twin, loss = net.copy(), gn.losses.get("mse")
    net.fit(X, Y, loss="mse", optimizer=gn.SGD(0.1), engine="numpy", progress=False)
    twin.backward(loss.gradient(Y, twin.forward(X)))
    assert all((twin.gradients[k] != 0) for k in range(len(twin.gradients)))
    np.testing.assert_allclose(net.parameters, twin.parameters - 0.1 * twin.gradients, rtol=0, atol=1e-12)


def test_one_that_changes_the_size_cannot_turn_the_error_in_place() -> None:
    with pytest.raises(
        ShapeError, match=r"^layer 1, .*Misfit\(\), makes 5 numbers of 4, .* set in_place = False"
    ):
        gn.Network([gn.Dense(4), Misfit()], input_shape=3)


class Gain(Layer):
    """a = w x, whole."""

    def parameters(self, input_shape: tuple[int, ...]) -> list[Parameter]:
        (n,) = input_shape
        return [Parameter("weights", (n,), Constant(1.0), n, n)]

    def forward(self, x: Array, own: Any, a: Array) -> None:
        np.multiply(x, own.parameters[0], out=a)

    def backward(self, x: Array, a: Array, own: Any, error: Array, d_x: Array) -> None:
        own.gradients[0][0] = (error * x).sum(axis=0)
        np.multiply(error, own.parameters[0], out=d_x)


class WithoutGradient(Gain):
    def backward(self, x: Array, a: Array, own: Any, error: Array, d_x: Array) -> None:
        np.multiply(error, own.parameters[0], out=d_x)


class Adding(Gain):
    def backward(self, x: Array, a: Array, own: Any, error: Array, d_x: Array) -> None:
        own.gradients[0][0] += (error * x).sum(axis=0)


class Returning(Gain):
    def forward(self, x: Array, own: Any, a: Array) -> Array:  # type: ignore[override]
        return x * own.parameters[0]


class InPart(Gain):
    def forward(self, x: Array, own: Any, a: Array) -> None:
        a[:, 1:] = x[:, 1:]


class OtherInPrediction(Gain):
    def infer(self, x: Array, own: Any, a: Array) -> None:
        a[:, :1] = x[:, :1]


class OtherShape(Gain):
    def forward(self, x: Array, own: Any, a: Array) -> None:
        a[...] = x[:, 1:]


class ErrorLeft(Gain):
    in_place = False

    def backward(self, x: Array, a: Array, own: Any, error: Array, d_x: Array) -> None:
        own.gradients[0][0] = (error * x).sum(axis=0)


class Keeping(Gain):
    def forward(self, x: Array, own: Any, a: Array) -> None:
        own.kept[0][...] = x


@pytest.mark.parametrize("engine", ["numpy", "compiled", "torch", "auto"])
@pytest.mark.parametrize(
    ("kind", "told"),
    [
        (WithoutGradient, "does not write all of the gradient of 'weights' in backward"),
        (
            Adding,
            "adds to what stood before in the gradient of 'weights' in backward; write = in the place of [+]=",
        ),
        (Returning, "does not write all of A in forward"),
        (InPart, "does not write all of A in forward"),
        (OtherInPrediction, "does not write all of A in infer"),
        (ErrorLeft, "does not write all of dX in backward"),
        (
            OtherShape,
            r"fails in forward on 3 samples: ValueError: could not broadcast .*\(3,3\) into shape \(3,4\)",
        ),
        (Keeping, "fails in forward on 3 samples: IndexError: tuple index out of range"),
    ],
)
def test_what_a_layer_does_not_write_is_never_taken_for_a_number(
    kind: type[Layer], told: str, engine: str
) -> None:
    with pytest.raises(EngineError, match=rf"^layer 1, tests.*{kind.__name__}\(\), {told}$"):
        gn.Network([gn.Dense(4, "tanh"), kind(), gn.Dense(2)], input_shape=3)
    with warnings.catch_warnings(), pytest.raises(EngineError):
        warnings.simplefilter("ignore", EngineNote)  # of auto, that compiled code has no body for it
        fit(kind(), engine)


def test_a_whole_layer_is_tried_without_a_trace_of_it() -> None:
    class Drawing(Gain):
        def __init__(self) -> None:
            self.random, self.calls = np.random.default_rng(0), [0]

        def forward(self, x: Array, own: Any, a: Array) -> None:
            self.calls[0] += 1
            a[...] = own.parameters[0] * (x + self.random.normal(size=x.shape))

    layer = Drawing()
    gn.Network([gn.Dense(4, "tanh"), layer], input_shape=3)
    assert layer.calls == [0] and layer.random.normal() == np.random.default_rng(0).normal()


def test_a_gradient_that_moves_nothing_may_stay_unwritten() -> None:
    class Frozen(WithoutGradient):
        def parameters(self, input_shape: tuple[int, ...]) -> list[Parameter]:
            return [part._replace(learning_rate_factor=0.0) for part in super().parameters(input_shape)]

    net = fit(Frozen(), "numpy")
    assert (net.layers[1].weights == 1).all()


class Squared(Gain):
    """Describes another output than it gives."""

    facts = LayerFacts(value="w * x * x", slope="2 * w * x", slope_of_weight="x * x")


class SquaredWeight(Gain):
    """Describes what it gives only where it begins, with weights of 1."""

    facts = LayerFacts(value="w ** 2 * x", slope="w ** 2", slope_of_weight="2 * w * x")


class Narrow(Gain):
    def describe(self, steps: Steps[V], x: V, n_inputs: int) -> V:
        return steps.columns(x, [0])


@pytest.mark.parametrize(
    ("layer", "told"),
    [
        (Squared(), r"Squared\(\) describes another output than its own forward gives: .* where that gives"),
        (SquaredWeight(), r"SquaredWeight\(\) describes another output than its own forward gives"),
        (Narrow(), r"Narrow\(\) describes an output of shape \(3, 1\) where its own forward gives \(3, 4\)"),
    ],
)
def test_what_it_describes_is_what_it_computes_or_is_written_by_nobody(
    layer: Layer, told: str, tmp_path: Path
) -> None:
    net = gn.Network([gn.Dense(4, "tanh"), layer, gn.Dense(2)], seed=0, input_shape=3)
    refusing: list[Callable[[], object]] = [
        lambda: fit(layer, "torch"),
        net.to_torch,
        lambda: gn.to_torch_source(net),
        lambda: net.to_onnx(tmp_path / "net.onnx"),
        lambda: write_network(Program(), net, "x"),
        lambda: own_parts(net),
    ]
    for ask in refusing:
        with pytest.raises(EngineError, match=told):
            ask()
    with pytest.raises(GlassnetError):
        gn.trace(net, X, Y)


@pytest.mark.parametrize("engine", ["compiled", "torch"])
@pytest.mark.parametrize("layer", [Doubling(), Shifted(), OtherNorm()])
def test_a_layer_that_an_engine_has_no_body_for_is_refused_by_it(layer: Layer, engine: str) -> None:
    name = type(layer).__name__
    with pytest.raises(
        EngineError, match=rf"{name}\(.*\) has no body in engine='{engine}', which knows BatchNorm"
    ):
        fit(layer, engine)


def test_compiled_prediction_refuses_it_too() -> None:
    with pytest.raises(EngineError, match="has no body"):
        fit(Doubling(), "numpy").compiled_predict()


def test_auto_falls_back_to_numpy_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("glassnet.engines.choice.Work.saving", 1e9)
    with pytest.warns(EngineNote, match="Doubling.* has no body in engine='compiled'"):
        fit(Doubling(), "auto")


@pytest.mark.parametrize("engine", ["compiled", "torch"])
def test_a_subclass_that_computes_the_same_is_the_layer_it_comes_from(engine: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ours, theirs = fit(SameNorm(), engine), fit(BatchNorm(epsilon=1e-3), "numpy")
    np.testing.assert_allclose(ours.parameters, theirs.parameters, rtol=0, atol=1e-12)


def test_every_built_in_layer_has_all_its_bodies() -> None:
    own = [
        case[0]
        for name, case in LAYERS.items()
        if name not in ("dense", "activation", "dropout", "flatten", "residual")
    ]
    own.append(gn.Embedding({0: 2}, 3))
    assert {type(layer) for layer in own} == set(COMPILED) - {Branch, Sum}
    for layer in own:
        assert callable(body_of(TORCH, layer, (3,), torch.float64))
        assert type(layer).forward is not Layer.forward and type(layer).backward is not Layer.backward


def test_the_ends_of_a_residual_layer_are_no_layers_that_a_user_knows() -> None:
    refused = str(unknown(Layer(), "engine='compiled'", COMPILED))
    assert "which knows BatchNorm, Embedding" in refused
    assert not {"Branch", "Sum"} & set(refused.replace(",", " ").split())


@dataclass(repr=False)
class Doubled(gn.Scale):
    """a = 2 w x: another layer than Scale, whose facts and modules it must not be given."""

    def forward(self, x: Array, own: Any, a: Array) -> None:
        np.multiply(2 * x, own.parameters[0], out=a)


@pytest.mark.parametrize("layer", [Doubling(), Doubled()])
def test_what_does_not_describe_what_it_computes_is_refused_by_every_bridge(
    layer: Layer, tmp_path: Path
) -> None:
    net = gn.Network([gn.Dense(4, "tanh"), layer, gn.Dense(2)], seed=0, input_shape=3)
    name = type(layer).__name__
    refusing: list[tuple[Callable[[], object], str]] = [
        (net.to_torch, rf"layer 1, .*{name}\(\), is no module of PyTorch"),
        (lambda: gn.to_torch_source(net), rf"layer 1, .*{name}\(\), is no module of PyTorch"),
        (lambda: net.to_onnx(tmp_path / "net.onnx"), rf"layer 1, .*{name}\(\), cannot be written to ONNX"),
        (lambda: write_network(Program(), net, "x"), rf"layer 1, .*{name}\(\), cannot be exported"),
        (lambda: gn.trace(net, X, Y), rf"a trace cannot tell what layer 1, .*{name}\(\), does"),
        (lambda: spec_of(net), name),
    ]
    for ask, told in refusing:
        with pytest.raises(GlassnetError, match=told):
            ask()


@pytest.mark.parametrize(
    ("kind", "lost"),
    [(gn.Scale, "scale"), (gn.Scale, "scale_backward"), (BatchNorm, "batch_norm_inference")],
)
def test_a_file_of_compiled_bodies_that_lacks_one_is_refused_by_name(
    kind: type[Layer], lost: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    bodies = COMPILED[kind]
    assert lost in (bodies.forward, bodies.infer, bodies.backward)
    monkeypatch.delattr(import_module(bodies.module), lost)
    told = rf"kernels.layers.\w+, the compiled bodies of {kind.__name__}, lacks {lost}$"
    with pytest.raises(EngineError, match=told):
        bodies.load(lost)


@pytest.mark.parametrize(
    ("lost", "told"),
    [
        (
            "LAYERS.scale = {",
            "layer scale is not computed by the browser engine, which knows dense, activation",
        ),
        (
            "  backward(layer, own, { x, xAt, n, k }, error",
            "layer scale has no backward in the browser engine",
        ),
    ],
)
def test_the_browser_refuses_a_kind_that_it_has_not_or_has_half(lost: str, told: str) -> None:
    text = script()
    start = text.index("LAYERS.scale = {")
    at = text.index(lost, start)
    context = MiniRacer()
    context.eval(
        text[:at]
        + lost.replace("LAYERS.scale", "const gone").replace("backward(", "lost(")
        + text[at + len(lost) :]
    )
    spec = '{ layers: [{ name: "scale" }], input_shape: 2 }'
    with pytest.raises(Exception, match=told):
        context.eval(f"glassnet.create({spec})")
