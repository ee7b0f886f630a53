"""`/api/attachments/file`: the files of attachments (1.7.8 and later)."""

from __future__ import annotations

import hashlib
import mimetypes
import secrets
from typing import TYPE_CHECKING

from connectors.sandbox.shop import reading, render
from connectors.sandbox.shop.call import Call
from connectors.sandbox.shop.entity import Entity, Value, from_row, to_row
from connectors.sandbox.shop.errors import NotFoundError, WebserviceError
from connectors.sandbox.shop.query import full_display
from connectors.sandbox.shop.values import whole

if TYPE_CHECKING:
    from connectors.sandbox.shop.shop import Shop


def is_file_request(call: Call) -> bool:
    return call.segments[:2] == ["attachments", "file"]


def handle(shop: Shop, call: Call) -> tuple[str, bytes]:
    """GET downloads, POST adds, PUT replaces the content (a multipart body would be stored whole: not imitated)."""
    identity = whole(call.segments[2] if len(call.segments) > 2 else "")
    row = shop.get("attachments", identity)
    if call.method in {"GET", "HEAD"}:
        if row is None:
            raise NotFoundError
        return row["mime"] or "application/octet-stream", (shop.attachments / row["file"]).read_bytes()
    upload = call.uploads.get("file")
    content = upload.content if upload is not None else call.body
    _check_size(shop, content)
    if call.method == "PUT":
        if row is None:
            raise WebserviceError(404, 92, "Invalid ID")
        shop.database.update("ps_attachments", identity, {"file_size": len(content), "file_name": _unique()})
        (shop.attachments / row["file"]).write_bytes(content)
    else:
        name = upload.name if upload is not None else _unique()
        declared = (call.header("Content-Type") or "").partition(";")[0] if upload is None else ""
        identity = _add(shop, call.form.get("name") or name, name, content, declared)
    call.entities += 1
    return render.XML, _shown(shop, call, identity).encode()


def _check_size(shop: Shop, content: bytes) -> None:
    limit = whole(shop.configuration("PS_ATTACHMENT_MAXIMUM_SIZE"))
    if not content:
        raise WebserviceError(400, 76, "Please set a file parameter with file data for value")
    if len(content) > limit * 1024 * 1024:
        raise WebserviceError(400, 72, f"The file size is too large (maximum allowed is {limit * 1024} KB)")


def _unique() -> str:
    """The file name of a raw body: PHP's uniqid, as `6b04fe1bb70968.69199113`."""
    return f"{secrets.token_hex(7)}.{secrets.randbelow(10**8):08}"


def _add(shop: Shop, name: str, file_name: str, content: bytes, declared: str) -> int:
    file = hashlib.sha1(content + shop.now().encode() + name.encode(), usedforsecurity=False).hexdigest()
    (shop.attachments / file).write_bytes(content)
    mime = declared or mimetypes.guess_type(file_name)[0] or "application/octet-stream"
    texts: dict[int, str | None] = dict.fromkeys(shop.languages(), name[:32])
    values: dict[str, Value] = {
        "file": file,
        "file_name": file_name,
        "file_size": str(len(content)),
        "mime": mime,
        "name": texts,
    }
    resource = shop.resources["attachments"]
    with shop.database.entity():
        return shop.database.insert(resource.table, to_row(Entity(resource, 0, values), shop.languages()))


def _shown(shop: Shop, call: Call, identity: int) -> str:
    resource = shop.resources["attachments"]
    row = shop.get("attachments", identity)
    if row is None:
        raise NotFoundError
    entity = from_row(resource, row)
    display = full_display(resource)
    reading.complete(shop, [entity], display)
    return render.document(render.XmlWriter(call.base, shop.languages()).entity(entity, display))
