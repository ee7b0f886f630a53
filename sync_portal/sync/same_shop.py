"""Whether the shop behind an address is still the one that we know.

Whoever goes live changes the address from the test shop to the real one. All numbers that the portal keeps are the old
shop's: product 7 is another one there, order 12 as well. So where the address is a new one, the products that we know
are looked for by their numbers before anything is written, compared or imported.
"""

from __future__ import annotations

from connectors.errors import ConfigurationError
from connectors.models import ShopConnection
from connectors.prestashop.webservice import Webservice
from mapping.models import Binding

SAMPLE = 50
"""Products that are looked for: the newest, because all shops have low numbers."""


def make_sure(shop: ShopConnection, webservice: Webservice) -> None:
    """Look once at each new address; a shop of which nothing is known is taken as it is.

    Raises:
        ConfigurationError: ``shop.another_shop``, less than half of the products are there under their references.
    """
    place = f"{shop.url} {shop.shop_id or ''}".strip()
    if shop.known_at == place:
        return
    if shop.known_at:
        _look(shop, webservice)
    shop.known_at = place
    shop.save(update_fields=["known_at"])


def _look(shop: ShopConnection, webservice: Webservice) -> None:
    bound = Binding.objects.filter(shop=shop, kind="products", remote_id__isnull=False, confirmed__has_key="reference")
    known = {row.remote_id or 0: row.confirmed["reference"] for row in bound.order_by("-remote_id")[:SAMPLE]}
    if not known:
        return
    rows = webservice.read("products", display=["id", "reference"], filters={"id": list(known)})
    same = sum(1 for row in rows if known[row.id or 0] == row.text("reference"))
    if same * 2 < len(known):
        facts = {"shop": shop.name, "url": shop.url, "count": str(same), "total": str(len(known))}
        raise ConfigurationError("shop.another_shop", facts)
