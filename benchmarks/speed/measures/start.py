"""From the start of a process to a trained network."""

from __future__ import annotations

import subprocess
import sys
import time
from importlib.util import find_spec
from tempfile import TemporaryDirectory

from benchmarks.speed import figures
from benchmarks.speed.contender import environment
from benchmarks.speed.figures import Figure, Setting

FIT_XOR = """
import glassnet as gn
X, y = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0]
net = gn.Network([gn.Dense(4, "relu"), gn.Dense(1, "sigmoid")], seed=0)
net.fit(X, y, loss="bce", optimizer=gn.SGD(0.1), epochs=10_000, engine="compiled", progress=False)
"""
# What a peer's first training takes beyond its import and its data.
FIRST_RUN = """
import sys, time
from dataclasses import replace
from benchmarks.speed.peers import PEERS
from benchmarks.speed.works import WORKS
training = PEERS[sys.argv[1]].prepare(replace(WORKS["digits-batches"], epochs=1))
training.reset()
began = time.perf_counter()
training.train()
print(time.perf_counter() - began)
"""


def measure(setting: Setting) -> list[Figure]:
    """Seconds of whole processes: an import, a first fit with everything cached; and of first trainings."""
    programs = {"fit": FIT_XOR, "numpy": "import numpy", "glassnet": "import glassnet"}
    if find_spec("torch") is not None:
        programs["torch"] = "import torch"
    seconds: dict[str, list[float]] = {name: [] for name in programs}
    for number in range(setting.repeats + 1):
        for name, program in programs.items():
            setting.announce(f"a process that does {name}")
            took = run(program, setting.threads)
            if number > 0:
                seconds[name].append(took)
    found = [
        figures.of("import numpy, whole process", seconds["numpy"], "s"),
        figures.of("import glassnet, whole process", seconds["glassnet"], "s"),
        figures.ratio("import glassnet / import numpy", seconds["glassnet"], seconds["numpy"]),
        figures.of("first fit of XOR, whole process, compiled before", seconds["fit"], "s"),
    ]
    if "torch" in seconds:
        found += [
            figures.of("import torch, whole process", seconds["torch"], "s"),
            figures.ratio("first fit of XOR / import torch", seconds["fit"], seconds["torch"]),
        ]
    return [*found, *_first_runs(setting)]


def _first_runs(setting: Setting) -> list[Figure]:
    """Of a digits classifier, one epoch: nothing cached, glassnet once more with what it has kept, and JAX."""
    has_jax = find_spec("jax") is not None
    new, again, jax = list[float](), list[float](), list[float]()
    for _ in range(max(1, setting.repeats // 2)):
        setting.announce("first trainings of new processes")
        with TemporaryDirectory() as folder:
            for seconds in (new, again):
                seconds.append(first_run("glassnet", setting.threads, GLASSNET_CACHE=folder))
        if has_jax:
            jax.append(first_run("jax", setting.threads))
    work = "first training of a digits classifier in a process"
    first_trainings = [
        figures.of(f"{work}, glassnet, new on this machine", new, "s"),
        figures.of(f"{work}, glassnet, compiled before", again, "s"),
    ]
    if not has_jax:
        return first_trainings
    return [
        *first_trainings,
        figures.of(f"{work}, JAX", jax, "s"),
        figures.ratio("glassnet, new on this machine / JAX, first training", new, jax),
        figures.ratio("glassnet, compiled before / JAX, first training", again, jax),
    ]


def run(program: str, threads: int) -> float:
    """Seconds of a Python process."""
    began = time.perf_counter()
    _output(program, [], environment(threads))
    return time.perf_counter() - began


def first_run(peer: str, threads: int, **variables: str) -> float:
    """Seconds of a peer's first training in a new process."""
    return float(_output(FIRST_RUN, [peer], environment(threads) | variables))


def _output(program: str, arguments: list[str], variables: dict[str, str]) -> str:
    command = [sys.executable, "-c", program, *arguments]
    return subprocess.run(command, env=variables, check=True, stdout=subprocess.PIPE, text=True).stdout
