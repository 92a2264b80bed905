"""Open every page of the built site in a browser, from the file system, in both themes: ``make audit``.

It fails where axe, the common checker of accessibility, finds anything serious; where a page is wider than its window,
on a desk or on a phone; where the console shows an error; where a link or a picture leads nowhere; where searching
finds nothing; and where a lesson, or the site, weighs too much. Links to other sites are listed, and not followed.

    python docs/check_site.py [course/ how-to/export.html ...]     # all pages, or those whose address begins so
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from importlib import resources
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from urllib.request import url2pathname

SITE = Path(__file__).parents[1] / "build" / "site"
MOST_OF_A_LESSON, MOST_OF_THE_SITE = 1_500_000, 60_000_000  # bytes
GRAVE = ("serious", "critical")
# The theme that the site's switch says, which counts for more than the system's; and how wide the window is.
VIEWS = (("light", 1280), ("dark", 390))
SYSTEM = {"light": "dark", "dark": "light"}
SWITCHED = "localStorage.setItem('theme', '{}')"
# Without what it would ask for itself: files cannot ask for files.
AXE = (
    "axe.run({ preload: false, resultTypes: ['violations'] }).then(({ violations }) => "
    "violations.map(({ id, impact, nodes }) => [id, impact, nodes[0].html]))"
)
# The page to play with lies in frames, and has tests of its own.
FRAMED, EMPTY = "**/glassnet-page.html*", "<!doctype html><title>a frame</title>"
TOO_WIDE = "document.documentElement.scrollWidth - innerWidth"
SEARCHED, FOUND = "gradient", "ul.search li"


class Links(HTMLParser):
    """What a page leads to, and the places in it that can be led to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.targets: list[str] = []
        self.places: set[str] = set()
        self.nameless: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note its target, its place, and a picture without words."""
        of = {name: value or "" for name, value in attrs}
        self.targets += [of[name] for name in ("href", "src") if name in of]
        self.places.update(of[name] for name in ("id", "name") if name in of)
        if tag == "img" and (not of.get("alt") or of["alt"].endswith((".png", ".svg"))):
            self.nameless.append(of.get("src", ""))


@dataclass
class Findings:
    """What was found."""

    n_faults: int = 0
    hints: list[str] = field(default_factory=list)
    outside: set[str] = field(default_factory=set)
    weights: dict[str, int] = field(default_factory=dict)

    def fault(self, text: str) -> None:
        """Say what is wrong as soon as it is found."""
        self.n_faults += 1
        print(text, flush=True)


def name_of(page: Path) -> str:
    """The address of a page within the site."""
    return page.relative_to(SITE).as_posix()


def check_links(pages: dict[Path, Links], found: Findings) -> None:
    """Every target within the site is a file, and its place is there; every picture is described."""
    for page, links in pages.items():
        for target in links.targets:
            parts = urlsplit(target)
            if parts.scheme in ("http", "https", "mailto"):
                found.outside.add(target)
            elif parts.scheme != "data":
                file = (page.parent / unquote(parts.path)).resolve() if parts.path else page
                if not file.is_file():
                    found.fault(f"{name_of(page)}: {target} leads nowhere")
                elif parts.fragment and file in pages and not is_place(parts.fragment, pages[file]):
                    found.fault(f"{name_of(page)}: {target} leads to a place that is not there")
        for picture in links.nameless:
            found.fault(f"{name_of(page)}: no words for {picture}")


def is_place(fragment: str, links: Links) -> bool:
    """Whether the page has it; of the page to play with it is what is chosen there."""
    return "=" in fragment or unquote(fragment) in links.places


def check_pages(pages: list[Path], found: Findings) -> None:
    """Open each page in both themes."""
    from playwright.sync_api import sync_playwright

    axe = (resources.files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        for theme, width in VIEWS:
            context = browser.new_context(
                viewport={"width": width, "height": 900}, color_scheme=SYSTEM[theme]
            )
            context.add_init_script(f"try {{ {SWITCHED.format(theme)} }} catch {{}}")
            context.route(FRAMED, lambda route: route.fulfill(body=EMPTY, content_type="text/html"))
            for page in pages:
                tab = context.new_page()
                look(tab, page, f"{name_of(page)} ({theme}, {width})", axe, found)
                tab.close()
            context.close()
        search(browser.new_page(), found)
        browser.close()


def look(tab: Any, page: Path, label: str, axe: str, found: Findings) -> None:
    """One page in one view."""
    loaded: set[Path] = set()
    tab.on("request", lambda request: loaded.update(files_of(request.url)))
    tab.on("pageerror", lambda error: found.fault(f"{label}: {error}"))
    tab.on(
        "console",
        lambda said: found.fault(f"{label}: the console says {said.text}") if said.type == "error" else None,
    )
    tab.goto(page.as_uri())
    if page.parent.name == "course":
        scroll_through(tab)
        weight = sum(file.stat().st_size for file in loaded if file.is_file())
        found.weights[name_of(page)] = max(weight, found.weights.get(name_of(page), 0))
    wide = tab.evaluate(TOO_WIDE)
    if wide > 0:
        found.fault(f"{label}: wider than the window by {wide} pixels")
    tab.evaluate(axe)
    print(".", end="", flush=True)
    for rule, impact, element in tab.evaluate(AXE):
        say = found.fault if impact in GRAVE else found.hints.append
        say(f"{label}: {impact} {rule}: {element[:160]}")


def scroll_through(tab: Any) -> None:
    """To the end, as a reader does, so that what is loaded when it is seen is loaded."""
    height = tab.evaluate("document.documentElement.scrollHeight")
    for place in range(0, height, 1500):
        tab.evaluate(f"scrollTo({{ top: {place}, behavior: 'instant' }})")
        tab.wait_for_timeout(50)


def files_of(address: str) -> Iterator[Path]:
    """The file that was asked for, where it is one."""
    if address.startswith("file:"):
        yield Path(url2pathname(urlsplit(address).path))


def search(tab: Any, found: Findings) -> None:
    """Search the site as it lies in the file system."""
    tab.goto(f"{(SITE / 'search.html').as_uri()}?q={SEARCHED}")
    try:
        tab.wait_for_selector(FOUND, timeout=20_000)
    except Exception as reason:  # whatever keeps it from being shown
        found.fault(f"searching for {SEARCHED!r} finds nothing: {reason}")


def chromium() -> str:
    """The browser of this machine."""
    import os
    import shutil

    names = (os.environ.get("GLASSNET_CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome")
    installed = next((path for name in names if name and (path := shutil.which(name))), None)
    if installed is None:
        sys.exit("looking at the site needs Chromium: apt-get install chromium")
    return installed


def main() -> int:
    """Look at everything; the exit code."""
    if not (SITE / "index.html").is_file():
        sys.exit(f"there is no site in {SITE} yet: make docs")
    files = sorted(SITE.rglob("*.html"))
    pages = {
        file: Links(file.read_text(encoding="utf-8"))
        for file in files
        if "_static" not in file.relative_to(SITE).parts
    }
    wanted = [page for page in pages if name_of(page).startswith(tuple(sys.argv[1:]) or "")]
    found = Findings()
    check_links(pages, found)
    check_pages(wanted, found)
    weight = sum(file.stat().st_size for file in SITE.rglob("*") if file.is_file())
    for lesson, n_bytes in found.weights.items():
        print(f"{n_bytes / 1e6:5.2f} MB  {lesson}")
        if n_bytes > MOST_OF_A_LESSON:
            found.fault(f"{lesson} weighs {n_bytes:,} bytes, more than {MOST_OF_A_LESSON:,}")
    print(f"{weight / 1e6:5.1f} MB  the site, {len(pages)} pages")
    if weight > MOST_OF_THE_SITE:
        found.fault(f"the site weighs {weight:,} bytes, more than {MOST_OF_THE_SITE:,}")
    print("\n".join(["leads to, outside of the site:", *sorted(found.outside)]))
    print("\n".join(["of less weight:", *found.hints] if found.hints else []))
    print(f"{len(wanted)} of {len(pages)} pages looked at, {found.n_faults} faults")
    return int(found.n_faults > 0)


if __name__ == "__main__":
    sys.exit(main())
