"""Builds Comptoir Atlantique, a small French company in a Sage 100 base of its own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from . import articles as article_tables
from . import customers as customer_tables
from . import media as media_files
from . import prices, texts
from .assortment import Article, load_articles
from .connection import connect
from .odbc_driver import play_sage_driver
from .orders import NEXT_ORDER, ORDERS, order_rows
from .parameters import FAMILIES, insert_parameters
from .rows import Row, insert
from .scale import generated_articles
from .schema import create_schema
from .stock import stock_rows

if TYPE_CHECKING:
    import pyodbc

CHUNK = 5_000
"""Articles written at a time, so that a scaled base is not held in memory."""


@dataclass(frozen=True)
class CompanySummary:
    """What the built base holds, in rows or files."""

    articles: int
    published: int
    families: int
    catalogue_nodes: int
    combinations: int
    stock_rows: int
    category_prices: int
    customers: int
    delivery_places: int
    photos: int
    documents: int
    orders: int


def build_company(
    path: Path, *, articles: int | None = None, seed: int = 1, media: Path, version: str = "100c"
) -> CompanySummary:
    """Writes the base at `path`, replacing it only once whole, and its photos and data sheets under `media`.

    `articles` adds that many generated ones to the base company; `version` is Sage's: "i7", "100c" or "v10". The same
    arguments give the same rows and files.
    """
    unfinished = path.with_name(path.name + ".part")
    unfinished.unlink(missing_ok=True)
    connection = connect(unfinished, create=True)
    try:
        create_schema(connection, version=version)
        random = Random(seed)  # noqa: S311 not a secret
        summary = _fill(connection, version=version, extra=articles or 0, random=random, media=media)
        play_sage_driver(connection)
    finally:
        connection.close()
    unfinished.replace(path)
    return summary


def _fill(connection: pyodbc.Connection, *, version: str, extra: int, random: Random, media: Path) -> CompanySummary:
    base = load_articles()
    texts.add_free_fields(connection)
    insert_parameters(connection, next_order=NEXT_ORDER, version=version)
    written = _insert_articles(connection, base, random=random)
    published = sum(article.published and not article.asleep for article in base)
    for chunk in _chunks(generated_articles(extra, after=base, random=random)):
        for table, count in _insert_articles(connection, chunk, random=random).items():
            written[table] += count
    _insert_texts(connection, base)
    _insert_special_prices(connection, base)
    places = _insert_customers(connection, base)
    _insert_each(connection, order_rows(base, places=places))
    photos, documents = media_files.draw_media(base, folder=media)
    return CompanySummary(
        articles=written["F_ARTICLE"],
        published=published + extra,
        families=len(FAMILIES),
        catalogue_nodes=_count(connection, "F_CATALOGUE"),
        combinations=written["F_ARTENUMREF"],
        stock_rows=written["F_ARTSTOCK"],
        category_prices=written["F_ARTCLIENT"],
        customers=len(customer_tables.load_customers()),
        delivery_places=_count(connection, "F_LIVRAISON"),
        photos=photos,
        documents=documents,
        orders=len(ORDERS),
    )


def _insert_articles(connection: pyodbc.Connection, chunk: list[Article], *, random: Random) -> dict[str, int]:
    written = _insert_each(connection, stock_rows(chunk, random=random))
    for table, rows in (
        ("F_ARTICLE", article_tables.article_rows(chunk)),
        ("F_ARTGAMME", article_tables.gamme_value_rows(chunk)),
        ("F_ARTENUMREF", article_tables.combination_rows(chunk)),
        ("F_ARTPRIX", article_tables.purchase_price_rows(chunk)),
        ("F_ARTCLIENT", prices.category_rows(chunk)),
    ):
        written[table] += insert(connection, table, rows)
    return written


def _insert_texts(connection: pyodbc.Connection, base: list[Article]) -> None:
    insert(connection, "F_ENUMGAMME", article_tables.gamme_list_rows(base))
    insert(connection, "F_GLOSSAIRE", texts.glossary_rows())
    insert(connection, "F_ARTGLOSS", texts.article_glossary_rows(base))
    insert(connection, "F_NOMENCLAT", texts.kit_rows())
    insert(connection, "F_CONDITION", texts.packaging_rows())
    insert(connection, "F_TARIFCOND", texts.packaging_price_rows())
    insert(connection, "F_ARTICLEMEDIA", media_files.media_rows(base))


def _insert_special_prices(connection: pyodbc.Connection, base: list[Article]) -> None:
    insert(connection, "F_ARTCLIENT", prices.customer_rows())
    insert(connection, "F_TARIFQTE", prices.quantity_rows())
    insert(connection, "F_TARIFGAM", prices.combination_price_rows(base))
    insert(connection, "F_ARTCOMPTA", prices.article_account_rows(base))
    _insert_each(connection, prices.family_discount_rows())


def _insert_customers(connection: pyodbc.Connection, base: list[Article]) -> dict[str, int]:
    """Returns the number of each customer's principal delivery place."""
    customers = customer_tables.load_customers()
    places = list(customer_tables.place_rows(customers))
    insert(connection, "F_COMPTET", customer_tables.account_rows(customers))
    insert(connection, "F_COMPTETG", customer_tables.control_account_rows(customers))
    insert(connection, "F_LIVRAISON", places)
    insert(connection, "F_CONTACTT", customer_tables.contact_rows(customers))
    insert(connection, "F_ARTFOURNISS", customer_tables.supplier_rows(base))
    return {str(place["CT_Num"]): int(str(place["LI_No"])) for place in places if place["LI_Principal"]}


def _insert_each(connection: pyodbc.Connection, rows: Iterable[tuple[str, Row]]) -> dict[str, int]:
    tables: dict[str, list[Row]] = defaultdict(list)
    for table, row in rows:
        tables[table].append(row)
    written: dict[str, int] = defaultdict(int)
    for table, table_rows in tables.items():
        written[table] = insert(connection, table, table_rows)
    return written


def _chunks(articles: Iterable[Article]) -> Iterable[list[Article]]:
    chunk: list[Article] = []
    for article in articles:
        chunk.append(article)
        if len(chunk) == CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _count(connection: pyodbc.Connection, table: str) -> int:
    return int(connection.execute(f"SELECT COUNT(*) FROM {table}").fetchval())  # noqa: S608 our own table names
