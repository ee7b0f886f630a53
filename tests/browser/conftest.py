"""A real browser on a live server: `pytest -m browser`."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from mapping.models import ChoiceAct
from tests.pages import factories
from tests.pages.conftest import World

# Playwright's synchronous interface runs an event loop in this thread; Django would refuse the ORM in it.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"

PATIENCE = 60_000
"""Milliseconds that a busy machine may take to bring what a test waits for."""
expect.set_options(timeout=PATIENCE)

ARGUMENTS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=ARGUMENTS
        )
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium: Browser, live_server: Any) -> Iterator[Callable[..., Page]]:
    """Open a page of the given width; what the console says is kept in `page.said`."""
    contexts = []

    def open_one(*, width: int = 1280, language: str = "fr-FR", scheme: str = "light") -> Page:
        context = chromium.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": 900},
            locale=language,
            color_scheme=scheme,  # type: ignore[arg-type]
        )
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        page.said = []  # type: ignore[attr-defined]
        page.on("console", lambda message: page.said.append(message.text))  # type: ignore[attr-defined]
        page.on("pageerror", lambda error: page.said.append(str(error)))  # type: ignore[attr-defined]
        return page

    yield open_one
    for context in contexts:
        context.close()


@pytest.fixture
def world(transactional_db: None) -> World:
    """One client with one of everything, written where the live server can see it."""
    client = factories.ClientFactory(name="Maison Lefèvre & Fils", slug="lefevre")
    shop = factories.ShopConnectionFactory(client=client)
    factories.SageConnectionFactory(client=client)
    product = factories.ProductFactory(
        client=client,
        name="Théière en fonte émaillée",
        explanations={"price": "AR_PrixVen = 12,50 € HT"},
        problems=[{"cause": "catalogue.price_zero", "facts": {"reference": "TH-1"}}],
        readiness="held",
    )
    run = factories.RunFactory(
        client=client, state="incomplete", to_write=1, written=1, confirmed=1, held=1, detail="x"
    )
    factories.ChangeFactory(run=run, key=product.key, shop=shop)
    factories.ChangeFactory(run=run, key=product.key, state="held", cause="catalogue.price_zero", facts={})
    for colour in ("Bleu", "Rouge"):
        for size in ("S", "M", "L", "XL", "XXL"):
            values = [["Couleur", colour], ["Taille", size]]
            factories.CombinationFactory(product=product, values=values, reference=f"THEIERE-{colour}-{size}")
    factories.SpecificPriceFactory(product=product)
    factories.FlowScheduleFactory(client=client)
    image = factories.ProductImageFactory(product=product)
    order = factories.LedgerOrderFactory(
        shop=shop,
        state="held",
        cause="orders.money_difference",
        proof={
            "ok": False,
            "rows": [{"name": "total", "shop": "123.40", "computed": "122.20", "ok": False}],
            "rates": [{"rate": "20", "tax_excl": "85.25", "tax_incl": "102.30"}],
            "received": "123.40",
            "repeated": [],
        },
    )
    decision = factories.DecisionFactory(shop=shop, key=product.key, label=product.name)
    factories.DecisionFactory(shop=shop, label="Plateau en bois", question="changed")
    shown = {"reference": "TH-9", "ean13": "3761230000716", "name": "Théière ancienne"}
    candidates = [{"id": number, "score": 80, "reasons": ["ean13"], "shown": shown} for number in (59, 60)]
    factories.DecisionFactory(shop=shop, label="Théière", question="adoption", facts={"candidates": candidates})
    suggestion, group = factories.suggestion(client), factories.group(client)
    act = ChoiceAct.objects.get(client=client)
    draft = factories.ImportDraftFactory(client=client)
    factories.SourceRecordFactory(client=client, key=product.key)
    for topic in ("photo_missing", "ean_invalid", "price_zero"):
        factories.QualityFindingFactory(client=client, topic=topic, article=product.key, name=product.name)
    return World(client, shop, run, product, image, order, decision, suggestion, group, act, draft)


@pytest.fixture
def sign_in(open_page: Callable[..., Page], make_user: Callable[..., Any], world: World) -> Callable[..., Page]:
    """Sign in through the form as the client's administrator."""

    def sign(**options: Any) -> Page:
        if not world.client.memberships.exists():
            make_user("claire", role="administrator", clients=(world.client,))
        page = open_page(**options)
        page.goto("/compte/login/")
        page.fill("input[name=login]", "claire")
        page.fill("input[name=password]", "motdepasse-claire")
        page.locator("form[action*=login] button[type=submit]").click()
        page.wait_for_url("**/c/lefevre/")
        return page

    return sign
