"""Kits, packagings, comments and free fields of an order, in both ways of writing into Sage's tables."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from connectors.errors import ConfigurationError, RejectedRecordError
from connectors.sage.capabilities import Capabilities
from connectors.sage.documents import write_order
from connectors.sage.odbc import SageSession
from connectors.sage.orders import TextLoss, WrittenOrder

from .conftest import VERSIONS
from .orders_for_tests import SHIPPING, SIMPLE, an_order

Open = Callable[..., SageSession]
KIT = replace(SIMPLE, article="KIT", label="Coffret", quantity=Decimal(3))
IN_TABLES = pytest.mark.parametrize("mode", ["direct", "driver"])


def write(session: SageSession, lines: tuple[Any, ...], **changes: Any) -> WrittenOrder:
    totals = {
        "total_without_tax": sum((line.total_without_tax for line in lines), Decimal(0)),
        "total_with_tax": sum((line.total_with_tax for line in lines), Decimal(0)),
    }
    order = an_order(lines=lines, comments=(), deposits=(), **totals, **changes)
    return write_order(session, Capabilities.probe(session), order)


@pytest.fixture
def with_kit(small: Open) -> Open:
    """The small base with a kit: for 2 kits, 4 SIMPLE, 1 GAMME in size S, and 2 PORT with the kit's variant 9 only."""

    def open_with_kit(version: str, mode: str = "direct") -> SageSession:
        session = small(version, mode)
        with session.transaction() as unit:
            columns = "FA_CodeFamille, AR_Ref, AR_Design, AR_Nomencl, AR_QteComp, AR_SuiviStock"
            unit.execute(f"INSERT INTO F_ARTICLE ({columns}) VALUES ('DIVERS', 'KIT', 'Coffret', 2, 2, 2)")
            unit.execute("INSERT INTO F_ARTSTOCK (AR_Ref, DE_No, AS_QteSto) VALUES ('KIT', 1, 5)")
            for row in (("SIMPLE", 4, 2, 0, 0), ("GAMME", 1, 1, 7, 0), ("PORT", 2, 3, 0, 9)):
                unit.execute(
                    "INSERT INTO F_NOMENCLAT (AR_Ref, NO_RefDet, NO_Qte, NO_Ordre, AG_No1, AG_No1Comp) "
                    "VALUES ('KIT', ?, ?, ?, ?, ?)",
                    list(row),
                )
        return session

    return open_with_kit


def lines(session: SageSession) -> list[tuple[Any, ...]]:
    return session.rows(
        "SELECT AR_Ref, AR_RefCompose, AG_No1, DL_Qte, DL_PrixUnitaire, DL_Design FROM F_DOCLIGNE "
        "WHERE DO_Ref = 'XKBKNABJK' ORDER BY DL_Ligne"
    )


@IN_TABLES
@pytest.mark.parametrize("version", VERSIONS)
def test_a_kit_is_followed_by_its_components(with_kit: Open, version: str, mode: str) -> None:
    session = with_kit(version, mode)
    kit = replace(KIT, unit_price=Decimal(7), unit_price_with_tax=Decimal("8.40"))

    assert write(session, (kit, SHIPPING)).notes == ()

    assert lines(session) == [
        ("KIT", None, 0, 3, 7, "Coffret"),
        ("GAMME", "KIT", 7, 1.5, 0, "Tablier"),
        ("SIMPLE", "KIT", 0, 6, 0, "Étagère à épices"),
        ("PORT", None, 0, 1, 5, "Frais de port"),
    ]


def test_the_components_are_reserved_and_not_the_kit(with_kit: Open) -> None:
    session = with_kit("v10")
    write(session, (KIT, replace(SIMPLE, quantity=Decimal(2))))

    reserved = session.rows("SELECT AR_Ref, AS_QteRes FROM F_ARTSTOCK ORDER BY AR_Ref")
    assert reserved == [("GAMME", 1.5), ("KIT", 0), ("SIMPLE", 8)]
    assert session.rows("SELECT GS_QteRes FROM F_GAMSTOCK") == [(1.5,)]


def test_components_that_the_order_brings_are_not_added_again(with_kit: Open) -> None:
    session = with_kit("v10")
    component = replace(SHIPPING, kit="KIT")
    write(session, (KIT, component))

    assert [(article, kit) for article, kit, *_ in lines(session)] == [("KIT", None), ("PORT", "KIT")]


def test_a_component_that_sage_does_not_know_refuses_the_order(with_kit: Open) -> None:
    session = with_kit("v10")
    with session.transaction() as unit:
        unit.execute("UPDATE F_NOMENCLAT SET NO_RefDet = 'GONE' WHERE NO_RefDet = 'GAMME'")

    with pytest.raises(RejectedRecordError) as caught:
        write(session, (KIT,))
    assert (caught.value.cause, caught.value.facts["reference"]) == ("sage.unknown_article", "GONE")


@IN_TABLES
@pytest.mark.parametrize("version", VERSIONS)
def test_a_packaging_is_written_beside_the_sales_units(small: Open, version: str, mode: str) -> None:
    session = small(version, mode)
    packs = replace(
        SIMPLE,
        quantity=Decimal(12),
        unit="Carton",
        unit_quantity=Decimal(2),
        unit_price=Decimal("1.75"),
        unit_price_with_tax=Decimal("2.10"),
    )
    write(session, (packs,))

    found = session.rows("SELECT DL_Qte, EU_Enumere, EU_Qte FROM F_DOCLIGNE WHERE DO_Ref = 'XKBKNABJK'")
    assert found == [(12, "Carton", 2)]


@IN_TABLES
@pytest.mark.parametrize("version", VERSIONS)
def test_free_fields_of_the_header_are_written(small: Open, version: str, mode: str) -> None:
    from connectors.sandbox.sage.connection import connect
    from connectors.sandbox.sage.schema import add_free_field

    session = small(version, mode)
    connection = connect(session.settings.path)  # type: ignore[arg-type]  # a text is as good as a path
    for label, kind, length in (("N° commande site", 9, 10), ("Livré le", 3, 0), ("Port [net", 7, 0)):
        add_free_field(connection, "F_DOCENTETE", label, kind, length)
    connection.commit()
    connection.close()

    written = write(
        session,
        (SIMPLE,),
        free_fields={"N° commande site": "PS-1042 et suivantes", "Livré le": date(2026, 4, 1), "Port [net": Decimal(3)},
    )

    columns = "[N° commande site] AS a, [Livré le] AS b, [Port [net] AS c"
    row = session.rows(f"SELECT {columns} FROM F_DOCENTETE WHERE DO_NoWeb = '1042'")
    assert [str(value)[:10] for value in row[0]] == ["PS-1042 et", "2026-04-01", "3.0"]
    assert written.notes == (TextLoss("F_DOCENTETE.N° commande site", "PS-1042 et suivantes", "PS-1042 et"),)


def test_a_free_field_that_the_company_lacks_is_named(small: Open) -> None:
    with pytest.raises(ConfigurationError) as caught:
        write(small("v10"), (SIMPLE,), free_fields={"Transporteur web": "x"})
    assert caught.value.facts == {"table": "F_DOCENTETE", "column": "Transporteur web"}
