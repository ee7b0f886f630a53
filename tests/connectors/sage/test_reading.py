from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from connectors.errors import ConfigurationError, RejectedRecordError
from connectors.sage.capabilities import Capabilities
from connectors.sage.odbc import SageSession, SageSettings, open_session
from connectors.sage.reading import count, keys, read
from connectors.sage.records import AccountingCategory, Article, ArticleAccounting, Gamme, KitComponent
from connectors.sage.streams import STREAMS
from connectors.sandbox.sage.schema import columns

from .conftest import VERSIONS

Open = Callable[[str], SageSession]


def read_all(session: SageSession, name: str, **options: Any) -> list[Any]:
    return list(read(session, Capabilities.probe(session), STREAMS[name], **options))


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", STREAMS)
def test_every_stream_is_read_on_every_version(small: Open, version: str, name: str) -> None:
    session = small(version)
    stream = STREAMS[name]

    found = read_all(session, name)

    assert found, "the small base has a row for every stream"
    assert all(type(record) is stream.record for record in found)
    capabilities = Capabilities.probe(session)
    assert count(session, capabilities, stream) == len(found)
    assert sorted(keys(session, capabilities, stream)) == sorted(record.key for record in found)
    assert [stream.record.from_json(record.to_json()) for record in found] == found


@pytest.mark.parametrize("name", STREAMS)
def test_every_declared_column_exists_in_sage(name: str) -> None:
    stream = STREAMS[name]
    if stream.unpivot:
        pytest.skip("its columns are numbered")
    known = {column.name for version in VERSIONS for column in columns(version=version)[stream.table]}
    declared = {column for names in stream.record.field_columns.values() for column in names}

    assert declared | set(stream.where) <= known
    assert stream.cursor is None or stream.cursor in known


@pytest.mark.parametrize("version", VERSIONS)
def test_the_whole_company_is_read_on_every_version(company_files: dict[str, Path], version: str) -> None:
    with open_session(SageSettings(dialect="sqlite", path=str(company_files[version]))) as session:
        capabilities = Capabilities.probe(session)
        for stream in STREAMS.values():
            found = list(read(session, capabilities, stream))
            assert len({record.key for record in found}) == len(found) == count(session, capabilities, stream)
            assert sorted(keys(session, capabilities, stream)) == sorted(record.key for record in found)


def test_the_three_companies_differ_only_by_what_their_versions_lack(company_files: dict[str, Path]) -> None:
    found = {}
    for version, path in company_files.items():
        with open_session(SageSettings(dialect="sqlite", path=str(path))) as session:
            capabilities = Capabilities.probe(session)
            found[version] = {
                name: {record.key: record for record in read(session, capabilities, stream)}
                for name, stream in STREAMS.items()
            }

    for name in STREAMS:
        assert found["i7"][name].keys() == found["100c"][name].keys() == found["v10"][name].keys(), name
    for key, article in found["i7"]["articles"].items():
        assert article == found["v10"]["articles"][key]


def test_an_article_is_typed(small: Open) -> None:
    (article,) = [found for found in read_all(small("v10"), "articles") if found.reference == "SIMPLE"]

    assert article == Article(
        reference="SIMPLE",
        stored_reference="SIMPLE",
        label="Étagère à épices",
        family_code="DIVERS",
        sale_price=Decimal("12.345678"),
        purchase_price=Decimal(5),
        stock_tracking=2,
        sales_unit=1,
        statistics=("", "", "", "", ""),
        catalogue_path=(0, 0, 0, 0),
        created_on=date(2020, 2, 29),
        free_fields={"N° Dossier": "D-42", "densité": Decimal("1.5"), "Prévu le": date(2026, 3, 1)},
    )


def test_a_padded_reference_is_trimmed_and_kept_for_writing(small: Open) -> None:
    (article,) = [found for found in read_all(small("v10"), "articles") if found.reference == "BLANC"]

    assert article.stored_reference == "BLANC  "


def test_unused_slots_of_lists_are_left_out(small: Open) -> None:
    assert read_all(small("v10"), "gammes") == [Gamme(rank=1, label="Taille")]


def test_accounting_categories_are_the_labels_of_one_row(small: Open) -> None:
    assert read_all(small("v10"), "accounting_categories") == [
        AccountingCategory(rank=1, label="France"),
        AccountingCategory(rank=3, label="Export"),
    ]


