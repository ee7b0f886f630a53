from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest

from connectors.sage import odbc
from connectors.sage.capabilities import Capabilities
from connectors.sage.dialect import DIALECTS, DialectName
from connectors.sage.odbc import SageSession, SageSettings, open_session
from connectors.sage.reading import read
from connectors.sage.streams import STREAMS
from connectors.sage.writing import Writer

from .fake_driver import FakeDriver

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
