"""Helpers of the tests that talk to the sandbox shop, in the manner of each version."""

from __future__ import annotations

import io
from collections.abc import Callable

from PIL import Image

from connectors.prestashop.webservice import Outcome, ShopSettings, Webservice
from connectors.prestashop.xml import Entity, MultiLang, Text
from connectors.sandbox.shop.server import RunningShop


def settings(running: RunningShop, **changes: object) -> ShopSettings:
    quick = {
        "url": running.url,
        "private_network": True,
        "retries": 0,
        "backoff": 0.01,
        "settle": 0.05,
        "read_timeout": 10.0,
    }
    return ShopSettings(key=running.key, **{**quick, **changes})  # type: ignore[arg-type]


def product(reference: str, **fields: Text | MultiLang) -> Entity:
    return Entity(
        {
            "reference": reference,
            "price": "10.000000",
            "id_category_default": "2",
            "id_tax_rules_group": "1",
            "active": "1",
            "state": "1",
            "available_for_order": "1",
            "show_price": "1",
            "minimal_quantity": "1",
            "name": {1: f"Article {reference}", 2: f"Item {reference}"},
            "link_rewrite": {1: "article", 2: "item"},
            **fields,
        },
        {"categories": [{"id": "2"}]},
    )


def finder(shop: Webservice, resource: str = "products", key: str = "reference") -> Callable[[Entity], Entity | None]:
    def find(entity: Entity) -> Entity | None:
        return next(shop.read(resource, display=[key], filters={key: entity.text(key)}, limit=1), None)

    return find


def causes(outcomes: list[Outcome]) -> list[str]:
    return [outcome.error.cause if outcome.error else "" for outcome in outcomes]


def created(shop: Webservice, *references: str) -> list[int]:
    outcomes = shop.create("products", [product(r) for r in references], find=finder(shop))
    assert causes(outcomes) == [""] * len(references)
    return [outcome.id or 0 for outcome in outcomes]


def references(shop: Webservice) -> list[str]:
    return [entity.text("reference") for entity in shop.read("products", display=["reference"])]


def picture(kind: str = "JPEG") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (80, 60), "navy").save(out, kind)
    return out.getvalue()
