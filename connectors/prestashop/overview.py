"""What the connection page tells of a shop: the lists a mapping is made of, and the rights the key lacks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from connectors.prestashop.reading import Reader
from connectors.prestashop.versions import ShopCapabilities
from connectors.prestashop.xml import Entity

# Verbs by flow and resource; "change" is PATCH where the shop has it, PUT before 8.
_READ, _CHANGE, _ADD, _DELETE = "get", "change", "post", "delete"
_ALL = (_READ, _CHANGE, _ADD)
RIGHTS: dict[str, dict[str, tuple[str, ...]]] = {
    "catalogue": {
        "products": _ALL,
        "combinations": (*_ALL, _DELETE),
        "categories": _ALL,
        "product_options": _ALL,
        "product_option_values": _ALL,
        "product_features": _ALL,
        "product_feature_values": _ALL,
        "manufacturers": _ALL,
        "stock_availables": (_READ,),
        "tax_rule_groups": (_READ,),
        "tax_rules": (_READ,),
        "taxes": (_READ,),
        "languages": (_READ,),
        "countries": (_READ,),
        "configurations": (_READ,),
    },
    "prices": {
        "products": (_READ, _CHANGE),
        "combinations": (_READ, _CHANGE),
        "specific_prices": (*_ALL, _DELETE),
        "groups": (_READ,),
        "currencies": (_READ,),
    },
    "stock": {"stock_availables": (_READ, _CHANGE)},
    # The image resource is written by POST alone, also to replace (``ps_method=PUT``, which asks for the right to PUT).
    "images": {"images": (_READ, _ADD, "put", _DELETE), "products": (_READ, _CHANGE), "combinations": (_READ, _CHANGE)},
    "customers": {"customers": _ALL, "addresses": _ALL, "groups": _ALL, "countries": (_READ,)},
    "orders": {
        "orders": (_READ,),
        "order_details": (_READ,),
        "order_payments": (_READ,),
        "order_states": (_READ,),
        "customers": (_READ,),
        "addresses": (_READ,),
        "carriers": (_READ,),
        "countries": (_READ,),
        "currencies": (_READ,),
    },
    "payments": {"orders": (_READ,), "order_payments": (_READ,)},
    "order-status": {"orders": (_READ,), "order_histories": (_READ, _ADD), "order_carriers": (_READ, _CHANGE)},
}

# Resource -> the fields shown of each entry; the first one that is not blank is its name.
LISTS: dict[str, tuple[str, ...]] = {
    "languages": ("name", "iso_code"),
    "currencies": ("iso_code", "name"),
    "shops": ("name",),
    "groups": ("name",),
    "tax_rule_groups": ("name",),
    "carriers": ("name",),
    "order_states": ("name",),
}


@dataclass(frozen=True)
class Named:
    """One entry of a shop's list; `active` is False for one that is switched off or deleted."""

    id: int
    name: str
    active: bool = True


def missing_rights(capabilities: ShopCapabilities, flow: str) -> list[tuple[str, str]]:
    """``(resource, verb)`` that the key lacks for a flow. KeyError for a flow that does not talk to a shop."""
    change = "patch" if capabilities.has_patch else "put"
    return [
        (resource, change if verb == _CHANGE else verb)
        for resource, verbs in RIGHTS[flow].items()
        for verb in verbs
        if not capabilities.may(resource, change if verb == _CHANGE else verb)
    ]


def lists(reader: Reader) -> Mapping[str, list[Named]]:
    """Languages, currencies, shops, groups, tax rules, carriers, order states; without those the key may not read.

    Payment modules cannot be listed: a shop's orders are the only place where the webservice names them.
    """
    known = reader.capabilities()
    found: dict[str, list[Named]] = {}
    for resource, names in LISTS.items():
        if known.may(resource, "get"):
            shown = ["id", *names, "active", "deleted"]
            found[resource] = [_named(entity, names) for entity in reader.read(resource, display=shown)]
    return found


def payment_modules(reader: Reader, *, orders: int = 500) -> dict[str, str]:
    """Module -> the name customers see, from the latest orders: ``{"ps_wirepayment": "Bank transfer"}``."""
    latest = reader.read("orders", display=["module", "payment"], sort="id_DESC", limit=orders)
    modules: dict[str, str] = {}
    for order in latest:
        modules.setdefault(order.text("module"), order.text("payment"))
    return modules


def _named(entity: Entity, names: tuple[str, ...]) -> Named:
    name = next((text for name in names if (text := entity.text(name))), "")
    active = entity.text("active") != "0" and entity.text("deleted") != "1"
    return Named(entity.id or 0, name, active)
