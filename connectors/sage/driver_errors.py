"""ODBC errors -> causes.

The native number decides first, then the message, then the SQLSTATE: drivers give the same failure different classes
and states (a deadlock is 42000 under FreeTDS and 40001 under Microsoft's driver).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from connectors.errors import ConfigurationError, ConnectorError, RejectedRecordError, RetryableError

Phase = Literal["connect", "read", "write"]

_NATIVE = re.compile(r"\((-?\d+)\) \(SQL\w+\)$")
_SAGE_NUMBER = re.compile(r"\b(8[12]\d{3})\b")
_NUMBER_IN_TEXT_ONLY = 50000

_DECORATION = re.compile(r"^(\[[^\]]*\] ?)+|( \(-?\d+\))* \(SQL\w+\)$")
_NAMES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"invalid object name '(?P<table>[^']+)'",
        r"no such table: (?P<table>\S+)",
        r"relation \"(?P<table>[^\"]+)\" does not exist",
        r"table (?P<table>\S+) has no column named (?P<column>.+)",
        r"no such column: (?P<column>.+)",
        r"(invalid column name|column) '(?P<column>[^']+)'",
        r"permission was denied on the object '(?P<table>[^']+)'",
        r"permission denied for (table|relation) (?P<table>\S+)",
        r"length\(rtrim\(\[(?P<column>[^\]]+)\]",
        r"in table '(?P<table>[^']+)'",
        r"truncated value: '(?P<value>[^']*)'",
    )
)

_CLASSES: dict[str, type[ConnectorError]] = {
    "sage.unreachable": RetryableError,
    "sage.timeout": RetryableError,
    "sage.wrong_password": ConfigurationError,
    "sage.unknown_database": ConfigurationError,
    "sage.driver_missing": ConfigurationError,
    "sage.missing_table": ConfigurationError,
    "sage.missing_column": ConfigurationError,
    "sage.permission_denied": ConfigurationError,
    "sage.locked": RetryableError,
    "sage.deadlock": RetryableError,
    "sage.connection_lost": RetryableError,
    "sage.constraint": RejectedRecordError,
    "sage.too_long": RejectedRecordError,
    "sage.trigger_refused": RejectedRecordError,
    "sage.disk_full": RetryableError,
    "sage.failed": RetryableError,
}

# SQL Server's numbers, and FreeTDS's own (20xxx).
_BY_NUMBER: dict[int, str] = {
    18456: "sage.wrong_password",
    18452: "sage.wrong_password",
    911: "sage.unknown_database",
    4060: "sage.unknown_database",
    208: "sage.missing_table",
    207: "sage.missing_column",
    229: "sage.permission_denied",
    230: "sage.permission_denied",
    262: "sage.permission_denied",
    1205: "sage.deadlock",
    1222: "sage.locked",
    2627: "sage.constraint",
    2601: "sage.constraint",
    515: "sage.constraint",
    547: "sage.constraint",
    # Overflow, division by zero, a date that the type cannot hold: the same value would fail again.
    8115: "sage.constraint",
    8134: "sage.constraint",
    242: "sage.constraint",
    517: "sage.constraint",
    3902: "sage.connection_lost",
    3903: "sage.connection_lost",
    8152: "sage.too_long",
    2628: "sage.too_long",
    1101: "sage.disk_full",
    1105: "sage.disk_full",
    9002: "sage.disk_full",
    20003: "sage.timeout",
    20006: "sage.connection_lost",
    20009: "sage.unreachable",
    20017: "sage.connection_lost",
    20047: "sage.connection_lost",
    10054: "sage.connection_lost",
}

# The messages of unixODBC, SQLite, Sage's driver, and of servers that do not give SQL Server's numbers.
_BY_MESSAGE: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), cause)
    for pattern, cause in (
        (r"can't open lib|data source name not found|driver .* could not be (loaded|found)", "sage.driver_missing"),
        (r"login failed|not authorized to (log|connect)", "sage.wrong_password"),
        (r"record is lock|database (table )?is locked|lock timeout|lock request time out", "sage.locked"),
        (r"deadlock", "sage.deadlock"),
        (r"no such table|invalid object name|relation .* does not exist", "sage.missing_table"),
        (r"no such column|has no column named|invalid column name|column .* does not exist", "sage.missing_column"),
        (r"permission denied|permission was denied|readonly database", "sage.permission_denied"),
        (r"check constraint failed: length\(|right truncation|would be truncated", "sage.too_long"),
        (r"constraint failed|duplicate key|cannot insert the value null", "sage.constraint"),
        (r"disk is full|disk full|filegroup is full", "sage.disk_full"),
        (r"connect failed|unable to connect|unable to open database", "sage.unreachable"),
        (r"file is not a database", "sage.unknown_database"),
        (r"unexpected eof|did not supply an error|connection is broken|communication link", "sage.connection_lost"),
    )
)

_BY_STATE: dict[str, str] = {
    "HYT00": "sage.timeout",
    "HYT01": "sage.timeout",
    "HY008": "sage.timeout",
    "IM002": "sage.driver_missing",
    "IM003": "sage.driver_missing",
    "28000": "sage.wrong_password",
    "40001": "sage.deadlock",
    "42S02": "sage.missing_table",
    "42S22": "sage.missing_column",
    "22001": "sage.too_long",
    "23000": "sage.constraint",
    "01000": "sage.connection_lost",
    "24000": "sage.connection_lost",
    "HY010": "sage.connection_lost",
}

_BROKEN_STATES = ("HYT", "HY008", "HY010", "08", "HY000", "01000", "24000", "25000")


@dataclass(frozen=True)
class DriverError:
    """What a pyodbc exception says, whatever its class."""

    state: str
    number: int | None
    message: str

    @classmethod
    def of(cls, error: BaseException) -> DriverError:
        """Reads the arguments ``(sqlstate, message)`` of pyodbc; the number is the last one before ``(SQLxxx)``."""
        state = str(error.args[0]) if error.args else ""
        message = str(error.args[1]) if len(error.args) > 1 else state
        found = _NATIVE.search(message)
        return cls(state, int(found[1]) if found else None, message)

    @property
    def breaks_connection(self) -> bool:
        """Never use the connection again (rule 1 of the driver tests: it may be in autocommit without saying so)."""
        return self.state.startswith(_BROKEN_STATES)


def classify(
    error: BaseException, *, phase: Phase, facts: Mapping[str, object] | None = None, secret: str = ""
) -> ConnectorError:
    """The error named by what to do, to be raised from ``error``. ``secret`` is masked in the technical detail."""
    found = DriverError.of(error)
    cause = _cause(found, phase)
    masked = found.message.replace(secret, "•••") if secret else found.message
    said = _DECORATION.sub("", masked).strip()
    named: dict[str, object] = {"message": said, "rule": said, "number": _sage_number(found) or found.number or ""}
    named |= _named_in(said)
    return _CLASSES[cause](cause, named | dict(facts or {}), detail=masked)


def _named_in(message: str) -> dict[str, object]:
    """The table, column and value that the message names."""
    found: dict[str, object] = {"table": "", "column": "", "value": ""}
    for pattern in _NAMES:
        if match := pattern.search(message):
            found |= {name: value for name, value in match.groupdict().items() if value}
    return found


def _cause(error: DriverError, phase: Phase) -> str:
    if _sage_number(error):
        return "sage.trigger_refused"
    if error.number in _BY_NUMBER:
        return _BY_NUMBER[error.number]
    if error.number == _NUMBER_IN_TEXT_ONLY:
        return "sage.trigger_refused"
    for pattern, cause in _BY_MESSAGE:
        if pattern.search(error.message):
            return cause
    return _cause_of_state(error.state, phase)


def _cause_of_state(state: str, phase: Phase) -> str:
    if phase == "connect" and state.startswith(("HYT", "08", "HY000")):
        return "sage.unreachable"
    if state in _BY_STATE:
        return _BY_STATE[state]
    if state.startswith("08"):
        return "sage.connection_lost"
    # FreeTDS reports a server that went away as HY000 "Unknown error".
    return "sage.connection_lost" if state == "HY000" else "sage.failed"


def _sage_number(error: DriverError) -> int | None:
    """Sage's triggers raise their own numbers (82019, 81003...), as the native one or, under 50000, inside the text."""
    if error.number is not None and 81000 <= error.number < 83000:
        return error.number
    found = _SAGE_NUMBER.search(error.message) if error.number == _NUMBER_IN_TEXT_ONLY else None
    return int(found[1]) if found else None
