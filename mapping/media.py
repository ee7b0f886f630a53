"""The files behind the catalogue's photos: found, and known by their content."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from connectors.errors import RejectedRecordError
from connectors.sage.paths import PathRules
from mapping.catalogue import CatalogueImage, CatalogueProduct, Problem


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
    images: Iterable[CatalogueImage], *, media_paths: PathRules, known: Mapping[str, KnownFile]
) -> list[HashedImage]:
    """Every photo with its file and content hash; ``known`` is what was seen last time, by image key.

    A missing or unreadable file becomes the photo's problem. It keeps the hash last known, so that what the shop shows
    of it is neither sent again nor removed while a network folder is away.
    """
    return [_hashed(image, media_paths, known.get(image.key)) for image in images]


def without_doubles(images: Iterable[HashedImage]) -> list[HashedImage]:
    """One product's photos, each content once (AR_Photo is often among the media too), positions closed up."""
    kept: dict[str, HashedImage] = {}
    for one in images:
        kept.setdefault(one.image.content_hash or one.image.key, one)
    return [
        replace(one, image=replace(one.image, position=position)) for position, one in enumerate(kept.values(), start=1)
    ]


def with_images(product: CatalogueProduct, images: Iterable[HashedImage]) -> CatalogueProduct:
    """The product with its photos' content; it bears the problems of those that are missing."""
    found = tuple(one.image for one in images)
    problems = tuple(image.problem for image in found if image.problem)
    return replace(product, images=found, problems=(*product.problems, *problems))


def _hashed(image: CatalogueImage, media_paths: PathRules, known: KnownFile | None) -> HashedImage:
    last_hash = known.content_hash if known else ""
    try:
        path = media_paths.resolve(image.source_path)
        seen = _look(path, known)
    except RejectedRecordError as missing:
        return _missing(image, last_hash, Problem(missing.cause, {**missing.facts, "path": image.source_path}))
    except OSError as error:
        facts = {"path": image.source_path, "error": error.strerror or type(error).__name__}
        return _missing(image, last_hash, Problem("media.unreadable_file", facts))
    return HashedImage(replace(image, file=seen.file, content_hash=seen.content_hash), seen)


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
    return HashedImage(replace(image, content_hash=last_hash, problem=problem), nothing_seen)
