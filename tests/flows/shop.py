"""The shop's side of a flow test: what it holds and what it was asked, told by the shop itself."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import requests

from connectors.sandbox.shop.journal import Counts
from connectors.sandbox.shop.prices import Asked, price
from connectors.sandbox.shop.server import RunningShop


@dataclass(frozen=True)
class ShopView:
    """Reads the running shop through its webservice, as anybody could."""

    running: RunningShop

    def list(self, resource: str, **filters: str) -> list[dict[str, Any]]:
        """Every entity, whole, in the webservice's JSON; filters are exact values."""
        parameters = {"display": "full", "output_format": "JSON"}
        parameters |= {f"filter[{name}]": value for name, value in filters.items()}
        answer = requests.get(
            f"{self.running.url}/api/{resource}", params=parameters, auth=(self.running.key, ""), timeout=30
        )
        answer.raise_for_status()
        data = answer.json()
        return list(data[resource]) if data else []

    def one(self, resource: str, **filters: str) -> dict[str, Any]:
        found = self.list(resource, **filters)
        assert len(found) == 1, f"{resource} {filters}: {len(found)} in the shop"
        return found[0]

    def product(self, reference: str) -> dict[str, Any]:
        return self.one("products", reference=reference)

    def names(self, resource: str) -> dict[str, str]:
        """Id -> name."""
        return {str(row["id"]): text(row["name"]) for row in self.list(resource)}

    def path(self, category: object) -> str:
        """Names from below the home category down to this one."""
        found, names = {str(row["id"]): row for row in self.list("categories")}, []
        here = found.get(str(category))
        while here is not None and int(here["id"]) > 2:
            names.append(text(here["name"]))
            here = found.get(str(here["id_parent"]))
        return " > ".join(reversed(names))

    def combinations(self, reference: str) -> list[dict[str, Any]]:
        return self.list("combinations", id_product=str(self.product(reference)["id"]))

    def stock(self, reference: str) -> dict[str, int]:
        """Reference of the combination ("" for the product itself) -> quantity."""
        product = self.product(reference)
        names = {str(row["id"]): row["reference"] for row in self.combinations(reference)} | {"0": ""}
        rows = self.list("stock_availables", id_product=str(product["id"]))
        return {names[str(row["id_product_attribute"])]: int(row["quantity"]) for row in rows}

    def price(self, reference: str, *, quantity: int = 1, group: str = "", customer: str = "") -> Decimal:
        """What this buyer pays without tax, to the cent, as the shop computes it."""
        groups = {name: int(key) for key, name in self.names("groups").items()}
        buyer = self.one("customers", email=customer) if customer else None
        asked = Asked(
            product=int(self.product(reference)["id"]),
            quantity=quantity,
            group=groups[group] if group else int(buyer["id_default_group"]) if buyer else 0,
            customer=int(buyer["id"]) if buyer else 0,
            use_tax=False,
        )
        return price(self.running.shop, asked).quantize(Decimal("0.01"))

    def images(self, reference: str) -> list[int]:
        """Ids of the product's photos; the cover is the product's `id_default_image`."""
        return [int(row["id"]) for row in self.product(reference).get("associations", {}).get("images", [])]

    def image_bytes(self, reference: str, image: int) -> bytes:
        product = self.product(reference)["id"]
        url = f"{self.running.url}/api/images/products/{product}/{image}"
        answer = requests.get(url, auth=(self.running.key, ""), timeout=30)
        answer.raise_for_status()
        return answer.content

    # --- what it was asked ---------------------------------------------------------------------------------------

    def mark(self) -> int:
        return self.running.shop.journal.mark()

    def since(self, mark: int) -> Counts:
        return self.running.shop.journal.since(mark)

    def misbehave(self, kind: str, **details: Any) -> None:
        self.running.shop.misbehaviours.add(kind, **details)


def text(value: Any) -> str:
    """A multi-language value of the webservice's JSON in the shop's first language."""
    return str(value[0]["value"]) if isinstance(value, list) else str(value)
