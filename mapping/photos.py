"""Photos of an article: AR_Photo, the images among its media, then the files of the media folders that bear its name.

Pure: the folders were listed by `mapping.photo_folders`, files are opened by `mapping.store`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import PureWindowsPath
from typing import TYPE_CHECKING

from connectors.sage.records import Article
from mapping.catalogue import CatalogueImage
from mapping.image_choices import Photos, arranged, image_key
from mapping.naming import shop_name
from mapping.photo_patterns import EXTENSIONS

if TYPE_CHECKING:
    from mapping.articles import Workshop

Candidate = tuple[str, str, str]
"""Path in Sage, legend, file on this machine ("" while it is not known)."""


def photos_of(shop: Workshop, article: Article) -> Photos:
    """The article's photos as people want them. The first one is the cover."""
    rules = shop.rules
    if not rules.images.enabled:
        return Photos()
    found = source_photos(shop, article)
    legend = shop_name(article.label, rules.name_replacements).text
    return arranged(shop.choices, article.reference, found, limit=rules.images.per_product, legend=legend)


def photos_of_group(shop: Workshop, product: str, members: Mapping[str, tuple[str, ...]], *, legend: str) -> Photos:
    """The photos of several articles that are one product.

    ``members``: reference of the article -> keys of the combinations that it is; its photos show those, unless a
    person says otherwise. A file that several members share shows the combinations of them all.
    """
    rules = shop.rules
    if not rules.images.enabled:
        return Photos()
    found: dict[str, CatalogueImage] = {}
    for reference, combinations in members.items():
        article = shop.data.articles.get(reference)
        for image in source_photos(shop, article)[: rules.images.per_product] if article else ():
            key = image_key(product, image.key.removeprefix(f"{reference}|"))
            known = found.get(key)
            shown = (*known.combination_keys, *combinations) if known else combinations
            found[key] = replace(known or image, product_key=product, key=key, combination_keys=shown)
    limit = rules.images.per_product * max(len(members), 1)
    return arranged(shop.choices, product, list(found.values()), limit=limit, legend=legend)


def source_photos(shop: Workshop, article: Article) -> list[CatalogueImage]:
    """The article's photos in the order of their sources, each path once, before anybody chose anything."""
    by_path: dict[str, Candidate] = {}
    for path, legend, file in _candidates(shop, article):
        first = by_path.setdefault(same_path(path), (path, legend, file))
        by_path[same_path(path)] = (first[0], first[1], first[2] or file)
    return [
        CatalogueImage(
            product_key=article.reference,
            key=image_key(article.reference, same),
            source_path=path,
            legend=shop_name(legend or article.label, shop.rules.name_replacements).text,
            position=position,
            file=file,
        )
        for position, (same, (path, legend, file)) in enumerate(by_path.items(), start=1)
    ]


def same_path(path: str) -> str:
    """One spelling per file: Windows does not tell cases nor slashes apart."""
    return path.strip().replace("\\", "/").lower()


def _candidates(shop: Workshop, article: Article) -> Iterator[Candidate]:
    if _is_image(article.photo):
        yield article.photo, "", ""
    for media in sorted(shop.data.media.get(article.reference, []), key=lambda one: same_path(one.path)):
        if _is_image(media.path):
            yield media.path, media.comment, ""
    patterns = shop.rules.images.folder_patterns
    for found in shop.files.of(patterns, reference=article.reference, family=article.family_code):
        yield found.source_path, "", found.file


def _is_image(path: str) -> bool:
    return PureWindowsPath(path.strip()).suffix.lower() in EXTENSIONS
