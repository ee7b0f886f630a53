"""Orders as files that Sage imports ("import format paramétrable"), for clients who allow no direct writing.

One file an order, whole or absent, and never twice, even when Sage's users have moved or deleted the first one: the
folder ``.sync-portal`` beside the files remembers each order (``N.done``), and an order is only out once its finished
file (``N.part``) has been moved to its final name. Sage is only read: to check articles and accounts, and to find an
order that was imported meanwhile.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from connectors.errors import ConfigurationError, ConnectorError, RetryableError
from connectors.sage import order_rows, values
from connectors.sage.capabilities import Capabilities
from connectors.sage.customers import account_row, new_account, place_row
from connectors.sage.dialect import Dialect
from connectors.sage.file_layout import ENCODING, FileLayout
from connectors.sage.odbc import SageSession
from connectors.sage.order_content import content
from connectors.sage.order_insert import line_rows
from connectors.sage.order_rows import Heading
from connectors.sage.order_search import find_document
from connectors.sage.orders import CustomerAccount, OrderDocument, WrittenOrder
from connectors.sage.settings import SageSettings
from connectors.sage.writing import Writer

MEMORY = ".sync-portal"


def write(session: SageSession, capabilities: Capabilities, order: OrderDocument, *, reference: str) -> WrittenOrder:
    """The order's file, made now or found to be out already.

    :raises RetryableError: ``sage.disk_full`` or ``sage.unreachable``: the folder cannot be written now.
    """
    place = _Place(session.settings, order.web_number)
    piece = find_document(session, capabilities, order.web_number, reference=reference)
    if piece is not None:
        return WrittenOrder(piece=piece, created=False, customer_number=_number(order), file=place.name)
    writer = Writer(_Reading(session), capabilities, now=session.server_now(), mode="file")
    text, number = _text(writer, order, session.settings.file_layout)
    with _named_errors(session.settings):
        created = place.publish(text.encode(ENCODING))
    notes = tuple(dict.fromkeys(writer.notes))
    return WrittenOrder(piece="", created=created, customer_number=number, notes=notes, file=place.name)


def is_out(settings: SageSettings, web_number: str) -> bool:
    """Has the order's file been handed over, whatever became of it since?"""
    return _Place(settings, web_number).is_out


def _number(order: OrderDocument) -> str:
    return order.customer if isinstance(order.customer, str) else order.customer.number


def _text(writer: Writer, order: OrderDocument, layout: FileLayout) -> tuple[str, str]:
    """The file, and the number of the customer's account."""
    known = content(writer, order)
    account, lines = _account(writer, order, layout)
    heading = Heading(known.order, "", account, 0)
    label = ""
    if order.delivery is not None:
        place = place_row(writer, account, order.delivery)
        label = str(place["LI_Intitule"])
        lines += layout.record(layout.place_code, layout.place, place)
    header = order_rows.header(writer, heading) | {"LI_Intitule": label}
    lines += layout.record(layout.header_code, layout.header, header)
    for row in line_rows(writer, heading, known):
        lines += layout.record(layout.line_code, layout.line, row)
    for deposit in order.deposits:
        row = order_rows.deposit(writer, heading, deposit, number=0)
        lines += layout.record(layout.deposit_code, layout.deposit, row)
    return lines, values.text(account["CT_Num"])


def _account(writer: Writer, order: OrderDocument, layout: FileLayout) -> tuple[Mapping[str, Any], str]:
    """The account's row, and its record when it is new; its number comes from the order's: a retry gives the same."""
    if not isinstance(order.customer, CustomerAccount):
        return account_row(writer, order.customer, open_only=True), ""
    row = new_account(writer, order.customer, own_number=order.web_number)
    return row, layout.record(layout.account_code, layout.account, row)


class _Reading:
    """Sage as far as a file needs it: nothing can be written through it."""

    def __init__(self, session: SageSession) -> None:
        self._session = session

    @property
    def dialect(self) -> Dialect:
        return self._session.dialect

    def rows(self, sql: str, params: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        return self._session.rows(sql, params)

    def execute(self, sql: str, params: Sequence[object] = ()) -> None:
        raise ConfigurationError("sage.write_disabled", self._session.settings.place)


@dataclass(frozen=True)
class _Place:
    """Where one order's file goes."""

    settings: SageSettings
    web_number: str

    @property
    def name(self) -> str:
        # Quoted, so that two numbers never share a name and none leaves the folder.
        return f"{quote(self.web_number, safe='')}.{self.settings.file_layout.extension}"

    @property
    def _memory(self) -> Path:
        return Path(self.settings.file_folder, MEMORY)

    @property
    def _part(self) -> Path:
        return self._memory / f"{self.name}.part"

    @property
    def _done(self) -> Path:
        return self._memory / f"{self.name}.done"

    @property
    def is_out(self) -> bool:
        return self._done.exists() and not self._part.exists()

    def publish(self, content: bytes) -> bool:
        """False when it was out already."""
        self._memory.mkdir(exist_ok=True)
        with _alone(self._memory / "lock"):
            if self.is_out:
                return False
            # Killed before "done": begun again. Killed after it: the finished part only waits to be moved.
            if not self._done.exists():
                _write_whole(self._part, content)
                _write_whole(self._done, b"")
            self._part.replace(Path(self.settings.file_folder, self.name))
            return True


def _write_whole(path: Path, content: bytes) -> None:
    unfinished = path.with_name(path.name + ".tmp")
    with unfinished.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def _named_errors(settings: SageSettings) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise _named(settings, error) from error


def _named(settings: SageSettings, error: OSError) -> ConnectorError:
    facts = {"server": settings.file_folder, "database": "", "message": error.strerror or str(error)}
    full = error.errno in {28, 122}  # ENOSPC, EDQUOT
    return RetryableError("sage.disk_full" if full else "sage.unreachable", facts, detail=str(error))
