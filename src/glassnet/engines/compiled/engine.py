"""The compiled engine: the loop and the formulas as machine code, reading the same plan."""

from __future__ import annotations

import functools
import os
from collections.abc import Iterator
from ctypes import CFUNCTYPE, c_int64

import numpy as np
from numpy.typing import NDArray

from glassnet.engines.base import DType, Predict, Steps, Task, Vectors
from glassnet.engines.compiled import kernels, layers, own_layers
from glassnet.engines.compiled.kernels import Kernel
from glassnet.engines.threads import matrix_threads
from glassnet.errors import EngineError
from glassnet.kernels import cache, records
from glassnet.kernels.store import Template
from glassnet.optimizers import Optimizer
from glassnet.plan import DROPOUT, NOWHERE, OF_LOOP, Plan, Row
from glassnet.support.arrays import Array

PREDICTION_ROWS = 1024
ENTRY = CFUNCTYPE(c_int64, c_int64)
ENTRIES = "glassnet.engines.compiled.entries"
# What the loop's DENSE, ACTIVATION and DROPOUT mean in compiled code, whose records hold numbers.
KINDS = {kind: number for number, kind in enumerate(OF_LOOP, start=1)}
# Measured, by Numba or of code that the package carries; the loop once, each of the others for one formula.
COMPILING = {"train": 4.0, "predict": 1.5}, 0.3
FITTING = {"train": 0.5, "predict": 0.15}, 0.03


def entry(name: str, dtype: DType) -> Kernel:
    """An entry of :mod:`glassnet.engines.compiled.entries`: "train" or "predict"."""
    template = Template(ENTRIES, name)
    return kernels.built_in(
        template, f"{name}_{kernels.precision(dtype)}", ENTRY, lambda: kernels.lifted().entry(dtype, KINDS)
    )


def kernels_of(row: Row, dtype: DType) -> dict[str, Kernel]:
    """The kernels that a row calls, by their fields in its record.

    Raises
    ------
    EngineError
        If compiled code does not know the kind of row.
    """
    if row.own is not None:
        layer, shape = row.own.layer, row.own.input_shape
        facts = own_layers.facts_of_own(layer, shape)
        if facts is None:
            return layers.own_functions(layer, dtype)
        return own_layers.own_layer(layer, facts, shape[0], dtype)
    if row.kind == DROPOUT:
        return {}
    if row.kind not in KINDS:
        raise EngineError(f"engine='compiled' knows no row of kind {row.kind!r}; use engine='numpy'")
    activate = kernels.activate(row.activation, dtype, with_bias=row.bias != NOWHERE)
    gate = kernels.gate(row.activation, dtype)
    return {"activate": activate} if gate is None else {"activate": activate, "gate": gate}


def _integers(row: Row) -> NDArray[np.int64]:
    return np.empty(0, np.int64) if row.own is None else row.own.layer.integers(row.own.input_shape)


class Rows:
    """The rows of a plan as records, with the addresses of their kernels; compiles them where needed."""

    def __init__(self, plan: Plan, dtype: DType) -> None:
        self.records = np.zeros(len(plan.rows), records.ROW)
        self.numbers = [kernels.parameters(row.activation, dtype) for row in plan.rows]
        self.integers = [_integers(row) for row in plan.rows]
        start, step = self.records.ctypes.data, self.records.itemsize
        for place, (row, numbers) in enumerate(zip(plan.rows, self.numbers, strict=True)):
            record = self.records[place]
            record["address"], record["parameters"] = start + place * step, numbers.ctypes.data
            record["integers"] = self.integers[place].ctypes.data
            record["kind"], record["own"] = KINDS.get(row.kind, 0), row.own is not None
            record["n_own"] = 0 if row.own is None else row.own.n_parameters
            for name in records.ROW_FIELDS:
                record[name] = getattr(row, name)
            for name, kernel in kernels_of(row, dtype).items():
                record[name] = kernel.address


class Job:
    """A job record together with the arrays whose addresses it holds."""

    def __init__(self) -> None:
        self.record = np.zeros(1, records.JOB)
        self.address = self.record.ctypes.data
        self._arrays: dict[str, Array] = {}

    def point(self, **arrays: Array) -> None:
        """Enter the addresses of arrays, and keep them alive."""
        for name, array in arrays.items():
            self.record[name] = array.ctypes.data
        self._arrays |= arrays

    def set(self, **numbers: float) -> None:
        """Enter numbers and the addresses of arrays."""
        for name, number in numbers.items():
            self.record[name] = number


