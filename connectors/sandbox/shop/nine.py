"""PrestaShop 9 as a list of differences from 8.2.1, read in the source of 9.0.3; it was never run."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

VERSION = "9.0.3"
BASE = "8.2.1"

GONE = frozenset(
    {
        *("supply_orders", "supply_order_details", "supply_order_states", "supply_order_histories"),
        *("supply_order_receipt_histories", "warehouse_product_locations"),
    }
)
WITHOUT_FIELDS = {"products": ("meta_keywords",), "categories": ("meta_keywords",), "addresses": ("id_warehouse",)}
ADDED_FIELDS = {
    "categories": (
        {"name": "redirect_type", "format": "isString"},
        {"name": "id_type_redirected", "format": "isUnsignedId"},
    )
}
NO_LONGER_WRITABLE = {"customers": ("secure_key", "last_passwd_gen")}
"""`setter => false`: sent, they are refused with code 93. Strip them before a PUT."""
LENGTHS = {
    "customers": {"siret": 14, "ape": 6, "company": 255, "website": 128},
    "products": {"unity": 255},
    "orders": {"payment": 255, "module": 255, "reference": 255},
    "order_payments": {"order_reference": 255},
    "attachments": {"name": 255},
    "addresses": {"vat_number": 32},
}
FORMATS = {"products": {"ean13": "isGtin"}}
ORDER_RETURNS: dict[str, Any] = {
    "description": "The Order returns",
    "node": "order_return",
    "fields": [
        {"name": "id_customer", "format": "isUnsignedId", "required": True, "link": "customers"},
        {"name": "id_order", "format": "isUnsignedId", "required": True, "link": "orders"},
        {"name": "question", "format": "isCleanHtml"},
        {"name": "state", "format": "isString"},
        {"name": "date_add", "format": "isDate"},
        {"name": "date_upd", "format": "isDate"},
    ],
    "associations": [],
}


def entries(of_8: dict[str, Any]) -> dict[str, Any]:
    """The table of resources of 9, made from that of 8."""
    found = {name: deepcopy(entry) for name, entry in of_8.items() if name not in GONE}
    found["order_returns"] = ORDER_RETURNS
    for name, entry in found.items():
        gone = WITHOUT_FIELDS.get(name, ())
        entry["fields"] = [known for known in entry["fields"] if known["name"] not in gone]
        entry["fields"] += [dict(added) for added in ADDED_FIELDS.get(name, ())]
        for known in entry["fields"]:
            _change(name, known)
    return dict(sorted(found.items()))


def _change(resource: str, known: dict[str, Any]) -> None:
    name = known["name"]
    if name in NO_LONGER_WRITABLE.get(resource, ()):
        known["read_only"] = True
    if name in LENGTHS.get(resource, {}):
        known["max"] = LENGTHS[resource][name]
    if name in FORMATS.get(resource, {}):
        known["format"] = FORMATS[resource][name]
