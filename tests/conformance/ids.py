"""Which resource an id field points to, so that recorded ids can be followed from one answer to the next request."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

TARGETS = {
    "id_product": "products",
    "product_id": "products",
    "id_product_attribute": "combinations",
    "product_attribute_id": "combinations",
    "id_default_combination": "combinations",
    "cache_default_attribute": "combinations",
    "id_customer": "customers",
    "id_address": "addresses",
    "id_address_delivery": "addresses",
    "id_address_invoice": "addresses",
    "id_cart": "carts",
    "id_order": "orders",
    "id_order_invoice": "order_invoices",
    "id_category": "categories",
    "id_category_default": "categories",
    "id_parent": "categories",
    "id_manufacturer": "manufacturers",
    "id_supplier": "suppliers",
    "id_attribute_group": "product_options",
    "id_feature": "product_features",
    "id_feature_value": "product_feature_values",
    "id_default_image": "images",
    "id_customer_thread": "customer_threads",
    "id_attachment": "attachments",
}
"""Fields that point to objects a client makes; configuration (languages, countries, states) keeps its ids."""

ITEMS = {
    "category": "categories",
    "categories": "categories",
    "combination": "combinations",
    "combinations": "combinations",
    "image": "images",
    "images": "images",
    "stock_availables": "stock_availables",
    "product_option_values": "product_option_values",
    "tags": "tags",
    "product_bundle": "products",
    "accessories": "products",
    "groups": "groups",
    "stock_available": "stock_availables",
    "product_option_value": "product_option_values",
    "product_feature": "product_features",
    "product_features": "product_features",
    "tag": "tags",
    "product": "products",
    "attachment": "attachments",
    "order_row": "order_details",
    "declination": "images",
}
"""Items of associations, by their tag."""

URL_ID = re.compile(r"^/api/(\w+)/(?:products/(\d+)/)?(\d+)")


@dataclass
class Ids:
    """Recorded id -> the id here, by resource; an id that was never met stays as it is."""

    known: dict[tuple[str, str], str] = field(default_factory=dict)

    def here(self, resource: str, recorded: str) -> str:
        return self.known.get((resource, recorded), recorded)

    def learn(self, resource: str, recorded: str, here: str) -> bool:
        """Remember a pair; False when the recorded id is known under another one."""
        return self.known.setdefault((resource, recorded), here) == here

    def in_body(self, resource: str, body: str) -> str:
        """A request's body with its ids translated."""
        translated = re.sub(r"(<id>(?:<!\[CDATA\[)?)(\d+)", lambda m: m[1] + self.here(resource, m[2]), body, count=0)
        head, separator, lists = translated.partition("<associations>")
        for name, target in TARGETS.items():
            head = _replace_field(head, name, lambda number, to=target: self.here(to, number))
            lists = _replace_field(lists, name, lambda number, to=target: self.here(to, number))
        return head + separator + self._in_lists(resource, lists)

    def _in_lists(self, resource: str, lists: str) -> str:
        """Items were translated as if they were entities of the resource: put them right, by their tag."""
        back = {here: recorded for (name, recorded), here in self.known.items() if name == resource}

        def item(match: re.Match[str]) -> str:
            recorded = back.get(match[3], match[3])
            return f"<{match[1]}{match[2]}{self.here(ITEMS[match[1]], recorded)}"

        tags = "|".join(sorted(ITEMS, key=len, reverse=True))
        return re.sub(rf"<({tags})((?: [^>]*)?>\s*<id(?: [^>]*)?>(?:<!\[CDATA\[)?)(\d+)", item, lists)

    def in_path(self, path: str) -> str:
        """A request's path and query with its ids translated."""
        location, mark, query = path.partition("?")
        parts = location.split("/")
        if len(parts) > 3:
            names = ["products", "images"] if parts[2] == "images" and parts[3] == "products" else [parts[2]]
            start = 3 if len(names) == 1 else 4
            for offset, name in enumerate(names):
                if len(parts) > start + offset:
                    parts[start + offset] = self.here(name, parts[start + offset])
            if parts[2:4] == ["attachments", "file"] and len(parts) > 4:
                parts[4] = self.here("attachments", parts[4])
        return "/".join(parts) + mark + self._in_query(parts[2] if len(parts) > 2 else "", query)

    def _in_query(self, resource: str, query: str) -> str:
        def one(match: re.Match[str]) -> str:
            target = resource if match[2] == "id" else TARGETS.get(match[2], "")
            return match[1] + re.sub(r"\d+", lambda number: self.here(target, number[0]), match[3])

        query = re.sub(r"(filter(?:%5B|\[)(\w+)(?:%5D|\])=(?:%5B|\[)?)((?:\d+(?:%7C|\|)?)+)(?![^&]*%25)", one, query)
        return re.sub(r"((?:^|&)(id)=(?:%5B|\[)?)((?:\d+,?)+)", one, query)


def _replace_field(text: str, name: str, change: object) -> str:
    pattern = rf"(<{name}(?: [^>]*)?>(?:<!\[CDATA\[)?)(\d+)"
    return re.sub(pattern, lambda match: match[1] + change(match[2]), text)  # type: ignore[operator]
