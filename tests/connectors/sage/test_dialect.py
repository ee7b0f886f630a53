from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

import pytest

from connectors.sage import odbc
from connectors.sage.capabilities import Capabilities
from connectors.sage.dialect import DIALECTS, DialectName
from connectors.sage.documents import write_order
from connectors.sage.odbc import SageSession, SageSettings, open_session
from connectors.sage.reading import read
from connectors.sage.streams import STREAMS
from connectors.sage.writing import Writer

from .fake_driver import FakeDriver
from .orders_for_tests import NEW_CUSTOMER, an_order

Open = Callable[[str], SageSession]


@pytest.mark.parametrize(
    ("dialect", "name", "quoted"),
    [
        ("sqlserver", "AR_Ref", "[AR_Ref]"),
        ("sqlserver", "N° Dossier", "[N° Dossier]"),
        ("sqlserver", "a]; DROP TABLE x--", "[a]]; DROP TABLE x--]"),
        ("sqlite", "N° Dossier", "[N° Dossier]"),
        ("sqlite", 'a]"b', '"a]""b"'),
        ("sage", "AR_Ref", "AR_Ref"),
        ("sage", 'N° "Dossier"', '"N° ""Dossier"""'),
    ],
)
def test_names_are_quoted_as_each_driver_reads_them(dialect: DialectName, name: str, quoted: str) -> None:
    assert DIALECTS[dialect].quote(name) == quoted


def test_sql_server_is_read_with_plain_selects(small: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    capabilities = Capabilities.probe(small("v10"))
    driver = FakeDriver(lambda what: None)
    monkeypatch.setattr(odbc, "_driver", lambda: driver)
    session = open_session(SageSettings(dialect="sqlserver", driver="FreeTDS", server="x"))

    list(read(session, capabilities, STREAMS["family_discounts"], since=datetime(2026, 1, 2)))
    list(read(session, capabilities, STREAMS["customers"]))

    first, second = [sql for sql in driver.connections[0].log if sql.startswith("SELECT")]
    assert first == (
        "SELECT [FA_CodeFamille], [CT_Num], [FC_Remise] FROM [F_FAMCLIENT] "
        "WHERE ([cbModification] >= ? OR [cbModification] IS NULL)"
    )
    assert second.endswith(" FROM [F_COMPTET] WHERE [CT_Type] = ?")
    assert "*" not in first + second


def test_next_numbers_are_read_under_lock_on_sql_server(small: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    capabilities = Capabilities.probe(small("v10"))
    driver = FakeDriver(lambda what: None, [(41,)])
    monkeypatch.setattr(odbc, "_driver", lambda: driver)
    session = open_session(SageSettings(dialect="sqlserver", driver="FreeTDS", server="x", write_enabled=True))

    with session.transaction() as unit:
        assert Writer(unit, capabilities, now=datetime(2026, 1, 2)).next_number("F_DOCLIGNE", "DL_No") == 42

    assert "SELECT MAX([DL_No]) FROM [F_DOCLIGNE] WITH (UPDLOCK, HOLDLOCK)" in driver.connections[1].log


@pytest.fixture
def through_sages_driver(small: Open) -> tuple[SageSession, Capabilities]:
    """A session that believes it speaks to Sage's driver, over a base whose triggers number and compute as it does."""
    session = small("v10")
    with session.transaction() as unit:
        unit.execute(
            "CREATE TRIGGER driver_computes AFTER INSERT ON F_DOCLIGNE BEGIN UPDATE F_DOCLIGNE SET "
            "DL_MontantHT = NEW.DL_Qte * NEW.DL_PrixUnitaire, DL_MontantTTC = NEW.DL_Qte * NEW.DL_PUTTC "
            "WHERE cbMarq = NEW.cbMarq; END"
        )
    capabilities = Capabilities.probe(session)
    session.dialect = replace(DIALECTS["sage"], begin="BEGIN IMMEDIATE")
    return session, capabilities


def test_sages_driver_is_left_what_it_does_itself(through_sages_driver: tuple[SageSession, Capabilities]) -> None:
    session, capabilities = through_sages_driver

    written = write_order(session, capabilities, an_order(customer=NEW_CUSTOMER))

    assert written.created
    lines = session.rows("SELECT DL_No, DL_MontantTTC FROM F_DOCLIGNE WHERE DO_Piece = 'BC00002' ORDER BY DL_Ligne")
    assert [(number, Decimal(str(total))) for number, total in lines] == [
        (2, Decimal("25.2")),
        (3, Decimal("9.6")),
        (4, Decimal(6)),
        (5, Decimal(0)),
    ]
    # No instalment, twin, counter, reservation, nor ledger account of ours: the driver's own.
    assert session.rows("SELECT DR_TypeRegl FROM F_DOCREGL WHERE DO_Piece = 'BC00002'") == [(0,)]
    assert session.rows("SELECT cbDE_No, cbCreateur FROM F_DOCENTETE WHERE DO_Piece = 'BC00002'") == [(None, "CSQL")]
    assert session.rows("SELECT DC_Piece FROM F_DOCCURRENTPIECE WHERE DC_IdCol = 1") == [("BC00001",)]
    assert session.rows("SELECT SUM(AS_QteRes) FROM F_ARTSTOCK") == [(0,)]
    assert session.rows("SELECT COUNT(*) FROM F_COMPTETG WHERE CT_Num = 'WEB000001'") == [(0,)]
