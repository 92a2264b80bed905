"""Which notebooks a folder holds, and whose they are."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from glassnet.errors import ArgumentError
from glassnet.lessons.catalogue import texts

SUBMITTED = "submitted"


@dataclass(frozen=True)
class Submission:
    """A notebook and the name of the one who wrote it."""

    learner: str
    file: Path


def find(folder: Path) -> list[Submission]:
    """All notebooks below a folder but those in hidden ones, such as checkpoints; by learner and name."""
    if not folder.is_dir():
        raise ArgumentError(f"FOLDER must be a folder of notebooks; there is none at {folder}")
    root = folder / SUBMITTED if (folder / SUBMITTED).is_dir() else folder
    files = [
        file
        for file in root.rglob("*.ipynb")
        if not any(part.startswith(".") for part in file.relative_to(root).parts)
    ]
    if not files:
        raise ArgumentError(f"there is no notebook (*.ipynb) in {root}")
    submissions = [Submission(_learner(file, root), file) for file in files]
    return sorted(submissions, key=lambda submission: (submission.learner, submission.file))


def _learner(file: Path, root: Path) -> str:
    """The first folder below the root; of a file that lies in the root, its name without that of the lesson."""
    parts = file.relative_to(root).parts
    if len(parts) > 1:
        return parts[0]
    name = file.stem
    for text in texts().values():
        name = name.replace(text.name.removesuffix(".md"), "")
    return name.strip(" -_.") or root.resolve().name
