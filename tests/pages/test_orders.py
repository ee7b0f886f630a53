"""Orders: what waits has its cause and a button, what is in Sage has its proof."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.test import Client as Browser
from django.urls import reverse

from sync_portal.orders.models import LedgerOrder
from sync_portal.pages.order_proof import proof_table
from sync_portal.pages.scopes import about
from sync_portal.sync.models import Run
from tests.pages import factories
from tests.pages.conftest import World

PROOF = {
    "ok": False,
    "rows": [
        {"name": "total", "shop": "123.40", "computed": "122.20", "ok": False},
        {"name": "vat", "shop": "20.57", "computed": "20.56", "ok": True},
    ],
    "rates": [{"rate": "20", "tax_excl": "85.25", "tax_incl": "102.30"}],
    "received": "123.40",
    "repeated": [7],
}
FACTS = {"row": "total", "shop": "123.40", "computed": "122.20", "difference": "-1.20"}


@pytest.fixture
def held(world: World) -> LedgerOrder:
    return factories.LedgerOrderFactory(
        shop=world.shop, state="held", cause="orders.money_difference", facts=FACTS, proof=PROOF, detail="line 3"
    )


def url_of(order: LedgerOrder, name: str = "order") -> str:
    return reverse(f"pages:{name}", args=[order.shop.client.slug, order.pk])


@pytest.mark.parametrize("role", ["sales", "agency", "administrator"])
def test_a_held_order_is_tried_again_by_any_member(
    role: str, held: LedgerOrder, world: World, signed_in: Callable[..., Browser]
) -> None:
    response = signed_in(world.client, role=role).post(url_of(held, "order-retry"))

    run = Run.objects.get(client=world.client, flow="orders")
    held.refresh_from_db()
    assert response["Location"] == reverse("pages:run", args=[world.client.slug, run.pk])
    assert (run.trigger, run.requested_by.username, held.state) == ("retry", "claire", "seen")
    assert run.scope == {"orders": [held.pk]}
    told = about(run)
    assert told is not None
    assert held.reference in told.text


def test_an_order_that_is_not_held_starts_nothing(world: World, signed_in: Callable[..., Browser]) -> None:
    signed_in(world.client).post(url_of(world.order, "order-retry"))

    assert not Run.objects.filter(client=world.client, flow="orders").exists()


def test_the_page_of_a_held_order_says_why_and_shows_the_proof(
    held: LedgerOrder, world: World, signed_in: Callable[..., Browser]
) -> None:
    page = signed_in(world.client).get(url_of(held)).content.decode().replace("\xa0", " ")

    assert "Les montants ne tombent pas juste" in page
    assert "-1,20 €" in page
    assert "85,25 €" in page
    assert "1 paiement deux fois" in page


def test_the_technical_detail_is_not_for_sales_staff(
    held: LedgerOrder, world: World, signed_in: Callable[..., Browser]
) -> None:
    assert "line 3" not in signed_in(world.client, role="sales").get(url_of(held)).content.decode()


@pytest.mark.parametrize(
    ("query", "expected"),
    [({}, 2), ({"state": "held"}, 1), ({"state": "imported"}, 0), ({"q": "helene@"}, 2), ({"q": "99999999999"}, 0)],
    ids=["all", "held", "none", "e-mail", "number that is no order"],
)
def test_orders_are_filtered(
    query: dict[str, str], expected: int, held: LedgerOrder, world: World, signed_in: Callable[..., Browser]
) -> None:
    response = signed_in(world.client).get(reverse("pages:orders", args=[world.client.slug]), query)

    assert len(response.context["rows"]) == response.context["page"].paginator.count == expected


def test_an_order_is_found_by_its_number_in_the_shop(
    held: LedgerOrder, world: World, signed_in: Callable[..., Browser]
) -> None:
    query = {"q": str(held.shop_order_id)}

    page = signed_in(world.client).get(reverse("pages:orders", args=[world.client.slug]), query).context["page"]

    assert list(page) == [held]


def test_no_held_order_says_when_it_was_last_checked(world: World, signed_in: Callable[..., Browser]) -> None:
    factories.RunFactory(client=world.client, flow="orders")
    url = reverse("pages:orders", args=[world.client.slug])

    page = signed_in(world.client).get(url, {"state": "held"}).content.decode()

    assert "Aucune commande retenue" in page
    assert "Dernière vérification" in page


def test_a_proof_becomes_numbers() -> None:
    table = proof_table(PROOF)

    assert table is not None
    assert [(line.gap, line.ok) for line in table.lines] == [(Decimal("-1.20"), False), (Decimal("-0.01"), True)]
    assert [(rate.rate, rate.tax) for rate in table.rates] == [(Decimal(20), Decimal("17.05"))]
    assert table.repeated == 1


def test_an_order_not_read_yet_has_no_proof() -> None:
    assert proof_table({}) is None
