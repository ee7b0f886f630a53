"""The pages about the catalogue, as tabs that stand on each of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from connectors.models import Client
from sync_portal.pages.grouping_count import open_count


@dataclass(frozen=True, slots=True)
class Tab:
    name: str
    label: Promise
    icon: str
    url: str
    count: int = 0


def catalogue_tabs(client: Client) -> list[Tab]:
    """In the order in which people need them; the counts are what waits for somebody."""
    return [
        Tab(name, label, icon, reverse(f"pages:{address}", args=[client.slug]), count(client))
        for name, label, icon, address, count in _TABS
    ]


def _nothing(client: Client) -> int:
    return 0


_TABS: tuple[tuple[str, Promise, str, str, Callable[[Client], int]], ...] = (
    ("products", _("Products"), "package", "products", _nothing),
    ("groupings", _("Groupings"), "stack-2", "groupings", open_count),
    ("mapping", _("Mapping tables"), "arrows-exchange", "mapping", _nothing),
    ("quality", _("Catalogue check"), "clipboard-check", "quality", _nothing),
    ("exchange", _("Import and export"), "table-import", "exchange", _nothing),
    ("acts", _("Changes by people"), "user-edit", "acts", _nothing),
)
