"""A user's own activations and losses become JavaScript and formulas when a page is written, or are refused by name."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

import glassnet as gn
from glassnet.browser import own_parts, spec_of
from glassnet.browser.page.playing import document_of
from glassnet.browser.page.shared import Shared, model_bytes
from glassnet.browser.written import formula_of
from glassnet.errors import ArgumentError, EngineError
from glassnet.formulas.elementary import positive
from glassnet.initializers import Constant, GlorotUniform
from glassnet.layers import Layer
from glassnet.layers.base import Parameter
from glassnet.layers.facts import LayerFacts
from tests.browser.page.conftest import wait
from tests.browser.page.test_formulas import equations
from tests.browser.page.v8 import call

STEEPNESS = 1.5


def helped(u, power=2):  # type: ignore[no-untyped-def]
    inside = np.abs(u) + 0.5
    return inside**power


def bent(z):  # type: ignore[no-untyped-def]
    """Numbers of the module, a helper with a default, a name that is used twice."""
    part = STEEPNESS * z
    part = part + helped(z) - helped(z, 3)
    t1 = part / 2
    part = t1 * 2
    return np.where(part > 1, np.log1p(part**2), np.tanh(part))


def chosen(y, p):  # type: ignore[no-untyped-def]
    return (
        np.where(not_small(p) * (y > 0), np.sqrt(np.abs(p - y)) ** 1.5, np.clip(p, -0.5, 0.5))
        + positive(p) / 4
    )


def not_small(x):  # type: ignore[no-untyped-def]
    return np.where(x != 0, 1.0, 0.0) * np.where((x > 0.25) or (x < -0.25 and x > -9), 1, 0)


BINARY: dict[str, Callable[..., Any]] = {
    "+": np.add, "*": np.multiply, "/": np.divide, "**": np.power, "max": max, "min": min,
    ">": np.greater, ">=": np.greater_equal, "<": np.less, "<=": np.less_equal, "==": np.equal,
}  # fmt: skip


def at(tree: Any, letters: dict[str, float]) -> float:
    """The number that a tree gives."""
    if isinstance(tree, str):
        return letters[tree]
    if not isinstance(tree, list):
        return float(tree)
    sign, *parts = tree
    if sign == "if":
        left, comparison, right, yes, no = parts
        return at(yes if BINARY[comparison](at(left, letters), at(right, letters)) else no, letters)
    found = [at(part, letters) for part in parts]
    if sign == "-":
        return -found[0] if len(found) == 1 else found[0] - found[1]
    return float(BINARY.get(sign, getattr(np, sign, None))(*found))


@pytest.mark.parametrize("function", [bent, chosen, lambda z, scale=0.3: -scale * z**-1, np.sin], ids=["bent", "chosen", "lambda", "ufunc"])  # fmt: skip
def test_a_formula_that_is_written_gives_what_its_function_gives(function: Callable[..., Any]) -> None:
    letters = ("y", "p") if function is chosen else ("z",)
    formula = formula_of(function, letters)
    for numbers in np.random.default_rng(0).normal(size=(40, len(letters))).tolist():
        values = dict(zip(letters, numbers, strict=True))
        expected = function(*map(np.float64, numbers))
        assert at(formula.inlined()[0], values) == pytest.approx(expected, rel=1e-13)
        for name, tree in formula.steps:
            values[name] = at(tree, values)
        assert at(formula.results[0], values) == pytest.approx(expected, rel=1e-13)


def test_names_of_the_source_stay_and_one_that_is_taken_gets_a_number() -> None:
    formula = formula_of(bent, ("z",))
    assert [name for name, _ in formula.steps] == ["part", "inside", "inside₂", "part₂", "t₁", "part₃"]
    assert formula.steps[0] == ("part", ["*", 1.5, "z"])


def cubed(z):  # type: ignore[no-untyped-def]
    return z**3 + z


def own_error(y, p):  # type: ignore[no-untyped-def]
    e = np.abs(p - y)
    return np.where(e < 1, e * e, 2 * e - 1)


CUBED = gn.activations.Function(cubed, lambda z: 3 * z**2 + 1, "cubed")
ERROR = gn.losses.Function(own_error, lambda y, p: 2 * np.clip(p - y, -1, 1))
X = np.random.default_rng(1).normal(size=(30, 2))
Y = X[:, :1] - 0.5 * X[:, 1:] ** 2


def trained(activation: Any = CUBED, loss: Any = ERROR, epochs: int = 1) -> gn.Network:
    net = gn.Network(
        [gn.Dense(3, activation), gn.Dense(1)], seed=3, input_shape=2, dtype="float64"
    )  # fmt: skip
    net.fit(X, Y, loss=loss, epochs=epochs, batch_size=8, progress=False, engine="numpy", optimizer=gn.SGD(0.02, momentum=0.5))  # fmt: skip
    return net


@dataclass(repr=False)
class Softsign(Layer):
    """a = x / (1 + abs(w x)), stated as the formulas of one entry."""

    facts: ClassVar[LayerFacts] = LayerFacts(
        value="x / (1 + abs(w * x))", slope="1 / (1 + abs(w * x))**2",
        slope_of_weight="-x * abs(x) * sign(w) / (1 + abs(w * x))**2",
    )  # fmt: skip

    def parameters(self, input_shape: tuple[int, ...]) -> list[Parameter]:
        (n,) = input_shape
        return [Parameter("weights", (n,), Constant(0.5), n, n)]

    def forward(self, x: Any, own: Any, a: Any) -> None:
        a[...] = x / (1 + np.abs(own.parameters[0] * x))

    def backward(self, x: Any, a: Any, own: Any, error: Any, d_x: Any) -> None:
        w = own.parameters[0]
        inverse = 1 / (1 + np.abs(w * x)) ** 2
        own.gradients[0][0] = (-error * x * np.abs(x) * np.sign(w) * inverse).sum(axis=0)
        d_x[...] = error * inverse


@dataclass(repr=False)
class Gated(Layer):
    """a = [x, g (x W)] with a gate g = sigmoid(k mean(x)): several steps, and more units than before."""

    steepness: float = 2.0
    units: int = 2
    in_place: ClassVar[bool] = False

    def output_shape(self, input_shape: tuple[int, ...]) -> tuple[int, ...]:
        return (input_shape[0] + self.units,)

    def parameters(self, input_shape: tuple[int, ...]) -> list[Parameter]:
        (n,) = input_shape
        return [Parameter("weights", (n, self.units), GlorotUniform(), n, self.units)]

    def _parts(self, x: Any, own: Any) -> tuple[Any, Any, Any]:
        w = own.parameters[0].reshape(x.shape[1], self.units)
        return w, x @ w, 1 / (1 + np.exp(-self.steepness * x.mean(axis=1, keepdims=True)))

    def forward(self, x: Any, own: Any, a: Any) -> None:
        _, product, gate = self._parts(x, own)
        a[...] = np.hstack([x, gate * product])

    def backward(self, x: Any, a: Any, own: Any, error: Any, d_x: Any) -> None:
        w, product, gate = self._parts(x, own)
        d = error[:, x.shape[1] :]
        own.gradients[0][...] = (x.T @ (gate * d)).reshape(own.gradients[0].shape)
        d_gate = (d * product).sum(axis=1, keepdims=True) * gate * (1 - gate) * self.steepness / x.shape[1]
        d_x[...] = error[:, : x.shape[1]] + (gate * d) @ w.T + d_gate

    def describe(self, steps: Any, x: Any, n_inputs: int) -> Any:
        gate = steps.formula("g", "sigmoid(k * m)", k=self.steepness, m=steps.mean(x))
        made = steps.formula("made", "g * p", g=gate, p=steps.product(x, "weights"))
        return steps.joined([x, made])


def layered(activation: Any = "tanh") -> gn.Network:
    layers = [gn.Dense(3, activation), Softsign(), Gated(), gn.Residual([Softsign()]), gn.Dense(1)]
    return gn.Network(layers, seed=3, input_shape=2, dtype="float64")


def test_layers_of_ones_own_train_and_are_written_in_the_page_s_modules_as_in_python(tmp_path: Path) -> None:
    net = layered()
    own = own_parts(net, "mse")
    assert [part.name for part in own] == ["softsign", "gated"]  # type: ignore[union-attr]
    found = call(
        """
        const { spec, state } = data.told, network = page.create(spec, state), begun = Array.from(network.vector);
        const training = network.training(data.X, data.y, { batch_size: 8 });
        training.run({ epochs: 50 });
        const step = { trace: training.trace(), spec: network.spec, columns: page.columnsOf(network), outputs: 1, optimizer: network.spec.optimizer, fields: { activation: page.parts.activation, loss: page.parts.loss } };
        const lines = step.columns.flatMap(({ units }, column) => Array.from({ length: units }, (_, unit) => {
          const { forward, backward } = page.unitSections(step, { column, unit, sample: 1 });
          return [...forward, ...backward].filter((line) => !line.heading).map((line) => line.text);
        }));
        return { begun, vector: network.vector, lines };
        """,
        {"told": spec_of(net, loss="mse", optimizer=gn.Adam(0.01)), "X": X.ravel().tolist(), "y": Y.ravel().tolist()},
        own,
    )  # fmt: skip
    assert found["begun"] == net.parameters.tolist()
    net.fit(X, Y, loss="mse", optimizer=gn.Adam(0.01), epochs=50, batch_size=8, progress=False, engine="numpy")  # fmt: skip
    assert abs(np.array(found["vector"]) - net.parameters).max() <= 1e-12 * abs(net.parameters).max()
    lines = [line for lines in found["lines"] for line in lines]
    assert any(line.startswith("g = σ(2·mean) = σ(2·") for line in lines), lines
    for start in ("a = x/(1 + |w·x|) = ", "mean = mean(x) = ", "p = Σᵢ x·weights = ", "made = g·p = "):
        assert any(line.startswith(start) for line in lines), (start, "\n".join(lines))
    for line in lines:
        for _, number, result in equations(line):
            assert number == pytest.approx(result, rel=3e-4, abs=1e-12), line


@pytest.mark.browser
def test_the_page_draws_explains_and_trains_a_network_of_own_parts_as_python_does(
    open_page: Callable[..., Any], tmp_path: Path
) -> None:
    def trained_for(epochs: int) -> gn.Network:
        net = layered(CUBED)
        net.fit(X, Y, loss=ERROR, optimizer=gn.SGD(0.02), epochs=epochs, batch_size=8, progress=False, engine="numpy")  # fmt: skip
        return net

    with gn.play(trained_for(1), X, Y, browser=False, folder=tmp_path) as opened:
        tab = open_page(url=opened.address)
        wait(tab, "s.file === 'network' && s.isBound")
        heads = tab.inner_text(".network .heads")
        assert all(name in heads for name in ("cubed", "softsign", "gated"))
        tab.evaluate("glassnet.store.set({ until: { epoch: 21 }, selection: { kind: 'unit', column: 0, unit: 1 } }); glassnet.run()")  # fmt: skip
        wait(tab, "s.frame.epoch === 21 && !s.running")
        expected = trained_for(21).parameters
        found = np.array(tab.evaluate("Array.from(glassnet.mirror.network.vector)"))
        assert abs(found - expected).max() <= 1e-12 * abs(expected).max()
        lines = tab.locator("[data-text]").evaluate_all("all => all.map((one) => one.dataset.text)")
        for start in ("a = cubed(z) = z³ + z = ", "f′(z) = 3·z² + 1 = ", "a = x/(1 + |w·x|) = "):
            assert any(line.startswith(start) for line in lines), (start, lines)
        tab.evaluate("glassnet.store.set({ selection: { kind: 'loss' } })")
        tab.locator("[data-text*='|p − y|²']").first.wait_for()
        tab.evaluate("glassnet.store.set({ tab: 'code' })")
        tab.locator("text=the program would need softsign, a class of your own").wait_for()
        ends = time.monotonic() + 15
        while opened.network.state.epoch < 21:  # type: ignore[union-attr]
            assert time.monotonic() < ends
            tab.wait_for_timeout(20)
        came = opened.network
        np.testing.assert_array_equal(came.parameters, found)
        assert type(came.layers[2]) is Gated and came.layers[0].activation == CUBED and came.loss == ERROR  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("net", "told"),
    [(lambda: trained(gn.activations.Function(lambda z: z - z.mean(), lambda z: np.ones_like(z), "centred")), "cannot translate a call of 'z.mean' in"),
     (lambda: trained(loss=gn.losses.Function(lambda y, p: np.hypot(y, p), lambda y, p: p * 0)), "cannot translate a call of 'np.hypot' in")],
    ids=["activation", "loss"],
)  # fmt: skip
def test_a_function_that_cannot_be_translated_is_refused_by_name(net: Any, told: str, tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=told):
        gn.play(net(), X, Y, output=tmp_path / "page.html")
    assert list(tmp_path.iterdir()) == []


def test_a_page_that_is_open_refuses_parts_that_it_was_not_written_with(tmp_path: Path) -> None:
    with gn.play(trained(), X, Y, browser=False, folder=tmp_path) as opened:
        opened.network = trained(epochs=2)
        with pytest.raises(ArgumentError, match=r"does not know activations.Function\(.*'other'\): parts of your own become JavaScript when a page is written"):  # fmt: skip
            opened.network = trained(gn.activations.Function(cubed, lambda z: z, "other"))
        np.testing.assert_array_equal(opened.network.parameters, trained(epochs=2).parameters)


def test_pairs_are_played_as_fit_takes_them_and_other_samples_are_refused(tmp_path: Path) -> None:
    pairs = gn.Network([gn.Dense(2)], seed=0, input_shape=2)
    pairs.fit(
        (X[:8], X[8:16]), [0, 1] * 4, loss="contrastive_pairs", epochs=1, progress=False, engine="numpy"
    )
    data = document_of(pairs, (X[:8], X[8:16]), [0, 1] * 4)["data"]
    assert (data["n"], data["members"], data["labels"][:4]) == (16, 2, [0, 0, 1, 1])
    assert data["X"][:4] == [*X[0].tolist(), *X[8].tolist()]
    pairs.save(tmp_path / "pairs.safetensors")
    assert document_of(tmp_path / "pairs.safetensors", (X[:8], X[8:16]), [0, 1] * 4)["data"] == data
    with pytest.raises(ArgumentError, match=r"contrastive_pairs compares first, second; give data: gn.play\(network, X, y\)"):  # fmt: skip
        document_of(pairs, None, None)
    with gn.play(trained("tanh", "mse"), X, Y, browser=False, folder=tmp_path) as opened:
        with pytest.raises(ArgumentError, match="has samples of 1 row each, and contrastive_pairs compares first, second; open another"):  # fmt: skip
            opened.network = pairs
    with gn.play(pairs, X[:16].reshape(8, 2, 2), [0, 1] * 4, browser=False, folder=tmp_path) as opened:
        opened.network = pairs
        with pytest.raises(ArgumentError, match="has samples of 2 rows each, and mean_squared_error compares single samples"):  # fmt: skip
            opened.network = trained("tanh", "mse")


def test_what_comes_back_from_the_page_has_the_own_parts_and_nobody_else_finds_them(tmp_path: Path) -> None:
    net = trained()
    shared = Shared(tmp_path, (CUBED, ERROR))
    assert shared.take(model_bytes(net, shared.own), 0) and shared.network is not None
    assert shared.network.layers[0].activation is CUBED and shared.network.loss is ERROR  # type: ignore[attr-defined]
    with pytest.raises(gn.errors.ModelFileError, match="cubed"):
        Shared(tmp_path).take(model_bytes(net), 0)
