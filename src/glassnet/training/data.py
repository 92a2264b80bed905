"""The data of one fit: checked, split and weighted before anything is changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from glassnet import plan
from glassnet.engines.base import Slice
from glassnet.errors import ArgumentError
from glassnet.losses import Loss
from glassnet.network import inputs
from glassnet.network.inputs import Meaning
from glassnet.support import checks
from glassnet.training.batches import Batches, as_batch, mean_weight, peeked
from glassnet.training.parting import parted
from glassnet.training.refusals.reach import refuse_unreachable
from glassnet.training.refusals.suitability import (
    refuse_dropped,
    refuse_forward_only,
    refuse_unsuitable,
    try_own_activations,
)
from glassnet.training.sources import (
    IN_MEMORY_BYTES,
    BatchSource,
    FileRows,
    Held,
    Mapped,
    Memory,
)

if TYPE_CHECKING:
    from glassnet.network.network import Network


@dataclass(frozen=True)
class Data:
    """Training data as an engine takes them, and validation data if there are any."""

    plan: plan.Plan  # the network's, with the loss
    input_shape: tuple[int, ...]  # of one sample
    source: BatchSource  # where the batches come from
    held: Held | None  # validation samples and targets
    meaning: Meaning  # what the columns, classes and outputs are called
    # (n_samples,): weights of the training samples, of mean 1, for metrics: those that were given, without
    # those of classes
    weights: NDArray[Any] | None = None


@dataclass(frozen=True)
class Request:
    """What fit was told about its data, beside X and y."""

    loss: Loss
    epochs: int
    batch_size: int | None
    shuffle: bool
    validation_data: tuple[ArrayLike, ...] | None
    validation_split: float
    sample_weight: ArrayLike | None
    class_weight: Mapping[Any, float] | str | None


def prepare(network: Network, X: Any, y: Any, request: Request) -> Data:
    """Check everything that fit was given; the network stays as it is.

    Raises `ShapeError`, `DataError` or `ArgumentError` with what was expected, what came, and what to do.
    """
    split = checks.number("validation_split", request.validation_split, least=0, below=1)
    if split > 0 and request.validation_data is not None:
        raise ArgumentError("give validation_data or validation_split, not both")
    is_array = hasattr(X, "__array__") or inputs.are_parts(X, request.loss)
    if y is None and isinstance(X, Iterable) and not is_array:
        return _from_batches(network, X, request)
    return _from_arrays(network, X, y, request, split)


def _plan(network: Network, shape: tuple[int, ...], loss: Loss) -> plan.Plan:
    layout = network.layout if network.built else plan.lay_out(network.layers, shape)
    return plan.build(network.layers, layout, loss)


def _from_arrays(network: Network, X: Any, y: Any, request: Request, split: float) -> Data:
    loss = request.loss
    X = inputs.rows("X", X, loss, network.input_shape)
    mapped = _is_large_file(X)
    x = _checked_file("X", network, X, network.input_shape) if mapped else network.features(X)
    shape = network.input_shape or np.shape(X)[1:]
    table = _plan(network, shape, loss)
    meaning = network.meaning.learned(X, y, loss)
    targets = inputs.targets("y", y, loss, len(x), table.n_outputs, network.dtype, meaning)
    meaning = meaning.with_rows(targets, loss)
    for weighting in (request.sample_weight, request.class_weight):
        inputs.refuse_weights_of_pairs(loss, weighting)
    k = loss.rows_per_sample
    weights = np.repeat(inputs.sample_weights(request.sample_weight, len(x) // k), k)
    held = _held_samples(network, request, shape, table, meaning)
    goes_on = network.state is not None and network.loss == loss
    if not goes_on:  # of a training that goes on, this may be a part of the samples
        inputs.more_than_one_class("y", targets, loss)
    if split > 0:
        weighted = request.sample_weight is not None
        inside, out = (_members(places, k) for places in parted(targets[::k], loss, split, meaning))
        held = Held(_rows_at(x, out), targets[out], _held_weights(weights[out]) if weighted else None)
        x, targets, weights = _rows_at(x, inside), targets[inside], weights[inside]
        if not goes_on:
            inputs.more_than_one_class(f"what validation_split={split} leaves of y", targets, loss)
    n_known = max(table.n_outputs, 2) if goes_on else 0
    column = inputs.shares(weights, request.class_weight, targets, loss, network.dtype, meaning, n_known)
    try_own_activations(table, network.dtype)
    refuse_unsuitable(network.layers, table, loss, "y", targets)
    refuse_forward_only(network.layers, table)
    refuse_dropped(network.layers, table, loss)
    refuse_unreachable(network.layers, table, loss, "y", targets, weights)
    kind: Any = Mapped if mapped else Memory
    size = k * _batch_size(request.batch_size, len(x) // k)
    return Data(
        table, shape, kind(x, targets, column, size, request.shuffle, k), held, meaning,
        None if request.sample_weight is None else inputs.relative(weights),
    )  # fmt: skip


def _members(places: NDArray[np.int64], k: int) -> NDArray[np.int64]:
    """The rows of samples of k members, one after the other."""
    return (k * places[:, None] + np.arange(k)).reshape(-1)


def _held_weights(weights: NDArray[Any]) -> NDArray[Any]:
    return inputs.relative(weights, purpose="to validate on")


def _rows_at(x: Any, rows: NDArray[np.int64]) -> Any:
    """These rows, without a copy where they follow each other."""
    if rows[-1] - rows[0] + 1 == len(rows):
        return x[rows[0] : rows[-1] + 1]
    return FileRows(x, rows) if isinstance(x, np.memmap) else x[rows]


def _is_large_file(X: Any) -> bool:
    return isinstance(X, np.memmap) and X.nbytes > IN_MEMORY_BYTES


def _checked_file(
    name: str, network: Network, file: NDArray[Any], shape: tuple[int, ...] | None
) -> NDArray[Any]:
    """A mapped file, looked through a few rows at a time."""
    rows = max(1, IN_MEMORY_BYTES // max(1, file[:1].nbytes))
    for start in range(0, len(file), rows):
        part = name if len(file) <= rows else f"{name}, counted from row {start} on,"
        inputs.features(part, file[start : start + rows], network.dtype, shape, network.layers[0])
    return file


def _batch_size(batch_size: int | None, n_samples: int) -> int:
    if batch_size is None:
        return n_samples
    return min(checks.integer("batch_size", batch_size, least=1), n_samples)


def _from_batches(network: Network, batches: Iterable[Any], request: Request) -> Data:
    """An iterable of batches; its first batch tells the shapes."""
    for name in ("batch_size", "sample_weight", "class_weight"):
        if getattr(request, name) is not None:
            raise ArgumentError(
                f"{name} is for arrays; an iterable gives whole batches (X, y) or (X, y, weights)"
            )
    if request.validation_split > 0:
        raise ArgumentError(
            "validation_split is for arrays; give validation_data beside an iterable of batches"
        )
    if isinstance(batches, Iterator) and request.epochs > 1:
        raise ArgumentError(
            f"an iterator can be gone through once, and {request.epochs} epochs were asked for; "
            "pass an object whose __iter__ starts anew, such as a list, or epochs=1"
        )
    again, first = peeked(batches)
    loss = request.loss
    X = inputs.rows("X of batch 0", first[0], loss, network.input_shape)
    shape = network.input_shape or np.shape(X)[1:]
    table = _plan(network, shape, loss)
    x = network.features(X, "X of batch 0")
    meaning = network.meaning.learned(X, first[1], loss)
    y = inputs.targets("y of batch 0", first[1], loss, len(x), table.n_outputs, network.dtype, meaning)
    meaning = meaning.with_rows(y, loss)
    try_own_activations(table, network.dtype)
    refuse_unsuitable(network.layers, table, loss, "y of batch 0", y)
    refuse_forward_only(network.layers, table)
    refuse_dropped(network.layers, table, loss)
    if isinstance(batches, list | tuple) and not loss.members:
        _refuse_unreachable_batches(network, batches, table, loss, meaning)
    held = _held_samples(network, request, shape, table, meaning)
    weight = mean_weight(again, first, loss)
    source = Batches(again, (X, *first[1:]), network, loss, table, meaning, weight)
    return Data(table, shape, source, held, meaning)


def _refuse_unreachable_batches(
    network: Network, batches: Sequence[Any], table: plan.Plan, loss: Loss, meaning: Meaning
) -> None:
    """Look at the targets of all batches that are in memory; one batch alone may be of any samples."""
    targets, weights = [], []
    for number, batch in enumerate(batches):
        X, y, *rest = as_batch(batch)
        name, n_samples = f"y of batch {number}", len(X)
        targets.append(inputs.targets(name, y, loss, n_samples, table.n_outputs, network.dtype, meaning))
        weights.append(
            inputs.sample_weights(rest[0] if rest else None, n_samples, f"weights of batch {number}")
        )
    y, w = np.concatenate(targets), np.concatenate(weights)
    refuse_unreachable(network.layers, table, loss, "y of the batches", y, w)


def _held_samples(
    network: Network, request: Request, shape: tuple[int, ...], table: plan.Plan, meaning: Meaning
) -> Held | None:
    validation_data: Any = request.validation_data
    loss = request.loss
    if validation_data is None:
        return None
    if not isinstance(validation_data, (tuple, list)) or len(validation_data) not in (2, 3):
        raise ArgumentError(
            f"validation_data must be a pair (X, y), or (X, y, weights); got {_outline(validation_data)}"
        )
    name, y, rest = "X of validation_data", validation_data[1], validation_data[2:]
    X = inputs.rows(name, validation_data[0], loss, shape)
    if _is_large_file(X):
        x = _checked_file(name, network, X, shape)
    else:
        x = inputs.features(name, X, network.dtype, shape, network.layers[0], meaning)
    targets = inputs.targets("y of validation_data", y, loss, len(x), table.n_outputs, network.dtype, meaning)
    refuse_unsuitable(network.layers, table, loss, "y of validation_data", targets)
    if not rest or rest[0] is None:
        return Held(x, targets)
    inputs.refuse_weights_of_pairs(loss, rest[0])
    k = loss.rows_per_sample
    weights = np.repeat(inputs.sample_weights(rest[0], len(x) // k, "weights of validation_data"), k)
    return Held(x, targets, _held_weights(weights))


def _outline(value: Any) -> str:
    kind = type(value).__name__
    return f"{kind} of {len(value)}" if isinstance(value, (tuple, list)) else kind


def refuse_lonely_batches(data: Data, part: Slice | None = None) -> None:
    """Raise `ArgumentError` where a batch of one sample would meet a BatchNorm, before or within training."""
    if not any(row.kind == plan.BATCH_NORM for row in data.plan.rows):
        return
    source = data.source
    if isinstance(source, Memory | Mapped):
        lonely = source.batch_size == 1 or len(source.y) % source.batch_size == 1
        samples = f"{len(source.y)} samples in batches of {source.batch_size}"
    else:
        lonely, samples = part is not None and part.sizes.min() == 1, "these batches"
    if lonely:
        raise ArgumentError(
            f"BatchNorm needs at least 2 samples in every batch; {samples} leave a batch of 1. "
            "Choose another batch_size"
        )
