"""Tags of products: words by which the shop's visitors find them. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from mapping.catalogue import CatalogueProduct, CatalogueTag
from mapping.naming import ShopText, cut, folded, folded_blanks, without_controls

TAG = "TAG:"
LENGTH = 32
_BETWEEN = re.compile(r"[,;\n]")
_FORBIDDEN = re.compile(r"""[!<>?=+#"°{}_$%\[\]|]""")
"""What the shop's own form refuses in tags; the webservice is laxer, but then nobody could save that product there.
Brackets and bars would be read as a filter when the tag is looked for.
"""


def clean_tags(text: str) -> ShopText:
    """Tags between commas, each once, as the shop takes them: "polo, coton piqué"."""
    found: dict[str, str] = {}
    changes: list[str] = []
    for word in _BETWEEN.split(without_controls(text)):
        tag = folded_blanks(_FORBIDDEN.sub(" ", word))
        if len(tag) > LENGTH:
            tag = cut(tag, LENGTH)
            changes.append(f"coupé à {LENGTH} caractères")
        if tag:
            found.setdefault(folded(tag), tag)
    return ShopText(", ".join(found.values()), tuple(dict.fromkeys(changes)))


def tags_of(product: CatalogueProduct) -> Iterator[tuple[str, str]]:
    """(language, name) of each of the product's tags."""
    for language, text in product.texts.get("tags", {}).items():
        for name in text.text.split(", ") if text.text else ():
            yield language, name


def tag_key(language: str, name: str) -> str:
    """ "TAG:fr|polo"."""
    return f"{TAG}{language}|{name}"


def shared_keys(product: CatalogueProduct) -> Iterable[str]:
    """ "TAG:fr|polo" for each of the product's tags."""
    return [tag_key(language, name) for language, name in tags_of(product)]


def published(shared: Iterable[str]) -> tuple[CatalogueTag, ...]:
    """The tags behind these keys."""
    keys = sorted(key for key in shared if key.startswith(TAG))
    parted = ((key, *key.removeprefix(TAG).split("|", 1)) for key in keys)
    return tuple(CatalogueTag(key, language, name) for key, language, name in parted)
