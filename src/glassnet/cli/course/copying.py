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
from glassnet.support.text import plain


def run(
    folder: str, lesson: int | None, show_list: bool, seed: int, learners: str | None, no_open: bool
) -> None:
    """Copy, or list, and open what was copied."""
    numbers = list(all_lessons())
    if lesson is not None and lesson not in numbers:
        raise ArgumentError(f"--lesson must be one of {', '.join(map(str, numbers))}; got {lesson}")
    numbers_copied = numbers if lesson is None else [lesson]
    if show_list:
        show(Path(folder), numbers_copied)
        return
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
    lines = [line.strip() for line in names.read_text(encoding="utf-8-sig").splitlines()]
    learners = [line for line in lines if line]
    if not learners:
        raise ArgumentError(f"--learners must name a file with a name in each line; {names} holds none")
    for learner in learners:
        if Path(learner).name != learner or learner in (".", ".."):
            raise ArgumentError(
                f"a learner's name becomes a folder, without slashes; got {learner!r} in {names}"
            )
        copy_lessons(folder / learner, numbers, learner)
    console.print(plain(f"lessons for {len(learners)} learners copied to {folder}"), markup=False)


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
