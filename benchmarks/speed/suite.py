"""Works and measures, carried out one after the other."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path

from benchmarks.speed import figures
from benchmarks.speed.contender import Contender, MeasuringError, Runs, in_turn
from benchmarks.speed.figures import Figure, Setting
from benchmarks.speed.peers import PEERS, Peer
from benchmarks.speed.works import WORKS, Work
from glassnet import __version__
from glassnet.kernels import blas

OURS = "glassnet"
TRAINING = "benchmarks.speed.subjects.training"
MEASURES = ("products", "straight_line", "memory", "start", "one_row", "many_networks", "busy", "size")
# Peers that draw the order of batches themselves end with another loss than the rest.
OWN_ORDER, OWN_ORDER_TOLERANCE = {"scikit-learn", "keras"}, 0.25


@dataclass(frozen=True)
class Row:
    """A peer at a work.

    Attributes
    ----------
    first : float or None
        Seconds of the first run, which is not counted: it compiles, and warms caches up.
    seconds : list of float
        Of the counted runs, in their order.
    ratio : Figure or None
        Times as long as glassnet.
    loss : float or None
        Over all samples, after training.
    agrees : bool
        Whether that is glassnet's loss, within the tolerance of the work.
    peak_bytes : int or None
    error : str
        Why there is nothing more, if so.
    """

    peer: str
    title: str
    versions: dict[str, str] = field(default_factory=dict)
    first: float | None = None
    seconds: list[float] = field(default_factory=list)
    ratio: Figure | None = None
    loss: float | None = None
    agrees: bool = False
    peak_bytes: int | None = None
    error: str = ""


@dataclass(frozen=True)
class Results:
    """Everything that was measured, and where."""

    machine: dict[str, str]
    works: dict[str, list[Row]] = field(default_factory=dict)
    figures: dict[str, list[Figure]] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)


def run(works: Sequence[str], measures: Sequence[str], peers: Sequence[str], setting: Setting) -> Results:
    """Measure all of it; what fails is noted in the results."""
    results = Results(machine(setting))
    for name in works:
        results.works[name] = compare(WORKS[name], [PEERS[peer] for peer in peers], setting)
    for name in measures:
        setting.announce(name)
        try:
            results.figures[name] = import_module(f"benchmarks.speed.measures.{name}").measure(setting)
        except MeasuringError as error:
            results.errors[name] = str(error)
    return results


def compare(work: Work, peers: Sequence[Peer], setting: Setting) -> list[Row]:
    """The peers at one work, in turn."""
    contenders = {
        peer.name: Contender(TRAINING, peer.name, work.name, threads=setting.threads)
        for peer in peers
        if not peer.missing
    }

    def announce(what: str) -> None:
        setting.announce(f"{work.name}: {what}")

    runs = in_turn(contenders, setting.repeats, announce)
    ours = runs.get(OURS, Runs())
    return [_row(peer, work, runs[peer.name], ours) if peer.name in runs else _absent(peer) for peer in peers]


def _absent(peer: Peer) -> Row:
    return Row(peer.name, peer.title, error=f"{peer.missing} is not installed")


def _row(peer: Peer, work: Work, runs: Runs, ours: Runs) -> Row:
    if runs.error:
        return Row(peer.name, peer.title, peer.versions, error=runs.error)
    seconds, loss = runs.column("seconds"), runs.first["loss"]
    ratio, agrees = None, True
    if not ours.error and ours.counted:
        ratio = figures.ratio(f"{peer.title} / glassnet", seconds, ours.column("seconds"))
        tolerance = OWN_ORDER_TOLERANCE if peer.name in OWN_ORDER and not work.full_batch else work.tolerance
        agrees = abs(loss - ours.first["loss"]) <= tolerance * ours.first["loss"]
    peak = runs.counted[-1]["peak_bytes"]
    return Row(
        peer.name, peer.title, peer.versions, runs.first["seconds"], seconds, ratio, loss, agrees, peak
    )


def machine(setting: Setting) -> dict[str, str]:
    """What the numbers were measured on."""
    return {
        "processor": processor(),
        "cores": str(os.cpu_count()),
        "threads": str(setting.threads),
        "counted runs": str(setting.repeats),
        "busy before": f"{setting.busy_before:.0%}",
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "glassnet": __version__,
        "BLAS of glassnet": f"{blas.FOUND.name} {blas.FOUND.version}" if blas.FOUND is not None else "none",
        "date": time.strftime("%Y-%m-%d %H:%M"),
    }


def processor() -> str:
    """Its name."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or "unknown"
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or "unknown"
