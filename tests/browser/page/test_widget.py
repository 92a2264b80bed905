"""Where anywidget is installed, a notebook's own connection to its kernel binds the page, wherever the kernel runs."""

from __future__ import annotations

import sys
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient

import glassnet as gn
from glassnet.browser.page import opened
from glassnet.browser.page.shared import Shared, model_bytes
from glassnet.browser.page.widget import Bridge
from glassnet.support import notebook

X = np.random.default_rng(2).normal(size=(40, 2))
Y = (X[:, 0] > 0).astype(int)


def network(seed: int = 4) -> gn.Network:
    return gn.Network(
        [gn.Dense(3, "tanh"), gn.Dense(1, "sigmoid")], seed=seed, input_shape=2, dtype="float64"
    )


@pytest.fixture
def in_notebook(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notebook, "shell", lambda: SimpleNamespace(kernel=object()))


class Sent(list[tuple[dict[str, Any], list[bytes]]]):
    """What the program said, in the place of the notebook's connection."""

    def __init__(self, bridge: Bridge) -> None:
        super().__init__()
        bridge.widget.send = lambda message, buffers=(): self.append((message, list(buffers)))

    def take(self) -> tuple[dict[str, Any], list[bytes]]:
        (found,) = self
        self.clear()
        return found


@pytest.fixture
def bridge(tmp_path: Path) -> Bridge:
    return Bridge(lambda told: "", Shared(tmp_path))


@pytest.fixture
def sent(bridge: Bridge) -> Sent:
    return Sent(bridge)


def say(bridge: Bridge, message: dict[str, Any], *files: bytes) -> None:
    """What arrives from the page, as the notebook hands it over."""
    bridge.widget._handle_custom_msg(message, [memoryview(file) for file in files])


def is_network(file: bytes, seed: int, folder: Path) -> bool:
    path = folder.parent / "heard.safetensors"
    path.write_bytes(file)
    return np.array_equal(gn.load(path).parameters, network(seed).parameters)


def test_a_page_that_says_hello_hears_whether_there_is_a_network_already(
    bridge: Bridge, sent: Sent, tmp_path: Path
) -> None:
    say(bridge, {"say": "hello"})
    assert sent.take() == ({"say": "welcome", "version": 0}, [])
    say(bridge, {"say": "network", "version": 0, "number": 7}, model_bytes(network()))
    assert sent.take() == ({"say": "answer", "to": 7, "text": "taken"}, [])
    say(bridge, {"say": "hello"})
    message, (file,) = sent.take()
    assert message == {"say": "welcome", "version": 0} and is_network(file, 4, tmp_path)


def test_a_page_that_does_not_know_the_newest_network_does_not_replace_it(
    bridge: Bridge, sent: Sent, tmp_path: Path
) -> None:
    bridge.shared.offer(network(seed=9))
    message, (file,) = sent.take()
    assert message == {"say": "network", "version": 1} and is_network(file, 9, tmp_path)
    say(bridge, {"say": "network", "version": 0}, model_bytes(network()))
    assert sent.take()[0]["text"] == "there is a newer one"
    assert bridge.shared.network is not None
    np.testing.assert_array_equal(bridge.shared.network.parameters, network(seed=9).parameters)
    say(bridge, {"say": "network", "version": 1}, model_bytes(network()))
    np.testing.assert_array_equal(bridge.shared.network.parameters, network().parameters)


def test_what_is_no_model_is_told_and_changes_nothing(bridge: Bridge, sent: Sent) -> None:
    for files in ((), (b"<script>",), (model_bytes(network())[:-3],)):
        say(bridge, {"say": "network", "version": 0, "number": 1}, *files)
        assert "cannot load" in sent.take()[0]["text"] and bridge.shared.network is None


