"""What earlier versions of the shop call otherwise, or do not know at all. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from connectors.prestashop.versions import ShopCapabilities
from mapping.desired.away import NOT_FOUND, TO_PRODUCT
from mapping.state import Ref, Value
from sync_portal.sync.forms import ShopValue
from sync_portal.sync.kinds import Kind

OWN_SENDERS = frozenset({"images", "attachments"})
"""Their fields are not those of a resource."""


def spelt(
    kind: Kind, fields: Mapping[str, Value], encoded: Mapping[str, ShopValue], known: ShopCapabilities
) -> dict[str, ShopValue]:
    """The encoded fields as this version takes them; what it does not know is left out."""
    if kind.name in OWN_SENDERS:
        return dict(encoded)
    spelled = dict(encoded)
    if "redirect_to" in kind.fields and not known.knows(kind.resource, "id_type_redirected"):
        spelled = _old_redirect(fields, spelled)
    return {
        name: value
        for name, value in spelled.items()
        if kind.fields[name].name == "id" or known.knows(kind.resource, kind.fields[name].name)
    }


def _old_redirect(fields: Mapping[str, Value], encoded: dict[str, ShopValue]) -> dict[str, ShopValue]:
    """1.6 redirects to products only: "301" and id_product_redirected. A page led to its category is just hidden."""
    if "redirect_type" in encoded:
        encoded["redirect_type"] = "301" if encoded["redirect_type"] == TO_PRODUCT else NOT_FOUND
    if "redirect_to" in encoded:
        target = fields.get("redirect_to")
        shop_id = encoded.pop("redirect_to")
        encoded["redirect_product"] = shop_id if isinstance(target, Ref) and target.kind == "products" else "0"
    return encoded
