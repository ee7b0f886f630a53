"""The builder is given what a page of orders names, and nothing else of the catalogue."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils import timezone

from connectors.models import ShopConnection
from connectors.sage.records import Combination, Customer, Record
from mapping.models import SourceRecord
from mapping.source import PACKAGING
from sync_portal.orders.lookups import load_side, variant_of
from tests.orders.orders import make_line, make_order
from tests.orders.sage import make_article, make_customer, make_rules

TODAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("key", "variant"),
    [
        ("POLO|11|22", ("POLO", 11, 22)),
        ("A\\|B|11|0", ("A|B", 11, 0)),
        ("ANCRE|POLO|11|22", ("POLO", 11, 22)),
        ("ANCRE|POLO|0|0", ("POLO", 0, 0)),
        ("STYLO|pack|7", ("STYLO", 7, PACKAGING)),
        ("ANCRE|STYLO|pack|7", ("STYLO", 7, PACKAGING)),
        ("POLO", None),
        ("POLO|x|0", None),
    ],
)
def test_a_combinations_key_names_its_variant(key: str, variant: tuple[str, int, int] | None) -> None:
    assert variant_of(key) == variant


@pytest.fixture
def shop(client_acme: object) -> ShopConnection:
    return ShopConnection.objects.create(client=client_acme, name="Boutique", url="http://127.0.0.1:1")


def _mirror(shop: ShopConnection, stream: str, *records: Record, deleted: bool = False) -> None:
    now = timezone.now()
    for record in records:
        SourceRecord.objects.create(
            client=shop.client, stream=stream, key=record.key, data=record.to_json(), fingerprint=record.fingerprint(),
            seen_at=now, changed_at=now, deleted_at=now if deleted else None,
        )  # fmt: skip


def test_articles_are_found_by_reference_and_through_a_variants_reference(shop: ShopConnection) -> None:
    _mirror(shop, "articles", *(make_article(name) for name in ("ART-1", "POLO", "AUTRE", "PORT", "BON")))
    _mirror(shop, "articles", make_article("ART-2"), deleted=True)
    _mirror(shop, "combinations", Combination(article="POLO", gamme1=1, gamme2=0, reference="POLO-M"))
    order = make_order(make_line(), make_line(number=2), make_line(number=3, reference="POLO-M"))
    side = load_side(shop, make_rules(), [order], today=TODAY)
    assert set(side.data.articles) == {"ART-1", "POLO", "PORT", "BON"}


def test_customers_are_found_by_number_and_by_address(shop: ShopConnection) -> None:
    _mirror(
        shop,
        "customers",
        make_customer("WEB"),
        make_customer("PAR-MAIL", email="compta@x.example;ZOE@EXAMPLE.COM"),
        make_customer("AUTRE", email="autre@example.com"),
    )
    side = load_side(shop, make_rules(), [make_order()], today=TODAY)
    assert set(side.data.customers) == {"WEB", "PAR-MAIL"}


def test_another_clients_records_are_never_seen(shop: ShopConnection) -> None:
    from connectors.models import Client

    other = Client.objects.create(slug="autre", name="Autre")
    stranger = ShopConnection.objects.create(client=other, name="Boutique", url="http://127.0.0.1:1")
    _mirror(stranger, "articles", make_article("ART-1"))
    _mirror(stranger, "customers", make_customer("WEB"))
    side = load_side(shop, make_rules(), [make_order()], today=TODAY)
    assert (side.data.articles, side.data.all(Customer)) == ({}, [])
