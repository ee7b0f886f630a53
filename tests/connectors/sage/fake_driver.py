"""A pyodbc that fails as it is told: raises what the drivers of SQL Server were seen to raise."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any


class Error(Exception):
    """``Error("42000", "[42000] ... (1205) (SQLExecDirectW)")``, as pyodbc's."""


class FakeDriver:
    """Stands for the module. ``fail`` is asked before each thing a connection does, and may raise."""

    Error = Error

    def __init__(self, fail: Callable[[str], None], rows: list[tuple[Any, ...]] | None = None) -> None:
        self.fail = fail
        self.rows = rows or []
        self.answers: dict[str, list[tuple[Any, ...]]] = {}
        """Rows of the statements that begin so; ``rows`` for the others."""
        self.connections: list[FakeConnection] = []

    def connect(self, text: str, *, autocommit: bool, timeout: int) -> FakeConnection:
        self.fail("connect")
        self.connections.append(FakeConnection(self, text, autocommit=autocommit, login_timeout=timeout))
        return self.connections[-1]


class FakeConnection:
    def __init__(self, driver: FakeDriver, text: str, *, autocommit: bool, login_timeout: int) -> None:
        self.driver = driver
        self.text = text
        self.autocommit = autocommit
        self.login_timeout = login_timeout
        self.timeout = 0
        self.log: list[str] = []
        self.closed = False

    def cursor(self) -> FakeCursor:
        return FakeCursor(self)

    def do(self, what: str) -> None:
        self.log.append(what)
        self.driver.fail(what)

    def commit(self) -> None:
        self.do("commit")

    def rollback(self) -> None:
        self.do("rollback")

    def close(self) -> None:
        self.closed = True
        self.do("close")


class FakeCursor:
    def __init__(self, connection: FakeConnection) -> None:
        self.connection = connection
        self.rows = list(connection.driver.rows)

    def execute(self, sql: str, *params: object) -> FakeCursor:
        self.connection.do(sql)
        answers = self.connection.driver.answers
        self.rows = next((list(rows) for start, rows in answers.items() if sql.startswith(start)), self.rows)
        return self

    def columns(self) -> Iterator[Any]:
        self.connection.do("columns")
        for table, column, type_, size in self.rows:
            yield SimpleNamespace(table_name=table, column_name=column, type_name=type_, column_size=size)

    def fetchmany(self, size: int) -> list[tuple[Any, ...]]:
        self.connection.do("fetch")
        batch, self.rows = self.rows[:size], self.rows[size:]
        return batch

    def fetchall(self) -> list[tuple[Any, ...]]:
        return self.fetchmany(len(self.rows) or 1)

    def close(self) -> None:
        return None
