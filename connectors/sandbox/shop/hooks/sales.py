"""Orders made through the webservice, their states and their tracking numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from connectors.sandbox.shop import ordering
from connectors.sandbox.shop.database import Row
from connectors.sandbox.shop.entity import Entity, Items
from connectors.sandbox.shop.errors import UncaughtError
from connectors.sandbox.shop.hooks.base import Hooks
from connectors.sandbox.shop.install_data import payment_modules
from connectors.sandbox.shop.values import money

if TYPE_CHECKING:
    from connectors.sandbox.shop.shop import Shop


class OrderHooks(Hooks):
    """Orders: made from a cart, whatever totals and state are sent; the state moves through histories."""

    def before_save(self, shop: Shop, entity: Entity, before: Row | None) -> None:
        if before is None:
            self._check_creation(shop, entity)
        else:
            wanted = entity.number("current_state")
            if wanted and wanted != before["current_state"] and shop.get("order_states", wanted) is None:
                raise UncaughtError

    @staticmethod
    def _check_creation(shop: Shop, entity: Entity) -> None:
        if entity.text("module") not in payment_modules(shop.version):
            raise UncaughtError
        cart = entity.number("id_cart")
        used = shop.database.value("SELECT id FROM ps_orders WHERE id_cart = ?", (cart,)) is not None
        if used or shop.get("carts", cart) is None:
            if shop.major < (1, 7):
                raise UncaughtError("Le panier ne peut être chargé ou une commande a déjà été passée", status=200)
            raise UncaughtError("Cart cannot be loaded or an order has already been placed using this cart")

    def stored(self, shop: Shop, entity: Entity, row: Row, before: Row | None) -> Row:
        if before is not None and row["current_state"] != before["current_state"] and row["current_state"]:
            row["current_state"] = before["current_state"]  # change_state moves it, with what belongs to it
        return row

    def after_save(self, shop: Shop, entity: Entity, before: Row | None) -> None:
        if before is None:
            ordering.complete_from_cart(shop, entity.id, paid=money(entity.text("total_paid")))
            # The answer was made before the order was: it says nothing of state and dates.
            entity.values |= dict.fromkeys(("current_state", "date_add", "date_upd"), "")
            return
        wanted = entity.number("current_state")
        if wanted and (wanted != before["current_state"] or shop.major < (1, 7)):
            ordering.change_state(shop, entity.id, wanted)
        if "shipping_number" in entity.sent:
            sql = "UPDATE ps_order_carriers SET tracking_number = ? WHERE id_order = ?"
            shop.database.execute(sql, (entity.text("shipping_number"), entity.id))

    def set_association(self, shop: Shop, entity: Entity, name: str, items: Items) -> None:
        """`order_rows` are made from the cart: what is sent is ignored."""

    def compute(self, shop: Shop, entities: Sequence[Entity], names: frozenset[str]) -> None:
        if "shipping_number" not in names:
            return
        sql = "SELECT id_order, tracking_number FROM ps_order_carriers WHERE id_order IN (?)"
        rows = shop.database.by_ids(sql, [entity.id for entity in entities])
        numbers = {row["id_order"]: row["tracking_number"] for row in rows}
        for entity in entities:
            entity.values["shipping_number"] = numbers.get(entity.id, "")


class CartHooks(Hooks):
    """Carts: they belong to a shop even when the body does not say so."""

    def before_save(self, shop: Shop, entity: Entity, before: Row | None) -> None:
        entity.values["id_shop"] = entity.text("id_shop") or "1"
        if shop.major >= (8, 0):
            entity.values["id_shop_group"] = entity.text("id_shop_group") or "1"


class OrderHistoryHooks(Hooks):
    """Histories: adding one changes the order's state, also to the state it already has."""

    def before_save(self, shop: Shop, entity: Entity, before: Row | None) -> None:
        state = shop.get("order_states", entity.number("id_order_state"))
        if state is not None and shop.get("orders", entity.number("id_order")) is not None:
            return
        if shop.major >= (8, 0):
            raise UncaughtError
        if shop.major >= (1, 7):
            raise UncaughtError("Invalid new order status")
        raise UncaughtError("État de commande invalide", status=200)

    def after_save(self, shop: Shop, entity: Entity, before: Row | None) -> None:
        if before is None:
            ordering.apply_state(shop, entity.number("id_order"), entity.number("id_order_state"))


class OrderCarrierHooks(Hooks):
    """Tracking numbers: shown by the order, whose date_upd does not move."""
