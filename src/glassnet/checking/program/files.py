"""A learner's file, run and checked in a process of its own; what comes back is data, and runs nothing."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from glassnet.checking.program.limits import SECONDS, SHORTEST, waited
from glassnet.checking.report import Evidence, Report, Slip
from glassnet.errors import ArgumentError, GlassnetError
from glassnet.support import checks

MOST_BYTES = 4_000_000


class CheckError(GlassnetError):
    """The process in which a file was checked ended without a result."""


def check_file(
    path: str | Path,
    X: ArrayLike | None = None,
    y: ArrayLike | None = None,
    *,
    loss: str | None = None,
    forward: str | None = None,
    backward: str | None = None,
    seconds: float = SECONDS,
) -> Report:
    """The report on a Python file, which is run: in a process of its own with a working folder of its own, without
    standard input, without a window, and not for longer than the time that it is given.

    Parameters
    ----------
    path : str or Path
        The file.
    X, y, loss, forward, backward
        As of :func:`glassnet.check`.
    seconds : float
        How long the process may take; then it is ended with all that it has started. Nothing further is tried after a
        quarter of it.

    Returns
    -------
    Report
        As of :func:`glassnet.check`.

    Raises
    ------
    ArgumentError
        If it is no Python file, or holds nothing that could be checked.
    CheckError
        If the process takes too long, or ends without a result.
    """
    file = Path(path).absolute()
    if file.suffix != ".py" or not file.is_file():
        raise ArgumentError(f"check needs the path of a Python file; {str(path)!r} is none")
    limit = checks.number("seconds", seconds, above=0)
    wish = {"path": str(file), "loss": loss, "forward": forward, "backward": backward, "seconds": limit}
    with tempfile.TemporaryDirectory(prefix="glassnet-check-", ignore_cleanup_errors=True) as folder:
        place = Path(folder)
        (place / "work").mkdir()
        _write_data(place, X, y)
        (place / "wish.json").write_text(json.dumps(wish))
        code = _run(place, limit, file.name)
        return _read(place / "report.json", code, file.name)


def _write_data(place: Path, X: ArrayLike | None, y: ArrayLike | None) -> None:
    if X is not None:
        arrays = {"X": np.asarray(X)} | ({} if y is None else {"y": np.asarray(y)})
        if any(array.dtype == object for array in arrays.values()):
            raise ArgumentError("X and y must hold numbers, or y text, in rows of equal length")
        np.savez(place / "data.npz", allow_pickle=False, **arrays)


def _run(place: Path, seconds: float, name: str) -> int:
    """Run the worker; its exit code. All processes that it has started end with it."""
    environment = {**os.environ, "MPLBACKEND": "Agg", "PYTHONDONTWRITEBYTECODE": "1", "PYTHONSAFEPATH": "1"}
    environment.pop("PYTHONSTARTUP", None)
    worker = [sys.executable, "-m", "glassnet.checking.program.worker", str(place)]
    process = subprocess.Popen(
        worker, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        cwd=place / "work", env=environment, start_new_session=True,
    )  # fmt: skip
    began = time.monotonic()
    try:
        while (left := seconds - (time.monotonic() - began - waited(f"{process.pid}"))) > 0:
            with contextlib.suppress(subprocess.TimeoutExpired):
                return process.wait(max(left, SHORTEST))
        raise CheckError(
            f"{name} did not come to an end within {seconds:g} s; put its training under "
            "if __name__ == '__main__':, or give it more time: seconds= (--seconds of the command)"
        )
    finally:
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the worker and whatever it has started, and take its exit code, so that nothing is left."""
    if hasattr(os, "killpg"):
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            pass
    else:
        process.kill()
    process.wait()


def _read(file: Path, code: int, name: str) -> Report:
    """The worker's result, taken as data of exactly the form that it must have."""
    try:
        if file.stat().st_size > MOST_BYTES:
            raise CheckError(f"the check of {name} came back with more than {MOST_BYTES} bytes")
        found = json.loads(file.read_text(encoding="utf-8"))
        report = None if "error" in found else report_from(found["report"])
    except FileNotFoundError:
        why = f"signal {-code}" if code < 0 else f"exit code {code}"
        raise CheckError(f"the process that ran {name} ended without a result ({why})") from None
    except (ValueError, KeyError, TypeError) as reason:
        raise CheckError(f"the result of the check of {name} cannot be read: {reason}") from reason
    if report is None:
        raise ArgumentError(str(found["error"]))
    return report


def plain(report: Report) -> dict[str, Any]:
    """A report as data for JSON."""
    return {
        "subject": report.subject,
        "ok": report.ok,
        "slips": [[s.code, list(s.layers), s.message, s.fix] for s in report.slips],
        "evidence": [[e.name, e.place, e.yours, e.right, e.with_slips] for e in report.evidence],
        **{name: list(getattr(report, name)) for name in ("notes", "equals", "not_checked")},
    }


def report_from(data: dict[str, Any]) -> Report:
    """The report from its data."""
    ok = data["ok"]
    if ok is not None and not isinstance(ok, bool):
        raise ValueError(f"ok is {ok!r}")
    slips = tuple(
        Slip(str(c), tuple(int(i) for i in layers), str(m), str(f)) for c, layers, m, f in data["slips"]
    )
    evidence = tuple(Evidence(*(str(cell) for cell in line)) for line in data["evidence"])
    texts = [tuple(str(line) for line in data[name]) for name in ("notes", "equals", "not_checked")]
    return Report(str(data["subject"]), ok, slips, evidence, *texts)
