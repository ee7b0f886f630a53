"""GET and HEAD: lists with filters, single entities, schemas, virtual prices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from connectors.sandbox.shop import associations, hooks, prices, render, shops
from connectors.sandbox.shop.call import Call, virtual_prices
from connectors.sandbox.shop.entity import Entity, from_row
from connectors.sandbox.shop.errors import NotFoundError, WebserviceError
from connectors.sandbox.shop.query import Display, available, parse_display, select
from connectors.sandbox.shop.schema import Resource
from connectors.sandbox.shop.values import whole

if TYPE_CHECKING:
    from connectors.sandbox.shop.shop import Shop

NEEDED = {
    "products": ("id_category_default", "id_manufacturer", "cache_default_attribute"),
    "combinations": ("id_product",),
}
"""Columns that links or computed fields need even when they are not shown."""

SCHEMA_CHOICE = (
    "Please select a schema of type 'synopsis' to get the whole schema informations (which fields are required, which "
    "kind of content...) or 'blank' to get an empty schema to fill before using POST request"
)


def languages(shop: Shop, call: Call) -> list[int]:
    """The languages to show: `language=1` or `[1|2]`; code 81 for one the shop does not have."""
    known = shop.languages()
    asked = call.parameters.get("language")
    if not asked:
        return known
    wanted = [whole(part) for part in asked.strip("[]").split("|")]
    if not set(wanted) <= set(known):
        raise WebserviceError(400, 81, "language is not available")
    return wanted


def read(shop: Shop, call: Call, resource: Resource) -> tuple[str, str]:
    """Answer a GET: (content type, body). NotFoundError for an unknown id."""
    shown = languages(shop, call)
    if "schema" in call.parameters:
        if call.parameters["schema"] not in {"blank", "synopsis"}:
            raise WebserviceError(400, 28, SCHEMA_CHOICE)
        return render.XML, render.schema(resource, call.parameters["schema"], call.base, shown)
    single = len(call.segments) > 1
    virtual = virtual_prices(call.parameters) if resource.name == "products" else {}
    asked = call.parameters.get("display")
    if single and shop.major < (1, 7) and asked is not None:
        asked = "minimum"  # 1.6 reads no display of a single entity
    display = parse_display(resource, asked, frozenset(virtual), single=single)
    entities = _one(shop, call, resource) if single else _list(shop, call, resource, display)
    complete(shop, entities, display)
    if resource.name == "products" and shops.is_other(call):
        for entity in entities:
            entity.values["price"] = shops.price_in(shop, entity.id, call.shops[0]) or entity.text("price")
    if not display.minimum:
        _add_virtual_prices(shop, entities, virtual)
    return write(shop, call, resource, entities, display, shown, single=single)


def _one(shop: Shop, call: Call, resource: Resource) -> list[Entity]:
    row = shop.get(resource.name, whole(call.segments[1]))
    if row is not None and resource.name == "products":
        shops.check_member(shop, call, row["id"])
    if row is None or (resource.name == "stock_availables" and row["id_shop"] != 1):
        raise NotFoundError
    return [from_row(resource, row)]


def _list(shop: Shop, call: Call, resource: Resource, display: Display) -> list[Entity]:
    selection = select(resource, call.parameters, shop.default_language)
    if resource.name == "products" and shops.is_other(call):
        selection.where.append(shops.members(call))
    if resource.name == "stock_availables" and shop.major < (8, 0):
        selection.where.append("id_shop != 0")  # a detached row leaves the list before 8
    shown = {known.name for known in display.fields} | set(NEEDED.get(resource.name, ()))
    columns = ", ".join(f'"{name}"' for name in available(resource) if name == "id" or name in shown)
    sql = f'SELECT {columns} FROM "{resource.table}" WHERE {selection.condition()}'  # noqa: S608 - names of the schema
    rows = shop.database.rows(f"{sql} ORDER BY {selection.order} {selection.limit}", selection.values)
    return [from_row(resource, row) for row in rows]


def complete(shop: Shop, entities: Sequence[Entity], display: Display) -> None:
    """Fill what no column holds."""
    if display.minimum or not entities:
        return
    names = frozenset(known.name for known in display.fields)
    hooks.of(entities[0].resource.name).compute(shop, entities, names)
    associations.load(shop, entities, list(display.associations))


def _add_virtual_prices(shop: Shop, entities: Sequence[Entity], virtual: dict[str, dict[str, str]]) -> None:
    for entity in entities:
        for name, options in virtual.items():
            entity.extra[name] = f"{prices.price(shop, _asked(entity.id, options)):.6f}"


def _asked(product: int, options: dict[str, str]) -> prices.Asked:
    """PrestaShop's parameters of a virtual price; 2 decimals unless `decimals` says more."""
    combination = options.get("product_attribute")
    return prices.Asked(
        product=product,
        combination=None if combination is None else whole(combination),
        quantity=whole(options.get("quantity", "1")) or 1,
        group=whole(options.get("group")),
        country=whole(options.get("country")) or prices.FRANCE,
        use_tax=options.get("use_tax", "1") != "0",
        use_reduction=options.get("use_reduction", "1") != "0",
        decimals=whole(options.get("decimals", "2")),
    )


def write(
    shop: Shop,
    call: Call,
    resource: Resource,
    entities: Sequence[Entity],
    display: Display,
    shown: Sequence[int],
    *,
    single: bool,
) -> tuple[str, str]:
    """Entities that were read, as the format asked for."""
    if call.wants_json:
        writer = render.JsonWriter(shown, drops_blanks=shop.major >= (8, 0))
        if single and not display.is_chosen and not (display.minimum and shop.major < (1, 7)):
            return render.JSON, writer.single(entities[0], display, read=True)
        parts = [writer.minimum(e) if display.minimum else writer.entity(e, display) for e in entities]
        return render.JSON, writer.listing(resource, parts)
    xml = render.XmlWriter(call.base, shown)
    written = [xml.minimum(entity) if display.minimum else xml.entity(entity, display) for entity in entities]
    return render.XML, render.document(written[0]) if single else xml.listing(resource, written)
