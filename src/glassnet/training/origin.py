"""Where a fit began: what it takes, beside its data, to take the same steps again."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from glassnet.layers import Layer
from glassnet.losses import Loss
from glassnet.optimizers import Optimizer
from glassnet.support.arrays import Array
from glassnet.training.batches import Batches
from glassnet.training.data import Data, Request
from glassnet.training.sources import PART_ROWS, Memory

if TYPE_CHECKING:
    from glassnet.network.network import Network

Fingerprint = tuple[Any, ...]
# Of a larger array, rows spread over all of it are looked at one by one; the sum takes in every entry.
CHECKED_BYTES = 1_000_000


@dataclass(frozen=True)
class Origin:
    """What a fit started from."""

    layers: tuple[Layer, ...]
    dtype: str
    input_shape: tuple[int, ...]
    seed: int | None  # from which the first weights follow; None where a generator was given
    streams: dict[str, Any]  # where the order of samples and the dropout masks started
    steps_before: int  # updates made before, by the same optimizer
    # parameters, data: fingerprints of the first parameters, and of samples, targets and weights; None for
    # an iterable of batches
    parameters: Fingerprint
    data: Fingerprint | None
    loss: Loss
    optimizer: Optimizer
    batch_size: int | None
    shuffle: bool
    validation_split: float
    class_weight: Mapping[Any, float] | str | None
    threads: int | None
    # Names of the classes, where they were known: targets and class weights may have been given by them
    classes: tuple[Any, ...] = ()

    @classmethod
    def of(
        cls, network: Network, optimizer: Optimizer, data: Data, request: Request, threads: int | None
    ) -> Origin:
        """Of a built network with its streams and its state, right before the first step."""
        return cls(
            tuple(network.layers), network.dtype.name, data.input_shape, network.streams.seed,
            network.streams.state(), network.training_state(optimizer).step,
            fingerprint(network.parameters) + fingerprint(network.running_statistics), fingerprint_of_data(data),
            request.loss, optimizer, request.batch_size, request.shuffle, request.validation_split,
            request.class_weight, threads, data.meaning.classes,
        )  # fmt: skip


def fingerprint_of_data(data: Data) -> Fingerprint | None:
    """Of samples, targets and weights to train on; of a mapped file, its first rows. None for batches."""
    source: Any = data.source
    if isinstance(source, Batches):
        return None
    x = source.x if isinstance(source, Memory) else source.rows(slice(0, PART_ROWS))
    return tuple(number for array in (x, source.y, source.weights) for number in fingerprint(array))


def digest_of(data: Data) -> str:
    """One word for the samples to train on, of arrays, and those to validate on: another for other data."""
    held = () if data.held is None else next(data.held.parts())
    digests = tuple(fingerprint(part) for part in held)
    weights = None if data.held is None or data.held.weights is None else fingerprint(data.held.weights)
    return hashlib.sha256(repr((fingerprint_of_data(data), digests, weights)).encode()).hexdigest()


def fingerprint(array: Array) -> Fingerprint:
    """Shape, the sum of all bits in words (another entry changes it), and a checksum of rows (another order does)."""
    flat = np.ascontiguousarray(array).reshape(-1).view(np.uint8)
    words = flat[: len(flat) // 8 * 8].view(np.uint64)
    step = -(-array.nbytes // CHECKED_BYTES) or 1
    return (
        array.shape,
        int(words.sum()),
        zlib.crc32(flat[len(words) * 8 :].tobytes()),
        zlib.crc32(array[::step].tobytes()),
    )
