"""The door of `/api`: authentication, rights, misbehaviours, and the answer with PrestaShop's headers."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from connectors.sandbox.shop import attachments, images, reading, render, shops, writing
from connectors.sandbox.shop.call import METHODS, Call
from connectors.sandbox.shop.errors import NotFoundError, RedirectError, ShopFailure, UncaughtError, WebserviceError
from connectors.sandbox.shop.query import suggest
from connectors.sandbox.shop.schema import FORBIDDEN_METHODS, Resource

if TYPE_CHECKING:
    from connectors.sandbox.shop.shop import Shop

HTML = "text/html; charset=utf-8"
REALM = "Welcome to PrestaShop Webservice, please enter the authentication key as the login. No password required."
KEY_LENGTH = 32
NOTICE = b"<br />\n<b>Notice</b>:  Undefined index: sandbox in <b>/shop/sandbox.php</b> on line <b>1</b><br />\n"
PAGE = b"<!DOCTYPE html>\n<html><head><title>Boutique</title></head><body><h1>Maintenance</h1></body></html>\n"
SIMPLE_WRONGS: dict[str, tuple[int, bytes]] = {
    "empty_500": (500, b""),
    "html": (200, PAGE),
    "unavailable": (503, PAGE),
    "too_many": (429, PAGE),
}


class CutConnection(Exception):
    """Tell the server to close the connection without an answer."""


@dataclass
class Answer:
    """What goes back to the client. `content_type` blank: no such header."""

    status: int
    body: bytes = b""
    content_type: str = render.XML
    headers: dict[str, str] = field(default_factory=dict)
    authenticated: bool = True


def respond(shop: Shop, call: Call, key: str | None) -> Answer:
    """Answer one request; raises CutConnection when told to."""
    started = time.monotonic()
    call.wrongs = shop.misbehaviours.take(call.method, "/api/" + "/".join(call.segments))
    time.sleep(sum(rule.seconds for rule in call.wrongs))
    answer = _wrong_before(call) or _answer(shop, call, key)
    answer = _wrong_after(call, answer)
    _add_headers(shop, answer, time.monotonic() - started)
    known = call.header("Local-Content-Sha1")
    if known and known == answer.headers.get("Content-Sha1") and shop.major >= (8, 0):
        answer.status, answer.body = 304, b""
    return answer


def _wrong_before(call: Call) -> Answer | None:
    """Misbehaviours that answer without doing anything."""
    for rule in call.wrongs:
        if rule.kind == "cut_before":
            raise CutConnection
        if rule.kind == "redirect":
            return _redirect(call)
        if rule.kind == "unauthorized":
            return _error(call, _inactive(), authenticated=False)
        if rule.kind in SIMPLE_WRONGS:
            status, body = SIMPLE_WRONGS[rule.kind]
            headers = {"Retry-After": "1"} if status in {429, 503} else {}
            return Answer(status, body, HTML, headers, authenticated=False)
    return None


def _wrong_after(call: Call, answer: Answer) -> Answer:
    """Misbehaviours that spoil the answer of a request that was carried out."""
    if call.wrong("cut"):
        raise CutConnection
    if call.wrong("empty_500_after"):
        return Answer(500, b"", HTML)
    if call.wrong("php_notice"):
        answer.body = NOTICE + answer.body
    return answer


def _answer(shop: Shop, call: Call, key: str | None) -> Answer:
    try:
        return _dispatch(shop, call, _authenticate(shop, call, key))
    except NotFoundError:
        return Answer(404, b"", "")
    except RedirectError:
        return _redirect(call)
    except UncaughtError as error:
        return Answer(error.status, error.text.encode(), error.content_type)
    except WebserviceError as error:
        return _error(call, error, authenticated=error.status not in {401, 503} or call.resource != "")
    except _NoKeyError:
        headers = {"WWW-Authenticate": f'Basic realm="{REALM}"'}
        return Answer(401, b"401 Unauthorized", HTML, headers, authenticated=False)


class _NoKeyError(ShopFailure):
    """No key at all: the only 401 that is not XML."""


def _inactive() -> WebserviceError:
    no_right = (21, "No permission for this authentication key")
    return WebserviceError(401, 20, "Authentification key is not active", no_right)


def _authenticate(shop: Shop, call: Call, key: str | None) -> dict[str, list[str]]:
    """The rights of the request's key, or one of the five refusals."""
    if shop.setting("enabled", "1") == "0":
        message = "The PrestaShop webservice is disabled. Please activate it in the PrestaShop Back Office"
        raise WebserviceError(503, 22, message)
    if key is None:
        raise _NoKeyError
    if key == "":
        raise WebserviceError(401, 17, "Authentication key is empty")
    if len(key) != KEY_LENGTH:
        raise WebserviceError(401, 18, "Invalid authentication key format")
    rights = shop.rights(key)
    if rights is None:
        raise _inactive()
    if not rights:
        raise WebserviceError(401, 21, "No permission for this authentication key")
    shops.resolve(shop, call, key)
    return rights


