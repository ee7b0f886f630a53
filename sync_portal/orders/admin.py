"""The ledger for staff: to look at, not to edit. What is in Sage is changed in Sage."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest

from sync_portal.orders.models import LedgerOrder


@admin.register(LedgerOrder)
class LedgerOrderAdmin(admin.ModelAdmin):
    list_display = ["reference", "shop", "placed_at", "buyer", "total_paid", "state", "cause", "sage_piece"]
    list_filter = ["state", "cause", "shop"]
    list_select_related = ["shop__client"]
    search_fields = ["reference", "buyer", "email", "sage_piece", "sage_customer"]
    date_hierarchy = "placed_at"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: LedgerOrder | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: LedgerOrder | None = None) -> bool:
        # A ledger row is what keeps an order from entering Sage twice.
        return False
