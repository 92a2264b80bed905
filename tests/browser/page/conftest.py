"""A browser, and the page in it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from glassnet.browser.page import document


@pytest.fixture(scope="session")
def page_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "page.html"
    path.write_text(document.page(), encoding="utf-8")
    return path


def wait(tab: Any, condition: str, seconds: float = 20) -> None:
    """Until a condition of the state ``s`` holds and is shown; asked from outside, since the page's policy lets nothing be evaluated."""
    ends = time.monotonic() + seconds
    while not tab.evaluate(
        f"(() => {{ const s = window.glassnet?.store.state; return Boolean(s && ({condition.replace('s.frame.', 's.frame?.')}) && (s.running || !glassnet.store.waiting)); }})()"
    ):
        assert time.monotonic() < ends, (
            f"{condition} did not come true; the page says {tab.inner_text('body')[:300]!r}"
        )
        tab.wait_for_timeout(20)


class Complaints(list[str]):
    """What the browser had to complain of: errors, and what the policy of the page stopped."""


@pytest.fixture
def open_page(browser: Any, page_file: Path) -> Iterator[Callable[..., Any]]:
    """``open_page("data=xor", width=390)`` gives a tab in which the page has shown its first step; complaints fail."""
    contexts, complaints = [], Complaints()

    def opened(
        address: str = "", *, width: int = 1280, theme: str = "light", url: str | None = None, file: Path | None = None,
        is_page: bool = True,
    ) -> Any:  # fmt: skip
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=theme, accept_downloads=True
        )
        contexts.append(context)
        tab = context.new_page()
        tab.set_default_timeout(15_000)
        tab.on("pageerror", lambda error: complaints.append(str(error)))
        tab.on(
            "console", lambda message: complaints.append(message.text) if message.type == "error" else None
        )
        tab.on(
            "request",
            lambda request: (
                complaints.append(f"asked for {request.url}")
                if request.url[:4] == "http" and not url
                else None
            ),
        )
        tab.goto(url or f"{(file or page_file).as_uri()}#{address}")
        if is_page:
            wait(tab, "s.frame !== null")
        return tab

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []
