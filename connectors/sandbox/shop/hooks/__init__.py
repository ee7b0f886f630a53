"""What saving or deleting an entity does besides storing its fields, resource by resource."""

from __future__ import annotations

from connectors.sandbox.shop.hooks.base import Hooks
from connectors.sandbox.shop.hooks.catalogue import CategoryHooks, ManufacturerHooks, ProductHooks
from connectors.sandbox.shop.hooks.combinations import CombinationHooks, StockHooks
from connectors.sandbox.shop.hooks.options import FeatureHooks, OptionHooks, OptionValueHooks, SpecificPriceHooks
from connectors.sandbox.shop.hooks.people import (
    AddressHooks,
    AttachmentHooks,
    ConfigurationHooks,
    CustomerHooks,
    LanguageHooks,
)
from connectors.sandbox.shop.hooks.sales import CartHooks, OrderCarrierHooks, OrderHistoryHooks, OrderHooks

HOOKS: dict[str, Hooks] = {
    "addresses": AddressHooks(),
    "attachments": AttachmentHooks(),
    "carts": CartHooks(),
    "categories": CategoryHooks(),
    "combinations": CombinationHooks(),
    "configurations": ConfigurationHooks(),
    "customers": CustomerHooks(),
    "languages": LanguageHooks(),
    "order_carriers": OrderCarrierHooks(),
    "order_histories": OrderHistoryHooks(),
    "orders": OrderHooks(),
    "product_option_values": OptionValueHooks(),
    "product_options": OptionHooks(),
    "manufacturers": ManufacturerHooks(),
    "product_features": FeatureHooks(),
    "products": ProductHooks(),
    "specific_prices": SpecificPriceHooks(),
    "stock_availables": StockHooks(),
}


def of(resource: str) -> Hooks:
    """The hooks of a resource; most have none."""
    return HOOKS.get(resource, Hooks())
