"""The data of one fit: checked, split and weighted before anything is changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from glassnet import checks, inputs, plan
from glassnet.engines.base import Slice
from glassnet.errors import ArgumentError, DataError
from glassnet.losses import Loss
from glassnet.training.sources import IN_MEMORY_BYTES, Batches, Held, Mapped, Memory, Source, peeked

if TYPE_CHECKING:
    from glassnet.network import Network


@dataclass(frozen=True)
class Data:
    """Training data as an engine takes them, and validation data if there are any.

    Attributes
    ----------
    plan : Plan
        The network's, with the loss.
    input_shape : tuple of int
        Of one sample.
    source : Source
        Where the batches come from.
    held : Held or None
        Validation samples and targets.
    """

    plan: plan.Plan
    input_shape: tuple[int, ...]
    source: Source
    held: Held | None


@dataclass(frozen=True)
class Wanted:
    """What fit was told about its data, beside X and y."""

    loss: Loss
    epochs: int
    batch_size: int | None
    shuffle: bool
    validation_data: tuple[ArrayLike, ArrayLike] | None
    validation_split: float
    sample_weight: ArrayLike | None
    class_weight: Mapping[Any, float] | str | None


def prepare(network: Network, X: Any, y: Any, wanted: Wanted) -> Data:
    """Check everything that fit was given; the network stays as it is.

    Raises
    ------
    ShapeError, DataError, ArgumentError
        With what was expected, what came, and what to do.
    """
    split = checks.number("validation_split", wanted.validation_split, least=0, below=1)
    if split > 0 and wanted.validation_data is not None:
        raise ArgumentError("give validation_data or validation_split, not both")
    if y is None and isinstance(X, Iterable) and not hasattr(X, "__array__"):
        return _from_batches(network, X, wanted)
    return _from_arrays(network, X, y, wanted, split)


def _plan(network: Network, shape: tuple[int, ...], loss: Loss) -> plan.Plan:
    layout = network.layout if network.built else plan.lay_out(network.layers, shape)
    return plan.build(network.layers, layout, loss)


def _from_arrays(network: Network, X: Any, y: Any, wanted: Wanted, split: float) -> Data:
    loss = wanted.loss
    mapped = _is_large_file(X)
    x = _checked_file("X", network, X, network.input_shape) if mapped else network.features(X)
    shape = network.input_shape or np.shape(X)[1:]
    table = _plan(network, shape, loss)
    targets = inputs.targets("y", y, loss, len(x), table.n_outputs, network.dtype)
    if loss.targets == "labels" and (wanted.sample_weight is not None or wanted.class_weight is not None):
        raise ArgumentError(
            f"{loss.name} is a mean over pairs or triplets, so it takes no weights of samples"
        )
    weights = inputs.sample_weights(wanted.sample_weight, len(x))
    held = _given(network, wanted.validation_data, shape, loss, table.n_outputs)
    if split > 0:
        n_kept = _kept(len(x), split)
        held = Held(x[n_kept:], targets[n_kept:])
        x, targets, weights = x[:n_kept], targets[:n_kept], weights[:n_kept]
    inputs.more_than_one_class("y", targets, loss)
    column = inputs.shares(weights, wanted.class_weight, targets, loss, network.dtype)
    kind = Mapped if mapped else Memory
    size = _batch_size(wanted.batch_size, len(x))
    return Data(table, shape, kind(x, targets, column, size, wanted.shuffle), held)


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


def _kept(n_samples: int, split: float) -> int:
    n_kept = n_samples - round(n_samples * split)
    if not 0 < n_kept < n_samples:
        raise DataError(
            f"validation_split={split} of {n_samples} samples leaves {n_kept} to train on "
            f"and {n_samples - n_kept} to validate; both need at least one"
        )
    return n_kept


def _batch_size(batch_size: int | None, n_samples: int) -> int:
    if batch_size is None:
        return n_samples
    return min(checks.integer("batch_size", batch_size, least=1), n_samples)


def _from_batches(network: Network, batches: Iterable[Any], wanted: Wanted) -> Data:
    """An iterable of batches; its first batch tells the shapes."""
    for name in ("batch_size", "sample_weight", "class_weight"):
        if getattr(wanted, name) is not None:
            raise ArgumentError(
                f"{name} is for arrays; an iterable gives whole batches (X, y) or (X, y, weights)"
            )
    if wanted.validation_split > 0:
        raise ArgumentError(
            "validation_split is for arrays; give validation_data beside an iterable of batches"
        )
    if isinstance(batches, Iterator) and wanted.epochs > 1:
        raise ArgumentError(
            f"an iterator can be gone through once, and {wanted.epochs} epochs were asked for; "
            "pass an object whose __iter__ starts anew, such as a list, or epochs=1"
        )
    again, first = peeked(batches)
    shape = network.input_shape or np.shape(first[0])[1:]
    table = _plan(network, shape, wanted.loss)
    x = network.features(first[0], "X of batch 0")
    inputs.targets("y of batch 0", first[1], wanted.loss, len(x), table.n_outputs, network.dtype)
    held = _given(network, wanted.validation_data, shape, wanted.loss, table.n_outputs)
    source = Batches(again, wanted.loss, shape, table.n_outputs, network.dtype, first, network.layers[0])
    return Data(table, shape, source, held)


def _given(network: Network, pair: Any, shape: tuple[int, ...], loss: Loss, n_outputs: int) -> Held | None:
    if pair is None:
        return None
    if not isinstance(pair, (tuple, list)) or len(pair) != 2:
        raise ArgumentError(f"validation_data must be a pair (X, y); got {_outline(pair)}")
    name, (X, y) = "X of validation_data", pair
    if _is_large_file(X):
        x = _checked_file(name, network, X, shape)
    else:
        x = inputs.features(name, X, network.dtype, shape, network.layers[0])
    return Held(x, inputs.targets("y of validation_data", y, loss, len(x), n_outputs, network.dtype))


def _outline(given: Any) -> str:
    kind = type(given).__name__
    return f"{kind} of {len(given)}" if isinstance(given, (tuple, list)) else kind


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
