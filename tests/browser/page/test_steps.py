"""The page of a trace begins at its step, and computes the numbers that Python wrote down; what it does not draw it says."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import glassnet as gn
from glassnet.browser.page import steps
from glassnet.insight.trace.trace import Trace
from tests.browser.page.conftest import wait as after
from tests.browser.page.test_formulas import equations
from tests.browser.page.v8 import call

RANDOM = np.random.default_rng(4)
X = RANDOM.normal(size=(23, 3))
CLASSES = RANDOM.integers(0, 3, 23)
QUIET: dict[str, Any] = {"engine": "numpy", "progress": False}
# What the page does with a document, up to the step that is looked at.
REACH = """
const { step, data: given, address } = data, { choices } = page.readAddress("#" + address);
const source = { ...given, X: Float64Array.from(given.X) }, samples = page.prepare(source, choices, step.head);
const { train } = samples.parts, { spec, state, shuffle } = step;
const session = new page.Session({ spec, state, shuffle, train, batch: choices.batch, grid: null });
session.go(state.step + step.ahead);
return session.training.trace();
"""


def network(*layers: Any, dtype: str = "float64") -> gn.Network:
    return gn.Network(list(layers), seed=4, dtype=dtype, input_shape=3)


def of_replay() -> Trace:
    net = network(gn.Dense(6, "relu"), gn.Dropout(0.5), gn.Dense(3, "softmax"))
    adam = gn.Adam(gn.schedules.CosineDecay(0.05, 4))
    history = net.fit(X, CLASSES, loss="scce", optimizer=adam, batch_size=5, epochs=4, **QUIET)
    return gn.replay(history, X, CLASSES, step=13).trace


def of_replay_in_order() -> Trace:
    net = network(gn.Dense(4, "tanh"), gn.BatchNorm(), gn.Dense(1))
    fit: dict[str, Any] = {
        "loss": "mse",
        "optimizer": "rmsprop",
        "batch_size": 8,
        "shuffle": False,
        "epochs": 2,
    }
    history = net.fit(
        X, X[:, :1], callbacks=[gn.callbacks.ReduceOnPlateau("loss", patience=1)], **fit, **QUIET
    )
    return gn.replay(history, X, X[:, :1], step=5).trace


def of_continued() -> Trace:
    net = network(gn.Dense(4, "gelu", l2=0.01), gn.Dense(1, "sigmoid"))
    sgd = gn.SGD(0.1, momentum=0.9, clip_norm=0.1)
    net.fit(X, CLASSES > 0, loss="bce", optimizer=sgd, epochs=3, **QUIET)
    trace = gn.trace(net, X[:6], CLASSES[:6] > 0, loss="bce", optimizer=sgd)
    net.fit(X, CLASSES > 0, loss="bce", optimizer=sgd, epochs=3, **QUIET)  # what comes later changes no trace
    return trace


def of_smoothed() -> Trace:
    loss = gn.losses.CategoricalCrossEntropy(label_smoothing=0.2)
    return gn.trace(network(gn.Dense(3, "softmax")), X[:4], np.eye(3)[CLASSES[:4]], loss=loss)


def of_signs() -> Trace:
    net = network(gn.Dense(4, "leaky_relu"), gn.Dense(1))
    return gn.trace(net, X[:5], np.where(CLASSES[:5, None] > 0, 1.0, -1.0), loss="hinge", optimizer="adam")


def of_several_values_in_float32() -> Trace:
    net = network(gn.Dense(4, "tanh"), gn.Dense(2), dtype="float32")
    return gn.trace(net, X[:5], X[:5, 1:], loss="huber", optimizer=gn.AdamW(0.01))


def of_labels() -> Trace:
    return gn.trace(network(gn.Dense(4, "tanh"), gn.Dense(2)), X[:9], CLASSES[:9] + 5, loss="contrastive")


def of_replay_of_triplets() -> Trace:
    net, triplets = network(gn.Dense(4, "tanh"), gn.Dense(2)), X[:21].reshape(7, 3, -1)
    loss = gn.losses.TripletMargin(swap=True)
    history = net.fit(triplets, loss=loss, optimizer="adam", batch_size=3, epochs=3, **QUIET)
    return gn.replay(history, triplets, step=5).trace


def of_pairs() -> Trace:
    net = network(gn.Dense(4, "tanh"), gn.Dense(3))
    return gn.trace(net, (X[:6], X[6:12]), [1, -1, -1, 1, 1, -1], loss="cosine_embedding")


def of_own_parts() -> Trace:
    bent = gn.activations.Function(lambda z: z / (1 + np.abs(z)), lambda z: 1 / (1 + np.abs(z)) ** 2, "bent")
    loss = gn.losses.Function(
        lambda y, p: np.square(p - y) ** 1.5, lambda y, p: 3 * (p - y) * np.abs(p - y), "my_own"
    )
    return gn.trace(network(gn.Dense(4, bent), gn.Dense(1)), X[:5], X[:5, :1], loss=loss)


TRACES = [
    of_pairs,
    of_own_parts,
    of_replay_of_triplets,
    of_labels,
    of_replay,
    of_replay_in_order,
    of_continued,
    of_smoothed,
    of_signs,
    of_several_values_in_float32,
]


@pytest.mark.parametrize("made", TRACES, ids=lambda made: made.__name__)
def test_the_page_computes_the_numbers_of_the_trace(made: Any) -> None:
    trace = made()
    record, document = trace.record, steps.document_of(trace.moment)
    own = document.pop("own")
    found = call(REACH, json.loads(json.dumps(document)), own)
    tolerance = 1e-11 if record.x.dtype == np.float64 else 1e-5

    def same(values: Any, wanted: Any) -> None:
        wanted = np.asarray(wanted, np.float64).ravel()
        largest = np.abs(wanted).max(initial=1e-300)
        np.testing.assert_allclose(np.ravel(values), wanted, rtol=0, atol=tolerance * largest)

    assert (found["step"], found["rule"]) == (record.update.step, record.update.rule)
    same(found["loss"], trace.loss)
    same(found["x"]["values"], record.x)
    assert len(found["rows"]) == len(record.rows)
    for row, wanted in zip(found["rows"], record.rows, strict=True):
        for name in ("z", "a", "d_a", "d_z", "inputs"):
            same(row[name]["values"], getattr(wanted, name))
    same([value for one in found["parameters"] for value in one["after"]], record.update.after)
    same([value for one in found["parameters"] for value in one["gradient"]], record.update.gradient)


def own(name: str = "mine") -> Any:
    return gn.activations.Function(lambda z: z - z.mean(), np.cos, name)


def untold() -> dict[str, tuple[Any, str]]:
    one = network(gn.Dense(1))
    weighted = one.copy().fit(X, X[:, :1], loss="mse", sample_weight=np.arange(1.0, 24), **QUIET)
    return {
        "own": (gn.trace(network(gn.Dense(2, own()), gn.Dense(1)), X, X[:, :1]), "cannot translate a call of 'z.mean' in .*own"),
        "large": (gn.trace(network(gn.Dense(700_000)), X[:1], np.zeros((1, 700_000)), loss="mse"), "5,600,003 numbers, .* up to 2,000,000"),
        "weights": (gn.replay(weighted, X, X[:, :1], sample_weight=np.arange(1.0, 24)).trace, "weights of samples"),
    }  # fmt: skip


def test_what_the_page_does_not_show_is_said_above_a_table_of_all_formulas(tmp_path: Path) -> None:
    for trace, reason in untold().values():
        trace.to_html(tmp_path / "page.html")
        text = (tmp_path / "page.html").read_text(encoding="utf-8")
        said = html.unescape(text.partition("<p>")[2].partition("</p>")[0])
        assert re.search(f"^These are the formulas as a table: .*{reason}", said), said
        assert trace._repr_html_() in text and "<script" not in text


@pytest.mark.browser
def test_the_page_of_a_replay_is_open_at_its_step(open_page: Any, tmp_path: Path) -> None:
    trace = of_replay()
    trace.to_html(tmp_path / "step.html")
    tab = open_page(file=tmp_path / "step.html")
    after(tab, "s.frame.step === 12 && s.selection !== null")
    assert tab.evaluate("glassnet.look().trace.loss") == pytest.approx(trace.loss, rel=1e-12)
    tab.wait_for_selector(
        ".caption:has-text('step 13, the next: 5 of 23 samples'), p:has-text('step 13, the next: 5 of 23 samples')"
    )
    tab.click("button.step")
    after(tab, "s.frame.step === 13")
    shown = np.array(tab.evaluate("Array.from(glassnet.mirror.network.vector)"))
    np.testing.assert_allclose(shown, trace.record.update.after, rtol=0, atol=1e-12)
    tab.click("button.back")
    after(tab, "s.frame.step === 12")


@pytest.mark.browser
def test_a_report_shows_its_one_step_as_the_page(open_page: Any, tmp_path: Path) -> None:
    net = network(gn.Dense(4, "tanh"), gn.Dense(3, "softmax"))
    history = net.fit(X, CLASSES, loss="scce", optimizer="adam", epochs=5, **QUIET)
    gn.report(net, X, CLASSES, history, path=tmp_path / "report.html")
    tab = open_page(url=(tmp_path / "report.html").as_uri(), is_page=False)
    inside = tab.locator("#step iframe").content_frame
    worst = re.findall(r"those of the output of the true class, (\d)", tab.inner_text("#step"))[0]
    inside.locator(f"h2:has-text('output layer, unit {worst}')").wait_for()
    assert inside.locator("html").get_attribute("data-theme") == "light"
    assert not inside.locator(".side").is_visible()
    assert tab.locator("#step details table").count() == 4


PREDICTED = """
const { step, data: given, address } = data, choices = { ...page.readAddress("#" + address).choices, data: "given" };
const source = { ...given, X: Float64Array.from(given.X) }, samples = page.prepare(source, choices, step.head), network = page.create(step.spec, step.state);
const trace = network.tracePrediction(samples.parts.train.X), columns = page.columnsOf(network), n = source.n;
const fields = { activation: page.parts.activation, loss: page.parts.loss }, one = { trace, spec: network.spec, columns, fields, outputs: step.head.outputs };
const lines = columns.flatMap(({ units }, column) => Array.from({ length: units }, (_, unit) => [0, n - 1].map((sample) => page.predictedLines(one, { column, unit, sample }))).flat(2));
return { rows: trace.rows.map(({ z, a }) => ({ z, a })), lines: lines.filter(({ heading }) => !heading).map(({ text }) => text), prediction: step.prediction };
"""


def predicting() -> gn.Network:
    net = network(
        gn.Dense(4, "tanh"), gn.BatchNorm(), gn.Dropout(0.4), gn.Residual([gn.Dense(4), gn.LayerNorm()]), gn.Dense(3, "softmax")
    )  # fmt: skip
    return net.fit(X, CLASSES, loss="scce", epochs=3, batch_size=8, **QUIET) and net


def test_the_page_of_a_prediction_computes_and_writes_what_the_network_predicts() -> None:
    net = predicting()
    trace = gn.trace(net, X[:5])
    expected = net.predict(X[:5])
    net.parameters[...] = 0.0  # what comes later changes no trace
    document = steps.document_of_prediction(trace)
    own = document.pop("own")
    found = call(PREDICTED, json.loads(json.dumps(document)), own)
    assert found["prediction"] is True
    for row, wanted in zip(found["rows"], trace.record.rows, strict=True):
        np.testing.assert_allclose(row["a"]["values"], wanted.a.ravel(), rtol=0, atol=1e-12)
    np.testing.assert_allclose(found["rows"][-1]["a"]["values"], expected.ravel(), rtol=0, atol=1e-12)
    for line in found["lines"]:
        for _, number, result in equations(line):
            assert number == pytest.approx(result, rel=3e-4, abs=1e-12), line
    told = " ".join(found["lines"])
    assert "by the running statistics" in told and "nothing is dropped in a prediction" in told


def test_a_prediction_that_the_page_does_not_draw_is_a_table_that_says_why(tmp_path: Path) -> None:
    gn.trace(network(gn.Dense(2, own())), X[:2]).to_html(tmp_path / "page.html")
    text = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "These are the formulas as a table: " in text and "a prediction for 2 samples" in text


@pytest.mark.browser
def test_the_page_of_a_prediction_shows_no_loss_and_no_way_back_and_says_so(
    open_page: Any, tmp_path: Path
) -> None:
    gn.trace(predicting(), X[:5]).to_html(tmp_path / "prediction.html")
    tab = open_page(file=tmp_path / "prediction.html")
    after(tab, "s.frame !== null && s.selection !== null && s.isPrediction")
    tab.locator("h2:has-text('output layer, unit 0')").wait_for()
    assert "no targets, so no loss, and no way back" in tab.inner_text(".toolbar")
    assert tab.locator(".part").count() == 1 and tab.locator(".part.forward").is_visible()
    for part in (".tools", ".figures", ".pace", ".side", ".output", "#tab-walk", "#tab-code", "#tab-surface"):
        assert not tab.locator(part).is_visible(), part
    tab.keyboard.press("ArrowRight")
    tab.select_option("[aria-label='sample of the next batch']", "3")
    after(tab, "s.sample === 3 && s.frame.step === 0")
    tab.locator("text=here sample 3").wait_for()
    tab.evaluate("glassnet.store.set({ selection: { kind: 'loss' } })")
    tab.locator("text=a prediction has no targets, so there is no loss, and no way back").wait_for()
    assert tab.locator("[aria-label^='one unit more']").count() == 0
    tab.evaluate("glassnet.choose({ hidden: '5.tanh' })")
    tab.wait_for_selector(".said >> text=a prediction has no targets, so nothing can be trained from it")
    after(tab, "s.isPrediction && s.frame.step === 0")
