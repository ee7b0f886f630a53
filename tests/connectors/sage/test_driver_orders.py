"""Through Sage's own driver: nothing is ours that Sage computes, and an order that was cut is completed or deleted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from connectors.errors import ConfigurationError, RejectedRecordError, RetryableError
from connectors.sage import odbc
from connectors.sage.capabilities import Capabilities
from connectors.sage.documents import find_order, write_order
from connectors.sage.driver_orders import discard_unfinished
from connectors.sage.odbc import SageSession, SageSettings, Transaction, open_session

from .conftest import VERSIONS
from .fake_driver import Error, FakeDriver
from .interruptions import Killed, Saboteur, statements_of
from .orders_for_tests import NEW_CUSTOMER, SHIPPING, SIMPLE, an_order

Open = Callable[..., SageSession]
ORDER = an_order(customer=NEW_CUSTOMER)


def content(session: SageSession) -> dict[str, list[tuple[Any, ...]]]:
    """What Sage's users see of the order, without the numbers that a second attempt may take anew."""
    return {
        "header": session.rows("SELECT DO_NoWeb, DO_Tiers, DO_Ref FROM F_DOCENTETE WHERE DO_Domaine = 0 ORDER BY 1, 2"),
        "lines": session.rows(
            "SELECT DL_Ligne, AR_Ref, DL_Qte, DL_MontantHT, DL_MontantTTC, DL_Design FROM F_DOCLIGNE ORDER BY 1, 2"
        ),
        "payments": session.rows("SELECT DR_TypeRegl, DR_Montant, DR_Libelle FROM F_DOCREGL ORDER BY 1, 2, 3"),
        "received": session.rows("SELECT CT_NumPayeur, RG_Montant FROM F_CREGLEMENT"),
        "accounts": session.rows("SELECT CT_Num, CT_Intitule FROM F_COMPTET ORDER BY 1"),
        "ledger": session.rows("SELECT CT_Num, CG_Num FROM F_COMPTETG ORDER BY 1"),
        "places": session.rows("SELECT CT_Num, LI_Intitule, LI_Principal FROM F_LIVRAISON ORDER BY 1, 2"),
    }


@pytest.mark.parametrize("version", VERSIONS)
def test_sages_driver_is_left_what_it_does_itself(small: Open, version: str) -> None:
    session = small(version, "driver")

    written = write_order(session, Capabilities.probe(session), ORDER)

    assert (written.piece, written.created, written.customer_number) == ("BC00002", True, "WEB000001")
    lines = session.rows("SELECT DL_No, DL_MontantTTC FROM F_DOCLIGNE WHERE DO_Piece = 'BC00002' ORDER BY DL_Ligne")
    assert lines == [(2, 25.2), (3, 9.6), (4, 6), (5, 0)]
    # No twin nor reservation of ours; instalment, payment, ledger account and counter are the driver's.
    assert session.rows("SELECT cbDE_No, cbCreateur FROM F_DOCENTETE WHERE DO_Piece = 'BC00002'") == [(None, "CSQL")]
    assert session.rows("SELECT SUM(AS_QteRes) FROM F_ARTSTOCK") == [(0,)]
    assert session.rows("SELECT DR_TypeRegl FROM F_DOCREGL WHERE DO_Piece = 'BC00002' ORDER BY 1") == [(0,), (2,)]
    assert session.rows("SELECT RG_Montant FROM F_CREGLEMENT") == [(40.8,)]
    assert session.rows("SELECT COUNT(*) FROM F_COMPTETG WHERE CT_Num = 'WEB000001'") == [(1,)]
    assert find_order(session, Capabilities.probe(session), "1042") == "BC00002"


