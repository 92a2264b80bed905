"""How long matrix products take within a training, and how fast the same products are on their own."""

from __future__ import annotations

import ctypes
import time
from collections.abc import Callable
from typing import Any

import llvmlite.binding
import numpy as np
from numba import carray, cfunc, njit, types
from numpy.typing import NDArray

from benchmarks.speed.peers.glassnet_compiled import Training
from benchmarks.speed.works import WORKS, Work
from glassnet.engines.threads import threads_for
from glassnet.kernels import blas
from glassnet.kernels.calls import at_address, call

ROUNDS = 40
ROW_MAJOR, NOT_TRANSPOSED, TRANSPOSED = 101, 111, 112
MONOTONIC = time.CLOCK_MONOTONIC
READ_CLOCK = ctypes.CDLL(None).clock_gettime
READ_CLOCK.argtypes, READ_CLOCK.restype = (ctypes.c_int, ctypes.c_size_t), ctypes.c_int

FLAG, NUMBER, POINTER, LONG = types.int32, types.float32, types.CPointer(types.float32), types.int64


class Watch:
    """Stands in the place of the BLAS's product, before compiled code is loaded, and adds up what its calls take."""

    def __init__(self, found: blas.Blas) -> None:
        self.record = np.zeros(6, np.int64)
        self.product = watched(found, self.record.ctypes.data)
        llvmlite.binding.add_symbol("glassnet_gemm_float32", self.product.address)

    def take(self) -> tuple[float, int]:
        """Seconds and floating-point operations since the last time."""
        seconds, operations = float(self.record[4]) / 1e9, int(self.record[5])
        self.record[:] = 0
        return seconds, operations


def watched(found: blas.Blas, record_at: int) -> Any:
    """A C function like ``cblas_sgemm`` that notes its time and operations in six integers at `record_at`."""
    address, size = found.float32, types.int64 if found.integer_bits == 64 else types.int32
    kind = types.void(
        FLAG, FLAG, FLAG, size, size, size, NUMBER, POINTER, size, POINTER, size, NUMBER, POINTER, size
    )

    @cfunc(kind)
    def product(order, ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc):  # type: ignore[no-untyped-def]
        record = carray(at_address(record_at, LONG), (6,))
        READ_CLOCK(MONOTONIC, record_at)
        call(address, (order, ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc))
        READ_CLOCK(MONOTONIC, record_at + 16)
        record[4] += (record[2] - record[0]) * 1_000_000_000 + record[3] - record[1]
        record[5] += 2 * np.int64(m) * np.int64(n) * np.int64(k)

    return product


def repeated(found: blas.Blas) -> Any:
    """A compiled function that does a table of products so many times, with nothing between them."""
    address, size = found.float32, np.int64 if found.integer_bits == 64 else np.int32

    @njit
    def do(table, rounds):  # type: ignore[no-untyped-def]
        one, zero, order = np.float32(1), np.float32(0), np.int32(ROW_MAJOR)
        for _ in range(rounds):
            for i in range(len(table)):
                ta, tb, m, n, k, a, b, c = table[i]
                lda, ldb = (m if ta == TRANSPOSED else k), (k if tb == TRANSPOSED else n)
                left, right = at_address(a, NUMBER), at_address(b, NUMBER)
                call(address, (
                    order, np.int32(ta), np.int32(tb), size(m), size(n), size(k), one, left, size(lda),
                    right, size(ldb), zero, at_address(c, NUMBER), size(n),
                ))  # fmt: skip

    return do


def table_of(work: Work) -> tuple[NDArray[np.int64], list[NDArray[np.float32]]]:
    """The products of one step in their order, and the arrays that they are of."""
    random = np.random.default_rng(0)
    kept: list[NDArray[np.float32]] = []
    rows: list[Any] = []
    backward: list[Any] = []

    def array(n: int, m: int) -> NDArray[np.float32]:
        kept.append(random.random((n, m), np.float32))
        return kept[-1]

    size = work.batch_size
    inputs, input_error = array(size, work.widths[0]), None
    for n, m in zip(work.widths[:-1], work.widths[1:], strict=True):
        weights, outputs, error = array(n, m), array(size, m), array(size, m)
        rows.append((NOT_TRANSPOSED, NOT_TRANSPOSED, size, m, n, inputs, weights, outputs))
        layer = [(TRANSPOSED, NOT_TRANSPOSED, n, m, size, inputs, error, array(n, m))]
        if input_error is not None:
            layer.append((NOT_TRANSPOSED, TRANSPOSED, size, n, m, error, weights, input_error))
        backward[:0] = layer
        inputs, input_error = outputs, error
    numbers = [(*row[:5], *(a.ctypes.data for a in row[5:])) for row in rows + backward]
    return np.array(numbers, np.int64), kept


def prepare(work_name: str) -> Callable[[], dict[str, Any]]:
    """A function that trains and does the products alone, and tells the seconds and operations of both."""
    found, work = blas.FOUND, WORKS[work_name]
    if found is None:
        raise RuntimeError("the BLAS that NumPy uses offers no cblas_sgemm")
    watch, do = Watch(found), repeated(found)
    table, kept = table_of(work)
    operations = 2 * ROUNDS * int(table[:, 2:5].prod(axis=1).sum())
    training = Training(work)

    def run() -> dict[str, Any]:
        training.reset()
        began = time.perf_counter()
        training.train()
        seconds, (within, operations_within) = time.perf_counter() - began, watch.take()
        n_threads = threads_for(training.network.plan(), work.batch_size)
        with blas.threads(n_threads):
            do(table, 1)
            began = time.perf_counter()
            do(table, ROUNDS)
            alone = time.perf_counter() - began
        return {
            "share": within / seconds, "rate_within": operations_within / within, "rate_alone": operations / alone,
            "blas": f"{found.name} {found.version}", "threads": n_threads, "arrays": len(kept),
        }  # fmt: skip

    return run
