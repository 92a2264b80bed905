"""The server of the page is for its page alone, and writes models into one folder alone."""

import base64
import http.client
import socket
import struct
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import numpy as np
import pytest

import glassnet as gn
from glassnet.browser.page.playing import document_of
from glassnet.browser.page.server import Server
from glassnet.browser.page.shared import Shared
from glassnet.errors import ArgumentError, DataError, EngineError, GlassnetError, NotBuiltError, ShapeError


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    folder = tmp_path / "models"
    folder.mkdir()
    started = Server(lambda told: f"the page, {told['token']}", Shared(folder))
    yield started
    started.stop()


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("model") / "m.safetensors"
    gn.Network([gn.Dense(2, "tanh"), gn.Dense(1, "sigmoid")], seed=0, input_shape=2).save(path)
    return path.read_bytes()


def ask(
    server: Server, method: str, path: str, body: bytes | None = None, **headers: str
) -> tuple[int, str, Any]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    sent = {"Host": f"127.0.0.1:{server.port}"} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    connection.request(method, path.replace("TOKEN", server.token), body, sent)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, text, answer.headers


def save(server: Server, name: str, body: bytes, **headers: str) -> tuple[int, str]:
    own = {"Origin": server.origin, "X_Glassnet_Token": server.token} | headers
    return ask(server, "PUT", f"/TOKEN/models/{name}", body, **own)[:2]


def test_it_hands_the_page_out_below_its_token_and_nothing_else(server: Server) -> None:
    status, text, headers = ask(server, "GET", "/TOKEN/")
    assert (status, text) == (200, f"the page, {server.token}")
    assert headers["X-Content-Type-Options"] == "nosniff" and headers["Referrer-Policy"] == "no-referrer"
    assert "Access-Control-Allow-Origin" not in headers
    assert ask(server, "GET", "/TOKEN/other")[0] == 404
    assert server.http.server_address[0] == "127.0.0.1"


@pytest.mark.parametrize("path", ["/", "/wrong/", "/TOKEN", "/%2e%2e/TOKEN/"])
def test_without_the_token_nothing_is_answered(server: Server, path: str) -> None:
    assert ask(server, "GET", path)[0] == 403


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example:80", "127.0.0.1", ""])
def test_a_request_that_was_sent_to_another_name_is_refused(server: Server, host: str) -> None:
    assert ask(server, "GET", "/TOKEN/", Host=host)[0] == 403


def test_another_site_can_neither_read_nor_write(server: Server, model: bytes) -> None:
    assert ask(server, "GET", "/TOKEN/", Origin="https://evil.example")[0] == 403
    for headers in ({"Origin": "https://evil.example"}, {"Origin": "null"}, {"X_Glassnet_Token": "wrong"}):
        assert save(server, "m.safetensors", model, **headers)[0] == 403
    assert ask(server, "PUT", "/TOKEN/models/m.safetensors", model, X_Glassnet_Token=server.token)[0] == 403
    assert list(server.shared.folder.iterdir()) == []


def test_a_model_is_saved_under_a_plain_name_and_may_be_saved_again(server: Server, model: bytes) -> None:
    assert save(server, "my%20model.safetensors", model) == (200, "saved as my model.safetensors")
    assert save(server, "my%20model.safetensors", model) == (
        200, "saved as my model.safetensors, in the place of the one that was saved before"
    )  # fmt: skip
    assert [path.name for path in server.shared.folder.iterdir()] == ["my model.safetensors"]
    assert gn.load(server.shared.folder / "my model.safetensors").layers[1].units == 1


@pytest.mark.parametrize(
    "name",
    ["..%2Fm.safetensors", "%2Ftmp%2Fm.safetensors", "a%2Fm.safetensors", "..%5Cm.safetensors", ".m.safetensors", "m.py", "",
     "m.safetensors%00.py", "C%3Am.safetensors", "m%0A.safetensors", 150 * "m" + ".safetensors",
     82 * "%E6%BC%A2" + ".safetensors"],
)  # fmt: skip
def test_a_name_that_is_more_than_a_name_is_refused(server: Server, model: bytes, name: str) -> None:
    status, text = save(server, name, model)
    assert status == 400 and "a plain name that ends in .safetensors" in text
    assert (
        list(server.shared.folder.parent.rglob("*.py")) == [] and list(server.shared.folder.iterdir()) == []
    )


