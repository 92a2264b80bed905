"""How long the page keeps its main thread while a network is trained, and how far its frames lie apart.

Each task's CPU time is from Chromium's own trace: a frame is late where a task takes longer than 16 ms. CPU time and
not the clock's, so that other work on the machine counts less. The gaps between frames are those of the clock, as
requestAnimationFrame tells them, and stand beside those of an empty page in the same browser whose worker trains the
same network and sends the same messages: what is longer there, too, is the machine's. Both are counted in turn, several
times. python -m benchmarks.browser.frames
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
ROUNDS = 3
GAPS = """(seconds) => new Promise((done) => {
  const gaps = [], begun = performance.now();
  let last = null;
  const tick = () => {
    const now = performance.now();
    if (last !== null) gaps.push(now - last);
    last = now;
    if (now - begun < 1000 * seconds) requestAnimationFrame(tick); else done(gaps);
  };
  requestAnimationFrame(tick);
})"""
KEPT = """() => {
  const { remote } = glassnet, begin = remote.begin.bind(remote);
  remote.begin = (plan) => { window.plan = plan; begin(plan); };
  glassnet.restart();
}"""
EMPTIED = """() => {
  const text = document.getElementById("glassnet-script").textContent, { plan } = window;
  glassnet.remote.worker.terminate();
  document.body.replaceChildren();
  const worker = new Worker(URL.createObjectURL(new Blob([text], { type: "text/javascript" })));
  worker.onmessage = ({ data }) => {
    if (data.say === "frame") requestAnimationFrame(() => worker.postMessage({ do: "seen", order: 2 }));
  };
  worker.postMessage({ do: "begin", id: 1, order: 1, plan });
  worker.postMessage({ do: "run", speed: "full", ends: [], order: 2 });
}"""


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


def quantiles(gaps: list[float]) -> str:
    """The median of gaps between frames, that of the longest twentieth, and the longest, in milliseconds."""
    ordered = sorted(gaps)
    return " / ".join(f"{ordered[int(share * (len(ordered) - 1))]:.0f}" for share in (0.5, 0.95, 1))


def gaps_beside_an_empty_page(browser: Any, address: str) -> tuple[str, str]:
    """Gaps of the page while it trains, and of an empty one beside the same worker."""
    own: list[float] = []
    empty: list[float] = []
    for _ in range(ROUNDS):
        tab = browser.new_page(viewport={"width": 1280, "height": 900})
        tab.goto(address)
        while not tab.evaluate("Boolean(window.glassnet?.store.state.frame)"):
            tab.wait_for_timeout(100)
        tab.evaluate(KEPT)
        tab.wait_for_timeout(500)
        tab.evaluate("glassnet.run()")
        tab.wait_for_timeout(500)
        own += tab.evaluate(GAPS, SECONDS)
        tab.evaluate(EMPTIED)
        tab.wait_for_timeout(500)
        empty += tab.evaluate(GAPS, SECONDS)
        tab.close()
    return quantiles(own), quantiles(empty)


def main() -> None:
    """A line for each case: tasks, how many of them late, the longest, the share of the time, first paint; gaps."""
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
            tab.close()
            own, empty = gaps_beside_an_empty_page(browser, f"{path.as_uri()}#{address}")
            told = (
                name,
                len(found),
                late,
                f"{found[0]:.1f}",
                f"{busy:.0f} %",
                f"{min(paints):.0f}",
                own,
                empty,
            )
            print("|", " | ".join(map(str, told)), "|", flush=True)
        browser.close()


if __name__ == "__main__":
    main()
