"""The page finds in a sick network what Python's rules find that train no copies, and says it in the same words."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import glassnet as gn
from glassnet.browser import spec_of
from glassnet.insight.diagnosis.case import Case
from glassnet.insight.diagnosis.rules.table import RULES, findings
from glassnet.insight.diagnosis.targets import Targets
from glassnet.insight.diagnosis.training import Said, drawn, known
from glassnet.lessons import clinic
from tests.browser.page.v8 import call

FIND = """
const plan = {
  spec: data.spec, state: data.state, begun: data.begun, train: { X: Float64Array.from(data.X), y: Float64Array.from(data.y) },
  validation: data.held === null ? null : { X: Float64Array.from(data.held[0]), y: Float64Array.from(data.held[1]) },
};
const network = page.create(data.spec, data.state), one = new page.Case(new page.Samples(plan), network, data.history);
return page.told(page.found(one, page.RULES), page.catalogue.diagnosis).map(({ code, severity, text, advice }) => [code, severity, text, advice]);
"""
PAGE = set(call("return Object.keys(page.RULES);"))


def python(
    net: gn.Network, X: Any, y: Any, history: gn.History | None, held: Any, loss: Any
) -> list[list[str]]:
    """Findings of the rules that the page has, as Python asks them."""

    def targets(values: Any) -> Targets:
        return Targets(
            loss,
            np.asarray(values, float if loss.targets == "values" else int).reshape(len(values), -1),
            net.plan(loss).n_outputs,
        )

    training = known(net, Said(), history, None, len(X))
    sides = None if held is None else (np.asarray(held[0], net.dtype), targets(held[1]))
    case = Case(net, net, np.asarray(X, net.dtype), targets(y), sides, history, None, training, True)
    with np.errstate(all="ignore"):
        found = findings(case, trains=False)
    names = {rule.find.__name__ for rule in RULES if not rule.trains}
    assert names >= PAGE
    return [[one.code, one.severity, one.cause, one.remedy] for one in found]


def browser(
    net: gn.Network, X: Any, y: Any, history: gn.History, held: Any, loss: Any, *, seen: bool = True
) -> list[list[str]]:
    told = spec_of(net, loss=loss)
    begun = {}
    if seen:
        first = net.copy()
        first.parameters, first.running_statistics[...] = drawn(net)
        begun = {"begun": spec_of(first, loss=loss)["state"]}
    columns = history.columns
    rows = [
        {
            "epoch": i + 1,
            "loss": value,
            "validation_loss": columns["validation_loss"][i] if "validation_loss" in columns else None,
        }
        for i, value in enumerate(columns.get("loss", []))
    ]

    def plain(values: Any) -> list[float]:
        return np.asarray(values, float).ravel().tolist()

    return call(FIND, {
        **told, **begun, "X": plain(X), "y": plain(y), "held": None if held is None else [plain(side) for side in held], "history": rows,
    })  # fmt: skip


@pytest.mark.parametrize("number", range(1, 13))
def test_the_page_says_of_every_patient_of_the_clinic_what_python_says(number: int) -> None:
    sick = clinic.patient(number)
    loss = gn.losses.get(sick.settings["loss"])
    found = browser(sick.network, sick.X, sick.y, sick.history, sick.validation, loss)
    assert found == python(sick.network, sick.X, sick.y, sick.history, sick.validation, loss)


MOONS = gn.datasets.moons(120, noise=0.15, seed=0)
OTHERS: dict[str, tuple[list[Any], Any, str, int]] = {
    "XOR from a dead start": ([gn.Dense(4, "relu", "legacy"), gn.Dense(1, "sigmoid", "legacy")], gn.SGD(0.1), "xor", 2000),
    "weights far too large": ([gn.Dense(12, "tanh", gn.initializers.Normal(20.0)), gn.Dense(1, "sigmoid")], gn.SGD(0.01), "moons", 3),
    "weights far too small": ([gn.Dense(12, "relu", gn.initializers.Normal(1e-5)), gn.Dense(8, "relu"), gn.Dense(1, "sigmoid")], gn.SGD(0.01), "moons", 3),
    "large weights of a deep network": ([*(gn.Dense(16, "relu", gn.initializers.Normal(2.0)) for _ in range(4)), gn.Dense(1, "sigmoid")], gn.SGD(1e-9), "moons", 2),
    "running statistics behind": ([gn.Dense(12), gn.BatchNorm(momentum=0.001), gn.Activation("tanh"), gn.Dense(1, "sigmoid")], gn.Adam(0.02), "far moons", 40),
    "dead beside a way past": ([gn.Dense(8, "tanh"), gn.Residual([gn.Dense(8, "relu", bias_initializer=gn.initializers.Constant(-30.0))]), gn.Dense(1, "sigmoid")], gn.SGD(1e-3), "moons", 3),
    "large before a root mean square": ([gn.Dense(12, "linear", gn.initializers.Normal(30.0)), gn.RMSNorm(), gn.Activation("tanh"), gn.Dense(1, "sigmoid")], gn.SGD(1e-3), "moons", 3),
    "a rare class": ([gn.Dense(4, "tanh"), gn.Dense(1, "sigmoid")], gn.SGD(1e-3), "a rare class", 2),
    "a healthy one": ([gn.Dense(12, "tanh"), gn.Dense(1, "sigmoid")], gn.Adam(0.02), "moons", 60),
}  # fmt: skip


@pytest.mark.parametrize("name", OTHERS)
def test_other_networks_are_told_the_same_too(name: str) -> None:
    layers, optimizer, data, epochs = OTHERS[name]
    X, y = gn.datasets.xor() if data == "xor" else (MOONS.X, MOONS.y)
    X = X + 6.0 if data == "far moons" else X
    if data == "a rare class":
        y = (np.arange(len(X)) % 30 == 0) * 1.0
    net = gn.Network(layers, seed=42, dtype="float64")
    history = net.fit(
        X,
        y,
        loss="bce",
        optimizer=optimizer,
        epochs=epochs,
        batch_size=None if data == "xor" else 20,
        engine="numpy",
        progress=False,
    )
    loss = gn.losses.get("bce")
    found = browser(net, X, y, history, None, loss)
    assert found == python(net, X, y, history, None, loss)
    assert bool([one for one in found if one[1] != "note"]) == (
        name not in ("a healthy one", "large before a root mean square")
    )


def test_of_a_network_from_elsewhere_nothing_is_said_about_a_start() -> None:
    """One whose first weights are large, one that carries a scaling; and one as its seed draws it, whose start it is."""
    X, y = 1000 * MOONS.X + 500, MOONS.y
    wild = gn.Network(
        [gn.Dense(12, "tanh", gn.initializers.Normal(20.0)), gn.Dense(1, "sigmoid")], seed=7, dtype="float64"
    )
    wild.build(2)
    foreign = gn.Network(
        [gn.Dense(12, "tanh"), gn.Dense(1, "sigmoid")], seed=7, dtype="float64", input_shape=2
    )
    foreign.parameters = wild.parameters
    values = gn.Network([gn.Dense(6, "tanh"), gn.Dense(1)], seed=7, dtype="float64", input_shape=2)
    carrying = gn.recipes.scaling_inside(values, gn.Standardizer().fit(X), gn.Standardizer().fit(X[:, :1]))
    bce, mse = gn.losses.get("bce"), gn.losses.get("mse")
    for net, x, targets, loss, begins in (
        (foreign, MOONS.X, y, bce, False), (carrying, X, X[:, :1], mse, False), (wild, MOONS.X, y, bce, True),
    ):  # fmt: skip
        found = browser(net, x, targets, gn.History(), None, loss, seen=False)
        assert found == python(net, x, targets, None, None, loss)
        assert (
            any("before training" in cause or "first weights" in cause for _, _, cause, _ in found) == begins
        )
    assert [one[:2] for one in browser(carrying, X, X[:, :1], gn.History(), None, mse, seen=False)][:2] == [
        ["unscaled_inputs", "note"], ["unscaled_targets", "note"],
    ]  # fmt: skip


def test_numbers_stand_in_words_as_python_writes_them() -> None:
    values = [
        0.0,
        1.0,
        -2.5,
        0.5,
        1.5,
        123456.789,
        1e-5,
        0.00012345,
        9.9999e9,
        0.1255,
        2 / 3,
        1e22,
        float("inf"),
        float("nan"),
    ]
    formats = [".3g", ".4g", ".2g", "g", ".0f", ".1f", ".2f", ".0%", ".1%"]
    found = call(
        "return data.formats.map((f) => data.values.map((v) => page.said(['x', { v: Number(v) }], { x: `{v:${f}}` })));",
        {
            "formats": formats,
            "values": [str(value).replace("inf", "Infinity").replace("nan", "NaN") for value in values],
        },
    )
    assert found == [[format(value, spec) for value in values] for spec in formats]


def test_the_page_tells_which_rules_it_does_not_look_at_in_python_s_words() -> None:
    found = call("return page.unasked(page.catalogue.diagnosis, page.RULES);")
    asked = set(call("return Object.keys(page.RULES);"))
    names = {rule.find.__name__: rule for rule in RULES}
    assert {one["name"] for one in (*found["trials"], *found["others"])} == names.keys() - asked
    assert [one["name"] for one in found["trials"]] == [name for name, rule in names.items() if rule.trains]
    for one in (*found["trials"], *found["others"]):
        doc = str(names[one["name"]].find.__doc__)
        assert one["says"] == " ".join(doc.split("\n\n")[0].split()) and one["says"].endswith(".")
