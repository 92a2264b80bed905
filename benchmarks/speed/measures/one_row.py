"""Prediction of one row."""

from __future__ import annotations

from importlib.util import find_spec

import numpy as np

from benchmarks.speed import figures
from benchmarks.speed.contender import Contender, in_turn
from benchmarks.speed.figures import Figure, Setting

SUBJECT = "benchmarks.speed.subjects.one_row"
PEERS = ("onnxruntime", "torch")
TITLES = {"glassnet": "glassnet", "onnxruntime": "ONNX Runtime", "torch": "PyTorch eager"}
TOLERANCE = 1e-5


def measure(setting: Setting) -> list[Figure]:
    """Microseconds of a call, and how many times as long as glassnet's the peers' take."""
    installed = [package for package in ("glassnet", *PEERS) if find_spec(package) is not None]
    contenders = {name: Contender(SUBJECT, name, threads=setting.threads) for name in installed}
    runs = {
        name: found.succeeded()
        for name, found in in_turn(contenders, setting.repeats, setting.announce).items()
    }
    ours, expected = runs["glassnet"].column("seconds"), np.array(runs["glassnet"].first["outputs"])
    found = []
    for name, of_peer in runs.items():
        theirs = of_peer.column("seconds")
        apart = float(np.abs(np.array(of_peer.first["outputs"]) - expected).max())
        note = "" if apart < TOLERANCE else f"outputs differ by {apart:.2g}"
        what = f"prediction of one row, 64-32-10, {TITLES[name]}"
        found.append(figures.of(what, [1e6 * seconds for seconds in theirs], "µs", note=note))
        if name in PEERS:
            found.append(figures.ratio(f"{TITLES[name]} / glassnet, one row", theirs, ours))
    return found
