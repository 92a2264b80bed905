"""A process that forks while other threads train or compile has children that can do both."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

PROGRAM = """
import faulthandler, os, signal, sys, threading
import numpy as np
import glassnet as gn
from glassnet.kernels import blas, store

X, y = np.eye(20), np.arange(20.0)
LOSSES = ["mse", "mae", "huber", "log_cosh" if "log_cosh" in gn.losses.names() else "poisson"]

def train(loss="mse", engine="compiled"):
    gn.Network([gn.Dense(3, "relu"), gn.Dense(1)], seed=0).fit(
        X, y, loss=loss, optimizer="adam", epochs=1, engine=engine, progress=False
    )

def without_end():
    number = 0
    while not ended:
        number += 1
        if sys.argv[1] == "compiling":
            store._kept.clear()
        train(LOSSES[number % 4], "numpy" if sys.argv[1] == "numpy" else "compiled")

train()
usual = [library.controller.get_num_threads() for library in blas.LIBRARIES]
ended = []
worker = threading.Thread(target=without_end)
worker.start()
codes = []
for number in range(int(sys.argv[2])):
    child = os.fork()
    if child == 0:
        faulthandler.dump_traceback_later(60, exit=True)
        train()
        left = not blas._shared and not blas._exact
        threads = [library.controller.get_num_threads() for library in blas.LIBRARIES]
        os._exit(0 if left and threads == usual else 3)
    codes.append(os.waitpid(child, 0)[1])
ended.append(True)
worker.join()
print(codes.count(0), "of", len(codes))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
@pytest.mark.parametrize(("work", "n_children"), [("numpy", 20), ("compiled", 20), ("compiling", 12)])
def test_no_child_waits_for_a_thread_that_it_does_not_have(work: str, n_children: int) -> None:
    ended = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", PROGRAM, work, str(n_children)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ended.stdout == f"{n_children} of {n_children}\n", ended.stderr


def test_a_child_of_a_thread_that_trains_goes_on_training() -> None:
    """The forking thread is the one that the child has: what it asked of the BLAS holds there, and ends with it."""
    code = """
import os
from glassnet.kernels import blas
usual = [library.controller.get_num_threads() for library in blas.LIBRARIES]
with blas.exactly(1):
    child = os.fork()
    inside = [library.controller.get_num_threads() for library in blas.LIBRARIES]
outside = [library.controller.get_num_threads() for library in blas.LIBRARIES]
good = set(inside) == {1} and outside == usual
if child == 0:
    os._exit(0 if good else 3)
print(good, os.waitpid(child, 0)[1])
"""
    ended = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, check=False
    )
    assert ended.stdout == "True 0\n", ended.stderr
