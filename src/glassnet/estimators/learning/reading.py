"""How an estimator comes from rows to features; whoever knows more about the table than it says gives another one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from glassnet.estimators.learning.rows import Rows
from glassnet.tables.preprocessing import Preprocessing
from glassnet.tables.table import Table

if TYPE_CHECKING:
    from glassnet.network.network import Network

Array = NDArray[Any]


@dataclass
class Reading:
    """Tables that are in memory. Set :attr:`NetworkEstimator.reading` to one of your own before a fit.

    Attributes
    ----------
    keep : sequence of str
        Columns that are read although they look like identifiers, or say nothing.
    """

    keep: Sequence[str] = ()

    @property
    def merges(self) -> bool:
        """Whether equal rows may be put together before training."""
        return True

    def shown(self, table: Table) -> Table:
        """The rows of which the numbers of the preprocessing are: all, or a sample."""
        return table

    def features(self, preprocessing: Preprocessing, table: Table, dtype: str) -> Array:
        """The features of a table, in the dtype of a network."""
        return preprocessing.transform(table, np.dtype(dtype))

    def asked(self, held: Sequence[tuple[Network, Rows]]) -> Sequence[tuple[Network, Rows]]:
        """Of rows that were held back those that are predicted after training, with their networks."""
        return held
