"""Test orders: one as asked, or several believable ones."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from connectors.sandbox.shop import basket, ordering
from connectors.sandbox.shop.hooks.people import hashed
from connectors.sandbox.shop.install_data import payment_modules

if TYPE_CHECKING:
    from connectors.sandbox.shop.shop import Shop

HOME_DELIVERY = 2
GUEST_GROUP = 2
PAYMENT_ACCEPTED = 2
AWAITING_CHEQUE, AWAITING_TRANSFER = 1, 10

OrderLine = tuple[int, int, int]
"""(product id, combination id or 0, quantity)."""


@dataclass(frozen=True)
class Buyer:
    """A private buyer without an account, or a new professional when `company` is given."""

    firstname: str
    lastname: str
    email: str
    address1: str
    postcode: str
    city: str
    phone: str = ""
    company: str = ""
    vat_number: str = ""
    country: int = 8


PRIVATE_BUYERS = [
    Buyer("Camille", "Lefèvre", "camille.lefevre@example.org", "12 rue des Tanneurs", "35000", "Rennes", "0600000001"),
    Buyer("Maëlle", "Cœur", "maelle.coeur@example.org", "3 bis quai de l’Île", "69004", "Lyon", "0600000002"),
    Buyer(
        "Youssef", "Benali", "youssef.benali@example.org", "48 avenue Jean-Jaurès", "31000", "Toulouse", "0600000003"
    ),
    Buyer("Élodie", "D’Hautefort", "elodie.dh@example.org", "1 place du Marché", "57000", "Metz", "0600000004"),
]
PROFESSIONAL = Buyer(
    "Jean-Noël",
    "Garnier",
    "achats@ateliers-garnier.example",
    "ZA des Peupliers",
    "44300",
    "Nantes",
    phone="0240000000",
    company="Ateliers Garnier & Fils",
    vat_number="FR40303265045",
)


def place_order(
    shop: Shop,
    *,
    lines: Sequence[OrderLine],
    buyer: Buyer | int,
    carrier: int = HOME_DELIVERY,
    module: str = "",
    paid: bool = True,
    message: str = "",
    rng: random.Random | None = None,
) -> int:
    """Place one order as the shop's own checkout would; its id.

    `buyer` is a person or the id of an existing customer. Not `paid`: the order waits for the cheque or the transfer.
    ValueError for no line, a quantity below 1, an unknown product, customer or payment module.
    """
    modules = payment_modules(shop.version)
    module = module or next(iter(modules))
    if module not in modules:
        raise ValueError(f"unknown payment module {module!r}; installed: {', '.join(modules)}")
    _check_lines(shop, lines)
    with shop.database.entity():
        customer, address = _customer(shop, buyer)
        cart = _cart(shop, customer, address, carrier, lines)
        row = shop.get("carts", cart) or {}
        total = basket.of_cart(shop, row).total_incl if paid else Decimal(0)
        order = ordering.insert(
            shop,
            "orders",
            id_address_delivery=address,
            id_address_invoice=address,
            id_cart=cart,
            id_currency=1,
            id_lang=shop.default_language,
            id_customer=customer,
            id_carrier=carrier,
            module=module,
            payment=modules[module],
        )
        waiting = AWAITING_CHEQUE if "che" in module else AWAITING_TRANSFER
        state = PAYMENT_ACCEPTED if paid else waiting
        ordering.complete_from_cart(shop, order, paid=total, state=state, rng=rng)
        if message and "messages" in shop.resources:
            ordering.insert(shop, "messages", id_order=order, id_customer=customer, id_cart=cart, message=message)
    return order


def _check_lines(shop: Shop, lines: Sequence[OrderLine]) -> None:
    if not lines:
        raise ValueError("an order needs at least one line")
    for product, combination, quantity in lines:
        if quantity < 1:
            raise ValueError(f"quantity {quantity} of product {product}: at least 1")
        if shop.get("products", product) is None:
            raise ValueError(f"unknown product {product}")
        found = shop.get("combinations", combination) if combination else None
        if combination and (found is None or found["id_product"] != product):
            raise ValueError(f"product {product} has no combination {combination}")


def _customer(shop: Shop, buyer: Buyer | int) -> tuple[int, int]:
    """(customer, address): the existing ones, or new ones."""
    if isinstance(buyer, Buyer):
        return _new_customer(shop, buyer)
    sql = "SELECT id FROM ps_addresses WHERE id_customer = ? AND deleted = 0 ORDER BY id"
    address = shop.database.value(sql, (buyer,))
    known = shop.get("customers", buyer)
    if known is None:
        raise ValueError(f"unknown customer {buyer}")
    if address is None:
        person = Buyer(known["firstname"], known["lastname"], known["email"], "1 rue de la Paix", "75002", "Paris")
        address = _address(shop, buyer, person)
    return buyer, int(address)


def _new_customer(shop: Shop, buyer: Buyer) -> tuple[int, int]:
    sql = "SELECT id FROM ps_customers WHERE fold(email) = fold(?) AND is_guest = 0"
    known = shop.database.value(sql, (buyer.email,))
    if known is not None:
        return _customer(shop, int(known))
    group = int(shop.configuration("PS_CUSTOMER_GROUP")) if buyer.company else GUEST_GROUP
    customer = ordering.insert(
        shop,
        "customers",
        firstname=buyer.firstname,
        lastname=buyer.lastname,
        email=buyer.email,
        company=buyer.company,
        id_default_group=group,
        id_lang=shop.default_language,
        passwd=hashed(buyer.email, old=shop.major < (1, 7)),
        secure_key=ordering.hex_key(buyer.email),
        active=1,
        is_guest=0 if buyer.company else 1,
        id_shop=1,
        id_shop_group=1,
    )
    shop.database.set_links("customers", customer, "groups", [{"id": str(group)}], "id")
    return customer, _address(shop, customer, buyer)


def _address(shop: Shop, customer: int, buyer: Buyer) -> int:
    return ordering.insert(
        shop,
        "addresses",
        id_customer=customer,
        id_country=buyer.country,
        alias="Mon adresse",
        company=buyer.company,
        vat_number=buyer.vat_number,
        firstname=buyer.firstname,
        lastname=buyer.lastname,
        address1=buyer.address1,
        postcode=buyer.postcode,
        city=buyer.city,
        phone=buyer.phone,
    )


def _cart(shop: Shop, customer: int, address: int, carrier: int, lines: Sequence[OrderLine]) -> int:
    cart = ordering.insert(
        shop,
        "carts",
        id_customer=customer,
        id_address_delivery=address,
        id_address_invoice=address,
        id_currency=1,
        id_lang=shop.default_language,
        id_carrier=carrier,
        id_shop=1,
        id_shop_group=1,
    )
    rows = [
        {
            "id_product": str(product),
            "id_product_attribute": str(combination),
            "id_address_delivery": str(address),
            "id_customization": "0",
            "quantity": str(quantity),
        }
        for product, combination, quantity in lines
    ]
    shop.database.set_links("carts", cart, "cart_rows", rows, "id_product")
    return cart


def place_believable(shop: Shop, *, count: int = 3, seed: int = 1) -> list[int]:
    """Orders of a small French shop, the same for the same seed and catalogue; their ids.

    They take turns: a private buyer with one article in several pieces, a professional (a customer with a group price
    when the shop has one), a private buyer with two combinations. ValueError when nothing is for sale.
    """
    rng = random.Random(seed)  # noqa: S311 - repeatable test data
    plain = [(row["id"], 0) for row in shop.database.rows(PLAIN_PRODUCTS)]
    declined = [(row["id_product"], row["id"]) for row in shop.database.rows(COMBINATIONS)]
    if not plain and not declined:
        raise ValueError("the shop has no product for sale")
    makers = [_private_order, _professional_order, _declined_order]
    return [makers[number % len(makers)](shop, rng, plain, declined) for number in range(count)]


Choices = Sequence[tuple[int, int]]
FOR_SALE = "p.active = 1 AND p.available_for_order = 1 AND CAST(p.price AS REAL) > 0"
PLAIN_PRODUCTS = f"""SELECT p.id FROM ps_products p WHERE {FOR_SALE}
    AND NOT EXISTS (SELECT 1 FROM ps_combinations c WHERE c.id_product = p.id) ORDER BY p.id"""  # noqa: S608
COMBINATIONS = f"""SELECT c.id, c.id_product FROM ps_combinations c JOIN ps_products p ON p.id = c.id_product
    WHERE {FOR_SALE} ORDER BY c.id"""  # noqa: S608


def _pieces(shop: Shop, product: int, combination: int, wanted: int) -> int:
    """At most what is in stock, at least one."""
    sql = "SELECT quantity FROM ps_stock_availables WHERE id_product = ? AND id_product_attribute = ?"
    return max(1, min(wanted, int(shop.database.value(sql, (product, combination)) or 0)))


def _private_order(shop: Shop, rng: random.Random, plain: Choices, declined: Choices) -> int:
    product, combination = rng.choice(plain or declined)
    buyer = rng.choice(PRIVATE_BUYERS)
    lines = [(product, combination, _pieces(shop, product, combination, rng.randint(2, 4)))]
    return place_order(shop, lines=lines, buyer=buyer, rng=rng)


def _professional_order(shop: Shop, rng: random.Random, plain: Choices, declined: Choices) -> int:
    sql = """SELECT c.id FROM ps_customers c WHERE c.active = 1 AND c.is_guest = 0 AND c.id_default_group IN
             (SELECT id_group FROM ps_specific_prices WHERE id_group > 3) ORDER BY c.id"""
    customers = [row["id"] for row in shop.database.rows(sql)]
    buyer: Buyer | int = rng.choice(customers) if customers else PROFESSIONAL
    choices = [*plain, *declined]
    chosen = rng.sample(choices, k=min(len(choices), rng.randint(1, 3)))
    lines = [(*choice, _pieces(shop, *choice, rng.randint(1, 12))) for choice in chosen]
    module = list(payment_modules(shop.version))[1]
    return place_order(shop, lines=lines, buyer=buyer, module=module, rng=rng, message="Livraison avant midi, merci.")


def _declined_order(shop: Shop, rng: random.Random, plain: Choices, declined: Choices) -> int:
    choices = declined or plain
    chosen = rng.sample(choices, k=min(len(choices), 2))
    lines = [(*choice, _pieces(shop, *choice, rng.randint(1, 2))) for choice in chosen]
    return place_order(shop, lines=lines, buyer=rng.choice(PRIVATE_BUYERS), rng=rng)
