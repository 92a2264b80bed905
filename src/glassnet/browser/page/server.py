"""The server of a page: on this machine alone, for those who know its token, saving models into one folder.

What may reach it: requests to its own address (``Host``), below the token, and, where they write, from its own page
(``Origin``) with the token in a header. So no other site that is open in the same browser can read or write anything.
"""

from __future__ import annotations

import hmac
import re
import secrets
import sys
import threading
from collections.abc import Callable, Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

from glassnet.browser.page.shared import ENDED, Shared
from glassnet.errors import ArgumentError, GlassnetError

MOST_BYTES = 1 << 28
WAIT = 20.0  # seconds that the page's question for another network is kept
POLL = 0.05  # seconds until a server that is stopped hears of it
REFUSED = "refused: this address is for the page that glassnet opened"
_VERSION = re.compile(r"\d{1,9}", re.ASCII)
_LOCAL = re.compile(r"https?://(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?")


class Server:
    """Hands one page out, and takes models in, until it is stopped.

    Parameters
    ----------
    page : callable
        ``page(told)``: the text of the page, from what it is told of this server.
    shared : Shared
        The network, and where models are saved.
    port : int
        0 for any that is free.
    is_in_notebook : bool
        Whether the page may stand in a page of another server of this machine, as Jupyter's is.
    """

    def __init__(
        self, page: Callable[[Mapping[str, str]], str], shared: Shared, port: int = 0, is_in_notebook: bool = False
    ) -> None:  # fmt: skip
        self.token = secrets.token_urlsafe(24)
        self.shared, self.is_in_notebook = shared, is_in_notebook
        try:
            self.http = _Http(("127.0.0.1", port), _handler(self))
        except OSError as error:
            raise ArgumentError(
                f"port {port} cannot be served on: {error.strerror or error}; leave it out and a free one is taken"
            ) from error
        self.page = page(self.told)
        self.thread = threading.Thread(
            target=self.http.serve_forever, args=(POLL,), name="glassnet play", daemon=True
        )
        self.thread.start()

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.http.server_address[1])

    @property
    def origin(self) -> str:
        """Its address without the token."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def address(self) -> str:
        """Where the page is."""
        return f"{self.origin}/{self.token}/"

    @property
    def told(self) -> Mapping[str, str]:
        """What the page needs to talk to it."""
        return {
            "origin": self.origin, "address": self.address, "token": self.token,
            "folder": self.shared.folder.name,
        }  # fmt: skip

    def stop(self) -> None:
        """End it; the page stays as it is in the browser, and saves nothing any more."""
        self.shared.end()
        self.http.shutdown()
        self.http.server_close()
        self.thread.join()


class _Http(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A tab that was closed, or a network that broke, is no fault of the program: the terminal hears of others."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


def _handler(server: Server) -> type[BaseHTTPRequestHandler]:
    """The class that answers requests to this server."""
    shared = server.shared

    class Handler(BaseHTTPRequestHandler):
        server_version, sys_version = "glassnet", ""
        timeout = 30

        def do_GET(self) -> None:
            if self._refused(writes=False):
                return
            kind, _, number = self._path().partition("/")
            if kind == "":
                self._answer(HTTPStatus.OK, server.page.encode(), "text/html; charset=utf-8")
            elif kind == "offered" and _VERSION.fullmatch(number):
                self._offered(int(number))
            else:
                self._told(HTTPStatus.NOT_FOUND, "there is nothing here")

        def do_OPTIONS(self) -> None:
            """A browser asks whether a page of another origin, a notebook's, may send what it wants to."""
            known, host, own = self._comes_from_page(writes=True)
            if known and host and own:
                self._answer(HTTPStatus.NO_CONTENT, b"", "text/plain; charset=utf-8")
            else:
                self._told(HTTPStatus.FORBIDDEN, REFUSED)

        def _offered(self, version: int) -> None:
            newest = shared.later_than(version, WAIT)
            status = HTTPStatus.NO_CONTENT if newest in (version, ENDED) else HTTPStatus.OK
            content = shared.offered if status == HTTPStatus.OK else b""
            self._answer(status, content, "application/octet-stream", {"X-Glassnet-Version": str(newest)})

        def do_PUT(self) -> None:
            if self._refused(writes=True):
                return
            data = self._body()
            if data is None:
                return
            kind, _, name = self._path().partition("/")
            try:
                if kind == "models":
                    self._told(HTTPStatus.OK, shared.save(name, data))
                elif kind == "network" and _VERSION.fullmatch(name):
                    is_newest = shared.take(data, int(name))
                    self._told(HTTPStatus.OK, "taken" if is_newest else "there is a newer one")
                else:
                    self._told(HTTPStatus.NOT_FOUND, "there is nothing here")
            except GlassnetError as error:
                self._told(HTTPStatus.BAD_REQUEST, str(error))

        def _path(self) -> str:
            """The path below the token."""
            return self._whole_path().removeprefix(f"/{server.token}/")

        def _whole_path(self) -> str:
            """The path as text; empty where it is none."""
            try:
                return unquote(urlsplit(self.path).path)
            except ValueError:
                return ""

        def _refused(self, *, writes: bool) -> bool:
            """Answer a request that is not from the page, or not meant for it."""
            known, host, own = self._comes_from_page(writes=writes)
            token = not writes or hmac.compare_digest(
                self.headers.get("X-Glassnet-Token", "").encode(), server.token.encode()
            )
            if known and host and own and token:
                return False
            self._told(HTTPStatus.FORBIDDEN, REFUSED)
            return True

        def _comes_from_page(self, *, writes: bool) -> tuple[bool, bool, bool]:
            """Whether the path holds the token, the request was sent to this address, and by a page that may."""
            known = self._whole_path().startswith(f"/{server.token}/")
            host = self.headers.get("Host", "") == f"127.0.0.1:{server.port}"
            origin = self.headers.get("Origin")
            own = origin == server.origin or self._is_notebook(origin) or (origin is None and not writes)
            return known, host, own

        def _is_notebook(self, origin: str | None) -> bool:
            return server.is_in_notebook and origin is not None and _LOCAL.fullmatch(origin) is not None

        def _body(self) -> bytes | None:
            length = self.headers.get("Content-Length", "")
            if not length.isascii() or not length.isdigit() or int(length) > MOST_BYTES:
                self._told(
                    HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"a model of up to {MOST_BYTES >> 20} MB is taken"
                )
                return None
            return self.rfile.read(int(length))

        def _told(self, status: HTTPStatus, text: str) -> None:
            self._answer(status, text.encode(), "text/plain; charset=utf-8")

        def _answer(
            self, status: HTTPStatus, content: bytes, kind: str, more: Mapping[str, str] | None = None
        ) -> None:
            shared = {}
            if self._is_notebook(self.headers.get("Origin")):
                shared = {
                    "Access-Control-Allow-Origin": self.headers["Origin"], "Vary": "Origin",
                    "Access-Control-Allow-Methods": "GET, PUT", "Access-Control-Allow-Headers": "X-Glassnet-Token",
                    "Access-Control-Expose-Headers": "X-Glassnet-Version",
                }  # fmt: skip
            self.send_response(status)
            for name, value in (
                ("Content-Type", kind), ("Content-Length", str(len(content))), ("Cache-Control", "no-store"),
                ("Referrer-Policy", "no-referrer"), ("X-Content-Type-Options", "nosniff"), ("X-Frame-Options", "DENY"),
                ("Cross-Origin-Resource-Policy", "same-origin"), ("Connection", "close"),
                *shared.items(), *(more or {}).items(),
            ):  # fmt: skip
                self.send_header(name, value)
            self.close_connection = True
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *arguments: Any) -> None:
            """Nothing is printed: the terminal belongs to the user."""

    return Handler
