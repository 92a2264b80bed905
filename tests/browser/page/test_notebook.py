"""In a notebook the page stands below the cell, bound to the network both ways by a server where there is no anywidget.

Exported, it lives by itself.
"""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import glassnet as gn
from glassnet.browser.page import playing
from glassnet.browser.page.opened import Play
from glassnet.support import notebook
from tests.browser.page.test_server import ask

X = np.random.default_rng(2).normal(size=(40, 2))
Y = (X[:, 0] > 0).astype(int)


def network(seed: int = 4) -> gn.Network:
    return gn.Network(
        [gn.Dense(3, "tanh"), gn.Dense(1, "sigmoid")], seed=seed, input_shape=2, dtype="float64"
    )


@pytest.fixture
def in_notebook(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Play]:
    """``gn.play`` as a notebook's kernel without anywidget calls it."""
    monkeypatch.setattr(notebook, "shell", lambda: SimpleNamespace(kernel=object()))
    monkeypatch.setattr(playing, "bridge_or_none", lambda shown, shared: None)
    with gn.play(network(), X, Y, folder=tmp_path) as opened:
        yield opened


@pytest.fixture
def jupyter(tmp_path: Path) -> Iterator[str]:
    """Another server of this machine, as Jupyter's is."""
    handler = partial(QuietHandler, directory=str(tmp_path))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield f"http://localhost:{server.server_address[1]}"
        server.shutdown()
        thread.join()


class QuietHandler(SimpleHTTPRequestHandler):
    """Serves files and prints nothing."""

    def log_message(self, format: str, *arguments: Any) -> None:
        """Say nothing."""


@pytest.fixture
def tab(browser: Any) -> Iterator[Any]:
    context = browser.new_context(viewport={"width": 900, "height": 900})
    tab = context.new_page()
    tab.set_default_timeout(15_000)
    yield tab
    context.close()


def after(tab: Any, holds: Callable[[], bool]) -> None:
    ends = time.monotonic() + 15
    while not holds():
        assert time.monotonic() < ends
        tab.wait_for_timeout(30)


def sent(opened: Play) -> Any:
    found = opened._shared.network
    return None if found is None else found.parameters


@pytest.mark.browser
def test_the_page_below_a_cell_and_the_network_follow_each_other(
    tab: Any, in_notebook: Play, jupyter: str, tmp_path: Path
) -> None:
    opened, first = in_notebook, network()
    (tmp_path / "notebook.html").write_text(f"<!doctype html><body>{opened._repr_html_()}")
    tab.goto(f"{jupyter}/notebook.html")
    inside = tab.locator("iframe").content_frame
    inside.locator("button.epoch").wait_for()
    after(tab, lambda: sent(opened) is not None)
    np.testing.assert_array_equal(opened.network.parameters, first.parameters)

    inside.locator("button.epoch").click()
    after(tab, lambda: not np.array_equal(sent(opened), first.parameters))
    trained = opened.network
    assert trained.state is not None and trained.state.epoch == 1

    other = network(seed=9)
    opened.network = other
    inside.locator(".figure:has-text('epoch') output:text-is('0')").wait_for()
    frame = tab.locator("iframe").element_handle().content_frame()
    after(
        tab, lambda: frame.evaluate("Array.from(glassnet.mirror.network.vector)") == other.parameters.tolist()
    )
    inside.locator("button.step").click()
    after(tab, lambda: not np.array_equal(sent(opened), other.parameters))
    assert tab.locator("iframe").evaluate("frame => parseInt(frame.style.height)") > 640


@pytest.mark.browser
def test_an_exported_notebook_asks_no_server(tab: Any, in_notebook: Play, tmp_path: Path) -> None:
    (tmp_path / "exported.html").write_text(f"<!doctype html><body>{in_notebook._repr_html_()}")
    asked: list[str] = []
    tab.on("request", lambda request: asked.append(request.url))
    tab.goto((tmp_path / "exported.html").as_uri())
    inside = tab.locator("iframe").content_frame
    inside.locator("button.epoch").click()
    inside.locator(".figure:has-text('epoch') output:text-is('1')").wait_for()
    assert [url for url in asked if url.startswith("http")] == [] and sent(in_notebook) is None


@pytest.mark.parametrize(
    ("origin", "status"),
    [("http://localhost:8888", 204), ("https://127.0.0.1", 204), ("http://localhost.evil.example", 403), ("null", 403),
     ("http://evil.example:8888", 403), ("http://localhost:8888.evil.example", 403)],
)  # fmt: skip
def test_only_pages_of_this_machine_may_ask_whether_they_may_write(
    in_notebook: Play, origin: str, status: int
) -> None:
    found, _, headers = ask(in_notebook._served(), "OPTIONS", "/TOKEN/network/0", Origin=origin)
    assert found == status
    assert headers.get("Access-Control-Allow-Origin") == (origin if status == 204 else None)
    assert ask(in_notebook._served(), "OPTIONS", "/wrong/network/0", Origin=origin)[0] == 403


def test_outside_of_a_notebook_no_other_page_may(tmp_path: Path) -> None:
    with gn.play(network(), X, Y, folder=tmp_path, browser=False) as opened:
        found, _, headers = ask(
            opened._served(), "OPTIONS", "/TOKEN/network/0", Origin="http://localhost:8888"
        )
    assert found == 403 and headers.get("Access-Control-Allow-Origin") is None


def test_the_page_is_handed_what_is_set_in_python_and_no_question_outlives_the_server(
    in_notebook: Play,
) -> None:
    server = in_notebook._served()
    in_notebook.network = network(seed=9)
    status, _, headers = ask_bytes(server, "/TOKEN/offered/0")
    assert (status, headers["X-Glassnet-Version"]) == (200, "1")
    np.testing.assert_array_equal(in_notebook.network.parameters, network(seed=9).parameters)
    with pytest.raises(gn.errors.NotBuiltError):
        in_notebook.network = gn.Network([gn.Dense(1)])
    with ThreadPoolExecutor() as pool:
        asked = pool.submit(ask_bytes, server, "/TOKEN/offered/1")
        assert not wait([asked], 0.3).done
        server.stop()
        status, content, headers = asked.result()
    assert (status, content, headers["X-Glassnet-Version"]) == (204, b"", "-1")


def ask_bytes(server: Any, path: str) -> tuple[int, bytes, Any]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    connection.request("GET", path.replace("TOKEN", server.token))
    answer = connection.getresponse()
    found = answer.status, answer.read(), answer.headers
    connection.close()
    return found
