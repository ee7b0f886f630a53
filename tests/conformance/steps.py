"""What happened to a recorded shop between two requests, outside its webservice (in its back office or database)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from connectors.sandbox.shop import ordering, shops
from tests.conformance.scenarios import KEYS

if TYPE_CHECKING:
    from tests.conformance.sandbox import Candidate
    from tests.conformance.scenarios import Exchange, Scenario


def _switch_off(candidate: Candidate) -> None:
    candidate.shop.set_setting("enabled", "0")


def _switch_on(candidate: Candidate) -> None:
    candidate.shop.set_setting("enabled", "1")


def _attach(candidate: Candidate) -> None:
    for key in KEYS.values():
        shops.attach_key(candidate.shop, key, [1, 2])


def _warn(candidate: Candidate) -> None:
    candidate.shop.misbehaviours.add("saved_500", path="/api/zones", entity=2)


def _order_to_addresses(candidate: Candidate) -> None:
    ordering.insert(candidate.shop, "orders", id_address_delivery=5, id_address_invoice=4)


def _forget_languages(candidate: Candidate) -> None:
    candidate.shop.database.execute("DELETE FROM ps_languages WHERE id > 1")
    candidate.shop.database.execute("UPDATE sqlite_sequence SET seq = 1 WHERE name = 'ps_languages'")


def _first_parent(candidate: Candidate) -> int:
    return 12 if candidate.shop.major < (1, 7) else 10


def _no_parents(candidate: Candidate) -> None:
    candidate.shop.database.execute("DELETE FROM ps_categories WHERE id >= ?", (_first_parent(candidate),))


def _parent(candidate: Candidate, offset: int) -> None:
    """A category with three children, made again between the requests."""
    first = _first_parent(candidate) + offset
    texts = {"name": '{"1": "Parent"}', "link_rewrite": '{"1": "parent"}'}
    for number, parent in enumerate((2, first, first, first), start=first):
        if candidate.shop.get("categories", number) is None:
            ordering.insert(candidate.shop, "categories", id_parent=parent, active=1, level_depth=2, **texts)
            candidate.shop.database.execute(
                "UPDATE ps_categories SET id = ? WHERE id = (SELECT max(id) FROM ps_categories)", (number,)
            )


STEPS: dict[tuple[str, str], Callable[[Candidate], None]] = {
    ("99-checks", "webservice switched off"): _switch_off,
    ("99-checks", "and on again"): _switch_on,
    ("91-languages", "POST /api/languages"): _forget_languages,
    ("240-category-delete", "POST /api/categories"): _no_parents,
    ("240-category-delete", "DELETE /api/categories/14"): lambda candidate: _parent(candidate, 4),
    ("240-category-delete", "DELETE /api/categories/16"): lambda candidate: _parent(candidate, 4),
    ("240-category-delete", "RMW"): lambda candidate: _parent(candidate, 0),
    ("240-category-delete", "RMW without associations"): lambda candidate: _parent(candidate, 4),
    ("240-category-delete", "unknown association"): lambda candidate: _parent(candidate, 8),
    ("92-multishop", "after giving the key shop 2"): _attach,
    ("210-multishop", "GET /api/products?id_shop=2&limit=3&display=%5Bid%5D"): _attach,
    (
        "90-php-warning",
        "3 zones; PHP code of the shop (here a test override) raises a warning while the 2nd is saved",
    ): _warn,
    ("230-php-warning", "3 zones, the shop raises a warning while the 2nd is saved"): _warn,
    ("96-address-used", "DELETE of an address used by an order"): _order_to_addresses,
}
"""(transcript, title of the exchange) -> what to do before it."""


def before(candidate: Candidate, scenario: Scenario, exchange: Exchange) -> None:
    step = STEPS.get((scenario.name, exchange.title or f"{exchange.method} {exchange.path}"))
    if step is not None:
        step(candidate)
