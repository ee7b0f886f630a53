from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from connectors.errors import ConfigurationError, ConnectorError, RejectedRecordError
from connectors.sage.capabilities import Capabilities
from connectors.sage.documents import find_order, write_order
from connectors.sage.odbc import SageSession, SageSettings, open_session
from connectors.sage.orders import OrderDocument, TextLoss, WrittenOrder

from .conftest import VERSIONS
from .orders_for_tests import NEW_CUSTOMER, PLACE, SHIPPING, SIMPLE, an_order

Open = Callable[[str], SageSession]


def write(session: SageSession, order: OrderDocument) -> WrittenOrder:
    return write_order(session, Capabilities.probe(session), order)


def one(session: SageSession, columns: str, table: str, condition: str) -> tuple[Any, ...]:
    (row,) = session.rows(f"SELECT {columns} FROM {table} WHERE {condition}")
    return row


@pytest.mark.parametrize("version", VERSIONS)
def test_an_order_is_written_whole_on_every_version(small: Open, version: str) -> None:
    session = small(version)

    written = write(session, an_order())

    assert written == WrittenOrder(piece="BC00002", created=True, customer_number="DUPONT")
    columns = (
        "DO_Tiers, DO_NoWeb, DO_Ref, DO_Souche, DE_No, cbDE_No, CO_No, cbCO_No, DO_Expedit, DO_Coord01, cbCreateur"
    )
    assert one(session, columns, "F_DOCENTETE", "DO_Piece = 'BC00002'") == (
        "DUPONT",
        "1042",
        "XKBKNABJK",
        0,
        1,
        1,
        0,
        None,
        1,
        "Jean Dupont",
        "PSHP",
    )
    lines = session.rows(
        "SELECT DL_No, DL_Ligne, AR_Ref, AG_No1, DL_Qte, DL_PrixUnitaire, DL_TTC, DL_MontantTTC, DE_No, DL_Valorise, "
        "DL_Design, EU_Enumere FROM F_DOCLIGNE WHERE DO_Piece = 'BC00002' ORDER BY DL_Ligne"
    )
    assert lines == [
        (2, 10000, "SIMPLE", 0, 2, 10.5, 0, 25.2, 1, 1, "Étagère à épices", "Pièce"),
        (3, 20000, "GAMME", 7, 1, 8, 1, 9.6, 1, 1, "Tablier S", ""),
        (4, 30000, "PORT", 0, 1, 5, 0, 6, 0, 1, "Frais de port", ""),
        (5, 40000, None, 0, 0, 0, 0, 0, 0, 0, "Paiement par carte", None),
    ]


def test_totals_are_filled_where_the_version_has_them(small: Open) -> None:
    session = small("v10")
    write(session, an_order())

    columns = "DO_TotalHT, DO_TotalHTNet, DO_TotalTTC, DO_NetAPayer, DO_MontantRegle, DO_RefExterne, DO_DocType"
    assert one(session, columns, "F_DOCENTETE", "DO_Piece = 'BC00002'") == (34, 34, 40.8, 0, 0, "1042", 1)


def test_the_balance_and_the_deposit_are_written(small: Open) -> None:
    session = small("100c")
    write(session, an_order())

    rows = session.rows(
        "SELECT DR_No, DR_TypeRegl, DR_Montant, DR_Equil, DR_Regle, DR_Libelle FROM F_DOCREGL "
        "WHERE DO_Piece = 'BC00002' ORDER BY DR_No"
    )
    assert rows == [(2, 2, 0, 1, 0, ""), (3, 0, 40.8, 0, 0, "CB 42")]


def test_accounted_payments_are_never_written(small: Open) -> None:
    session = small("v10")
    write(session, an_order())

    assert session.rows("SELECT COUNT(*) FROM F_CREGLEMENT") == [(0,)]
    assert session.rows("SELECT COUNT(*) FROM F_REGLECH") == [(0,)]


def test_stock_is_reserved_for_tracked_articles_and_variants(small: Open) -> None:
    session = small("v10")
    write(session, an_order())

    assert session.rows("SELECT AR_Ref, AS_QteRes FROM F_ARTSTOCK ORDER BY AR_Ref") == [("GAMME", 1), ("SIMPLE", 2)]
    assert session.rows("SELECT GS_QteRes FROM F_GAMSTOCK") == [(1,)]


