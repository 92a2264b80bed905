"""scikit-learn's MLPClassifier, without regularisation and early stopping."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

from benchmarks.speed.works import SEED, Work


class Training:
    """``fit`` from given parameters: a warm start. It draws the order of batches itself."""

    def __init__(self, work: Work) -> None:
        warnings.simplefilter("ignore", ConvergenceWarning)
        self.work = work
        self.x, self.y = work.samples()
        self.model = MLPClassifier(
            work.widths[1:-1], solver=work.optimizer, alpha=0, batch_size=work.batch_size,
            learning_rate_init=work.learning_rate, max_iter=1, shuffle=not work.full_batch, random_state=SEED,
            tol=0, n_iter_no_change=work.epochs + 1, momentum=0, warm_start=True,
        )  # fmt: skip
        self.model.fit(self.x, self.y)
        self.model.max_iter = work.epochs

    def reset(self) -> None:
        """The first parameters; a warm start makes the optimizer new."""
        first = self.work.first_parameters()
        self.model.coefs_, self.model.intercepts_ = first[::2], first[1::2]
        self.model.n_iter_ = self.model.t_ = 0
        self.model.loss_curve_, self.model.best_loss_ = [], np.inf

    def train(self) -> None:
        """Fit."""
        self.model.fit(self.x, self.y)

    def parameters(self) -> list[NDArray[Any]]:
        """Weights and bias of each layer in turn."""
        pairs = zip(self.model.coefs_, self.model.intercepts_, strict=True)
        return [array for pair in pairs for array in pair]
