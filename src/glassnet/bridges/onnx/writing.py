"""Networks to ONNX files, for every other runtime; see :mod:`glassnet.bridges.onnx.reading` for the way back."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

import numpy as np
from numpy.typing import NDArray

import glassnet
from glassnet.activations.facts import Operator
from glassnet.bridges.names import known_names
from glassnet.bridges.writing import write
from glassnet.errors import ArgumentError
from glassnet.network.network import Network
from glassnet.plan import ACTIVATION, BATCH_NORM, DENSE, DROPOUT, LAYER_NORM, NOWHERE, Row
from glassnet.support import checks
from glassnet.support.optional import require

Array = NDArray[Any]

# Opset 17 is the first with LayerNormalization; runtimes read it since 2022.
OPSET, IR_VERSION = 17, 8
INPUT, OUTPUT, SAMPLES = "X", "output", "n_samples"


def to_onnx(network: Network, path: str | os.PathLike[str]) -> None:
    """Write the network to an ONNX file that gives what ``network.predict`` gives.

    Input "X" has shape (n_samples, n_features), or the network's input shape behind any number of samples; "output"
    has shape (n_samples, n_outputs). Both have the network's dtype, and so have all weights; ELU, GELU and softplus are
    float32 always, since runtimes have them in no other. Dropout does nothing in prediction and is left out. The
    network's metadata go with it, each entry as JSON, ``class_names`` and ``feature_names`` among them where they are
    known. The file appears whole or not at all.

    Parameters
    ----------
    network : Network
        Built.
    path : str or path
        Usually ends in ``.onnx``.

    Raises
    ------
    MissingDependencyError
        If onnx is not installed.
    NotBuiltError, ArgumentError
        If the network is not built, or a layer has an activation of the user's own.
    ModelFileError
        If the file cannot be written.
    """
    onnx = require("onnx", extra="onnx", purpose="to_onnx")
    model = _model(network, _Graph(onnx, network.dtype), onnx)
    onnx.checker.check_model(model, full_check=True)
    write(checks.path("path", path), model.SerializeToString())


class _Graph:
    """Operators, one behind the other, and their constants."""

    def __init__(self, onnx: Any, dtype: np.dtype[Any]) -> None:
        self.onnx, self.dtype = onnx, dtype
        self.nodes: list[Any] = []
        self.constants: list[Any] = []
        self.value = INPUT

    def constant(self, name: str, array: Array | float) -> str:
        """A constant of the graph."""
        self.constants.append(
            self.onnx.numpy_helper.from_array(np.ascontiguousarray(array, self.dtype), name)
        )
        return name

    def then(self, operator: str, name: str, *others: str, **attributes: Any) -> None:
        """An operator on the newest value, and `others`; its result is the newest value."""
        self.nodes.append(
            self.onnx.helper.make_node(operator, [self.value, *others], [name], name=name, **attributes)
        )
        self.value = name

    @property
    def kind(self) -> int:
        """ONNX's number for the dtype."""
        return int(self.onnx.helper.np_dtype_to_tensor_dtype(self.dtype))

    @contextmanager
    def in_float32(self, name: str) -> Iterator[None]:
        """Operators that runtimes have for float32 only, between casts where the network is of another dtype."""
        dtype = self.dtype
        if dtype != np.float32:
            self.dtype = np.dtype(np.float32)
            self.then("Cast", f"{name}.float32", to=self.kind)
        yield
        if dtype != np.float32:
            self.dtype = dtype
            self.then("Cast", f"{name}.{dtype.name}", to=self.kind)


def _model(network: Network, graph: _Graph, onnx: Any) -> Any:
    shape, plan = network.layout.input_shape, network.plan()
    if len(shape) > 1:
        graph.then("Flatten", "flattened", axis=1)
    for row in plan.rows:
        if row.kind not in _ROWS:
            raise ArgumentError(
                f"layer {row.layer}, {network.layers[row.layer]!r}, cannot be written to ONNX"
            )
        _ROWS[row.kind](graph, network, row)
    graph.then("Identity", OUTPUT)
    kind, helper = graph.kind, onnx.helper
    model = helper.make_model(
        helper.make_graph(
            graph.nodes,
            "glassnet",
            [helper.make_tensor_value_info(INPUT, kind, [SAMPLES, *shape])],
            [helper.make_tensor_value_info(OUTPUT, kind, [SAMPLES, plan.n_outputs])],
            graph.constants,
        ),
        opset_imports=[helper.make_opsetid("", OPSET)],
        producer_name="glassnet",
        producer_version=glassnet.__version__,
        ir_version=IR_VERSION,
    )
    helper.set_model_props(model, _properties(network))
    return model


