"""Which samples are held back for validation."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from glassnet.errors import DataError
from glassnet.losses import Loss
from glassnet.network import inputs
from glassnet.network.inputs import Meaning
from glassnet.support.arrays import Array

Places = NDArray[np.int64]


def parted(y: Array, loss: Loss, share: float, meaning: Meaning) -> tuple[Places, Places]:
    """The places of samples to train on, and of those held back, each in their own order.

    Held back are the last samples; where each sample is of one class, the last ones of every class, so that both parts
    hold the classes in the same shares, and no class is held back as a whole.

    Raises `DataError` if one of the parts would be empty.
    """
    n = len(y)
    held = np.zeros(n, bool)
    if inputs.names_classes(y, loss) and not meaning.multi_label:
        _, classes = np.unique(y.argmax(axis=1) if y.shape[1] > 1 else y[:, 0], return_inverse=True)
        for label, count in enumerate(_counts(np.bincount(classes), share)):
            members = np.flatnonzero(classes == label)
            held[members[len(members) - count :]] = True
    else:
        held[n - round(n * share) :] = True
    if held.all() or not held.any():
        raise DataError(
            f"validation_split={share} of {n} samples leaves {n - held.sum()} to train on "
            f"and {held.sum()} to validate; both need at least one"
        )
    return np.flatnonzero(~held), np.flatnonzero(held)


def _counts(sizes: Places, share: float) -> Places:
    """How many of each class to hold back: its share, rounded so that all together are theirs; one always stays."""
    exact = sizes * share
    counts: Places = np.minimum(np.floor(exact).astype(np.int64), sizes - 1)
    left = round(int(sizes.sum()) * share) - int(counts.sum())
    for label in np.argsort(counts - exact, kind="stable"):
        if left > 0 and counts[label] < sizes[label] - 1:
            counts[label] += 1
            left -= 1
    return counts
