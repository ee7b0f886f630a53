"""The only door to pyodbc: settings in, sessions out, errors named by what to do.

Rules taken from the tests of the drivers: one connection to read (autocommit) and another to write; both time-outs
always set; after any error a rollback, and the connection thrown away where its state cannot be trusted; one open
result at a time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from types import TracebackType
from typing import Any, Self

from connectors.errors import ConfigurationError, ConnectorError
from connectors.sage import values
from connectors.sage.dialect import DIALECTS, Dialect
from connectors.sage.driver_errors import DriverError, Phase, classify
from connectors.sage.settings import SageSettings

__all__ = ["SageSession", "SageSettings", "Transaction", "open_session"]

BATCH = 1000


def open_session(settings: SageSettings) -> SageSession:
    """A session whose read connection is open.

    :raises ConnectorError: unreachable, wrong password, unknown database, missing driver.
    """
    session = SageSession(settings)
    session.connect()
    return session


class SageSession:
    """A read connection, and a write connection opened when a transaction asks for it. Not shared between threads."""

    def __init__(self, settings: SageSettings) -> None:
        self.settings = settings
        self.dialect: Dialect = DIALECTS[settings.dialect]
        self._reader: Any = None
        self._streamer: Any = None
        self._writer: Any = None
        self._result_open = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def connect(self) -> None:
        """Opens the read connection if there is none: at the start, and again after one was thrown away."""
        if self._reader is None:
            self._reader = self._open(autocommit=True)

    def batches(
        self, sql: str, params: Sequence[object] = (), *, size: int = BATCH, small: bool = False
    ) -> Iterator[list[Any]]:
        """The driver's rows, ``size`` at a time, without ever holding the whole result (unless it is ``small``).

        :raises RuntimeError: another result of this session is still being read (no driver of SQL Server allows it).
        """
        if self._result_open:
            raise RuntimeError("finish reading the open result of this session before starting another")
        self.connect()
        connection = self._reader if small else self.for_long_results()
        self._result_open = True
        cursor = None
        try:
            cursor = connection.cursor()
            cursor.execute(sql, *params)
            while rows := cursor.fetchmany(size):
                yield rows
        except _driver().Error as error:
            raise self._read_failed(error) from error
        finally:
            self._result_open = False
            if cursor is not None and self._reader is not None:
                cursor.close()

    def query(self, sql: str, params: Sequence[object] = ()) -> Iterator[tuple[Any, ...]]:
        """The rows of a small result, one by one."""
        for batch in self.batches(sql, params, small=True):
            yield from map(tuple, batch)

    def rows(self, sql: str, params: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """All rows of a small result."""
        return list(self.query(sql, params))

    def catalog_columns(self) -> Iterator[tuple[str, str, str, int]]:
        """Table, column, type name, size of every column, from ODBC's own catalogue (SQLColumns)."""
        self.connect()
        try:
            for row in self._reader.cursor().columns():
                yield row.table_name, row.column_name, row.type_name, row.column_size or 0
        except _driver().Error as error:
            raise self._read_failed(error) from error

    def server_now(self) -> datetime:
        """The server's local time, to be read before the query whose watermark it becomes.

        Sage's own driver has no clock that the facts name: this machine's is used, and the streams' lag covers the gap.
        """
        if self.dialect.clock is None:
            return datetime.now()  # noqa: DTZ005 - Sage's times are local and have no zone
        ((value,),) = self.rows(self.dialect.clock)
        now = values.moment(value)
        if now is None:
            raise ConfigurationError("sage.failed", self.settings.place, detail=f"the server's clock says {value!r}")
        return now

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """One unit of writing: committed at the end, rolled back on any exception.

        An error of the commit itself leaves the outcome unknown: look the document up before trying again. In
        ``driver`` mode nothing is promised: each statement stands as soon as it is done.

        :raises ConfigurationError: ``sage.write_disabled``, ``sage.bad_setting`` (a mode this connection cannot do).
        """
        self.settings.check_writing()
        unit = self._begin()
        try:
            yield unit
            unit.commit()
        except BaseException:
            self._roll_back(unit)
            raise

    def close(self) -> None:
        self._discard_reader()
        self._discard_writer()

    def _begin(self) -> Transaction:
        atomic = self.settings.write_mode == "direct"
        if self._writer is None:
            self._writer = self._open(autocommit=self.dialect.begin is not None or not atomic)
            self._on_new_writer()
        unit = Transaction(self, self._writer, atomic=atomic)
        if self.dialect.begin and atomic:
            try:
                unit.execute(self.dialect.begin)
            except ConnectorError:
                self._discard_writer()
                raise
        return unit

    def _on_new_writer(self) -> None:
        unit = Transaction(self, self._writer)
        for statement in self.dialect.on_write_connection:
            unit.execute(statement)

    def _roll_back(self, unit: Transaction) -> None:
        """Rule 1: roll back; where that fails, or the error breaks connections, throw the connection away."""
        try:
            unit.roll_back()
        except _driver().Error:
            self._discard_writer()
            return
        # SQLite reports every failure as HY000, and its rollback can be trusted.
        if unit.broken and self.settings.dialect != "sqlite":
            self._discard_writer()

    def for_long_results(self) -> Any:
        """The pyodbc connection that long results are read from; public for the benchmark that reads it barely."""
        self.connect()
        if not self.dialect.streaming:
            return self._reader
        if self._streamer is None:
            self._streamer = self._open(autocommit=True, more=self.dialect.streaming)
        return self._streamer

    def _open(self, *, autocommit: bool, more: str = "") -> Any:
        driver = _driver()
        text = self.settings.connection_string() + more
        try:
            connection = driver.connect(text, autocommit=autocommit, timeout=self.settings.login_timeout)
        except driver.Error as error:
            raise self.named(error, "connect") from error
        connection.timeout = self.settings.query_timeout
        return connection

    def _read_failed(self, error: Exception) -> ConnectorError:
        if DriverError.of(error).breaks_connection:
            self._discard_reader()
        return self.named(error, "read")

    def named(self, error: BaseException, phase: Phase) -> ConnectorError:
        settings = self.settings
        seconds = settings.login_timeout if phase == "connect" else settings.query_timeout
        facts = {"user": settings.user, "driver": settings.driver or settings.dsn, "seconds": seconds} | settings.place
        return classify(error, phase=phase, facts=facts, secret=settings.password)

    def _discard_reader(self) -> None:
        _close(self._reader)
        _close(self._streamer)
        self._reader = self._streamer = None

    def _discard_writer(self) -> None:
        _close(self._writer)
        self._writer = None


