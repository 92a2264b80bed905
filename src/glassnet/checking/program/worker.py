"""The process in which a learner's file is run: ``python -m glassnet.checking.program.worker FOLDER``.

FOLDER holds ``wish.json`` and, where data were given, ``data.npz``; the result is written there as ``report.json``.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np

from glassnet.checking.program.data import Samples, few
from glassnet.checking.program.files import plain
from glassnet.checking.program.limits import Wish
from glassnet.checking.program.taking.scripts import check_script
from glassnet.errors import GlassnetError

MOST_FILE_BYTES = 200_000_000
LOOKED_AFTER = 1.0  # seconds between two looks at the parent


def main(folder: str) -> None:
    """Check, write the result, and leave at once, whatever threads or handlers the file has left behind."""
    place, owner = Path(folder), os.getpid()
    threading.Thread(target=_end_with, args=[os.getppid()], daemon=True).start()
    _limit()
    wanted = json.loads((place / "wish.json").read_text(encoding="utf-8"))
    path = Path(wanted.pop("path"))
    sys.argv = [str(path)]
    result: dict[str, Any]
    try:
        result = {"report": plain(check_script(path, _samples(place), Wish(**wanted, apart=True)))}
    except GlassnetError as reason:
        result = {"error": str(reason)}
    except RecursionError:
        result = {"error": f"{path.name} calls itself without end"}
    except (Exception, SystemExit) as reason:  # a learner's code that fails where no check expects it
        result = {"error": f"{path.name} could not be checked: {type(reason).__name__}: {reason}"}
    if os.getpid() == owner:
        _write(place / "report.json", result)
    os._exit(0)


def _end_with(parent: int) -> None:
    """End all that was started here once the process is gone that would have ended it."""
    while os.getppid() == parent:
        time.sleep(LOOKED_AFTER)
    if hasattr(os, "killpg"):
        os.killpg(os.getpgrp(), signal.SIGKILL)
    os._exit(1)


def _samples(place: Path) -> Samples | None:
    file = place / "data.npz"
    if not file.exists():
        return None
    with np.load(file, allow_pickle=False) as arrays:
        X = arrays["X"]
        return few(X, arrays["y"] if "y" in arrays.files else np.zeros(len(X)), None)


def _write(file: Path, result: dict[str, Any]) -> None:
    beside = file.with_suffix(".part")
    beside.write_text(json.dumps(result), encoding="utf-8")
    beside.replace(file)


def _limit() -> None:
    """No files without end, no core dumps."""
    try:
        import resource
    except ImportError:  # a system without limits
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (MOST_FILE_BYTES, MOST_FILE_BYTES))


if __name__ == "__main__":
    main(sys.argv[1])
