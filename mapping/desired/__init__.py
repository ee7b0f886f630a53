"""The catalogue as the shop's resources: what each of them should be, in local terms. Pure.

One function per kind, all with the same shape: ``desired_products(catalogue, rules)`` gives `Desired` in a fixed order.
"""

from mapping.desired.brands import desired_manufacturers, desired_product_suppliers, desired_suppliers
from mapping.desired.categories import desired_categories
from mapping.desired.combination_images import desired_combination_images
from mapping.desired.customers import desired_addresses, desired_customers
from mapping.desired.documents import desired_documents
from mapping.desired.features import desired_feature_values, desired_features
from mapping.desired.images import desired_covers, desired_images
from mapping.desired.links import desired_links
from mapping.desired.options import desired_options, desired_values
from mapping.desired.prices import desired_groups, desired_product_prices, desired_specific_prices
from mapping.desired.products import desired_combinations, desired_products
from mapping.desired.stock import desired_stock
from mapping.desired.texts import desired_tags

__all__ = [
    "desired_addresses",
    "desired_categories",
    "desired_combination_images",
    "desired_combinations",
    "desired_covers",
    "desired_customers",
    "desired_documents",
    "desired_feature_values",
    "desired_features",
    "desired_groups",
    "desired_images",
    "desired_links",
    "desired_manufacturers",
    "desired_options",
    "desired_product_prices",
    "desired_product_suppliers",
    "desired_products",
    "desired_specific_prices",
    "desired_stock",
    "desired_suppliers",
    "desired_tags",
    "desired_values",
]
