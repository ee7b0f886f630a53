"""`/api/images/products/...`: uploads checked by their real content, base64 answers, covers and their trap."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from PIL import Image, UnidentifiedImageError

from connectors.sandbox.shop import render
from connectors.sandbox.shop.call import Call, Upload
from connectors.sandbox.shop.database import Row
from connectors.sandbox.shop.errors import NotFoundError, UncaughtError, WebserviceError
from connectors.sandbox.shop.values import whole

if TYPE_CHECKING:
    from connectors.sandbox.shop.shop import Shop

EXTENSIONS = ("gif", "jpg", "jpeg", "jpe", "png", "webp")
KINDS = ("general", "products", "categories", "manufacturers", "suppliers", "stores", "customizations")
MIMES = (
    *("image/gif", "image/jpg", "image/jpeg", "image/pjpeg", "image/png"),
    *("image/webp", "image/x-png"),
)
UPLOADED = {"JPEG": "image/jpeg", "PNG": "image/png", "GIF": "image/jpeg", "WEBP": "image/jpeg"}
"""Pillow's name of an accepted format -> what the shop keeps it as."""


@dataclass(frozen=True)
class Answer:
    """Content type and body of an image request."""

    content_type: str
    body: bytes


def _xml(body: str) -> Answer:
    return Answer(render.XML, render.document(body).encode())


def handle(shop: Shop, call: Call) -> Answer:
    """Any request under /api/images."""
    path = call.segments[1:]
    if not path:
        return _xml(_kinds(shop, call))
    if path[0] != "products":
        return _other_kind(shop, call, path)
    product, image = whole(path[1] if len(path) > 1 else ""), whole(path[2] if len(path) > 2 else "")
    if call.method in {"GET", "HEAD"}:
        return _read(shop, call, product, image)
    if call.method == "DELETE":
        _delete(shop, call, image)
        return Answer("", b"")
    return _write(shop, call, product, image)


def _kinds(shop: Shop, call: Call) -> str:
    """The kinds of images. What it says of the rights is wrong, on real shops too: `post` works."""
    flags = 'get="true" put="false" post="false" delete="false" head="true"' + (
        ' patch="false"' if shop.has_patch else ""
    )
    known = [mime for mime in MIMES if shop.major >= (8, 0) or mime != "image/webp"]
    mimes = f'upload_allowed_mimetypes="{", ".join(known)}"'
    lines = "".join(f'<{kind} xlink:href="{call.base}/api/images/{kind}" {flags} {mimes}/>\n' for kind in KINDS)
    return f"<image_types>\n{lines}</image_types>\n"


def _other_kind(shop: Shop, call: Call, path: list[str]) -> Answer:
    """Category, brand and supplier images: known as lists only (docs/sandbox.md says so)."""
    if call.method in {"GET", "HEAD"} and len(path) == 1:
        return _xml("<images>\n</images>\n")
    if call.method in {"GET", "HEAD"}:
        raise NotFoundError
    raise WebserviceError(405, 101, f"Method {call.method} is not allowed for the resource images")


def _read(shop: Shop, call: Call, product: int, image: int) -> Answer:
    if image:
        return _content(shop, product, image)
    if product:
        return _of_product(shop, call, product)
    sql = "SELECT DISTINCT id_product FROM images ORDER BY id_product"
    ids = [row["id_product"] for row in shop.database.rows(sql)]
    links = "".join(f'<image id="{known}" xlink:href="{call.base}/api/images/products/{known}"/>\n' for known in ids)
    return _xml(f"<images>\n{links}</images>\n")


def _of_product(shop: Shop, call: Call, product: int) -> Answer:
    rows = shop.database.rows("SELECT id FROM images WHERE id_product = ? ORDER BY position, id", (product,))
    if not rows and shop.major < (1, 7) and shop.get("products", product) is None:
        raise UncaughtError(content_type=render.XML)
    if not rows:
        raise NotFoundError
    base = f"{call.base}/api/images/products/{product}"
    lines = "".join(f'<declination id="{row["id"]}" xlink:href="{base}/{row["id"]}"/>\n' for row in rows)
    return _xml(f'<image id="{product}">\n{lines}</image>\n')


def _content(shop: Shop, product: int, image: int) -> Answer:
    row = shop.database.row("SELECT * FROM images WHERE id = ? AND id_product = ?", (image, product))
    if row is None:
        raise WebserviceError(400, 57, "This image id does not exist")
    file = shop.images / str(image)
    if not file.exists():
        raise NotFoundError
    return Answer(row["mime"], file.read_bytes())


def _delete(shop: Shop, call: Call, image: int) -> None:
    """One image; `DELETE /api/images/products/ID` answers 200 and deletes nothing, as a real shop."""
    if not image:
        return
    with shop.database.entity():
        if not shop.database.execute("DELETE FROM images WHERE id = ?", (image,)):
            raise WebserviceError(400, 57, "This image id does not exist")
        sql = "DELETE FROM links WHERE resource = 'combinations' AND name = 'images' AND target = ?"
        shop.database.execute(sql, (image,))
    (shop.images / str(image)).unlink(missing_ok=True)
    call.entities += 1


