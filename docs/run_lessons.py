"""Run every lesson from top to bottom as a notebook, each in a kernel of its own: ``make lessons``.

A cell that raises is printed with its traceback, and the exit code is 1. A lesson should take less than a minute on two
cores; one that takes longer is named.
"""

import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor

from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError

from glassnet.lessons.catalogue import texts
from glassnet.lessons.notebooks import notebook

MOST_SECONDS = 60.0


def run(number: int) -> tuple[int, float, str]:
    """Number, seconds and what went wrong, if anything did."""
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        client = NotebookClient(notebook(number), timeout=300, resources={"metadata": {"path": folder}})
        try:
            client.execute()
        except (CellExecutionError, CellTimeoutError) as reason:
            return number, time.monotonic() - start, str(reason)
    return number, time.monotonic() - start, ""


def main() -> int:
    """Run them two at a time; the exit code."""
    wanted = [int(text) for text in sys.argv[1:]] or list(texts())
    failed = False
    with ThreadPoolExecutor(2) as pool:
        for number, seconds, wrong in pool.map(run, wanted):
            late = f" (more than {MOST_SECONDS:.0f} s)" if seconds > MOST_SECONDS else ""
            print(f"lesson {number:2}: {seconds:5.1f} s{late}{'' if not wrong else ' FAILED'}", flush=True)
            if wrong:
                print(wrong)
            failed = failed or bool(wrong)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
