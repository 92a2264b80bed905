"""The numpy engine: the loop as it stands."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassnet.engines import loop
from glassnet.engines.base import Predict, Steps, Task, Vectors
from glassnet.engines.threads import matrix_threads
from glassnet.kernels.arrays import Views
from glassnet.plan import Plan
from glassnet.support.arrays import Array

PREDICTION_ROWS = 4096
NOTHING_DROPPED = loop.Dropped(np.empty(0, np.uint8), 0, ())


class NumpyTrainer:
    """The loop over one task."""

    def __init__(self, task: Task) -> None:
        self.task = task
        dtype, size = task.dtype, task.batch_size
        vectors = task.vectors
        self.parameters = loop.Parameters(
            Views(vectors.parameters), Views(vectors.gradients), Views(vectors.running)
        )
        self.states = list(task.states)
        self.room = loop.Room(
            Views(np.zeros(task.plan.n_columns * size, dtype)), size, task.plan.n_mask_columns,
            np.empty((size if task.gathers else 0, task.plan.layout.n_features), dtype),
            np.empty((size, task.n_targets), dtype), np.empty((size, 1), dtype),
        )  # fmt: skip

    def run(self, steps: Steps, losses: NDArray[np.float64]) -> int:
        task, optimizer, data = self.task, self.task.optimizer, steps.data
        batches = loop.Data(
            data.x, data.y, data.weights, data.order, data.starts.tolist(), data.stops.tolist(), steps.masks,
            task.plan.drop_rates(steps.epochs).tolist(),
        )  # fmt: skip
        step = loop.Update(
            optimizer.rule, self.states, [tuple(row) for row in steps.coefficients.tolist()],
            task.learning_rate_factors,
            optimizer.clip_norm or 0.0, optimizer.clip_value or 0.0,
        )  # fmt: skip
        threads = matrix_threads(task.plan, task.batch_size, task.threads)
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"), threads:
            return loop.train(task.plan.rows, task.loss, self.parameters, self.room, batches, step, losses)


class NumpyEngine:
    """Textbook arithmetic, one array operation after the other; needs nothing but NumPy."""

    name = "numpy"

    def trainer(self, task: Task) -> NumpyTrainer:
        return NumpyTrainer(task)

    def predictor(self, plan: Plan, dtype: np.dtype[Any]) -> Predict:
        """Nothing is to be prepared."""
        return partial(self.forward, plan)

    def forward(self, plan: Plan, vectors: Vectors, x: Array) -> Array:
        """The last row's output in prediction, a slice of rows at a time."""
        size = min(len(x), PREDICTION_ROWS)
        memory = Views(np.empty(plan.n_columns * size, x.dtype))
        parameters, running = Views(vectors.parameters), Views(vectors.running)
        last = plan.rows[-1]
        output = np.empty((len(x), last.n_outputs), x.dtype)
        with matrix_threads(plan, size):
            for start in range(0, len(x), size):
                part = x[start : start + size]
                loop.forward(plan.rows, parameters, running, memory, size, part, NOTHING_DROPPED, False)
                output[start : start + size] = memory[last.a * size, len(part), last.n_outputs]
        return output