class Transaction:
    """Statements of one unit of writing. After an error it accepts nothing more: the driver may be in autocommit.

    Unless ``atomic`` (Sage's own driver), each statement stands alone: others may follow one that failed.
    """

    def __init__(self, session: SageSession, connection: Any, *, atomic: bool = True) -> None:
        self._session = session
        self._connection = connection
        self._atomic = atomic
        self.failed = False
        self.broken = False

    @property
    def dialect(self) -> Dialect:
        return self._session.dialect

    def execute(self, sql: str, params: Sequence[object] = ()) -> None:
        self._run(sql, params, fetch=False)

    def rows(self, sql: str, params: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """All rows of a small result, as this transaction sees them."""
        return self._run(sql, params, fetch=True)

    def commit(self) -> None:
        self._refuse_after_failure()
        if not self._atomic:
            return
        try:
            if self.dialect.begin:
                self._connection.cursor().execute("COMMIT").close()
            else:
                self._connection.commit()
        except _driver().Error as error:
            raise self._failure(error) from error

    def roll_back(self) -> None:
        """:raises pyodbc.Error: the driver could not; the connection must not be used again."""
        if self.dialect.begin and self._atomic:
            self._connection.cursor().execute("ROLLBACK").close()
        else:
            self._connection.rollback()

    def _run(self, sql: str, params: Sequence[object], *, fetch: bool) -> list[tuple[Any, ...]]:
        self._refuse_after_failure()
        try:
            # Never `with cursor`: leaving it commits.
            cursor = self._connection.cursor()
            cursor.execute(sql, *params)
            found = [tuple(row) for row in cursor.fetchall()] if fetch else []
            cursor.close()
            return found
        except _driver().Error as error:
            raise self._failure(error) from error

    def _refuse_after_failure(self) -> None:
        if self.failed:
            raise RuntimeError("this transaction has failed: nothing more may be written in it")

    def _failure(self, error: Exception) -> ConnectorError:
        self.broken = DriverError.of(error).breaks_connection
        # SQLite names every failure HY000.
        self.failed = self._atomic or (self.broken and self.dialect.name != "sqlite")
        return self._session.named(error, "write")


def _close(connection: Any) -> None:
    if connection is not None:
        try:
            connection.close()
        except _driver().Error:
            return  # the other side is already gone


def _driver() -> Any:
    """pyodbc, imported late: it does not even load on a machine without unixODBC.

    :raises ConfigurationError: ``sage.driver_missing``.
    """
    try:
        import pyodbc
    except ImportError as error:
        raise ConfigurationError("sage.driver_missing", {"driver": "unixODBC"}, detail=str(error)) from error
    return pyodbc
