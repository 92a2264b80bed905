"""The NumPy engine beside plain NumPy code: the digits network in full batches, and XOR.

Each measurement has a process of its own; contenders take turns, so that a slow moment of the machine meets all of
them. What counts is the median over rounds of the ratio within a round: of processor time for one thread, which other
work on the machine disturbs little, and of time on the clock for several.

Run: python benchmarks/numpy_engine.py [--rounds 9] [--threads 1 2]
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import plain

import glassnet as gn

RESULTS = Path(__file__).with_name("results")
TASKS: dict[str, dict[str, Any]] = {
    "digits": {
        "title": "digits, 64 → 32 ReLU → 10 softmax, 1437 images, full batch, 1000 epochs",
        "epochs": 1000, "layers": [(32, "relu"), (10, "softmax")], "loss": "cce", "seed": 0,
        "required": "at least 1.3 times as fast as the plain code",
    },
    "xor": {
        "title": "XOR, 2 → 4 ReLU → 1 sigmoid, full batch, 10 000 epochs",
        "epochs": 10_000, "layers": [(4, "relu"), (1, "sigmoid")], "loss": "bce", "seed": 42,
        "required": "at most 1.5 times the time of the plain code, that is at least 0.67 times as fast",
    },
}  # fmt: skip
CONTENDERS = [("plain", "float64"), ("plain", "float32"), ("glassnet", "float64"), ("glassnet", "float32")]
PAIRS = [("float32", "float64"), ("float32", "float32"), ("float64", "float64")]
KINDS = ("seconds", "processor_seconds")
LEARNING_RATE, WARM_UP_EPOCHS = 0.1, 20


def data(task: str, dtype: str) -> tuple[np.ndarray, np.ndarray]:
    """Samples and targets: one-hot rows, or a column."""
    if task == "xor":
        X, y = np.array([[0, 0], [0, 1], [1, 0], [1, 1]]), np.array([[0], [1], [1], [0]])
    else:
        X, _, classes, _ = gn.datasets.digits().split(0.2, seed=42)
        y = np.eye(10)[classes]
    return X.astype(dtype), y.astype(dtype)


def first_parameters(task: str, n_inputs: int, dtype: str) -> list[np.ndarray]:
    """0.01 N(0, 1) for weights, layer by layer, and zeros for biases: the start of both contenders."""
    random, parameters = np.random.RandomState(TASKS[task]["seed"]), []
    for units, _ in TASKS[task]["layers"]:
        parameters += [(0.01 * random.randn(n_inputs, units)).astype(dtype), np.zeros((1, units), dtype)]
        n_inputs = units
    return parameters


def measure(task: str, contender: str, dtype: str) -> dict[str, float]:
    """Seconds of the training on the clock and of the processor, and the last loss."""
    X, y = data(task, dtype)

    def train(epochs: int) -> list[float]:
        if contender == "plain":
            loop = plain.digits if task == "digits" else plain.xor
            return loop(X, y, first_parameters(task, X.shape[1], dtype), epochs, LEARNING_RATE)
        layers = [gn.Dense(units, activation, "normal") for units, activation in TASKS[task]["layers"]]
        network = gn.Network(layers, seed=np.random.RandomState(TASKS[task]["seed"]), dtype=dtype)
        options = {"loss": TASKS[task]["loss"], "optimizer": gn.SGD(LEARNING_RATE), "epochs": epochs}
        return network.fit(X, y, **options, engine="numpy", progress=False)["loss"]

    train(WARM_UP_EPOCHS)
    began, worked = time.perf_counter(), time.process_time()
    losses = train(TASKS[task]["epochs"])
    return {
        "seconds": time.perf_counter() - began,
        "processor_seconds": time.process_time() - worked,
        "loss": float(losses[-1]),
    }


def measured(task: str, contender: str, dtype: str, threads: int) -> dict[str, float]:
    """The same in a process of its own, with so many threads for matrix products."""
    names = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
    process = subprocess.run(
        [sys.executable, __file__, "--measure", task, contender, dtype],
        env=os.environ | dict.fromkeys(names, str(threads)), capture_output=True, text=True, check=True,
    )  # fmt: skip
    return json.loads(process.stdout)


def compare(task: str, threads: int, rounds: int) -> dict[str, Any]:
    """All contenders in turn, round after round."""
    found: dict[tuple[str, str], list[dict[str, float]]] = {contender: [] for contender in CONTENDERS}
    for number in range(rounds):
        for contender in CONTENDERS:
            found[contender].append(measured(task, *contender, threads))
        print(
            f"{task}, {threads} thread{'s' * (threads > 1)}: round {number + 1} of {rounds}", file=sys.stderr
        )
    losses = {" ".join(contender): runs[0]["loss"] for contender, runs in found.items()}
    if not np.allclose(list(losses.values()), losses["plain float64"], rtol=1e-4):
        raise SystemExit(f"the contenders do not agree on the last loss of {task}: {losses}")
    return {
        "task": task, "threads": threads, "rounds": rounds, "losses": losses,
        **{kind: {" ".join(c): [run[kind] for run in runs] for c, runs in found.items()} for kind in KINDS},
        "ratios": [
            {"glassnet": ours, "plain": theirs, **spread(found["plain", theirs], found["glassnet", ours], threads)}
            for ours, theirs in PAIRS
        ],
    }  # fmt: skip


def spread(
    plain_runs: list[dict[str, float]], our_runs: list[dict[str, float]], threads: int
) -> dict[str, float]:
    """How many times as fast glassnet is: the median over rounds, the smallest and the largest."""
    kind = "processor_seconds" if threads == 1 else "seconds"
    ratios = [a[kind] / b[kind] for a, b in zip(plain_runs, our_runs, strict=True)]
    return {"median": statistics.median(ratios), "smallest": min(ratios), "largest": max(ratios)}


def surroundings() -> dict[str, str]:
    """What the figures depend on."""
    models = [
        line.partition(":")[2].strip()
        for line in (Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else [])
        if line.startswith("model name")
    ]
    blas = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
    return {
        "processor": f"{models[0] if models else platform.processor()}, {os.cpu_count()} cores",
        "load at the start": f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown",
        "Python": platform.python_version(),
        "NumPy": f"{np.__version__} with {blas['name']} {blas['version']}",
        "glassnet": gn.__version__,
    }


def report(results: dict[str, Any]) -> str:
    """The results as Markdown."""
    lines = ["# The NumPy engine beside plain NumPy", ""]
    lines += [f"- {name}: {value}" for name, value in results["surroundings"].items()]
    for part in results["comparisons"]:
        task = TASKS[part["task"]]
        threads = f"{part['threads']} thread{'s' * (part['threads'] > 1)}"
        lines += ["", f"## {task['title']}; {threads}", "", f"Required: {task['required']}.", ""]
        lines += [
            "| contender | seconds | the smallest | of the processor | last loss |",
            "|---|---|---|---|---|",
        ]
        lines += [
            f"| {name} | {statistics.median(seconds):.3f} | {min(seconds):.3f} "
            f"| {statistics.median(part['processor_seconds'][name]):.3f} | {part['losses'][name]:.5f} |"
            for name, seconds in part["seconds"].items()
        ]
        lines += ["", "| glassnet is as fast as | times, median | smallest to largest |", "|---|---|---|"]
        lines += [
            f"| {ratio['glassnet']} beside plain {ratio['plain']} | {ratio['median']:.2f} "
            f"| {ratio['smallest']:.2f} to {ratio['largest']:.2f} |"
            for ratio in part["ratios"]
        ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure, print, and write the results."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--measure", nargs=3, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measure:
        print(json.dumps(measure(*arguments.measure)))
        return
    results: dict[str, Any] = {"surroundings": surroundings()}
    results["comparisons"] = [
        compare(task, threads, arguments.rounds) for task in TASKS for threads in arguments.threads
    ]
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "numpy_engine.json").write_text(json.dumps(results, indent=1) + "\n")
    (RESULTS / "numpy_engine.md").write_text(report(results))
    print(report(results))


if __name__ == "__main__":
    main()
