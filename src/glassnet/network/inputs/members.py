"""Samples of several members, pairs and triplets, as rows that a network reads: one for each member."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassnet.errors import ShapeError
from glassnet.losses import Loss
from glassnet.network.inputs.numbers import numeric
from glassnet.support import checks
from glassnet.support.arrays import Array


def rows(name: str, X: Any, loss: Loss, input_shape: tuple[int, ...] | None) -> Any:
    """X as rows of the network: as it is, or of a loss of pairs or triplets the members of each sample one by one.

    Pairs and triplets are an array (n_samples, n_members, ...), which may be mapped, or a tuple of an array
    (n_samples, ...) for each member.

    Raises `ShapeError` or `DataError` if there are not as many members, or they differ in shape, or a number is not
    finite.
    """
    if not loss.members:
        _advise(name, X, loss, input_shape)
        return X
    k = loss.rows_per_sample
    array = _stacked(name, X, loss) if isinstance(X, tuple) else checks.real(name, X)
    if array.ndim < 3 or array.shape[1] != k or len(array) == 0:
        shape = f"it has {array.shape}"
        raise ShapeError(f"{_expected(name, loss)}; {shape}")
    if not isinstance(array, np.memmap) and not np.isfinite(array).all():
        numeric(name, array, np.float64)
    return array.reshape(k * len(array), *array.shape[2:])


def _stacked(name: str, X: tuple[Any, ...], loss: Loss) -> Array:
    if len(X) != len(loss.members):
        raise ShapeError(f"{_expected(name, loss)}; it is a tuple of {len(X)}")
    parts = [checks.real(f"{member} of {name}", part) for member, part in zip(loss.members, X, strict=True)]
    if len({part.shape for part in parts}) > 1:
        shapes = ", ".join(f"{member} {part.shape}" for member, part in zip(loss.members, parts, strict=True))
        raise ShapeError(
            f"the members of {name} must have one shape, (n_samples, n_features); they have {shapes}"
        )
    if parts[0].ndim < 2:
        raise ShapeError(f"{_expected(name, loss)}; its parts have shape {parts[0].shape}")
    return np.stack(parts, axis=1)


def are_parts(X: Any, loss: Loss) -> bool:
    """Whether X is a tuple of the members of pairs or triplets, and no iterable of batches."""
    return bool(loss.members) and isinstance(X, tuple) and all(hasattr(part, "__array__") for part in X)


def spread(n_rows: int, most: int, loss: Loss) -> NDArray[np.int64]:
    """At most so many of these rows, evenly spread over all; those of a sample stay together."""
    k = loss.rows_per_sample
    n, count = n_rows // k, min(n_rows // k, most // k)
    samples = np.linspace(0, n - 1, count).astype(np.int64)
    return (k * samples[:, None] + np.arange(k)).reshape(-1)


def _expected(name: str, loss: Loss) -> str:
    k, members = len(loss.members), ", ".join(loss.members)
    return (
        f"{loss.name} compares the members of each sample, {members}: {name} must have shape (n_samples, {k}, "
        f"n_features), or be a tuple ({members}) of arrays (n_samples, n_features)"
    )


def _advise(name: str, X: Any, loss: Loss, input_shape: tuple[int, ...] | None) -> None:
    """Raise `ShapeError` where samples seem to be pairs or triplets, and the loss makes these itself."""
    is_array = hasattr(X, "__array__") and not isinstance(X, type)
    shape: tuple[int, ...] = np.shape(X) if is_array else ()
    if input_shape is not None and shape[2:] == input_shape and shape[1] in loss.for_groups:
        raise ShapeError(
            f"{loss.name} makes pairs and triplets itself, from samples {input_shape} with labels; {name} has shape "
            f"{shape}. For samples that are given in groups use {loss.for_groups[shape[1]]}"
        )
