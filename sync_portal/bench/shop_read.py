"""Reading every product's id and reference through the client, beside a bare loop over the same pages."""

from __future__ import annotations

from lxml import etree

from connectors.prestashop.settings import ShopSettings
from connectors.prestashop.webservice import Webservice
from sync_portal.bench.frame import Bench, Result, in_turns
from sync_portal.bench.shop_frame import (
    PRODUCT_SECONDS,
    REQUEST_SECONDS,
    Delay,
    ShopResult,
    bare_session,
    memory_growth,
    slow_shop,
)

PRODUCTS = 50_000
PAGE = 500
TURNS = 1
"""Each takes half a minute and does the same hundred requests: their own times even out."""


def shop_read(bench: Bench) -> Result:
    """Judged: the client's time beside a bare loop that takes the same two fields out of the same pages, and the
    client's memory.
    """
    products = bench.articles or PRODUCTS
    delays = [Delay("products", ("GET",), REQUEST_SECONDS + PAGE * PRODUCT_SECONDS)]
    with slow_shop(bench.folder / "shop", products=products, delays=delays) as settings:
        growth = memory_growth(lambda: _expect(products, read_references(settings)))
        ours, bare = in_turns(
            lambda: _expect(products, read_references(settings)),
            lambda: _expect(products, _read_bare(settings)),
            turns=TURNS,
        )
    figures = {"products": products, "client_seconds": round(ours, 3), "bare_seconds": round(bare, 3)}
    return ShopResult("shop_read", ratio=round(ours / bare, 3), limit=1.2, figures=figures, megabytes=growth)


def read_references(settings: ShopSettings) -> int:
    """Read them through the client, one after the other; how many there were."""
    with Webservice(settings) as shop:
        return sum(
            1 for product in shop.read("products", display=["id", "reference"], page=PAGE) if product.text("reference")
        )


def _read_bare(settings: ShopSettings) -> int:
    """By pages after the last id, as the client: an offset costs the shop more with every page."""
    read = last = 0
    with bare_session(settings) as session:
        while True:
            query: dict[str, str | int] = {"display": "[id,reference]", "sort": "[id_ASC]", "limit": PAGE}
            if last:
                query["filter[id]"] = f">[{last}]"
            answer = session.get(f"{settings.api_url}/products", params=query, timeout=60)
            answer.raise_for_status()
            page = [
                (int(node.findtext("id") or 0), node.findtext("reference"))
                for node in etree.fromstring(answer.content).iterfind("products/product")
            ]
            read += sum(1 for _identity, reference in page if reference)
            if len(page) < PAGE:
                return read
            last = page[-1][0]


def _expect(products: int, read: int) -> None:
    if read != products:
        raise RuntimeError(f"{read} products were read, the shop has {products}")