def test_a_second_call_finds_the_order_and_writes_nothing(small: Open) -> None:
    session = small("v10", "driver")
    capabilities = Capabilities.probe(session)
    first = write_order(session, capabilities, ORDER)
    before = content(session)

    again = write_order(session, capabilities, ORDER)

    assert (again.piece, again.created, again.customer_number) == (first.piece, False, first.customer_number)
    assert content(session) == before


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("done", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("error", [Killed(), RetryableError("sage.connection_lost")], ids=["killed", "cut"])
def test_an_order_cut_at_any_statement_is_made_whole_by_the_next_attempt(
    small: Open, version: str, done: bool, error: BaseException
) -> None:
    session = small(version, "driver")
    capabilities = Capabilities.probe(session)
    last = statements_of(lambda: write_order(session, capabilities, ORDER))
    expected = content(session)
    assert last > 20

    for at in range(1, last + 1):
        session.close()
        session = small(version, "driver")
        with pytest.MonkeyPatch.context() as patch:
            Saboteur(patch, at=at, error=error, done=done)
            with pytest.raises(type(error)):
                write_order(session, capabilities, ORDER)
        found = find_order(session, capabilities, "1042")
        assert found is None or content(session) == expected, f"a part of an order is taken for one, cut at {at}"

        again = write_order(session, capabilities, ORDER)

        assert again.created is (found is None)
        assert content(session) == expected, f"cut at statement {at}"


def cut_after(session: SageSession, capabilities: Capabilities, statement: str, order: Any = ORDER) -> None:
    """The worker dies once a statement that begins so is done."""
    run = Transaction._run

    def killing(unit: Transaction, sql: str, params: Any, *, fetch: bool) -> Any:
        answer = run(unit, sql, params, fetch=fetch)
        if sql.startswith(statement):
            raise Killed
        return answer

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Transaction, "_run", killing)
        with pytest.raises(Killed):
            write_order(session, capabilities, order)


def test_an_order_that_changed_between_two_attempts_is_written_anew(small: Open) -> None:
    session = small("v10", "driver")
    capabilities = Capabilities.probe(session)
    cut_after(session, capabilities, "INSERT INTO [F_DOCLIGNE]")
    changed = replace(
        ORDER, lines=(replace(SHIPPING),), total_without_tax=Decimal(5), total_with_tax=Decimal(6), deposits=()
    )

    assert write_order(session, capabilities, changed).created
    assert session.rows("SELECT AR_Ref FROM F_DOCLIGNE WHERE DO_Ref = 'XKBKNABJK' AND DL_Valorise = 1") == [("PORT",)]


def test_what_is_left_of_an_order_that_nobody_wants_any_more_can_be_deleted(small: Open) -> None:
    session = small("v10", "driver")
    capabilities = Capabilities.probe(session)
    cut_after(session, capabilities, "INSERT INTO [F_DOCLIGNE]")
    assert session.rows("SELECT DO_Piece FROM F_DOCENTETE WHERE DO_NoWeb = '~1042'") == [("BC00002",)]

    assert discard_unfinished(session, capabilities, "1042")

    assert session.rows("SELECT COUNT(*) FROM F_DOCENTETE WHERE DO_Piece = 'BC00002'") == [(0,)]
    assert session.rows("SELECT COUNT(*) FROM F_DOCLIGNE WHERE DO_Piece = 'BC00002'") == [(0,)]
    assert not discard_unfinished(session, capabilities, "1042")


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param("UPDATE F_DOCENTETE SET DO_NoWeb = '1042', DO_RefExterne = '1042'", id="whole"),
        pytest.param("UPDATE F_DOCENTETE SET DO_Type = 3", id="transformed by a user"),
        pytest.param(
            "INSERT INTO F_DOCREGL (DR_No, DO_Domaine, DO_Type, DO_Piece, DR_TypeRegl) VALUES (0, 0, 1, 'BC00002', 0)",
            id="with a deposit",
        ),
    ],
)
def test_nothing_else_is_ever_deleted(small: Open, spoil: str) -> None:
    session = small("v10", "driver")
    capabilities = Capabilities.probe(session)
    cut_after(session, capabilities, "INSERT INTO [F_DOCLIGNE]")
    condition = " WHERE DO_Piece = 'BC00002'" if spoil.startswith("UPDATE") else ""
    with session.transaction() as unit:
        unit.execute(spoil + condition)
    before = content(session)

    assert not discard_unfinished(session, capabilities, "1042")
    assert content(session) == before


