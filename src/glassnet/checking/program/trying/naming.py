"""Naming the slip of a whole program: its parameters as a glassnet network, for ``check_backward``."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise, product
from typing import Any

import numpy as np

from glassnet import activations
from glassnet.checking.finding.leaves import Leaf
from glassnet.checking.network.backward import check_backward
from glassnet.checking.numerics.rounding import Array
from glassnet.checking.program.bench import Bench
from glassnet.checking.program.trying import skips
from glassnet.checking.program.trying.judging import Judged
from glassnet.checking.program.trying.losses import known_as
from glassnet.checking.program.trying.skips import DenseForm
from glassnet.checking.report import Report, Slip
from glassnet.errors import GlassnetError
from glassnet.insight.diagnosis.adapters import adapt
from glassnet.network.network import Network

ACTIVATIONS = ("sigmoid", "tanh", "relu", "linear", "softmax", "leaky_relu", "softplus", "elu")
DEEPEST = 5


def slips_of(bench: Bench, judged: Judged) -> tuple[tuple[Slip, ...], tuple[str, ...], list[str]]:
    """The slips that give the learner's numbers, what equals them, and a note; none where there is no such network."""
    try:
        report, words = _report(bench, judged)
    except (GlassnetError, ValueError, ArithmeticError, LookupError):
        return (), (), []
    if report is None or not report.slips:
        return (), (), []
    return report.slips, report.equals, [f"read as a network of {words}"]


def _report(bench: Bench, judged: Judged) -> tuple[Report | None, str]:
    forward = judged.forward
    saved = bench.save()
    bench.put_back(forward.state)
    layers = layers_of(bench, forward.parameters, forward.case.targets.shape[1])
    output, _ = forward.run(bench)
    bench.put_back(saved)
    m = forward.case.n_samples
    X = np.asarray(forward.case.X, np.float64)
    X = X.T if forward.case.form == "columns" else X.reshape(m, -1)
    network = _network(layers, X, output)
    found = None if judged.objective.known_as else known_as(bench, forward, judged.objective)
    loss = judged.objective.known_as or (found[0] if found is not None else "")
    if network is None or not loss:
        return None, ""
    net, words = network
    gradients = [_gradients(judged, layer) for layer in layers]
    rate = judged.reading.rate if judged.reading.is_step else None
    return check_backward(net, X, forward.case.targets, gradients, loss=loss, learning_rate=rate), words


def _network(layers: Sequence[DenseForm], X: Array, output: Array) -> tuple[Network, str] | None:
    """The network of these layers that gives this output, one behind the other or with skips, in words too."""
    if not layers or layers[0].W.shape[0] != X.shape[1] or len(layers) > DEEPEST:
        return None
    names = activations_of(layers, X, output)
    if names is None:
        return skips.read(layers, X, output)
    return adapt([(layer.W, layer.b) for layer in layers], names), f"{', '.join(names)} layers"


def _gradients(judged: Judged, layer: DenseForm) -> Any:
    """The learner's gradients of one layer, weights (n_inputs, n_outputs)."""
    weights, bias = (
        judged.given[layer.weights_at],
        None if layer.bias_at is None else judged.given[layer.bias_at],
    )
    if weights is None or (bias is None and layer.bias_at is not None):
        raise LookupError("a gradient is missing")
    W = weights.array.T if layer.turned else weights.array
    if bias is None:
        return (W, None)
    b = bias.array
    return (W, b.reshape(-1) if b.ndim == 2 and 1 in b.shape else b.T if layer.turned else b)


def layers_of(bench: Bench, parameters: Sequence[Leaf], n_outputs: int) -> list[DenseForm]:
    """The parameters as dense layers from input to output; none where they do not fit together."""
    arrays = [bench.values(leaf) for leaf in parameters]
    weights = [
        i
        for i, array in enumerate(arrays)
        if (array.ndim == 2 and min(array.shape) > 1) or _is_last(array, n_outputs)
    ]
    weights = [i for i in weights if not _is_bias(parameters[i])]
    biases = [i for i in range(len(arrays)) if i not in weights]
    for turned in (False, True):
        found = _chained(arrays, weights, biases, turned)
        if found:
            return found
    return []


def _is_last(array: Array, n_outputs: int) -> bool:
    return array.ndim == 2 and n_outputs == 1 and 1 in array.shape


def _is_bias(leaf: Leaf) -> bool:
    return leaf.last_word.lower().lstrip("_").startswith("b")


def _chained(arrays: list[Array], weights: list[int], biases: list[int], turned: bool) -> list[DenseForm]:
    shapes = [arrays[i].shape[::-1] if turned else arrays[i].shape for i in weights]
    if any(a[1] != b[0] for a, b in pairwise(shapes)):
        return []
    left, found = list(biases), []
    for i, (_, n_units) in zip(weights, shapes, strict=True):
        at = next((b for b in left if arrays[b].size == n_units), None)
        if at is not None:
            left.remove(at)
        W = arrays[i].T if turned else arrays[i]
        b = None if at is None else arrays[at].reshape(-1)
        found.append(DenseForm(W, b, turned, i, at))
    return found if not left else []


def activations_of(layers: Sequence[DenseForm], X: Array, output: Array) -> tuple[str, ...] | None:
    """The activations with which these layers give this output; None where no usual ones do."""
    n = len(layers)
    same = [(*([hidden] * (n - 1)), last) for hidden, last in product(ACTIVATIONS, ACTIVATIONS)]
    for names in dict.fromkeys([*same, *(product(ACTIVATIONS[:4], repeat=n) if n <= 4 else ())]):
        a = X
        for layer, name in zip(layers, names, strict=True):
            a = activations.get(name).value(layer(a))
        if a.shape == output.shape and np.allclose(a, output, rtol=1e-9, atol=1e-12):
            return tuple(names)
    return None
