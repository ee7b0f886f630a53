"""Photos that people bring: checked by their content, kept once per content in a private folder of the client.

``DATA_DIR/uploads/<client id>/<sha256>``: outside everything that a web server hands out. The file stays when its
choice is taken back, so that an undo finds it; `forget_unused` cleans up once no choice and no history names it.
"""

from __future__ import annotations

import hashlib
import io
import os
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePath

from django.conf import settings
from django.contrib.auth.models import User
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from connectors.models import Client
from mapping.choices import IMAGE, UPLOAD, ChoiceValue, UploadChoice
from mapping.choosing import choose
from mapping.image_choices import UPLOADED
from mapping.models import Choice, ChoiceAct, ChoiceChange, Product

MOST_BYTES = 20_000_000
"""Of one file; what is sent to the shop is made smaller where its limit is."""
MOST_PIXELS = 100_000_000
"""As `connectors.prestashop.images` takes; no photo of a product gets near."""
TYPES = frozenset({"JPEG", "PNG", "GIF", "WEBP"})
_UNREADABLE = (OSError, UnidentifiedImageError, Image.DecompressionBombError, ValueError, SyntaxError)
_NAME_LENGTH = 200
_ORIENTATION = 0x0112


class UploadRefused(ValueError):
    """The file is no photo that can be taken: the message says why, in words for a person."""


@dataclass(frozen=True, slots=True)
class Brought:
    """A file as it came: its name, its size in bytes, and how to read it: one file is held in memory at a time."""

    name: str
    size: int
    read: Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class Added:
    """What became of the files: the act that chose them (None: none is new), and a sentence per refused one."""

    act: ChoiceAct | None
    refused: tuple[str, ...] = ()


def folder_of(client: Client) -> Path:
    """Where this client's uploads lie."""
    return Path(settings.DATA_DIR) / "uploads" / str(client.pk)


def add(client: Client, product: Product, files: Iterable[Brought], *, by: User | None) -> Added:
    """Keep these files and choose them as photos of the product; those that cannot be taken are told, one by one."""
    known = _positions(client, product)
    following = max(known.values(), default=0) + 1
    wanted: dict[tuple[str, str], ChoiceValue | None] = {}
    refused: list[str] = []
    for file in files:
        try:
            sha256, size = _stored(client, cleaned(file))
        except UploadRefused as error:
            refused.append(str(error))
            continue
        if sha256 not in known:
            known[sha256] = following
            name = PurePath(file.name.replace("\\", "/")).name[-_NAME_LENGTH:] or "photo"
            choice = UploadChoice(name=name, size=size, position=following)
            wanted[UPLOAD.name, UPLOAD.make_key(product.key, sha256)] = choice
            following += 1
    act = choose(client, wanted, by=by, verb="photo.upload") if wanted else None
    return Added(act, tuple(refused))


def remove(client: Client, product: Product, sha256: str, *, by: User | None) -> ChoiceAct | None:
    """Take an uploaded photo away, with what was said of it. The file stays for an undo."""
    places: dict[tuple[str, str], ChoiceValue | None] = {
        (UPLOAD.name, UPLOAD.make_key(product.key, sha256)): None,
        (IMAGE.name, IMAGE.make_key(product.key, f"{UPLOADED}{sha256}")): None,
    }
    return choose(client, places, by=by, verb="photo.remove")


def cleaned(file: Brought) -> bytes:
    """The picture without what a camera wrote into it (place, owner, thumbnail), and upright.

    A picture that carries nothing of that is kept as it is, byte by byte.

    Raises:
        UploadRefused: too large, no picture, or of a type that shops do not take.
    """
    if file.size > MOST_BYTES:
        raise UploadRefused(
            _("%(name)s is too large: at most %(limit)s MB.") % {"name": file.name, "limit": MOST_BYTES // 1_000_000}
        )
    data = file.read()
    try:
        with Image.open(io.BytesIO(data)) as picture:
            if picture.format not in TYPES:
                raise UploadRefused(
                    _("%(name)s is a picture that shops do not take (%(type)s): bring JPEG, PNG, GIF or WebP.")
                    % {"name": file.name, "type": picture.format}
                )
            if picture.width * picture.height > MOST_PIXELS:
                raise UploadRefused(
                    _("%(name)s has %(width)s × %(height)s points: that is too large.")
                    % {"name": file.name, "width": picture.width, "height": picture.height}
                )
            picture.load()
            return _without_metadata(picture, data)
    except _UNREADABLE as error:
        if isinstance(error, UploadRefused):
            raise
        raise UploadRefused(_("%(name)s is not a picture, or it is damaged.") % {"name": file.name}) from error


def _without_metadata(picture: Image.Image, data: bytes) -> bytes:
    exif = picture.getexif()
    told = bool(exif) or any(
        name in picture.info for name in ("exif", "xmp", "XML:com.adobe.xmp", "photoshop", "comment")
    )
    if not told or getattr(picture, "n_frames", 1) > 1:  # an animation is re-encoded when it is sent, as a still
        return data
    kind = picture.format or "JPEG"
    upright = exif.get(_ORIENTATION, 1) in (0, 1)
    turned = picture if upright else ImageOps.exif_transpose(picture)
    quality: dict[str, object] = {"quality": "keep" if upright else 95} if kind == "JPEG" else {}
    if kind == "WEBP":
        quality = {"quality": 92}
    clean = turned.copy() if kind != "JPEG" or not upright else turned
    clean.info = {name: value for name, value in turned.info.items() if name in {"icc_profile", "transparency"}}
    encoded = io.BytesIO()
    clean.save(encoded, kind, icc_profile=turned.info.get("icc_profile"), exif=b"", **quality)
    return encoded.getvalue()


def _stored(client: Client, data: bytes) -> tuple[str, int]:
    """Kept under the hash of its content; written beside and renamed, so that nobody ever reads half a file."""
    sha256 = hashlib.sha256(data).hexdigest()
    target = folder_of(client) / sha256
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=target.parent, suffix=".part", delete=False) as part:
            part.write(data)
        Path(part.name).replace(target)
    os.utime(target)  # brought anew: it is not old, whatever becomes of its choice
    return sha256, len(data)


def _positions(client: Client, product: Product) -> dict[str, int]:
    rows = Choice.objects.filter(client=client, kind=UPLOAD.name, subject=product.key).values_list("key", "value")
    return {UPLOAD.split_key(key)[1]: value.get("position", 1) for key, value in rows}


def forget_unused(before: datetime) -> int:
    """Delete the uploads older than this that no choice and no history names any more; returns how many."""
    root = Path(settings.DATA_DIR) / "uploads"
    gone = 0
    for folder in sorted(root.iterdir()) if root.is_dir() else ():
        old = [file for file in folder.iterdir() if file.is_file() and file.stat().st_mtime < before.timestamp()]
        named = _named(folder.name) if old else set()
        for file in old:
            if file.name not in named:
                file.unlink(missing_ok=True)
                gone += 1
    return gone


def _named(client_id: str) -> set[str]:
    """The contents that choices and history of this client name."""
    if not client_id.isdecimal():
        return set()
    chosen = Choice.objects.filter(client_id=int(client_id), kind=UPLOAD.name).values_list("key", flat=True)
    history = ChoiceChange.objects.filter(act__client_id=int(client_id), kind=UPLOAD.name)
    return _contents(chosen.iterator()) | _contents(history.values_list("key", flat=True).iterator())


def _contents(keys: Iterable[str]) -> set[str]:
    return {UPLOAD.split_key(key)[1] for key in keys}
