"""Writing orders into Sage: every check and lookup included, beside the bare INSERTs of the same rows."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from connectors.sage.capabilities import Capabilities
from connectors.sage.documents import write_order
from connectors.sage.odbc import SageSession, Transaction
from connectors.sage.orders import Deposit, OrderDocument, OrderLine
from connectors.sandbox.sage import connect
from sync_portal.bench.frame import Bench, Result, in_turns
from sync_portal.bench.sage_read import sage_company, sage_session

ORDERS, LINES = 1000, 5
ARTICLES = 1000
TURNS = 3
WEB_SOUCHE = 1

Statement = tuple[str, tuple[object, ...]]


def sage_write_orders(bench: Bench) -> Result:
    """Judged: 1,000 orders of 5 lines written one by one, over the same rows inserted without a question (3.0)."""
    base = sage_company(bench, ARTICLES)
    orders = _orders(base)
    inserts = _inserts_of(_copy(base, "recorded"), orders)
    copies = {name: iter([_copy(base, f"{name}{turn}") for turn in range(TURNS)]) for name in ("ours", "bare")}
    seconds, bare = in_turns(
        lambda: _write(next(copies["ours"]), orders), lambda: _insert(next(copies["bare"]), inserts), turns=TURNS
    )
    figures = {
        "orders": len(orders),
        "inserts_per_order": round(sum(map(len, inserts)) / len(orders), 1),
        "ms_per_order": round(seconds * 1000 / len(orders), 2),
        "bare_ms_per_order": round(bare * 1000 / len(orders), 2),
    }
    return Result("sage_write_orders", ratio=round(seconds / bare, 2), limit=3.0, figures=figures)


def _copy(base: Path, name: str) -> Path:
    path = base.with_name(f"{name}.sqlite3")
    shutil.copy(base, path)
    return path


def _orders(base: Path) -> list[OrderDocument]:
    with sage_session(base) as (session, _capabilities):
        rows = session.rows(
            "SELECT AR_Ref, AR_Design FROM F_ARTICLE WHERE AR_Gamme1 = 0 AND AR_Sommeil = 0 AND AR_Nomencl = 0 "
            "AND AR_SuiviStock > 0 ORDER BY AR_Ref"
        )
    return [_order(number, rows) for number in range(1, ORDERS + 1)]


def _order(number: int, articles: Sequence[tuple[Any, ...]]) -> OrderDocument:
    chosen = [articles[(number * LINES + position) % len(articles)] for position in range(LINES)]
    lines = tuple(
        OrderLine(
            article=reference,
            label=label,
            quantity=Decimal(2),
            unit_price=Decimal("10.50"),
            unit_price_with_tax=Decimal("12.60"),
            tax_rate=Decimal(20),
            tax_code="C20",
            total_without_tax=Decimal("21.00"),
            total_with_tax=Decimal("25.20"),
        )
        for reference, label in chosen
    )
    return OrderDocument(
        web_number=str(number),
        reference=f"BENCH{number}",
        dated=datetime(2026, 11, 2, 10, 0),  # noqa: DTZ001 Sage's times have no zone
        customer="CLIENTWEB",
        souche=WEB_SOUCHE,
        lines=lines,
        deposits=(Deposit(amount=Decimal("126.00"), dated=date(2026, 11, 2), label="CB"),),
        total_without_tax=Decimal("105.00"),
        total_with_tax=Decimal("126.00"),
    )


def _write(base: Path, orders: Sequence[OrderDocument]) -> None:
    with sage_session(base, write=True) as (session, capabilities):
        _write_all(session, capabilities, orders)


def _write_all(session: SageSession, capabilities: Capabilities, orders: Sequence[OrderDocument]) -> None:
    for order in orders:
        if not write_order(session, capabilities, order, first_attempt=True).created:
            raise RuntimeError(f"order {order.web_number} was already there: the benchmark would time nothing")


def _insert(base: Path, inserts: Sequence[Sequence[Statement]]) -> None:
    """As plainly as can be: one transaction an order, one prepared statement a row."""
    with closing(connect(base, autocommit=True)) as connection:
        cursor = connection.cursor()
        for statements in inserts:
            cursor.execute("BEGIN IMMEDIATE")
            for sql, params in statements:
                cursor.execute(sql, *params)
            cursor.execute("COMMIT")


def _inserts_of(base: Path, orders: Sequence[OrderDocument]) -> list[list[Statement]]:
    """The INSERTs that writing the orders sends, an order at a time."""
    with sage_session(base, write=True) as (session, capabilities):
        recording = _Recording(session)
        for order in orders:
            recording.inserts.append([])
            _write_all(recording, capabilities, [order])
        recording.close()
    return recording.inserts


class _Recording(SageSession):
    def __init__(self, session: SageSession) -> None:
        super().__init__(session.settings)
        self.inserts: list[list[Statement]] = []

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        with super().transaction() as unit:
            execute = unit.execute

            def recorded(sql: str, params: Sequence[object] = ()) -> None:
                if sql.startswith("INSERT"):
                    self.inserts[-1].append((sql, tuple(params)))
                execute(sql, params)

            unit.execute = recorded  # type: ignore[method-assign]
            yield unit
