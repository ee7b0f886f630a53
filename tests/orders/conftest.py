"""A served sandbox shop, a sandbox Sage company, and a client that joins them."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from connectors.credentials import Secret
from connectors.models import Client, ShopConnection
from connectors.prestashop.xml import Entity
from connectors.sage import reading
from connectors.sage.capabilities import Capabilities
from connectors.sage.odbc import SageSession, SageSettings, open_session
from connectors.sage.streams import STREAMS
from connectors.sandbox.sage import build_company
from connectors.sandbox.shop.placing import PRIVATE_BUYERS, Buyer, place_order
from connectors.sandbox.shop.server import RunningShop, running_shop
from mapping.models import Binding, SourceRecord
from sync_portal.orders.importer import ShopImport
from sync_portal.orders.lookups import STREAMS_READ
from sync_portal.orders.models import LedgerOrder
from tests.orders.context import FakeContext

RULES = {
    "orders": {
        "souche": 1,
        "generic_account": "CLIENTWEB",
        "shipping_article": "PORT-FR",
        "discount_article": "REMISE-WEB",
        "carriers": {"2": 1},
        "payments": {"ps_wirepayment": 2, "ps_checkpayment": 1},
    }
}
PRODUCT = {"state": "1", "active": "1", "available_for_order": "1", "show_price": "1", "minimal_quantity": "1"}
KNIFE, SEEDS, LOST = "COUT-CHEF20", "SECATEUR", "INCONNU"


@dataclass
class World:
    """What an importer test plays with."""

    client: Client
    connection: ShopConnection
    served: RunningShop
    session: SageSession
    capabilities: Capabilities
    products: dict[str, int]

    def place(self, *references: str, quantity: int = 2, buyer: Buyer | int = PRIVATE_BUYERS[0], **order: Any) -> int:
        lines = [(self.products[reference], 0, quantity) for reference in references or (KNIFE,)]
        return place_order(self.served.shop, lines=lines, buyer=buyer, **order)

    def context(self, *, preview: bool = False) -> FakeContext:
        return FakeContext(self.client, self.session, self.capabilities, preview=preview)

    def run(self, *, preview: bool = False) -> FakeContext:
        """One run of the flow for the shop, to its end."""
        context = self.context(preview=preview)
        try:
            self.run_in(context)
        finally:
            context.close()
        return context

    def run_in(self, context: FakeContext) -> None:
        self.connection.refresh_from_db()
        ShopImport(context, self.connection).run()  # type: ignore[arg-type]

    def row(self, order: int) -> LedgerOrder:
        return LedgerOrder.objects.get(shop=self.connection, shop_order_id=order)

    def documents(self) -> list[tuple[str, str]]:
        """(web number, piece) of every document that came from a shop."""
        rows = self.session.rows("SELECT DO_NoWeb, DO_Piece FROM F_DOCENTETE WHERE DO_NoWeb <> '' ORDER BY DO_Piece")
        return [(web, piece) for web, piece in rows]

    def set_state(self, order: int, state: int) -> None:
        """The shop's staff moves the order to another state, a second later."""
        shop = self.served.shop
        with shop.database.entity():
            shop.database.execute(
                "UPDATE ps_orders SET current_state = ?, valid = ?, date_upd = '2099-01-01 00:00:00' WHERE id = ?",
                (state, int(state == 2), order),
            )


@pytest.fixture(scope="session")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Comptoir Atlantique, built once; tests work on copies."""
    folder = tmp_path_factory.mktemp("company")
    build_company(folder / "sage.sqlite", media=folder / "media")
    return folder / "sage.sqlite"


@pytest.fixture
def sage(company: Path, tmp_path: Path) -> Iterator[SageSession]:
    path = shutil.copy(company, tmp_path / "sage.sqlite")
    with open_session(SageSettings(dialect="sqlite", path=str(path), write_enabled=True)) as session:
        yield session


@pytest.fixture
def served(tmp_path: Path) -> Iterator[RunningShop]:
    with running_shop(tmp_path / "shop") as running:
        yield running


@pytest.fixture
def world(client_acme: Client, sage: SageSession, served: RunningShop) -> World:
    """A client whose shop sells three articles, one of which Sage does not know."""
    connection = ShopConnection.objects.create(
        client=client_acme, name="Boutique", url=served.url, key=Secret(served.key), rules=deepcopy(RULES)
    )
    capabilities = Capabilities.probe(sage)
    fill_mirror(client_acme, sage, capabilities)
    made = World(client_acme, connection, served, sage, capabilities, {})
    context = made.context()
    for reference, price in ((KNIFE, "32.50"), (SEEDS, "8.375"), (LOST, "5")):
        made.products[reference] = _create_product(context, connection, reference, price)
    context.close()
    return made


@pytest.fixture
def bind(world: World) -> Callable[[str, str, int], Binding]:
    def make(kind: str, key: str, shop_id: int) -> Binding:
        return Binding.objects.create(shop=world.connection, kind=kind, key=key, remote_id=shop_id)

    return make


def fill_mirror(client: Client, session: SageSession, capabilities: Capabilities) -> None:
    """What a run's collect step would have left."""
    SourceRecord.objects.filter(client=client).delete()
    now = timezone.now()
    SourceRecord.objects.bulk_create(
        SourceRecord(
            client=client,
            stream=name,
            key=record.key,
            data=record.to_json(),
            fingerprint=record.fingerprint(),
            seen_at=now,
            changed_at=now,
        )
        for name in STREAMS_READ
        for record in reading.read(session, capabilities, STREAMS[name])
    )


def _create_product(context: FakeContext, shop: ShopConnection, reference: str, price: str) -> int:
    # Tax rules 1 and 2 of a fresh French shop are 20 % and 10 %, as the two families in Sage.
    fields = PRODUCT | {
        "reference": reference,
        "price": price,
        "id_tax_rules_group": "2" if reference == SEEDS else "1",
    }
    texts = {"name": {1: f"Article {reference}"}, "link_rewrite": {1: reference.lower()}}
    (outcome,) = context.webservice(shop).create("products", [Entity({**fields, **texts})], find=None)
    assert outcome.entity is not None
    assert outcome.entity.id is not None
    return outcome.entity.id
