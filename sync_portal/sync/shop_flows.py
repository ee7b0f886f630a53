"""The flows from Sage to the shop: declarations."""

from django.utils.translation import gettext_lazy as _

from mapping import desired
from mapping.combinations import made_by_choice
from mapping.desired.categories import emptied_categories
from sync_portal.sync import catalogue_check, drift
from sync_portal.sync.flows import Flow, register

_ARTICLES = ("families", "catalogue_nodes", "articles", "gammes", "gamme_values", "article_gammes", "combinations")
_TAXES = ("taxes", "article_accounting", "family_accounting")
_PRICES = ("tariff_categories", "article_tariffs", "quantity_tiers", "gamme_prices", "packaging_prices")
_TEXTS = ("glossary_texts", "article_texts", "packagings", "article_suppliers", "suppliers")
_STOCK = ("depots", "stock", "gamme_stock", "kit_components")
_CUSTOMERS = ("customers", "contacts", "countries")

# Groups come before categories: in the shop a new group sees only the categories that are made after it.
CATALOGUE = register(
    Flow(
        name="catalogue",
        label=_("Articles"),
        icon="package",
        streams=(*_ARTICLES, *_TEXTS, *_TAXES, *_PRICES, *_STOCK),
        parts=frozenset({"categories", "products", "groups"}),
        desires=(
            desired.desired_groups,
            desired.desired_categories,
            desired.desired_options,
            desired.desired_values,
            desired.desired_features,
            desired.desired_feature_values,
            desired.desired_manufacturers,
            desired.desired_suppliers,
            desired.desired_tags,
            desired.desired_products,
            desired.desired_product_suppliers,
            desired.desired_combinations,
            desired.desired_links,
        ),
        hides=emptied_categories,
        removes=frozenset({"combinations", "product_suppliers"}),
        removable=lambda kind, key: kind != "combinations" or made_by_choice(key),
    )
)

STOCK = register(
    Flow(
        name="stock",
        label=_("Stock"),
        icon="building-warehouse",
        streams=_STOCK,
        parts=frozenset({"products"}),
        desires=(desired.desired_stock,),
        minds_orders=True,
        lane="fast",
        promise_minutes=15,
    )
)

CUSTOMERS = register(
    Flow(
        name="customers",
        label=_("Customers"),
        icon="users",
        streams=(*_CUSTOMERS, "tariff_categories"),
        parts=frozenset({"customers", "groups"}),
        desires=(desired.desired_groups, desired.desired_customers, desired.desired_addresses),
    )
)

PRICES = register(
    Flow(
        name="prices",
        label=_("Prices"),
        icon="currency-euro",
        streams=(*_TAXES, *_PRICES, "articles"),
        parts=frozenset({"products", "prices"}),
        desires=(desired.desired_product_prices, desired.desired_specific_prices),
        removes=frozenset({"specific_prices"}),
    )
)

IMAGES = register(
    Flow(
        name="images",
        label=_("Photos and documents"),
        icon="photo",
        streams=("media", "articles"),
        parts=frozenset({"products", "images"}),
        desires=(
            desired.desired_images,
            desired.desired_covers,
            desired.desired_combination_images,
            desired.desired_documents,
        ),
        removes=frozenset({"images", "attachments"}),
    )
)

QUALITY = register(
    Flow(
        name="quality",
        label=_("Catalogue check"),
        icon="clipboard-check",
        streams=(*_ARTICLES, *_TEXTS, *_TAXES, *_PRICES, *_STOCK, "media"),
        run=catalogue_check.check,
        promise_minutes=7 * 24 * 60,
    )
)

DRIFT = register(
    Flow(
        name="drift",
        label=_("Shop check"),
        icon="zoom-check",
        run=drift.check,
        promise_minutes=7 * 24 * 60,
    )
)
