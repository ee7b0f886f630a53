"""Serving the sandbox shop: for a person (`serve`) and for tests (`running_shop`).

Werkzeug's own server closes the connection after every answer, which no real shop does: this one keeps it alive.
"""

from __future__ import annotations

import io
import logging
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, cast
from urllib.parse import unquote

from connectors.sandbox.shop.app import ShopApp, create_app
from connectors.sandbox.shop.shop import DEFAULT_KEY, DEFAULT_VERSION, Shop
from connectors.sandbox.shop.webservice import CutConnection

logger = logging.getLogger(__name__)


class Server(ThreadingHTTPServer):
    """One thread per connection; connections stay open between requests."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, app: ShopApp, host: str, port: int) -> None:
        self.app = app
        self.open_sockets: set[socket.socket] = set()
        super().__init__((host, port), Handler)
        self.address = (host, self.server_port)

    def close_connections(self) -> None:
        """End the connections that clients keep alive, so that their threads end."""
        for connection in list(self.open_sockets):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:  # the client was faster
                continue


class Handler(BaseHTTPRequestHandler):
    """Turns HTTP into WSGI and back. Bodies need a Content-Length."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server_version = "sandbox-shop"

    def setup(self) -> None:
        super().setup()
        cast(Server, self.server).open_sockets.add(self.connection)

    def finish(self) -> None:
        app = cast(Server, self.server).app
        cast(Server, self.server).open_sockets.discard(self.connection)
        try:
            super().finish()
        except OSError:  # nothing left to flush to
            logger.debug("a client left without waiting for its answer")
        app.shop.database.close()

    def __getattr__(self, name: str) -> Any:
        """Every verb, known or not, goes to the application: it answers 405 itself."""
        if name.startswith("do_"):
            return self._answer
        raise AttributeError(name)

    def _answer(self) -> None:
        answer: dict[str, Any] = {}

        def start_response(status: str, headers: list[tuple[str, str]], exc_info: object = None) -> Any:
            answer.update(status=status, headers=headers)

        try:
            body = b"".join(cast(Server, self.server).app(self._environ(), start_response))
        except CutConnection:
            self.close_connection = True
            return
        code, _, reason = answer["status"].partition(" ")
        self.send_response(int(code), reason)
        for name, value in answer["headers"]:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def _environ(self) -> dict[str, Any]:
        path, _, query = self.path.partition("?")
        host, port = cast(Server, self.server).address
        content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        environ: dict[str, Any] = {
            "REQUEST_METHOD": self.command,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote(path, "iso-8859-1"),
            "QUERY_STRING": query,
            "REQUEST_URI": self.path,
            "SERVER_NAME": host,
            "SERVER_PORT": str(port),
            "SERVER_PROTOCOL": self.request_version,
            "REMOTE_ADDR": self.client_address[0],
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(content)),
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(content),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
        for name, value in self.headers.items():
            environ.setdefault("HTTP_" + name.upper().replace("-", "_"), value)
        return environ

    def log_message(self, format: str, *args: object) -> None:
        """Requests are in the shop's own journal."""


@dataclass
class RunningShop:
    """A shop that is being served. `shop` is its state: counts, journal, misbehaviours."""

    url: str
    key: str
    app: ShopApp
    shop: Shop


def serve(
    state: Path,
    host: str = "127.0.0.1",
    port: int = 8800,
    *,
    version: str = DEFAULT_VERSION,
    key: str = DEFAULT_KEY,
    base_url: str | None = None,
    languages: tuple[str, ...] = ("fr",),
) -> None:
    """Serve the shop of this folder until interrupted. OSError when the port is taken."""
    own = base_url or f"http://{host}:{port}"
    app = create_app(state, version=version, key=key, base_url=own, languages=languages)
    server = Server(app, host, port)
    try:
        server.serve_forever()
    finally:
        server.close_connections()
        server.server_close()


@contextmanager
def running_shop(
    state: Path, *, version: str = DEFAULT_VERSION, key: str = DEFAULT_KEY, languages: tuple[str, ...] = ("fr",)
) -> Iterator[RunningShop]:
    """Serve it on a free port of 127.0.0.1 in a thread, for the length of a `with`."""
    app = create_app(state, version=version, key=key, languages=languages)
    server = Server(app, "127.0.0.1", 0)
    app.base_url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield RunningShop(url=app.base_url, key=key, app=app, shop=app.shop)
    finally:
        server.shutdown()
        thread.join()
        server.close_connections()
        server.server_close()
