"""Pairs and triplets as the page takes samples: a row for each member, one after the other."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassnet.errors import ArgumentError
from glassnet.losses import Loss
from glassnet.losses.targets import labels_of_groups
from glassnet.network import inputs


def group_data(loss: Loss, X: Any, y: Any) -> dict[str, Any]:
    """Samples of a loss of pairs or triplets as plain data, from X and y as ``fit`` takes them.

    Raises
    ------
    ArgumentError, DataError, ShapeError
        If they are not such samples.
    """
    if X is None:
        raise ArgumentError(
            f"{loss.name} compares {', '.join(loss.members)}; give data: gn.play(network, X, y)"
        )
    rows = np.asarray(inputs.rows("X", X, loss, None), np.float64)
    rows = rows.reshape(len(rows), -1)
    targets = labels_of_groups(loss, "y", y, len(rows) // loss.rows_per_sample)
    return {
        "name": "given", "n": len(rows), "width": rows.shape[1], "X": rows.ravel().tolist(),
        "featureNames": [f"x{column}" for column in range(rows.shape[1])], "image": None,
        **told_of_groups(loss, targets),
    }  # fmt: skip


def told_of_groups(loss: Loss, targets: NDArray[Any]) -> dict[str, Any]:
    """What the page is told of the targets, which stand once for each member: of pairs whether they belong together.

    The colour of a point is the pair's kind, or the member of the triplet that it is.
    """
    k = loss.rows_per_sample
    labels = (
        (targets.ravel() == loss.only_targets[1]).astype(int)
        if loss.takes_targets
        else np.arange(len(targets)) % k
    )
    return {
        "task": "classification", "labels": labels.tolist(), "values": None, "n_values": 0, "members": k,
        "classNames": ["apart", "together"] if loss.takes_targets else list(loss.members),
    }  # fmt: skip
