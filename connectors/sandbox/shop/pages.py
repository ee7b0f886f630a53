"""The public pages: catalogue, product, test order. Server-rendered, in French, no script."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, select_autoescape
from markupsafe import Markup
from werkzeug.exceptions import NotFound
from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from connectors.sandbox.shop import basket, placing, prices, productpage, shopwindow
from connectors.sandbox.shop.install_data import payment_modules
from connectors.sandbox.shop.validators import HTML_TRAPS
from connectors.sandbox.shop.values import money, whole

if TYPE_CHECKING:
    from connectors.sandbox.shop.shop import Shop

HERE = Path(__file__).parent
CUSTOMERS = "SELECT * FROM ps_customers WHERE active = 1 AND is_guest = 0 ORDER BY id LIMIT 300"
ORDER_LINES = 4
MOST_BELIEVABLE = 20


def euros(amount: object) -> str:
    """`1234.5` -> `1 234,50 €`, with the blanks French typography asks for."""
    value = amount if isinstance(amount, Decimal) else money(amount)
    return f"{value:,.2f}".replace(",", "\u202f").replace(".", ",") + "\u00a0€"


def shop_html(text: str) -> Markup:
    """A description as the shop keeps it; one with scripts is shown as text."""
    if HTML_TRAPS.search(text):
        return Markup.escape(text)
    return Markup(text)  # noqa: S704 - the webservice refused scripts when it was saved, and it was looked at again above


ENVIRONMENT = Environment(
    loader=FileSystemLoader(HERE / "templates"), autoescape=select_autoescape(), trim_blocks=True, lstrip_blocks=True
)
ENVIRONMENT.filters["euros"] = euros
ENVIRONMENT.filters["shop_html"] = shop_html


def respond(shop: Shop, request: Request) -> Response:
    """Answer a public page; NotFound for an unknown one."""
    path = request.path
    if found := re.fullmatch(r"/photo/(\d+)", path):
        return _photo(shop, int(found.group(1)))
    if found := re.fullmatch(r"/produit/(\d+)", path):
        return _product(shop, request, int(found.group(1)))
    if found := re.fullmatch(r"/document/(\d+)", path):
        return _document(shop, int(found.group(1)))
    if found := re.fullmatch(r"/commande/(\d+)", path):
        return _order(shop, int(found.group(1)))
    if path == "/shop.css":
        return Response((HERE / "static" / "shop.css").read_bytes(), content_type="text/css; charset=utf-8")
    if path in {"/commander", "/commandes", "/"}:
        view = {"/commander": _order_form, "/commandes": _orders, "/": _catalogue}[path]
        return view(shop, request)
    raise NotFound


def _page(shop: Shop, template: str, *, status: int = 200, **context: object) -> Response:
    name = shop.configuration("PS_SHOP_NAME")
    body = ENVIRONMENT.get_template(template).render(shop_name=name, version=shop.version, **context)
    return Response(body, status=status, content_type="text/html; charset=utf-8")


def _photo(shop: Shop, image: int) -> Response:
    mime = shop.database.value("SELECT mime FROM images WHERE id = ?", (image,))
    file = shop.images / str(image)
    if mime is None or not file.exists():
        raise NotFound
    return Response(file.read_bytes(), content_type=mime, headers={"Cache-Control": "max-age=60"})


def _catalogue(shop: Shop, request: Request) -> Response:
    category, search = whole(request.args.get("categorie")), request.args.get("q", "").strip()
    hidden = request.args.get("tout") == "1"
    number = whole(request.args.get("page")) or 1
    page = shopwindow.page(shop, category=category, search=search, number=number, hidden=hidden)
    menu = shopwindow.categories(shop)
    current = next((known for known in menu if known.id == category), None)
    return _page(
        shop,
        "catalogue.html",
        page=page,
        menu=menu,
        current=current,
        search=search,
        hidden=hidden,
        offline=shop.count("products", "active = 0"),
    )


def _product(shop: Shop, request: Request, identity: int) -> Response:
    """A page that was given up leads to another one; ``?voir=1`` shows it all the same."""
    found = shopwindow.product(shop, identity)
    if found is None:
        raise NotFound
    target = productpage.leads_to(shop, found.row)
    if target and request.args.get("voir") != "1":
        return redirect(target, code=301)
    beside = productpage.beside(shop, found, whole(request.args.get("declinaison")))
    return _page(shop, "product.html", product=found, beside=beside, target=target)


def _document(shop: Shop, identity: int) -> Response:
    row = shop.get("attachments", identity) if "attachments" in shop.resources else None
    if row is None or not (shop.attachments / row["file"]).exists():
        raise NotFound
    answer = Response((shop.attachments / row["file"]).read_bytes(), content_type="application/octet-stream")
    answer.headers.set("Content-Disposition", "attachment", filename=row["file_name"])
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


def _orders(shop: Shop, request: Request) -> Response:
    if request.method == "POST":
        count = min(whole(request.form.get("count")) or 1, MOST_BELIEVABLE)
        try:
            placing.place_believable(shop, count=count, seed=shop.count("orders") + 1)
        except ValueError:
            return redirect("/commandes?vide=1", 303)
        return redirect("/commandes", 303)
    return _page(shop, "orders.html", orders=shopwindow.orders(shop), empty=request.args.get("vide") == "1")


def _order(shop: Shop, identity: int) -> Response:
    order = next((row for row in shopwindow.orders(shop, limit=-1) if row["id"] == identity), None)
    if order is None:
        raise NotFound
    lines = shop.database.rows("SELECT * FROM ps_order_details WHERE id_order = ? ORDER BY id", (identity,))
    address = shop.get("addresses", order["id_address_delivery"]) or {}
    carrier = shop.get("carriers", order["id_carrier"]) or {}
    return _page(shop, "order.html", order=order, lines=lines, address=address, carrier=carrier)


def _order_form(shop: Shop, request: Request) -> Response:
    error = ""
    if request.method == "POST":
        try:
            return redirect(f"/commande/{_place(shop, request)}", 303)
        except ValueError as refused:
            error = str(refused)
    choices = shopwindow.choices(shop)
    wanted = request.args.get("article", "")
    chosen = next((choice.value for choice in choices if f"{choice.product}-{choice.combination}" == wanted), "")
    carriers = shop.database.rows("SELECT * FROM ps_carriers WHERE active = 1 AND deleted = 0 ORDER BY position")
    for carrier in carriers:
        carrier["delay"] = basket.text(shop, carrier["delay"])
    return _page(
        shop,
        "order_form.html",
        status=400 if error else 200,
        error=error,
        choices=choices,
        lines=range(ORDER_LINES),
        chosen=chosen,
        form=request.form,
        articles=request.form.getlist("article"),
        quantities=request.form.getlist("quantity"),
        carriers=carriers,
        payments=payment_modules(shop.version),
        customers=shop.database.rows(CUSTOMERS),
    )


def _place(shop: Shop, request: Request) -> int:
    """Read the form and place the order; ValueError (in French) for what cannot be ordered."""
    form = request.form
    lines = []
    for article, quantity in zip(form.getlist("article"), form.getlist("quantity"), strict=False):
        if not article.strip():
            continue
        lines.append((*_article(shop, article.strip()), whole(quantity)))
    if not lines or any(quantity < 1 for _, _, quantity in lines):
        raise ValueError("Choisissez au moins un article, avec une quantité d’au moins 1.")
    return placing.place_order(
        shop,
        lines=lines,
        buyer=whole(form.get("customer")) or _buyer(request),
        carrier=whole(form.get("carrier")) or placing.HOME_DELIVERY,
        module=form.get("payment", ""),
        paid=form.get("paid") == "1",
        message=form.get("message", "").strip(),
    )


def _article(shop: Shop, text: str) -> tuple[int, int]:
    """`Polo – Taille : M [12-34]`, or a reference."""
    if found := re.search(r"\[(\d+)-(\d+)\]$", text):
        return int(found.group(1)), int(found.group(2))
    sql = "SELECT id_product, id FROM ps_combinations WHERE fold(reference) = fold(?)"
    if row := shop.database.row(sql, (text,)):
        return row["id_product"], row["id"]
    product = shop.database.value("SELECT id FROM ps_products WHERE fold(reference) = fold(?)", (text,))
    if product is None:
        raise ValueError(f"Article inconnu : « {text} ».")
    return int(product), 0


def _buyer(request: Request) -> placing.Buyer:
    values = {name: request.form.get(name, "").strip() for name in ("firstname", "lastname", "email", "address1")}
    values |= {name: request.form.get(name, "").strip() for name in ("postcode", "city", "phone", "company")}
    required = ("firstname", "lastname", "email", "address1", "postcode", "city")
    if missing := [name for name in required if not values[name]]:
        labels = {"firstname": "prénom", "lastname": "nom", "email": "courriel", "address1": "adresse"}
        labels |= {"postcode": "code postal", "city": "ville"}
        raise ValueError(f"Il manque : {', '.join(labels[name] for name in missing)}.")
    return placing.Buyer(country=prices.FRANCE, **values)
