"""Parts of the command for learners: the course, and the page."""

import typer

from glassnet.cli.commands import options


def lessons(
    folder: options.CourseFolder = "glassnet-lessons",
    lesson: options.LessonNumber = None,
    show_list: options.LessonList = False,
    seed: options.LearnerSeed = 0,
    no_open: options.NoOpen = False,
) -> None:
    """Copy the course to FOLDER as notebooks, and open Jupyter there.

    Notebooks that lie there already stay as they are. What is done is kept in FOLDER/progress.json.
    """
    from glassnet.cli.lessons import run

    run(folder, lesson, show_list, seed, no_open)


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
    if opened is None:
        typer.echo(f"wrote {output}")
        return
    typer.echo(f"the page is at {opened.address}\nCtrl-C ends it; models are saved into this folder")
    opened.wait()