def test_a_model_is_saved_where_the_kernel_is_under_a_plain_name(
    bridge: Bridge, sent: Sent, tmp_path: Path
) -> None:
    say(bridge, {"say": "save", "name": "mine.safetensors", "number": 3}, model_bytes(network()))
    assert sent.take() == ({"say": "answer", "to": 3, "text": "saved as mine.safetensors"}, [])
    np.testing.assert_array_equal(gn.load(tmp_path / "mine.safetensors").parameters, network().parameters)
    say(bridge, {"say": "save", "name": "../mine.safetensors", "number": 4}, model_bytes(network()))
    assert "a plain name that ends in .safetensors" in sent.take()[0]["text"]
    assert [path.name for path in tmp_path.iterdir()] == ["mine.safetensors"]


def test_what_is_no_message_is_passed_over(bridge: Bridge, sent: Sent) -> None:
    for message in ({}, {"say": "network"}, {"say": "network", "version": "0"}, {"say": "save", "name": 3}):
        say(bridge, message)
    assert sent == [] and bridge.shared.network is None


@pytest.mark.usefixtures("in_notebook")
def test_no_server_is_started_unless_somebody_asks_for_its_address(tmp_path: Path) -> None:
    with gn.play(network(), X, Y, folder=tmp_path) as page:
        sent = Sent(page._bridge)
        assert page._server is None and repr(page) == "<page of a network>"
        html = page._repr_html_()
        assert "connect-src &#x27;none&#x27;" in html and "127.0.0.1" not in html
        page.network = network(seed=9)
        assert sent.take()[0] == {"say": "network", "version": 1}
        server = page._server
        assert page.address.startswith("http://127.0.0.1:") and server is None
        server = page._server
    assert sent.take() == ({"say": "ended"}, []) and not server.thread.is_alive()


@pytest.mark.usefixtures("in_notebook")
def test_without_anywidget_the_page_is_bound_on_this_machine_and_that_is_told_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "anywidget", None)  # type: ignore[arg-type]
    opened._tell_once.cache_clear()
    with pytest.warns(opened.NotebookNote) as told, gn.play(network(), X, Y, folder=tmp_path) as page:
        assert page._server is not None and page._bridge is None
    assert str(told[0].message) == (
        "a page that is bound wherever the kernel runs needs anywidget, which is not installed; install it with: "
        "pip install 'glassnet[notebook]'. Until then the page below is bound to its network where notebook and kernel "
        "are on this machine"
    )
    assert told[0].filename == __file__
    with warnings.catch_warnings(), gn.play(network(), X, Y, folder=tmp_path):
        warnings.simplefilter("error")


CELLS = [
    "import numpy as np, glassnet as gn\nX = np.random.default_rng(2).normal(size=(40, 2))\n"
    "def network(seed):\n    return gn.Network([gn.Dense(3, 'tanh'), gn.Dense(1, 'sigmoid')], seed=seed, input_shape=2, dtype='float64')\n"
    "opened = gn.play(network(4), X, X[:, 0] > 0)\nopened",
    "print(np.array_equal(opened.network.parameters, network(5).parameters))",
    "opened.network = network(6)",
]


class Client(NotebookClient):
    """A notebook that keeps what its kernel says to widgets, as a browser would hear it."""

    def __init__(self, *given: Any, **options: Any) -> None:
        super().__init__(*given, **options)
        self.heard: list[tuple[Any, list[bytes]]] = []

    def handle_comm_msg(self, outs: Any, msg: Any, cell_index: int) -> None:
        super().handle_comm_msg(outs, msg, cell_index)
        self.heard.append((msg["content"]["data"].get("content"), [bytes(part) for part in msg["buffers"]]))


