"""Believable rows for the pages: small defaults, everything can be said by keyword."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import factory
from django.contrib.auth.models import User
from django.utils import timezone
from factory.django import DjangoModelFactory

from connectors.models import Client, SageConnection, ShopConnection
from mapping.choices import GroupChoice
from mapping.choosing import choose
from mapping.models import (
    Binding,
    Category,
    Choice,
    Combination,
    CustomerGroup,
    GroupSuggestion,
    ImportDraft,
    Product,
    ProductImage,
    QualityFinding,
    ShopCustomer,
    SourceRecord,
    SpecificPrice,
)
from sync_portal.orders.models import LedgerOrder
from sync_portal.sync.models import Change, Decision, FlowSchedule, Run


class ClientFactory(DjangoModelFactory):
    class Meta:
        model = Client

    slug = factory.Sequence(lambda number: f"client-{number}")
    name = factory.Sequence(lambda number: f"Maison Lefèvre {number}")


class SageConnectionFactory(DjangoModelFactory):
    class Meta:
        model = SageConnection

    client = factory.SubFactory(ClientFactory)
    server = "srv-sage"
    database = "LEFEVRE"
    user = "portail"


class ShopConnectionFactory(DjangoModelFactory):
    class Meta:
        model = ShopConnection

    client = factory.SubFactory(ClientFactory)
    name = factory.Sequence(lambda number: f"Boutique {number}")
    url = "https://boutique.example.com/"


class CategoryFactory(DjangoModelFactory):
    class Meta:
        model = Category

    client = factory.SubFactory(ClientFactory)
    key = factory.Sequence(lambda number: f"FAM:{number}")
    name = factory.Sequence(lambda number: f"Famille {number}")
    path = factory.SelfAttribute("name")


class ProductFactory(DjangoModelFactory):
    class Meta:
        model = Product

    client = factory.SubFactory(ClientFactory)
    key = factory.Sequence(lambda number: f"ART-{number:04}")
    reference = factory.SelfAttribute("key")
    name = factory.Sequence(lambda number: f"Théière en fonte {number}")
    price = Decimal("12.5")
    tax_rate = Decimal(20)
    quantity = 7


class CombinationFactory(DjangoModelFactory):
    class Meta:
        model = Combination

    product = factory.SubFactory(ProductFactory)
    key = factory.Sequence(lambda number: f"ART|{number}|0")
    reference = factory.Sequence(lambda number: f"ART-C{number}")
    values = factory.LazyFunction(lambda: [["Couleur", "Bleu"], ["Taille", "M"]])
    quantity = 3


class ProductImageFactory(DjangoModelFactory):
    class Meta:
        model = ProductImage

    product = factory.SubFactory(ProductFactory)
    key = factory.Sequence(lambda number: f"photo-{number}")
    source_path = "Multimedia\\photo.jpg"


class CustomerGroupFactory(DjangoModelFactory):
    class Meta:
        model = CustomerGroup

    client = factory.SubFactory(ClientFactory)
    key = factory.Sequence(lambda number: str(number + 1))
    name = factory.Sequence(lambda number: f"Revendeurs {number}")


class ShopCustomerFactory(DjangoModelFactory):
    class Meta:
        model = ShopCustomer

    client = factory.SubFactory(ClientFactory)
    key = factory.Sequence(lambda number: f"CLI{number:05}")
    company = "Épicerie du Marché"


class SpecificPriceFactory(DjangoModelFactory):
    class Meta:
        model = SpecificPrice

    product = factory.SubFactory(ProductFactory)
    key = factory.Sequence(lambda number: f"ART||{number}||1")
    price = Decimal("11.25")
    explanation = factory.LazyFunction(lambda: ["Catégorie 2 : 12,50 € HT", "remise 10 %"])


class BindingFactory(DjangoModelFactory):
    class Meta:
        model = Binding

    shop = factory.SubFactory(ShopConnectionFactory)
    kind = "products"
    key = factory.Sequence(lambda number: f"ART-{number:04}")


class RunFactory(DjangoModelFactory):
    class Meta:
        model = Run

    client = factory.SubFactory(ClientFactory)
    flow = "prices"
    state = "succeeded"
    trigger = "schedule"
    started_at = factory.LazyFunction(lambda: timezone.now() - timedelta(seconds=41))
    ended_at = factory.LazyAttribute(
        lambda run: run.started_at + timedelta(seconds=41) if run.state not in {"queued", "running"} else None
    )


class ChangeFactory(DjangoModelFactory):
    class Meta:
        model = Change

    run = factory.SubFactory(RunFactory)
    kind = "products"
    key = factory.Sequence(lambda number: f"ART-{number:04}")
    label = factory.SelfAttribute("key")
    action = "update"
    state = "confirmed"
    differences = factory.LazyFunction(
        lambda: [{"field": "price", "before": "10.000000", "after": "12.500000", "why": "AR_PrixVen = 12,50"}]
    )


class FlowScheduleFactory(DjangoModelFactory):
    class Meta:
        model = FlowSchedule

    client = factory.SubFactory(ClientFactory)
    flow = "prices"
    every_minutes = 60
    next_at = factory.LazyFunction(lambda: timezone.now() + timedelta(minutes=30))


class LedgerOrderFactory(DjangoModelFactory):
    class Meta:
        model = LedgerOrder

    shop = factory.SubFactory(ShopConnectionFactory)
    shop_order_id = factory.Sequence(lambda number: 1000 + number)
    reference = factory.Sequence(lambda number: f"XKBKN{number:04}")
    placed_at = factory.LazyFunction(timezone.now)
    buyer = "Hélène Cœur"
    email = "helene@example.com"
    total_paid = Decimal("123.40")
    payment = "Carte bancaire"
    lines = 3


class DecisionFactory(DjangoModelFactory):
    class Meta:
        model = Decision

    shop = factory.SubFactory(ShopConnectionFactory)
    question = "changed"
    kind = "products"
    key = factory.Sequence(lambda number: f"ART-{number:04}")
    field = factory.LazyAttribute(lambda row: "price" if row.question in {"changed", "conflict"} else "")
    label = factory.SelfAttribute("key")
    facts = factory.LazyFunction(lambda: {"sent": "10.000000", "shop": "9.500000", "sage": "10.000000"})


class QualityFindingFactory(DjangoModelFactory):
    class Meta:
        model = QualityFinding

    client = factory.SubFactory(ClientFactory)
    topic = "photo_missing"
    article = factory.Sequence(lambda number: f"POLO-{number}")
    name = factory.Sequence(lambda number: f"Polo {number}")
    family = "TEXTILE"
    found_at = factory.LazyFunction(timezone.now)


class SourceRecordFactory(DjangoModelFactory):
    class Meta:
        model = SourceRecord

    client = factory.SubFactory(ClientFactory)
    stream = "articles"
    key = factory.Sequence(lambda number: f"POLO-{number}")
    subject = factory.SelfAttribute("key")
    data = factory.LazyFunction(lambda: {"kind": 0, "published": True})
    fingerprint = "x"
    seen_at = factory.LazyFunction(timezone.now)
    changed_at = factory.LazyFunction(timezone.now)


POLO = {"POLO-BL-M": ["Bleu", "M"], "POLO-BL-L": ["Bleu", "L"], "POLO-RG-M": ["Rouge", "M"]}
"""A suggestion with one hole: no red polo of size L."""


def suggestion(client: Client, members: dict[str, list[str]] | None = None, **more: Any) -> GroupSuggestion:
    """A suggestion whose articles are products of the client."""
    members = POLO if members is None else members
    for reference, values in members.items():
        if not Product.objects.filter(client=client, key=reference).exists():
            ProductFactory(client=client, key=reference, name=f"Polo piqué {' '.join(values)}")
    values: dict[str, Any] = {
        "key": f"reference|{min(members)}",
        "name": "Polo piqué",
        "score": 90,
        "rule": "reference",
        "master": min(members),
        "axes": ["Couleur", "Taille"],
        "members": members,
        "reasons": [{"code": "shared_beginning", "facts": {"text": "POLO"}}],
        "size": len(members),
        "found_at": timezone.now(),
    }
    return GroupSuggestion.objects.create(client=client, **(values | more))


def group(client: Client, anchor: str = "VESTE-36", members: dict[str, tuple[str, ...]] | None = None) -> Choice:
    """An approved group of two articles that are products of the client."""
    members = {anchor: ("36",), "VESTE-38": ("38",)} if members is None else members
    for reference in members:
        ProductFactory(client=client, key=reference, name=f"Veste {reference}")
    choice = GroupChoice(master=anchor, axes=("Taille",), members=members)
    choose(client, {("group", anchor): choice}, by=None, verb="group.build")
    return Choice.objects.get(client=client, kind="group", key=anchor)


class ImportDraftFactory(DjangoModelFactory):
    class Meta:
        model = ImportDraft

    client = factory.SubFactory(ClientFactory)
    by = factory.LazyFunction(lambda: User.objects.get_or_create(username="importer")[0])
    sheet = "texts"
    name = "textes.csv"
    content = b"product;field;language;text\n"
