"""A network as plain data and arrays, and back: what a model file holds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol, TypeVar

import numpy as np

from glassnet import plan
from glassnet.errors import ArgumentError
from glassnet.losses import Loss
from glassnet.network.network import Network
from glassnet.network.random import Streams
from glassnet.network.state import TrainingState
from glassnet.optimizers import Optimizer
from glassnet.plan import Layout, Slot
from glassnet.support.arrays import Array
from glassnet.support.checks import integer, number
from glassnet.support.registry import from_config, to_config, unknown_parts

T = TypeVar("T")

MOST_STEPS = 2**53


class Stored(Protocol):
    """Arrays by name, of a dtype and a shape; None stands for any."""

    def check(self, name: str, dtype: np.dtype[Any] | None, shape: tuple[int, ...] | None) -> None:
        """Raise where there is no such array; nothing is read."""
        ...

    def read(self, name: str, dtype: np.dtype[Any] | None, shape: tuple[int, ...] | None) -> Array:
        """The array, after the same check."""
        ...


def describe(network: Network) -> tuple[dict[str, Any], dict[str, Array]]:
    """Configuration, ready for JSON, and arrays by name.

    Raises `NotBuiltError` if the network has no parameters yet; `ArgumentError` if some part of it has no
    description in plain data.
    """
    vectors, layout = network.vectors, network.layout
    arrays = {
        **_pieces(vectors.parameters, layout.parameters),
        **_pieces(vectors.running, layout.statistics),
    }
    config = {
        "layers": to_config(network.layers),
        "dtype": network.dtype.name,
        "input_shape": list(layout.input_shape),
        "seed": network.streams.seed,
        "streams": network.streams.state(),
        "loss": to_config(network.loss),
        "metadata": network.metadata,
        "training": None,
    }
    if network.state is not None:
        config["training"] = _describe_state(network.state, arrays)
    return config, arrays


def _name(slot: Slot) -> str:
    return f"layers.{slot.layer}.{slot.parameter.name}"


def _pieces(vector: Array, slots: Sequence[Slot]) -> dict[str, Array]:
    return {
        _name(slot): vector[slot.start : slot.stop].reshape(slot.parameter.shape)
        for slot in slots
    }  # fmt: skip


def _describe_state(state: TrainingState, arrays: dict[str, Array]) -> dict[str, Any]:
    """The state of training; its arrays are added to `arrays`."""
    arrays |= {f"optimizer.{index}": vector for index, vector in enumerate(state.vectors)}
    memories = {}
    for callback, memory in state.callbacks.items():
        of_memory = {key: value for key, value in memory.items() if isinstance(value, np.ndarray)}
        for key, value in of_memory.items():
            if value.dtype not in (np.float32, np.float64):
                raise ArgumentError(
                    f"callback {callback} remembers {key!r} of {value.dtype}; arrays must be float32 or float64"
                )
            arrays[f"callbacks.{callback}.{key}"] = value
        values = {key: value for key, value in memory.items() if key not in of_memory}
        memories[callback] = {"values": values, "arrays": list(of_memory)}
    return {
        "optimizer": to_config(state.optimizer), "step": state.step, "epoch": state.epoch,
        "rate_factor": state.rate_factor, "batch_size": state.batch_size, "engine": state.engine, "callbacks": memories,
        "data": state.data,
    }  # fmt: skip


def rebuild(config: dict[str, Any], stored: Stored) -> Network:
    """The network that :func:`describe` described. Nothing is allocated for arrays that are not there.

    Raises `ArgumentError` if the description is not one of a network, saying which part.
    """
    _refuse_unknown_parts(config)
    network = Network(
        [from_config(layer) for layer in _part(config, "layers", list)], dtype=_part(config, "dtype", str)
    )
    shape = tuple(integer("input_shape", n, least=1) for n in _part(config, "input_shape", list))
    if not shape:
        raise ArgumentError("its input shape has no axes")
    layout = plan.lay_out(network.layers, shape)
    loss = from_config(config.get("loss"))
    if loss is not None and not isinstance(loss, Loss):
        raise ArgumentError(f"its loss is {loss!r}")
    plan.build(network.layers, layout, loss)

    parameters = _joined(layout.parameters, network.dtype, stored)
    network.assemble(layout, parameters, _joined(layout.statistics, network.dtype, stored))
    network.loss = loss
    network.streams = _streams(config)
    network.metadata = _part(config, "metadata", dict)
    if config.get("training") is not None:
        network.state = _state(_part(config, "training", dict), layout, network.dtype, stored)
    return network


def _refuse_unknown_parts(config: dict[str, Any]) -> None:
    missing = unknown_parts([config.get("layers"), config.get("loss"), config.get("training")])
    if missing:
        parts = ", ".join(f"{kind} {name!r}" for kind, name in missing)
        kind, name = missing[0]
        raise ArgumentError(
            f"it needs {parts}, which glassnet does not know. If you wrote it, register it under its name before "
            f"loading: glassnet.{_ROOMS.get(kind, kind)}.register({name!r}, ...)"
        )


_ROOMS = {
    "activation": "activations", "loss": "losses", "initializer": "initializers", "schedule": "schedules",
}  # fmt: skip


def _part(config: dict[str, Any], key: str, kind: type[T]) -> T:
    value = config.get(key)
    if not isinstance(value, kind):
        raise ArgumentError(f"its configuration has no valid {key!r}")
    return value


def _joined(slots: Sequence[Slot], dtype: np.dtype[Any], stored: Stored) -> Array:
    for slot in slots:
        stored.check(_name(slot), dtype, slot.parameter.shape)
    vector = np.empty(slots[-1].stop if slots else 0, dtype)
    for slot in slots:
        vector[slot.start : slot.stop] = stored.read(_name(slot), dtype, slot.parameter.shape).ravel()
    return vector


def _streams(config: dict[str, Any]) -> Streams:
    seed = config.get("seed")
    streams = Streams.of(seed)
    streams.restore(_part(config, "streams", dict))
    streams.seed = seed
    return streams


def _state(config: dict[str, Any], layout: Layout, dtype: np.dtype[Any], stored: Stored) -> TrainingState:
    optimizer = from_config(config.get("optimizer"))
    if not isinstance(optimizer, Optimizer):
        raise ArgumentError("its optimizer is none")
    names = [f"optimizer.{k}" for k in range(optimizer.n_states)]
    for name in names:
        stored.check(name, dtype, (layout.n_parameters,))
    vectors = np.empty((len(names), layout.n_parameters), dtype)
    for vector, name in zip(vectors, names, strict=True):
        vector[:] = stored.read(name, dtype, (layout.n_parameters,))
    return TrainingState(
        optimizer,
        vectors,
        step=_count(config, "step"),
        epoch=_count(config, "epoch"),
        rate_factor=number("rate_factor", config.get("rate_factor"), least=0),
        batch_size=_batch_size(config),
        engine=_part(config, "engine", str),
        data=_part({"data": "", **config}, "data", str),
        callbacks={
            name: _memory(name, memory, stored) for name, memory in _part(config, "callbacks", dict).items()
        },
    )


def _batch_size(config: dict[str, Any]) -> int | None:
    """Files from before it was kept have none."""
    value = config.get("batch_size")
    return None if value is None else integer("batch_size", value, least=1)


def _count(config: dict[str, Any], key: str) -> int:
    value = integer(key, config.get(key), least=0)
    if value > MOST_STEPS:
        raise ArgumentError(f"its {key} is {value}, more than can have been made")
    return value


def _memory(name: str, memory: Any, stored: Stored) -> dict[str, Any]:
    if not isinstance(memory, dict):
        raise ArgumentError(f"the memory of callback {name!r} is not a table")
    names = {str(key): f"callbacks.{name}.{key}" for key in _part(memory, "arrays", list)}
    arrays = {key: stored.read(place, None, None) for key, place in names.items()}
    return {**_part(memory, "values", dict), **arrays}
