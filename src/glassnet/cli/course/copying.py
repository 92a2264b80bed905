"""``glassnet lessons``: the course as notebooks in a folder."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from rich.console import Console

from glassnet.errors import ArgumentError
from glassnet.lessons import exercises, progress
from glassnet.lessons.catalogue import lessons as all_lessons
from glassnet.lessons.notebooks import copy_lessons, copy_of, title
from glassnet.lessons.seeds import seed_of
from glassnet.support.optional import require
from glassnet.support.text import plain

LONGEST_NAME = 200


def run(
    folder: str, lesson: int | None, show_list: bool, seed: int, learners: str | None, no_open: bool
) -> None:
    """Copy, or list, and open what was copied."""
    numbers = list(all_lessons())
    if lesson is not None and lesson not in numbers:
        raise ArgumentError(f"--lesson must be one of {', '.join(map(str, numbers))}; got {lesson}")
    if learners is not None and (show_list or seed):
        other = "--list" if show_list else "--seed"
        raise ArgumentError(
            f"--learners gives each name a seed and a folder of its own; it does not go with {other}"
        )
    numbers_copied = numbers if lesson is None else [lesson]
    if show_list:
        show(Path(folder), numbers_copied)
        return
    for name in ("jupytext", "nbformat"):
        require(name, extra="lessons", purpose="a lesson as a notebook")
    _refuse_no_folder(Path(folder))
    console = Console(highlight=False, soft_wrap=True)
    if learners is not None:
        for_class(Path(folder), numbers_copied, Path(learners), console)
        return
    written = copy_lessons(Path(folder), numbers_copied, seed)
    n_there = len(numbers_copied) - len(written)
    what = "lesson" if len(written) == 1 else "lessons"
    there = "1 was there and stays" if n_there == 1 else f"{n_there} were there and stay"
    console.print(
        plain(f"{len(written)} {what} copied to {folder}" + (f"; {there}" if n_there else "")), markup=False
    )
    if not no_open:
        open_in_jupyter(Path(folder) if lesson is None else copy_of(Path(folder), lesson), console)


def for_class(folder: Path, numbers: list[int], names: Path, console: Console) -> None:
    """A folder of copies for each name in a file, each with the numbers of that name."""
    learners = _names(names)
    for learner in learners:
        _refuse_no_folder(folder / learner)
    for learner in learners:
        copy_lessons(folder / learner, numbers, learner)
    what = "1 learner" if len(learners) == 1 else f"{len(learners)} learners"
    console.print(plain(f"lessons for {what} copied to {folder}"), markup=False)


def _names(file: Path) -> list[str]:
    """The names in a file, each of which becomes a folder and a seed, and so must be another one than all before."""
    try:
        lines = [line.strip() for line in file.read_text(encoding="utf-8-sig").split("\n")]
    except UnicodeDecodeError:
        raise ArgumentError(f"--learners must name a text file in UTF-8; {file} is none") from None
    learners = [line for line in lines if line]
    if not learners:
        raise ArgumentError(f"--learners must name a file with a name in each line; {file} holds none")
    seen: dict[int, str] = {}
    for learner in learners:
        _refuse_no_name(learner, file)
        same = seen.setdefault(seed_of(learner), learner)
        if same is not learner:
            raise ArgumentError(
                "each learner needs a name of their own, and capital letters do not count; "
                f"{file} holds {same!r} and {learner!r}"
            )
    return learners


def _refuse_no_name(learner: str, file: Path) -> None:
    if learner.startswith(".") or any(sign in "/\\" or not sign.isprintable() for sign in learner):
        raise ArgumentError(
            "a learner's name becomes a folder, without slashes or signs that cannot be seen, and with no dot at its "
            f"beginning; got {learner!r} in {file}"
        )
    if len(learner.encode()) > LONGEST_NAME:
        raise ArgumentError(
            f"a learner's name becomes a folder, of at most {LONGEST_NAME} bytes; {learner[:20]!r}… in {file} has "
            f"{len(learner.encode())}"
        )


def _refuse_no_folder(place: Path) -> None:
    """Whatever lies on the way to a place must be a folder."""
    for one in (place, *place.parents):
        if one.exists() and not one.is_dir():
            raise ArgumentError(f"lessons are copied into folders; {one} is a file")


def open_in_jupyter(place: Path, console: Console) -> None:
    """Open Jupyter at a folder or a notebook, where it is installed; else say how to come by it."""
    if shutil.which("jupyter-lab") is None:
        how = f'To open: pip install "glassnet[lessons]", then jupyter lab "{place}"'
        console.print(plain(how), markup=False)
        return
    subprocess.run(["jupyter-lab", str(place)], check=False)


def show(folder: Path, numbers: list[int]) -> None:
    """Print lessons and exercises, with what is done."""
    done = progress.read(folder)
    for number in numbers:
        of_lesson = exercises(number)
        n_done = sum(done.get(exercise.number, False) for exercise in of_lesson)
        print(f"{number:>2}  {title(number)}  ({n_done} of {len(of_lesson)} done)")
        for exercise in of_lesson:
            mark = {True: "done", False: "tried", None: ""}[done.get(exercise.number)]
            points = "point" if exercise.points == 1 else "points"
            print(f"    {exercise.number:<5} {mark:<6} {exercise.title} ({exercise.points} {points})")
