from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from connectors.errors import ConfigurationError
from connectors.sage import odbc
from connectors.sage.capabilities import Capabilities, Column, FreeField
from connectors.sage.odbc import SageSession, SageSettings, open_session
from connectors.sandbox.sage.connection import connect

from .fake_driver import Error, FakeDriver

Open = Callable[[str], SageSession]


@pytest.mark.parametrize(
    ("version", "guess", "name", "piece", "external", "totals"),
    [
        ("i7", "i7_v7", 35, 9, False, False),
        ("100c", "100c_v3_or_later", 35, 13, False, False),
        ("v10", "v10_or_later", 69, 13, True, True),
    ],
)
def test_a_base_is_known_by_its_columns(
    small: Open, version: str, guess: str, name: int, piece: int, external: bool, totals: bool
) -> None:
    found = Capabilities.probe(small(version))

    assert found.version == guess
    assert found.length("F_COMPTET", "CT_Intitule") == name
    assert found.length("F_DOCENTETE", "DO_Piece") == piece
    assert found.has("F_DOCENTETE", "DO_RefExterne") is external
    assert found.has("F_DOCENTETE", "DO_TotalTTC") is totals


def test_names_are_found_whatever_their_case(small: Open) -> None:
    found = Capabilities.probe(small("v10"))

    assert found.has("f_article", "ar_ref")
    assert found.existing("F_Article", ["AR_REF", "NOPE", "n° dossier"]) == ["AR_REF", "n° dossier"]
    assert found.length("f_article", "ar_design") == 69
    assert found.length("F_ARTICLE", "AR_PrixVen") == 0
    assert found.type("F_ARTICLE", "NOPE") == ""


def test_free_fields_come_from_sages_own_list(small: Open) -> None:
    found = Capabilities.probe(small("v10"))

    assert found.free_fields("F_ARTICLE") == (
        FreeField("N° Dossier", 9, 21),
        FreeField("densité", 7, 0),
        FreeField("Prévu le", 3, 0),
    )
    assert found.free_fields("F_COMPTET") == ()


def test_a_deleted_free_field_is_left_out(small: Open) -> None:
    session = small("v10")
    with session.transaction() as unit:
        unit.execute("UPDATE cbSysLibre SET CB_Type = 0 WHERE CB_Name = 'densité'")

    names = [free.name for free in Capabilities.probe(session).free_fields("F_ARTICLE")]

    assert names == ["N° Dossier", "Prévu le"]


def test_capabilities_are_kept_as_json(small: Open) -> None:
    found = Capabilities.probe(small("i7"))

    assert Capabilities.from_json(json.loads(json.dumps(found.to_json()))) == found


def test_a_base_is_described_for_a_page(small: Open) -> None:
    described = dict(Capabilities.probe(small("v10")).describe())

    assert described["version"] == {"version": "v10_or_later"}
    assert described["free_fields"] == {"table": "F_ARTICLE", "count": "3", "names": "N° Dossier, densité, Prévu le"}
    assert described["name_length"] == {"length": "69"}
    assert described["external_reference"] == {"present": "yes"}


@pytest.mark.parametrize(
    ("table", "column", "cause"), [("F_X", "A", "sage.missing_table"), ("F_ARTICLE", "X", "sage.missing_column")]
)
def test_what_is_required_and_missing_is_named(small: Open, table: str, column: str, cause: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Capabilities.probe(small("v10")).require(table, column)
    assert caught.value.cause == cause
    assert caught.value.facts["table"] == table


def test_a_base_that_is_not_sages_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.sqlite"
    with closing(connect(path, create=True)) as connection:
        connection.cursor().execute("CREATE TABLE clients (id int)")
        connection.commit()

    with (
        open_session(SageSettings(dialect="sqlite", path=str(path))) as session,
        pytest.raises(ConfigurationError) as caught,
    ):
        Capabilities.probe(session)
    assert caught.value.facts == {"table": "F_ARTICLE"}


CATALOGUE = [
    ("f_article", "AR_Ref", "varchar", 19),
    ("f_article", "AR_PrixVen", "numeric", None),
    ("f_glossaire", "GL_Text", "varchar", -1),
    ("F_ECRITUREC", "EC_No", "int", None),
]


@pytest.mark.parametrize(("granted", "right"), [(1, True), (0, False), (None, None)])
def test_sql_server_is_probed_by_its_own_catalogue(
    monkeypatch: pytest.MonkeyPatch, granted: int | None, right: bool | None
) -> None:
    driver = FakeDriver(lambda what: None, CATALOGUE)
    driver.answers["SELECT HAS_PERMS"] = [(granted,)]
    monkeypatch.setattr(odbc, "_driver", lambda: driver)

    found = Capabilities.probe(open_session(SageSettings(dialect="sqlserver", driver="FreeTDS", server="x")))

    assert found.tables == {
        "f_article": {"ar_ref": Column("AR_Ref", "varchar", 19), "ar_prixven": Column("AR_PrixVen", "numeric")},
        "f_glossaire": {"gl_text": Column("GL_Text", "varchar")},
    }
    assert found.lock_right is right
    assert Capabilities.from_json(found.to_json()) == found


def test_a_server_that_cannot_tell_the_right_is_still_read(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(what: str) -> None:
        if "HAS_PERMS" in what:
            raise Error("42000", "[42000] [FreeTDS]function does not exist (33557097) (SQLExecDirectW)")

    monkeypatch.setattr(odbc, "_driver", lambda: FakeDriver(fail, CATALOGUE))

    found = Capabilities.probe(open_session(SageSettings(dialect="sqlserver", driver="FreeTDS", server="x")))

    assert found.lock_right is None


def test_sages_own_driver_is_probed_by_odbcs_catalogue(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(odbc, "_driver", lambda: FakeDriver(lambda what: None, CATALOGUE))

    found = Capabilities.probe(open_session(SageSettings(dialect="sage", dsn="SAGE")))

    assert found.length("F_ARTICLE", "AR_Ref") == 19
    assert found.lock_right is None
