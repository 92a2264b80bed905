"""Networks to ONNX files, for every other runtime; see :mod:`glassnet.bridges.onnx.reading` for the way back."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from math import prod
from typing import Any

import numpy as np

import glassnet
from glassnet import activations, layers
from glassnet.activations import ActivationFunction
from glassnet.activations.facts import Operator
from glassnet.bridges.onnx.described import write_described
from glassnet.bridges.onnx.values import Nodes
from glassnet.bridges.writing import write
from glassnet.errors import ArgumentError
from glassnet.layers.base import is_built_in, is_described, registry
from glassnet.layers.trial import refuse_misdescribed
from glassnet.network.network import Network
from glassnet.support import checks
from glassnet.support.arrays import Array
from glassnet.support.optional import require

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
        inputs = [self.value, *others]
        self.nodes.append(self.onnx.helper.make_node(operator, inputs, [name], name=name, **attributes))
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
    shape, n_outputs = network.layout.input_shape, network.plan().n_outputs
    if len(shape) > 1:
        graph.then("Flatten", "flattened", axis=1)
    _layers(graph, network.layers, shape, "")
    graph.then("Identity", OUTPUT)
    kind, helper = graph.kind, onnx.helper
    model = helper.make_model(
        helper.make_graph(
            graph.nodes,
            "glassnet",
            [helper.make_tensor_value_info(INPUT, kind, [SAMPLES, *shape])],
            [helper.make_tensor_value_info(OUTPUT, kind, [SAMPLES, n_outputs])],
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
    """The network's metadata, and the names that the command keeps under "data" in it."""
    data = network.metadata.get("data")
    data = data if isinstance(data, dict) else {}
    names = {key: data[key] for key in ("class_names", "feature_names") if data.get(key)}
    try:
        return {key: json.dumps(value) for key, value in (names | network.metadata).items()}
    except (TypeError, ValueError, RecursionError) as error:
        raise ArgumentError(f"net.metadata must be plain data, as JSON has it: {error}") from error


# ---- layers


def _layers(graph: _Graph, stack: Sequence[layers.Layer], shape: tuple[int, ...], prefix: str) -> None:
    """The operators of layers that read samples of this shape, whose names begin with this prefix."""
    for index, layer in enumerate(stack):
        _layer(graph, layer, shape, prefix, index)
        shape = layer.output_shape(shape)


def _layer(graph: _Graph, layer: layers.Layer, shape: tuple[int, ...], prefix: str, index: int) -> None:
    if not is_built_in(layer):
        _described(graph, layer, shape, prefix, index)
        return
    match layer:
        case layers.Dense():
            of_bias = ("bias",) if layer.use_bias else ()
            graph.then("Gemm", *_arrays(graph, layer, f"{prefix}dense_{index}", "weights", *of_bias))
            _activation(graph, activations.get(layer.activation), prefix, index)
        case layers.Activation():
            _activation(graph, activations.get(layer.activation), prefix, index)
        case layers.BatchNorm():
            names = ("weights", "bias", "running_mean", "running_variance")
            values = _arrays(graph, layer, f"{prefix}batch_norm_{index}", *names)
            graph.then("BatchNormalization", *values, epsilon=layer.epsilon, momentum=1 - layer.momentum)
        case layers.LayerNorm():
            values = _arrays(graph, layer, f"{prefix}layer_norm_{index}", "weights", "bias")
            graph.then("LayerNormalization", *values, axis=-1, epsilon=layer.epsilon)
        case layers.PReLU():
            graph.then("PRelu", *_arrays(graph, layer, f"{prefix}prelu_{index}", "weights"))
        case layers.Residual():
            place, before = f"{prefix}residual_{index}", graph.value
            _layers(graph, layer.inner, shape, f"{place}.")
            graph.then("Add", place, before)
        case layers.Dropout() | layers.Flatten():
            pass  # in prediction neither changes a number, and samples are flat from the beginning
        case _:
            _described(graph, layer, shape, prefix, index)


def _described(graph: _Graph, layer: layers.Layer, shape: tuple[int, ...], prefix: str, index: int) -> None:
    """The operators of a layer that ONNX has none for, as it describes itself."""
    if not is_described(layer):
        raise ArgumentError(f"layer {prefix}{index}, {layer!r}, cannot be written to ONNX")
    refuse_misdescribed(layer, shape)
    place = f"{prefix}{registry.known_as(layer) or type(layer).__name__.lower()}_{index}"
    nodes = Nodes(graph.onnx, graph.nodes, graph.constants, dtype=graph.dtype, prefix=f"{place}.")
    graph.value = write_described(nodes, layer, graph.value, prod(shape), place)


def _arrays(graph: _Graph, layer: layers.Layer, place: str, *names: str) -> tuple[str, ...]:
    """The place, and constants that hold these arrays of a layer."""
    return place, *(graph.constant(f"{place}.{name}", layer.view(name)) for name in names)


def _activation(graph: _Graph, activation: ActivationFunction, prefix: str, index: int) -> None:
    facts = activation.facts
    if facts is None or facts.onnx is None:
        raise ArgumentError(
            f"layer {prefix}{index} has the activation {activation!r}, which ONNX has no operators for; "
            "replace it by a built-in activation"
        )
    name, operators = f"{prefix}activation_{index}", facts.onnx.operators
    with graph.in_float32(name) if facts.onnx.float32_only else nullcontext():
        z = graph.value
        for place, operator in enumerate(operators, 1):
            result = name if place == len(operators) else f"{name}.{place}"
            fields = {theirs: getattr(activation, ours) for theirs, ours in operator.fields.items()}
            graph.then(
                operator.name, result, *_operand(graph, result, z, operator), **fields, **operator.fixed
            )


def _operand(graph: _Graph, name: str, z: str, operator: Operator) -> tuple[str, ...]:
    if operator.operand is None:
        return ()
    return (z if isinstance(operator.operand, str) else graph.constant(f"{name}.operand", operator.operand),)
