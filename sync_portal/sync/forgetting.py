"""What the portal has to forget of a shop, so that what is gone there is made again."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q
from django.utils import timezone

from connectors.models import ShopConnection
from mapping.models import Binding
from sync_portal.sync.tasks import references

FILES = ("images", "attachments")
"""Kinds that are told by what their product lists; it calls its lists so too."""
NAMED_IN = {"covers": "cover", "combination_images": "images"}
"""Kind -> its field that names photos."""
OF_A_PRODUCT = (
    *("combinations", "stock", "specific_prices", "images", "combination_images"),
    *("attachments", "product_suppliers"),
)
"""Kinds whose keys begin with their product's."""


def forget(shop: ShopConnection, kind: str, key: str) -> Q:
    """What is gone from the shop is made again, with what went with it: the shop deletes a product's combinations.

    Returns which questions are settled with it.
    """
    if kind in FILES:
        files_again(shop, Binding.objects.filter(shop=shop, kind=kind, key=key))
        return Q(kind=kind, key=key)
    gone = Q(kind=kind, key=key)
    if kind == "products":
        gone |= Q(kind__in=OF_A_PRODUCT, key__startswith=f"{key}|")
        gone |= Q(kind__in=["stock", "product_links", "covers"], key=key)
    if kind == "combinations":
        gone |= Q(kind__in=["stock", "combination_images"], key=key)
    Binding.objects.filter(gone, shop=shop).update(
        remote_id=None, confirmed={}, previous={}, undone={}, parked="", pending={}, confirmed_at=timezone.now()
    )
    return gone


def files_again(shop: ShopConnection, rows: Iterable[Binding]) -> None:
    """Forget that these files are in the shop: whatever names one of them is told again too, once it is there.

    A document that was only taken off its product is still in the shop under its id: it is looked for there first.
    """
    for row in rows:
        if row.kind != "attachments":
            row.remote_id = None
        row.confirmed, row.parked, row.pending, row.confirmed_at = {}, "", {}, timezone.now()
        row.save(update_fields=["remote_id", "confirmed", "parked", "pending", "confirmed_at"])
        if row.kind == "images":
            _unname(shop, row.key)


def _unname(shop: ShopConnection, photo: str) -> None:
    parts = [photo[:place] for place, letter in enumerate(photo) if letter == "|"]
    covers = Q(kind="covers", key__in=parts)
    for part in parts:
        covers |= Q(kind="combination_images", key__startswith=f"{part}|")
    for row in Binding.objects.filter(covers, shop=shop):
        field = NAMED_IN[row.kind]
        if ("images", photo) in references([row.confirmed.get(field)]):
            row.confirmed = {name: value for name, value in row.confirmed.items() if name != field}
            row.save(update_fields=["confirmed"])