def test_a_quote_reserves_nothing(small: Open) -> None:
    session = small("v10")

    assert write(session, an_order(kind=0)).piece == "DE00001"
    assert session.rows("SELECT SUM(AS_QteRes) FROM F_ARTSTOCK") == [(0,)]


@pytest.mark.parametrize("kind", [2, 3, 6, 7])
def test_other_documents_are_never_written(small: Open, kind: int) -> None:
    with pytest.raises(ValueError, match="never written"):
        write(small("v10"), an_order(kind=kind))


def test_the_cost_of_a_line_is_the_average_cost_else_the_purchase_price(small: Open) -> None:
    session = small("v10")
    write(session, an_order())

    assert one(session, "DL_PrixRU, DL_CMUP", "F_DOCLIGNE", "DL_No = 2") == (4.5, 4.5)


def test_the_customers_information_goes_on_the_document(small: Open) -> None:
    session = small("v10")
    write(session, an_order())

    assert one(session, "DI_Code, DI_Valeur", "F_DOCENTETEINFOS", "DO_Piece = 'BC00002'") == ("QUAI", "3")


def test_a_second_call_finds_the_order_and_writes_nothing(small: Open) -> None:
    session = small("v10")
    first = write(session, an_order(customer=NEW_CUSTOMER))

    second = write(session, an_order(customer=NEW_CUSTOMER))

    assert second == WrittenOrder(piece=first.piece, created=False, customer_number=first.customer_number)
    assert session.rows("SELECT COUNT(*) FROM F_DOCENTETE WHERE DO_NoWeb = '1042'") == [(1,)]
    assert session.rows("SELECT COUNT(*) FROM F_COMPTET WHERE CT_Num LIKE 'WEB%'") == [(1,)]


def test_an_order_that_was_transformed_is_found_by_its_lines(small: Open) -> None:
    session = small("v10")
    capabilities = Capabilities.probe(session)
    write(session, an_order())
    with session.transaction() as unit:
        unit.execute("DELETE FROM F_DOCENTETE WHERE DO_Piece = 'BC00002'")
        unit.execute(
            "UPDATE F_DOCLIGNE SET DO_Type = 3, DO_Piece = 'BL00001', DL_PieceBC = 'BC00002' WHERE DO_Piece = 'BC00002'"
        )

    assert find_order(session, capabilities, "1042") is None
    assert find_order(session, capabilities, "1042", reference="XKBKNABJK") == "BC00002"
    assert write(session, an_order()) == WrittenOrder(piece="BC00002", created=False, customer_number="DUPONT")


def test_find_order_gives_the_number_or_nothing(small: Open) -> None:
    session = small("i7")
    capabilities = Capabilities.probe(session)
    write(session, an_order())

    assert find_order(session, capabilities, "1042") == "BC00002"
    assert find_order(session, capabilities, "1043", reference="OTHER") is None


def test_two_orders_follow_each_other(small: Open) -> None:
    session = small("v10")

    pieces = [write(session, an_order(web_number=str(number), reference=f"R{number}")).piece for number in range(3)]

    assert pieces == ["BC00002", "BC00003", "BC00004"]


@pytest.mark.parametrize("version", VERSIONS)
def test_a_new_customer_is_created_with_the_order(small: Open, version: str) -> None:
    session = small(version)

    written = write(session, an_order(customer=NEW_CUSTOMER))

    assert written.customer_number == "WEB000001"
    columns = "CT_Intitule, CT_Type, CT_NumPayeur, CG_NumPrinc, N_CatTarif, N_Period, cbMR_No, CT_EMail"
    assert one(session, columns, "F_COMPTET", "CT_Num = 'WEB000001'") == (
        "Boulangerie Lévêque",
        0,
        "WEB000001",
        "4110000",
        1,
        1,
        None,
        "a@b.example",
    )
    assert one(session, "CG_Num", "F_COMPTETG", "CT_Num = 'WEB000001'") == ("4110000",)
    assert one(session, "LI_Principal, LI_Ville", "F_LIVRAISON", "CT_Num = 'WEB000001'") == (1, "La Rochelle")


