"""What a resource of the shop holds, in local terms: as the confirmed state and the questions to people keep it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from connectors.errors import RejectedRecordError, RetryableError
from connectors.prestashop.xml import Entity
from mapping.state import Ref, Value, from_json, to_json
from sync_portal.sync import bundles, forms, pairs
from sync_portal.sync.bindings import Id
from sync_portal.sync.forms import ShopValue
from sync_portal.sync.kinds import Form, Kind
from sync_portal.sync.resolver import Resolver

REFERS_TO: Mapping[str, str] = {
    "accessories": "products",
    "categories": "categories",
    "category": "categories",
    "combination": "combinations",
    "cover": "images",
    "country": "countries",
    "currency": "currencies",
    "customer": "customers",
    "default_combination": "combinations",
    "feature": "product_features",
    "group": "groups",
    "groups": "groups",
    "images": "images",
    "language": "languages",
    "manufacturer": "manufacturers",
    "option": "product_options",
    "parent": "categories",
    "product": "products",
    "shop": "shops",
    "shop_group": "shop_groups",
    "supplier": "suppliers",
    "tags": "tags",
    "redirect_to": "products",
    "tax": "taxes",
    "values": "product_option_values",
}
"""Our field -> the kind of resource its ids are of."""


def held_as(resolver: Resolver, kind: Kind, name: str, like: Any, entity: Entity) -> Any:
    """What the shop holds in one field, as JSON: exactly `like` when that is what it holds.

    An id that is nobody's we know becomes the reference "#<id>", which `Resolver.id_of` can send back.
    """
    found = pairs.ours(resolver, kind, name, forms.held_value(kind, name, entity))
    wanted = from_json(like)
    return like if _same(resolver, kind, name, wanted, found) else _told(resolver, kind, name, wanted, found)


def expect_in(resolver: Resolver, kind: Kind, names: Collection[str], entities: Iterable[Entity]) -> None:
    """`held_as` may be asked for any of these: should an id lead back to what it is, those of all are read together."""
    mine, rows = [name for name in names if name in kind.fields], list(entities)
    resolver.bindings.expect_ids(lambda: (one for row in rows for name in mine for one in _ids(kind, name, row)))


def _ids(kind: Kind, name: str, entity: Entity) -> Iterator[Id]:
    """(kind, id) of everything that a field refers to, in the shop's terms."""
    found = forms.held_value(kind, name, entity)
    if isinstance(found, str):
        if kind.fields[name].form is Form.REF and found.isdigit() and int(found):
            yield REFERS_TO[name], int(found)
    elif isinstance(found, list):
        for one in found:
            if isinstance(one, int):
                yield REFERS_TO[name], one
            elif len(one) == 3:
                yield from bundles.ids_in(one)
            else:
                yield pairs.VALUES, one[1]


def _same(resolver: Resolver, kind: Kind, name: str, wanted: Value, found: ShopValue) -> bool:
    try:
        encoded = forms.encode(kind, {name: wanted}, resolver.id_of, resolver.languages)[name]
    except (RetryableError, RejectedRecordError):  # what it refers to is no longer there: that is a difference
        return False
    return forms.same(encoded, found)


def _told(resolver: Resolver, kind: Kind, name: str, wanted: Value, found: ShopValue) -> Any:
    if isinstance(found, dict):
        names = {number: iso for iso, number in resolver.languages.items()}
        return {names.get(language, str(language)): text for language, text in found.items()}
    if isinstance(found, list):
        return [_item(resolver, name, one) for one in found]
    match kind.fields[name].form:
        case Form.REF:
            return _ref(resolver, name, int(found)) if found.isdigit() and int(found) else None
        case Form.NUMBER if isinstance(wanted, str) and "." not in wanted:
            return str(int(Decimal(found)))  # a quantity is a whole number in Sage's form too
    return found


def _item(resolver: Resolver, name: str, one: int | tuple[int, ...]) -> Any:
    if isinstance(one, int):
        return _ref(resolver, name, one)
    return to_json(bundles.told(resolver.local, one) if len(one) == 3 else pairs.told(resolver, one))  # type: ignore[arg-type]


def _ref(resolver: Resolver, name: str, number: int) -> Any:
    kind = REFERS_TO[name]
    return to_json(resolver.local(kind, number) or Ref(kind, f"#{number}"))
