"""A sandbox shop per test, and a small client that speaks its XML without the portal's own connector."""

from __future__ import annotations

import io
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from PIL import Image
from werkzeug.test import Client, TestResponse

from connectors.sandbox.shop.app import create_app
from connectors.sandbox.shop.shop import DEFAULT_KEY, Shop

HOST = "http://shop.example"


def picture(kind: str = "JPEG", size: int = 40) -> bytes:
    """A real image file."""
    file = io.BytesIO()
    Image.new("RGB", (size, size), "teal").save(file, kind)
    return file.getvalue()


def node(name: str, fields: dict[str, Any], associations: str = "") -> str:
    """An entity in XML; a dict value is a text by language."""
    parts = []
    for field, value in fields.items():
        if isinstance(value, dict):
            inner = "".join(f'<language id="{lang}"><![CDATA[{text}]]></language>' for lang, text in value.items())
            parts.append(f"<{field}>{inner}</{field}>")
        else:
            parts.append(f"<{field}><![CDATA[{value}]]></{field}>")
    lists = f"<associations>{associations}</associations>" if associations else ""
    return f"<{name}>{''.join(parts)}{lists}</{name}>"


@dataclass
class Answered:
    """An answer with its body parsed when it is XML."""

    status: int
    content_type: str | None
    body: bytes
    headers: Any

    @property
    def xml(self) -> etree._Element:
        return etree.fromstring(self.body)

    @property
    def codes(self) -> list[int]:
        return [int(code.text or 0) for code in self.xml.iter("code")]

    @property
    def ids(self) -> list[int]:
        """Ids of the entities, in the order answered."""
        root = self.xml
        entities = list(root[0]) if len(root) == 1 and root[0].find("id") is None else list(root)
        return [int(entity.findtext("id") or entity.get("id") or 0) for entity in entities]

    def texts(self, field: str) -> list[str]:
        return [found.text or "" for found in self.xml.iter(field)]

    def text(self, field: str) -> str:
        return self.texts(field)[0]


class Api:
    """Sends requests to the shop's WSGI application."""

    def __init__(self, state: Path, *, version: str = "8.2.1", languages: tuple[str, ...] = ("fr",)) -> None:
        self.app = create_app(state, version=version, base_url=HOST, languages=languages)
        self.shop: Shop = self.app.shop
        self.client = Client(self.app)

    def __call__(
        self, method: str, path: str, body: str = "", *, key: str | None = DEFAULT_KEY, host: str = HOST, **options: Any
    ) -> Answered:
        """`api("GET", "/products/1")`; `body` is the inside of `<prestashop>`, `data=` a raw or multipart body."""
        headers = dict(options.pop("headers", {}))
        if key is not None:
            headers["Authorization"] = "Basic " + b64encode(f"{key}:".encode()).decode()
        data = options.pop("data", f"<prestashop>{body}</prestashop>".encode() if body else None)
        answer: TestResponse = self.client.open(
            "/api" + path, method=method, base_url=host, headers=headers, data=data, **options
        )
        return Answered(answer.status_code, answer.headers.get("Content-Type"), answer.get_data(), answer.headers)

    # The few entities most tests need.

    def category(self, name: str = "Outillage", parent: int = 2) -> int:
        fields = {"id_parent": parent, "active": 1, "name": {1: name}, "link_rewrite": {1: "outillage"}}
        return self("POST", "/categories", node("category", fields)).ids[0]

    def product(self, reference: str = "MAR-800", price: str = "10", **fields: Any) -> int:
        fields = {
            "price": price,
            "reference": reference,
            "name": {1: f"Marteau {reference}"},
            "active": 1,
            "state": 1,
            "available_for_order": 1,
            "id_category_default": 2,
            "id_tax_rules_group": 1,
            **fields,
        }
        categories = "<categories><category><id>2</id></category></categories>"
        return self("POST", "/products", node("product", fields, categories)).ids[0]

    def combination(self, product: int, reference: str = "MAR-S", **fields: Any) -> int:
        fields = {"id_product": product, "minimal_quantity": 1, "reference": reference, **fields}
        return self("POST", "/combinations", node("combination", fields)).ids[0]

    def option_values(self, *names: str) -> list[int]:
        fields = {"group_type": "select", "name": {1: "Taille"}, "public_name": {1: "Taille"}}
        option = self("POST", "/product_options", node("product_option", fields)).ids[0]
        values = [node("v", {"id_attribute_group": option, "name": {1: name}}) for name in names]
        return self("POST", "/product_option_values", "".join(values)).ids

    def specific_price(self, product: int, price: str = "8", **fields: Any) -> Answered:
        zero = dict.fromkeys(("id_shop", "id_cart", "id_currency", "id_country", "id_group", "id_customer"), 0)
        never = "0000-00-00 00:00:00"
        rest = {"from_quantity": 1, "reduction": 0, "reduction_tax": 1, "reduction_type": "amount"}
        values = zero | {"id_product": product, "price": price, "from": never, "to": never} | rest | fields
        return self("POST", "/specific_prices", node("specific_price", values))

    def customer(self, email: str = "anne@example.org", **fields: Any) -> Answered:
        values = {
            "lastname": "Dupont",
            "firstname": "Anne",
            "email": email,
            "passwd": "azertyui",
            "id_default_group": 3,
        }
        return self("POST", "/customers", node("customer", {**values, "active": 1, "id_lang": 1, **fields}))

    def image(self, product: int, name: str = "photo.jpg", content: bytes | None = None, query: str = "") -> Answered:
        file = (io.BytesIO(picture() if content is None else content), name)
        return self("POST", f"/images/products/{product}{query}", data={"image": file})

    def stock(self, product: int) -> dict[int, int]:
        """Quantity by combination (0: the product itself)."""
        rows = self.shop.database.rows("SELECT * FROM ps_stock_availables WHERE id_product = ?", (product,))
        return {row["id_product_attribute"]: row["quantity"] for row in rows}


@pytest.fixture
def api(tmp_path: Path) -> Api:
    return Api(tmp_path)


@pytest.fixture
def api_of(tmp_path: Path) -> Callable[..., Api]:
    """Makes a shop of another version, or with other languages."""

    def make(version: str = "8.2.1", languages: tuple[str, ...] = ("fr",)) -> Api:
        return Api(tmp_path / f"{version}-{len(languages)}", version=version, languages=languages)

    return make
