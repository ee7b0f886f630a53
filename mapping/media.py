"""The files behind the catalogue's photos: found, and known by their content.

What people brought lies in a folder of the portal's, each file under the hash of its content.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from connectors.errors import RejectedRecordError
from connectors.sage.paths import PathRules
from mapping.catalogue import CatalogueImage, CatalogueProduct, Problem
from mapping.image_choices import UPLOADED


@dataclass(frozen=True, slots=True)
class KnownFile:
    """What was seen of a file: while its size and time stay, its content is not hashed again."""

    file: str
    size: int
    modified_ns: int
    content_hash: str


@dataclass(frozen=True, slots=True)
class HashedImage:
    """A photo with its file looked at."""

    image: CatalogueImage
    seen: KnownFile


def hash_images(
    images: Iterable[CatalogueImage],
    *,
    media_paths: PathRules,
    known: Mapping[str, KnownFile],
    uploads: Path | None = None,
) -> list[HashedImage]:
    """Every photo with its file and content hash; ``known`` is what was seen last time, by image key.

    ``uploads``: the folder of what people of this client brought. A missing or unreadable file becomes the photo's
    problem. It keeps the hash last known, so that what the shop shows of it is neither sent again nor removed while a
    network folder is away.
    """
    return [_hashed(image, media_paths, known.get(image.key), uploads) for image in images]


def settled(shown: Sequence[HashedImage], left_out: Sequence[HashedImage]) -> list[HashedImage]:
    """One product's photos once their content is known: each picture once, positions closed up; then those left out.

    AR_Photo is often among the media too. A picture that a person hid is hidden wherever else it comes from. Where a
    double leaves a place free, the next photo beyond the limit takes it.
    """
    hidden = {_content(one) for one in left_out if one.image.hidden}
    kept: dict[str, HashedImage] = {}
    out: list[HashedImage] = []
    waiting = [one for one in left_out if not one.image.hidden]
    for one in (*shown, *waiting):
        content = _content(one)
        if content in hidden:
            out.append(replace(one, image=replace(one.image, hidden=True)))
        elif content in kept:
            kept[content] = _joined(kept[content], one)
            out.append(one)
        elif len(kept) < len(shown):
            kept[content] = one
        else:
            out.append(one)
    out += [one for one in left_out if one.image.hidden]
    return [
        *(replace(one, image=replace(one.image, position=place)) for place, one in enumerate(kept.values(), start=1)),
        *(replace(one, image=replace(one.image, position=0)) for one in out),
    ]


def _content(one: HashedImage) -> str:
    return one.image.content_hash or one.image.key


def _joined(first: HashedImage, double: HashedImage) -> HashedImage:
    """Members of a group may share a picture: it shows the combinations of them all."""
    ours, theirs = first.image.combination_keys, double.image.combination_keys
    together = tuple(dict.fromkeys((*ours, *theirs))) if ours and theirs else ()
    return replace(first, image=replace(first.image, combination_keys=together))


def with_images(product: CatalogueProduct, images: Iterable[HashedImage]) -> CatalogueProduct:
    """The product with its photos' content; it bears the problems of those that are missing."""
    found = [one.image for one in images]
    shown = tuple(image for image in found if image.position)
    left_out = tuple(image for image in found if not image.position)
    problems = tuple(image.problem for image in shown if image.problem)
    return replace(product, images=shown, images_left_out=left_out, problems=(*product.problems, *problems))


def _hashed(
    image: CatalogueImage, media_paths: PathRules, known: KnownFile | None, uploads: Path | None
) -> HashedImage:
    last_hash = known.content_hash if known else ""
    try:
        seen = _look(_file_of(image, media_paths, uploads), known)
    except RejectedRecordError as missing:
        return _missing(image, last_hash, Problem(missing.cause, {**missing.facts, "path": image.source_path}))
    except OSError as error:
        facts = {"path": image.source_path, "error": error.strerror or type(error).__name__}
        return _missing(image, last_hash, Problem("media.unreadable_file", facts))
    return HashedImage(replace(image, file=seen.file, content_hash=seen.content_hash), seen)


def _file_of(image: CatalogueImage, media_paths: PathRules, uploads: Path | None) -> Path:
    """:raises RejectedRecordError: no such file."""
    if image.uploaded:
        content = image.key.rpartition(UPLOADED)[2]
        if uploads is None or not content.isalnum():  # a key from a client file may hold anything
            raise RejectedRecordError("media.missing_file", {"path": image.source_path, "looked_at": ""})
        return uploads / content
    return Path(image.file) if image.file else media_paths.resolve(image.source_path)


def _look(path: Path, known: KnownFile | None) -> KnownFile:
    """:raises OSError: the file cannot be read."""
    status = path.stat()
    if known and (known.file, known.size, known.modified_ns) == (str(path), status.st_size, status.st_mtime_ns):
        return known
    with path.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    return KnownFile(str(path), status.st_size, status.st_mtime_ns, digest)


def _missing(image: CatalogueImage, last_hash: str, problem: Problem) -> HashedImage:
    nothing_seen = KnownFile("", 0, 0, last_hash)
    return HashedImage(replace(image, file="", content_hash=last_hash, problem=problem), nothing_seen)
