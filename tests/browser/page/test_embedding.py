"""The page stands in any site by one tag, and in what a notebook shows."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import glassnet as gn
from glassnet.browser.page import embedding
from glassnet.cli.app import app

pytestmark = pytest.mark.browser
STRICT = "default-src 'none'; script-src 'self'; frame-src 'self'"
SITE = f"""<!doctype html><meta http-equiv="Content-Security-Policy" content="{STRICT}"><title>a site</title><body>
<script src="static/glassnet-page.js" data-state="data=xor&amp;hidden=3.relu&amp;hide=data,look,output"></script>
<glassnet-page state="lesson=dead_seed&amp;hide=network" title="a lesson"></glassnet-page>"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site with two pages, as files: ``index.html`` and what the command writes beside it."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "static").mkdir()
    result = CliRunner().invoke(app, ["play", "--output", str(folder / "static" / "glassnet-page.js")])
    assert result.exit_code == 0
    assert result.stdout.replace("\n", "").endswith("glassnet-page.html beside it")
    (folder / "index.html").write_text(SITE)
    return folder


@pytest.fixture(scope="module")
def visit(browser: Any) -> Iterator[Any]:
    """``visit(url)``: a tab, and what it complains of."""
    context = browser.new_context(viewport={"width": 900, "height": 900})
    tab, complaints = context.new_page(), []
    tab.set_default_timeout(15_000)
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    tab.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)

    def visited(url: str) -> Any:
        tab.goto(url)
        return tab

    yield visited
    context.close()
    assert complaints == []


def served(tab_route: Any, folder: Path) -> None:
    """What a static host does, under a name that is not there."""
    path = folder / tab_route.request.url.split("/", 3)[3].partition("#")[0]
    tab_route.fulfill(path=path) if path.exists() else tab_route.fulfill(status=204)


def after(tab: Any, condition: str) -> None:
    ends = time.monotonic() + 15
    while not tab.evaluate(condition):
        assert time.monotonic() < ends, f"{condition} did not come true"
        tab.wait_for_timeout(20)


@pytest.mark.parametrize("host", ["http://site.test/index.html", "file"])
def test_one_tag_puts_the_page_into_a_site_with_a_strict_policy(visit: Any, site: Path, host: str) -> None:
    tab = visit("about:blank")
    if host == "file":
        (site / "index.html").write_text(SITE.replace("'self'", "file:"))
    else:
        tab.route("http://site.test/**", lambda route: served(route, site))
    visit((site / "index.html").as_uri() if host == "file" else host)
    first, second = tab.locator("glassnet-page").all()
    first.locator("iframe").content_frame.locator(".unit").nth(5).wait_for()
    inside = first.locator("iframe").content_frame
    assert [inside.locator(f"[data-panel={name}]").is_visible() for name in ("data", "look", "output", "network")] == [
        False, False, False, True,
    ]  # fmt: skip
    after(tab, "document.querySelector('glassnet-page iframe').style.height !== '640px'")
    heights = (
        first.locator("iframe").evaluate("frame => frame.clientHeight"),
        inside.locator("body").evaluate("body => body.getBoundingClientRect().height"),
    )
    assert abs(heights[0] - heights[1]) <= 1
    assert tab.evaluate("document.documentElement.scrollWidth") <= 900

    second.scroll_into_view_if_needed()
    second.locator("iframe").content_frame.locator("h2:has-text('XOR and a dead start · 1 of 4')").wait_for()
    assert second.locator("iframe").get_attribute("title") == "a lesson"
    after(tab, "document.querySelectorAll('glassnet-page')[1].state.includes('seed=42')")


def test_what_the_reader_chooses_is_told_and_what_the_site_chooses_is_followed(
    visit: Any, site: Path
) -> None:
    tab = visit((site / "index.html").as_uri())
    first = tab.locator("glassnet-page").first
    inside = first.locator("iframe").content_frame
    inside.locator(".unit").nth(5).wait_for()
    first.evaluate(
        "page => page.addEventListener('change', (event) => { window.heard = event.detail.state; })"
    )
    inside.locator("button[aria-label^='one unit more']").first.click()
    after(tab, "window.heard?.includes('hidden=4.relu')")
    assert "hidden=4.relu" in first.evaluate("page => page.state")
    first.evaluate("page => page.setAttribute('state', 'data=moons&hidden=2.tanh')")
    inside.locator(".unit").nth(4).wait_for()
    after(tab, "window.heard.startsWith('data=moons')")
    tab.evaluate("window.postMessage({ glassnet: { height: 7, state: 'forged' } }, '*')")
    tab.wait_for_timeout(50)
    assert first.evaluate("page => page.state").startswith("data=moons")


def test_what_a_notebook_shows_needs_nothing_beside_it(visit: Any, tmp_path: Path) -> None:
    shown = gn.lessons.page("data=xor&hidden=2.tanh&hide=look,output", height=300)
    (tmp_path / "notebook.html").write_text(f"<!doctype html><p>above</p>{shown._repr_html_()}")
    tab = visit((tmp_path / "notebook.html").as_uri())
    inside = tab.locator("iframe").content_frame
    inside.locator("button.epoch").click()
    inside.locator(".figure:has-text('epoch') output:text-is('1')").wait_for()
    inside.locator(".unit").nth(4).wait_for()


def test_a_site_shares_one_page_among_all_its_frames() -> None:
    shown = gn.lessons.page("data=xor")._repr_html_()
    shared = embedding.shared(f"<p>a</p>{shown}<p>b</p>{shown}")
    tag = '<glassnet-page state="data=xor"></glassnet-page>'
    assert shared == f"<p>a</p>{tag}<p>b</p>{tag}"


def test_the_theme_of_the_tag_is_followed_and_that_of_a_stranger_is_not(visit: Any, site: Path) -> None:
    tab = visit((site / "index.html").as_uri())
    first = tab.locator("glassnet-page").first
    inside = first.locator("iframe").content_frame
    inside.locator("html[data-theme=light]").wait_for(state="attached")
    for theme in ("dark", "light"):
        first.evaluate("(page, theme) => page.setAttribute('theme', theme)", theme)
        inside.locator(f"html[data-theme={theme}]").wait_for(state="attached")
    first.evaluate("page => page.setAttribute('theme', 'dark')")
    first.evaluate(
        "page => page.setAttribute('src', page.querySelector('iframe').src.split('#')[0] + '?anew')"
    )
    inside.locator("html[data-theme=dark]").wait_for(state="attached")
    inside.locator("html").evaluate("html => window.postMessage({ glassnet: { theme: 'light' } }, '*')")
    tab.wait_for_timeout(50)
    assert inside.locator("html").get_attribute("data-theme") == "dark"


def test_a_page_with_parts_of_its_own_stays_beside_the_script_and_has_the_theme(
    visit: Any, site: Path
) -> None:
    double = gn.activations.Function(lambda z: 2 * z, lambda z: 2 + 0 * z, "double")
    network = gn.Network([gn.Dense(2, double), gn.Dense(1, "sigmoid")], input_shape=2, seed=0)
    shown = gn.lessons.page("hide=look,output", network, *gn.datasets.xor())._repr_html_()
    dark = shown.replace("<glassnet-page own>", '<glassnet-page own theme="dark">')
    script = '<script src="static/glassnet-page.js"></script>'
    (site / "own.html").write_text(f"<!doctype html>{script}{dark}")
    tab = visit((site / "own.html").as_uri())
    inside = tab.locator("iframe").content_frame
    inside.locator(".heads:has-text('double')").wait_for(state="attached")
    inside.locator("html[data-theme=dark]").wait_for(state="attached")
