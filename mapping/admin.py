"""The mapping catalogue in the staff admin: to look, never to decide (the portal's own pages are for that).

Derived rows are overwritten by the next run: they are shown, not edited, and not deleted either. Without its binding
what is in the shop would be strange to the portal.
"""

from __future__ import annotations

from django.contrib import admin

from connectors.administration import LookedAt, OwnClients
from mapping.models import (
    Binding,
    Category,
    Combination,
    CustomerGroup,
    Product,
    ProductImage,
    ShopCustomer,
    SourceRecord,
    SpecificPrice,
)


@admin.register(SourceRecord)
class SourceRecordAdmin(LookedAt):
    list_display = ["client", "stream", "key", "changed_at", "deleted_at"]
    list_filter = [("client", OwnClients), "stream"]
    search_fields = ["key"]


@admin.register(Product)
class ProductAdmin(LookedAt):
    list_display = ["reference", "name", "price", "readiness", "client"]
    list_filter = [("client", OwnClients), "readiness"]
    search_fields = ["reference", "name"]


@admin.register(Combination)
class CombinationAdmin(LookedAt):
    client_path = "product__client"
    list_display = ["key", "reference", "price_impact", "quantity"]
    list_filter = [("product__client", OwnClients)]
    search_fields = ["key", "reference"]


@admin.register(Category)
class CategoryAdmin(LookedAt):
    list_display = ["path", "key", "product_count", "client"]
    list_filter = [("client", OwnClients)]
    search_fields = ["name", "key"]


@admin.register(CustomerGroup)
class CustomerGroupAdmin(LookedAt):
    list_display = ["key", "name", "with_tax", "public", "client"]
    list_filter = [("client", OwnClients)]


@admin.register(SpecificPrice)
class SpecificPriceAdmin(LookedAt):
    client_path = "product__client"
    list_display = ["key", "price", "from_quantity", "group_key", "customer_key"]
    list_filter = [("product__client", OwnClients), "group_key"]
    search_fields = ["key"]


@admin.register(ProductImage)
class ProductImageAdmin(LookedAt):
    client_path = "product__client"
    list_display = ["source_path", "product", "position", "size"]
    list_filter = [("product__client", OwnClients)]
    list_select_related = ["product"]
    search_fields = ["source_path", "key"]


@admin.register(ShopCustomer)
class ShopCustomerAdmin(LookedAt):
    list_display = ["key", "company", "email", "group_key", "client"]
    list_filter = [("client", OwnClients), "sleeping"]
    search_fields = ["key", "company", "email"]


@admin.register(Binding)
class BindingAdmin(LookedAt):
    client_path = "shop__client"
    list_display = ["kind", "key", "remote_id", "shop", "confirmed_at", "adopted"]
    list_filter = [("shop", OwnClients), "kind", "adopted"]
    list_select_related = ["shop__client"]
    search_fields = ["key"]
