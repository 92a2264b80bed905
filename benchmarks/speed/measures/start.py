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
FIT_DIGITS = """
import numpy as np
import glassnet as gn
random = np.random.default_rng(0)
X, y = random.random((1437, 64)), random.integers(10, size=1437)
net = gn.Network([gn.Dense(32, "relu"), gn.Dense(10, "softmax")], seed=0)
net.fit(X, y, loss="scce", optimizer="adam", epochs=1, batch_size=32, engine="compiled", progress=False)
"""


def measure(setting: Setting) -> list[Figure]:
    """Seconds of whole processes: a first fit with everything cached, an import of PyTorch, a fit that compiles."""
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
    return [*found, _cold(setting)]


def _cold(setting: Setting) -> Figure:
    took = []
    for _ in range(max(1, setting.repeats // 2)):
        setting.announce("a process that compiles everything")
        with TemporaryDirectory() as folder:
            took.append(run(FIT_DIGITS, setting.threads, GLASSNET_CACHE=folder))
    return figures.of("first fit of a digits classifier, whole process, nothing compiled", took, "s")


def run(program: str, threads: int, **variables: str) -> float:
    """Seconds of a Python process."""
    command = [sys.executable, "-c", program]
    began = time.perf_counter()
    subprocess.run(command, env=environment(threads) | variables, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began