@pytest.mark.parametrize(
    "name",
    ["CON", "con", "Prn", "aux", "nul.old", "NUL%20", "nul%20.old", "com1", "COM0", "LPT9", "lpt%C2%B2"],
)
def test_the_name_of_a_device_on_windows_is_refused_on_every_system(
    server: Server, model: bytes, name: str
) -> None:
    status, text = save(server, f"{name}.safetensors", model)
    device = unquote(name).upper().partition(".")[0].rstrip()
    assert status == 400 and text == (
        f"{unquote(name)}.safetensors cannot be a file on Windows, where {device} is the name of a device; "
        "choose another name"
    )
    assert list(server.shared.folder.iterdir()) == []


@pytest.mark.parametrize(
    "name", ["console", "con-1", "com", "com12", "my con", "aux_", "lpt", 121 * "m", 81 * "漢"]
)
def test_a_name_that_only_looks_like_a_device_is_taken(server: Server, model: bytes, name: str) -> None:
    assert save(server, f"{quote(name)}.safetensors", model) == (200, f"saved as {name}.safetensors")


@pytest.mark.parametrize(
    "begun", ["", "PUT /TOKEN/network/0 HTTP/1.1\r\n", "GET /TOKEN/offered/0 HTTP/1.1\r\n"]
)
def test_a_connection_that_breaks_prints_nothing(
    server: Server, capfd: pytest.CaptureFixture[str], begun: str
) -> None:
    with handled(server) as errors:
        connection = socket.create_connection(("127.0.0.1", server.port))
        connection.sendall(begun.replace("TOKEN", server.token).encode())
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()  # resets it
    assert [type(error) for error in errors] == [ConnectionResetError]
    assert capfd.readouterr() == ("", "") and ask(server, "GET", "/TOKEN/")[0] == 200


def test_what_breaks_in_the_program_itself_is_printed(
    server: Server, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server.shared, "take", lambda data, version: 1 / 0)
    headers = {"Origin": server.origin, "X_Glassnet_Token": server.token}
    with handled(server) as errors, pytest.raises(http.client.RemoteDisconnected):
        ask(server, "PUT", "/TOKEN/network/0", b"", **headers)
    assert [type(error) for error in errors] == [ZeroDivisionError]
    assert "ZeroDivisionError" in capfd.readouterr().err


@contextmanager
def handled(server: Server) -> Iterator[list[BaseException | None]]:
    """What the server's handling of errors was called with, at the end at least one."""
    errors: list[BaseException | None] = []
    is_done, handle = threading.Event(), server.http.handle_error

    def noted(request: Any, client_address: Any) -> None:
        handle(request, client_address)
        errors.append(sys.exception())
        is_done.set()

    server.http.handle_error = noted  # type: ignore[method-assign]
    yield errors
    assert is_done.wait(10)


def test_an_address_that_is_none_is_refused(server: Server) -> None:
    assert ask(server, "GET", "//[TOKEN/")[0] == 403


def test_files_that_are_not_from_the_page_are_never_replaced(server: Server, model: bytes) -> None:
    (server.shared.folder / "mine.safetensors").write_text("mine")
    (server.shared.folder / "link.safetensors").symlink_to(server.shared.folder.parent / "elsewhere")
    for name in ("mine.safetensors", "link.safetensors"):
        status, text = save(server, name, model)
        assert (status, text) == (
            400,
            f"{name} is in the folder already, and not from this page; choose another name",
        )
    assert (server.shared.folder / "mine.safetensors").read_text() == "mine"
    assert not (server.shared.folder.parent / "elsewhere").exists()


def test_what_is_no_model_is_not_saved(server: Server, model: bytes) -> None:
    for body in (b"<script>", model[:-3], model[:200] + b"x" + model[201:]):
        status, text = save(server, "m.safetensors", body)
        assert status == 400 and "cannot load" in text
    assert list(server.shared.folder.iterdir()) == []


def test_a_body_of_unknown_or_too_large_size_is_refused(server: Server) -> None:
    for length in ("-1", "x", str(1 << 40)):
        headers = {"Origin": server.origin, "X_Glassnet_Token": server.token, "Content_Length": length}
        assert ask(server, "PUT", "/TOKEN/models/m.safetensors", b"", **headers)[0] == 413