class CompiledTrainer:
    """The compiled loop over one task."""

    def __init__(self, task: Task) -> None:
        self.task = task
        dtype, size, plan = task.dtype, task.batch_size, task.plan
        gathered = size if task.gathers else 0
        self.run_entry = entry("train", dtype).make().ctypes
        self.job = Job()
        self.rows = Rows(plan, dtype)
        self.job.point(
            rows=self.rows.records, compare_parameters=kernels.parameters(task.loss, dtype),
            parameters=task.vectors.parameters, gradients=task.vectors.gradients, running=task.vectors.running,
            states=task.states, memory=np.zeros(plan.n_columns * size, dtype),
            batch_x=np.empty((gathered, plan.layout.n_features), dtype),
            batch_y=np.empty((size, task.n_targets), dtype), batch_weights=np.empty((gathered, 1), dtype),
        )  # fmt: skip
        self.job.set(
            n_rows=len(plan.rows), n_parameters=len(task.vectors.parameters), n_states=task.states.size,
            n_running=len(task.vectors.running), n_memory=plan.n_columns * size, size=size,
            n_features=plan.layout.n_features, n_batch_targets=task.n_targets, n_mask_columns=plan.n_mask_columns,
            rule=self._rule(), compare=kernels.compare(task.loss, dtype).address,
            takes_classes=task.loss.takes_classes, label_smoothing=task.loss.label_smoothing,
            share_of_each=task.loss.share_of_each(plan.n_outputs),
            clip_norm=task.optimizer.clip_norm or 0, clip_value=task.optimizer.clip_value or 0,
        )  # fmt: skip

    def _rule(self) -> int:
        """The address of the optimizer's rule, or of one that takes a share of its steps for each parameter."""
        rule = kernels.update(self.task.optimizer, self.task.dtype).address
        shares = self.task.learning_rate_factors
        if len(shares) == 0:
            return rule
        self.shares = shares, np.empty_like(shares)
        addresses = np.array([rule, *(array.ctypes.data for array in self.shares)], np.int64)
        self.job.point(factors=addresses)
        return kernels.update_partly(self.task.dtype).address

    def run(self, steps: Steps, losses: NDArray[np.float64]) -> int:
        data, coefficients = steps.data, np.ascontiguousarray(steps.coefficients, self.task.dtype)
        drop_rates = self.task.plan.drop_rates(steps.epochs)
        self.job.point(
            x=data.x, y=data.y, weights=data.weights, order=data.order, starts=data.starts, stops=data.stops,
            masks=steps.masks, drop_rates=drop_rates, coefficients=coefficients, losses=losses,
        )  # fmt: skip
        self.job.set(
            n_samples=len(data.x), n_targets=data.y.shape[1], n_order=len(data.order), n_steps=len(steps),
            n_masks=len(steps.masks), n_dropouts=drop_rates.shape[1], n_coefficients=coefficients.shape[1],
        )  # fmt: skip
        with matrix_threads(self.task.plan, self.task.batch_size, self.task.threads):
            return int(self.run_entry(self.job.address))


class CompiledEngine:
    """The loop of the numpy engine and the same formulas, compiled by Numba.

    Raises
    ------
    EngineError
        If Numba is switched off.
    """

    name = "compiled"

    def __init__(self) -> None:
        if os.environ.get("NUMBA_DISABLE_JIT", "0") not in ("", "0"):
            raise EngineError(
                "the variable NUMBA_DISABLE_JIT forbids to compile; unset it, or use engine='numpy'"
            )

    @property
    def keeps_code(self) -> bool:
        """Whether the next process finds what this one compiles."""
        return cache.keeps()

    def seconds_to_prepare(self, plan: Plan, optimizer: Optimizer, dtype: DType) -> float:
        """About how long :meth:`prepare` is going to compile; 0 where everything is there."""
        return sum(_seconds(name, kernel) for name, kernel in needed(plan, optimizer, dtype))

    def prepare(self, plan: Plan, optimizer: Optimizer, dtype: DType) -> None:
        """Compile, or read from disk, all that training this plan needs.

        Raises
        ------
        EngineError
            If a part of the user's own cannot be compiled.
        """
        for _, kernel in needed(plan, optimizer, dtype):
            kernel.make()

    def trainer(self, task: Task) -> CompiledTrainer:
        """Prepare to train; compiles what is needed and not yet compiled."""
        return CompiledTrainer(task)

    def predictor(self, plan: Plan, dtype: DType) -> Predict:
        """The rows are made once."""
        return functools.partial(predict, plan, Rows(plan, dtype))

    def forward(self, plan: Plan, vectors: Vectors, x: Array) -> Array:
        return self.predictor(plan, x.dtype)(vectors, x)


def _seconds(name: str, kernel: Kernel) -> float:
    if kernel.is_ready:
        return 0.0
    of_loop, of_others = FITTING if kernel.is_carried else COMPILING
    return of_loop.get(name, of_others)


def predict(plan: Plan, rows: Rows, vectors: Vectors, x: Array) -> Array:
    """The last row's output in prediction, by these compiled rows, a slice of samples at a time."""
    size = min(len(x), PREDICTION_ROWS)
    output = np.empty((len(x), plan.n_outputs), x.dtype)
    job = prediction_job(plan, rows, vectors, x, output, size)
    with matrix_threads(plan, size):
        entry("predict", x.dtype).make().ctypes(job.address)
    return output


def prediction_job(plan: Plan, rows: Rows, vectors: Vectors, x: Array, output: Array, size: int) -> Job:
    """From the samples x to the output, `size` samples at a time; the caller keeps the rows alive."""
    job = Job()
    job.point(
        rows=rows.records, parameters=vectors.parameters, running=vectors.running,
        memory=np.zeros(plan.n_columns * size, x.dtype), x=x, y=output,
    )  # fmt: skip
    job.set(
        n_rows=len(plan.rows), n_parameters=len(vectors.parameters), n_running=len(vectors.running),
        n_memory=plan.n_columns * size, size=size, n_samples=len(x), n_features=x.shape[1],
    )  # fmt: skip
    return job


def needed(plan: Plan, optimizer: Optimizer, dtype: DType) -> Iterator[tuple[str, Kernel]]:
    """All kernels of training, a user's own first: they may fail, and the loop takes longest."""
    for row in plan.rows:
        yield from kernels_of(row, dtype).items()
    yield "compare", kernels.compare(plan.objective, dtype)
    yield "update", kernels.update(optimizer, dtype)
    if len(plan.layout.learning_rate_factors(dtype)):
        yield "update_partly", kernels.update_partly(dtype)
    yield "predict", entry("predict", dtype)
    yield "train", entry("train", dtype)
