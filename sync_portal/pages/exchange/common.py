"""What several sheets share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from connectors.models import Client
from mapping.rules import ShopRules, load_rules
from sync_portal.pages.exchange.columns import Column, Suffixed

NAME = "name_"
"""Followed by a language."""


def languages(client: Client) -> list[str]:
    """Of all the client's shops, in their order."""
    found: dict[str, None] = {}
    for shop in client.shops.filter(active=True):
        try:
            rules = load_rules(shop.rules)
        except ValueError:
            continue
        found.update(dict.fromkeys(rules.languages))
    return list(found) or list(ShopRules().languages)


def name_columns(client: Client) -> list[Column]:
    """One column per language of the shop for a name in it."""
    label = _("Name in the shop")
    return [Column(f"{NAME}{language}", Suffixed(label, f"({language})")) for language in languages(client)]


def flat_names(value: Mapping[str, Any]) -> dict[str, Any]:
    """{"name": {"fr": ...}} as columns."""
    flat = {code: content for code, content in value.items() if code != "name"}
    return flat | {f"{NAME}{language}": text for language, text in (value.get("name") or {}).items()}


def whole_names(row: Mapping[str, Any]) -> dict[str, Any]:
    """The columns as {"name": {"fr": ...}}; empty names are none."""
    names = {code.removeprefix(NAME): text for code, text in row.items() if code.startswith(NAME) and text}
    data = {code: content for code, content in row.items() if not code.startswith(NAME)}
    return data | ({"name": names} if names else {})


def info(code: str, label: Any) -> Column:
    """A column that is shown and never read."""
    return Column(code, label, info=True)
