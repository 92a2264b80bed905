"""The process that a subject is measured in: ``python -m benchmarks.speed.worker MODULE THREADS [ARGUMENT ...]``.

The module's ``prepare(*arguments)`` gives a function. Each line of standard input is answered by a line of JSON:
first, unasked, how long the preparation took; then what a call of the function returned.
"""

from __future__ import annotations

import json
import os
import sys
import time
from importlib import import_module


def main() -> None:
    """Prepare, then run once for each line that comes in."""
    module, threads, *arguments = sys.argv[1:]
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what libraries print is no answer
    stay_on(int(threads))
    try:
        began = time.perf_counter()
        run = import_module(module).prepare(*arguments)
        print(json.dumps({"seconds": time.perf_counter() - began}), file=answers, flush=True)
        for _ in sys.stdin:
            print(json.dumps(run()), file=answers, flush=True)
    except Exception as error:  # whatever fails in a subject belongs into the results
        reason = (str(error).splitlines() or [""])[0]
        print(json.dumps({"error": f"{type(error).__name__}: {reason}"}), file=answers, flush=True)


def stay_on(threads: int) -> None:
    """Use so many processors at most, where the system allows to choose."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])


if __name__ == "__main__":
    main()
