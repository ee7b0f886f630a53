"""A small shop in memory for the client's own tests: products by reference, batches that stop half-way, and tricks.

Not the sandbox: it knows one resource and only what these tests need, so that a failure points at the client.
"""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import escape

from lxml import etree
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from connectors.prestashop.settings import ShopSettings
from connectors.prestashop.xml import Entity

RECORDED = Path(__file__).parent / "recorded"
KEY = "TESTKEYTESTKEYTESTKEYTESTKEY0001"
HEADERS = {"PSWS-Version": "8.2.1"}
_VERBS = ("get", "put", "post", "patch", "delete", "head")


def recorded(version: str, name: str) -> bytes:
    return (RECORDED / version / name).read_bytes()


def xml_response(inner: str, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n<prestashop>{inner}</prestashop>'
    return Response(body, status, {**HEADERS, **(headers or {})}, content_type="text/xml;charset=utf-8")


def error_response(status: int, *errors: tuple[int, str]) -> Response:
    inner = "".join(f"<error><code>{code}</code><message>{escape(text)}</message></error>" for code, text in errors)
    return xml_response(f"<errors>{inner}</errors>", status)


EMPTY_500 = "empty 500"
INVALID = "invalid"
WARNING = "warning"


@dataclass
class FakeShop:
    """`bad` maps a reference to what the shop answers when it meets it: INVALID, EMPTY_500, WARNING (saved anyway)."""

    version: str = "8.2.1"
    bad: dict[str, str] = field(default_factory=dict)
    rows: dict[int, dict[str, str]] = field(default_factory=dict)
    saves: list[tuple[str, str]] = field(default_factory=list)
    """(verb, reference) of every save, in order."""
    requests: list[tuple[str, str]] = field(default_factory=list)
    before: Callable[[Request], Response | None] = field(default=lambda request: None)
    """May answer in the shop's place."""
    after: Callable[[Request, Response], Response] = field(default=lambda request, response: response)
    """Sees the answer after the work is done: may delay it, drop it, change it."""
    languages: tuple[int, ...] = (1,)
    most_bytes: int = 10_000_000
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def has_patch(self) -> bool:
        return self.version.startswith(("8", "9"))

    def __call__(self, request: Request) -> Response:
        self.requests.append((request.method, request.full_path))
        response = self.before(request)
        if response is None:
            with self.lock:
                response = self.answer(request)
        return self.after(request, response)

    def answer(self, request: Request) -> Response:
        path = request.path.removeprefix("/api").strip("/")
        if not path:
            return self.root()
        if request.args.get("schema"):
            return Response(recorded(self.version, "products.synopsis.xml"), content_type="text/xml", headers=HEADERS)
        if path == "languages":
            rows = "".join(f"<language><id>{n}</id><iso_code>l{n}</iso_code></language>" for n in self.languages)
            return xml_response(f"<languages>{rows}</languages>")
        if path == "configurations":
            value = "<configuration><id>1</id><name>PS_TIMEZONE</name><value>Europe/Paris</value></configuration>"
            return xml_response(f"<configurations>{value}</configurations>")
        if request.method == "GET":
            return self.list(request)
        if request.method == "DELETE":
            return self.delete(path, request)
        return self.save(request)

    def root(self) -> Response:
        verbs = [verb for verb in _VERBS if verb != "patch" or self.has_patch]
        may = " ".join(f'{verb}="true"' for verb in verbs)
        inner = "".join(f"<{name} {may}/>" for name in ("products", "languages", "configurations"))
        return xml_response(f"<api>{inner}</api>", headers={"PSWS-Version": self.version})

    def list(self, request: Request) -> Response:
        rows = sorted(self.rows.items())
        for name, value in request.args.items():
            if match := re.fullmatch(r"filter\[(\w+)\]", name):
                rows = [(n, row) for n, row in rows if self.passes(row | {"id": str(n)}, match.group(1), value)]
        first, _, second = request.args.get("limit", "0,1000000").rpartition(",")
        offset, count = int(first or 0), int(second)
        inner = "".join(self.node(n, row) for n, row in rows[offset : offset + count])
        return xml_response(f"<products>{inner}</products>")

    def passes(self, row: dict[str, str], name: str, value: str) -> bool:
        """Accent- and case-blind like the shop, and blind altogether for a filter it cannot read."""
        stored = row.get(name, "").lower().rstrip()
        match = re.fullmatch(r"([<>!]?)\[([^\[\]]*)\](%?)", value)
        if match is None:
            return True
        operator, inner, end = match.groups()
        if operator == ">":
            return int(stored) > int(inner)
        if end:
            return stored.startswith(inner.lower())
        return stored in [part.lower() for part in inner.split("|")]

    def delete(self, path: str, request: Request) -> Response:
        ids = [int(n) for n in re.findall(r"\d+", path + request.args.get("id", ""))]
        unknown = [n for n in ids if n not in self.rows]
        if unknown:
            return error_response(404, (87, f"Id(s) not exists: {unknown}"))
        for n in ids:
            del self.rows[n]
        return Response(b"", 200, HEADERS)

    def save(self, request: Request) -> Response:
        body = request.get_data()
        if len(body) > self.most_bytes:
            return error_response(500, (127, "XML error : String could not be parsed as XML"))
        if request.method == "PATCH" and not self.has_patch:
            return error_response(405, (23, "Method PATCH is not valid"))
        done = ""
        for node in etree.fromstring(body):
            row = {child.tag: self.text(child) for child in node if child.tag != "associations"}
            trick = self.bad.get(row.get("reference", ""))
            if trick == INVALID:
                return error_response(400, (85, 'Validation error: "Property Product-&gt;ean13 is not valid"'))
            if trick == EMPTY_500:
                return Response(b"", 500, content_type="text/html")
            if request.method != "POST" and int(row["id"]) not in self.rows:
                return error_response(404, (92, "Invalid ID"))
            n = int(row.pop("id", 0)) or max(self.rows, default=0) + 1
            self.rows[n] = (self.rows[n] | row) if request.method == "PATCH" else row
            self.saves.append((request.method, row.get("reference", "")))
            if trick == WARNING:
                return error_response(500, (11, "[PHP User warning #512] test"))
            done += self.node(n, self.rows[n])
        return xml_response(done, 201 if request.method == "POST" else 200)

    @staticmethod
    def text(node: etree._Element) -> str:
        """Multi-language texts are kept as their XML: a language that is not sent is gone, as in the shop."""
        return "".join(etree.tostring(child).decode() for child in node) or (node.text or "")

    @staticmethod
    def node(n: int, row: dict[str, str]) -> str:
        fields = "".join(f"<{k}>{v if v.startswith('<') else escape(v)}</{k}>" for k, v in row.items())
        return f"<product><id>{n}</id>{fields}</product>"

    def serve(self, server: HTTPServer) -> ShopSettings:
        server.expect_request(re.compile("/api.*")).respond_with_handler(self)
        return settings(server)


def settings(server: HTTPServer, **changes: object) -> ShopSettings:
    quick: dict[str, object] = {
        "connect_timeout": 30.0,  # a busy machine may take its time; whoever waits for a timeout says how long
        "read_timeout": 60.0,
        "retries": 0,
        "backoff": 0.01,
        "settle": 0.05,
        "private_network": True,
    }
    return ShopSettings(url=server.url_for("/"), key=KEY, **{**quick, **changes})  # type: ignore[arg-type]


def product(reference: str, **fields: str) -> Entity:
    return Entity({"reference": reference, "price": "10.000000", **fields})


def cut_connection(request: Request) -> None:
    """Close the client's connection as a crashing server does."""
    connection = request.environ["werkzeug.socket"]
    connection.shutdown(socket.SHUT_RDWR)


def late_until_asked_again() -> Callable[[Request, Response], Response]:
    """What a write is answered comes only after somebody looked for a row: the client gave up waiting before."""
    asked = threading.Event()

    def wait(request: Request, response: Response) -> Response:
        if request.method != "GET":
            asked.wait(60)
        elif "filter" in request.full_path:
            asked.set()
        return response

    return wait
