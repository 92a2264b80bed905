"""Losses that are classes of a user's own are trained and written out by the page from their formulas, as in Python."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import glassnet as gn
from glassnet.browser import own_parts, spec_of
from glassnet.browser.page.playing import document_of
from glassnet.browser.page.shared import Shared, model_bytes
from glassnet.errors import EngineError
from glassnet.formulas.elementary import maximum, positive, sqrt, where
from glassnet.losses import ElementwiseLoss, RowLoss
from glassnet.losses.pairs import GroupLoss
from tests.browser.page.test_formulas import equations
from tests.browser.page.v8 import call

RANDOM = np.random.default_rng(6)
X, Y = RANDOM.normal(size=(24, 2)), RANDOM.normal(size=(24, 3))


def long_terms(y: Any, p: Any, scale: Any) -> Any:
    return ((p - y) * (p - y) / scale,)


def long(square: Any, scale: Any) -> Any:
    """sqrt(sum (p - y)^2 / scale + 1): how far the whole answer is from its target."""
    return sqrt(square + 1)


def long_slopes(y: Any, p: Any, square: Any, scale: Any) -> Any:
    length = sqrt(square + 1)
    return ((p - y) / scale / length,)


@dataclass(frozen=True)
class Long(RowLoss):
    scale: float = 0.5
    terms, formula, slope_formula = long_terms, long, long_slopes


def steep(y: Any, p: Any, power: Any, floor: Any) -> Any:
    return np.abs(p - y) ** power + floor


def steep_slope(y: Any, p: Any, power: Any, floor: Any) -> Any:
    return power * np.abs(p - y) ** (power - 1) * np.sign(p - y)


@dataclass(frozen=True)
class Steep(ElementwiseLoss):
    power: float = 1.5
    floor: float = 0.25
    formula, slope_formula = steep, steep_slope


def ratio_terms(same: Any, first: Any, second: Any, third: Any, gap: Any) -> Any:
    return (first - second) * (first - second), (first - third) * (first - third)


def ratio(same: Any, near: Any, far: Any, gap: Any) -> Any:
    excess = where(same > 0, near - far, far - near) + gap
    return maximum(excess, 0)


def ratio_slopes(same: Any, first: Any, second: Any, third: Any, near: Any, far: Any, gap: Any) -> Any:
    turn = where(same > 0, 1, -1)
    counts = positive(turn * (near - far) + gap) * turn
    to_second, to_third = 2 * counts * (first - second), 2 * counts * (first - third)
    return to_second - to_third, -to_second, to_third


@dataclass(frozen=True)
class Nearer(GroupLoss):
    """Which of two the first is nearer to: a truth for each triplet."""

    gap: float = 0.3
    members = ("first", "second", "third")
    only_targets = (-1.0, 1.0)
    terms, formula, slope_formula = ratio_terms, ratio, ratio_slopes


TRUTHS = np.where(RANDOM.random(8) > 0.5, 1, -1)
LOSSES: dict[str, tuple[Any, Any, Any, int]] = {
    "long": (Long(0.8), X, Y, 3), "steep": (Steep(1.75), X, Y, 3), "nearer": (Nearer(0.6), X.reshape(8, 3, 2), TRUTHS, 2),
}  # fmt: skip
TRAINED = """
const { spec, state } = data.told, network = page.create(spec, state), training = network.training(data.X, data.y, { batch_size: 4 });
const losses = training.run({ epochs: 50 }).map((row) => row.loss);
const step = { trace: training.trace(), spec: network.spec, columns: page.columnsOf(network), outputs: data.outputs, optimizer: network.spec.optimizer, fields: { activation: page.parts.activation, loss: page.parts.loss } };
const lines = [0, 1, 2, 3].flatMap((sample) => [...page.lossSections(step, { sample }).forward, ...Array.from({ length: data.outputs }, (_, unit) => page.unitSections(step, { column: 1, unit, sample }).backward).flat()]);
return { losses, vector: network.vector, lines: lines.map((line) => line.text), document: network.document() };
"""


@pytest.mark.parametrize("name", LOSSES)
def test_a_loss_of_a_class_of_ones_own_trains_and_is_written_as_in_python(name: str) -> None:
    loss, samples, y, outputs = LOSSES[name]
    net = gn.Network([gn.Dense(4, "tanh"), gn.Dense(outputs)], seed=2, input_shape=2, dtype="float64")
    sgd, own = gn.SGD(0.02), own_parts(net, loss)

    told = {"told": spec_of(net, loss=loss, optimizer=sgd), "X": samples.ravel().tolist(), "y": y.ravel().tolist(), "outputs": outputs}  # fmt: skip
    found = call(TRAINED, told, own)
    history = net.fit(
        samples, y, loss=loss, optimizer=sgd, epochs=50, batch_size=4, progress=False, engine="numpy"
    )
    np.testing.assert_allclose(found["losses"], history["loss"], rtol=1e-12)
    assert abs(np.array(found["vector"]) - net.parameters).max() <= 1e-12 * abs(net.parameters).max()
    evaluated = [pair for line in found["lines"] for pair in equations(line)]
    assert len(evaluated) > 20
    for line, number, result in evaluated:
        assert number == pytest.approx(result, rel=3e-4, abs=1e-9), line


def test_a_network_with_such_a_loss_is_played_and_comes_back_with_it(tmp_path: Path) -> None:
    loss = Nearer(0.6)
    net = gn.Network([gn.Dense(2)], seed=2, input_shape=2, dtype="float64")
    net.fit(X.reshape(8, 3, 2), TRUTHS, loss=loss, epochs=1, progress=False, engine="numpy")
    data = document_of(net, X.reshape(8, 3, 2), TRUTHS)["data"]
    assert (data["members"], data["labels"][::3]) == (3, (TRUTHS > 0).astype(int).tolist())
    shared = Shared(tmp_path, own_parts(net))
    assert shared.take(model_bytes(net, shared.own), 0) and shared.network is not None
    assert shared.network.loss == loss
    gn.trace(net, X.reshape(8, 3, 2), TRUTHS, loss=loss).to_html(tmp_path / "step.html")
    assert "<script" in (tmp_path / "step.html").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Compared(RowLoss):
    terms, formula, slope_formula = long_terms, long, long_slopes

    def compare(self, y: Any, p: Any, weights: Any) -> Any:
        return 0.0, p


def centred(y: Any, p: Any, power: Any, floor: Any) -> Any:
    return (p - p.mean()) ** power


@dataclass(frozen=True)
class Centred(Steep):
    formula = centred


@dataclass(frozen=True)
class Elsewhere(Nearer):
    only_targets = (3.0, 5.0)


@pytest.mark.parametrize(
    ("loss", "told"),
    [(Compared(), "Compared compares in a way of its own, where a browser computes the formulas of a class alone"),
     (Elsewhere(), r"targets of Elsewhere are \(3.0, 5.0\), and the page has 0 and 1, or -1 and 1, for groups"),
     (Steep(power="2"), "fields of Steep are no numbers")],  # type: ignore[arg-type]
    ids=["compared", "targets", "fields"],
)  # fmt: skip
def test_what_its_formulas_do_not_say_is_refused_with_the_reason(loss: Any, told: str) -> None:
    with pytest.raises(EngineError, match=told):
        spec_of(gn.Network([gn.Dense(1)], seed=0, input_shape=2), loss=loss)


def test_a_formula_that_cannot_be_translated_is_refused_by_name() -> None:
    net = gn.Network([gn.Dense(3)], seed=0, input_shape=2)
    with pytest.raises(EngineError, match="cannot translate a call of 'p.mean' in"):
        call("return 1;", None, own_parts(net, Centred()))