def _properties(network: Network) -> dict[str, str]:
    try:
        return {key: json.dumps(value) for key, value in (known_names(network) | network.metadata).items()}
    except (TypeError, ValueError, RecursionError) as error:
        raise ArgumentError(f"net.metadata must be plain data, as JSON has it: {error}") from error


# ---- rows


def _dense(graph: _Graph, network: Network, row: Row) -> None:
    place = f"dense_{row.layer}"
    layer = network.layers[row.layer]
    names = ("weights",) if row.bias == NOWHERE else ("weights", "bias")
    graph.then("Gemm", place, *(graph.constant(f"{place}.{name}", layer.view(name)) for name in names))
    _activation(graph, network, row)


def _activation(graph: _Graph, network: Network, row: Row) -> None:
    facts = row.activation.facts
    if facts is None or facts.onnx is None:
        raise ArgumentError(
            f"layer {row.layer} has the activation {row.activation!r}, which ONNX has no operators for; "
            "replace it by a built-in activation"
        )
    name, operators = f"activation_{row.layer}", facts.onnx.operators
    with graph.in_float32(name) if facts.onnx.float32_only else nullcontext():
        z = graph.value
        for place, operator in enumerate(operators, 1):
            result = name if place == len(operators) else f"{name}.{place}"
            fields = {theirs: getattr(row.activation, ours) for theirs, ours in operator.fields.items()}
            graph.then(
                operator.name, result, *_operand(graph, result, z, operator), **fields, **operator.fixed
            )


def _operand(graph: _Graph, name: str, z: str, operator: Operator) -> tuple[str, ...]:
    if operator.operand is None:
        return ()
    return (z if isinstance(operator.operand, str) else graph.constant(f"{name}.operand", operator.operand),)


def _batch_norm(graph: _Graph, network: Network, row: Row) -> None:
    place, layer = f"batch_norm_{row.layer}", network.layers[row.layer]
    names = ("weights", "bias", "running_mean", "running_variance")
    arrays = [graph.constant(f"{place}.{name}", layer.view(name)) for name in names]
    graph.then("BatchNormalization", place, *arrays, epsilon=row.epsilon, momentum=1 - row.momentum)


def _layer_norm(graph: _Graph, network: Network, row: Row) -> None:
    place, layer = f"layer_norm_{row.layer}", network.layers[row.layer]
    arrays = [graph.constant(f"{place}.{name}", layer.view(name)) for name in ("weights", "bias")]
    graph.then("LayerNormalization", place, *arrays, axis=-1, epsilon=row.epsilon)


def _scale(graph: _Graph, network: Network, row: Row) -> None:
    place = f"scale_{row.layer}"
    graph.then("Mul", place, graph.constant(f"{place}.weights", network.layers[row.layer].view("weights")))


def _prelu(graph: _Graph, network: Network, row: Row) -> None:
    place = f"prelu_{row.layer}"
    graph.then("PRelu", place, graph.constant(f"{place}.weights", network.layers[row.layer].view("weights")))


def _rms_norm(graph: _Graph, network: Network, row: Row) -> None:
    """x / sqrt(mean of x^2 + epsilon) w, operator by operator: the one of ONNX is too young for most runtimes."""
    place, layer, x = f"rms_norm_{row.layer}", network.layers[row.layer], graph.value
    epsilon = np.finfo(network.dtype).eps if layer.epsilon is None else layer.epsilon
    graph.then("Mul", f"{place}.squares", x)
    graph.then("ReduceMean", f"{place}.mean", axes=[-1], keepdims=1)
    graph.then("Add", f"{place}.sum", graph.constant(f"{place}.epsilon", float(epsilon)))
    graph.then("Sqrt", f"{place}.root")
    graph.value, root = x, graph.value
    graph.then("Div", f"{place}.divided", root)
    graph.then("Mul", place, graph.constant(f"{place}.weights", layer.view("weights")))


def _nothing(graph: _Graph, network: Network, row: Row) -> None:
    """A dropout layer, which changes nothing in prediction."""


_ROWS: dict[str, Callable[[_Graph, Network, Row], None]] = {
    DENSE: _dense, ACTIVATION: _activation, DROPOUT: _nothing, BATCH_NORM: _batch_norm, LAYER_NORM: _layer_norm,
    "scale": _scale, "prelu": _prelu, "rms_norm": _rms_norm,
}  # fmt: skip
