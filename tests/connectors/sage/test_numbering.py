from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.errors import ConfigurationError
from connectors.sage.capabilities import Capabilities
from connectors.sage.numbering import successor, take_piece
from connectors.sage.odbc import SageSession
from connectors.sage.orders import ORDER
from connectors.sage.writing import Writer

Open = Callable[[str], SageSession]


@pytest.mark.parametrize(
    ("piece", "following"),
    [
        ("BC00012", "BC00013"),
        ("BC00099", "BC00100"),
        ("WEB123", "WEB124"),
        ("000000009", "000000010"),
        ("BC99", "BC100"),
        ("2026-BC", "2026-BC1"),
        ("", "1"),
    ],
)
def test_the_digits_at_the_end_grow_by_one(piece: str, following: str) -> None:
    assert successor(piece) == following


@given(st.from_regex(r"[A-Z-]{0,4}[0-9]{1,8}", fullmatch=True))
def test_a_successor_keeps_prefix_and_width_and_is_never_met_again(piece: str) -> None:
    following = successor(piece)
    prefix = piece.rstrip("0123456789")

    assert following.startswith(prefix)
    assert int(following[len(prefix) :]) == int(piece[len(prefix) :]) + 1
    assert len(following) == len(piece) or set(piece[len(prefix) :]) == {"9"}


def take(session: SageSession, *, souche: int = 0) -> str:
    capabilities = Capabilities.probe(session)
    now = session.server_now()
    with session.transaction() as unit:
        return take_piece(Writer(unit, capabilities, now=now), ORDER, souche)


def execute(session: SageSession, sql: str, *params: object) -> None:
    with session.transaction() as unit:
        unit.execute(sql, params)


def test_numbers_already_used_are_skipped_and_the_successor_is_written_back(small: Open) -> None:
    session = small("v10")
    execute(session, "INSERT INTO F_DOCENTETE (DO_Domaine, DO_Type, DO_Piece) VALUES (0, 1, 'BC00002')")
    columns = "DO_Domaine, DO_Type, DO_Piece, DL_PieceBC, PF_Num"
    execute(session, f"INSERT INTO F_DOCLIGNE ({columns}) VALUES (0, 3, 'BL1', 'BC00003', '')")

    assert take(session) == "BC00004"
    assert session.rows("SELECT DC_Piece FROM F_DOCCURRENTPIECE WHERE DC_IdCol = 1") == [("BC00005",)]


def test_a_purchase_of_the_same_number_does_not_count(small: Open) -> None:
    session = small("v10")
    execute(session, "UPDATE F_DOCCURRENTPIECE SET DC_Piece = 'ACHAT1'")

    assert take(session) == "ACHAT1"


def test_a_series_without_a_counter_is_named(small: Open) -> None:
    with pytest.raises(ConfigurationError) as caught:
        take(small("v10"), souche=4)
    assert caught.value.cause == "sage.no_counter"
    assert caught.value.facts == {"souche": "4", "kind": "1"}


def test_a_number_that_outgrew_its_column_is_refused(small: Open) -> None:
    session = small("i7")
    execute(session, "UPDATE F_DOCCURRENTPIECE SET DC_Piece = '999999999'")
    execute(session, "INSERT INTO F_DOCENTETE (DO_Domaine, DO_Type, DO_Piece) VALUES (0, 1, '999999999')")

    with pytest.raises(ConfigurationError) as caught:
        take(session)
    assert caught.value.facts["piece"] == "1000000000"
