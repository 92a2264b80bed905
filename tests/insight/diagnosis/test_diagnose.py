"""What a diagnosis may say, of whom, and in which form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import torch
from rich.console import Console
from torch import nn

import glassnet as gn
from glassnet import initializers
from glassnet.errors import ArgumentError, DivergenceError, ShapeError
from glassnet.insight.diagnosis import DiagnosisReport, DiagnosisWarning, Finding
from tests.insight.diagnosis.cases import blobs, spiral, wine

XOR = gn.datasets.xor()


def text_c() -> gn.Network:
    """Text C's network as seed 42 leaves it, after fewer epochs: the three samples are lost within 2000."""
    layers = [
        gn.Dense(4, "relu", initializers.Normal(0.01)),
        gn.Dense(1, "sigmoid", initializers.Normal(0.01)),
    ]
    net = gn.Network(layers, seed=np.random.RandomState(42), dtype="float64", input_shape=2)
    net.fit(*XOR, loss="bce", optimizer=gn.SGD(0.1), epochs=10_000, engine="numpy", progress=False)
    return net


def test_text_c_is_explained() -> None:
    net = text_c()
    found = gn.diagnose(net, *XOR).findings[0]
    assert (found.code, found.severity, found.layer) == ("collapsed_representation", "error", 0)
    assert found.cause == (
        "samples 00, 01 and 10 are all zero in every hidden unit of layer 0 and so cannot be told apart, though "
        "their targets differ"
    )
    assert found.evidence["samples alike"] == 3
    # Targets 0, 1, 1 of three samples that look alike: 2/3 of the spread of 0, 1, 1, 0 lies between them.
    assert found.evidence["part of the targets lost"] == pytest.approx(2 / 3)

    hidden = net.layers[0]
    pairs = [(layer.view("weights").copy(), layer.view("bias").copy()) for layer in net.layers]
    own = gn.adapt(pairs, ["relu", "sigmoid"])
    assert gn.diagnose(own, *XOR, loss="bce").findings[0].cause == found.cause
    assert hidden.view("weights").shape == (2, 4)


@dataclass
class Own:
    """A learner's own network."""

    weights: list[Any]
    activations: list[Any]


def own_pairs(random: Any) -> list[Any]:
    return [
        (random.normal(size=(2, 8)), np.full((1, 8), -50.0)),
        (random.normal(size=(8, 3)), np.zeros((1, 3))),
    ]


def test_a_learners_own_network_is_diagnosed_by_its_attributes() -> None:
    X, y = spiral()
    pairs = own_pairs(np.random.default_rng(0))
    report = gn.diagnose(Own(pairs, ["relu", "softmax"]), X, y)
    assert report.findings[0].code == "dead_units"
    assert report.findings[0].evidence["dead"] == 8
    columns = [(W.T, b.T) for W, b in pairs]
    twin = gn.adapt(columns, ["relu", "softmax"], samples_in="columns")
    np.testing.assert_array_equal(twin.predict(X), gn.adapt(pairs, ["relu", "softmax"]).predict(X))


def test_an_adapted_network_computes_what_the_learners_own_one_does() -> None:
    random = np.random.default_rng(1)
    X, pairs = random.normal(size=(5, 2)), own_pairs(random)
    (W1, b1), (W2, b2) = pairs
    square = gn.activations.Function(np.square, lambda z: 2 * z, "square")
    expected = np.tanh(np.square(X @ W1 + b1) @ W2 + b2)
    np.testing.assert_allclose(gn.adapt(pairs, [square, "tanh"]).predict(X), expected, rtol=1e-12)


