"""Stored differences made readable: words for fields, names for references, the size of a change."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from connectors.models import Client
from mapping.models import Product, ProductImage
from mapping.state import SHOPS_OWN
from mapping.texts import HTML_FIELDS
from sync_portal.pages.causes import tell
from sync_portal.pages.labels import field_label, kind_label
from sync_portal.pages.names import Names, price_words, reference_names, references
from sync_portal.pages.numbers import change_of, decimal_or_none
from sync_portal.pages.values import NOTHING_BESIDE, NUMBERS, value_text
from sync_portal.sync.causes import CauseText
from sync_portal.sync.models import Action, Change, ChangeState, Decision

TECHNICAL = frozenset(
    {"default_on", "group_type", "link_rewrite", "position", "product", "product_type", "public_name"}
) | frozenset({"reduction_tax", "reduction_type", "visibility"})
"""Fields that tell something to whoever looks for a fault, and to nobody else."""
NOTHING = dict.fromkeys(("price_impact", "reduction", "weight_impact"), Decimal(0)) | dict.fromkeys(
    ("available_for_order", "from_quantity", "minimal_quantity", "show_price", "state"), Decimal(1)
)
"""Values that a new resource has when there is nothing to say of that field."""
TELLING = (
    *("price", "quantity", "combination", "customer", "group", "price_impact", "category", "values", "content"),
    *("email", "city", "parent", "option", "price_display_method", "ean13", "company", "active"),
)
"""What sums a new resource up, the most telling first; its name stands beside it already."""
MOST_TELLING = 3
DOCUMENTS = "attachments"


@dataclass(frozen=True, slots=True)
class Difference:
    """One field of a change, ready to show."""

    name: str
    label: str
    before: str
    after: str
    why: str
    size: str
    technical: bool = False
    """Not for people: a technical field, or a new resource's field that says nothing."""


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One change with everything its line shows."""

    change: Change
    differences: list[Difference]
    technical: list[Difference]
    cause: CauseText | None
    product_id: int | None = None
    photo_id: int | None = None
    not_compared: list[str] = field(default_factory=list)
    """What leads to things of the shop that are not recognised yet: labels of fields, told instead of ids."""
    price: str = ""
    """Of a specific price whose label is its key: for whom and from which quantity it is."""

    @property
    def label(self) -> str:
        label = readable_label(self.change.kind, self.change.key, self.change.label)
        return f"{label} · {self.price}" if self.price else label

    @property
    def folded(self) -> bool:
        """A new resource has nothing to compare: its fields are folded under a summary."""
        return self.change.action == Action.CREATE and len(self.differences) > 1 and not self.recognised

    @property
    def recognised(self) -> str:
        """Of what is planned as new: its number in the shop, which has it already; else blank."""
        return str(self.change.facts.get("recognised", "")) if self.change.action == Action.CREATE else ""

    @property
    def heals(self) -> bool:
        """Whether it is sent again by itself: what was refused or is held is not, however often it could be tried."""
        return self.change.state == ChangeState.LATER

    @property
    def telling(self) -> list[Difference]:
        """The two or three fields that sum a new resource up."""
        by_name = {difference.name: difference for difference in self.differences}
        found = [by_name[name] for name in TELLING if name in by_name and by_name[name].after]
        return found[:MOST_TELLING]


@dataclass(slots=True)
class _Wanted:
    """Local keys to be named, by kind."""

    keys: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def collect(self, value: Any) -> None:
        for kind, key in references(value):
            self.keys[kind].add(key)


def change_rows(client: Client, changes: Iterable[Change]) -> list[ChangeRow]:
    """The changes of one page, their references named in one query per kind."""
    page = list(changes)
    told = (difference for change in page for difference in change.differences)
    names = names_in(client, told, runs={change.run_id for change in page})
    products, photos, prices = _product_ids(client, page), _photo_ids(client, page), unnamed_prices(client, page)
    return [replace(_row(change, names, products, photos), price=prices.get(change.key, "")) for change in page]


def unnamed_prices(client: Client, rows: Iterable[Change | Decision]) -> dict[str, str]:
    """Key -> words, of the specific prices among these rows that have no other label than their key."""
    return price_words(client, {row.key for row in rows if row.kind == "specific_prices" and row.label == row.key})


def names_in(client: Client, differences: Iterable[Mapping[str, Any]], runs: Collection[int] = ()) -> Names:
    """What people call everything that these differences (or the facts of decisions) refer to."""
    wanted = _Wanted()
    for difference in differences:
        for value in difference.values():
            wanted.collect(value)
    return reference_names(client, wanted.keys, runs)


def _tells(change: Change, difference: Mapping[str, Any]) -> bool:
    """What the shop has already is compared whole: where it is right there is nothing to tell."""
    return "recognised" not in change.facts or difference["before"] != difference["after"]


def _row(change: Change, names: Names, products: Mapping[str, int], photos: Mapping[str, int]) -> ChangeRow:
    shown = [difference for difference in change.differences if _tells(change, difference)]
    open_ones = [difference for difference in shown if _is_not_compared(change, difference)]
    told = _told(change, [difference for difference in shown if difference not in open_ones], names)
    return ChangeRow(
        change,
        [difference for difference in told if not difference.technical],
        [difference for difference in told if difference.technical],
        tell(change.cause, change.facts) if change.cause else None,
        products.get(product_key(change.kind, change.key)),
        photos.get(change.key) if change.kind == "images" else None,
        [field_label(difference["field"]) for difference in open_ones],
    )


def _is_not_compared(change: Change, difference: Mapping[str, Any]) -> bool:
    """Categories, brands and tags of a shop that was filled already are recognised when they are written: until then
    the product leads to ids that are nobody's, and whether those are the wanted ones is not known.
    """
    return "recognised" in change.facts and any(
        key.startswith(SHOPS_OWN) for _kind, key in references(difference.get("before"))
    )


def _told(change: Change, shown: Sequence[Mapping[str, Any]], names: Names) -> list[Difference]:
    if change.kind == DOCUMENTS:
        return [_document(one) if one["field"] == "content" else readable(one, names) for one in shown]
    before = {one["field"]: one.get("before") for one in change.differences}
    after = {one["field"]: one.get("after") for one in change.differences}
    return [readable(one, names, before, after) for one in shown]


def readable(
    difference: Mapping[str, Any],
    names: Names,
    beside_before: Mapping[str, Any] = NOTHING_BESIDE,
    beside_after: Mapping[str, Any] = NOTHING_BESIDE,
) -> Difference:
    """One stored difference in words; beside it stand the other fields of its resource, before and after."""
    name, before, after = difference["field"], difference.get("before"), difference.get("after")
    if name == "content":
        return _photo(difference)
    said = value_text(name, before, names, beside_before), value_text(name, after, names, beside_after)
    if name in HTML_FIELDS and said[0] == said[1]:  # nothing but tags is another: then they are what there is to see
        said = value_text("", before, names), value_text("", after, names)
    return Difference(
        name=name,
        label=field_label(name),
        before=said[0],
        after=said[1],
        why=difference.get("why") or "",
        size=_size(name, before, after, beside_before, beside_after),
        technical=name in TECHNICAL or _says_nothing(name, before, after),
    )


def _size(name: str, before: Any, after: Any, beside_before: Mapping[str, Any], beside_after: Mapping[str, Any]) -> str:
    """From 15 % to 15 € there is no percentage."""
    if name == "reduction" and beside_before.get("reduction_type") != beside_after.get("reduction_type"):
        return ""
    return change_of(before, after) if name in NUMBERS else ""


def _photo(difference: Mapping[str, Any]) -> Difference:
    """A photo is known by its content: people see that there is another one, not a hash."""
    new = _("new photo") if not difference.get("before") else _("another photo")
    return _content(difference, field_label("content"), _("photo"), new)


def _document(difference: Mapping[str, Any]) -> Difference:
    """So is a document."""
    new = _("new document") if not difference.get("before") else _("another document")
    return _content(difference, kind_label(DOCUMENTS), _("document"), new)


def _content(difference: Mapping[str, Any], label: str, old: str, new: str) -> Difference:
    return Difference(
        name="content",
        label=label,
        before=old if difference.get("before") else "",
        after=new if difference.get("after") else "",
        why=difference.get("why") or "",
        size="",
    )


def _says_nothing(name: str, before: Any, after: Any) -> bool:
    if before not in (None, "", []):
        return False
    return after in (None, "", []) or (name in NOTHING and decimal_or_none(after) == NOTHING[name])


_OF_A_PRODUCT = frozenset(
    {"products", "combinations", "specific_prices", "stock", "images", "covers", "combination_images"}
) | frozenset({"attachments", "product_links"})


def readable_label(kind: str, key: str, label: str) -> str:
    """The label, or the product's reference where it is only the technical key of a price or a stock."""
    return product_key(kind, key) if label == key and "|" in key and kind in _OF_A_PRODUCT else label


def product_key(kind: str, key: str) -> str:
    """The key of the product that a resource belongs to; empty when it belongs to none."""
    return key.split("|", maxsplit=1)[0] if kind in _OF_A_PRODUCT else ""


def _product_ids(client: Client, changes: Sequence[Change]) -> dict[str, int]:
    keys = {product_key(change.kind, change.key) for change in changes} - {""}
    return dict(Product.objects.filter(client=client, key__in=keys).values_list("key", "pk")) if keys else {}


def _photo_ids(client: Client, changes: Sequence[Change]) -> dict[str, int]:
    """Photos that can be shown: a deleted one, or one whose file is gone, has no thumbnail."""
    keys = {change.key for change in changes if change.kind == "images"}
    images = ProductImage.objects.filter(product__client=client, key__in=keys).exclude(file="")
    return dict(images.values_list("key", "pk")) if keys else {}
