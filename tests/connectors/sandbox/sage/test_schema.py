from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pyodbc
import pytest

from connectors.sandbox.sage import connect
from connectors.sandbox.sage.keys import INDEXES, UNIQUE_KEYS
from connectors.sandbox.sage.schema import VERSIONS, add_free_field, columns, create_schema


@pytest.fixture
def base(tmp_path: Path) -> Iterator[pyodbc.Connection]:
    connection = connect(tmp_path / "sage.db", create=True)
    create_schema(connection)
    yield connection
    connection.close()


def add_article(base: pyodbc.Connection, reference: str = "POLO") -> None:
    base.execute("INSERT INTO F_ARTICLE (AR_Ref, FA_CodeFamille) VALUES (?, 'TEXTILE')", reference)


def test_the_schema_has_the_77_tables(base: pyodbc.Connection) -> None:
    created = {row.table_name for row in base.cursor().tables(tableType="TABLE")} - {"sqlite_sequence"}

    assert created == set(columns())
    assert len(created) == 77


@pytest.mark.parametrize("version", VERSIONS)
def test_every_version_can_be_created(tmp_path: Path, version: str) -> None:
    connection = connect(tmp_path / "sage.db", create=True)
    create_schema(connection, version=version)
    names = [row.column_name for row in connection.cursor().columns("F_COMPTET")]
    connection.close()

    assert names == [c.name for c in columns(version=version)["F_COMPTET"] if c.role != "computed"]


def test_an_unknown_version_is_named() -> None:
    with pytest.raises(ValueError, match="v99"):
        columns(version="v99")


@pytest.mark.parametrize(
    ("table", "name", "i7", "c100", "v10"),
    [
        pytest.param("F_DOCENTETE", "DO_Piece", "varchar(9)", "varchar(13)", "varchar(13)", id="piece-widened"),
        pytest.param("F_DOCENTETE", "DO_TotalHT", None, "numeric(24,6)", "numeric(24,6)", id="totals-appear"),
        pytest.param("F_DOCENTETE", "DO_RefExterne", None, None, "varchar(51)", id="external-reference"),
        pytest.param("F_COMPTET", "CT_Intitule", "varchar(35)", "varchar(35)", "varchar(69)", id="name-widened"),
        pytest.param("F_ARTENUMREF", "AE_Sommeil", None, "smallint", "smallint", id="sleeping-combination"),
        pytest.param("F_ARTICLE", "cbModification", "smalldatetime", "smalldatetime", "datetime", id="precision"),
        pytest.param("F_ARTICLE", "AR_CodeEdiED_Code1", None, None, None, id="gone-after-V16"),
    ],
)
def test_columns_follow_the_version(table: str, name: str, i7: str | None, c100: str | None, v10: str | None) -> None:
    found = [{c.name: c.type for c in columns(version=version)[table]}.get(name) for version in ("i7", "100c", "v10")]

    assert found == [i7, c100, v10]


def test_keys_name_columns_that_exist_in_every_version() -> None:
    for version in VERSIONS:
        tables = {table: {c.name for c in declared} for table, declared in columns(version=version).items()}
        for table, names in [*UNIQUE_KEYS.items(), *INDEXES.items()]:
            assert set(names) <= tables[table]


def test_a_reference_exists_once_whatever_its_case(base: pyodbc.Connection) -> None:
    add_article(base, "POLO")

    with pytest.raises(pyodbc.Error, match="UNIQUE"):
        add_article(base, "polo")


def test_text_longer_than_its_column_is_refused_and_trailing_blanks_are_not(base: pyodbc.Connection) -> None:
    add_article(base, "É" * 19 + "  ")

    with pytest.raises(pyodbc.Error, match="CHECK"):
        add_article(base, "É" * 20)


def test_values_are_read_back_with_their_types(base: pyodbc.Connection) -> None:
    add_article(base)
    row = base.execute("SELECT AR_PrixVen, AR_Gamme1, AR_Design, cbModification, cbCO_No FROM F_ARTICLE").fetchone()

    assert (row.AR_PrixVen, row.AR_Gamme1, row.AR_Design, row.cbCO_No) == (0.0, 0, None, None)
    assert isinstance(row.cbModification, datetime)
    assert row.cbModification.second == 0


def test_an_update_moves_cbmodification_unless_it_sets_it(base: pyodbc.Connection) -> None:
    old = datetime(2020, 1, 1, 10)
    add_article(base)
    base.execute("UPDATE F_ARTICLE SET cbModification = ?", old)
    assert base.execute("SELECT cbModification FROM F_ARTICLE").fetchval() == old

    base.execute("UPDATE F_ARTICLE SET AR_Design = 'Polo'")
    assert base.execute("SELECT cbModification FROM F_ARTICLE").fetchval() > old


def test_a_line_inserted_with_number_0_gets_the_next_one(base: pyodbc.Connection) -> None:
    for number in (41, 0, 0):
        base.execute("INSERT INTO F_DOCLIGNE (DO_Type, DO_Piece, PF_Num, DL_No) VALUES (1, 'BC1', '', ?)", number)

    assert [row.DL_No for row in base.execute("SELECT DL_No FROM F_DOCLIGNE ORDER BY cbMarq")] == [41, 42, 43]


def test_a_free_field_is_a_column_named_by_its_label(base: pyodbc.Connection) -> None:
    add_free_field(base, "F_ARTICLE", "Lavage à 30°", 9, 35)
    add_free_field(base, "F_ARTICLE", "N° de lot", 7)
    add_article(base)
    base.execute("UPDATE F_ARTICLE SET [Lavage à 30°] = ?", "Œuvre à l'envers, 30 €")

    row = base.execute("SELECT [Lavage à 30°] AS washing, [N° de lot] AS lot FROM F_ARTICLE").fetchone()
    described = base.execute("SELECT CB_Name, CB_Pos, CB_Type, CB_Len FROM cbSysLibre ORDER BY CB_Pos").fetchall()
    assert tuple(row) == ("Œuvre à l'envers, 30 €", None)
    assert [tuple(line) for line in described] == [("Lavage à 30°", 1, 9, 35), ("N° de lot", 2, 7, 0)]


def test_a_long_glossary_text_is_read_whole(base: pyodbc.Connection) -> None:
    text = "Élégant ; " * 800
    base.execute("INSERT INTO F_GLOSSAIRE (GL_No, GL_Text) VALUES (1, ?)", text)

    assert base.execute("SELECT GL_Text FROM F_GLOSSAIRE").fetchval() == text


def test_opening_a_missing_base_does_not_create_it(tmp_path: Path) -> None:
    with pytest.raises(pyodbc.Error):
        connect(tmp_path / "missing.db").execute("SELECT 1 FROM F_ARTICLE")

    assert not (tmp_path / "missing.db").exists()
