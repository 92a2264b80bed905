"""A periodic embedding: columns pass, and numbers learned from waves of chosen ones stand behind them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch

import glassnet as gn
from glassnet.engines.torch.code import forward_lines
from glassnet.errors import ArgumentError, GlassnetError, ShapeError

X = np.random.default_rng(0).normal(size=(6, 3))


def network(*behind: gn.layers.Layer, columns: tuple[int, ...] = (2, 0)) -> gn.Network:
    return gn.Network([gn.Periodic(columns, 4, 2), *behind], seed=0, dtype="float64", input_shape=3)


def test_its_numbers_are_those_of_the_formula() -> None:
    net = network()
    layer = net.layers[0]
    learned = []
    for place, column in enumerate((2, 0)):
        waves = np.cos(
            2 * np.pi * np.outer(X[:, column], layer.view("frequencies")[place]) + layer.view("phases")[place]
        )
        learned.append(waves @ layer.weights[4 * place : 4 * place + 4] + layer.view("offsets")[place])
    np.testing.assert_allclose(net.predict(X), np.column_stack([X, *learned]), rtol=1e-13)
    np.testing.assert_allclose(net.compiled_predict()(X), net.predict(X), rtol=1e-12, atol=1e-14)


def test_what_it_describes_is_what_it_computes() -> None:
    """In the lines that files and programs are made of."""
    net = network()
    layer, room = net.layers[0], {"torch": torch}
    arrays = {part.name: torch.tensor(layer.view(part.name)) for part in layer.parameters((3,))}
    lines = forward_lines(layer, (3,), np.dtype(np.float64))
    exec("\n    ".join([f"def forward(x, {', '.join(arrays)}):", *lines]), room)
    found = room["forward"](torch.tensor(X), **arrays)
    np.testing.assert_allclose(net.predict(X), found, rtol=1e-12, atol=1e-14)
    assert [line.partition(" = ")[0] for line in lines[:-1]] == ["columns", "waves", "z", "learned", "joined"]


def test_a_line_behind_it_bends_where_a_line_alone_cannot() -> None:
    x = np.linspace(-1, 1, 200)[:, None]
    y = np.sin(20 * x)
    errors = []
    for front in ([], [gn.Periodic([0], 16, 3, 3.0)]):
        net = gn.Network([*front, gn.Dense(1)], seed=0)
        net.fit(x, y, loss="mse", optimizer=gn.Adam(0.03), epochs=300, progress=False, engine="numpy")
        errors.append(net.evaluate(x, y)["loss"])
    assert errors[1] < 0.05 < 0.4 < errors[0]


def test_the_trace_writes_waves_passing_columns_and_the_way_back() -> None:
    net = network(gn.Dense(2), columns=(2,))
    trace = gn.trace(net, X, X[:, :2], loss="mse", optimizer="sgd")
    text = str(trace)
    assert "A1 = (X, cos(2π x f + φ) W1 + b of columns 2 of X)" in text
    assert "dW1 = Σ over the samples of cos(2π x f + φ)ᵀ dE" in text
    unit, passing = trace.neuron(0, 3), str(trace.neuron(0, 1))
    assert "a = Σ wave·w + b = " in str(unit) and unit.a == network(columns=(2,)).predict(X)[0, 3]
    assert "a = column 1 = " in passing and "which passes" in passing and "update" not in passing


def test_the_way_back_is_written_with_the_numbers_of_the_gradient() -> None:
    net = gn.Network(
        [gn.Dense(2, "tanh"), gn.Periodic([1], 3, 2, 0.5), gn.Dense(1)],
        seed=0,
        dtype="float64",
        input_shape=3,
    )
    trace = gn.trace(net, X, X[:, :1], loss="mse", optimizer="sgd")
    assert "dA1 = dA2 of what passes + 2π f dθ of the chosen columns" in str(trace)
    passes, chosen = (str(trace.neuron(1, unit)) for unit in (0, 1))
    assert "∂L/∂x = of what passes and of all waves: " in chosen
    assert chosen.count("·") > passes.count("·")


@pytest.mark.parametrize(
    ("make", "kind", "text"),
    [
        (lambda: gn.Periodic([]), ArgumentError, "Periodic needs a column, such as columns=[0]; got none"),
        (lambda: gn.Periodic([1, 1]), ArgumentError, "Periodic takes each column once; got columns [1, 1]"),
        (lambda: gn.Periodic([0], 0), ArgumentError, "waves of Periodic must be"),
        (lambda: gn.Periodic([0], deviation=0), ArgumentError, "deviation of Periodic must be"),
        (
            lambda: network(columns=(3,)), ShapeError,
            "makes waves of column 3; received samples of 3 columns, 0 to 2",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(make: Callable[[], object], kind: type[GlassnetError], text: str) -> None:
    with pytest.raises(kind) as caught:
        make()
    assert text in str(caught.value)
