"""Fills a new shop with what a fresh French PrestaShop holds (no demonstration products)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from connectors.sandbox.shop import install_data as data
from connectors.sandbox.shop.database import Database
from connectors.sandbox.shop.schema import Kind, Resource


class Installer:
    """Inserts rows given as the fields that differ from blank; texts are copied to every language of the shop."""

    def __init__(self, database: Database, resources: Mapping[str, Resource], now: str, languages: int) -> None:
        self.database = database
        self.resources = resources
        self.now = now
        self.languages = languages

    def add(self, kind: str, /, **values: Any) -> int:
        """One entity; fields that this version lacks are dropped, a resource that it lacks gives 0."""
        if kind not in self.resources:
            return 0
        resource = self.resources[kind]
        row: dict[str, Any] = {"id": values["id"]} if "id" in values else {}
        for field in resource.fields:
            value = values.get(field.name, field.blank)
            if field.is_clock and field.name not in values:
                value = self.now
            if field.kind is Kind.LANG:
                value = json.dumps(
                    {str(number + 1): value or "" for number in range(self.languages)}, ensure_ascii=False
                )
            row[field.name] = value
        return self.database.insert(resource.table, row)


def fill(database: Database, resources: Mapping[str, Resource], now: str, languages: tuple[str, ...]) -> None:
    """The whole content, ids as a real fresh shop numbers them."""
    installer = Installer(database, resources, now, len(languages))
    version = str(database.value("SELECT value FROM settings WHERE name = 'version'"))
    for code in languages:
        installer.add("languages", **data.LANGUAGES[code])
    _fill_places(installer)
    _fill_taxes(installer)
    _fill_carriers(installer)
    _fill_shop(installer)
    for name, value in data.configurations(version).items():
        never = {"date_add": "0000-00-00 00:00:00", "date_upd": "0000-00-00 00:00:00"}
        installer.add("configurations", name=name, value=value, id_shop=None, id_shop_group=None, **never)
    for row in data.order_states(version):
        installer.add("order_states", **row)


def _fill_places(installer: Installer) -> None:
    for identity, name in data.ZONES:
        installer.add("zones", id=identity, name=name, active=1)
    for identity, iso, name, zone, prefix in data.COUNTRIES:
        installer.add(
            "countries",
            id=identity,
            iso_code=iso,
            name=name,
            id_zone=zone,
            call_prefix=prefix,
            active=int(iso in data.ACTIVE_COUNTRIES),
            contains_states=int(iso == "US"),
            need_zip_code=1,
            need_identification_number=int(iso == "ES"),
            zip_code_format=data.ZIP_FORMATS.get(iso, "NNNNN"),
            display_tax_label=1,
        )
    for number, (iso, name) in enumerate(data.STATES, start=4):
        installer.add("states", id=number, id_country=21, id_zone=2, iso_code=iso, name=name, active=1)


def _fill_taxes(installer: Installer) -> None:
    for identity, (rate, name) in enumerate(data.FRENCH_RATES, start=1):
        shown = f"{float(rate):g}"
        installer.add("taxes", id=identity, rate=rate, active=1, name=f"TVA FR {shown}%")
        installer.add("tax_rule_groups", id=identity, name=name, active=1)
    for group in range(1, len(data.FRENCH_RATES) + 1):
        for country in data.TAXED_COUNTRIES:
            installer.add(
                "tax_rules",
                id_tax_rules_group=group,
                id_country=country,
                zipcode_from="0",
                zipcode_to="0",
                id_tax=group,
            )


def _fill_carriers(installer: Installer) -> None:
    for position, row in enumerate(data.CARRIERS):
        installer.add(
            "carriers", id_reference=row["id"], id_tax_rules_group=1, shipping_method=1, position=position, **row
        )
    for number, (carrier, low, high, price) in enumerate(data.PRICE_RANGES, start=1):
        installer.add("price_ranges", id_carrier=carrier, delimiter1=low, delimiter2=high)
        installer.add("deliveries", id_carrier=carrier, id_range_price=number, id_zone=1, price=price)


def _fill_shop(installer: Installer) -> None:
    installer.add("currencies", **data.CURRENCY)
    for identity, name in data.GROUPS:
        installer.add("groups", id=identity, name=name, reduction="0.00", show_prices=1)
    for row in data.CATEGORIES:
        installer.add("categories", active=1, id_shop_default=1, **row)
    installer.add("shop_groups", id=1, name="Default", active=1)
    installer.add("shops", id=1, id_shop_group=1, id_category=2, active=1, name=data.SHOP_NAME, theme_name="classic")
    installer.add("shop_urls", id=1, id_shop=1, active=1, main=1, domain="localhost", physical_uri="/")
    for name in data.CONTACTS:
        installer.add("contacts", name=name, email="boutique@example.com", customer_service=1)
