"""A photo is its content: one whose file was renamed, or that comes from another source, is not sent again.

The shop's photo is bound to a local key, and that is made of the file's path. So when a product's photo has the content
of one that the shop has under another key, the binding takes the new key; nothing is asked of the shop.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from django.db import transaction
from django.db.models import Q

from mapping.catalogue import CatalogueImage, CatalogueProduct
from mapping.models import Binding
from sync_portal.sync.bindings import Place
from sync_portal.sync.resolver import Resolver

IMAGES = "images"


def follow(resolver: Resolver, products: Sequence[CatalogueProduct], before: Collection[Place]) -> int:
    """Give the bindings of these products' photos the keys under which their content is wanted now.

    ``before``: what these products last had in the shop. Returns how many photos changed their key. Only our own
    record of what is what changes, so a preview may do it too.
    """
    old = [place for place in before if place[0] == IMAGES]
    wanted = [(IMAGES, image.key) for product in products for image in product.images]
    resolver.bindings.preload([*wanted, *old])
    bound = {place: row for place in {*wanted, *old} if (row := resolver.bindings.get(place)) and row.remote_id}
    by_product: dict[str, list[Binding]] = defaultdict(list)
    for row in bound.values():
        by_product[_product_of(row)].append(row)
    moves = [
        move
        for product in products
        if product.key in by_product
        for move in _moves(product.images, {row.key: row for row in by_product[product.key]})
    ]
    if moves:
        _rename(resolver, moves)
    return len(moves)


def _product_of(row: Binding) -> str:
    reference = row.confirmed.get("product")
    return str(reference["ref"][1]) if isinstance(reference, dict) and "ref" in reference else ""


def _content(row: Binding) -> str:
    return str(row.confirmed.get("content") or "")


def _moves(images: Sequence[CatalogueImage], rows: Mapping[str, Binding]) -> list[tuple[Binding, str]]:
    """(binding, new key) of one product; a binding whose key is taken gets the key that became free."""
    holders = dict(rows)
    settled = {
        image.key for image in images if image.key in holders and _content(holders[image.key]) == image.content_hash
    }
    for image in images:
        if image.key in settled or not image.content_hash:
            continue
        source = next(
            (key for key, row in sorted(holders.items()) if key not in settled and _content(row) == image.content_hash),
            None,
        )
        if source is None:
            continue
        moved, displaced = holders.pop(source), holders.pop(image.key, None)
        holders[image.key] = moved
        if displaced is not None:
            holders[source] = displaced
        settled.add(image.key)
    return [(row, key) for key, row in holders.items() if row.key != key]


def _rename(resolver: Resolver, moves: Sequence[tuple[Binding, str]]) -> None:
    """In two steps, because two photos may change places and no two bindings may share a key in between."""
    renamed = {row.key: key for row, key in moves}
    with transaction.atomic():
        for row, _key in moves:
            del resolver.bindings[IMAGES, row.key]
            Binding.objects.filter(pk=row.pk).update(key=f"#{row.pk}")
        for row, key in moves:
            row.key = key
            row.save(update_fields=["key"])
            resolver.bindings[IMAGES, key] = row
        _tell_others(resolver, (_product_of(row) for row, _key in moves), renamed)


def _tell_others(resolver: Resolver, products: Iterable[str], renamed: Mapping[str, str]) -> None:
    """The cover, and the photos of combinations, were confirmed by the keys that the photos had."""
    for product in sorted(set(products)):
        own = Q(kind="covers", key=product) | Q(kind="combination_images", key__startswith=f"{product}|")
        for row in Binding.objects.filter(own, shop=resolver.shop):
            known = resolver.bindings.get((row.kind, row.key)) or row
            confirmed = {name: _with_new_keys(value, renamed) for name, value in known.confirmed.items()}
            if confirmed != known.confirmed:
                known.confirmed = confirmed
                known.save(update_fields=["confirmed"])


def _with_new_keys(value: object, renamed: Mapping[str, str]) -> object:
    if isinstance(value, list):
        return [_with_new_keys(one, renamed) for one in value]
    if isinstance(value, dict) and "ref" in value and value["ref"][0] == IMAGES:
        return {"ref": [IMAGES, renamed.get(value["ref"][1], value["ref"][1])]}
    return value
