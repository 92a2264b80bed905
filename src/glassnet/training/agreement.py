"""Before several processes train one network: have they all been given the same?"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from glassnet.engines.torch import processes
from glassnet.errors import ArgumentError
from glassnet.network.random import Streams
from glassnet.optimizers import Optimizer
from glassnet.training.batches import Batches
from glassnet.training.data import Data
from glassnet.training.sources import PART_ROWS, Memory

if TYPE_CHECKING:
    from glassnet.network.network import Network


def refuse_differences(
    network: Network, streams: Streams, data: Data, optimizer: Optimizer, epochs: int
) -> None:
    """Compare what all processes are about to train on, and how.

    Of a mapped file the first rows are compared, of an iterable the first batch.

    Raises `ArgumentError` on every process, if one of them differs; it names what, and which process.
    """
    group = processes.current()
    if not group.is_several:
        return
    digests = {name: _digest(thing) for name, thing in _inputs(network, streams, data, optimizer, epochs)}
    everyone = group.gather(digests)
    for rank, others in enumerate(everyone):
        different = [name for name in digests if others[name] != everyone[0][name]]
        if different:
            raise ArgumentError(
                f"process {rank + 1} of {group.size} was given another {', another '.join(different)} than the first; "
                "each must be given the same network, data and seed, since fit itself deals out every batch"
            )


def _inputs(
    network: Network, streams: Streams, data: Data, optimizer: Optimizer, epochs: int
) -> Iterator[tuple[str, Any]]:
    yield "network", network.config()
    yield "seed", (streams.state(), None if network.built else _position(streams.weights))
    if network.built:
        yield "state of parameters", (network.parameters, network.running_statistics)
    if network.state is not None:
        yield "state of training", (network.state.epoch, network.state.step, network.state.vectors)
    source: Any = data.source
    if isinstance(source, Batches):
        yield "first batch", source.first
    else:
        yield "X", source.x if isinstance(source, Memory) else source.rows(slice(0, PART_ROWS))
        yield "y", source.y
        yield "sample_weight", source.weights
        yield "shuffle", source.shuffles
    yield "batch_size", source.batch_size
    yield "validation data", None if data.held is None else next(data.held.parts())
    yield "loss", data.plan.loss
    yield "optimizer", optimizer
    yield "number of epochs", epochs


def _position(source: np.random.Generator | np.random.RandomState) -> Any:
    return source.get_state() if isinstance(source, np.random.RandomState) else source.bit_generator.state


def _digest(thing: Any) -> str:
    total = hashlib.sha256()
    for part in thing if isinstance(thing, tuple) else (thing,):
        if isinstance(part, np.ndarray):
            total.update(f"{part.dtype.str} {part.shape} ".encode())
            total.update(np.ascontiguousarray(part).data)
        else:
            total.update(repr(part).encode())
    return total.hexdigest()
