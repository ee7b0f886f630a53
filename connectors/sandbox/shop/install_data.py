"""What a fresh French shop holds, as plain tables; ids are those of a real install where a client relies on them."""

from __future__ import annotations

from typing import Any

SHOP_NAME = "Boutique bac à sable"

LANGUAGES: dict[str, dict[str, Any]] = {
    "fr": {
        "name": "Français (French)",
        "iso_code": "fr",
        "locale": "fr-FR",
        "language_code": "fr",
        "active": 1,
        "date_format_lite": "d/m/Y",
        "date_format_full": "d/m/Y H:i:s",
    },
    "en": {
        "name": "English (English)",
        "iso_code": "en",
        "locale": "en-US",
        "language_code": "en-us",
        "active": 1,
        "date_format_lite": "m/d/Y",
        "date_format_full": "m/d/Y H:i:s",
    },
}

CURRENCY: dict[str, Any] = {
    "id": 1,
    "names": "euro",
    "name": "Euro",
    "symbol": "€",
    "iso_code": "EUR",
    "iso_code_num": "978",
    "numeric_iso_code": "978",
    "precision": 2,
    "sign": "€",
    "format": 2,
    "decimals": 1,
    "blank": 1,
    "conversion_rate": "1.000000",
    "active": 1,
}

ZONES = [
    (1, "Europe"),
    (2, "North America"),
    (3, "Asia"),
    (4, "Africa"),
    (5, "Oceania"),
    (6, "South America"),
    (7, "Europe (hors UE)"),
    (8, "Central America/Antilla"),
]

COUNTRIES = [
    (1, "DE", "Allemagne", 1, 49),
    (2, "AT", "Autriche", 1, 43),
    (3, "BE", "Belgique", 1, 32),
    (4, "CA", "Canada", 2, 1),
    (5, "CN", "Chine", 3, 86),
    (6, "ES", "Espagne", 1, 34),
    (7, "FI", "Finlande", 1, 358),
    (8, "FR", "France", 1, 33),
    (9, "GR", "Grèce", 1, 30),
    (10, "IT", "Italie", 1, 39),
    (11, "JP", "Japon", 3, 81),
    (12, "LU", "Luxembourg", 1, 352),
    (13, "NL", "Pays-Bas", 1, 31),
    (14, "PL", "Pologne", 1, 48),
    (15, "PT", "Portugal", 1, 351),
    (16, "CZ", "Tchéquie", 1, 420),
    (17, "GB", "Royaume-Uni", 7, 44),
    (18, "SE", "Suède", 1, 46),
    (19, "CH", "Suisse", 7, 41),
    (20, "DK", "Danemark", 1, 45),
    (21, "US", "États-Unis", 2, 1),
    (26, "IE", "Irlande", 1, 353),
    (148, "MC", "Monaco", 7, 377),
]
ACTIVE_COUNTRIES = {"FR", "US"}
"""A fresh French shop ships to these only."""
ZIP_FORMATS = {
    "AT": "NNNN",
    "BE": "NNNN",
    "CH": "NNNN",
    "DK": "NNNN",
    "LU": "NNNN",
    "NL": "NNNN LL",
    "GB": "",
    "IE": "",
}
TAXED_COUNTRIES = [3, 16, 20, 1, 9, 6, 8, 148, 26, 10, 12, 13, 2, 14, 15, 7, 18]

STATES = [("AL", "Alabama"), ("CA", "California"), ("FL", "Florida"), ("NY", "New York"), ("TX", "Texas")]

FRENCH_RATES = [
    ("20.000", "FR Taux standard (20%)"),
    ("10.000", "FR Taux réduit (10%)"),
    ("5.500", "FR Taux réduit (5.5%)"),
    ("2.100", "FR Taux super réduit (2.1%)"),
]

GROUPS = [(1, "Visiteur"), (2, "Invité"), (3, "Client")]

CATEGORIES: list[dict[str, Any]] = [
    {"id": 1, "id_parent": 0, "level_depth": 0, "name": "Racine", "link_rewrite": "racine"},
    {"id": 2, "id_parent": 1, "level_depth": 1, "name": "Accueil", "link_rewrite": "accueil", "is_root_category": 1},
]

CONTACTS = ["Webmestre", "Service client"]

CARRIERS: list[dict[str, Any]] = [
    {"id": 1, "name": "Retrait en magasin", "delay": "Prêt en deux heures", "active": 1, "is_free": 1},
    {"id": 2, "name": "Livraison à domicile", "delay": "Sous 48 heures", "active": 1, "shipping_handling": 1},
    {"id": 3, "name": "Point relais", "delay": "Trois à cinq jours", "active": 0, "shipping_handling": 1},
    {"id": 4, "name": "Transporteur au poids", "delay": "Sur palette", "active": 0, "shipping_handling": 1},
]
PRICE_RANGES = [
    (2, "0.000000", "10000.000000", "5.000000"),
    (3, "0.000000", "50.000000", "3.000000"),
    (3, "50.000000", "100.000000", "4.000000"),
    (4, "0.000000", "10000.000000", "8.000000"),
]
"""(carrier, from, to, price without tax); PS_SHIPPING_HANDLING comes on top where the carrier asks for it."""