@pytest.mark.parametrize(
    ("weights", "options", "error", "message"),
    [
        ([(np.ones((2, 3)), np.ones(3))], {"activations": []}, ArgumentError, "1 pairs and 0 activations"),
        ([np.ones((2, 3))], {"activations": ["relu"]}, ArgumentError, r"weights\[0\] must be a pair \(W, b\)"),
        ([(np.ones((2, 3)), np.ones(2))], {"activations": ["relu"]}, ShapeError,
         r"W of shape \(n_inputs, n_outputs\) and b of n_outputs entries; got \(2, 3\) and \(2,\)"),
        ([(np.ones((2, 3)), np.ones(3))], {"activations": ["relu"], "samples_in": "rings"}, ArgumentError, "'rows' or"),
    ],
)  # fmt: skip
def test_adapt_says_what_it_takes(weights: Any, options: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        gn.adapt(weights, **options)


def test_a_torch_module_is_diagnosed() -> None:
    X, y = blobs()
    torch.manual_seed(0)
    module = nn.Sequential(nn.Linear(2, 16), nn.ReLU(), nn.Linear(16, 3))
    with torch.no_grad():
        module[0].bias.fill_(-100.0)
    report = gn.diagnose(module, X, y, loss="sparse_softmax_cross_entropy")
    assert report.findings[0].code == "dead_units" and report.findings[0].layer == 0
    twice = nn.Sequential(nn.Linear(2, 16), nn.ReLU(), nn.Linear(16, 3), nn.Softmax(1))
    assert "output_loss_mismatch" in gn.diagnose(twice, X, y, loss="sparse_softmax_cross_entropy").codes


def test_dropout_that_is_still_active_in_a_torch_module_is_said() -> None:
    X, y = blobs()
    torch.manual_seed(0)
    module = nn.Sequential(nn.Linear(2, 16), nn.ReLU(), nn.Dropout(0.5), nn.Linear(16, 3))
    loss = "sparse_softmax_cross_entropy"
    assert "dropout_at_prediction" in gn.diagnose(module.train(), X, y, loss=loss).codes
    assert "dropout_at_prediction" not in gn.diagnose(module.eval(), X, y, loss=loss).codes


def test_something_else_is_refused() -> None:
    with pytest.raises(
        ArgumentError, match=r"diagnose takes a Network, a PyTorch module, or an object with weights"
    ):
        gn.diagnose([1, 2], *XOR)
    bare = gn.Network([gn.BatchNorm(), gn.Activation("tanh")])
    with pytest.raises(ArgumentError, match="needs a network with at least one Dense layer"):
        gn.diagnose(bare, *XOR)
    bare.fit(XOR.X, XOR.X, loss="mse", progress=False, callbacks=[gn.Diagnosis()])
    with pytest.raises(ArgumentError, match=r"validation_data must be a pair \(X, y\); got ndarray"):
        gn.diagnose(gn.Network([gn.Dense(1, "sigmoid")]), *XOR, validation_data=np.ones(3))  # type: ignore[arg-type]


def test_the_network_stays_as_it_is() -> None:
    X, y = wine()
    net = gn.Network([gn.Dense(8, "relu"), gn.Dropout(0.5), gn.BatchNorm(), gn.Dense(3, "softmax")], seed=0)
    net.fit(X, y, loss="scce", epochs=3, batch_size=16, progress=False, engine="numpy")
    before, streams = net.copy(), net.streams.state()
    gn.diagnose(net, X, y)
    np.testing.assert_array_equal(net.parameters, before.parameters)
    np.testing.assert_array_equal(net.running_statistics, before.running_statistics)
    assert net.streams.state() == streams
    assert net.state is not None and before.state is not None
    np.testing.assert_array_equal(net.state.vectors, before.state.vectors)
    untouched = gn.Network([gn.Dense(3, "softmax")], seed=0)
    gn.diagnose(untouched, X, y)
    assert not untouched.built


def test_watching_does_not_change_a_training() -> None:
    X, y = blobs()
    nets = []
    for callbacks in ([], [gn.Diagnosis()]):
        net = gn.Network([gn.Dense(8, "relu"), gn.Dropout(0.2), gn.Dense(3, "softmax")], seed=0)
        net.fit(
            X, y, loss="scce", epochs=12, batch_size=16, progress=False, engine="numpy", callbacks=callbacks
        )
        nets.append(net)
    np.testing.assert_array_equal(nets[0].parameters, nets[1].parameters)


def test_the_callback_warns_once_while_training_goes_on() -> None:
    X, y = gn.datasets.wine()
    net = gn.Network([gn.Dense(8, "tanh"), gn.Dense(3, "softmax")], seed=0)
    with pytest.warns(DiagnosisWarning, match=r"epoch 1: warning: unscaled_inputs: features are not") as told:
        net.fit(X, y, loss="scce", epochs=11, progress=False, engine="numpy", callbacks=[gn.Diagnosis()])
    assert sum("unscaled_inputs" in str(warning.message) for warning in told) == 1


def test_a_training_that_diverged_is_explained_by_the_callbacks_history() -> None:
    X, y = blobs()
    net = gn.Network([gn.Dense(8, "tanh"), gn.Dense(1)], seed=0)
    watch = gn.Diagnosis(warn=False)
    with pytest.raises(DivergenceError):
        net.fit(X, X[:, :1], loss="mse", optimizer=gn.SGD(50.0), epochs=50, progress=False, engine="numpy",
                callbacks=[watch])  # fmt: skip
    found = gn.diagnose(net, X, X[:, :1], watch.history).findings
    assert ("learning_rate_too_high", "error") in [(finding.code, finding.severity) for finding in found]
    assert next(f for f in found if f.code == "learning_rate_too_high").evidence["loss"] == "not finite"


def test_the_callback_measures_updates_as_the_definition_says() -> None:
    X, y = blobs()
    net = gn.Network([gn.Dense(4, "tanh"), gn.Dense(3, "softmax")], seed=0, dtype="float64", input_shape=2)
    first = net.parameters.copy()
    history = net.fit(X, y, loss="scce", optimizer=gn.SGD(0.1), epochs=1, progress=False, engine="numpy",
                      callbacks=[gn.Diagnosis(warn=False)])  # fmt: skip
    seen = history.records["diagnosis"]
    expected = np.linalg.norm(net.parameters - first) / np.linalg.norm(first)
    assert seen.update_ratio == [pytest.approx(expected, rel=1e-12)]
    assert (seen.epochs, seen.fresh, seen.n_samples, seen.batch_size) == ([1], True, 300, 300)


def test_a_report_has_causes_first_and_reads_in_three_forms() -> None:
    X, y = gn.datasets.wine()
    net = gn.Network([gn.Dense(8, "relu", "zeros"), gn.Dense(3, "softmax")], seed=0)
    report = gn.diagnose(net, X, y, loss="scce")
    assert {"symmetric_weights", "unscaled_inputs"} <= set(report.codes)
    assert not report.ok
    text, html = str(report), report._repr_html_()
    console = Console(width=200, record=True)
    console.print(report)
    for finding in report.findings:
        assert finding.title in text and finding.cause in text and finding.remedy in text
        assert finding.title in html and finding.reference
        assert finding.title in console.export_text(clear=False)
    # A warning, but the error may follow from it.
    assert report.codes.index("unscaled_inputs") < report.codes.index("symmetric_weights")
    notes = [finding.severity == "note" for finding in report.findings]
    assert notes == sorted(notes)


def test_a_note_is_no_reason_to_worry_and_html_is_escaped() -> None:
    note = Finding("a_code", "note", "x < y", "nothing", 2, {"share": 0.5, "kind": "a"})
    report = DiagnosisReport((note,))
    assert report.ok and report.codes == ("a_code",) and report.verdict == "1 note"
    assert "x &lt; y" in report._repr_html_() and "a_code, layer 2" in str(report)
    assert note.numbers == "share 0.5, kind a"
    assert str(DiagnosisReport()) == "diagnosis: nothing found"


def test_text_is_diagnosed_as_the_classes_that_it_names() -> None:
    X, places = np.random.default_rng(0).normal(size=(60, 3)), np.arange(60) % 2
    names = np.array(["no", "yes"])[places]
    net = gn.Network([gn.Dense(2, "softmax")], seed=0)
    net.metadata["class_names"] = ["no", "yes"]
    history = net.fit(X, names, loss="scce", epochs=5, progress=False)
    by_name = gn.diagnose(net, X, names, history, validation_data=(X[:20], names[:20]))
    by_number = gn.diagnose(net, X, places, history, validation_data=(X[:20], places[:20]))
    assert by_name.findings and by_name.findings == by_number.findings
    with pytest.raises(gn.errors.DataError, match="'maybe'"):
        gn.diagnose(net, X, np.where(places, "maybe", "no"))
