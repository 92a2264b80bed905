"""``glassnet play``: the page in the browser, or as one file."""

from __future__ import annotations

import threading

import typer

from glassnet.browser.page.playing import play


def run(what: str | None, output: str | None, port: int, browser: bool) -> None:
    """Open the page and serve it until Ctrl-C, or write it."""
    opened = play(what, output=output, port=port, browser=browser)
    if opened is None:
        typer.echo(f"wrote {output}")
        return
    typer.echo(f"the page is at {opened.address}\nCtrl-C ends it; models are saved into this folder")
    try:
        threading.Event().wait()
    finally:
        opened.stop()
