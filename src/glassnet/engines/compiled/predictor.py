"""Prediction with little overhead, for a service that answers one row at a time."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from glassnet.engines.base import Vectors
from glassnet.engines.compiled.engine import Rows, entry, predict, prediction_job
from glassnet.plan import Plan
from glassnet.support.arrays import Array

if TYPE_CHECKING:
    from glassnet.network.network import Network

SMALL = 128


class Predictor:
    """A network's prediction, compiled: ``predictor(X)`` gives ``(n_samples, n_outputs)``.

    Holds a copy of the parameters as they were when it was made. Safe to call from several threads at once. An array
    of up to 128 rows is not searched for NaN: a row that holds one gives NaN. More rows are, as in ``network.predict``.
    """

    def __init__(self, network: Network) -> None:
        self._network = network
        self._plan: Plan = network.plan()
        vectors = network.vectors
        self._vectors = Vectors(vectors.parameters.copy(), np.empty(0, network.dtype), vectors.running.copy())
        self._rows = Rows(self._plan, network.dtype)
        self._local = threading.local()
        self._takes_few = not network.layers[0].reads_data

    def __call__(self, X: ArrayLike) -> Array:
        """The output for each sample; X as for ``network.predict``."""
        if self._takes_few and type(X) is np.ndarray:
            few = getattr(self._local, "few", None) or self._prepare()
            room = few.rooms.get(X.shape)
            if room is not None and X.dtype.kind in "fiub":
                return few.predict(X, room)
        return predict(self._plan, self._rows, self._vectors, self._network.features(X))

    def _prepare(self) -> _Few:
        few = self._local.few = _Few(self._plan, self._rows, self._vectors)
        return few


class _Few:
    """Room for a few rows, prepared once for each thread: by the shape of samples their number, input and output."""

    def __init__(self, plan: Plan, rows: Rows, vectors: Vectors) -> None:
        dtype, shape = vectors.parameters.dtype, plan.layout.input_shape
        x = np.zeros((SMALL, plan.layout.n_features), dtype)
        output = np.zeros((SMALL, plan.n_outputs), dtype)
        counts = range(1, SMALL + 1) if len(shape) == 1 else ()
        self.rooms = {(n, *shape): (n, x[:n], output[:n]) for n in counts}
        self.job = prediction_job(plan, rows, vectors, x, output, SMALL)
        self.n_samples, self.n = self.job.record["n_samples"], SMALL
        self.enter, self.address = entry("predict", dtype).make().ctypes, self.job.address

    def predict(self, X: Array, room: tuple[int, Array, Array]) -> Array:
        """The output for samples that fit this room."""
        n, x, output = room
        x[...] = X
        if n != self.n:
            self.n_samples[0] = self.n = n
        self.enter(self.address)
        return output.copy()
