"""Customers, addresses, languages and attachments."""

from __future__ import annotations

import hashlib
import secrets
from typing import TYPE_CHECKING

from connectors.sandbox.shop.database import Row
from connectors.sandbox.shop.entity import Entity
from connectors.sandbox.shop.errors import WebserviceError
from connectors.sandbox.shop.hooks.base import Hooks, remove

if TYPE_CHECKING:
    from connectors.sandbox.shop.shop import Shop


def hashed(password: str, *, old: bool) -> str:
    """The look of a stored password (md5 on 1.6, bcrypt after); it protects nothing: the sandbox has no login."""
    if old:
        return hashlib.md5(password.encode(), usedforsecurity=False).hexdigest()
    return "$2y$10$" + hashlib.sha256(password.encode()).hexdigest()[:53]


class CustomerHooks(Hooks):
    """Customers: one e-mail each (not on 1.6), hashed password, secure key, default group."""

    def before_save(self, shop: Shop, entity: Entity, before: Row | None) -> None:
        self._check_email(shop, entity, before)
        password = entity.text("passwd")
        if before is None or password != before["passwd"]:
            entity.values["passwd"] = hashed(password, old=shop.major < (1, 7))
        if before is None:
            entity.values["last_passwd_gen"] = shop.now()
            entity.values["secure_key"] = secrets.token_hex(16)
            entity.values["id_lang"] = entity.text("id_lang") or str(shop.default_language)
        entity.values["id_shop"] = entity.text("id_shop") or "1"
        entity.values["id_shop_group"] = entity.text("id_shop_group") or "1"

    def stored(self, shop: Shop, entity: Entity, row: Row, before: Row | None) -> Row:
        if before is not None and row["passwd"] != before["passwd"]:
            row["last_passwd_gen"] = shop.now()
        return row

    @staticmethod
    def _check_email(shop: Shop, entity: Entity, before: Row | None) -> None:
        if shop.major < (1, 7) or entity.number("is_guest"):
            return
        sql = "SELECT id FROM ps_customers WHERE fold(email) = fold(?) AND id != ? AND is_guest = 0 AND deleted = 0"
        if shop.database.value(sql, (entity.text("email"), entity.id)) is not None:
            message = "The email is already used, please choose another one"
            raise WebserviceError(500, 140 if before is None else 141, message, (46, "Unable to save resource"))

    def after_associations(self, shop: Shop, entity: Entity, sent: frozenset[str], before: Row | None) -> None:
        group = entity.number("id_default_group")
        if before is None and "groups" not in sent and group:
            shop.database.set_links("customers", entity.id, "groups", [{"id": str(group)}], "id")


class AddressHooks(Hooks):
    """Addresses: one that an order uses is only marked as deleted."""

    def delete(self, shop: Shop, row: Row) -> None:
        sql = "SELECT id FROM ps_orders WHERE id_address_delivery = ? OR id_address_invoice = ?"
        if shop.database.value(sql, (row["id"], row["id"])) is None:
            remove(shop, "addresses", row["id"])
        else:
            shop.database.execute("UPDATE ps_addresses SET deleted = 1 WHERE id = ?", (row["id"],))


class LanguageHooks(Hooks):
    """Languages: a new one starts with the texts of the default one, everywhere."""

    def after_save(self, shop: Shop, entity: Entity, before: Row | None) -> None:
        if before is not None:
            return
        path, source = f'$."{entity.id}"', f'$."{shop.default_language}"'
        for resource in shop.resources.values():
            for known in resource.lang_fields:
                sql = f"""UPDATE "{resource.table}"
                          SET "{known.name}" = json_set("{known.name}", ?, json_extract("{known.name}", ?))"""  # noqa: S608
                shop.database.execute(sql, (path, source))


class ConfigurationHooks(Hooks):
    """Settings: a fresh shop's have no dates, and a change that does not send some is refused for that."""

    def prepare(self, shop: Shop, entity: Entity, before: Row | None) -> None:
        if before is not None and entity.text("date_add").startswith("0000"):
            arrow = "-&gt;" if shop.major >= (8, 0) else "->"
            message = f'Validation error: "Property Configuration{arrow}date_add is not valid"'
            raise WebserviceError(400, 85, message)


class AttachmentHooks(Hooks):
    """Attachments: the file goes with the row."""

    def delete(self, shop: Shop, row: Row) -> None:
        remove(shop, "attachments", row["id"])
        shop.database.execute("DELETE FROM links WHERE name = 'attachments' AND target = ?", (row["id"],))
        if row["file"]:
            (shop.attachments / row["file"]).unlink(missing_ok=True)