PAYMENT_MODULES = {
    "ps_wirepayment": "Virement bancaire",
    "ps_checkpayment": "Chèque",
    "ps_cashondelivery": "Paiement à la livraison",
}
PAYMENT_MODULES_16 = {"bankwire": "Virement bancaire", "cheque": "Chèque"}


def payment_modules(version: str) -> dict[str, str]:
    """Installed payment modules by technical name: an order with any other module is an uncaught exception."""
    if version.startswith("1.6"):
        return PAYMENT_MODULES_16
    shipped = dict(PAYMENT_MODULES)
    if version.startswith("1.7"):
        shipped.pop("ps_cashondelivery")
    return shipped


def configurations(version: str) -> dict[str, str]:
    """The settings a client may read."""
    return {
        "PS_LANG_DEFAULT": "1",
        "PS_VERSION_DB": version,
        "PS_INSTALL_VERSION": version,
        "PS_COUNTRY_DEFAULT": "8",
        "PS_CURRENCY_DEFAULT": "1",
        "PS_SHOP_DEFAULT": "1",
        "PS_ROOT_CATEGORY": "1",
        "PS_HOME_CATEGORY": "2",
        "PS_UNIDENTIFIED_GROUP": "1",
        "PS_GUEST_GROUP": "2",
        "PS_CUSTOMER_GROUP": "3",
        "PS_TAX": "1",
        "PS_STOCK_MANAGEMENT": "1",
        "PS_ADVANCED_STOCK_MANAGEMENT": "0",
        "PS_ORDER_OUT_OF_STOCK": "0",
        "PS_SEARCH_INDEXATION": "1",
        "PS_PRODUCT_SHORT_DESC_LIMIT": "800",
        "PS_LIMIT_UPLOAD_IMAGE_VALUE": "2",
        "PS_ATTACHMENT_MAXIMUM_SIZE": "8",
        "PS_TIMEZONE": "Europe/Paris",
        "PS_SHOP_NAME": SHOP_NAME,
        "PS_SHIPPING_HANDLING": "2.00",
        "PS_PRICE_ROUND_MODE": "2",
        "PS_ROUND_TYPE": "2",
        "PS_CARRIER_DEFAULT": "2",
        "PS_OS_CHEQUE": "1",
        "PS_OS_PAYMENT": "2",
        "PS_OS_PREPARATION": "3",
        "PS_OS_SHIPPING": "4",
        "PS_OS_DELIVERED": "5",
        "PS_OS_CANCELED": "6",
        "PS_OS_REFUND": "7",
        "PS_OS_ERROR": "8",
        "PS_OS_BANKWIRE": "10",
        "PS_OS_WS_PAYMENT": "12" if version.startswith("1.6") else "11",
    }


_FLAGS = ("logable", "paid", "invoice", "shipped", "delivery", "send_email")
_STATES: list[tuple[int, str, str, set[str]]] = [
    (1, "En attente du paiement par chèque", "#34209E", {"send_email"}),
    (2, "Paiement accepté", "#3498D8", {"logable", "paid", "invoice", "send_email"}),
    (3, "En cours de préparation", "#3498D8", {"logable", "paid", "invoice", "delivery", "send_email"}),
    (4, "Expédié", "#01B887", {"logable", "paid", "invoice", "delivery", "shipped", "send_email"}),
    (5, "Livré", "#01B887", {"logable", "paid", "invoice", "delivery", "shipped"}),
    (6, "Annulé", "#2C3E50", {"send_email"}),
    (7, "Remboursé", "#01B887", {"invoice", "send_email"}),
    (8, "Erreur de paiement", "#E74C3C", {"send_email"}),
    (9, "En attente de réapprovisionnement (payé)", "#3498D8", {"paid", "invoice", "send_email"}),
    (10, "En attente de virement bancaire", "#34209E", {"send_email"}),
]
_REMOTE = ("Paiement à distance accepté", "#3498D8", {"logable", "paid", "invoice", "send_email"})
_UNPAID = ("En attente de réapprovisionnement (non payé)", "#34209E", {"send_email"})
_ON_DELIVERY = ("En attente de paiement à la livraison", "#34209E", set[str]())


def order_states(version: str) -> list[dict[str, Any]]:
    """The order states under their recorded ids: the remote payment is 11, but 12 on 1.6."""
    states = list(_STATES)
    if version.startswith("1.6"):
        states += [(11, "En attente du paiement PayPal", "#34209E", set()), (12, *_REMOTE), (13, *_UNPAID)]
        states += [(14, *_ON_DELIVERY)]
    else:
        states += [(11, *_REMOTE), (12, *_UNPAID), (13, *_ON_DELIVERY)]
    return [
        {"id": identity, "name": name, "color": color, "unremovable": 1, **{flag: int(flag in on) for flag in _FLAGS}}
        for identity, name, color, on in states
    ]
