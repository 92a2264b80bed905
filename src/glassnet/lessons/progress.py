"""What a learner has done, in a file beside the notebooks; where there is none, nothing is written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from glassnet.lessons.judging import Verdict

NAME = "progress.json"


def note(verdict: Verdict, folder: Path | None = None) -> None:
    """Note a verdict in the folder's file; what was right once stays so."""
    file = (folder or Path.cwd()) / NAME
    if not file.is_file():
        return
    done = read(file.parent)
    done[verdict.exercise] = done.get(verdict.exercise, False) or verdict.ok
    beside = file.with_suffix(".part")
    beside.write_text(json.dumps(done, indent=1) + "\n", encoding="utf-8")
    beside.replace(file)


def read(folder: Path) -> dict[str, bool]:
    """Of each exercise that was tried whether it is done; a file that is no such list counts as empty."""
    file = folder / NAME
    try:
        record = json.loads(file.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    if not isinstance(record, dict):
        return {}
    return {str(number): ok for number, ok in record.items() if isinstance(ok, bool)}
