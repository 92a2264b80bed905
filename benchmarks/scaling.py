"""How training time grows: with the width of a network, with the batch, and with a second process.

Engines: one step of w -> w ReLU -> 10 softmax by SGD, for each engine as a user gets it. Processes: one step of
784-512-512-10 by Adam on one and on two processes of one thread each, started by torchrun. Contenders take turns, and
the median over rounds counts. Writes results/scaling.json, results/scaling.md and docs/pictures/scaling-*.png.

Run: python benchmarks/scaling.py [engines] [processes] [pictures]     (all of it in about three minutes)
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import scaling_pictures
from numpy_engine import surroundings

import glassnet as gn
from glassnet.engines import choice
from glassnet.engines.choice import Work
from glassnet.engines.compiled.engine import COMPILING, FITTING, needed
from glassnet.engines.torch import processes

RESULTS = Path(__file__).with_name("results")
PICTURES = Path(__file__).parents[1] / "docs" / "pictures"
ENGINES = ("numpy", "compiled", "torch")
WIDTHS, BATCH = (4, 16, 64, 256, 1024, 4096), 32
BATCHES, WIDTH = (1, 8, 32, 128, 512, 2048), 64
SECONDS, ROUNDS, MOST_STEPS = 0.15, 3, 2000
LAYERS, SHARED_BATCHES = (512, 512), (128, 256, 512, 1024, 2048)
SHARED_SECONDS, SHARED_ROUNDS = 0.8, 2
PARTS = ("engines", "processes", "pictures")


# ---- one step


class Trial:
    """A network and data, on which steps are timed."""

    def __init__(
        self, n_features: int, hidden: tuple[int, ...], batch_size: int, optimizer: Any,
        seconds: float = SECONDS, **options: Any,
    ):  # fmt: skip
        random = np.random.default_rng(0)
        layers = [*(gn.Dense(units, "relu") for units in hidden), gn.Dense(10, "softmax")]
        self.net = gn.Network(layers, seed=0, input_shape=n_features)
        self.X = random.normal(size=(4 * batch_size, n_features)).astype(np.float32)
        self.y = random.integers(10, size=4 * batch_size)
        self.y[:2] = 0, 1
        self.optimizer, self.batch_size = optimizer, batch_size
        self.options = {"loss": "scce", "optimizer": optimizer, "batch_size": batch_size, "progress": False}
        self.options |= options
        self.epochs = 1
        for _ in range(3):
            wanted = int(seconds / 4 / self.seconds_per_step())
            self.epochs = processes.current().gather(max(1, min(MOST_STEPS // 4, wanted)))[0]

    def seconds_per_step(self) -> float:
        """As the history counts them, which leaves out what a fit does once."""
        history = self.net.fit(self.X, self.y, epochs=self.epochs, **self.options)
        return float(sum(history["seconds"])) / (4 * self.epochs)

    def steps_that_pay(self) -> int:
        """From how many steps on `auto` compiles, where nothing but loading is needed."""
        one = Work(self.net.plan(gn.losses.get("scce")), self.optimizer, self.net.dtype, 1, self.batch_size)
        return int(np.ceil(choice.LOADING / one.saving))


def engines() -> list[dict[str, Any]]:
    """Seconds of a step for every engine, over widths and over batches."""
    points = [("width", width, width, BATCH) for width in WIDTHS]
    points += [("batch", batch, WIDTH, batch) for batch in BATCHES]
    found = []
    for over, value, width, batch in points:
        trials = {name: Trial(width, (width,), batch, gn.SGD(0.01), engine=name) for name in ENGINES}
        rounds = [{name: trial.seconds_per_step() for name, trial in trials.items()} for _ in range(ROUNDS)]
        medians = {name: statistics.median(one[name] for one in rounds) for name in ENGINES}
        found.append(
            {"over": over, "value": value, "width": width, "batch": batch, "seconds": medians}
            | {"steps_that_pay": trials["numpy"].steps_that_pay()}
        )
        print(over, value, {name: f"{1e6 * s:.0f} us" for name, s in medians.items()}, file=sys.stderr)
    return found


WORKS = {
    "2-4-1, full batch of 4, SGD": (2, (4,), 4, gn.SGD(0.1)),
    "64-32-10, batches of 32, Adam": (64, (32,), 32, gn.Adam()),
    "784-128-10, batches of 128, Adam": (784, (128,), 128, gn.Adam()),
    "784-512-512-10, batches of 256, Adam": (784, (512, 512), 256, gn.Adam()),
}


def switches() -> list[dict[str, Any]]:
    """From how many steps on `auto` compiles: where all is on disk, on a new machine, and where Numba compiles."""
    found = []
    for title, (n_features, hidden, batch_size, optimizer) in WORKS.items():
        layers = [*(gn.Dense(units, "relu") for units in hidden), gn.Dense(10, "softmax")]
        net = gn.Network(layers, input_shape=n_features)
        plan = net.plan(gn.losses.get("scce"))
        saving = Work(plan, optimizer, net.dtype, 1, batch_size).saving
        names = [name for name, _ in needed(plan, optimizer, net.dtype)]
        seconds = [sum(table.get(name, rest) for name in names) for table, rest in (FITTING, COMPILING)]
        waits = [choice.LOADING, *(max(choice.LOADING, wait) for wait in seconds)]
        found.append({"work": title, "steps": [int(np.ceil(wait / saving)) for wait in waits]})
    return found


# ---- several processes


def shared() -> None:
    """What each process of a data-parallel run does; the first one prints the seconds of a step."""
    found = {}
    for batch in SHARED_BATCHES:
        trial = Trial(784, LAYERS, batch, gn.Adam(1e-4), SHARED_SECONDS, engine="torch", threads=1)
        found[batch] = statistics.median(trial.seconds_per_step() for _ in range(ROUNDS))
    if processes.current().leads:
        print(json.dumps(found))


def launched(count: int) -> dict[str, float]:
    """The same by so many processes."""
    torchrun = ["-m", "torch.distributed.run", "--standalone", f"--nproc-per-node={count}"]
    process = subprocess.run(
        [sys.executable, *torchrun, __file__, "--shared"],
        env=os.environ | {"OMP_NUM_THREADS": "1"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if process.returncode:
        raise SystemExit(process.stderr)
    return json.loads(process.stdout)


def shared_by_processes() -> list[dict[str, Any]]:
    """Seconds of a step of one and of two processes, for every batch."""
    rounds = [{count: launched(count) for count in (1, 2)} for _ in range(SHARED_ROUNDS)]
    return [
        {"batch": batch}
        | {
            f"processes_{count}": statistics.median(one[count][str(batch)] for one in rounds)
            for count in (1, 2)
        }
        for batch in SHARED_BATCHES
    ]


# ---- what is written


def report(results: dict[str, Any]) -> str:
    """The results as Markdown."""
    lines = ["# How training time grows", ""]
    lines += [f"- {name}: {value}" for name, value in results["surroundings"].items()]
    for over, title in (("width", f"width w, batch {BATCH}"), ("batch", f"batch, width {WIDTH}")):
        lines += ["", f"## Microseconds of a step of w → w ReLU → 10 softmax, over the {title}", ""]
        lines += [
            f"| {over} | {' | '.join(ENGINES)} | `auto` compiles from | measured |",
            "|---|" + "---|" * 5,
        ]
        lines += list(_engine_rows(results, over))
    lines += ["", "## From how many steps on `auto` takes compiled code", ""]
    lines += ["| work | on disk | carried by the package | compiled by Numba |", "|---|---|---|---|"]
    for row in switches():
        lines.append(f"| {row['work']} | {' | '.join(str(steps) for steps in row['steps'])} |")
    lines += ["", "## Milliseconds of a step of 784-512-512-10 by Adam, one thread to a process", ""]
    lines += [
        "| batch | 1 process | 2 processes | times as fast | same share each |",
        "|---|---|---|---|---|",
    ]
    rows = results.get("processes", [])
    alone = {row["batch"]: row["processes_1"] for row in rows}
    for row in rows:
        one, two, half = row["processes_1"], row["processes_2"], alone.get(row["batch"] // 2)
        weak = "" if half is None else f"{half / two:.0%}"
        lines.append(f"| {row['batch']} | {1e3 * one:.1f} | {1e3 * two:.1f} | {one / two:.2f} | {weak} |")
    return "\n".join(lines) + "\n"


def _engine_rows(results: dict[str, Any], over: str) -> Iterator[str]:
    for row in results.get("engines", []):
        if row["over"] == over:
            seconds = [row["seconds"][name] for name in ENGINES]
            saved = seconds[0] - seconds[1]
            pays = f"{choice.LOADING / saved:.0f} steps" if saved > 0 else "never"
            cells = [f"{1e6 * s:.0f}" for s in seconds]
            yield f"| {row['value']} | {' | '.join(cells)} | {row['steps_that_pay']} steps | {pays} |"


def main() -> None:
    """Measure, write, draw."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; all by default")
    parser.add_argument("--shared", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.shared:
        shared()
        return
    unknown = set(arguments.parts) - set(PARTS)
    if unknown:
        parser.error(f"there is no part {', '.join(sorted(unknown))}; parts: {', '.join(PARTS)}")
    parts, file = arguments.parts or PARTS, RESULTS / "scaling.json"
    results: dict[str, Any] = json.loads(file.read_text()) if file.exists() else {}
    results["surroundings"] = surroundings()
    if "engines" in parts:
        results["engines"] = engines()
    if "processes" in parts:
        results["processes"] = shared_by_processes()
    RESULTS.mkdir(exist_ok=True)
    file.write_text(json.dumps(results, indent=1) + "\n")
    (RESULTS / "scaling.md").write_text(report(results))
    if "pictures" in parts:
        scaling_pictures.draw(results, PICTURES)
    print(report(results))


if __name__ == "__main__":
    main()
