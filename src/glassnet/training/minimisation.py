"""Training by a minimiser: SciPy chooses the points, an engine tells the loss of all samples and its gradient there."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import numpy as np

from glassnet.callbacks.base import Session
from glassnet.engines.base import Slice, Steps, Task, Vectors
from glassnet.engines.torch import processes
from glassnet.errors import ArgumentError
from glassnet.optimizers import LBFGS, Optimizer
from glassnet.optimizers.lbfgs import Unchanged
from glassnet.plan import DROPOUT
from glassnet.support.arrays import Array
from glassnet.support.optional import require
from glassnet.training.data import Data
from glassnet.training.interrupt import Interrupt
from glassnet.training.progress import Shown
from glassnet.training.runner import Diverged
from glassnet.training.sources import Memory
from glassnet.training.training import Training

PRECISION = np.dtype(np.float64)


def refuse(data: Data, optimizer: Optimizer) -> None:
    """Raise `ArgumentError` where the loss of these data is no one function of the parameters that L-BFGS can descend.

    `MissingDependencyError` where SciPy is not there.
    """
    name, source, rows = type(optimizer).__name__, data.source, data.plan.rows
    require("scipy.optimize", extra="lbfgs", purpose=f"optimizer={name}")
    if not isinstance(source, Memory):
        raise ArgumentError(
            f"{name} looks at all samples in every step, so it takes X and y as arrays in memory, and no iterable of "
            "batches or mapped file; choose another optimizer, such as 'adam', for those"
        )
    if source.n_steps > 1:
        raise ArgumentError(
            f"{name} looks at all samples in every step; leave out "
            f"batch_size={source.batch_size // source.members}, or choose another "
            "optimizer for mini-batches, such as 'adam'"
        )
    if any(row.kind == DROPOUT for row in rows):
        raise ArgumentError(
            f"{name} searches along lines of one loss, and Dropout makes another of every look at it; leave Dropout "
            "out (l2 is another way against overfitting), or choose another optimizer"
        )
    if any(row.l1 > 0 or row.bias_l1 > 0 for row in rows):
        raise ArgumentError(
            f"{name} needs a loss that is smooth around 0, and l1 has its kink there; use l2, or another optimizer"
        )
    factors = data.plan.layout.learning_rate_factors(PRECISION)
    if not np.isin(factors, (0, 1)).all():
        raise ArgumentError(
            f"{name} has no rates to multiply, so learning_rate_factor must be 1, or 0 to keep parameters as they are; "
            f"got {factors[~np.isin(factors, (0, 1))][0]:g}"
        )
    if len(factors) and not factors.any():
        raise ArgumentError(
            f"learning_rate_factor=0 keeps all parameters as they are: nothing is left to {name}"
        )
    if processes.current().is_several:
        raise ArgumentError(f"{name} trains in one process; choose another optimizer for several")


class Minimisation(Training):
    """One call of fit by L-BFGS. The task holds copies in float64; the network is given each point that is accepted."""

    def _go_on(self, session: Session, interrupt: Interrupt, bar: Shown) -> None:
        """Iterations of SciPy, each of them an epoch."""
        left = session.epochs - self.history.n_epochs
        if session.stopped_by or left < 1:
            return
        self.steps = self._all_samples()
        factors = self.runner.task.learning_rate_factors
        self.free = np.flatnonzero(factors) if len(factors) else slice(None)
        self.accepted_running = self.network.running_statistics.astype(PRECISION)
        self.clock = time.perf_counter()

        def iterated(intermediate_result: Any) -> None:
            self._begin_epoch()
            self._accept(intermediate_result.x)
            bar.show(self.history.n_epochs, self._newest(self.history.last("loss")), self.history.shares)
            self._tell(session, interrupt)
            if session.stopped_by:
                raise StopIteration

        rule: Any = self.state.optimizer
        result = require("scipy.optimize", extra="lbfgs", purpose="optimizer=LBFGS").minimize(
            self._look, self.network.parameters[self.free].astype(PRECISION), jac=True,
            method="L-BFGS-B", callback=iterated,
            options={
                "maxiter": left, "maxfun": (left + 1) * (rule.max_line_search + 1), "maxcor": rule.memory,
                "gtol": rule.gradient_tolerance, "ftol": rule.decrease_tolerance, "maxls": rule.max_line_search,
            },
        )  # fmt: skip
        if not session.stopped_by and self.history.n_epochs < session.epochs:
            session.stop(_reason(result, rule))

    def _all_samples(self) -> Steps:
        """One step over all samples, in float64."""
        [part] = self.source.slices(1, self.network.streams, lambda: 1)
        x, y, weights = (np.ascontiguousarray(array, PRECISION) for array in (part.x, part.y, part.weights))
        data = Slice(x, y, weights, part.order, part.starts, part.stops)
        return Steps(data, np.empty(0, np.uint8), np.zeros(1), np.zeros(1), np.zeros((1, 1)), 1)

    def _look(self, point: Array) -> tuple[float, Array]:
        """The loss at a point of the parameters that are free, and its gradient."""
        vectors, losses = self.runner.task.vectors, np.empty(1)
        vectors.parameters[self.free], vectors.running[...] = point, self.accepted_running
        try:
            self.runner.run(self.steps, losses)
        except Diverged as divergence:
            raise self._explained(divergence, 0) from None
        self.loss_here = float(losses[0])
        return self.loss_here, vectors.gradients[self.free].copy()

    def _accept(self, point: Array) -> None:
        """The end of an epoch: the network takes over the point, and the history notes it."""
        vectors, network = self.runner.task.vectors, self.network
        if not np.array_equal(vectors.parameters[self.free], point):  # the search went on and came back
            self._look(point)
        self.accepted_running = vectors.running.copy()
        with np.errstate(over="ignore"):  # as in every engine: what is beyond the network's dtype is infinite
            parameters = vectors.parameters.astype(network.dtype)
            network.gradients[...], network.running_statistics[...] = vectors.gradients, vectors.running
        if not np.isfinite(parameters).all():
            first = int(np.argmin(np.isfinite(parameters)))
            slot = next(slot for slot in network.layout.parameters if slot.start <= first < slot.stop)
            place = f"layer {slot.layer}, whose {slot.parameter.name} no {network.dtype} can hold"
            raise self._explained(Diverged(0, self.loss_here, place, 0), 0)
        network.parameters[...] = parameters
        self.state.step += 1
        self._end_step()
        self._end_steps()
        now = time.perf_counter()
        self._enter(1, now - self.clock, {"loss": [self.loss_here]})
        self.clock = now

    def _remedy(self) -> str:
        return "Try scaled inputs, smaller first weights, or an optimizer whose steps can be made smaller, such as SGD"


def _reason(result: Any, rule: LBFGS) -> str:
    """Why SciPy ended before the last epoch."""
    largest = float(np.abs(result.jac).max(initial=0.0))
    if largest <= rule.gradient_tolerance:
        return f"LBFGS: converged, no entry of the gradient is above gradient_tolerance={rule.gradient_tolerance:g}"
    if result.status == 0:
        return f"LBFGS: converged, the loss falls by no more than decrease_tolerance={rule.decrease_tolerance:g} of it"
    return (
        f"LBFGS: the line search found no lower loss with max_line_search={rule.max_line_search}, and the largest "
        f"entry of the gradient is {largest:.2g}"
    )


def in_float64(task: Task) -> Task:
    """The same task for a minimiser: loss and gradient at parameters of its own, in float64."""
    held = task.vectors
    vectors = Vectors(*(array.astype(PRECISION) for array in (held.parameters, held.gradients, held.running)))
    states = np.empty((0, len(held.parameters)), PRECISION)
    return replace(task, vectors=vectors, optimizer=Unchanged(), states=states, dtype=PRECISION)
