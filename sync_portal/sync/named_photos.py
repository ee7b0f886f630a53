"""Covers and combinations name photos: one that the shop refused is not named, nor asked for again and again."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from mapping.state import Desired, Ref, Value
from sync_portal.sync.resolver import Resolver

NAMING = frozenset({"covers", "combination_images"})


def without_refused(resolver: Resolver, desired: Sequence[Desired]) -> list[Desired]:
    """These resources without the photos that the shop refused; a cover that was refused says nothing."""
    if not any(item.kind in NAMING for item in desired):
        return list(desired)
    refused = _refused(resolver, {ref.key for item in desired if item.kind in NAMING for ref in _photos(item)})
    if not refused:
        return list(desired)
    return [_named(item, refused) for item in desired if item.kind != "covers" or not _names(item, refused)]


def _refused(resolver: Resolver, keys: Collection[str]) -> set[str]:
    places = [("images", key) for key in sorted(keys)]
    resolver.bindings.preload(places)
    rows = [row for place in places if (row := resolver.bindings.get(place)) is not None]
    return {row.key for row in rows if row.parked and not row.remote_id}


def _photos(item: Desired) -> list[Ref]:
    values: list[Value] = list(item.fields.values())
    refs = [ref for value in values for ref in (value if isinstance(value, list) else [value]) if isinstance(ref, Ref)]
    return [ref for ref in refs if ref.kind == "images"]


def _names(item: Desired, refused: Collection[str]) -> bool:
    return any(ref.key in refused for ref in _photos(item))


def _named(item: Desired, refused: Collection[str]) -> Desired:
    if item.kind not in NAMING or not _names(item, refused):
        return item
    fields = {
        name: [ref for ref in value if ref.key not in refused] if isinstance(value, list) else value
        for name, value in item.fields.items()
    }
    return replace(item, fields=fields)
