"""How long the page keeps its main thread while a network is trained: each task's CPU time, from Chromium's own trace.

A frame is late where a task takes longer than 16 ms. CPU time and not the clock's, so that other work on the machine
counts less: python -m benchmarks.browser.frames.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

from glassnet.browser.page import document

CASES = {
    "2-4-2-1 on circles": "",
    "2-8-8-3 on spirals": "data=spiral&hidden=8.tanh,8.tanh&samples=500",
    "64-16-10 on digits": "data=digits",
    "64-32-10 on digits": "data=digits&hidden=32.relu",
    "2-32-32-32-32-32-32-1": f"hidden={','.join(['32.tanh'] * 6)}",
}
LATE = 16.0
SECONDS = 4


def tasks(trace: list[dict[str, Any]]) -> list[float]:
    """CPU milliseconds of each task of the page's main thread, the longest first."""
    threads = {
        (e["pid"], e["tid"])
        for e in trace
        if e.get("name") == "thread_name" and e["args"]["name"] == "CrRendererMain"
    }
    of_threads = (
        [
            e.get("tdur", 0) / 1000
            for e in trace
            if (e["pid"], e["tid"]) == thread and e.get("name", "").endswith("RunTask") and e.get("ph") == "X"
        ]
        for thread in threads
    )
    return sorted(max(of_threads, key=sum), reverse=True)


def main() -> None:
    """A line for each case: how many tasks, how many of them late, and the longest."""
    from playwright.sync_api import sync_playwright

    path = Path(tempfile.mkdtemp()) / "page.html"
    path.write_text(document.page(), encoding="utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for name, address in CASES.items():
            tab = browser.new_page(viewport={"width": 1280, "height": 900})
            tab.goto(f"{path.as_uri()}#{address}")
            tab.wait_for_timeout(2000)
            tab.evaluate("glassnet.run()")
            tab.wait_for_timeout(1000)
            browser.start_tracing(page=tab, categories=["devtools.timeline", "toplevel"])
            tab.wait_for_timeout(1000 * SECONDS)
            found = tasks(json.loads(browser.stop_tracing())["traceEvents"])
            paints = tab.evaluate("performance.getEntriesByType('paint').map((entry) => entry.startTime)")
            late = sum(task > LATE for task in found)
            busy = sum(found) / 10 / SECONDS
            print(f"| {name} | {len(found)} | {late} | {found[0]:.1f} | {busy:.0f} % | {min(paints):.0f} |")
            tab.close()
        browser.close()


if __name__ == "__main__":
    main()
