"""The ledger for staff: to look at, not to edit. What is in Sage is changed in Sage."""

from __future__ import annotations

from django.contrib import admin

from connectors.administration import LookedAt, OwnClients
from sync_portal.orders.models import LedgerOrder


@admin.register(LedgerOrder)
class LedgerOrderAdmin(LookedAt):
    """Nothing is deleted either: a ledger row is what keeps an order from entering Sage twice."""

    client_path = "shop__client"
    list_display = ["reference", "shop", "placed_at", "buyer", "total_paid", "state", "cause", "sage_piece"]
    list_filter = ["state", "cause", ("shop", OwnClients)]
    list_select_related = ["shop__client"]
    search_fields = ["reference", "buyer", "email", "sage_piece", "sage_customer"]
    date_hierarchy = "placed_at"
