"""Samples that a user gives beside a network, checked as training checks them: for the diagnosis and the report."""

from __future__ import annotations

from typing import Any

from numpy.typing import ArrayLike

from glassnet.errors import ArgumentError
from glassnet.losses import Loss
from glassnet.network.network import Network
from glassnet.support.arrays import Array


def pair_of(option: str, pair: Any) -> tuple[Any, Any]:
    """X and y of an option such as ``validation_data``; raises `ArgumentError` where it is no pair."""
    if not isinstance(pair, (tuple, list)) or len(pair) != 2:
        raise ArgumentError(f"{option} must be a pair (X, y); got {type(pair).__name__}")
    return pair[0], pair[1]


def checked(
    network: Network, option: str, X: ArrayLike, y: ArrayLike | None, loss: Loss
) -> tuple[Array, Array]:
    """Rows of X in the network's dtype, and targets in the form of the loss; `option` names where they came from."""
    of_what = f" of {option}" if option else ""
    rows = network.features(X, f"X{of_what}", loss)
    return rows, network.targets(y, loss, len(rows), f"y{of_what}")
