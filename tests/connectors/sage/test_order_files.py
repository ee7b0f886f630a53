"""Orders as files: whole or absent, never twice, in the client's own layout."""

from __future__ import annotations

import csv
import os
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.errors import ConfigurationError, RejectedRecordError, RetryableError
from connectors.sage import order_files
from connectors.sage.capabilities import Capabilities
from connectors.sage.documents import find_order, write_order
from connectors.sage.file_layout import FileLayout
from connectors.sage.odbc import SageSession, open_session
from connectors.sage.orders import OrderDocument, TextLoss, WrittenOrder

from .conftest import VERSIONS
from .interruptions import Killed
from .orders_for_tests import NEW_CUSTOMER, PLACE, SIMPLE, an_order
from .test_documents import dump

Open = Callable[..., SageSession]


def write(session: SageSession, order: OrderDocument) -> WrittenOrder:
    return write_order(session, Capabilities.probe(session), order)


def files(session: SageSession) -> dict[str, list[str]]:
    """The files that are out, as lines."""
    folder = Path(session.settings.file_folder)
    return {path.name: path.read_bytes().decode("cp1252").split("\r\n") for path in folder.iterdir() if path.is_file()}


@pytest.mark.parametrize("version", VERSIONS)
def test_an_order_is_a_file_and_sage_is_only_read(small: Open, version: str) -> None:
    session = small(version, "file")
    before = dump(session)

    written = write(session, an_order())

    assert written == WrittenOrder(piece="", created=True, customer_number="DUPONT", file="1042.txt")
    assert files(session) == {
        "1042.txt": [
            "D;DUPONT;Atelier;D. Dupont;12 rue du Port;;17000;La Rochelle;;France;;;1;1",
            "E;1;1042;02/03/2026;XKBKNABJK;DUPONT;DUPONT;Atelier;1;0;1;1;1;2;;Jean Dupont;12 rue du Port;;;34;40,8",
            "L;10000;SIMPLE;0;0;;Étagère à épices;2;Pièce;2;10,5;12,6;0;0;20;C20;21;25,2;1",
            "L;20000;GAMME;7;0;;Tablier S;1;;1;8;9,6;1;0;20;;8;9,6;1",
            "L;30000;PORT;0;0;;Frais de port;1;;1;5;6;0;0;20;;5;6;0",
            "L;40000;;;;;Paiement par carte;0;;0;;;;;;;;;0",
            "A;02/03/2026;40,8;1;CB 42",
            "",
        ]
    }
    assert dump(session) == before


def test_a_new_account_is_a_record_whose_number_comes_from_the_orders(small: Open) -> None:
    session = small("v10", "file")

    written = write(session, an_order(customer=NEW_CUSTOMER))

    assert written.customer_number == "WEB001042"
    first, second, third, *_ = files(session)["1042.txt"]
    assert first.startswith("C;WEB001042;Boulangerie Lévêque;;;3 place de l'Église;;44000;Nantes;")
    assert second.startswith("D;WEB001042;Atelier;")
    assert third.split(";")[5] == "WEB001042"


def test_an_order_is_never_handed_over_twice(small: Open) -> None:
    session = small("v10", "file")
    write(session, an_order())
    for path in Path(session.settings.file_folder).glob("*.txt"):
        path.unlink()  # Sage's users imported it and cleared the folder

    again = write(session, an_order(reference="CHANGED"))

    assert (again.created, again.file) == (False, "1042.txt")
    assert files(session) == {}
    assert find_order(session, Capabilities.probe(session), "1042") == ""
    assert find_order(session, Capabilities.probe(session), "1043") is None


def test_an_order_that_was_imported_meanwhile_is_found_in_sage(small: Open) -> None:
    session = small("v10", "file")
    with open_session(replace(session.settings, write_mode="direct")) as writer:
        write(writer, an_order())

    assert write(session, an_order()).piece == "BC00002"
    assert files(session) == {}
    assert find_order(session, Capabilities.probe(session), "1042") == "BC00002"


