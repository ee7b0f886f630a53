"""The mapping catalogue in the staff admin: to look, never to decide (the portal's own pages are for that)."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest

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


class _DerivedAdmin(admin.ModelAdmin):
    """Derived rows are overwritten by the next run: they are shown, not edited, and not deleted either. Without its
    binding what is in the shop would be strange to the portal.
    """

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


@admin.register(SourceRecord)
class SourceRecordAdmin(_DerivedAdmin):
    list_display = ["client", "stream", "key", "changed_at", "deleted_at"]
    list_filter = ["client", "stream"]
    search_fields = ["key"]


@admin.register(Product)
class ProductAdmin(_DerivedAdmin):
    list_display = ["reference", "name", "price", "readiness", "client"]
    list_filter = ["client", "readiness"]
    search_fields = ["reference", "name"]


@admin.register(Combination)
class CombinationAdmin(_DerivedAdmin):
    list_display = ["key", "reference", "price_impact", "quantity"]
    list_filter = ["product__client"]
    search_fields = ["key", "reference"]


@admin.register(Category)
class CategoryAdmin(_DerivedAdmin):
    list_display = ["path", "key", "product_count", "client"]
    list_filter = ["client"]
    search_fields = ["name", "key"]


@admin.register(CustomerGroup)
class CustomerGroupAdmin(_DerivedAdmin):
    list_display = ["key", "name", "with_tax", "public", "client"]
    list_filter = ["client"]


@admin.register(SpecificPrice)
class SpecificPriceAdmin(_DerivedAdmin):
    list_display = ["key", "price", "from_quantity", "group_key", "customer_key"]
    list_filter = ["product__client", "group_key"]
    search_fields = ["key"]


@admin.register(ProductImage)
class ProductImageAdmin(_DerivedAdmin):
    list_display = ["source_path", "product", "position", "size"]
    list_filter = ["product__client"]
    list_select_related = ["product"]
    search_fields = ["source_path", "key"]


@admin.register(ShopCustomer)
class ShopCustomerAdmin(_DerivedAdmin):
    list_display = ["key", "company", "email", "group_key", "client"]
    list_filter = ["client", "sleeping"]
    search_fields = ["key", "company", "email"]


@admin.register(Binding)
class BindingAdmin(_DerivedAdmin):
    list_display = ["kind", "key", "remote_id", "shop", "confirmed_at", "adopted"]
    list_filter = ["shop", "kind", "adopted"]
    list_select_related = ["shop__client"]
    search_fields = ["key"]
