"""The kinds of values a record holds: how each is read from a driver, stored as JSON, and what stands for nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from connectors.sage import values


def _same(value: Any) -> Any:
    return value


def _encode_number(value: Decimal | None) -> str | None:
    return None if value is None else values.plain_number(value)


def _decode_number(value: str | None) -> Decimal | None:
    return None if value is None else Decimal(value)


def _encode_date(value: date | None) -> str | None:
    return None if value is None else value.isoformat()


def _decode_day(value: str | None) -> date | None:
    return None if value is None else date.fromisoformat(value)


def _decode_moment(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value)


@dataclass(frozen=True)
class Kind:
    """``read`` takes one column's value; a tuple's reader is applied to each of its columns."""

    nothing: Any
    read: Callable[[Any], Any]
    encode: Callable[[Any], Any] = _same
    decode: Callable[[Any], Any] = _same
    several: bool = False


def _several(one: Kind) -> Kind:
    return Kind(
        (),
        one.read,
        lambda found: [one.encode(value) for value in found],
        lambda stored: tuple(one.decode(value) for value in stored),
        several=True,
    )


TEXT = Kind("", values.text)
INTEGER = Kind(0, values.integer)
NUMBER = Kind(values.ZERO, values.decimal, _encode_number, _decode_number)
DAY = Kind(None, values.day, _encode_date, _decode_day)

KINDS: dict[Any, Kind] = {
    str: TEXT,
    int: INTEGER,
    bool: Kind(False, values.flag),
    Decimal: NUMBER,
    Decimal | None: Kind(None, values.optional_decimal, _encode_number, _decode_number),
    date | None: DAY,
    datetime | None: Kind(None, values.moment, _encode_date, _decode_moment),
    tuple[str, ...]: _several(TEXT),
    tuple[int, ...]: _several(INTEGER),
    tuple[Decimal, ...]: _several(NUMBER),
    tuple[date | None, ...]: _several(DAY),
}


def encode_free(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Text stays text; the other types say their name, e.g. ``{"number": "1.5"}``, because nothing else would tell."""
    return {label: _encode_free_value(value) for label, value in fields.items()}


def decode_free(stored: Mapping[str, Any]) -> dict[str, Any]:
    return {label: _decode_free_value(value) for label, value in stored.items()}


def _encode_free_value(value: Any) -> Any:
    if isinstance(value, Decimal):
        return {"number": values.plain_number(value)}
    if isinstance(value, datetime):
        return {"moment": value.isoformat()}
    if isinstance(value, date):
        return {"day": value.isoformat()}
    return value


_FREE: dict[str, Callable[[str], Any]] = {
    "number": Decimal,
    "moment": datetime.fromisoformat,
    "day": date.fromisoformat,
}


def _decode_free_value(stored: Any) -> Any:
    if not isinstance(stored, Mapping):
        return stored
    ((kind, value),) = stored.items()
    return _FREE[kind](value)
