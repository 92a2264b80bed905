"""Epochs a second of glassnet.js in Chromium, beside loops written by hand: python -m benchmarks.browser.in_chromium.

A server on loopback gives the files; Chromium is the one of the system, or what BROWSER names.
"""

from __future__ import annotations

import functools
import http.server
import os
import shutil
import threading
from pathlib import Path
from typing import ClassVar

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parents[2]
PAGE = "<!doctype html><meta charset='utf-8'><title>glassnet.js</title>"
RUN = """async () => {
  const engine = await import("/src/glassnet/browser/glassnet.js");
  const { compare } = await import("/benchmarks/browser/speed.js");
  return compare(engine);
}"""


class Quiet(http.server.SimpleHTTPRequestHandler):
    """The files of the repository."""

    extensions_map: ClassVar[dict[str, str]] = {
        **http.server.SimpleHTTPRequestHandler.extensions_map, ".js": "text/javascript",
    }  # fmt: skip

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is written."""

    def do_GET(self) -> None:
        if self.path != "/":
            super().do_GET()
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(PAGE.encode())


def main() -> None:
    """Print a line for each network."""
    browser_path = os.environ.get("BROWSER") or shutil.which("chromium") or shutil.which("google-chrome")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(ROOT)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
        page = browser.new_page()
        page.set_default_timeout(120_000)
        page.goto(f"http://127.0.0.1:{server.server_port}/")
        print(f"Chromium {browser.version}")
        for found in page.evaluate(RUN):
            print(
                f"{found['name']}: {found['engine']:.0f} epochs a second, by hand {found['by_hand']:.0f}: "
                f"{found['ratio']:.2f} of it (wanted {found['wanted']})"
            )
        browser.close()
    server.shutdown()


if __name__ == "__main__":
    main()