def _dispatch(shop: Shop, call: Call, rights: dict[str, list[str]]) -> Answer:
    allowed = [method for method in METHODS if shop.has_patch or method != "PATCH"]
    asked = call.parameters.get("ps_method")
    if call.method == "POST" and asked:
        call.method = asked
    if call.method == "PATCH" and call.resource and call.resource not in shop.resources:
        _resource(shop, call, rights)
    if call.method not in allowed:
        raise WebserviceError(405, 23, f"Method {call.method} is not valid")
    if not call.resource:
        return _root(shop, call, rights, allowed)
    resource = _resource(shop, call, rights)
    if call.resource == "images":
        found = images.handle(shop, call)
        return Answer(200, found.body, found.content_type)
    if attachments.is_file_request(call):
        content_type, content = attachments.handle(shop, call)
        return Answer(200, content, content_type)
    return _entities(shop, call, resource)


def _entities(shop: Shop, call: Call, resource: Resource) -> Answer:
    if not resource.fields:
        raise UncaughtError(f"the sandbox shop does not imitate /api/{resource.name}", status=501)
    if call.method in {"GET", "HEAD"}:
        content_type, body = reading.read(shop, call, resource)
        return Answer(200, body.encode(), content_type)
    if call.method == "DELETE":
        writing.delete(shop, call, resource)
        return Answer(200, b"", "")
    if resource.name == "attachments" and call.method == "POST":
        return Answer(200, render.document("").encode())  # answers 200 and creates nothing, as a real shop
    content_type, body = writing.save(shop, call, resource)
    return Answer(201 if call.method == "POST" else 200, body.encode(), content_type)


def _resource(shop: Shop, call: Call, rights: dict[str, list[str]]) -> Resource:
    """The resource of the path, once it exists and the key may use it this way."""
    name = call.resource
    if name not in shop.resources:
        known = suggest(name, list(shop.resources))
        raise WebserviceError(400, 27, f'Resource of type "{name}" does not exists. {known}')
    if name not in rights:
        raise WebserviceError(401, 26, f'Resource of type "{name}" is not allowed with this authentication key')
    if call.method in FORBIDDEN_METHODS.get(name, ()):
        raise WebserviceError(405, 101, f"Method {call.method} is not allowed for the resource {name}")
    if call.method not in rights[name]:
        message = f"Method {call.method} is not allowed for the resource {name} with this authentication key"
        raise WebserviceError(405, 25, message)
    return shop.resources[name]


def _root(shop: Shop, call: Call, rights: dict[str, list[str]], allowed: list[str]) -> Answer:
    if call.wants_json:
        if shop.major >= (8, 0):
            raise UncaughtError
        names = ", ".join(f'"{name}"' for name in shop.resources if name in rights)
        return Answer(200, f"[{names}]".encode(), render.JSON)
    name = shop.configuration("PS_SHOP_NAME")
    body = render.root(shop.resources.values(), rights, call.base, name, allowed)
    return Answer(200, body.encode())


def _error(call: Call, error: WebserviceError, *, authenticated: bool = True) -> Answer:
    headers = {"WWW-Authenticate": f'Basic realm="{REALM}"'} if error.status == 401 else {}
    if call.wants_json:
        body, content_type = render.errors_json(error.errors), render.JSON
    else:
        body, content_type = render.errors_xml(error.errors), render.XML
    return Answer(error.status, body.encode(), content_type, headers, authenticated)


def _redirect(call: Call) -> Answer:
    return Answer(302, b"", HTML, {"Location": f"{call.base}/"}, authenticated=False)


def _add_headers(shop: Shop, answer: Answer, seconds: float) -> None:
    if answer.content_type == HTML:
        return
    answer.headers["Access-Time"] = str(int(shop.clock().timestamp()))
    answer.headers["X-Powered-By"] = "PrestaShop Webservice"
    if not answer.authenticated:
        answer.headers["PSWS-Version"] = "0"
        return
    answer.headers["PSWS-Version"] = shop.version
    answer.headers["Execution-Time"] = f"{seconds:.3f}"
    answer.headers["Content-Sha1"] = hashlib.sha1(answer.body, usedforsecurity=False).hexdigest()
