from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from connectors.errors import ConfigurationError
from connectors.sage.capabilities import Capabilities, Column, FreeField
from connectors.sage.odbc import SageSession, SageSettings, open_session
from connectors.sandbox.sage.connection import connect

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


def test_a_length_of_information_schema_and_an_unlimited_text() -> None:
    from connectors.sage.capabilities import _column

    assert _column("A", "varchar", 19) == Column("A", "varchar", 19)
    assert _column("A", "varchar", -1) == Column("A", "varchar", 0)
    assert _column("A", "int", 10) == Column("A", "int", 0)