def test_a_port_that_is_taken_is_told(server: Server, tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match=f"port {server.port} cannot be served on: .*; leave it out"):
        Server(lambda told: "", Shared(tmp_path), server.port)


def test_play_returns_at_once_and_gives_the_network_that_the_page_sent(tmp_path: Path) -> None:
    net = gn.Network([gn.Dense(3, "relu"), gn.Dense(1, "sigmoid")], seed=4, input_shape=2)
    with gn.play(net, np.eye(2), [0, 1], browser=False, folder=tmp_path) as opened:
        server = opened._served()
        status, text, _ = ask(server, "GET", "/TOKEN/")
        assert status == 200 and f"connect-src {server.origin};" in text
        with pytest.raises(NotBuiltError, match="the page has not sent its network yet"):
            _ = opened.network
        net.save(tmp_path / "sent.safetensors")
        sent = (tmp_path / "sent.safetensors").read_bytes()
        headers = {"Origin": server.origin, "X_Glassnet_Token": server.token}
        assert ask(server, "PUT", "/TOKEN/network/0", sent, **headers)[:2] == (200, "taken")
        np.testing.assert_array_equal(opened.network.parameters, net.parameters)
    assert not server.thread.is_alive()


@pytest.mark.parametrize(
    ("last", "n_inputs", "y", "error", "told"),
    [
        (gn.Dense(3, "softmax"), 2, [0, 1], ArgumentError, "tells 3 classes apart, and y holds 2"),
        (gn.Dense(2), 2, [0.5, 1.0], ShapeError, "2"),
        (gn.Dense(1, "sigmoid"), 3, [0, 1], ShapeError, "was built for 3 features; X has 2"),
        (gn.Dense(2, "softmax"), 2, ["a", "b"], DataError, "name the classes"),
    ],
)  # fmt: skip
def test_a_network_that_does_not_fit_its_data_is_refused_and_not_replaced(
    last: gn.Dense, n_inputs: int, y: list[Any], error: type[GlassnetError], told: str
) -> None:
    net = gn.Network([gn.Dense(2, "tanh"), last], seed=0, input_shape=n_inputs)
    with pytest.raises(error, match=told):
        document_of(net, np.eye(2), y)


@pytest.mark.parametrize(
    ("last", "loss"), [("sigmoid", "binary_cross_entropy"), ("softmax", "sparse_categorical_cross_entropy")]
)
def test_a_network_without_a_loss_is_shown_with_that_of_its_last_activation(last: str, loss: str) -> None:
    net = gn.Network([gn.Dense(1 if last == "sigmoid" else 2, last)], seed=0, input_shape=2)
    assert net.loss is None
    model = document_of(net, np.eye(2), [0, 1])["model"]
    assert loss.encode() in base64.b64decode(model["bytes"]) and net.loss is None


def trained(activation: Any = "tanh", X: Any = np.eye(2), **options: Any) -> gn.Network:  # noqa: B008
    net = gn.Network([gn.Dense(2, activation), gn.Dense(1, "sigmoid")], seed=0, input_shape=2)
    net.fit(X, [0, 1], **{"loss": "bce", "epochs": 1, "progress": False, "engine": "numpy", **options})
    return net


@pytest.mark.parametrize(
    ("net", "error", "told"),
    [(lambda: trained(optimizer=gn.LBFGS(), batch_size=None), EngineError, r"does not know LBFGS\(\): its line search is SciPy's")],
    ids=["optimizer"],
)  # fmt: skip
def test_what_the_page_does_not_show_is_refused_by_name_and_not_replaced(
    net: Any, error: type[GlassnetError], told: str, tmp_path: Path
) -> None:
    shown = gn.Network([gn.Dense(1)], seed=0, input_shape=2)
    with pytest.raises(error, match=told):
        gn.play(net(), np.eye(2), [0, 1], output=tmp_path / "page.html")
    assert list(tmp_path.iterdir()) == []
    with gn.play(shown, np.eye(2), [0, 1], browser=False, folder=tmp_path) as opened:
        with pytest.raises(error, match=told):
            opened.network = net()
        assert opened._shared.network is None and opened._shared.version == 0
