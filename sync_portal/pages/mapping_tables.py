"""The mapping tables: what of Sage is what in the shop, unmapped first, each line with its proposal."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import blake2b

from django.core.cache import cache
from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from connectors.models import Client, ShopConnection
from mapping import coverage, touches
from mapping.coverage import Coverage
from mapping.models import Binding
from mapping.rules import ShopRules, load_rules
from sync_portal.pages.exchange.sheet import Sheet
from sync_portal.pages.exchange.sheets import SHEETS


@dataclass(frozen=True, slots=True)
class MappingTable:
    """One page: what it covers for a client (and one of its shops), and what its lines are called."""

    name: str
    label: Promise
    text: Promise
    cover: Callable[[Client, ShopConnection | None, Mapping[int, str]], Coverage]
    """The last one: id -> path of the shop's own categories."""
    of_a_shop: bool = False
    """Each shop has its own."""


KEPT = 10 * 60
"""Seconds: only so that what nobody looks at any more goes."""


def covered(table: MappingTable, client: Client, shop: ShopConnection | None, of_shop: Mapping[int, str]) -> Coverage:
    """What the table covers: counted over all of Sage's articles once, and again when one of them or a choice changed.

    Every change of Sage's mirror and every choice moves the mirror's position; what was published is counted beside.
    """
    rules = json.dumps(shop.rules, sort_keys=True) if shop else ""
    own = sorted(of_shop.items())
    if table.of_a_shop and shop:
        own.append((Binding.objects.filter(shop=shop, kind="categories").count(), "published"))
    what = f"{own}|{shop.pk if shop else ''}|{get_language()}|{touches.position(client)}|{rules}"
    key = f"coverage:{client.pk}:{table.name}:{blake2b(what.encode(), digest_size=16).hexdigest()}"
    kept: Coverage | None = cache.get(key)
    if kept is None:
        kept = table.cover(client, shop, of_shop)
        cache.set(key, kept, KEPT)
    return kept


SHEET_OF: dict[str, Sheet] = {
    SHEETS[name].kind: SHEETS[name] for name in ("features", "options", "values", "categories", "brands")
}
"""Kind of choice -> the sheet that says which columns it has and how they are read."""


def rules_of(shop: ShopConnection | None) -> ShopRules:
    """The shop's rules; the default ones where there is no shop, or none that can be read."""
    try:
        return load_rules(shop.rules) if shop else ShopRules()
    except ValueError:
        return ShopRules()


def _values(client: Client, shop: ShopConnection | None, of_shop: Mapping[int, str]) -> Coverage:
    with transaction.atomic():  # the spellings are counted anew when Sage's changed
        return coverage.values(client)


def _categories(client: Client, shop: ShopConnection | None, of_shop: Mapping[int, str]) -> Coverage:
    return coverage.categories(client, shop, of_shop) if shop else Coverage(())


TABLES: dict[str, MappingTable] = {
    table.name: table
    for table in (
        MappingTable(
            "features",
            _("Features"),
            _("Which free fields and statistics of Sage are shown as features of the products."),
            lambda client, shop, _own: coverage.features(client, rules_of(shop).language),
        ),
        MappingTable(
            "values",
            _("Options and values"),
            _("Colours, sizes and what else combinations are made of: spellings that are one, names, colour codes."),
            _values,
        ),
        MappingTable(
            "categories",
            _("Categories"),
            _("Families or catalogue nodes of Sage, and the categories of the shop that stand for them."),
            _categories,
            of_a_shop=True,
        ),
        MappingTable(
            "brands",
            _("Brands"),
            _("Makers of the products: spellings that are one, and those left out."),
            lambda client, shop, _own: coverage.brands(client, rules_of(shop)),
        ),
    )
}
