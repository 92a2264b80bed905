"""One peer at one work, in a process of its own: ``python -m glassnet.bench.worker PEER WORK EPOCHS THREADS``.

Answers each line of standard input with a line of JSON: the first when it is ready, then one for each run.
"""

from __future__ import annotations

import json
import os
import sys
import time
from importlib.metadata import PackageNotFoundError, packages_distributions, version
from typing import Any

from glassnet.bench.peers import PEERS, Peer
from glassnet.bench.works import WORKS


def main() -> None:
    """Prepare, then train once for each line that comes in."""
    peer, work, epochs, threads = sys.argv[1:]
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what libraries print is no answer

    def answer(**content: Any) -> None:
        print(json.dumps(content), file=answers, flush=True)

    try:
        serve(PEERS[peer], work, int(epochs), int(threads), answer)
    except Exception as error:  # whatever fails in a peer is a row of the table
        answer(error=f"{type(error).__name__}: {error}".splitlines()[0])


def serve(peer: Peer, work_name: str, epochs: int, threads: int, answer: Any) -> None:
    """Train whenever asked to."""
    began = time.perf_counter()
    work = WORKS[work_name]
    work = work if epochs == work.epochs else work.shortened(epochs)
    training = peer.prepare(work, threads)
    answer(seconds=time.perf_counter() - began, versions=versions(peer))
    for _ in sys.stdin:
        training.reset()
        began = time.perf_counter()
        training.train()
        seconds = time.perf_counter() - began
        answer(seconds=seconds, loss=work.loss(training.parameters()), peak_bytes=peak_bytes())


def versions(peer: Peer) -> dict[str, str]:
    """Versions of the packages that the peer needs."""
    distributions = packages_distributions()
    found = {}
    for package in peer.packages:
        name = distributions.get(package, [package])[0]
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def peak_bytes() -> int | None:
    """The most memory that this process has held; None where the system does not say."""
    if sys.platform == "win32":
        return None
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else 1024 * peak


if __name__ == "__main__":
    main()
