"""How many threads matrix products use: a number that follows their size, or the one that was asked for."""

from __future__ import annotations

import os
from contextlib import AbstractContextManager
from typing import Any

from glassnet.errors import ArgumentError
from glassnet.kernels import blas
from glassnet.plan import DENSE, Plan
from glassnet.support import checks

# A product of fewer multiply-adds is done by one thread: starting a second costs more than it gains, and beside
# busy processes the threads of a small product wait for each other far longer than they work.
PRODUCT_PER_THREAD = 4_000_000


def checked_threads(threads: Any) -> int:
    """A number of threads that a user asks for; raises `ArgumentError` for one that no machine like this can use."""
    most = max(64, os.cpu_count() or 1)
    number = checks.integer("threads", threads, least=1)
    if number > most:
        raise ArgumentError(f"threads must be an integer from 1 to {most}; got {threads!r}")
    return number


def matrix_threads(plan: Plan, batch_size: int, number: int | None = None) -> AbstractContextManager[None]:
    """While active, products use this `number` of threads, or as many as the largest one of this plan is worth."""
    return blas.exactly(number) if number else blas.threads(threads_for(plan, batch_size))


def threads_for(plan: Plan, batch_size: int) -> int:
    """How many threads the largest product of a batch is worth."""
    products = [batch_size * row.n_inputs * row.n_outputs for row in plan.rows if row.kind == DENSE]
    return max(1, min(os.cpu_count() or 1, max(products, default=0) // PRODUCT_PER_THREAD))
