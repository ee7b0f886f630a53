"""A client with one of everything, and somebody signed in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from connectors.models import Client, ShopConnection
from mapping.models import Choice, ChoiceAct, GroupSuggestion, ImportDraft, Product, ProductImage
from sync_portal.orders.models import LedgerOrder
from sync_portal.sync.models import Decision, Run
from tests.pages import factories


@dataclass
class World:
    """One client with one of everything that has a page."""

    client: Client
    shop: ShopConnection
    run: Run
    product: Product
    image: ProductImage
    order: LedgerOrder
    decision: Decision
    suggestion: GroupSuggestion
    group: Choice
    act: ChoiceAct
    draft: ImportDraft

    def arguments(self, names: set[str]) -> dict[str, Any]:
        """The values of an address's parameters."""
        values = {
            "slug": self.client.slug,
            "flow_name": "prices",
            "run_id": self.run.pk,
            "product_id": self.product.pk,
            "image_id": self.image.pk,
            "size": "thumb",
            "order_id": self.order.pk,
            "decision_id": self.decision.pk,
            "suggestion_id": self.suggestion.pk,
            "group_id": self.group.pk,
            "act_id": self.act.pk,
            "act": "hide",
            "sha256": "ab" * 32,
            "field": "name",
            "language": "fr",
            "what": "brand",
            "topic_name": "photo_missing",
            "table_name": "features",
            "sheet_name": "texts",
            "format_name": "csv",
            "draft_id": self.draft.pk,
        }
        return {name: values[name] for name in names}


@pytest.fixture
def make_world(db: None) -> Callable[[], World]:
    """Make a client with one of everything."""

    def make() -> World:
        client = factories.ClientFactory()
        shop = factories.ShopConnectionFactory(client=client)
        factories.SageConnectionFactory(client=client)
        factories.CategoryFactory(client=client)
        factories.FlowScheduleFactory(client=client, flow="prices")
        product = factories.ProductFactory(client=client)
        run = factories.RunFactory(client=client, read=3, unchanged=2, to_write=1, written=1, confirmed=1)
        factories.ChangeFactory(run=run, key=product.key, shop=shop)
        factories.CombinationFactory(product=product)
        factories.SpecificPriceFactory(product=product)
        factories.BindingFactory(shop=shop, key=product.key, remote_id=42)
        image = factories.ProductImageFactory(product=product)
        order = factories.LedgerOrderFactory(shop=shop)
        decision = factories.DecisionFactory(shop=shop, key=product.key)
        suggestion, group = factories.suggestion(client), factories.group(client)
        act = ChoiceAct.objects.get(client=client)
        draft = factories.ImportDraftFactory(client=client)
        return World(client, shop, run, product, image, order, decision, suggestion, group, act, draft)

    return make


@pytest.fixture
def world(make_world: Callable[[], World]) -> World:
    return make_world()


@pytest.fixture
def signed_in(make_user: Callable[..., Any]) -> Callable[..., Browser]:
    """Sign somebody in with a role at the given clients."""

    def sign_in(*clients: Client, role: str = "administrator", name: str = "claire") -> Browser:
        browser = Browser()
        browser.force_login(make_user(name, role=role, clients=clients))
        return browser

    return sign_in


@pytest.fixture
def studio(world: World) -> str:
    return reverse("pages:groupings", args=[world.client.slug])


@pytest.fixture
def browser(world: World, signed_in: Callable[..., Browser]) -> Browser:
    return signed_in(world.client, role="sales")
