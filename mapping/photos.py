"""Photos of an article: AR_Photo, then the images among its media. Pure: files are looked for by `mapping.store`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PureWindowsPath

from connectors.sage.records import Article
from mapping.catalogue import CatalogueImage
from mapping.naming import shop_name
from mapping.rules import ShopRules
from mapping.source import SageData

EXTENSIONS = frozenset({".jpg", ".jpeg", ".png", ".gif", ".webp"})
"""What the shop's webservice takes."""


def photos(data: SageData, article: Article, rules: ShopRules) -> tuple[CatalogueImage, ...]:
    """The article's photos in order, each path once. The first one is the cover."""
    if not rules.images.enabled:
        return ()
    by_path: dict[str, tuple[str, str]] = {}
    for path, legend in _candidates(data, article):
        by_path.setdefault(same_path(path), (path, legend))
    chosen = list(by_path.items())[: rules.images.per_product]
    return tuple(
        CatalogueImage(
            product_key=article.reference,
            key=f"{article.reference}|{same}",
            source_path=path,
            legend=shop_name(legend or article.label, rules.name_replacements).text,
            position=position,
        )
        for position, (same, (path, legend)) in enumerate(chosen, start=1)
    )


def same_path(path: str) -> str:
    """One spelling per file: Windows does not tell cases nor slashes apart."""
    return path.strip().replace("\\", "/").lower()


def _candidates(data: SageData, article: Article) -> Iterator[tuple[str, str]]:
    if _is_image(article.photo):
        yield article.photo, ""
    for media in sorted(data.media.get(article.reference, []), key=lambda one: same_path(one.path)):
        if _is_image(media.path):
            yield media.path, media.comment


def _is_image(path: str) -> bool:
    return PureWindowsPath(path.strip()).suffix.lower() in EXTENSIONS
