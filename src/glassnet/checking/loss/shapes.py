"""Targets (n,) beside predictions (n, 1), which NumPy broadcasts to (n, n) without an error."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from glassnet.checking.loss.batches import draw
from glassnet.checking.loss.reading import Learner
from glassnet.checking.numerics.rounding import Array
from glassnet.checking.report import Slip
from glassnet.support.arrays import as_array


def broadcast(learner: Learner, y: Array, p: Array) -> Iterator[Slip]:
    """Whether targets and predictions of these shapes are broadcast to every pair of samples."""
    if y.shape == p.shape or y.size != p.size:
        return
    try:
        as_given = float(np.mean(as_array(learner.value.raw(y, p))))
        reshaped = float(np.mean(as_array(learner.value.raw(y.reshape(p.shape), p))))
    except Exception:  # shapes that are refused are not broadcast
        return
    if not np.isclose(as_given, reshaped, rtol=1e-9, atol=0):
        yield Slip(
            "broadcast_to_matrix",
            (),
            f"y_true {y.shape} beside y_pred {p.shape} is broadcast to {np.broadcast_shapes(y.shape, p.shape)}: every "
            f"target meets every prediction, and the loss is {as_given:.6g} in the place of {reshaped:.6g}.",
            f"y_true = y_true.reshape({p.shape})",
        )


def mind_shapes(learner: Learner) -> Iterator[str]:
    """A note if targets (n,) beside predictions (n, 1) would be broadcast unnoticed."""
    batch = draw("binary", 6, 1, one_axis=True)
    if any(broadcast(learner, batch.y, batch.p[:, None])):
        yield "mind the shapes: y_true (n,) beside y_pred (n, 1) is broadcast to (n, n) without an error"