def test_in_a_kernel_the_network_follows_the_page_and_the_page_what_is_set(tmp_path: Path) -> None:
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in CELLS])
    client = Client(book, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}})
    with client.setup_kernel():
        first, second, third = book.cells
        client.execute_cell(first, 0)
        shown, bound = (output["data"] for output in first["outputs"])
        assert shown["text/html"].startswith("<glassnet-page") and "127.0.0.1" not in shown["text/html"]
        model_id = bound["application/vnd.jupyter.widget-view+json"]["model_id"]
        content = {
            "comm_id": model_id,
            "data": {"method": "custom", "content": {"say": "network", "version": 0}},
        }
        file = model_bytes(network(5))
        message = client.kc.session.msg("comm_msg", content)
        client.kc.session.send(client.kc.shell_channel.socket, message, buffers=[file])
        client.execute_cell(second, 1)
        assert second["outputs"][0]["text"] == "True\n"
        client.heard.clear()
        client.execute_cell(third, 2)
    (found, files) = client.heard[-1]
    assert found == {"say": "network", "version": 1}
    assert is_network(files[0], 6, tmp_path)


BESIDE = """async ([text, token]) => {
  const { default: widget } = await import(URL.createObjectURL(new Blob([text], { type: "text/javascript" })));
  const heard = [];
  window.fromPython = (message, files) => heard.forEach((hear) => hear(message, files.map((file) => new DataView(Uint8Array.from(file).buffer))));
  widget.initialize({ model: {
    get: () => token, on: (name, hear) => heard.push(hear), off: () => {},
    send: (message, callbacks, files) => window.toPython(message, files.map((file) => Array.from(file))),
  } });
}"""


@pytest.fixture
def tab(browser: Any) -> Iterator[Any]:
    context = browser.new_context(viewport={"width": 900, "height": 900})
    context.set_default_timeout(15_000)
    yield context.new_page()
    context.close()


@pytest.mark.browser
@pytest.mark.usefixtures("in_notebook")
def test_page_widget_and_network_follow_each_other_without_a_server(tab: Any, tmp_path: Path) -> None:
    page = gn.play(network(), X, Y, folder=tmp_path)
    bridge = page._bridge
    sent = Sent(bridge)

    def after(holds: Callable[[], bool]) -> None:
        ends = time.monotonic() + 15
        while not holds():
            assert time.monotonic() < ends
            while sent:
                message, files = sent.pop(0)
                tab.evaluate("(given) => fromPython(...given)", [message, [list(file) for file in files]])
            tab.wait_for_timeout(30)

    def inside(text: str) -> Any:
        return tab.locator("iframe").element_handle().content_frame().evaluate(text)

    def shown() -> Any:
        return inside("window.glassnet?.mirror ? Array.from(glassnet.mirror.network.vector) : null")

    asked: list[str] = []
    tab.on("request", lambda request: asked.append(request.url))
    tab.expose_function(
        "toPython", lambda message, files: say(bridge, message, *(bytes(file) for file in files))
    )
    tab.set_content(f"<!doctype html><div id=output>{page._repr_html_()}</div>")
    tab.locator("iframe").content_frame.locator("button.epoch").wait_for()
    tab.evaluate(BESIDE, [bridge.widget._esm, bridge.token])
    after(lambda: page._shared.network is not None)
    np.testing.assert_array_equal(page.network.parameters, network().parameters)

    tab.locator("iframe").content_frame.locator("button.epoch").click()
    after(lambda: not np.array_equal(page.network.parameters, network().parameters))
    trained = page.network
    assert trained.state is not None and trained.state.epoch == 1

    # A notebook that scrolls takes outputs out of its page and puts them back, which begins the page again.
    tab.evaluate("document.getElementById('output').innerHTML = document.getElementById('output').innerHTML")
    after(lambda: shown() == trained.parameters.tolist())

    page.network = network(seed=9)
    after(lambda: shown() == network(seed=9).parameters.tolist())
    inside("glassnet.store.set({ tab: 'files' })")
    tab.locator("iframe").content_frame.locator("button:text-is('save')").click()
    after(lambda: (tmp_path / "model.safetensors").exists())
    after(lambda: sent == [])
    tab.locator("iframe").content_frame.locator("text=saved as model.safetensors").wait_for()
    page.stop()
    after(lambda: sent == [])
    tab.locator("iframe").content_frame.locator("text=has ended").wait_for()
    assert [url for url in asked if url.startswith("http")] == []
