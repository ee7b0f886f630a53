"""An order's write is cut at each of its statements: Sage holds nothing of it or all of it, and a retry ends it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from connectors.errors import ConnectorError, RetryableError
from connectors.sage.capabilities import Capabilities
from connectors.sage.documents import write_order
from connectors.sage.odbc import SageSession, SageSettings, Transaction, open_session
from connectors.sage.orders import WrittenOrder

from .conftest import VERSIONS
from .interruptions import Killed, Saboteur, statements_of
from .orders_for_tests import NEW_CUSTOMER, an_order
from .test_documents import dump

Open = Callable[..., SageSession]
ORDER = an_order(customer=NEW_CUSTOMER)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("error", [Killed(), RetryableError("sage.connection_lost")], ids=["killed", "cut"])
def test_a_write_cut_at_any_statement_leaves_nothing_and_can_be_done_again(
    small: Open, version: str, error: BaseException
) -> None:
    session = small(version)
    capabilities = Capabilities.probe(session)
    last = statements_of(lambda: write_order(session, capabilities, ORDER))
    rows = sum(map(len, dump(session).values()))
    assert last > 25

    for at in range(1, last + 1):
        session.close()
        session = small(version)
        before = dump(session)
        with pytest.MonkeyPatch.context() as patch:
            Saboteur(patch, at=at, error=error)
            with pytest.raises(type(error)):
                write_order(session, capabilities, ORDER)
        assert dump(session) == before, f"cut at statement {at}"
    assert write_order(session, capabilities, ORDER).created
    assert sum(map(len, dump(session).values())) == rows


def test_a_cut_after_the_commit_is_found_by_the_retry(small: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    session = small("v10")
    capabilities = Capabilities.probe(session)
    committed = Transaction.commit

    def commit_then_cut(unit: Transaction) -> None:
        committed(unit)
        raise RetryableError("sage.connection_lost")

    monkeypatch.setattr(Transaction, "commit", commit_then_cut)
    with pytest.raises(ConnectorError):
        write_order(session, capabilities, ORDER)
    monkeypatch.undo()
    after = dump(session)

    again = write_order(session, capabilities, ORDER)

    assert not again.created
    assert again.customer_number == "WEB000001"
    assert dump(session) == after


def test_what_sage_changed_behind_the_write_is_noticed(small: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    session = small("v10")
    capabilities = Capabilities.probe(session)
    with session.transaction() as unit:
        unit.execute(
            "CREATE TRIGGER spoil AFTER INSERT ON F_DOCLIGNE WHEN NEW.AR_Ref = 'PORT' "
            "BEGIN UPDATE F_DOCLIGNE SET DL_MontantTTC = 7 WHERE cbMarq = NEW.cbMarq; END"
        )
    before = dump(session)

    with pytest.raises(ConnectorError) as caught:
        write_order(session, capabilities, ORDER)

    assert caught.value.cause == "sage.written_differs"
    assert caught.value.facts == {"what": "TTC 41.8 ≠ 40.8"}
    assert dump(session) == before


def write_from(path: str, numbers: range) -> list[WrittenOrder]:
    with open_session(SageSettings(dialect="sqlite", path=path, write_enabled=True)) as session:
        capabilities = Capabilities.probe(session)
        return [
            write_order(session, capabilities, an_order(web_number=str(number), reference=f"R{number}"))
            for number in numbers
        ]


def test_two_writers_at_once_share_neither_a_number_nor_an_order(small: Open) -> None:
    session = small("v10")
    with ThreadPoolExecutor(2) as pool:
        same = [pool.submit(write_from, session.settings.path, range(8)) for _ in range(2)]
        written = [order for future in same for order in future.result()]

    assert len(written) == 16
    assert len({order.piece for order in written if order.created}) == 8
    assert session.rows("SELECT COUNT(*), COUNT(DISTINCT DO_NoWeb) FROM F_DOCENTETE WHERE DO_NoWeb <> ''") == [(8, 8)]
    assert session.rows("SELECT COUNT(*) - COUNT(DISTINCT DL_No) FROM F_DOCLIGNE") == [(0,)]