@pytest.mark.parametrize(
    ("name", "found"),
    [("customers", {"DUPONT", "DORT"}), ("glossary_texts", {"1"}), ("sales_documents", {"1|BC00001"})],
)
def test_rows_of_other_domains_are_not_read(small: Open, name: str, found: set[str]) -> None:
    assert {record.key for record in read_all(small("v10"), name)} == found


def test_columns_that_a_version_lacks_are_empty(small: Open) -> None:
    (accounting,) = read_all(small("i7"), "article_accounting")

    assert accounting == ArticleAccounting(
        article="SIMPLE",
        domain=0,
        category=1,
        invoice_kind=0,
        tax_codes=("C20", "", ""),
        former_tax_codes=("", "", ""),
        tax_change_dates=(None, None, None),
    )
    (document,) = read_all(small("i7"), "sales_documents")
    assert document.total_with_tax is None


def test_only_what_changed_since_the_overlap_is_read_again(small: Open) -> None:
    session = small("v10")
    now = session.server_now()
    with session.transaction() as unit:
        unit.execute("UPDATE F_ARTICLE SET cbModification = ?", [now - timedelta(days=2)])
        unit.execute("UPDATE F_ARTICLE SET cbModification = ? WHERE AR_Ref = 'GAMME'", [now - timedelta(minutes=3)])
        unit.execute("UPDATE F_ARTICLE SET cbModification = NULL WHERE AR_Ref = 'PORT'")

    changed = {article.reference for article in read_all(session, "articles", since=now)}

    assert changed == {"GAMME", "PORT"}, "within the lag, and the one that forgot its timestamp"


def test_lists_without_a_timestamp_are_always_read_whole(small: Open) -> None:
    session = small("v10")

    assert read_all(session, "units", since=session.server_now() + timedelta(days=1))


def test_a_value_that_cannot_be_read_is_named(small: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    session = small("v10")
    capabilities = Capabilities.probe(session)
    # The sandbox's driver reads a number from anything; others hand over the text that was pasted.
    rows = [["a01", "TSHIRT", "9"], ["a01", "TSHIRT", "#N/A"]]
    monkeypatch.setattr(session, "batches", lambda sql, params: iter([[[*row, *[None] * 12][:10] for row in rows]]))

    with pytest.raises(RejectedRecordError) as caught:
        list(read(session, capabilities, STREAMS["quantity_tiers"]))
    assert caught.value.cause == "sage.unreadable_value"
    assert caught.value.facts == {"table": "F_TARIFQTE", "column": "TQ_BorneSup", "value": "#N/A"}


@pytest.mark.parametrize(
    ("gone", "cause"),
    [
        ({"f_nomenclat": None}, "sage.missing_table"),
        ({"f_nomenclat": "no_refdet"}, "sage.missing_column"),
    ],
)
def test_a_stream_needs_its_table_and_its_key(small: Open, gone: dict[str, str | None], cause: str) -> None:
    session = small("v10")
    data = Capabilities.probe(session).to_json()
    for table, column in gone.items():
        kept = [found for found in data["tables"].pop(table) if found[0].lower() != column]
        if column:
            data["tables"][table] = kept
    reduced = Capabilities.from_json(data)

    for reading in (read, keys):
        with pytest.raises(ConfigurationError) as caught:
            list(reading(session, reduced, STREAMS["kit_components"]))
        assert caught.value.cause == cause


def test_a_kit_component_keeps_a_key_of_its_own(small: Open) -> None:
    (component,) = read_all(small("v10"), "kit_components")

    assert component == KitComponent(
        kit="SIMPLE", component="PORT", gamme1=0, gamme2=0, kit_gamme1=0, kit_gamme2=0, position=0, quantity=Decimal(2)
    )


def test_reading_holds_one_batch_whatever_the_size(small: Open) -> None:
    session = small("v10")
    with session.transaction() as unit:
        unit.execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) "
            "INSERT INTO F_ARTSTOCK (AR_Ref, DE_No) SELECT 'GEN' || i, 1 FROM n"
        )
    capabilities = Capabilities.probe(session)
    tracemalloc.start()
    total = sum(1 for _ in read(session, capabilities, STREAMS["stock"]))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert total == 20_002
    assert peak < 4_000_000