@pytest.mark.parametrize("version", VERSIONS)
def test_a_write_cut_at_any_step_leaves_nothing_or_one_whole_file(
    small: Open, version: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = small(version, "file")
    write(session, an_order())
    whole = files(session)
    steps = 0
    for at in range(1, 100):
        shutil.rmtree(session.settings.file_folder)
        Path(session.settings.file_folder).mkdir()
        steps = at
        with pytest.MonkeyPatch.context() as patch:
            if not killed_at(patch, session, at):
                break
        assert files(session) in ({}, whole), f"cut at step {at}"
        out = find_order(session, Capabilities.probe(session), "1042")
        assert (out == "") is (files(session) == whole)

        assert write(session, an_order()).created is (out is None)
        assert files(session) == whole
    assert steps > 10


def killed_at(patch: pytest.MonkeyPatch, session: SageSession, at: int) -> bool:
    """Writes the order and dies before the given access to a disk or to Sage; False when it has fewer."""
    seen = 0

    def before(original: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*args: Any, **options: Any) -> Any:
            nonlocal seen
            seen += 1
            if seen == at:
                raise Killed
            return original(*args, **options)

        return counted

    capabilities = Capabilities.probe(session)
    for owner, name in ((Path, "mkdir"), (Path, "open"), (Path, "replace"), (os, "fsync"), (SageSession, "rows")):
        patch.setattr(owner, name, before(getattr(owner, name)))
    try:
        write_order(session, capabilities, an_order())
    except Killed:
        return True
    return False


def test_a_finished_file_that_was_not_moved_is_handed_over_by_the_next_attempt(
    small: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = small("v10", "file")
    replace_ = Path.replace

    def die_at_the_last(path: Path, target: Path) -> Path:
        if path.suffix == ".part":
            raise Killed
        return replace_(path, target)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "replace", die_at_the_last)
        with pytest.raises(Killed):
            write(session, an_order())
    assert files(session) == {}

    assert write(session, an_order()).created
    assert list(files(session)) == ["1042.txt"]


def test_two_writers_of_the_same_orders_hand_each_over_once(small: Open) -> None:
    settings = small("v10", "file").settings

    def run() -> int:
        with open_session(settings) as session:
            orders = (an_order(web_number=str(number), reference=f"R{number}") for number in range(10))
            return sum(write(session, order).created for order in orders)

    with ThreadPoolExecutor(2) as pool:
        assert sum(future.result() for future in [pool.submit(run) for _ in range(2)]) == 10


def test_a_number_never_leaves_the_folder(small: Open) -> None:
    session = small("v10", "file")

    assert write(session, an_order(web_number="../1;é")).file == "..%2F1%3B%C3%A9.txt"
    assert list(files(session)) == ["..%2F1%3B%C3%A9.txt"]


@pytest.mark.parametrize(
    ("changes", "cause"),
    [
        pytest.param({"customer": "NOBODY"}, "sage.unknown_customer", id="account"),
        pytest.param({"customer": "DORT"}, "sage.customer_blocked", id="asleep"),
        pytest.param({"customer": replace(NEW_CUSTOMER, number="DUPONT")}, "sage.customer_exists", id="number taken"),
        pytest.param({"total_with_tax": Decimal(41)}, "sage.written_differs", id="a cent"),
        pytest.param(
            {"lines": (replace(SIMPLE, article="NONE"), *an_order().lines[1:])}, "sage.unknown_article", id="article"
        ),
    ],
)
def test_an_order_that_cannot_be_written_leaves_no_file(small: Open, changes: dict[str, Any], cause: str) -> None:
    session = small("v10", "file")

    with pytest.raises(RejectedRecordError) as caught:
        write(session, an_order(**changes))

    assert caught.value.cause == cause
    assert files(session) == {}


def test_text_that_does_not_fit_is_reported_here_too(small: Open) -> None:
    session = small("i7", "file")
    written = write(session, an_order(delivery=replace(PLACE, contact="Łukasz")))

    assert written.notes == (TextLoss("F_LIVRAISON.LI_Contact", "Łukasz", "Lukasz"),)


@pytest.mark.parametrize(
    ("number", "cause"), [(28, "sage.disk_full"), (122, "sage.disk_full"), (13, "sage.unreachable")]
)
def test_a_folder_that_cannot_be_written_is_tried_again_later(
    small: Open, number: int, cause: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(path: Path, content: bytes) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(order_files, "_write_whole", fail)
    with pytest.raises(RetryableError) as caught:
        write(small("v10", "file"), an_order())
    assert caught.value.cause == cause


@pytest.mark.parametrize(
    ("layout", "line"),
    [
        pytest.param({}, '1;12,5;02/03/2026;"a;b";', id="the default"),
        pytest.param({"decimal": ".", "date": "%y%m%d"}, '1;12.5;260302;"a;b";', id="decimals and dates"),
        pytest.param({"delimiter": "\t"}, "1\t12,5\t02/03/2026\ta;b\t", id="tabulations"),
        pytest.param({"delimiter": ",", "decimal": ","}, '1,"12,5",02/03/2026,a;b,', id="a comma for both"),
    ],
)
def test_values_are_spelt_as_the_layout_says(layout: dict[str, str], line: str) -> None:
    row = {"a": 1, "b": Decimal("12.500000"), "c": datetime(2026, 3, 2), "d": "a;b", "e": None}

    spelt = FileLayout(**layout).record("X", ("a", "b", "c", "d", "e"), row)  # type: ignore[arg-type]

    assert spelt == f"X{layout.get('delimiter', ';')}{line}\r\n"


def test_no_date_is_an_empty_field() -> None:
    assert FileLayout().record("X", ("a",), {"a": datetime(1753, 1, 1)}) == "X;\r\n"
    assert FileLayout().record("X", ("a",), {"a": date(1900, 1, 1)}) == "X;\r\n"


def test_a_record_without_columns_is_left_out() -> None:
    assert FileLayout(deposit=()).record("A", (), {"DR_Montant": Decimal(1)}) == ""


# Line ends are folded into blanks before a text enters a record.
TEXTS = st.text(alphabet=st.characters(codec="cp1252", exclude_characters="\r\n"))


@given(st.lists(TEXTS, min_size=1), st.sampled_from([";", ",", "\t", "|"]))
def test_whatever_the_texts_they_are_read_back(texts: list[str], delimiter: str) -> None:
    names = [str(number) for number in range(len(texts))]

    spelt = FileLayout(delimiter=delimiter).record("L", names, dict(zip(names, texts, strict=True)))

    assert list(csv.reader([spelt.removesuffix("\r\n")], delimiter=delimiter)) == [["L", *texts]]


@pytest.mark.parametrize(
    ("data", "setting"),
    [
        ({"delimiter": ""}, "delimiter"),
        ({"delimiter": '"'}, "delimiter"),
        ({"decimal": "1"}, "decimal"),
        ({"quote": "''"}, "quote"),
        ({"line_end": "\r"}, "line_end"),
        ({"extension": "../x"}, "extension"),
        ({"nope": "x"}, "nope"),
        ({"header": "DO_Piece"}, "header"),
        ({"delimiter": ["x"]}, "delimiter"),
    ],
)
def test_a_layout_that_cannot_be_is_refused(data: dict[str, Any], setting: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        FileLayout.from_json(data)
    assert caught.value.facts["setting"] == f"file_layout.{setting}"


def test_a_layout_is_stored_as_json() -> None:
    layout = FileLayout(delimiter="\t", deposit=(), header=("DO_Piece", "DO_Ref"))

    assert FileLayout.from_json(layout.to_json()) == layout
    assert FileLayout.from_json({}) == FileLayout()
