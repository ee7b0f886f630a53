"""The catalogue as the shop's resources: what each of them should be, in local terms. Pure.

One function per kind, all with the same shape: ``desired_products(catalogue, rules)`` gives `Desired` in a fixed order.
"""

from mapping.desired.customers import desired_addresses, desired_customers
from mapping.desired.images import desired_images
from mapping.desired.options import desired_options, desired_values
from mapping.desired.prices import desired_groups, desired_product_prices, desired_specific_prices
from mapping.desired.products import desired_categories, desired_combinations, desired_products
from mapping.desired.stock import desired_stock

__all__ = [
    "desired_addresses",
    "desired_categories",
    "desired_combinations",
    "desired_customers",
    "desired_groups",
    "desired_images",
    "desired_options",
    "desired_product_prices",
    "desired_products",
    "desired_specific_prices",
    "desired_stock",
    "desired_values",
]
