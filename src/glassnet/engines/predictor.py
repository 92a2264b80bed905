"""Prediction with little overhead, for a service that answers one row at a time."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from glassnet.engines import entries
from glassnet.engines.base import Array, Vectors
from glassnet.engines.compiled import CompiledEngine, Job, compiled_rows, entry
from glassnet.plan import Plan

if TYPE_CHECKING:
    from glassnet.network import Network

SMALL = 64


class Predictor:
    """A network's prediction, compiled: ``predictor(X)`` gives ``(n_samples, n_outputs)``.

    Holds a copy of the parameters as they were when it was made. Safe to call from several threads at once. Rows are
    not searched for NaN: a row that holds one gives NaN.
    """

    def __init__(self, network: Network) -> None:
        self._network = network
        self._plan: Plan = network.plan()
        vectors = network.vectors
        self._vectors = Vectors(vectors.parameters.copy(), np.empty(0, network.dtype), vectors.running.copy())
        self._rows = compiled_rows(self._plan, network.dtype)
        self._predict = entry(entries.predict, network.dtype).make().ctypes
        self._shape = network.input_shape
        self._engine = CompiledEngine()
        self._local = threading.local()

    def __call__(self, X: ArrayLike) -> Array:
        """The output for each sample; X as for ``network.predict``."""
        local = self._local
        if not hasattr(local, "small"):
            local.small = _Small(self._plan, self._vectors, self._rows, self._predict)
        if isinstance(X, np.ndarray) and X.ndim == 2 and len(X) <= SMALL and X.shape[1:] == self._shape and len(X):
            small: _Small = local.small
            return small(X)
        return self._engine.forward(self._plan, self._vectors, self._network.features(X))


class _Small:
    """Room for a few rows, prepared once for each thread."""

    def __init__(self, plan: Plan, vectors: Vectors, rows: Array, predict: Any) -> None:
        dtype = vectors.parameters.dtype
        self.x = np.zeros((SMALL, plan.layout.n_features), dtype)
        self.output = np.zeros((SMALL, plan.n_outputs), dtype)
        self.job = Job()
        self.job.point(
            rows=rows, parameters=vectors.parameters, running=vectors.running,
            memory=np.zeros(plan.n_columns * SMALL, dtype), x=self.x, y=self.output,
        )  # fmt: skip
        self.job.set(
            n_rows=len(plan.rows), n_parameters=len(vectors.parameters), n_running=len(vectors.running),
            n_memory=plan.n_columns * SMALL, size=SMALL, n_features=plan.layout.n_features,
        )  # fmt: skip
        self.n_samples = self.job.record["n_samples"]
        self.predict, self.address = predict, self.job.address

    def __call__(self, X: Array) -> Array:
        n = len(X)
        self.x[:n] = X
        self.n_samples[0] = n
        self.predict(self.address)
        return self.output[:n].copy()