def test_customer_numbers_follow_and_other_accounts_are_passed_over(small: Open) -> None:
    session = small("v10")
    with session.transaction() as unit:
        for number in ("WEB000041", "WEBMASTER", "WEBCLIENT"):
            unit.execute("INSERT INTO F_COMPTET (CT_Num, CT_Type, CG_NumPrinc) VALUES (?, 0, '')", [number])

    assert write(session, an_order(customer=NEW_CUSTOMER)).customer_number == "WEB000042"


def test_a_customer_number_that_is_taken_is_refused(small: Open) -> None:
    with pytest.raises(RejectedRecordError) as caught:
        write(small("v10"), an_order(customer=replace(NEW_CUSTOMER, number="dupont")))
    assert caught.value.cause == "sage.customer_exists"


def test_an_identical_delivery_place_is_used_again(small: Open) -> None:
    session = small("v10")
    write(session, an_order())
    write(session, an_order(web_number="2", reference="R2"))

    assert session.rows("SELECT LI_No, LI_Intitule, LI_Principal FROM F_LIVRAISON ORDER BY LI_No") == [
        (1, "Siège", 1),
        (2, "Atelier", 0),
    ]
    assert session.rows("SELECT LI_No, cbLI_No FROM F_DOCENTETE WHERE DO_Type = 1 AND DO_NoWeb <> ''") == [(2, 2)] * 2


def test_another_place_of_the_same_name_gets_a_label_of_its_own(small: Open) -> None:
    session = small("i7")
    write(session, an_order())
    long = replace(PLACE, label="Atelier", city="Nantes")
    write(session, an_order(web_number="2", reference="R2", delivery=long))

    labels = session.rows("SELECT LI_Intitule FROM F_LIVRAISON ORDER BY LI_No")
    assert labels == [("Siège",), ("Atelier",), ("Atelier 2",)]


def test_without_an_address_the_main_place_is_taken(small: Open) -> None:
    session = small("v10")
    write(session, an_order(delivery=None))

    assert one(session, "LI_No", "F_DOCENTETE", "DO_Piece = 'BC00002'") == (1,)


def test_text_that_does_not_fit_is_split_and_reported(small: Open) -> None:
    session = small("i7")
    street = "Résidence des Cordeliers, bâtiment Œillet, 127 bis avenue du Général-de-Gaulle"
    place = replace(PLACE, address=street, contact="Łukasz")

    written = write(session, an_order(delivery=place))

    assert one(session, "LI_Adresse, LI_Complement, LI_Contact", "F_LIVRAISON", "LI_No = 2") == (
        "Résidence des Cordeliers, bâtiment",
        "Œillet, 127 bis avenue du",
        "Lukasz",
    )
    assert written.notes == (
        TextLoss("F_LIVRAISON.LI_Adresse", street, "Résidence des Cordeliers, bâtiment Œillet, 127 bis avenue du"),
        TextLoss("F_LIVRAISON.LI_Contact", "Łukasz", "Lukasz"),
    )


def test_a_long_comment_takes_as_many_lines_as_it_needs(small: Open) -> None:
    session = small("v10")
    comment = "Merci de livrer avant dix heures, " * 5

    written = write(session, an_order(comments=(comment,)))

    rows = session.rows("SELECT DL_Design FROM F_DOCLIGNE WHERE DO_Piece = 'BC00002' AND AR_Ref IS NULL ORDER BY DL_No")
    assert written.notes == ()
    assert len(rows) == 3
    assert " ".join(text for (text,) in rows) == comment.strip()


def test_a_long_billing_address_flows_over_its_four_columns(small: Open) -> None:
    session = small("v10")
    written = write(session, an_order(billing=("Société Anonyme des Chantiers de l'Atlantique", "44600 Saint-Nazaire")))

    assert one(session, "DO_Coord01, DO_Coord02, DO_Coord03, DO_Coord04", "F_DOCENTETE", "DO_Piece = 'BC00002'") == (
        "Société Anonyme des",
        "Chantiers de l'Atlantique",
        "44600 Saint-Nazaire",
        "",
    )
    assert written.notes == ()