def test_a_refused_line_takes_the_order_away_again(small: Open) -> None:
    session = small("v10", "driver")
    with session.transaction() as unit:
        unit.execute(
            "CREATE TRIGGER refuse BEFORE INSERT ON F_DOCLIGNE WHEN NEW.AR_Ref = 'PORT' "
            "BEGIN SELECT RAISE(ABORT, 'Record is lock'); END"
        )
    capabilities = Capabilities.probe(session)

    with pytest.raises(RetryableError) as caught:
        write_order(session, capabilities, ORDER)

    assert caught.value.cause == "sage.locked"
    assert session.rows("SELECT COUNT(*) FROM F_DOCENTETE WHERE DO_Tiers = 'WEB000001'") == [(0,)]
    assert session.rows("SELECT COUNT(*) FROM F_DOCLIGNE WHERE CT_Num = 'WEB000001'") == [(0,)]
    with session.transaction() as unit:
        unit.execute("DROP TRIGGER refuse")
    assert write_order(session, capabilities, ORDER).customer_number == "WEB000001", "the account is used again"


def test_other_amounts_than_the_shops_take_the_order_away_again(small: Open) -> None:
    session = small("v10", "driver")
    order = replace(ORDER, lines=(replace(SIMPLE, tax_rate=Decimal(10)), *ORDER.lines[1:]))

    with pytest.raises(RejectedRecordError) as caught:
        write_order(session, Capabilities.probe(session), order)

    assert caught.value.facts == {"what": "TTC 38.7 ≠ 40.8"}
    assert session.rows("SELECT COUNT(*) FROM F_DOCENTETE WHERE DO_Tiers = 'WEB000001'") == [(0,)]
    assert session.rows("SELECT COUNT(*) FROM F_CREGLEMENT") == [(0,)], "deposits come after the comparison"


def test_a_number_taken_meanwhile_is_passed_over(small: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    session = small("v10", "driver")
    run = Transaction._run

    def another_user_is_faster(unit: Transaction, sql: str, params: Any, *, fetch: bool) -> Any:
        if sql.startswith("INSERT INTO [F_DOCENTETE]") and "BC00002" in params:
            columns = "DO_Domaine, DO_Type, DO_Piece, cbCreateur"
            run(unit, f"INSERT INTO F_DOCENTETE ({columns}) VALUES (0, 1, 'BC00002', 'COLS')", (), fetch=False)
        return run(unit, sql, params, fetch=fetch)

    monkeypatch.setattr(Transaction, "_run", another_user_is_faster)

    assert write_order(session, Capabilities.probe(session), ORDER).piece == "BC00003"


@pytest.mark.parametrize(
    ("settings", "setting"),
    [
        (SageSettings(dialect="sage", dsn="S", write_enabled=True, write_mode="direct"), "write_mode"),
        (SageSettings(dialect="sqlserver", dsn="S", write_enabled=True, write_mode="driver"), "write_mode"),
        (SageSettings(dialect="sage", dsn="S", write_enabled=True, write_mode="file"), "file_folder"),
        (SageSettings(dialect="sage", write_enabled=True, write_mode="file", file_folder="/nope"), "file_folder"),
    ],
)
def test_a_mode_that_the_connection_cannot_do_is_named(settings: SageSettings, setting: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        settings.check_writing()
    assert (caught.value.cause, caught.value.facts["setting"]) == ("sage.bad_setting", setting)


def test_the_drivers_writing_connection_commits_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(what: str) -> None:
        if what == "INSERT":
            raise Error("S1000", "[S1000] [Simba][SimbaEngine ODBC Driver]Record is lock (0) (SQLExecDirectW)")

    fake = FakeDriver(fail)
    monkeypatch.setattr(odbc, "_driver", lambda: fake)
    session = open_session(SageSettings(dialect="sage", dsn="SAGE", write_enabled=True, write_mode="driver"))

    with session.transaction() as unit:
        with pytest.raises(RetryableError) as caught:
            unit.execute("INSERT")
        unit.execute("DELETE")

    writer = fake.connections[1]
    assert caught.value.cause == "sage.locked"
    assert writer.autocommit
    assert writer.log == ["INSERT", "DELETE"]
