"""Make a picture acceptable to a shop. Pure: bytes in, bytes out."""

from __future__ import annotations

import io
from collections.abc import Collection

from PIL import Image, ImageOps, UnidentifiedImageError

from connectors.errors import RejectedRecordError

_SUFFIXES = {"JPEG": ".jpg", "PNG": ".png", "GIF": ".gif", "WEBP": ".webp"}
# Tried one after the other until the file fits: quality first, which nobody sees, then size.
_QUALITIES = (90, 82, 74)
_SIDES = (3000, 2000, 1600, 1200, 800)
# Pillow warns from 89 million pixels on and refuses at twice that; a product photo never gets near.
_MOST_PIXELS = 100_000_000


def prepare(data: bytes, limit_bytes: int, accepted: Collection[str]) -> tuple[str, bytes]:
    """``(file name suffix, bytes)`` that the shop accepts.

    The file goes as it is when its type is accepted, it is small enough and needs no turning; otherwise it is
    re-encoded as JPEG, turned upright by its EXIF orientation, without metadata, on white where it was transparent.
    `accepted` holds Pillow's format names (`Limits.image_types`): 1.6 and 1.7 know no WebP.
    Raises RejectedRecordError ``image.unreadable`` or ``image.too_big``.
    """
    with _open(data) as image:
        kind = image.format or ""
        upright = image.getexif().get(0x0112, 1) in (0, 1)
        if kind in accepted and kind in _SUFFIXES and len(data) <= limit_bytes and upright:
            return _SUFFIXES[kind], data
        return ".jpg", _encode(_flat(image), limit_bytes)


def _open(data: bytes) -> Image.Image:
    try:
        image = Image.open(io.BytesIO(data))
        if image.width * image.height > _MOST_PIXELS:
            raise RejectedRecordError("image.too_big", {"width": image.width, "height": image.height})
        image.load()
    except (UnidentifiedImageError, OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise RejectedRecordError("image.unreadable", {"bytes": len(data)}, detail=str(error)) from None
    return image


def _flat(image: Image.Image) -> Image.Image:
    turned = ImageOps.exif_transpose(image)
    if turned.mode in ("RGBA", "LA", "PA") or "transparency" in turned.info:
        turned = turned.convert("RGBA")
        ground = Image.new("RGB", turned.size, "white")
        ground.paste(turned, mask=turned.getchannel("A"))
        return ground
    return turned.convert("RGB")


def _encode(image: Image.Image, limit_bytes: int) -> bytes:
    for side in (max(image.size), *(side for side in _SIDES if side < max(image.size))):
        smaller = image.copy()
        smaller.thumbnail((side, side))
        for quality in _QUALITIES:
            encoded = io.BytesIO()
            # A fresh save carries no EXIF: no camera, no place.
            smaller.save(encoded, "JPEG", quality=quality, optimize=True, progressive=True)
            if encoded.tell() <= limit_bytes:
                return encoded.getvalue()
    raise RejectedRecordError("image.too_big", {"limit": limit_bytes, "width": image.width, "height": image.height})
