"""The numpy engine: the loop as it stands."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from glassnet.engines import loop
from glassnet.engines.base import Array, Steps, Task, Vectors
from glassnet.engines.threads import matrix_threads
from glassnet.kernels.arrays import Views
from glassnet.plan import Plan

PREDICTION_ROWS = 4096
NO_MASKS = np.empty(0, np.uint8)


class NumpyTrainer:
    """The loop over one task."""

    def __init__(self, task: Task) -> None:
        self.task = task
        dtype, size = task.dtype, task.batch_size
        self.memory = Views(np.zeros(task.plan.n_columns * size, dtype))
        self.parameters = Views(task.vectors.parameters)
        self.gradients = Views(task.vectors.gradients)
        self.running = Views(task.vectors.running)
        self.states = list(task.states)
        self.batch_x = np.empty((size if task.gathers else 0, task.plan.layout.n_features), dtype)
        self.batch_y = np.empty((size, task.n_targets), dtype)
        self.batch_weights = np.empty((size, 1), dtype)

    def run(self, steps: Steps, losses: NDArray[np.float64]) -> int:
        """Take the steps and note their losses; the number of steps until a loss that is not finite."""
        task, optimizer, data = self.task, self.task.optimizer, steps.data
        threads = matrix_threads(task.plan, task.batch_size, task.threads)
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"), threads:
            return loop.train(
                task.plan.rows, task.loss, optimizer.rule, self.parameters, self.gradients, self.states, self.running,
                self.memory, task.batch_size, self.batch_x, self.batch_y, self.batch_weights,
                data.x, data.y, data.weights, data.order, data.starts.tolist(), data.stops.tolist(),
                steps.masks, task.plan.n_mask_columns,
                [tuple(row) for row in steps.coefficients.tolist()],
                optimizer.clip_norm or 0.0, optimizer.clip_value or 0.0, losses,
            )  # fmt: skip


class NumpyEngine:
    """Textbook arithmetic, one array operation after the other; needs nothing but NumPy."""

    name = "numpy"

    def trainer(self, task: Task) -> NumpyTrainer:
        """Prepare to train."""
        return NumpyTrainer(task)

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
                loop.forward(plan.rows, parameters, running, memory, size, part, NO_MASKS, 0, False)
                output[start : start + size] = memory[last.a * size, len(part), last.n_outputs]
        return output
