"""Photos of products, from the files Sage names and those that people brought.

Only those of the client, only real images, to its members only.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.cache import get_conditional_response, patch_cache_control
from django.views.decorators.http import require_safe
from PIL import Image, UnidentifiedImageError

from mapping.choices import UPLOAD
from mapping.models import Choice, Product, ProductImage
from mapping.uploads import folder_of
from sync_portal.pages.access import Access, client_page

SIZES = {"thumb": 160, "medium": 800}
"""Longest side in pixels; `thumb` is shown at half of it, for fine screens."""
CONTENT_TYPES = {"JPEG": "image/jpeg", "PNG": "image/png", "GIF": "image/gif", "WEBP": "image/webp"}
"""What a browser may be given as it is; every other kind of image is only shown resized."""
UNREADABLE = (OSError, UnidentifiedImageError, Image.DecompressionBombError, ValueError, SyntaxError)
"""What Pillow raises for a file that is missing, is no image, is damaged, or is too large to be one."""


@client_page()
@require_safe
def photo(request: HttpRequest, access: Access, image_id: int, size: str) -> HttpResponseBase:
    """The photo at the size `thumb`, `medium` or `original`; 404 when its file is missing or is no image."""
    image = get_object_or_404(ProductImage, pk=image_id, product__client=access.client)
    if not image.file:
        raise Http404
    return _sent(request, Path(image.file), image.content_hash or f"{image.size}-{image.modified_ns}", size)


@client_page()
@require_safe
def upload(request: HttpRequest, access: Access, product_id: int, sha256: str, size: str) -> HttpResponseBase:
    """A photo that somebody brought for this product, before a run has come by; like `photo` otherwise."""
    product = get_object_or_404(Product, pk=product_id, client=access.client)
    key = UPLOAD.make_key(product.key, sha256)
    get_object_or_404(Choice, client=access.client, kind=UPLOAD.name, key=key)
    return _sent(request, folder_of(access.client) / sha256, sha256, size)


def _sent(request: HttpRequest, file: Path, version: str, size: str) -> HttpResponseBase:
    """``version`` comes from our own hash, never from the address alone."""
    if size not in {*SIZES, "original"}:
        raise Http404
    etag = f'"{version}-{size}"'
    if answer := get_conditional_response(request, etag=etag):
        return answer
    try:
        response = _original(file) if size == "original" else _resized(file, version, size)
    except UNREADABLE as error:
        raise Http404(str(error)) from error
    response["ETag"] = etag
    patch_cache_control(response, private=True, max_age=3600)
    return response


def _original(file: Path) -> FileResponse:
    with Image.open(file) as picture:
        content_type = CONTENT_TYPES.get(picture.format or "")
    if content_type is None:
        raise Http404(f"{file.suffix} is not shown as it is")
    return FileResponse(file.open("rb"), content_type=content_type)


def _resized(file: Path, version: str, size: str) -> FileResponse:
    """The thumbnail, made once per content; `version` comes from our own hash, never from the address."""
    cached = settings.DATA_DIR / "thumbnails" / version[:2] / f"{version}-{size}.webp"
    if not cached.exists():
        _make_thumbnail(file, cached, SIZES[size])
    return FileResponse(cached.open("rb"), content_type="image/webp")


def _make_thumbnail(file: Path, target: Path, side: int) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with Image.open(file) as picture:
        picture.draft("RGB", (side, side))
        picture.thumbnail((side, side))
        wanted = "RGBA" if picture.has_transparency_data else "RGB"
        # Written beside and renamed: two requests at once never serve half a file.
        with tempfile.NamedTemporaryFile(dir=target.parent, suffix=".part", delete=False) as part:
            picture.convert(wanted).save(part, format="WEBP", quality=82)
    Path(part.name).replace(target)
