"""Parts of the command for learners and teachers: the course, its marks, and the page."""

from pathlib import Path

import typer

from glassnet.cli.commands import options


def lessons(
    folder: options.CourseFolder = "glassnet-lessons",
    lesson: options.LessonNumber = None,
    show_list: options.LessonList = False,
    seed: options.LearnerSeed = 0,
    learners: options.Learners = None,
    no_open: options.NoOpen = False,
) -> None:
    """Copy the course to FOLDER as notebooks, and open Jupyter there.

    Notebooks that lie there already stay as they are. What is done is kept in FOLDER/progress.json.
    """
    from glassnet.cli.course.copying import run

    run(folder, lesson, show_list, seed, learners, no_open)


def grade(
    folder: options.SubmittedFolder,
    out: options.GradesFile = "grades.csv",
    lesson: options.LessonNumber = None,
    own_numbers: options.OwnNumbers = False,
    seconds: options.NotebookSeconds = 300,
    memory: options.NotebookMemory = 4096,
    jobs: options.NotebookJobs = 1,
) -> None:
    """Run the notebooks in FOLDER, each in a process of its own, and write points and comments as a table.

    FOLDER holds notebooks NAME.ipynb, folders NAME of notebooks, or what nbgrader collects (submitted/NAME/ASSIGNMENT).
    The exit code is 1 where not everything could be graded.
    """
    from glassnet.cli.course.grading import run
    from glassnet.lessons.grading.limits import Limits

    raise typer.Exit(run(folder, out, lesson, own_numbers, Limits(seconds=seconds, memory=memory), jobs))


def play(
    what: options.Played = None,
    output: options.PageFile = None,
    port: options.Port = 0,
    no_browser: options.NoBrowser = False,
) -> None:
    """Open the page: see a network, train it, change it, and read every number.

    It is served to this machine alone until Ctrl-C; models that you save there go into the present folder.
    """
    from glassnet.browser.page.playing import play as open_page

    opened = open_page(what, output=output, port=port, browser=not no_browser)
    if output is not None:
        beside = f", and {Path(output).with_suffix('.html')} beside it" if output.endswith(".js") else ""
        typer.echo(f"wrote {output}{beside}")
    if opened is None:
        return
    typer.echo(f"the page is at {opened.address}\nCtrl-C ends it; models are saved into this folder")
    opened.wait()
