"""A product's photos as people see them: the stored ones with what was chosen since the last run laid over them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

from django.db.models import F

from connectors.models import Client
from mapping import choosing, uploads
from mapping.catalogue import CatalogueImage
from mapping.choices import IMAGE, UPLOAD, Choices, ImageChoice, UploadChoice
from mapping.image_choices import UPLOADED, arranged
from mapping.models import Binding, Product, ProductImage
from sync_portal.pages.causes import tell
from sync_portal.pages.product_texts import languages, shop_rules

DOUBLE, HIDDEN, BEYOND = "double", "hidden", "beyond"
"""Why a photo is not for the shop: its picture is there already, a person hid it, there are too many."""


@dataclass(frozen=True, slots=True)
class Tick:
    """One combination, and whether the photo shows it."""

    key: str
    label: str
    ticked: bool


@dataclass(frozen=True, slots=True)
class Card:
    """One photo."""

    key: str
    """The second part of its `IMAGE` choice."""
    name: str
    row: ProductImage | None
    """None: it was brought and no run has come by since."""
    sha256: str
    """Of one that a person brought."""
    legend: str
    legends: Sequence[tuple[str, str]]
    """(language, a person's text)."""
    ticks: Sequence[Tick]
    position: int = 0
    """1: the cover. 0: it is not for the shop."""
    why_out: str = ""
    cause: Any = None
    shops: Sequence[str] = ()
    """The names of the shops that show it."""

    @property
    def dom_id(self) -> str:
        """Stays the same wherever the photo moves, so that the focus stays on its buttons."""
        return "photo-" + blake2b(self.key.encode(), digest_size=6).hexdigest()

    @property
    def is_cover(self) -> bool:
        return self.position == 1

    @property
    def shows_all(self) -> bool:
        return not any(tick.ticked for tick in self.ticks)

    @property
    def ticked(self) -> int:
        return sum(tick.ticked for tick in self.ticks)


@dataclass(frozen=True, slots=True)
class Gallery:
    """All photos of a product."""

    shown: list[Card] = field(default_factory=list)
    left_out: list[Card] = field(default_factory=list)
    ordered_by_person: bool = False
    limit: int = 0
    missing: int = 0

    @property
    def total(self) -> int:
        return len(self.shown) + len(self.left_out)

    def card(self, key: str) -> Card | None:
        """The photo with this key."""
        return next((one for one in (*self.shown, *self.left_out) if one.key == key), None)


def gallery(client: Client, product: Product) -> Gallery:
    """The product's photos as its next run will see them."""
    rows = {row.key: row for row in product.images.order_by(F("position").asc(), "pk")}
    choices = choosing.choices_of(client, [product.key])
    limit = shop_rules(client)[0].images.per_product * max(len(product.members), 1)
    found = arranged(choices, product.key, _derived(product, rows), limit=limit, legend=product.name)
    told = _Told(client, product, choices, rows)
    # As `mapping.media.settled` will: each picture once, none that is hidden, the next ones in the places left free.
    hidden = [image for image in found.left_out if image.hidden]
    seen = {content for image in hidden if (content := _content(rows, image))}
    shown: list[Card] = []
    out: list[Card] = []
    for image in (*found.shown, *(one for one in found.left_out if not one.hidden)):
        content = _content(rows, image)
        if content and content in seen:
            out.append(told.card(image, why_out=DOUBLE))
        elif len(shown) < len(found.shown):
            seen.add(content)
            shown.append(told.card(image, position=len(shown) + 1))
        else:
            out.append(told.card(image, why_out=BEYOND))
    out += [told.card(image, why_out=HIDDEN) for image in hidden]
    return Gallery(
        shown,
        out,
        any(choice.position for choice in choices.under(IMAGE, ImageChoice, product.key).values()),
        limit,
        sum(1 for one in shown if one.cause),
    )


def _content(rows: Mapping[str, ProductImage], image: CatalogueImage) -> str:
    """Of a photo that a run has looked at, or that a person brought."""
    if image.key in rows:
        return rows[image.key].content_hash
    return image.key.rpartition(UPLOADED)[2] if image.uploaded else ""


def _derived(product: Product, rows: Mapping[str, ProductImage]) -> list[CatalogueImage]:
    """The stored photos of Sage and of the folders; those left out stand at the end."""
    ordered = sorted(rows.values(), key=lambda row: (row.position == 0, row.position))
    return [
        CatalogueImage(
            product_key=product.key,
            key=row.key,
            source_path=row.source_path,
            legend=row.legend,
            position=row.position,
            combination_keys=tuple(row.combination_keys),
        )
        for row in ordered
        if not row.uploaded
    ]


class _Told:
    """Makes cards."""

    def __init__(self, client: Client, product: Product, choices: Choices, rows: Mapping[str, ProductImage]) -> None:
        self._product, self._rows = product, rows
        self._languages = languages(client)
        self._uploads = choices.under(UPLOAD, UploadChoice, product.key)
        self._combinations = [(one.key, one.label) for one in product.combinations.all()]
        bound = Binding.objects.filter(shop__client=client, kind="images", key__in=list(rows), remote_id__isnull=False)
        self._shops: dict[str, list[str]] = {}
        for key, name in bound.order_by("shop__position").values_list("key", "shop__name"):
            self._shops.setdefault(key, []).append(name)

    def card(self, image: CatalogueImage, *, position: int = 0, why_out: str = "") -> Card:
        key = image.key.removeprefix(f"{self._product.key}|")
        row = self._rows.get(image.key)
        problem = row.problem if row else None
        return Card(
            key=key,
            name=image.source_path,
            row=row,
            sha256=key.removeprefix(UPLOADED) if image.uploaded else "",
            legend=image.legend,
            legends=[(language, image.legends.get(language, "")) for language in self._languages],
            ticks=[Tick(one, label, one in image.combination_keys) for one, label in self._combinations],
            position=position,
            why_out=why_out,
            cause=tell(problem["cause"], problem.get("facts")) if problem else None,
            shops=self._shops.get(image.key, ()),
        )


def photos_context(client: Client, product: Product) -> dict[str, Any]:
    """What the photos tab of the product page needs."""
    rules = shop_rules(client)[0]
    return {
        "gallery": gallery(client, product),
        "photo_rules": rules.images,
        "photo_megabytes": uploads.MOST_BYTES // 1_000_000,
        "photo_languages": languages(client),
    }
