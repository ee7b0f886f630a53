"""Photos and documents that somebody took away in the shop: all that is known is the ids that a product lists."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from mapping.models import Binding
from sync_portal.sync.forgetting import FILES, NAMED_IN
from sync_portal.sync.resolver import Resolver
from sync_portal.sync.tasks import references

__all__ = ["FILES", "NAMED_IN", "gone", "only_these_are_missing"]


def gone(resolver: Resolver, kind: str, rows: Sequence[Binding]) -> list[Binding]:
    """Those of these files that their product does not list any more. One request.

    A file of a product that is gone itself is not among them: that is told of the product.
    """
    if kind == "attachments" and not resolver.webservice.attachments.available:
        return []
    products = {row.pk: _product(resolver, row) for row in rows}
    ids = sorted({number for number in products.values() if number is not None})
    if not ids:
        return []
    found = resolver.webservice.read("products", display=["id", f"{kind}[id]"], filters={"id": ids})
    listed = {entity.id: {int(item["id"]) for item in (entity.associations or {}).get(kind, [])} for entity in found}
    return [row for row in rows if row.remote_id not in listed.get(products[row.pk], {row.remote_id})]


def only_these_are_missing(row: Binding, found: object, missing: Collection[tuple[str, str]]) -> bool:
    """Whether what a cover or a combination shows is different by nothing but photos that are gone: the shop takes
    those out by itself, and makes another one the cover.
    """
    confirmed = row.confirmed.get(NAMED_IN[row.kind])
    left = set(references([confirmed])) - set(missing)
    if row.kind == "covers":
        return not left
    return isinstance(found, list) and set(references([found])) == left and left != set(references([confirmed]))


def _product(resolver: Resolver, row: Binding) -> int | None:
    """The shop id of the product that shows this file."""
    place = next(references([row.confirmed.get("product")]), None)
    product = resolver.bindings.get(place) if place else None
    return product.remote_id if product else None