@pytest.mark.parametrize(
    ("changes", "cause", "facts"),
    [
        pytest.param(
            {
                "lines": (replace(SIMPLE, article="ABSENT"), SHIPPING),
                "total_without_tax": Decimal(26),
                "total_with_tax": Decimal("31.2"),
            },
            "sage.unknown_article",
            {"reference": "ABSENT", "order": "XKBKNABJK"},
            id="article",
        ),
        pytest.param(
            {
                "lines": (replace(SIMPLE, article="simple"), SHIPPING),
                "total_without_tax": Decimal(26),
                "total_with_tax": Decimal("31.2"),
            },
            "sage.unknown_article",
            {"reference": "simple"},
            id="another case is another article",
        ),
        pytest.param(
            {
                "lines": (replace(SIMPLE, gamme1=99), SHIPPING),
                "total_without_tax": Decimal(26),
                "total_with_tax": Decimal("31.2"),
            },
            "sage.unknown_article",
            {"reference": "SIMPLE (99)"},
            id="variant",
        ),
        pytest.param({"customer": "NOBODY"}, "sage.unknown_customer", {"number": "NOBODY"}, id="customer"),
        pytest.param({"customer": "FOURN"}, "sage.unknown_customer", {"number": "FOURN"}, id="a supplier"),
        pytest.param({"customer": "DORT"}, "sage.customer_blocked", {"number": "DORT"}, id="asleep"),
        pytest.param(
            {"total_with_tax": Decimal("40.81")}, "sage.written_differs", {"what": "TTC 40.8 ≠ 40.81"}, id="a cent"
        ),
        pytest.param({"souche": 3}, "sage.no_counter", {"souche": "3"}, id="series"),
        pytest.param({"web_number": "1" * 18}, "sage.too_long", {"column": "DO_NoWeb"}, id="key too long"),
    ],
)
def test_an_order_that_cannot_be_written_leaves_nothing(
    small: Open, changes: dict[str, Any], cause: str, facts: dict[str, str]
) -> None:
    session = small("v10")
    before = dump(session)

    with pytest.raises(ConnectorError) as caught:
        write(session, an_order(**changes))

    assert caught.value.cause == cause
    assert facts.items() <= caught.value.facts.items()
    assert dump(session) == before


def test_writing_is_off_unless_the_settings_allow_it(small: Open) -> None:
    path = small("v10").settings.path
    with (
        open_session(SageSettings(dialect="sqlite", path=path)) as session,
        pytest.raises(ConfigurationError) as caught,
    ):
        write(session, an_order())
    assert caught.value.cause == "sage.write_disabled"


def test_the_sandbox_company_takes_an_order(company: SageSession, capabilities: Capabilities) -> None:
    ((reference,),) = company.rows(
        "SELECT MIN(AR_Ref) FROM F_ARTICLE WHERE AR_Gamme1 = 0 AND AR_Sommeil = 0 AND AR_SuiviStock > 0"
    )
    order = an_order(
        customer="CLIENTWEB",
        souche=1,
        lines=(replace(SIMPLE, article=reference),),
        total_without_tax=SIMPLE.total_without_tax,
        total_with_tax=SIMPLE.total_with_tax,
    )

    written = write_order(company, capabilities, order, first_attempt=True)

    assert written.created
    assert find_order(company, capabilities, "1042") == written.piece


TABLES = (
    *("F_DOCENTETE", "F_DOCLIGNE", "F_DOCREGL", "F_DOCENTETEINFOS", "F_DOCCURRENTPIECE"),
    *("F_COMPTET", "F_COMPTETG", "F_LIVRAISON", "F_ARTSTOCK", "F_GAMSTOCK"),
)


def dump(session: SageSession) -> dict[str, list[tuple[Any, ...]]]:
    """Everything that writing an order may touch; read as the SQLite file it is."""
    with closing(sqlite3.connect(session.settings.path)) as base:
        return {table: base.execute(f"SELECT * FROM {table} ORDER BY cbMarq").fetchall() for table in TABLES}
