"""Prediction with little overhead, for a service that answers one row at a time."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from glassnet.engines.base import Vectors
from glassnet.engines.compiled import entries
from glassnet.engines.compiled.engine import Rows, entry, predict, prediction_job
from glassnet.plan import Plan
from glassnet.support.arrays import Array

if TYPE_CHECKING:
    from glassnet.network.network import Network

SMALL = 64


class Predictor:
    """A network's prediction, compiled: ``predictor(X)`` gives ``(n_samples, n_outputs)``.

    Holds a copy of the parameters as they were when it was made. Safe to call from several threads at once. An array
    of up to 64 rows is not searched for NaN: a row that holds one gives NaN. More rows are, as in ``network.predict``.
    """

    def __init__(self, network: Network) -> None:
        self._network = network
        self._plan: Plan = network.plan()
        vectors = network.vectors
        self._vectors = Vectors(vectors.parameters.copy(), np.empty(0, network.dtype), vectors.running.copy())
        self._rows = Rows(self._plan, network.dtype)
        self._shape = network.input_shape
        self._local = threading.local()
        self._small = not network.layers[0].reads_data

    def __call__(self, X: ArrayLike) -> Array:
        """The output for each sample; X as for ``network.predict``."""
        if (
            self._small and type(X) is np.ndarray and X.ndim == 2 and 0 < len(X) <= SMALL
            and X.shape[1:] == self._shape and X.dtype.kind in "fiub"
        ):  # fmt: skip
            local = self._local
            if not hasattr(local, "small"):
                local.small = _Small(self._plan, self._rows, self._vectors)
            small: _Small = local.small
            return small(X)
        return predict(self._plan, self._rows, self._vectors, self._network.features(X))


class _Small:
    """Room for a few rows, prepared once for each thread."""

    def __init__(self, plan: Plan, rows: Rows, vectors: Vectors) -> None:
        dtype = vectors.parameters.dtype
        self.x = np.zeros((SMALL, plan.layout.n_features), dtype)
        self.output = np.zeros((SMALL, plan.n_outputs), dtype)
        self.job = prediction_job(plan, rows, vectors, self.x, self.output, SMALL)
        self.n_samples = self.job.record["n_samples"]
        self.predict, self.address = entry(entries.predict, dtype).make().ctypes, self.job.address

    def __call__(self, X: Array) -> Array:
        n = len(X)
        self.x[:n] = X
        self.n_samples[0] = n
        self.predict(self.address)
        return self.output[:n].copy()
