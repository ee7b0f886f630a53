"""The WSGI application: the webservice under /api, the public pages, and /_sandbox to steer it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Request, Response

from connectors.sandbox.shop import pages, placing, webservice
from connectors.sandbox.shop.call import Call, parameters, segments, upload
from connectors.sandbox.shop.shop import DEFAULT_KEY, DEFAULT_VERSION, Shop

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


LONGEST_URL = 8 * 1024
"""nginx's default: 500 ids of six digits pass in a filter, 1000 do not."""

POST_MAX_SIZE = 32_000_000
"""PHP's limit, between the 9 MB that passed and the 33 MB that did not: a bigger body is dropped."""


class ShopApp:
    """A sandbox shop as a WSGI application. `base_url` is the shop's own domain; any other Host is answered 302.

    Raises `webservice.CutConnection` when the shop was told to cut: the server then closes the connection.
    """

    def __init__(self, shop: Shop, *, base_url: str | None = None, default_key: str = DEFAULT_KEY) -> None:
        self.shop = shop
        self.base_url = base_url.rstrip("/") if base_url else None
        self.key = default_key

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request = Request(environ)
        request.max_content_length = None
        try:
            response = self._route(request)
        except HTTPException as error:
            response = Response(error.get_body(), status=error.code, content_type="text/html; charset=utf-8")
        return response(environ, start_response)

    def _route(self, request: Request) -> Response:
        if request.path == "/api" or request.path.startswith("/api/"):
            return self._webservice(request)
        if request.path.startswith("/_sandbox/"):
            return self._control(request)
        return pages.respond(self.shop, request)

    def _webservice(self, request: Request) -> Response:
        if len(request.environ.get("REQUEST_URI") or request.full_path) > LONGEST_URL:
            return Response("<html><h1>414 Request-URI Too Large</h1></html>", status=414, content_type="text/html")
        if request.method == "TRACE":
            return Response("<html><h1>405 Not Allowed</h1></html>", status=405, content_type="text/html")
        if request.method == "OPTIONS" and self.shop.major >= (9, 0):
            return Response("200 OK", content_type="text/plain")  # before any authentication
        call = self._call(request)
        if self.base_url is not None and request.host != self.base_url.partition("://")[2]:
            return Response(status=302, headers={"Location": f"{self.base_url}/"}, content_type=webservice.HTML)
        status = 0
        method = call.method
        try:
            answer = webservice.respond(self.shop, call, _key(request))
            status = answer.status
        finally:
            path = request.full_path.rstrip("?")
            self.shop.journal.add(
                method=method, resource=call.resource, path=path, status=status, entities=call.entities
            )
        response = Response(answer.body, status=answer.status, headers=answer.headers)
        response.headers["Content-Type"] = answer.content_type
        if not answer.content_type:
            del response.headers["Content-Type"]
        return response

    def _call(self, request: Request) -> Call:
        multipart = request.mimetype == "multipart/form-data" and request.method == "POST"
        uploads = {name: upload(stored) for name, stored in request.files.items()} if multipart else {}
        return Call(
            method=request.method,
            segments=segments(request.path),
            parameters=parameters(request.query_string.decode("utf-8", errors="replace")),
            body=b"" if multipart or (request.content_length or 0) > POST_MAX_SIZE else request.get_data(),
            base=self.base_url or request.host_url.rstrip("/"),
            headers=dict(request.headers),
            uploads=uploads,
            form=dict(request.form) if multipart else {},
        )

    def _control(self, request: Request) -> Response:
        """`/_sandbox/`: journal, misbehave, orders. JSON in, JSON out."""
        actions = {
            ("GET", "journal"): self._journal,
            ("POST", "journal/reset"): self._reset,
            ("POST", "misbehave"): self._misbehave,
            ("POST", "misbehave/clear"): self._clear,
            ("POST", "orders"): self._orders,
        }
        action = actions.get((request.method, request.path.removeprefix("/_sandbox/")))
        if action is None:
            return _json({"error": f"unknown: {request.method} {request.path}"}, 404)
        try:
            return action(request)
        except ValueError as error:
            return _json({"error": str(error)}, 400)

    def _journal(self, request: Request) -> Response:
        return _json(self.shop.journal.since(int(request.args.get("since", 0))).as_dict())

    def _reset(self, request: Request) -> Response:
        self.shop.journal.reset()
        return _json({"ok": True})

    def _clear(self, request: Request) -> Response:
        self.shop.misbehaviours.clear()
        return _json({"ok": True})

    def _misbehave(self, request: Request) -> Response:
        self.shop.misbehaviours.add_from(json.loads(request.get_data() or b"{}"))
        return _json({"ok": True})

    def _orders(self, request: Request) -> Response:
        count, seed = int(request.args.get("count", 1)), int(request.args.get("seed", 1))
        return _json({"orders": placing.place_believable(self.shop, count=count, seed=seed)})


def create_app(
    state: Path,
    *,
    version: str = DEFAULT_VERSION,
    base_url: str | None = None,
    key: str = DEFAULT_KEY,
    languages: tuple[str, ...] = ("fr",),
) -> ShopApp:
    """The shop of the folder `state` (installed there when it is new), answering as PrestaShop `version` does."""
    return ShopApp(Shop(state, version=version, key=key, languages=languages), base_url=base_url, default_key=key)


def _key(request: Request) -> str | None:
    """The webservice key: Basic auth's user name, or `ws_key` in the URL."""
    if request.authorization is not None and request.authorization.type == "basic":
        return request.authorization.username or ""
    return request.args.get("ws_key")


def _json(content: object, status: int = 200) -> Response:
    return Response(json.dumps(content), status=status, content_type="application/json")
