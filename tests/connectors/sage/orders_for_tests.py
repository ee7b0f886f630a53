"""Orders that the small base can take."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from connectors.sage.orders import CustomerAccount, DeliveryAddress, Deposit, OrderDocument, OrderLine

SIMPLE = OrderLine(
    article="SIMPLE",
    label="Étagère à épices",
    quantity=Decimal(2),
    unit_price=Decimal("10.50"),
    unit_price_with_tax=Decimal("12.60"),
    tax_rate=Decimal(20),
    tax_code="C20",
    total_without_tax=Decimal("21.00"),
    total_with_tax=Decimal("25.20"),
    weight=Decimal(1200),
)
VARIANT = OrderLine(
    article="GAMME",
    gamme1=7,
    label="Tablier S",
    quantity=Decimal(1),
    unit_price=Decimal(8),
    unit_price_with_tax=Decimal("9.60"),
    entered_with_tax=True,
    tax_rate=Decimal(20),
    total_without_tax=Decimal(8),
    total_with_tax=Decimal("9.60"),
)
SHIPPING = OrderLine(
    article="PORT",
    label="Frais de port",
    quantity=Decimal(1),
    unit_price=Decimal(5),
    unit_price_with_tax=Decimal(6),
    tax_rate=Decimal(20),
    total_without_tax=Decimal(5),
    total_with_tax=Decimal(6),
)
PLACE = DeliveryAddress(
    label="Atelier",
    address="12 rue du Port",
    postcode="17000",
    city="La Rochelle",
    country="France",
    contact="D. Dupont",
)
NEW_CUSTOMER = CustomerAccount(
    name="Boulangerie Lévêque", address="3 place de l'Église", postcode="44000", city="Nantes", email="a@b.example"
)


def an_order(**changes: Any) -> OrderDocument:
    order = OrderDocument(
        web_number="1042",
        reference="XKBKNABJK",
        dated=datetime(2026, 3, 2, 14, 5, 9),
        customer="DUPONT",
        delivery=PLACE,
        billing=("Jean Dupont", "12 rue du Port"),
        lines=(SIMPLE, VARIANT, SHIPPING),
        comments=("Paiement par carte",),
        deposits=(Deposit(amount=Decimal("40.80"), dated=date(2026, 3, 2), label="CB 42"),),
        total_without_tax=Decimal("34.00"),
        total_with_tax=Decimal("40.80"),
    )
    return replace(order, **changes)
