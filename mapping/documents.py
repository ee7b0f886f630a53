"""Files linked to an article that are no photos: attachments of its product. Pure.

What a file is, its first bytes say, never its name: see `kind_of`.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PureWindowsPath
from typing import TYPE_CHECKING

from connectors.sage.records import Article
from mapping.catalogue import CatalogueDocument
from mapping.naming import folded_blanks
from mapping.photos import EXTENSIONS, same_path

if TYPE_CHECKING:
    from mapping.articles import Workshop

NAME_LENGTH = 128
BEGINNING = 4096
"""Bytes that tell what a file is."""
KINDS: dict[str, tuple[bytes, tuple[str, ...]]] = {
    "pdf": (b"%PDF-", (".pdf",)),
    "zip": (
        b"PK\x03\x04",
        (".zip", ".docx", ".xlsx", ".pptx", ".odt", ".ods", ".odp", ".epub", ".dwfx", ".3mf"),
    ),
    "office": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", (".doc", ".xls", ".ppt", ".msg")),
    "rtf": (b"{\\rtf", (".rtf",)),
}
"""What a file begins with, and the names that such files bear; the first one is given to those that bear another."""
TEXT_SUFFIXES = (".txt", ".csv", ".md")


def documents_of(
    shop: Workshop, article: Article, key: str = "", members: Iterable[str] = ()
) -> tuple[CatalogueDocument, ...]:
    """The article's documents, each path once.

    ``key`` and ``members``: of a group's product, those of all its articles.
    """
    if not shop.rules.images.documents:
        return ()
    product = key or article.reference
    found: dict[str, CatalogueDocument] = {}
    for reference in tuple(members) or (article.reference,):
        for media in sorted(shop.data.media.get(reference, []), key=lambda one: same_path(one.path)):
            same = same_path(media.path)
            if media.path.strip() and PureWindowsPath(same).suffix not in EXTENSIONS:
                name = folded_blanks(media.comment) or PureWindowsPath(media.path.strip()).stem
                found.setdefault(same, CatalogueDocument(product, f"{product}|{same}", media.path, name[:NAME_LENGTH]))
    return tuple(found.values())


def kind_of(beginning: bytes, name: str) -> str | None:
    """The kind of a file by its first bytes; None when it is none that the shop offers for download."""
    for kind, (magic, _suffixes) in KINDS.items():
        if beginning.startswith(magic):
            return kind
    suffix = PureWindowsPath(name.strip().lower()).suffix
    return "text" if suffix in TEXT_SUFFIXES and _is_text(beginning) else None


def file_name(name: str, kind: str) -> str:
    """The name under which it is downloaded: its own, with an ending that says what it is."""
    path = PureWindowsPath(name.strip())
    suffixes = TEXT_SUFFIXES if kind == "text" else KINDS[kind][1]
    return path.name if path.suffix.lower() in suffixes else f"{path.stem or 'document'}{suffixes[0]}"


def _is_text(beginning: bytes) -> bool:
    return bool(beginning) and not any(byte < 9 or 13 < byte < 32 for byte in beginning)