def _write(shop: Shop, call: Call, product: int, image: int) -> Answer:
    upload = call.uploads.get("image")
    if upload is None:
        if shop.major < (1, 7) and call.method == "POST":
            raise WebserviceError(500, 66, 'Please set an "image" parameter with image data for value')
        raise WebserviceError(400, 76, 'Please set an "image" parameter with image data for value')
    if shop.get("products", product) is None:
        raise WebserviceError(400, 76, f"Product {product} does not exist")
    _check(shop, upload)
    if call.method == "PUT":
        return _replace(shop, call, product, image, upload)
    return _add(shop, call, product, upload)


def _check(shop: Shop, upload: Upload) -> None:
    """The file's size and the extension of its name; the part's own Content-Type does not matter."""
    limit = whole(shop.configuration("PS_LIMIT_UPLOAD_IMAGE_VALUE")) * 1000 if shop.major >= (8, 0) else 3000
    if len(upload.content) > limit * 1024:
        raise WebserviceError(400, 72, f"The image size is too large (maximum allowed is {limit} KB)")
    allowed = EXTENSIONS if shop.major >= (8, 0) else EXTENSIONS[:-1]
    if PurePosixPath(upload.name).suffix.lower().removeprefix(".") not in allowed:
        raise _unknown_format(allowed)
    if shop.major < (8, 0) and upload.content[8:12] == b"WEBP":
        raise _unknown_format(allowed)


def _unknown_format(allowed: tuple[str, ...]) -> WebserviceError:
    listed = ", ".join(allowed)
    message = f"Image upload error : Image format not recognized, allowed formats are: {listed}"
    return WebserviceError(400, 76, message)


def _decoded(content: bytes) -> tuple[str, bytes] | None:
    """(mime, bytes) as the shop keeps the picture; None when the file is no picture. GIF and WebP become JPEG."""
    try:
        with Image.open(io.BytesIO(content)) as picture:
            picture.load()
            if picture.format not in UPLOADED:
                return None
            mime = UPLOADED[picture.format]
            if picture.format in {"JPEG", "PNG"}:
                return mime, content
            kept = io.BytesIO()
            picture.convert("RGB").save(kept, "JPEG", quality=90)
            return mime, kept.getvalue()
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError):
        return None


def _add(shop: Shop, call: Call, product: int, upload: Upload) -> Answer:
    decoded = _decoded(upload.content)
    rows = shop.database.rows("SELECT * FROM images WHERE id_product = ?", (product,))
    if decoded is None and (shop.major < (1, 7) or _lost_cover(rows)):
        raise WebserviceError(400, 76, "An error occurred while copying image")
    mime, content = decoded or ("image/jpeg", b"")
    with shop.database.entity():
        identity, position, cover = _insert(shop, product, mime)
    if decoded is None:
        raise WebserviceError(400, 76, "An error occurred while copying image")  # the row stays behind
    (shop.images / str(identity)).write_bytes(content)
    call.entities += 1
    if call.wants_json:
        return Answer(mime, content)  # a real shop answers the picture itself, without its id
    fields = [f"\t<id>{render.cdata(identity)}</id>", f"\t<id_product>{render.cdata(product)}</id_product>"]
    fields += [
        f"\t<position>{render.cdata(position)}</position>",
        f"\t<cover>{render.cdata(1 if cover else '')}</cover>",
    ]
    legend = "".join(f'<language id="{language}">{render.cdata("")}</language>' for language in shop.languages())
    fields.append(f"\t<legend>{legend}</legend>")
    encoded = base64.b64encode(content).decode()
    body = "<image>\n" + "\n".join(fields) + f'\n</image>\n<content encode="base64">{render.cdata(encoded)}</content>\n'
    return _xml(body)


def _lost_cover(rows: Sequence[Row]) -> bool:
    """One table still has a cover, the shop's own none: the next image would be a second cover of the first."""
    return not any(row["shop_cover"] for row in rows) and any(row["cover"] for row in rows)


def _insert(shop: Shop, product: int, mime: str) -> tuple[int, int, bool]:
    """The image's row; the first one is the cover. A lost cover breaks a unique key, see behaviours of real shops."""
    rows = shop.database.rows("SELECT * FROM images WHERE id_product = ?", (product,))
    position = max((row["position"] for row in rows), default=0) + 1
    needs_cover = not any(row["shop_cover"] for row in rows)
    if _lost_cover(rows):
        if shop.major >= (8, 0):
            raise UncaughtError
        raise WebserviceError(400, 76, "Error while creating image")
    flag = 1 if needs_cover else None
    values = {"id_product": product, "position": position, "cover": flag, "shop_cover": flag, "mime": mime}
    return shop.database.insert("images", values), position, needs_cover


def _replace(shop: Shop, call: Call, product: int, image: int, upload: Upload) -> Answer:
    row = shop.database.row("SELECT * FROM images WHERE id = ? AND id_product = ?", (image, product))
    if row is None:
        raise WebserviceError(400, 57, "This image id does not exist")
    decoded = _decoded(upload.content)
    if decoded is None:
        raise WebserviceError(400, 76, "An error occurred while copying image")
    mime, content = decoded
    with shop.database.entity():
        shop.database.update("images", image, {"mime": mime})
    (shop.images / str(image)).write_bytes(content)
    call.entities += 1
    return Answer(mime, content)
